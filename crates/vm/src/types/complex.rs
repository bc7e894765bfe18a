//! `complex`.

use crate::heap::Ref;
use crate::value::Value;
use minipy_macros::pyclass;

/// Create a complex number from a string or numbers.
#[pyclass(name = "complex", sig = "(real=0, imag=0)", basetype)]
pub struct PyComplex {
    pub real: f64,
    pub imag: f64,
}

/// The complex number `real + imag j`.
pub fn from_parts(real: f64, imag: f64) -> Value {
    Ref::new(PyComplex { real, imag }).into_value()
}
