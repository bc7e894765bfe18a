//! What happens to an exception on its way: context, traceback, handler search.

use super::{Frame, PyFrame};
use crate::exceptions::{PyBaseException, PyErr};
use crate::heap::Ref;
use crate::thread::Thread;
use crate::types::traceback::PyTraceback;
use crate::value::Value;
use std::cell::Cell;

/// A handler found in a code object's exception table.
pub struct Handler {
    /// Index of the handler's first instruction in code units.
    pub target: usize,
    /// Depth of the value stack to unwind to.
    pub depth: usize,
    /// Whether the index of the raising instruction is pushed below the exception.
    pub push_lasti: bool,
}

/// Sets `__context__` to the exception being handled, as raising does, without making a cycle.
pub fn set_context(thread: &Thread, error: &PyErr) {
    let Some(handled) = thread.handled_exception() else { return };
    let exception = error.exception();
    if handled.is(exception.as_value()) {
        return;
    }
    // If the raised exception is already in the handled one's chain, the chain is cut there. Floyd's second pointer
    // stops at cycles that user code has made.
    let mut current = handled.clone();
    let mut slow = handled.clone();
    let mut step = false;
    while let Some(next) = context_of(&current) {
        if next.is(exception.as_value()) {
            if let Some(e) = current.downcast::<PyBaseException>() {
                e.context.set(None);
            }
            break;
        }
        current = next;
        if current.is(&slow) {
            break;
        }
        if step && let Some(next) = context_of(&slow) {
            slow = next;
        }
        step = !step;
    }
    exception.context.set(Some(handled));
}

fn context_of(exception: &Value) -> Option<Value> {
    exception.downcast::<PyBaseException>()?.context.get()
}

/// Puts an entry for the current instruction of `frame` on the exception's traceback.
///
/// # Safety
/// `frame` must be live and its `ip` be up to date.
pub unsafe fn add_traceback(error: &PyErr, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    let (object, lasti) = unsafe { (PyFrame::of(frame), (*frame).lasti()) };
    let exception = error.exception();
    let entry = PyTraceback {
        next: GilNext::new(exception.traceback.take()),
        frame: object,
        lasti,
        lineno: Cell::new(-1),
    };
    exception.traceback.set(Some(Ref::new(entry)));
}

type GilNext = crate::cell::GilCell<Option<Ref<PyTraceback>>>;

/// Looks the handler for the instruction at `index` (in code units) up.
pub fn find_handler(table: &[u8], index: usize) -> Option<Handler> {
    let mut position = 0;
    let mut varint = || -> Option<usize> {
        let mut byte = *table.get(position)?;
        position += 1;
        let mut value = usize::from(byte & 63);
        while byte & 64 != 0 {
            byte = *table.get(position)?;
            position += 1;
            value = value << 6 | usize::from(byte & 63);
        }
        Some(value)
    };
    loop {
        let start = varint()?;
        let length = varint()?;
        let target = varint()?;
        let depth_lasti = varint()?;
        if start > index {
            return None;
        }
        if index < start + length {
            return Some(Handler { target, depth: depth_lasti >> 1, push_lasti: depth_lasti & 1 != 0 });
        }
    }
}
