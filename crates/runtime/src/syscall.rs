//! Running system calls: without the GIL, again after signals (PEP 475), errors as OSError.

use minipy_vm::exceptions::os_error_from_errno;
use minipy_vm::{PyErr, PyResult, Value, gil};

/// The calling thread's `errno`.
pub fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// What a system call returns: -1 for an error.
pub trait Status: Copy + PartialEq {
    const ERROR: Self;
}

impl Status for i32 {
    const ERROR: i32 = -1;
}

impl Status for i64 {
    const ERROR: i64 = -1;
}

impl Status for isize {
    const ERROR: isize = -1;
}

/// Runs a call that may block until it is not interrupted; the inner error is its errno.
pub fn blocking<T: Status>(mut call: impl FnMut() -> T) -> PyResult<Result<T, i32>> {
    loop {
        let (status, errno) = gil::without(|| {
            let status = call();
            (status, if status == T::ERROR { errno() } else { 0 })
        });
        if status != T::ERROR {
            return Ok(Ok(status));
        }
        if errno != libc::EINTR {
            return Ok(Err(errno));
        }
        crate::signals::check()?;
    }
}

/// As [`blocking`], with an OSError about no file.
pub fn blocking_or_raise<T: Status>(call: impl FnMut() -> T) -> PyResult<T> {
    blocking(call)?.map_err(os_error)
}

/// As [`blocking`], with an OSError about a file.
pub fn blocking_on<T: Status>(path: &Value, call: impl FnMut() -> T) -> PyResult<T> {
    blocking(call)?.map_err(|errno| os_error_from_errno(errno, Some(path.clone()), None))
}

/// The result of a call that does not block; the error is its errno as an OSError.
pub fn check<T: Status>(status: T) -> PyResult<T> {
    if status == T::ERROR { Err(last_os_error()) } else { Ok(status) }
}

/// The OSError of an error of Rust's library about a file, or about none.
pub fn io_error(error: &std::io::Error, file: Option<Value>) -> PyErr {
    os_error_from_errno(error.raw_os_error().unwrap_or(libc::EIO), file, None)
}

/// The OSError of an errno.
#[cold]
pub fn os_error(errno: i32) -> PyErr {
    os_error_from_errno(errno, None, None)
}

/// The OSError of the last call's errno.
#[cold]
pub fn last_os_error() -> PyErr {
    os_error(errno())
}
