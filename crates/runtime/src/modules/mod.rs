//! The native modules: a file or folder per Python module, and the table that the import system finds them in.

pub mod abc;
pub mod builtins;
pub mod itertools;
pub mod marshal;
pub mod thread;
pub mod weakref;

use minipy_vm::macros_support::ModuleDef;

/// Every native module but `sys` and `builtins`, which start-up makes. Sorted by name.
#[rustfmt::skip]
pub static MODULES: &[&ModuleDef] = &[
    &abc::MODULE,
    &crate::import::IMP,
    &itertools::MODULE,
    &marshal::MODULE,
    &thread::MODULE,
    &weakref::MODULE,
];

/// The definition of a native module.
pub fn find(name: &str) -> Option<&'static ModuleDef> {
    MODULES.iter().find(|m| m.name == name).copied()
}
