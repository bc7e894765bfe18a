//! Frames and what else can be looked at.

use minipy_macros::pymodule;
use minipy_vm::frame::{self, PyFrame};
use minipy_vm::{PyResult, Ref, Value, exceptions};

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

    /// Return the global debug tracing function set with sys.settrace.
    ///
    /// See the debugger chapter in the library manual.
    #[pyfunction("()")]
    fn gettrace() {}

    /// Return the profiling function set with sys.setprofile.
    ///
    /// See the profiler chapter in the library manual.
    #[pyfunction("()")]
    fn getprofile() {}

    /// Set the global debug tracing function.
    ///
    /// It will be called on each function call.  See the debugger chapter
    /// in the library manual.
    #[pyfunction("(function, /)")]
    fn settrace(function: &Value) -> PyResult<()> {
        super::no_events_yet(function, "sys.settrace()")
    }

    /// Set the profiling function.
    ///
    /// It will be called on each function call and return.  See the profiler
    /// chapter in the library manual.
    #[pyfunction("(function, /)")]
    fn setprofile(function: &Value) -> PyResult<()> {
        super::no_events_yet(function, "sys.setprofile()")
    }

    /// Return the name of the module for a calling frame.
    ///
    /// The default depth returns the module containing the call to this API.
    /// A more typical use in a library will pass a depth of 1 to get the user's
    /// module rather than the library module.
    ///
    /// If no frame, module, or name can be found, returns None.
    #[pyfunction("(depth=0)")]
    fn _getframemodulename(depth: i32) -> PyResult<Option<Value>> {
        super::super::audit("sys._getframemodulename", &[Value::from(depth)])?;
        let Some(frame) = super::frame_at(depth) else { return Ok(None) };
        // SAFETY: as above.
        let function = unsafe { (*frame).function().clone() };
        Ok(Some(function.module.get()))
    }
}

pub use functions::MODULE;

/// The event engine does not exist yet: only None, which asks for no events, can be set.
fn no_events_yet(function: &Value, what: &str) -> PyResult<()> {
    if function.is_none() {
        return Ok(());
    }
    Err(exceptions::not_implemented_error(format!("{what} is not implemented yet")))
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
