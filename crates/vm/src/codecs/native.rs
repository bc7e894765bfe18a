//! The codecs that need no lookup.

use super::errors::{Encoding, Errors, decode};
use crate::PyResult;
use crate::types::str::unit::by_width;
use crate::types::str::{Kind, PyStr, StrBuilder, StrRef};
use minipy_text::codecs::wide::{self, ByteOrder};
use minipy_text::codecs::{Sink, single, utf8};

/// A codec that is built in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Native {
    Utf8,
    Latin1,
    Ascii,
    /// Without a byte order: with a byte order mark.
    Utf16(Option<ByteOrder>),
    Utf32(Option<ByteOrder>),
}

impl Native {
    /// The codec with this name, if it is one that works without being looked up in the registry.
    pub fn from_name(name: &str) -> Option<Native> {
        let mut buffer = [0u8; 12];
        let lower = buffer.get_mut(..name.len())?;
        for (to, from) in lower.iter_mut().zip(name.bytes()) {
            *to = if from == b'_' { b'-' } else { from.to_ascii_lowercase() };
        }
        Some(match &*lower {
            b"utf-8" | b"utf8" => Native::Utf8,
            b"latin-1" | b"latin1" | b"iso-8859-1" | b"iso8859-1" => Native::Latin1,
            b"ascii" | b"us-ascii" => Native::Ascii,
            b"utf-16" | b"utf16" => Native::Utf16(None),
            b"utf-32" | b"utf32" => Native::Utf32(None),
            _ => return None,
        })
    }

    /// The name that errors give.
    pub fn name(self) -> &'static str {
        match self {
            Native::Utf8 => "utf-8",
            Native::Latin1 => "latin-1",
            Native::Ascii => "ascii",
            Native::Utf16(None) => "utf-16",
            Native::Utf16(Some(ByteOrder::Little)) => "utf-16-le",
            Native::Utf16(Some(ByteOrder::Big)) => "utf-16-be",
            Native::Utf32(None) => "utf-32",
            Native::Utf32(Some(ByteOrder::Little)) => "utf-32-le",
            Native::Utf32(Some(ByteOrder::Big)) => "utf-32-be",
        }
    }
}

impl Sink for StrBuilder {
    fn push(&mut self, cp: u32) {
        StrBuilder::push(self, cp);
    }

    fn push_ascii(&mut self, bytes: &[u8]) {
        self.push_latin1(bytes);
    }
}

/// Decodes UTF-8 as a whole.
pub fn decode_utf8(input: &[u8], errors: &Errors) -> PyResult<StrRef> {
    decode_native(Native::Utf8, input, errors, true).map(|(text, _)| text)
}

/// Decodes; with `is_final` false an incomplete sequence at the end is left. Gives the text and how many bytes it took.
pub fn decode_native(
    codec: Native,
    input: &[u8],
    errors: &Errors,
    is_final: bool,
) -> PyResult<(StrRef, usize)> {
    match codec {
        Native::Latin1 => return Ok((PyStr::from_latin1(input), input.len())),
        Native::Utf8 | Native::Ascii if input.is_ascii() => {
            return Ok((PyStr::from_ascii(input), input.len()));
        }
        Native::Utf8 => {
            if let Ok(text) = std::str::from_utf8(input) {
                return Ok((PyStr::from_str(text), input.len()));
            }
        }
        _ => {}
    }
    let mut out = StrBuilder::with_capacity(input.len());
    let used = match codec {
        Native::Utf8 => decode(codec.name(), input, errors, &mut out, |input, out, decoding| {
            utf8::decode(input, is_final, out, |error, out| decoding.handle(error, out))
        })?,
        Native::Ascii => decode(codec.name(), input, errors, &mut out, |input, out, decoding| {
            single::decode_ascii(input, out, |error, out| decoding.handle(error, out))
        })?,
        Native::Latin1 => input.len(),
        Native::Utf16(order) => {
            let (mut from, order) = match (order, wide::bom_16(input)) {
                (Some(order), _) => (0, order),
                (None, Some(order)) => (2, order),
                (None, None) => (0, ByteOrder::NATIVE),
            };
            decode(Native::Utf16(Some(order)).name(), input, errors, &mut out, |input, out, decoding| {
                let from = std::mem::take(&mut from);
                wide::decode_16(input, from, order, is_final, out, |error, out| decoding.handle(error, out))
            })?
        }
        Native::Utf32(order) => {
            let (mut from, order) = match (order, wide::bom_32(input)) {
                (Some(order), _) => (0, order),
                (None, Some(order)) => (4, order),
                (None, None) => (0, ByteOrder::NATIVE),
            };
            decode(Native::Utf32(Some(order)).name(), input, errors, &mut out, |input, out, decoding| {
                let from = std::mem::take(&mut from);
                wide::decode_32(input, from, order, is_final, out, |error, out| decoding.handle(error, out))
            })?
        }
    };
    Ok((out.finish(), used))
}

/// Encodes a whole str.
pub fn encode_native(codec: Native, text: &StrRef, errors: &Errors) -> PyResult<Vec<u8>> {
    match codec {
        Native::Utf8 | Native::Ascii | Native::Latin1 if text.kind() == Kind::Ascii => {
            return Ok(text.bytes().to_vec());
        }
        Native::Latin1 if text.kind() == Kind::Latin1 => return Ok(text.bytes().to_vec()),
        Native::Utf8 => {
            if let Some(encoded) = by_width!(text.data(), d => utf8::encode_valid(d)) {
                return Ok(encoded);
            }
        }
        _ => {}
    }
    let mut out = Vec::with_capacity(text.bytes().len() * 2);
    let mut handler = Encoding::new(codec.name(), text, errors);
    let (out, handler) = (&mut out, &mut handler);
    match codec {
        Native::Utf8 => by_width!(text.data(), d => utf8::encode(d, out, handler))?,
        Native::Latin1 => by_width!(text.data(), d => single::encode_latin1(d, out, handler))?,
        Native::Ascii => by_width!(text.data(), d => single::encode_ascii(d, out, handler))?,
        Native::Utf16(order) => {
            if order.is_none() {
                out.extend(0xfeffu16.to_ne_bytes());
            }
            let order = order.unwrap_or(ByteOrder::NATIVE);
            by_width!(text.data(), d => wide::encode_16(d, order, out, handler))?;
        }
        Native::Utf32(order) => {
            if order.is_none() {
                out.extend(0xfeffu32.to_ne_bytes());
            }
            let order = order.unwrap_or(ByteOrder::NATIVE);
            by_width!(text.data(), d => wide::encode_32(d, order, out, handler))?;
        }
    }
    Ok(std::mem::take(out))
}
