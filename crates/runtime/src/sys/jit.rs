//! `sys._jit`: there is no just-in-time compiler.

use minipy_macros::pymodule;

/// Utilities for observing just-in-time compilation.
#[pymodule(name = "sys._jit")]
pub mod functions {
    /// Return True if the current Python executable supports JIT compilation, and False otherwise.
    #[pyfunction("()")]
    fn is_available() -> bool {
        false
    }

    /// Return True if JIT compilation is enabled for the current Python process (implies sys._jit.is_available()), and False otherwise.
    #[pyfunction("()")]
    fn is_enabled() -> bool {
        false
    }

    /// Return True if the topmost Python frame is currently executing JIT code (implies sys._jit.is_enabled()), and False otherwise.
    #[pyfunction("()")]
    fn is_active() -> bool {
        false
    }
}

pub use functions::MODULE;
