//! Special methods against slots.

use super::typeobj::TypeRef;

/// Puts wrappers for the slots that a builtin class defines into its dict.
pub fn add_slot_wrappers(_class: &TypeRef) {}

/// Takes over from `base` the slots that `class` does not define.
pub fn inherit_slots(class: &TypeRef, base: &TypeRef) {
    let inherited = base.slots().clone();
    class.slots.with(|slots| slots.inherit(&inherited));
}
