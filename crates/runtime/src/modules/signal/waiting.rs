//! Signal masks, waiting for signals, timers.

use crate::modules::record::Record;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::set::PySet;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{PyResult, PyTuple, Value, exceptions, gil, protocol};
use std::time::{Duration, Instant};

#[pymodule(name = "_signal")]
pub mod functions {
    use super::*;

    /// Fetch and/or change the signal mask of the calling thread.
    #[pyfunction("($module, how, mask, /)")]
    fn pthread_sigmask(how: i32, mask: &Value) -> PyResult<Value> {
        let new = super::to_set(mask)?;
        let mut old = super::empty_set();
        // SAFETY: both sets outlive the call.
        match unsafe { libc::pthread_sigmask(how, &new, &mut old) } {
            0 => {}
            errno => return Err(syscall::os_error(errno)),
        }
        crate::signals::check()?;
        super::from_set(&old)
    }

    /// Examine pending signals.
    ///
    /// Returns a set of signal numbers that are pending for delivery to
    /// the calling thread.
    #[pyfunction("($module, /)")]
    fn sigpending() -> PyResult<Value> {
        let mut set = super::empty_set();
        // SAFETY: the set outlives the call.
        syscall::check(unsafe { libc::sigpending(&mut set) })?;
        super::from_set(&set)
    }

    /// Wait for a signal.
    ///
    /// Suspend execution of the calling thread until the delivery of one of the
    /// signals specified in the signal set sigset.  The function accepts the
    /// signal and returns the signal number.
    #[pyfunction("($module, sigset, /)")]
    fn sigwait(sigset: &Value) -> PyResult<i32> {
        let set = super::to_set(sigset)?;
        let mut signum = 0;
        // SAFETY: both arguments outlive the call.
        match gil::without(|| unsafe { libc::sigwait(&set, &mut signum) }) {
            0 => Ok(signum),
            errno => Err(syscall::os_error(errno)),
        }
    }

    #[pyattr]
    fn struct_siginfo() -> Value {
        super::SIGINFO.class().into_value()
    }

    /// Wait synchronously until one of the signals in *sigset* is delivered.
    ///
    /// Returns a struct_siginfo containing information about the signal.
    #[pyfunction("($module, sigset, /)")]
    fn sigwaitinfo(sigset: &Value) -> PyResult<Value> {
        let set = super::to_set(sigset)?;
        let mut info = super::empty_info();
        // SAFETY: both arguments outlive the call.
        syscall::blocking_or_raise(|| unsafe { libc::sigwaitinfo(&set, &mut info) })?;
        Ok(super::info_value(&info))
    }

    /// Like sigwaitinfo(), but with a timeout.
    ///
    /// The timeout is specified in seconds, with floating-point numbers allowed.
    #[pyfunction("($module, sigset, timeout, /)")]
    fn sigtimedwait(sigset: &Value, timeout: &Value) -> PyResult<Option<Value>> {
        let Ok(nanos) = u64::try_from(crate::modules::time::nanoseconds(timeout)?) else {
            return Err(exceptions::value_error("timeout must be non-negative"));
        };
        let set = super::to_set(sigset)?;
        let deadline = Instant::now().checked_add(Duration::from_nanos(nanos));
        let mut info = super::empty_info();
        let status = syscall::blocking(|| {
            let left = deadline.map_or(Duration::MAX, |d| d.saturating_duration_since(Instant::now()));
            let left = libc::timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            };
            // SAFETY: all arguments outlive the call.
            unsafe { libc::sigtimedwait(&set, &mut info, &left) }
        })?;
        match status {
            Ok(_) => Ok(Some(super::info_value(&info))),
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(syscall::os_error(errno)),
        }
    }

    /// Send a signal to a process referred to by a pid file descriptor.
    #[pyfunction("($module, pidfd, signalnum, siginfo=None, flags=0, /)")]
    fn pidfd_send_signal(pidfd: i32, signalnum: i32, siginfo: Option<&Value>, flags: i32) -> PyResult<()> {
        if siginfo.is_some() {
            return Err(exceptions::type_error("siginfo must be None"));
        }
        let none = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: the system makes the information up itself.
        syscall::check(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd, signalnum, none, flags) })?;
        crate::signals::check()
    }

    /// Send a signal to a thread.
    #[pyfunction("($module, thread_id, signalnum, /)")]
    fn pthread_kill(thread_id: u64, signalnum: i32) -> PyResult<()> {
        crate::sys::audit("signal.pthread_kill", &[Value::from(thread_id), Value::from(signalnum)])?;
        // SAFETY: no memory is passed; a thread that is gone gives an error.
        match unsafe { libc::pthread_kill(thread_id as libc::pthread_t, signalnum) } {
            0 => crate::signals::check(),
            errno => Err(syscall::os_error(errno)),
        }
    }

    /// Return a set of valid signal numbers on this platform.
    ///
    /// The signal numbers returned by this function can be safely passed to
    /// functions like `pthread_sigmask`.
    #[pyfunction("($module, /)")]
    fn valid_signals() -> PyResult<Value> {
        super::numbers((1..65).filter(|n| !matches!(n, 32 | 33)))
    }

    #[pyattr(name = "ItimerError")]
    fn itimer_error() -> Value {
        exceptions::os_error_class().to_value()
    }

    /// Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).
    ///
    /// The timer will fire after value seconds and after that every interval
    /// seconds.  The itimer can be cleared by setting seconds to zero.
    ///
    /// Returns old values as a tuple: (delay, interval).
    #[pyfunction("($module, which, seconds, interval=0.0, /)")]
    fn setitimer(which: i32, seconds: &Value, interval: Option<&Value>) -> PyResult<Value> {
        let new = libc::itimerval {
            it_value: super::timeval(seconds)?,
            it_interval: match interval {
                Some(interval) => super::timeval(interval)?,
                None => libc::timeval { tv_sec: 0, tv_usec: 0 },
            },
        };
        let mut old = new;
        // SAFETY: both outlive the call; the raw call takes any number for the timer.
        let status = unsafe { libc::syscall(libc::SYS_setitimer, which, &raw const new, &raw mut old) };
        syscall::check(status)?;
        Ok(super::timer_value(&old))
    }

    /// Returns current value of given itimer.
    #[pyfunction("($module, which, /)")]
    fn getitimer(which: i32) -> PyResult<Value> {
        let zero = libc::timeval { tv_sec: 0, tv_usec: 0 };
        let mut now = libc::itimerval { it_value: zero, it_interval: zero };
        // SAFETY: the result outlives the call.
        syscall::check(unsafe { libc::syscall(libc::SYS_getitimer, which, &raw mut now) })?;
        Ok(super::timer_value(&now))
    }
}

pub use functions::MODULE;

static SIGINFO: Record = Record::new(StructSeqDef {
    module: "signal",
    name: "struct_siginfo",
    doc: "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.",
    fields: &[
        ("si_signo", "signal number"),
        ("si_code", "signal code"),
        ("si_errno", "errno associated with this signal"),
        ("si_pid", "sending process ID"),
        ("si_uid", "real user ID of sending process"),
        ("si_status", "exit value or signal"),
        ("si_band", "band event for SIGPOLL"),
    ],
    visible: 7,
    instantiable: true,
});

fn empty_info() -> libc::siginfo_t {
    // SAFETY: all-zero bytes are a valid `siginfo_t`.
    unsafe { std::mem::zeroed() }
}

fn info_value(info: &libc::siginfo_t) -> Value {
    // SAFETY: the structure was zeroed before the system filled it; its union holds plain numbers. The band, which the libc
    // crate has no name for, takes the place of the process id and user id.
    let (pid, uid, status, band) = unsafe {
        let band = (&raw const *info).cast::<libc::c_long>().add(2).read();
        (info.si_pid(), info.si_uid(), info.si_status(), band)
    };
    SIGINFO.make(vec![
        info.si_signo.into(),
        info.si_code.into(),
        info.si_errno.into(),
        pid.into(),
        i64::from(uid).into(),
        status.into(),
        band.into(),
    ])
}

fn empty_set() -> libc::sigset_t {
    // SAFETY: all-zero bytes are a valid set, an empty one.
    unsafe { std::mem::zeroed() }
}

/// The signals of an iterable of numbers.
pub fn to_set(mask: &Value) -> PyResult<libc::sigset_t> {
    let mut set = empty_set();
    protocol::for_each(mask, |item| {
        let signum = protocol::index_to_i64(&item)?.unwrap_or(-1);
        if !(1..65).contains(&signum) {
            return Err(exceptions::value_error(format!("signal number {signum} out of range [1; 64]")));
        }
        // SAFETY: the set is valid, the number in range.
        unsafe { libc::sigaddset(&mut set, signum as i32) };
        Ok(())
    })?;
    Ok(set)
}

fn from_set(set: &libc::sigset_t) -> PyResult<Value> {
    // SAFETY: the set is valid, the numbers in range.
    numbers((1..65).filter(|&n| unsafe { libc::sigismember(set, n) } == 1))
}

fn numbers(numbers: impl Iterator<Item = i32>) -> PyResult<Value> {
    let items = PyTuple::from_vec(numbers.map(Value::from).collect()).into_value();
    protocol::call1(<PySet as minipy_vm::Payload>::class().as_value(), items)
}

fn timeval(value: &Value) -> PyResult<libc::timeval> {
    let nanos = crate::modules::time::nanoseconds(value)?;
    let micros = nanos.div_euclid(1000) + i64::from(nanos.rem_euclid(1000) != 0);
    Ok(libc::timeval { tv_sec: micros.div_euclid(1_000_000), tv_usec: micros.rem_euclid(1_000_000) })
}

fn timer_value(timer: &libc::itimerval) -> Value {
    let seconds = |t: &libc::timeval| Value::from(t.tv_sec as f64 + t.tv_usec as f64 * 1e-6);
    PyTuple::from_array([seconds(&timer.it_value), seconds(&timer.it_interval)]).into_value()
}
