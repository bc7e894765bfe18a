//! The scheduler.

use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::cell::GilCell;
use minipy_vm::types::structseq::{self, StructSeqDef};
use minipy_vm::{Args, PyResult, PyTuple, TypeRef, Value, exceptions, protocol};

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn sched_param() -> Value {
        super::parameter_class().into_value()
    }

    /// Get the maximum scheduling priority for policy.
    #[pyfunction("($module, /, policy)")]
    fn sched_get_priority_max(policy: i32) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::sched_get_priority_max(policy) })
    }

    /// Get the minimum scheduling priority for policy.
    #[pyfunction("($module, /, policy)")]
    fn sched_get_priority_min(policy: i32) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::sched_get_priority_min(policy) })
    }

    /// Get the scheduling policy for the process identified by pid.
    ///
    /// Passing 0 for pid returns the scheduling policy for the calling process.
    #[pyfunction("($module, pid, /)")]
    fn sched_getscheduler(pid: i32) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::sched_getscheduler(pid) })
    }

    /// Set the scheduling policy for the process identified by pid.
    ///
    /// If pid is 0, the calling process is changed.
    /// param is an instance of sched_param.
    #[pyfunction("($module, pid, policy, param, /)")]
    fn sched_setscheduler(pid: i32, policy: i32, param: &Value) -> PyResult<()> {
        let param = parameter(param)?;
        // SAFETY: the parameter outlives the call.
        syscall::check(unsafe { libc::sched_setscheduler(pid, policy, &param) }).map(drop)
    }

    /// Returns scheduling parameters for the process identified by pid.
    ///
    /// If pid is 0, returns parameters for the calling process.
    /// Return value is an instance of sched_param.
    #[pyfunction("($module, pid, /)")]
    fn sched_getparam(pid: i32) -> PyResult<Value> {
        let mut param = libc::sched_param { sched_priority: 0 };
        // SAFETY: the parameter outlives the call.
        syscall::check(unsafe { libc::sched_getparam(pid, &mut param) })?;
        Ok(structseq::new_instance(&super::parameter_class(), 1, vec![Value::from(param.sched_priority)]))
    }

    /// Set scheduling parameters for the process identified by pid.
    ///
    /// If pid is 0, sets parameters for the calling process.
    /// param should be an instance of sched_param.
    #[pyfunction("($module, pid, param, /)")]
    fn sched_setparam(pid: i32, param: &Value) -> PyResult<()> {
        let param = parameter(param)?;
        // SAFETY: the parameter outlives the call.
        syscall::check(unsafe { libc::sched_setparam(pid, &param) }).map(drop)
    }

    /// Return the round-robin quantum for the process identified by pid, in seconds.
    ///
    /// Value returned is a float.
    #[pyfunction("($module, pid, /)")]
    fn sched_rr_get_interval(pid: i32) -> PyResult<f64> {
        let mut interval = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the interval outlives the call.
        syscall::check(unsafe { libc::sched_rr_get_interval(pid, &mut interval) })?;
        Ok(interval.tv_sec as f64 + interval.tv_nsec as f64 * 1e-9)
    }

    /// Set the CPU affinity of the process identified by pid to mask.
    ///
    /// mask should be an iterable of integers identifying CPUs.
    #[pyfunction("($module, pid, mask, /)")]
    fn sched_setaffinity(pid: i32, mask: &Value) -> PyResult<()> {
        // SAFETY: all-zero bytes are a valid `cpu_set_t`.
        let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        protocol::for_each(mask, |item| {
            if !protocol::is_int(&item) {
                let class = protocol::repr(item.class().as_value())?;
                let message = format!("expected an iterator of ints, but iterator yielded {class}");
                return Err(exceptions::type_error(message));
            }
            let cpu = protocol::index_to_i64(&item)?
                .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))?;
            if cpu < 0 {
                return Err(exceptions::value_error("negative CPU number"));
            }
            if cpu < i64::from(libc::CPU_SETSIZE) {
                // SAFETY: the number is within the set.
                unsafe { libc::CPU_SET(cpu as usize, &mut set) };
            }
            Ok(())
        })?;
        // SAFETY: the set has the size that is told.
        syscall::check(unsafe { libc::sched_setaffinity(pid, size_of::<libc::cpu_set_t>(), &set) }).map(drop)
    }
}

pub use functions::MODULE;

static PARAMETER: StructSeqDef = StructSeqDef {
    module: "posix",
    name: "sched_param",
    doc: "Currently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.",
    fields: &[("sched_priority", "the scheduling priority")],
    visible: 1,
    instantiable: true,
};

static CLASS: GilCell<Option<TypeRef>> = GilCell::new(None);

/// `sched_param`: a struct sequence that is called with its field instead of a sequence.
fn parameter_class() -> TypeRef {
    if let Some(class) = CLASS.get() {
        return class;
    }
    let class = structseq::new_class(&PARAMETER);
    class.slots.with(|slots| slots.new = Some(new_parameter));
    CLASS.set(Some(class.clone()));
    class
}

fn new_parameter(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
    // What `__reduce__` gives: the fields as a tuple, and a dict of those that are not items.
    if let [fields, hidden] = args.positional()
        && let Some(fields) = fields.downcast::<PyTuple>()
        && hidden.downcast::<minipy_vm::PyDict>().is_some()
        && let [priority] = &fields[..]
    {
        return Ok(structseq::new_instance(class, 1, vec![priority.clone()]));
    }
    let given = args.args.len();
    if given > 1 {
        let message = format!("sched_param() takes at most 1 argument ({given} given)");
        return Err(exceptions::type_error(message));
    }
    let is_named = args.kwnames.first().is_none_or(|name| {
        name.downcast::<minipy_vm::PyStr>().is_some_and(|name| name.eq_str("sched_priority"))
    });
    match args.args.first() {
        Some(priority) if is_named => Ok(structseq::new_instance(class, 1, vec![priority.clone()])),
        _ => Err(exceptions::type_error("sched_param() missing required argument 'sched_priority' (pos 1)")),
    }
}

/// A `sched_param` argument.
pub fn parameter(value: &Value) -> PyResult<libc::sched_param> {
    let priority = match value.downcast::<PyTuple>() {
        Some(tuple) if value.class().is(&parameter_class()) => tuple.first(),
        _ => return Err(exceptions::type_error("must have a sched_param object")),
    };
    let priority = priority.map_or(Ok(Some(0)), protocol::index_to_i64)?;
    match priority.and_then(|n| i32::try_from(n).ok()) {
        Some(sched_priority) => Ok(libc::sched_param { sched_priority }),
        None => Err(exceptions::overflow_error("sched_priority out of range")),
    }
}
