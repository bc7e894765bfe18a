//! The native modules: a file or folder per Python module, and the table that the import system finds them in.

pub mod builtins;
pub mod itertools;
pub mod marshal;
pub mod thread;

use minipy_vm::macros_support::ModuleDef;

/// Every native module but `sys` and `builtins`, which start-up makes. Sorted by name.
#[rustfmt::skip]
pub static MODULES: &[&ModuleDef] = &[
    &crate::import::IMP,
    &itertools::MODULE,
    &marshal::MODULE,
    &thread::MODULE,
];

/// The definition of a native module.
pub fn find(name: &str) -> Option<&'static ModuleDef> {
    MODULES.iter().find(|m| m.name == name).copied()
}
