//! `dict`: compact and ordered (PEP 468/520): an index table over an array of entries, probed as CPython probes.

mod iter;
mod methods;
mod table;
mod update;
mod views;

use crate::PyResult;
use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol;
use crate::types::str::{PyStr, StrRef};
use crate::value::Value;
use minipy_macros::pyclass;
use table::{Found, Probe, Table};

pub use iter::*;
pub use methods::{from_kwargs, missing};
pub use update::{merge_keywords, update, update_from_mapping};
pub use views::{PyDictItems, PyDictKeys, PyDictValues};

pub type DictRef = Ref<PyDict>;

const MIN_SIZE: usize = 8;

/// dict() -> new empty dictionary
/// dict(mapping) -> new dictionary initialized from a mapping object's
///     (key, value) pairs
/// dict(iterable) -> new dictionary initialized as if via:
///     d = {}
///     for k, v in iterable:
///         d[k] = v
/// dict(**kwargs) -> new dictionary initialized with the name=value pairs
///     in the keyword argument list.  For example:  dict(one=1, two=2)
#[pyclass(name = "dict", basetype, gc, mapping, match_self, parts(methods, protocol))]
#[derive(Default)]
#[repr(C)]
pub struct PyDict {
    table: GilCell<Table>,
}

impl Traverse for PyDict {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        // SAFETY: the collector runs no Python code while it traverses.
        for entry in unsafe { (*self.table.as_ptr()).entries() } {
            entry.key.traverse(visit);
            entry.value.traverse(visit);
        }
    }

    fn clear_refs(&self) {
        PyDict::clear(self);
    }
}

impl Default for DictRef {
    fn default() -> DictRef {
        PyDict::new_ref()
    }
}

#[inline(always)]
fn exact_str(key: &Value) -> Option<&StrRef> {
    key.downcast_exact::<PyStr>()
}

/// What identity and text can tell about `key == other` when hashes are equal.
#[inline(always)]
pub(crate) fn quick_eq(key: &Value, other: &Value) -> Option<bool> {
    if key.is(other) {
        return Some(true);
    }
    if let (Some(a), Some(b)) = (exact_str(key), exact_str(other)) {
        return Some(a.eq(b));
    }
    if key.is_small_int() && other.is_small_int() {
        return Some(false);
    }
    None
}

/// `hash(key)`, with the TypeError of unhashable keys worded for dicts.
#[inline]
pub fn hash_key(key: &Value) -> PyResult<i64> {
    protocol::hash(key).map_err(|error| protocol::unhashable_key(error, key, "a dict key"))
}

impl PyDict {
    pub fn new_ref() -> DictRef {
        Ref::new(PyDict::default())
    }

    /// An empty dict with room for `capacity` keys.
    pub fn with_capacity(capacity: usize) -> DictRef {
        let dict = PyDict::new_ref();
        if capacity > 0 {
            dict.table.with(|t| t.resize((capacity * 3).div_ceil(2)));
        }
        dict
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.table.with(|t| t.used as usize)
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn keys_changed(&self) {
        self.table.with(|t| t.keys_version = 0);
    }

    /// The version of the set of keys, assigning one if there is none; 0 if versions have run out. It changes whenever a key is
    /// added or removed; values may change under one version.
    #[inline]
    pub fn keys_version(&self) -> u32 {
        static NEXT: GilCell<u32> = GilCell::new(1);
        self.table.with(|t| {
            if t.keys_version == 0 {
                t.keys_version = NEXT.with(|n| {
                    let next = *n;
                    *n = n.saturating_add(u32::from(next != u32::MAX));
                    if next == u32::MAX { 0 } else { next }
                });
            }
            t.keys_version
        })
    }

    /// The version without assigning one.
    #[inline(always)]
    pub fn keys_version_raw(&self) -> u32 {
        self.table.with(|t| t.keys_version)
    }

    /// Finds `key`, running `__eq__` where identity and text do not settle it.
    fn find(&self, key: &Value, hash: i64) -> PyResult<Option<(usize, usize)>> {
        'restart: loop {
            let mut found =
                self.table.with(|t| t.probe(Probe::new(hash, t.mask()), hash, |k| quick_eq(k, key)));
            loop {
                match found {
                    Found::At { slot, index } => return Ok(Some((slot, index))),
                    Found::Missing => return Ok(None),
                    Found::Compare { slot, index, mut probe } => {
                        let Some(candidate) = self.table.with(|t| t.entries()[index].key.clone()) else {
                            continue 'restart;
                        };
                        let equal = protocol::eq(&candidate, key)?;
                        // The comparison may have changed the dict: start over if the entry moved.
                        let same = self.table.with(|t| {
                            t.mask() == probe.mask
                                && t.slot(slot) == index as u32
                                && t.entries()
                                    .get(index)
                                    .and_then(|e| e.key.as_ref())
                                    .is_some_and(|k| k.is(&candidate))
                        });
                        if !same {
                            continue 'restart;
                        }
                        if equal {
                            return Ok(Some((slot, index)));
                        }
                        probe.advance();
                        found = self.table.with(|t| t.probe(probe, hash, |k| quick_eq(k, key)));
                    }
                }
            }
        }
    }

    /// `self[key]` without `__missing__`; `None` if there is no such key.
    pub fn get(&self, key: &Value) -> PyResult<Option<Value>> {
        let hash = hash_key(key)?;
        self.get_hashed(key, hash)
    }

    pub fn get_hashed(&self, key: &Value, hash: i64) -> PyResult<Option<Value>> {
        let found = self.find(key, hash)?;
        Ok(found.and_then(|(_, index)| self.table.with(|t| t.entries()[index].value.clone())))
    }

    pub fn contains(&self, key: &Value) -> PyResult<bool> {
        let hash = hash_key(key)?;
        Ok(self.find(key, hash)?.is_some())
    }

    /// `self[key] = value`.
    pub fn set(&self, key: Value, value: Value) -> PyResult<()> {
        if let Some(text) = exact_str(&key) {
            let hash = text.hash();
            let found = self.table.with(|t| t.probe(Probe::new(hash, t.mask()), hash, |k| quick_eq(k, &key)));
            if let Found::At { index, .. } = found {
                drop(self.replace_at(index, value));
                return Ok(());
            }
            return self.set_hashed(key, hash, value);
        }
        let hash = hash_key(&key)?;
        self.set_hashed(key, hash, value)
    }

    pub fn set_hashed(&self, key: Value, hash: i64, value: Value) -> PyResult<()> {
        match self.find(&key, hash)? {
            Some((_, index)) => drop(self.table.with(|t| t.entries_mut()[index].value.replace(value))),
            None => {
                self.keys_changed();
                self.table.with(|t| t.insert_new(hash, key, value));
            }
        }
        Ok(())
    }

    /// `setdefault`: the existing value, or `default()` after storing it.
    pub fn get_or_insert(&self, key: &Value, default: impl FnOnce() -> Value) -> PyResult<Value> {
        let hash = hash_key(key)?;
        if let Some((_, index)) = self.find(key, hash)? {
            return Ok(self.table.with(|t| t.entries()[index].value.clone()).unwrap_or(Value::NONE));
        }
        let value = default();
        self.keys_changed();
        self.table.with(|t| t.insert_new(hash, key.clone(), value.clone()));
        Ok(value)
    }

    /// Removes `key`; gives its value, or `None` if there was none.
    pub fn remove(&self, key: &Value) -> PyResult<Option<Value>> {
        let hash = hash_key(key)?;
        self.remove_hashed(key, hash)
    }

    pub fn remove_hashed(&self, key: &Value, hash: i64) -> PyResult<Option<Value>> {
        let Some((slot, index)) = self.find(key, hash)? else { return Ok(None) };
        self.keys_changed();
        let (_key, value) = self.table.with(|t| t.remove(slot, index));
        Ok(value)
    }

    /// `get` for a str key.
    #[inline]
    pub fn get_str(&self, key: &StrRef) -> PyResult<Option<Value>> {
        let hash = key.hash();
        let found =
            self.table.with(|t| t.probe(Probe::new(hash, t.mask()), hash, |k| quick_eq(k, key.as_value())));
        match found {
            Found::At { index, .. } => Ok(self.table.with(|t| t.entries()[index].value.clone())),
            Found::Missing => Ok(None),
            Found::Compare { .. } => self.get_hashed(key.as_value(), hash),
        }
    }

    /// `get_str` in a namespace; keys whose `==` would have to run do not count as equal.
    #[inline]
    pub fn get_interned(&self, key: &StrRef) -> Option<Value> {
        let index = self.position(key)?;
        self.table.with(|t| t.entries()[index].value.clone())
    }

    /// The entry index of a str key, for caches; valid under the current `keys_version`.
    #[inline]
    pub fn position(&self, key: &StrRef) -> Option<usize> {
        let hash = key.hash();
        let found = self.table.with(|t| {
            t.probe(Probe::new(hash, t.mask()), hash, |k| {
                Some(k.is(key.as_value()) || exact_str(k).is_some_and(|k| k.eq(key)))
            })
        });
        match found {
            Found::At { index, .. } => Some(index),
            _ => None,
        }
    }

    /// The value at an entry index that [`PyDict::position`] gave under the same `keys_version`.
    #[inline(always)]
    pub fn value_at(&self, index: usize) -> Option<Value> {
        self.table.with(|t| t.entries().get(index).and_then(|e| e.value.clone()))
    }

    /// Replaces the value at such an index.
    #[inline(always)]
    pub fn replace_at(&self, index: usize, value: Value) -> Option<Value> {
        self.table.with(|t| t.entries_mut().get_mut(index).and_then(|e| e.value.replace(value)))
    }

    pub fn set_str(&self, key: &StrRef, value: Value) -> PyResult<()> {
        self.set_hashed(key.to_value(), key.hash(), value)
    }

    pub fn remove_str(&self, key: &StrRef) -> PyResult<Option<Value>> {
        self.remove_hashed(key.as_value(), key.hash())
    }

    /// Sets a key in a dict that is known to hold str keys only.
    pub fn insert_interned(&self, key: &StrRef, value: Value) {
        match self.position(key) {
            Some(index) => drop(self.replace_at(index, value)),
            None => {
                self.keys_changed();
                self.table.with(|t| t.insert_new(key.hash(), key.to_value(), value));
            }
        }
    }

    /// As [`PyDict::insert_interned`] with a Rust string.
    pub fn insert(&self, key: &str, value: impl Into<Value>) {
        self.insert_interned(&crate::types::str::intern(key), value.into());
    }

    pub fn clear(&self) {
        self.keys_changed();
        drop(self.table.take());
    }

    /// The first entry at or after `position` as (next position, key, value). For iteration that tolerates changes of
    /// values; callers check `len` and `keys_version` against changes of keys.
    #[inline]
    pub fn next_entry(&self, position: usize) -> Option<(usize, Value, Value)> {
        self.table.with(|t| {
            let mut index = position.max(t.head as usize);
            loop {
                let entry = t.entries().get(index)?;
                index += 1;
                if let (Some(key), Some(value)) = (&entry.key, &entry.value) {
                    return Some((index, key.clone(), value.clone()));
                }
            }
        })
    }

    /// As [`PyDict::next_entry`] with the hash, walking down from `position` (exclusive).
    pub fn previous_entry(&self, position: usize) -> Option<(usize, Value, Value)> {
        self.table.with(|t| {
            let mut index = position.min(t.entries().len());
            while index > 0 {
                index -= 1;
                let entry = &t.entries()[index];
                if let (Some(key), Some(value)) = (&entry.key, &entry.value) {
                    return Some((index, key.clone(), value.clone()));
                }
            }
            None
        })
    }

    /// How many entry places there are, live or deleted: one past the last position.
    pub fn entry_count(&self) -> usize {
        self.table.with(|t| t.entries().len())
    }

    /// The hash stored for the entry that `next_entry` gave as `next - 1`.
    pub fn hash_at(&self, index: usize) -> Option<i64> {
        self.table.with(|t| t.entries().get(index).map(|e| e.hash))
    }

    /// A snapshot of the entries.
    pub fn entries(&self) -> Vec<(Value, Value)> {
        self.table
            .with(|t| t.entries().iter().filter_map(|e| Some((e.key.clone()?, e.value.clone()?))).collect())
    }

    pub fn keys(&self) -> Vec<Value> {
        self.table.with(|t| t.entries().iter().filter_map(|e| e.key.clone()).collect())
    }

    pub fn values(&self) -> Vec<Value> {
        self.table.with(|t| t.entries().iter().filter_map(|e| e.value.clone()).collect())
    }

    /// A shallow copy as a plain dict.
    pub fn copy(&self) -> DictRef {
        let new = PyDict::new_ref();
        self.copy_to(&new);
        new
    }

    /// Fills the empty dict `new` with the entries.
    pub fn copy_to(&self, new: &PyDict) {
        self.table.with(|from| new.table.with(|to| from.copy_to(to)));
    }

    /// Moves the entry of `key`, if there is one, to the end or to the front; whether there was one.
    pub fn move_to_end(&self, key: &Value, last: bool) -> PyResult<bool> {
        let hash = hash_key(key)?;
        self.move_to_end_hashed(key, hash, last)
    }

    /// As [`PyDict::move_to_end`] for a key whose hash is known.
    pub fn move_to_end_hashed(&self, key: &Value, hash: i64, last: bool) -> PyResult<bool> {
        let Some((slot, index)) = self.find(key, hash)? else { return Ok(false) };
        if last && index + 1 == self.entry_count() {
            return Ok(true);
        }
        self.keys_changed();
        self.table.with(|t| {
            let (Some(key), Some(value)) = t.remove(slot, index) else { return };
            if last {
                t.insert_new(hash, key, value);
            } else {
                t.insert_first(hash, key, value);
            }
        });
        Ok(true)
    }

    /// Copies every entry of `other` over (`dict.update` with a dict).
    pub fn merge(&self, other: &PyDict) -> PyResult<()> {
        if std::ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        if self.is_empty() {
            self.keys_changed();
            other.copy_to(self);
            return Ok(());
        }
        let len = other.len();
        self.reserve(len);
        let mut position = 0;
        while let Some((next, key, value)) = other.next_entry(position) {
            let hash = other.hash_at(next - 1).unwrap_or_default();
            self.set_hashed(key, hash, value)?;
            if other.len() != len {
                return Err(crate::exceptions::runtime_error("dict mutated during update"));
            }
            position = next;
        }
        Ok(())
    }

    /// Makes room for that many more keys at once.
    pub fn reserve(&self, additional: usize) {
        self.table.with(|t| t.reserve(additional));
    }

    /// Removes and gives the last entry.
    pub fn pop_last(&self) -> Option<(Value, Value)> {
        let (index, key, value) = self.previous_entry(usize::MAX)?;
        let hash = self.hash_at(index)?;
        self.keys_changed();
        self.table.with(|t| {
            let mut probe = Probe::new(hash, t.mask());
            while t.slot(probe.slot) != index as u32 {
                probe.advance();
            }
            drop(t.remove(probe.slot, index));
            t.trim();
        });
        Some((key, value))
    }

    /// Bytes of the table, for `__sizeof__`.
    pub fn table_size(&self) -> usize {
        self.table.with(|t| t.size())
    }
}
