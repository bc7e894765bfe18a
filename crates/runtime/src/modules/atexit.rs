//! `atexit`.

use minipy_macros::pymodule;
use minipy_vm::macros_support::KwArgs;
use minipy_vm::{Args, GilCell, PyResult, Value, exceptions, finalize, protocol};

struct Callback {
    function: Value,
    args: Vec<Value>,
    names: Vec<Value>,
}

/// Registered functions, first to last.
static CALLBACKS: GilCell<Vec<Callback>> = GilCell::new(Vec::new());

/// Calls the registered functions, last one first. What they raise is reported.
pub fn run() {
    while let Some(callback) = CALLBACKS.with(Vec::pop) {
        let args = Args { args: &callback.args, kwnames: &callback.names };
        if let Err(error) = protocol::call_args(&callback.function, args) {
            let shown =
                protocol::repr(&callback.function).map_or_else(|_| String::new(), |r| r.to_string_lossy());
            finalize::report_unraisable(
                error,
                Some(&format!("Exception ignored in atexit callback {shown}")),
                None,
            );
        }
    }
}

/// allow programmer to define multiple exit functions to be executed
/// upon normal program termination.
///
/// Two public functions, register and unregister, are defined.
#[pymodule(name = "atexit")]
pub mod functions {
    use super::*;

    /// Register a function to be executed upon normal program termination
    ///
    ///     func - function to be called at exit
    ///     args - optional arguments to pass to func
    ///     kwargs - optional keyword arguments to pass to func
    ///
    ///     func is returned to facilitate usage as a decorator.
    #[pyfunction("(func, /, *args, **kwargs)")]
    fn register(func: Value, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<Value> {
        if !protocol::is_callable(&func) {
            return Err(exceptions::type_error("the first argument must be callable"));
        }
        let mut callback = Callback { function: func.clone(), args: args.to_vec(), names: Vec::new() };
        for (name, value) in kwargs.iter() {
            callback.names.push(name.to_value());
            callback.args.push(value.clone());
        }
        CALLBACKS.with(|callbacks| callbacks.push(callback));
        Ok(func)
    }

    /// Unregister an exit function which was previously registered using
    /// atexit.register
    ///
    ///     func - function to be unregistered
    #[pyfunction("(func, /)")]
    fn unregister(func: &Value) -> PyResult<()> {
        let mut index = CALLBACKS.with(|callbacks| callbacks.len());
        while index > 0 {
            index -= 1;
            let Some(candidate) = CALLBACKS.with(|all| all.get(index).map(|c| c.function.clone())) else {
                continue;
            };
            if protocol::eq(&candidate, func)? {
                let removed = CALLBACKS.with(|all| match all.get(index) {
                    // Comparing may have run code that changed the list.
                    Some(callback) if callback.function.is(&candidate) => Some(all.remove(index)),
                    _ => None,
                });
                drop(removed);
            }
        }
        Ok(())
    }

    /// Clear the list of previously registered exit functions.
    #[pyfunction("()")]
    fn _clear() {
        drop(CALLBACKS.take());
    }

    /// Run all registered exit functions.
    ///
    /// If a callback raises an exception, it is logged with sys.unraisablehook.
    #[pyfunction("()")]
    fn _run_exitfuncs() {
        run();
    }

    /// Return the number of registered exit functions.
    #[pyfunction("()")]
    fn _ncallbacks() -> usize {
        CALLBACKS.with(|callbacks| callbacks.len())
    }
}
