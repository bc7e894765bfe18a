//! `_signal`: Python handlers for signals.

mod native;
mod waiting;

pub use native::{block_all, die_of_interrupt, set_main};
pub use waiting::to_set;

use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::cell::GilCell;
use minipy_vm::frame::PyFrame;
use minipy_vm::{PyErr, PyModule, PyResult, Ref, Value, exceptions, frame, protocol, thread};

/// The handler of each signal: None for one that was not installed from Python.
static HANDLERS: GilCell<Vec<Value>> = GilCell::new(Vec::new());

const COUNT: i32 = 65;

/// This module provides mechanisms to use signal handlers in Python.
///
/// Functions:
///
/// alarm() -- cause SIGALRM after a specified time [Unix only]
/// setitimer() -- cause a signal (described below) after a specified
///                float time and the timer may restart then [Unix only]
/// getitimer() -- get current value of timer [Unix only]
/// signal() -- set the action for a given signal
/// getsignal() -- get the signal action for a given signal
/// pause() -- wait until a signal arrives [Unix only]
/// default_int_handler() -- default SIGINT handler
///
/// signal constants:
/// SIG_DFL -- used to refer to the system default handler
/// SIG_IGN -- used to ignore the signal
/// NSIG -- number of defined signals
/// SIGINT, SIGTERM, etc. -- signal numbers
///
/// itimer constants:
/// ITIMER_REAL -- decrements in real time, and delivers SIGALRM upon
///                expiration
/// ITIMER_VIRTUAL -- decrements only when the process is executing,
///                and delivers SIGVTALRM upon expiration
/// ITIMER_PROF -- decrements both when the process is executing and
///                when the system is executing on behalf of the process.
///                Coupled with ITIMER_VIRTUAL, this timer is usually
///                used to profile the time spent by the application
///                in user and kernel space. SIGPROF is delivered upon
///                expiration.
///
///
/// *** IMPORTANT NOTICE ***
/// A signal handler function is called with two arguments:
/// the first is the signal number, the second is the interrupted stack frame.
#[pymodule(name = "_signal", parts(waiting::MODULE))]
pub mod functions {
    use super::*;

    /// The default handler for SIGINT installed by Python.
    ///
    /// It raises KeyboardInterrupt.
    #[pyfunction("($module, signalnum, frame, /)")]
    fn default_int_handler(signalnum: i32, frame: &Value) -> PyResult<()> {
        let _ = (signalnum, frame);
        Err(PyErr::new(exceptions::keyboard_interrupt_class(), &[]))
    }

    /// Set the action for the given signal.
    ///
    /// The action can be SIG_DFL, SIG_IGN, or a callable Python object.
    /// The previous action is returned.  See getsignal() for possible return
    /// values.
    ///
    /// *** IMPORTANT NOTICE ***
    /// A signal handler function is called with two arguments: the first is
    /// the signal number, the second is the interrupted stack frame.
    #[pyfunction("($module, signalnum, handler, /)")]
    fn signal(signalnum: i32, handler: &Value) -> PyResult<Value> {
        if thread::current().ident != crate::modules::thread::main_ident() {
            return Err(exceptions::value_error("signal only works in main thread of the main interpreter"));
        }
        super::check_number(signalnum)?;
        let number = if protocol::is_int(handler) { protocol::index_to_i64(handler)? } else { None };
        let action = match number {
            Some(0) => native::Action::Default,
            Some(1) => native::Action::Ignore,
            _ if protocol::is_callable(handler) && number.is_none() => native::Action::Note,
            _ => {
                return Err(exceptions::type_error(
                    "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object",
                ));
            }
        };
        crate::signals::check()?;
        native::install(signalnum, action).map_err(syscall::os_error)?;
        let kept = number.map_or_else(|| handler.clone(), Value::from);
        let old = HANDLERS
            .with(|handlers| handlers.get_mut(signalnum as usize).map(|slot| std::mem::replace(slot, kept)));
        Ok(old.unwrap_or(Value::NONE))
    }

    /// Return the current action for the given signal.
    ///
    /// The return value can be:
    ///   SIG_IGN -- if the signal is being ignored
    ///   SIG_DFL -- if the default action for the signal is in effect
    ///   None    -- if an unknown handler is in effect
    ///   anything else -- the callable Python object used as a handler
    #[pyfunction("($module, signalnum, /)")]
    fn getsignal(signalnum: i32) -> PyResult<Value> {
        super::check_number(signalnum)?;
        Ok(HANDLERS.with(|handlers| handlers.get(signalnum as usize).cloned()).unwrap_or(Value::NONE))
    }

    /// Send a signal to the executing process.
    #[pyfunction("($module, signalnum, /)")]
    fn raise_signal(signalnum: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        minipy_vm::gil::without(|| match unsafe { libc::raise(signalnum) } {
            0 => Ok(()),
            _ => Err(syscall::errno()),
        })
        .map_err(syscall::os_error)?;
        crate::signals::check()
    }

    /// Arrange for SIGALRM to arrive after the given number of seconds.
    #[pyfunction("($module, seconds, /)")]
    fn alarm(seconds: i32) -> u32 {
        // SAFETY: no memory is passed.
        unsafe { libc::alarm(seconds as u32) }
    }

    /// Wait until a signal arrives.
    #[pyfunction("($module, /)")]
    fn pause() -> PyResult<()> {
        // SAFETY: no memory is passed.
        minipy_vm::gil::without(|| unsafe { libc::pause() });
        crate::signals::check()
    }

    /// Return the system description of the given signal.
    ///
    /// Returns the description of signal *signalnum*, such as "Interrupt"
    /// for :const:`SIGINT`. Returns :const:`None` if *signalnum* has no
    /// description. Raises :exc:`ValueError` if *signalnum* is invalid.
    #[pyfunction("($module, signalnum, /)")]
    fn strsignal(signalnum: i32) -> PyResult<Option<String>> {
        super::check_number(signalnum)?;
        Ok(native::description(signalnum))
    }

    /// Change system call restart behaviour.
    ///
    /// If flag is False, system calls will be restarted when interrupted by
    /// signal sig, else system calls will be interrupted.
    #[pyfunction("($module, signalnum, flag, /)")]
    fn siginterrupt(signalnum: i32, flag: i32) -> PyResult<()> {
        super::check_number(signalnum)?;
        native::interrupt(signalnum, flag != 0).map_err(syscall::os_error)
    }

    /// Sets the fd to be written to (with the signal number) when a signal comes in.
    ///
    /// A library can use this to wakeup select or poll.
    /// The previous fd or -1 is returned.
    ///
    /// The fd must be non-blocking.
    #[pyfunction("($module, fd, /, *, warn_on_full_buffer=True)")]
    fn set_wakeup_fd(fd: i32, warn_on_full_buffer: bool) -> PyResult<i32> {
        let _ = warn_on_full_buffer;
        if thread::current().ident != crate::modules::thread::main_ident() {
            return Err(exceptions::value_error(
                "set_wakeup_fd only works in main thread of the main interpreter",
            ));
        }
        if fd != -1 {
            // SAFETY: no memory is passed.
            let flags = syscall::check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
            if flags & libc::O_NONBLOCK == 0 {
                return Err(exceptions::value_error(format!("the fd {fd} must be in non-blocking mode")));
            }
        }
        Ok(native::set_wakeup(fd))
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        for &(name, number) in native::NAMES {
            namespace.insert(name, number);
        }
        // The last ones in CPython; `signal` looks at the names in their order.
        for name in ["ItimerError", "struct_siginfo"] {
            let name = minipy_vm::types::str::intern(name);
            if let Some(value) = namespace.get_str(&name)? {
                namespace.remove_str(&name)?;
                namespace.set_str(&name, value)?;
            }
        }
        HANDLERS.set((0..COUNT).map(native::inherited).collect());
        crate::signals::set_dispatch(super::dispatch);
        // SIGINT raises KeyboardInterrupt unless the parent process wanted it ignored.
        let default =
            HANDLERS.with(|h| h.get(libc::SIGINT as usize).is_some_and(|v| v.as_small_int() == Some(0)));
        if default {
            let handler = namespace.get_str(&minipy_vm::types::str::intern("default_int_handler"))?;
            if let Some(handler) = handler {
                HANDLERS.with(|h| {
                    if let Some(slot) = h.get_mut(libc::SIGINT as usize) {
                        *slot = handler;
                    }
                });
                native::install(libc::SIGINT, native::Action::Note).map_err(syscall::os_error)?;
            }
        }
        Ok(())
    }
}

pub use functions::MODULE;

/// Makes the module, and with it the handler of SIGINT; a broken pipe is an error of `write`, not a signal.
pub fn start() -> PyResult<()> {
    set_main();
    let ignored = [libc::SIGPIPE, libc::SIGXFSZ];
    for signum in ignored {
        native::install(signum, native::Action::Ignore).map_err(syscall::os_error)?;
    }
    crate::import::native_module("_signal").map(drop)
}

fn check_number(signum: i32) -> PyResult<()> {
    if (1..COUNT).contains(&signum) {
        Ok(())
    } else {
        Err(exceptions::value_error("signal number out of range"))
    }
}

/// Calls the Python handler of a signal that arrived.
fn dispatch(signum: i32) -> PyResult<()> {
    let handler = HANDLERS.with(|handlers| handlers.get(signum as usize).cloned()).unwrap_or(Value::NONE);
    if handler.is_none() || protocol::is_int(&handler) {
        return Ok(());
    }
    let current = match frame::current_frame() {
        // SAFETY: the frame is on the current thread's chain.
        Some(current) => unsafe { PyFrame::of(current) }.into_value(),
        None => Value::NONE,
    };
    protocol::call(&handler, &[Value::from(signum), current]).map(drop)
}
