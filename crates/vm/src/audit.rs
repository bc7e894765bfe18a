//! Audit events (PEP 578) that builtins raise. The runtime installs what they go to once a program adds a hook.

use crate::PyResult;
use crate::cell::GilCell;
use crate::value::Value;

/// Passes an event and its arguments to the program's hooks.
pub type Hook = fn(&str, &[Value]) -> PyResult<()>;

static HOOK: GilCell<Option<Hook>> = GilCell::new(None);

/// Installs what events go to.
pub fn install(hook: Hook) {
    HOOK.set(Some(hook));
}

/// Whether anybody listens: events whose arguments cost something to make are worth the question.
#[inline]
pub fn is_active() -> bool {
    HOOK.get().is_some()
}

/// Raises an event. The error is a hook's, which wants to stop what is about to happen.
#[inline]
pub fn event(name: &str, args: &[Value]) -> PyResult<()> {
    match HOOK.get() {
        Some(hook) => hook(name, args),
        None => Ok(()),
    }
}

/// `object.__getattr__`: somebody reads an attribute that gives access to the interpreter's inside.
#[inline]
pub fn getattr(object: &Value, attribute: &str) -> PyResult<()> {
    if is_active() { event("object.__getattr__", &[object.clone(), attribute.into()]) } else { Ok(()) }
}

/// `object.__setattr__`, or `object.__delattr__` without a value: somebody changes such an attribute.
#[inline]
pub fn setattr(object: &Value, attribute: &str, value: Option<&Value>) -> PyResult<()> {
    if !is_active() {
        return Ok(());
    }
    match value {
        Some(value) => event("object.__setattr__", &[object.clone(), attribute.into(), value.clone()]),
        None => event("object.__delattr__", &[object.clone(), attribute.into()]),
    }
}
