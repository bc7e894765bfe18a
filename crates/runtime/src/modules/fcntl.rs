//! `fcntl`: control of open files.

use super::constants::{self, Constants, libc_constants};
use super::posix::path_arg::FdLike;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::{BytesLike, WritableBuffer};
use minipy_vm::{PyModule, PyResult, PyStr, Ref, Value, exceptions, protocol};

/// This module performs file control and I/O control on file
/// descriptors.  It is an interface to the fcntl() and ioctl() Unix
/// routines.  File descriptors can be obtained with the fileno() method of
/// a file or socket object.
#[pymodule(name = "fcntl")]
pub mod functions {
    use super::*;

    /// Perform the operation cmd on file descriptor fd.
    ///
    /// The values used for cmd are operating system dependent, and are
    /// available as constants in the fcntl module, using the same names as used
    /// in the relevant C header files.  The argument arg is optional, and
    /// defaults to 0; it may be an integer, a bytes-like object or a string.
    /// If arg is given as a string, it will be encoded to binary using the
    /// UTF-8 encoding.
    ///
    /// If the arg given is an integer or if none is specified, the result value
    /// is an integer corresponding to the return value of the fcntl() call in
    /// the C code.
    ///
    /// If arg is given as a bytes-like object, the return value of fcntl() is a
    /// bytes object of that length, containing the resulting value put in the
    /// arg buffer by the operating system.  The length of the arg buffer is not
    /// allowed to exceed 1024 bytes.
    #[pyfunction("($module, fd, cmd, arg=0, /)")]
    fn fcntl(fd: FdLike, cmd: i32, arg: Option<&Value>) -> PyResult<Value> {
        let fd = fd.0;
        let audited = [fd.into(), cmd.into(), arg.cloned().unwrap_or(Value::NONE)];
        crate::sys::audit("fcntl.fcntl", &audited)?;
        match super::argument(arg, "fcntl")? {
            Argument::Number(n) => {
                // SAFETY: a number is passed; what wants memory checks the address.
                syscall::blocking_or_raise(|| unsafe { libc::fcntl(fd, cmd, n) }).map(Value::from)
            }
            Argument::Copy(mut copy) => {
                let pointer = copy.memory.as_mut_ptr();
                // SAFETY: there is room for any structure that the operations know.
                syscall::blocking_or_raise(|| unsafe { libc::fcntl(fd, cmd, pointer) })?;
                Ok(copy.into_bytes())
            }
        }
    }

    /// Perform the operation request on file descriptor fd.
    ///
    /// The values used for request are operating system dependent, and are
    /// available as constants in the fcntl or termios library modules, using
    /// the same names as used in the relevant C header files.
    ///
    /// The argument arg is optional, and defaults to 0; it may be an integer, a
    /// bytes-like object or a string.  If arg is given as a string, it will be
    /// encoded to binary using the UTF-8 encoding.
    ///
    /// If the arg given is an integer or if none is specified, the result value
    /// is an integer corresponding to the return value of the ioctl() call in
    /// the C code.
    ///
    /// If the argument is a mutable buffer (such as a bytearray) and the
    /// mutate_flag argument is true (default) then the buffer is (in effect)
    /// passed to the operating system and changes made by the OS will be
    /// reflected in the contents of the buffer after the call has returned.
    /// The return value is the integer returned by the ioctl() system call.
    ///
    /// If the argument is a mutable buffer and the mutable_flag argument is
    /// false, the behavior is as if an immutable buffer had been passed.
    ///
    /// If the argument is an immutable buffer then a copy of the buffer is
    /// passed to the operating system and the return value is a bytes object of
    /// the same length containing whatever the operating system put in the
    /// buffer.  The length of the arg buffer in this case is not allowed to
    /// exceed 1024 bytes.
    #[pyfunction("($module, fd, request, arg=0, mutate_flag=True, /)")]
    fn ioctl(fd: FdLike, request: &Value, arg: Option<&Value>, mutate_flag: bool) -> PyResult<Value> {
        let fd = fd.0;
        let request = super::low_bits(request)?;
        let audited = [fd.into(), request.into(), arg.cloned().unwrap_or(Value::small_int(0))];
        crate::sys::audit("fcntl.ioctl", &audited)?;
        if mutate_flag
            && let Some(arg) = arg
            && let Some(mut buffer) = WritableBuffer::new(arg)
        {
            let memory = buffer.as_mut_slice();
            if memory.len() > super::MOST {
                let pointer = memory.as_mut_ptr();
                // SAFETY: the memory is larger than any structure that the requests know.
                return syscall::blocking_or_raise(|| unsafe { libc::ioctl(fd, request, pointer) })
                    .map(Value::from);
            }
            let mut copy = Copy::new(memory);
            let pointer = copy.memory.as_mut_ptr();
            // SAFETY: there is room for any structure that the requests know.
            let status = syscall::blocking_or_raise(|| unsafe { libc::ioctl(fd, request, pointer) })?;
            memory.copy_from_slice(&copy.memory[..copy.len]);
            return Ok(Value::from(status));
        }
        match super::argument(arg, "ioctl")? {
            Argument::Number(n) => {
                // SAFETY: a number is passed; what wants memory checks the address.
                syscall::blocking_or_raise(|| unsafe { libc::ioctl(fd, request, n) }).map(Value::from)
            }
            Argument::Copy(mut copy) => {
                let pointer = copy.memory.as_mut_ptr();
                // SAFETY: there is room for any structure that the requests know.
                syscall::blocking_or_raise(|| unsafe { libc::ioctl(fd, request, pointer) })?;
                Ok(copy.into_bytes())
            }
        }
    }

    /// Perform the lock operation on file descriptor fd.
    ///
    /// See the Unix manual page for flock(2) for details (On some systems, this
    /// function is emulated using fcntl()).
    #[pyfunction("($module, fd, operation, /)")]
    fn flock(fd: FdLike, operation: i32) -> PyResult<()> {
        crate::sys::audit("fcntl.flock", &[fd.0.into(), operation.into()])?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::flock(fd.0, operation) }).map(drop)
    }

    /// A wrapper around the fcntl() locking calls.
    ///
    /// fd is the file descriptor of the file to lock or unlock, and operation
    /// is one of the following values:
    ///
    ///     LOCK_UN - unlock
    ///     LOCK_SH - acquire a shared lock
    ///     LOCK_EX - acquire an exclusive lock
    ///
    /// When operation is LOCK_SH or LOCK_EX, it can also be bitwise ORed with
    /// LOCK_NB to avoid blocking on lock acquisition.  If LOCK_NB is used and
    /// the lock cannot be acquired, an OSError will be raised and the exception
    /// will have an errno attribute set to EACCES or EAGAIN (depending on the
    /// operating system -- for portability, check for either value).
    ///
    /// len is the number of bytes to lock, with the default meaning to lock to
    /// EOF.  start is the byte offset, relative to whence, to that the lock
    /// starts.  whence is as with fileobj.seek(), specifically:
    ///
    ///     0 - relative to the start of the file (SEEK_SET)
    ///     1 - relative to the current buffer position (SEEK_CUR)
    ///     2 - relative to the end of the file (SEEK_END)
    #[pyfunction("($module, fd, cmd, len=0, start=0, whence=0, /)")]
    fn lockf(fd: FdLike, cmd: i32, len: Option<&Value>, start: Option<&Value>, whence: i32) -> PyResult<()> {
        let audited = [
            fd.0.into(),
            cmd.into(),
            len.cloned().unwrap_or(Value::NONE),
            start.cloned().unwrap_or(Value::NONE),
            whence.into(),
        ];
        crate::sys::audit("fcntl.lockf", &audited)?;
        let kind = match cmd {
            libc::LOCK_UN => libc::F_UNLCK,
            _ if cmd & libc::LOCK_SH != 0 => libc::F_RDLCK,
            _ if cmd & libc::LOCK_EX != 0 => libc::F_WRLCK,
            _ => return Err(exceptions::value_error("unrecognized lockf argument")),
        };
        let lock = libc::flock {
            l_type: kind as libc::c_short,
            l_whence: whence as libc::c_short,
            l_start: start.map_or(Ok(0), super::offset)?,
            l_len: len.map_or(Ok(0), super::offset)?,
            l_pid: 0,
        };
        let operation = if cmd & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
        // SAFETY: the lock outlives the call.
        syscall::blocking_or_raise(|| unsafe { libc::fcntl(fd.0, operation, &raw const lock) }).map(drop)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        constants::add(module, FROM_LIBC);
        constants::add(module, OTHER);
        Ok(())
    }
}

pub use functions::MODULE;

/// The longest argument that is passed as a copy.
const MOST: usize = 1024;

/// A copy of a bytes-like argument, with room after it: an operation may write more than it was given.
struct Copy {
    memory: [u8; MOST + 1024],
    len: usize,
}

impl Copy {
    /// A copy of at most [`MOST`] bytes.
    fn new(bytes: &[u8]) -> Box<Copy> {
        let mut copy = Box::new(Copy { memory: [0; MOST + 1024], len: bytes.len() });
        copy.memory[..bytes.len()].copy_from_slice(bytes);
        copy
    }

    fn into_bytes(self: Box<Copy>) -> Value {
        bytes::from_slice(&self.memory[..self.len]).into_value()
    }
}

/// The third argument of an operation.
enum Argument {
    Number(libc::c_long),
    Copy(Box<Copy>),
}

fn argument(value: Option<&Value>, function: &str) -> PyResult<Argument> {
    let Some(value) = value else { return Ok(Argument::Number(0)) };
    if value.is_small_int() || value.class().slots().index.is_some() {
        return low_bits(value).map(|n| Argument::Number(libc::c_long::from(n as u32)));
    }
    let text = value.downcast::<PyStr>().map(|text| text.to_wtf8());
    let buffer;
    let bytes = match &text {
        Some(text) => text.as_bytes(),
        None if value.class().slots().buffer.is_some() => {
            buffer = BytesLike::of(value)?;
            &buffer
        }
        None => {
            return Err(exceptions::type_error(format!(
                "{function}() argument 3 must be an integer, a bytes-like object, or a string, not {}",
                value.type_name()
            )));
        }
    };
    if bytes.len() > MOST {
        return Err(exceptions::value_error(format!("{function} argument 3 is too long")));
    }
    Ok(Argument::Copy(Copy::new(bytes)))
}

/// The low 64 bits of an int.
fn low_bits(value: &Value) -> PyResult<libc::c_ulong> {
    let number = protocol::as_index(value)?;
    if let Some(n) = minipy_vm::types::int::to_i64(&number) {
        return Ok(n as libc::c_ulong);
    }
    let mask = Value::from(u64::MAX);
    let low = protocol::binary(protocol::BinaryOp::And, &number, &mask)?;
    Ok(minipy_vm::types::int::to_ibig(&low).and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
}

fn offset(value: &Value) -> PyResult<libc::off_t> {
    protocol::index_to_i64(value)?
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))
}

static FROM_LIBC: Constants = libc_constants! {
    FD_CLOEXEC FICLONE FICLONERANGE F_ADD_SEALS F_DUPFD F_DUPFD_CLOEXEC F_GETFD F_GETFL F_GETLEASE F_GETLK
    F_GETOWN F_GETPIPE_SZ F_GET_SEALS F_NOTIFY F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW F_RDLCK
    F_SEAL_FUTURE_WRITE F_SEAL_GROW F_SEAL_SEAL F_SEAL_SHRINK F_SEAL_WRITE F_SETFD F_SETFL F_SETLEASE
    F_SETLK F_SETLKW F_SETOWN F_SETPIPE_SZ F_UNLCK F_WRLCK LOCK_EX LOCK_NB LOCK_SH LOCK_UN
};

/// What the libc crate lacks.
static OTHER: Constants = &[
    ("DN_ACCESS", 1),
    ("DN_ATTRIB", 32),
    ("DN_CREATE", 4),
    ("DN_DELETE", 8),
    ("DN_MODIFY", 2),
    ("DN_MULTISHOT", 2147483648),
    ("DN_RENAME", 16),
    ("FASYNC", 8192),
    ("F_DUPFD_QUERY", 1027),
    ("F_EXLCK", 4),
    ("F_GETLK64", 5),
    ("F_GETOWN_EX", 16),
    ("F_GETSIG", 11),
    ("F_GET_FILE_RW_HINT", 1037),
    ("F_GET_RW_HINT", 1035),
    ("F_OWNER_PGRP", 2),
    ("F_OWNER_PID", 1),
    ("F_OWNER_TID", 0),
    ("F_SETLK64", 6),
    ("F_SETLKW64", 7),
    ("F_SETOWN_EX", 15),
    ("F_SETSIG", 10),
    ("F_SET_FILE_RW_HINT", 1038),
    ("F_SET_RW_HINT", 1036),
    ("F_SHLCK", 8),
    ("LOCK_MAND", 32),
    ("LOCK_READ", 64),
    ("LOCK_RW", 192),
    ("LOCK_WRITE", 128),
    ("RWH_WRITE_LIFE_EXTREME", 5),
    ("RWH_WRITE_LIFE_LONG", 4),
    ("RWH_WRITE_LIFE_MEDIUM", 3),
    ("RWH_WRITE_LIFE_NONE", 1),
    ("RWH_WRITE_LIFE_NOT_SET", 0),
    ("RWH_WRITE_LIFE_SHORT", 2),
];
