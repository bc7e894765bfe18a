//! Making and closing sockets.

use super::object::PySocket;
use crate::syscall;
use minipy_macros::pymethods;
use minipy_vm::{Args, PyResult, Ref, TypeRef, Value, exceptions, gil, protocol};

#[pymethods(part = life)]
impl PySocket {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PySocket::closed()).into_value())
    }

    #[slot(init, nosig, sig = "(family=-1, type=-1, proto=-1, fileno=None)")]
    fn init(
        zelf: &Ref<PySocket>,
        family: i32,
        r#type: i32,
        proto: i32,
        fileno: Option<&Value>,
    ) -> PyResult<()> {
        let audited = [zelf.clone().into_value(), family.into(), r#type.into(), proto.into()];
        crate::sys::audit("socket.__new__", &audited)?;
        if let Some(fileno) = fileno {
            return zelf.adopt_argument(fileno, family, r#type, proto);
        }
        let family = if family == -1 { libc::AF_INET } else { family };
        let kind = if r#type == -1 { libc::SOCK_STREAM } else { r#type };
        let proto = if proto == -1 { 0 } else { proto };
        // SAFETY: no memory is passed.
        let fd = gil::without(|| match unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, proto) } {
            -1 => Err(syscall::errno()),
            fd => Ok(fd),
        });
        zelf.open(fd.map_err(syscall::os_error)?, family, kind, proto)
    }

    /// close()
    ///
    /// Close the socket.  It cannot be used after this call.
    #[pymethod("($self, /)")]
    fn close(&self) -> PyResult<()> {
        let fd = self.fd.replace(-1);
        if fd == -1 {
            return Ok(());
        }
        close_descriptor(fd)
    }

    /// detach()
    ///
    /// Close the socket object without closing the underlying file descriptor.
    /// The object cannot be used after this call, but the file descriptor
    /// can be reused for other purposes.  The file descriptor is returned.
    #[pymethod("($self, /)")]
    fn detach(&self) -> i32 {
        self.fd.replace(-1)
    }

    /// fileno() -> integer
    ///
    /// Return the integer file descriptor of the socket.
    #[pymethod("($self, /)")]
    fn fileno(&self) -> i32 {
        self.fd.get()
    }

    /// the socket family
    #[pygetset(member)]
    fn family(&self) -> i32 {
        self.family.get()
    }

    /// the socket type
    #[pygetset(member)]
    fn r#type(&self) -> i32 {
        self.kind.get()
    }

    /// the socket protocol
    #[pygetset(member)]
    fn proto(&self) -> i32 {
        self.proto.get()
    }

    /// the socket timeout
    #[pygetset]
    fn timeout(&self) -> Value {
        super::object::timeout_value(self.timeout.get())
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        Ok(Value::from(format!(
            "<socket object, fd={}, family={}, type={}, proto={}>",
            self.fd.get(),
            self.family.get(),
            self.kind.get(),
            self.proto.get()
        )))
    }

    #[slot]
    fn del(zelf: &Ref<PySocket>) -> PyResult<()> {
        if zelf.fd.get() == -1 {
            return Ok(());
        }
        let shown = protocol::repr(zelf.as_value())?;
        let warned = minipy_vm::warnings::unclosed(zelf.as_value(), &format!("unclosed {shown}"));
        let fd = zelf.fd.replace(-1);
        // SAFETY: the descriptor is the object's own.
        gil::without(|| unsafe { libc::close(fd) });
        warned
    }
}

/// Closes a socket's descriptor; that the other side has gone is no error.
pub fn close_descriptor(fd: i32) -> PyResult<()> {
    // SAFETY: the descriptor is the program's to close.
    let errno = gil::without(|| match unsafe { libc::close(fd) } {
        0 => 0,
        _ => syscall::errno(),
    });
    if matches!(errno, 0 | libc::ECONNRESET) { Ok(()) } else { Err(syscall::os_error(errno)) }
}

/// An integer option of a socket; the error is an errno.
pub fn int_option(fd: i32, level: i32, option: i32) -> Result<i32, i32> {
    raw_option(fd, level, option).map(i32::from_ne_bytes)
}

/// The bytes of an option of a socket.
pub fn raw_option<const N: usize>(fd: i32, level: i32, option: i32) -> Result<[u8; N], i32> {
    let mut value = [0; N];
    let mut len = N as libc::socklen_t;
    // SAFETY: the value and its length outlive the call, which writes no more bytes than that.
    match unsafe { libc::getsockopt(fd, level, option, value.as_mut_ptr().cast(), &mut len) } {
        0 => Ok(value),
        _ => Err(syscall::errno()),
    }
}

impl PySocket {
    /// Takes over a descriptor given to the constructor; asks the system for what the other arguments leave open.
    fn adopt_argument(&self, fileno: &Value, family: i32, kind: i32, proto: i32) -> PyResult<()> {
        let fd = protocol::index_to_i64(fileno)?.and_then(|fd| i32::try_from(fd).ok());
        let fd = fd.ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))?;
        if fd < 0 {
            return Err(exceptions::value_error("negative file descriptor"));
        }
        let mut address = super::address::Address::empty();
        let mut len = address.len();
        // SAFETY: there is room for `len` bytes.
        let status = unsafe { libc::getsockname(fd, address.as_mut_ptr(), &mut len) };
        let family = if status == 0 {
            if family == -1 { address.family() } else { family }
        } else {
            let errno = syscall::errno();
            if family == -1 || matches!(errno, libc::EBADF | libc::ENOTSOCK) {
                return Err(syscall::os_error(errno));
            }
            family
        };
        let asked = |given: i32, option: i32| match given {
            -1 => int_option(fd, libc::SOL_SOCKET, option).map_err(syscall::os_error),
            given => Ok(given),
        };
        self.open(fd, family, asked(kind, libc::SO_TYPE)?, asked(proto, libc::SO_PROTOCOL)?)
    }
}
