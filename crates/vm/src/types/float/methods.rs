//! The methods of `float`.

use super::{PyFloat, as_f64, from_f64, must_be_real};
use crate::PyResult;
use crate::protocol::CmpOp;
use crate::types::int;
use crate::types::str::PyStr;
use crate::value::Value;
use minipy_macros::pymethods;

/// `__float__` or `__index__` of an object that is no float.
pub fn convert(value: &Value) -> PyResult<f64> {
    let slots = value.class().slots();
    if let Some(to_float) = slots.float {
        let result = to_float(value)?;
        return as_f64(&result).ok_or_else(|| {
            crate::exceptions::type_error(format!(
                "{}.__float__ returned non-float (type {})",
                value.type_name(),
                result.type_name()
            ))
        });
    }
    match int::to_i64(&crate::protocol::as_index(value).map_err(|_| must_be_real(value))?) {
        Some(n) => Ok(n as f64),
        None => Err(crate::exceptions::overflow_error("int too large to convert to float")),
    }
}

/// The operand of float arithmetic as a float: floats and ints; `None` for other objects.
fn operand(value: &Value) -> Option<f64> {
    as_f64(value).or_else(|| int::to_i64(value).map(|n| n as f64))
}

#[pymethods(part = methods)]
impl PyFloat {
    #[slot]
    fn repr(value: &Value) -> PyResult<Value> {
        let text = format!("{:?}", as_f64(value).unwrap_or_default());
        Ok(PyStr::from_str(&text).into_value())
    }

    #[slot]
    fn richcompare(a: &Value, b: &Value, op: CmpOp) -> PyResult<Value> {
        match (operand(a), operand(b)) {
            (Some(a), Some(b)) => Ok(Value::from_bool(op.compare(&a, &b))),
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn add(a: &Value, b: &Value) -> PyResult<Value> {
        match (operand(a), operand(b)) {
            (Some(a), Some(b)) => Ok(from_f64(a + b)),
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn float(value: &Value) -> PyResult<Value> {
        Ok(from_f64(as_f64(value).unwrap_or_default()))
    }
}
