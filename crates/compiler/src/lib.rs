//! AST to code objects: symbol table, code generation, flow graph, assembly.
#![forbid(unsafe_code)]

mod docstring;
mod error;
pub mod ir;
mod mangle;
mod options;
pub mod symtable;

pub use error::{CompileError, ErrorKind, SyntaxWarning};
pub use options::Options;

/// How deeply statements and expressions may nest.
const MAX_DEPTH: u32 = 3000;
/// What is said beyond that.
const TOO_DEEP: &str = "maximum recursion depth exceeded during compilation";
