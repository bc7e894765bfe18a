//! The object behind `Pattern.finditer`.

use super::matching::PyMatch;
use super::pattern::PyPattern;
use minipy_macros::{pyclass, pymethods};
use minipy_sre::{Mode, Request};
use minipy_vm::buffer::{Buffer, flags, get_buffer};
use minipy_vm::{PyResult, PyStr, Ref, Traverse, Value, Visitor};
use std::cell::Cell;

#[pyclass(name = "SRE_Scanner", module = "_sre", gc, no_new)]
pub struct PyScanner {
    pattern: Ref<PyPattern>,
    string: Value,
    span: (usize, usize),
    /// Where the next match may begin; `None` once there is none.
    next: Cell<Option<usize>>,
    must_advance: Cell<bool>,
    /// Keeps the memory of a bytes-like subject in place.
    _export: Option<Buffer>,
}

impl Traverse for PyScanner {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.pattern.traverse(visit);
        self.string.traverse(visit);
    }
}

impl PyScanner {
    pub fn create(
        pattern: &Ref<PyPattern>,
        string: &Value,
        span: (usize, usize),
    ) -> PyResult<Ref<PyScanner>> {
        let export = match string.downcast::<PyStr>() {
            Some(_) => None,
            None => Some(get_buffer(string, flags::FULL_RO)?),
        };
        Ok(Ref::new(PyScanner {
            _export: export,
            pattern: pattern.clone(),
            string: string.clone(),
            span,
            next: Cell::new(Some(span.0)),
            must_advance: Cell::new(false),
        }))
    }

    fn step(&self, mode: Mode) -> PyResult<Option<Ref<PyMatch>>> {
        let Some(start) = self.next.get() else { return Ok(None) };
        let request = Request { mode, start, end: self.span.1, must_advance: self.must_advance.get() };
        let found = PyPattern::find(&self.pattern, &self.string, self.span, request)?;
        match found.as_ref().and_then(|m| m.span_of(0)) {
            Some((start, end)) => {
                self.must_advance.set(start == end);
                self.next.set(Some(end));
            }
            None => self.next.set(None),
        }
        Ok(found)
    }
}

#[pymethods]
impl PyScanner {
    #[pymethod("($self, /)", name = "match")]
    fn match_(&self) -> PyResult<Option<Ref<PyMatch>>> {
        self.step(Mode::Match)
    }

    #[pymethod("($self, /)")]
    fn search(&self) -> PyResult<Option<Ref<PyMatch>>> {
        self.step(Mode::Search)
    }

    #[pygetset(member)]
    fn pattern(&self) -> Ref<PyPattern> {
        self.pattern.clone()
    }
}
