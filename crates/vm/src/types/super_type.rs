//! `super`.

use crate::PyResult;
use crate::protocol::Callee;
use crate::types::str::StrRef;
use crate::value::Value;

/// Whether the value is the builtin class `super` itself.
pub fn is_super(_value: &Value) -> bool {
    false
}

/// `super(class, receiver).name` without making the proxy.
pub fn lookup(_class: &Value, _receiver: &Value, _name: &StrRef) -> PyResult<Callee> {
    Err(crate::exceptions::type_error("super(): no arguments"))
}
