//! Template strings (PEP 750).

use crate::heap::{Ref, Traverse, Visitor};
use crate::value::Value;
use minipy_macros::pyclass;

/// Interpolation object
#[pyclass(
    name = "Interpolation",
    module = "string.templatelib",
    sig = "(value, expression='', conversion=None, format_spec='')",
    gc,
    match_self
)]
pub struct PyInterpolation {
    pub value: Value,
    pub expression: Value,
    pub conversion: Value,
    pub format_spec: Value,
}

impl Traverse for PyInterpolation {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.value.traverse(visit);
    }
}

/// Template object
#[pyclass(name = "Template", module = "string.templatelib", gc)]
pub struct PyTemplate {
    pub strings: Value,
    pub interpolations: Value,
}

impl Traverse for PyTemplate {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.interpolations.traverse(visit);
    }
}

pub fn new_interpolation(value: Value, expression: Value, conversion: Value, format_spec: Value) -> Value {
    Ref::new(PyInterpolation { value, expression, conversion, format_spec }).into_value()
}

pub fn new_template(strings: Value, interpolations: Value) -> Value {
    Ref::new(PyTemplate { strings, interpolations }).into_value()
}
