//! Terminals and pseudo-terminals.

use super::children::fork_with;
use super::path_arg::{FdLike, c_string_value};
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::{PyResult, PyTuple, Value};
use std::ffi::CStr;

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    /// Open a pseudo-terminal.
    ///
    /// Return a tuple of (master_fd, slave_fd) containing open file descriptors
    /// for both the master and slave ends.
    #[pyfunction("($module, /)")]
    fn openpty() -> PyResult<Value> {
        let (mut main, mut terminal) = (-1, -1);
        let (name, mode, size) = (std::ptr::null_mut(), std::ptr::null(), std::ptr::null());
        // SAFETY: both results outlive the call; the rest is left to the system.
        syscall::check(unsafe { libc::openpty(&mut main, &mut terminal, name, mode, size) })?;
        for fd in [main, terminal] {
            super::super::fd::set_inheritable_flag(fd, false)?;
        }
        Ok(PyTuple::from_array([main, terminal].map(Value::from)).into_value())
    }

    /// Checks if PyOS_InputHook is set. Only extensions written in C could set it.
    #[pyfunction("($module, /)")]
    fn _is_inputhook_installed() -> bool {
        false
    }

    /// Calls PyOS_InputHook droppping the GIL first.
    #[pyfunction("($module, /)")]
    fn _inputhook() -> i32 {
        0
    }

    /// Prepare the tty of which fd is a file descriptor for a new login session.
    ///
    /// Make the calling process a session leader; make the tty the
    /// controlling tty, the stdin, the stdout, and the stderr of the
    /// calling process; close fd.
    #[pyfunction("($module, fd, /)")]
    fn login_tty(fd: FdLike) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::login_tty(fd.0) }).map(drop)
    }

    /// Fork a new process with a new pseudo-terminal as controlling tty.
    ///
    /// Returns a tuple of (pid, master_fd).
    /// Like fork(), return pid of 0 to the child process,
    /// and pid of child to the parent process.
    /// To both, return fd of newly opened pseudo-terminal.
    #[pyfunction("($module, /)")]
    fn forkpty() -> PyResult<Value> {
        crate::sys::audit("os.forkpty", &[])?;
        let mut main = -1;
        let (name, mode, size) = (std::ptr::null_mut(), std::ptr::null(), std::ptr::null());
        // SAFETY: the result outlives the call; the rest is left to the system.
        let pid =
            fork_with("forkpty", "can't fork", || unsafe { libc::forkpty(&mut main, name, mode, size) })?;
        Ok(PyTuple::from_array([pid, main].map(Value::from)).into_value())
    }

    /// Open and return a file descriptor for a master pseudo-terminal device.
    ///
    /// Performs a posix_openpt() C function call. The oflag argument is used to
    /// set file status flags and file access modes as specified in the manual
    /// page of posix_openpt() of your system.
    #[pyfunction("($module, oflag, /)")]
    fn posix_openpt(oflag: i32) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::posix_openpt(oflag | libc::O_CLOEXEC) })
    }

    /// Grant access to the slave pseudo-terminal device.
    ///
    ///   fd
    ///     File descriptor of a master pseudo-terminal device.
    ///
    /// Performs a grantpt() C function call.
    #[pyfunction("($module, fd, /)")]
    fn grantpt(fd: FdLike) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::grantpt(fd.0) }).map(drop)
    }

    /// Unlock a pseudo-terminal master/slave pair.
    ///
    ///   fd
    ///     File descriptor of a master pseudo-terminal device.
    ///
    /// Performs an unlockpt() C function call.
    #[pyfunction("($module, fd, /)")]
    fn unlockpt(fd: FdLike) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::unlockpt(fd.0) }).map(drop)
    }

    /// Return the name of the slave pseudo-terminal device.
    ///
    ///   fd
    ///     File descriptor of a master pseudo-terminal device.
    ///
    /// If the ptsname_r() C function is available, it is called;
    /// otherwise, performs a ptsname() C function call.
    #[pyfunction("($module, fd, /)")]
    fn ptsname(fd: FdLike) -> PyResult<Value> {
        let mut name = [0; 128];
        // SAFETY: there is room for as many bytes as is said.
        match unsafe { libc::ptsname_r(fd.0, name.as_mut_ptr(), name.len()) } {
            // SAFETY: the name is NUL-terminated.
            0 => Ok(c_string_value(unsafe { CStr::from_ptr(name.as_ptr()) }, false)),
            errno => Err(syscall::os_error(errno)),
        }
    }

    /// Return the process group associated with the terminal specified by fd.
    #[pyfunction("($module, fd, /)")]
    fn tcgetpgrp(fd: i32) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::tcgetpgrp(fd) })
    }

    /// Set the process group associated with the terminal specified by fd.
    #[pyfunction("($module, fd, pgid, /)")]
    fn tcsetpgrp(fd: i32, pgid: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::tcsetpgrp(fd, pgid) }).map(drop)
    }
}

pub use functions::MODULE;
