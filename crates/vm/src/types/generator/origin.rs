//! What is done with new coroutines: `cr_origin`, where one was made (`sys.set_coroutine_origin_tracking_depth`), and the
//! wrapper of `sys.set_coroutine_wrapper`.

use crate::frame::Frame;
use crate::heap::Ref;
use crate::thread::{self, Thread};
use crate::types::code::PyCode;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use minipy_bytecode::code::flags::CO_COROUTINE;

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

/// What the call of `code` gives instead of `made`, its coroutine: the wrapper's answer, if there is a wrapper.
#[inline]
pub fn wrap(thread: &Thread, code: &Ref<PyCode>, made: Value) -> PyResult<Value> {
    if !code.has_flag(CO_COROUTINE) || thread.coroutine_wrapper.with(|wrapper| wrapper.is_none()) {
        return Ok(made);
    }
    call_wrapper(thread, code, made)
}

#[cold]
fn call_wrapper(thread: &Thread, code: &Ref<PyCode>, made: Value) -> PyResult<Value> {
    let Some(wrapper) = thread.coroutine_wrapper.get() else { return Ok(made) };
    if thread.wrapping.get() {
        return Err(exceptions::runtime_error(format!(
            "coroutine wrapper {} attempted to recursively wrap {}",
            protocol::repr(&wrapper)?,
            protocol::repr(code.as_value())?
        )));
    }
    thread.wrapping.set(true);
    let result = protocol::call1(&wrapper, made);
    thread.wrapping.set(false);
    result
}
