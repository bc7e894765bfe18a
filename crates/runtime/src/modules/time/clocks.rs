//! Clocks and `sleep`.

use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::{PyDict, PyModule, PyResult, Ref, Value, exceptions, gil, name, protocol};

#[pymodule(name = "time")]
pub mod functions {
    use super::*;

    /// time() -> floating-point number
    ///
    /// Return the current time in seconds since the Epoch.
    /// Fractions of a second may be present if the system clock provides them.
    #[pyfunction("($self, /)")]
    fn time() -> f64 {
        seconds(libc::CLOCK_REALTIME)
    }

    /// time_ns() -> int
    ///
    /// Return the current time in nanoseconds since the Epoch.
    #[pyfunction("($self, /)")]
    fn time_ns() -> i64 {
        nanos(libc::CLOCK_REALTIME)
    }

    /// monotonic() -> float
    ///
    /// Monotonic clock, cannot go backward.
    #[pyfunction("($self, /)")]
    fn monotonic() -> f64 {
        seconds(libc::CLOCK_MONOTONIC)
    }

    /// monotonic_ns() -> int
    ///
    /// Monotonic clock, cannot go backward, as nanoseconds.
    #[pyfunction("($self, /)")]
    fn monotonic_ns() -> i64 {
        nanos(libc::CLOCK_MONOTONIC)
    }

    /// perf_counter() -> float
    ///
    /// Performance counter for benchmarking.
    #[pyfunction("($self, /)")]
    fn perf_counter() -> f64 {
        seconds(libc::CLOCK_MONOTONIC)
    }

    /// perf_counter_ns() -> int
    ///
    /// Performance counter for benchmarking as nanoseconds.
    #[pyfunction("($self, /)")]
    fn perf_counter_ns() -> i64 {
        nanos(libc::CLOCK_MONOTONIC)
    }

    /// process_time() -> float
    ///
    /// Process time for profiling: sum of the kernel and user-space CPU time.
    #[pyfunction("($self, /)")]
    fn process_time() -> f64 {
        seconds(libc::CLOCK_PROCESS_CPUTIME_ID)
    }

    /// process_time() -> int
    ///
    /// Process time for profiling as nanoseconds:
    /// sum of the kernel and user-space CPU time.
    #[pyfunction("($self, /)")]
    fn process_time_ns() -> i64 {
        nanos(libc::CLOCK_PROCESS_CPUTIME_ID)
    }

    /// thread_time() -> float
    ///
    /// Thread time for profiling: sum of the kernel and user-space CPU time.
    #[pyfunction("($self, /)")]
    fn thread_time() -> f64 {
        seconds(libc::CLOCK_THREAD_CPUTIME_ID)
    }

    /// thread_time() -> int
    ///
    /// Thread time for profiling as nanoseconds:
    /// sum of the kernel and user-space CPU time.
    #[pyfunction("($self, /)")]
    fn thread_time_ns() -> i64 {
        nanos(libc::CLOCK_THREAD_CPUTIME_ID)
    }

    /// Return the time of the specified clock clk_id as a float.
    #[pyfunction("($module, clk_id, /)")]
    fn clock_gettime(clk_id: i32) -> PyResult<f64> {
        read(clk_id).map(|t| t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9)
    }

    /// Return the time of the specified clock clk_id as nanoseconds (int).
    #[pyfunction("($module, clk_id, /)")]
    fn clock_gettime_ns(clk_id: i32) -> PyResult<i64> {
        read(clk_id).map(|t| t.tv_sec.wrapping_mul(1_000_000_000).wrapping_add(t.tv_nsec))
    }

    /// clock_settime(clk_id, time)
    ///
    /// Set the time of the specified clock clk_id.
    #[pyfunction("(clk_id, time, /)", nosig)]
    fn clock_settime(clk_id: i32, time: &Value) -> PyResult<()> {
        set(clk_id, super::super::nanoseconds(time)?)
    }

    /// clock_settime_ns(clk_id, time)
    ///
    /// Set the time of the specified clock clk_id with nanoseconds.
    #[pyfunction("(clk_id, time, /)", nosig)]
    fn clock_settime_ns(clk_id: i32, time: i64) -> PyResult<()> {
        set(clk_id, time)
    }

    /// clock_getres(clk_id) -> floating-point number
    ///
    /// Return the resolution (precision) of the specified clock clk_id.
    #[pyfunction("(clk_id, /)", nosig)]
    fn clock_getres(clk_id: i32) -> PyResult<f64> {
        resolution(clk_id)
    }

    /// pthread_getcpuclockid(thread_id) -> int
    ///
    /// Return the clk_id of a thread's CPU time clock.
    #[pyfunction("(thread_id, /)", nosig)]
    fn pthread_getcpuclockid(thread_id: u64) -> PyResult<i32> {
        let mut clock = 0;
        // SAFETY: there is room for the clock; a thread that is gone gives an error.
        match unsafe { libc::pthread_getcpuclockid(thread_id as libc::pthread_t, &mut clock) } {
            0 => Ok(clock),
            errno => Err(syscall::os_error(errno)),
        }
    }

    /// sleep(seconds)
    ///
    /// Delay execution for a given number of seconds.  The argument may be
    /// a floating-point number for subsecond precision.
    #[pyfunction("($self, object, /)")]
    fn sleep(object: &Value) -> PyResult<()> {
        crate::sys::audit("time.sleep", std::slice::from_ref(object))?;
        let length = super::super::nanoseconds(object)?;
        if length < 0 {
            return Err(exceptions::value_error("sleep length must be non-negative"));
        }
        wait(length)
    }

    /// get_clock_info(name: str) -> dict
    ///
    /// Get information of the specified clock.
    #[pyfunction("(name, /)", nosig)]
    fn get_clock_info(name: &Ref<minipy_vm::PyStr>) -> PyResult<Value> {
        let (clock, id, monotonic, adjustable) = match name.to_string_lossy().as_str() {
            "time" => ("CLOCK_REALTIME", libc::CLOCK_REALTIME, false, true),
            "monotonic" | "perf_counter" => ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC, true, false),
            "process_time" => ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID, true, false),
            "thread_time" => ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID, true, false),
            _ => return Err(exceptions::value_error("unknown clock")),
        };
        let fields = PyDict::new_ref();
        fields.insert("implementation", format!("clock_gettime({clock})"));
        fields.insert("monotonic", Value::from_bool(monotonic));
        fields.insert("adjustable", Value::from_bool(adjustable));
        fields.insert("resolution", resolution(id)?);
        let sys = crate::import::modules()?.get_str(name!("sys"))?.unwrap_or(Value::NONE);
        let implementation = protocol::getattr(&sys, name!("implementation"))?;
        protocol::call_kwargs(implementation.class().as_value(), &[], Some(&fields))
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        for (name, id) in [
            ("CLOCK_REALTIME", libc::CLOCK_REALTIME),
            ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC),
            ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW),
            ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID),
            ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID),
            ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME),
            ("CLOCK_TAI", libc::CLOCK_TAI),
            ("_STRUCT_TM_ITEMS", 11),
        ] {
            namespace.insert(name, id);
        }
        Ok(())
    }
}

pub use functions::MODULE;

fn read(clock: i32) -> PyResult<libc::timespec> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: there is room for the result.
    syscall::check(unsafe { libc::clock_gettime(clock, &mut time) })?;
    Ok(time)
}

/// The time of a clock that every system has.
pub fn nanos(clock: i32) -> i64 {
    read(clock).map_or(0, |t| t.tv_sec.wrapping_mul(1_000_000_000).wrapping_add(t.tv_nsec))
}

fn seconds(clock: i32) -> f64 {
    let nanos = nanos(clock);
    // Whole seconds apart, as dividing the whole loses digits.
    (nanos / 1_000_000_000) as f64 + (nanos % 1_000_000_000) as f64 * 1e-9
}

fn resolution(clock: i32) -> PyResult<f64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: there is room for the result.
    syscall::check(unsafe { libc::clock_getres(clock, &mut time) })?;
    Ok(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
}

fn set(clock: i32, time: i64) -> PyResult<()> {
    let time = timespec(time);
    // SAFETY: the time outlives the call.
    syscall::check(unsafe { libc::clock_settime(clock, &time) }).map(drop)
}

fn timespec(nanos: i64) -> libc::timespec {
    libc::timespec { tv_sec: nanos.div_euclid(1_000_000_000), tv_nsec: nanos.rem_euclid(1_000_000_000) }
}

/// Sleeps without the GIL, again after signals that were handled.
fn wait(length: i64) -> PyResult<()> {
    let deadline = timespec(nanos(libc::CLOCK_MONOTONIC).saturating_add(length));
    loop {
        let errno = gil::without(|| {
            // SAFETY: the deadline outlives the call.
            unsafe {
                libc::clock_nanosleep(
                    libc::CLOCK_MONOTONIC,
                    libc::TIMER_ABSTIME,
                    &deadline,
                    std::ptr::null_mut(),
                )
            }
        });
        match errno {
            0 => return Ok(()),
            libc::EINTR => crate::signals::check()?,
            errno => return Err(syscall::os_error(errno)),
        }
    }
}
