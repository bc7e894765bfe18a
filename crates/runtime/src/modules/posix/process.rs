//! The process: identity, environment, random bytes.

use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::bytes;
use minipy_vm::{PyDict, PyResult, Value, exceptions};
use std::ffi::{CStr, CString};

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn error() -> Value {
        exceptions::os_error_class().to_value()
    }

    #[pyattr]
    fn environ() -> Value {
        super::environment()
    }

    /// Create the environment dictionary.
    #[pyfunction("($module, /)")]
    fn _create_environ() -> Value {
        super::environment()
    }

    /// Return the current process id.
    #[pyfunction("($module, /)")]
    fn getpid() -> i32 {
        // SAFETY: no memory is passed.
        unsafe { libc::getpid() }
    }

    /// Return the parent's process id.
    ///
    /// If the parent process has already exited, Windows machines will still
    /// return its id; others systems will return the id of the 'init' proces
    /// (1).
    #[pyfunction("($module, /)")]
    fn getppid() -> i32 {
        // SAFETY: no memory is passed.
        unsafe { libc::getppid() }
    }

    /// Return the current process's user id.
    #[pyfunction("($module, /)")]
    fn getuid() -> u32 {
        // SAFETY: no memory is passed.
        unsafe { libc::getuid() }
    }

    /// Return the current process's effective user id.
    #[pyfunction("($module, /)")]
    fn geteuid() -> u32 {
        // SAFETY: no memory is passed.
        unsafe { libc::geteuid() }
    }

    /// Return the current process's group id.
    #[pyfunction("($module, /)")]
    fn getgid() -> u32 {
        // SAFETY: no memory is passed.
        unsafe { libc::getgid() }
    }

    /// Return the current process's effective group id.
    #[pyfunction("($module, /)")]
    fn getegid() -> u32 {
        // SAFETY: no memory is passed.
        unsafe { libc::getegid() }
    }

    /// Return a bytes object containing random bytes suitable for cryptographic use.
    #[pyfunction("($module, size, /)")]
    fn urandom(size: isize) -> PyResult<Value> {
        let Ok(size) = usize::try_from(size) else {
            return Err(exceptions::value_error("negative argument not allowed"));
        };
        let mut data = super::super::fd::buffer_of(size)?;
        super::fill_random(&mut data, 0)?;
        Ok(bytes::from_box(data.into_boxed_slice()).into_value())
    }

    /// Obtain a series of random bytes.
    #[pyfunction("($module, /, size, flags=0)")]
    fn getrandom(size: isize, flags: i32) -> PyResult<Value> {
        let Ok(size) = usize::try_from(size) else { return Err(syscall::os_error(libc::EINVAL)) };
        let mut data = super::super::fd::buffer_of(size)?;
        let (to, room) = (data.as_mut_ptr(), data.len());
        // SAFETY: the buffer has the room that is told.
        let count = syscall::blocking_or_raise(|| unsafe { libc::getrandom(to.cast(), room, flags as u32) })?;
        data.truncate(count as usize);
        Ok(bytes::from_box(data.into_boxed_slice()).into_value())
    }

    /// Change or add an environment variable.
    #[pyfunction("($module, name, value, /)")]
    fn putenv(name: &Value, value: &Value) -> PyResult<()> {
        let name_bytes = super::environment_text(name)?;
        if name_bytes.as_bytes().contains(&b'=') || name_bytes.is_empty() {
            return Err(exceptions::value_error("illegal environment variable name"));
        }
        let value_bytes = super::environment_text(value)?;
        crate::sys::audit("os.putenv", &[as_bytes(&name_bytes), as_bytes(&value_bytes)])?;
        // SAFETY: both are NUL-terminated; native code reads the environment under the GIL.
        syscall::check(unsafe { libc::setenv(name_bytes.as_ptr(), value_bytes.as_ptr(), 1) }).map(drop)
    }

    /// Delete an environment variable.
    #[pyfunction("($module, name, /)")]
    fn unsetenv(name: &Value) -> PyResult<()> {
        let name_bytes = super::environment_text(name)?;
        crate::sys::audit("os.unsetenv", &[as_bytes(&name_bytes)])?;
        // SAFETY: the name is NUL-terminated; native code reads the environment under the GIL.
        syscall::check(unsafe { libc::unsetenv(name_bytes.as_ptr()) }).map(drop)
    }

    /// Return the number of logical CPUs in the system.
    ///
    /// Return None if indeterminable.
    #[pyfunction("($module, /)")]
    fn cpu_count() -> Option<i64> {
        if let Some(count) = crate::config::current().and_then(|config| config.settings.cpu_count) {
            return Some(count.into());
        }
        // SAFETY: no memory is passed.
        let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
        (count > 0).then_some(count)
    }
}

pub use functions::MODULE;

fn as_bytes(text: &CStr) -> Value {
    minipy_vm::types::bytes::from_slice(text.to_bytes()).into_value()
}

fn environment_text(value: &Value) -> PyResult<CString> {
    CString::new(crate::path::fs_encode(value)?).map_err(|_| exceptions::value_error("embedded null byte"))
}

/// The environment as a dict of bytes.
fn environment() -> Value {
    use std::os::unix::ffi::OsStringExt;
    let dict = PyDict::new_ref();
    for (name, value) in std::env::vars_os() {
        let pair = [name, value].map(|part| bytes::from_slice(&part.into_vec()).into_value());
        let [name, value] = pair;
        // Of variables that occur twice, the first counts.
        let _ = dict.get_or_insert(&name, || value);
    }
    dict.into_value()
}

/// Fills `to` with bytes from the system's random source.
pub fn fill_random(to: &mut [u8], flags: u32) -> PyResult<()> {
    let mut done = 0;
    while done < to.len() {
        let rest = &mut to[done..];
        let (data, len) = (rest.as_mut_ptr(), rest.len());
        // SAFETY: the slice has `len` bytes.
        done += syscall::blocking_or_raise(|| unsafe { libc::getrandom(data.cast(), len, flags) })? as usize;
    }
    Ok(())
}
