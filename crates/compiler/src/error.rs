//! What compilation reports: errors and warnings.

use minipy_parser::ast::Location;

/// The exception an error becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `RecursionError`: the AST is nested too deeply.
    Recursion,
    /// `ValueError`: the AST is not one that a parser makes.
    Value,
    /// `SystemError`: the AST asks for something the code format cannot hold.
    System,
    /// `OverflowError`: an operand or a count is out of range.
    Overflow,
}

/// A step of compilation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Future statements and the symbol table.
    Symbols,
    /// Everything behind them.
    Code,
}

/// Why an AST has no code object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompileError {
    /// The exception to raise.
    pub kind: ErrorKind,
    /// Its message.
    pub message: String,
    /// Which step found it.
    pub phase: Phase,
    /// What it is about: lines from 1, UTF-8 byte offsets from 0. None for errors without a position.
    pub location: Option<Location>,
}

/// A `SyntaxWarning`, to be issued in the order of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxWarning {
    /// The text.
    pub message: String,
    /// What it is about. Should the warning be turned into an error, this is the `SyntaxError`'s range.
    pub location: Location,
}

/// The result of a step of compilation. Errors are boxed: they are rare, and results are passed around everywhere.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<CompileError>>;

/// A `SyntaxError` at `location`.
#[cold]
pub(crate) fn syntax_error<T>(message: impl Into<String>, location: Location) -> Result<T> {
    Err(Box::new(CompileError {
        kind: ErrorKind::Syntax,
        message: message.into(),
        phase: Phase::Code,
        location: Some(location),
    }))
}

/// An error of `kind` without a position.
#[cold]
pub(crate) fn error<T>(kind: ErrorKind, message: impl Into<String>) -> Result<T> {
    Err(Box::new(CompileError { kind, message: message.into(), phase: Phase::Code, location: None }))
}
