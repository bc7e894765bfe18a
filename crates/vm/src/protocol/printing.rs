//! Containers whose `repr` is being made, so that one that contains itself is cut short.

use crate::thread;
use crate::value::Value;

/// Proof that an object was entered; leaving happens on drop.
pub struct ReprGuard(u64);

/// Notes that the repr of `object` is being made; `None` if it already is, further out.
pub fn enter_repr(object: &Value) -> Option<ReprGuard> {
    let id = object.bits();
    thread::current().printing.with(|objects| {
        if objects.contains(&id) {
            return None;
        }
        objects.push(id);
        Some(ReprGuard(id))
    })
}

impl Drop for ReprGuard {
    fn drop(&mut self) {
        thread::current().printing.with(|objects| {
            if let Some(at) = objects.iter().rposition(|&id| id == self.0) {
                objects.remove(at);
            }
        });
    }
}
