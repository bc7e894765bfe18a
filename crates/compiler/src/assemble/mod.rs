//! From an optimised flow graph to a code object.

use minipy_bytecode::CodeObject;

use crate::ir::{AssembleError, Unit};

/// Optimise a unit and assemble its code object.
pub fn assemble(unit: Unit) -> Result<CodeObject, AssembleError> {
    let _ = unit;
    Err(AssembleError::Malformed("the flow graph is not connected yet"))
}
