//! `method`: a function bound to its receiver.

use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::special;
use crate::types::str::{PyStr, StrBuilder, StrRef};
use crate::types::tuple::TupleRef;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{CmpOp, PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};

/// Create a bound instance method object.
#[pyclass(name = "method", gc, weakref)]
pub struct PyBoundMethod {
    pub function: Value,
    pub receiver: Value,
}

impl Traverse for PyBoundMethod {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.function.traverse(visit);
        self.receiver.traverse(visit);
    }
}

impl PyBoundMethod {
    pub fn new_value(function: Value, receiver: Value) -> Value {
        Ref::new(PyBoundMethod { function, receiver }).into_value()
    }
}

fn attribute(object: &Value, name: &StrRef) -> PyResult<Option<StrRef>> {
    let found = protocol::lookup_attr(object, name)?;
    Ok(found.and_then(|v| v.downcast_into::<PyStr>().ok()))
}

#[pymethods]
impl PyBoundMethod {
    #[slot(new, sig = "(function, instance, /)")]
    fn new(_class: &TypeRef, function: Value, instance: Value) -> PyResult<Value> {
        if !protocol::is_callable(&function) {
            return Err(exceptions::type_error("first argument must be callable"));
        }
        if instance.is_none() {
            return Err(exceptions::type_error("instance must not be None"));
        }
        Ok(PyBoundMethod::new_value(function, instance))
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let name = match attribute(&self.function, name!("__qualname__"))? {
            Some(name) => Some(name),
            None => attribute(&self.function, name!("__name__"))?,
        };
        let mut out = StrBuilder::new();
        out.push_str("<bound method ");
        match name {
            Some(name) => out.push_pystr(&name),
            None => out.push_str("?"),
        }
        out.push_str(" of ");
        out.push_pystr(&*protocol::repr(&self.receiver)?);
        out.push_str(">");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        let hash = crate::hash::hash_pointer(self.receiver.id()) ^ protocol::hash(&self.function)?;
        Ok(if hash == -1 { -2 } else { hash })
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyBoundMethod>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let equal = protocol::eq(&self.function, &other.function)? && self.receiver.is(&other.receiver);
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[slot]
    fn descr_get(zelf: &Value, _object: Option<&Value>, _owner: Option<&Value>) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[pymethod("()")]
    fn __reduce__(&self) -> PyResult<TupleRef> {
        let name = protocol::getattr(&self.function, name!("__name__"))?;
        match name.downcast::<PyStr>() {
            Some(name) => special::reduce_attribute(self.receiver.clone(), name),
            None => Err(exceptions::type_error("__name__ must be a string")),
        }
    }

    /// the function (or other callable) implementing a method
    #[pygetset(member)]
    fn __func__(&self) -> Value {
        self.function.clone()
    }

    /// the instance to which a method is bound
    #[pygetset(member)]
    fn __self__(&self) -> Value {
        self.receiver.clone()
    }

    #[pygetset]
    fn __doc__(&self) -> PyResult<Value> {
        protocol::getattr(&self.function, name!("__doc__"))
    }

    #[slot]
    fn call(zelf: &Ref<PyBoundMethod>, args: Args<'_>) -> PyResult<Value> {
        args.preceded_by(&zelf.receiver, |args| protocol::call_args(&zelf.function, args))
    }

    #[slot]
    fn getattro(zelf: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        let class = zelf.class();
        if let Some(descriptor) = class.lookup(name) {
            return match descriptor.class().slots().descr_get {
                Some(get) => get(&descriptor, Some(zelf), Some(class.as_value())).map(Some),
                None => Ok(Some(descriptor)),
            };
        }
        match zelf.downcast::<PyBoundMethod>() {
            Some(this) => protocol::getattr(&this.function, name).map(Some),
            None => Ok(None),
        }
    }
}
