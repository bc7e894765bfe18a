//! Elementary functions of one or two floats.

use super::{checked, expecting};
use minipy_macros::pymodule;
use minipy_vm::types::int;
use minipy_vm::{PyResult, Value, exceptions, protocol};
use pymath::math;

#[pymodule(name = "math")]
pub mod functions {
    use super::*;

    /// Return the arc cosine (measured in radians) of x.
    ///
    /// The result is between 0 and pi.
    #[pyfunction("($module, x, /)")]
    fn acos(x: f64) -> PyResult<f64> {
        expecting("a number in range from -1 up to 1", x, math::acos(x))
    }

    /// Return the inverse hyperbolic cosine of x.
    #[pyfunction("($module, x, /)")]
    fn acosh(x: f64) -> PyResult<f64> {
        expecting("argument value not less than 1", x, math::acosh(x))
    }

    /// Return the arc sine (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[pyfunction("($module, x, /)")]
    fn asin(x: f64) -> PyResult<f64> {
        expecting("a number in range from -1 up to 1", x, math::asin(x))
    }

    /// Return the inverse hyperbolic sine of x.
    #[pyfunction("($module, x, /)")]
    fn asinh(x: f64) -> PyResult<f64> {
        checked(math::asinh(x))
    }

    /// Return the arc tangent (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[pyfunction("($module, x, /)")]
    fn atan(x: f64) -> PyResult<f64> {
        checked(math::atan(x))
    }

    /// Return the inverse hyperbolic tangent of x.
    #[pyfunction("($module, x, /)")]
    fn atanh(x: f64) -> PyResult<f64> {
        expecting("a number between -1 and 1", x, math::atanh(x))
    }

    /// Return the cube root of x.
    #[pyfunction("($module, x, /)")]
    fn cbrt(x: f64) -> PyResult<f64> {
        checked(math::cbrt(x))
    }

    /// Return the cosine of x (measured in radians).
    #[pyfunction("($module, x, /)")]
    fn cos(x: f64) -> PyResult<f64> {
        expecting("a finite input", x, math::cos(x))
    }

    /// Return the hyperbolic cosine of x.
    #[pyfunction("($module, x, /)")]
    fn cosh(x: f64) -> PyResult<f64> {
        checked(math::cosh(x))
    }

    /// Error function at x.
    #[pyfunction("($module, x, /)")]
    fn erf(x: f64) -> PyResult<f64> {
        checked(math::erf(x))
    }

    /// Complementary error function at x.
    #[pyfunction("($module, x, /)")]
    fn erfc(x: f64) -> PyResult<f64> {
        checked(math::erfc(x))
    }

    /// Return e raised to the power of x.
    #[pyfunction("($module, x, /)")]
    fn exp(x: f64) -> PyResult<f64> {
        checked(math::exp(x))
    }

    /// Return 2 raised to the power of x.
    #[pyfunction("($module, x, /)")]
    fn exp2(x: f64) -> PyResult<f64> {
        checked(math::exp2(x))
    }

    /// Return exp(x)-1.
    ///
    /// This function avoids the loss of precision involved in the direct evaluation of exp(x)-1 for small x.
    #[pyfunction("($module, x, /)")]
    fn expm1(x: f64) -> PyResult<f64> {
        checked(math::expm1(x))
    }

    /// Gamma function at x.
    #[pyfunction("($module, x, /)")]
    fn gamma(x: f64) -> PyResult<f64> {
        expecting("a noninteger or positive integer", x, math::gamma(x))
    }

    /// Natural logarithm of absolute value of Gamma function at x.
    #[pyfunction("($module, x, /)")]
    fn lgamma(x: f64) -> PyResult<f64> {
        expecting("a noninteger or positive integer", x, math::lgamma(x))
    }

    /// Return the natural logarithm of 1+x (base e).
    ///
    /// The result is computed in a way which is accurate for x near zero.
    #[pyfunction("($module, x, /)")]
    fn log1p(x: f64) -> PyResult<f64> {
        expecting("argument value > -1", x, math::log1p(x))
    }

    /// Return the sine of x (measured in radians).
    #[pyfunction("($module, x, /)")]
    fn sin(x: f64) -> PyResult<f64> {
        expecting("a finite input", x, math::sin(x))
    }

    /// Return the hyperbolic sine of x.
    #[pyfunction("($module, x, /)")]
    fn sinh(x: f64) -> PyResult<f64> {
        checked(math::sinh(x))
    }

    /// Return the square root of x.
    #[pyfunction("($module, x, /)")]
    fn sqrt(x: f64) -> PyResult<f64> {
        expecting("a nonnegative input", x, math::sqrt(x))
    }

    /// Return the tangent of x (measured in radians).
    #[pyfunction("($module, x, /)")]
    fn tan(x: f64) -> PyResult<f64> {
        expecting("a finite input", x, math::tan(x))
    }

    /// Return the hyperbolic tangent of x.
    #[pyfunction("($module, x, /)")]
    fn tanh(x: f64) -> PyResult<f64> {
        checked(math::tanh(x))
    }

    /// Return the arc tangent (measured in radians) of y/x.
    ///
    /// Unlike atan(y/x), the signs of both x and y are considered.
    #[pyfunction("($module, y, x, /)")]
    fn atan2(y: f64, x: f64) -> PyResult<f64> {
        checked(math::atan2(y, x))
    }

    /// Return a float with the magnitude (absolute value) of x but the sign of y.
    ///
    /// On platforms that support signed zeros, copysign(1.0, -0.0)
    /// returns -1.0.
    ///
    #[pyfunction("($module, x, y, /)")]
    fn copysign(x: f64, y: f64) -> PyResult<f64> {
        checked(math::copysign(x, y))
    }

    /// Return fmod(x, y), according to platform C.
    ///
    /// x % y may differ.
    #[pyfunction("($module, x, y, /)")]
    fn fmod(x: f64, y: f64) -> PyResult<f64> {
        checked(math::fmod(x, y))
    }

    /// Return x**y (x to the power of y).
    #[pyfunction("($module, x, y, /)")]
    fn pow(x: f64, y: f64) -> PyResult<f64> {
        checked(math::pow(x, y))
    }

    /// Difference between x and the closest integer multiple of y.
    ///
    /// Return x - n*y where n*y is the closest integer multiple of y.
    /// In the case where x is exactly halfway between two multiples of
    /// y, the nearest even value of n is used. The result is always exact.
    #[pyfunction("($module, x, y, /)")]
    fn remainder(x: f64, y: f64) -> PyResult<f64> {
        checked(math::remainder(x, y))
    }

    /// Convert angle x from radians to degrees.
    #[pyfunction("($module, x, /)")]
    fn degrees(x: f64) -> f64 {
        math::degrees(x)
    }

    /// Convert angle x from degrees to radians.
    #[pyfunction("($module, x, /)")]
    fn radians(x: f64) -> f64 {
        math::radians(x)
    }

    /// log(x, [base=math.e])
    /// Return the logarithm of x to the given base.
    ///
    /// If the base is not specified, returns the natural logarithm (base e) of x.
    #[pyfunction(nosig)]
    fn log(x: &Value, base: Option<&Value>) -> PyResult<f64> {
        let number = super::logarithm(x, |x| math::log(x, None))?;
        let Some(base) = base else { return Ok(number) };
        let divisor = super::logarithm(base, |x| math::log(x, None))?;
        if divisor == 0.0 {
            return Err(exceptions::zero_division_error("division by zero"));
        }
        Ok(number / divisor)
    }

    /// Return the base 2 logarithm of x.
    #[pyfunction("($module, x, /)")]
    fn log2(x: &Value) -> PyResult<f64> {
        super::logarithm(x, math::log2)
    }

    /// Return the base 10 logarithm of x.
    #[pyfunction("($module, x, /)")]
    fn log10(x: &Value) -> PyResult<f64> {
        super::logarithm(x, math::log10)
    }
}

pub use functions::MODULE;

/// The logarithm of a real number; that of an int may be of any size.
fn logarithm(value: &Value, log: fn(f64) -> pymath::Result<f64>) -> PyResult<f64> {
    let Some(number) = int::to_ibig(value) else {
        let x = protocol::to_f64(value)?;
        return expecting("a positive input", x, log(x));
    };
    if number <= dashu_int::IBig::ZERO {
        return Err(exceptions::value_error("expected a positive input"));
    }
    if let Ok(x) = int::convert::to_f64(value) {
        return checked(log(x));
    }
    // number = head * 2**exponent, with head in [0.5, 1).
    let exponent = dashu_int::ops::BitTest::bit_len(&number);
    let shift = exponent.saturating_sub(64);
    let head = &number >> shift;
    // The lost bits count for rounding.
    let lost = u64::from(&head << shift != number);
    let head = (u64::try_from(&head).unwrap_or(u64::MAX) | lost) as f64 / 2f64.powi(64);
    Ok(checked(log(head))? + checked(log(2.0))? * exponent as f64)
}
