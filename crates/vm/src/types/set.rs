//! `set` and `frozenset`.

use crate::heap::{Ref, Traverse, Visitor};
use crate::types::dict::{DictRef, PyDict};
use crate::value::Value;
use minipy_macros::pyclass;

/// Build an unordered collection of unique elements.
#[pyclass(name = "set", sig = "(iterable=(), /)", basetype, gc, weakref, match_self)]
pub struct PySet {
    pub items: DictRef,
}

impl Traverse for PySet {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.items.traverse(visit);
    }
}

/// Build an immutable unordered collection of unique elements.
#[pyclass(name = "frozenset", sig = "(iterable=(), /)", basetype, gc, weakref, match_self)]
pub struct PyFrozenSet {
    pub items: DictRef,
}

impl Traverse for PyFrozenSet {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.items.traverse(visit);
    }
}

fn table(items: Vec<Value>) -> DictRef {
    let table = PyDict::with_capacity(items.len());
    for item in items {
        // Constants are hashable.
        let _ = table.set(item, Value::NONE);
    }
    table
}

/// A frozenset of hashable items.
pub fn frozenset_of(items: Vec<Value>) -> Value {
    Ref::new(PyFrozenSet { items: table(items) }).into_value()
}

/// A new set of these items.
pub fn set_of(items: Vec<Value>) -> crate::PyResult<Value> {
    let table = PyDict::with_capacity(items.len());
    for item in items {
        table.set(item, Value::NONE)?;
    }
    Ok(Ref::new(PySet { items: table }).into_value())
}

/// `set.add` on an exact set or subclass.
pub fn add(set: &PySet, item: Value) -> crate::PyResult<()> {
    set.items.set(item, Value::NONE)
}
