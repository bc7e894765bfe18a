//! Slots of classes made in Python: from what the method resolution order has under the special names.

use super::new::is_builtin_new;
use super::ready::UNHASHABLE;
use super::slotfn::{Slot, SlotFn};
use super::table::{SLOT_DEFS, SlotDef};
use super::wrapper_descriptor::PyWrapperDescriptor;
use crate::cell::GilCell;
use crate::heap::Obj;
use crate::name;
use crate::slots::Slots;
use crate::types::function::PyMethodDescr;
use crate::types::str::{StrRef, intern};
use crate::types::typeobj::{PyType, TypeFlags, TypeRef};
use crate::value::Value;

/// The interned names of [`SLOT_DEFS`], in its order.
static NAMES: GilCell<Vec<StrRef>> = GilCell::new(Vec::new());

fn names() -> &'static [StrRef] {
    if NAMES.with(|names| names.is_empty()) {
        NAMES.set(SLOT_DEFS.iter().map(|def| intern(def.name)).collect());
    }
    // SAFETY: filled once, under the GIL, and never changed afterwards.
    unsafe { &*NAMES.as_ptr() }
}

/// The table's entries with their interned names.
fn named_defs() -> impl Iterator<Item = (&'static StrRef, &'static SlotDef)> {
    names().iter().zip(SLOT_DEFS)
}

/// Whether `function` is what fills `slot` for methods defined in Python.
pub fn is_trampoline(slot: Slot, function: SlotFn) -> bool {
    SLOT_DEFS.iter().any(|def| def.slot == slot && def.trampoline.is_some_and(|t| t == function))
}

/// What the names of one slot add up to.
#[derive(Clone, Copy)]
enum Choice {
    /// No name was found.
    Nothing,
    /// All names found are methods of builtin classes, with this function in the slot.
    Builtin(Option<SlotFn>),
    /// Some method is no wrapper of this very slot.
    Python(Option<SlotFn>),
}

impl Choice {
    fn add(self, class: &TypeRef, def: &SlotDef, found: &Value) -> Choice {
        match (self, builtin_function(class, def, found)) {
            (Choice::Python(earlier), Some(_)) => Choice::Python(earlier),
            (Choice::Nothing | Choice::Builtin(None), Some(function)) => Choice::Builtin(function),
            (Choice::Builtin(earlier), Some(None)) => Choice::Builtin(earlier),
            (Choice::Builtin(Some(earlier)), Some(Some(function))) if earlier == function => self,
            _ => Choice::Python(def.trampoline),
        }
    }

    fn function(self) -> Option<SlotFn> {
        match self {
            Choice::Nothing => None,
            Choice::Builtin(function) | Choice::Python(function) => function,
        }
    }
}

/// The slot's function in the builtin class that `found` is a method of; `None` if the slot needs a trampoline to call it.
fn builtin_function(class: &TypeRef, def: &SlotDef, found: &Value) -> Option<Option<SlotFn>> {
    if let Some(wrapper) = found.downcast_exact::<PyWrapperDescriptor>() {
        let same = wrapper.def.name == def.name && class.is_subtype(&wrapper.objclass);
        return same.then(|| def.slot.get(wrapper.objclass.slots()));
    }
    if let Some(method) = found.downcast_exact::<PyMethodDescr>() {
        let function = def.slot.get(method.class.slots());
        return (method.def.name == def.name && function.is_some() && class.is_subtype(&method.class))
            .then_some(function);
    }
    match def.slot {
        Slot::new if is_builtin_new(found) => {
            Some(class.base.with(|b| b.as_ref().and_then(|b| Slot::new.get(b.slots()))))
        }
        Slot::hash if found.is_none() => Some(Some(SlotFn::Hash(UNHASHABLE))),
        _ => None,
    }
}

/// What belongs into `slot`, from all its names.
fn choose(class: &TypeRef, slot: Slot) -> Option<SlotFn> {
    let mut choice = Choice::Nothing;
    for (name, def) in named_defs().filter(|(_, def)| def.slot == slot) {
        if let Some(found) = class.lookup(name) {
            choice = choice.add(class, def, &found);
        }
    }
    choice.function()
}

/// Whether the class sees its methods as its only base does, but for those in its own dict.
fn extends_one_base(class: &TypeRef, base: &TypeRef) -> bool {
    let (own, inherited) = (class.mro(), base.mro());
    own.first().is_some_and(|c| c.is(class.as_value()))
        && own.len() == inherited.len() + 1
        && own.iter().skip(1).zip(inherited.iter()).all(|(a, b)| a.is(b))
}

/// Fills the slots of a new class made in Python. The class's dict, bases and method resolution order must be in place.
pub fn update_slots(class: &TypeRef) {
    let dict = class.dict();
    if dict.get_interned(name!("__eq__")).is_some() && dict.get_interned(name!("__hash__")).is_none() {
        dict.insert_interned(name!("__hash__"), Value::NONE);
    }
    let base = class.base.get();
    let slots = match &base {
        Some(base) if extends_one_base(class, base) => {
            let mut slots = base.slots().clone();
            for (name, def) in named_defs() {
                if dict.get_interned(name).is_some() {
                    def.slot.set(&mut slots, choose(class, def.slot));
                }
            }
            slots
        }
        _ => all_slots(class),
    };
    install(class, slots);
}

fn install(class: &TypeRef, slots: Slots) {
    if slots.del.is_some() {
        class.set_flag(TypeFlags::HAS_FINALIZER, true);
    }
    class.slots.set(slots);
    class.modified();
}

/// Refills the slots of a class and all its subclasses, after its bases have changed.
pub fn rebuild_slots(class: &TypeRef) {
    let mut work = vec![class.clone()];
    while let Some(class) = work.pop() {
        install(&class, all_slots(&class));
        work.extend(class.live_subclasses());
    }
}

fn all_slots(class: &TypeRef) -> Slots {
    let mut choices = [Choice::Nothing; Slot::ALL.len()];
    for (name, def) in named_defs() {
        if let Some(found) = class.lookup(name) {
            let choice = &mut choices[def.slot as usize];
            *choice = choice.add(class, def, &found);
        }
    }
    let mut slots = Slots::default();
    for (slot, choice) in Slot::ALL.iter().zip(choices) {
        slot.set(&mut slots, choice.function());
    }
    slots
}

/// Brings the slots of a class and its subclasses up to date after `name` was set on or deleted from the class.
pub fn update_slot(class: &TypeRef, name: &StrRef) {
    let slots: Vec<Slot> = named_defs().filter(|(n, _)| n.is(name)).map(|(_, def)| def.slot).collect();
    if slots.is_empty() {
        return;
    }
    let mut work: Vec<*const Obj<PyType>> = vec![class.as_ptr()];
    while let Some(next) = work.pop() {
        // SAFETY: a class takes itself off its bases' lists when it dies, and nothing dies here.
        let class = unsafe { &*(&raw const next as *const TypeRef) };
        for &slot in &slots {
            let function = choose(class, slot);
            class.slots.with(|slots| slot.set(slots, function));
        }
        if slots.contains(&Slot::del) {
            class.set_flag(TypeFlags::HAS_FINALIZER, class.slots().del.is_some());
        }
        for subclass in class.subclasses.get() {
            // SAFETY: as above.
            let dict = unsafe { &*subclass }.payload.dict();
            if dict.get_interned(name).is_none() {
                work.push(subclass);
            }
        }
    }
}
