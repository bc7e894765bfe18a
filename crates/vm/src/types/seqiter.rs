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

/// `iter(callable, sentinel)`.
#[pyclass(name = "callable_iterator", gc, no_new)]
pub struct PyCallableIterator {
    /// None once the sentinel was seen.
    state: GilCell<Option<(Value, Value)>>,
}

impl Traverse for PyCallableIterator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.state.traverse(visit);
    }
}

pub fn new_callable_iterator(callable: Value, sentinel: Value) -> Value {
    Ref::new(PyCallableIterator { state: GilCell::new(Some((callable, sentinel))) }).into_value()
}

#[pymethods]
impl PyCallableIterator {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyCallableIterator>) -> PyResult<Option<Value>> {
        let Some((callable, sentinel)) = zelf.state.get() else { return Ok(None) };
        let item = match protocol::call0(&callable) {
            Err(error) if error.is_instance(exceptions::stop_iteration_class()) => {
                zelf.state.set(None);
                return Ok(None);
            }
            result => result?,
        };
        if protocol::eq(&sentinel, &item)? {
            zelf.state.set(None);
            return Ok(None);
        }
        Ok(Some(item))
    }
}
