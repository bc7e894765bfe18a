//! The built-in error handlers as functions, for `codecs.lookup_error`.

use crate::exceptions::{
    PyUnicodeDecodeError, PyUnicodeEncodeError, PyUnicodeTranslateError, UnicodeErrorData,
};
use crate::heap::Ref;
use crate::types::bytes::{self, PyBytes};
use crate::types::function::PyNative;
use crate::types::str::unit::by_width;
use crate::types::str::{PyStr, StrBuilder};
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions};
use minipy_macros::pymodule;
use minipy_text::codecs::{Codec, DecodeError, EncodeError, ErrorHandler, Replacement};

/// The function of a built-in handler.
pub fn builtin(name: &str) -> Option<Value> {
    let function = match name {
        "strict" => "strict_errors",
        "ignore" => "ignore_errors",
        "replace" => "replace_errors",
        "xmlcharrefreplace" => "xmlcharrefreplace_errors",
        "backslashreplace" => "backslashreplace_errors",
        "namereplace" => "namereplace_errors",
        "surrogatepass" => "surrogatepass",
        "surrogateescape" => "surrogateescape",
        _ => return None,
    };
    let def = functions::MODULE.functions.iter().find(|def| def.name == function)?;
    Some(PyNative::function(def, None).into_value())
}

/// Whether `handler` is one of the functions here.
pub fn is_builtin(handler: &Value) -> bool {
    let functions = functions::MODULE.functions;
    handler
        .downcast::<PyNative>()
        .is_some_and(|native| functions.iter().any(|def| std::ptr::eq(def, native.def)))
}

#[cold]
fn wrong_exception(exception: &Value) -> PyErr {
    exceptions::type_error(format!("don't know how to handle {} in error callback", exception.type_name()))
}

/// Start and end of an error, moved into an object of `len` items.
fn range(data: &UnicodeErrorData, len: usize) -> (usize, usize) {
    let start = usize::try_from(data.start.get()).unwrap_or(0).min(len.saturating_sub(1));
    let end = usize::try_from(data.end.get()).unwrap_or(0).clamp(1.min(len), len);
    (start, end)
}

fn wrong_object(wanted: &str) -> PyErr {
    exceptions::type_error(format!("object attribute must be {wanted}"))
}

/// A replacement and the position after the error.
fn answer(replacement: Value, next: usize) -> Value {
    PyTuple::from_array([replacement, Value::from(next)]).into_value()
}

fn encoding_of(data: &UnicodeErrorData) -> Codec {
    let name = data.encoding.get();
    let name = name.as_ref().and_then(|n| n.downcast::<PyStr>());
    name.map_or(Codec::Other, |n| Codec::from_name(&n.to_string_lossy()))
}

fn handle_encode(
    handler: ErrorHandler,
    exception: &Value,
    error: &Ref<PyUnicodeEncodeError>,
) -> PyResult<Value> {
    let data = &error.data;
    let object = data.object.get().ok_or_else(|| exceptions::type_error("object attribute not set"))?;
    let text = object.downcast::<PyStr>().ok_or_else(|| wrong_object("unicode"))?;
    let (start, end) = range(data, text.len());
    let located = EncodeError { start, end: end.max(start), reason: "" };
    let codec = encoding_of(data);
    match by_width!(text.data(), d => handler.encode(d, located, codec)) {
        Some((Replacement::Text(text), next)) => {
            Ok(answer(PyStr::from_code_points(&text).into_value(), next))
        }
        Some((Replacement::Bytes(found), next)) => Ok(answer(bytes::from_slice(&found).into_value(), next)),
        None => Err(raise(exception)),
    }
}

fn handle_decode(
    handler: ErrorHandler,
    exception: &Value,
    error: &Ref<PyUnicodeDecodeError>,
) -> PyResult<Value> {
    if matches!(handler, ErrorHandler::XmlCharRefReplace | ErrorHandler::NameReplace) {
        return Err(wrong_exception(exception));
    }
    let data = &error.data;
    let object = data.object.get().ok_or_else(|| exceptions::type_error("object attribute not set"))?;
    let input = object.downcast::<PyBytes>().ok_or_else(|| wrong_object("bytes"))?;
    let (start, end) = range(data, input.as_bytes().len());
    let located = DecodeError { start, end: end.max(start), reason: "" };
    let mut out = StrBuilder::new();
    match handler.decode(input.as_bytes(), located, encoding_of(data), &mut out) {
        Some(next) => Ok(answer(out.finish().into_value(), next)),
        None => Err(raise(exception)),
    }
}

fn handle_translate(
    handler: ErrorHandler,
    exception: &Value,
    error: &Ref<PyUnicodeTranslateError>,
) -> PyResult<Value> {
    let data = &error.data;
    let object = data.object.get().ok_or_else(|| exceptions::type_error("object attribute not set"))?;
    let text = object.downcast::<PyStr>().ok_or_else(|| wrong_object("unicode"))?;
    let (start, end) = range(data, text.len());
    let end = end.max(start);
    let replacement = match handler {
        ErrorHandler::Ignore => crate::types::str::empty(),
        ErrorHandler::Replace => PyStr::from_code_points(&vec![0xfffd; end - start]),
        ErrorHandler::BackslashReplace => {
            let located = EncodeError { start, end, reason: "" };
            match by_width!(text.data(), d => handler.encode(d, located, Codec::Other)) {
                Some((Replacement::Text(text), _)) => PyStr::from_code_points(&text),
                _ => return Err(raise(exception)),
            }
        }
        _ => return Err(wrong_exception(exception)),
    };
    Ok(answer(replacement.into_value(), end))
}

fn raise(exception: &Value) -> PyErr {
    match exception.clone().downcast_into::<exceptions::PyBaseException>() {
        Ok(exception) => PyErr::from_exception(exception),
        Err(_) => exceptions::type_error("codec must pass exception instance"),
    }
}

fn handle(handler: ErrorHandler, exception: &Value) -> PyResult<Value> {
    if let Some(error) = exception.downcast::<PyUnicodeEncodeError>() {
        handle_encode(handler, exception, error)
    } else if let Some(error) = exception.downcast::<PyUnicodeDecodeError>() {
        handle_decode(handler, exception, error)
    } else if let Some(error) = exception.downcast::<PyUnicodeTranslateError>() {
        handle_translate(handler, exception, error)
    } else {
        Err(wrong_exception(exception))
    }
}

#[pymodule(name = "")]
mod functions {
    use super::*;

    /// Implements the 'strict' error handling, which raises a UnicodeError on coding errors.
    #[pyfunction]
    fn strict_errors(exception: &Value) -> PyResult<Value> {
        Err(raise(exception))
    }

    /// Implements the 'ignore' error handling, which ignores malformed data and continues.
    #[pyfunction]
    fn ignore_errors(exception: &Value) -> PyResult<Value> {
        handle(ErrorHandler::Ignore, exception)
    }

    /// Implements the 'replace' error handling, which replaces malformed data with a replacement marker.
    #[pyfunction]
    fn replace_errors(exception: &Value) -> PyResult<Value> {
        handle(ErrorHandler::Replace, exception)
    }

    /// Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character with the appropriate XML character reference.
    #[pyfunction]
    fn xmlcharrefreplace_errors(exception: &Value) -> PyResult<Value> {
        handle(ErrorHandler::XmlCharRefReplace, exception)
    }

    /// Implements the 'backslashreplace' error handling, which replaces malformed data with a backslashed escape sequence.
    #[pyfunction]
    fn backslashreplace_errors(exception: &Value) -> PyResult<Value> {
        handle(ErrorHandler::BackslashReplace, exception)
    }

    /// Implements the 'namereplace' error handling, which replaces an unencodable character with a \N{...} escape sequence.
    #[pyfunction]
    fn namereplace_errors(exception: &Value) -> PyResult<Value> {
        handle(ErrorHandler::NameReplace, exception)
    }

    #[pyfunction]
    fn surrogatepass(exception: &Value) -> PyResult<Value> {
        handle(ErrorHandler::SurrogatePass, exception)
    }

    #[pyfunction]
    fn surrogateescape(exception: &Value) -> PyResult<Value> {
        handle(ErrorHandler::SurrogateEscape, exception)
    }
}
