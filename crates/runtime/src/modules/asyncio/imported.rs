//! What `_asyncio` uses of the modules written in Python.

use crate::import::import_module;
use minipy_vm::types::str::intern;
use minipy_vm::{GilCell, PyErr, PyResult, PyType, TypeRef, Value, exceptions, protocol};

/// An attribute of a module, looked up at its first use.
pub struct Imported {
    module: &'static str,
    name: &'static str,
    value: GilCell<Option<Value>>,
}

pub static CANCELLED_ERROR: Imported = Imported::new("asyncio.exceptions", "CancelledError");
pub static INVALID_STATE_ERROR: Imported = Imported::new("asyncio.exceptions", "InvalidStateError");
pub static FUTURE_REPR: Imported = Imported::new("asyncio.base_futures", "_future_repr");
pub static TASK_REPR: Imported = Imported::new("asyncio.base_tasks", "_task_repr");
pub static TASK_GET_STACK: Imported = Imported::new("asyncio.base_tasks", "_task_get_stack");
pub static TASK_PRINT_STACK: Imported = Imported::new("asyncio.base_tasks", "_task_print_stack");
pub static IS_COROUTINE: Imported = Imported::new("asyncio.coroutines", "iscoroutine");
pub static GET_EVENT_LOOP_POLICY: Imported = Imported::new("asyncio.events", "_get_event_loop_policy");
pub static EXTRACT_STACK: Imported = Imported::new("traceback", "extract_stack");
pub static WEAK_SET: Imported = Imported::new("weakref", "WeakSet");

impl Imported {
    const fn new(module: &'static str, name: &'static str) -> Imported {
        Imported { module, name, value: GilCell::new(None) }
    }

    pub fn get(&self) -> PyResult<Value> {
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        let value = protocol::getattr(&import_module(self.module)?, &intern(self.name))?;
        self.value.set(Some(value.clone()));
        Ok(value)
    }

    /// An exception of this class.
    pub fn exception(&self, args: &[Value]) -> PyErr {
        let made = |class: Value| match class.downcast::<PyType>() {
            Some(class) => PyErr::new(class, args),
            None => exceptions::type_error(format!("{} is not a class", self.name)),
        };
        self.get().map_or_else(|error| error, made)
    }

    /// Whether `object` is an instance of this class.
    pub fn is_class_of(&self, object: &Value) -> PyResult<bool> {
        let class = self.get()?;
        Ok(class.downcast::<PyType>().is_some_and(|class: &TypeRef| object.is_instance_of(class)))
    }
}

/// Imports the modules that futures and tasks need, as the import of `_asyncio` does in CPython.
pub fn import_all() -> PyResult<()> {
    for module in [
        "asyncio.events",
        "asyncio.base_futures",
        "asyncio.exceptions",
        "asyncio.base_tasks",
        "asyncio.coroutines",
    ] {
        import_module(module)?;
    }
    Ok(())
}
