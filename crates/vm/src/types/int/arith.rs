//! Arithmetic on ints. Each function gives NotImplemented when an operand is no int.

use super::{from_i64, from_ibig, is_negative, to_i64, to_ibig};
use crate::protocol::CmpOp;
use crate::types::float;
use crate::value::Value;
use crate::{PyResult, exceptions};
use dashu_int::ops::DivRemEuclid;
use dashu_int::{IBig, UBig};

macro_rules! checked_op {
    ($(#[$doc:meta])* $name:ident, $checked:ident, $op:tt) => {
        $(#[$doc])*
        pub fn $name(a: &Value, b: &Value) -> PyResult<Value> {
            if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int())
                && let Some(n) = a.$checked(b)
            {
                return Ok(from_i64(n));
            }
            match (to_ibig(a), to_ibig(b)) {
                (Some(a), Some(b)) => Ok(from_ibig(a $op b)),
                _ => Ok(Value::NOT_IMPLEMENTED),
            }
        }
    };
}

checked_op!(/// `a + b`.
    add, checked_add, +);
checked_op!(/// `a - b`.
    sub, checked_sub, -);
checked_op!(/// `a * b`.
    mul, checked_mul, *);

macro_rules! bit_op {
    ($(#[$doc:meta])* $name:ident, $op:tt) => {
        $(#[$doc])*
        pub fn $name(a: &Value, b: &Value) -> PyResult<Value> {
            if let (Some(a), Some(b)) = (a.as_bool(), b.as_bool()) {
                return Ok(Value::from_bool(a $op b));
            }
            if let (Some(a), Some(b)) = (to_i64(a), to_i64(b)) {
                return Ok(from_i64(a $op b));
            }
            match (to_ibig(a), to_ibig(b)) {
                (Some(a), Some(b)) => Ok(from_ibig(a $op b)),
                _ => Ok(Value::NOT_IMPLEMENTED),
            }
        }
    };
}

bit_op!(/// `a & b`; a bool for bools.
    and, &);
bit_op!(/// `a | b`; a bool for bools.
    or, |);
bit_op!(/// `a ^ b`; a bool for bools.
    xor, ^);

/// Floor division and modulo of small ints; `b` is not zero.
#[inline]
pub fn small_divmod(a: i64, b: i64) -> (i64, i64) {
    // Small ints have 63 bits, so `MIN / -1` does not overflow.
    let (q, r) = (a / b, a % b);
    if r != 0 && (r < 0) != (b < 0) { (q - 1, r + b) } else { (q, r) }
}

/// `divmod(a, b)`; `b` is not zero.
pub fn big_divmod(a: &IBig, b: &IBig) -> (IBig, IBig) {
    let (q, r) = a.div_rem_euclid(b);
    let r = IBig::from(r);
    if *b < IBig::ZERO && r != IBig::ZERO { (q - IBig::ONE, r + b) } else { (q, r) }
}

fn divide(a: &Value, b: &Value) -> PyResult<Option<(Value, Value)>> {
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int())
        && b != 0
    {
        let (q, r) = small_divmod(a, b);
        return Ok(Some((from_i64(q), from_i64(r))));
    }
    let (Some(a), Some(b)) = (to_ibig(a), to_ibig(b)) else { return Ok(None) };
    if b == IBig::ZERO {
        return Err(exceptions::zero_division_error(BY_ZERO));
    }
    let (q, r) = big_divmod(&a, &b);
    Ok(Some((from_ibig(q), from_ibig(r))))
}

/// What every division by the int zero says.
const BY_ZERO: &str = "division by zero";

/// `a // b`.
pub fn floordiv(a: &Value, b: &Value) -> PyResult<Value> {
    Ok(divide(a, b)?.map_or(Value::NOT_IMPLEMENTED, |(q, _)| q))
}

/// `a % b`.
pub fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
    Ok(divide(a, b)?.map_or(Value::NOT_IMPLEMENTED, |(_, r)| r))
}

/// `divmod(a, b)`.
pub fn divmod(a: &Value, b: &Value) -> PyResult<Value> {
    let pair = divide(a, b)?;
    Ok(pair.map_or(Value::NOT_IMPLEMENTED, |(q, r)| crate::PyTuple::from_array([q, r]).into_value()))
}

/// `a / b`, correctly rounded.
pub fn truediv(a: &Value, b: &Value) -> PyResult<Value> {
    const EXACT: i64 = 1 << 53;
    if let (Some(x), Some(y)) = (to_i64(a), to_i64(b))
        && x.abs() <= EXACT
        && y.abs() <= EXACT
    {
        if y == 0 {
            return Err(exceptions::zero_division_error(BY_ZERO));
        }
        return Ok(float::from_f64(x as f64 / y as f64));
    }
    let (Some(x), Some(y)) = (to_ibig(a), to_ibig(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    if y == IBig::ZERO {
        return Err(exceptions::zero_division_error(BY_ZERO));
    }
    match ratio_to_f64(&x, &y) {
        Some(quotient) => Ok(float::from_f64(quotient)),
        None => Err(exceptions::overflow_error("integer division result too large for a float")),
    }
}

/// The float nearest to `a / b`; `None` if it overflows.
fn ratio_to_f64(a: &IBig, b: &IBig) -> Option<f64> {
    let negative = (*a < IBig::ZERO) != (*b < IBig::ZERO);
    let (a, b) = (a.clone().into_parts().1, b.clone().into_parts().1);
    if a == UBig::ZERO {
        return Some(if negative { -0.0 } else { 0.0 });
    }
    // Scale for a quotient of 64 to 66 bits; below the range of normal floats, fewer matter.
    let shift = bit_length(&b) as i64 - bit_length(&a) as i64 + 65;
    let (numerator, denominator) =
        if shift >= 0 { (a << shift as usize, b) } else { (a, b << shift.unsigned_abs() as usize) };
    let quotient = &numerator / &denominator;
    let sticky = &quotient * &denominator != numerator;
    let mut bits = u128::try_from(quotient).ok()?;
    let exponent = -shift;
    let length = 128 - i64::from(bits.leading_zeros());
    // How many low bits do not fit the 53 of the result, or of a subnormal result.
    let drop = (length - 53).max(-1074 - exponent);
    if drop > 120 {
        return Some(if negative { -0.0 } else { 0.0 });
    }
    let mut result_exponent = exponent;
    if drop > 0 {
        let half = 1u128 << (drop - 1);
        let rest = bits & ((1u128 << drop) - 1);
        bits >>= drop;
        if rest > half || rest == half && (sticky || bits & 1 == 1) {
            bits += 1;
        }
        result_exponent += drop;
    }
    let magnitude = scale(bits as f64, result_exponent);
    magnitude.is_finite().then_some(if negative { -magnitude } else { magnitude })
}

/// `x * 2**exponent`, exact where the result is representable.
fn scale(mut x: f64, mut exponent: i64) -> f64 {
    while exponent > 1000 {
        x *= 2f64.powi(1000);
        exponent -= 1000;
        if x.is_infinite() {
            return x;
        }
    }
    while exponent < -1000 {
        x *= 2f64.powi(-1000);
        exponent += 1000;
    }
    x * 2f64.powi(exponent as i32)
}

/// `bit_length` of a magnitude.
pub fn bit_length(n: &UBig) -> usize {
    use dashu_int::ops::BitTest;
    n.bit_len()
}

/// The most bits a shift may give.
const MAX_BITS: i64 = 1 << 40;

/// `a << b`.
pub fn lshift(a: &Value, b: &Value) -> PyResult<Value> {
    let (Some(big), true) = (to_ibig(a), crate::protocol::is_int(b)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if is_negative(b) {
        return Err(exceptions::value_error("negative shift count"));
    }
    if let (Some(n), Some(count)) = (to_i64(a), to_i64(b))
        && count < 62
        && n.abs() < 1 << (62 - count)
    {
        return Ok(from_i64(n << count));
    }
    if big == IBig::ZERO {
        return Ok(Value::small_int(0));
    }
    match to_i64(b) {
        Some(count) if count < MAX_BITS => Ok(from_ibig(big << count as usize)),
        _ => Err(exceptions::overflow_error("too many digits in integer")),
    }
}

/// `a >> b`, rounding down.
pub fn rshift(a: &Value, b: &Value) -> PyResult<Value> {
    if !crate::protocol::is_int(a) || !crate::protocol::is_int(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    if is_negative(b) {
        return Err(exceptions::value_error("negative shift count"));
    }
    let everything = || if is_negative(a) { Value::small_int(-1) } else { Value::small_int(0) };
    let Some(count) = to_i64(b) else { return Ok(everything()) };
    match to_i64(a) {
        Some(n) => Ok(from_i64(n >> count.min(63))),
        None => {
            let big = to_ibig(a).unwrap_or_default();
            Ok(from_ibig(big >> count as usize))
        }
    }
}

/// `-a`.
pub fn neg(a: &Value) -> Value {
    match to_i64(a).and_then(i64::checked_neg) {
        Some(n) => from_i64(n),
        None => from_ibig(-to_ibig(a).unwrap_or_default()),
    }
}

/// `abs(a)`.
pub fn abs(a: &Value) -> Value {
    if is_negative(a) { neg(a) } else { super::plain(a) }
}

/// `~a`.
pub fn invert(a: &Value) -> Value {
    match to_i64(a) {
        Some(n) => from_i64(!n),
        None => from_ibig(!to_ibig(a).unwrap_or_default()),
    }
}

/// `pow(a, b, c)` with `c` None for no modulus.
pub fn pow(a: &Value, b: &Value, c: &Value) -> PyResult<Value> {
    let (Some(base), Some(exponent)) = (to_ibig(a), to_ibig(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    if !c.is_none() {
        let Some(modulus) = to_ibig(c) else { return Ok(Value::NOT_IMPLEMENTED) };
        return power_modulo(base, exponent, modulus).map(from_ibig);
    }
    if exponent < IBig::ZERO {
        return crate::protocol::pow(&float::to_f64(a)?.into(), &float::to_f64(b)?.into(), &Value::NONE);
    }
    if let (Some(x), Ok(e)) = (to_i64(a), u32::try_from(&exponent))
        && let Some(n) = x.checked_pow(e)
    {
        return Ok(from_i64(n));
    }
    if base == IBig::ZERO || base == IBig::ONE {
        return Ok(from_ibig(base));
    }
    match usize::try_from(&exponent) {
        Ok(e) if (e as u128) * (bit_length(&base.clone().into_parts().1) as u128) < MAX_BITS as u128 => {
            Ok(from_ibig(base.pow(e)))
        }
        _ if base == IBig::NEG_ONE => {
            let odd = (&exponent & IBig::ONE) == IBig::ONE;
            Ok(Value::small_int(if odd { -1 } else { 1 }))
        }
        _ => Err(exceptions::memory_error()),
    }
}

fn power_modulo(base: IBig, exponent: IBig, modulus: IBig) -> PyResult<IBig> {
    if modulus == IBig::ZERO {
        return Err(exceptions::value_error("pow() 3rd argument cannot be 0"));
    }
    let negative = modulus < IBig::ZERO;
    let magnitude = modulus.clone().into_parts().1;
    if magnitude == UBig::ONE {
        return Ok(IBig::ZERO);
    }
    let (base, exponent) = if exponent < IBig::ZERO {
        let inverse = invert_modulo(&base, &IBig::from(magnitude.clone()))
            .ok_or_else(|| exceptions::value_error("base is not invertible for the given modulus"))?;
        (inverse, -exponent)
    } else {
        (base, exponent)
    };
    let exponent = exponent.into_parts().1;
    let mut base = big_divmod(&base, &IBig::from(magnitude.clone())).1.into_parts().1;
    let mut result = UBig::ONE;
    let bits = bit_length(&exponent);
    for i in 0..bits {
        use dashu_int::ops::BitTest;
        if exponent.bit(i) {
            result = result * &base % &magnitude;
        }
        if i + 1 < bits {
            base = base.sqr() % &magnitude;
        }
    }
    let result = IBig::from(result);
    Ok(if negative && result != IBig::ZERO { result + modulus } else { result })
}

/// The inverse of `a` modulo `m`, if there is one.
fn invert_modulo(a: &IBig, m: &IBig) -> Option<IBig> {
    let (mut r0, mut r1) = (m.clone(), big_divmod(a, m).1);
    let (mut t0, mut t1) = (IBig::ZERO, IBig::ONE);
    while r1 != IBig::ZERO {
        let quotient = &r0 / &r1;
        (r0, r1) = (r1.clone(), r0 - &quotient * &r1);
        (t0, t1) = (t1.clone(), t0 - &quotient * &t1);
    }
    (r0 == IBig::ONE).then(|| big_divmod(&t0, m).1)
}

/// `a op b` for ints; `None` if an operand is no int.
pub fn compare(a: &Value, b: &Value, op: CmpOp) -> Option<bool> {
    if let (Some(a), Some(b)) = (to_i64(a), to_i64(b)) {
        return Some(op.compare(&a, &b));
    }
    Some(op.compare(&to_ibig(a)?, &to_ibig(b)?))
}
