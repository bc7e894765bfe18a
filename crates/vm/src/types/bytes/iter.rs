//! The iterator over bytes.

use super::BytesRef;
use crate::cell::GilCell;
use crate::heap::Ref;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, protocol};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// Gives the bytes as ints.
#[pyclass(name = "bytes_iterator", no_new)]
pub struct PyBytesIter {
    /// None once the iterator is exhausted.
    bytes: GilCell<Option<BytesRef>>,
    index: Cell<usize>,
}

pub fn new_iterator(bytes: &BytesRef) -> Value {
    Ref::new(PyBytesIter { bytes: GilCell::new(Some(bytes.clone())), index: Cell::new(0) }).into_value()
}

#[pymethods]
impl PyBytesIter {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let at = self.index.get();
        let found = self.bytes.with(|bytes| bytes.as_ref().and_then(|b| b.get(at).copied()));
        match found {
            Some(_) => self.index.set(at + 1),
            None => drop(self.bytes.take()),
        }
        Ok(found.map(|b| Value::small_int(i64::from(b))))
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod("()")]
    fn __length_hint__(&self) -> usize {
        self.bytes.with(|bytes| bytes.as_ref().map_or(0, |b| b.len().saturating_sub(self.index.get())))
    }

    /// Return state information for pickling.
    #[pymethod("()")]
    fn __reduce__(&self) -> PyResult<Value> {
        let rest = || {
            let sequence = self.bytes.get()?;
            Some((PyTuple::from_array([sequence.into_value()]), Some(self.index.get() as i64)))
        };
        protocol::reduce_iterator("iter", rest, crate::types::tuple::empty().into_value())
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(&self, state: &Value) -> PyResult<()> {
        let at = protocol::state_index(state)?.max(0) as usize;
        let len = self.bytes.with(|bytes| bytes.as_ref().map(|b| b.len()));
        if let Some(len) = len {
            self.index.set(at.min(len));
        }
        Ok(())
    }
}
