//! Waiting for a word of memory to change (`futex(2)`).
//!
//! What locks, thread handles and queues wait for is a single atomic word, so that a `fork` in one thread never copies the
//! inner state of something that another thread is just waiting for.

use minipy_vm::{PyResult, gil, thread};
use std::ptr;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

/// How long the main thread waits before it looks after signals that another thread has received.
const SLICE: Duration = Duration::from_millis(50);

/// Sleeps if `word` still is `seen`, until [`wake`], a signal, the end of `timeout` or for no reason.
fn sleep(word: &AtomicU32, seen: u32, timeout: Option<Duration>) {
    let limit = timeout.map(|timeout| libc::timespec {
        tv_sec: timeout.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    });
    let limit = limit.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the word and the limit outlive the call, which only reads them.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            seen,
            limit,
        );
    }
}

/// Wakes up to `count` of the threads that wait for `word`.
pub fn wake(word: &AtomicU32, count: i32) {
    // SAFETY: the call looks for sleepers by the word's address and does not touch it.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, count);
    }
}

/// Waits without the GIL until `attempt` succeeds; false if it did not before the deadline. `attempt`, which must not touch
/// objects, gives the value of `word` with which it failed, and is made again when that has changed.
///
/// # Errors
/// What signal handlers raise meanwhile; then the last attempt had failed.
pub fn wait(
    word: &AtomicU32,
    deadline: Option<Instant>,
    mut attempt: impl FnMut() -> Result<(), u32>,
) -> PyResult<bool> {
    let handles_signals = thread::current().ident == crate::modules::thread::main_ident();
    loop {
        let done = gil::without(|| {
            loop {
                let Err(seen) = attempt() else { return Some(true) };
                let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
                if left.is_some_and(|left| left.is_zero()) {
                    return Some(false);
                }
                if handles_signals {
                    sleep(word, seen, Some(left.map_or(SLICE, |left| left.min(SLICE))));
                    if crate::signals::have_arrived() {
                        return None;
                    }
                } else {
                    sleep(word, seen, left);
                }
            }
        });
        match done {
            Some(done) => return Ok(done),
            None => crate::signals::check()?,
        }
    }
}
