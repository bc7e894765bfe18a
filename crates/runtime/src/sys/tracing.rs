//! Trace and profile functions.

use minipy_macros::pymodule;
use minipy_vm::monitoring::{self, Function};
use minipy_vm::{PyResult, Ref, TupleRef, Value, protocol, thread};

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Set the global debug tracing function.
    ///
    /// It will be called on each function call.  See the debugger chapter
    /// in the library manual.
    #[pyfunction("(function, /)")]
    fn settrace(function: &Value) -> PyResult<()> {
        super::set(Function::Trace, function)
    }

    /// Set the global debug tracing function in all running threads belonging to the current interpreter.
    ///
    /// It will be called on each function call. See the debugger chapter
    /// in the library manual.
    #[pyfunction("(function, /)")]
    fn _settraceallthreads(function: &Value) -> PyResult<()> {
        super::set_in_all_threads(Function::Trace, function)
    }

    /// Return the global debug tracing function set with sys.settrace.
    ///
    /// See the debugger chapter in the library manual.
    #[pyfunction("()")]
    fn gettrace() -> Option<Value> {
        thread::current().events.trace.get()
    }

    /// Set the profiling function.
    ///
    /// It will be called on each function call and return.  See the profiler
    /// chapter in the library manual.
    #[pyfunction("(function, /)")]
    fn setprofile(function: &Value) -> PyResult<()> {
        super::set(Function::Profile, function)
    }

    /// Set the profiling function in all running threads belonging to the current interpreter.
    ///
    /// It will be called on each function call and return.  See the profiler
    /// chapter in the library manual.
    #[pyfunction("(function, /)")]
    fn _setprofileallthreads(function: &Value) -> PyResult<()> {
        super::set_in_all_threads(Function::Profile, function)
    }

    /// Return the profiling function set with sys.setprofile.
    ///
    /// See the profiler chapter in the library manual.
    #[pyfunction("()")]
    fn getprofile() -> Option<Value> {
        thread::current().events.profile.get()
    }

    /// Call func(*args), while tracing is enabled.
    ///
    /// The tracing state is saved, and restored afterwards.  This is intended
    /// to be called from a debugger from a checkpoint, to recursively debug
    /// some other code.
    #[pyfunction("(func, args, /)")]
    fn call_tracing(func: &Value, args: &TupleRef) -> PyResult<Value> {
        monitoring::call_tracing(thread::current(), || protocol::call(func, args))
    }

    #[init]
    fn init(module: &Ref<minipy_vm::PyModule>) -> PyResult<()> {
        module.namespace().insert("monitoring", crate::sys::monitoring::make()?.into_value());
        Ok(())
    }
}

pub use functions::MODULE;

fn audit(which: Function) -> PyResult<()> {
    let event = match which {
        Function::Trace => "sys.settrace",
        Function::Profile => "sys.setprofile",
    };
    super::audit(event, &[])
}

fn set(which: Function, function: &Value) -> PyResult<()> {
    audit(which)?;
    monitoring::set_function(which, thread::current(), (!function.is_none()).then(|| function.clone()));
    Ok(())
}

fn set_in_all_threads(which: Function, function: &Value) -> PyResult<()> {
    for thread in thread::all() {
        audit(which)?;
        // SAFETY: registered threads are alive while this one holds the GIL.
        let thread = unsafe { &*thread };
        monitoring::set_function(which, thread, (!function.is_none()).then(|| function.clone()));
    }
    Ok(())
}
