//! `register()`: tracebacks on demand.

use super::dump::{self, Out};
use crate::syscall;
use minipy_vm::PyResult;
use minipy_vm::cell::GilCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

const COUNT: usize = 65;

/// What a registered signal does. Read by its handler.
struct Slot {
    enabled: AtomicBool,
    fd: AtomicI32,
    all_threads: AtomicBool,
    chain: AtomicBool,
    /// What the signal did before; set while `enabled`.
    previous: GilCell<MaybeUninit<libc::sigaction>>,
}

static SLOTS: [Slot; COUNT] = [const {
    Slot {
        enabled: AtomicBool::new(false),
        fd: AtomicI32::new(2),
        all_threads: AtomicBool::new(true),
        chain: AtomicBool::new(false),
        previous: GilCell::new(MaybeUninit::uninit()),
    }
}; COUNT];

/// The native handler.
extern "C" fn arrived(signum: i32) {
    let Some(slot) = SLOTS.get(signum as usize) else { return };
    if !slot.enabled.load(Ordering::Relaxed) {
        return;
    }
    let errno = syscall::errno();
    dump::from_signal(Out(slot.fd.load(Ordering::Relaxed)), slot.all_threads.load(Ordering::Relaxed));
    // SAFETY: all calls may be made in a signal handler; the old action is set while the slot is enabled, and errno is the
    // thread's own.
    unsafe {
        if slot.chain.load(Ordering::Relaxed) {
            libc::sigaction(signum, slot.previous.as_ptr().cast(), std::ptr::null_mut());
            libc::raise(signum);
            install(signum, true, std::ptr::null_mut());
        }
        *libc::__errno_location() = errno;
    }
}

fn install(signum: i32, chain: bool, old: *mut libc::sigaction) -> i32 {
    // SAFETY: all-zero bytes are a valid `struct sigaction`; the old one is written if there is room for it.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = arrived as *const () as libc::sighandler_t;
        // A chained handler is called by raising the signal again, in this one.
        action.sa_flags = libc::SA_ONSTACK | if chain { libc::SA_NODEFER } else { libc::SA_RESTART };
        libc::sigaction(signum, &action, old)
    }
}

pub fn register(signum: i32, fd: i32, all_threads: bool, chain: bool) -> PyResult<()> {
    let Some(slot) = SLOTS.get(signum as usize) else { return Ok(()) };
    slot.fd.store(fd, Ordering::Relaxed);
    slot.all_threads.store(all_threads, Ordering::Relaxed);
    slot.chain.store(chain, Ordering::Relaxed);
    let is_new = !slot.enabled.load(Ordering::Relaxed);
    let old = if is_new { slot.previous.as_ptr().cast() } else { std::ptr::null_mut() };
    syscall::check(install(signum, chain, old))?;
    slot.enabled.store(true, Ordering::Relaxed);
    Ok(())
}

/// Gives whether the signal was registered.
pub fn unregister(signum: i32) -> bool {
    let Some(slot) = SLOTS.get(signum as usize) else { return false };
    let was_enabled = slot.enabled.swap(false, Ordering::Relaxed);
    if was_enabled {
        // SAFETY: the old action was set when the slot was enabled.
        unsafe { libc::sigaction(signum, slot.previous.as_ptr().cast(), std::ptr::null_mut()) };
    }
    was_enabled
}
