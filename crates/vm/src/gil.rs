//! The global interpreter lock: whoever holds it may touch objects.

use crate::frame::breaker;
use crate::stack;
use crate::thread::{self, Thread};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

struct State {
    held: bool,
    waiting: usize,
    /// Counts changes of hands.
    switches: u64,
}

static STATE: Mutex<State> = Mutex::new(State { held: false, waiting: 0, switches: 0 });
static RELEASED: Condvar = Condvar::new();
static TAKEN: Condvar = Condvar::new();
/// `sys.getswitchinterval()` in microseconds.
static INTERVAL: AtomicU64 = AtomicU64::new(5000);

fn lock() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a thread waits before it asks the holder to let go.
pub fn switch_interval() -> Duration {
    Duration::from_micros(INTERVAL.load(Ordering::Relaxed))
}

pub fn set_switch_interval(interval: Duration) {
    INTERVAL.store((interval.as_micros() as u64).max(1), Ordering::Relaxed);
}

/// Takes the lock for `thread`, waiting for it.
pub fn acquire(thread: *const Thread) {
    let mut state = lock();
    state.waiting += 1;
    while state.held {
        let (next, timeout) =
            RELEASED.wait_timeout(state, switch_interval()).unwrap_or_else(PoisonError::into_inner);
        state = next;
        if timeout.timed_out() && state.held {
            breaker::request(breaker::GIL);
        }
    }
    state.waiting -= 1;
    state.held = true;
    state.switches += 1;
    drop(state);
    TAKEN.notify_all();
    thread::set_current(thread);
    // SAFETY: the thread is the caller's own, alive while it holds the lock.
    stack::set_limit(unsafe { (*thread).stack_limit.get() });
}

/// Gives the lock up.
pub fn release() {
    let mut state = lock();
    state.held = false;
    drop(state);
    RELEASED.notify_one();
}

/// Runs `f`, which must not touch objects, without the lock, so that other threads can run meanwhile.
pub fn without<R>(f: impl FnOnce() -> R) -> R {
    let thread: *const Thread = thread::current();
    release();
    let result = f();
    acquire(thread);
    result
}

/// Lets a waiting thread have a turn. Called from the eval breaker.
pub fn yield_now() {
    let thread: *const Thread = thread::current();
    let mut state = lock();
    if state.waiting == 0 {
        return;
    }
    state.held = false;
    let before = state.switches;
    RELEASED.notify_one();
    while state.waiting > 0 && state.switches == before {
        let (next, timeout) =
            TAKEN.wait_timeout(state, Duration::from_millis(5)).unwrap_or_else(PoisonError::into_inner);
        state = next;
        if timeout.timed_out() {
            break;
        }
    }
    drop(state);
    acquire(thread);
}
