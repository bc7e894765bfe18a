//! `_thread.lock` and `_thread.RLock`.

use crate::futex;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::str::StrRef;
use minipy_vm::{Args, PyResult, PyTuple, Ref, TypeRef, Value, exceptions, protocol, thread};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::{Duration, Instant};

/// Nobody has the lock.
const FREE: u32 = 0;
const HELD: u32 = 1;
/// Somebody has the lock, and others may be waiting for it.
const CONTENDED: u32 = 2;

/// A lock that threads wait for without the GIL.
#[derive(Default)]
pub struct RawLock {
    state: AtomicU32,
}

impl RawLock {
    pub const fn new() -> RawLock {
        RawLock { state: AtomicU32::new(FREE) }
    }

    pub fn try_acquire(&self) -> bool {
        self.state.compare_exchange(FREE, HELD, Acquire, Relaxed).is_ok()
    }

    /// Waits until the lock is free or the time is over. Signals that arrive meanwhile are handled in between.
    pub fn acquire(&self, timeout: Option<Duration>) -> PyResult<bool> {
        if self.try_acquire() {
            return Ok(true);
        }
        let deadline = timeout.and_then(|t| Instant::now().checked_add(t));
        futex::wait(&self.state, deadline, || match self.state.swap(CONTENDED, Acquire) {
            FREE => Ok(()),
            _ => Err(CONTENDED),
        })
    }

    /// Whether the lock was held.
    pub fn release(&self) -> bool {
        let was = self.state.swap(FREE, Release);
        if was == CONTENDED {
            futex::wake(&self.state, 1);
        }
        was != FREE
    }

    pub fn is_held(&self) -> bool {
        self.state.load(Relaxed) != FREE
    }
}

/// `blocking` and `timeout` as a wait: `None` not to wait, else the longest time.
fn wait_of(blocking: bool, timeout: f64) -> PyResult<Option<Option<Duration>>> {
    if !blocking && timeout != -1.0 {
        return Err(exceptions::value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0.0 && timeout != -1.0 {
        return Err(exceptions::value_error("timeout value must be a non-negative number"));
    }
    if timeout > 9223372036.0 {
        return Err(exceptions::overflow_error("timeout value is too large"));
    }
    if !blocking {
        return Ok(None);
    }
    Ok(Some((timeout >= 0.0).then(|| Duration::from_secs_f64(timeout))))
}

fn acquire(raw: &RawLock, wait: Option<Option<Duration>>) -> PyResult<bool> {
    match wait {
        None => Ok(raw.try_acquire()),
        Some(timeout) => raw.acquire(timeout),
    }
}

/// A lock object is a synchronization primitive.  To create a lock,
/// call threading.Lock().  Methods are:
///
/// acquire() -- lock the lock, possibly blocking until it can be obtained
/// release() -- unlock of the lock
/// locked() -- test whether the lock is currently locked
///
/// A lock is not owned by the thread that locked it; another thread may
/// unlock it.  A thread attempting to lock a lock that it has already locked
/// will block until another thread unlocks it.  Deadlocks may ensue.
#[pyclass(name = "lock", module = "_thread", weakref)]
#[derive(Default)]
pub struct PyLock {
    raw: RawLock,
}

impl PyLock {
    pub fn new_ref() -> Ref<PyLock> {
        Ref::new(PyLock::default())
    }
}

#[pymethods]
impl PyLock {
    #[slot(new, sig = "()")]
    fn new(cls: &TypeRef) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PyLock::default()).into_value())
    }

    /// Lock the lock.  Without argument, this blocks if the lock is already
    /// locked (even by the same thread), waiting for another thread to release
    /// the lock, and return True once the lock is acquired.
    /// With an argument, this will only block if the argument is true,
    /// and the return value reflects whether the lock is acquired.
    /// The blocking operation is interruptible.
    #[pymethod("($self, /, blocking=True, timeout=-1)")]
    fn acquire(zelf: &Ref<PyLock>, blocking: bool, timeout: f64) -> PyResult<bool> {
        acquire(&zelf.raw, wait_of(blocking, timeout)?)
    }

    /// An obsolete synonym of acquire().
    #[pymethod("($self, /, blocking=True, timeout=-1)")]
    fn acquire_lock(zelf: &Ref<PyLock>, blocking: bool, timeout: f64) -> PyResult<bool> {
        acquire(&zelf.raw, wait_of(blocking, timeout)?)
    }

    /// Release the lock, allowing another thread that is blocked waiting for
    /// the lock to acquire the lock.  The lock must be in the locked state,
    /// but it needn't be locked by the same thread that unlocks it.
    #[pymethod("($self, /)")]
    fn release(&self) -> PyResult<()> {
        if self.raw.release() { Ok(()) } else { Err(exceptions::runtime_error("release unlocked lock")) }
    }

    /// An obsolete synonym of release().
    #[pymethod("($self, /)")]
    fn release_lock(&self) -> PyResult<()> {
        self.release()
    }

    /// Return whether the lock is in the locked state.
    #[pymethod("($self, /)")]
    fn locked(&self) -> bool {
        self.raw.is_held()
    }

    /// An obsolete synonym of locked().
    #[pymethod("($self, /)")]
    fn locked_lock(&self) -> bool {
        self.raw.is_held()
    }

    /// Lock the lock.
    #[pymethod("($self, /)")]
    fn __enter__(&self) -> PyResult<bool> {
        self.raw.acquire(None)
    }

    /// Release the lock.
    #[pymethod("($self, /, *exc_info)")]
    fn __exit__(&self, exc_info: &[Value]) -> PyResult<()> {
        let _ = exc_info;
        self.release()
    }

    #[pymethod("($self, /)")]
    fn _at_fork_reinit(&self) {
        self.raw.release();
    }

    #[slot]
    fn repr(zelf: &Ref<PyLock>) -> PyResult<Value> {
        let state = if zelf.raw.is_held() { "locked" } else { "unlocked" };
        Ok(Value::from(format!(
            "<{state} {} object at {:#x}>",
            zelf.class().qualified_name(),
            zelf.as_value().id()
        )))
    }
}

/// A lock that its holder can acquire again.
#[derive(Default)]
pub struct ReentrantLock {
    raw: RawLock,
    /// The holder's identity and how often it holds the lock.
    owner: GilCell<(u64, u64)>,
}

impl ReentrantLock {
    pub const fn new() -> ReentrantLock {
        ReentrantLock { raw: RawLock::new(), owner: GilCell::new((0, 0)) }
    }

    /// Whether the calling thread holds it.
    pub fn is_mine(&self) -> bool {
        let (owner, count) = self.owner.get();
        count > 0 && owner == thread::current().ident
    }

    /// Whether any thread holds it.
    pub fn is_held(&self) -> bool {
        self.raw.is_held()
    }

    /// Waits for it as long as it takes.
    pub fn acquire(&self) -> PyResult<bool> {
        self.take(Some(None))
    }

    fn take(&self, wait: Option<Option<Duration>>) -> PyResult<bool> {
        if self.is_mine() {
            self.owner.with(|o| o.1 += 1);
            return Ok(true);
        }
        let taken = acquire(&self.raw, wait)?;
        if taken {
            self.owner.set((thread::current().ident, 1));
        }
        Ok(taken)
    }

    /// RuntimeError if another thread or nobody holds it.
    pub fn release(&self) -> PyResult<()> {
        if !self.is_mine() {
            return Err(exceptions::runtime_error("cannot release un-acquired lock"));
        }
        let left = self.owner.with(|o| {
            o.1 -= 1;
            o.1
        });
        if left == 0 {
            self.raw.release();
        }
        Ok(())
    }
}

/// A reentrant lock.
#[pyclass(name = "RLock", module = "_thread", basetype, weakref)]
#[derive(Default)]
pub struct PyRLock {
    lock: ReentrantLock,
}

#[pymethods]
impl PyRLock {
    /// Takes and ignores any arguments, for subclasses with an `__init__` of their own.
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PyRLock::default()).into_value())
    }

    /// Lock the lock.  `blocking` indicates whether we should wait
    /// for the lock to be available or not.  If `blocking` is False
    /// and another thread holds the lock, the method will return False
    /// immediately.  If `blocking` is True and another thread holds
    /// the lock, the method will wait for the lock to be released,
    /// take it and then return True.
    /// (note: the blocking operation is interruptible.)
    ///
    /// In all other cases, the method will return True immediately.
    /// Precisely, if the current thread already holds the lock, its
    /// internal counter is simply incremented. If nobody holds the lock,
    /// the lock is taken and its internal counter initialized to 1.
    #[pymethod("($self, /, blocking=True, timeout=-1)")]
    fn acquire(zelf: &Ref<PyRLock>, blocking: bool, timeout: f64) -> PyResult<bool> {
        zelf.lock.take(wait_of(blocking, timeout)?)
    }

    /// Release the lock, allowing another thread that is blocked waiting for
    /// the lock to acquire the lock.  The lock must be in the locked state,
    /// and must be locked by the same thread that unlocks it; otherwise a
    /// `RuntimeError` is raised.
    ///
    /// Do note that if the lock was acquire()d several times in a row by the
    /// current thread, release() needs to be called as many times for the lock
    /// to be available for other threads.
    #[pymethod("($self, /)")]
    fn release(&self) -> PyResult<()> {
        self.lock.release()
    }

    /// locked()
    ///
    /// Return a boolean indicating whether this object is locked right now.
    #[pymethod("($self, /)")]
    fn locked(&self) -> bool {
        self.lock.is_held()
    }

    /// Lock the lock.
    #[pymethod("($self, /)")]
    fn __enter__(&self) -> PyResult<bool> {
        self.lock.acquire()
    }

    /// Release the lock.
    #[pymethod("($self, /, *exc_info)")]
    fn __exit__(&self, exc_info: &[Value]) -> PyResult<()> {
        let _ = exc_info;
        self.lock.release()
    }

    /// For internal use by `threading.Condition`.
    #[pymethod("($self, /)")]
    fn _is_owned(&self) -> bool {
        self.lock.is_mine()
    }

    /// For internal use by reentrancy checks: how often the calling thread holds the lock.
    #[pymethod("($self, /)")]
    fn _recursion_count(&self) -> u64 {
        if self.lock.is_mine() { self.lock.owner.get().1 } else { 0 }
    }

    /// For internal use by `threading.Condition`.
    #[pymethod("($self, /)")]
    fn _release_save(&self) -> PyResult<Value> {
        let (owner, count) = self.lock.owner.get();
        if count == 0 {
            return Err(exceptions::runtime_error("cannot release un-acquired lock"));
        }
        self.lock.owner.set((0, 0));
        self.lock.raw.release();
        Ok(PyTuple::from_array([Value::from(count), Value::from(owner)]).into_value())
    }

    /// For internal use by `threading.Condition`.
    #[pymethod("($self, state, /)")]
    fn _acquire_restore(zelf: &Ref<PyRLock>, state: &Ref<PyTuple>) -> PyResult<()> {
        let number = |i: usize| match state.get(i) {
            Some(value) => Ok(protocol::index_to_i64(value)?.unwrap_or(0) as u64),
            None => Err(exceptions::type_error("_acquire_restore() needs a pair")),
        };
        let (count, owner) = (number(0)?, number(1)?);
        zelf.lock.raw.acquire(None)?;
        zelf.lock.owner.set((owner, count));
        Ok(())
    }

    #[pymethod("($self, /)")]
    fn _at_fork_reinit(&self) {
        self.lock.owner.set((0, 0));
        self.lock.raw.release();
    }

    #[slot]
    fn repr(zelf: &Ref<PyRLock>) -> PyResult<Value> {
        let (owner, count) = zelf.lock.owner.get();
        let state = if count > 0 { "locked" } else { "unlocked" };
        let name: StrRef = minipy_vm::types::str::intern(&zelf.class().qualified_name());
        Ok(Value::from(format!(
            "<{state} {name} object owner={owner} count={count} at {:#x}>",
            zelf.as_value().id()
        )))
    }
}
