//! Objects and calls of which CPython's tests say that they once crashed it.

use crate::modules::thread::spawn;
use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::exceptions::{self, PyBaseException};
use minipy_vm::types::function::PyNative;
use minipy_vm::{Args, PyResult, Traverse, TypeRef, Value, Visitor, protocol};

pub use functions::MODULE;

#[pymodule(name = "_testcapi", classes(RecursingInfinitelyError))]
mod functions {
    use super::*;

    /// Sets C's `errno`.
    #[pyfunction("(value, /)", nosig)]
    fn set_errno(value: i32) {
        // SAFETY: the address is that of the thread's own variable.
        unsafe { *libc::__errno_location() = value }
    }

    /// A new function, which makes such functions.
    #[pyfunction("($self, /)")]
    fn create_cfunction() -> PyResult<Value> {
        let own = MODULE.functions.iter().find(|function| function.name == "create_cfunction");
        let own = own.ok_or_else(|| exceptions::system_error("no such function"))?;
        Ok(PyNative::function(own, None).into_value())
    }

    /// A `__get__` that calls the class it is given and then shows the descriptor.
    #[pyfunction("(*args)", nosig)]
    fn bad_get(args: &[Value]) -> PyResult<Value> {
        let [descriptor, _, class] = args else {
            let message = format!("function takes exactly 3 arguments ({} given)", args.len());
            return Err(exceptions::type_error(message));
        };
        protocol::call0(class)?;
        Ok(protocol::repr(descriptor)?.into_value())
    }

    /// Calls a function in a thread that ends right behind the call.
    #[pyfunction("(callback, /)", nosig)]
    fn call_in_temporary_c_thread(callback: &Value) -> PyResult<()> {
        spawn::run_to_end(callback)
    }

    /// Calls a function that waits for something while the interpreter finalizes: it never returns.
    #[pyfunction("(callback, /)", nosig)]
    fn finalize_thread_hang(callback: &Value) -> PyResult<()> {
        protocol::call0(callback).map(drop)
    }
}

/// Instantiating this exception starts infinite recursion.
#[pyclass(
    name = "RecursingInfinitelyError",
    base = PyBaseException,
    base_class = exceptions::exception_class,
    basetype,
    gc
)]
#[repr(C)]
pub struct RecursingInfinitelyError {
    base: PyBaseException,
}

impl Traverse for RecursingInfinitelyError {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.base.traverse(visit);
    }
}

#[pymethods]
impl RecursingInfinitelyError {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        let _guard = minipy_vm::stack::enter(" while calling a Python object")?;
        protocol::call0(class.as_value())
    }
}
