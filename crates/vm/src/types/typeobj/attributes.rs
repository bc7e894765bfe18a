//! Attributes of classes: `type.__getattribute__` and `type.__setattr__`.

use super::{PyType, TypeFlags, TypeRef};
use crate::heap::Payload;
use crate::types::object::PyObject;
use crate::types::special;
use crate::types::str::{StrRef, intern_ref};
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};

/// `class.name`: a data descriptor of the metaclass, then the class and its bases, then what else the metaclass has.
pub fn getattro(class: &Value, name: &StrRef) -> PyResult<Option<Value>> {
    let Some(this) = class.downcast::<PyType>() else { return Ok(None) };
    let metaclass = class.class();
    let meta = metaclass.lookup(name);
    let meta_get = meta.as_ref().and_then(|m| m.class().slots().descr_get);
    if let (Some(meta), Some(get)) = (&meta, meta_get)
        && meta.class().slots().descr_set.is_some()
    {
        let metaclass = metaclass.to_value();
        return get(meta, Some(class), Some(&metaclass)).map(Some);
    }
    if let Some(found) = this.lookup(name) {
        return match found.class().slots().descr_get {
            Some(get) => get(&found, None, Some(class)).map(Some),
            None => Ok(Some(found)),
        };
    }
    match (meta, meta_get) {
        (Some(meta), Some(get)) => {
            let metaclass = metaclass.to_value();
            get(&meta, Some(class), Some(&metaclass)).map(Some)
        }
        (meta, _) => Ok(meta),
    }
}

/// `class.name = value`, or (with `None`) `del class.name`.
pub fn setattro(class: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
    let Some(this) = class.downcast::<PyType>() else { return Ok(()) };
    if this.flags().contains(TypeFlags::IMMUTABLETYPE) {
        let repr = protocol::repr(name.as_value())?;
        return Err(exceptions::type_error(format!(
            "cannot set {repr} attribute of immutable type '{}'",
            this.name()
        )));
    }
    let name = &intern_ref(name);
    if let Some(meta) = class.class().lookup(name)
        && let Some(set) = meta.class().slots().descr_set
    {
        return set(&meta, class, value);
    }
    store(this, name, value)
}

/// Changes the class's own dict and everything that depends on it.
pub fn store(class: &TypeRef, name: &StrRef, value: Option<Value>) -> PyResult<()> {
    let dict = class.dict();
    match value {
        Some(value) => dict.set_str(name, value)?,
        None => {
            if dict.remove_str(name)?.is_none() {
                return Err(protocol::missing_attribute(class.as_value(), name));
            }
        }
    }
    class.modified();
    if is_special(name) {
        special::update_slot(class, name);
    }
    if makes_descriptors(class, name) {
        PyObject::class().modified();
    }
    Ok(())
}

/// Whether a change concerns classes that only hold instances of `class`: what they hold becomes a descriptor, or ceases to be
/// one, or they are instances themselves. What is cached about them does not look at the classes of values.
fn makes_descriptors(class: &TypeRef, name: &StrRef) -> bool {
    matches!(name.as_ascii(), Some("__get__" | "__set__" | "__delete__")) || class.is_subtype(PyType::class())
}

fn is_special(name: &StrRef) -> bool {
    name.as_ascii().is_some_and(|n| n.len() > 4 && n.starts_with("__") && n.ends_with("__"))
}
