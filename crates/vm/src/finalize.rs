//! Running finalisers: `__del__` and what dies suspended.

use crate::exceptions::PyErr;
use crate::heap::{Header, Obj, Payload};
use crate::types::generator::{PyASend, PyAThrow, PyAsyncGenerator, PyCoroutine, PyGenerator};
use crate::value::Value;

/// Whether a dying object of a class with a finaliser really has something to run: a generator that waits outside of any
/// `try` has not.
pub fn needs_finalizer(header: &Header) -> bool {
    let class = header.class();
    if class.slots().del.is_none() {
        return false;
    }
    // SAFETY: the header is that of a live object, whose class says what its payload is.
    unsafe {
        if class.is(PyGenerator::class()) {
            payload::<PyGenerator>(header).core.needs_finalizer()
        } else if class.is(PyCoroutine::class()) {
            payload::<PyCoroutine>(header).core.needs_finalizer()
        } else if class.is(PyAsyncGenerator::class()) {
            payload::<PyAsyncGenerator>(header).needs_finalizer()
        } else if class.is(PyASend::class()) {
            payload::<PyASend>(header).needs_finalizer()
        } else if class.is(PyAThrow::class()) {
            payload::<PyAThrow>(header).needs_finalizer()
        } else {
            true
        }
    }
}

/// # Safety
/// The object's payload must be a `T`.
unsafe fn payload<T: Payload>(header: &Header) -> &T {
    // SAFETY: the caller's promise; the header is an object's first field.
    unsafe { &(*(header as *const Header as *const Obj<T>)).payload }
}

/// Runs an object's finaliser; errors are reported as unraisable.
pub fn finalize(object: &Value) {
    if let Some(del) = object.class().slots().del
        && let Err(error) = del(object)
    {
        match object.class().lookup(crate::name!("__del__")) {
            Some(method) => report_failed_call(error, "deallocator", &method),
            None => report_unraisable(error, None, Some(object)),
        }
    }
}

/// Reports an error of a function that the interpreter called by itself.
pub fn report_failed_call(error: PyErr, what: &str, function: &Value) {
    let shown = crate::protocol::repr(function).map_or_else(|_| String::new(), |r| r.to_string_lossy());
    report_unraisable(error, Some(&format!("Exception ignored while calling {what} {shown}")), None);
}

/// A hook that receives errors nobody can handle: `sys.unraisablehook`, installed by the runtime.
pub type UnraisableHook = fn(PyErr, Option<&str>, Option<&Value>);

static HOOK: crate::cell::GilCell<Option<UnraisableHook>> = crate::cell::GilCell::new(None);

/// Installs the runtime's `sys.unraisablehook` dispatch.
pub fn set_unraisable_hook(hook: UnraisableHook) {
    HOOK.set(Some(hook));
}

/// Reports an error in `object` that cannot propagate; `message` says where ("Exception ignored in" if `None`).
pub fn report_unraisable(error: PyErr, message: Option<&str>, object: Option<&Value>) {
    if let Some(hook) = HOOK.get() {
        hook(error, message, object);
    }
}
