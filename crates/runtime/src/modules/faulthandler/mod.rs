//! `faulthandler`: tracebacks of a process that hangs or dies.

pub mod dump;
mod fatal;
mod user;
mod watchdog;

use dump::Out;
use minipy_macros::pymodule;
use minipy_vm::cell::GilCell;
use minipy_vm::{PyResult, Value, exceptions, name, protocol, thread};
use std::time::Duration;

/// faulthandler module.
#[pymodule(name = "faulthandler")]
pub mod functions {
    use super::*;

    /// Enable the fault handler.
    #[pyfunction("($module, /, file=sys.stderr, all_threads=True, c_stack=True)")]
    fn enable(file: Option<&Value>, all_threads: bool, c_stack: bool) -> PyResult<()> {
        let fd = super::descriptor(file, "enable")?;
        fatal::enable(fd, all_threads, c_stack)
    }

    /// Disable the fault handler.
    #[pyfunction("($module, /)")]
    fn disable() -> PyResult<bool> {
        super::forget("enable");
        fatal::disable()
    }

    /// Check if the handler is enabled.
    #[pyfunction("($module, /)")]
    fn is_enabled() -> bool {
        fatal::is_enabled()
    }

    /// Dump the traceback of the current thread, or of all threads if all_threads is True, into file.
    #[pyfunction("($module, /, file=sys.stderr, all_threads=True)")]
    fn dump_traceback(file: Option<&Value>, all_threads: bool) -> PyResult<()> {
        let out = Out(super::descriptor(file, "")?);
        if all_threads {
            dump::all_threads(out, thread::current());
        } else {
            dump::one_thread(out, thread::current());
        }
        crate::signals::check()
    }

    /// Dump the C stack of the current thread.
    #[pyfunction("($module, /, file=sys.stderr)")]
    fn dump_c_stack(file: Option<&Value>) -> PyResult<()> {
        dump::native_stack(Out(super::descriptor(file, "")?));
        Ok(())
    }

    /// Dump the traceback of all threads in timeout seconds,
    /// or each timeout seconds if repeat is True. If exit is True, call _exit(1) which is not safe.
    #[pyfunction("($module, /, timeout, repeat=False, file=sys.stderr, exit=False)")]
    fn dump_traceback_later(timeout: &Value, repeat: bool, file: Option<&Value>, exit: bool) -> PyResult<()> {
        let nanos = crate::modules::time::nanoseconds(timeout)?;
        let Some(nanos) = u64::try_from(nanos).ok().filter(|&nanos| nanos > 0) else {
            return Err(exceptions::value_error("timeout must be greater than 0"));
        };
        let fd = super::descriptor(file, "later")?;
        // Waiting and the message are in microseconds.
        let timeout = Duration::from_micros(nanos.div_ceil(1000));
        watchdog::start(watchdog::Order { timeout, repeat, exit, fd })
    }

    /// Cancel the previous call to dump_traceback_later().
    #[pyfunction("($module, /)")]
    fn cancel_dump_traceback_later() {
        super::forget("later");
        watchdog::cancel();
    }

    /// Register a handler for the signal 'signum': dump the traceback of the current thread, or of all threads if all_threads is True, into file.
    #[pyfunction("($module, /, signum, file=sys.stderr, all_threads=True, chain=False)")]
    fn register(signum: i32, file: Option<&Value>, all_threads: bool, chain: bool) -> PyResult<()> {
        super::check_signal(signum)?;
        let fd = super::descriptor(file, "register")?;
        user::register(signum, fd, all_threads, chain)
    }

    /// Unregister the handler of the signal 'signum' registered by register().
    #[pyfunction("($module, signum, /)")]
    fn unregister(signum: i32) -> PyResult<bool> {
        super::check_signal(signum)?;
        Ok(user::unregister(signum))
    }

    /// Read from NULL, raise a SIGSEGV or SIGBUS signal depending on the platform.
    #[pyfunction("($module, /)")]
    fn _read_null() {
        // SAFETY: none: the fault is the function's purpose, for tests of the handler.
        std::hint::black_box(unsafe { libc::strlen(std::hint::black_box(std::ptr::null())) });
    }

    /// Raise a SIGSEGV signal.
    #[pyfunction("($module, release_gil=False, /)")]
    fn _sigsegv(release_gil: bool) {
        // SAFETY: no memory is passed.
        let fault = || unsafe { libc::raise(libc::SIGSEGV) };
        if release_gil {
            minipy_vm::gil::without(fault);
        } else {
            fault();
        }
    }

    /// Raise a SIGFPE signal.
    #[pyfunction("($module, /)")]
    fn _sigfpe() {
        // SAFETY: no memory is passed.
        unsafe { libc::raise(libc::SIGFPE) };
    }

    /// Raise a SIGABRT signal.
    #[pyfunction("($module, /)")]
    fn _sigabrt() {
        // SAFETY: ends the process.
        unsafe { libc::abort() }
    }

    /// Recursive call to raise a stack overflow.
    #[pyfunction("($module, /)")]
    fn _stack_overflow() -> u64 {
        super::overflow(0)
    }

    /// Call Py_FatalError() in a new C thread.
    #[pyfunction("($module, /)")]
    fn _fatal_error_c_thread() {
        drop(std::thread::spawn(|| {
            super::fatal_error("faulthandler_fatal_error_thread", "in new thread");
        }));
        std::thread::sleep(Duration::from_secs(2));
    }
}

pub use functions::MODULE;

/// Says that `function` cannot go on, and why, shows where all threads are, and aborts the process.
pub fn fatal_error(function: &str, message: &str) -> ! {
    let out = Out(2);
    for part in ["Fatal Python error: ", function, ": ", message, "\nPython runtime state: "] {
        out.text(part);
    }
    out.text(if crate::shutdown::is_finalizing() { "finalizing\n\n" } else { "initialized\n\n" });
    dump::from_signal(out, true);
    // SAFETY: ends the process.
    unsafe { libc::abort() }
}

/// `-X faulthandler`.
pub fn enable_at_start() -> PyResult<()> {
    fatal::enable(2, true, true)
}

#[expect(
    unconditional_recursion,
    reason = "the overflow is the function's purpose, for tests of the handler"
)]
#[inline(never)]
fn overflow(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 512]);
    overflow(depth + 1) + room[depth as usize % 512]
}

fn check_signal(signum: i32) -> PyResult<()> {
    if fatal::is_fatal(signum) {
        return Err(exceptions::runtime_error(format!(
            "signal {signum} cannot be registered, use enable() instead"
        )));
    }
    if (1..65).contains(&signum) {
        Ok(())
    } else {
        Err(exceptions::value_error("signal number out of range"))
    }
}

/// The files that handlers write to, kept open, by what they are for.
static FILES: GilCell<Vec<(&'static str, Value)>> = GilCell::new(Vec::new());

fn forget(purpose: &str) {
    let old = FILES.with(|files| {
        let at = files.iter().position(|(of, _)| *of == purpose);
        at.map(|at| files.swap_remove(at))
    });
    drop(old);
}

/// The descriptor of a file argument, which is kept open if it is for something; `sys.stderr` if there is none.
fn descriptor(file: Option<&Value>, purpose: &'static str) -> PyResult<i32> {
    let stderr;
    let file = match file.filter(|file| !file.is_none()) {
        Some(file) => file,
        None => {
            let found = crate::sys::get("stderr")?;
            stderr = found.ok_or_else(|| exceptions::runtime_error("unable to get sys.stderr"))?;
            if stderr.is_none() {
                return Err(exceptions::runtime_error("sys.stderr is None"));
            }
            &stderr
        }
    };
    let as_fd =
        |number: &Value| PyResult::Ok(protocol::index_to_i64(number)?.and_then(|n| i32::try_from(n).ok()));
    if protocol::is_int(file) {
        return match as_fd(file)? {
            Some(fd) if fd >= 0 => Ok(fd),
            _ => Err(exceptions::value_error("file is not a valid file descriptor")),
        };
    }
    let number = protocol::call_method(file, name!("fileno"), &[])?;
    let fd = if protocol::is_int(&number) { as_fd(&number)? } else { None };
    let Some(fd) = fd.filter(|&fd| fd >= 0) else {
        return Err(exceptions::runtime_error("file.fileno() is not a valid file descriptor"));
    };
    // What the program has written shall come first; that it cannot be flushed is no reason not to go on.
    drop(protocol::call_method(file, name!("flush"), &[]));
    if !purpose.is_empty() {
        forget(purpose);
        FILES.with(|files| files.push((purpose, file.clone())));
    }
    Ok(fd)
}
