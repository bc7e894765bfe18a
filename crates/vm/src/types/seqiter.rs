//! The iterator over objects that have `__getitem__` but no `__iter__`.

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::tuple::PyTuple;
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
    #[pyattr(name = "__doc__")]
    const DOC: Value = Value::NONE;

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PySeqIter>) -> PyResult<Option<Value>> {
        let Some(sequence) = zelf.sequence.get() else { return Ok(None) };
        let index = zelf.index.get();
        if index == i64::MAX {
            return Err(exceptions::overflow_error("iter index too large"));
        }
        let item = match sequence.class().slots().sq_item {
            Some(item) => item(&sequence, index as isize),
            None => protocol::getitem(&sequence, &Value::from(index)),
        };
        match item {
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

    /// Private method returning an estimate of len(list(it)).
    #[pymethod("($self, /)")]
    fn __length_hint__(&self) -> PyResult<Value> {
        let Some(sequence) = self.sequence.get() else { return Ok(Value::small_int(0)) };
        if sequence.class().slots().len.is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let left = protocol::len(&sequence)? as i64 - self.index.get();
        Ok(Value::from(left.max(0)))
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        let rest = || {
            let sequence = self.sequence.get()?;
            Some((PyTuple::from_array([sequence]), Some(self.index.get())))
        };
        protocol::reduce_iterator("iter", rest, crate::types::tuple::empty().into_value())
    }

    /// Set state information for unpickling.
    #[pymethod("($self, object, /)")]
    fn __setstate__(&self, state: &Value) -> PyResult<()> {
        let index = protocol::state_index(state)?;
        if self.sequence.with(|sequence| sequence.is_some()) {
            self.index.set(index.max(0) as i64);
        }
        Ok(())
    }
}
