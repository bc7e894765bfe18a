//! `enable()`: what happens when the process is about to die of a signal.

use super::dump::{self, Out};
use crate::syscall;
use minipy_vm::PyResult;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// The signals that end the process, and what they are called.
const FATAL: [(i32, &str); 5] = [
    (libc::SIGBUS, "Bus error"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGFPE, "Floating-point exception"),
    (libc::SIGABRT, "Aborted"),
    (libc::SIGSEGV, "Segmentation fault"),
];

static ENABLED: AtomicBool = AtomicBool::new(false);
static FD: AtomicI32 = AtomicI32::new(2);
static ALL_THREADS: AtomicBool = AtomicBool::new(true);
static C_STACK: AtomicBool = AtomicBool::new(true);
/// Whether a handler runs: a fault in it shall not start another one.
static RUNNING: AtomicBool = AtomicBool::new(false);

pub fn is_fatal(signum: i32) -> bool {
    FATAL.iter().any(|&(number, _)| number == signum)
}

pub fn is_enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

/// The native handler. The signal's default action follows.
extern "C" fn died(signum: i32) {
    if !RUNNING.swap(true, Ordering::SeqCst) {
        let out = Out(FD.load(Ordering::Relaxed));
        let name = FATAL.iter().find(|&&(number, _)| number == signum).map_or("", |&(_, name)| name);
        out.text("Fatal Python error: ");
        out.text(name);
        out.text("\n\n");
        dump::from_signal(out, ALL_THREADS.load(Ordering::Relaxed));
        if C_STACK.load(Ordering::Relaxed) {
            out.text("\n");
            dump::native_stack(out);
        }
        dump::extension_modules(out);
        RUNNING.store(false, Ordering::SeqCst);
    }
    // SAFETY: both may be called in a signal handler. The signal is blocked until the handler returns.
    unsafe {
        libc::signal(signum, libc::SIG_DFL);
        libc::raise(signum);
    }
}

fn install(handler: libc::sighandler_t) -> PyResult<()> {
    for (signum, _) in FATAL {
        // SAFETY: all-zero bytes are a valid `struct sigaction`, which outlives the call.
        let status = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler;
            // A stack overflow leaves no room on the usual stack.
            action.sa_flags = libc::SA_ONSTACK;
            libc::sigaction(signum, &action, std::ptr::null_mut())
        };
        syscall::check(status)?;
    }
    Ok(())
}

/// Writes tracebacks to `fd` from now on.
pub fn enable(fd: i32, all_threads: bool, c_stack: bool) -> PyResult<()> {
    FD.store(fd, Ordering::Relaxed);
    ALL_THREADS.store(all_threads, Ordering::Relaxed);
    C_STACK.store(c_stack, Ordering::Relaxed);
    if !ENABLED.swap(true, Ordering::Relaxed) {
        provide_signal_stack();
        install(died as *const () as libc::sighandler_t)?;
    }
    Ok(())
}

/// Gives the calling thread a stack for handlers, unless it has one: its own may be what overflowed. It is never freed, as the
/// thread may die at any time.
fn provide_signal_stack() {
    /// Writing tracebacks takes much less.
    const SIZE: usize = 1 << 16;
    // SAFETY: all-zero bytes are a valid `stack_t`, which is filled in; the new stack lives as long as the process.
    unsafe {
        let mut current: libc::stack_t = std::mem::zeroed();
        if libc::sigaltstack(std::ptr::null(), &mut current) == 0 && current.ss_flags & libc::SS_DISABLE != 0
        {
            let memory = Box::leak(vec![0u8; SIZE].into_boxed_slice());
            let stack = libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: SIZE };
            libc::sigaltstack(&stack, std::ptr::null_mut());
        }
    }
}

/// Gives whether it was enabled.
pub fn disable() -> PyResult<bool> {
    let was_enabled = ENABLED.swap(false, Ordering::Relaxed);
    if was_enabled {
        install(libc::SIG_DFL)?;
    }
    Ok(was_enabled)
}
