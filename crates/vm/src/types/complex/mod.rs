//! `complex`.

mod methods;

use crate::heap::Ref;
use crate::types::{float, int};
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_macros::pyclass;

/// Create a complex number from a string or numbers.
///
/// If a string is given, parse it as a complex number.
/// If a single number is given, convert it to a complex number.
/// If the 'real' or 'imag' arguments are given, create a complex number
/// with the specified real and imaginary components.
#[pyclass(name = "complex", sig = "(real=0, imag=0)", basetype, parts(methods))]
pub struct PyComplex {
    pub real: f64,
    pub imag: f64,
}

/// A real and an imaginary part.
pub type Parts = (f64, f64);

/// The complex number `real + imag j`.
pub fn from_parts(real: f64, imag: f64) -> Value {
    Ref::new(PyComplex { real, imag }).into_value()
}

/// The parts of a complex object; `None` for other objects.
pub fn parts(value: &Value) -> Option<Parts> {
    value.downcast::<PyComplex>().map(|z| (z.real, z.imag))
}

/// A complex argument of a native function: complex, `__complex__`, or a real number.
pub fn to_parts(value: &Value) -> PyResult<Parts> {
    if let Some(parts) = parts(value) {
        return Ok(parts);
    }
    match by_method(value)? {
        Some(parts) => Ok(parts),
        None => Ok((float::to_f64(value)?, 0.0)),
    }
}

/// What `__complex__` gives, if there is such a method.
fn by_method(value: &Value) -> PyResult<Option<Parts>> {
    let Some(converted) = protocol::call_special(value, name!("__complex__"), &[])? else { return Ok(None) };
    let Some(parts) = parts(&converted) else {
        return Err(exceptions::type_error(format!(
            "__complex__ returned non-complex (type {})",
            converted.type_name()
        )));
    };
    if converted.downcast_exact::<PyComplex>().is_none() {
        crate::warnings::strict_subclass("__complex__", "complex", &converted)?;
    }
    Ok(Some(parts))
}

/// The operand of complex arithmetic; `None` for objects that are no numbers.
fn operand(value: &Value) -> PyResult<Option<Parts>> {
    if let Some(parts) = parts(value) {
        return Ok(Some(parts));
    }
    if let Some(x) = float::as_f64(value) {
        return Ok(Some((x, 0.0)));
    }
    if protocol::is_int(value) { int::convert::to_f64(value).map(|x| Some((x, 0.0))) } else { Ok(None) }
}

pub fn mul(a: Parts, b: Parts) -> Parts {
    let (ac, bd, ad, bc) = (a.0 * b.0, a.1 * b.1, a.0 * b.1, a.1 * b.0);
    let (real, imag) = (ac - bd, ad + bc);
    if real.is_nan() && imag.is_nan() { recover_infinity(a, b, real, imag) } else { (real, imag) }
}

/// C99 Annex G: a product of infinities is infinite although its parts come out as NaN.
fn recover_infinity(mut a: Parts, mut b: Parts, real: f64, imag: f64) -> Parts {
    let unit = |x: f64| if x.is_infinite() { 1f64.copysign(x) } else { 0f64.copysign(x) };
    let quiet = |x: f64| if x.is_nan() { 0f64.copysign(x) } else { x };
    let mut recalculate = false;
    if a.0.is_infinite() || a.1.is_infinite() {
        a = (unit(a.0), unit(a.1));
        b = (quiet(b.0), quiet(b.1));
        recalculate = true;
    }
    if b.0.is_infinite() || b.1.is_infinite() {
        b = (unit(b.0), unit(b.1));
        a = (quiet(a.0), quiet(a.1));
        recalculate = true;
    }
    if !recalculate && [a.0 * b.0, a.1 * b.1, a.0 * b.1, a.1 * b.0].iter().any(|x| x.is_infinite()) {
        a = (quiet(a.0), quiet(a.1));
        b = (quiet(b.0), quiet(b.1));
        recalculate = true;
    }
    if !recalculate {
        return (real, imag);
    }
    (f64::INFINITY * (a.0 * b.0 - a.1 * b.1), f64::INFINITY * (a.0 * b.1 + a.1 * b.0))
}

/// `a / b`; `None` for division by zero.
pub fn div(a: Parts, b: Parts) -> Option<Parts> {
    let (abs_real, abs_imag) = (b.0.abs(), b.1.abs());
    let result = if abs_real >= abs_imag {
        if abs_real == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / denominator, (a.1 - a.0 * ratio) / denominator)
    } else if abs_imag >= abs_real {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / denominator, (a.1 * ratio - a.0) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(result.0.is_nan() && result.1.is_nan()) {
        return Some(result);
    }
    let unit = |x: f64| if x.is_infinite() { 1f64.copysign(x) } else { 0f64.copysign(x) };
    if (a.0.is_infinite() || a.1.is_infinite()) && b.0.is_finite() && b.1.is_finite() {
        let (x, y) = (unit(a.0), unit(a.1));
        return Some((f64::INFINITY * (x * b.0 + y * b.1), f64::INFINITY * (y * b.0 - x * b.1)));
    }
    if (b.0.is_infinite() || b.1.is_infinite()) && a.0.is_finite() && a.1.is_finite() {
        let (x, y) = (unit(b.0), unit(b.1));
        return Some((0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y)));
    }
    Some(result)
}

/// `x / b` of a real number, which has no imaginary zero to take part; `None` for division by zero.
pub fn div_real(x: f64, b: Parts) -> Option<Parts> {
    let result = if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        (x / denominator, (-x * ratio) / denominator)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        ((x * ratio) / denominator, -x / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(result.0.is_nan() && result.1.is_nan()) {
        return Some(result);
    }
    let unit = |x: f64| if x.is_infinite() { 1f64.copysign(x) } else { 0f64.copysign(x) };
    if x.is_infinite() && b.0.is_finite() && b.1.is_finite() {
        return Some((f64::INFINITY * (unit(x) * b.0), f64::INFINITY * (-unit(x) * b.1)));
    }
    if (b.0.is_infinite() || b.1.is_infinite()) && x.is_finite() {
        return Some((0.0 * (x * unit(b.0)), 0.0 * (-x * unit(b.1))));
    }
    Some(result)
}

/// `a ** b`.
pub fn pow(a: Parts, b: Parts) -> PyResult<Parts> {
    if b == (0.0, 0.0) {
        return Ok((1.0, 0.0));
    }
    if a == (0.0, 0.0) {
        if b.1 != 0.0 || b.0 < 0.0 {
            return Err(exceptions::zero_division_error("zero to a negative or complex power"));
        }
        return Ok((0.0, 0.0));
    }
    let result = if b.1 == 0.0 && b.0.fract() == 0.0 && b.0.abs() <= 100.0 {
        small_power(a, b.0 as i64)
    } else {
        let magnitude = a.0.hypot(a.1);
        let mut length = magnitude.powf(b.0);
        let angle = a.1.atan2(a.0);
        let mut phase = angle * b.0;
        if b.1 != 0.0 {
            length *= (-angle * b.1).exp();
            phase += b.1 * magnitude.ln();
        }
        (length * phase.cos(), length * phase.sin())
    };
    let inputs_finite = [a.0, a.1, b.0, b.1].iter().all(|x| x.is_finite());
    if inputs_finite && (result.0.is_infinite() || result.1.is_infinite()) {
        return Err(exceptions::overflow_error("complex exponentiation"));
    }
    Ok(result)
}

fn small_power(a: Parts, n: i64) -> Parts {
    let mut power = (1.0, 0.0);
    let mut square = a;
    let mut rest = n.unsigned_abs();
    while rest > 0 {
        if rest & 1 == 1 {
            power = mul(power, square);
        }
        rest >>= 1;
        if rest > 0 {
            square = mul(square, square);
        }
    }
    if n < 0 { div((1.0, 0.0), power).unwrap_or((f64::NAN, f64::NAN)) } else { power }
}
