//! From Python source to code objects: the front end and the compiler as the runtime uses them.

use minipy_bytecode::CodeObject;
use minipy_compiler::{CompileOptions, ErrorKind};
use minipy_parser::{ParseOptions, Refused};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{PyErr, PyResult, Ref, Value, exceptions, protocol};
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
    let _ = (source, request);
    Err(exceptions::not_implemented_error("ast objects"))
}

/// Compiles a source to a code object, or raises SyntaxError.
pub fn compile(source: &Source, request: &Request<'_>) -> PyResult<Ref<PyCode>> {
    compile_to_data(source, request).map(|code| PyCode::new_ref(Arc::new(code)))
}

/// As [`compile`], giving the code object as plain data.
pub fn compile_to_data(source: &Source, request: &Request<'_>) -> PyResult<CodeObject> {
    let options = ParseOptions { mode: request.mode, flags: request.flags, max_int_digits: 4300 };
    let parsed = match source {
        Source::Text(text) => minipy_parser::parse_str(text, options),
        Source::Bytes(bytes) => minipy_parser::parse_bytes(bytes, options, None),
    };
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(refused) => return Err(refused_error(&refused, request)),
    };
    let optimize = if request.optimize < 0 { crate::config::optimize() } else { request.optimize as u8 };
    let mut warnings = Vec::new();
    let result = minipy_compiler::compile(
        parsed.module(),
        request.filename,
        CompileOptions { optimize, flags: request.flags },
        &mut warnings,
    );
    result.map_err(|error| {
        let kind = match error.kind {
            ErrorKind::RecursionError => return exceptions::recursion_error(&error.msg),
            _ => exceptions::syntax_error_class(),
        };
        syntax_error(kind, &error.msg, request, None, Some([error.lineno, error.offset, error.end_lineno, error.end_offset]))
    })
}

fn refused_error(_refused: &Refused, request: &Request<'_>) -> PyErr {
    syntax_error(exceptions::syntax_error_class(), "invalid syntax", request, None, None)
}

fn syntax_error(
    class: &minipy_vm::TypeRef,
    message: &str,
    request: &Request<'_>,
    text: Option<&str>,
    place: Option<[u32; 4]>,
) -> PyErr {
    let detail = |n: usize| place.map_or(Value::NONE, |p| Value::from(p[n]));
    let details = minipy_vm::PyTuple::from_array([
        Value::from(request.filename),
        detail(0),
        detail(1),
        text.map_or(Value::NONE, Value::from),
        detail(2),
        detail(3),
    ]);
    PyErr::new(class, &[Value::from(message), details.into_value()])
}
