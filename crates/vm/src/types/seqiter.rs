//! The iterator over objects that have `__getitem__` but no `__iter__`.

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// Calls `__getitem__` with 0, 1, 2, … until IndexError.
#[pyclass(name = "iterator", gc, no_new)]
pub struct PySeqIter {
    /// None once the iterator is exhausted.
    sequence: GilCell<Option<Value>>,
    index: Cell<i64>,
}

impl Traverse for PySeqIter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.sequence.traverse(visit);
    }
}

pub fn new_sequence_iterator(sequence: Value) -> Value {
    Ref::new(PySeqIter { sequence: GilCell::new(Some(sequence)), index: Cell::new(0) }).into_value()
}

#[pymethods]
impl PySeqIter {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PySeqIter>) -> PyResult<Option<Value>> {
        let Some(sequence) = zelf.sequence.get() else { return Ok(None) };
        let index = zelf.index.get();
        match protocol::getitem(&sequence, &Value::small_int(index)) {
            Ok(item) => {
                zelf.index.set(index + 1);
                Ok(Some(item))
            }
            Err(error)
                if error.is_instance(exceptions::index_error_class())
                    || error.is_instance(exceptions::stop_iteration_class()) =>
            {
                zelf.sequence.set(None);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
