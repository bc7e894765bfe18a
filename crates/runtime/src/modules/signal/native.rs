//! What the system is told about signals, and the handler it calls.

use minipy_vm::Value;
use std::ffi::CStr;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

/// What happens when a signal arrives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Default,
    Ignore,
    /// It is noted, for the main thread to handle.
    Note,
}

static WAKEUP: AtomicI32 = AtomicI32::new(-1);

/// Sets the descriptor that signal numbers are written to; gives the old one.
pub fn set_wakeup(fd: i32) -> i32 {
    WAKEUP.swap(fd, Ordering::SeqCst)
}

/// The thread whose system calls signals interrupt: that which runs the Python handlers.
static MAIN: AtomicU64 = AtomicU64::new(0);

/// Makes the calling thread the one that signals are passed on to.
pub fn set_main() {
    // SAFETY: no memory is passed.
    MAIN.store(unsafe { libc::pthread_self() }, Ordering::SeqCst);
}

/// The native handler: only what is safe in one.
extern "C" fn arrived(signum: i32) {
    let main = MAIN.load(Ordering::Relaxed);
    // SAFETY: both calls may be made in a signal handler, and the main thread lives as long as the process.
    let passed_on =
        main != 0 && unsafe { libc::pthread_self() != main && libc::pthread_kill(main, signum) == 0 };
    if passed_on {
        return;
    }
    let fd = WAKEUP.load(Ordering::Relaxed);
    // SAFETY: errno is the thread's own, and restored; `write` may be called in a signal handler.
    unsafe {
        let errno = *libc::__errno_location();
        crate::signals::note(signum);
        if fd != -1 {
            let byte = signum as u8;
            libc::write(fd, (&raw const byte).cast(), 1);
        }
        *libc::__errno_location() = errno;
    }
}

/// Keeps all signals from the calling thread.
pub fn block_all() {
    // SAFETY: all-zero bytes are a valid set, which outlives the calls.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, std::ptr::null_mut());
    }
}

/// Sets what a signal does; the error is an errno.
pub fn install(signum: i32, action: Action) -> Result<(), i32> {
    // SAFETY: all-zero bytes are a valid `struct sigaction`, which outlives the call.
    let status = unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = match action {
            Action::Default => libc::SIG_DFL,
            Action::Ignore => libc::SIG_IGN,
            Action::Note => arrived as *const () as usize,
        };
        libc::sigemptyset(&mut new.sa_mask);
        new.sa_flags = if action == Action::Note { libc::SA_ONSTACK } else { 0 };
        libc::sigaction(signum, &new, std::ptr::null_mut())
    };
    if status == 0 { Ok(()) } else { Err(crate::syscall::errno()) }
}

/// Ends the process as SIGINT does by default. Returns only if the signal is blocked.
pub fn die_of_interrupt() {
    if install(libc::SIGINT, Action::Default).is_ok() {
        // SAFETY: takes plain numbers.
        unsafe { libc::kill(libc::getpid(), libc::SIGINT) };
    }
}

/// Whether the signal makes system calls fail with EINTR; the error is an errno.
pub fn interrupt(signum: i32, interrupts: bool) -> Result<(), i32> {
    // SAFETY: all-zero bytes are a valid `struct sigaction`, which outlives the calls.
    let status = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        match libc::sigaction(signum, std::ptr::null(), &mut action) {
            0 => {
                if interrupts {
                    action.sa_flags &= !libc::SA_RESTART;
                } else {
                    action.sa_flags |= libc::SA_RESTART;
                }
                libc::sigaction(signum, &action, std::ptr::null_mut())
            }
            status => status,
        }
    };
    if status == 0 { Ok(()) } else { Err(crate::syscall::errno()) }
}

/// What `getsignal` says of a signal before Python touches it.
pub fn inherited(signum: i32) -> Value {
    if !(1..65).contains(&signum) {
        return Value::NONE;
    }
    // SAFETY: all-zero bytes are a valid `struct sigaction`; the call only reads.
    let action = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(signum, std::ptr::null(), &mut action) != 0 {
            return Value::NONE;
        }
        action.sa_sigaction
    };
    match action {
        libc::SIG_DFL => Value::small_int(0),
        libc::SIG_IGN => Value::small_int(1),
        _ => Value::NONE,
    }
}

/// The C library's description of a signal.
pub fn description(signum: i32) -> Option<String> {
    // SAFETY: the result is a NUL-terminated string of the C library, copied at once.
    let text = unsafe {
        let text = libc::strsignal(signum);
        if text.is_null() {
            return None;
        }
        CStr::from_ptr(text).to_string_lossy().into_owned()
    };
    (!text.contains("Unknown signal")).then_some(text)
}

/// The integer constants of the module, in CPython's order, in which `signal` looks at them.
pub static NAMES: &[(&str, i32)] = &[
    ("NSIG", 65),
    ("SIG_BLOCK", 0),
    ("SIG_UNBLOCK", 1),
    ("SIG_SETMASK", 2),
    ("SIGHUP", 1),
    ("SIGINT", 2),
    ("SIGQUIT", 3),
    ("SIGILL", 4),
    ("SIGTRAP", 5),
    ("SIGIOT", 6),
    ("SIGABRT", 6),
    ("SIGFPE", 8),
    ("SIGKILL", 9),
    ("SIGBUS", 7),
    ("SIGSEGV", 11),
    ("SIGSYS", 31),
    ("SIGPIPE", 13),
    ("SIGALRM", 14),
    ("SIGTERM", 15),
    ("SIGUSR1", 10),
    ("SIGUSR2", 12),
    ("SIGCLD", 17),
    ("SIGCHLD", 17),
    ("SIGPWR", 30),
    ("SIGIO", 29),
    ("SIGURG", 23),
    ("SIGWINCH", 28),
    ("SIGPOLL", 29),
    ("SIGSTOP", 19),
    ("SIGTSTP", 20),
    ("SIGCONT", 18),
    ("SIGTTIN", 21),
    ("SIGTTOU", 22),
    ("SIGVTALRM", 26),
    ("SIGPROF", 27),
    ("SIGXCPU", 24),
    ("SIGXFSZ", 25),
    ("SIGRTMIN", 34),
    ("SIGRTMAX", 64),
    ("SIGSTKFLT", 16),
    ("ITIMER_REAL", 0),
    ("ITIMER_VIRTUAL", 1),
    ("ITIMER_PROF", 2),
    ("SIG_DFL", 0),
    ("SIG_IGN", 1),
];
