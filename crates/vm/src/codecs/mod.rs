//! Text to bytes and back: the codecs the interpreter knows itself, and the registry of all codecs and error handlers.

mod errors;
mod handlers;
mod native;
mod registry;

pub use errors::{Decoding, Encoding, Errors, Stop, decode};
pub use native::{Native, decode_native, decode_utf8, encode_native};
pub use registry::{lookup, lookup_error, normalize, register, register_error, unregister, unregister_error};

use crate::cell::GilCell;
use crate::types::bytes::{self, PyBytes};
use crate::types::memoryview::PyMemoryView;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, name, protocol};

/// `str(bytes, encoding, errors)`: UTF-8 and strict unless said otherwise.
pub fn decode_text(
    owner: &Value,
    input: &[u8],
    encoding: Option<&PyStr>,
    errors: Option<&PyStr>,
) -> PyResult<StrRef> {
    let handler = Errors::new(errors);
    check_handler(errors)?;
    let Some(encoding) = encoding else { return decode_utf8(input, &handler) };
    let encoding_name = without_nul(encoding)?;
    if let Some(errors) = errors {
        without_nul(errors)?;
    }
    if let Some(native) = Native::from_name(&encoding_name) {
        return decode_native(native, input, &handler, true).map(|(text, _)| text);
    }
    // Whatever was given, the codec sees a read-only view.
    let view = match owner.downcast_exact::<PyBytes>() {
        Some(_) => PyMemoryView::from_object(owner, 0),
        None => PyMemoryView::from_object(bytes::from_slice(input).as_value(), 0),
    }?;
    let result = run_codec(Direction::Decode, view.as_value(), &encoding_name, errors)?;
    result.downcast_into::<PyStr>().map_err(|other| {
        exceptions::type_error(format!(
            "'{encoding_name}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
            other.type_name()
        ))
    })
}

/// `str.encode(encoding, errors)`.
pub fn encode_text(text: &StrRef, encoding: Option<&PyStr>, errors: Option<&PyStr>) -> PyResult<Value> {
    let handler = Errors::new(errors);
    check_handler(errors)?;
    let Some(encoding) = encoding else {
        return encode_native(Native::Utf8, text, &handler).map(|b| bytes::from_box(b.into()).into_value());
    };
    let encoding_name = without_nul(encoding)?;
    if let Some(errors) = errors {
        without_nul(errors)?;
    }
    if let Some(native) = Native::from_name(&encoding_name) {
        return encode_native(native, text, &handler).map(|b| bytes::from_box(b.into()).into_value());
    }
    let result = run_codec(Direction::Encode, text.as_value(), &encoding_name, errors)?;
    if result.downcast::<PyBytes>().is_some() {
        return Ok(result);
    }
    Err(exceptions::type_error(format!(
        "'{encoding_name}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
        result.type_name()
    )))
}

/// Whether error handlers are looked up even where there is no error.
static STRICT: GilCell<bool> = GilCell::new(false);

/// Makes unknown error handlers an error wherever one is named, as in development mode.
pub fn check_handlers() {
    STRICT.set(true);
}

fn check_handler(errors: Option<&PyStr>) -> PyResult<()> {
    match errors {
        Some(errors) if STRICT.get() => registry::lookup_error(&without_nul(errors)?).map(drop),
        _ => Ok(()),
    }
}

/// The UTF-8 of a name, such as that of a codec, of an error handler or of an event.
///
/// # Errors
/// UnicodeEncodeError if it holds a surrogate, ValueError for a null character.
pub fn without_nul(name: &PyStr) -> PyResult<String> {
    match name.to_utf8() {
        Some(text) if !text.contains('\0') => Ok(text.into_owned()),
        Some(_) => Err(exceptions::value_error("embedded null character")),
        None => Err(surrogate_in_name(name)),
    }
}

#[cold]
fn surrogate_in_name(name: &PyStr) -> PyErr {
    let name = name.copy_in(<PyStr as crate::heap::Payload>::class());
    match encode_native(Native::Utf8, &name, &Errors::strict()) {
        Err(error) => error,
        Ok(_) => exceptions::value_error("invalid name"),
    }
}

/// Which way a codec is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    Encode,
    Decode,
}

impl Direction {
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Direction::Encode => ("encoder", "encoding", "codecs.encode()"),
            Direction::Decode => ("decoder", "decoding", "codecs.decode()"),
        }
    }
}

/// Runs a registered text codec on `object`.
fn run_codec(
    direction: Direction,
    object: &Value,
    encoding: &str,
    errors: Option<&PyStr>,
) -> PyResult<Value> {
    let codec = lookup(encoding)?;
    if codec.downcast_exact::<PyTuple>().is_none() {
        let text = protocol::lookup_attr(&codec, name!("_is_text_encoding"))?;
        if let Some(text) = text
            && !protocol::truth(&text)?
        {
            return Err(exceptions::lookup_error(format!(
                "'{encoding}' is not a text encoding; use {} to handle arbitrary codecs",
                direction.words().2
            )));
        }
    }
    let errors = errors.map(|e| PyStr::copy_in(e, <PyStr as crate::heap::Payload>::class()).into_value());
    call_codec(direction, &codec, object, encoding, errors)
}

/// Calls the encoder or decoder of `codec`, an entry of the registry, and gives the object of the pair it returns.
pub fn call_codec(
    direction: Direction,
    codec: &Value,
    object: &Value,
    encoding: &str,
    errors: Option<Value>,
) -> PyResult<Value> {
    let (worker, doing, _) = direction.words();
    let function = codec
        .downcast::<PyTuple>()
        .and_then(|t| t.get(if direction == Direction::Encode { 0 } else { 1 }).cloned())
        .ok_or_else(|| exceptions::type_error("codec search functions must return 4-tuples"))?;
    let mut args = vec![object.clone()];
    args.extend(errors);
    let result = match protocol::call(&function, &args) {
        Ok(result) => result,
        Err(error) => {
            let note = PyStr::from_str(&format!("{doing} with '{encoding}' codec failed"));
            // The note is a courtesy: whatever adding it raises gives way to the error itself.
            let _ = protocol::call_method(error.as_value(), name!("add_note"), &[note.into_value()]);
            return Err(error);
        }
    };
    match result.downcast::<PyTuple>().map(|t| &t[..]) {
        Some([object, _]) => Ok(object.clone()),
        _ => Err(exceptions::type_error(format!("{worker} must return a tuple (object, integer)"))),
    }
}
