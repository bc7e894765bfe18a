//! `select.poll()`.

use crate::modules::posix::path_arg::FdLike;
use crate::syscall;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::{PyErr, PyList, PyResult, PyTuple, Ref, Value, exceptions, gil, protocol};
use std::cell::Cell;
use std::time::Instant;

// A set of descriptors to wait for.
#[pyclass(name = "poll", module = "select", no_new)]
pub struct PyPoll {
    /// In the order of registration.
    watched: GilCell<Vec<libc::pollfd>>,
    running: Cell<bool>,
}

impl PyPoll {
    pub fn new_ref() -> Ref<PyPoll> {
        Ref::new(PyPoll { watched: GilCell::new(Vec::new()), running: Cell::new(false) })
    }

    fn position(&self, fd: FdLike) -> Option<usize> {
        self.watched.with(|list| list.iter().position(|item| item.fd == fd.0))
    }

    fn set(&self, at: Option<usize>, item: libc::pollfd) {
        self.watched.with(|list| match at.and_then(|at| list.get_mut(at)) {
            Some(place) => *place = item,
            None => list.push(item),
        });
    }

    fn wait(&self, deadline: Option<Instant>) -> PyResult<Vec<libc::pollfd>> {
        let mut list = self.watched.get();
        loop {
            let left = super::milliseconds_until(deadline);
            let (data, count) = (list.as_mut_ptr(), list.len() as libc::nfds_t);
            // SAFETY: the list outlives the call and is of that length.
            let status = gil::without(|| match unsafe { libc::poll(data, count, left) } {
                -1 => Err(syscall::errno()),
                _ => Ok(()),
            });
            match status {
                Ok(()) => break,
                Err(libc::EINTR) => {
                    crate::signals::check()?;
                    if deadline.is_some_and(|d| Instant::now() >= d) {
                        return Ok(Vec::new());
                    }
                }
                Err(errno) => return Err(syscall::os_error(errno)),
            }
        }
        list.retain(|item| item.revents != 0);
        Ok(list)
    }
}

/// An event mask as the system has it.
fn event_mask(value: &Value) -> PyResult<i16> {
    let number = protocol::as_index(value)?;
    if minipy_vm::types::int::is_negative(&number) {
        return Err(exceptions::value_error("Cannot convert negative int"));
    }
    let mask = minipy_vm::types::int::to_i64(&number).and_then(|n| u16::try_from(n).ok());
    match mask {
        Some(mask) => Ok(mask.cast_signed()),
        None => Err(exceptions::overflow_error("Python int too large for C unsigned short")),
    }
}

#[pymethods]
impl PyPoll {
    /// Register a file descriptor with the polling object.
    ///
    ///   fd
    ///     either an integer, or an object with a fileno() method returning an int
    ///   eventmask
    ///     an optional bitmask describing the type of events to check for
    #[pymethod("($self, fd,\n         eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)")]
    fn register(&self, fd: FdLike, eventmask: Option<&Value>) -> PyResult<()> {
        let events = match eventmask {
            Some(mask) => event_mask(mask)?,
            None => libc::POLLIN | libc::POLLPRI | libc::POLLOUT,
        };
        self.set(self.position(fd), libc::pollfd { fd: fd.0, events, revents: 0 });
        Ok(())
    }

    /// Modify an already registered file descriptor.
    ///
    ///   fd
    ///     either an integer, or an object with a fileno() method returning
    ///     an int
    ///   eventmask
    ///     a bitmask describing the type of events to check for
    #[pymethod("($self, fd, eventmask, /)")]
    fn modify(&self, fd: FdLike, eventmask: &Value) -> PyResult<()> {
        let events = event_mask(eventmask)?;
        let Some(at) = self.position(fd) else { return Err(syscall::os_error(libc::ENOENT)) };
        self.set(Some(at), libc::pollfd { fd: fd.0, events, revents: 0 });
        Ok(())
    }

    /// Remove a file descriptor being tracked by the polling object.
    #[pymethod("($self, fd, /)")]
    fn unregister(&self, fd: FdLike) -> PyResult<()> {
        let Some(at) = self.position(fd) else { return Err(exceptions::key_error(&Value::from(fd.0))) };
        self.watched.with(|list| list.remove(at));
        Ok(())
    }

    /// Polls the set of registered file descriptors.
    ///
    ///   timeout
    ///     The maximum time to wait in milliseconds, or else None (or a negative
    ///     value) to wait indefinitely.
    ///
    /// Returns a list containing any descriptors that have events or errors
    /// to report, as a list of (fd, event) 2-tuples.
    #[pymethod("($self, timeout=None, /)")]
    fn poll(&self, timeout: Option<&Value>) -> PyResult<Value> {
        let deadline = match timeout.filter(|t| !t.is_none()) {
            None => None,
            Some(timeout) => super::deadline(super::timeout_in(timeout, super::Unit::Milliseconds)?),
        };
        if self.running.replace(true) {
            return Err(exceptions::runtime_error("concurrent poll() invocation"));
        }
        let ready: Result<_, PyErr> = self.wait(deadline);
        self.running.set(false);
        let pair = |item: libc::pollfd| {
            let events = item.revents.cast_unsigned();
            PyTuple::from_array([Value::from(item.fd), Value::from(i64::from(events))]).into_value()
        };
        Ok(PyList::from_vec(ready?.into_iter().map(pair).collect()).into_value())
    }
}
