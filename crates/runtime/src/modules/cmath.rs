//! `cmath`.

use minipy_macros::pymodule;
use minipy_vm::macros_support::{ArgPos, FromArg, IntoPy};
use minipy_vm::types::complex;
use minipy_vm::{PyResult, PyTuple, Value, exceptions};
use num_complex::Complex64;
use pymath::cmath;

/// A complex argument or result.
struct Complex(Complex64);

impl FromArg<'_> for Complex {
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        let (real, imag) = complex::to_parts(value)?;
        Ok(Complex(Complex64::new(real, imag)))
    }
}

impl IntoPy for Complex {
    fn into_py(self) -> PyResult<Value> {
        Ok(complex::from_parts(self.0.re, self.0.im))
    }
}

fn checked(result: pymath::Result<Complex64>) -> PyResult<Complex> {
    result.map(Complex).map_err(super::math::error)
}

/// This module provides access to mathematical functions for complex
/// numbers.
#[pymodule(name = "cmath")]
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

    #[pyattr]
    fn infj() -> Value {
        complex::from_parts(0.0, f64::INFINITY)
    }

    #[pyattr]
    fn nanj() -> Value {
        complex::from_parts(0.0, f64::NAN)
    }

    /// Return the arc cosine of z.
    #[pyfunction("($module, z, /)")]
    fn acos(z: Complex) -> PyResult<Complex> {
        checked(cmath::acos(z.0))
    }

    /// Return the inverse hyperbolic cosine of z.
    #[pyfunction("($module, z, /)")]
    fn acosh(z: Complex) -> PyResult<Complex> {
        checked(cmath::acosh(z.0))
    }

    /// Return the arc sine of z.
    #[pyfunction("($module, z, /)")]
    fn asin(z: Complex) -> PyResult<Complex> {
        checked(cmath::asin(z.0))
    }

    /// Return the inverse hyperbolic sine of z.
    #[pyfunction("($module, z, /)")]
    fn asinh(z: Complex) -> PyResult<Complex> {
        checked(cmath::asinh(z.0))
    }

    /// Return the arc tangent of z.
    #[pyfunction("($module, z, /)")]
    fn atan(z: Complex) -> PyResult<Complex> {
        checked(cmath::atan(z.0))
    }

    /// Return the inverse hyperbolic tangent of z.
    #[pyfunction("($module, z, /)")]
    fn atanh(z: Complex) -> PyResult<Complex> {
        checked(cmath::atanh(z.0))
    }

    /// Return the cosine of z.
    #[pyfunction("($module, z, /)")]
    fn cos(z: Complex) -> PyResult<Complex> {
        checked(cmath::cos(z.0))
    }

    /// Return the hyperbolic cosine of z.
    #[pyfunction("($module, z, /)")]
    fn cosh(z: Complex) -> PyResult<Complex> {
        checked(cmath::cosh(z.0))
    }

    /// Return the exponential value e**z.
    #[pyfunction("($module, z, /)")]
    fn exp(z: Complex) -> PyResult<Complex> {
        checked(cmath::exp(z.0))
    }

    /// Return the base-10 logarithm of z.
    #[pyfunction("($module, z, /)")]
    fn log10(z: Complex) -> PyResult<Complex> {
        checked(cmath::log10(z.0))
    }

    /// Return the sine of z.
    #[pyfunction("($module, z, /)")]
    fn sin(z: Complex) -> PyResult<Complex> {
        checked(cmath::sin(z.0))
    }

    /// Return the hyperbolic sine of z.
    #[pyfunction("($module, z, /)")]
    fn sinh(z: Complex) -> PyResult<Complex> {
        checked(cmath::sinh(z.0))
    }

    /// Return the square root of z.
    #[pyfunction("($module, z, /)")]
    fn sqrt(z: Complex) -> PyResult<Complex> {
        checked(cmath::sqrt(z.0))
    }

    /// Return the tangent of z.
    #[pyfunction("($module, z, /)")]
    fn tan(z: Complex) -> PyResult<Complex> {
        checked(cmath::tan(z.0))
    }

    /// Return the hyperbolic tangent of z.
    #[pyfunction("($module, z, /)")]
    fn tanh(z: Complex) -> PyResult<Complex> {
        checked(cmath::tanh(z.0))
    }

    /// Return True if both the real and imaginary parts of z are finite, else False.
    #[pyfunction("($module, z, /)")]
    fn isfinite(z: Complex) -> bool {
        cmath::isfinite(z.0)
    }

    /// Checks if the real or imaginary part of z is infinite.
    #[pyfunction("($module, z, /)")]
    fn isinf(z: Complex) -> bool {
        cmath::isinf(z.0)
    }

    /// Checks if the real or imaginary part of z not a number (NaN).
    #[pyfunction("($module, z, /)")]
    fn isnan(z: Complex) -> bool {
        cmath::isnan(z.0)
    }

    /// log(z[, base]) -> the logarithm of z to the given base.
    ///
    /// If the base is not specified, returns the natural logarithm (base e)
    /// of z.
    #[pyfunction("($module, z, base=<unrepresentable>, /)")]
    fn log(z: Complex, base: Option<Complex>) -> PyResult<Complex> {
        checked(cmath::log(z.0, base.map(|base| base.0)))
    }

    /// Return argument, also known as the phase angle, of a complex.
    #[pyfunction("($module, z, /)")]
    fn phase(z: Complex) -> PyResult<f64> {
        cmath::phase(z.0).map_err(crate::modules::math::error)
    }

    /// Convert a complex from rectangular coordinates to polar coordinates.
    ///
    /// r is the distance from 0 and phi the phase angle.
    #[pyfunction("($module, z, /)")]
    fn polar(z: Complex) -> PyResult<Value> {
        let (r, phi) = cmath::polar(z.0).map_err(crate::modules::math::error)?;
        Ok(PyTuple::from_array([Value::from(r), Value::from(phi)]).into_value())
    }

    /// Convert from polar coordinates to rectangular coordinates.
    #[pyfunction("($module, r, phi, /)")]
    fn rect(r: f64, phi: f64) -> PyResult<Complex> {
        checked(cmath::rect(r, phi))
    }

    /// Determine whether two complex numbers are close in value.
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
    /// For the values to be considered close, the difference between them must
    /// be smaller than at least one of the tolerances.
    ///
    /// -inf, inf and NaN behave similarly to the IEEE 754 Standard.  That is,
    /// NaN is not close to anything, even itself. inf and -inf are only close
    /// to themselves.
    #[pyfunction("($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(a: Complex, b: Complex, rel_tol: f64, abs_tol: f64) -> PyResult<bool> {
        cmath::isclose(a.0, b.0, Some(rel_tol), Some(abs_tol))
            .map_err(|_| exceptions::value_error("tolerances must be non-negative"))
    }
}

pub use functions::MODULE;
