//! `mmap`: files as memory.

mod map;
mod methods;
mod slots;

use super::constants::{self, Constants, libc_constants};
use map::PyMmap;
use minipy_macros::pymodule;
use minipy_vm::{PyModule, PyResult, Ref, Value, exceptions};

#[pymodule(name = "mmap", classes(PyMmap))]
pub mod functions {
    use super::*;

    #[pyattr]
    fn error() -> Value {
        exceptions::os_error_class().to_value()
    }

    #[pyattr(name = "PAGESIZE")]
    fn page_size() -> i64 {
        super::page_size()
    }

    #[pyattr(name = "ALLOCATIONGRANULARITY")]
    fn granularity() -> i64 {
        super::page_size()
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        constants::add(module, FROM_LIBC);
        constants::add(module, ACCESS);
        Ok(())
    }
}

pub use functions::MODULE;

fn page_size() -> i64 {
    // SAFETY: no memory is passed.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) }
}

static FROM_LIBC: Constants = libc_constants! {
    MADV_DODUMP MADV_DOFORK MADV_DONTDUMP MADV_DONTFORK MADV_DONTNEED MADV_FREE MADV_HUGEPAGE MADV_HWPOISON
    MADV_MERGEABLE MADV_NOHUGEPAGE MADV_NORMAL MADV_RANDOM MADV_REMOVE MADV_SEQUENTIAL MADV_UNMERGEABLE
    MADV_WILLNEED MAP_32BIT MAP_ANON MAP_ANONYMOUS MAP_DENYWRITE MAP_EXECUTABLE MAP_NORESERVE MAP_POPULATE
    MAP_PRIVATE MAP_SHARED MAP_STACK PROT_EXEC PROT_READ PROT_WRITE
};

static ACCESS: Constants = &[
    ("ACCESS_DEFAULT", map::ACCESS_DEFAULT as i64),
    ("ACCESS_READ", map::ACCESS_READ as i64),
    ("ACCESS_WRITE", map::ACCESS_WRITE as i64),
    ("ACCESS_COPY", map::ACCESS_COPY as i64),
];
