//! Attribute access.

use super::Callee;
use crate::heap::Payload;
use crate::types::instance;
use crate::types::module::{self, PyModule};
use crate::types::object::PyObject;
use crate::types::str::{PyStr, StrRef};
use crate::types::typeobj::{TypeFlags, TypeRef};
use crate::value::Value;
use crate::{PyResult, exceptions};

/// `getattr(object, name)`.
#[inline]
pub fn getattr(object: &Value, name: &StrRef) -> PyResult<Value> {
    let found = match object.class().slots().getattro {
        Some(getattro) => getattro(object, name),
        None => generic_getattr(object, name),
    };
    match found {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(missing_attribute(object, name)),
        Err(error) => Err(exceptions::with_attribute(error, object, name)),
    }
}

/// `getattr` with a Rust string.
pub fn getattr_str(object: &Value, name: &str) -> PyResult<Value> {
    getattr(object, &crate::types::str::intern(name))
}

/// `getattr(object, name)`, with `None` for AttributeError.
#[inline]
pub fn lookup_attr(object: &Value, name: &StrRef) -> PyResult<Option<Value>> {
    let found = match object.class().slots().getattro {
        Some(getattro) => getattro(object, name),
        None => generic_getattr(object, name),
    };
    match found {
        Err(error) if error.is_instance(exceptions::attribute_error_class()) => Ok(None),
        other => other,
    }
}

/// The AttributeError for a missing attribute, worded for the kind of object.
#[cold]
pub fn attribute_error(object: &Value, name: &StrRef) -> exceptions::PyErr {
    // A class's own hook words its error itself: ask it again for that.
    if let Some(getattro) = object.class().slots().getattro
        && let Err(error) = getattro(object, name)
    {
        return error;
    }
    missing_attribute(object, name)
}

/// The AttributeError for an attribute that is just not there.
#[cold]
pub fn missing_attribute(object: &Value, name: &StrRef) -> exceptions::PyErr {
    if let Some(module) = object.downcast::<PyModule>() {
        return module::missing(module, name);
    }
    let message = match object.downcast::<crate::types::typeobj::PyType>() {
        Some(class) => format!("type object '{}' has no attribute '{name}'", class.name()),
        None => format!("'{}' object has no attribute '{name}'", object.type_name()),
    };
    exceptions::attribute_error(message, object, name)
}

/// `object.__getattribute__`: data descriptor, instance attribute, other class attribute.
pub fn generic_getattr(object: &Value, name: &StrRef) -> PyResult<Option<Value>> {
    let class = object.class();
    let found = class.lookup(name);
    let get = found.as_ref().and_then(|d| d.class().slots().descr_get);
    if let (Some(descriptor), Some(get)) = (&found, get)
        && descriptor.class().slots().descr_set.is_some()
    {
        let class = class.to_value();
        return get(descriptor, Some(object), Some(&class)).map(Some);
    }
    if let Some(header) = object.header()
        && let Some(value) = instance::get(header, name)?
    {
        return Ok(Some(value));
    }
    match (found, get) {
        (Some(descriptor), Some(get)) => {
            let class = class.to_value();
            get(&descriptor, Some(object), Some(&class)).map(Some)
        }
        (found, _) => Ok(found),
    }
}

/// `setattr(object, name, value)`.
#[inline]
pub fn setattr(object: &Value, name: &StrRef, value: Value) -> PyResult<()> {
    set_or_delete(object, name, Some(value))
}

/// `delattr(object, name)`.
pub fn delattr(object: &Value, name: &StrRef) -> PyResult<()> {
    set_or_delete(object, name, None)
}

fn set_or_delete(object: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
    match object.class().slots().setattro {
        Some(setattro) => setattro(object, name, value),
        None => generic_setattr(object, name, value),
    }
}

/// `object.__setattr__` and (with `None`) `object.__delattr__`.
pub fn generic_setattr(object: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
    let class = object.class();
    let found = class.lookup(name);
    if let Some(descriptor) = &found
        && let Some(set) = descriptor.class().slots().descr_set
    {
        return set(descriptor, object, value);
    }
    let deleting = value.is_none();
    if let Some(header) = object.header()
        && class.has_dict()
    {
        match value {
            Some(value) => return instance::set(header, name, value),
            None if instance::delete(header, name)? => return Ok(()),
            None => {}
        }
        return Err(attribute_error_plain(object, name));
    }
    let message = if found.is_some() {
        format!("'{}' object attribute '{name}' is read-only", class.name())
    } else if deleting || !sets_generically(class) {
        return Err(attribute_error_plain(object, name));
    } else {
        format!(
            "'{}' object has no attribute '{name}' and no __dict__ for setting new attributes",
            class.name()
        )
    };
    Err(exceptions::attribute_error(message, object, name))
}

/// Whether nothing of its own happens when an attribute of an instance is set.
fn sets_generically(class: &TypeRef) -> bool {
    match (class.slots().setattro, PyObject::class().slots().setattro) {
        (Some(own), Some(plain)) => std::ptr::fn_addr_eq(own, plain),
        (own, _) => own.is_none(),
    }
}

fn attribute_error_plain(object: &Value, name: &StrRef) -> exceptions::PyErr {
    exceptions::attribute_error(
        format!("'{}' object has no attribute '{name}'", object.type_name()),
        object,
        name,
    )
}

/// The attribute to call as a method: a function on the class is given back unbound, which saves the bound method.
pub fn lookup_method(object: &Value, name: &StrRef) -> PyResult<Callee> {
    let class = object.class();
    if !class.has_generic_getattr() {
        return getattr(object, name).map(Callee::Bound);
    }
    if let Some(found) = class.lookup(name)
        && found.class().flags().contains(TypeFlags::METHOD_DESCRIPTOR)
    {
        if let Some(header) = object.header()
            && let Some(value) = instance::get(header, name)?
        {
            return Ok(Callee::Bound(value));
        }
        return Ok(Callee::Unbound(found));
    }
    getattr(object, name).map(Callee::Bound)
}

/// A special method as operators look it up: on the class only, bound if it needs binding.
pub fn lookup_special(object: &Value, name: &StrRef) -> PyResult<Option<Callee>> {
    let class = object.class();
    let Some(found) = class.lookup(name) else { return Ok(None) };
    if found.class().flags().contains(TypeFlags::METHOD_DESCRIPTOR) {
        return Ok(Some(Callee::Unbound(found)));
    }
    match found.class().slots().descr_get {
        Some(get) => {
            let class = class.to_value();
            get(&found, Some(object), Some(&class)).map(|m| Some(Callee::Bound(m)))
        }
        None => Ok(Some(Callee::Bound(found))),
    }
}

/// The name argument of `getattr` and its relatives as a str.
pub fn attribute_name(name: &Value) -> PyResult<&StrRef> {
    name.downcast::<PyStr>().ok_or_else(|| {
        exceptions::type_error(format!("attribute name must be string, not '{}'", name.type_name()))
    })
}
