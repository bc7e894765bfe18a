//! `set` and `frozenset`.

mod frozen;
mod iter;
mod methods;
pub mod ops;
mod table;

use crate::PyResult;
use crate::heap::{Ref, Traverse, Visitor};
use crate::value::Value;
use minipy_macros::pyclass;
use std::cell::Cell;

pub use iter::PySetIterator;
pub use table::SetData;

/// Build an unordered collection of unique elements.
#[pyclass(name = "set", sig = "(iterable=(), /)", basetype, gc, weakref, match_self, parts(common, methods))]
#[repr(C)]
pub struct PySet {
    pub data: SetData,
}

impl Traverse for PySet {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.data.traverse(visit);
    }

    fn clear_refs(&self) {
        self.data.clear();
    }
}

/// Build an immutable unordered collection of unique elements.
#[pyclass(
    name = "frozenset",
    sig = "(iterable=(), /)",
    basetype,
    gc,
    weakref,
    match_self,
    parts(common, methods)
)]
#[repr(C)]
pub struct PyFrozenSet {
    pub data: SetData,
    /// -1 until it is computed.
    hash: Cell<i64>,
}

impl Traverse for PyFrozenSet {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.data.traverse(visit);
    }
}

impl PyFrozenSet {
    /// The payload for these keys.
    pub fn with(data: SetData) -> PyFrozenSet {
        PyFrozenSet { data, hash: Cell::new(-1) }
    }
}

/// The keys of a set or frozenset; `None` for other objects.
#[inline]
pub fn any_set(value: &Value) -> Option<&SetData> {
    if let Some(set) = value.downcast::<PySet>() {
        return Some(&set.data);
    }
    value.downcast::<PyFrozenSet>().map(|set| &set.data)
}

/// A frozenset of hashable items.
pub fn frozenset_of(items: Vec<Value>) -> Value {
    let data = SetData::default();
    for item in items {
        // Constants are hashable, and their comparison cannot fail.
        let _ = data.add(item);
    }
    Ref::new(PyFrozenSet::with(data)).into_value()
}

/// The content of an exact set or frozenset.
pub fn exact_set(value: &Value) -> Option<&SetData> {
    match value.downcast_exact::<PySet>() {
        Some(set) => Some(&set.data),
        None => value.downcast_exact::<PyFrozenSet>().map(|set| &set.data),
    }
}

/// A new set of these items.
pub fn set_of(items: Vec<Value>) -> PyResult<Value> {
    let data = SetData::default();
    for item in items {
        data.add(item)?;
    }
    Ok(Ref::new(PySet { data }).into_value())
}

/// `set.add` on an exact set or subclass.
#[inline]
pub fn add(set: &PySet, item: Value) -> PyResult<()> {
    set.data.add(item)
}

/// `set.update` with one iterable.
pub fn update(set: &PySet, iterable: &Value) -> PyResult<()> {
    ops::update(&set.data, iterable)
}
