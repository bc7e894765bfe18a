//! Signal masks, waiting for signals, timers.

use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::set::PySet;
use minipy_vm::{PyResult, PyTuple, Value, exceptions, gil, protocol};

#[pymodule(name = "_signal")]
pub mod functions {
    use super::*;

    /// Fetch and/or change the signal mask of the calling thread.
    #[pyfunction("(how, mask, /)")]
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
    #[pyfunction("()")]
    fn sigpending() -> PyResult<Value> {
        let mut set = super::empty_set();
        // SAFETY: the set outlives the call.
        syscall::check(unsafe { libc::sigpending(&mut set) })?;
        super::from_set(&set)
    }

    /// Wait for a signal.
    #[pyfunction("(sigset, /)")]
    fn sigwait(sigset: &Value) -> PyResult<i32> {
        let set = super::to_set(sigset)?;
        let mut signum = 0;
        // SAFETY: both arguments outlive the call.
        match gil::without(|| unsafe { libc::sigwait(&set, &mut signum) }) {
            0 => Ok(signum),
            errno => Err(syscall::os_error(errno)),
        }
    }

    /// Send a signal to a thread.
    #[pyfunction("(thread_id, signalnum, /)")]
    fn pthread_kill(thread_id: u64, signalnum: i32) -> PyResult<()> {
        crate::sys::audit("signal.pthread_kill", &[Value::from(thread_id), Value::from(signalnum)])?;
        // SAFETY: no memory is passed; a thread that is gone gives an error.
        match unsafe { libc::pthread_kill(thread_id as libc::pthread_t, signalnum) } {
            0 => crate::signals::check(),
            errno => Err(syscall::os_error(errno)),
        }
    }

    /// Return a set of valid signal numbers on this platform.
    #[pyfunction("()")]
    fn valid_signals() -> PyResult<Value> {
        super::numbers((1..65).filter(|n| !matches!(n, 32 | 33)))
    }

    #[pyattr(name = "ItimerError")]
    fn itimer_error() -> Value {
        exceptions::os_error_class().to_value()
    }

    /// Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).
    #[pyfunction("(which, seconds, interval=0.0, /)")]
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
    #[pyfunction("(which, /)")]
    fn getitimer(which: i32) -> PyResult<Value> {
        let zero = libc::timeval { tv_sec: 0, tv_usec: 0 };
        let mut now = libc::itimerval { it_value: zero, it_interval: zero };
        // SAFETY: the result outlives the call.
        syscall::check(unsafe { libc::syscall(libc::SYS_getitimer, which, &raw mut now) })?;
        Ok(super::timer_value(&now))
    }
}

pub use functions::MODULE;

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
