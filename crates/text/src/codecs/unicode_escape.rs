//! `unicode_escape`, `raw_unicode_escape`, and the escapes of bytes literals.

use super::{CodePoints, DecodeError, Sink};
use std::io::Write;

/// What one escape comes to.
enum Escape {
    Char(u32, usize),
    /// A backslash and a character that do not belong together.
    Unknown,
    /// `\` and a newline.
    Nothing(usize),
    /// Wrong up to here; incomplete if the data ends there.
    Wrong(usize, &'static str),
}

/// `count` hexadecimal digits after `head` bytes of escape.
fn hexadecimal(bytes: &[u8], head: usize, count: usize, reason: &'static str) -> Result<u32, Escape> {
    let digits = bytes.get(head..).unwrap_or(&[]).iter().take(count);
    let digits: Vec<u32> = digits.map_while(|b| char::from(*b).to_digit(16)).collect();
    if digits.len() < count {
        return Err(Escape::Wrong(head + digits.len(), reason));
    }
    Ok(digits.iter().fold(0, |n, digit| n << 4 | digit))
}

fn number(bytes: &[u8], count: usize, reason: &'static str, range: &'static str) -> Escape {
    match hexadecimal(bytes, 2, count, reason) {
        Ok(cp @ 0..0x11_0000) => Escape::Char(cp, 2 + count),
        Ok(_) => Escape::Wrong(2 + count, range),
        Err(wrong) => wrong,
    }
}

fn named(bytes: &[u8]) -> Escape {
    const MALFORMED: &str = "malformed \\N character escape";
    if bytes.get(2) != Some(&b'{') {
        return Escape::Wrong(2, MALFORMED);
    }
    let Some(len) = bytes[3..].iter().position(|b| *b == b'}') else {
        return Escape::Wrong(bytes.len(), MALFORMED);
    };
    if len == 0 {
        return Escape::Wrong(3, MALFORMED);
    }
    let name = std::str::from_utf8(&bytes[3..3 + len]).ok();
    match name.and_then(minipy_unicode::name::lookup) {
        Some(cp) => Escape::Char(cp, len + 4),
        None => Escape::Wrong(len + 4, "unknown Unicode character name"),
    }
}

/// The single-character escapes, and up to three octal digits.
fn simple(bytes: &[u8]) -> Option<(u32, usize)> {
    let value = match bytes.get(1)? {
        b @ (b'\\' | b'\'' | b'"') => u32::from(*b),
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'r' => 13,
        b'f' => 12,
        b'v' => 11,
        b'a' => 7,
        b'0'..=b'7' => {
            let digits = bytes[1..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7'));
            let (value, len) = digits.fold((0, 1), |(n, len), b| (n * 8 + u32::from(b - b'0'), len + 1));
            return Some((value, len));
        }
        _ => return None,
    };
    Some((value, 2))
}

fn escape(bytes: &[u8]) -> Escape {
    const ILLEGAL: &str = "illegal Unicode character";
    if let Some((cp, len)) = simple(bytes) {
        return Escape::Char(cp, len);
    }
    match bytes.get(1) {
        None => Escape::Wrong(1, "\\ at end of string"),
        Some(b'\n') => Escape::Nothing(2),
        Some(b'x') => number(bytes, 2, "truncated \\xXX escape", ILLEGAL),
        Some(b'u') => number(bytes, 4, "truncated \\uXXXX escape", ILLEGAL),
        Some(b'U') => number(bytes, 8, "truncated \\UXXXXXXXX escape", ILLEGAL),
        Some(b'N') => named(bytes),
        Some(_) => Escape::Unknown,
    }
}

/// How a decoding went: bytes used, and the first escape that deserves a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes used up.
    pub used: usize,
    /// Where the first unknown escape, or octal one above 0o377, has its backslash.
    pub invalid_escape: Option<usize>,
}

/// Decode `unicode_escape`: Latin-1 with the escapes of str literals.
pub fn decode<S: Sink, E>(
    input: &[u8],
    is_final: bool,
    out: &mut S,
    mut on_error: impl FnMut(DecodeError, &mut S) -> Result<usize, E>,
) -> Result<Decoded, E> {
    let mut done = Decoded::default();
    let mut at = 0;
    while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
        if rest[0] != b'\\' {
            out.push(rest[0].into());
            at += 1;
            continue;
        }
        match escape(rest) {
            Escape::Char(cp, len) => {
                if cp > 0o377 && rest[1].is_ascii_digit() {
                    done.invalid_escape.get_or_insert(at);
                }
                out.push(cp);
                at += len;
            }
            Escape::Nothing(len) => at += len,
            Escape::Unknown => {
                done.invalid_escape.get_or_insert(at);
                out.push(rest[0].into());
                out.push(rest[1].into());
                at += 2;
            }
            Escape::Wrong(len, reason) => {
                let incomplete =
                    len >= rest.len() && !reason.starts_with(['i', 'u']) && !rest.ends_with(b"}");
                if !is_final && incomplete {
                    break;
                }
                at = on_error(DecodeError { start: at, end: at + len, reason }, out)?;
            }
        }
    }
    done.used = at.min(input.len());
    Ok(done)
}

/// Decode `raw_unicode_escape`: Latin-1 with `\uXXXX` and `\UXXXXXXXX` after an odd number of backslashes.
pub fn decode_raw<S: Sink, E>(
    input: &[u8],
    is_final: bool,
    out: &mut S,
    mut on_error: impl FnMut(DecodeError, &mut S) -> Result<usize, E>,
) -> Result<usize, E> {
    let mut at = 0;
    while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
        let found = match rest {
            [b'\\', b'u', ..] => number(rest, 4, "truncated \\uXXXX escape", ""),
            [b'\\', b'U', ..] => number(rest, 8, "truncated \\UXXXXXXXX escape", "\\Uxxxxxxxx out of range"),
            [b'\\'] if !is_final => break,
            // The second of two backslashes does not begin an escape.
            [b'\\', second, ..] => {
                out.push(0x5c);
                out.push((*second).into());
                at += 2;
                continue;
            }
            [b, ..] => Escape::Char((*b).into(), 1),
            [] => Escape::Unknown,
        };
        match found {
            Escape::Char(cp, len) => {
                out.push(cp);
                at += len;
            }
            Escape::Wrong(len, reason) => {
                if !is_final && len >= rest.len() && reason.starts_with('t') {
                    break;
                }
                at = on_error(DecodeError { start: at, end: at + len, reason }, out)?;
            }
            Escape::Nothing(_) | Escape::Unknown => break,
        }
    }
    Ok(at.min(input.len()))
}

/// Encode as `unicode_escape`.
pub fn encode(text: &(impl CodePoints + ?Sized), out: &mut Vec<u8>) {
    for i in 0..text.count() {
        let cp = text.at(i);
        match cp {
            0x09 => out.extend(b"\\t"),
            0x0a => out.extend(b"\\n"),
            0x0d => out.extend(b"\\r"),
            0x5c => out.extend(b"\\\\"),
            0x20..=0x7e => out.push(cp as u8),
            _ => push_escape(cp, out),
        }
    }
}

/// Encode as `raw_unicode_escape`.
pub fn encode_raw(text: &(impl CodePoints + ?Sized), out: &mut Vec<u8>) {
    for i in 0..text.count() {
        match text.at(i) {
            cp @ 0..=0xff => out.push(cp as u8),
            cp => push_escape(cp, out),
        }
    }
}

pub(crate) fn push_escape(cp: u32, out: &mut Vec<u8>) {
    // Writing to a `Vec` does not fail.
    let _ = match cp {
        0..=0xff => write!(out, "\\x{cp:02x}"),
        0x100..=0xffff => write!(out, "\\u{cp:04x}"),
        _ => write!(out, "\\U{cp:08x}"),
    };
}

/// Why the text of a bytes literal, or of `codecs.escape_decode`, is refused: a ValueError.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BytesEscapeError {
    /// A backslash ends the text: "Trailing \ in string".
    Trailing,
    /// `\x` without two digits, its backslash here: "invalid \x escape at position N".
    Hexadecimal(usize),
}

impl std::fmt::Display for BytesEscapeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BytesEscapeError::Trailing => f.write_str("Trailing \\ in string"),
            BytesEscapeError::Hexadecimal(at) => write!(f, "invalid \\x escape at position {at}"),
        }
    }
}

/// Resolve the escapes of a bytes literal.
pub fn decode_bytes(input: &[u8], out: &mut Vec<u8>) -> Result<Decoded, BytesEscapeError> {
    let mut done = Decoded { used: input.len(), invalid_escape: None };
    let mut at = 0;
    while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
        if rest[0] != b'\\' {
            out.push(rest[0]);
            at += 1;
            continue;
        }
        if let Some((value, len)) = simple(rest) {
            if value > 0o377 {
                done.invalid_escape.get_or_insert(at);
            }
            out.push(value as u8);
            at += len;
            continue;
        }
        match rest.get(1) {
            None => return Err(BytesEscapeError::Trailing),
            Some(b'\n') => {}
            Some(b'x') => {
                let value = hexadecimal(rest, 2, 2, "").map_err(|_| BytesEscapeError::Hexadecimal(at))?;
                out.push(value as u8);
                at += 2;
            }
            Some(b) => {
                done.invalid_escape.get_or_insert(at);
                out.extend([b'\\', *b]);
            }
        }
        at += 2;
    }
    Ok(done)
}
