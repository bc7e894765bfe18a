//! The methods of `int`.

use super::{PyInt, arith};
use crate::protocol::CmpOp;
use crate::types::str::PyStr;
use crate::value::Value;
use crate::{PyResult, exceptions};
use minipy_macros::pymethods;

/// `int(object)`: through `__int__` or `__index__`.
pub fn from_object(object: &Value) -> PyResult<Value> {
    if object.is_small_int() {
        return Ok(object.clone());
    }
    let slots = object.class().slots();
    match slots.int.or(slots.index) {
        Some(convert) => convert(object),
        None => Err(exceptions::type_error(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            object.type_name()
        ))),
    }
}

#[pymethods(part = methods)]
impl PyInt {
    #[slot]
    fn repr(value: &Value) -> PyResult<Value> {
        let text = match value.as_small_int() {
            Some(n) => n.to_string(),
            None => super::to_ibig(value).unwrap_or_default().to_string(),
        };
        Ok(PyStr::from_ascii(text.as_bytes()).into_value())
    }

    #[slot]
    fn hash(value: &Value) -> PyResult<i64> {
        match super::to_i64(value) {
            Some(n) => {
                let modulus = (1i64 << 61) - 1;
                let hash = n % modulus;
                Ok(if hash == -1 { -2 } else { hash })
            }
            None => Ok(0),
        }
    }

    #[slot]
    fn richcompare(a: &Value, b: &Value, op: CmpOp) -> PyResult<Value> {
        Ok(arith::compare(a, b, op).map_or(Value::NOT_IMPLEMENTED, Value::from_bool))
    }

    #[slot]
    fn add(a: &Value, b: &Value) -> PyResult<Value> {
        arith::add(a, b)
    }

    #[slot]
    fn sub(a: &Value, b: &Value) -> PyResult<Value> {
        arith::sub(a, b)
    }

    #[slot]
    fn mul(a: &Value, b: &Value) -> PyResult<Value> {
        arith::mul(a, b)
    }

    #[slot]
    fn floordiv(a: &Value, b: &Value) -> PyResult<Value> {
        arith::floordiv(a, b)
    }

    #[slot]
    fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
        arith::modulo(a, b)
    }

    #[slot]
    fn bool(value: &Value) -> PyResult<bool> {
        Ok(super::to_i64(value) != Some(0))
    }

    #[slot]
    fn index(value: &Value) -> PyResult<Value> {
        match value.downcast_exact::<PyInt>() {
            Some(_) => Ok(value.clone()),
            None => Ok(super::to_ibig(value).map_or(Value::small_int(0), super::from_ibig)),
        }
    }
}
