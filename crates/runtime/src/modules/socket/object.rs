//! The payload of `_socket.socket`, and waiting for it.

use crate::syscall::{self, Status};
use minipy_macros::pyclass;
use minipy_vm::{PyErr, PyResult, Ref, Value, exceptions, gil};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object
/// socket(family=-1, type=-1, proto=-1, fileno=None) -> socket object
///
/// Open a socket of the given type.  The family argument specifies the
/// address family; it defaults to AF_INET.  The type argument specifies
/// whether this is a stream (SOCK_STREAM, this is the default)
/// or datagram (SOCK_DGRAM) socket.  The protocol argument defaults to 0,
/// specifying the default protocol.  Keyword arguments are accepted.
/// The socket is created as non-inheritable.
///
/// When a fileno is passed in, family, type and proto are auto-detected,
/// unless they are explicitly set.
///
/// A socket object represents one endpoint of a network connection.
///
/// Methods of socket objects (keyword arguments not allowed):
///
/// _accept() -- accept connection, returning new socket fd and client address
/// bind(addr) -- bind the socket to a local address
/// close() -- close the socket
/// connect(addr) -- connect the socket to a remote address
/// connect_ex(addr) -- connect, return an error code instead of an exception
/// dup() -- return a new socket fd duplicated from fileno()
/// fileno() -- return underlying file descriptor
/// getpeername() -- return remote address [*]
/// getsockname() -- return local address
/// getsockopt(level, optname[, buflen]) -- get socket options
/// gettimeout() -- return timeout or None
/// listen([n]) -- start listening for incoming connections
/// recv(buflen[, flags]) -- receive data
/// recv_into(buffer[, nbytes[, flags]]) -- receive data (into a buffer)
/// recvfrom(buflen[, flags]) -- receive data and sender's address
/// recvfrom_into(buffer[, nbytes, [, flags]])
///   -- receive data and sender's address (into a buffer)
/// sendall(data[, flags]) -- send all data
/// send(data[, flags]) -- send data, may not send all of it
/// sendto(data[, flags], addr) -- send data to a given address
/// setblocking(bool) -- set or clear the blocking I/O flag
/// getblocking() -- return True if socket is blocking, False if non-blocking
/// setsockopt(level, optname, value[, optlen]) -- set socket options
/// settimeout(None | float) -- set or clear the timeout
/// shutdown(how) -- shut down traffic in one or both directions
///
///  [*] not available on all platforms!
#[pyclass(
    name = "socket",
    module = "_socket",
    basetype,
    finalizer,
    parts(life, connecting, options, receiving, sending, messages)
)]
pub struct PySocket {
    /// -1 when closed.
    pub(super) fd: Cell<i32>,
    pub(super) family: Cell<i32>,
    pub(super) kind: Cell<i32>,
    pub(super) proto: Cell<i32>,
    /// In nanoseconds; 0 not to wait, -1 to wait for ever.
    pub(super) timeout: Cell<i64>,
}

/// The timeout of new sockets.
static DEFAULT_TIMEOUT: AtomicI64 = AtomicI64::new(-1);

pub fn default_timeout() -> i64 {
    DEFAULT_TIMEOUT.load(Ordering::Relaxed)
}

pub fn set_default_timeout(timeout: i64) {
    DEFAULT_TIMEOUT.store(timeout, Ordering::Relaxed);
}

/// What a call waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Readable,
    Writable,
    /// The end of an attempt to connect.
    Connected,
}

impl Event {
    fn flags(self) -> i16 {
        match self {
            Event::Readable => libc::POLLIN,
            Event::Writable => libc::POLLOUT,
            Event::Connected => libc::POLLOUT | libc::POLLERR,
        }
    }
}

/// The TimeoutError of a socket.
pub fn timed_out() -> PyErr {
    exceptions::simple(exceptions::timeout_error_class(), "timed out")
}

/// A timeout argument in nanoseconds; -1 for None.
pub fn timeout_argument(value: &Value) -> PyResult<i64> {
    if value.is_none() {
        return Ok(-1);
    }
    let nanos = crate::modules::time::nanoseconds(value)?;
    if nanos < 0 { Err(exceptions::value_error("Timeout value out of range")) } else { Ok(nanos) }
}

/// A timeout as Python shows it.
pub fn timeout_value(timeout: i64) -> Value {
    if timeout < 0 { Value::NONE } else { Value::from(timeout as f64 / 1e9) }
}

/// Sets whether calls on a descriptor wait.
pub fn set_blocking(fd: i32, blocks: bool) -> PyResult<()> {
    let mut no = libc::c_int::from(!blocks);
    // SAFETY: the flag outlives the call.
    syscall::check(unsafe { libc::ioctl(fd, libc::FIONBIO, &raw mut no) }).map(drop)
}

impl PySocket {
    /// The state of a socket that is not open.
    pub fn closed() -> PySocket {
        PySocket {
            fd: Cell::new(-1),
            family: Cell::new(-1),
            kind: Cell::new(0),
            proto: Cell::new(0),
            timeout: Cell::new(-1),
        }
    }

    /// Takes over an open descriptor.
    pub fn open(&self, fd: i32, family: i32, kind: i32, proto: i32) -> PyResult<()> {
        self.fd.set(fd);
        self.family.set(family);
        self.kind.set(kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC));
        self.proto.set(proto);
        if kind & libc::SOCK_NONBLOCK != 0 {
            self.timeout.set(0);
            return Ok(());
        }
        self.timeout.set(default_timeout());
        if default_timeout() >= 0 { set_blocking(fd, false) } else { Ok(()) }
    }

    /// A new object of the class `socket` for an open descriptor.
    pub fn adopt(fd: i32, family: i32, kind: i32, proto: i32) -> PyResult<Ref<PySocket>> {
        let socket = Ref::new(PySocket::closed());
        socket.open(fd, family, kind, proto)?;
        Ok(socket)
    }

    /// When an operation that starts now times out.
    pub fn deadline(&self) -> Option<Instant> {
        let timeout = u64::try_from(self.timeout.get()).ok().filter(|&nanos| nanos > 0)?;
        Instant::now().checked_add(Duration::from_nanos(timeout))
    }

    /// Runs a call on the descriptor until it is neither interrupted nor would have to wait; TimeoutError if the time is over
    /// before. The inner error is the call's errno.
    pub fn attempt<T: Status>(
        &self,
        event: Event,
        deadline: Option<Instant>,
        mut call: impl FnMut(i32) -> T,
    ) -> PyResult<Result<T, i32>> {
        let fd = self.fd.get();
        loop {
            // A closed socket is the call's own error.
            if let Some(deadline) = deadline.filter(|_| fd >= 0) {
                wait(fd, event, Some(deadline))?;
            }
            match syscall::blocking(|| call(fd))? {
                Err(libc::EWOULDBLOCK) if deadline.is_some() => {}
                result => return Ok(result),
            }
        }
    }

    /// As [`attempt`](Self::attempt) with the socket's timeout and an OSError.
    pub fn run<T: Status>(&self, event: Event, call: impl FnMut(i32) -> T) -> PyResult<T> {
        self.attempt(event, self.deadline(), call)?.map_err(syscall::os_error)
    }
}

/// Waits until something can be done with a descriptor; TimeoutError if the time is over before.
pub fn wait(fd: i32, event: Event, deadline: Option<Instant>) -> PyResult<()> {
    loop {
        let left = deadline.map_or(-1, |deadline| {
            let left = deadline.saturating_duration_since(Instant::now()).as_nanos();
            i32::try_from(left.div_ceil(1_000_000)).unwrap_or(i32::MAX)
        });
        let mut item = libc::pollfd { fd, events: event.flags(), revents: 0 };
        // SAFETY: the item outlives the call.
        let status = gil::without(|| match unsafe { libc::poll(&mut item, 1, left) } {
            -1 => Err(syscall::errno()),
            count => Ok(count),
        });
        match status {
            Ok(0) => return Err(timed_out()),
            Ok(_) => return Ok(()),
            Err(libc::EINTR) => crate::signals::check()?,
            Err(errno) => return Err(syscall::os_error(errno)),
        }
    }
}
