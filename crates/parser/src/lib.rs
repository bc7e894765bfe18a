//! Tokens to an AST in an arena: the grammar, and the wording of syntax errors.
#![forbid(unsafe_code)]

pub mod ast;
