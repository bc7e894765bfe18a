//! Running finalisers: `__del__` and what dies suspended.

use crate::exceptions::PyErr;
use crate::heap::Header;
use crate::value::Value;

/// Whether a dying object of a class with a finaliser really has something to run: a generator that waits outside of any
/// `try` has not.
pub fn needs_finalizer(header: &Header) -> bool {
    let class = header.class();
    let Some(del) = class.slots().del else { return false };
    let owner = class.layout_owner();
    match (owner.slots().del, owner.info.needs_finalizer) {
        // SAFETY: the object's payload is that of its class's layout owner.
        (Some(own), Some(ask)) if std::ptr::fn_addr_eq(own, del) => unsafe { ask(header) },
        _ => true,
    }
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
