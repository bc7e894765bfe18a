//! `range_iterator` and `longrange_iterator`.

use super::{PyRange, big};
use crate::PyResult;
use crate::cell::GilCell;
use crate::heap::Ref;
use crate::protocol;
use crate::types::int;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use dashu_int::IBig;
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

#[pyclass(name = "range_iterator", no_new)]
pub struct PyRangeIterator {
    /// The next int.
    pub next: Cell<i64>,
    pub step: i64,
    /// How many are left.
    pub left: Cell<i64>,
}

impl PyRangeIterator {
    #[inline]
    pub fn over(start: i64, step: i64, len: i64) -> Value {
        Ref::new(PyRangeIterator { next: Cell::new(start), step, left: Cell::new(len.max(0)) }).into_value()
    }

    /// The next int, if one is left.
    #[inline(always)]
    pub fn advance(&self) -> Option<i64> {
        let left = self.left.get();
        if left == 0 {
            return None;
        }
        let next = self.next.get();
        self.left.set(left - 1);
        self.next.set(next.wrapping_add(self.step));
        Some(next)
    }
}

/// `(iter, (range(start, start + len * step, step),), None)`.
fn reduce(start: &Value, step: &Value, len: &Value) -> PyResult<Value> {
    let stop = int::from_ibig(big(start) + big(len) * big(step));
    let range = PyRange::make(start.clone(), stop, step.clone()).into_value();
    let args = PyTuple::from_array([range]).into_value();
    Ok(PyTuple::from_array([protocol::builtin("iter")?, args, Value::NONE]).into_value())
}

#[pymethods]
impl PyRangeIterator {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        Ok(self.advance().map(Value::from))
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod("($self, /)")]
    fn __length_hint__(&self) -> i64 {
        self.left.get()
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        reduce(&self.next.get().into(), &self.step.into(), &self.left.get().into())
    }

    /// Set state information for unpickling.
    #[pymethod("($self, object, /)")]
    fn __setstate__(&self, state: &Value) -> PyResult<()> {
        let index = (protocol::state_index(state)? as i64).clamp(0, self.left.get());
        self.next.set(self.next.get().wrapping_add(index.wrapping_mul(self.step)));
        self.left.set(self.left.get() - index);
        Ok(())
    }
}

#[pyclass(name = "longrange_iterator", no_new)]
pub struct PyLongRangeIterator {
    next: GilCell<Value>,
    step: Value,
    left: GilCell<Value>,
}

impl PyLongRangeIterator {
    pub fn over(start: Value, step: Value, len: Value) -> Value {
        Ref::new(PyLongRangeIterator { next: GilCell::new(start), step, left: GilCell::new(len) })
            .into_value()
    }
}

#[pymethods]
impl PyLongRangeIterator {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let left = big(&self.left.get());
        if left <= IBig::ZERO {
            return Ok(None);
        }
        let next = self.next.get();
        self.left.set(int::from_ibig(left - IBig::ONE));
        self.next.set(int::from_ibig(big(&next) + big(&self.step)));
        Ok(Some(next))
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod("($self, /)")]
    fn __length_hint__(&self) -> Value {
        self.left.get()
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        reduce(&self.next.get(), &self.step, &self.left.get())
    }

    /// Set state information for unpickling.
    #[pymethod("($self, object, /)")]
    fn __setstate__(&self, state: &Value) -> PyResult<()> {
        let left = big(&self.left.get());
        let index = big(&protocol::as_index(state)?).max(IBig::ZERO).min(left.clone());
        self.next.set(int::from_ibig(big(&self.next.get()) + &index * big(&self.step)));
        self.left.set(int::from_ibig(left - index));
        Ok(())
    }
}
