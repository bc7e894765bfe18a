//! `repr`, `str`, `format`, truth, `isinstance`, `dir`.

use crate::heap::Payload;
use crate::types::dict::PyDict;
use crate::types::float::PyFloat;
use crate::types::int::PyInt;
use crate::types::list::{ListRef, PyList};
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::{PyType, TypeRef};
use crate::value::Value;
use crate::{PyResult, exceptions, name, stack};

/// `bool(object)`.
#[inline]
pub fn truth(object: &Value) -> PyResult<bool> {
    if let Some(b) = object.as_bool() {
        return Ok(b);
    }
    if object.is_none() {
        return Ok(false);
    }
    let slots = object.class().slots();
    if let Some(to_bool) = slots.bool {
        return to_bool(object);
    }
    if let Some(len) = slots.len {
        return Ok(len(object)? > 0);
    }
    Ok(true)
}

fn checked_str(result: Value, method: &str) -> PyResult<StrRef> {
    result.downcast_into::<PyStr>().map_err(|other| {
        exceptions::type_error(format!("{method} returned non-string (type {})", other.type_name()))
    })
}

/// `repr(object)`.
pub fn repr(object: &Value) -> PyResult<StrRef> {
    let _guard = stack::enter(" while getting the repr of an object")?;
    match object.class().slots().repr {
        Some(repr) => checked_str(repr(object)?, "__repr__"),
        None => Ok(default_repr(object)),
    }
}

/// `<module.name object at 0x…>`.
pub fn default_repr(object: &Value) -> StrRef {
    PyStr::from_str(&format!("<{} object at {:#x}>", object.class().qualified_name(), object.id()))
}

/// `str(object)`.
pub fn str(object: &Value) -> PyResult<StrRef> {
    if let Some(s) = object.downcast_exact::<PyStr>() {
        return Ok(s.clone());
    }
    match object.class().slots().str {
        Some(str) => {
            let _guard = stack::enter(" while getting the str of an object")?;
            checked_str(str(object)?, "__str__")
        }
        None => repr(object),
    }
}

/// `ascii(object)`.
pub fn ascii(object: &Value) -> PyResult<StrRef> {
    let repr = repr(object)?;
    if repr.as_ascii().is_some() {
        return Ok(repr);
    }
    let mut out = String::with_capacity(repr.len());
    for c in repr.chars() {
        match c {
            0..=0x7f => out.push(c as u8 as char),
            0x80..=0xff => out.push_str(&format!("\\x{c:02x}")),
            0x100..=0xffff => out.push_str(&format!("\\u{c:04x}")),
            _ => out.push_str(&format!("\\U{c:08x}")),
        }
    }
    Ok(PyStr::from_str(&out))
}

/// `format(object, spec)`.
pub fn format(object: &Value, spec: &StrRef) -> PyResult<StrRef> {
    if spec.is_empty()
        && let Some(s) = object.downcast_exact::<PyStr>()
    {
        return Ok(s.clone());
    }
    if object.as_small_int().is_some() {
        return PyInt::__format__(object, spec);
    }
    if object.class().is(PyFloat::class()) {
        return PyFloat::__format__(object, spec);
    }
    match super::call_special(object, name!("__format__"), &[spec.to_value()])? {
        Some(result) => result.downcast_into::<PyStr>().map_err(|other| {
            exceptions::type_error(format!("__format__ must return a str, not {}", other.type_name()))
        }),
        None => Err(exceptions::type_error(format!("Type {} doesn't define __format__", object.type_name()))),
    }
}

/// `callable(object)`.
pub fn is_callable(object: &Value) -> bool {
    object.class().slots().call.is_some()
}

/// `type(object)` must be a class here: the TypeError otherwise.
pub fn type_check<'a>(object: &'a Value, what: &str) -> PyResult<&'a TypeRef> {
    object
        .downcast::<PyType>()
        .ok_or_else(|| exceptions::type_error(format!("{what} must be a type, not {}", object.type_name())))
}

/// `isinstance(object, class_info)`.
pub fn isinstance(object: &Value, class_info: &Value) -> PyResult<bool> {
    if object.class().as_value().is(class_info) {
        return Ok(true);
    }
    if class_info.downcast_exact::<PyType>().is_some() {
        return instance_of(object, class_info);
    }
    if let Some(union) = crate::types::union::union_args(class_info) {
        return any_of(&union, |class| isinstance(object, class));
    }
    if let Some(tuple) = class_info.downcast::<PyTuple>() {
        let _guard = stack::enter(" in __instancecheck__")?;
        return any_of(tuple, |class| isinstance(object, class));
    }
    let _guard = stack::enter(" in __instancecheck__")?;
    match super::call_special(class_info, name!("__instancecheck__"), std::slice::from_ref(object))? {
        Some(result) => truth(&result),
        None => instance_of(object, class_info),
    }
}

fn any_of(classes: &[Value], mut test: impl FnMut(&Value) -> PyResult<bool>) -> PyResult<bool> {
    for class in classes {
        if test(class)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `type.__instancecheck__`: the class of the object, or what its `__class__` claims.
pub fn instance_of(object: &Value, class_info: &Value) -> PyResult<bool> {
    if let Some(class) = class_info.downcast::<PyType>() {
        if object.is_instance_of(class) {
            return Ok(true);
        }
        let claimed = super::lookup_attr(object, name!("__class__"))?;
        return Ok(claimed
            .as_ref()
            .and_then(|c| c.downcast::<PyType>())
            .is_some_and(|c| !c.is(object.class()) && c.is_subtype(class)));
    }
    check_class(class_info, "isinstance() arg 2 must be a type, a tuple of types, or a union")?;
    match super::lookup_attr(object, name!("__class__"))? {
        Some(class) => abstract_issubclass(&class, class_info),
        None => Ok(false),
    }
}

/// `issubclass(class, class_info)`.
pub fn issubclass(class: &Value, class_info: &Value) -> PyResult<bool> {
    if class_info.downcast_exact::<PyType>().is_some() {
        if class.is(class_info) {
            return Ok(true);
        }
        return subclass_of(class, class_info);
    }
    if let Some(union) = crate::types::union::union_args(class_info) {
        return any_of(&union, |info| issubclass(class, info));
    }
    if let Some(tuple) = class_info.downcast::<PyTuple>() {
        let _guard = stack::enter(" in __subclasscheck__")?;
        return any_of(tuple, |info| issubclass(class, info));
    }
    let _guard = stack::enter(" in __subclasscheck__")?;
    match super::call_special(class_info, name!("__subclasscheck__"), std::slice::from_ref(class))? {
        Some(result) => truth(&result),
        None => subclass_of(class, class_info),
    }
}

/// `type.__subclasscheck__`.
pub fn subclass_of(class: &Value, class_info: &Value) -> PyResult<bool> {
    if let (Some(class), Some(info)) = (class.downcast::<PyType>(), class_info.downcast::<PyType>()) {
        return Ok(class.is_subtype(info));
    }
    check_class(class, "issubclass() arg 1 must be a class")?;
    check_class(class_info, "issubclass() arg 2 must be a class, a tuple of classes, or a union")?;
    abstract_issubclass(class, class_info)
}

fn bases_of(class: &Value) -> PyResult<Option<Value>> {
    Ok(super::lookup_attr(class, name!("__bases__"))?.filter(|b| b.downcast::<PyTuple>().is_some()))
}

fn check_class(class: &Value, message: &str) -> PyResult<()> {
    if class.downcast::<PyType>().is_some() || bases_of(class)?.is_some() {
        Ok(())
    } else {
        Err(exceptions::type_error(message))
    }
}

fn abstract_issubclass(class: &Value, class_info: &Value) -> PyResult<bool> {
    let _guard = stack::enter(" in __issubclass__")?;
    if class.is(class_info) {
        return Ok(true);
    }
    match bases_of(class)? {
        Some(bases) => match bases.downcast::<PyTuple>() {
            Some(bases) => any_of(bases, |base| abstract_issubclass(base, class_info)),
            None => Ok(false),
        },
        None => Ok(false),
    }
}

/// `dir(object)`: sorted names.
pub fn dir(object: &Value) -> PyResult<ListRef> {
    let Some(names) = super::call_special(object, name!("__dir__"), &[])? else {
        return Err(exceptions::type_error("object does not provide __dir__"));
    };
    let list = PyList::from_vec(super::collect(&names)?);
    super::call_method(list.as_value(), name!("sort"), &[])?;
    Ok(list)
}

/// Copies the names of a namespace mapping into `into`.
pub fn merge_names(into: &PyDict, names: &Value) -> PyResult<()> {
    super::for_each(names, |name| into.set(name, Value::NONE))
}

/// The state of an instance of a subclass for `__reduce__`: what `__getstate__` gives.
pub fn object_state(object: &Value) -> PyResult<Value> {
    let getstate = super::getattr(object, name!("__getstate__"))?;
    super::call0(&getstate)
}
