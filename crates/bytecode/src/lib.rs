//! The opcode table, code objects as plain data, marshal, line and exception tables, verifier, disassembler.
//!
//! Everything here is CPython 3.14's format, and everything that reads bytes treats them as hostile.

pub mod code;
pub mod constant;
pub mod dis;
pub mod exception_table;
pub mod image;
pub mod location;
pub mod marshal;
pub mod opcode;
mod opcode_table;
pub mod pyc;
pub mod pystr;
pub mod verifier;

pub use code::{CodeObject, ConstIdx, LocalIdx, LocalKind, NameIdx};
pub use constant::Constant;
pub use opcode::{Opcode, OpcodeInfo};
pub use pystr::Str;
