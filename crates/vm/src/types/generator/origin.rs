//! `cr_origin`: where a coroutine was made (`sys.set_coroutine_origin_tracking_depth`).

use crate::frame::Frame;
use crate::thread;
use crate::types::tuple::PyTuple;
use crate::value::Value;

/// `(filename, line, function)` of as many frames from `caller` outwards as are asked for; `None` if none are.
pub(super) fn track(caller: *const Frame) -> Option<Value> {
    let depth = thread::current().coroutine_origin_depth.get();
    if depth == 0 {
        return None;
    }
    let mut origin = Vec::new();
    let mut frame = caller;
    while !frame.is_null() && origin.len() < depth {
        // SAFETY: the chain of a running thread's frames is live.
        let this = unsafe { &*frame };
        let code = this.code();
        origin.push(
            PyTuple::from_array([
                code.filename.get().into_value(),
                Value::from(code.line_at(this.instruction_index())),
                code.name.to_value(),
            ])
            .into_value(),
        );
        frame = this.previous;
    }
    Some(PyTuple::from_vec(origin).into_value())
}
