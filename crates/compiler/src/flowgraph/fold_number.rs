//! Arithmetic on constant numbers, with Python's semantics.

use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use minipy_bytecode::Constant;

use super::fold::nb;
use super::fold_complex as complex;

/// The most bits of an int that `*`, `**` and `<<` may make.
const MAX_INT_SIZE: usize = 128;

/// A constant number; bools count as ints.
#[derive(Clone, Debug)]
pub enum Number {
    Int(IBig),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    pub fn of(value: &Constant) -> Option<Number> {
        Some(match value {
            Constant::False => Number::Int(IBig::ZERO),
            Constant::True => Number::Int(IBig::ONE),
            Constant::Int(value) => Number::Int(IBig::from(*value)),
            Constant::BigInt(value) => Number::Int((**value).clone()),
            Constant::Float(value) => Number::Float(*value),
            Constant::Complex(re, im) => Number::Complex(*re, *im),
            _ => return None,
        })
    }

    /// The number as a float, unless it is an int too large for one.
    fn to_f64(&self) -> Option<f64> {
        match self {
            Number::Int(value) => Some(value.to_f64().value()).filter(|f| f.is_finite()),
            Number::Float(value) => Some(*value),
            Number::Complex(..) => None,
        }
    }
}

impl From<Number> for Constant {
    fn from(number: Number) -> Constant {
        match number {
            Number::Int(value) => Constant::int(value),
            Number::Float(value) => Constant::Float(value),
            Number::Complex(re, im) => Constant::Complex(re, im),
        }
    }
}

/// `-number`.
pub fn negative(number: Number) -> Constant {
    match number {
        Number::Int(value) => Constant::int(-value),
        Number::Float(value) => Constant::Float(-value),
        Number::Complex(re, im) => Constant::Complex(-re, -im),
    }
}

/// `~number`.
pub fn invert(number: Number) -> Option<Constant> {
    match number {
        Number::Int(value) => Some(Constant::int(-value - IBig::ONE)),
        _ => None,
    }
}

/// The value of a binary operator, unless it raises or gets too large.
pub fn binary(op: u32, left: Number, right: Number) -> Option<Constant> {
    match (&left, &right) {
        (Number::Int(a), Number::Int(b)) => int_binary(op, a, b),
        (Number::Complex(..), _) | (_, Number::Complex(..)) => complex_binary(op, &left, &right),
        _ => float_binary(op, left.to_f64()?, right.to_f64()?),
    }
}

/// `abs(value).bit_length()`.
fn bits(value: &IBig) -> usize {
    value.clone().into_parts().1.bit_len()
}

fn int_binary(op: u32, a: &IBig, b: &IBig) -> Option<Constant> {
    let is_zero = |value: &IBig| *value == IBig::ZERO;
    let is_negative = |value: &IBig| *value < IBig::ZERO;
    Some(Constant::int(match op {
        nb::ADD => a + b,
        nb::SUBTRACT => a - b,
        nb::AND => a & b,
        nb::OR => a | b,
        nb::XOR => a ^ b,
        nb::MULTIPLY => {
            if !is_zero(a) && !is_zero(b) && bits(a) + bits(b) > MAX_INT_SIZE {
                return None;
            }
            a * b
        }
        nb::FLOOR_DIVIDE | nb::REMAINDER => {
            if is_zero(b) {
                return None;
            }
            let (mut quotient, mut remainder) = (a / b, a % b);
            if !is_zero(&remainder) && is_negative(&remainder) != is_negative(b) {
                quotient -= IBig::ONE;
                remainder += b;
            }
            if op == nb::FLOOR_DIVIDE { quotient } else { remainder }
        }
        nb::LSHIFT => {
            if is_negative(b) {
                return None;
            }
            if is_zero(a) {
                return Some(Constant::Int(0));
            }
            let shift = usize::try_from(b).ok().filter(|&s| s <= MAX_INT_SIZE)?;
            if bits(a) > MAX_INT_SIZE - shift {
                return None;
            }
            a << shift
        }
        nb::RSHIFT => {
            if is_negative(b) {
                return None;
            }
            // Beyond the last bit only the sign is left.
            a >> usize::try_from(b).unwrap_or(usize::MAX).min(bits(a) + 1)
        }
        nb::POWER => {
            if is_negative(b) {
                let (a, b) = (Number::Int(a.clone()).to_f64()?, Number::Int(b.clone()).to_f64()?);
                return float_binary(nb::POWER, a, b);
            }
            if is_zero(b) {
                return Some(Constant::Int(1));
            }
            if is_zero(a) {
                return Some(Constant::Int(0));
            }
            let exponent = usize::try_from(b).ok()?;
            if bits(a) > MAX_INT_SIZE / exponent {
                return None;
            }
            a.pow(exponent)
        }
        nb::TRUE_DIVIDE => return true_divide(a, b).map(Constant::Float),
        _ => return None,
    }))
}

/// `a / b`, correctly rounded.
fn true_divide(a: &IBig, b: &IBig) -> Option<f64> {
    const EXACT: i64 = 1 << 53;
    if *b == IBig::ZERO {
        return None;
    }
    if let (Ok(x), Ok(y)) = (i64::try_from(a), i64::try_from(b))
        && x.unsigned_abs() <= EXACT as u64
        && y.unsigned_abs() <= EXACT as u64
    {
        return Some(x as f64 / y as f64);
    }
    let (sign_a, a) = a.clone().into_parts();
    let (sign_b, b) = b.clone().into_parts();
    let magnitude = divide_magnitudes(a, b)?;
    Some(if sign_a == sign_b { magnitude } else { -magnitude })
}

fn divide_magnitudes(a: UBig, b: UBig) -> Option<f64> {
    if a == UBig::ZERO {
        return Some(0.0);
    }
    const MIN_EXPONENT: i64 = -1021;
    const MANTISSA: i64 = 53;
    let exponent = i64::try_from(a.bit_len()).ok()? - i64::try_from(b.bit_len()).ok()?;
    if exponent > 1025 {
        return None;
    }
    if exponent < MIN_EXPONENT - MANTISSA - 1 {
        return Some(0.0);
    }
    // Scale so that the integer quotient has the bits a float of that size keeps, and at least two
    // more to round by, the last one standing for everything below.
    let mut shift = exponent.max(MIN_EXPONENT) - MANTISSA - 2;
    let (a, b) = if shift < 0 {
        (a << usize::try_from(-shift).ok()?, b)
    } else {
        (a, b << usize::try_from(shift).ok()?)
    };
    let (whole, rest) = (&a / &b, &a % &b);
    let mut quotient = u64::try_from(&whole).ok()? | u64::from(rest != UBig::ZERO);
    let length = 64 - i64::from(quotient.leading_zeros());
    let extra = length.max(MIN_EXPONENT - shift) - MANTISSA;
    let (kept, low, half) = (quotient >> extra, quotient & ((1 << extra) - 1), 1 << (extra - 1));
    quotient = kept + u64::from(low > half || (low == half && kept & 1 == 1));
    shift += extra;
    // Powers of two in two steps, as one alone may not be a float.
    let half = shift / 2;
    let value = quotient as f64 * 2f64.powi(half as i32) * 2f64.powi((shift - half) as i32);
    value.is_finite().then_some(value)
}

fn float_divmod(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder != 0.0 {
        if (b < 0.0) != (remainder < 0.0) {
            remainder += b;
            quotient -= 1.0;
        }
    } else {
        remainder = 0f64.copysign(b);
    }
    let quotient = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(a / b)
    };
    (quotient, remainder)
}

fn float_binary(op: u32, a: f64, b: f64) -> Option<Constant> {
    let float = |value| Some(Constant::Float(value));
    match op {
        nb::ADD => float(a + b),
        nb::SUBTRACT => float(a - b),
        nb::MULTIPLY => float(a * b),
        nb::TRUE_DIVIDE if b != 0.0 => float(a / b),
        nb::FLOOR_DIVIDE if b != 0.0 => float(float_divmod(a, b).0),
        nb::REMAINDER if b != 0.0 => float(float_divmod(a, b).1),
        nb::POWER => {
            if a == 0.0 && b < 0.0 {
                return None;
            }
            if a < 0.0 && a.is_finite() && b.is_finite() && b != b.floor() {
                let (re, im) = complex::pow((a, 0.0), (b, 0.0))?;
                return Some(Constant::Complex(re, im));
            }
            let value = a.powf(b);
            if value.is_infinite() && a.is_finite() && b.is_finite() {
                return None;
            }
            float(value)
        }
        _ => None,
    }
}

/// Mixed arithmetic touches only the parts that are there: a real operand has no imaginary zero.
fn complex_binary(op: u32, left: &Number, right: &Number) -> Option<Constant> {
    let parts = |number: &Number| match *number {
        Number::Complex(re, im) => Some((re, im)),
        _ => Some((number.to_f64()?, 0.0)),
    };
    let (a, b) = (parts(left)?, parts(right)?);
    let real_left = !matches!(left, Number::Complex(..));
    let real_right = !matches!(right, Number::Complex(..));
    let (re, im) = match op {
        nb::ADD if real_left => (a.0 + b.0, b.1),
        nb::ADD if real_right => (a.0 + b.0, a.1),
        nb::ADD => (a.0 + b.0, a.1 + b.1),
        nb::SUBTRACT if real_left => (a.0 - b.0, -b.1),
        nb::SUBTRACT if real_right => (a.0 - b.0, a.1),
        nb::SUBTRACT => (a.0 - b.0, a.1 - b.1),
        nb::MULTIPLY if real_left => (a.0 * b.0, a.0 * b.1),
        nb::MULTIPLY if real_right => (a.0 * b.0, a.1 * b.0),
        nb::MULTIPLY => complex::product(a, b),
        nb::TRUE_DIVIDE if real_right => {
            if b.0 == 0.0 {
                return None;
            }
            (a.0 / b.0, a.1 / b.0)
        }
        nb::TRUE_DIVIDE => complex::quotient(a, b)?,
        nb::POWER => complex::pow(a, b)?,
        _ => return None,
    };
    Some(Constant::Complex(re, im))
}
