//! `dict.update` and the merging of keyword arguments.

use super::PyDict;
use crate::exceptions::{PyErr, runtime_error, type_error, type_error_class, value_error};
use crate::heap::Payload;
use crate::protocol;
use crate::value::Value;
use crate::{PyResult, name};

/// The dict behind a mapping whose entries may be read directly: a dict whose class does not iterate in a way of its own.
fn plain_dict(mapping: &Value) -> Option<&PyDict> {
    if let Some(dict) = mapping.downcast_exact::<PyDict>() {
        return Some(dict);
    }
    let dict = mapping.downcast::<PyDict>()?;
    let own = mapping.class().slots().iter?;
    let plain = PyDict::class().slots().iter?;
    std::ptr::fn_addr_eq(own, plain).then_some(&**dict)
}

/// Copies the entries of a mapping: a dict, or anything with `keys()`.
pub fn update_from_mapping(dict: &PyDict, mapping: &Value) -> PyResult<()> {
    if let Some(other) = plain_dict(mapping) {
        return dict.merge(other);
    }
    let keys = protocol::call_method(mapping, name!("keys"), &[])?;
    let class = keys.class();
    if class.slots().iter.is_none() && class.slots().sq_item.is_none() {
        return Err(type_error(format!(
            "{}.keys() returned a non-iterable (type {})",
            mapping.type_name(),
            keys.type_name()
        )));
    }
    for key in protocol::collect(&protocol::iter(&keys)?)? {
        let value = protocol::getitem(mapping, &key)?;
        dict.set(key, value)?;
    }
    Ok(())
}

/// `dict.update(source)`: a mapping, or an iterable of pairs.
pub fn update(dict: &PyDict, source: &Value) -> PyResult<()> {
    if source.downcast_exact::<PyDict>().is_some() || protocol::lookup_attr(source, name!("keys"))?.is_some()
    {
        return update_from_mapping(dict, source);
    }
    let mut number = 0usize;
    protocol::for_each(source, |item| {
        let pair = match protocol::exact_items(&item) {
            Some(pair) => pair,
            None => pair_items(&item, number)?,
        };
        match <[Value; 2]>::try_from(pair) {
            Ok([key, value]) => dict.set(key, value)?,
            Err(items) => {
                return Err(value_error(format!(
                    "dictionary update sequence element #{number} has length {}; 2 is required",
                    items.len()
                )));
            }
        }
        number += 1;
        Ok(())
    })
}

fn pair_items(item: &Value, number: usize) -> PyResult<Vec<Value>> {
    let items = protocol::iter(item).map_err(|error| match error.is_instance(type_error_class()) {
        true => type_error("object is not iterable"),
        false => error,
    });
    items.and_then(|iterator| protocol::collect(&iterator)).map_err(|error| {
        if !error.is_instance(type_error_class()) {
            return error;
        }
        let note = format!("Cannot convert dictionary update sequence element #{number} to a sequence");
        with_note(error, &note)
    })
}

fn with_note(error: PyErr, note: &str) -> PyErr {
    match protocol::call_method(error.as_value(), name!("add_note"), &[note.into()]) {
        Ok(_) => error,
        Err(other) => other,
    }
}

/// Adds `**mapping` to the keyword arguments collected for a call of `callable`.
pub fn merge_keywords(dict: &PyDict, mapping: &Value, callable: &Value) -> PyResult<()> {
    let describe = || crate::types::function::describe_callable(callable);
    let add = |key: Value, value: Value| {
        // That the keys are strs is for the call to check.
        if dict.get(&key)?.is_some() {
            let name = protocol::str(&key)?;
            return Err(type_error(format!(
                "{} got multiple values for keyword argument '{name}'",
                describe()
            )));
        }
        dict.set(key, value)
    };
    if let Some(other) = plain_dict(mapping) {
        let len = other.len();
        let mut position = 0;
        while let Some((next, key, value)) = other.next_entry(position) {
            add(key, value)?;
            if other.len() != len {
                return Err(runtime_error("dict mutated during update"));
            }
            position = next;
        }
        return Ok(());
    }
    let keys = match protocol::lookup_attr(mapping, name!("keys"))? {
        Some(keys) => protocol::call0(&keys)?,
        None => {
            return Err(type_error(format!(
                "{} argument after ** must be a mapping, not {}",
                describe(),
                mapping.type_name()
            )));
        }
    };
    for key in protocol::collect(&keys)? {
        let value = protocol::getitem(mapping, &key)?;
        add(key, value)?;
    }
    Ok(())
}
