//! Special methods against slots: a builtin class's slots show as methods in its dict, and the methods that a Python class
//! defines fill its slots.

mod method_wrapper;
mod new;
mod ready;
mod slotfn;
mod table;
mod trampoline;
mod update;
mod wrap;
mod wrapper_descriptor;

pub use method_wrapper::PyMethodWrapper;
pub use new::is_builtin_new;
pub use ready::{add_slot_wrappers, inherit_slots};
pub use slotfn::{Slot, SlotFn};
pub use table::{SLOT_DEFS, SlotDef, Wrap};
pub use update::{is_trampoline, rebuild_slots, update_slot, update_slots};
pub use wrapper_descriptor::{PyWrapperDescriptor, reduce_attribute};
