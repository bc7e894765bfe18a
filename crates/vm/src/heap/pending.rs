//! Work that the death of objects leaves for the next safe point: finalisers and weakref callbacks.
//!
//! Dropping a value must not run Python code, so an object whose class has a finaliser is kept alive here until the eval
//! loop reaches a point where running code is harmless: the end of the instruction that dropped it.

use super::{GC_FINALIZED, GC_QUEUED, Header};
use crate::cell::GilCell;
use crate::value::Value;
use std::cell::Cell;
use std::collections::VecDeque;

enum Task {
    Finalize(Value),
    Call { callback: Value, argument: Value },
}

struct Pending {
    /// Read after each instruction that may drop a value.
    any: Cell<bool>,
    tasks: GilCell<VecDeque<Task>>,
}

// SAFETY: used under the GIL only.
unsafe impl Sync for Pending {}

static PENDING: Pending = Pending { any: Cell::new(false), tasks: GilCell::new(VecDeque::new()) };

/// Whether a safe point has something to run.
#[inline(always)]
pub fn has_pending() -> bool {
    PENDING.any.get()
}

fn push(task: Task) {
    PENDING.tasks.with(|tasks| tasks.push_back(task));
    PENDING.any.set(true);
}

/// Keeps a dying object alive until its finaliser has run. False if the object has none to run after all.
///
/// # Safety
/// The object's count must just have fallen to zero.
pub(super) unsafe fn queue_finalizer(object: *mut Header) -> bool {
    // SAFETY: the object is intact; the count goes back to the one reference held by the queue.
    unsafe {
        let header = &*object;
        if header.has_flag(GC_QUEUED) || !crate::finalize::needs_finalizer(header) {
            return false;
        }
        header.set_flag(GC_QUEUED);
        header.incref();
        push(Task::Finalize(Value::from_bits(object as u64)));
    }
    true
}

/// Calls `callback(argument)` at the next safe point, reporting what it raises as unraisable.
pub fn queue_callback(callback: Value, argument: Value) {
    push(Task::Call { callback, argument });
}

/// Runs what is queued. Called at safe points only.
#[cold]
pub fn run_pending() {
    // What runs here has safe points of its own: they are for what it leaves behind, not for its successors in the queue.
    while PENDING.any.replace(false) {
        for task in PENDING.tasks.take() {
            run(task);
        }
    }
}

fn run(task: Task) {
    match task {
        Task::Finalize(object) => {
            if let Some(header) = object.header() {
                header.clear_flag(GC_QUEUED);
                header.set_flag(GC_FINALIZED);
            }
            crate::finalize::finalize(&object);
        }
        Task::Call { callback, argument } => {
            if let Err(error) = crate::protocol::call1(&callback, argument) {
                crate::finalize::report_failed_call(error, "weakref callback", &callback);
            }
        }
    }
}
