//! Formatting int, float and complex by a specification.

use super::FormatError;
use super::grouping::{Locale, group_fraction};
use super::spec::{Align, FormatSpec, Sign, TypeName};
use crate::float::{self, Code, Style};
use crate::int;
use dashu_int::IBig;
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};
use std::borrow::Cow;

/// CPython hands precisions on as a C int, and needs room for the digits before the point.
const MAX_PRECISION: usize = i32::MAX as usize - 1024;

/// The digits of a float. Errors: a precision beyond CPython's, or beyond the memory there is.
pub(super) fn float_digits(x: f64, style: Style) -> Result<String, FormatError> {
    if style.precision > MAX_PRECISION {
        return Err(FormatError::PrecisionTooBig);
    }
    String::new().try_reserve(style.precision).map_err(|_| FormatError::Memory)?;
    Ok(float::format(x, style))
}

/// A number in its parts, all ASCII.
#[derive(Default)]
struct Parts<'a> {
    negative: bool,
    prefix: &'static str,
    whole: &'a str,
    fraction: Option<&'a str>,
    /// What follows the digits: exponent or percent sign.
    tail: &'a str,
}

impl<'a> Parts<'a> {
    /// Take a formatted float apart.
    fn of_float(text: &'a str) -> Parts<'a> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let is_digit = |b: u8| b.is_ascii_digit();
        let end = text.bytes().position(|b| !is_digit(b)).unwrap_or(text.len());
        let (whole, rest) = text.split_at(end);
        let (fraction, tail) = match rest.strip_prefix('.') {
            Some(rest) => {
                let end = rest.bytes().position(|b| !is_digit(b)).unwrap_or(rest.len());
                (Some(&rest[..end]), &rest[end..])
            }
            None => (None, rest),
        };
        Parts { negative, prefix: "", whole, fraction, tail }
    }
}

impl FormatSpec {
    fn sign_of(&self, negative: bool) -> &'static str {
        match self.sign {
            _ if negative => "-",
            Some(Sign::Plus) => "+",
            Some(Sign::Space) => " ",
            _ => "",
        }
    }

    /// The separators of this specification.
    fn locale(&self, current: &Locale) -> Locale {
        match self.grouping {
            _ if self.is_code("n") => current.clone(),
            Some(grouping) => Locale::grouped(grouping, self.is_code("boxX")),
            None => Locale::c(),
        }
    }

    fn is_code(&self, codes: &str) -> bool {
        codes.bytes().any(|code| u32::from(code) == self.code)
    }

    /// Sign, prefix, digits and padding in their places.
    fn lay_out(&self, parts: &Parts<'_>, locale: &Locale) -> Result<Wtf8Buf, FormatError> {
        let sign = self.sign_of(parts.negative);
        let point = if parts.fraction.is_some() { &*locale.decimal_point } else { "" };
        let fraction: Cow<'_, str> = match (parts.fraction.unwrap_or_default(), self.fraction_grouping) {
            (fraction, Some(grouping)) => group_fraction(fraction, grouping.as_char()).into(),
            (fraction, None) => fraction.into(),
        };
        let around =
            sign.len() + parts.prefix.len() + point.chars().count() + fraction.len() + parts.tail.len();
        let zero_filled = self.fill == u32::from('0') && self.align == Align::AfterSign;
        let least = if zero_filled { self.width.saturating_sub(around) } else { 0 };
        // Tried beforehand, as a width may be anything.
        let mut out = Wtf8Buf::new();
        let room = least.saturating_mul(2).saturating_add(around + parts.whole.len());
        out.try_reserve(room).map_err(|_| FormatError::Memory)?;
        let whole: Cow<'_, str> = if parts.whole.is_empty() {
            // inf and nan are filled with zeros without separators.
            "0".repeat(least).into()
        } else {
            locale.group(parts.whole, least)
        };
        let (left, right) = self.padding(around + whole.chars().count());
        let (outer, inner) = if self.align == Align::AfterSign { (0, left) } else { (left, 0) };
        self.fill(&mut out, outer)?;
        out.push_str(sign);
        out.push_str(parts.prefix);
        self.fill(&mut out, inner)?;
        out.push_str(&whole);
        out.push_str(point);
        out.push_str(&fraction);
        out.push_str(parts.tail);
        self.fill(&mut out, right)?;
        Ok(out)
    }

    fn fill(&self, out: &mut Wtf8Buf, count: usize) -> Result<(), FormatError> {
        if count == 0 {
            return Ok(());
        }
        let fill = CodePoint::from_u32(self.fill).unwrap_or_else(|| ' '.into());
        out.try_reserve(count.saturating_mul(fill.len_wtf8())).map_err(|_| FormatError::Memory)?;
        out.extend(std::iter::repeat_n(fill, count));
        Ok(())
    }
}

/// `int.__format__`; `limit` is `sys.get_int_max_str_digits()`.
pub fn format_int(
    n: &IBig,
    spec: &Wtf8,
    type_name: TypeName<'_>,
    limit: usize,
    current: &Locale,
) -> Result<Wtf8Buf, FormatError> {
    let spec = FormatSpec::parse(spec, type_name, 'd', Align::Right)?;
    if spec.is_code("eEfFgG%") {
        let x = float::from_int(n).ok_or(FormatError::IntTooLarge)?;
        return float_by(x, &spec, current);
    }
    if !spec.is_code("bcdoxXn") {
        return Err(spec.unknown_code(type_name));
    }
    let refusal = if spec.precision.is_some() {
        "Precision not allowed in integer format specifier"
    } else if spec.no_negative_zero {
        "Negative zero coercion (z) not allowed in integer format specifier"
    } else if spec.is_code("c") && spec.sign.is_some() {
        "Sign not allowed with integer format specifier 'c'"
    } else if spec.is_code("c") && spec.alternate {
        "Alternate form (#) not allowed with integer format specifier 'c'"
    } else {
        ""
    };
    if !refusal.is_empty() {
        return Err(FormatError::NotAllowed(refusal));
    }
    if spec.is_code("c") {
        return char_by(n, &spec);
    }
    let (radix, prefix) = match char::from_u32(spec.code) {
        Some('b') => (2, "0b"),
        Some('o') => (8, "0o"),
        Some('x') => (16, "0x"),
        Some('X') => (16, "0X"),
        _ => (10, ""),
    };
    let digits = if radix == 10 {
        int::to_decimal(n, limit).map_err(FormatError::Digits)?
    } else {
        int::to_radix(n, radix)
    };
    let digits = if spec.is_code("X") { digits.to_ascii_uppercase() } else { digits };
    let (negative, whole) = match digits.strip_prefix('-') {
        Some(whole) => (true, whole),
        None => (false, &*digits),
    };
    let prefix = if spec.alternate { prefix } else { "" };
    let parts = Parts { negative, prefix, whole, ..Parts::default() };
    spec.lay_out(&parts, &spec.locale(current))
}

fn char_by(n: &IBig, spec: &FormatSpec) -> Result<Wtf8Buf, FormatError> {
    let n = i64::try_from(n).map_err(|_| FormatError::CharTooLarge)?;
    let cp = u32::try_from(n).ok().and_then(CodePoint::from_u32).ok_or(FormatError::CharRange)?;
    let (left, right) = spec.padding(1);
    let mut out = Wtf8Buf::new();
    spec.fill(&mut out, left)?;
    out.push(cp);
    spec.fill(&mut out, right)?;
    Ok(out)
}

/// `float.__format__`.
pub fn format_float(
    x: f64,
    spec: &Wtf8,
    type_name: TypeName<'_>,
    current: &Locale,
) -> Result<Wtf8Buf, FormatError> {
    if spec.is_empty() {
        return Ok(float::repr(x).into());
    }
    let spec = FormatSpec::parse(spec, type_name, '\0', Align::Right)?;
    if !spec.is_code("\0eEfFgGn%") {
        return Err(spec.unknown_code(type_name));
    }
    float_by(x, &spec, current)
}

fn float_by(x: f64, spec: &FormatSpec, current: &Locale) -> Result<Wtf8Buf, FormatError> {
    let percent = spec.is_code("%");
    let x = if percent { x * 100.0 } else { x };
    let mut text = digits_by(x, spec, true)?;
    if percent {
        text.push('%');
    }
    spec.lay_out(&Parts::of_float(&text), &spec.locale(current))
}

/// The digits of one float, with a minus sign, without padding or groups.
fn digits_by(x: f64, spec: &FormatSpec, dot_zero: bool) -> Result<String, FormatError> {
    let precision = spec.precision;
    let code = match char::from_u32(spec.code) {
        Some('e' | 'E') => Code::Exponent,
        Some('f' | 'F' | '%') => Code::Fixed,
        Some('g' | 'G' | 'n') => Code::General,
        _ if precision.is_some() => Code::General,
        _ => Code::Repr,
    };
    let style = Style {
        code,
        precision: precision.unwrap_or(6),
        alternate: spec.alternate,
        dot_zero: dot_zero && spec.code == 0,
        upper: spec.is_code("EFG"),
    };
    let text = float_digits(x, style)?;
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    let zero = x.is_finite() && !digits.bytes().any(|b| b.is_ascii_digit() && b != b'0');
    match text.strip_prefix('-') {
        Some(rest) if spec.no_negative_zero && zero => Ok(rest.to_owned()),
        _ => Ok(text),
    }
}

/// `complex.__format__`.
pub fn format_complex(
    real: f64,
    imag: f64,
    spec: &Wtf8,
    type_name: TypeName<'_>,
    current: &Locale,
) -> Result<Wtf8Buf, FormatError> {
    let spec = FormatSpec::parse(spec, type_name, '\0', Align::Right)?;
    if !spec.is_code("\0eEfFgGn") {
        return Err(spec.unknown_code(type_name));
    }
    if spec.fill == u32::from('0') {
        return Err(FormatError::NotAllowed("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Align::AfterSign {
        return Err(FormatError::NotAllowed("'=' alignment flag is not allowed in complex format specifier"));
    }
    let locale = spec.locale(current);
    let imaginary_only = spec.code == 0 && real == 0.0 && real.is_sign_positive();
    let part = |x: f64, sign: Option<Sign>| {
        let spec = FormatSpec { width: 0, sign, ..spec.clone() };
        spec.lay_out(&Parts::of_float(&digits_by(x, &spec, false)?), &locale)
    };
    let mut text = Wtf8Buf::new();
    if imaginary_only {
        text.push_wtf8(&part(imag, spec.sign)?);
        text.push_char('j');
    } else {
        let parentheses = spec.code == 0;
        if parentheses {
            text.push_char('(');
        }
        text.push_wtf8(&part(real, spec.sign)?);
        text.push_wtf8(&part(imag, Some(Sign::Plus))?);
        text.push_str(if parentheses { "j)" } else { "j" });
    }
    let (left, right) = spec.padding(text.code_points().count());
    let mut out = Wtf8Buf::new();
    spec.fill(&mut out, left)?;
    out.push_wtf8(&text);
    spec.fill(&mut out, right)?;
    Ok(out)
}
