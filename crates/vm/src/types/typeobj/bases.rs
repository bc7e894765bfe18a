//! Base classes: which of them decides the layout, and assignment to `__bases__` and `__class__`.

use super::mro::set_mro;
use super::{PyType, TypeFlags, TypeRef};
use crate::heap::Payload;
use crate::types::instance;
use crate::types::module::PyModule;
use crate::types::special;
use crate::types::tuple::{PyTuple, TupleRef};
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};

/// Whether instances of `class` have more fields than those of `base`; a dict or weak references do not count.
fn adds_fields(class: &TypeRef, base: &TypeRef) -> bool {
    !class.layout_owner().is(base.layout_owner()) || class.slot_count() != base.slot_count()
}

/// The class along the chain of `__base__` that determined the layout of instances.
pub fn solid_base(class: &TypeRef) -> TypeRef {
    let mut class = class.clone();
    while let Some(base) = class.base.get() {
        if adds_fields(&class, &base) {
            return class;
        }
        class = base;
    }
    class
}

/// The base whose layout instances of a new class get: the one with the most derived solid base.
pub fn best_base(bases: &[Value]) -> PyResult<TypeRef> {
    let mut best: Option<(TypeRef, TypeRef)> = None;
    for base in bases {
        let Some(base) = base.downcast::<PyType>() else {
            return Err(exceptions::type_error("bases must be types"));
        };
        if !base.flags().contains(TypeFlags::BASETYPE) {
            return Err(exceptions::type_error(format!(
                "type '{}' is not an acceptable base type",
                base.name()
            )));
        }
        let candidate = solid_base(base);
        match &best {
            Some((_, winner)) if winner.is_subtype(&candidate) => {}
            Some((_, winner)) if !candidate.is_subtype(winner) => {
                return Err(exceptions::type_error("multiple bases have instance lay-out conflict"));
            }
            _ => best = Some((base.clone(), candidate)),
        }
    }
    best.map(|(base, _)| base)
        .ok_or_else(|| exceptions::type_error("a new-style class can't have only classic bases"))
}

/// The names of the `__slots__` that a class adds, sorted.
fn own_slot_names(class: &TypeRef) -> Vec<String> {
    let mut names: Vec<String> = class
        .dict()
        .values()
        .iter()
        .filter_map(|v| v.downcast_exact::<super::PyMemberDescr>())
        .filter(|m| m.is_slot())
        .map(|m| m.name().to_string_lossy())
        .collect();
    names.sort();
    names
}

/// Whether instances can change from one class to the other: same payload, same slots, same dict and weak references.
fn same_layout(old: &TypeRef, new: &TypeRef) -> bool {
    if !old.layout_owner().is(new.layout_owner())
        || old.has_dict() != new.has_dict()
        || old.supports_weakrefs() != new.supports_weakrefs()
        || old.slot_count() != new.slot_count()
    {
        return false;
    }
    let (old, new) = (solid_base(old), solid_base(new));
    if old.is(&new) || (old.slot_count() == 0 && new.slot_count() == 0) {
        return true;
    }
    let same_base = match (old.base.get(), new.base.get()) {
        (Some(a), Some(b)) => solid_base(&a).is(&solid_base(&b)),
        _ => false,
    };
    same_base && own_slot_names(&old) == own_slot_names(&new)
}

fn check_layout(old: &TypeRef, new: &TypeRef, what: &str) -> PyResult<()> {
    // Instances that the collector tracks are freed differently.
    let difference = if old.is_gc() != new.is_gc() {
        "deallocator"
    } else if !same_layout(old, new) {
        "object layout"
    } else {
        return Ok(());
    };
    Err(exceptions::type_error(format!(
        "{what} assignment: '{}' {difference} differs from '{}'",
        new.name(),
        old.name()
    )))
}

/// `object.__class__ = class`.
pub fn set_class(object: &Value, class: Option<Value>) -> PyResult<()> {
    let Some(class) = class else {
        return Err(exceptions::type_error("can't delete __class__ attribute"));
    };
    let Some(new) = class.downcast::<PyType>() else {
        return Err(exceptions::type_error(format!(
            "__class__ must be set to a class, not '{}' object",
            class.type_name()
        )));
    };
    crate::audit::setattr(object, "__class__", Some(&class))?;
    let old = object.class().clone();
    let module = PyModule::class();
    let modules = new.is_subtype(module) && old.is_subtype(module);
    let immutable = |c: &TypeRef| c.flags().contains(TypeFlags::IMMUTABLETYPE);
    let Some(header) = object.header().filter(|_| modules || !(immutable(new) || immutable(&old))) else {
        return Err(exceptions::type_error(
            "__class__ assignment only supported for mutable types or ModuleType subclasses",
        ));
    };
    check_layout(&old, new, "__class__")?;
    if old.has_dict() {
        // Shapes belong to a class and die with it.
        instance::dict(header);
    }
    header.set_class(new);
    Ok(())
}

/// `class.__bases__ = bases`.
pub fn set_bases(class: &TypeRef, value: Option<Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(super::getset::cannot_delete(class, "__bases__")) };
    let name = class.name();
    let Some(bases) = value.downcast::<PyTuple>() else {
        return Err(exceptions::type_error(format!(
            "can only assign tuple to {name}.__bases__, not {}",
            value.type_name()
        )));
    };
    if bases.is_empty() {
        return Err(exceptions::type_error(format!(
            "can only assign non-empty tuple to {name}.__bases__, not ()"
        )));
    }
    for base in bases.iter() {
        let Some(base) = base.downcast::<PyType>() else {
            return Err(exceptions::type_error(format!(
                "{name}.__bases__ must be tuple of classes, not '{}'",
                base.type_name()
            )));
        };
        if base.is(class) || base.is_subtype(class) || follows_to(base, class) {
            return Err(exceptions::type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let new_base = best_base(bases)?;
    let Some(old_base) = class.base.get() else {
        return Err(exceptions::type_error(format!(
            "cannot set '__bases__' attribute of immutable type '{name}'"
        )));
    };
    check_layout(&old_base, &new_base, "__bases__")?;
    let old_bases = class.bases.replace(Some(bases.clone()));
    class.base.set(Some(new_base.clone()));
    let mut undo = Vec::new();
    if let Err(error) = update_orders(class, &mut undo) {
        for (class, order) in undo.into_iter().rev() {
            class.mro.set(order);
            class.modified();
        }
        // A `mro()` that has assigned other bases meanwhile keeps them.
        if class.bases.with(|b| b.as_ref().is_some_and(|b| b.is(bases))) {
            class.bases.set(old_bases);
            class.base.set(Some(old_base));
        }
        return Err(error);
    }
    if class.bases.with(|b| b.as_ref().is_some_and(|b| b.is(bases))) {
        unlink(class, old_bases.as_ref());
        link(class, bases);
        special::rebuild_slots(class);
    }
    Ok(())
}

/// Whether the chain of `__base__` leads from `class` to `target`; the orders may say otherwise meanwhile.
fn follows_to(class: &TypeRef, target: &TypeRef) -> bool {
    let mut next = class.base.get();
    while let Some(class) = next {
        if class.is(target) {
            return true;
        }
        next = class.base.get();
    }
    false
}

/// Recomputes the orders of a class and its subclasses, noting the old ones.
fn update_orders(class: &TypeRef, undo: &mut Vec<(TypeRef, Option<TupleRef>)>) -> PyResult<()> {
    let _guard = crate::stack::enter(" while updating base classes")?;
    let old = class.mro.get();
    if !set_mro(class)? {
        return Ok(());
    }
    undo.push((class.clone(), old));
    for subclass in class.live_subclasses() {
        update_orders(&subclass, undo)?;
    }
    Ok(())
}

/// Puts the class on its bases' lists of subclasses.
pub fn link(class: &TypeRef, bases: &[Value]) {
    for base in bases.iter().filter_map(|b| b.downcast::<PyType>()) {
        base.subclasses.with(|list| list.push(class.as_ptr()));
    }
}

fn unlink(class: &TypeRef, bases: Option<&TupleRef>) {
    for base in bases.iter().flat_map(|t| t.iter()).filter_map(|b| b.downcast::<PyType>()) {
        base.subclasses.with(|list| list.retain(|&p| !std::ptr::eq(p, class.as_ptr())));
    }
}

/// The bases of `class` statement, where `__mro_entries__` of other objects was resolved already.
pub fn check_resolved(bases: &[Value]) -> PyResult<()> {
    for base in bases.iter().filter(|b| b.downcast::<PyType>().is_none()) {
        if protocol::lookup_attr(base, crate::name!("__mro_entries__"))?.is_some() {
            return Err(exceptions::type_error(
                "type() doesn't support MRO entry resolution; use types.new_class()",
            ));
        }
    }
    Ok(())
}
