//! `sys.monitoring` (PEP 669).

use minipy_macros::pymodule;
use minipy_vm::monitoring::{self, Event, EventSet, LOCAL_EVENTS, PYTHON_TOOLS};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::namespace::new_namespace;
use minipy_vm::{PyDict, PyModule, PyResult, PyStr, Ref, Value, exceptions};

#[pymodule(name = "sys.monitoring")]
pub mod functions {
    use super::*;

    #[pyfunction("(tool_id, name, /)")]
    fn use_tool_id(tool_id: i32, name: &Value) -> PyResult<()> {
        let tool = super::tool(tool_id)?;
        if name.downcast::<PyStr>().is_none() {
            return Err(exceptions::value_error("tool name must be a str"));
        }
        monitoring::use_tool(tool, name.clone())
    }

    #[pyfunction("(tool_id, /)")]
    fn clear_tool_id(tool_id: i32) -> PyResult<()> {
        monitoring::clear_tool(super::tool(tool_id)?);
        Ok(())
    }

    #[pyfunction("(tool_id, /)")]
    fn free_tool_id(tool_id: i32) -> PyResult<()> {
        monitoring::free_tool(super::tool(tool_id)?);
        Ok(())
    }

    #[pyfunction("(tool_id, /)")]
    fn get_tool(tool_id: i32) -> PyResult<Option<Value>> {
        Ok(monitoring::tool_name(super::tool(tool_id)?))
    }

    #[pyfunction("(tool_id, event, func, /)")]
    fn register_callback(tool_id: i32, event: i32, func: &Value) -> PyResult<Option<Value>> {
        let tool = super::tool(tool_id)?;
        let bits = event.cast_unsigned();
        if !bits.is_power_of_two() || event < 0 {
            return Err(exceptions::value_error("The callback can only be set for one event at a time"));
        }
        let Some(&known) = Event::ALL.get(bits.trailing_zeros() as usize) else {
            return Err(exceptions::value_error(format!("invalid event {event}")));
        };
        crate::sys::audit("sys.monitoring.register_callback", std::slice::from_ref(func))?;
        Ok(monitoring::register_callback(tool, known, (!func.is_none()).then(|| func.clone())))
    }

    #[pyfunction("(tool_id, /)")]
    fn get_events(tool_id: i32) -> PyResult<u32> {
        Ok(monitoring::events(super::tool(tool_id)?))
    }

    #[pyfunction("(tool_id, event_set, /)")]
    fn set_events(tool_id: i32, event_set: i32) -> PyResult<()> {
        let tool = super::tool(tool_id)?;
        let events = event_set.cast_unsigned();
        if events >> Event::ALL.len() != 0 {
            return Err(exceptions::value_error(format!("invalid event set {events:#x}")));
        }
        let events = super::settable(events)?;
        super::check_in_use(tool)?;
        monitoring::set_events(tool, events);
        Ok(())
    }

    #[pyfunction("(tool_id, code, /)")]
    fn get_local_events(tool_id: i32, code: &Value) -> PyResult<u32> {
        let code = super::code(code)?;
        Ok(monitoring::local_events(super::tool(tool_id)?, code))
    }

    #[pyfunction("(tool_id, code, event_set, /)")]
    fn set_local_events(tool_id: i32, code: &Value, event_set: i32) -> PyResult<()> {
        let code = super::code(code)?;
        let tool = super::tool(tool_id)?;
        let events = super::settable(event_set.cast_unsigned())?;
        if events >> LOCAL_EVENTS != 0 {
            return Err(exceptions::value_error(format!("invalid local event set {events:#x}")));
        }
        super::check_in_use(tool)?;
        monitoring::set_local_events(tool, code, events);
        Ok(())
    }

    #[pyfunction("()")]
    fn restart_events() {
        monitoring::restart_events();
    }

    #[pyfunction("()")]
    fn _all_events() -> PyResult<Ref<PyDict>> {
        let all = PyDict::new_ref();
        for (event, tools) in monitoring::all_events() {
            all.insert(event.name(), Value::from(i64::from(tools)));
        }
        Ok(all)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let events = PyDict::new_ref();
        for event in Event::ALL {
            events.insert(event.name(), Value::from(i64::from(event.bit())));
        }
        events.insert("NO_EVENTS", Value::from(0i64));
        let namespace = module.namespace();
        namespace.insert("DISABLE", monitoring::disable());
        namespace.insert("MISSING", monitoring::missing());
        namespace.insert("events", new_namespace(events));
        for (name, id) in [("DEBUGGER_ID", 0i64), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)]
        {
            namespace.insert(name, Value::from(id));
        }
        Ok(())
    }
}

/// Makes the module.
pub fn make() -> PyResult<Ref<PyModule>> {
    PyModule::from_def(&functions::MODULE)
}

fn tool(id: i32) -> PyResult<usize> {
    usize::try_from(id)
        .ok()
        .filter(|&tool| tool < PYTHON_TOOLS)
        .ok_or_else(|| exceptions::value_error(format!("invalid tool {id} (must be between 0 and 5)")))
}

fn code(value: &Value) -> PyResult<&Ref<PyCode>> {
    value.downcast::<PyCode>().ok_or_else(|| exceptions::type_error("code must be a code object"))
}

fn check_in_use(tool: usize) -> PyResult<()> {
    if monitoring::tool_name(tool).is_none() {
        return Err(exceptions::value_error(format!("tool {tool} is not in use")));
    }
    Ok(())
}

/// The events to set for a set that may name C_RETURN and C_RAISE, which come with CALL, and BRANCH, which is both branches.
fn settable(events: EventSet) -> PyResult<EventSet> {
    let ends = Event::CReturn.bit() | Event::CRaise.bit();
    let calls = ends | Event::Call.bit();
    if events & ends != 0 && events & calls != calls {
        return Err(exceptions::value_error("cannot set C_RETURN or C_RAISE events independently"));
    }
    let mut events = events & !ends;
    if events & Event::Branch.bit() != 0 {
        events = events & !Event::Branch.bit() | Event::BranchLeft.bit() | Event::BranchRight.bit();
    }
    Ok(events)
}
