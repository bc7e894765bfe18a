//! `_posixshmem`: shared memory by name.

use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::exceptions::os_error_from_errno;
use minipy_vm::{PyResult, StrRef, exceptions};
use std::ffi::CString;

/// POSIX shared memory module
#[pymodule(name = "_posixshmem")]
pub mod functions {
    use super::*;

    /// Open a shared memory object.  Returns a file descriptor (integer).
    #[pyfunction("($module, /, path, flags, mode=511)")]
    fn shm_open(path: &StrRef, flags: i32, mode: i32) -> PyResult<i32> {
        let name = super::c_name(path)?;
        let (flags, mode) = (flags | libc::O_CLOEXEC, mode as libc::mode_t);
        // SAFETY: the name is NUL-terminated.
        syscall::blocking_on(path.as_value(), || unsafe { libc::shm_open(name.as_ptr(), flags, mode) })
    }

    /// Remove a shared memory object (similar to unlink()).
    ///
    /// Remove a shared memory object name, and, once all processes have
    /// unmapped the object, de-allocates and destroys the contents of the
    /// associated memory region.
    #[pyfunction("($module, path, /)")]
    fn shm_unlink(path: &StrRef) -> PyResult<()> {
        let name = super::c_name(path)?;
        // SAFETY: the name is NUL-terminated.
        let status = syscall::blocking(|| unsafe { libc::shm_unlink(name.as_ptr()) })?;
        status.map(drop).map_err(|errno| os_error_from_errno(errno, Some(path.as_value().clone()), None))
    }
}

pub use functions::MODULE;

/// A name of a shared object, as C has it.
pub fn c_name(name: &StrRef) -> PyResult<CString> {
    CString::new(crate::path::encode(name).unwrap_or_default())
        .map_err(|_| exceptions::value_error("embedded null character"))
}
