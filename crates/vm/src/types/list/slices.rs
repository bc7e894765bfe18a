//! Subscription of lists: items and slices.

use super::PyList;
use crate::heap::Ref;
use crate::types::slice::indices::{self, Indices, Subscript};
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use minipy_macros::pymethods;

impl PyList {
    /// `self[key]`.
    #[inline]
    pub fn subscript_value(&self, key: &Value) -> PyResult<Value> {
        match indices::subscript(key, "list")? {
            Subscript::Index(index) => self
                .with(|items| indices::position(index, items.len()).map(|at| items[at].clone()))
                .ok_or_else(|| exceptions::index_error("list index out of range")),
            Subscript::Slice(slice) => {
                let range = slice.resolve(|| self.len())?;
                Ok(PyList::from_vec(self.with(|items| select(items, range))).into_value())
            }
        }
    }

    /// `self[key] = value`, or with `None` `del self[key]`.
    fn assign(zelf: &Ref<PyList>, key: &Value, value: Option<Value>) -> PyResult<()> {
        match indices::subscript(key, "list")? {
            Subscript::Index(index) => zelf.assign_index(index, value),
            Subscript::Slice(slice) => {
                let (start, stop, step) = slice.unpack()?;
                match value {
                    None => {
                        let range = indices::adjust(zelf.len(), start, stop, step);
                        let removed = zelf.with(|items| remove(items, range));
                        drop(removed);
                        Ok(())
                    }
                    Some(value) => Self::assign_slice(zelf, (start, stop, step), &value),
                }
            }
        }
    }

    fn assign_index(&self, index: isize, value: Option<Value>) -> PyResult<()> {
        let old = self.with(|items| {
            let at = indices::position(index, items.len())?;
            Some(match value {
                Some(value) => std::mem::replace(&mut items[at], value),
                None => items.remove(at),
            })
        });
        match old {
            Some(_) => Ok(()),
            None => Err(exceptions::index_error("list assignment index out of range")),
        }
    }

    /// `self[from:to] = values`. The old items are dropped once the list is whole again, as that may run code.
    pub(crate) fn replace_range(&self, from: usize, to: usize, mut values: Vec<Value>) {
        let old: Vec<Value> = self.with(|items| {
            if values.len() == to - from {
                items[from..to].swap_with_slice(&mut values);
                return values;
            }
            items.splice(from..to, values).collect()
        });
        drop(old);
    }

    fn assign_slice(zelf: &Ref<PyList>, slice: (isize, isize, isize), value: &Value) -> PyResult<()> {
        let (start, stop, step) = slice;
        let class = value.class();
        if class.slots().iter.is_none() && class.slots().sq_item.is_none() {
            return Err(exceptions::type_error("must assign iterable to extended slice"));
        }
        // The values come first: iterating may run code that changes the list.
        let values = protocol::collect(value)?;
        let range = indices::adjust(zelf.len(), start, stop, step);
        if step == 1 {
            let from = range.start as usize;
            zelf.replace_range(from, from.max(range.stop as usize), values);
            return Ok(());
        }
        if values.len() != range.count {
            return Err(exceptions::value_error(format!(
                "attempt to assign sequence of size {} to extended slice of size {}",
                values.len(),
                range.count
            )));
        }
        let old: Vec<Value> = zelf.with(|items| {
            range
                .positions()
                .zip(values)
                .map(|(at, value)| std::mem::replace(&mut items[at], value))
                .collect()
        });
        drop(old);
        Ok(())
    }
}

/// The selected items.
pub(crate) fn select(items: &[Value], range: Indices) -> Vec<Value> {
    if range.step == 1 {
        let from = range.start as usize;
        return items.get(from..from + range.count).map_or_else(Vec::new, <[Value]>::to_vec);
    }
    if range.step == -1 && range.count != 0 {
        let first = (range.start + 1) as usize - range.count;
        return items[first..first + range.count].iter().rev().cloned().collect();
    }
    range.positions().map(|at| items[at].clone()).collect()
}

/// Takes the selected items out.
fn remove(items: &mut Vec<Value>, range: Indices) -> Vec<Value> {
    if range.count == 0 {
        return Vec::new();
    }
    let range = range.ascending();
    let from = range.start as usize;
    if range.step == 1 {
        return items.drain(from..from + range.count).collect();
    }
    let mut wanted = range.positions().peekable();
    let mut at = from;
    let mut removed = Vec::with_capacity(range.count);
    let kept: Vec<Value> = items
        .drain(from..)
        .filter_map(|item| {
            let take = wanted.next_if_eq(&at).is_some();
            at += 1;
            if take {
                removed.push(item);
                None
            } else {
                Some(item)
            }
        })
        .collect();
    items.extend(kept);
    removed
}

#[pymethods(part = slices)]
impl PyList {
    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        self.subscript_value(key)
    }

    #[slot]
    fn ass_subscript(zelf: &Ref<PyList>, key: &Value, value: Option<Value>) -> PyResult<()> {
        PyList::assign(zelf, key, value)
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        usize::try_from(index)
            .ok()
            .and_then(|at| self.get(at))
            .ok_or_else(|| exceptions::index_error("list index out of range"))
    }

    #[slot]
    fn sq_ass_item(&self, index: isize, value: Option<Value>) -> PyResult<()> {
        if index < 0 {
            return Err(exceptions::index_error("list assignment index out of range"));
        }
        self.assign_index(index, value)
    }
}
