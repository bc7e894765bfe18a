//! `list`.

mod methods;

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::value::Value;
use minipy_macros::pyclass;

pub type ListRef = Ref<PyList>;

/// Built-in mutable sequence.
///
/// If no argument is given, the constructor creates a new empty list.
/// The argument must be an iterable if specified.
#[pyclass(name = "list", sig = "(iterable=(), /)", basetype, gc, sequence, match_self, parts(methods))]
pub struct PyList {
    items: GilCell<Vec<Value>>,
}

impl Traverse for PyList {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.items.traverse(visit);
    }

    fn clear(&self) {
        drop(self.items.take());
    }
}

impl PyList {
    pub fn from_vec(items: Vec<Value>) -> ListRef {
        Ref::new(PyList { items: GilCell::new(items) })
    }

    /// The payload alone, for instances of subclasses.
    pub fn payload(items: Vec<Value>) -> PyList {
        PyList { items: GilCell::new(items) }
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.items.with(|items| items.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`, if there is one.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<Value> {
        self.items.with(|items| items.get(index).cloned())
    }

    /// Replaces the item at `index`; gives the value back if there is no such item.
    #[inline(always)]
    pub fn set(&self, index: usize, value: Value) -> Result<(), Value> {
        let old = self.items.with(|items| match items.get_mut(index) {
            Some(place) => Ok(std::mem::replace(place, value)),
            None => Err(value),
        });
        old.map(drop)
    }

    #[inline]
    pub fn push(&self, value: Value) {
        self.items.with(|items| items.push(value));
    }

    pub fn extend(&self, values: impl IntoIterator<Item = Value>) {
        let values: Vec<Value> = values.into_iter().collect();
        self.items.with(|items| items.extend(values));
    }

    /// A copy of the items.
    pub fn to_vec(&self) -> Vec<Value> {
        self.items.with(|items| items.clone())
    }

    /// Runs `f` on the items. `f` must not run Python code.
    #[inline(always)]
    pub fn with<R>(&self, f: impl FnOnce(&mut Vec<Value>) -> R) -> R {
        self.items.with(f)
    }
}
