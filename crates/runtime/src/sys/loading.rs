//! How extension modules are loaded.

use minipy_macros::pymodule;
use std::sync::atomic::{AtomicI32, Ordering};

/// The flags that `ctypes` and extension modules are opened with.
static DLOPEN_FLAGS: AtomicI32 = AtomicI32::new(libc::RTLD_NOW);

/// The flags for `dlopen()`.
pub fn dlopen_flags() -> i32 {
    DLOPEN_FLAGS.load(Ordering::Relaxed)
}

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Return the current value of the flags that are used for dlopen calls.
    ///
    /// The flag constants are defined in the os module.
    #[pyfunction("()")]
    fn getdlopenflags() -> i32 {
        dlopen_flags()
    }

    /// Set the flags used by the interpreter for dlopen calls.
    ///
    /// The flag constants are defined in the os module: os.RTLD_LAZY resolves symbols when they are first used,
    /// os.RTLD_GLOBAL shares them with other extension modules.
    #[pyfunction("(flags, /)")]
    fn setdlopenflags(flags: i32) {
        DLOPEN_FLAGS.store(flags, Ordering::Relaxed);
    }
}

pub use functions::MODULE;
