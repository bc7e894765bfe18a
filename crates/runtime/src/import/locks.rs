//! The import locks: one for each module that is being imported, with deadlock detection, and the global one around the
//! finders.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::weakref::PyWeakRef;
use minipy_vm::{
    DictRef, PyDict, PyResult, PyStr, Ref, StrRef, TypeRef, Value, exceptions, gil, module_exception, thread,
};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

module_exception! {
    /// Raised where waiting for a module's lock would never end.
    deadlock_error_class = "_frozen_importlib", "_DeadlockError": exceptions::runtime_error_class, None
}

/// How long a waiting thread sleeps before it looks after signals.
const SLICE: Duration = Duration::from_millis(50);

/// A recursive lock whose state changes under the GIL; only the waiting needs more.
struct Recursive {
    /// The holder's identity and how often it holds the lock.
    owner: GilCell<(u64, u64)>,
    /// How many threads wait.
    waiters: Mutex<u32>,
    released: Condvar,
}

impl Recursive {
    const fn new() -> Recursive {
        Recursive { owner: GilCell::new((0, 0)), waiters: Mutex::new(0), released: Condvar::new() }
    }

    fn holder(&self) -> Option<u64> {
        let (owner, count) = self.owner.get();
        (count > 0).then_some(owner)
    }

    fn is_mine(&self) -> bool {
        self.holder() == Some(thread::current().ident)
    }

    fn try_acquire(&self) -> bool {
        let me = thread::current().ident;
        self.owner.with(|(owner, count)| {
            if *count > 0 && *owner != me {
                return false;
            }
            *owner = me;
            *count += 1;
            true
        })
    }

    /// Sleeps until the lock is released or a while has passed.
    fn wait(&self) {
        // Locked before the GIL goes, so that a release cannot slip in between.
        let mut guard = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        *guard += 1;
        gil::without(|| {
            let woken = self.released.wait_timeout(guard, SLICE);
            *woken.unwrap_or_else(PoisonError::into_inner).0 -= 1;
        });
    }

    /// Gives the lock up once; false if the calling thread does not hold it.
    fn release(&self) -> bool {
        if !self.is_mine() {
            return false;
        }
        let left = self.owner.with(|(_, count)| {
            *count -= 1;
            *count
        });
        if left == 0 {
            let waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
            // Waking is a system call even if nobody sleeps.
            if *waiters > 0 {
                self.released.notify_one();
            }
        }
        true
    }
}

static IMPORT_LOCK: Recursive = Recursive::new();

/// Takes the global import lock, waiting for it.
pub fn acquire_import_lock() -> PyResult<()> {
    while !IMPORT_LOCK.try_acquire() {
        IMPORT_LOCK.wait();
        crate::signals::check()?;
    }
    Ok(())
}

/// Gives the global import lock up; false if the calling thread does not hold it.
pub fn release_import_lock() -> bool {
    IMPORT_LOCK.release()
}

/// Whether any thread holds the global import lock.
pub fn import_lock_held() -> bool {
    IMPORT_LOCK.holder().is_some()
}

/// Forgets, in the child of a fork, what the threads that are gone held.
pub fn after_fork_in_child() {
    if !IMPORT_LOCK.is_mine() {
        IMPORT_LOCK.owner.set((0, 0));
    }
    BLOCKED.set(Vec::new());
}

/// Holds the global import lock until it is dropped.
pub struct ImportLock(());

impl ImportLock {
    pub fn acquire() -> PyResult<ImportLock> {
        acquire_import_lock().map(|()| ImportLock(()))
    }
}

impl Drop for ImportLock {
    fn drop(&mut self) {
        release_import_lock();
    }
}

/// The threads that wait for module locks, and for which.
static BLOCKED: GilCell<Vec<(u64, Ref<PyModuleLock>)>> = GilCell::new(Vec::new());

/// `_module_locks`: from module names to weak references to the locks that exist. It is only a view for programs and tests;
/// a lock takes its own entry out when it dies.
static LOCKS: GilCell<Option<DictRef>> = GilCell::new(None);

pub fn module_locks() -> DictRef {
    if let Some(locks) = LOCKS.get() {
        return locks;
    }
    let locks = PyDict::new_ref();
    LOCKS.set(Some(locks.clone()));
    locks
}

/// A recursive lock implementation which is able to detect deadlocks
/// (e.g. thread 1 trying to take locks A then B, and thread 2 trying to
/// take locks B then A).
#[pyclass(name = "_ModuleLock", module = "_frozen_importlib", heap, basetype, weakref)]
pub struct PyModuleLock {
    name: Value,
    state: Recursive,
}

impl Drop for PyModuleLock {
    fn drop(&mut self) {
        let Some(name) = self.name.downcast::<PyStr>() else { return };
        let Some(locks) = LOCKS.get() else { return };
        let entry = locks.get_str(name).ok().flatten();
        let is_dead = |r: &Value| r.downcast::<PyWeakRef>().is_some_and(|r| r.get().is_none());
        if entry.as_ref().is_some_and(is_dead) {
            let _ = locks.remove_str(name);
        }
    }
}

impl PyModuleLock {
    fn describe(&self) -> PyResult<String> {
        let address = std::ptr::from_ref(self) as usize;
        Ok(format!("_ModuleLock({}) at {address}", super::messages::repr(&self.name)?))
    }

    /// Whether some thread that waits, directly or through others, for the holder of this lock is the calling one.
    fn would_deadlock(&self) -> bool {
        let me = thread::current().ident;
        let mut seen = Vec::new();
        let mut work: Vec<u64> = self.state.holder().into_iter().collect();
        while let Some(holder) = work.pop() {
            if holder == me {
                return true;
            }
            if seen.contains(&holder) {
                continue;
            }
            seen.push(holder);
            BLOCKED.with(|blocked| {
                let waits_for = blocked.iter().filter(|(waiting, _)| *waiting == holder);
                work.extend(waits_for.filter_map(|(_, lock)| lock.state.holder()));
            });
        }
        false
    }
}

/// Takes a module's lock, waiting for it; `_DeadlockError` if that would never end.
fn acquire(lock: &Ref<PyModuleLock>) -> PyResult<()> {
    if lock.state.try_acquire() {
        return Ok(());
    }
    let me = thread::current().ident;
    loop {
        if lock.would_deadlock() {
            let message = format!("deadlock detected by {}", lock.describe()?);
            break Err(exceptions::simple(deadlock_error_class(), &message));
        }
        BLOCKED.with(|blocked| blocked.push((me, lock.clone())));
        lock.state.wait();
        BLOCKED.with(|blocked| {
            if let Some(at) = blocked.iter().rposition(|(thread, l)| *thread == me && l.is(lock)) {
                blocked.remove(at);
            }
        });
        if lock.state.try_acquire() {
            break Ok(());
        }
        if let Err(error) = crate::signals::check() {
            break Err(error);
        }
    }
}

#[pymethods]
impl PyModuleLock {
    #[slot(new, sig = "(name)")]
    fn new(class: &TypeRef, name: Value) -> Value {
        Ref::new_in(class, PyModuleLock { name, state: Recursive::new() }).into_value()
    }

    /// Acquire the module lock.  If a potential deadlock is detected,
    /// a _DeadlockError is raised.
    /// Otherwise, the lock is always acquired and True is returned.
    #[pymethod("()")]
    fn acquire(zelf: &Ref<PyModuleLock>) -> PyResult<bool> {
        acquire(zelf).map(|()| true)
    }

    #[pymethod("()")]
    fn release(&self) -> PyResult<()> {
        if self.state.release() {
            Ok(())
        } else {
            Err(exceptions::runtime_error("cannot release un-acquired lock"))
        }
    }

    #[pymethod("()")]
    fn locked(&self) -> bool {
        self.state.holder().is_some()
    }

    #[pymethod("()")]
    fn has_deadlock(&self) -> bool {
        self.would_deadlock()
    }

    #[pygetset(member)]
    fn name(&self) -> Value {
        self.name.clone()
    }

    #[pygetset(member)]
    fn owner(&self) -> Option<u64> {
        self.state.holder()
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        self.describe().map(Value::from)
    }
}

/// `_blocking_on`: the table of waiting threads, for tests to clear.
#[pyclass(name = "_BlockingOn", module = "_frozen_importlib", no_new)]
pub struct PyBlockingOn;

#[pymethods]
impl PyBlockingOn {
    #[pymethod("()")]
    fn clear(&self) {
        drop(BLOCKED.take());
    }

    #[slot]
    fn len(&self) -> usize {
        BLOCKED.with(|blocked| blocked.len())
    }
}

/// The lock of the module called `name`, made if there is none.
pub fn module_lock(name: &StrRef) -> PyResult<Ref<PyModuleLock>> {
    let locks = module_locks();
    let existing = locks.get_str(name)?;
    let alive = existing.as_ref().and_then(|r| r.downcast::<PyWeakRef>()).and_then(|r| r.get());
    if let Some(lock) = alive.and_then(|lock| lock.downcast_into::<PyModuleLock>().ok()) {
        return Ok(lock);
    }
    let lock = Ref::new(PyModuleLock { name: name.to_value(), state: Recursive::new() });
    locks.set_str(name, PyWeakRef::new_value(lock.as_value(), None)?)?;
    Ok(lock)
}

/// Holds a module's lock until it is dropped.
pub struct ModuleLock(Ref<PyModuleLock>);

impl ModuleLock {
    pub fn acquire(name: &StrRef) -> PyResult<ModuleLock> {
        let lock = module_lock(name)?;
        acquire(&lock)?;
        Ok(ModuleLock(lock))
    }
}

impl Drop for ModuleLock {
    fn drop(&mut self) {
        self.0.state.release();
    }
}

/// Waits until a module that another thread imports is complete; gives up where that would be a deadlock, because a
/// partially initialised module is better than none.
pub fn wait_for_module(name: &StrRef) -> PyResult<()> {
    match ModuleLock::acquire(name) {
        Err(error) if !error.is_instance(deadlock_error_class()) => Err(error),
        _ => Ok(()),
    }
}
