//! The values of string and number literals.

use dashu_int::UBig;
use rustpython_wtf8::{CodePoint, Wtf8Buf};

use crate::unicode;

/// An escape sequence that means nothing, but is let through with a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEscape {
    /// The offset of the backslash in the literal's body.
    pub offset: usize,
    /// How many bytes the message quotes, the backslash included.
    pub len: usize,
    /// Whether it is an octal number that is too big.
    pub octal: bool,
}

/// The body of a string literal, decoded.
#[derive(Debug)]
pub struct Unescaped<T> {
    /// The value.
    pub value: T,
    /// The first escape sequence to warn about.
    pub invalid: Option<InvalidEscape>,
}

fn octal_digits(bytes: &[u8], at: usize) -> (u32, usize) {
    let mut value = 0;
    let mut len = 0;
    while len < 3 {
        match bytes.get(at + len) {
            Some(&digit @ b'0'..=b'7') => value = value * 8 + u32::from(digit - b'0'),
            _ => break,
        }
        len += 1;
    }
    (value, len)
}

fn simple_escape(byte: u8) -> Option<u8> {
    Some(match byte {
        b'\\' | b'\'' | b'"' => byte,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => 10,
        b'r' => 13,
        b't' => 9,
        b'v' => 11,
        _ => return None,
    })
}

/// Decodes the escape sequences of a str literal's body. The error is the message of the codec.
pub fn unescape_str(body: &str) -> Result<Unescaped<Wtf8Buf>, String> {
    let bytes = body.as_bytes();
    let mut value = Wtf8Buf::with_capacity(body.len());
    let mut invalid: Option<InvalidEscape> = None;
    let mut at = 0;
    loop {
        let Some(found) = memchr::memchr(b'\\', &bytes[at..]).map(|found| at + found) else {
            value.push_str(&body[at..]);
            return Ok(Unescaped { value, invalid });
        };
        value.push_str(&body[at..found]);
        let next = bytes.get(found + 1).copied();
        at = found + 2;
        match next {
            None => return Err(codec_error(body, found, found + 1, "\\ at end of string")),
            Some(b'\n') => {}
            Some(byte @ b'0'..=b'7') => {
                let (code, len) = octal_digits(bytes, found + 1);
                if code > 0o377 && invalid.is_none() {
                    invalid = Some(InvalidEscape { offset: found, len: 4, octal: true });
                }
                debug_assert!(byte.is_ascii_digit());
                push_code(&mut value, code);
                at = found + 1 + len;
            }
            Some(letter @ (b'x' | b'u' | b'U')) => {
                let (digits, truncated) = match letter {
                    b'x' => (2, "truncated \\xXX escape"),
                    b'u' => (4, "truncated \\uXXXX escape"),
                    _ => (8, "truncated \\UXXXXXXXX escape"),
                };
                let mut code: u32 = 0;
                for index in 0..digits {
                    match bytes.get(at + index).and_then(|&byte| (byte as char).to_digit(16)) {
                        Some(digit) => code = code << 4 | digit,
                        None => return Err(codec_error(body, found, at + index, truncated)),
                    }
                }
                at += digits;
                if code > 0x10FFFF {
                    return Err(codec_error(body, found, at, "illegal Unicode character"));
                }
                push_code(&mut value, code);
            }
            Some(b'N') => {
                let malformed = "malformed \\N character escape";
                if bytes.get(at) != Some(&b'{') {
                    return Err(codec_error(body, found, at, malformed));
                }
                let Some(close) = memchr::memchr(b'}', &bytes[at..]).map(|close| at + close) else {
                    return Err(codec_error(body, found, bytes.len(), malformed));
                };
                if close == at + 1 {
                    return Err(codec_error(body, found, close, malformed));
                }
                match body.get(at + 1..close).and_then(unicode::lookup_name) {
                    Some(code) => push_code(&mut value, code),
                    None => {
                        return Err(codec_error(body, found, close + 1, "unknown Unicode character name"));
                    }
                }
                at = close + 1;
            }
            Some(byte) => match simple_escape(byte) {
                Some(meant) => value.push_char(meant as char),
                None => {
                    if invalid.is_none() && byte.is_ascii() {
                        invalid = Some(InvalidEscape { offset: found, len: 2, octal: false });
                    }
                    value.push_char('\\');
                    at = found + 1;
                    let rest = &body[at..];
                    let len = rest.chars().next().map_or(0, char::len_utf8);
                    value.push_str(&rest[..len]);
                    at += len;
                }
            },
        }
    }
}

fn push_code(value: &mut Wtf8Buf, code: u32) {
    if let Some(code) = CodePoint::from_u32(code) {
        value.push(code);
    }
}

/// The length of `text` as the codec for escape sequences is given it.
pub fn escaped_len(text: &str) -> usize {
    let mut len = 0;
    let mut backslash = false;
    for c in text.chars() {
        len += match (c.is_ascii(), backslash) {
            (true, _) => 1,
            (false, false) => 10,
            (false, true) => 15,
        };
        backslash = c == '\\' && !backslash;
    }
    len
}

/// The codec's message for `body[start..end]`. Its positions are those of the text it is given, in which every other than ASCII
/// character is written as an escape of ten bytes.
fn codec_error(body: &str, start: usize, end: usize, reason: &str) -> String {
    let position = |at: usize| escaped_len(body.get(..at).unwrap_or(body));
    let (first, last) = (position(start), position(end).saturating_sub(1));
    if first == last {
        let byte = body.as_bytes().get(start).copied().unwrap_or(0);
        return format!("'unicodeescape' codec can't decode byte 0x{byte:02x} in position {first}: {reason}");
    }
    format!("'unicodeescape' codec can't decode bytes in position {first}-{last}: {reason}")
}

/// Decodes the escape sequences of a bytes literal's body, which is ASCII. The error is the message of the ValueError.
pub fn unescape_bytes(body: &[u8]) -> Result<Unescaped<Vec<u8>>, String> {
    let mut value = Vec::with_capacity(body.len());
    let mut invalid: Option<InvalidEscape> = None;
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        if byte != b'\\' {
            value.push(byte);
            at += 1;
            continue;
        }
        let start = at;
        at += 2;
        match body.get(start + 1).copied() {
            None => return Err("Trailing \\ in string".into()),
            Some(b'\n') => {}
            Some(b'0'..=b'7') => {
                let (code, len) = octal_digits(body, start + 1);
                if code > 0o377 && invalid.is_none() {
                    invalid = Some(InvalidEscape { offset: start, len: 4, octal: true });
                }
                value.push((code & 0xFF) as u8);
                at = start + 1 + len;
            }
            Some(b'x') => {
                let digit = |index: usize| body.get(at + index).and_then(|&byte| (byte as char).to_digit(16));
                match (digit(0), digit(1)) {
                    (Some(high), Some(low)) => value.push((high << 4 | low) as u8),
                    _ => return Err(format!("invalid \\x escape at position {start}")),
                }
                at += 2;
            }
            Some(byte) => match simple_escape(byte) {
                Some(meant) => value.push(meant),
                None => {
                    if invalid.is_none() {
                        invalid = Some(InvalidEscape { offset: start, len: 2, octal: false });
                    }
                    value.extend([b'\\', byte]);
                }
            },
        }
    }
    Ok(Unescaped { value, invalid })
}

/// The value of a numeric literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// An int that fits in 63 bits.
    Small(i64),
    /// A bigger int.
    Big(UBig),
    /// A float.
    Float(f64),
    /// An imaginary number.
    Imaginary(f64),
}

/// The value of a numeric literal the lexer has accepted. None for a decimal int of more digits than `max_digits` allows (0 for no
/// limit); the number of digits is the error.
pub fn parse_number(text: &str, max_digits: usize) -> Result<Number, usize> {
    let clean: String;
    let text = if text.contains('_') {
        clean = text.replace('_', "");
        &clean
    } else {
        text
    };
    if let Some(b'x' | b'X' | b'o' | b'O' | b'b' | b'B') = text.as_bytes().get(1) {
        let radix = match text.as_bytes()[1] | 0x20 {
            b'x' => 16,
            b'o' => 8,
            _ => 2,
        };
        let digits = &text[2..];
        return Ok(match i64::from_str_radix(digits, radix) {
            Ok(small) => Number::Small(small),
            Err(_) => Number::Big(UBig::from_str_radix(digits, radix).unwrap_or_default()),
        });
    }
    if let Some(imaginary) = text.strip_suffix(['j', 'J']) {
        return Ok(Number::Imaginary(imaginary.parse().unwrap_or(0.0)));
    }
    if text.contains(['.', 'e', 'E']) {
        return Ok(Number::Float(text.parse().unwrap_or(0.0)));
    }
    match text.parse() {
        Ok(small) => Ok(Number::Small(small)),
        Err(_) => {
            if max_digits > 0 && text.len() > max_digits {
                return Err(text.len());
            }
            Ok(Number::Big(UBig::from_str_radix(text, 10).unwrap_or_default()))
        }
    }
}
