//! `wrapper_descriptor`: a slot of a builtin class as a method.

use super::method_wrapper::PyMethodWrapper;
use super::slotfn::SlotFn;
use super::table::SlotDef;
use super::wrap;
use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::str::{PyStr, StrRef, intern};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};

#[pyclass(name = "wrapper_descriptor", gc, no_new, method_descriptor)]
pub struct PyWrapperDescriptor {
    pub objclass: TypeRef,
    pub def: &'static SlotDef,
    pub function: SlotFn,
}

impl Traverse for PyWrapperDescriptor {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.objclass.traverse(visit);
    }
}

impl PyWrapperDescriptor {
    pub fn new_value(objclass: &TypeRef, def: &'static SlotDef, function: SlotFn) -> Value {
        Ref::new(PyWrapperDescriptor { objclass: objclass.clone(), def, function }).into_value()
    }

    /// `int.__add__`: the class's qualified name and the method's.
    pub(super) fn qualified_name(&self) -> PyResult<Value> {
        let class = protocol::getattr(self.objclass.as_value(), name!("__qualname__"))?;
        Ok(PyStr::from_str(&format!("{}.{}", protocol::str(&class)?, self.def.name)).into_value())
    }
}

/// `(getattr, (owner, name))`, from which pickle restores a method.
pub fn reduce_attribute(owner: Value, method: &StrRef) -> PyResult<TupleRef> {
    let getattr = crate::frame::default_builtins().get_interned(name!("getattr"));
    let getattr = getattr.ok_or_else(|| exceptions::runtime_error("lost builtins.getattr"))?;
    let args = PyTuple::from_array([owner, method.to_value()]);
    Ok(PyTuple::from_array([getattr, args.into_value()]))
}

#[pymethods]
impl PyWrapperDescriptor {
    #[slot]
    fn repr(&self) -> PyResult<Value> {
        Ok(PyStr::from_str(&format!(
            "<slot wrapper '{}' of '{}' objects>",
            self.def.name,
            self.objclass.name()
        ))
        .into_value())
    }

    #[slot]
    fn call(&self, args: Args<'_>) -> PyResult<Value> {
        let name = self.def.name;
        match args.positional().first() {
            Some(receiver) if receiver.is_instance_of(&self.objclass) => {
                wrap::call(self.def, self.function, receiver, args.without_receiver())
            }
            Some(receiver) => Err(exceptions::type_error(format!(
                "descriptor '{name}' requires a '{}' object but received a '{}'",
                self.objclass.name(),
                receiver.type_name()
            ))),
            None => Err(exceptions::type_error(format!(
                "descriptor '{name}' of '{}' object needs an argument",
                self.objclass.name()
            ))),
        }
    }

    #[slot]
    fn descr_get(
        zelf: &Ref<PyWrapperDescriptor>,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult<Value> {
        match object {
            None => Ok(zelf.to_value()),
            Some(object) if object.is_instance_of(&zelf.objclass) => {
                Ok(PyMethodWrapper::new_value(zelf.clone(), object.clone()))
            }
            Some(object) => Err(exceptions::type_error(format!(
                "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                zelf.def.name,
                zelf.objclass.name(),
                object.type_name()
            ))),
        }
    }

    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<TupleRef> {
        reduce_attribute(self.objclass.to_value(), &intern(self.def.name))
    }

    #[pygetset(member)]
    fn __objclass__(&self) -> TypeRef {
        self.objclass.clone()
    }

    #[pygetset(member)]
    fn __name__(&self) -> &'static str {
        self.def.name
    }

    #[pygetset]
    fn __doc__(&self) -> &'static str {
        self.def.doc
    }

    #[pygetset]
    fn __qualname__(&self) -> PyResult<Value> {
        self.qualified_name()
    }

    #[pygetset]
    fn __text_signature__(&self) -> &'static str {
        self.def.text_signature
    }
}
