//! AST to code objects: symbol table, code generation, flow graph, assembly.

pub mod assemble;
mod flowgraph;
pub mod ir;
