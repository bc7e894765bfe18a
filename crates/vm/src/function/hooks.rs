//! What code executed by the VM needs from the layers above: installed by the runtime at start-up.

use crate::cell::GilCell;
use crate::exceptions::PyErr;
use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, exceptions};

/// Functions of the runtime.
pub struct Hooks {
    /// `sys.displayhook(value)`.
    pub display: fn(&Value) -> PyResult<Value>,
    /// `__import__(name, globals, locals, fromlist, level)` when `builtins.__import__` is the original.
    pub import: fn(&Value, &Value, &Value, &Value, i64) -> PyResult<Value>,
    /// The ImportError for `from module import name`, with its hints.
    pub import_from_error: fn(&Value, &StrRef) -> PyErr,
    /// Intrinsics on type parameters: INTRINSIC_TYPEVAR and its relatives, by number.
    pub type_intrinsic: fn(u32, &Value) -> PyResult<Value>,
    /// The same for those with two operands.
    pub type_intrinsic_2: fn(u32, &Value, &Value) -> PyResult<Value>,
}

static HOOKS: GilCell<Option<&'static Hooks>> = GilCell::new(None);

/// Installs the runtime's functions.
pub fn install(hooks: &'static Hooks) {
    HOOKS.set(Some(hooks));
}

fn hooks() -> PyResult<&'static Hooks> {
    HOOKS.get().ok_or_else(|| exceptions::runtime_error("the runtime is not initialised"))
}

pub fn display(value: &Value) -> PyResult<Value> {
    (hooks()?.display)(value)
}

pub fn import(
    name: &Value,
    globals: &Value,
    locals: &Value,
    fromlist: &Value,
    level: i64,
) -> PyResult<Value> {
    (hooks()?.import)(name, globals, locals, fromlist, level)
}

pub fn type_intrinsic(which: u32, operand: &Value) -> PyResult<Value> {
    (hooks()?.type_intrinsic)(which, operand)
}

pub fn type_intrinsic_2(which: u32, a: &Value, b: &Value) -> PyResult<Value> {
    (hooks()?.type_intrinsic_2)(which, a, b)
}

pub fn import_from_error(module: &Value, name: &StrRef) -> PyErr {
    match hooks() {
        Ok(hooks) => (hooks.import_from_error)(module, name),
        Err(error) => error,
    }
}
