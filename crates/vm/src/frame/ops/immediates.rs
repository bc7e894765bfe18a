//! Operators on what fits the value word: small ints and unboxed floats. They own nothing and cannot fail.

use crate::frame::quicken::op;
use crate::protocol::CmpOp;
use crate::types::{float, int};
use crate::value::Value;

/// The words of two small ints.
#[inline(always)]
fn ints(a: &Value, b: &Value) -> Option<(i64, i64)> {
    let (a, b) = (a.bits() as i64, b.bits() as i64);
    (a & b & 1 != 0).then_some((a, b))
}

/// Two floats, or a float and an int as two floats.
#[inline(always)]
pub(super) fn floats(a: &Value, b: &Value) -> Option<(f64, f64)> {
    match (a.as_flonum(), b.as_flonum()) {
        (Some(x), Some(y)) => Some((x, y)),
        (Some(x), None) => Some((x, b.as_small_int()? as f64)),
        (None, Some(y)) => Some((a.as_small_int()? as f64, y)),
        (None, None) => None,
    }
}

/// The result of the operator that the instruction `OP` stands for, if both operands are immediates for which it has a quick one.
///
/// Most int operators work on the words as they are: `n` is `2n + 1` there, and 64 bits overflow exactly where an int gets too large
/// for the word.
#[inline(always)]
pub(super) fn operate<const OP: u16>(a: &Value, b: &Value) -> Option<Value> {
    if let Some((x, y)) = ints(a, b) {
        let word = match OP {
            op::ADD => x.checked_add(y - 1)?,
            op::SUBTRACT => x.checked_sub(y - 1)?,
            op::MULTIPLY => (x - 1).checked_mul(y >> 1)? | 1,
            op::BIT_AND => x & y,
            op::BIT_OR => x | y,
            op::BIT_XOR => x ^ y | 1,
            op::RIGHT_SHIFT if y > 0 => x >> (y >> 1).min(63) | 1,
            op::LEFT_SHIFT if (1..2 * 62).contains(&y) => {
                let by = y >> 1;
                let shifted = (x - 1) << by;
                if shifted >> by != x - 1 {
                    return None;
                }
                shifted | 1
            }
            op::REMAINDER if y != 1 => int::small_divmod(x >> 1, y >> 1).1 << 1 | 1,
            // The one quotient that does not fit is that of the least int by -1.
            op::FLOOR_DIVIDE if y != 1 => return Value::try_small_int(int::small_divmod(x >> 1, y >> 1).0),
            _ => return None,
        };
        // SAFETY: the tag bit of a small int is set, so the word is not zero and owns nothing.
        return Some(unsafe { Value::from_bits(word as u64) });
    }
    if !matches!(OP, op::ADD | op::SUBTRACT | op::MULTIPLY | op::TRUE_DIVIDE) {
        return None;
    }
    let (x, y) = floats(a, b)?;
    Some(float::from_f64(match OP {
        op::ADD => x + y,
        op::SUBTRACT => x - y,
        op::MULTIPLY => x * y,
        _ if y == 0.0 => return None,
        _ => x / y,
    }))
}

/// The result of the comparison of an instruction from LESS_JUMP to GREATER_EQUAL_JUMP, if both operands are ints or both floats.
#[inline(always)]
pub(super) fn compare<const OP: u16>(a: &Value, b: &Value) -> Option<bool> {
    let operator = match OP {
        op::LESS_JUMP => CmpOp::Lt,
        op::LESS_EQUAL_JUMP => CmpOp::Le,
        op::EQUAL_JUMP => CmpOp::Eq,
        op::NOT_EQUAL_JUMP => CmpOp::Ne,
        op::GREATER_JUMP => CmpOp::Gt,
        _ => CmpOp::Ge,
    };
    if let Some((x, y)) = ints(a, b) {
        return Some(operator.compare(&x, &y));
    }
    Some(operator.compare(&a.as_flonum()?, &b.as_flonum()?))
}
