//! `mappingproxy`: a read-only view of a mapping, such as a class's `__dict__`.

use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol::{self, BinaryOp, CmpOp};
use crate::types::dict::PyDict;
use crate::types::generic_alias;
use crate::types::list::PyList;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, exceptions, name};
use minipy_macros::{pyclass, pymethods};

/// Read-only proxy of a mapping.
#[pyclass(name = "mappingproxy", gc, mapping)]
pub struct PyMappingProxy {
    mapping: Value,
}

impl Traverse for PyMappingProxy {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.mapping.traverse(visit);
    }
}

impl PyMappingProxy {
    pub fn new_value(mapping: Value) -> Value {
        Ref::new(PyMappingProxy { mapping }).into_value()
    }

    /// The mapping behind the proxy.
    pub fn mapping(&self) -> &Value {
        &self.mapping
    }

    fn method(&self, name: &StrRef, args: &[Value]) -> PyResult<Value> {
        protocol::call_method(&self.mapping, name, args)
    }
}

/// The mapping behind `value` if it is a proxy.
fn unwrapped(value: &Value) -> &Value {
    match value.downcast::<PyMappingProxy>() {
        Some(proxy) => &proxy.mapping,
        None => value,
    }
}

/// The operand of an operator whose other one is `other`. A dict, which may be a class's, is shown to no methods but its own.
fn operand(value: &Value, other: &Value) -> Value {
    let value = unwrapped(value);
    match value.downcast_exact::<PyDict>() {
        Some(dict) if unwrapped(other).downcast_exact::<PyDict>().is_none() => dict.copy().into_value(),
        _ => value.clone(),
    }
}

#[pymethods]
impl PyMappingProxy {
    #[slot(new, sig = "(mapping)")]
    fn construct(class: &TypeRef, mapping: Value) -> PyResult<Value> {
        let slots = mapping.class().slots();
        let is_sequence = mapping.downcast::<PyList>().is_some() || mapping.downcast::<PyTuple>().is_some();
        if slots.subscript.is_none() || is_sequence {
            return Err(exceptions::type_error(format!(
                "mappingproxy() argument must be a mapping, not {}",
                mapping.type_name()
            )));
        }
        Ok(Ref::new_in(class, PyMappingProxy { mapping }).into_value())
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let mapping = protocol::repr(&self.mapping)?;
        Ok(PyStr::from_ascii(b"mappingproxy(").concat(&mapping).concat(&PyStr::from_ascii(b")")).into_value())
    }

    #[slot]
    fn str(&self) -> PyResult<Value> {
        protocol::str(&self.mapping).map(StrRef::into_value)
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        protocol::hash(&self.mapping)
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        protocol::rich_compare(&operand(&self.mapping, other), unwrapped(other), op)
    }

    #[slot]
    fn iter(&self) -> PyResult<Value> {
        protocol::iter(&self.mapping)
    }

    #[slot]
    fn len(&self) -> PyResult<usize> {
        protocol::len(&self.mapping)
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        protocol::getitem(&self.mapping, key)
    }

    #[slot]
    fn contains(&self, key: &Value) -> PyResult<bool> {
        match self.mapping.downcast_exact::<PyDict>() {
            Some(dict) => dict.contains(key),
            None => protocol::contains(&self.mapping, key),
        }
    }

    #[slot]
    fn or(left: &Value, right: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Or, &operand(left, right), &operand(right, left))
    }

    #[slot]
    fn ior(zelf: &Value, _other: &Value) -> PyResult<Value> {
        let name = zelf.type_name();
        Err(exceptions::type_error(format!("'|=' is not supported by {name}; use '|' instead")))
    }

    /// Return the value for key if key is in the mapping, else default.
    #[pymethod("($self, key, default=None, /)")]
    fn get(&self, key: Value, default: Option<Value>) -> PyResult<Value> {
        self.method(name!("get"), &[key, default.unwrap_or(Value::NONE)])
    }

    /// D.keys() -> a set-like object providing a view on D's keys
    #[pymethod("($self, /)")]
    fn keys(&self) -> PyResult<Value> {
        self.method(name!("keys"), &[])
    }

    /// D.values() -> an object providing a view on D's values
    #[pymethod("($self, /)")]
    fn values(&self) -> PyResult<Value> {
        self.method(name!("values"), &[])
    }

    /// D.items() -> a set-like object providing a view on D's items
    #[pymethod("($self, /)")]
    fn items(&self) -> PyResult<Value> {
        self.method(name!("items"), &[])
    }

    /// D.copy() -> a shallow copy of D
    #[pymethod("($self, /)")]
    fn copy(&self) -> PyResult<Value> {
        self.method(name!("copy"), &[])
    }

    /// mappingproxy objects are generic over two types, signifying (respectively) the types of their keys and values
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        generic_alias::new(cls.to_value(), object)
    }

    /// D.__reversed__() -> reverse iterator
    #[pymethod("($self, /)")]
    fn __reversed__(&self) -> PyResult<Value> {
        self.method(name!("__reversed__"), &[])
    }
}
