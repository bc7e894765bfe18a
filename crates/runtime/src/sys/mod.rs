//! `sys`: a file per theme.

pub mod audit;
mod flags;
mod hooks;
mod introspection;
mod jit;
mod legacy;
mod limits;
mod loading;
mod memory;
pub mod monitoring;
pub mod os;
pub mod perf;
mod records;
pub mod remote;
mod report;
mod streams;
mod tracing;
mod unraisable;

use minipy_vm::cell::GilCell;
use minipy_vm::macros_support::ModuleDef;
use minipy_vm::types::str::intern;
use minipy_vm::{DictRef, PyDict, PyModule, PyResult, Ref, Value, protocol};

pub use flags::{clear_inspect_flag, configure};
pub use hooks::{display, print_exception, print_exception_to};
pub use memory::{AllocatorInfo, TRACKING, debug_statistics, set_allocator};
pub use minipy_vm::audit::{event as audit, is_active as is_audited};
pub use records::{VERSION, version};
pub use report::{exception_text, traceback_text};
pub use streams::{StreamError, open_streams};
pub use unraisable::{unraisable, write_stderr};

static DEF: ModuleDef = ModuleDef {
    name: "sys",
    doc: Some(include_str!("doc.txt")),
    functions: &[],
    attrs: &[],
    classes: &[],
    parts: &[
        &hooks::MODULE,
        &unraisable::MODULE,
        &audit::MODULE,
        &legacy::MODULE,
        &loading::MODULE,
        &memory::MODULE,
        &remote::MODULE,
        &perf::MODULE,
        &introspection::MODULE,
        &limits::MODULE,
        &records::MODULE,
        &tracing::MODULE,
        &flags::MODULE,
    ],
    init: None,
};

static MODULE: GilCell<Option<Ref<PyModule>>> = GilCell::new(None);

/// Makes the module.
pub fn make() -> PyResult<Ref<PyModule>> {
    let module = PyModule::from_def(&DEF)?;
    // A module that only `sys` knows: it cannot be imported.
    module.namespace().insert("_jit", PyModule::from_def(&jit::MODULE)?);
    MODULE.set(Some(module.clone()));
    Ok(module)
}

/// `sys.name` as it is now; `None` if it was deleted.
pub fn get(name: &str) -> PyResult<Option<Value>> {
    match MODULE.get() {
        Some(module) => module.namespace().get_str(&intern(name)),
        None => Ok(None),
    }
}

/// The module's namespace; an empty one before there is the module.
pub fn namespace() -> DictRef {
    MODULE.get().map_or_else(PyDict::new_ref, |module| module.namespace().clone())
}

/// `sys.name` as it is now.
///
/// # Errors
/// AttributeError if it was deleted.
pub fn require(name: &str) -> PyResult<Value> {
    let module = MODULE.get().map_or(Value::NONE, Ref::into_value);
    protocol::getattr(&module, &intern(name))
}

/// Sets `sys.name`.
pub fn set(name: &str, value: impl Into<Value>) {
    if let Some(module) = MODULE.get() {
        module.namespace().insert(name, value);
    }
}
