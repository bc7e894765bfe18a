//! Exception groups (PEP 654).

use crate::value::Value;
use crate::{PyResult, exceptions};

/// What remains to be raised after `except*` blocks: `raised` are their exceptions, `original` the group.
pub fn prepare_reraise_star(_original: &Value, _raised: &Value) -> PyResult<Value> {
    Err(exceptions::not_implemented_error("except*"))
}

/// Splits `group` by `match_type`: (matching part or None, rest or None).
pub fn split(_group: &Value, _match_type: &Value) -> PyResult<(Value, Value)> {
    Err(exceptions::not_implemented_error("except*"))
}

/// `ExceptionGroup("", [exception])` around a naked exception that `except*` caught.
pub fn wrap(_exception: &Value) -> PyResult<Value> {
    Err(exceptions::not_implemented_error("except*"))
}
