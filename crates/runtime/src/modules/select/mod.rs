//! `select`: waiting for several files at once.

mod epoll;
mod poll;

use super::constants::{self, Constants, libc_constants};
use super::posix::path_arg::FdLike;
use crate::syscall;
use epoll::PyEpoll;
use minipy_macros::pymodule;
use minipy_vm::{PyErr, PyList, PyModule, PyResult, PyTuple, Ref, Value, exceptions, gil, protocol};
use poll::PyPoll;
use std::time::{Duration, Instant};

/// This module supports asynchronous I/O on multiple file descriptors.
///
/// *** IMPORTANT NOTICE ***
/// On Windows, only sockets are supported; on Unix, all file descriptors.
#[pymodule(name = "select", classes(PyEpoll))]
pub mod functions {
    use super::*;

    #[pyattr]
    fn error() -> Value {
        exceptions::os_error_class().to_value()
    }

    /// Wait until one or more file descriptors are ready for some kind of I/O.
    ///
    /// The first three arguments are iterables of file descriptors to be waited
    /// for:
    /// rlist -- wait until ready for reading
    /// wlist -- wait until ready for writing
    /// xlist -- wait for an "exceptional condition"
    /// If only one kind of condition is required, pass [] for the other lists.
    ///
    /// A file descriptor is either a socket or file object, or a small integer
    /// gotten from a fileno() method call on one of those.
    ///
    /// The optional 4th argument specifies a timeout in seconds; it may be
    /// a floating-point number to specify fractions of seconds.  If it is absent
    /// or None, the call will never time out.
    ///
    /// The return value is a tuple of three lists corresponding to the first
    /// three arguments; each contains the subset of the corresponding file
    /// descriptors that are ready.
    ///
    /// *** IMPORTANT NOTICE ***
    /// On Windows, only sockets are supported; on Unix, all file
    /// descriptors can be used.
    #[pyfunction("($module, rlist, wlist, xlist, timeout=None, /)")]
    fn select(rlist: &Value, wlist: &Value, xlist: &Value, timeout: Option<&Value>) -> PyResult<Value> {
        let deadline = match timeout.filter(|t| !t.is_none()) {
            None => None,
            Some(timeout) => {
                let nanos = super::super::time::nanoseconds(timeout)
                    .map_err(|error| super::not_a_time(error, "timeout must be a float or None"))?;
                if nanos < 0 {
                    return Err(exceptions::value_error("timeout must be non-negative"));
                }
                super::deadline(nanos)
            }
        };
        let lists = [super::files(rlist)?, super::files(wlist)?, super::files(xlist)?];
        let ready = super::wait(&lists, deadline)?;
        Ok(PyTuple::from_array(ready.map(|list| PyList::from_vec(list).into_value())).into_value())
    }

    /// Returns a polling object.
    ///
    /// This object supports registering and unregistering file descriptors, and
    /// then polling them for I/O events.
    #[pyfunction("($module, /)")]
    fn poll() -> Ref<PyPoll> {
        PyPoll::new_ref()
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        constants::add(module, FROM_LIBC);
        constants::add(module, OTHER);
        Ok(())
    }
}

pub use functions::MODULE;

/// What a timeout counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
}

/// The TypeError of a timeout that is no number, with the message of the caller.
fn not_a_time(error: PyErr, message: &str) -> PyErr {
    if error.is_instance(exceptions::type_error_class()) { exceptions::type_error(message) } else { error }
}

/// Nanoseconds of a timeout; negative ones mean for ever.
fn timeout_in(timeout: &Value, unit: Unit) -> PyResult<i64> {
    let no_number = |error| not_a_time(error, "timeout must be an integer or None");
    let nanos = match unit {
        Unit::Seconds => super::time::nanoseconds(timeout).map_err(no_number)?,
        Unit::Milliseconds => super::time::milliseconds(timeout).map_err(no_number)?,
    };
    if nanos / 1_000_000 > i64::from(i32::MAX) {
        return Err(exceptions::overflow_error("timeout is too large"));
    }
    Ok(nanos)
}

/// The end of a timeout; `None` for a negative one, which never ends.
fn deadline(nanos: i64) -> Option<Instant> {
    u64::try_from(nanos).ok().and_then(|nanos| Instant::now().checked_add(Duration::from_nanos(nanos)))
}

/// What is left until the deadline as `poll` takes it, rounded up; -1 for ever.
fn milliseconds_until(deadline: Option<Instant>) -> i32 {
    let Some(deadline) = deadline else { return -1 };
    let left = deadline.saturating_duration_since(Instant::now()).as_nanos().div_ceil(1_000_000);
    i32::try_from(left).unwrap_or(i32::MAX)
}

/// The objects of a list with their descriptors. Asking an object for its descriptor may change the list.
fn files(list: &Value) -> PyResult<Vec<(Value, i32)>> {
    let items = match list.downcast::<PyList>() {
        Some(list) => list.clone(),
        None => match protocol::collect(list) {
            Ok(items) => PyList::from_vec(items),
            Err(error) if error.is_instance(exceptions::type_error_class()) => {
                return Err(exceptions::type_error("arguments 1-3 must be sequences"));
            }
            Err(error) => return Err(error),
        },
    };
    let mut files = Vec::new();
    while let Some(item) = items.get(files.len()) {
        let fd = FdLike::new(&item)?.0;
        if fd as usize >= libc::FD_SETSIZE {
            return Err(exceptions::value_error("filedescriptor out of range in select()"));
        }
        if files.len() >= libc::FD_SETSIZE {
            return Err(exceptions::value_error("too many file descriptors in select()"));
        }
        files.push((item, fd));
    }
    Ok(files)
}

fn wait(lists: &[Vec<(Value, i32)>; 3], deadline: Option<Instant>) -> PyResult<[Vec<Value>; 3]> {
    let count = lists.iter().flatten().map(|(_, fd)| fd + 1).max().unwrap_or(0);
    loop {
        // SAFETY: all-zero bytes are valid sets, empty ones.
        let mut sets: [libc::fd_set; 3] = unsafe { std::mem::zeroed() };
        for (set, list) in sets.iter_mut().zip(lists) {
            for (_, fd) in list {
                // SAFETY: the descriptor is within the set.
                unsafe { libc::FD_SET(*fd, set) };
            }
        }
        let left = deadline.map(|d| d.saturating_duration_since(Instant::now()));
        let mut time = left.map(|left| libc::timeval {
            tv_sec: left.as_secs() as i64,
            tv_usec: i64::from(left.subsec_nanos().div_ceil(1000)),
        });
        let pointer = time.as_mut().map_or(std::ptr::null_mut(), |t| t as *mut libc::timeval);
        let [read, write, except] = &mut sets;
        let status = gil::without(|| {
            // SAFETY: the sets and the time outlive the call.
            match unsafe { libc::select(count, read, write, except, pointer) } {
                -1 => Err(syscall::errno()),
                status => Ok(status),
            }
        });
        match status {
            Ok(_) => {
                let mut ready: [Vec<Value>; 3] = Default::default();
                for ((ready, set), list) in ready.iter_mut().zip(&sets).zip(lists) {
                    // SAFETY: the descriptors are within the set.
                    let of = list.iter().filter(|(_, fd)| unsafe { libc::FD_ISSET(*fd, set) });
                    ready.extend(of.map(|(item, _)| item.clone()));
                }
                return Ok(ready);
            }
            Err(libc::EINTR) => {
                crate::signals::check()?;
                if deadline.is_some_and(|d| Instant::now() >= d) {
                    return Ok(Default::default());
                }
            }
            Err(errno) => return Err(syscall::os_error(errno)),
        }
    }
}

static FROM_LIBC: Constants = libc_constants! {
    EPOLLERR EPOLLEXCLUSIVE EPOLLHUP EPOLLIN EPOLLMSG EPOLLONESHOT EPOLLOUT EPOLLPRI EPOLLRDBAND
    EPOLLRDHUP EPOLLRDNORM EPOLLWAKEUP EPOLLWRBAND EPOLLWRNORM EPOLL_CLOEXEC PIPE_BUF POLLERR POLLHUP POLLIN
    POLLNVAL POLLOUT POLLPRI POLLRDBAND POLLRDHUP POLLRDNORM POLLWRBAND POLLWRNORM
};

/// What the libc crate lacks, or has as a negative number.
static OTHER: Constants = &[("EPOLLET", 1 << 31), ("POLLMSG", 1024)];
