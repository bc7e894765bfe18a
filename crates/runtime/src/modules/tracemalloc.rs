//! `_tracemalloc`.

use minipy_macros::pymodule;
use minipy_vm::tracemalloc::{self, MAX_FRAMES, Traceback};
use minipy_vm::{PyList, PyResult, Ref, TupleRef, Value, exceptions};
use minipy_vm::{PyStr, PyTuple};

/// Debug module to trace memory blocks allocated by Python.
#[pymodule(name = "_tracemalloc")]
pub mod functions {
    use super::*;

    /// Return True if the tracemalloc module is tracing Python memory allocations.
    #[pyfunction("($module, /)")]
    fn is_tracing() -> bool {
        tracemalloc::is_active()
    }

    /// Clear traces of memory blocks allocated by Python.
    #[pyfunction("($module, /)")]
    fn clear_traces() {
        tracemalloc::clear();
    }

    /// Get traces of all memory blocks allocated by Python.
    ///
    /// Return a list of (size: int, traceback: tuple) tuples.
    /// traceback is a tuple of (filename: str, lineno: int) tuples.
    ///
    /// Return an empty list if the tracemalloc module is disabled.
    #[pyfunction("($module, /)")]
    fn _get_traces() -> Ref<PyList> {
        let traces = tracemalloc::traces();
        let tracebacks: Vec<TupleRef> = traces.tracebacks.iter().map(super::frames).collect();
        let all = traces.blocks.iter().map(|&(size, index)| {
            let total = traces.tracebacks[index].total;
            let fields =
                [Value::from(0i64), super::int(size), tracebacks[index].to_value(), super::int(total)];
            PyTuple::from_array(fields).into_value()
        });
        PyList::from_vec(all.collect())
    }

    /// Get the traceback where the Python object obj was allocated.
    ///
    /// Return a tuple of (filename: str, lineno: int) tuples.
    /// Return None if the tracemalloc module is disabled or did not
    /// trace the allocation of the object.
    #[pyfunction("($module, obj, /)")]
    fn _get_object_traceback(obj: &Value) -> Option<TupleRef> {
        let header = obj.header()?;
        let traceback = tracemalloc::traceback_of(header, obj.class().prefix_size())?;
        Some(super::frames(&traceback))
    }

    /// Start tracing Python memory allocations.
    ///
    /// Also set the maximum number of frames stored in the traceback of a
    /// trace to nframe.
    #[pyfunction("($module, nframe=1, /)")]
    fn start(nframe: i32) -> PyResult<()> {
        super::start_with(u32::try_from(nframe).unwrap_or(0))
    }

    /// Stop tracing Python memory allocations.
    ///
    /// Also clear traces of memory blocks allocated by Python.
    #[pyfunction("($module, /)")]
    fn stop() {
        tracemalloc::stop();
    }

    /// Get the maximum number of frames stored in the traceback of a trace.
    ///
    /// By default, a trace of an allocated memory block only stores
    /// the most recent frame: the limit is 1.
    #[pyfunction("($module, /)")]
    fn get_traceback_limit() -> usize {
        tracemalloc::limit()
    }

    /// Get the memory usage in bytes of the tracemalloc module.
    ///
    /// This memory is used internally to trace memory allocations.
    #[pyfunction("($module, /)")]
    fn get_tracemalloc_memory() -> usize {
        tracemalloc::own_memory()
    }

    /// Get the current size and peak size of memory blocks traced by tracemalloc.
    ///
    /// Returns a tuple: (current: int, peak: int).
    #[pyfunction("($module, /)")]
    fn get_traced_memory() -> TupleRef {
        let (current, peak) = tracemalloc::traced_memory();
        PyTuple::from_array([super::int(current), super::int(peak)])
    }

    /// Set the peak size of memory blocks traced by tracemalloc to the current size.
    ///
    /// Do nothing if the tracemalloc module is not tracing memory allocations.
    #[pyfunction("($module, /)")]
    fn reset_peak() {
        tracemalloc::reset_peak();
    }
}

pub use functions::MODULE;

/// Begins to trace, with `frames` frames of each allocation.
///
/// # Errors
/// ValueError for a number out of range.
pub fn start_with(frames: u32) -> PyResult<()> {
    let frames = frames as usize;
    if !(1..=MAX_FRAMES).contains(&frames) {
        return Err(exceptions::value_error(format!(
            "the number of frames must be in range [1; {MAX_FRAMES}]"
        )));
    }
    tracemalloc::start(frames);
    Ok(())
}

fn int(number: usize) -> Value {
    Value::from(number as i64)
}

fn frames(traceback: &Traceback) -> TupleRef {
    let frames = traceback.frames.iter().map(|(file, line)| {
        PyTuple::from_array([PyStr::from_str(file).into_value(), Value::from(i64::from(*line))]).into_value()
    });
    PyTuple::from_vec(frames.collect())
}
