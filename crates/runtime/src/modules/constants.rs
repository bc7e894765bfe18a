//! Integer constants of native modules.

use minipy_vm::{PyModule, Ref};

/// Names and values for a module's namespace.
pub type Constants = &'static [(&'static str, i64)];

/// The named constants of the libc crate, under their own names.
macro_rules! libc_constants {
    ($($name:ident)*) => {
        &[$((stringify!($name), libc::$name as i64)),*]
    };
}
pub(crate) use libc_constants;

/// Adds the constants to a module.
pub fn add(module: &Ref<PyModule>, constants: Constants) {
    for &(name, value) in constants {
        module.namespace().insert(name, value);
    }
}
