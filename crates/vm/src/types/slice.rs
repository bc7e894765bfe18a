//! `slice`.

use crate::heap::{Ref, Traverse, Visitor};
use crate::value::Value;
use minipy_macros::pyclass;

/// Create a slice object.
#[pyclass(name = "slice", gc)]
pub struct PySlice {
    pub start: Value,
    pub stop: Value,
    pub step: Value,
}

impl Traverse for PySlice {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.start.traverse(visit);
        self.stop.traverse(visit);
        self.step.traverse(visit);
    }
}

pub fn new_slice(start: Value, stop: Value, step: Value) -> Value {
    Ref::new(PySlice { start, stop, step }).into_value()
}
