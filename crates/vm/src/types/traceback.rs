//! `traceback`.

use crate::cell::GilCell;
use crate::frame::{Frame, PyFrame};
use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::types::list::PyList;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, exceptions};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// Create a new traceback object.
#[pyclass(name = "traceback", sig = "(tb_next, tb_frame, tb_lasti, tb_lineno)", gc)]
pub struct PyTraceback {
    pub next: GilCell<Option<Ref<PyTraceback>>>,
    pub frame: Ref<PyFrame>,
    /// Byte offset of the instruction.
    pub lasti: i32,
    /// -1 until somebody asks.
    pub lineno: Cell<i32>,
}

impl Traverse for PyTraceback {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.next.traverse(visit);
        self.frame.traverse(visit);
    }

    fn clear_refs(&self) {
        self.next.set(None);
    }
}

fn next_argument(value: &Value, expected: &str) -> PyResult<Option<Ref<PyTraceback>>> {
    if value.is_none() {
        return Ok(None);
    }
    match value.downcast::<PyTraceback>() {
        Some(next) => Ok(Some(next.clone())),
        None => Err(exceptions::type_error(format!("expected {expected}, got '{}'", value.type_name()))),
    }
}

impl PyTraceback {
    /// A traceback of one entry, for where `frame` executes. `None` if there is no frame.
    pub fn here(frame: *mut Frame) -> Option<Ref<PyTraceback>> {
        if frame.is_null() {
            return None;
        }
        // SAFETY: the thread's innermost frame is live.
        let (object, lasti) = unsafe { (PyFrame::of(frame), (*frame).lasti()) };
        Some(Ref::new(PyTraceback { next: GilCell::new(None), frame: object, lasti, lineno: Cell::new(-1) }))
    }

    /// The line, looked up on first use; `None` if the instruction belongs to no line.
    pub fn line(&self) -> Option<i32> {
        if self.lineno.get() == -1 {
            let index = usize::try_from(self.lasti / 2).ok()?;
            self.lineno.set(self.frame.code().line_of(index)?);
        }
        Some(self.lineno.get())
    }
}

#[pymethods]
impl PyTraceback {
    #[slot(new, sig = "(tb_next, tb_frame, tb_lasti, tb_lineno)")]
    fn new(
        _class: &TypeRef,
        tb_next: &Value,
        tb_frame: &Ref<PyFrame>,
        tb_lasti: i32,
        tb_lineno: i32,
    ) -> PyResult<Value> {
        let traceback = PyTraceback {
            next: GilCell::new(next_argument(tb_next, "traceback object or None")?),
            frame: tb_frame.clone(),
            lasti: tb_lasti,
            lineno: Cell::new(tb_lineno),
        };
        Ok(Ref::new_in(PyTraceback::class(), traceback).into_value())
    }

    #[pymethod("()")]
    fn __dir__(&self) -> Value {
        PyList::from_vec(["tb_frame", "tb_next", "tb_lasti", "tb_lineno"].map(Value::from).to_vec())
            .into_value()
    }

    #[pygetset(member)]
    fn tb_frame(zelf: &Ref<PyTraceback>) -> PyResult<Ref<PyFrame>> {
        crate::audit::getattr(zelf.as_value(), "tb_frame")?;
        Ok(zelf.frame.clone())
    }

    #[pygetset(member)]
    fn tb_lasti(&self) -> i32 {
        self.lasti
    }

    #[pygetset]
    fn tb_lineno(&self) -> Option<i32> {
        self.line()
    }

    #[pygetset]
    fn tb_next(&self) -> Option<Ref<PyTraceback>> {
        self.next.get()
    }

    #[pygetset(setter)]
    fn set_tb_next(zelf: &Ref<PyTraceback>, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(exceptions::type_error("can't delete tb_next attribute"));
        };
        let new = next_argument(&value, "traceback object")?;
        let mut cursor = new.clone();
        while let Some(entry) = cursor {
            if entry.is(zelf) {
                return Err(exceptions::value_error("traceback loop detected"));
            }
            cursor = entry.next.get();
        }
        zelf.next.set(new);
        Ok(())
    }
}
