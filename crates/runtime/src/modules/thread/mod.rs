//! `_thread`.

mod local;
mod lock;
pub mod spawn;

use minipy_macros::pymodule;
use minipy_vm::protocol;
use minipy_vm::types::structseq::{self, StructSeqDef};
use minipy_vm::{PyResult, Ref, Value, exceptions, name, thread};

use local::PyLocal;
use lock::{PyLock, PyRLock};
pub use lock::{RawLock, ReentrantLock};
use spawn::PyThreadHandle;
pub use spawn::{after_fork, main_ident, set_main};

/// This module provides primitive operations to write multi-threaded programs.
/// The 'threading' module provides a more convenient interface.
#[pymodule(name = "_thread", classes(PyThreadHandle, PyLock, PyRLock, PyLocal), parts(spawn::MODULE))]
#[expect(non_snake_case, reason = "attributes have their Python names")]
pub mod functions {
    use super::*;

    #[pyattr]
    const TIMEOUT_MAX: f64 = 9223372036.0;

    #[pyattr]
    fn error() -> Value {
        exceptions::runtime_error_class().to_value()
    }

    #[pyattr]
    fn LockType() -> Value {
        <PyLock as minipy_vm::Payload>::class().to_value()
    }

    #[pyattr]
    fn _ExceptHookArgs() -> Value {
        super::hook_args_class()
    }

    /// Create a new lock object. See help(type(threading.Lock())) for
    /// information about locks.
    #[pyfunction("($module, /)")]
    fn allocate_lock() -> Ref<PyLock> {
        PyLock::new_ref()
    }

    /// An obsolete synonym of allocate_lock().
    #[pyfunction("($module, /)")]
    fn allocate() -> Ref<PyLock> {
        PyLock::new_ref()
    }

    /// Return a non-zero integer that uniquely identifies the current thread
    /// amongst other threads that exist simultaneously.
    /// This may be used to identify per-thread resources.
    /// Even though on some platforms threads identities may appear to be
    /// allocated consecutive numbers starting at 1, this behavior should not
    /// be relied upon, and the number should be seen purely as a magic cookie.
    /// A thread's identity may be reused for another thread after it exits.
    #[pyfunction("($module, /)")]
    fn get_ident() -> u64 {
        thread::current().ident
    }

    /// Return a non-negative integer identifying the thread as reported
    /// by the OS (kernel). This may be used to uniquely identify a
    /// particular thread within a system.
    #[pyfunction("($module, /)")]
    fn get_native_id() -> i64 {
        crate::sys::os::thread_id()
    }

    /// Internal only. Return a non-zero integer that uniquely identifies the main thread
    /// of the main interpreter.
    #[pyfunction("($module, /)")]
    fn _get_main_thread_ident() -> u64 {
        super::spawn::main_ident()
    }

    /// Return True if the current interpreter is the main Python interpreter.
    #[pyfunction("($module, /)")]
    fn _is_main_interpreter() -> bool {
        true
    }

    /// Return True if daemon threads are allowed in the current interpreter,
    /// and False otherwise.
    ///
    #[pyfunction("($module, /)")]
    fn daemon_threads_allowed() -> bool {
        true
    }

    /// This is synonymous to ``raise SystemExit''.  It will cause the current
    /// thread to exit silently unless the exception is caught.
    #[pyfunction("($module, /)")]
    fn exit() -> PyResult<()> {
        Err(minipy_vm::PyErr::new(exceptions::system_exit_class(), &[]))
    }

    /// An obsolete synonym of exit().
    #[pyfunction("($module, /)")]
    fn exit_thread() -> PyResult<()> {
        exit()
    }

    /// How long a thread's name can be for the system, in bytes.
    #[pyattr]
    const _NAME_MAXLEN: i64 = 15;

    /// Get the name of the current thread.
    #[pyfunction("($module, /)")]
    fn _get_name() -> Value {
        crate::path::decode(&crate::sys::os::thread_name()).into_value()
    }

    /// Set the name of the current thread.
    #[pyfunction("($module, /, name)")]
    fn set_name(name: &Ref<minipy_vm::PyStr>) {
        let bytes: String = name.chars().map(|c| char::from_u32(c).unwrap_or('?')).collect();
        crate::sys::os::set_thread_name(bytes.as_bytes());
    }

    /// Handle uncaught Thread.run() exception.
    #[pyfunction("($module, args, /)")]
    fn _excepthook(args: &Value) -> PyResult<()> {
        super::report(args)
    }
}

pub use functions::MODULE;

static HOOK_ARGS: StructSeqDef = StructSeqDef {
    module: "_thread",
    name: "_ExceptHookArgs",
    doc: "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.",
    fields: &[
        ("exc_type", "Exception type"),
        ("exc_value", "Exception value"),
        ("exc_traceback", "Exception traceback"),
        ("thread", "Thread"),
    ],
    visible: 4,
    instantiable: true,
};

fn hook_args_class() -> Value {
    structseq::new_class(&HOOK_ARGS).into_value()
}

/// Writes "Exception in thread …" and the traceback to the thread's idea of stderr.
fn report(args: &Value) -> PyResult<()> {
    let class = protocol::getattr(args, name!("exc_type"))?;
    if class.is(exceptions::system_exit_class().as_value()) {
        return Ok(());
    }
    let value = protocol::getattr(args, name!("exc_value"))?;
    let traceback = protocol::getattr(args, name!("exc_traceback"))?;
    let thread = protocol::getattr(args, name!("thread"))?;
    let stderr = match crate::sys::get("stderr")?.filter(|s| !s.is_none()) {
        Some(stderr) => stderr,
        None if !thread.is_none() => protocol::getattr(&thread, name!("_stderr"))?,
        None => return Ok(()),
    };
    if stderr.is_none() {
        return Ok(());
    }
    let label = match protocol::lookup_attr(&thread, name!("name"))? {
        Some(label) => protocol::str(&label)?.to_string_lossy(),
        None => minipy_vm::thread::current().ident.to_string(),
    };
    let heading = Value::from(format!("Exception in thread {label}:\n"));
    protocol::call_method(&stderr, name!("write"), &[heading])?;
    crate::sys::print_exception_to(&stderr, &value, &traceback)?;
    protocol::call_method(&stderr, name!("flush"), &[])?;
    Ok(())
}
