//! `_remote_debugging`: the records that `asyncio.tools` describes other processes' tasks with. Looking into another process
//! means reading CPython's memory layout; minipy reads none, and a process of its own has none to read.

use super::record::Record;
use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{PyModule, PyResult, Ref, TypeRef, exceptions};

/// RemoteUnwinder(pid): Inspect stack of a remote Python process.
#[pyclass(name = "RemoteUnwinder", module = "_remote_debugging")]
pub struct RemoteUnwinder {}

#[pymethods]
impl RemoteUnwinder {
    #[slot(new, nosig, sig = "(pid, *, all_threads=False, only_active_thread=False, debug=False)")]
    fn new(
        _class: &TypeRef,
        pid: i32,
        all_threads: bool,
        only_active_thread: bool,
        debug: bool,
    ) -> PyResult<Ref<RemoteUnwinder>> {
        let _ = (all_threads, only_active_thread, debug);
        let message = format!("Failed to find the PyRuntime section in process {pid} on Linux platform");
        Err(exceptions::runtime_error(message))
    }
}

#[pymodule(name = "_remote_debugging", classes(RemoteUnwinder))]
mod module {
    use super::*;

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("PROCESS_VM_READV_SUPPORTED", 1);
        for record in [&TASK, &FRAME, &CORO, &THREAD, &AWAITED] {
            let class = record.class();
            namespace.insert(record.name(), class.into_value());
        }
        Ok(())
    }
}

pub use module::MODULE;

static TASK: Record = Record::new(StructSeqDef {
    module: "_remote_debugging",
    name: "TaskInfo",
    doc: "Information about an asyncio task",
    fields: &[
        ("task_id", "Task ID (memory address)"),
        ("task_name", "Task name"),
        ("coroutine_stack", "Coroutine call stack"),
        ("awaited_by", "Tasks awaiting this task"),
    ],
    visible: 4,
    instantiable: true,
});

static FRAME: Record = Record::new(StructSeqDef {
    module: "_remote_debugging",
    name: "FrameInfo",
    doc: "Information about a frame",
    fields: &[("filename", "Source code filename"), ("lineno", "Line number"), ("funcname", "Function name")],
    visible: 3,
    instantiable: true,
});

static CORO: Record = Record::new(StructSeqDef {
    module: "_remote_debugging",
    name: "CoroInfo",
    doc: "Information about a coroutine",
    fields: &[("call_stack", "Coroutine call stack"), ("task_name", "Task name")],
    visible: 2,
    instantiable: true,
});

static THREAD: Record = Record::new(StructSeqDef {
    module: "_remote_debugging",
    name: "ThreadInfo",
    doc: "Information about a thread",
    fields: &[("thread_id", "Thread ID"), ("frame_info", "Frame information")],
    visible: 2,
    instantiable: true,
});

static AWAITED: Record = Record::new(StructSeqDef {
    module: "_remote_debugging",
    name: "AwaitedInfo",
    doc: "Information about what a thread is awaiting",
    fields: &[("thread_id", "Thread ID"), ("awaited_by", "List of tasks awaited by this thread")],
    visible: 2,
    instantiable: true,
});
