//! `type.__new__`: making a class from a name, bases and a namespace.

use super::bases::{best_base, check_resolved, link};
use super::member::PyMemberDescr;
use super::mro::set_mro;
use super::slots_attr::{self, Fields};
use super::{Layout, PyType, TypeFlags, TypeRef, best_metaclass, getset};
use crate::function::args::Args;
use crate::heap::{Payload, Ref};
use crate::types::cell::PyCell;
use crate::types::classmethod::PyClassMethod;
use crate::types::dict::{DictRef, PyDict};
use crate::types::function::{PyFunction, PyGetSetDescr};
use crate::types::object::PyObject;
use crate::types::special;
use crate::types::staticmethod::PyStaticMethod;
use crate::types::str::{PyStr, StrRef};
use crate::types::super_type;
use crate::types::tuple::{PyTuple, TupleRef};
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, name, protocol};

/// `type.__new__(metaclass, name, bases, namespace, **kwargs)`.
pub fn new(metaclass: &TypeRef, args: Args<'_>) -> PyResult<Value> {
    let [name, bases, namespace] = args.positional() else {
        return Err(exceptions::type_error(format!(
            "type.__new__() takes exactly 3 arguments ({} given)",
            args.positional().len()
        )));
    };
    let wrong = |at: usize, expected: &str, got: &Value| {
        exceptions::type_error(format!(
            "type.__new__() argument {at} must be {expected}, not {}",
            got.type_name()
        ))
    };
    let class_name = name.downcast::<PyStr>().ok_or_else(|| wrong(1, "str", name))?;
    let base_tuple = bases.downcast::<PyTuple>().ok_or_else(|| wrong(2, "tuple", bases))?;
    let namespace = namespace.downcast::<PyDict>().ok_or_else(|| wrong(3, "dict", namespace))?;
    check_resolved(base_tuple)?;
    let winner = best_metaclass(metaclass, base_tuple)?;
    if !winner.is(metaclass)
        && let Some(other) = winner.slots().new
        && PyType::class().slots().new.is_none_or(|own| !std::ptr::fn_addr_eq(own, other))
    {
        return other(&winner, args);
    }
    let bases = if base_tuple.is_empty() {
        PyTuple::from_array([PyObject::class().to_value()])
    } else {
        base_tuple.clone()
    };
    let base = best_base(&bases)?;
    check_name(class_name)?;
    let class = build(&winner, class_name, &bases, &base, namespace)?;
    set_names(&class)?;
    init_subclass(&class, args)?;
    Ok(class.into_value())
}

/// What `__name__` may not hold.
pub fn check_name(name: &StrRef) -> PyResult<()> {
    if name.chars().any(|c| c == 0) {
        return Err(exceptions::value_error("type name must not contain null characters"));
    }
    if name.chars().any(|c| (0xd800..0xe000).contains(&c)) {
        // Encoding raises the error for a surrogate.
        protocol::call_method(name.as_value(), name!("encode"), &[])?;
    }
    Ok(())
}

fn build(
    metaclass: &TypeRef,
    name: &StrRef,
    bases: &TupleRef,
    base: &TypeRef,
    namespace: &PyDict,
) -> PyResult<TypeRef> {
    let dict = namespace.copy();
    if let Some(doc) = dict.get_interned(name!("__doc__"))
        && doc.downcast_exact::<PyStr>().is_some_and(|doc| doc.to_utf8().is_none())
    {
        protocol::call_method(&doc, name!("encode"), &[])?;
    }
    let fields = slots_attr::read(&dict, name, base, bases)?;
    let qualname = match dict.remove_str(name!("__qualname__"))? {
        None => name.clone(),
        Some(qualname) => qualname.downcast_into::<PyStr>().map_err(|other| {
            exceptions::type_error(format!("type __qualname__ must be a str, not {}", other.type_name()))
        })?,
    };
    let class = allocate(metaclass, bases, base, &fields);
    class.name.set(Some(name.clone()));
    class.qualname.set(Some(qualname));
    class.base.set(Some(base.clone()));
    class.bases.set(Some(bases.clone()));
    class.dict.set(Some(dict.clone()));
    take_cells(&class, &dict)?;
    complete_namespace(&class, &dict, base, &fields)?;
    link(&class, bases);
    set_mro(&class)?;
    if dict.get_interned(name!("__doc__")).is_none() {
        dict.insert_interned(name!("__doc__"), Value::NONE);
    }
    special::update_slots(&class);
    Ok(class)
}

fn allocate(metaclass: &TypeRef, bases: &TupleRef, base: &TypeRef, fields: &Fields) -> TypeRef {
    let patterns = TypeFlags::SEQUENCE.union(TypeFlags::MAPPING).0;
    let inherited = bases
        .iter()
        .filter_map(|b| b.downcast::<PyType>())
        .map(|b| b.flags().0 & patterns)
        .find(|&flags| flags != 0)
        .unwrap_or(0);
    let mut flags = TypeFlags(base.flags().0 & (TypeFlags::INHERITED.0 & !patterns) | inherited)
        .union(TypeFlags::HEAPTYPE)
        .union(TypeFlags::BASETYPE)
        .union(TypeFlags::READY);
    if fields.weakref || base.supports_weakrefs() {
        flags = flags.union(TypeFlags::MANAGED_WEAKREF);
    }
    // Every instance refers to its class at least.
    flags = flags.union(TypeFlags::HAVE_GC);
    let layout = Layout {
        info: base.info,
        flags,
        owner: Some(base.layout_owner().clone()),
        has_dict: fields.dict || base.has_dict(),
        slot_count: u16::try_from(base.slot_count() + fields.slots.len()).unwrap_or(u16::MAX),
    };
    PyType::allocate(metaclass, layout, None)
}

/// Puts into the namespace what every class has.
fn complete_namespace(class: &TypeRef, dict: &DictRef, base: &TypeRef, fields: &Fields) -> PyResult<()> {
    if dict.keys().iter().any(|key| key.downcast_exact::<PyStr>().is_none()) {
        let message = format!("non-string key in the __dict__ of class {}", class.name());
        crate::warnings::warn(exceptions::runtime_warning_class(), &message, 1)?;
    }
    let module = name!("__module__");
    if dict.get_interned(module).is_none()
        && let Some(name) = crate::frame::current_module_name()
    {
        dict.insert_interned(module, name);
    }
    if let Some(new) = dict.get_interned(name!("__new__"))
        && new.downcast_exact::<PyFunction>().is_some()
    {
        dict.insert_interned(name!("__new__"), Ref::new(PyStaticMethod::wrapping(new)).into_value());
    }
    for name in [name!("__init_subclass__"), name!("__class_getitem__")] {
        if let Some(function) = dict.get_interned(name)
            && function.downcast_exact::<PyFunction>().is_some()
        {
            dict.insert_interned(name, Ref::new(PyClassMethod::wrapping(function)).into_value());
        }
    }
    for (index, name) in fields.slots.iter().enumerate() {
        dict.insert_interned(name, PyMemberDescr::slot(class, name, base.slot_count() + index));
    }
    for (wanted, def) in [(fields.dict, &getset::INSTANCE_DICT), (fields.weakref, &getset::INSTANCE_WEAKREF)]
    {
        let name = crate::types::str::intern(def.name);
        if wanted && dict.get_interned(&name).is_none() {
            dict.insert_interned(&name, Ref::new(PyGetSetDescr { def, class: class.clone() }).into_value());
        }
    }
    let attributes = dict.get_interned(name!("__static_attributes__"));
    let own = attributes.and_then(|a| a.downcast::<PyTuple>().map(|a| a.len())).unwrap_or(0);
    let capacity = own.saturating_add(usize::from(base.inline_capacity()));
    class.set_inline_capacity(u16::try_from(capacity).unwrap_or(u16::MAX));
    Ok(())
}

/// Hands the class to the cells through which its methods see `__class__`, and its namespace to annotation scopes.
fn take_cells(class: &TypeRef, dict: &DictRef) -> PyResult<()> {
    let contents =
        [(name!("__classcell__"), class.to_value()), (name!("__classdictcell__"), dict.to_value())];
    for (name, value) in contents {
        let Some(cell) = dict.get_interned(name) else { continue };
        let Some(cell) = cell.downcast::<PyCell>() else {
            let repr = protocol::repr(cell.class().as_value())?;
            return Err(exceptions::type_error(format!("{name} must be a nonlocal cell, not {repr}")));
        };
        cell.contents.set(Some(value));
        dict.remove_str(name)?;
    }
    Ok(())
}

/// Tells each attribute that wants to know its name (PEP 487).
fn set_names(class: &TypeRef) -> PyResult<()> {
    for (key, value) in class.dict().entries() {
        let Some(result) =
            protocol::call_special(&value, name!("__set_name__"), &[class.to_value(), key.clone()])
                .map_err(|error| note_set_name(error, class, &key, &value))?
        else {
            continue;
        };
        drop(result);
    }
    Ok(())
}

#[cold]
fn note_set_name(error: PyErr, class: &TypeRef, key: &Value, value: &Value) -> PyErr {
    let note = protocol::repr(key).and_then(|key| {
        let text = format!(
            "Error calling __set_name__ on '{}' instance {key} in '{}'",
            value.type_name(),
            class.name()
        );
        protocol::call_method(error.as_value(), name!("add_note"), &[PyStr::from_str(&text).into_value()])
    });
    match note {
        Ok(_) => error,
        Err(other) => other,
    }
}

/// Tells the base classes about the new subclass (PEP 487).
fn init_subclass(class: &TypeRef, args: Args<'_>) -> PyResult<()> {
    if !class.mro().iter().any(|ancestor| ancestor.is(class.as_value())) {
        // A custom `mro()` has left out the class itself.
        return Err(super_type::unrelated("type", &class.name(), class));
    }
    let hook = super_type::lookup_after(class, class, class.as_value(), name!("__init_subclass__"))?;
    let Some(hook) = hook else { return Ok(()) };
    let positional = args.positional().len();
    let keywords = args.args.get(positional..).unwrap_or(&[]);
    protocol::call_args(&hook, Args { args: keywords, kwnames: args.kwnames }).map(drop)
}
