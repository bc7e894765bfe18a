//! Audit hooks (PEP 578).

use minipy_macros::pymodule;
use minipy_vm::codecs::without_nul;
use minipy_vm::{GilCell, PyErr, PyResult, PyStr, PyTuple, Ref, Value, exceptions, name, protocol, thread};

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Passes the event to any hooks that are attached.
    #[pyfunction("(event, /, *args)")]
    fn audit(event: &Ref<PyStr>, args: &[Value]) -> PyResult<()> {
        minipy_vm::audit::event(&without_nul(event)?, args)
    }

    /// Adds a new audit hook callback.
    #[pyfunction("($module, /, hook)")]
    fn addaudithook(hook: &Value) -> PyResult<()> {
        if let Err(error) = minipy_vm::audit::event("sys.addaudithook", &[]) {
            // Hooks may refuse others, which whoever adds one is not told.
            return if error.is_instance(exceptions::exception_class()) { Ok(()) } else { Err(error) };
        }
        HOOKS.with(|hooks| hooks.push(hook.clone()));
        minipy_vm::audit::install(call_hooks);
        Ok(())
    }
}

pub use functions::MODULE;

static HOOKS: GilCell<Vec<Value>> = GilCell::new(Vec::new());

fn call_hooks(event: &str, args: &[Value]) -> PyResult<()> {
    let event = Value::from(event);
    let arguments = PyTuple::from_slice(args).into_value();
    for hook in HOOKS.get() {
        let tracing = &thread::current().events.tracing;
        let untraced = u32::from(!can_trace(&hook)?);
        tracing.set(tracing.get() + untraced);
        let result = protocol::call(&hook, &[event.clone(), arguments.clone()]);
        tracing.set(tracing.get() - untraced);
        result?;
    }
    Ok(())
}

/// Whether trace functions see what the hook does.
fn can_trace(hook: &Value) -> PyResult<bool> {
    match protocol::lookup_attr(hook, name!("__cantrace__"))? {
        Some(answer) => protocol::truth(&answer),
        None => Ok(false),
    }
}

/// Drops the hooks, when the interpreter has nothing more to tell.
pub fn clear() {
    drop(HOOKS.take());
}

/// Reports what a hook raised about the report of another error.
pub fn report(error: PyErr) {
    super::unraisable(error, Some("Exception ignored in audit hook"), None);
}
