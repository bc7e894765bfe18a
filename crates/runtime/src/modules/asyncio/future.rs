//! `Future`, and what tasks have in common with it.

use super::awaited_by::AwaitedBy;
use super::future_iter::PyFutureIter;
use super::imported::{CANCELLED_ERROR, EXTRACT_STACK, FUTURE_REPR, INVALID_STATE_ERROR};
use super::registry;
use super::task::PyTask;
use crate::modules::contextvars::PyContext;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::exceptions::PyBaseException;
use minipy_vm::protocol::{self, Callee};
use minipy_vm::types::generic_alias;
use minipy_vm::types::traceback::PyTraceback;
use minipy_vm::{
    Args, GilCell, PyDict, PyErr, PyList, PyResult, PyTuple, PyType, Ref, StrRef, Traverse, TypeRef, Value,
    Visitor, exceptions, finalize, name,
};
use smallvec::SmallVec;
use std::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pending,
    Cancelled,
    Finished,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Pending => "PENDING",
            State::Cancelled => "CANCELLED",
            State::Finished => "FINISHED",
        }
    }
}

/// Functions to call when the future is done, each with the context to call it in.
type Callbacks = SmallVec<[(Value, Value); 1]>;

/// This class is *almost* compatible with concurrent.futures.Future.
///
///     Differences:
///
///     - result() and exception() do not take a timeout argument and
///       raise an exception when the future isn't done yet.
///
///     - Callbacks registered with add_done_callback() are always called
///       via the event loop's call_soon_threadsafe().
///
///     - This class is not compatible with the wait() and as_completed()
///       methods in the concurrent.futures package.
#[pyclass(name = "Future", module = "_asyncio", basetype, gc, dict, weakref, finalizer, parts(shared))]
#[repr(C)]
pub struct PyFuture {
    /// `None` until `__init__` has run.
    pub(super) event_loop: GilCell<Option<Value>>,
    pub(super) state: Cell<State>,
    /// Set between the moment the future yields itself and the moment the task has noticed.
    pub blocking: Cell<bool>,
    /// Whether the exception is yet to be retrieved.
    pub log_traceback: Cell<bool>,
    callbacks: GilCell<Callbacks>,
    result: GilCell<Option<Value>>,
    exception: GilCell<Option<Ref<PyBaseException>>>,
    /// The traceback that the exception had when it was set.
    exception_traceback: GilCell<Option<Ref<PyTraceback>>>,
    source_traceback: GilCell<Option<Value>>,
    pub cancel_message: GilCell<Option<Value>>,
    /// The CancelledError that ended the task, to be raised once in place of a new one.
    pub cancelled_error: GilCell<Option<Value>>,
    pub awaited_by: AwaitedBy,
}

impl Traverse for PyFuture {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.event_loop.traverse(visit);
        self.callbacks.traverse(visit);
        self.result.traverse(visit);
        self.exception.traverse(visit);
        self.exception_traceback.traverse(visit);
        self.source_traceback.traverse(visit);
        self.cancel_message.traverse(visit);
        self.cancelled_error.traverse(visit);
        self.awaited_by.traverse(visit);
    }

    fn clear_refs(&self) {
        self.event_loop.set(None);
        drop(self.callbacks.take());
        self.result.set(None);
        self.exception.set(None);
        self.exception_traceback.set(None);
        self.source_traceback.set(None);
        self.cancel_message.set(None);
        self.cancelled_error.set(None);
        self.awaited_by.clear();
    }

    fn needs_finalizer(&self) -> bool {
        self.log_traceback.get()
    }
}

#[cold]
fn uninitialized() -> PyErr {
    exceptions::runtime_error("Future object is not initialized.")
}

fn invalid_state(message: &str) -> PyErr {
    INVALID_STATE_ERROR.exception(&[Value::from(message)])
}

/// The future that `value` is: a `Future`, a `Task` or an instance of a subclass.
pub fn native_future(value: &Value) -> Option<&Ref<PyFuture>> {
    value.downcast::<PyFuture>()
}

/// The future that `value` is, if it behaves as one natively: of exactly the class `Future` or `Task`.
pub fn exact_future(value: &Value) -> Option<&Ref<PyFuture>> {
    match value.downcast_exact::<PyTask>() {
        Some(task) => Some(task.future()),
        None => value.downcast_exact::<PyFuture>(),
    }
}

/// `receiver.name(*args)`, of which the last `kwnames.len()` arguments are keywords.
pub fn call_method_with(
    receiver: &Value,
    name: &StrRef,
    args: &[Value],
    kwnames: &[Value],
) -> PyResult<Value> {
    let args = Args { args, kwnames };
    match protocol::lookup_method(receiver, name)? {
        Callee::Bound(method) => protocol::call_args(&method, args),
        Callee::Unbound(function) => args.preceded_by(receiver, |args| protocol::call_args(&function, args)),
    }
}

/// The name of the only keyword that `call_soon` and `add_done_callback` are given.
pub fn context_keyword() -> &'static [Value] {
    std::slice::from_ref(name!("context").as_value())
}

/// `event_loop.call_soon(callback, argument, context=context)`.
pub fn call_soon(
    event_loop: &Value,
    callback: Value,
    argument: Option<&Value>,
    context: Value,
) -> PyResult<()> {
    let called = match argument {
        Some(argument) => {
            let args = [callback, argument.clone(), context];
            call_method_with(event_loop, name!("call_soon"), &args, context_keyword())
        }
        None => call_method_with(event_loop, name!("call_soon"), &[callback, context], context_keyword()),
    };
    called.map(drop)
}

impl PyFuture {
    /// A future before `__init__`.
    pub fn uninitialized() -> PyFuture {
        PyFuture {
            event_loop: GilCell::new(None),
            state: Cell::new(State::Pending),
            blocking: Cell::new(false),
            log_traceback: Cell::new(false),
            callbacks: GilCell::new(SmallVec::new()),
            result: GilCell::new(None),
            exception: GilCell::new(None),
            exception_traceback: GilCell::new(None),
            source_traceback: GilCell::new(None),
            cancel_message: GilCell::new(None),
            cancelled_error: GilCell::new(None),
            awaited_by: AwaitedBy::default(),
        }
    }

    pub fn is_pending(&self) -> bool {
        self.state.get() == State::Pending
    }

    /// The loop, or the error that there is none yet.
    pub fn event_loop(&self) -> PyResult<Value> {
        self.event_loop.get().ok_or_else(uninitialized)
    }

    /// Whether `event_loop` is the future's.
    pub fn belongs_to(&self, event_loop: &Value) -> bool {
        self.event_loop.with(|own| own.as_ref().is_some_and(|own| own.is(event_loop)))
    }

    /// `__init__`: the future is as new, and belongs to this loop, or to the current one.
    pub fn initialize(&self, event_loop: Option<&Value>) -> PyResult<()> {
        self.clear_refs();
        self.state.set(State::Pending);
        self.blocking.set(false);
        self.log_traceback.set(false);
        let event_loop = match event_loop {
            Some(event_loop) => event_loop.clone(),
            None => registry::event_loop()?,
        };
        self.event_loop.set(Some(event_loop.clone()));
        let debug = protocol::call_method(&event_loop, name!("get_debug"), &[])?;
        if protocol::truth(&debug)? {
            self.source_traceback.set(Some(protocol::call0(&EXTRACT_STACK.get()?)?));
        }
        Ok(())
    }

    /// The CancelledError of a cancelled future.
    pub fn make_cancelled_error(&self) -> PyErr {
        if let Some(Ok(saved)) = self.cancelled_error.take().map(Value::downcast_into) {
            return PyErr::from_exception(saved);
        }
        match self.cancel_message.get().filter(|message| !message.is_none()) {
            Some(message) => CANCELLED_ERROR.exception(&[message]),
            None => CANCELLED_ERROR.exception(&[]),
        }
    }

    /// The result, or the exception as the error.
    pub fn outcome(&self) -> PyResult<Value> {
        match self.state.get() {
            State::Cancelled => return Err(self.make_cancelled_error()),
            State::Pending => return Err(invalid_state("Result is not set.")),
            State::Finished => {}
        }
        self.log_traceback.set(false);
        match self.exception.get() {
            Some(exception) => {
                exception.traceback.set(self.exception_traceback.take());
                Err(PyErr::from_exception(exception))
            }
            None => Ok(self.result.get().unwrap_or(Value::NONE)),
        }
    }

    pub(super) fn exception_value(&self) -> PyResult<Option<Value>> {
        match self.state.get() {
            State::Cancelled => Err(self.make_cancelled_error()),
            State::Pending => Err(invalid_state("Exception is not set.")),
            State::Finished => {
                self.log_traceback.set(false);
                Ok(self.exception.get().map(Ref::into_value))
            }
        }
    }
}

/// Has the loop call what waits for the future.
fn schedule_callbacks(this: &Ref<PyFuture>) -> PyResult<()> {
    let callbacks = this.callbacks.take();
    if callbacks.is_empty() {
        return Ok(());
    }
    let event_loop = this.event_loop()?;
    for (callback, context) in callbacks {
        call_soon(&event_loop, callback, Some(this.as_value()), context)?;
    }
    Ok(())
}

/// `set_result`.
pub fn set_result(this: &Ref<PyFuture>, result: Value) -> PyResult<()> {
    this.event_loop()?;
    if !this.is_pending() {
        return Err(invalid_state("invalid state"));
    }
    this.result.set(Some(result));
    this.state.set(State::Finished);
    schedule_callbacks(this)
}

/// `set_exception`, with an exception or a class of exceptions.
pub fn set_exception(this: &Ref<PyFuture>, exception: Value) -> PyResult<()> {
    if !this.is_pending() {
        return Err(invalid_state("invalid state"));
    }
    let is_class = |class: &&TypeRef| class.is_subtype(exceptions::base_exception_class());
    let exception = match exception.downcast::<PyType>().filter(is_class) {
        Some(class) => protocol::call0(class.as_value())?,
        None => exception,
    };
    let Ok(mut exception) = exception.downcast_into::<PyBaseException>() else {
        return Err(exceptions::type_error("invalid exception object"));
    };
    if exception.as_value().is_instance_of(exceptions::stop_iteration_class()) {
        let error = exceptions::runtime_error(
            "StopIteration interacts badly with generators and cannot be raised into a Future",
        );
        exception = error.caused_by(PyErr::from_exception(exception)).exception().clone();
    }
    this.exception_traceback.set(exception.traceback.get());
    this.exception.set(Some(exception));
    this.state.set(State::Finished);
    schedule_callbacks(this)?;
    this.log_traceback.set(true);
    Ok(())
}

/// `Future.cancel`: whether the future was still pending.
pub fn cancel(this: &Ref<PyFuture>, message: Option<Value>) -> PyResult<bool> {
    this.log_traceback.set(false);
    if !this.is_pending() {
        return Ok(false);
    }
    this.state.set(State::Cancelled);
    this.cancel_message.set(message);
    schedule_callbacks(this)?;
    Ok(true)
}

/// Has `callback` called in `context` once the future is done.
pub fn add_done_callback(this: &Ref<PyFuture>, callback: Value, context: Value) -> PyResult<()> {
    if this.is_pending() {
        this.callbacks.with(|callbacks| callbacks.push((callback, context)));
        return Ok(());
    }
    call_soon(&this.event_loop()?, callback, Some(this.as_value()), context)
}

/// Calls the loop's exception handler with these facts and the place where the future was made.
pub fn report<const N: usize>(this: &Ref<PyFuture>, facts: [(&str, Value); N]) {
    let Ok(event_loop) = this.event_loop() else { return };
    let result = || -> PyResult<Value> {
        let context = PyDict::new_ref();
        for (key, value) in facts {
            context.insert(key, value);
        }
        if let Some(source) = this.source_traceback.get() {
            context.insert("source_traceback", source);
        }
        protocol::call_method(&event_loop, name!("call_exception_handler"), &[context.into_value()])
    };
    if let Err(error) = result() {
        let handler = protocol::getattr(&event_loop, name!("call_exception_handler")).ok();
        finalize::report_unraisable(error, None, handler.as_ref());
    }
}

/// Tells the loop that nobody has asked for the exception, before the future is gone.
pub fn report_unretrieved(this: &Ref<PyFuture>) {
    if !this.log_traceback.replace(false) {
        return;
    }
    let exception = this.exception.get().map_or(Value::NONE, Ref::into_value);
    let message = format!("{} exception was never retrieved", this.class().short_name());
    report(this, [("message", Value::from(message)), ("exception", exception), ("future", this.to_value())]);
}

/// The new value of an attribute of `class` that cannot be deleted.
pub fn undeletable(zelf: &Value, value: Option<Value>, class: &str, name: &StrRef) -> PyResult<Value> {
    value.ok_or_else(|| {
        let message = format!("attribute '{name}' of '{class}' objects cannot be deleted");
        exceptions::attribute_error(message, zelf, name)
    })
}

/// Defines what `Future` and `Task` both show as their own, in a part called `shared`.
macro_rules! future_members {
    ($Class:ident, $cancelled:literal, $generic:literal) => {
        #[pymethods(part = shared)]
        impl $Class {
            #[slot]
            fn iter(zelf: &Ref<$Class>) -> PyResult<Value> {
                PyFutureIter::over(zelf.future())
            }

            #[slot]
            fn am_await(zelf: &Ref<$Class>) -> PyResult<Value> {
                PyFutureIter::over(zelf.future())
            }

            /// Return the result this future represents.
            ///
            /// If the future has been cancelled, raises CancelledError.  If the
            /// future's result isn't yet available, raises InvalidStateError.  If
            /// the future is done and has an exception set, this exception is
            /// raised.
            #[pymethod("()")]
            fn result(zelf: &Ref<$Class>) -> PyResult<Value> {
                zelf.future().initialized()?.outcome()
            }

            /// Return the exception that was set on this future.
            ///
            /// The exception (or None if no exception was set) is returned only if
            /// the future is done.  If the future has been cancelled, raises
            /// CancelledError.  If the future isn't done yet, raises
            /// InvalidStateError.
            #[pymethod("()", defining_class)]
            fn exception(zelf: &Ref<$Class>) -> PyResult<Option<Value>> {
                zelf.future().initialized()?.exception_value()
            }

            /// Add a callback to be run when the future becomes done.
            ///
            /// The callback is called with a single argument - the future object.
            /// If the future is already done when this is called, the callback is
            /// scheduled with call_soon.
            #[pymethod("(fn, /, *, context=<unrepresentable>)", defining_class)]
            fn add_done_callback(
                zelf: &Ref<$Class>,
                callback: Value,
                context: Option<Value>,
            ) -> PyResult<()> {
                let future = zelf.future();
                if future.event_loop.with(|event_loop| event_loop.is_none()) {
                    return Err(exceptions::runtime_error("uninitialized Future object"));
                }
                let context = context.unwrap_or_else(|| PyContext::copy_current().into_value());
                add_done_callback(future, callback, context)
            }

            /// Remove all instances of a callback from the "call when done" list.
            ///
            /// Returns the number of callbacks removed.
            #[pymethod("(fn, /)", defining_class)]
            fn remove_done_callback(zelf: &Ref<$Class>, callback: &Value) -> PyResult<usize> {
                zelf.future().forget_callback(callback)
            }

            /// Return True if the future was cancelled.
            #[pymethod("()")]
            fn cancelled(zelf: &Ref<$Class>) -> bool {
                zelf.future().state.get() == State::Cancelled
            }

            /// Return True if the future is done.
            ///
            /// Done means either that a result / exception are available, or that
            /// the future was cancelled.
            #[pymethod("()")]
            fn done(zelf: &Ref<$Class>) -> bool {
                !zelf.future().is_pending()
            }

            #[doc = $cancelled]
            #[doc = ""]
            #[doc = "This should only be called once when handling a cancellation since"]
            #[doc = "it erases the context exception value."]
            #[pymethod("()", defining_class)]
            fn _make_cancelled_error(zelf: &Ref<$Class>) -> Value {
                zelf.future().make_cancelled_error().into_value()
            }

            #[doc = $generic]
            #[pyclassmethod("(object, /)")]
            fn __class_getitem__(class: &TypeRef, object: Value) -> Value {
                generic_alias::new(class.to_value(), object)
            }
        }
    };
}

pub(super) use future_members;

future_members!(
    PyFuture,
    "Create the CancelledError to raise if the Future is cancelled.",
    "Futures are generic over the type of their results"
);

impl PyFuture {
    /// The future itself, if `__init__` has run.
    pub fn initialized(&self) -> PyResult<&PyFuture> {
        if self.event_loop.with(|event_loop| event_loop.is_none()) {
            // Not initialised is no state to ask for a result in.
            return Err(invalid_state("Future object is not initialized."));
        }
        Ok(self)
    }

    pub(super) fn forget_callback(&self, callback: &Value) -> PyResult<usize> {
        self.event_loop()?;
        let mut removed = 0;
        let mut kept = Callbacks::new();
        // Comparisons may run code that changes the list: what they are about is looked up one at a time.
        let mut index = 0;
        while let Some((function, context)) = self.callbacks.with(|list| list.get(index).cloned()) {
            if protocol::eq(&function, callback)? {
                removed += 1;
            } else {
                kept.push((function, context));
            }
            index += 1;
        }
        if removed > 0 {
            self.callbacks.set(kept);
        }
        Ok(removed)
    }

    /// `_callbacks`, None if there are none.
    fn callback_list(&self) -> Option<Value> {
        let pairs = self.callbacks.with(|callbacks| {
            let pair = |(function, context): &(Value, Value)| {
                PyTuple::from_array([function.clone(), context.clone()]).into_value()
            };
            callbacks.iter().map(pair).collect::<Vec<_>>()
        });
        (!pairs.is_empty()).then(|| PyList::from_vec(pairs).into_value())
    }
}

/// A future as the methods shared with tasks see it.
pub trait AsFuture {
    fn future(&self) -> &Ref<PyFuture>;
}

impl AsFuture for Ref<PyFuture> {
    fn future(&self) -> &Ref<PyFuture> {
        self
    }
}

#[pymethods]
impl PyFuture {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(class, PyFuture::uninitialized()).into_value())
    }

    #[slot(init, sig = "(*, loop=None)")]
    fn init(zelf: &Ref<PyFuture>, event_loop: Option<&Value>) -> PyResult<()> {
        zelf.initialize(event_loop)
    }

    #[slot]
    fn del(zelf: &Ref<PyFuture>) -> PyResult<()> {
        report_unretrieved(zelf);
        Ok(())
    }

    #[slot]
    fn repr(zelf: &Ref<PyFuture>) -> PyResult<Value> {
        zelf.event_loop()?;
        protocol::call1(&FUTURE_REPR.get()?, zelf.to_value())
    }

    /// Mark the future done and set its result.
    ///
    /// If the future is already done when this method is called, raises
    /// InvalidStateError.
    #[pymethod("(result, /)", defining_class)]
    fn set_result(zelf: &Ref<PyFuture>, result: Value) -> PyResult<()> {
        set_result(zelf, result)
    }

    /// Mark the future done and set an exception.
    ///
    /// If the future is already done when this method is called, raises
    /// InvalidStateError.
    #[pymethod("(exception, /)", defining_class)]
    fn set_exception(zelf: &Ref<PyFuture>, exception: Value) -> PyResult<()> {
        zelf.event_loop()?;
        set_exception(zelf, exception)
    }

    /// Cancel the future and schedule callbacks.
    ///
    /// If the future is already done or cancelled, return False.
    /// Otherwise, change the future's state to cancelled, schedule the
    /// callbacks and return True.
    #[pymethod("($self, /, msg=None)", defining_class)]
    fn cancel(zelf: &Ref<PyFuture>, msg: Option<Value>) -> PyResult<bool> {
        zelf.event_loop()?;
        cancel(zelf, msg)
    }

    /// Return the event loop the Future is bound to.
    #[pymethod("()", defining_class)]
    fn get_loop(&self) -> PyResult<Value> {
        self.event_loop()
    }

    #[pygetset]
    fn _state(&self) -> PyResult<&'static str> {
        self.event_loop()?;
        Ok(self.state.get().name())
    }

    #[pygetset]
    fn _asyncio_future_blocking(&self) -> bool {
        self.blocking.get()
    }

    #[pygetset(setter, name = "_asyncio_future_blocking")]
    fn set_blocking(zelf: &Ref<PyFuture>, value: Option<Value>) -> PyResult<()> {
        if value.is_some() {
            zelf.event_loop()?;
        }
        let value =
            undeletable(zelf.as_value(), value, "_asyncio.Future", name!("_asyncio_future_blocking"))?;
        zelf.blocking.set(protocol::truth(&value)?);
        Ok(())
    }

    #[pygetset]
    fn _loop(&self) -> Option<Value> {
        self.event_loop.get()
    }

    #[pygetset]
    fn _callbacks(&self) -> PyResult<Option<Value>> {
        self.event_loop()?;
        Ok(self.callback_list())
    }

    #[pygetset]
    fn _result(&self) -> PyResult<Option<Value>> {
        self.event_loop()?;
        Ok(self.result.get())
    }

    #[pygetset]
    fn _exception(&self) -> PyResult<Option<Value>> {
        self.event_loop()?;
        Ok(self.exception.get().map(Ref::into_value))
    }

    #[pygetset]
    fn _log_traceback(&self) -> PyResult<bool> {
        self.event_loop()?;
        Ok(self.log_traceback.get())
    }

    #[pygetset(setter, name = "_log_traceback")]
    fn set_log_traceback(zelf: &Ref<PyFuture>, value: Option<Value>) -> PyResult<()> {
        let value = undeletable(zelf.as_value(), value, "_asyncio.Future", name!("_log_traceback"))?;
        if protocol::truth(&value)? {
            return Err(exceptions::value_error("_log_traceback can only be set to False"));
        }
        zelf.log_traceback.set(false);
        Ok(())
    }

    #[pygetset]
    fn _source_traceback(&self) -> Option<Value> {
        self.source_traceback.get()
    }

    #[pygetset]
    fn _cancel_message(&self) -> Option<Value> {
        self.cancel_message.get()
    }

    #[pygetset(setter, name = "_cancel_message")]
    fn set_cancel_message(zelf: &Ref<PyFuture>, value: Option<Value>) -> PyResult<()> {
        let value = undeletable(zelf.as_value(), value, "_asyncio.Future", name!("_cancel_message"))?;
        zelf.cancel_message.set(Some(value));
        Ok(())
    }

    #[pygetset]
    fn _asyncio_awaited_by(&self) -> Option<Value> {
        self.awaited_by.as_frozenset()
    }
}
