//! Hooks of async generators, and where coroutines are made.

use minipy_macros::pymodule;
use minipy_vm::types::structseq::{self, StructSeqDef};
use minipy_vm::{GilCell, PyResult, TypeRef, Value, exceptions, protocol, thread};

static HOOKS: StructSeqDef = StructSeqDef {
    name: "asyncgen_hooks",
    module: "builtins",
    doc: "asyncgen_hooks\n\nA named tuple providing information about asynchronous\ngenerators hooks.  The attributes are read only.",
    fields: &[("firstiter", ""), ("finalizer", "")],
    visible: 2,
    instantiable: false,
};

/// A hook argument: `None` if it is not given, otherwise what it is set to.
fn hook(name: &str, value: Option<Value>) -> PyResult<Option<Option<Value>>> {
    match value {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(Some(None)),
        Some(value) if protocol::is_callable(&value) => Ok(Some(Some(value))),
        Some(value) => {
            Err(exceptions::type_error(format!("callable {name} expected, got {}", value.type_name())))
        }
    }
}

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Return the installed asynchronous generators hooks.
    ///
    /// This returns a namedtuple of the form (firstiter, finalizer).
    #[pyfunction("()")]
    fn get_asyncgen_hooks() -> Value {
        static CLASS: GilCell<Option<TypeRef>> = GilCell::new(None);
        let class = CLASS.get().unwrap_or_else(|| structseq::new_class(&HOOKS));
        CLASS.set(Some(class.clone()));
        let thread = thread::current();
        let hooks = [thread.async_gen_firstiter.get(), thread.async_gen_finalizer.get()];
        let values = hooks.map(|hook| hook.unwrap_or(Value::NONE)).to_vec();
        structseq::new_instance(&class, HOOKS.visible, values)
    }

    /// set_asyncgen_hooks([firstiter] [, finalizer])
    ///
    /// Set a finalizer for async generators objects.
    #[pyfunction("(firstiter=<unrepresentable>, finalizer=<unrepresentable>)")]
    fn set_asyncgen_hooks(firstiter: Option<Value>, finalizer: Option<Value>) -> PyResult<()> {
        let finalizer = hook("finalizer", finalizer)?;
        let firstiter = hook("firstiter", firstiter)?;
        let thread = thread::current();
        if let Some(finalizer) = finalizer {
            thread.async_gen_finalizer.set(finalizer);
        }
        if let Some(firstiter) = firstiter {
            thread.async_gen_firstiter.set(firstiter);
        }
        Ok(())
    }

    /// Enable or disable origin tracking for coroutine objects in this thread.
    ///
    /// Coroutine objects will track 'depth' frames of traceback information
    /// about where they came from, available in their cr_origin attribute.
    ///
    /// Set a depth of 0 to disable.
    #[pyfunction("(depth)")]
    fn set_coroutine_origin_tracking_depth(depth: i32) -> PyResult<()> {
        let depth = usize::try_from(depth).map_err(|_| exceptions::value_error("depth must be >= 0"))?;
        thread::current().coroutine_origin_depth.set(depth);
        Ok(())
    }

    /// Check status of origin tracking for coroutine objects in this thread.
    #[pyfunction("()")]
    fn get_coroutine_origin_tracking_depth() -> usize {
        thread::current().coroutine_origin_depth.get()
    }
}

pub use functions::MODULE;
