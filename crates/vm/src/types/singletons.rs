//! The classes of the immediate singletons: None, True and False, Ellipsis, NotImplemented.

use crate::types::int::PyInt;
use crate::types::str::PyStr;
use crate::value::Value;
use crate::{PyResult, exceptions};
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

    #[slot]
    fn bool(_: &Value) -> PyResult<bool> {
        Ok(false)
    }
}

/// Returns True when the argument is true, False otherwise.
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
}
