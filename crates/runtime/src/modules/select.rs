//! `select`: waiting for several files at once.

use super::posix::path_arg::FdLike;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::{PyList, PyResult, PyTuple, Value, exceptions, gil, protocol};
use std::time::{Duration, Instant};

/// This module supports asynchronous I/O on multiple file descriptors.
#[pymodule(name = "select")]
pub mod functions {
    use super::*;

    #[pyattr]
    const PIPE_BUF: i64 = 4096;

    #[pyattr]
    fn error() -> Value {
        exceptions::os_error_class().to_value()
    }

    /// Wait until one or more file descriptors are ready for some kind of I/O.
    #[pyfunction("(rlist, wlist, xlist, timeout=None, /)")]
    fn select(rlist: &Value, wlist: &Value, xlist: &Value, timeout: Option<&Value>) -> PyResult<Value> {
        let deadline = match timeout.filter(|t| !t.is_none()) {
            None => None,
            Some(timeout) => {
                let nanos = super::super::time::nanoseconds(timeout)?;
                let Ok(nanos) = u64::try_from(nanos) else {
                    return Err(exceptions::value_error("timeout must be non-negative"));
                };
                Instant::now().checked_add(Duration::from_nanos(nanos))
            }
        };
        let lists = [super::files(rlist)?, super::files(wlist)?, super::files(xlist)?];
        let ready = super::wait(&lists, deadline)?;
        Ok(PyTuple::from_array(ready.map(|list| PyList::from_vec(list).into_value())).into_value())
    }
}

pub use functions::MODULE;

/// The objects of a list with their descriptors.
fn files(list: &Value) -> PyResult<Vec<(Value, i32)>> {
    let items = match protocol::collect(list) {
        Ok(items) => items,
        Err(error) if error.is_instance(exceptions::type_error_class()) => {
            return Err(exceptions::type_error("arguments 1-3 must be sequences"));
        }
        Err(error) => return Err(error),
    };
    items
        .into_iter()
        .map(|item| {
            let fd = FdLike::new(&item)?.0;
            if fd as usize >= libc::FD_SETSIZE {
                return Err(exceptions::value_error("filedescriptor out of range in select()"));
            }
            Ok((item, fd))
        })
        .collect()
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
