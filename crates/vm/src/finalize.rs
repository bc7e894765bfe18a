//! Running finalisers: `__del__` and what dies suspended.

use crate::exceptions::PyErr;
use crate::heap::Header;
use crate::value::Value;

/// Whether a dying object of a class with a finaliser really has something to run.
pub fn needs_finalizer(header: &Header) -> bool {
    header.class().slots().del.is_some()
}

/// Runs an object's finaliser; errors are reported as unraisable.
pub fn finalize(object: &Value) {
    if let Some(del) = object.class().slots().del
        && let Err(error) = del(object)
    {
        report_unraisable(error, None, Some(object));
    }
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
