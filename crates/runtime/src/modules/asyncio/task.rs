//! `Task`: a coroutine run by a loop, and the future of its result.

use super::future::{
    AsFuture, PyFuture, State, add_done_callback, future_members, report, report_unretrieved, undeletable,
};
use super::future_iter::PyFutureIter;
use super::imported::{IS_COROUTINE, TASK_GET_STACK, TASK_PRINT_STACK, TASK_REPR};
use super::registry::{self, UNREGISTERED};
use super::step;
use crate::modules::contextvars::PyContext;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::generator::PyCoroutine;
use minipy_vm::types::generic_alias;
use minipy_vm::{
    Args, GilCell, PyResult, PyStr, Ref, StrRef, Traverse, TypeRef, Value, Visitor, exceptions, name,
    protocol,
};
use std::cell::Cell;

#[derive(Clone)]
enum Name {
    Missing,
    /// Of a task that was given no name: the text is made when somebody asks.
    Number(u64),
    Given(StrRef),
}

/// The number of the next task without a name.
static NEXT_NUMBER: GilCell<u64> = GilCell::new(1);

/// A coroutine wrapped in a Future.
#[pyclass(
    name = "Task",
    module = "_asyncio",
    base = PyFuture,
    basetype,
    gc,
    dict,
    weakref,
    finalizer,
    parts(shared)
)]
#[repr(C)]
pub struct PyTask {
    pub base: PyFuture,
    pub coroutine: GilCell<Option<Value>>,
    pub context: GilCell<Option<Value>>,
    /// The future whose end the task waits for.
    pub waiter: GilCell<Option<Value>>,
    name: GilCell<Name>,
    /// Whether the next step is to raise CancelledError in the coroutine.
    pub must_cancel: Cell<bool>,
    log_destroy_pending: Cell<bool>,
    cancel_requests: Cell<i64>,
    /// Where `registry` has the task.
    pub registry_index: Cell<usize>,
}

impl Traverse for PyTask {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.base.traverse(visit);
        self.coroutine.traverse(visit);
        self.context.traverse(visit);
        self.waiter.traverse(visit);
    }

    fn clear_refs(&self) {
        self.base.clear_refs();
        self.coroutine.set(None);
        self.context.set(None);
        self.waiter.set(None);
    }

    fn needs_finalizer(&self) -> bool {
        self.is_lost() || self.base.needs_finalizer()
    }
}

impl Drop for PyTask {
    fn drop(&mut self) {
        registry::unregister(self);
    }
}

impl AsFuture for Ref<PyTask> {
    fn future(&self) -> &Ref<PyFuture> {
        // SAFETY: the payload starts with a `PyFuture`.
        unsafe { self.upcast() }
    }
}

impl PyTask {
    /// Whether a death now would leave something undone that somebody counts on.
    fn is_lost(&self) -> bool {
        self.base.is_pending() && self.log_destroy_pending.get()
    }
}

fn is_coroutine(object: &Value) -> PyResult<bool> {
    if object.downcast_exact::<PyCoroutine>().is_some() {
        return Ok(true);
    }
    protocol::truth(&protocol::call1(&IS_COROUTINE.get()?, object.clone())?)
}

future_members!(
    PyTask,
    "Create the CancelledError to raise if the Task is cancelled.",
    "Tasks are generic over the return type of their wrapped coroutines"
);

#[pymethods]
impl PyTask {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        let task = PyTask {
            base: PyFuture::uninitialized(),
            coroutine: GilCell::new(None),
            context: GilCell::new(None),
            waiter: GilCell::new(None),
            name: GilCell::new(Name::Missing),
            must_cancel: Cell::new(false),
            log_destroy_pending: Cell::new(false),
            cancel_requests: Cell::new(0),
            registry_index: Cell::new(UNREGISTERED),
        };
        Ok(Ref::new_in(class, task).into_value())
    }

    #[slot(init, sig = "(coro, *, loop=None, name=None, context=None, eager_start=False)")]
    fn init(
        zelf: &Ref<PyTask>,
        coro: &Value,
        event_loop: Option<&Value>,
        name: Option<&Value>,
        context: Option<Value>,
        eager_start: bool,
    ) -> PyResult<()> {
        zelf.base.initialize(event_loop)?;
        if !is_coroutine(coro)? {
            zelf.log_destroy_pending.set(false);
            let shown = protocol::repr(coro)?;
            return Err(exceptions::type_error(format!("a coroutine was expected, got {shown}")));
        }
        zelf.context.set(Some(context.unwrap_or_else(|| PyContext::copy_current().into_value())));
        zelf.waiter.set(None);
        zelf.must_cancel.set(false);
        zelf.log_destroy_pending.set(true);
        zelf.cancel_requests.set(0);
        zelf.coroutine.set(Some(coro.clone()));
        zelf.name.set(match name {
            Some(name) => Name::Given(protocol::str(name)?),
            None => Name::Number(NEXT_NUMBER.replace(NEXT_NUMBER.get() + 1)),
        });
        if eager_start {
            let event_loop = zelf.base.event_loop()?;
            let running = protocol::call_method(&event_loop, name!("is_running"), &[])?;
            if protocol::truth(&running)? {
                return step::eager_start(zelf);
            }
        }
        step::schedule(zelf, None)?;
        registry::register(zelf);
        Ok(())
    }

    #[slot]
    fn del(zelf: &Ref<PyTask>) -> PyResult<()> {
        if zelf.is_lost() {
            let message = Value::from("Task was destroyed but it is pending!");
            report(zelf.future(), [("message", message), ("task", zelf.to_value())]);
        }
        report_unretrieved(zelf.future());
        Ok(())
    }

    #[slot]
    fn repr(zelf: &Ref<PyTask>) -> PyResult<Value> {
        zelf.base.event_loop()?;
        protocol::call1(&TASK_REPR.get()?, zelf.to_value())
    }

    #[pymethod("(result, /)")]
    fn set_result(&self, _result: &Value) -> PyResult<()> {
        Err(exceptions::runtime_error("Task does not support set_result operation"))
    }

    #[pymethod("(exception, /)")]
    fn set_exception(&self, _exception: &Value) -> PyResult<()> {
        Err(exceptions::runtime_error("Task does not support set_exception operation"))
    }

    /// Request that this task cancel itself.
    ///
    /// This arranges for a CancelledError to be thrown into the
    /// wrapped coroutine on the next cycle through the event loop.
    /// The coroutine then has a chance to clean up or even deny
    /// the request using try/except/finally.
    ///
    /// Unlike Future.cancel, this does not guarantee that the
    /// task will be cancelled: the exception might be caught and
    /// acted upon, delaying cancellation of the task or preventing
    /// cancellation completely.  The task may also return a value or
    /// raise a different exception.
    ///
    /// Immediately after this method is called, Task.cancelled() will
    /// not return True (unless the task was already cancelled).  A
    /// task will be marked as cancelled when the wrapped coroutine
    /// terminates with a CancelledError exception (even if cancel()
    /// was not called).
    ///
    /// This also increases the task's count of cancellation requests.
    #[pymethod("($self, /, msg=None)")]
    fn cancel(&self, msg: Option<Value>) -> PyResult<bool> {
        self.base.log_traceback.set(false);
        if !self.base.is_pending() {
            return Ok(false);
        }
        self.cancel_requests.set(self.cancel_requests.get() + 1);
        if let Some(waiter) = self.waiter.get()
            && step::cancel_waiter(&waiter, msg.clone())?
        {
            // The waiter stays: it may be a task that ignores the request, to be cancelled again later.
            return Ok(true);
        }
        self.must_cancel.set(true);
        self.base.cancel_message.set(msg);
        Ok(true)
    }

    /// Return the count of the task's cancellation requests.
    ///
    /// This count is incremented when .cancel() is called
    /// and may be decremented using .uncancel().
    #[pymethod("()")]
    fn cancelling(&self) -> i64 {
        self.cancel_requests.get()
    }

    /// Decrement the task's count of cancellation requests.
    ///
    /// This should be used by tasks that catch CancelledError
    /// and wish to continue indefinitely until they are cancelled again.
    ///
    /// Returns the remaining number of cancellation requests.
    #[pymethod("()")]
    fn uncancel(&self) -> i64 {
        let requests = self.cancel_requests.get();
        if requests > 0 {
            self.cancel_requests.set(requests - 1);
            if requests == 1 {
                self.must_cancel.set(false);
            }
        }
        self.cancel_requests.get()
    }

    /// Return the list of stack frames for this task's coroutine.
    ///
    /// If the coroutine is not done, this returns the stack where it is
    /// suspended.  If the coroutine has completed successfully or was
    /// cancelled, this returns an empty list.  If the coroutine was
    /// terminated by an exception, this returns the list of traceback
    /// frames.
    ///
    /// The frames are always ordered from oldest to newest.
    ///
    /// The optional limit gives the maximum number of frames to
    /// return; by default all available frames are returned.  Its
    /// meaning differs depending on whether a stack or a traceback is
    /// returned: the newest frames of a stack are returned, but the
    /// oldest frames of a traceback are returned.  (This matches the
    /// behavior of the traceback module.)
    ///
    /// For reasons beyond our control, only one stack frame is
    /// returned for a suspended coroutine.
    #[pymethod("($self, /, *, limit=None)", defining_class)]
    fn get_stack(zelf: &Ref<PyTask>, limit: Option<Value>) -> PyResult<Value> {
        protocol::call2(&TASK_GET_STACK.get()?, zelf.to_value(), limit.unwrap_or(Value::NONE))
    }

    /// Print the stack or traceback for this task's coroutine.
    ///
    /// This produces output similar to that of the traceback module,
    /// for the frames retrieved by get_stack().  The limit argument
    /// is passed to get_stack().  The file argument is an I/O stream
    /// to which the output is written; by default output is written
    /// to sys.stderr.
    #[pymethod("($self, /, *, limit=None, file=None)", defining_class)]
    fn print_stack(zelf: &Ref<PyTask>, limit: Option<Value>, file: Option<Value>) -> PyResult<Value> {
        let args = [zelf.to_value(), limit.unwrap_or(Value::NONE), file.unwrap_or(Value::NONE)];
        protocol::call(&TASK_PRINT_STACK.get()?, &args)
    }

    #[pymethod("()")]
    fn get_name(&self) -> Option<Value> {
        match self.name.get() {
            Name::Missing => None,
            Name::Given(name) => Some(name.into_value()),
            Name::Number(number) => {
                let name = PyStr::from_str(&format!("Task-{number}"));
                self.name.set(Name::Given(name.clone()));
                Some(name.into_value())
            }
        }
    }

    #[pymethod("(value, /)")]
    fn set_name(&self, value: &Value) -> PyResult<()> {
        self.name.set(Name::Given(protocol::str(value)?));
        Ok(())
    }

    #[pymethod("()")]
    fn get_coro(&self) -> Option<Value> {
        self.coroutine.get()
    }

    #[pymethod("()")]
    fn get_context(&self) -> Option<Value> {
        self.context.get()
    }

    #[pygetset]
    fn _log_destroy_pending(&self) -> bool {
        self.log_destroy_pending.get()
    }

    #[pygetset(setter, name = "_log_destroy_pending")]
    fn set_log_destroy_pending(zelf: &Ref<PyTask>, value: Option<Value>) -> PyResult<()> {
        let value = undeletable(zelf.as_value(), value, "_asyncio.Task", name!("_log_destroy_pending"))?;
        zelf.log_destroy_pending.set(protocol::truth(&value)?);
        Ok(())
    }

    #[pygetset]
    fn _must_cancel(&self) -> bool {
        self.must_cancel.get()
    }

    #[pygetset]
    fn _coro(&self) -> Option<Value> {
        self.coroutine.get()
    }

    #[pygetset]
    fn _fut_waiter(&self) -> Option<Value> {
        self.waiter.get()
    }
}
