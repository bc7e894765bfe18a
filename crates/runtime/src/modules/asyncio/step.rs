//! How a task runs: one step resumes its coroutine and looks at what that yields.

use super::future::{
    AsFuture, add_done_callback, call_method_with, call_soon, cancel, context_keyword, exact_future,
    native_future, set_exception, set_result,
};
use super::imported::{CANCELLED_ERROR, INVALID_STATE_ERROR};
use super::registry::{enter_task, leave_task, loop_of, register, swap_current_task, unregister};
use super::task::PyTask;
use crate::modules::contextvars::PyContext;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::{FnSpec, MethodDef, MethodKind, bad_positional};
use minipy_vm::types::function::PyNative;
use minipy_vm::types::generator::{self, PyCoroutine, PyGenerator, Step, Thrown};
use minipy_vm::{
    Args, GilCell, PyErr, PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions, name, protocol,
};

/// What a task has the loop call to run its next step.
#[pyclass(name = "TaskStepMethWrapper", module = "_asyncio", gc, plain_new)]
pub struct PyTaskStep {
    task: GilCell<Option<Ref<PyTask>>>,
    /// To be raised in the coroutine.
    exception: GilCell<Option<PyErr>>,
}

impl Traverse for PyTaskStep {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.task.traverse(visit);
        self.exception.with(|exception| {
            if let Some(exception) = exception {
                visit.visit(exception.as_value());
            }
        });
    }

    fn clear_refs(&self) {
        self.task.set(None);
        self.exception.set(None);
    }
}

#[pymethods]
impl PyTaskStep {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        let step = PyTaskStep { task: GilCell::new(None), exception: GilCell::new(None) };
        Ok(Ref::new_in(class, step).into_value())
    }

    #[slot]
    fn call(&self, args: Args<'_>) -> PyResult<Value> {
        if args.has_keywords() {
            return Err(exceptions::type_error("function takes no keyword arguments"));
        }
        if !args.args.is_empty() {
            return Err(exceptions::type_error("function takes no positional arguments"));
        }
        match self.task.get() {
            Some(task) => step(&task, self.exception.get()),
            None => Err(exceptions::runtime_error("uninitialized Task object")),
        }
    }

    #[pygetset]
    fn __self__(&self) -> Option<Ref<PyTask>> {
        self.task.get()
    }
}

/// What a task has its waiter call when it is done: a method that `Task` does not show.
static TASK_WAKEUP: MethodDef = MethodDef {
    name: "task_wakeup",
    func: task_wakeup,
    text_signature: Some("($self, object, /)"),
    doc: None,
    kind: MethodKind::Instance,
    defining_class: false,
};

fn task_wakeup(args: Args<'_>) -> PyResult<Value> {
    static SPEC: FnSpec = FnSpec {
        name: "task_wakeup",
        owner: "Task",
        params: &["object"],
        posonly: 1,
        positional: 1,
        required: 1,
        varargs: false,
        varkw: false,
        skip: 1,
        constructor: false,
    };
    let (true, [task, future]) = (args.kwnames.is_empty(), args.args) else {
        return Err(bad_positional(&SPEC, args));
    };
    match task.downcast::<PyTask>() {
        Some(task) => wakeup(task, future),
        None => Err(bad_positional(&SPEC, args)),
    }
}

fn context_of(task: &PyTask) -> Value {
    task.context.get().unwrap_or(Value::NONE)
}

/// Has the loop run the task's next step soon, which raises `exception` if there is one.
pub fn schedule(task: &Ref<PyTask>, exception: Option<PyErr>) -> PyResult<()> {
    let step = PyTaskStep { task: GilCell::new(Some(task.clone())), exception: GilCell::new(exception) };
    call_soon(&task.base.event_loop()?, Ref::new(step).into_value(), None, context_of(task))
}

/// `waiter.cancel(msg=message)`, and whether that did anything.
pub fn cancel_waiter(waiter: &Value, message: Option<Value>) -> PyResult<bool> {
    let keyword = std::slice::from_ref(name!("msg").as_value());
    let message = [message.unwrap_or(Value::NONE)];
    protocol::truth(&call_method_with(waiter, name!("cancel"), &message, keyword)?)
}

/// The future that the task waited for is done.
fn wakeup(task: &Ref<PyTask>, future: &Value) -> PyResult<Value> {
    if let Some(future) = native_future(future) {
        future.awaited_by.discard(task.as_value())?;
    }
    let outcome = match exact_future(future) {
        Some(future) => future.outcome(),
        None => protocol::call_method(future, name!("result"), &[]),
    };
    step(task, outcome.err())
}

/// Runs the task from where it waits to where it waits next.
fn step(task: &Ref<PyTask>, exception: Option<PyErr>) -> PyResult<Value> {
    let event_loop = task.base.event_loop()?;
    enter_task(&event_loop, task.as_value())?;
    let result = resume(task, exception);
    // An error of the step is the one that matters.
    let left = leave_task(&event_loop, task.as_value());
    result?;
    left?;
    Ok(Value::NONE)
}

/// Runs the first step of a task at once, in its context.
pub fn eager_start(task: &Ref<PyTask>) -> PyResult<()> {
    let event_loop = task.base.event_loop()?;
    let previous = swap_current_task(&event_loop, Some(task.to_value()))?;
    register(task);
    let result = PyContext::run_in(&context_of(task), || resume(task, None));
    unregister(task);
    let swapped = swap_current_task(&event_loop, previous);
    if task.base.is_pending() {
        register(task);
    } else {
        task.coroutine.set(None);
    }
    result?;
    swapped.map(drop)
}

#[cold]
fn already_done(task: &Ref<PyTask>, exception: Option<&PyErr>) -> PyErr {
    let message = || {
        let task = protocol::repr(task.as_value())?;
        let exception = match exception {
            Some(exception) => protocol::repr(exception.as_value())?.to_string_lossy(),
            None => "''".to_owned(),
        };
        Ok(Value::from(format!("__step(): already done: {task} {exception}")))
    };
    message().map_or_else(|error| error, |message| INVALID_STATE_ERROR.exception(&[message]))
}

fn resume(task: &Ref<PyTask>, mut exception: Option<PyErr>) -> PyResult<()> {
    if !task.base.is_pending() {
        return Err(already_done(task, exception.as_ref()));
    }
    if task.must_cancel.get() {
        let is_cancellation = match &exception {
            Some(exception) => CANCELLED_ERROR.is_class_of(exception.as_value())?,
            None => false,
        };
        if !is_cancellation {
            exception = Some(task.base.make_cancelled_error());
        }
        task.must_cancel.set(false);
    }
    task.waiter.set(None);
    let Some(coroutine) = task.coroutine.get() else {
        return Err(exceptions::runtime_error("uninitialized Task object"));
    };
    let answer = match exception {
        None => generator::send_to(&coroutine, &Value::NONE),
        Some(exception) => throw_into(&coroutine, exception),
    };
    match answer {
        Ok(Step::Yielded(awaited)) => wait_for(task, &awaited),
        Ok(Step::Returned(value)) if task.must_cancel.get() => {
            drop(value);
            // Cancelled just before the coroutine ended.
            task.must_cancel.set(false);
            cancel(task.future(), task.base.cancel_message.get()).map(drop)
        }
        Ok(Step::Returned(value)) => set_result(task.future(), value),
        Err(error) => fail(task, error),
    }
}

/// Raises `exception` where the coroutine waits.
fn throw_into(coroutine: &Value, exception: PyErr) -> PyResult<Step> {
    if coroutine.downcast_exact::<PyCoroutine>().is_some()
        && let Some(core) = generator::core_of_exact(coroutine)
    {
        return generator::throw(core, &Thrown::exception(exception), true);
    }
    match protocol::call_method(coroutine, name!("throw"), &[exception.into_value()]) {
        Ok(value) => Ok(Step::Yielded(value)),
        Err(error) if error.is_instance(exceptions::stop_iteration_class()) => {
            Ok(Step::Returned(exceptions::stop_iteration_value(&error)))
        }
        Err(error) => Err(error),
    }
}

/// The coroutine has ended with `error`.
fn fail(task: &Ref<PyTask>, error: PyErr) -> PyResult<()> {
    if CANCELLED_ERROR.is_class_of(error.as_value())? {
        task.base.cancelled_error.set(Some(error.into_value()));
        return cancel(task.future(), None).map(drop);
    }
    set_exception(task.future(), error.as_value().clone())?;
    let ends_loop = error.is_instance(exceptions::keyboard_interrupt_class())
        || error.is_instance(exceptions::system_exit_class());
    if ends_loop { Err(error) } else { Ok(()) }
}

/// The coroutine has yielded `awaited`: a future to wait for, or None to go on soon.
fn wait_for(task: &Ref<PyTask>, awaited: &Value) -> PyResult<()> {
    if awaited.is_none() {
        return schedule(task, None);
    }
    let blocking = match exact_future(awaited) {
        Some(future) => Some(future.blocking.get()),
        None => match protocol::lookup_attr(awaited, name!("_asyncio_future_blocking"))? {
            Some(blocking) if !blocking.is_none() => Some(protocol::truth(&blocking)?),
            _ => None,
        },
    };
    match blocking {
        _ if awaited.is(task.as_value()) => {
            complain(task, awaited, |task, _| format!("Task cannot await on itself: {task}"))
        }
        Some(_) if !loop_of(awaited)?.is(&task.base.event_loop()?) => {
            complain(task, awaited, |task, awaited| {
                format!("Task {task} got Future {awaited} attached to a different loop")
            })
        }
        Some(true) => wait_for_future(task, awaited),
        Some(false) => complain(task, awaited, |task, awaited| {
            format!("yield was used instead of yield from in task {task} with {awaited}")
        }),
        None if awaited.downcast_exact::<PyGenerator>().is_some() => {
            complain(task, awaited, |task, awaited| {
                format!("yield was used instead of yield from for generator in task {task} with {awaited}")
            })
        }
        None => complain(task, awaited, |_, awaited| format!("Task got bad yield: {awaited}")),
    }
}

fn wait_for_future(task: &Ref<PyTask>, awaited: &Value) -> PyResult<()> {
    if let Some(future) = native_future(awaited) {
        future.awaited_by.add(task.as_value())?;
    }
    let wakeup = PyNative::bound(&TASK_WAKEUP, task.to_value()).into_value();
    let context = context_of(task);
    match exact_future(awaited) {
        Some(future) => {
            future.blocking.set(false);
            add_done_callback(future, wakeup, context)?;
        }
        None => {
            protocol::setattr(awaited, name!("_asyncio_future_blocking"), Value::FALSE)?;
            call_method_with(awaited, name!("add_done_callback"), &[wakeup, context], context_keyword())?;
        }
    }
    task.waiter.set(Some(awaited.clone()));
    if task.must_cancel.get() && cancel_waiter(awaited, task.base.cancel_message.get())? {
        task.must_cancel.set(false);
    }
    Ok(())
}

/// Has a RuntimeError raised in the coroutine; `text` gets the reprs of the task and of what it awaits.
#[cold]
fn complain(task: &Ref<PyTask>, awaited: &Value, text: fn(&str, &str) -> String) -> PyResult<()> {
    let task_repr = protocol::repr(task.as_value())?.to_string_lossy();
    let awaited =
        if awaited.is(task.as_value()) { String::new() } else { protocol::repr(awaited)?.to_string_lossy() };
    schedule(task, Some(exceptions::runtime_error(text(&task_repr, &awaited))))
}
