//! `posix`: the system calls that `os` is made of, a file per theme.

pub mod children;
mod constants;
mod device;
pub mod fd;
mod files;
mod identity;
mod limits;
mod linux;
pub mod path_arg;
mod paths;
pub mod process;
mod scandir;
mod scheduling;
mod spawn;
pub mod stat;
mod system;
mod terminal;
mod xattr;

use minipy_vm::macros_support::ModuleDef;
use minipy_vm::{PyModule, PyResult, Ref, Value};

pub static MODULE: ModuleDef = ModuleDef {
    name: "posix",
    doc: Some(
        "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).  Refer to the library manual and\ncorresponding Unix manual entries for more information on calls.",
    ),
    functions: &[],
    attrs: &[],
    classes: &[],
    parts: &[
        &children::MODULE,
        &constants::MODULE,
        &device::MODULE,
        &fd::MODULE,
        &files::MODULE,
        &paths::MODULE,
        &xattr::MODULE,
        &terminal::MODULE,
        &spawn::MODULE,
        &scheduling::MODULE,
        &linux::MODULE,
        &limits::MODULE,
        &identity::MODULE,
        &process::MODULE,
        &scandir::MODULE,
        &stat::MODULE,
        &system::MODULE,
    ],
    init: Some(init),
};

/// What `os` asks about to fill `supports_fd` and its relatives.
const HAVE: &[&str] = &[
    "HAVE_EVENTFD",
    "HAVE_TIMERFD_CREATE",
    "HAVE_FACCESSAT",
    "HAVE_FCHDIR",
    "HAVE_FCHMOD",
    "HAVE_FCHMODAT",
    "HAVE_FCHOWN",
    "HAVE_FCHOWNAT",
    "HAVE_FEXECVE",
    "HAVE_FDOPENDIR",
    "HAVE_FPATHCONF",
    "HAVE_FSTATAT",
    "HAVE_FSTATVFS",
    "HAVE_FTRUNCATE",
    "HAVE_FUTIMENS",
    "HAVE_FUTIMES",
    "HAVE_FUTIMESAT",
    "HAVE_LINKAT",
    "HAVE_LCHOWN",
    "HAVE_LSTAT",
    "HAVE_LUTIMES",
    "HAVE_MEMFD_CREATE",
    "HAVE_MKDIRAT",
    "HAVE_MKFIFOAT",
    "HAVE_MKNODAT",
    "HAVE_OPENAT",
    "HAVE_READLINKAT",
    "HAVE_RENAMEAT",
    "HAVE_SYMLINKAT",
    "HAVE_UNLINKAT",
    "HAVE_UTIMENSAT",
    "HAVE_PTSNAME_R",
];

fn init(module: &Ref<PyModule>) -> PyResult<()> {
    let names = HAVE.iter().map(|&name| Value::from(name));
    module.namespace().insert("_have_functions", stat::list_of(names));
    Ok(())
}
