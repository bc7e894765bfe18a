//! The classes of the immediate singletons: None, True and False, Ellipsis, NotImplemented.

use crate::types::int::{self, PyInt};
use crate::types::str::PyStr;
use crate::value::Value;
use crate::{PyResult, TypeRef, exceptions, protocol};
use minipy_macros::{pyclass, pymethods};

/// The type of the None singleton.
#[pyclass(name = "NoneType")]
pub struct PyNone(());

#[pymethods]
impl PyNone {
    #[slot]
    fn repr(_: &Value) -> PyResult<Value> {
        Ok(PyStr::from_ascii(b"None").into_value())
    }

    #[slot(new, sig = "()")]
    fn new(_cls: &TypeRef) -> PyResult<Value> {
        Ok(Value::NONE)
    }

    #[slot]
    fn hash(_: &Value) -> PyResult<i64> {
        Ok(0xfca8_6420)
    }

    #[slot]
    fn bool(_: &Value) -> PyResult<bool> {
        Ok(false)
    }
}

/// Returns True when the argument is true, False otherwise.
/// The builtins True and False are the only two instances of the class bool.
/// The class bool is a subclass of the class int, and cannot be subclassed.
#[pyclass(name = "bool", base = PyInt, sig = "(object=False, /)")]
#[repr(C)]
pub struct PyBool {
    base: PyInt,
}

#[pymethods]
impl PyBool {
    #[slot]
    fn repr(value: &Value) -> PyResult<Value> {
        Ok(PyStr::from_ascii(if value.is_true() { b"True" } else { b"False" }).into_value())
    }

    #[slot(new, sig = "(object=False, /)")]
    fn new(_cls: &TypeRef, object: Option<&Value>) -> PyResult<Value> {
        match object {
            Some(object) => protocol::truth(object).map(Value::from_bool),
            None => Ok(Value::FALSE),
        }
    }

    #[slot]
    fn and(a: &Value, b: &Value) -> PyResult<Value> {
        int::and(a, b)
    }

    #[slot]
    fn or(a: &Value, b: &Value) -> PyResult<Value> {
        int::or(a, b)
    }

    #[slot]
    fn xor(a: &Value, b: &Value) -> PyResult<Value> {
        int::xor(a, b)
    }

    #[slot]
    fn invert(value: &Value) -> PyResult<Value> {
        crate::warnings::warn(
            exceptions::deprecation_warning_class(),
            "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.",
            1,
        )?;
        Ok(int::invert(value))
    }
}

/// The type of the NotImplemented singleton.
#[pyclass(name = "NotImplementedType")]
pub struct PyNotImplemented(());

#[pymethods]
impl PyNotImplemented {
    #[slot]
    fn repr(_: &Value) -> PyResult<Value> {
        Ok(PyStr::from_ascii(b"NotImplemented").into_value())
    }

    #[slot(new, sig = "()")]
    fn new(_cls: &TypeRef) -> PyResult<Value> {
        Ok(Value::NOT_IMPLEMENTED)
    }

    #[pymethod("($self, /)")]
    fn __reduce__(value: &Value) -> &'static str {
        let _ = value;
        "NotImplemented"
    }

    #[slot]
    fn bool(_: &Value) -> PyResult<bool> {
        Err(exceptions::type_error("NotImplemented should not be used in a boolean context"))
    }
}

/// The type of the Ellipsis singleton.
#[pyclass(name = "ellipsis")]
pub struct PyEllipsis(());

#[pymethods]
impl PyEllipsis {
    #[slot]
    fn repr(_: &Value) -> PyResult<Value> {
        Ok(PyStr::from_ascii(b"Ellipsis").into_value())
    }

    #[slot(new, sig = "()")]
    fn new(_cls: &TypeRef) -> PyResult<Value> {
        Ok(Value::ELLIPSIS)
    }

    #[pymethod("($self, /)")]
    fn __reduce__(value: &Value) -> &'static str {
        let _ = value;
        "Ellipsis"
    }
}
