//! `sys`: a file per theme.

mod flags;
mod hooks;
mod introspection;
mod jit;
mod limits;
pub mod monitoring;
pub mod os;
mod records;
mod report;
mod streams;
mod tracing;

use minipy_vm::cell::GilCell;
use minipy_vm::macros_support::ModuleDef;
use minipy_vm::types::str::intern;
use minipy_vm::{DictRef, PyModule, PyResult, Ref, Value};

pub use flags::{clear_inspect_flag, configure};
pub use hooks::{audit, display, is_audited, print_exception, print_exception_to, unraisable, write_stderr};
pub use records::{VERSION, version};
pub use report::{exception_text, traceback_text};
pub use streams::{StreamError, open_streams};

static DEF: ModuleDef = ModuleDef {
    name: "sys",
    doc: Some(
        "This module provides access to some objects used or maintained by the\ninterpreter and to functions that interact strongly with the interpreter.",
    ),
    functions: &[],
    attrs: &[],
    classes: &[],
    parts: &[
        &hooks::MODULE,
        &introspection::MODULE,
        &limits::MODULE,
        &records::MODULE,
        &tracing::MODULE,
        &flags::MODULE,
    ],
    init: None,
};

static NAMESPACE: GilCell<Option<DictRef>> = GilCell::new(None);

/// Makes the module.
pub fn make() -> PyResult<Ref<PyModule>> {
    let module = PyModule::from_def(&DEF)?;
    // A module that only `sys` knows: it cannot be imported.
    module.namespace().insert("_jit", PyModule::from_def(&jit::MODULE)?);
    NAMESPACE.set(Some(module.namespace()));
    Ok(module)
}

/// `sys.name` as it is now; `None` if it was deleted.
pub fn get(name: &str) -> PyResult<Option<Value>> {
    match NAMESPACE.get() {
        Some(namespace) => namespace.get_str(&intern(name)),
        None => Ok(None),
    }
}

/// Sets `sys.name`.
pub fn set(name: &str, value: impl Into<Value>) {
    if let Some(namespace) = NAMESPACE.get() {
        namespace.insert(name, value);
    }
}
