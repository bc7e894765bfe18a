//! What is wrong with a source text.

/// The exception class an error is raised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// `SyntaxError`
    SyntaxError,
    /// `IndentationError`
    IndentationError,
    /// `TabError`
    TabError,
    /// `_IncompleteInputError`: more input could make the source valid.
    IncompleteInputError,
    /// `MemoryError`: the source nests too deeply for the parser.
    MemoryError,
    /// `ValueError`: an identifier that is the name of a constant, once normalized.
    ValueError,
    /// `RecursionError`: the tree nests too deeply for what walks it.
    RecursionError,
}

impl ErrorKind {
    /// The name of the exception class.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::SyntaxError => "SyntaxError",
            ErrorKind::IndentationError => "IndentationError",
            ErrorKind::TabError => "TabError",
            ErrorKind::IncompleteInputError => "_IncompleteInputError",
            ErrorKind::MemoryError => "MemoryError",
            ErrorKind::ValueError => "ValueError",
            ErrorKind::RecursionError => "RecursionError",
        }
    }
}

/// Where a `SyntaxError` points: lines and offsets from 1, offsets in characters, 0 and -1 where CPython has no better value. With an
/// `offset` of -1 (a source that does not decode) `end_lineno` and `end_offset` are None in Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorRange {
    /// `lineno`
    pub lineno: u32,
    /// `offset`
    pub offset: i32,
    /// `end_lineno`
    pub end_lineno: u32,
    /// `end_offset`
    pub end_offset: i32,
}

/// A `SyntaxError` or a subclass, with the arguments CPython raises it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The exception class.
    pub kind: ErrorKind,
    /// `msg`
    pub msg: String,
    /// The position; None for an error of the source as a whole, which has a message only.
    pub range: Option<ErrorRange>,
    /// `text`: the line, with or without its newline, as CPython has it.
    pub text: Option<String>,
}

impl SyntaxError {
    /// An error of the whole source.
    pub fn without_position(kind: ErrorKind, msg: impl Into<String>) -> Self {
        SyntaxError { kind, msg: msg.into(), range: None, text: None }
    }
}

/// A `SyntaxWarning` found while reading the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxWarning {
    /// The text of the warning.
    pub msg: String,
    /// The message of the `SyntaxError` it becomes when warnings are errors.
    pub error_msg: String,
    /// The line it is reported for.
    pub lineno: u32,
    /// The offset in the source of what it is about: warnings are issued in this order.
    pub source_offset: u32,
    /// Where it is, as a `SyntaxError` says it when warnings are errors.
    pub range: ErrorRange,
}

impl SyntaxWarning {
    /// A warning about the escape sequence `quoted`.
    pub fn invalid_escape(quoted: &str, octal: bool, source_offset: usize, range: ErrorRange) -> Self {
        let what = if octal { "octal escape sequence" } else { "escape sequence" };
        let msg = |middle: &str| {
            format!(
                "\"{quoted}\" is an invalid {what}. {middle}Did you mean \"\\{quoted}\"? A raw string is also an option."
            )
        };
        SyntaxWarning {
            msg: msg("Such sequences will not work in the future. "),
            error_msg: msg(""),
            lineno: range.lineno,
            source_offset: source_offset as u32,
            range,
        }
    }
}
