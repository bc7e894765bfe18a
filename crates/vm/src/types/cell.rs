//! `cell`: a variable shared between a function and the functions nested in it.

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{CmpOp, PyResult, exceptions, protocol};
use minipy_macros::{pyclass, pymethods};

pub type CellRef = Ref<PyCell>;

/// Create a new cell object.
///
///   contents
///     the contents of the cell. If not specified, the cell will be empty,
///     and further attempts to access its cell_contents attribute will
///     raise a ValueError.
#[pyclass(name = "cell", sig = "([contents])", gc)]
pub struct PyCell {
    pub contents: GilCell<Option<Value>>,
}

impl Traverse for PyCell {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.contents.traverse(visit);
    }

    fn clear_refs(&self) {
        self.contents.set(None);
    }
}

impl PyCell {
    pub fn new_ref(contents: Option<Value>) -> CellRef {
        Ref::new(PyCell { contents: GilCell::new(contents) })
    }
}

#[pymethods]
impl PyCell {
    #[slot(new, sig = "(contents=<unrepresentable>, /)")]
    fn new(_class: &TypeRef, contents: Option<Value>) -> CellRef {
        PyCell::new_ref(contents)
    }

    #[slot]
    fn repr(zelf: &Ref<PyCell>) -> String {
        let id = zelf.as_value().id();
        match zelf.contents.get() {
            None => format!("<cell at {id:#x}: empty>"),
            Some(value) => {
                format!("<cell at {id:#x}: {} object at {:#x}>", value.type_name(), value.id())
            }
        }
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyCell>() else { return Ok(Value::NOT_IMPLEMENTED) };
        match (self.contents.get(), other.contents.get()) {
            (Some(a), Some(b)) => protocol::rich_compare(&a, &b, op),
            (a, b) => Ok(Value::from_bool(op.compare(&a.is_some(), &b.is_some()))),
        }
    }

    #[pygetset]
    fn cell_contents(&self) -> PyResult<Value> {
        self.contents.get().ok_or_else(|| exceptions::value_error("Cell is empty"))
    }

    #[pygetset(setter)]
    fn set_cell_contents(&self, value: Option<Value>) {
        self.contents.set(value);
    }
}
