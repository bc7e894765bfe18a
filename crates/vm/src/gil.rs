//! The global interpreter lock: whoever holds it may touch objects.
//!
//! Taking and giving it up without a rival is one atomic operation each. The mutex and the condition variables are only for
//! threads that wait: one that has waited for a switch interval asks the holder to let go, and a holder that lets go on
//! request takes the lock again only after another thread has had it.

use crate::frame::breaker;
use crate::stack;
use crate::thread::{self, Thread};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

static HELD: AtomicBool = AtomicBool::new(false);
/// Threads that wait for the lock. Changed with [`WAITERS`] locked.
static WAITING: AtomicUsize = AtomicUsize::new(0);
/// Threads that have let go and wait for another one to have its turn. Changed with [`WAITERS`] locked.
static YIELDING: AtomicUsize = AtomicUsize::new(0);
/// Counts changes of hands.
static SWITCHES: AtomicU64 = AtomicU64::new(0);
/// Locked by waiting threads except while they sleep, and by those who wake them: no wake-up falls in between.
static WAITERS: Mutex<()> = Mutex::new(());
static RELEASED: Condvar = Condvar::new();
static TAKEN: Condvar = Condvar::new();
/// `sys.getswitchinterval()` in microseconds.
static INTERVAL: AtomicU64 = AtomicU64::new(5000);
/// The only thread that may still take the lock, once the interpreter finalizes.
static FINALIZER: AtomicPtr<Thread> = AtomicPtr::new(ptr::null_mut());

fn waiters() -> MutexGuard<'static, ()> {
    WAITERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a thread waits before it asks the holder to let go.
pub fn switch_interval() -> Duration {
    Duration::from_micros(INTERVAL.load(SeqCst))
}

/// How long a thread waits before it asks: the interval, but no shorter and no longer than a wait can be.
fn waiting_time() -> Duration {
    switch_interval().clamp(Duration::from_micros(1), Duration::from_secs(1 << 30))
}

pub fn set_switch_interval(interval: Duration) {
    INTERVAL.store(interval.as_micros() as u64, SeqCst);
}

fn try_take() -> bool {
    HELD.compare_exchange(false, true, SeqCst, SeqCst).is_ok()
}

/// Takes the lock for `thread`, waiting for it. Never returns to a thread that is not the finalizing one.
pub fn acquire(thread: *const Thread) {
    if !try_take() {
        wait_and_take(thread);
    }
    if is_locked_out(thread) {
        release();
        sleep_for_ever();
    }
    SWITCHES.fetch_add(1, SeqCst);
    if YIELDING.load(SeqCst) > 0 {
        let _guard = waiters();
        TAKEN.notify_all();
    }
    thread::set_current(thread);
    breaker::renew_deferred();
    // SAFETY: the thread is the caller's own, alive while it holds the lock.
    unsafe {
        stack::set_limit((*thread).stack_limit.get());
        stack::set_comparison_limit((*thread).comparison_limit.get());
    }
}

/// Leaves Python to the calling thread, which holds the lock: whatever other thread asks for the lock from now on sleeps
/// until the process ends, for the objects it would touch are being taken down.
pub fn begin_finalization() {
    FINALIZER.store(ptr::from_ref(thread::current()).cast_mut(), SeqCst);
    let _guard = waiters();
    RELEASED.notify_all();
    TAKEN.notify_all();
}

fn is_locked_out(thread: *const Thread) -> bool {
    let finalizer = FINALIZER.load(SeqCst);
    !finalizer.is_null() && !ptr::addr_eq(finalizer, thread)
}

#[cold]
fn sleep_for_ever() -> ! {
    loop {
        std::thread::park();
    }
}

#[cold]
fn wait_and_take(thread: *const Thread) {
    let mut guard = waiters();
    WAITING.fetch_add(1, SeqCst);
    while !try_take() {
        if is_locked_out(thread) {
            WAITING.fetch_sub(1, SeqCst);
            drop(guard);
            sleep_for_ever();
        }
        let (next, timeout) =
            RELEASED.wait_timeout(guard, waiting_time()).unwrap_or_else(PoisonError::into_inner);
        guard = next;
        if timeout.timed_out() && HELD.load(SeqCst) {
            breaker::request(breaker::GIL);
        }
    }
    WAITING.fetch_sub(1, SeqCst);
}

/// Gives the lock up.
pub fn release() {
    HELD.store(false, SeqCst);
    if WAITING.load(SeqCst) > 0 {
        let _guard = waiters();
        RELEASED.notify_one();
    }
}

thread_local! {
    /// The state of the calling system thread while it runs without the lock.
    static DETACHED: Cell<*const Thread> = const { Cell::new(ptr::null()) };
}

/// Runs `f`, which must not touch objects, without the lock, so that other threads can run meanwhile.
pub fn without<R>(f: impl FnOnce() -> R) -> R {
    let thread: *const Thread = thread::current();
    let outer = DETACHED.replace(thread);
    release();
    let result = f();
    acquire(thread);
    DETACHED.set(outer);
    result
}

/// Runs `f` with the lock, for code that is called from outside and does not know what thread it is on: one that holds the lock,
/// one that has let go of it, or one that Python did not start, which is a Python thread meanwhile.
pub fn with<R>(f: impl FnOnce() -> R) -> R {
    let detached = DETACHED.replace(ptr::null());
    if !detached.is_null() {
        acquire(detached);
        let result = f();
        release();
        DETACHED.set(detached);
        return result;
    }
    if thread::is_own() {
        return f();
    }
    let state = Thread::new();
    acquire(&*state);
    thread::register(&state);
    let result = f();
    retire(&state);
    release();
    result
}

/// Ends a thread as a Python thread. It still holds the lock, to give it up.
pub fn retire(thread: &Thread) {
    crate::heap::run_pending();
    thread.clear();
    crate::heap::run_pending();
    // Finalisers may have made thread-local data again.
    thread.clear();
    thread::unregister(thread);
    thread::forget_own();
}

/// Keeps the lock from the threads that run Python code until it is dropped, without being one of them.
pub struct Pause(());

impl Drop for Pause {
    fn drop(&mut self) {
        release();
    }
}

/// Brings the running thread to a safe point, if it gets there in time. For threads that hold no lock.
pub fn pause(patience: Duration) -> Option<Pause> {
    let deadline = Instant::now() + patience;
    let mut guard = waiters();
    WAITING.fetch_add(1, SeqCst);
    let taken = loop {
        if try_take() {
            break true;
        }
        if Instant::now() >= deadline {
            break false;
        }
        breaker::request(breaker::GIL);
        guard = RELEASED.wait_timeout(guard, waiting_time()).unwrap_or_else(PoisonError::into_inner).0;
    };
    WAITING.fetch_sub(1, SeqCst);
    if taken {
        SWITCHES.fetch_add(1, SeqCst);
        TAKEN.notify_all();
    }
    drop(guard);
    taken.then_some(Pause(()))
}

/// Lets a waiting thread have a turn. Called from the eval breaker.
pub fn yield_now() {
    if WAITING.load(SeqCst) == 0 {
        return;
    }
    let thread: *const Thread = thread::current();
    let mut guard = waiters();
    YIELDING.fetch_add(1, SeqCst);
    let before = SWITCHES.load(SeqCst);
    HELD.store(false, SeqCst);
    RELEASED.notify_one();
    while WAITING.load(SeqCst) > 0 && SWITCHES.load(SeqCst) == before {
        let (next, timeout) =
            TAKEN.wait_timeout(guard, Duration::from_millis(5)).unwrap_or_else(PoisonError::into_inner);
        guard = next;
        if timeout.timed_out() {
            break;
        }
    }
    YIELDING.fetch_sub(1, SeqCst);
    drop(guard);
    acquire(thread);
}

/// Keeps the threads that wait for the lock out of its bookkeeping until it is dropped: to be held across a `fork`, which
/// copies a mutex that another thread has locked as locked for ever.
pub struct ForkGuard {
    _guard: MutexGuard<'static, ()>,
}

/// To be called, with the lock held, right before a `fork`.
pub fn before_fork() -> ForkGuard {
    ForkGuard { _guard: waiters() }
}

impl ForkGuard {
    /// In the child, where the other threads are gone.
    pub fn in_child(self) {
        WAITING.store(0, SeqCst);
        YIELDING.store(0, SeqCst);
        thread::forget_others();
    }
}
