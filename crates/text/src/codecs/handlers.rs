//! The error handlers that CPython registers by itself.

use super::unicode_escape::push_escape;
use super::wide::{ByteOrder, push_16, push_32};
use super::{CodePoints, DecodeError, EncodeError, Replacement, Sink, utf8};
use std::io::Write;

/// A built-in error handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorHandler {
    /// Every error is raised.
    Strict,
    /// Leave out what cannot be converted.
    Ignore,
    /// U+FFFD, or a question mark.
    Replace,
    /// Escapes.
    BackslashReplace,
    /// Bytes become lone surrogates and back (PEP 383).
    SurrogateEscape,
    /// Surrogates are converted like other characters.
    SurrogatePass,
    /// `&#n;`; only for encoding.
    XmlCharRefReplace,
    /// `\N{name}`; only for encoding.
    NameReplace,
}

/// The encodings that `surrogatepass` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// UTF-8.
    Utf8,
    /// UTF-16.
    Utf16(ByteOrder),
    /// UTF-32.
    Utf32(ByteOrder),
    /// Any other.
    Other,
}

impl Codec {
    /// From the encoding's name.
    pub fn from_name(name: &str) -> Codec {
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match plain.as_str() {
            "utf8" | "cputf8" => Codec::Utf8,
            "utf16" => Codec::Utf16(ByteOrder::NATIVE),
            "utf16le" => Codec::Utf16(ByteOrder::Little),
            "utf16be" => Codec::Utf16(ByteOrder::Big),
            "utf32" => Codec::Utf32(ByteOrder::NATIVE),
            "utf32le" => Codec::Utf32(ByteOrder::Little),
            "utf32be" => Codec::Utf32(ByteOrder::Big),
            _ => Codec::Other,
        }
    }

    fn push(self, cp: u32, out: &mut Vec<u8>) -> bool {
        match self {
            Codec::Utf8 => utf8::push_any(cp, out),
            Codec::Utf16(order) => push_16(cp, order, out),
            Codec::Utf32(order) => push_32(cp, order, out),
            Codec::Other => return false,
        }
        true
    }

    /// The surrogate at the start of `bytes` and its length.
    fn surrogate(self, bytes: &[u8]) -> Option<(u32, usize)> {
        let (cp, len) = match (self, bytes) {
            (Codec::Utf8, [0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, ..]) => {
                (0xd000 | u32::from(b & 0x3f) << 6 | u32::from(c & 0x3f), 3)
            }
            (Codec::Utf16(ByteOrder::Little), [a, b, ..]) => (u16::from_le_bytes([*a, *b]).into(), 2),
            (Codec::Utf16(ByteOrder::Big), [a, b, ..]) => (u16::from_be_bytes([*a, *b]).into(), 2),
            (Codec::Utf32(ByteOrder::Little), [a, b, c, d, ..]) => (u32::from_le_bytes([*a, *b, *c, *d]), 4),
            (Codec::Utf32(ByteOrder::Big), [a, b, c, d, ..]) => (u32::from_be_bytes([*a, *b, *c, *d]), 4),
            _ => return None,
        };
        (0xd800..0xe000).contains(&cp).then_some((cp, len))
    }
}

impl ErrorHandler {
    /// The handler with this name.
    pub fn from_name(name: &str) -> Option<ErrorHandler> {
        Some(match name {
            "strict" => ErrorHandler::Strict,
            "ignore" => ErrorHandler::Ignore,
            "replace" => ErrorHandler::Replace,
            "backslashreplace" => ErrorHandler::BackslashReplace,
            "surrogateescape" => ErrorHandler::SurrogateEscape,
            "surrogatepass" => ErrorHandler::SurrogatePass,
            "xmlcharrefreplace" => ErrorHandler::XmlCharRefReplace,
            "namereplace" => ErrorHandler::NameReplace,
            _ => return None,
        })
    }

    /// Append what replaces the bytes of a decoding error; the place to go on from, or `None`: raise the error. The
    /// handlers for encoding alone raise a TypeError, which is the caller's to know.
    pub fn decode(
        self,
        input: &[u8],
        error: DecodeError,
        codec: Codec,
        out: &mut impl Sink,
    ) -> Option<usize> {
        let bytes = input.get(error.start..error.end).unwrap_or(&[]);
        match self {
            ErrorHandler::Ignore => {}
            ErrorHandler::Replace => out.push(0xfffd),
            ErrorHandler::BackslashReplace => {
                let mut text = Vec::new();
                bytes.iter().for_each(|b| push_escape((*b).into(), &mut text));
                out.push_ascii(&text);
            }
            ErrorHandler::SurrogateEscape => {
                let escaped = bytes.iter().take(4).take_while(|b| !b.is_ascii()).count();
                bytes[..escaped].iter().for_each(|b| out.push(0xdc00 + u32::from(*b)));
                return (escaped > 0).then_some(error.start + escaped);
            }
            ErrorHandler::SurrogatePass => {
                let (cp, len) = codec.surrogate(input.get(error.start..)?)?;
                out.push(cp);
                return Some(error.start + len);
            }
            ErrorHandler::Strict | ErrorHandler::XmlCharRefReplace | ErrorHandler::NameReplace => {
                return None;
            }
        }
        Some(error.end)
    }

    /// What replaces the characters of an encoding error, and the place to go on from; `None`: raise the error.
    pub fn encode(
        self,
        text: &(impl CodePoints + ?Sized),
        error: EncodeError,
        codec: Codec,
    ) -> Option<(Replacement, usize)> {
        let points = (error.start..error.end.min(text.count())).map(|i| text.at(i));
        let ascii = |bytes: Vec<u8>| Replacement::Text(bytes.into_iter().map(u32::from).collect());
        let mut bytes = Vec::new();
        match self {
            ErrorHandler::Strict => return None,
            ErrorHandler::Ignore => {}
            ErrorHandler::Replace => bytes.extend(points.map(|_| b'?')),
            ErrorHandler::BackslashReplace => points.for_each(|cp| push_escape(cp, &mut bytes)),
            ErrorHandler::XmlCharRefReplace => {
                // Writing to a `Vec` does not fail.
                points.for_each(|cp| drop(write!(bytes, "&#{cp};")));
            }
            ErrorHandler::NameReplace => points.for_each(|cp| match minipy_unicode::name::name(cp) {
                Some(name) => drop(write!(bytes, "\\N{{{name}}}")),
                None => push_escape(cp, &mut bytes),
            }),
            ErrorHandler::SurrogateEscape => {
                bytes.extend(points.map_while(|cp| match cp {
                    0xdc80..=0xdcff => Some((cp - 0xdc00) as u8),
                    _ => None,
                }));
                let next = error.start + bytes.len();
                return (next > error.start).then_some((Replacement::Bytes(bytes), next));
            }
            ErrorHandler::SurrogatePass => {
                for cp in points {
                    if !(0xd800..0xe000).contains(&cp) || !codec.push(cp, &mut bytes) {
                        return None;
                    }
                }
                return Some((Replacement::Bytes(bytes), error.end));
            }
        }
        Some((ascii(bytes), error.end))
    }
}
