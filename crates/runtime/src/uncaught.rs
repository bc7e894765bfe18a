//! Exceptions that nobody caught: reporting them, and what they make of the exit status.

use crate::interactive;
use crate::shutdown::flush;
use minipy_vm::exceptions::PyBaseException;
use minipy_vm::types::str::intern;
use minipy_vm::{PyErr, PyStr, Value, exceptions, name, protocol};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a KeyboardInterrupt was among them: whoever started the process is to see that SIGINT ended it.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

pub fn was_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Reports an exception through `sys.excepthook` and keeps it in `sys.last_exc`; for a SystemExit, or one that the hook raises,
/// gives the status to exit with.
pub fn report(error: PyErr) -> Option<i32> {
    if let Some(status) = exit_asked_for(&error) {
        return Some(status);
    }
    if error.is_instance(exceptions::keyboard_interrupt_class()) {
        INTERRUPTED.store(true, Ordering::Relaxed);
    }
    let exception = error.exception().clone();
    let traceback = exception.traceback.get().map_or(Value::NONE, |t| t.into_value());
    crate::sys::set("last_exc", exception.to_value());
    crate::sys::set("last_type", exception.class().to_value());
    crate::sys::set("last_value", exception.to_value());
    crate::sys::set("last_traceback", traceback.clone());
    let _ = flush("stdout");
    let Some(hook) = crate::sys::get("excepthook").ok().flatten() else {
        let _ = crate::sys::write_stderr("sys.excepthook is missing\n");
        let _ = crate::sys::print_exception(exception.as_value(), &traceback);
        return None;
    };
    let result =
        protocol::call(&hook, &[exception.class().to_value(), exception.to_value(), traceback.clone()]);
    if let Err(error) = result {
        if let Some(status) = exit_asked_for(&error) {
            return Some(status);
        }
        let _ = crate::sys::write_stderr("Error in sys.excepthook:\n");
        let _ = crate::sys::print_exception(error.as_value(), &Value::NONE);
        let _ = crate::sys::write_stderr("\nOriginal exception was:\n");
        let _ = crate::sys::print_exception(exception.as_value(), &traceback);
    }
    None
}

/// The status that a SystemExit asks for. With `-i` it is an exception like any other, so that the session can start.
fn exit_asked_for(error: &PyErr) -> Option<i32> {
    let exits = error.is_instance(exceptions::system_exit_class()) && !interactive::is_inspecting();
    exits.then(|| system_exit_status(error))
}

fn system_exit_status(error: &PyErr) -> i32 {
    let code = protocol::lookup_attr(error.as_value(), &intern("code")).ok().flatten();
    let code = match code {
        Some(code) => code,
        None => {
            let exception: &PyBaseException = error.exception();
            exception.args.get().first().cloned().unwrap_or(Value::NONE)
        }
    };
    if code.is_none() {
        return 0;
    }
    if protocol::is_int(&code) {
        return minipy_vm::types::int::to_i64(&code).map_or(-1, |n| n as i32) & 0xff;
    }
    let _ = flush("stdout");
    if let (Ok(text), Ok(Some(stderr))) = (protocol::str(&code), crate::sys::get("stderr"))
        && !stderr.is_none()
    {
        let line = PyStr::from_str("\n");
        let _ = protocol::call_method(&stderr, name!("write"), &[text.into_value()]);
        let _ = protocol::call_method(&stderr, name!("write"), &[line.into_value()]);
    }
    1
}
