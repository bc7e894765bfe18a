//! Frames and what else can be looked at.

use crate::modules::record::Record;
use minipy_macros::pymodule;
use minipy_vm::frame::{self, PyFrame};
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{GilCell, PyResult, Ref, Value, exceptions};
use std::os::unix::ffi::OsStrExt;

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Return a frame object from the call stack.
    ///
    /// If optional integer depth is given, return the frame object that many
    /// calls below the top of the stack.  If that is deeper than the call
    /// stack, ValueError is raised.  The default for depth is zero, returning
    /// the frame at the top of the call stack.
    #[pyfunction("(depth=0, /)")]
    fn _getframe(depth: i32) -> PyResult<Ref<PyFrame>> {
        let frame =
            super::frame_at(depth).ok_or_else(|| exceptions::value_error("call stack is not deep enough"))?;
        // SAFETY: the frame is on the current thread's chain.
        let frame = unsafe { PyFrame::of(frame) };
        super::super::audit("sys._getframe", &[frame.to_value()])?;
        Ok(frame)
    }

    /// Return a dict mapping each thread's thread id to its current stack frame.
    ///
    /// This function should be used for specialized purposes only.
    #[pyfunction("()")]
    fn _current_frames() -> PyResult<minipy_vm::DictRef> {
        super::super::audit("sys._current_frames", &[])?;
        let frames = minipy_vm::PyDict::new_ref();
        for thread in minipy_vm::thread::all() {
            // SAFETY: registered threads are alive, and their frames at rest, while this one holds the GIL.
            unsafe {
                let frame = (*thread).frame.get();
                if !frame.is_null() {
                    frames.set(Value::from((*thread).ident), PyFrame::of(frame).into_value())?;
                }
            }
        }
        Ok(frames)
    }

    /// Return a dict mapping each thread's identifier to the exception it is handling, or to None.
    ///
    /// This function should be used for specialized purposes only.
    #[pyfunction("()")]
    fn _current_exceptions() -> PyResult<minipy_vm::DictRef> {
        super::super::audit("sys._current_exceptions", &[])?;
        let exceptions = minipy_vm::PyDict::new_ref();
        for thread in minipy_vm::thread::all() {
            // SAFETY: registered threads are alive, and what they handle at rest, while this one holds the GIL.
            let (ident, handled) = unsafe { ((*thread).ident, (*thread).handled_exception()) };
            exceptions.set(Value::from(ident), handled.unwrap_or(Value::NONE))?;
        }
        Ok(exceptions)
    }

    /// Write the traces that the just-in-time compiler records to a file: there are none.
    #[pyfunction("($module, /, outpath)")]
    fn _dump_tracelets(outpath: &Value) -> PyResult<()> {
        let path = crate::path::fs_encode(outpath)?;
        std::fs::write(std::ffi::OsStr::from_bytes(&path), b"")
            .map_err(|error| crate::syscall::io_error(&error, Some(outpath.clone())))
    }

    /// Return the installed asynchronous generators hooks.
    ///
    /// This returns a namedtuple of the form (firstiter, finalizer).
    #[pyfunction("()")]
    fn get_asyncgen_hooks() -> Value {
        let thread = minipy_vm::thread::current();
        let hook = |cell: &GilCell<Option<Value>>| cell.get().unwrap_or(Value::NONE);
        ASYNCGEN_HOOKS.make(vec![hook(&thread.async_gen_firstiter), hook(&thread.async_gen_finalizer)])
    }

    /// set_asyncgen_hooks([firstiter] [, finalizer])
    ///
    /// Set a finalizer for async generators objects.
    #[pyfunction("(firstiter=<unrepresentable>, finalizer=<unrepresentable>)", nosig, nameless)]
    fn set_asyncgen_hooks(firstiter: Option<&Value>, finalizer: Option<&Value>) -> PyResult<()> {
        for (name, hook) in [("finalizer", finalizer), ("firstiter", firstiter)] {
            if let Some(hook) = hook
                && !hook.is_none()
                && !minipy_vm::protocol::is_callable(hook)
            {
                let kind = hook.type_name();
                return Err(exceptions::type_error(format!("callable {name} expected, got {kind}")));
            }
        }
        let thread = minipy_vm::thread::current();
        let former = thread.async_gen_finalizer.get();
        if let Some(hook) = finalizer {
            super::set_asyncgen_hook("finalizer", &thread.async_gen_finalizer, hook)?;
        }
        if let Some(hook) = firstiter
            && let Err(error) = super::set_asyncgen_hook("firstiter", &thread.async_gen_firstiter, hook)
        {
            if finalizer.is_some() {
                let former = former.unwrap_or(Value::NONE);
                super::set_asyncgen_hook("finalizer", &thread.async_gen_finalizer, &former)?;
            }
            return Err(error);
        }
        Ok(())
    }

    /// Check status of origin tracking for coroutine objects in this thread.
    #[pyfunction("()")]
    fn get_coroutine_origin_tracking_depth() -> i64 {
        minipy_vm::thread::current().coroutine_origin_depth.get() as i64
    }

    /// Enable or disable origin tracking for coroutine objects in this thread.
    ///
    /// Coroutine objects will track 'depth' frames of traceback information
    /// about where they came from, available in their cr_origin attribute.
    ///
    /// Set a depth of 0 to disable.
    #[pyfunction("($module, /, depth)")]
    fn set_coroutine_origin_tracking_depth(depth: i32) -> PyResult<()> {
        if depth < 0 {
            return Err(exceptions::value_error("depth must be >= 0"));
        }
        minipy_vm::thread::current().coroutine_origin_depth.set(depth as _);
        Ok(())
    }

    /// Private function for getting PyConfig.cpu_count
    #[pyfunction("()")]
    fn _get_cpu_count_config() -> i32 {
        crate::config::current().and_then(|config| config.settings.cpu_count).unwrap_or(-1)
    }

    /// Return the name of the module for a calling frame.
    ///
    /// The default depth returns the module containing the call to this API.
    /// A more typical use in a library will pass a depth of 1 to get the user's
    /// module rather than the library module.
    ///
    /// If no frame, module, or name can be found, returns None.
    #[pyfunction("($module, /, depth=0)")]
    fn _getframemodulename(depth: i32) -> PyResult<Option<Value>> {
        super::super::audit("sys._getframemodulename", &[Value::from(depth)])?;
        let Some(frame) = super::frame_at(depth) else { return Ok(None) };
        // SAFETY: as above.
        let function = unsafe { (*frame).function().clone() };
        Ok(Some(function.module.get()))
    }
}

pub use functions::MODULE;

static ASYNCGEN_HOOKS: Record = Record::new(StructSeqDef {
    module: "builtins",
    name: "asyncgen_hooks",
    doc: "asyncgen_hooks\n\nThe two functions that asynchronous generators report to. Its attributes are read only.",
    fields: &[
        ("firstiter", "function called when iteration starts"),
        ("finalizer", "function called on finalization"),
    ],
    visible: 2,
    instantiable: true,
});

/// Sets one of the two hooks, unless an audit hook is against it.
fn set_asyncgen_hook(name: &str, place: &GilCell<Option<Value>>, hook: &Value) -> PyResult<()> {
    crate::sys::audit(&format!("sys.set_asyncgen_hook_{name}"), &[])?;
    place.set(Some(hook).filter(|hook| !hook.is_none()).cloned());
    Ok(())
}

fn frame_at(depth: i32) -> Option<*mut frame::Frame> {
    let mut current = frame::current_frame()?;
    for _ in 0..depth.max(0) {
        // SAFETY: frames of the chain are live.
        current = unsafe { (*current).previous };
        if current.is_null() {
            return None;
        }
    }
    Some(current)
}
