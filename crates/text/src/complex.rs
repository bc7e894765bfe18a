//! `complex` and text.

use crate::float::{self, Style, to_ascii, trim, without_underscores};
use std::fmt;

/// Why `complex(str)` fails. Both are ValueErrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComplexError {
    /// Misplaced underscores; the message ends with the argument's repr.
    Underscores,
    /// Anything else.
    Malformed,
}

impl fmt::Display for ComplexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ComplexError::Underscores => "could not convert string to complex: ",
            ComplexError::Malformed => "complex() arg is a malformed string",
        })
    }
}

/// `repr(complex(real, imag))`.
pub fn repr(real: f64, imag: f64) -> String {
    let part = |x| float::format(x, Style { dot_zero: false, ..Style::REPR });
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", part(imag));
    }
    let imag = part(imag);
    let sign = if imag.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imag}j)", part(real))
}

/// `complex(str)`: the real and the imaginary part.
pub fn parse(text: impl Iterator<Item = u32>) -> Result<(f64, f64), ComplexError> {
    let ascii = to_ascii(text);
    let mut text = ascii.as_bytes();
    let plain;
    if text.contains(&b'_') {
        plain = without_underscores(text).ok_or(ComplexError::Underscores)?;
        text = &plain;
    }
    text = trim(text);
    if let [b'(', inner @ ..] = text {
        let [inner @ .., b')'] = inner else { return Err(ComplexError::Malformed) };
        text = trim(inner);
    }
    parts(text).ok_or(ComplexError::Malformed)
}

fn parts(text: &[u8]) -> Option<(f64, f64)> {
    let is_unit = |text: &[u8]| matches!(text, [b'j' | b'J']);
    let Some((first, len)) = float::parse_prefix(text) else {
        let (imag, rest) = unit(text);
        return is_unit(rest).then_some((0.0, imag));
    };
    let rest = &text[len..];
    if rest.is_empty() {
        return Some((first, 0.0));
    }
    if is_unit(rest) {
        return Some((0.0, first));
    }
    if !matches!(rest[0], b'+' | b'-') {
        return None;
    }
    let (imag, rest) = match float::parse_prefix(rest) {
        Some((imag, len)) => (imag, &rest[len..]),
        None => unit(rest),
    };
    is_unit(rest).then_some((first, imag))
}

/// A sign alone stands for one.
fn unit(text: &[u8]) -> (f64, &[u8]) {
    match text {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        rest => (1.0, rest),
    }
}
