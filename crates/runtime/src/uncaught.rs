//! Exceptions that nobody caught: reporting them, and what they make of the exit status.

use crate::shutdown::flush;
use crate::startup::write_all;
use crate::{interactive, sys};
use minipy_vm::{PyErr, Value, exceptions, name, protocol};
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
    let exception = error.exception();
    let traceback = exception.traceback_value();
    sys::set("last_exc", exception.to_value());
    sys::set("last_type", exception.class().to_value());
    sys::set("last_value", exception.to_value());
    sys::set("last_traceback", traceback.clone());
    let hook = sys::get("excepthook").ok().flatten();
    let args = [exception.class().to_value(), exception.to_value(), traceback.clone()];
    let audited = [&[hook.clone().unwrap_or(Value::NONE)], &args[..]].concat();
    if let Err(refusal) = sys::audit("sys.excepthook", &audited) {
        if refusal.is_instance(exceptions::runtime_error_class()) {
            return None;
        }
        sys::audit::report(refusal);
    }
    flush("stdout");
    let Some(hook) = hook else {
        sys::write_stderr("sys.excepthook is missing\n");
        let _ = sys::print_exception(exception.as_value(), &traceback);
        return None;
    };
    if let Err(failure) = protocol::call(&hook, &args) {
        if let Some(status) = exit_asked_for(&failure) {
            return Some(status);
        }
        sys::write_stderr("Error in sys.excepthook:\n");
        let _ = sys::print_exception(failure.as_value(), &failure.exception().traceback_value());
        sys::write_stderr("\nOriginal exception was:\n");
        let _ = sys::print_exception(exception.as_value(), &traceback);
    }
    None
}

/// The status that a SystemExit asks for. With `-i` it is an exception like any other, so that the session can start.
fn exit_asked_for(error: &PyErr) -> Option<i32> {
    let exits = error.is_instance(exceptions::system_exit_class()) && !interactive::is_inspecting();
    exits.then(|| system_exit_status(error))
}

/// The status that `SystemExit.code` stands for: a number is one, anything else is printed.
fn system_exit_status(error: &PyErr) -> i32 {
    let code = match protocol::lookup_attr(error.as_value(), name!("code")) {
        Ok(Some(code)) => code,
        // A `code` that cannot be read: what is printed is the exception.
        _ => error.as_value().clone(),
    };
    if code.is_none() {
        return 0;
    }
    if protocol::is_int(&code) {
        return minipy_vm::types::int::to_i64(&code).map_or(-1, |n| n as i32) & 0xff;
    }
    flush("stdout");
    let text = protocol::str(&code);
    match sys::get("stderr").ok().flatten().filter(|stderr| !stderr.is_none()) {
        Some(stderr) => {
            if let Ok(text) = text {
                let _ = protocol::call_method(&stderr, name!("write"), &[text.into_value()]);
            }
            if protocol::call_method(&stderr, name!("write"), &[name!("\n").to_value()]).is_err() {
                write_all(2, b"\n");
            }
        }
        None => {
            if let Ok(text) = text {
                write_all(2, &crate::path::encode(&text).unwrap_or_default());
                write_all(2, b"\n");
            }
        }
    }
    1
}
