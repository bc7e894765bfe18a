//! The exceptions and warnings that parsing and compiling raise.

use super::Request;
use super::metadata::metadata;
use minipy_compiler::{CompileError, ErrorKind, Phase};
use minipy_parser::{Refused, SyntaxError};
use minipy_vm::exceptions::PySyntaxError;
use minipy_vm::types::str::intern;
use minipy_vm::{PyErr, PyResult, PyTuple, TypeRef, Value, exceptions, protocol, warnings};

/// A SyntaxError's line, offset, last line and last offset.
type Place = [Value; 4];

/// Issues a warning of the compiler. Where filters make it an error, that is a SyntaxError.
pub fn warn_compiling(warning: &minipy_compiler::SyntaxWarning, request: &Request<'_>) -> PyResult<()> {
    let location = warning.location;
    issue(&warning.message, i64::from(location.lineno), request, || {
        let text = program_line(request.filename, location.lineno);
        located(exceptions::syntax_error_class(), &warning.message, request, text, place_of(location))
    })
}

/// Issues a warning of the parser about `source`.
pub fn warn_parsing(
    warning: &minipy_parser::SyntaxWarning,
    source: &str,
    request: &Request<'_>,
) -> PyResult<()> {
    issue(&warning.msg, i64::from(warning.lineno), request, || {
        let range = &warning.range;
        let line = source.lines().nth(range.lineno.max(1) as usize - 1).unwrap_or("");
        // CPython's tokenizer, unlike what decodes strings, has its line without the end.
        let from_tokenizer = warning.msg == warning.error_msg;
        let text = if from_tokenizer { line.to_owned() } else { format!("{line}\n") };
        let place =
            [range.lineno.into(), range.offset.into(), range.end_lineno.into(), range.end_offset.into()];
        let class = exceptions::syntax_error_class();
        located(class, &warning.error_msg, request, Some(text), place)
    })
}

fn issue(
    message: &str,
    lineno: i64,
    request: &Request<'_>,
    as_error: impl FnOnce() -> PyErr,
) -> PyResult<()> {
    let category = exceptions::syntax_warning_class();
    match warnings::warn_explicit(category, message, request.filename, lineno) {
        Err(error) if error.is_instance(category) => Err(as_error()),
        other => other,
    }
}

/// The exception for a source that the parser refused.
pub fn refused_error(refused: &Refused<'_>, request: &Request<'_>, from_file: bool) -> PyErr {
    let error = syntax_error(&refused.error, Value::from(request.filename));
    if let Some(details) = error.as_value().downcast::<PySyntaxError>()
        && let Some(range) = &refused.error.range
    {
        details.metadata.set(Some(metadata(refused.source, range.lineno, request.mode, from_file)));
    }
    error
}

/// The exception for a file with a null byte in it.
pub fn null_byte(content: &[u8], request: &Request<'_>) -> PyErr {
    let before = content.split(|&byte| byte == 0).next().unwrap_or_default();
    let line = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let lineno = 1 + before.iter().filter(|&&byte| byte == b'\n').count() as u32;
    let place = [lineno, 0, lineno, 0].map(Value::from);
    let class = exceptions::syntax_error_class();
    let text = String::from_utf8_lossy(line).into_owned();
    located(class, "source code cannot contain null bytes", request, Some(text), place)
}

/// The exception for a source whose encoding is wrong. CPython knows the file's name then only if it reads the file.
pub fn undecodable(error: &SyntaxError, request: &Request<'_>, from_file: bool) -> PyErr {
    let nameless = error.text.is_some() && !from_file;
    if from_file && error.msg.starts_with("Non-UTF-8") {
        let place = format!(" in file {} on line ", request.filename);
        let msg = error.msg.replacen(" on line ", &place, 1);
        return syntax_error(&SyntaxError { msg, ..error.clone() }, Value::from(request.filename));
    }
    let filename = if nameless { Value::NONE } else { Value::from(request.filename) };
    syntax_error(error, filename)
}

/// The exception for a line of a session that cannot be decoded: it has no place.
pub fn undecodable_line(error: &PyErr) -> PyErr {
    let message =
        protocol::str(error.as_value()).map_or_else(|_| String::new(), |text| text.to_string_lossy());
    let place = [
        Value::from("<stdin>"),
        Value::from(0),
        Value::from(0),
        Value::from(""),
        Value::from(0),
        Value::from(-1),
    ];
    let message = Value::from(format!("(unicode error) {message}"));
    PyErr::new(exceptions::syntax_error_class(), &[message, PyTuple::from_array(place).into_value()])
}

/// A mistake that the lexer or parser found, as the exception it becomes.
pub fn syntax_error(error: &SyntaxError, filename: Value) -> PyErr {
    use minipy_parser::ErrorKind;
    let class = match error.kind {
        ErrorKind::IndentationError => exceptions::indentation_error_class(),
        ErrorKind::TabError => exceptions::tab_error_class(),
        ErrorKind::IncompleteInputError => exceptions::incomplete_input_error_class(),
        ErrorKind::MemoryError => return exceptions::memory_error_message(&error.msg),
        ErrorKind::ValueError => return exceptions::value_error(&error.msg),
        ErrorKind::RecursionError => return exceptions::recursion_error(&error.msg),
        ErrorKind::SyntaxError => exceptions::syntax_error_class(),
    };
    let Some(range) = &error.range else {
        return PyErr::new(class, &[Value::from(error.msg.as_str())]);
    };
    let text = error.text.as_deref().map_or(Value::NONE, Value::from);
    let mut place = vec![filename, range.lineno.into(), range.offset.into(), text];
    if range.offset >= 0 {
        place.extend([Value::from(range.end_lineno), Value::from(range.end_offset)]);
    }
    PyErr::new(class, &[Value::from(error.msg.as_str()), PyTuple::from_vec(place).into_value()])
}

/// The exception for an AST that the compiler refused.
pub fn compile_error(error: &CompileError, request: &Request<'_>) -> PyErr {
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
    let text = program_line(request.filename, location.lineno);
    match error.phase {
        Phase::Code => located(class, &error.message, request, text, place_of(location)),
        Phase::Symbols => located_by_attributes(class, &error.message, request, text, place_of(location)),
    }
}

/// A compiler's location as an exception has it: bytes, counted from 1.
fn place_of(location: minipy_parser::ast::Location) -> Place {
    // An absent location is -1 everywhere.
    let offset = |column: u32| Value::from(i64::from(column as i32) + 1);
    [
        Value::from(location.lineno as i32),
        offset(location.col_offset),
        Value::from(location.end_lineno as i32),
        offset(location.end_col_offset),
    ]
}

/// The line of the file that a code object is said to come from, if there is such a file.
pub fn program_line(filename: &str, lineno: u32) -> Option<String> {
    if filename.starts_with('<') {
        return None;
    }
    let content = std::fs::read(filename).ok()?;
    let text = minipy_parser::decode_source(&content, Some(&super::decode_with_codec)).ok()?;
    text.split_inclusive('\n').nth((lineno as usize).checked_sub(1)?).map(str::to_owned)
}

fn located(
    class: &TypeRef,
    message: &str,
    request: &Request<'_>,
    text: Option<String>,
    place: Place,
) -> PyErr {
    let [lineno, offset, end_lineno, end_offset] = place;
    let text = text.map_or(Value::NONE, |text| Value::from(text.as_str()));
    let details =
        PyTuple::from_array([Value::from(request.filename), lineno, offset, text, end_lineno, end_offset]);
    PyErr::new(class, &[Value::from(message), details.into_value()])
}

/// As `located`, but the place is not among the exception's arguments.
fn located_by_attributes(
    class: &TypeRef,
    message: &str,
    request: &Request<'_>,
    text: Option<String>,
    place: Place,
) -> PyErr {
    let error = PyErr::new(class, &[Value::from(message)]);
    let [lineno, offset, end_lineno, end_offset] = place;
    let attributes = [
        ("lineno", lineno),
        ("offset", offset),
        ("end_lineno", end_lineno),
        ("end_offset", end_offset),
        ("filename", Value::from(request.filename)),
        ("text", text.map_or(Value::NONE, |text| Value::from(text.as_str()))),
    ];
    for (name, value) in attributes {
        if let Err(error) = protocol::setattr(error.as_value(), &intern(name), value) {
            return error;
        }
    }
    error
}
