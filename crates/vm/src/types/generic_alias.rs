//! `types.GenericAlias`
use crate::value::Value;
pub fn new(origin: Value, _args: Value) -> Value {
    origin
}
