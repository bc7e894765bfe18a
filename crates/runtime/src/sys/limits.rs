//! Limits, and the encodings that are fixed.

use minipy_macros::pymodule;
use minipy_vm::{PyResult, exceptions, thread};

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Return the current value of the recursion limit.
    ///
    /// The recursion limit is the maximum depth of the Python interpreter
    /// stack.  This limit prevents infinite recursion from causing an overflow
    /// of the C stack and crashing Python.
    #[pyfunction("()")]
    fn getrecursionlimit() -> i64 {
        thread::recursion_limit()
    }

    /// Set the maximum depth of the Python interpreter stack to n.
    ///
    /// This limit prevents infinite recursion from causing an overflow of the C
    /// stack and crashing Python.  The highest possible limit is platform-
    /// dependent.
    #[pyfunction("(limit, /)")]
    fn setrecursionlimit(limit: i32) -> PyResult<()> {
        if limit < 1 {
            return Err(exceptions::value_error("recursion limit must be greater or equal than 1"));
        }
        let depth = thread::depth();
        if depth >= i64::from(limit) {
            return Err(exceptions::recursion_error(format!(
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
            )));
        }
        thread::set_recursion_limit(i64::from(limit));
        Ok(())
    }

    /// Return the current thread switch interval; see sys.setswitchinterval().
    #[pyfunction("()")]
    fn getswitchinterval() -> f64 {
        minipy_vm::gil::switch_interval().as_secs_f64()
    }

    /// Set the ideal thread switching delay inside the Python interpreter.
    ///
    /// The actual frequency of switching threads can be lower if the
    /// interpreter executes long sequences of uninterruptible code
    /// (this is implementation-specific and workload-dependent).
    ///
    /// The parameter must represent the desired switching delay in seconds
    /// A typical value is 0.005 (5 milliseconds).
    #[pyfunction("(interval, /)")]
    fn setswitchinterval(interval: f64) -> PyResult<()> {
        if interval <= 0.0 {
            return Err(exceptions::value_error("switch interval must be strictly positive"));
        }
        // Not a number becomes 0, infinity the longest interval there is.
        minipy_vm::gil::set_switch_interval(std::time::Duration::from_micros((interval * 1e6) as u64));
        Ok(())
    }

    /// Return True if the GIL is currently enabled.
    #[pyfunction("()")]
    fn _is_gil_enabled() -> bool {
        true
    }

    /// Return True if Python is exiting.
    #[pyfunction("()")]
    fn is_finalizing() -> bool {
        crate::shutdown::is_finalizing()
    }

    /// Return the default encoding used by the Unicode implementation.
    #[pyfunction("()")]
    fn getdefaultencoding() -> &'static str {
        "utf-8"
    }

    /// Return the encoding used to convert Unicode filenames to OS filenames.
    #[pyfunction("()")]
    fn getfilesystemencoding() -> &'static str {
        crate::path::encoding().name()
    }

    /// Return the error mode used Unicode to convert filenames to OS filenames.
    #[pyfunction("()")]
    fn getfilesystemencodeerrors() -> &'static str {
        "surrogateescape"
    }
}

pub use functions::MODULE;
