//! `object`.

use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, protocol};
use minipy_macros::{pyclass, pymethods};

/// The base class of the class hierarchy.
///
/// When called, it accepts no arguments and returns a new featureless
/// instance that has no instance attributes and cannot be given any.
#[pyclass(name = "object", sig = "()", basetype)]
pub struct PyObject(());

impl PyObject {
    /// The payload of a bare object that is equal to itself only.
    pub fn sentinel() -> PyObject {
        PyObject(())
    }
}

#[pymethods]
impl PyObject {
    #[slot]
    fn getattro(object: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        protocol::generic_getattr(object, name)
    }

    #[slot]
    fn setattro(object: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
        protocol::generic_setattr(object, name, value)
    }

    #[slot]
    fn repr(object: &Value) -> PyResult<Value> {
        Ok(protocol::default_repr(object).into_value())
    }

    #[slot]
    fn hash(object: &Value) -> PyResult<i64> {
        Ok(crate::hash::hash_pointer(object.id()))
    }
}
