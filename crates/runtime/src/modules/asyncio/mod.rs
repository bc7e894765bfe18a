//! `_asyncio`: futures, tasks and the functions that say what runs in which loop.

mod awaited_by;
mod future;
mod future_iter;
mod imported;
mod registry;
mod step;
mod task;

use future::{PyFuture, native_future};
use future_iter::PyFutureIter;
use minipy_macros::pymodule;
use minipy_vm::{PyModule, PyResult, Ref, Value};
use step::PyTaskStep;
use task::PyTask;

/// Accelerator module for asyncio
#[pymodule(name = "_asyncio", classes(PyFuture, PyTask), parts(registry::functions::MODULE))]
mod module {
    use super::*;

    /// Record that `fut` is awaited on by `waiter`.
    #[pyfunction("(fut, waiter, /)")]
    fn future_add_to_awaited_by(fut: &Value, waiter: &Value) -> PyResult<()> {
        match (native_future(fut), native_future(waiter)) {
            (Some(future), Some(_)) => future.awaited_by.add(waiter),
            _ => Ok(()),
        }
    }

    #[pyfunction("(fut, waiter, /)")]
    fn future_discard_from_awaited_by(fut: &Value, waiter: &Value) -> PyResult<()> {
        match (native_future(fut), native_future(waiter)) {
            (Some(future), Some(_)) => future.awaited_by.discard(waiter),
            _ => Ok(()),
        }
    }

    #[init]
    fn init(_module: &Ref<PyModule>) -> PyResult<()> {
        imported::import_all()?;
        // Made now, so that their instances can be told by their class.
        let _ = (<PyFutureIter as minipy_vm::Payload>::class(), <PyTaskStep as minipy_vm::Payload>::class());
        Ok(())
    }
}

pub use module::MODULE;
