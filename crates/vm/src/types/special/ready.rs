//! Slots of builtin classes: their wrappers, and what a class takes over from its base.

use super::new::new_method;
use super::slotfn::{Slot, SlotFn};
use super::table::{SLOT_DEFS, Wrap};
use super::wrapper_descriptor::PyWrapperDescriptor;
use crate::macros_support::ClassFlags;
use crate::protocol;
use crate::slots::HashFn;
use crate::types::str::intern;
use crate::types::typeobj::{TypeFlags, TypeRef};
use crate::value::Value;

/// The `hash` slot of unhashable classes.
pub(super) const UNHASHABLE: HashFn = protocol::hash_not_implemented;

/// Whether `hash` is the slot function of unhashable classes.
pub(super) fn is_unhashable(hash: HashFn) -> bool {
    std::ptr::fn_addr_eq(hash, UNHASHABLE)
}

/// Puts wrappers for the slots that a builtin class itself defines into its dict. Names that are there already stay.
pub fn add_slot_wrappers(class: &TypeRef) {
    let slots = class.slots().clone();
    let dict = class.dict();
    for def in SLOT_DEFS {
        let Some(function) = def.slot.get(&slots) else { continue };
        let name = intern(def.name);
        let has = |flag| class.builtin.is_some_and(|def| def.flags.has(flag));
        let needless = def.wrap == Wrap::ReleaseBuffer && has(ClassFlags::PLAIN_BUFFER);
        let hidden = def.slot == Slot::new && has(ClassFlags::PLAIN_NEW);
        if def.wrap == Wrap::Hook || needless || hidden || dict.get_interned(&name).is_some() {
            continue;
        }
        let method = match function {
            SlotFn::Hash(hash) if is_unhashable(hash) => Value::NONE,
            _ if def.slot == Slot::new => new_method(class),
            _ => PyWrapperDescriptor::new_value(class, def, function),
        };
        dict.insert_interned(&name, method);
    }
}

/// Takes over from `base` the slots that a builtin class does not define.
///
/// Comparison and hashing go together: a class that defines one of them gets the other from nobody, and one that compares
/// without hashing is unhashable. Constructing is not taken over from `object`, unless instances are laid out as its are: builtin classes opt in.
pub fn inherit_slots(class: &TypeRef, base: &TypeRef) {
    let inherited = base.slots().clone();
    let from_object = base.base.with(|b| b.is_none());
    let shares_layout = class.layout_owner().is(base.layout_owner());
    let own = class.slots().clone();
    class.slots.with(|slots| {
        slots.inherit(&inherited);
        if own.richcompare.is_some() != own.hash.is_some() {
            slots.richcompare = own.richcompare;
            slots.hash = own.hash.or(Some(UNHASHABLE));
        }
        if from_object && !shares_layout {
            slots.new = own.new;
        }
    });
    if own.richcompare.is_some() && own.hash.is_none() {
        let name = crate::name!("__hash__");
        let dict = class.dict();
        if dict.get_interned(name).is_none() {
            dict.insert_interned(name, Value::NONE);
        }
    }
    if class.slots().new.is_none() {
        class.set_flag(TypeFlags::DISALLOW_INSTANTIATION, true);
    }
}
