//! `list_iterator` and `list_reverseiterator`.

use super::{ListRef, PyList};
use crate::PyResult;
use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

#[pyclass(name = "list_iterator", gc, no_new)]
pub struct PyListIterator {
    /// `None` once the iterator is exhausted.
    pub sequence: GilCell<Option<ListRef>>,
    /// The next position.
    pub index: Cell<usize>,
}

impl Traverse for PyListIterator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.sequence.traverse(visit);
    }
}

impl PyListIterator {
    /// A new iterator at the start of `list`.
    #[inline]
    pub fn over(list: ListRef) -> Value {
        Ref::new(PyListIterator { sequence: GilCell::new(Some(list)), index: Cell::new(0) }).into_value()
    }

    /// The next item.
    #[inline(always)]
    pub fn next(&self) -> Option<Value> {
        let index = self.index.get();
        let item = self.sequence.with(|list| list.as_ref().and_then(|list| list.get(index)));
        if item.is_some() {
            self.index.set(index + 1);
        } else {
            self.sequence.set(None);
        }
        item
    }
}

#[pymethods]
impl PyListIterator {
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
        self.sequence.with(|list| list.as_ref().map_or(0, |l| l.len().saturating_sub(self.index.get())))
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        reduce("iter", || Some((self.sequence.get()?, self.index.get() as i64)))
    }

    /// Set state information for unpickling.
    #[pymethod("($self, object, /)")]
    fn __setstate__(&self, state: &Value) -> PyResult<()> {
        let index = protocol::state_index(state)?;
        if let Some(list) = self.sequence.get() {
            self.index.set(index.clamp(0, list.len() as isize) as usize);
        }
        Ok(())
    }
}

/// `(function, (sequence,), index)`, or without sequence an iterator over an empty list.
fn reduce(function: &str, rest: impl FnOnce() -> Option<(ListRef, i64)>) -> PyResult<Value> {
    let rest = || rest().map(|(list, index)| (PyTuple::from_array([list.into_value()]), Some(index)));
    protocol::reduce_iterator(function, rest, PyList::from_vec(Vec::new()).into_value())
}

#[pyclass(name = "list_reverseiterator", gc, no_new)]
pub struct PyListReverseIterator {
    sequence: GilCell<Option<ListRef>>,
    /// The next position, -1 at the end.
    index: Cell<isize>,
}

impl Traverse for PyListReverseIterator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.sequence.traverse(visit);
    }
}

impl PyListReverseIterator {
    pub fn over(list: Ref<PyList>) -> Value {
        let index = Cell::new(list.len() as isize - 1);
        Ref::new(PyListReverseIterator { sequence: GilCell::new(Some(list)), index }).into_value()
    }
}

#[pymethods]
impl PyListReverseIterator {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let index = self.index.get();
        let item = usize::try_from(index)
            .ok()
            .and_then(|at| self.sequence.with(|list| list.as_ref().and_then(|list| list.get(at))));
        if item.is_some() {
            self.index.set(index - 1);
        } else {
            self.index.set(-1);
            self.sequence.set(None);
        }
        Ok(item)
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod("($self, /)")]
    fn __length_hint__(&self) -> usize {
        let left = self.index.get() + 1;
        let len = self.sequence.with(|list| list.as_ref().map_or(0, |list| list.len()));
        if len < left as usize { 0 } else { left as usize }
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        reduce("reversed", || Some((self.sequence.get()?, self.index.get() as i64)))
    }

    /// Set state information for unpickling.
    #[pymethod("($self, object, /)")]
    fn __setstate__(&self, state: &Value) -> PyResult<()> {
        let index = protocol::state_index(state)?;
        if let Some(list) = self.sequence.get() {
            self.index.set(index.clamp(-1, list.len() as isize - 1));
        }
        Ok(())
    }
}
