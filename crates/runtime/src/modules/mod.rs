//! The native modules: a file or folder per Python module, and the table that the import system finds them in.

pub mod abc;
pub mod array;
pub mod atexit;
pub mod binascii;
pub mod bisect;
pub mod builtins;
pub mod codecs;
pub mod collections;
pub mod contextvars;
mod errno;
pub mod functools;
pub mod gc;
pub mod heapq;
pub mod io;
pub mod itertools;
pub mod marshal;
pub mod math;
pub mod opcode;
pub mod operator;
pub mod posix;
mod record;
pub mod select;
pub mod signal;
pub mod sre;
mod stat;
pub mod string;
pub mod r#struct;
pub mod suggestions;
pub mod thread;
pub mod time;
pub mod types;
pub mod typing;
pub mod unicodedata;
pub mod warnings;
pub mod weakref;

use minipy_vm::macros_support::ModuleDef;

/// Every native module but `sys` and `builtins`, which start-up makes. Sorted by name.
#[rustfmt::skip]
pub static MODULES: &[&ModuleDef] = &[
    &abc::MODULE,
    &array::MODULE,
    &atexit::functions::MODULE,
    &binascii::MODULE,
    &bisect::MODULE,
    &codecs::MODULE,
    &collections::MODULE,
    &contextvars::functions::MODULE,
    &crate::import::IMP,
    &errno::MODULE,
    &functools::MODULE,
    &gc::functions::MODULE,
    &heapq::MODULE,
    &io::MODULE,
    &itertools::MODULE,
    &marshal::MODULE,
    &math::MODULE,
    &opcode::functions::MODULE,
    &operator::MODULE,
    &posix::MODULE,
    &sre::MODULE,
    &select::MODULE,
    &signal::MODULE,
    &stat::MODULE,
    &suggestions::functions::MODULE,
    &string::MODULE,
    &r#struct::MODULE,
    &unicodedata::MODULE,
    &thread::MODULE,
    &time::MODULE,
    &types::functions::MODULE,
    &typing::functions::MODULE,
    &warnings::MODULE,
    &weakref::MODULE,
];

/// The definition of a native module.
pub fn find(name: &str) -> Option<&'static ModuleDef> {
    MODULES.iter().find(|m| m.name == name).copied()
}
