//! `cell`: a variable shared between a function and the functions nested in it.

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::value::Value;
use minipy_macros::pyclass;

pub type CellRef = Ref<PyCell>;

/// Create a new cell object.
#[pyclass(name = "cell", gc)]
pub struct PyCell {
    pub contents: GilCell<Option<Value>>,
}

impl Traverse for PyCell {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.contents.traverse(visit);
    }

    fn clear(&self) {
        self.contents.set(None);
    }
}

impl PyCell {
    pub fn new_ref(contents: Option<Value>) -> CellRef {
        Ref::new(PyCell { contents: GilCell::new(contents) })
    }
}
