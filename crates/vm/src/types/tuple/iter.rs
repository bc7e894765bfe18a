//! `tuple_iterator`.

use super::{PyTuple, TupleRef};
use crate::PyResult;
use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol;
use crate::value::Value;
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

#[pyclass(name = "tuple_iterator", gc, no_new)]
pub struct PyTupleIterator {
    /// `None` once the iterator is exhausted.
    pub sequence: GilCell<Option<TupleRef>>,
    /// The next position.
    pub index: Cell<usize>,
}

impl Traverse for PyTupleIterator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.sequence.traverse(visit);
    }
}

impl PyTupleIterator {
    /// A new iterator at the start of `tuple`.
    #[inline]
    pub fn over(tuple: TupleRef) -> Value {
        Ref::new(PyTupleIterator { sequence: GilCell::new(Some(tuple)), index: Cell::new(0) }).into_value()
    }

    /// The next item.
    #[inline(always)]
    pub fn next(&self) -> Option<Value> {
        let index = self.index.get();
        let item = self.sequence.with(|tuple| tuple.as_ref().and_then(|t| <[Value]>::get(t, index).cloned()));
        if item.is_some() {
            self.index.set(index + 1);
        } else {
            self.sequence.set(None);
        }
        item
    }
}

#[pymethods]
impl PyTupleIterator {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        Ok(self.next())
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod("($self, /)")]
    fn __length_hint__(&self) -> usize {
        self.sequence.with(|tuple| tuple.as_ref().map_or(0, |t| t.len().saturating_sub(self.index.get())))
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        let rest = || {
            let sequence = self.sequence.get()?;
            Some((PyTuple::from_array([sequence.into_value()]), Some(self.index.get() as i64)))
        };
        protocol::reduce_iterator("iter", rest, crate::types::tuple::empty().into_value())
    }

    /// Set state information for unpickling.
    #[pymethod("($self, object, /)")]
    fn __setstate__(&self, state: &Value) -> PyResult<()> {
        let index = protocol::state_index(state)?;
        if let Some(tuple) = self.sequence.get() {
            self.index.set(index.clamp(0, tuple.len() as isize) as usize);
        }
        Ok(())
    }
}
