//! How errors reach their handlers, built in or registered.

use super::registry;
use crate::exceptions::{unicode_decode_error, unicode_encode_error, unicode_error_data};
use crate::types::bytes::{self, BytesRef, PyBytes};
use crate::types::str::{PyStr, StrData, StrRef};
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, protocol};
use minipy_text::codecs::{Codec, DecodeError, EncodeError, EncodeHandler, ErrorHandler, Replacement, Sink};

/// What handles the errors of one conversion.
pub enum Errors {
    Builtin(ErrorHandler),
    /// The name of a registered handler, looked up when the first error occurs.
    Registered(String),
}

impl Errors {
    /// The handler with this name, `strict` without one.
    pub fn new(name: Option<&PyStr>) -> Errors {
        match name {
            None => Errors::strict(),
            Some(name) => Errors::from_name(&name.to_string_lossy()),
        }
    }

    pub fn from_name(name: &str) -> Errors {
        match ErrorHandler::from_name(name) {
            Some(handler) if !registry::is_overridden(name) => Errors::Builtin(handler),
            _ => Errors::Registered(name.to_owned()),
        }
    }

    pub fn strict() -> Errors {
        Errors::Builtin(ErrorHandler::Strict)
    }
}

/// Why a decoder ends at an error.
pub enum Stop {
    Raise(PyErr),
    /// The handler wants other bytes to be decoded, from this position.
    Exchange(BytesRef, usize),
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Stop {
        Stop::Raise(error)
    }
}

/// The errors of one decoding.
pub struct Decoding<'a> {
    encoding: &'a str,
    input: &'a [u8],
    /// Where in `input` the bytes begin that the decoder sees.
    from: usize,
    errors: &'a Errors,
    /// The exception object, which all calls of a registered handler share.
    exception: Option<PyErr>,
}

/// Decodes `input` to `out`. The decoder is given the bytes, `out` and what handles errors, and gives how many bytes it took; so does
/// this. A handler may put other bytes into the exception: then those are decoded from the position it gives.
pub fn decode<S: Sink>(
    encoding: &str,
    input: &[u8],
    errors: &Errors,
    out: &mut S,
    mut decoder: impl FnMut(&[u8], &mut S, &mut Decoding) -> Result<usize, Stop>,
) -> PyResult<usize> {
    let (mut exception, mut exchanged, mut from) = (None, None::<BytesRef>, 0);
    loop {
        let input = exchanged.as_ref().map_or(input, |bytes| bytes.as_bytes());
        let mut decoding = Decoding { encoding, input, from, errors, exception: exception.take() };
        match decoder(&input[from..], out, &mut decoding) {
            Ok(used) => return Ok(from + used),
            Err(Stop::Raise(error)) => return Err(error),
            Err(Stop::Exchange(bytes, position)) => {
                exception = decoding.exception.take();
                (exchanged, from) = (Some(bytes), position);
            }
        }
    }
}

impl Decoding<'_> {
    #[cold]
    fn error(&self, error: DecodeError) -> PyErr {
        let object = bytes::from_slice(self.input).into_value();
        unicode_decode_error(self.encoding, object, error.start, error.end, error.reason)
    }

    /// Appends what replaces the bytes of `error`; gives the position to go on from.
    pub fn handle(&mut self, mut error: DecodeError, out: &mut impl Sink) -> Result<usize, Stop> {
        error.start += self.from;
        error.end += self.from;
        let name = match self.errors {
            Errors::Builtin(handler @ (ErrorHandler::XmlCharRefReplace | ErrorHandler::NameReplace)) => {
                let _ = handler;
                let message = "don't know how to handle UnicodeDecodeError in error callback";
                return Err(exceptions::type_error(message).into());
            }
            Errors::Builtin(handler) => {
                let codec = Codec::from_name(self.encoding);
                let position = handler.decode(self.input, error, codec, out);
                return Ok(position.ok_or_else(|| self.error(error))? - self.from);
            }
            Errors::Registered(name) => name,
        };
        let handler = registry::lookup_error(name)?;
        let exception = match self.exception.take() {
            Some(exception) => {
                relocate(&exception, error.start, error.end, error.reason);
                exception
            }
            None => self.error(error),
        };
        let data = unicode_error_data(exception.as_value());
        let before = data.and_then(|data| data.object.get());
        let result = protocol::call1(&handler, exception.as_value().clone())?;
        let wrong = || exceptions::type_error("decoding error handler must return (str, int) tuple");
        let Some([text, position]) = result.downcast::<PyTuple>().map(|t| &t[..]) else {
            return Err(wrong().into());
        };
        let (Some(text), true) = (text.downcast::<PyStr>(), protocol::is_int(position)) else {
            return Err(wrong().into());
        };
        let after = match data {
            Some(data) => data.checked_object::<PyBytes>("bytes")?,
            None => bytes::from_slice(self.input),
        };
        let is_same = before.is_none_or(|before| before.is(after.as_value()));
        self.exception = Some(exception);
        let position = resume(position, after.as_bytes().len())?;
        text.chars().for_each(|c| out.push(c));
        match position.checked_sub(self.from) {
            Some(position) if is_same => Ok(position),
            _ => Err(Stop::Exchange(after, position)),
        }
    }
}

/// Makes an exception that a handler has seen before tell about the next error.
fn relocate(exception: &PyErr, start: usize, end: usize, reason: &str) {
    if let Some(data) = unicode_error_data(exception.as_value()) {
        data.start.set(start as isize);
        data.end.set(end as isize);
        data.reason.set(Some(Value::from(reason)));
    }
}

/// The position a handler wants to go on from.
fn resume(position: &Value, len: usize) -> PyResult<usize> {
    let given = protocol::index_to_isize(position)?;
    let at = if given < 0 { given.saturating_add(len as isize) } else { given };
    match usize::try_from(at) {
        Ok(at) if at <= len => Ok(at),
        _ => Err(exceptions::index_error(format!("position {at} from error handler out of bounds"))),
    }
}

/// The errors of one encoding.
pub struct Encoding<'a> {
    encoding: &'a str,
    text: &'a StrRef,
    errors: &'a Errors,
    exception: Option<PyErr>,
}

impl<'a> Encoding<'a> {
    pub fn new(encoding: &'a str, text: &'a StrRef, errors: &'a Errors) -> Encoding<'a> {
        Encoding { encoding, text, errors, exception: None }
    }
}

impl EncodeHandler for Encoding<'_> {
    type Error = PyErr;

    fn handle(&mut self, error: EncodeError) -> PyResult<(Replacement, usize)> {
        let name = match self.errors {
            Errors::Builtin(handler) => {
                let codec = Codec::from_name(self.encoding);
                let replaced = match self.text.data() {
                    StrData::Ascii(d) | StrData::Latin1(d) => handler.encode(d, error, codec),
                    StrData::Ucs2(d) => handler.encode(d, error, codec),
                    StrData::Ucs4(d) => handler.encode(d, error, codec),
                };
                return match replaced {
                    Some(replaced) => Ok(replaced),
                    None => Err(self.refuse(error)),
                };
            }
            Errors::Registered(name) => name,
        };
        let handler = registry::lookup_error(name)?;
        let exception = match self.exception.take() {
            Some(exception) => {
                relocate(&exception, error.start, error.end, error.reason);
                exception
            }
            None => self.refuse(error),
        };
        let result = protocol::call1(&handler, exception.as_value().clone())?;
        self.exception = Some(exception);
        let wrong = || exceptions::type_error("encoding error handler must return (str/bytes, int) tuple");
        let Some([replacement, position]) = result.downcast::<PyTuple>().map(|t| &t[..]) else {
            return Err(wrong());
        };
        if !protocol::is_int(position) {
            return Err(wrong());
        }
        let replacement = if let Some(text) = replacement.downcast::<PyStr>() {
            Replacement::Text(text.chars().collect())
        } else if let Some(bytes) = replacement.downcast::<PyBytes>() {
            Replacement::Bytes(bytes.as_bytes().to_vec())
        } else {
            return Err(wrong());
        };
        Ok((replacement, resume(position, self.text.len())?))
    }

    #[cold]
    fn refuse(&mut self, error: EncodeError) -> PyErr {
        unicode_encode_error(self.encoding, self.text, error.start, error.end, error.reason)
    }
}
