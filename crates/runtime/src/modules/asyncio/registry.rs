//! Which loop runs in a thread, which task runs in it, and which tasks there are.

use super::future::exact_future;
use super::imported::{GET_EVENT_LOOP_POLICY, WEAK_SET};
use super::task::PyTask;
use minipy_macros::pymodule;
use minipy_vm::heap::Obj;
use minipy_vm::types::set::set_of;
use minipy_vm::{GilCell, PyErr, PyResult, Ref, Value, exceptions, name, protocol, thread};

/// The native tasks that wait to be run or are run. Each knows its index and takes itself off when it dies.
struct Tasks(GilCell<Vec<*const Obj<PyTask>>>);

// SAFETY: used under the GIL only.
unsafe impl Sync for Tasks {}

static TASKS: Tasks = Tasks(GilCell::new(Vec::new()));

/// The tasks of other implementations: a WeakSet, and a set of those that are in their first, eager step.
static OTHER_TASKS: GilCell<Option<Value>> = GilCell::new(None);
static OTHER_EAGER_TASKS: GilCell<Option<Value>> = GilCell::new(None);

/// The index of a task that is not on the list.
pub const UNREGISTERED: usize = usize::MAX;

pub fn register(task: &Ref<PyTask>) {
    if task.registry_index.get() == UNREGISTERED {
        task.registry_index.set(TASKS.0.with(|tasks| {
            tasks.push(task.as_ptr());
            tasks.len() - 1
        }));
    }
}

pub fn unregister(task: &PyTask) {
    let index = task.registry_index.replace(UNREGISTERED);
    if index == UNREGISTERED {
        return;
    }
    TASKS.0.with(|tasks| {
        tasks.swap_remove(index);
        if let Some(&moved) = tasks.get(index) {
            // SAFETY: tasks on the list are alive.
            unsafe { &*moved }.payload.registry_index.set(index);
        }
    });
}

fn other_tasks() -> PyResult<Value> {
    if let Some(tasks) = OTHER_TASKS.get() {
        return Ok(tasks);
    }
    let tasks = protocol::call0(&WEAK_SET.get()?)?;
    OTHER_TASKS.set(Some(tasks.clone()));
    Ok(tasks)
}

fn other_eager_tasks() -> PyResult<Value> {
    if let Some(tasks) = OTHER_EAGER_TASKS.get() {
        return Ok(tasks);
    }
    let tasks = set_of(Vec::new())?;
    OTHER_EAGER_TASKS.set(Some(tasks.clone()));
    Ok(tasks)
}

/// The loop that runs in this thread.
pub fn running_loop() -> Option<Value> {
    thread::current().running_loop.get()
}

fn required_running_loop() -> PyResult<Value> {
    running_loop().ok_or_else(|| exceptions::runtime_error("no running event loop"))
}

/// The running loop, or the one that the policy gives.
pub fn event_loop() -> PyResult<Value> {
    if let Some(event_loop) = running_loop() {
        return Ok(event_loop);
    }
    let policy = protocol::call0(&GET_EVENT_LOOP_POLICY.get()?)?;
    protocol::call_method(&policy, name!("get_event_loop"), &[])
}

fn check_running(event_loop: &Value) -> PyResult<()> {
    if thread::current().running_loop.with(|running| running.as_ref().is_some_and(|r| r.is(event_loop))) {
        return Ok(());
    }
    Err(not_running(event_loop))
}

#[cold]
fn not_running(event_loop: &Value) -> PyErr {
    match protocol::repr(event_loop) {
        Ok(shown) => exceptions::runtime_error(format!("loop {shown} is not the running loop")),
        Err(error) => error,
    }
}

/// The error about two tasks that get in each other's way; `text` gets their reprs.
#[cold]
fn conflict(task: &Value, current: Option<Value>, text: fn(&str, &str) -> String) -> PyErr {
    let shown = |value: &Value| protocol::repr(value).map(|repr| repr.to_string_lossy());
    let message = || Ok(text(&shown(task)?, &shown(current.as_ref().unwrap_or(&Value::NONE))?));
    message().map_or_else(|error| error, exceptions::runtime_error)
}

/// Makes `task` the running one; none may be running.
pub fn enter_task(event_loop: &Value, task: &Value) -> PyResult<()> {
    check_running(event_loop)?;
    let running = &thread::current().running_task;
    if let Some(current) = running.get() {
        return Err(conflict(task, Some(current), |task, current| {
            format!("Cannot enter into task {task} while another task {current} is being executed.")
        }));
    }
    running.set(Some(task.clone()));
    Ok(())
}

/// The reverse of [`enter_task`].
pub fn leave_task(event_loop: &Value, task: &Value) -> PyResult<()> {
    check_running(event_loop)?;
    let running = &thread::current().running_task;
    if !running.with(|current| current.as_ref().is_some_and(|current| current.is(task))) {
        return Err(conflict(task, running.get(), |task, current| {
            format!("Invalid attempt to leave task {task} while task {current} is entered.")
        }));
    }
    running.set(None);
    Ok(())
}

/// Makes `task` the running one, or none, and gives the one that was.
pub fn swap_current_task(event_loop: &Value, task: Option<Value>) -> PyResult<Option<Value>> {
    check_running(event_loop)?;
    Ok(thread::current().running_task.replace(task))
}

/// The loop of any future.
pub fn loop_of(future: &Value) -> PyResult<Value> {
    if let Some(future) = exact_future(future) {
        return future.event_loop();
    }
    match protocol::lookup_attr(future, name!("get_loop"))? {
        Some(get_loop) => protocol::call0(&get_loop),
        None => protocol::getattr(future, name!("_loop")),
    }
}

fn running_task_of(event_loop: &Value) -> Option<Value> {
    let of_thread = |thread: &thread::Thread| {
        let here = thread.running_loop.with(|running| running.as_ref().is_some_and(|r| r.is(event_loop)));
        here.then(|| thread.running_task.get()).flatten()
    };
    // SAFETY: threads on the list are alive while the GIL is held.
    of_thread(thread::current()).or_else(|| thread::all().into_iter().find_map(|t| of_thread(unsafe { &*t })))
}

fn add_if_unfinished(tasks: &mut Vec<Value>, task: Value, event_loop: &Value) -> PyResult<()> {
    let done = protocol::call_method(&task, name!("done"), &[])?;
    if !protocol::truth(&done)? && loop_of(&task)?.is(event_loop) {
        tasks.push(task);
    }
    Ok(())
}

#[pymodule(name = "_asyncio")]
pub mod functions {
    use super::*;

    /// Return an asyncio event loop.
    ///
    /// When called from a coroutine or a callback (e.g. scheduled with
    /// call_soon or similar API), this function will always return the
    /// running event loop.
    ///
    /// If there is no running event loop set, the function will return
    /// the result of `get_event_loop_policy().get_event_loop()` call.
    #[pyfunction("()")]
    fn get_event_loop() -> PyResult<Value> {
        event_loop()
    }

    /// Return the running event loop.  Raise a RuntimeError if there is none.
    ///
    /// This function is thread-specific.
    #[pyfunction("()")]
    fn get_running_loop() -> PyResult<Value> {
        required_running_loop()
    }

    /// Return the running event loop or None.
    ///
    /// This is a low-level function intended to be used by event loops.
    /// This function is thread-specific.
    #[pyfunction("()")]
    fn _get_running_loop() -> Option<Value> {
        running_loop()
    }

    /// Set the running event loop.
    ///
    /// This is a low-level function intended to be used by event loops.
    /// This function is thread-specific.
    #[pyfunction("(loop, /)")]
    fn _set_running_loop(event_loop: Value) {
        thread::current().running_loop.set(Some(event_loop).filter(|event_loop| !event_loop.is_none()));
    }

    /// Return a currently executed task.
    #[pyfunction("(loop=None)")]
    fn current_task(event_loop: Option<Value>) -> PyResult<Option<Value>> {
        let event_loop = event_loop.map_or_else(required_running_loop, Ok)?;
        Ok(running_task_of(&event_loop))
    }

    /// Return a set of all tasks for the loop.
    #[pyfunction("(loop=None)")]
    fn all_tasks(event_loop: Option<Value>) -> PyResult<Value> {
        let event_loop = event_loop.map_or_else(required_running_loop, Ok)?;
        let mut found = Vec::new();
        for task in protocol::collect(&other_eager_tasks()?)? {
            add_if_unfinished(&mut found, task, &event_loop)?;
        }
        TASKS.0.with(|tasks| {
            for &task in tasks.iter() {
                // SAFETY: tasks on the list are alive.
                let (future, value) = unsafe { (&(*task).payload.base, Value::clone_from_bits(task as u64)) };
                if future.is_pending() && future.belongs_to(&event_loop) {
                    found.push(value);
                }
            }
        });
        for task in protocol::collect(&other_tasks()?)? {
            add_if_unfinished(&mut found, task, &event_loop)?;
        }
        set_of(found)
    }

    /// Enter into task execution or resume suspended task.
    ///
    /// Task belongs to loop.
    ///
    /// Returns None.
    #[pyfunction("(loop, task)")]
    fn _enter_task(event_loop: &Value, task: &Value) -> PyResult<()> {
        enter_task(event_loop, task)
    }

    /// Leave task execution or suspend a task.
    ///
    /// Task belongs to loop.
    ///
    /// Returns None.
    #[pyfunction("(loop, task)")]
    fn _leave_task(event_loop: &Value, task: &Value) -> PyResult<()> {
        leave_task(event_loop, task)
    }

    /// Temporarily swap in the supplied task and return the original one (or None).
    ///
    /// This is intended for use during eager coroutine execution.
    #[pyfunction("(loop, task)")]
    fn _swap_current_task(event_loop: &Value, task: Value) -> PyResult<Option<Value>> {
        swap_current_task(event_loop, Some(task).filter(|task| !task.is_none()))
    }

    /// Register a new task in asyncio as executed by loop.
    ///
    /// Returns None.
    #[pyfunction("(task)")]
    fn _register_task(task: &Value) -> PyResult<()> {
        if let Some(task) = task.downcast::<PyTask>() {
            register(task);
            return Ok(());
        }
        protocol::call_method(&other_tasks()?, name!("add"), std::slice::from_ref(task)).map(drop)
    }

    /// Register a new task in asyncio as executed by loop.
    ///
    /// Returns None.
    #[pyfunction("(task)")]
    fn _register_eager_task(task: &Value) -> PyResult<()> {
        if let Some(task) = task.downcast::<PyTask>() {
            register(task);
            return Ok(());
        }
        protocol::call_method(&other_eager_tasks()?, name!("add"), std::slice::from_ref(task)).map(drop)
    }

    /// Unregister a task.
    ///
    /// Returns None.
    #[pyfunction("(task)")]
    fn _unregister_task(task: &Value) -> PyResult<()> {
        if let Some(task) = task.downcast::<PyTask>() {
            unregister(task);
            return Ok(());
        }
        protocol::call_method(&other_tasks()?, name!("discard"), std::slice::from_ref(task)).map(drop)
    }

    /// Unregister a task.
    ///
    /// Returns None.
    #[pyfunction("(task)")]
    fn _unregister_eager_task(task: &Value) -> PyResult<()> {
        if let Some(task) = task.downcast::<PyTask>() {
            unregister(task);
            return Ok(());
        }
        protocol::call_method(&other_eager_tasks()?, name!("discard"), std::slice::from_ref(task)).map(drop)
    }
}
