//! `math`: functions of floats, and of ints in their own file.

mod integer;

use minipy_macros::pymodule;
use minipy_vm::{PyErr, PyResult, PyTuple, Value, exceptions, name, protocol};

/// This module provides access to the mathematical functions
/// defined by the C standard.
#[pymodule(name = "math", parts(integer::MODULE))]
pub mod functions {
    use super::*;

    #[pyattr]
    const pi: f64 = std::f64::consts::PI;
    #[pyattr]
    const e: f64 = std::f64::consts::E;
    #[pyattr]
    const tau: f64 = std::f64::consts::TAU;
    #[pyattr]
    const inf: f64 = f64::INFINITY;
    #[pyattr]
    const nan: f64 = f64::NAN;

    /// Return the arc cosine (measured in radians) of x.
    #[pyfunction("(x, /)")]
    fn acos(x: f64) -> PyResult<f64> {
        super::unary(x, x.acos(), false)
    }

    /// Return the inverse hyperbolic cosine of x.
    #[pyfunction("(x, /)")]
    fn acosh(x: f64) -> PyResult<f64> {
        super::unary(x, x.acosh(), false)
    }

    /// Return the arc sine (measured in radians) of x.
    #[pyfunction("(x, /)")]
    fn asin(x: f64) -> PyResult<f64> {
        super::unary(x, x.asin(), false)
    }

    /// Return the inverse hyperbolic sine of x.
    #[pyfunction("(x, /)")]
    fn asinh(x: f64) -> PyResult<f64> {
        super::unary(x, x.asinh(), false)
    }

    /// Return the arc tangent (measured in radians) of x.
    #[pyfunction("(x, /)")]
    fn atan(x: f64) -> PyResult<f64> {
        super::unary(x, x.atan(), false)
    }

    /// Return the inverse hyperbolic tangent of x.
    #[pyfunction("(x, /)")]
    fn atanh(x: f64) -> PyResult<f64> {
        super::unary(x, x.atanh(), false)
    }

    /// Return the cube root of x.
    #[pyfunction("(x, /)")]
    fn cbrt(x: f64) -> PyResult<f64> {
        super::unary(x, x.cbrt(), false)
    }

    /// Return the cosine of x (measured in radians).
    #[pyfunction("(x, /)")]
    fn cos(x: f64) -> PyResult<f64> {
        super::unary(x, x.cos(), false)
    }

    /// Return the hyperbolic cosine of x.
    #[pyfunction("(x, /)")]
    fn cosh(x: f64) -> PyResult<f64> {
        super::unary(x, x.cosh(), true)
    }

    /// Return the e raised to the power of x.
    #[pyfunction("(x, /)")]
    fn exp(x: f64) -> PyResult<f64> {
        super::unary(x, x.exp(), true)
    }

    /// Return the 2 raised to the power of x.
    #[pyfunction("(x, /)")]
    fn exp2(x: f64) -> PyResult<f64> {
        super::unary(x, x.exp2(), true)
    }

    /// Return the exp(x)-1.
    #[pyfunction("(x, /)")]
    fn expm1(x: f64) -> PyResult<f64> {
        super::unary(x, x.exp_m1(), true)
    }

    /// Return the natural logarithm of 1+x (base e).
    #[pyfunction("(x, /)")]
    fn log1p(x: f64) -> PyResult<f64> {
        super::unary(x, x.ln_1p(), false)
    }

    /// Return the sine of x (measured in radians).
    #[pyfunction("(x, /)")]
    fn sin(x: f64) -> PyResult<f64> {
        super::unary(x, x.sin(), false)
    }

    /// Return the hyperbolic sine of x.
    #[pyfunction("(x, /)")]
    fn sinh(x: f64) -> PyResult<f64> {
        super::unary(x, x.sinh(), true)
    }

    /// Return the square root of x.
    #[pyfunction("(x, /)")]
    fn sqrt(x: f64) -> PyResult<f64> {
        super::unary(x, x.sqrt(), false)
    }

    /// Return the tangent of x (measured in radians).
    #[pyfunction("(x, /)")]
    fn tan(x: f64) -> PyResult<f64> {
        super::unary(x, x.tan(), false)
    }

    /// Return the hyperbolic tangent of x.
    #[pyfunction("(x, /)")]
    fn tanh(x: f64) -> PyResult<f64> {
        super::unary(x, x.tanh(), false)
    }

    /// Error function at x.
    #[pyfunction("(x, /)")]
    fn erf(x: f64) -> PyResult<f64> {
        // SAFETY: a function of numbers.
        super::unary(x, unsafe { super::erf_c(x) }, true)
    }

    /// Complementary error function at x.
    #[pyfunction("(x, /)")]
    fn erfc(x: f64) -> PyResult<f64> {
        // SAFETY: a function of numbers.
        super::unary(x, unsafe { super::erfc_c(x) }, true)
    }

    /// Gamma function at x.
    #[pyfunction("(x, /)")]
    fn gamma(x: f64) -> PyResult<f64> {
        if x == f64::NEG_INFINITY || (x <= 0.0 && x == x.floor()) {
            return Err(exceptions::value_error(format!(
                "expected a noninteger or positive integer, got {}",
                protocol::repr(&Value::from(x))?
            )));
        }
        // SAFETY: a function of numbers.
        super::unary(x, unsafe { super::tgamma_c(x) }, true)
    }

    /// Natural logarithm of absolute value of Gamma function at x.
    #[pyfunction("(x, /)")]
    fn lgamma(x: f64) -> PyResult<f64> {
        if x.is_finite() && x <= 0.0 && x == x.floor() {
            return Err(exceptions::value_error(format!(
                "expected a noninteger or positive integer, got {}",
                protocol::repr(&Value::from(x))?
            )));
        }
        // SAFETY: a function of numbers.
        super::unary(x, unsafe { super::lgamma_c(x) }, true)
    }

    /// Return the arc tangent (measured in radians) of y/x.
    #[pyfunction("(y, x, /)")]
    fn atan2(y: f64, x: f64) -> f64 {
        y.atan2(x)
    }

    /// Return a float with the magnitude of x but the sign of y.
    #[pyfunction("(x, y, /)")]
    fn copysign(x: f64, y: f64) -> f64 {
        x.copysign(y)
    }

    /// Return fmod(x, y), according to platform C.
    #[pyfunction("(x, y, /)")]
    fn fmod(x: f64, y: f64) -> PyResult<f64> {
        if y.is_infinite() && x.is_finite() {
            return Ok(x);
        }
        super::checked(x % y, x.is_nan() || y.is_nan(), true)
    }

    /// Difference between x and the closest integer multiple of y.
    #[pyfunction("(x, y, /)")]
    fn remainder(x: f64, y: f64) -> PyResult<f64> {
        // SAFETY: a function of numbers.
        let r = unsafe { super::remainder_c(x, y) };
        super::checked(r, x.is_nan() || y.is_nan(), true)
    }

    /// Return x**y (x to the power of y).
    #[pyfunction("(x, y, /)")]
    fn pow(x: f64, y: f64) -> PyResult<f64> {
        let r = x.powf(y);
        if r.is_nan() && !x.is_nan() && !y.is_nan() {
            return Err(super::domain());
        }
        if r.is_infinite() && x.is_finite() && y.is_finite() {
            return Err(if x == 0.0 { super::domain() } else { super::range() });
        }
        Ok(r)
    }

    /// Fused multiply-add operation.
    #[pyfunction("(x, y, z, /)")]
    fn fma(x: f64, y: f64, z: f64) -> PyResult<f64> {
        let r = x.mul_add(y, z);
        if r.is_finite() {
            return Ok(r);
        }
        if r.is_nan() {
            return if x.is_nan() || y.is_nan() || z.is_nan() {
                Ok(r)
            } else {
                Err(exceptions::value_error("invalid operation in fma"))
            };
        }
        if x.is_finite() && y.is_finite() && z.is_finite() {
            return Err(exceptions::overflow_error("overflow in fma"));
        }
        Ok(r)
    }

    /// Return the absolute value of the float x.
    #[pyfunction("(x, /)")]
    fn fabs(x: f64) -> f64 {
        x.abs()
    }

    /// Convert angle x from radians to degrees.
    #[pyfunction("(x, /)")]
    fn degrees(x: f64) -> f64 {
        x * (180.0 / std::f64::consts::PI)
    }

    /// Convert angle x from degrees to radians.
    #[pyfunction("(x, /)")]
    fn radians(x: f64) -> f64 {
        x * (std::f64::consts::PI / 180.0)
    }

    /// Return True if x is neither an infinity nor a NaN, and False otherwise.
    #[pyfunction("(x, /)")]
    fn isfinite(x: f64) -> bool {
        x.is_finite()
    }

    /// Return True if x is a positive or negative infinity, and False otherwise.
    #[pyfunction("(x, /)")]
    fn isinf(x: f64) -> bool {
        x.is_infinite()
    }

    /// Return True if x is a NaN (not a number), and False otherwise.
    #[pyfunction("(x, /)")]
    fn isnan(x: f64) -> bool {
        x.is_nan()
    }

    /// Determine whether two floating-point numbers are close in value.
    #[pyfunction("(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(a: f64, b: f64, rel_tol: Option<f64>, abs_tol: Option<f64>) -> PyResult<bool> {
        let (relative, absolute) = (rel_tol.unwrap_or(1e-9), abs_tol.unwrap_or(0.0));
        if relative < 0.0 || absolute < 0.0 {
            return Err(exceptions::value_error("tolerances must be non-negative"));
        }
        if a == b {
            return Ok(true);
        }
        if a.is_infinite() || b.is_infinite() {
            return Ok(false);
        }
        let difference = (b - a).abs();
        Ok(difference <= (relative * b).abs() || difference <= (relative * a).abs() || difference <= absolute)
    }

    /// Return the mantissa and exponent of x, as pair (m, e).
    #[pyfunction("(x, /)")]
    fn frexp(x: f64) -> Value {
        let mut exponent = 0;
        // SAFETY: the exponent outlives the call.
        let mantissa = unsafe { super::frexp_c(x, &mut exponent) };
        PyTuple::from_array([Value::from(mantissa), Value::from(exponent)]).into_value()
    }

    /// Return x * (2**i).
    #[pyfunction("(x, i, /)")]
    fn ldexp(x: f64, i: &Value) -> PyResult<f64> {
        if !protocol::is_int(i) {
            return Err(exceptions::type_error("Expected an int as second argument to ldexp."));
        }
        let exponent = match minipy_vm::types::int::to_i64(i) {
            Some(exponent) => exponent.clamp(-100_000, 100_000) as i32,
            None if minipy_vm::types::int::is_negative(i) => -100_000,
            None => 100_000,
        };
        // SAFETY: a function of numbers.
        let r = unsafe { super::ldexp_c(x, exponent) };
        if r.is_infinite() && x.is_finite() { Err(super::range()) } else { Ok(r) }
    }

    /// Return the fractional and integer parts of x.
    #[pyfunction("(x, /)")]
    fn modf(x: f64) -> Value {
        let (fraction, whole) =
            if x.is_infinite() { (0f64.copysign(x), x) } else { (x.fract().copysign(x), x.trunc()) };
        PyTuple::from_array([Value::from(fraction), Value::from(whole)]).into_value()
    }

    /// Return the value of the least significant bit of the float x.
    #[pyfunction("(x, /)")]
    fn ulp(x: f64) -> f64 {
        let x = x.abs();
        if !x.is_finite() {
            return x;
        }
        let up = x.next_up();
        if up.is_infinite() { x - x.next_down() } else { up - x }
    }

    /// Return the logarithm of x to the given base (natural by default).
    #[pyfunction("(x, base=math.e, /)")]
    fn log(x: &Value, base: Option<&Value>) -> PyResult<f64> {
        let natural = super::logarithm(x, f64::ln)?;
        match base {
            None => Ok(natural),
            Some(base) => {
                let base = super::logarithm(base, f64::ln)?;
                if base == 0.0 {
                    return Err(exceptions::zero_division_error("division by zero"));
                }
                Ok(natural / base)
            }
        }
    }

    /// Return the base 2 logarithm of x.
    #[pyfunction("(x, /)")]
    fn log2(x: &Value) -> PyResult<f64> {
        super::logarithm(x, f64::log2)
    }

    /// Return the base 10 logarithm of x.
    #[pyfunction("(x, /)")]
    fn log10(x: &Value) -> PyResult<f64> {
        super::logarithm(x, f64::log10)
    }

    /// Return the Euclidean norm of the coordinates.
    #[pyfunction("(*coordinates)")]
    fn hypot(coordinates: &[Value]) -> PyResult<f64> {
        let numbers = coordinates.iter().map(protocol::to_f64).collect::<PyResult<Vec<_>>>()?;
        Ok(super::norm(&numbers))
    }

    /// Return the Euclidean distance between two points p and q.
    #[pyfunction("(p, q, /)")]
    fn dist(p: &Value, q: &Value) -> PyResult<f64> {
        let (p, q) = (protocol::collect(p)?, protocol::collect(q)?);
        if p.len() != q.len() {
            return Err(exceptions::value_error("both points must have the same number of dimensions"));
        }
        let differences = p
            .iter()
            .zip(&q)
            .map(|(a, b)| Ok((protocol::to_f64(a)? - protocol::to_f64(b)?).abs()))
            .collect::<PyResult<Vec<_>>>()?;
        Ok(super::norm(&differences))
    }

    /// Return the ceiling of x as an Integral.
    #[pyfunction("(x, /)")]
    fn ceil(x: &Value) -> PyResult<Value> {
        match protocol::call_special(x, name!("__ceil__"), &[])? {
            Some(result) => Ok(result),
            None => super::whole(protocol::to_f64(x)?.ceil()),
        }
    }

    /// Return the floor of x as an Integral.
    #[pyfunction("(x, /)")]
    fn floor(x: &Value) -> PyResult<Value> {
        match protocol::call_special(x, name!("__floor__"), &[])? {
            Some(result) => Ok(result),
            None => super::whole(protocol::to_f64(x)?.floor()),
        }
    }

    /// Truncates the Real x to the nearest Integral toward 0.
    #[pyfunction("(x, /)")]
    fn trunc(x: &Value) -> PyResult<Value> {
        match protocol::call_special(x, name!("__trunc__"), &[])? {
            Some(result) => Ok(result),
            None => {
                Err(exceptions::type_error(format!("type {} doesn't define __trunc__ method", x.type_name())))
            }
        }
    }
}

pub use functions::MODULE;

unsafe extern "C" {
    #[link_name = "frexp"]
    fn frexp_c(x: f64, exponent: *mut i32) -> f64;
    #[link_name = "ldexp"]
    fn ldexp_c(x: f64, exponent: i32) -> f64;
    #[link_name = "remainder"]
    fn remainder_c(x: f64, y: f64) -> f64;
    #[link_name = "erf"]
    fn erf_c(x: f64) -> f64;
    #[link_name = "erfc"]
    fn erfc_c(x: f64) -> f64;
    #[link_name = "tgamma"]
    fn tgamma_c(x: f64) -> f64;
    #[link_name = "lgamma"]
    fn lgamma_c(x: f64) -> f64;
}

#[cold]
fn domain() -> PyErr {
    exceptions::value_error("math domain error")
}

#[cold]
fn range() -> PyErr {
    exceptions::overflow_error("math range error")
}

/// The result of a function: NaN from a number is outside the domain, an infinity from a finite number too large or, with
/// `pole`, outside the domain.
fn checked(result: f64, from_nan: bool, pole: bool) -> PyResult<f64> {
    if result.is_nan() && !from_nan {
        return Err(domain());
    }
    if result.is_infinite() && pole {
        return Err(domain());
    }
    Ok(result)
}

fn unary(x: f64, result: f64, overflows: bool) -> PyResult<f64> {
    if result.is_nan() && !x.is_nan() {
        return Err(domain());
    }
    if result.is_infinite() && x.is_finite() {
        return Err(if overflows { range() } else { domain() });
    }
    Ok(result)
}

/// A float that is whole as an int.
fn whole(x: f64) -> PyResult<Value> {
    protocol::to_int(&Value::from(x))
}

/// The logarithm of an int of any size or a float.
fn logarithm(value: &Value, log: fn(f64) -> f64) -> PyResult<f64> {
    if protocol::is_int(value) {
        if minipy_vm::types::int::is_negative(value) || !protocol::truth(value)? {
            return Err(exceptions::value_error("expected a positive input"));
        }
        match protocol::to_f64(value) {
            Ok(x) => return Ok(log(x)),
            Err(error) if !error.is_instance(exceptions::overflow_error_class()) => return Err(error),
            Err(_) => {}
        }
        let Some(big) = minipy_vm::types::int::to_ibig(value) else { return Err(domain()) };
        let text_bits = dashu_int::ops::BitTest::bit_len(&big);
        let shift = text_bits - 64;
        let head: dashu_int::IBig = big >> shift;
        let head = u64::try_from(head).map_or(f64::MAX, |h| h as f64);
        return Ok(log(head) + log(2.0) * shift as f64);
    }
    let x = protocol::to_f64(value)?;
    if x.is_nan() || x > 0.0 {
        return Ok(log(x));
    }
    Err(exceptions::value_error(format!(
        "expected a positive input, got {}",
        protocol::repr(&Value::from(x))?
    )))
}

/// The square root of the sum of squares, scaled so that it neither overflows nor underflows.
fn norm(numbers: &[f64]) -> f64 {
    if numbers.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if let [x] = numbers {
        return x.abs();
    }
    if let [x, y] = numbers {
        return x.hypot(*y);
    }
    let max = numbers.iter().fold(0.0f64, |a, x| a.max(x.abs()));
    if numbers.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if max == 0.0 {
        return 0.0;
    }
    let (mut sum, mut lost) = (0.0f64, 0.0f64);
    for x in numbers {
        let square = (x / max) * (x / max);
        let next = sum + square;
        lost += if sum >= square { (sum - next) + square } else { (square - next) + sum };
        sum = next;
    }
    max * (sum + lost).sqrt()
}
