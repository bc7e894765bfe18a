//! `float.hex` and `float.fromhex`.

use super::parse::trim;
use std::fmt;

/// `x.hex()`.
pub fn hex(x: f64) -> String {
    if !x.is_finite() {
        return super::repr(x);
    }
    let bits = x.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let sign = if x.is_sign_negative() { "-" } else { "" };
    match (exponent, fraction) {
        (0, 0) => format!("{sign}0x0.0p+0"),
        (0, _) => format!("{sign}0x0.{fraction:013x}p-1022"),
        _ => format!("{sign}0x1.{fraction:013x}p{:+}", exponent - 1023),
    }
}

/// Why `float.fromhex` fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    /// A ValueError.
    Invalid,
    /// An OverflowError.
    TooLarge,
}

impl fmt::Display for HexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HexError::Invalid => "invalid hexadecimal floating-point string",
            HexError::TooLarge => "hexadecimal value too large to represent as a float",
        })
    }
}

/// `float.fromhex(text)`.
pub fn fromhex(text: &[u8]) -> Result<f64, HexError> {
    let text = trim(text);
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if let Some((value, len)) = super::parse_prefix(text)
        && len == text.len()
        && !value.is_finite()
        && rest.first().is_some_and(u8::is_ascii_alphabetic)
    {
        return Ok(value);
    }
    let rest = match rest {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        rest => rest,
    };
    let magnitude = number(rest)?;
    Ok(if negative { -magnitude } else { magnitude })
}

fn number(text: &[u8]) -> Result<f64, HexError> {
    // 31 digits are kept exactly; of the others it matters only whether one is not zero.
    let (mut mantissa, mut kept, mut sticky) = (0u128, 0, false);
    let (mut exponent, mut digits, mut point) = (0i64, false, false);
    let mut at = 0;
    while let Some(b) = text.get(at) {
        if *b == b'.' && !point {
            point = true;
        } else if let Some(digit) = char::from(*b).to_digit(16) {
            digits = true;
            if kept < 31 {
                mantissa = mantissa << 4 | u128::from(digit);
                kept += usize::from(mantissa != 0);
                exponent -= if point { 4 } else { 0 };
            } else {
                sticky |= digit != 0;
                exponent += if point { 0 } else { 4 };
            }
        } else {
            break;
        }
        at += 1;
    }
    if !digits {
        return Err(HexError::Invalid);
    }
    match text.get(at..).unwrap_or(&[]) {
        [] => {}
        [b'p' | b'P', rest @ ..] => exponent = exponent.saturating_add(power(rest)?),
        _ => return Err(HexError::Invalid),
    }
    if mantissa == 0 {
        return Ok(0.0);
    }
    scale(mantissa, sticky, exponent).ok_or(HexError::TooLarge)
}

fn power(text: &[u8]) -> Result<i64, HexError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(HexError::Invalid);
    }
    let size = digits
        .iter()
        .fold(0i64, |n, b| n.saturating_mul(10).saturating_add(i64::from(b - b'0')))
        .min(i64::MAX / 4);
    Ok(if negative { -size } else { size })
}

/// The float nearest to `mantissa` × 2^`exponent` and a little more if `sticky`; `None` on overflow.
fn scale(mantissa: u128, sticky: bool, exponent: i64) -> Option<f64> {
    let bits = 128 - i64::from(mantissa.leading_zeros());
    // The exponent of the last place that the result can hold.
    let last = exponent.saturating_add(bits - 53).max(-1074);
    let shift = last - exponent;
    let rounded = if shift <= 0 {
        (mantissa << (-shift).min(127)) as u64
    } else if shift > 127 {
        0
    } else {
        let (whole, rest) = (mantissa >> shift, mantissa & ((1 << shift) - 1));
        let half = 1 << (shift - 1);
        let up = rest > half || rest == half && (sticky || whole & 1 == 1);
        whole as u64 + u64::from(up)
    };
    if rounded == 0 {
        return Some(0.0);
    }
    let top = last + 64 - i64::from(rounded.leading_zeros());
    if top > 1024 {
        return None;
    }
    // Normal numbers have the implicit bit; subnormal ones are counted in units of 2^-1074.
    let (rounded, last) = if rounded == 1 << 53 { (1 << 52, last + 1) } else { (rounded, last) };
    let biased = if rounded < 1 << 52 { 0 } else { (last + 1075) as u64 };
    Some(f64::from_bits(biased << 52 | rounded & ((1 << 52) - 1)))
}
