//! The native modules: a file or folder per Python module, and the table that the import system finds them in.

pub mod builtins;
pub mod marshal;
pub mod thread;

use minipy_vm::macros_support::ModuleDef;

/// Every native module but `sys` and `builtins`, which start-up makes. Sorted by name.
pub static MODULES: &[&ModuleDef] = &[&crate::import::IMP, &thread::MODULE, &marshal::MODULE];

/// The definition of a native module.
pub fn find(name: &str) -> Option<&'static ModuleDef> {
    MODULES.iter().find(|m| m.name == name).copied()
}
