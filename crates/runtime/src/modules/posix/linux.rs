//! Descriptors that Linux has besides files: events, timers, memory; and moving data between descriptors.

use super::path_arg::{FdLike, PathArg};
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::{PyResult, PyTuple, Value, exceptions, protocol};

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    /// Creates and returns an event notification file descriptor.
    #[pyfunction("($module, /, initval, flags=EFD_CLOEXEC)")]
    fn eventfd(initval: &Value, flags: Option<i32>) -> PyResult<i32> {
        let initial = super::unsigned(initval, "unsigned int")
            .and_then(|n| u32::try_from(n).map_err(|_| super::too_large("unsigned int")))?;
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::eventfd(initial, flags.unwrap_or(libc::EFD_CLOEXEC)) })
    }

    /// Read eventfd value
    #[pyfunction("($module, /, fd)")]
    fn eventfd_read(fd: FdLike) -> PyResult<u64> {
        let mut value = 0;
        // SAFETY: the value outlives the call.
        syscall::blocking_or_raise(|| unsafe { libc::eventfd_read(fd.0, &mut value) })?;
        Ok(value)
    }

    /// Write eventfd value.
    #[pyfunction("($module, /, fd, value)")]
    fn eventfd_write(fd: FdLike, value: &Value) -> PyResult<()> {
        let value = super::unsigned(value, "unsigned long long")?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::eventfd_write(fd.0, value) }).map(drop)
    }

    /// Create and return a timer file descriptor.
    ///
    ///   clockid
    ///     A valid clock ID constant as timer file descriptor.
    ///
    ///     time.CLOCK_REALTIME
    ///     time.CLOCK_MONOTONIC
    ///     time.CLOCK_BOOTTIME
    ///   flags
    ///     0 or a bit mask of os.TFD_NONBLOCK or os.TFD_CLOEXEC.
    ///
    ///     os.TFD_NONBLOCK
    ///         If *TFD_NONBLOCK* is set as a flag, read doesn't blocks.
    ///         If *TFD_NONBLOCK* is not set as a flag, read block until the timer fires.
    ///
    ///     os.TFD_CLOEXEC
    ///         If *TFD_CLOEXEC* is set as a flag, enable the close-on-exec flag
    #[pyfunction("($module, clockid, /, *, flags=0)")]
    fn timerfd_create(clockid: i32, flags: Option<i32>) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::timerfd_create(clockid, flags.unwrap_or(0) | libc::TFD_CLOEXEC) })
    }

    /// Alter a timer file descriptor's internal timer in seconds.
    ///
    ///   fd
    ///     A timer file descriptor.
    ///   flags
    ///     0 or a bit mask of TFD_TIMER_ABSTIME or TFD_TIMER_CANCEL_ON_SET.
    ///   initial
    ///     The initial expiration time, in seconds.
    ///   interval
    ///     The timer's interval, in seconds.
    #[pyfunction("($module, fd, /, *, flags=0, initial=0.0, interval=0.0)")]
    fn timerfd_settime(fd: FdLike, flags: i32, initial: f64, interval: f64) -> PyResult<Value> {
        let new = super::Timer { initial: super::time(initial)?, interval: super::time(interval)? };
        new.set(fd, flags).map(super::Timer::seconds)
    }

    /// Alter a timer file descriptor's internal timer in nanoseconds.
    ///
    ///   fd
    ///     A timer file descriptor.
    ///   flags
    ///     0 or a bit mask of TFD_TIMER_ABSTIME or TFD_TIMER_CANCEL_ON_SET.
    ///   initial
    ///     initial expiration timing in nanoseconds.
    ///   interval
    ///     interval for the timer in nanoseconds.
    #[pyfunction("($module, fd, /, *, flags=0, initial=0, interval=0)")]
    fn timerfd_settime_ns(fd: FdLike, flags: i32, initial: i64, interval: i64) -> PyResult<Value> {
        super::Timer { initial, interval }.set(fd, flags).map(super::Timer::nanoseconds)
    }

    /// Return a tuple of a timer file descriptor's (next expiration, interval) in float seconds.
    ///
    ///   fd
    ///     A timer file descriptor.
    #[pyfunction("($module, fd, /)")]
    fn timerfd_gettime(fd: FdLike) -> PyResult<Value> {
        super::Timer::of(fd).map(super::Timer::seconds)
    }

    /// Return a tuple of a timer file descriptor's (next expiration, interval) in nanoseconds.
    ///
    ///   fd
    ///     A timer file descriptor.
    #[pyfunction("($module, fd, /)")]
    fn timerfd_gettime_ns(fd: FdLike) -> PyResult<Value> {
        super::Timer::of(fd).map(super::Timer::nanoseconds)
    }

    #[pyfunction("($module, /, name, flags=MFD_CLOEXEC)")]
    fn memfd_create(name: PathArg, flags: Option<u32>) -> PyResult<i32> {
        // SAFETY: the name is NUL-terminated.
        syscall::check(unsafe { libc::memfd_create(name.as_ptr(), flags.unwrap_or(libc::MFD_CLOEXEC)) })
    }

    /// Copy count bytes from file descriptor in_fd to file descriptor out_fd.
    #[pyfunction("($module, /, out_fd, in_fd, offset, count)")]
    fn sendfile(out_fd: i32, in_fd: i32, offset: &Value, count: isize) -> PyResult<isize> {
        let mut from = super::optional_offset(Some(offset))?;
        let count = count as usize;
        syscall::blocking_or_raise(|| {
            let from = from.as_mut().map_or(std::ptr::null_mut(), |from| from as *mut i64);
            // SAFETY: the offset outlives the call.
            unsafe { libc::sendfile(out_fd, in_fd, from, count) }
        })
    }

    /// Copy count bytes from one file descriptor to another.
    ///
    ///   src
    ///     Source file descriptor.
    ///   dst
    ///     Destination file descriptor.
    ///   count
    ///     Number of bytes to copy.
    ///   offset_src
    ///     Starting offset in src.
    ///   offset_dst
    ///     Starting offset in dst.
    ///
    /// If offset_src is None, then src is read from the current position;
    /// respectively for offset_dst.
    #[pyfunction("($module, /, src, dst, count, offset_src=None,\n                offset_dst=None)")]
    fn copy_file_range(
        src: i32,
        dst: i32,
        count: isize,
        offset_src: Option<&Value>,
        offset_dst: Option<&Value>,
    ) -> PyResult<isize> {
        let count = super::count(count)?;
        let mut from = super::optional_offset(offset_src)?;
        let mut to = super::optional_offset(offset_dst)?;
        syscall::blocking_or_raise(|| {
            let from = from.as_mut().map_or(std::ptr::null_mut(), |from| from as *mut i64);
            let to = to.as_mut().map_or(std::ptr::null_mut(), |to| to as *mut i64);
            // SAFETY: the offsets outlive the call.
            unsafe { libc::copy_file_range(src, from, dst, to, count, 0) }
        })
    }

    /// Transfer count bytes from one pipe to a descriptor or vice versa.
    ///
    ///   src
    ///     Source file descriptor.
    ///   dst
    ///     Destination file descriptor.
    ///   count
    ///     Number of bytes to copy.
    ///   offset_src
    ///     Starting offset in src.
    ///   offset_dst
    ///     Starting offset in dst.
    ///   flags
    ///     Flags to modify the semantics of the call.
    ///
    /// If offset_src is None, then src is read from the current position;
    /// respectively for offset_dst. The offset associated to the file
    /// descriptor that refers to a pipe must be None.
    #[pyfunction("($module, /, src, dst, count, offset_src=None, offset_dst=None,\n       flags=0)")]
    fn splice(
        src: i32,
        dst: i32,
        count: isize,
        offset_src: Option<&Value>,
        offset_dst: Option<&Value>,
        flags: u32,
    ) -> PyResult<isize> {
        let count = super::count(count)?;
        let mut from = super::optional_offset(offset_src)?;
        let mut to = super::optional_offset(offset_dst)?;
        syscall::blocking_or_raise(|| {
            let from = from.as_mut().map_or(std::ptr::null_mut(), |from| from as *mut i64);
            let to = to.as_mut().map_or(std::ptr::null_mut(), |to| to as *mut i64);
            // SAFETY: the offsets outlive the call.
            unsafe { libc::splice(src, from, dst, to, count, flags) }
        })
    }

    /// Apply, test or remove a POSIX lock on an open file descriptor.
    ///
    ///   fd
    ///     An open file descriptor.
    ///   command
    ///     One of F_LOCK, F_TLOCK, F_ULOCK or F_TEST.
    ///   length
    ///     The number of bytes to lock, starting at the current position.
    #[pyfunction("($module, fd, command, length, /)")]
    fn lockf(fd: i32, command: i32, length: i64) -> PyResult<()> {
        crate::sys::audit("os.lockf", &[fd.into(), command.into(), length.into()])?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::lockf(fd, command, length) }).map(drop)
    }

    /// Announce an intention to access data in a specific pattern.
    ///
    /// Announce an intention to access data in a specific pattern, thus
    /// allowing the kernel to make optimizations.
    /// The advice applies to the region of the file specified by fd starting at
    /// offset and continuing for length bytes.
    /// advice is one of POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL,
    /// POSIX_FADV_RANDOM, POSIX_FADV_NOREUSE, POSIX_FADV_WILLNEED, or
    /// POSIX_FADV_DONTNEED.
    #[pyfunction("($module, fd, offset, length, advice, /)")]
    fn posix_fadvise(fd: i32, offset: i64, length: i64, advice: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        super::returned(|| unsafe { libc::posix_fadvise(fd, offset, length, advice) })
    }

    /// Ensure a file has allocated at least a particular number of bytes on disk.
    ///
    /// Ensure that the file specified by fd encompasses a range of bytes
    /// starting at offset bytes from the beginning and continuing for length
    /// bytes.
    #[pyfunction("($module, fd, offset, length, /)")]
    fn posix_fallocate(fd: i32, offset: i64, length: i64) -> PyResult<()> {
        // SAFETY: no memory is passed.
        super::returned(|| unsafe { libc::posix_fallocate(fd, offset, length) })
    }
}

pub use functions::MODULE;

/// Runs a call that returns an errno instead of setting it.
fn returned(mut call: impl FnMut() -> i32) -> PyResult<()> {
    loop {
        match minipy_vm::gil::without(&mut call) {
            0 => return Ok(()),
            libc::EINTR => crate::signals::check()?,
            errno => return Err(syscall::os_error(errno)),
        }
    }
}

fn too_large(c_type: &str) -> minipy_vm::PyErr {
    exceptions::overflow_error(format!("Python int too large for C {c_type}"))
}

fn unsigned(value: &Value, c_type: &str) -> PyResult<u64> {
    let number = protocol::as_index(value)?;
    if minipy_vm::types::int::is_negative(&number) {
        return Err(exceptions::value_error("Cannot convert negative int"));
    }
    minipy_vm::types::int::to_ibig(&number)
        .and_then(|n| u64::try_from(n).ok())
        .ok_or_else(|| too_large(c_type))
}

fn count(count: isize) -> PyResult<usize> {
    usize::try_from(count).map_err(|_| exceptions::value_error("negative value for 'count' not allowed"))
}

/// An offset, or None for the position of the file.
fn optional_offset(value: Option<&Value>) -> PyResult<Option<i64>> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(None) };
    let too_large = || exceptions::overflow_error("Python int too large to convert to C long");
    protocol::index_to_i64(value)?.map(Some).ok_or_else(too_large)
}

/// Seconds as nanoseconds.
fn time(seconds: f64) -> PyResult<i64> {
    crate::modules::time::nanoseconds(&Value::from(seconds))
}

/// What a timer descriptor is set to, in nanoseconds.
#[derive(Clone, Copy)]
struct Timer {
    initial: i64,
    interval: i64,
}

impl Timer {
    fn spec(self) -> libc::itimerspec {
        let part = |nanos: i64| libc::timespec {
            tv_sec: nanos.div_euclid(1_000_000_000),
            tv_nsec: nanos.rem_euclid(1_000_000_000),
        };
        libc::itimerspec { it_interval: part(self.interval), it_value: part(self.initial) }
    }

    fn from_spec(spec: &libc::itimerspec) -> Timer {
        let nanos =
            |part: &libc::timespec| part.tv_sec.saturating_mul(1_000_000_000).saturating_add(part.tv_nsec);
        Timer { initial: nanos(&spec.it_value), interval: nanos(&spec.it_interval) }
    }

    /// Sets the timer; gives what it was set to.
    fn set(self, fd: FdLike, flags: i32) -> PyResult<Timer> {
        let (new, mut old) = (self.spec(), self.spec());
        // SAFETY: both outlive the call.
        syscall::check(unsafe { libc::timerfd_settime(fd.0, flags, &new, &mut old) })?;
        Ok(Timer::from_spec(&old))
    }

    fn of(fd: FdLike) -> PyResult<Timer> {
        let mut now = Timer { initial: 0, interval: 0 }.spec();
        // SAFETY: the result outlives the call.
        syscall::check(unsafe { libc::timerfd_gettime(fd.0, &mut now) })?;
        Ok(Timer::from_spec(&now))
    }

    fn seconds(self) -> Value {
        let pair = [self.initial, self.interval].map(|nanos| Value::from(nanos as f64 / 1e9));
        PyTuple::from_array(pair).into_value()
    }

    fn nanoseconds(self) -> Value {
        PyTuple::from_array([self.initial, self.interval].map(Value::from)).into_value()
    }
}
