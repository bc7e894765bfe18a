//! From Python source to code objects: the front end and the compiler as the runtime uses them.

use crate::ast_objects::Converter;
use minipy_bytecode::CodeObject;
use minipy_compiler::{CompileError, CompileOptions, ErrorKind};
use minipy_parser::ast::{AnyNode, Arena};
use minipy_parser::{ParseOptions, Parsed, Refused};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{PyErr, PyResult, PyTuple, Ref, TypeRef, Value, exceptions, protocol};
use std::sync::Arc;

pub use minipy_compiler::PYCF_MASK;
pub use minipy_parser::Mode;

pub const PYCF_DONT_IMPLY_DEDENT: u32 = 0x200;
pub const PYCF_ONLY_AST: u32 = 0x400;
pub const PYCF_IGNORE_COOKIE: u32 = 0x800;
pub const PYCF_TYPE_COMMENTS: u32 = 0x1000;
pub const PYCF_ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
pub const PYCF_ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
pub const PYCF_OPTIMIZED_AST: u32 = 0x8000 | PYCF_ONLY_AST;
/// Every flag that `compile()` takes.
pub const PYCF_ALL: u32 = PYCF_MASK
    | PYCF_DONT_IMPLY_DEDENT
    | PYCF_OPTIMIZED_AST
    | PYCF_TYPE_COMMENTS
    | PYCF_ALLOW_TOP_LEVEL_AWAIT
    | PYCF_ALLOW_INCOMPLETE_INPUT
    | 0x10
    | 0x20;

/// What to compile a source for.
pub struct Request<'a> {
    pub filename: &'a str,
    pub mode: Mode,
    /// `PyCF_*` and `CO_FUTURE_*`.
    pub flags: u32,
    /// 0, 1, 2, or -1 for the interpreter's own level.
    pub optimize: i32,
}

/// Source as it came: text needs no decoding, bytes may declare an encoding.
pub enum Source {
    Text(String),
    Bytes(Vec<u8>),
}

impl Source {
    /// Without leading blanks, as `eval` takes it.
    pub fn trim_start_blanks(self) -> Source {
        match self {
            Source::Text(text) => Source::Text(text.trim_start_matches([' ', '\t']).to_owned()),
            Source::Bytes(bytes) => {
                let start = bytes.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(bytes.len());
                Source::Bytes(bytes[start..].to_vec())
            }
        }
    }
}

/// The source argument of `compile`, `eval` and `exec`.
pub fn source_text(source: &Value, function: &str, what: &str) -> PyResult<Source> {
    if let Some(text) = source.downcast::<PyStr>() {
        return match text.to_utf8() {
            Some(text) => Ok(Source::Text(text.into_owned())),
            None => Err(surrogates(text)),
        };
    }
    if let Some(bytes) = minipy_vm::types::bytes::contiguous(source) {
        return bytes.map(Source::Bytes);
    }
    Err(exceptions::type_error(format!("{function}() arg 1 must be a {what} object")))
}

fn surrogates(text: &StrRef) -> PyErr {
    let encode = protocol::call_method(text.as_value(), minipy_vm::name!("encode"), &[]);
    encode.err().unwrap_or_else(|| exceptions::value_error("source has surrogates"))
}

/// A file name argument: str, bytes or path-like.
pub fn filename(value: &Value) -> PyResult<String> {
    let path = crate::path::fs_decode(value)?;
    Ok(path.to_string_lossy())
}

/// An AST object as source: `None` if the value is no `ast.AST`.
pub fn from_ast_object(source: &Value, request: &Request<'_>) -> Option<PyResult<Value>> {
    let _ = (source, request);
    None
}

/// `compile(…, PyCF_ONLY_AST)`.
pub fn parse_to_ast(source: &Source, request: &Request<'_>) -> PyResult<Value> {
    let arena = Arena::new();
    let parsed = parse(&arena, source, request)?;
    Converter::new()?.node(AnyNode::from(&parsed.module))
}

/// Compiles a source to a code object, or raises SyntaxError.
pub fn compile(source: &Source, request: &Request<'_>) -> PyResult<Ref<PyCode>> {
    compile_to_data(source, request).map(|code| PyCode::new_ref(Arc::new(code)))
}

/// As [`compile`], giving the code object as plain data.
pub fn compile_to_data(source: &Source, request: &Request<'_>) -> PyResult<CodeObject> {
    let arena = Arena::new();
    let parsed = parse(&arena, source, request)?;
    let optimize = if request.optimize < 0 { crate::config::optimize() } else { request.optimize as u8 };
    let options = CompileOptions { optimize, flags: request.flags };
    let mut warnings = Vec::new();
    let code = minipy_compiler::compile(&parsed.module, request.filename, options, &mut warnings)
        .map_err(|error| compile_error(&error, request));
    for warning in &warnings {
        warn(&warning.message, request, i64::from(warning.location.lineno))?;
    }
    code
}

/// Parses a source, issuing the warnings that the parser has about it.
fn parse<'a>(arena: &'a Arena, source: &Source, request: &Request<'_>) -> PyResult<Parsed<'a>> {
    let max_int_digits = minipy_vm::types::int::convert::max_str_digits();
    let options = ParseOptions { mode: request.mode, flags: request.flags, max_int_digits };
    let parsed = match source {
        Source::Text(text) => minipy_parser::parse_str(arena, text, options),
        Source::Bytes(bytes) => minipy_parser::parse_bytes(arena, bytes, options, None),
    };
    let parsed = parsed.map_err(|refused| refused_error(&refused, request))?;
    for warning in &parsed.warnings {
        warn(&warning.msg, request, i64::from(warning.lineno))?;
    }
    Ok(parsed)
}

fn warn(message: &str, request: &Request<'_>, lineno: i64) -> PyResult<()> {
    minipy_vm::warnings::warn_explicit(exceptions::syntax_warning_class(), message, request.filename, lineno)
}

/// The exception for a source that the parser refused.
fn refused_error(refused: &Refused, request: &Request<'_>) -> PyErr {
    use minipy_parser::ErrorKind;
    let error = &*refused.error;
    let class = match error.kind {
        ErrorKind::IndentationError => exceptions::indentation_error_class(),
        ErrorKind::TabError => exceptions::tab_error_class(),
        ErrorKind::IncompleteInputError => exceptions::incomplete_input_error_class(),
        ErrorKind::MemoryError => return exceptions::memory_error_message(&error.msg),
        ErrorKind::RecursionError => return exceptions::recursion_error(&error.msg),
        _ => exceptions::syntax_error_class(),
    };
    let Some(range) = &error.range else {
        return PyErr::new(class, &[Value::from(error.msg.as_str())]);
    };
    let place =
        [i64::from(range.lineno), range.offset.into(), range.end_lineno.into(), range.end_offset.into()];
    let place = place.map(Value::from);
    syntax_error(class, &error.msg, request, error.text.as_deref(), place)
}

/// The exception for an AST that the compiler refused. Its columns are byte offsets from 0, and the line comes from the file
/// with the source's name, whatever was compiled.
fn compile_error(error: &CompileError, request: &Request<'_>) -> PyErr {
    match error.kind {
        ErrorKind::Recursion => return exceptions::recursion_error(&error.message),
        ErrorKind::Value => return exceptions::value_error(&error.message),
        ErrorKind::System => return exceptions::system_error(&error.message),
        ErrorKind::Overflow => return exceptions::overflow_error(&error.message),
        ErrorKind::Syntax => {}
    }
    let class = exceptions::syntax_error_class();
    let Some(location) = error.location else {
        return PyErr::new(class, &[Value::from(error.message.as_str())]);
    };
    let place = [
        i64::from(location.lineno),
        i64::from(location.col_offset) + 1,
        i64::from(location.end_lineno),
        i64::from(location.end_col_offset) + 1,
    ];
    let text = std::fs::read(request.filename).ok().and_then(|source| {
        let line = source.split_inclusive(|&b| b == b'\n').nth(location.lineno.max(1) as usize - 1)?;
        String::from_utf8(line.to_vec()).ok()
    });
    syntax_error(class, &error.message, request, text.as_deref(), place.map(Value::from))
}

fn syntax_error(
    class: &TypeRef,
    message: &str,
    request: &Request<'_>,
    text: Option<&str>,
    place: [Value; 4],
) -> PyErr {
    let [lineno, offset, end_lineno, end_offset] = place;
    let text = text.map_or(Value::NONE, Value::from);
    let details =
        PyTuple::from_array([Value::from(request.filename), lineno, offset, text, end_lineno, end_offset]);
    PyErr::new(class, &[Value::from(message), details.into_value()])
}
