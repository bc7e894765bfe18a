//! The parts of a float, its neighbours and its properties.

use super::checked;
use minipy_macros::pymodule;
use minipy_vm::macros_support::{IntArg, Nullable};
use minipy_vm::types::int;
use minipy_vm::{PyResult, PyTuple, Value, exceptions, name, protocol};
use pymath::math;

#[pymodule(name = "math")]
pub mod functions {
    use super::*;

    /// Return the absolute value of the float x.
    #[pyfunction("($module, x, /)")]
    fn fabs(x: f64) -> f64 {
        x.abs()
    }

    /// Return True if x is neither an infinity nor a NaN, and False otherwise.
    #[pyfunction("($module, x, /)")]
    fn isfinite(x: f64) -> bool {
        x.is_finite()
    }

    /// Return True if x is a positive or negative infinity, and False otherwise.
    #[pyfunction("($module, x, /)")]
    fn isinf(x: f64) -> bool {
        x.is_infinite()
    }

    /// Return True if x is a NaN (not a number), and False otherwise.
    #[pyfunction("($module, x, /)")]
    fn isnan(x: f64) -> bool {
        x.is_nan()
    }

    /// Return the value of the least significant bit of the float x.
    #[pyfunction("($module, x, /)")]
    fn ulp(x: f64) -> f64 {
        math::ulp(x)
    }

    /// Fused multiply-add operation.
    ///
    /// Compute (x * y) + z with a single round.
    #[pyfunction("($module, x, y, z, /)")]
    fn fma(x: f64, y: f64, z: f64) -> PyResult<f64> {
        let result = x.mul_add(y, z);
        if result.is_nan() && !(x.is_nan() || y.is_nan() || z.is_nan()) {
            return Err(exceptions::value_error("invalid operation in fma"));
        }
        if result.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
            return Err(exceptions::overflow_error("overflow in fma"));
        }
        Ok(result)
    }

    /// Return the mantissa and exponent of x, as pair (m, e).
    ///
    /// If x is a finite nonzero number, then m is a float with
    /// 0.5 <= abs(m) < 1.0 and an integer e is such that
    /// x == m * 2**e exactly.  Else, return (x, 0).
    #[pyfunction("($module, x, /)")]
    fn frexp(x: f64) -> Value {
        let (mantissa, exponent) = math::frexp(x);
        PyTuple::from_array([Value::from(mantissa), Value::from(i64::from(exponent))]).into_value()
    }

    /// Return the fractional and integer parts of x.
    ///
    /// Both results carry the sign of x and are floats.
    #[pyfunction("($module, x, /)")]
    fn modf(x: f64) -> Value {
        let (fraction, whole) = math::modf(x);
        PyTuple::from_array([Value::from(fraction), Value::from(whole)]).into_value()
    }

    /// Return x * (2**i).
    ///
    /// This is essentially the inverse of frexp().
    #[pyfunction("($module, x, i, /)")]
    fn ldexp(x: f64, i: &Value) -> PyResult<f64> {
        if !protocol::is_int(i) {
            return Err(exceptions::type_error("Expected an int as second argument to ldexp."));
        }
        // Beyond these bounds all results are infinite or zero.
        let exponent = match int::to_i64(i) {
            Some(exponent) => exponent.clamp(-100_000, 100_000) as i32,
            None if int::is_negative(i) => -100_000,
            None => 100_000,
        };
        checked(math::ldexp(x, exponent))
    }

    /// Return the floating-point value the given number of steps after x towards y.
    ///
    /// If steps is not specified or is None, it defaults to 1.
    ///
    /// Raises a TypeError, if x or y is not a double, or if steps is not
    /// an integer.  Raises ValueError if steps is negative.
    #[pyfunction("($module, x, y, /, *, steps=None)")]
    fn nextafter(x: f64, y: f64, steps: Nullable<IntArg>) -> PyResult<f64> {
        let steps = match steps.0 {
            None => None,
            Some(steps) if int::is_negative(&steps.0) => {
                return Err(exceptions::value_error("steps must be a non-negative integer"));
            }
            Some(steps) => Some(int::to_i64(&steps.0).map_or(u64::MAX, |steps| steps as u64)),
        };
        Ok(math::nextafter(x, y, steps))
    }

    /// Determine whether two floating-point numbers are close in value.
    ///
    ///   rel_tol
    ///     maximum difference for being considered "close", relative to the
    ///     magnitude of the input values
    ///   abs_tol
    ///     maximum difference for being considered "close", regardless of the
    ///     magnitude of the input values
    ///
    /// Return True if a is close in value to b, and False otherwise.
    ///
    /// For the values to be considered close, the difference between them
    /// must be smaller than at least one of the tolerances.
    ///
    /// -inf, inf and NaN behave similarly to the IEEE 754 Standard.  That
    /// is, NaN is not close to anything, even itself.  inf and -inf are
    /// only close to themselves.
    #[pyfunction("($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(a: f64, b: f64, rel_tol: f64, abs_tol: f64) -> PyResult<bool> {
        math::isclose(a, b, Some(rel_tol), Some(abs_tol))
            .map_err(|_| exceptions::value_error("tolerances must be non-negative"))
    }

    /// Return the ceiling of x as an Integral.
    ///
    /// This is the smallest integer >= x.
    #[pyfunction("($module, x, /)")]
    fn ceil(x: &Value) -> PyResult<Value> {
        match protocol::call_special(x, name!("__ceil__"), &[])? {
            Some(result) => Ok(result),
            None => super::whole(protocol::to_f64(x)?.ceil()),
        }
    }

    /// Return the floor of x as an Integral.
    ///
    /// This is the largest integer <= x.
    #[pyfunction("($module, x, /)")]
    fn floor(x: &Value) -> PyResult<Value> {
        match protocol::call_special(x, name!("__floor__"), &[])? {
            Some(result) => Ok(result),
            None => super::whole(protocol::to_f64(x)?.floor()),
        }
    }

    /// Truncates the Real x to the nearest Integral toward 0.
    ///
    /// Uses the __trunc__ magic method.
    #[pyfunction("($module, x, /)")]
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

/// A float that is whole as an int.
fn whole(x: f64) -> PyResult<Value> {
    protocol::to_int(&Value::from(x))
}
