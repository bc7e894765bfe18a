//! `_multiprocessing`: semaphores that processes share.

use super::posixshmem::c_name;
use crate::syscall;
use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::macros_support::Nullable;
use minipy_vm::{PyDict, PyModule, PyResult, Ref, StrRef, TypeRef, Value, exceptions, protocol, thread};
use std::cell::Cell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[pymodule(name = "_multiprocessing", classes(PySemLock))]
pub mod functions {
    use super::*;

    #[pyfunction("($module, name, /)")]
    fn sem_unlink(name: &StrRef) -> PyResult<()> {
        let name = c_name(name)?;
        // SAFETY: the name is NUL-terminated.
        syscall::check(unsafe { libc::sem_unlink(name.as_ptr()) }).map(drop)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let flags = PyDict::new_ref();
        flags.insert("HAVE_SEM_OPEN", 1);
        flags.insert("HAVE_SEM_TIMEDWAIT", 1);
        module.namespace().insert("flags", flags);
        Ok(())
    }
}

pub use functions::MODULE;

/// A lock that the thread that holds it may take again.
const RECURSIVE_MUTEX: i32 = 0;
const SEMAPHORE: i32 = 1;

/// Semaphore/Mutex type
#[pyclass(name = "SemLock", module = "_multiprocessing", basetype)]
pub struct PySemLock {
    handle: *mut libc::sem_t,
    kind: i32,
    maxvalue: i32,
    name: Option<StrRef>,
    /// How often this process has taken it without giving it back.
    count: Cell<i32>,
    /// The thread that took it last.
    owner: Cell<u64>,
}

impl Drop for PySemLock {
    fn drop(&mut self) {
        // SAFETY: the semaphore is open.
        unsafe { libc::sem_close(self.handle) };
    }
}

impl PySemLock {
    fn new_ref(
        cls: &TypeRef,
        handle: *mut libc::sem_t,
        kind: i32,
        maxvalue: i32,
        name: Option<StrRef>,
    ) -> Value {
        let (count, owner) = (Cell::new(0), Cell::new(0));
        Ref::new_in(cls, PySemLock { handle, kind, maxvalue, name, count, owner }).into_value()
    }

    fn is_held_here(&self) -> bool {
        self.count.get() > 0 && self.owner.get() == thread::current().ident
    }

    fn value(&self) -> PyResult<i32> {
        let mut value = 0;
        // SAFETY: the semaphore is open, and the value outlives the call.
        syscall::check(unsafe { libc::sem_getvalue(self.handle, &mut value) })?;
        // Some systems count those who wait.
        Ok(value.max(0))
    }

    /// `None` waits for ever.
    fn take(&self, block: bool, timeout: Option<f64>) -> PyResult<bool> {
        if self.kind == RECURSIVE_MUTEX && self.is_held_here() {
            self.count.set(self.count.get() + 1);
            return Ok(true);
        }
        let deadline = timeout.map(|seconds| {
            let wait = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let end = now.saturating_add(wait);
            libc::timespec {
                tv_sec: i64::try_from(end.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: end.subsec_nanos().into(),
            }
        });
        let handle = self.handle;
        // SAFETY: the semaphore is open, and the deadline outlives the calls.
        let taken = syscall::blocking(|| unsafe {
            match &deadline {
                _ if !block => libc::sem_trywait(handle),
                Some(deadline) => libc::sem_timedwait(handle, deadline),
                None => libc::sem_wait(handle),
            }
        })?;
        match taken {
            Ok(_) => {
                self.count.set(self.count.get() + 1);
                self.owner.set(thread::current().ident);
                Ok(true)
            }
            Err(libc::EAGAIN | libc::ETIMEDOUT) => Ok(false),
            Err(errno) => Err(syscall::os_error(errno)),
        }
    }

    fn give(&self) -> PyResult<()> {
        if self.kind == RECURSIVE_MUTEX {
            if !self.is_held_here() {
                return Err(exceptions::assertion_error(
                    "attempt to release recursive lock not owned by thread",
                ));
            }
            if self.count.get() > 1 {
                self.count.set(self.count.get() - 1);
                return Ok(());
            }
        } else if self.value()? >= self.maxvalue {
            return Err(exceptions::value_error("semaphore or lock released too many times"));
        }
        // SAFETY: the semaphore is open.
        syscall::check(unsafe { libc::sem_post(self.handle) })?;
        self.count.set(self.count.get() - 1);
        Ok(())
    }
}

#[pymethods]
impl PySemLock {
    #[pyattr]
    const SEM_VALUE_MAX: i64 = i32::MAX as i64;

    #[slot(new, nosig, sig = "(kind, value, maxvalue, name, unlink)")]
    fn new(
        cls: &TypeRef,
        kind: i32,
        value: i32,
        maxvalue: i32,
        name: &StrRef,
        unlink: bool,
    ) -> PyResult<Value> {
        if kind != RECURSIVE_MUTEX && kind != SEMAPHORE {
            return Err(exceptions::value_error("unrecognized kind"));
        }
        let text = c_name(name)?;
        // SAFETY: the name is NUL-terminated; mode and value are what the call takes besides.
        let handle = unsafe {
            libc::sem_open(text.as_ptr(), libc::O_CREAT | libc::O_EXCL, 0o600, value as libc::c_uint)
        };
        if handle == libc::SEM_FAILED {
            return Err(syscall::last_os_error());
        }
        // The semaphore lives on without its name.
        // SAFETY: as above.
        if unlink && unsafe { libc::sem_unlink(text.as_ptr()) } < 0 {
            let error = syscall::last_os_error();
            // SAFETY: the semaphore is open.
            unsafe { libc::sem_close(handle) };
            return Err(error);
        }
        Ok(PySemLock::new_ref(cls, handle, kind, maxvalue, (!unlink).then(|| name.clone())))
    }

    #[pyclassmethod("($type, handle, kind, maxvalue, name, /)")]
    fn _rebuild(
        cls: &TypeRef,
        handle: i64,
        kind: i32,
        maxvalue: i32,
        name: Nullable<&StrRef>,
    ) -> PyResult<Value> {
        let handle = match name.0 {
            Some(name) => {
                let text = c_name(name)?;
                // SAFETY: the name is NUL-terminated.
                let handle = unsafe { libc::sem_open(text.as_ptr(), 0) };
                if handle == libc::SEM_FAILED {
                    return Err(syscall::last_os_error());
                }
                handle
            }
            None => handle as *mut libc::sem_t,
        };
        Ok(PySemLock::new_ref(cls, handle, kind, maxvalue, name.0.cloned()))
    }

    /// Acquire the semaphore/lock.
    #[pymethod("($self, /, block=True, timeout=None)")]
    fn acquire(&self, block: bool, timeout: Option<&Value>) -> PyResult<bool> {
        self.take(block, timeout.map(protocol::to_f64).transpose()?)
    }

    /// Release the semaphore/lock.
    #[pymethod("($self, /)")]
    fn release(&self) -> PyResult<()> {
        self.give()
    }

    /// Enter the semaphore/lock.
    #[pymethod("($self, /)")]
    fn __enter__(&self) -> PyResult<bool> {
        self.take(true, None)
    }

    /// Exit the semaphore/lock.
    #[pymethod("($self, exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn __exit__(
        &self,
        exc_type: Option<&Value>,
        exc_value: Option<&Value>,
        exc_tb: Option<&Value>,
    ) -> PyResult<()> {
        let _ = (exc_type, exc_value, exc_tb);
        self.give()
    }

    /// Num of `acquire()`s minus num of `release()`s for this process.
    #[pymethod("($self, /)")]
    fn _count(&self) -> i32 {
        self.count.get()
    }

    /// Whether the lock is owned by this thread.
    #[pymethod("($self, /)")]
    fn _is_mine(&self) -> bool {
        self.is_held_here()
    }

    /// Get the value of the semaphore.
    #[pymethod("($self, /)")]
    fn _get_value(&self) -> PyResult<i32> {
        self.value()
    }

    /// Return whether semaphore has value zero.
    #[pymethod("($self, /)")]
    fn _is_zero(&self) -> PyResult<bool> {
        Ok(self.value()? == 0)
    }

    /// Rezero the net acquisition count after fork().
    #[pymethod("($self, /)")]
    fn _after_fork(&self) {
        self.count.set(0);
    }

    #[pygetset(member)]
    fn handle(&self) -> i64 {
        self.handle as i64
    }

    #[pygetset(member)]
    fn kind(&self) -> i32 {
        self.kind
    }

    #[pygetset(member)]
    fn maxvalue(&self) -> i32 {
        self.maxvalue
    }

    #[pygetset(member)]
    fn name(&self) -> Option<Value> {
        self.name.as_ref().map(|name| name.as_value().clone())
    }
}
