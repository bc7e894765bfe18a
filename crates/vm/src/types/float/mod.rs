//! `float`: most values unboxed, the rest on the heap.

mod arith;
mod methods;

use crate::heap::Ref;
use crate::value::Value;
use crate::{PyResult, exceptions};
use minipy_macros::pyclass;

/// Convert a string or number to a floating-point number, if possible.
#[pyclass(name = "float", sig = "(x=0, /)", basetype, match_self, parts(methods))]
pub struct PyFloat {
    /// For exact floats a value without unboxed encoding; instances of subclasses may hold any.
    pub value: f64,
}

/// The `float` of this value.
#[inline(always)]
pub fn from_f64(x: f64) -> Value {
    match Value::try_flonum(x) {
        Some(value) => value,
        None => boxed(x),
    }
}

#[cold]
fn boxed(x: f64) -> Value {
    Ref::new(PyFloat { value: x }).into_value()
}

/// The value of any float object, subclasses included; other objects give `None`.
#[inline(always)]
pub fn as_f64(value: &Value) -> Option<f64> {
    match value.as_flonum() {
        Some(x) => Some(x),
        None => value.downcast::<PyFloat>().map(|f| f.value),
    }
}

/// A real number for a native parameter: a float, else `__float__`, else `__index__`.
pub fn to_f64(value: &Value) -> PyResult<f64> {
    if let Some(x) = as_f64(value) {
        return Ok(x);
    }
    methods::convert(value)
}

impl From<f64> for Value {
    fn from(x: f64) -> Value {
        from_f64(x)
    }
}

pub use arith::overflow as range_error;

pub(crate) fn must_be_real(value: &Value) -> exceptions::PyErr {
    exceptions::type_error(format!("must be real number, not {}", value.type_name()))
}
