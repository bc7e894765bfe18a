//! Arithmetic on floats.

use super::{as_f64, from_f64};
use crate::protocol::CmpOp;
use crate::types::int;
use crate::value::Value;
use crate::{PyResult, exceptions};
use std::cmp::Ordering;

/// The operand of float arithmetic: a float or an int; `None` for other objects.
pub fn operand(value: &Value) -> PyResult<Option<f64>> {
    if let Some(x) = as_f64(value) {
        return Ok(Some(x));
    }
    if crate::protocol::is_int(value) { int::convert::to_f64(value).map(Some) } else { Ok(None) }
}

fn binary(a: &Value, b: &Value, f: impl FnOnce(f64, f64) -> PyResult<Value>) -> PyResult<Value> {
    match (operand(a)?, operand(b)?) {
        (Some(a), Some(b)) => f(a, b),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

pub fn add(a: &Value, b: &Value) -> PyResult<Value> {
    binary(a, b, |a, b| Ok(from_f64(a + b)))
}

pub fn sub(a: &Value, b: &Value) -> PyResult<Value> {
    binary(a, b, |a, b| Ok(from_f64(a - b)))
}

pub fn mul(a: &Value, b: &Value) -> PyResult<Value> {
    binary(a, b, |a, b| Ok(from_f64(a * b)))
}

pub fn truediv(a: &Value, b: &Value) -> PyResult<Value> {
    binary(a, b, |a, b| {
        if b == 0.0 {
            return Err(exceptions::zero_division_error("division by zero"));
        }
        Ok(from_f64(a / b))
    })
}

/// Quotient and remainder with the divisor's sign.
fn float_divmod(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 {
        if (b < 0.0) != (rest < 0.0) {
            rest += b;
            quotient -= 1.0;
        }
    } else {
        rest = 0f64.copysign(b);
    }
    let whole = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(a / b)
    };
    (whole, rest)
}

fn divided(a: &Value, b: &Value, what: &str, pick: impl FnOnce(f64, f64) -> Value) -> PyResult<Value> {
    binary(a, b, |a, b| {
        if b == 0.0 {
            return Err(exceptions::zero_division_error(what));
        }
        let (quotient, rest) = float_divmod(a, b);
        Ok(pick(quotient, rest))
    })
}

pub fn floordiv(a: &Value, b: &Value) -> PyResult<Value> {
    divided(a, b, "division by zero", |q, _| from_f64(q))
}

pub fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
    divided(a, b, "division by zero", |_, r| from_f64(r))
}

pub fn divmod(a: &Value, b: &Value) -> PyResult<Value> {
    divided(a, b, "division by zero", |q, r| {
        crate::PyTuple::from_array([from_f64(q), from_f64(r)]).into_value()
    })
}

/// `a ** b`; a negative base with a fractional exponent gives a complex number.
pub fn pow(a: &Value, b: &Value, c: &Value) -> PyResult<Value> {
    if !c.is_none() {
        return Err(exceptions::type_error(
            "pow() 3rd argument not allowed unless all arguments are integers",
        ));
    }
    binary(a, b, |a, b| {
        if a == 0.0 && b < 0.0 && b.is_finite() {
            return Err(exceptions::zero_division_error("zero to a negative power"));
        }
        if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 {
            return crate::types::complex::pow((a, 0.0), (b, 0.0))
                .map(|(re, im)| crate::types::complex::from_parts(re, im));
        }
        let result = a.powf(b);
        if result.is_infinite() && a.is_finite() && b.is_finite() {
            return Err(overflow());
        }
        Ok(from_f64(result))
    })
}

/// OverflowError as `errno` ERANGE words it.
pub fn overflow() -> exceptions::PyErr {
    let args = [Value::from(34), Value::from("Numerical result out of range")];
    exceptions::PyErr::new(exceptions::overflow_error_class(), &args)
}

/// `a op b`, exact also between floats and big ints; `None` if an operand is no number.
pub fn compare(a: &Value, b: &Value, op: CmpOp) -> Option<bool> {
    match (as_f64(a), as_f64(b)) {
        (Some(a), Some(b)) => Some(op.compare(&a, &b)),
        (Some(a), None) => Some(matches(op, compare_with_int(a, b)?)),
        (None, Some(b)) => Some(matches(op.swapped(), compare_with_int(b, a)?)),
        (None, None) => None,
    }
}

/// An operator's answer for operands in this order; unordered operands differ.
fn matches(op: CmpOp, ordering: Option<Ordering>) -> bool {
    match ordering {
        Some(ordering) => op.matches(ordering),
        None => op == CmpOp::Ne,
    }
}

/// The order of a float and an int (`None`: the int is none; `Some(None)`: NaN).
fn compare_with_int(x: f64, n: &Value) -> Option<Option<Ordering>> {
    if let Some(n) = int::to_i64(n)
        && n.unsigned_abs() <= 1 << 53
    {
        return Some(x.partial_cmp(&(n as f64)));
    }
    let n = int::to_ibig(n)?;
    if x.is_nan() {
        return Some(None);
    }
    if x.is_infinite() {
        return Some(Some(if x > 0.0 { Ordering::Greater } else { Ordering::Less }));
    }
    let whole = minipy_text::float::to_int(x)?;
    let ordering = whole.cmp(&n).then_with(|| x.fract().partial_cmp(&0.0).unwrap_or(Ordering::Equal));
    Some(Some(ordering))
}
