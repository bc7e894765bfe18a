//! The hash table of sets: open addressing with short linear stretches, laid out exactly as CPython's, so that sets
//! iterate in the same order.

use crate::PyResult;
use crate::cell::GilCell;
use crate::heap::{Traverse, Visitor};
use crate::protocol;
use crate::types::dict::{PyDict, quick_eq};
use crate::value::Value;

/// A place of the table.
#[derive(Clone)]
struct Entry {
    /// 0 without key: never used. -1 without key: its key was removed.
    hash: i64,
    key: Option<Value>,
}

const UNUSED: Entry = Entry { hash: 0, key: None };
const REMOVED: i64 = -1;
const MIN_SIZE: usize = 8;
/// How many neighbours are tried before the probe jumps.
const LINEAR_PROBES: usize = 9;

#[derive(Default)]
struct Table {
    /// A power of two long; empty until something is added.
    entries: Vec<Entry>,
    /// Keys and removed keys.
    fill: usize,
    used: usize,
    /// Where `pop` looks first.
    finger: usize,
}

/// A position in the probe sequence of a hash.
struct Probe {
    mask: usize,
    start: usize,
    at: usize,
    left: usize,
    perturb: u64,
    /// The place of a removed key that was passed last, which a new key takes.
    free: Option<usize>,
}

impl Probe {
    #[inline(always)]
    fn new(hash: i64, mask: usize) -> Probe {
        let mut probe =
            Probe { mask, start: hash as usize & mask, at: 0, left: 0, perturb: hash as u64, free: None };
        probe.begin();
        probe
    }

    #[inline(always)]
    fn begin(&mut self) {
        self.at = self.start;
        self.left = if self.start + LINEAR_PROBES <= self.mask { LINEAR_PROBES } else { 0 };
    }

    #[inline(always)]
    fn advance(&mut self) {
        if self.left > 0 {
            self.left -= 1;
            self.at += 1;
            return;
        }
        self.perturb >>= 5;
        self.start =
            self.start.wrapping_mul(5).wrapping_add(1).wrapping_add(self.perturb as usize) & self.mask;
        self.begin();
    }
}

enum Found {
    At(usize),
    /// The place where the key would go.
    Missing(usize),
    /// The key there has the same hash and must be compared by `==`.
    Compare(Probe),
}

impl Table {
    #[inline(always)]
    fn mask(&self) -> usize {
        self.entries.len().max(MIN_SIZE) - 1
    }

    #[inline(always)]
    fn probe(&self, mut probe: Probe, hash: i64, key: &Value) -> Found {
        if self.entries.is_empty() {
            return Found::Missing(probe.at);
        }
        loop {
            let entry = &self.entries[probe.at];
            match &entry.key {
                None if entry.hash == 0 => return Found::Missing(probe.free.unwrap_or(probe.at)),
                None => probe.free = Some(probe.at),
                Some(candidate) if entry.hash == hash => match quick_eq(candidate, key) {
                    Some(true) => return Found::At(probe.at),
                    Some(false) => {}
                    None => return Found::Compare(probe),
                },
                _ => {}
            }
            probe.advance();
        }
    }

    /// Adds a key that is known to be missing from a table without removed keys.
    fn insert_clean(&mut self, hash: i64, key: Value) {
        let mut probe = Probe::new(hash, self.mask());
        while self.entries[probe.at].key.is_some() {
            probe.advance();
        }
        self.entries[probe.at] = Entry { hash, key: Some(key) };
    }

    /// Rebuilds with more than `wanted` places.
    fn resize(&mut self, wanted: usize) {
        let mut size = MIN_SIZE;
        while size <= wanted {
            size <<= 1;
        }
        let old = std::mem::replace(&mut self.entries, vec![UNUSED; size]);
        for entry in old {
            if let Some(key) = entry.key {
                self.insert_clean(entry.hash, key);
            }
        }
        self.fill = self.used;
    }

    fn grow(&mut self) {
        self.resize(if self.used > 50_000 { self.used * 2 } else { self.used * 4 });
    }

    fn insert_at(&mut self, at: usize, hash: i64, key: Value) {
        if self.entries.is_empty() {
            self.entries = vec![UNUSED; MIN_SIZE];
        }
        let reused = self.entries[at].hash == REMOVED && self.entries[at].key.is_none();
        self.entries[at] = Entry { hash, key: Some(key) };
        self.used += 1;
        if reused {
            return;
        }
        self.fill += 1;
        if self.fill * 5 >= self.mask() * 3 {
            self.grow();
        }
    }

    fn remove_at(&mut self, at: usize) -> Option<Value> {
        let entry = &mut self.entries[at];
        entry.hash = REMOVED;
        self.used -= 1;
        entry.key.take()
    }
}

/// The keys of a set. Owned by `set` and `frozenset` objects.
#[derive(Default)]
pub struct SetData {
    table: GilCell<Table>,
}

impl Traverse for SetData {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        // SAFETY: the collector runs no Python code while it traverses.
        for entry in unsafe { &(*self.table.as_ptr()).entries } {
            entry.key.traverse(visit);
        }
    }

    fn clear_refs(&self) {
        SetData::clear(self);
    }
}

/// `hash(key)`, with the TypeError of unhashable keys worded for sets.
#[inline]
pub fn hash_key(key: &Value) -> PyResult<i64> {
    protocol::hash(key).map_err(|error| protocol::unhashable_key(error, key, "a set element"))
}

impl SetData {
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.table.with(|t| t.used)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Finds `key`, running `__eq__` where identity and text do not settle it.
    fn find(&self, key: &Value, hash: i64) -> PyResult<Found> {
        'restart: loop {
            let mut found = self.table.with(|t| t.probe(Probe::new(hash, t.mask()), hash, key));
            while let Found::Compare(mut probe) = found {
                let at = probe.at;
                let Some(candidate) = self.table.with(|t| t.entries[at].key.clone()) else {
                    continue 'restart;
                };
                let equal = protocol::eq(&candidate, key)?;
                // The comparison may have changed the set.
                let same = self.table.with(|t| {
                    t.mask() == probe.mask
                        && t.entries.get(at).and_then(|e| e.key.as_ref()).is_some_and(|k| k.is(&candidate))
                });
                if !same {
                    continue 'restart;
                }
                if equal {
                    return Ok(Found::At(at));
                }
                probe.advance();
                found = self.table.with(|t| t.probe(probe, hash, key));
            }
            return Ok(found);
        }
    }

    /// Whether `key` with this hash is in the set.
    pub fn contains_hashed(&self, key: &Value, hash: i64) -> PyResult<bool> {
        Ok(matches!(self.find(key, hash)?, Found::At(_)))
    }

    /// Adds `key`; whether it was missing.
    #[inline]
    pub fn add_hashed(&self, key: Value, hash: i64) -> PyResult<bool> {
        match self.find(&key, hash)? {
            Found::Missing(at) => {
                self.table.with(|t| t.insert_at(at, hash, key));
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// `set.add`.
    #[inline]
    pub fn add(&self, key: Value) -> PyResult<()> {
        let hash = hash_key(&key)?;
        self.add_hashed(key, hash).map(drop)
    }

    /// Removes `key`; whether it was there.
    pub fn discard_hashed(&self, key: &Value, hash: i64) -> PyResult<bool> {
        match self.find(key, hash)? {
            Found::At(at) => {
                drop(self.table.with(|t| t.remove_at(at)));
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    pub fn clear(&self) {
        drop(self.table.take());
    }

    /// Removes and gives a key.
    pub fn pop(&self) -> Option<Value> {
        self.table.with(|t| {
            if t.used == 0 {
                return None;
            }
            let mask = t.mask();
            let mut at = t.finger & mask;
            while t.entries[at].key.is_none() {
                at = (at + 1) & mask;
            }
            t.finger = at + 1;
            t.remove_at(at)
        })
    }

    /// The first key at or after place `position`, as (next position, key, hash).
    #[inline]
    pub fn next_entry(&self, position: usize) -> Option<(usize, Value, i64)> {
        self.table.with(|t| {
            let rest = t.entries.get(position..)?;
            let (offset, entry) = rest.iter().enumerate().find(|(_, e)| e.key.is_some())?;
            entry.key.clone().map(|key| (position + offset + 1, key, entry.hash))
        })
    }

    /// The keys in table order.
    pub fn to_vec(&self) -> Vec<Value> {
        self.table.with(|t| t.entries.iter().filter_map(|e| e.key.clone()).collect())
    }

    /// The hashes of the keys.
    pub fn hashes(&self) -> Vec<i64> {
        self.table.with(|t| t.entries.iter().filter(|e| e.key.is_some()).map(|e| e.hash).collect())
    }

    /// Adds the keys of another set, growing once and copying in bulk where that is possible.
    pub fn merge(&self, other: &SetData) -> PyResult<()> {
        if std::ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        let empty = self.table.with(|t| {
            other.table.with(|o| {
                if (t.fill + o.used) * 5 >= t.mask() * 3 {
                    t.resize((t.used + o.used) * 2);
                }
                if t.fill != 0 {
                    return false;
                }
                if t.mask() == o.mask() && o.fill == o.used {
                    t.entries = o.entries.clone();
                } else {
                    t.entries = vec![UNUSED; t.mask() + 1];
                    for entry in &o.entries {
                        if let Some(key) = &entry.key {
                            t.insert_clean(entry.hash, key.clone());
                        }
                    }
                }
                t.fill = o.used;
                t.used = o.used;
                true
            })
        });
        if empty {
            return Ok(());
        }
        let mut position = 0;
        while let Some((next, key, hash)) = other.next_entry(position) {
            self.add_hashed(key, hash)?;
            position = next;
        }
        Ok(())
    }

    /// Adds the keys of a dict.
    pub fn merge_dict(&self, dict: &PyDict) -> PyResult<()> {
        self.table.with(|t| {
            if (t.fill + dict.len()) * 5 >= t.mask() * 3 {
                t.resize((t.used + dict.len()) * 2);
            }
        });
        let mut position = 0;
        while let Some((next, key, _)) = dict.next_entry(position) {
            let hash = dict.hash_at(next - 1).unwrap_or_default();
            self.add_hashed(key, hash)?;
            position = next;
        }
        Ok(())
    }

    /// Drops the places of removed keys if they are many.
    pub fn compact(&self) {
        self.table.with(|t| {
            if t.fill - t.used > t.mask() / 4 {
                t.grow();
            }
        });
    }

    /// Takes the content of another set.
    pub fn swap(&self, other: &SetData) {
        self.table.with(|a| other.table.with(|b| std::mem::swap(a, b)));
    }

    /// Bytes of the table, for `__sizeof__`.
    pub fn table_size(&self) -> usize {
        self.table.with(|t| t.entries.capacity() * size_of::<Entry>())
    }
}
