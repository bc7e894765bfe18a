//! From Python source to code objects: the front end and the compiler as the runtime uses them.

pub mod errors;
mod metadata;
mod typed;

use crate::modules::ast::{self, Converter, NodeClass, Optimization, Reader};
use minipy_bytecode::CodeObject;
use minipy_bytecode::code::flags::CO_FUTURE_ANNOTATIONS;
use minipy_compiler::ir::Unit;
use minipy_compiler::symtable::SymbolTable;
use minipy_compiler::{CompileOptions, Generated, future_flags};
use minipy_parser::ast::{AnyNode, Arena, Mod};
use minipy_parser::{ParseOptions, Parsed};
use minipy_vm::types::bytes;
use minipy_vm::types::code::PyCode;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{PyErr, PyResult, Ref, Value, exceptions, protocol};

pub use minipy_compiler::PYCF_MASK;
pub use minipy_parser::Mode;
pub use typed::compile_typed;

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
    /// The minor version whose syntax is allowed, if it is not all there is.
    pub feature_version: Option<u32>,
}

/// Source as it came: text needs no decoding, bytes may declare an encoding.
pub enum Source {
    Text(String),
    Bytes(Vec<u8>),
    /// The content of the file that the request names; an error of its encoding names it too.
    File(Vec<u8>),
}

impl Source {
    /// Without leading blanks, as `eval` takes it.
    pub fn trim_start_blanks(self) -> Source {
        match self {
            Source::Text(text) => Source::Text(text.trim_start_matches([' ', '\t']).to_owned()),
            Source::Bytes(bytes) | Source::File(bytes) => {
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
    if let Ok(bytes) = minipy_vm::types::bytes::BytesLike::of(source) {
        return Ok(Source::Bytes(bytes.to_vec()));
    }
    Err(exceptions::type_error(format!("{function}() arg 1 must be a {what} object")))
}

/// The error of encoding a text that has surrogates.
pub fn surrogates(text: &StrRef) -> PyErr {
    let encode = protocol::call_method(text.as_value(), minipy_vm::name!("encode"), &[]);
    encode.err().unwrap_or_else(|| exceptions::value_error("source has surrogates"))
}

/// A file name argument: str, bytes or path-like.
pub fn filename(value: &Value) -> PyResult<String> {
    let path = crate::path::fs_decode(value)?.to_string_lossy();
    if path.contains('\0') {
        return Err(exceptions::value_error("embedded null character"));
    }
    Ok(path)
}

/// The class of the tree that a mode compiles.
fn node_class(mode: Mode) -> NodeClass {
    match mode {
        Mode::Exec => NodeClass::Module,
        Mode::Eval => NodeClass::Expression,
        Mode::Single => NodeClass::Interactive,
        Mode::FuncType => NodeClass::FunctionType,
    }
}

/// `compile()` of a syntax-tree object: itself, an optimized copy, or a code object, as the flags say.
pub fn compile_ast(source: &Value, request: &Request<'_>) -> PyResult<Value> {
    crate::sys::audit("compile", &[source.clone(), Value::NONE])?;
    let arena = Arena::new();
    let module = Reader::new(&arena)?.module(source, node_class(request.mode))?;
    if request.flags & PYCF_OPTIMIZED_AST == PYCF_ONLY_AST {
        return Ok(source.clone());
    }
    ast::validate(&module)?;
    if request.flags & PYCF_ONLY_AST != 0 {
        return to_objects(&arena, &module, request);
    }
    compile_module(&module, request).map(|code| PyCode::compiled(&code).into_value())
}

/// Code generation alone for a syntax-tree object: its unit, and what is nested in it.
pub fn generate(source: &Value, request: &Request<'_>) -> PyResult<(Unit, Vec<Generated>)> {
    let arena = Arena::new();
    let module = Reader::new(&arena)?.module(source, node_class(request.mode))?;
    ast::validate(&module)?;
    let options = CompileOptions { optimize: optimization_level(request), flags: request.flags };
    let mut warnings = Vec::new();
    let generated = minipy_compiler::generate(&module, request.filename, options, &mut warnings);
    for warning in &warnings {
        errors::warn_compiling(warning, request)?;
    }
    generated.map_err(|error| errors::compile_error(&error, request))
}

/// `compile(…, PyCF_ONLY_AST)`.
pub fn parse_to_ast(source: &Source, request: &Request<'_>) -> PyResult<Value> {
    let arena = Arena::new();
    let parsed = parse(&arena, source, request)?;
    to_objects(&arena, &parsed.module, request)
}

fn to_objects(arena: &Arena, module: &Mod<'_>, request: &Request<'_>) -> PyResult<Value> {
    let flags = future_flags(module).map_err(|error| errors::compile_error(&error, request))?;
    let optimized = request.flags & PYCF_OPTIMIZED_AST == PYCF_OPTIMIZED_AST;
    let optimization = optimized.then(|| Optimization {
        arena,
        level: optimization_level(request),
        keep_annotations: (flags | request.flags) & CO_FUTURE_ANNOTATIONS != 0,
    });
    Converter::new(optimization)?.node(AnyNode::from(module))
}

/// Compiles a source to a code object, or raises SyntaxError.
pub fn compile(source: &Source, request: &Request<'_>) -> PyResult<Ref<PyCode>> {
    compile_to_data(source, request).map(|code| PyCode::compiled(&code))
}

/// As [`compile`], giving the code object as plain data.
pub fn compile_to_data(source: &Source, request: &Request<'_>) -> PyResult<CodeObject> {
    let arena = Arena::new();
    let parsed = parse(&arena, source, request)?;
    compile_module(&parsed.module, request)
}

/// What `f` makes of a source's symbol table.
pub fn with_symbol_table(
    source: &Source,
    request: &Request<'_>,
    f: impl FnOnce(&SymbolTable<'_>) -> PyResult<Value>,
) -> PyResult<Value> {
    let arena = Arena::new();
    let parsed = parse(&arena, source, request)?;
    let options = CompileOptions { optimize: optimization_level(request), flags: request.flags };
    minipy_compiler::with_symbol_table(&parsed.module, options, f)
        .map_err(|error| errors::compile_error(&error, request))?
}

fn optimization_level(request: &Request<'_>) -> u8 {
    if request.optimize < 0 { crate::config::optimize() } else { request.optimize as u8 }
}

fn compile_module(module: &Mod<'_>, request: &Request<'_>) -> PyResult<CodeObject> {
    let options = CompileOptions { optimize: optimization_level(request), flags: request.flags };
    let mut warnings = Vec::new();
    let code = minipy_compiler::compile(module, request.filename, options, &mut warnings);
    for warning in &warnings {
        errors::warn_compiling(warning, request)?;
    }
    code.map_err(|error| errors::compile_error(&error, request))
}

/// Parses a source, issuing the warnings that the parser has about it.
fn parse<'a>(arena: &'a Arena, source: &Source, request: &Request<'_>) -> PyResult<Parsed<'a>> {
    if crate::sys::is_audited() {
        let source = match source {
            Source::Text(text) => bytes::from_slice(text.as_bytes()).into_value(),
            Source::Bytes(data) => bytes::from_slice(data).into_value(),
            Source::File(_) => Value::NONE,
        };
        crate::sys::audit("compile", &[source, request.filename.into()])?;
    }
    let max_int_digits = minipy_vm::types::int::convert::max_str_digits();
    let options = ParseOptions {
        mode: request.mode,
        flags: request.flags,
        max_int_digits,
        feature_version: request.feature_version,
        more_may_follow: false,
    };
    let parsed = match source {
        Source::Text(text) => minipy_parser::parse_str(arena, text, options),
        Source::Bytes(bytes) | Source::File(bytes) if request.flags & PYCF_IGNORE_COOKIE != 0 => {
            minipy_parser::parse_str(arena, &String::from_utf8_lossy(bytes), options)
        }
        Source::File(bytes) if bytes.contains(&0) => return Err(errors::null_byte(bytes, request)),
        Source::Bytes(bytes) if bytes.contains(&0) => minipy_parser::parse_bytes(arena, bytes, options, None),
        Source::Bytes(bytes) | Source::File(bytes) => {
            let text = minipy_parser::decode_source(bytes, Some(&decode_with_codec))
                .map_err(|error| errors::undecodable(&error, request, matches!(source, Source::File(_))))?;
            minipy_parser::parse_str(arena, &text, options)
        }
    };
    let (warnings, text) = match &parsed {
        Ok(parsed) => (&parsed.warnings, parsed.source),
        Err(refused) => (&refused.warnings, refused.source),
    };
    for warning in warnings {
        errors::warn_parsing(warning, text, request)?;
    }
    parsed.map_err(|refused| errors::refused_error(&refused, request, matches!(source, Source::File(_))))
}

/// Decodes a source with one of Python's codecs; the error is the message of the exception.
fn decode_with_codec(name: &str, source: &[u8]) -> Result<String, String> {
    // The tokenizer sees a last line that ends, and so do the codec's complaints.
    let mut source = source.to_vec();
    if !source.ends_with(b"\n") {
        source.push(b'\n');
    }
    let bytes = minipy_vm::types::bytes::from_slice(&source);
    let decoded =
        minipy_vm::codecs::decode_text(bytes.as_value(), &source, Some(&PyStr::from_str(name)), None);
    match decoded {
        Ok(text) => text
            .to_utf8()
            .map(std::borrow::Cow::into_owned)
            .ok_or_else(|| "surrogates not allowed".to_owned()),
        Err(error) => {
            Err(protocol::str(error.as_value()).map_or_else(|_| String::new(), |text| text.to_string_lossy()))
        }
    }
}
