//! `list`.

mod iter;
mod methods;
mod slices;
mod sort;

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::str::PyStr;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use minipy_macros::pyclass;

pub use iter::{PyListIterator, PyListReverseIterator};
pub(crate) use methods::write_items;
pub(crate) use slices::select;
pub use sort::sort_values;

pub type ListRef = Ref<PyList>;

/// Built-in mutable sequence.
///
/// If no argument is given, the constructor creates a new empty list.
/// The argument must be an iterable if specified.
#[pyclass(
    name = "list",
    sig = "(iterable=(), /)",
    basetype,
    gc,
    sequence,
    match_self,
    parts(methods, slices)
)]
pub struct PyList {
    items: GilCell<Vec<Value>>,
}

impl Traverse for PyList {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.items.traverse(visit);
    }

    fn clear_refs(&self) {
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

    /// `list.extend(iterable)`.
    pub fn extend_from(&self, iterable: &Value) -> PyResult<()> {
        if let Some(items) = protocol::exact_items(iterable) {
            self.items.with(|own| {
                if own.is_empty() {
                    *own = items;
                } else {
                    own.extend(items);
                }
            });
            return Ok(());
        }
        if let Some(text) = iterable.downcast_exact::<PyStr>() {
            self.extend(text.chars().map(|c| PyStr::from_char(c).into_value()));
            return Ok(());
        }
        let iterator = protocol::iter(iterable)?;
        let hint = protocol::length_hint(iterable, 8)?;
        // A hint may lie: a failing reservation only means that the list grows as it must.
        if self.is_empty() {
            self.items.with(|own| {
                let _ = own.try_reserve_exact(hint);
            });
        }
        let next = protocol::iternext_of(&iterator)?;
        while let Some(item) = protocol::stop_as_none(next(&iterator))? {
            self.push(item);
        }
        if hint > 64 {
            self.items.with(|own| {
                if own.capacity() / 2 > own.len() {
                    own.shrink_to_fit();
                }
            });
        }
        Ok(())
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

/// `items * count` for sequences.
pub(crate) fn repeat(items: &[Value], count: isize) -> PyResult<Vec<Value>> {
    let count = count.max(0) as usize;
    let total = items.len().checked_mul(count).ok_or_else(exceptions::memory_error)?;
    let mut out = Vec::new();
    if total > isize::MAX as usize / size_of::<Value>() || out.try_reserve_exact(total).is_err() {
        return Err(exceptions::memory_error());
    }
    if let [item] = items {
        out.resize(total, item.clone());
        return Ok(out);
    }
    for _ in 0..if items.is_empty() { 0 } else { count } {
        out.extend_from_slice(items);
    }
    Ok(out)
}
