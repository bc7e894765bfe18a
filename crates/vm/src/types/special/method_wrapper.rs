//! `method-wrapper`: a slot wrapper bound to its receiver.

use super::wrap;
use super::wrapper_descriptor::{PyWrapperDescriptor, reduce_attribute};
use crate::PyResult;
use crate::function::args::Args;
use crate::hash::hash_pointer;
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol::CmpOp;
use crate::types::str::{PyStr, intern};
use crate::types::tuple::TupleRef;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use minipy_macros::{pyclass, pymethods};

#[pyclass(name = "method-wrapper", gc, no_new)]
pub struct PyMethodWrapper {
    wrapper: Ref<PyWrapperDescriptor>,
    receiver: Value,
}

impl Traverse for PyMethodWrapper {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.wrapper.traverse(visit);
        self.receiver.traverse(visit);
    }
}

impl PyMethodWrapper {
    /// `wrapper` bound to `receiver`, an instance of its class.
    pub fn new_value(wrapper: Ref<PyWrapperDescriptor>, receiver: Value) -> Value {
        Ref::new(PyMethodWrapper { wrapper, receiver }).into_value()
    }
}

#[pymethods]
impl PyMethodWrapper {
    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let text = format!(
            "<method-wrapper '{}' of {} object at {:#x}>",
            self.wrapper.def.name,
            self.receiver.type_name(),
            self.receiver.id()
        );
        Ok(PyStr::from_str(&text).into_value())
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        let hash = hash_pointer(self.receiver.id()) ^ hash_pointer(self.wrapper.as_value().id());
        Ok(if hash == -1 { -2 } else { hash })
    }

    #[slot]
    fn call(&self, args: Args<'_>) -> PyResult<Value> {
        wrap::call(self.wrapper.def, self.wrapper.function, &self.receiver, args)
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast_exact::<PyMethodWrapper>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let equal = self.wrapper.is(&other.wrapper) && self.receiver.is(&other.receiver);
        Ok(match op {
            CmpOp::Eq => Value::from_bool(equal),
            CmpOp::Ne => Value::from_bool(!equal),
            _ => Value::NOT_IMPLEMENTED,
        })
    }

    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<TupleRef> {
        reduce_attribute(self.receiver.clone(), &intern(self.wrapper.def.name))
    }

    #[pygetset(member)]
    fn __self__(&self) -> Value {
        self.receiver.clone()
    }

    #[pygetset]
    fn __objclass__(&self) -> TypeRef {
        self.wrapper.objclass.clone()
    }

    #[pygetset]
    fn __name__(&self) -> &'static str {
        self.wrapper.def.name
    }

    #[pygetset]
    fn __qualname__(&self) -> PyResult<Value> {
        self.wrapper.qualified_name()
    }

    #[pygetset]
    fn __doc__(&self) -> &'static str {
        self.wrapper.def.doc
    }

    #[pygetset]
    fn __text_signature__(&self) -> &'static str {
        self.wrapper.def.text_signature
    }
}
