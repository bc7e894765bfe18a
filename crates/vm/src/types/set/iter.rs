//! `set_iterator`.

use super::any_set;
use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

#[pyclass(name = "set_iterator", gc, no_new)]
pub struct PySetIterator {
    /// `None` once the iterator is exhausted.
    set: GilCell<Option<Value>>,
    position: Cell<usize>,
    /// The set's length at the start; `None` after it was seen to have changed.
    len: Cell<Option<usize>>,
    left: Cell<usize>,
}

impl Traverse for PySetIterator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.set.traverse(visit);
    }
}

impl PySetIterator {
    pub fn over(set: &Value, len: usize) -> Value {
        Ref::new(PySetIterator {
            set: GilCell::new(Some(set.clone())),
            position: Cell::new(0),
            len: Cell::new(Some(len)),
            left: Cell::new(len),
        })
        .into_value()
    }
}

#[pymethods]
impl PySetIterator {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let next = self.set.with(|set| {
            let data = any_set(set.as_ref()?)?;
            if self.len.get() != Some(data.len()) {
                return Some(Err(()));
            }
            data.next_entry(self.position.get()).map(Ok)
        });
        match next {
            Some(Ok((position, key, _))) => {
                self.position.set(position);
                self.left.set(self.left.get().saturating_sub(1));
                Ok(Some(key))
            }
            Some(Err(())) => {
                self.len.set(None);
                Err(exceptions::runtime_error("Set changed size during iteration"))
            }
            None => {
                self.set.set(None);
                Ok(None)
            }
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod("($self, /)")]
    fn __length_hint__(&self) -> usize {
        let unchanged = self.set.with(|set| {
            set.as_ref().and_then(any_set).is_some_and(|data| self.len.get() == Some(data.len()))
        });
        if unchanged { self.left.get() } else { 0 }
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        let mut keys = Vec::new();
        if let Some(set) = self.set.get()
            && let Some(data) = any_set(&set)
        {
            if self.len.get() != Some(data.len()) {
                return Err(exceptions::runtime_error("Set changed size during iteration"));
            }
            let mut position = self.position.get();
            while let Some((next, key, _)) = data.next_entry(position) {
                keys.push(key);
                position = next;
            }
        }
        let args = PyTuple::from_array([PyList::from_vec(keys).into_value()]).into_value();
        Ok(PyTuple::from_array([protocol::builtin("iter")?, args]).into_value())
    }
}
