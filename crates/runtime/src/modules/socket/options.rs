//! Options and timeouts of sockets.

use super::object::{PySocket, set_blocking, timeout_argument, timeout_value};
use crate::syscall;
use minipy_macros::pymethods;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::{Args, PyResult, Value, exceptions, protocol};

impl PySocket {
    fn set_timeout(&self, timeout: i64) -> PyResult<()> {
        self.timeout.set(timeout);
        set_blocking(self.fd.get(), timeout < 0)
    }
}

fn int(value: &Value) -> PyResult<i32> {
    protocol::index_to_i64(value)?
        .and_then(|n| i32::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))
}

#[pymethods(part = options)]
impl PySocket {
    /// getsockopt(level, option[, buffersize]) -> value
    ///
    /// Get a socket option.  See the Unix manual for level and option.
    /// If a nonzero buffersize argument is given, the return value is a
    /// string of that length; otherwise it is an integer.
    #[pymethod("($self, level, option, buffersize=0, /)", nosig)]
    fn getsockopt(&self, level: i32, option: i32, buffersize: i32) -> PyResult<Value> {
        let fd = self.fd.get();
        if self.family.get() == libc::AF_VSOCK {
            // All of its options are 64 bits wide.
            if buffersize != 0 {
                return Err(exceptions::os_error("getsockopt string buffer not allowed"));
            }
            return super::life::raw_option(fd, level, option)
                .map(|bytes| Value::from(u64::from_ne_bytes(bytes)))
                .map_err(syscall::os_error);
        }
        if buffersize == 0 {
            return super::life::int_option(fd, level, option).map(Value::from).map_err(syscall::os_error);
        }
        if !(0..=1024).contains(&buffersize) {
            return Err(exceptions::os_error("getsockopt buflen out of range"));
        }
        let mut buffer = vec![0u8; buffersize as usize];
        let mut len = buffersize as libc::socklen_t;
        // SAFETY: there is room for `len` bytes.
        syscall::check(unsafe { libc::getsockopt(fd, level, option, buffer.as_mut_ptr().cast(), &mut len) })?;
        Ok(bytes::from_slice(buffer.get(..len as usize).unwrap_or(&buffer)).into_value())
    }

    /// setsockopt(level, option, value: int)
    /// setsockopt(level, option, value: buffer)
    /// setsockopt(level, option, None, optlen: int)
    ///
    /// Set a socket option.  See the Unix manual for level and option.
    /// The value argument can either be an integer, a string buffer, or
    /// None, optlen.
    #[pymethod(nosig)]
    fn setsockopt(&self, args: Args<'_>) -> PyResult<()> {
        let (level, option, value, length) = match args.positional() {
            [_, level, option, value] => (level, option, value, None),
            [_, level, option, value, length] if value.is_none() => (level, option, value, Some(length)),
            other => {
                return Err(exceptions::type_error(format!(
                    "setsockopt() takes exactly 3 arguments ({} given)",
                    other.len() - 1
                )));
            }
        };
        let (level, option) = (int(level)?, int(option)?);
        let number = if protocol::is_int(value) { protocol::index_to_i64(value)? } else { None };
        let number = number.and_then(|n| i32::try_from(n).ok().or(u32::try_from(n).ok().map(|n| n as i32)));
        let fd = self.fd.get();
        if self.family.get() == libc::AF_VSOCK && protocol::is_int(value) {
            let wide = minipy_vm::types::int::to_ibig(value).and_then(|n| u64::try_from(n).ok());
            let wide = wide.ok_or_else(|| exceptions::overflow_error("int too big to convert"))?;
            let len = size_of::<u64>() as libc::socklen_t;
            // SAFETY: the number outlives the call.
            let status = unsafe { libc::setsockopt(fd, level, option, (&raw const wide).cast(), len) };
            return syscall::check(status).map(drop);
        }
        let status = if let Some(length) = length {
            let length = int(length)? as libc::socklen_t;
            // SAFETY: the system refuses a null pointer that it would have to read.
            unsafe { libc::setsockopt(fd, level, option, std::ptr::null(), length) }
        } else if let Some(number) = number {
            let len = size_of::<i32>() as libc::socklen_t;
            // SAFETY: the number outlives the call.
            unsafe { libc::setsockopt(fd, level, option, (&raw const number).cast(), len) }
        } else {
            let buffer = BytesLike::of(value)?;
            let data = buffer.as_slice();
            let len = data.len() as libc::socklen_t;
            // SAFETY: the memory is of the length given.
            unsafe { libc::setsockopt(fd, level, option, data.as_ptr().cast(), len) }
        };
        syscall::check(status).map(drop)
    }

    /// setblocking(flag)
    ///
    /// Set the socket to blocking (flag is true) or non-blocking (false).
    /// setblocking(True) is equivalent to settimeout(None);
    /// setblocking(False) is equivalent to settimeout(0.0).
    #[pymethod("($self, object, /)")]
    fn setblocking(&self, object: bool) -> PyResult<()> {
        self.set_timeout(if object { -1 } else { 0 })
    }

    /// getblocking()
    ///
    /// Returns True if socket is in blocking mode, or False if it
    /// is in non-blocking mode.
    #[pymethod("($self, /)")]
    fn getblocking(&self) -> bool {
        self.timeout.get() != 0
    }

    /// settimeout(timeout)
    ///
    /// Set a timeout on socket operations.  'timeout' can be a float,
    /// giving in seconds, or None.  Setting a timeout of None disables
    /// the timeout feature and is equivalent to setblocking(1).
    /// Setting a timeout of zero is the same as setblocking(0).
    #[pymethod("($self, object, /)")]
    fn settimeout(&self, object: &Value) -> PyResult<()> {
        self.set_timeout(timeout_argument(object)?)
    }

    /// gettimeout() -> timeout
    ///
    /// Returns the timeout in seconds (float) associated with socket
    /// operations. A timeout of None indicates that timeouts on socket
    /// operations are disabled.
    #[pymethod("($self, /)")]
    fn gettimeout(&self) -> Value {
        timeout_value(self.timeout.get())
    }
}
