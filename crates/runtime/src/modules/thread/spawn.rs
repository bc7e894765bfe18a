//! Starting and joining threads.

use crate::futex;
use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::cell::GilCell;
use minipy_vm::{
    Args, PyDict, PyErr, PyResult, PyTuple, Ref, TypeRef, Value, exceptions, gil, protocol, thread,
};
use std::os::unix::thread::JoinHandleExt;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Native stack of threads unless `stack_size()` says otherwise. Touched only as deep as calls go.
const DEFAULT_STACK: usize = 64 << 20;

/// What CPython wants at least.
const SMALLEST_STACK: usize = 52 << 10;

static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);
static MAIN: AtomicU64 = AtomicU64::new(0);
/// How many threads were started and have not ended.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// The identity of the main thread.
pub fn main_ident() -> u64 {
    MAIN.load(Ordering::Relaxed)
}

/// Makes the calling thread the main thread.
pub fn set_main() {
    MAIN.store(thread::current().ident, Ordering::Relaxed);
}

/// In the child of a `fork`: the calling thread is the main thread, and all others have ended.
pub fn after_fork() {
    crate::sys::perf::after_fork();
    set_main();
    let own = thread::current().ident;
    drop(JOINED_AT_EXIT.take());
    for shared in HANDLED.get().iter().filter_map(Weak::upgrade) {
        if shared.ident() != own && shared.progress() == RUNNING {
            shared.set(DONE);
        }
    }
    COUNT.store(0, Ordering::Relaxed);
}

const NOT_STARTED: u32 = 0;
const RUNNING: u32 = 1;
const DONE: u32 = 2;

/// What a thread and the handles to it have in common.
struct Shared {
    /// How far the thread is: one of the constants above.
    progress: AtomicU32,
    ident: AtomicU64,
}

impl Shared {
    fn set(&self, progress: u32) {
        self.progress.store(progress, Ordering::SeqCst);
        if progress == DONE {
            futex::wake(&self.progress, i32::MAX);
        }
    }

    fn progress(&self) -> u32 {
        self.progress.load(Ordering::SeqCst)
    }

    fn ident(&self) -> u64 {
        self.ident.load(Ordering::SeqCst)
    }

    /// Waits without the GIL for the end of the thread; false if the time is over.
    fn wait(&self, deadline: Option<Instant>) -> PyResult<bool> {
        if self.progress() == DONE {
            return Ok(true);
        }
        if crate::shutdown::is_finalizing() {
            return Err(finalization_error("cannot join thread at interpreter shutdown"));
        }
        futex::wait(&self.progress, deadline, || match self.progress() {
            DONE => Ok(()),
            progress => Err(progress),
        })
    }
}

/// What all handles there are share with their threads, for the child of a `fork`.
static HANDLED: GilCell<Vec<Weak<Shared>>> = GilCell::new(Vec::new());

#[cold]
fn finalization_error(message: &str) -> PyErr {
    exceptions::simple(exceptions::python_finalization_error_class(), message)
}

/// Handle of a thread that can be joined.
#[pyclass(name = "_ThreadHandle", module = "_thread", weakref)]
pub struct PyThreadHandle {
    shared: Arc<Shared>,
}

impl PyThreadHandle {
    fn with(progress: u32, ident: u64) -> PyThreadHandle {
        let shared = Arc::new(Shared { progress: AtomicU32::new(progress), ident: AtomicU64::new(ident) });
        HANDLED.with(|all| {
            if all.len() == all.capacity() {
                all.retain(|shared| shared.strong_count() > 0);
            }
            all.push(Arc::downgrade(&shared));
        });
        PyThreadHandle { shared }
    }
}

#[pymethods]
impl PyThreadHandle {
    #[slot(new, sig = "()")]
    fn new(cls: &TypeRef) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PyThreadHandle::with(NOT_STARTED, 0)).into_value())
    }

    #[pygetset]
    fn ident(&self) -> u64 {
        self.shared.ident()
    }

    /// Wait for the thread to end.
    #[pymethod("($self, timeout=-1, /)")]
    fn join(zelf: &Ref<PyThreadHandle>, timeout: Option<&Value>) -> PyResult<()> {
        let seconds = match timeout.filter(|t| !t.is_none()) {
            Some(timeout) => protocol::to_f64(timeout)?,
            None => -1.0,
        };
        match zelf.shared.progress() {
            NOT_STARTED => return Err(exceptions::runtime_error("thread not started")),
            RUNNING if zelf.shared.ident() == thread::current().ident => {
                return Err(exceptions::runtime_error("Cannot join current thread"));
            }
            _ => {}
        }
        let deadline = (seconds >= 0.0).then(|| Instant::now() + Duration::from_secs_f64(seconds.min(1e9)));
        zelf.shared.wait(deadline)?;
        Ok(())
    }

    #[pymethod("($self, /)")]
    fn is_done(&self) -> bool {
        self.shared.progress() == DONE
    }

    #[pymethod("($self, /)")]
    fn _set_done(&self) -> PyResult<()> {
        if self.shared.progress() == NOT_STARTED {
            return Err(exceptions::runtime_error("thread not started"));
        }
        self.shared.set(DONE);
        Ok(())
    }

    #[slot]
    fn repr(zelf: &Ref<PyThreadHandle>) -> PyResult<Value> {
        Ok(Value::from(format!("<_thread._ThreadHandle object: ident={}>", zelf.shared.ident())))
    }
}

/// What a new thread is to call.
struct Task {
    function: Value,
    args: Value,
    kwargs: Option<Ref<PyDict>>,
    handle: Ref<PyThreadHandle>,
}

/// Threads that `_shutdown` waits for.
static JOINED_AT_EXIT: GilCell<Vec<Ref<PyThreadHandle>>> = GilCell::new(Vec::new());

fn start(task: Task, daemon: bool) -> PyResult<u64> {
    if crate::shutdown::is_finalizing() {
        return Err(finalization_error("can't create new thread at interpreter shutdown"));
    }
    let handle = task.handle.clone();
    let size = match STACK_SIZE.load(Ordering::Relaxed) {
        0 => DEFAULT_STACK,
        size => size,
    };
    let size = size.saturating_add(2 * minipy_vm::stack::RESERVE);
    let Ok(spawned) = std::thread::Builder::new().stack_size(size).spawn(move || body(task)) else {
        return Err(exceptions::runtime_error("can't start new thread"));
    };
    // The thread cannot get further than to the GIL meanwhile.
    let ident = spawned.as_pthread_t();
    handle.shared.ident.store(ident, Ordering::SeqCst);
    handle.shared.set(RUNNING);
    COUNT.fetch_add(1, Ordering::Relaxed);
    if !daemon {
        JOINED_AT_EXIT.with(|all| all.push(handle));
    }
    Ok(ident)
}

/// Calls a function in a new thread and waits for the thread's end.
pub fn run_to_end(function: &Value) -> PyResult<()> {
    let handle = Ref::new(PyThreadHandle::with(NOT_STARTED, 0));
    let args = minipy_vm::types::tuple::empty().into_value();
    start(Task { function: function.clone(), args, kwargs: None, handle: handle.clone() }, true)?;
    handle.shared.wait(None).map(drop)
}

/// The life of a thread.
fn body(task: Task) {
    let state = thread::Thread::new();
    gil::acquire(&*state);
    thread::register(&state);
    let shared = task.handle.shared.clone();
    let args = task.args.downcast::<PyTuple>().map(|t| t.to_vec()).unwrap_or_default();
    let result = protocol::call_kwargs(&task.function, &args, task.kwargs.as_deref());
    if let Err(error) = result
        && !error.is_instance(exceptions::system_exit_class())
    {
        let shown = protocol::repr(&task.function).map_or_else(|_| String::new(), |r| r.to_string_lossy());
        crate::sys::unraisable(error, Some(&format!("Exception ignored in thread started by {shown}")), None);
    }
    drop(args);
    minipy_vm::heap::run_pending();
    JOINED_AT_EXIT.with(|all| all.retain(|h| !h.is(&task.handle)));
    drop(task);
    gil::retire(&state);
    COUNT.fetch_sub(1, Ordering::Relaxed);
    shared.set(DONE);
    gil::release();
}

fn check_callable(name: &str, function: &Value) -> PyResult<()> {
    if protocol::is_callable(function) {
        return Ok(());
    }
    Err(exceptions::type_error(format!("{name} must be callable")))
}

#[pymodule(name = "_thread")]
pub mod functions {
    use super::*;

    /// Start a new thread and return its identifier.
    ///
    /// The thread will call the function with positional arguments from the
    /// tuple args and keyword arguments taken from the optional dictionary
    /// kwargs.  The thread exits when the function returns; the return value
    /// is ignored.  The thread will also exit when the function raises an
    /// unhandled exception; a stack trace will be printed unless the exception
    /// is SystemExit.
    #[pyfunction("(function, args, kwargs={}, /)")]
    fn start_new_thread(args: Args<'_>) -> PyResult<u64> {
        let (function, arguments, kwargs) = match args.positional() {
            [function, arguments] => (function, arguments, None),
            [function, arguments, kwargs] => (function, arguments, Some(kwargs)),
            other => {
                let bound = if other.len() < 2 { "at least 2" } else { "at most 3" };
                let message = format!("start_new_thread expected {bound} arguments, got {}", other.len());
                return Err(exceptions::type_error(message));
            }
        };
        if !protocol::is_callable(function) {
            return Err(exceptions::type_error("first arg must be callable"));
        }
        if arguments.downcast::<PyTuple>().is_none() {
            return Err(exceptions::type_error("2nd arg must be a tuple"));
        }
        let kwargs = match kwargs {
            None => None,
            Some(kwargs) => match kwargs.downcast::<PyDict>() {
                Some(dict) => Some(dict.clone()),
                None => return Err(exceptions::type_error("optional 3rd arg must be a dictionary")),
            },
        };
        let audited = kwargs.as_ref().map_or(Value::NONE, |kwargs| kwargs.to_value());
        crate::sys::audit("_thread.start_new_thread", &[function.clone(), arguments.clone(), audited])?;
        let handle = Ref::new(PyThreadHandle::with(NOT_STARTED, 0));
        start(Task { function: function.clone(), args: arguments.clone(), kwargs, handle }, true)
    }

    /// An obsolete synonym of start_new_thread().
    #[pyfunction("(function, args, kwargs={}, /)")]
    fn start_new(args: Args<'_>) -> PyResult<u64> {
        start_new_thread(args)
    }

    /// *For internal use only*: start a new thread.
    ///
    /// Like start_new_thread(), this starts a new thread calling the given function.
    /// Unlike start_new_thread(), this returns a handle object with methods to join
    /// or detach the given thread.
    /// This function is not for third-party code, please use the
    /// `threading` module instead. During finalization the runtime will not wait for
    /// the thread to exit if daemon is True. If handle is provided it must be a
    /// newly created thread._ThreadHandle instance.
    #[pyfunction("($module, /, function, handle=None, daemon=True)")]
    fn start_joinable_thread(function: &Value, handle: Option<&Value>, daemon: bool) -> PyResult<Value> {
        check_callable("thread function", function)?;
        let audited_handle = handle.cloned().unwrap_or(Value::NONE);
        let handle = match handle {
            Some(handle) => match handle.downcast::<PyThreadHandle>() {
                Some(handle) => handle.clone(),
                None => return Err(exceptions::type_error("'handle' must be a _ThreadHandle")),
            },
            None => Ref::new(PyThreadHandle::with(NOT_STARTED, 0)),
        };
        if handle.shared.progress() != NOT_STARTED {
            return Err(exceptions::runtime_error("thread already started"));
        }
        let audited = [function.clone(), Value::small_int(daemon.into()), audited_handle];
        crate::sys::audit("_thread.start_joinable_thread", &audited)?;
        let args = minipy_vm::types::tuple::empty().into_value();
        start(Task { function: function.clone(), args, kwargs: None, handle: handle.clone() }, daemon)?;
        Ok(handle.into_value())
    }

    /// Internal only. Make a thread handle for threads not spawned
    /// by the _thread or threading module.
    #[pyfunction("($module, ident, /)")]
    fn _make_thread_handle(ident: u64) -> Ref<PyThreadHandle> {
        Ref::new(PyThreadHandle::with(RUNNING, ident))
    }

    /// Return the number of currently running Python threads, excluding
    /// the main thread. The returned number comprises all threads created
    /// through `start_new_thread()` as well as `threading.Thread`, and not
    /// yet finished.
    ///
    /// This function is meant for internal and specialized purposes only.
    /// In most applications `threading.enumerate()` should be used instead.
    #[pyfunction("($module, /)")]
    fn _count() -> usize {
        COUNT.load(Ordering::Relaxed)
    }

    /// Wait for all non-daemon threads (other than the calling thread) to stop.
    #[pyfunction("($module, /)")]
    fn _shutdown() -> PyResult<()> {
        loop {
            let own = thread::current().ident;
            let next = JOINED_AT_EXIT.with(|all| all.iter().find(|h| h.shared.ident() != own).cloned());
            let Some(handle) = next else { return Ok(()) };
            handle.shared.wait(None)?;
            JOINED_AT_EXIT.with(|all| all.retain(|h| !h.is(&handle)));
        }
    }

    /// Return the thread stack size used when creating new threads.  The
    /// optional size argument specifies the stack size (in bytes) to be used
    /// for subsequently created threads, and must be 0 (use platform or
    /// configured default) or a positive integer value of at least 32,768 (32k).
    /// If changing the thread stack size is unsupported, a ThreadError
    /// exception is raised.  If the specified size is invalid, a ValueError
    /// exception is raised, and the stack size is unmodified.  32k bytes
    ///  currently the minimum supported stack size value to guarantee
    /// sufficient stack space for the interpreter itself.
    ///
    /// Note that some platforms may have particular restrictions on values for
    /// the stack size, such as requiring a minimum stack size larger than 32 KiB or
    /// requiring allocation in multiples of the system memory page size
    /// - platform documentation should be referred to for more information
    /// (4 KiB pages are common; using multiples of 4096 for the stack size is
    /// the suggested approach in the absence of more specific information).
    #[pyfunction("($module, size=0, /)")]
    fn stack_size(size: i64) -> PyResult<usize> {
        if size < 0 {
            return Err(exceptions::value_error("size must be 0 or a positive value"));
        }
        let size = size as usize;
        if size != 0 && size < SMALLEST_STACK {
            return Err(exceptions::value_error(format!("size must be at least {SMALLEST_STACK} bytes")));
        }
        Ok(STACK_SIZE.swap(size, Ordering::Relaxed))
    }

    /// Simulate the arrival of the given signal in the main thread,
    /// where the corresponding signal handler will be executed.
    /// If *signum* is omitted, SIGINT is assumed.
    /// A subthread can use this function to interrupt the main thread.
    ///
    /// Note: the default signal handler for SIGINT raises ``KeyboardInterrupt``.
    #[pyfunction("($module, signum=signal.SIGINT, /)")]
    fn interrupt_main(signum: Option<i32>) -> PyResult<()> {
        crate::signals::simulate(signum.unwrap_or(2))
    }
}

pub use functions::MODULE;
