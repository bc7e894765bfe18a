//! The algebra of sets, for `set` and `frozenset` alike.

use super::table::{SetData, hash_key};
use super::{PyFrozenSet, PySet, any_set};
use crate::PyResult;
use crate::Ref;
use crate::protocol::{self, CmpOp};
use crate::types::dict::PyDict;
use crate::value::Value;

/// A new set of the kind (not the subclass) of `like`.
pub fn wrap_like(like: &Value, data: SetData) -> Value {
    if like.downcast::<PySet>().is_some() {
        Ref::new(PySet { data }).into_value()
    } else {
        Ref::new(PyFrozenSet::with(data)).into_value()
    }
}

/// A copy of a set's keys.
pub fn copy(data: &SetData) -> PyResult<SetData> {
    let new = SetData::default();
    new.merge(data)?;
    Ok(new)
}

/// Adds all items of an iterable.
pub fn update(data: &SetData, other: &Value) -> PyResult<()> {
    if let Some(other) = any_set(other) {
        return data.merge(other);
    }
    if let Some(dict) = other.downcast_exact::<PyDict>() {
        return data.merge_dict(dict);
    }
    protocol::for_each(other, |key| data.add(key))
}

/// The items of an iterable as a set of its own.
pub fn from_iterable(iterable: &Value) -> PyResult<SetData> {
    let data = SetData::default();
    update(&data, iterable)?;
    Ok(data)
}

/// Calls `f` with each key and its hash; the set may change meanwhile.
fn each(data: &SetData, mut f: impl FnMut(Value, i64) -> PyResult<()>) -> PyResult<()> {
    let mut position = 0;
    while let Some((next, key, hash)) = data.next_entry(position) {
        f(key, hash)?;
        position = next;
    }
    Ok(())
}

/// The keys of `data` that are in `other`.
pub fn intersection(data: &SetData, other: &Value) -> PyResult<SetData> {
    if let Some(other) = any_set(other) {
        if std::ptr::eq(data, other) {
            return copy(data);
        }
        return intersect(data, other);
    }
    let result = SetData::default();
    protocol::for_each(other, |key| {
        let hash = hash_key(&key)?;
        if data.contains_hashed(&key, hash)? {
            result.add_hashed(key, hash)?;
        }
        Ok(())
    })?;
    Ok(result)
}

fn intersect(data: &SetData, other: &SetData) -> PyResult<SetData> {
    let result = SetData::default();
    let (small, large) = if other.len() > data.len() { (data, other) } else { (other, data) };
    each(small, |key, hash| {
        if large.contains_hashed(&key, hash)? {
            result.add_hashed(key, hash)?;
        }
        Ok(())
    })?;
    Ok(result)
}

/// `set.difference_update(other)`.
pub fn difference_update(data: &SetData, other: &Value) -> PyResult<()> {
    match any_set(other) {
        Some(same) if std::ptr::eq(data, same) => {
            data.clear();
            return Ok(());
        }
        Some(other) => {
            // Against a much larger set only what both hold needs looking at.
            let common = if other.len() >> 3 > data.len() { Some(intersect(data, other)?) } else { None };
            each(common.as_ref().unwrap_or(other), |key, hash| data.discard_hashed(&key, hash).map(drop))?;
        }
        None => protocol::for_each(other, |key| {
            let hash = hash_key(&key)?;
            data.discard_hashed(&key, hash).map(drop)
        })?,
    }
    data.compact();
    Ok(())
}

/// The keys of `data` that are not in `other`.
pub fn difference(data: &SetData, other: &Value) -> PyResult<SetData> {
    let set = any_set(other);
    let dict = other.downcast_exact::<PyDict>();
    let other_len = set.map(SetData::len).or_else(|| dict.map(|d| d.len()));
    match other_len {
        Some(len) if data.len() >> 2 <= len => {}
        _ => {
            let result = copy(data)?;
            difference_update(&result, other)?;
            return Ok(result);
        }
    }
    let result = SetData::default();
    each(data, |key, hash| {
        let found = match (set, dict) {
            (Some(set), _) => set.contains_hashed(&key, hash)?,
            (_, Some(dict)) => dict.get_hashed(&key, hash)?.is_some(),
            _ => false,
        };
        if !found {
            result.add_hashed(key, hash)?;
        }
        Ok(())
    })?;
    Ok(result)
}

/// `set.symmetric_difference_update(other)`.
pub fn symmetric_difference_update(data: &SetData, other: &Value) -> PyResult<()> {
    let toggle = |key: Value, hash: i64| {
        if !data.discard_hashed(&key, hash)? {
            data.add_hashed(key, hash)?;
        }
        Ok(())
    };
    if let Some(other) = any_set(other) {
        if std::ptr::eq(data, other) {
            data.clear();
            return Ok(());
        }
        return each(other, toggle);
    }
    if let Some(dict) = other.downcast_exact::<PyDict>() {
        let mut position = 0;
        while let Some((next, key, _)) = dict.next_entry(position) {
            toggle(key, dict.hash_at(next - 1).unwrap_or_default())?;
            position = next;
        }
        return Ok(());
    }
    each(&from_iterable(other)?, toggle)
}

/// The keys in exactly one of both.
pub fn symmetric_difference(data: &SetData, other: &Value) -> PyResult<SetData> {
    let result = from_iterable(other)?;
    each(data, |key, hash| {
        if !result.discard_hashed(&key, hash)? {
            result.add_hashed(key, hash)?;
        }
        Ok(())
    })?;
    Ok(result)
}

/// Whether all keys of `a` are in `b`.
pub fn is_subset(a: &SetData, b: &SetData) -> PyResult<bool> {
    if a.len() > b.len() {
        return Ok(false);
    }
    let mut position = 0;
    while let Some((next, key, hash)) = a.next_entry(position) {
        if !b.contains_hashed(&key, hash)? {
            return Ok(false);
        }
        position = next;
    }
    Ok(true)
}

/// `set.isdisjoint(other)`.
pub fn is_disjoint(data: &SetData, other: &Value) -> PyResult<bool> {
    if let Some(other) = any_set(other) {
        if std::ptr::eq(data, other) {
            return Ok(data.is_empty());
        }
        let (small, large) = if other.len() > data.len() { (data, other) } else { (other, data) };
        let mut position = 0;
        while let Some((next, key, hash)) = small.next_entry(position) {
            if large.contains_hashed(&key, hash)? {
                return Ok(false);
            }
            position = next;
        }
        return Ok(true);
    }
    let iterator = protocol::iter(other)?;
    while let Some(key) = protocol::next(&iterator)? {
        let hash = hash_key(&key)?;
        if data.contains_hashed(&key, hash)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Rich comparison: subset relations.
pub fn compare(a: &SetData, b: &Value, op: CmpOp) -> PyResult<Value> {
    let Some(b) = any_set(b) else { return Ok(Value::NOT_IMPLEMENTED) };
    let result = match op {
        CmpOp::Eq => a.len() == b.len() && is_subset(a, b)?,
        CmpOp::Ne => a.len() != b.len() || !is_subset(a, b)?,
        CmpOp::Le => is_subset(a, b)?,
        CmpOp::Ge => is_subset(b, a)?,
        CmpOp::Lt => a.len() < b.len() && is_subset(a, b)?,
        CmpOp::Gt => b.len() < a.len() && is_subset(b, a)?,
    };
    Ok(Value::from_bool(result))
}

/// Looks a key up as `in`, `remove` and `discard` do: an unhashable set stands for the frozenset equal to it.
pub fn with_key<R>(key: &Value, f: impl Fn(&Value, i64) -> PyResult<R>) -> PyResult<R> {
    match protocol::hash(key) {
        Ok(hash) => f(key, hash),
        Err(error) => match key.downcast::<PySet>() {
            Some(set) if error.is_instance(crate::exceptions::type_error_class()) => {
                let frozen = Ref::new(PyFrozenSet::with(copy(&set.data)?)).into_value();
                let hash = protocol::hash(&frozen)?;
                f(&frozen, hash)
            }
            _ => Err(protocol::unhashable_key(error, key, "a set element")),
        },
    }
}
