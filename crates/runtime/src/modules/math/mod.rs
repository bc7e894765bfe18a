//! `math`.

mod elementary;
mod integer;
mod parts;
mod sums;

use minipy_macros::pymodule;
use minipy_vm::{PyErr, PyResult, Value, exceptions, protocol};

/// This module provides access to the mathematical functions
/// defined by the C standard.
#[pymodule(name = "math", parts(elementary::MODULE, parts::MODULE, sums::MODULE, integer::MODULE))]
pub mod constants {
    #[allow(unused_imports)]
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
}

pub use constants::MODULE;

/// The error that a function of the C library would set.
#[cold]
pub(super) fn error(error: pymath::Error) -> PyErr {
    match error {
        pymath::Error::EDOM => exceptions::value_error("math domain error"),
        pymath::Error::ERANGE => exceptions::overflow_error("math range error"),
    }
}

fn checked(result: pymath::Result<f64>) -> PyResult<f64> {
    result.map_err(error)
}

/// The result of a function of `x`, whose domain is `what`.
fn expecting(what: &str, x: f64, result: pymath::Result<f64>) -> PyResult<f64> {
    match result {
        Err(pymath::Error::EDOM) => {
            let got = protocol::repr(&Value::from(x))?;
            Err(exceptions::value_error(format!("expected {what}, got {got}")))
        }
        result => checked(result),
    }
}
