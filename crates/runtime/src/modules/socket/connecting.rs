//! Connecting sockets to addresses.

use super::address::{Address, Wanted};
use super::object::{Event, PySocket, timed_out, wait};
use crate::syscall;
use minipy_macros::pymethods;
use minipy_vm::{PyResult, PyTuple, Ref, Value, exceptions, gil, protocol};

impl PySocket {
    /// The system's form of an address argument of the method `caller`.
    pub(super) fn address(&self, value: &Value, caller: &str) -> PyResult<Address> {
        Wanted { family: self.family.get(), caller }.parse(value)
    }

    /// Connects; the inner error is an errno.
    fn connect_to(&self, address: &Address) -> PyResult<Result<(), i32>> {
        let fd = self.fd.get();
        let deadline = self.deadline();
        // SAFETY: the address is of the length given.
        let errno = gil::without(|| match unsafe { libc::connect(fd, address.as_ptr(), address.len()) } {
            0 => 0,
            _ => syscall::errno(),
        });
        let goes_on = match errno {
            0 => return Ok(Ok(())),
            libc::EINTR => {
                crate::signals::check()?;
                // The attempt goes on by itself.
                self.timeout.get() != 0
            }
            libc::EINPROGRESS | libc::EWOULDBLOCK => self.timeout.get() > 0,
            _ => false,
        };
        if !goes_on {
            return Ok(Err(errno));
        }
        wait(fd, Event::Connected, deadline)?;
        match super::life::int_option(fd, libc::SOL_SOCKET, libc::SO_ERROR) {
            Ok(0 | libc::EISCONN) => Ok(Ok(())),
            Ok(errno) | Err(errno) => Ok(Err(errno)),
        }
    }

    fn audit(zelf: &Ref<PySocket>, event: &str, address: &Value) -> PyResult<()> {
        crate::sys::audit(event, &[zelf.clone().into_value(), address.clone()])
    }
}

#[pymethods(part = connecting)]
impl PySocket {
    /// _accept() -> (integer, address info)
    ///
    /// Wait for an incoming connection.  Return a new socket file descriptor
    /// representing the connection, and the address of the client.
    /// For IP sockets, the address info is a pair (hostaddr, port).
    #[pymethod("($self, /)")]
    fn _accept(&self) -> PyResult<Value> {
        let mut address = Address::empty();
        let mut len = address.len();
        let pointer = address.as_mut_ptr();
        let fd = self.run(Event::Readable, |fd| {
            // SAFETY: there is room for an address of `len` bytes.
            unsafe { libc::accept4(fd, pointer, &mut len, libc::SOCK_CLOEXEC) }
        })?;
        *address.len_mut() = len;
        Ok(PyTuple::from_array([Value::from(fd), address.to_value()]).into_value())
    }

    /// bind(address)
    ///
    /// Bind the socket to a local address.  For IP sockets, the address is a
    /// pair (host, port); the host must refer to the local host. For raw packet
    /// sockets the address is a tuple (ifname, proto [,pkttype [,hatype [,addr]]])
    #[pymethod("($self, object, /)")]
    fn bind(zelf: &Ref<PySocket>, object: &Value) -> PyResult<()> {
        let address = zelf.address(object, "bind")?;
        PySocket::audit(zelf, "socket.bind", object)?;
        let fd = zelf.fd.get();
        // SAFETY: the address is of the length given.
        let errno = gil::without(|| match unsafe { libc::bind(fd, address.as_ptr(), address.len()) } {
            0 => 0,
            _ => syscall::errno(),
        });
        if errno == 0 { Ok(()) } else { Err(syscall::os_error(errno)) }
    }

    /// connect(address)
    ///
    /// Connect the socket to a remote address.  For IP sockets, the address
    /// is a pair (host, port).
    #[pymethod("($self, object, /)")]
    fn connect(zelf: &Ref<PySocket>, object: &Value) -> PyResult<()> {
        let address = zelf.address(object, "connect")?;
        PySocket::audit(zelf, "socket.connect", object)?;
        zelf.connect_to(&address)?.map_err(syscall::os_error)
    }

    /// connect_ex(address) -> errno
    ///
    /// This is like connect(address), but returns an error code (the errno value)
    /// instead of raising an exception when an error occurs.
    #[pymethod("($self, object, /)")]
    fn connect_ex(zelf: &Ref<PySocket>, object: &Value) -> PyResult<i32> {
        let address = zelf.address(object, "connect_ex")?;
        PySocket::audit(zelf, "socket.connect", object)?;
        match zelf.connect_to(&address) {
            Ok(result) => Ok(result.err().unwrap_or(0)),
            Err(error) if error.is_instance(exceptions::timeout_error_class()) => Ok(libc::EWOULDBLOCK),
            Err(error) => Err(error),
        }
    }

    /// listen([backlog])
    ///
    /// Enable a server to accept connections.  If backlog is specified, it must be
    /// at least 0 (if it is lower, it is set to 0); it specifies the number of
    /// unaccepted connections that the system will allow before refusing new
    /// connections. If not specified, a default reasonable value is chosen.
    #[pymethod("($self, backlog=128, /)", nosig)]
    fn listen(&self, backlog: i32) -> PyResult<()> {
        let fd = self.fd.get();
        // SAFETY: no memory is passed.
        let errno = gil::without(|| match unsafe { libc::listen(fd, backlog.max(0)) } {
            0 => 0,
            _ => syscall::errno(),
        });
        if errno == 0 { Ok(()) } else { Err(syscall::os_error(errno)) }
    }

    /// shutdown(flag)
    ///
    /// Shut down the reading side of the socket (flag == SHUT_RD), the writing side
    /// of the socket (flag == SHUT_WR), or both ends (flag == SHUT_RDWR).
    #[pymethod("($self, object, /)")]
    fn shutdown(&self, object: &Value) -> PyResult<()> {
        let how = protocol::index_to_i64(object)?.and_then(|n| i32::try_from(n).ok());
        let how =
            how.ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))?;
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::shutdown(self.fd.get(), how) }).map(drop)
    }

    /// getpeername() -> address info
    ///
    /// Return the address of the remote endpoint.  For IP sockets, the address
    /// info is a pair (hostaddr, port).
    #[pymethod("($self, /)")]
    fn getpeername(&self) -> PyResult<Value> {
        let mut address = Address::empty();
        let mut len = address.len();
        // SAFETY: there is room for an address of `len` bytes.
        syscall::check(unsafe { libc::getpeername(self.fd.get(), address.as_mut_ptr(), &mut len) })?;
        *address.len_mut() = len;
        Ok(address.to_value())
    }

    /// getsockname() -> address info
    ///
    /// Return the address of the local endpoint. The format depends on the
    /// address family. For IPv4 sockets, the address info is a pair
    /// (hostaddr, port). For IPv6 sockets, the address info is a 4-tuple
    /// (hostaddr, port, flowinfo, scope_id).
    #[pymethod("($self, /)")]
    fn getsockname(&self) -> PyResult<Value> {
        let mut address = Address::empty();
        let mut len = address.len();
        // SAFETY: there is room for an address of `len` bytes.
        syscall::check(unsafe { libc::getsockname(self.fd.get(), address.as_mut_ptr(), &mut len) })?;
        *address.len_mut() = len;
        Ok(address.to_value())
    }
}

/// The TimeoutError of a `sendall` whose time is over before it starts to wait again.
pub fn check_deadline(deadline: Option<std::time::Instant>) -> PyResult<()> {
    if deadline.is_some_and(|d| std::time::Instant::now() >= d) { Err(timed_out()) } else { Ok(()) }
}
