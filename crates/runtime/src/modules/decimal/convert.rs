//! Decimals from ints, floats, strs and tuples, and to ints and ratios.

use super::context::PyContext;
use super::number::PyDecimal;
use dashu_int::ops::{BitTest, Gcd};
use dashu_int::{IBig, Sign, UBig};
use minipy_decimal::{Context, Decimal, Kind, Rounding, Status, pow10};
use minipy_text::hash::{INF, MODULUS};
use minipy_vm::types::{float, int};
use minipy_vm::{PyErr, PyList, PyResult, PyStr, PyTuple, Value, exceptions, protocol};
use std::ops::Deref;

/// An operand: the number in a Decimal, or one made of an int.
pub enum Operand<'a> {
    Borrowed(&'a Decimal),
    Owned(Decimal),
}

impl Deref for Operand<'_> {
    type Target = Decimal;

    #[inline]
    fn deref(&self) -> &Decimal {
        match self {
            Operand::Borrowed(number) => number,
            Operand::Owned(number) => number,
        }
    }
}

/// The operand that `value` is for operators: a Decimal or an int.
#[inline]
pub fn operand(value: &Value) -> Option<Operand<'_>> {
    if let Some(decimal) = value.downcast::<PyDecimal>() {
        return Some(Operand::Borrowed(&decimal.value));
    }
    from_int(value).map(Operand::Owned)
}

/// The operand that `value` is for methods, or the TypeError that it is none.
#[inline]
pub fn argument(value: &Value) -> PyResult<Operand<'_>> {
    operand(value).ok_or_else(|| unsupported(value))
}

#[cold]
fn unsupported(value: &Value) -> PyErr {
    exceptions::type_error(format!("conversion from {} to Decimal is not supported", value.type_name()))
}

/// The number that an int is.
pub fn from_int(value: &Value) -> Option<Decimal> {
    if let Some(n) = value.as_small_int() {
        return Some(Decimal::from_i64(n));
    }
    let (sign, magnitude) = int::to_ibig(value)?.into_parts();
    Some(Decimal::new(sign == Sign::Negative, magnitude, 0))
}

/// The number that a float is, exactly.
pub fn from_f64(x: f64) -> Decimal {
    let sign = x.is_sign_negative();
    if x.is_nan() {
        return Decimal { sign, ..Decimal::nan() };
    }
    if x.is_infinite() {
        return Decimal::infinity(sign);
    }
    let bits = x.to_bits();
    let (biased, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    if mantissa == 0 {
        return Decimal::zero(sign, 0);
    }
    let spare = mantissa.trailing_zeros();
    let (mantissa, exponent) = (UBig::from(mantissa >> spare), exponent + i64::from(spare));
    if exponent >= 0 {
        return Decimal::new(sign, mantissa << exponent as usize, 0);
    }
    // m / 2^k is m * 5^k / 10^k.
    let places = exponent.unsigned_abs() as usize;
    Decimal::new(sign, mantissa * UBig::from(5u8).pow(places), exponent)
}

/// A str with its digits in ASCII. `lenient` drops white space around and underscores. `None` if it cannot be a number.
fn ascii_number(text: &PyStr, lenient: bool) -> Option<String> {
    if let Some(ascii) = text.as_ascii() {
        let trimmed = if lenient {
            ascii.trim_matches(|c: char| minipy_unicode::is_space(u32::from(c)))
        } else {
            ascii
        };
        if lenient && trimmed.contains('_') {
            return Some(trimmed.replace('_', ""));
        }
        return Some(trimmed.to_owned());
    }
    let chars: Vec<u32> = text.chars().collect();
    let mut chars = chars.as_slice();
    if lenient {
        while let [first, rest @ ..] = chars
            && minipy_unicode::is_space(*first)
        {
            chars = rest;
        }
        while let [rest @ .., last] = chars
            && minipy_unicode::is_space(*last)
        {
            chars = rest;
        }
    }
    let mut out = String::with_capacity(chars.len());
    for &c in chars {
        match u8::try_from(c) {
            Ok(b'_') if lenient => {}
            Ok(byte) if byte.is_ascii() => out.push(char::from(byte)),
            _ => out.push(char::from(b'0' + minipy_unicode::decimal(c)?)),
        }
    }
    Some(out)
}

#[cold]
fn bad_syntax(status: &mut Status) -> Decimal {
    *status |= Status::CONVERSION_SYNTAX;
    Decimal::nan()
}

/// The number that a str stands for, exactly.
pub fn from_str_exactly(text: &PyStr, status: &mut Status) -> Decimal {
    match ascii_number(text, true) {
        Some(text) => Decimal::from_text_exactly(&text, status),
        None => bad_syntax(status),
    }
}

/// The number that a str stands for, rounded.
pub fn from_str_rounded(text: &PyStr, context: &Context, status: &mut Status) -> Decimal {
    match ascii_number(text, false) {
        Some(text) => Decimal::from_text(&text, context, status),
        None => bad_syntax(status),
    }
}

/// The text that (sign, digits, exponent) stands for.
fn tuple_text(items: &[Value]) -> PyResult<String> {
    let [sign, digits, exponent] = items else {
        return Err(exceptions::value_error("argument must be a sequence of length 3"));
    };
    let bad_sign = || exceptions::value_error("sign must be an integer with the value 0 or 1");
    let sign = match int::to_i64(sign).filter(|_| protocol::is_int(sign)) {
        Some(0) => "",
        Some(1) => "-",
        _ => return Err(bad_sign()),
    };
    let special = match exponent.downcast::<PyStr>() {
        Some(text) if text.eq_str("F") => return Ok(format!("{sign}Inf")),
        Some(text) if text.eq_str("n") => Some("NaN"),
        Some(text) if text.eq_str("N") => Some("sNaN"),
        Some(_) => {
            return Err(exceptions::value_error(
                "string argument in the third position must be 'F', 'n' or 'N'",
            ));
        }
        None => None,
    };
    let exponent = match special {
        Some(_) => String::new(),
        None if protocol::is_int(exponent) => match int::to_i64(exponent) {
            Some(exponent) => format!("E{exponent}"),
            None => return Err(exceptions::overflow_error("Python int too large to convert to C ssize_t")),
        },
        None => {
            return Err(exceptions::value_error("exponent must be an integer"));
        }
    };
    let bad_digits = || exceptions::value_error("coefficient must be a tuple of digits");
    let digits = match (digits.downcast::<PyTuple>(), digits.downcast::<PyList>()) {
        (Some(tuple), _) => tuple.to_vec(),
        (_, Some(list)) => list.to_vec(),
        _ => return Err(bad_digits()),
    };
    let mut text = format!("{sign}{}", special.unwrap_or(""));
    if digits.is_empty() && special.is_none() {
        text.push('0');
    }
    for digit in &digits {
        match int::to_i64(digit).filter(|_| protocol::is_int(digit)) {
            Some(digit @ 0..=9) => text.push(char::from(b'0' + digit as u8)),
            _ => return Err(bad_digits()),
        }
    }
    text.push_str(&exponent);
    Ok(text)
}

/// The number that `value` stands for: a str, int, float, tuple or Decimal, exactly or (`rounded`) in the context.
pub fn from_value(value: &Value, rounded: bool, context: &PyContext) -> PyResult<Decimal> {
    let settings = context.settings.get();
    let mut status = Status::CLEAR;
    let number = if let Some(decimal) = value.downcast::<PyDecimal>() {
        let number = decimal.value.clone();
        let room = settings.prec - i64::from(settings.clamp);
        if rounded && number.is_nan() && number.digits() > room && !number.coefficient.is_zero() {
            bad_syntax(&mut status)
        } else if rounded {
            number.finalized(&settings, &mut status)
        } else {
            number
        }
    } else if let Some(text) = value.downcast::<PyStr>() {
        if rounded {
            from_str_rounded(text, &settings, &mut status)
        } else {
            from_str_exactly(text, &mut status)
        }
    } else if let Some(number) = from_int(value) {
        if rounded { number.finalized(&settings, &mut status) } else { number }
    } else if let Some(x) = float::as_f64(value) {
        context.report(Status::FLOAT_OPERATION)?;
        let number = from_f64(x);
        if rounded { number.finalized(&settings, &mut status) } else { number }
    } else {
        let items = match (value.downcast::<PyTuple>(), value.downcast::<PyList>()) {
            (Some(tuple), _) => tuple.to_vec(),
            (_, Some(list)) => list.to_vec(),
            _ => return Err(unsupported(value)),
        };
        let text = tuple_text(&items)?;
        if rounded {
            Decimal::from_text(&text, &settings, &mut status)
        } else {
            Decimal::from_text_exactly(&text, &mut status)
        }
    };
    context.report(status)?;
    Ok(number)
}

/// The int that the number rounds to.
pub fn to_int(number: &Decimal, rounding: Rounding) -> PyResult<Value> {
    match number.kind {
        Kind::Finite => {}
        Kind::Infinite => return Err(exceptions::overflow_error("cannot convert Infinity to integer")),
        _ => return Err(exceptions::value_error("cannot convert NaN to integer")),
    }
    let context = Context::MAX.with_rounding(rounding);
    let whole = number.to_integral(false, &context, &mut Status::default());
    let magnitude = scaled(&whole)?;
    let sign = if whole.sign { Sign::Negative } else { Sign::Positive };
    Ok(int::from_ibig(IBig::from_parts(sign, magnitude)))
}

/// `coefficient * 10^exponent` for an exponent that is not negative.
fn scaled(number: &Decimal) -> PyResult<UBig> {
    const LONGEST: i64 = 400_000_000;
    if number.exponent == 0 || number.coefficient.is_zero() {
        return Ok(number.coefficient.clone());
    }
    if number.exponent > LONGEST {
        return Err(exceptions::memory_error());
    }
    Ok(&number.coefficient * pow10(number.exponent.unsigned_abs()))
}

/// Numerator and denominator in lowest terms.
pub fn to_ratio(number: &Decimal) -> PyResult<(Value, Value)> {
    match number.kind {
        Kind::Finite => {}
        Kind::Infinite => return Err(exceptions::overflow_error("cannot convert Infinity to integer ratio")),
        _ => return Err(exceptions::value_error("cannot convert NaN to integer ratio")),
    }
    let sign = if number.sign { Sign::Negative } else { Sign::Positive };
    let (numerator, denominator) = if number.coefficient.is_zero() {
        (UBig::ZERO, UBig::ONE)
    } else if number.exponent >= 0 {
        (scaled(number)?, UBig::ONE)
    } else {
        let ten = Decimal::new(false, UBig::ONE, -number.exponent);
        let denominator = scaled(&ten)?;
        let common = (&number.coefficient).gcd(&denominator);
        (&number.coefficient / &common, denominator / common)
    };
    let numerator = IBig::from_parts(sign, numerator);
    Ok((int::from_ibig(numerator), int::from_ibig(IBig::from(denominator))))
}

/// The float nearest to a finite number, an infinity or a NaN.
pub fn to_f64(number: &Decimal) -> PyResult<f64> {
    match number.kind {
        Kind::SignalingNan => Err(exceptions::value_error("cannot convert signaling NaN to float")),
        Kind::QuietNan => Ok(if number.sign { -f64::NAN } else { f64::NAN }),
        Kind::Infinite => Ok(if number.sign { f64::NEG_INFINITY } else { f64::INFINITY }),
        Kind::Finite => {
            let text =
                format!("{}{}e{}", if number.sign { "-" } else { "" }, number.coefficient, number.exponent);
            text.parse().map_err(|_| exceptions::value_error("could not convert decimal to float"))
        }
    }
}

/// `base^exponent` modulo the modulus of hashes.
fn power_mod(mut base: u64, mut exponent: u64) -> u64 {
    let modulus = u128::from(MODULUS);
    let mut result = 1u64;
    while exponent != 0 {
        if exponent & 1 == 1 {
            result = (u128::from(result) * u128::from(base) % modulus) as u64;
        }
        base = (u128::from(base) * u128::from(base) % modulus) as u64;
        exponent >>= 1;
    }
    result
}

/// The hash of a number that is no NaN: that of equal numbers of other types.
pub fn hash(number: &Decimal) -> i64 {
    if number.is_infinite() {
        return if number.sign { -INF } else { INF };
    }
    let coefficient = if number.coefficient.bit_len() <= 60 {
        u64::try_from(&number.coefficient).unwrap_or(0)
    } else {
        &number.coefficient % MODULUS
    };
    // By Fermat's theorem the inverse of 10 is a power of it.
    let ten = if number.exponent >= 0 { 10 } else { power_mod(10, MODULUS - 2) };
    let scale = power_mod(ten, number.exponent.unsigned_abs() % (MODULUS - 1));
    let residue = (u128::from(coefficient) * u128::from(scale) % u128::from(MODULUS)) as i64;
    match if number.sign { -residue } else { residue } {
        -1 => -2,
        hash => hash,
    }
}
