//! The codecs of a text stream: the common ones native, the others incremental codec objects.

use minipy_vm::cell::GilCell;
use minipy_vm::codecs::{self, Errors, Native};
use minipy_vm::types::bytes;
use minipy_vm::{PyBytes, PyErr, PyResult, PyStr, PyTuple, StrRef, Value, exceptions, name, protocol};

/// Decodes piece by piece.
pub enum Decoder {
    /// Latin-1, ASCII or UTF-8; the start of a sequence that is cut off waits in `rest`.
    Native {
        codec: Native,
        errors: Errors,
        rest: GilCell<Vec<u8>>,
    },
    Object(Value),
}

/// Encodes piece by piece.
pub enum Encoder {
    Native { codec: Native, errors: Errors },
    Object(Value),
}

/// The codecs that have no state but an incomplete sequence.
fn stateless(encoding: &str) -> Option<Native> {
    Native::from_name(encoding).filter(|codec| matches!(codec, Native::Utf8 | Native::Latin1 | Native::Ascii))
}

/// The codec of an encoding that text streams may use.
pub fn text_codec(encoding: &str) -> PyResult<Value> {
    let codec = codecs::lookup(encoding)?;
    if let Some(flag) = protocol::lookup_attr(&codec, name!("_is_text_encoding"))?
        && !protocol::truth(&flag)?
    {
        return Err(PyErr::new(
            exceptions::lookup_error_class(),
            &[Value::from(format!("'{encoding}' is not a text encoding"))],
        ));
    }
    Ok(codec)
}

impl Decoder {
    pub fn new(encoding: &str, errors: &StrRef) -> PyResult<Decoder> {
        if let Some(codec) = stateless(encoding) {
            return Ok(Decoder::Native {
                codec,
                errors: Errors::new(Some(errors)),
                rest: GilCell::new(Vec::new()),
            });
        }
        let codec = text_codec(encoding)?;
        let decoder = protocol::call_method(&codec, name!("incrementaldecoder"), &[errors.to_value()])?;
        Ok(Decoder::Object(decoder))
    }

    /// The text of the next bytes.
    pub fn decode(&self, input: &[u8], is_final: bool) -> PyResult<StrRef> {
        match self {
            Decoder::Native { codec, errors, rest } => {
                if rest.with(|r| r.is_empty()) {
                    let (text, used) = codecs::decode_native(*codec, input, errors, is_final)?;
                    if used < input.len() {
                        rest.set(input[used..].to_vec());
                    }
                    return Ok(text);
                }
                let mut all = rest.get();
                all.extend_from_slice(input);
                let (text, used) = codecs::decode_native(*codec, &all, errors, is_final)?;
                all.drain(..used.min(all.len()));
                rest.set(all);
                Ok(text)
            }
            Decoder::Object(decoder) => {
                let input = bytes::from_slice(input).into_value();
                let arguments = [input, Value::from_bool(is_final)];
                let text = protocol::call_method(decoder, name!("decode"), &arguments)?;
                text.downcast_into::<PyStr>().map_err(|other| {
                    exceptions::type_error(format!(
                        "decoder should return a string result, not '{}'",
                        other.type_name()
                    ))
                })
            }
        }
    }

    /// The bytes not decoded yet, and the codec's flags.
    pub fn state(&self) -> PyResult<(Vec<u8>, i64)> {
        match self {
            Decoder::Native { rest, .. } => Ok((rest.get(), 0)),
            Decoder::Object(decoder) => {
                super::newline::split_state(&protocol::call_method(decoder, name!("getstate"), &[])?)
            }
        }
    }

    pub fn set_state(&self, buffer: &[u8], flags: i64) -> PyResult<()> {
        match self {
            Decoder::Native { rest, .. } => {
                rest.set(buffer.to_vec());
                Ok(())
            }
            Decoder::Object(decoder) => {
                let state = [bytes::from_slice(buffer).into_value(), Value::from(flags)];
                let state = PyTuple::from_array(state).into_value();
                protocol::call_method(decoder, name!("setstate"), &[state]).map(drop)
            }
        }
    }

    pub fn reset(&self) -> PyResult<()> {
        match self {
            Decoder::Native { rest, .. } => {
                rest.set(Vec::new());
                Ok(())
            }
            Decoder::Object(decoder) => protocol::call_method(decoder, name!("reset"), &[]).map(drop),
        }
    }
}

impl Encoder {
    pub fn new(encoding: &str, errors: &StrRef) -> PyResult<Encoder> {
        if let Some(codec) = stateless(encoding) {
            return Ok(Encoder::Native { codec, errors: Errors::new(Some(errors)) });
        }
        let codec = text_codec(encoding)?;
        let encoder = protocol::call_method(&codec, name!("incrementalencoder"), &[errors.to_value()])?;
        Ok(Encoder::Object(encoder))
    }

    /// Appends the bytes of a text to `out`.
    pub fn encode(&self, text: &StrRef, out: &mut Vec<u8>) -> PyResult<()> {
        match self {
            Encoder::Native { codec, errors } => {
                match text.as_ascii() {
                    Some(ascii) => out.extend_from_slice(ascii.as_bytes()),
                    None => out.append(&mut codecs::encode_native(*codec, text, errors)?),
                }
                Ok(())
            }
            Encoder::Object(encoder) => {
                let data = protocol::call_method(encoder, name!("encode"), &[text.to_value()])?;
                match data.downcast::<PyBytes>() {
                    Some(data) => {
                        out.extend_from_slice(data.as_bytes());
                        Ok(())
                    }
                    None => Err(exceptions::type_error(format!(
                        "encoder should return a bytes object, not '{}'",
                        data.type_name()
                    ))),
                }
            }
        }
    }

    /// Tells the encoder whether it is at the start of the stream, where a byte order mark goes.
    pub fn at_start(&self, at_start: bool) -> PyResult<()> {
        match self {
            Encoder::Native { .. } => Ok(()),
            Encoder::Object(encoder) if at_start => {
                protocol::call_method(encoder, name!("reset"), &[]).map(drop)
            }
            Encoder::Object(encoder) => {
                protocol::call_method(encoder, name!("setstate"), &[Value::small_int(0)]).map(drop)
            }
        }
    }
}
