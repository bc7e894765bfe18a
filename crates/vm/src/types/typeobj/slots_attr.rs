//! `__slots__`: what a class statement says about the fields of instances.

use super::{PyType, TypeFlags, TypeRef, itemsize};
use crate::types::dict::DictRef;
use crate::types::str::{PyStr, StrRef, intern_ref};
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_unicode::{is_xid_continue, is_xid_start};

/// What a new class adds to the layout of its base.
pub struct Fields {
    /// Names of the new fields, sorted, mangled and interned.
    pub slots: Vec<StrRef>,
    pub dict: bool,
    pub weakref: bool,
}

/// Reads `__slots__` from the namespace; without it a class adds a dict and weak references where the base has none.
pub fn read(namespace: &DictRef, class_name: &StrRef, base: &TypeRef, bases: &[Value]) -> PyResult<Fields> {
    // Classes have a namespace of their own in place of a dict.
    let may_have_dict = !base.has_dict() && !base.flags().contains(TypeFlags::TYPE_SUBCLASS);
    let fixed_size = itemsize(base) == 0;
    let may_have_weakref = !base.supports_weakrefs() && fixed_size;
    let Some(declared) = namespace.get_interned(name!("__slots__")) else {
        return Ok(Fields { slots: Vec::new(), dict: may_have_dict, weakref: may_have_weakref });
    };
    let names = if declared.downcast::<PyStr>().is_some() {
        vec![declared.clone()]
    } else {
        protocol::collect(&declared)?
    };
    if !names.is_empty() && !fixed_size {
        return Err(exceptions::type_error(format!(
            "nonempty __slots__ not supported for subtype of '{}'",
            base.name()
        )));
    }
    let mut fields = Fields { slots: Vec::new(), dict: false, weakref: false };
    let mut plain = Vec::new();
    for name in &names {
        let name = check_name(name)?;
        if name.eq_str("__dict__") {
            if !may_have_dict || fields.dict {
                return Err(exceptions::type_error("__dict__ slot disallowed: we already got one"));
            }
            fields.dict = true;
        } else if name.eq_str("__weakref__") {
            if !may_have_weakref || fields.weakref {
                return Err(exceptions::type_error("__weakref__ slot disallowed: we already got one"));
            }
            fields.weakref = true;
        } else {
            plain.push(name);
        }
    }
    // What the base that decides the layout lacks, others may bring along.
    for other in bases.iter().filter_map(|b| b.downcast::<PyType>()) {
        fields.dict |= may_have_dict && other.has_dict();
        fields.weakref |= may_have_weakref && other.supports_weakrefs();
    }
    for name in plain {
        let mangled = intern_ref(&mangle(class_name, name));
        let conflict = namespace.get_interned(&mangled).is_some();
        if conflict && !is_class_cell(&mangled) {
            let repr = protocol::repr(mangled.as_value())?;
            return Err(exceptions::value_error(format!(
                "{repr} in __slots__ conflicts with class variable"
            )));
        }
        fields.slots.push(mangled);
    }
    fields.slots.sort_by(|a, b| a.cmp(b));
    Ok(fields)
}

/// Entries of the namespace that `type.__new__` takes out again.
fn is_class_cell(name: &StrRef) -> bool {
    name.eq_str("__qualname__") || name.eq_str("__classcell__") || name.eq_str("__classdictcell__")
}

fn check_name(name: &Value) -> PyResult<&StrRef> {
    let Some(text) = name.downcast::<PyStr>() else {
        return Err(exceptions::type_error(format!(
            "__slots__ items must be strings, not '{}'",
            name.type_name()
        )));
    };
    if is_identifier(text) {
        return Ok(text);
    }
    Err(exceptions::type_error("__slots__ must be identifiers"))
}

/// A private name as seen outside of its class.
pub fn mangle(class_name: &StrRef, name: &StrRef) -> StrRef {
    let text = name.to_wtf8();
    let text = text.as_bytes();
    if !text.starts_with(b"__") || text.ends_with(b"__") || text.contains(&b'.') {
        return name.clone();
    }
    let skip = class_name.chars().take_while(|&c| c == u32::from(b'_')).count();
    if skip == class_name.len() {
        return name.clone();
    }
    let stripped = class_name.substring(skip, class_name.len());
    PyStr::from_ascii(b"_").concat(&stripped).concat(name)
}

fn is_identifier(text: &PyStr) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == u32::from(b'_') || is_xid_start(c)) && chars.all(is_xid_continue)
}
