//! Arithmetic on ints. Each function gives NotImplemented when an operand is no int.

use super::{from_i64, from_ibig, to_ibig};
use crate::protocol::CmpOp;
use crate::value::Value;
use crate::{PyResult, exceptions};
use dashu_int::IBig;
use dashu_int::ops::DivRemEuclid;

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

fn divide(a: &Value, b: &Value, what: &str) -> PyResult<Option<(Value, Value)>> {
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int())
        && b != 0
    {
        let (q, r) = small_divmod(a, b);
        return Ok(Some((from_i64(q), from_i64(r))));
    }
    let (Some(a), Some(b)) = (to_ibig(a), to_ibig(b)) else { return Ok(None) };
    if b == IBig::ZERO {
        return Err(exceptions::zero_division_error(what));
    }
    let (q, r) = big_divmod(&a, &b);
    Ok(Some((from_ibig(q), from_ibig(r))))
}

/// `a // b`.
pub fn floordiv(a: &Value, b: &Value) -> PyResult<Value> {
    Ok(divide(a, b, "integer division or modulo by zero")?.map_or(Value::NOT_IMPLEMENTED, |(q, _)| q))
}

/// `a % b`.
pub fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
    Ok(divide(a, b, "integer modulo by zero")?.map_or(Value::NOT_IMPLEMENTED, |(_, r)| r))
}

/// `a op b` for ints; `None` if an operand is no int.
pub fn compare(a: &Value, b: &Value, op: CmpOp) -> Option<bool> {
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
        return Some(op.compare(&a, &b));
    }
    Some(op.compare(&to_ibig(a)?, &to_ibig(b)?))
}
