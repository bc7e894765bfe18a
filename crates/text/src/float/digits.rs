//! From a float to decimal digits, and their layout for each format code.

use super::round::scaled;
use std::fmt::Write;

/// How digits are produced and laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// `e`: scientific notation with `precision` digits after the point.
    Exponent,
    /// `f`: fixed point with `precision` digits after the point.
    Fixed,
    /// `g`: `precision` significant digits, the shorter notation.
    General,
    /// `r`: the shortest digits that read back as the same float.
    Repr,
}

/// A format code with its flags.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The notation.
    pub code: Code,
    /// Digits, as the code counts them; `Repr` ignores it.
    pub precision: usize,
    /// `#`: keep the point and trailing zeros.
    pub alternate: bool,
    /// Add `.0` to what would look like an int.
    pub dot_zero: bool,
    /// `E`, `INF`, `NAN`.
    pub upper: bool,
}

impl Style {
    /// What `repr` uses.
    pub const REPR: Style =
        Style { code: Code::Repr, precision: 0, alternate: false, dot_zero: true, upper: false };
}

/// No float has more decimal digits than this on either side of the point; the rest are zeros. (Rust's own
/// formatting takes no more than 65535.)
const EXACT: usize = 1100;

/// Room for the longest `{:.1100e}`.
struct Buffer {
    bytes: [u8; 1128],
    len: usize,
}

impl Write for Buffer {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        let end = self.len + s.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(std::fmt::Error)?;
        room.copy_from_slice(s.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Take `d.ddde±x` apart: digits without the point, in place, and where the point goes (0.ddd × 10^point).
fn split(buffer: &mut Buffer) -> (&[u8], i32) {
    let text = &mut buffer.bytes[..buffer.len];
    let e = text.iter().rposition(|b| *b == b'e').unwrap_or(text.len());
    let exponent = text.get(e + 1..).unwrap_or(&[]);
    let (negative, exponent) = match exponent {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let size = exponent.iter().fold(0, |n, b| n * 10 + i32::from(b - b'0'));
    if e > 1 {
        text.copy_within(2..e, 1);
    }
    let len = if e > 1 { e - 1 } else { e };
    (&buffer.bytes[..len], if negative { 1 - size } else { 1 + size })
}

/// Write the shortest digits that read back as `x`, and of two that are equally near the ones that end even, as CPython.
/// (Rust rounds such ties up.)
fn shortest(buffer: &mut Buffer, x: f64) -> std::fmt::Result {
    write!(buffer, "{x:e}")?;
    let text = &buffer.bytes[..buffer.len];
    let e = text.iter().rposition(|b| *b == b'e').unwrap_or(text.len());
    let digits = if e > 1 { e - 1 } else { e };
    // A tie has one more place after the point than the digits: x is an odd number of 2^-places.
    let bits = x.to_bits();
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let places = 1075 - (bits >> 52) as i32 - mantissa.trailing_zeros() as i32;
    if !(1..=25).contains(&places) || e < 2 || text[e - 1] & 1 == 0 {
        return Ok(());
    }
    let exponent: i32 = std::str::from_utf8(&text[e + 1..]).ok().and_then(|t| t.parse().ok()).unwrap_or(0);
    if places != digits as i32 - exponent {
        return Ok(());
    }
    let mut even = Buffer { bytes: [0; 1128], len: 0 };
    write!(even, "{x:.*e}", digits - 1)?;
    if std::str::from_utf8(&even.bytes[..even.len]).is_ok_and(|text| text.parse() == Ok(x)) {
        *buffer = even;
    }
    Ok(())
}

/// `repr(x)`, the shortest text that reads back as `x`.
pub fn repr(x: f64) -> String {
    let mut out = String::with_capacity(24);
    push(&mut out, x, Style::REPR);
    out
}

/// `x` in this style, with a minus sign if it is negative (also -0.0).
pub fn format(x: f64, style: Style) -> String {
    let mut out = String::new();
    push(&mut out, x, style);
    out
}

fn push(out: &mut String, x: f64, style: Style) {
    if x.is_nan() {
        return out.push_str(if style.upper { "NAN" } else { "nan" });
    }
    if x.is_sign_negative() {
        out.push('-');
    }
    let x = x.abs();
    if x.is_infinite() {
        return out.push_str(if style.upper { "INF" } else { "inf" });
    }
    if style.code == Code::Fixed {
        return push_fixed(out, x, style);
    }
    let mut buffer = Buffer { bytes: [0; 1128], len: 0 };
    // `precision` of general notation counts all digits, and 0 means 1.
    let significant = style.precision.max(1);
    let _ = match style.code {
        Code::Repr => shortest(&mut buffer, x),
        Code::Exponent => write!(buffer, "{x:.*e}", style.precision.min(EXACT)),
        _ => write!(buffer, "{x:.*e}", (significant - 1).min(EXACT)),
    };
    let (mut digits, point) = split(&mut buffer);
    let (exponential, keep) = match style.code {
        Code::Exponent => (true, style.precision.saturating_add(1)),
        Code::Repr => (!(-4 < point && point <= 16), 0),
        // Room is left for the `.0`.
        _ => {
            let most = significant - usize::from(style.dot_zero);
            (point <= -4 || point > 0 && point as usize > most, significant)
        }
    };
    if style.code == Code::General && !style.alternate {
        let end = digits.iter().rposition(|b| *b != b'0').map_or(1, |i| i + 1);
        digits = &digits[..end];
    }
    let zeros = match style.code {
        Code::Exponent => keep - digits.len(),
        Code::General if style.alternate => keep - digits.len(),
        _ => 0,
    };
    if exponential {
        push_exponential(out, digits, zeros, point, style)
    } else {
        push_plain(out, digits, zeros, point, style)
    }
}

fn push_fixed(out: &mut String, x: f64, style: Style) {
    if let Some((number, factor)) = scaled(x, style.precision) {
        if x.is_sign_negative() {
            out.push('-');
        }
        let factor = factor as u64;
        let _ = write!(out, "{}", number / factor);
        if style.precision > 0 {
            let _ = write!(out, ".{:0width$}", number % factor, width = style.precision);
        }
    } else {
        let exact = style.precision.min(EXACT);
        let _ = write!(out, "{x:.exact$}");
        push_zeros(out, style.precision - exact);
    }
    if style.precision == 0 {
        if style.alternate {
            out.push('.');
        } else if style.dot_zero {
            out.push_str(".0");
        }
    }
}

fn push_zeros(out: &mut String, n: usize) {
    out.extend(std::iter::repeat_n('0', n));
}

fn push_digits(out: &mut String, digits: &[u8]) {
    out.extend(digits.iter().map(|b| char::from(*b)));
}

fn push_exponential(out: &mut String, digits: &[u8], zeros: usize, point: i32, style: Style) {
    let (first, rest) = digits.split_at(1);
    push_digits(out, first);
    if !rest.is_empty() || zeros > 0 || style.alternate {
        out.push('.');
    }
    push_digits(out, rest);
    push_zeros(out, zeros);
    let exponent = point - 1;
    out.push(if style.upper { 'E' } else { 'e' });
    out.push(if exponent < 0 { '-' } else { '+' });
    let _ = write!(out, "{:02}", exponent.unsigned_abs());
}

fn push_plain(out: &mut String, digits: &[u8], zeros: usize, point: i32, style: Style) {
    let whole = usize::try_from(point).unwrap_or(0);
    if whole == 0 {
        out.push_str("0.");
        push_zeros(out, point.unsigned_abs() as usize);
        push_digits(out, digits);
        return push_zeros(out, zeros);
    }
    let (before, after) = digits.split_at(whole.min(digits.len()));
    push_digits(out, before);
    let missing = whole - before.len();
    push_zeros(out, missing);
    let zeros = zeros.saturating_sub(missing);
    if !after.is_empty() || zeros > 0 {
        out.push('.');
        push_digits(out, after);
        push_zeros(out, zeros);
    } else if style.dot_zero {
        out.push_str(".0");
    } else if style.alternate {
        out.push('.');
    }
}
