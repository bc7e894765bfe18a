//! The eval breaker: why running code should pause at its next check, at function entry or a backward jump.

use std::sync::atomic::{AtomicU32, Ordering};

/// A cycle collection is due.
pub const GC: u32 = 1;
/// A signal arrived.
pub const SIGNAL: u32 = 1 << 1;
/// Another thread waits for the GIL.
pub const GIL: u32 = 1 << 2;
/// An asynchronous exception or call is pending.
pub const PENDING_CALL: u32 = 1 << 3;

/// Another process has left a script. A byte of its own, which that process can set without touching the others.
pub const REMOTE: u32 = 1 << 24;

static FLAGS: AtomicU32 = AtomicU32::new(0);

/// Where another process writes a 1 to request [`REMOTE`].
pub fn remote_byte() -> *const u8 {
    let byte = if cfg!(target_endian = "little") { 3 } else { 0 };
    FLAGS.as_ptr().cast::<u8>().wrapping_add(byte)
}

/// What handles signals, GIL requests and pending calls: installed by the runtime. Gets the flags that were set.
pub type Handler = fn(u32) -> crate::PyResult<()>;

static HANDLER: crate::cell::GilCell<Option<Handler>> = crate::cell::GilCell::new(None);

/// Asks running code to pause. Safe from any thread and from signal handlers.
pub fn request(flag: u32) {
    FLAGS.fetch_or(flag, Ordering::Relaxed);
}

/// Requests that the thread which met them cannot serve, for the thread that takes the GIL next.
static DEFERRED: AtomicU32 = AtomicU32::new(0);

/// Leaves a request to another thread, without asking this one again and again.
pub fn defer(flag: u32) {
    DEFERRED.fetch_or(flag, Ordering::Relaxed);
}

/// Asks again for what was deferred; called by a thread that has just taken the GIL.
pub fn renew_deferred() {
    if DEFERRED.load(Ordering::Relaxed) != 0 {
        request(DEFERRED.swap(0, Ordering::Relaxed));
    }
}

pub fn set_handler(handler: Handler) {
    HANDLER.set(Some(handler));
}

#[inline(always)]
pub fn is_set() -> bool {
    FLAGS.load(Ordering::Relaxed) != 0
}

/// Serves all requests.
#[cold]
#[inline(never)]
pub fn serve() -> crate::PyResult<()> {
    let flags = FLAGS.swap(0, Ordering::Relaxed);
    if flags & GC != 0 {
        crate::heap::gc::run_requested();
    }
    if flags & GIL != 0 {
        crate::gil::yield_now();
    }
    match HANDLER.get() {
        Some(handler) if flags & !(GC | GIL) != 0 => handler(flags),
        _ => Ok(()),
    }
}
