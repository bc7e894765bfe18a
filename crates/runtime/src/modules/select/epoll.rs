//! `select.epoll`.

use crate::modules::posix::path_arg::FdLike;
use crate::syscall;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{PyList, PyResult, PyTuple, Ref, TypeRef, Value, exceptions, gil, protocol};
use std::cell::Cell;
use std::time::Instant;

/// select.epoll(sizehint=-1, flags=0)
///
/// Returns an epolling object
///
/// sizehint must be a positive integer or -1 for the default size. The
/// sizehint is used to optimize internal data structures. It doesn't limit
/// the maximum number of monitored events.
#[pyclass(name = "epoll", module = "select")]
pub struct PyEpoll {
    /// -1 when closed.
    fd: Cell<i32>,
}

impl Drop for PyEpoll {
    fn drop(&mut self) {
        if self.fd.get() >= 0 {
            // SAFETY: the descriptor is the object's own.
            unsafe { libc::close(self.fd.get()) };
        }
    }
}

impl PyEpoll {
    fn open_fd(&self) -> PyResult<i32> {
        match self.fd.get() {
            -1 => Err(exceptions::value_error("I/O operation on closed epoll object")),
            fd => Ok(fd),
        }
    }

    fn control(&self, operation: i32, fd: FdLike, events: u32) -> PyResult<()> {
        let own = self.open_fd()?;
        let mut event = libc::epoll_event { events, u64: fd.0 as u64 };
        // SAFETY: the event outlives the call.
        syscall::check(unsafe { libc::epoll_ctl(own, operation, fd.0, &mut event) }).map(drop)
    }

    fn shut(&self) -> PyResult<()> {
        let fd = self.fd.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        // SAFETY: the descriptor is the object's own.
        let status = gil::without(|| match unsafe { libc::close(fd) } {
            0 => 0,
            _ => syscall::errno(),
        });
        if status == 0 { Ok(()) } else { Err(syscall::os_error(status)) }
    }
}

/// The low 32 bits of a mask, as C has it.
fn event_mask(mask: &Value) -> PyResult<u32> {
    let mask = protocol::as_index(mask)?;
    minipy_vm::types::int::to_i64(&mask)
        .map(|n| n as u32)
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C unsigned int"))
}

#[pymethods]
impl PyEpoll {
    #[slot(new, nosig, sig = "(sizehint=-1, flags=0)")]
    fn new(cls: &TypeRef, sizehint: i32, flags: i32) -> PyResult<Value> {
        if sizehint != -1 && sizehint <= 0 {
            return Err(exceptions::value_error("negative sizehint"));
        }
        if flags & !libc::EPOLL_CLOEXEC != 0 {
            return Err(exceptions::os_error("invalid flags"));
        }
        // SAFETY: no memory is passed.
        let fd = syscall::check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        Ok(Ref::new_in(cls, PyEpoll { fd: Cell::new(fd) }).into_value())
    }

    /// Create an epoll object from a given control fd.
    #[pyclassmethod("($type, fd, /)")]
    fn fromfd(cls: &TypeRef, fd: i32) -> PyResult<Value> {
        if fd < 0 {
            return Err(syscall::last_os_error());
        }
        Ok(Ref::new_in(cls, PyEpoll { fd: Cell::new(fd) }).into_value())
    }

    /// Close the epoll control file descriptor.
    ///
    /// Further operations on the epoll object will raise an exception.
    #[pymethod("($self, /)")]
    fn close(&self) -> PyResult<()> {
        self.shut()
    }

    /// True if the epoll handler is closed
    #[pygetset]
    fn closed(&self) -> bool {
        self.fd.get() < 0
    }

    /// Return the epoll control file descriptor.
    #[pymethod("($self, /)")]
    fn fileno(&self) -> PyResult<i32> {
        self.open_fd()
    }

    /// Registers a new fd or raises an OSError if the fd is already registered.
    ///
    ///   fd
    ///     the target file descriptor of the operation
    ///   eventmask
    ///     a bit set composed of the various EPOLL constants
    ///
    /// The epoll interface supports all file descriptors that support poll.
    #[pymethod("($self, /, fd,\n         eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)")]
    fn register(&self, fd: FdLike, eventmask: Option<&Value>) -> PyResult<()> {
        let events = match eventmask {
            Some(mask) => event_mask(mask)?,
            None => (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32,
        };
        self.control(libc::EPOLL_CTL_ADD, fd, events)
    }

    /// Modify event mask for a registered file descriptor.
    ///
    ///   fd
    ///     the target file descriptor of the operation
    ///   eventmask
    ///     a bit set composed of the various EPOLL constants
    #[pymethod("($self, /, fd, eventmask)")]
    fn modify(&self, fd: FdLike, eventmask: &Value) -> PyResult<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, event_mask(eventmask)?)
    }

    /// Remove a registered file descriptor from the epoll object.
    ///
    ///   fd
    ///     the target file descriptor of the operation
    #[pymethod("($self, /, fd)")]
    fn unregister(&self, fd: FdLike) -> PyResult<()> {
        self.control(libc::EPOLL_CTL_DEL, fd, 0)
    }

    /// Wait for events on the epoll file descriptor.
    ///
    ///   timeout
    ///     the maximum time to wait in seconds (as float);
    ///     a timeout of None or -1 makes poll wait indefinitely
    ///   maxevents
    ///     the maximum number of events returned; -1 means no limit
    ///
    /// Returns a list containing any descriptors that have events to
    /// report, as a list of (fd, events) 2-tuples.
    #[pymethod("($self, /, timeout=None, maxevents=-1)")]
    fn poll(&self, timeout: Option<&Value>, maxevents: i32) -> PyResult<Value> {
        let fd = self.open_fd()?;
        let deadline = match timeout.filter(|t| !t.is_none()) {
            None => None,
            Some(timeout) => super::deadline(super::timeout_in(timeout, super::Unit::Seconds)?),
        };
        let limit = match maxevents {
            -1 => libc::FD_SETSIZE as i32 - 1,
            count if count > 0 => count,
            count => {
                let message = format!("maxevents must be greater than 0, got {count}");
                return Err(exceptions::value_error(message));
            }
        };
        let mut events: Vec<libc::epoll_event> = Vec::new();
        events.try_reserve_exact(limit as usize).map_err(|_| exceptions::memory_error())?;
        loop {
            let left = super::milliseconds_until(deadline);
            let data = events.as_mut_ptr();
            // SAFETY: there is room for `limit` events.
            let status = gil::without(|| match unsafe { libc::epoll_wait(fd, data, limit, left) } {
                -1 => Err(syscall::errno()),
                count => Ok(count as usize),
            });
            match status {
                Ok(count) => {
                    // SAFETY: the call has written that many events.
                    unsafe { events.set_len(count) };
                    break;
                }
                Err(libc::EINTR) => {
                    crate::signals::check()?;
                    if deadline.is_some_and(|d| Instant::now() >= d) {
                        break;
                    }
                }
                Err(errno) => return Err(syscall::os_error(errno)),
            }
        }
        let pair = |event: &libc::epoll_event| {
            let (fd, events) = (event.u64 as i32, event.events);
            PyTuple::from_array([Value::from(fd), Value::from(i64::from(events))]).into_value()
        };
        Ok(PyList::from_vec(events.iter().map(pair).collect()).into_value())
    }

    #[pymethod("($self, /)")]
    fn __enter__(zelf: &Ref<PyEpoll>) -> PyResult<Value> {
        zelf.open_fd()?;
        Ok(zelf.clone().into_value())
    }

    #[pymethod("($self, exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn __exit__(
        &self,
        exc_type: Option<&Value>,
        exc_value: Option<&Value>,
        exc_tb: Option<&Value>,
    ) -> PyResult<()> {
        let _ = (exc_type, exc_value, exc_tb);
        self.shut()
    }
}
