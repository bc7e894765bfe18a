//! Functions that the documents of Python 3.6 describe and later versions have dropped.

use minipy_macros::pymodule;
use minipy_vm::{PyResult, Value, exceptions, protocol, thread, warnings};
use std::sync::atomic::{AtomicI32, Ordering};

/// The number that `setcheckinterval` leaves for `getcheckinterval`.
static CHECK_INTERVAL: AtomicI32 = AtomicI32::new(100);

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Return the current check interval; see sys.setcheckinterval().
    #[pyfunction("()")]
    fn getcheckinterval() -> PyResult<i32> {
        deprecated(
            "sys.getcheckinterval() and sys.setcheckinterval() are deprecated.  Use sys.getswitchinterval() instead.",
        )?;
        Ok(CHECK_INTERVAL.load(Ordering::Relaxed))
    }

    /// Tell the interpreter to look for asynchronous events every n instructions.
    ///
    /// The number has no effect: use sys.setswitchinterval() instead.
    #[pyfunction("(n, /)")]
    fn setcheckinterval(n: i32) -> PyResult<()> {
        deprecated(
            "sys.getcheckinterval() and sys.setcheckinterval() are deprecated.  Use sys.setswitchinterval() instead.",
        )?;
        CHECK_INTERVAL.store(n, Ordering::Relaxed);
        Ok(())
    }

    /// Return the wrapper for coroutine objects that sys.set_coroutine_wrapper() has set for this thread, or None.
    #[pyfunction("()")]
    fn get_coroutine_wrapper() -> PyResult<Option<Value>> {
        deprecated("get_coroutine_wrapper is deprecated")?;
        Ok(thread::current().coroutine_wrapper.get())
    }

    /// Set a function that every coroutine made in this thread passes through.
    ///
    /// It is called with each new coroutine of an 'async def' function, and
    /// the call of that function gives what it returns.  None unsets it.
    #[pyfunction("(wrapper, /)")]
    fn set_coroutine_wrapper(wrapper: &Value) -> PyResult<()> {
        deprecated("set_coroutine_wrapper is deprecated")?;
        if !wrapper.is_none() && !protocol::is_callable(wrapper) {
            return Err(exceptions::type_error(format!("callable expected, got {}", wrapper.type_name())));
        }
        thread::current().set_coroutine_wrapper((!wrapper.is_none()).then(|| wrapper.clone()));
        Ok(())
    }
}

pub use functions::MODULE;

fn deprecated(message: &str) -> PyResult<()> {
    warnings::warn(exceptions::deprecation_warning_class(), message, 1)
}
