//! Length, subscription, containment.

use crate::heap::Payload;
use crate::types::generic_alias;
use crate::types::typeobj::PyType;
use crate::value::Value;
use crate::{PyResult, exceptions, name};

/// `len(object)`.
pub fn len(object: &Value) -> PyResult<usize> {
    match object.class().slots().len {
        Some(len) => len(object),
        None => Err(exceptions::type_error(format!("object of type '{}' has no len()", object.type_name()))),
    }
}

/// `object[key]`.
pub fn getitem(object: &Value, key: &Value) -> PyResult<Value> {
    let slots = object.class().slots();
    if let Some(subscript) = slots.subscript {
        return subscript(object, key);
    }
    if let Some(item) = slots.sq_item {
        let Some(index) = sequence_index(object, key)? else {
            return Err(exceptions::type_error(format!(
                "sequence index must be integer, not '{}'",
                key.type_name()
            )));
        };
        return item(object, index);
    }
    if let Some(class) = object.downcast::<PyType>() {
        if class.is(PyType::class()) {
            // Had `type` a method for this, its instances would have it too.
            return Ok(generic_alias::new(object.clone(), key.clone()));
        }
        let method = super::lookup_attr(object, name!("__class_getitem__"))?;
        if let Some(method) = method.filter(|method| !method.is_none()) {
            return super::call1(&method, key.clone());
        }
        return Err(exceptions::type_error(format!("type '{}' is not subscriptable", class.name())));
    }
    Err(exceptions::type_error(format!("'{}' object is not subscriptable", object.type_name())))
}

/// The key as an index for a sequence slot, negative ones counted from the end; `None` if it is not an index.
fn sequence_index(object: &Value, key: &Value) -> PyResult<Option<isize>> {
    if key.as_small_int().is_none() && key.class().slots().index.is_none() {
        return Ok(None);
    }
    let index = super::index_to_isize(key)?;
    if index < 0 && object.class().slots().len.is_some() {
        return Ok(Some(index + len(object)? as isize));
    }
    Ok(Some(index))
}

/// `object[key] = value`.
pub fn setitem(object: &Value, key: &Value, value: Value) -> PyResult<()> {
    set_or_delete(object, key, Some(value), "assignment")
}

/// `del object[key]`.
pub fn delitem(object: &Value, key: &Value) -> PyResult<()> {
    set_or_delete(object, key, None, "deletion")
}

fn set_or_delete(object: &Value, key: &Value, value: Option<Value>, what: &str) -> PyResult<()> {
    let slots = object.class().slots();
    if let Some(assign) = slots.ass_subscript {
        return assign(object, key, value);
    }
    if let Some(assign) = slots.sq_ass_item {
        return match sequence_index(object, key)? {
            Some(index) => assign(object, index, value),
            None => Err(exceptions::type_error(format!(
                "sequence index must be integer, not '{}'",
                key.type_name()
            ))),
        };
    }
    let verb =
        if what == "deletion" { "doesn't support item deletion" } else { "does not support item assignment" };
    Err(exceptions::type_error(format!("'{}' object {verb}", object.type_name())))
}

/// `item in container`.
pub fn contains(container: &Value, item: &Value) -> PyResult<bool> {
    let class = container.class();
    if let Some(contains) = class.slots().contains {
        return contains(container, item);
    }
    if class.slots().iter.is_none() && class.slots().sq_item.is_none() {
        return Err(exceptions::type_error(format!(
            "argument of type '{}' is not a container or iterable",
            class.name()
        )));
    }
    contains_by_iteration(container, item)
}

/// Containment for containers without `__contains__`.
pub fn contains_by_iteration(container: &Value, item: &Value) -> PyResult<bool> {
    let iterator = super::iter(container)?;
    while let Some(candidate) = super::next(&iterator)? {
        if super::eq(&candidate, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}
