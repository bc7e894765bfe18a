//! Descriptors of builtin classes: methods, class methods, computed attributes.

use super::PyNative;
use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::macros_support::{ClassFlags, GetSetDef, MethodDef};
use crate::types::special;
use crate::types::str::intern;
use crate::types::tuple::TupleRef;
use crate::types::typeobj::{PyType, TypeRef};
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};

/// A method of a builtin class.
#[pyclass(name = "method_descriptor", gc, no_new, method_descriptor)]
pub struct PyMethodDescr {
    pub def: &'static MethodDef,
    pub class: TypeRef,
}

impl Traverse for PyMethodDescr {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.class.traverse(visit);
    }
}

#[cold]
fn wrong_receiver(name: &str, class: &TypeRef, got: &Value) -> exceptions::PyErr {
    exceptions::type_error(format!(
        "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
        class.name(),
        got.type_name()
    ))
}

impl PyMethodDescr {
    /// Whether the class says that its methods work on receivers of any type.
    #[cold]
    fn takes_any(&self) -> bool {
        self.class.builtin.is_some_and(|def| def.flags.has(ClassFlags::ANY_RECEIVER))
    }

    /// Checks the receiver of a call.
    #[inline(always)]
    pub fn check(&self, args: Args<'_>) -> PyResult<()> {
        match args.positional().first() {
            Some(receiver) if receiver.is_instance_of(&self.class) || self.takes_any() => Ok(()),
            Some(receiver) => Err(wrong_receiver(self.def.name, &self.class, receiver)),
            None => Err(self.without_receiver()),
        }
    }

    #[cold]
    fn without_receiver(&self) -> PyErr {
        match qualname(&self.class, self.def.name) {
            Ok(name) => exceptions::type_error(format!("unbound method {name}() needs an argument")),
            Err(error) => error,
        }
    }
}

/// The qualified name of a descriptor: its class's, then its own.
fn qualname(class: &TypeRef, name: &str) -> PyResult<String> {
    let qualname = protocol::getattr(class.as_value(), name!("__qualname__"))?;
    Ok(format!("{}.{name}", protocol::str(&qualname)?))
}

#[pymethods]
impl PyMethodDescr {
    #[slot]
    fn repr(&self) -> String {
        format!("<method '{}' of '{}' objects>", self.def.name, self.class.name())
    }

    #[pymethod("()")]
    fn __reduce__(&self) -> PyResult<TupleRef> {
        special::reduce_attribute(self.class.to_value(), &intern(self.def.name))
    }

    #[pygetset(member)]
    fn __objclass__(&self) -> TypeRef {
        self.class.clone()
    }

    #[pygetset(member)]
    fn __name__(&self) -> &'static str {
        self.def.name
    }

    #[pygetset]
    fn __qualname__(&self) -> PyResult<String> {
        qualname(&self.class, self.def.name)
    }

    #[pygetset]
    fn __doc__(&self) -> Option<&'static str> {
        self.def.doc
    }

    #[pygetset]
    fn __text_signature__(&self) -> Option<&'static str> {
        self.def.text_signature
    }

    #[slot]
    fn call(zelf: &Ref<PyMethodDescr>, args: Args<'_>) -> PyResult<Value> {
        zelf.check(args)?;
        (zelf.def.func)(args)
    }

    #[slot]
    fn descr_get(zelf: &Value, object: Option<&Value>, owner: Option<&Value>) -> PyResult<Value> {
        let Some(this) = zelf.downcast::<PyMethodDescr>() else { return Ok(zelf.clone()) };
        match (object, owner) {
            (None, _) => Ok(zelf.clone()),
            (Some(_), Some(owner)) if this.def.defining_class && owner.downcast::<PyType>().is_none() => {
                Err(exceptions::type_error(format!(
                    "descriptor '{}' needs a type, not '{}', as arg 2",
                    this.def.name,
                    owner.type_name()
                )))
            }
            (Some(object), _) if object.is_instance_of(&this.class) || this.takes_any() => {
                Ok(PyNative::bound(this.def, object.clone()).into_value())
            }
            (Some(object), _) => Err(wrong_receiver(this.def.name, &this.class, object)),
        }
    }
}

/// A class method of a builtin class.
#[pyclass(name = "classmethod_descriptor", gc, no_new)]
pub struct PyClassMethodDescr {
    pub def: &'static MethodDef,
    pub class: TypeRef,
}

impl Traverse for PyClassMethodDescr {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.class.traverse(visit);
    }
}

#[pymethods]
impl PyClassMethodDescr {
    #[slot]
    fn repr(&self) -> String {
        format!("<method '{}' of '{}' objects>", self.def.name, self.class.name())
    }

    #[slot]
    fn call(zelf: &Ref<PyClassMethodDescr>, args: Args<'_>) -> PyResult<Value> {
        let Some(class) = args.positional().first() else {
            return Err(exceptions::type_error(format!(
                "descriptor '{}' of '{}' object needs an argument",
                zelf.def.name,
                zelf.class.name()
            )));
        };
        let bound = PyClassMethodDescr::descr_get(zelf, None, Some(class))?;
        protocol::call_args(&bound, args.without_receiver())
    }

    #[pygetset(member)]
    fn __objclass__(&self) -> TypeRef {
        self.class.clone()
    }

    #[pygetset(member)]
    fn __name__(&self) -> &'static str {
        self.def.name
    }

    #[pygetset]
    fn __qualname__(&self) -> PyResult<String> {
        qualname(&self.class, self.def.name)
    }

    #[pygetset]
    fn __doc__(&self) -> Option<&'static str> {
        self.def.doc
    }

    #[pygetset]
    fn __text_signature__(&self) -> Option<&'static str> {
        self.def.text_signature
    }

    #[slot]
    fn descr_get(
        zelf: &Ref<PyClassMethodDescr>,
        object: Option<&Value>,
        owner: Option<&Value>,
    ) -> PyResult<Value> {
        let owner = match (owner, object) {
            (Some(owner), _) => owner.clone(),
            (None, Some(object)) => object.class().to_value(),
            (None, None) => {
                return Err(exceptions::type_error(format!(
                    "descriptor '{}' for type '{}' needs either an object or a type",
                    zelf.def.name,
                    zelf.class.name()
                )));
            }
        };
        match owner.downcast::<PyType>() {
            Some(class) if class.is_subtype(&zelf.class) => Ok(PyNative::bound(zelf.def, owner).into_value()),
            Some(class) => Err(exceptions::type_error(format!(
                "descriptor '{}' requires a subtype of '{}' but received '{}'",
                zelf.def.name,
                zelf.class.name(),
                class.name()
            ))),
            None => Err(exceptions::type_error(format!(
                "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
                zelf.def.name,
                zelf.class.name(),
                owner.type_name()
            ))),
        }
    }
}

/// An attribute of a builtin class that native code computes.
#[pyclass(name = "getset_descriptor", gc, no_new)]
pub struct PyGetSetDescr {
    pub def: &'static GetSetDef,
    pub class: TypeRef,
}

impl Traverse for PyGetSetDescr {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.class.traverse(visit);
    }
}

#[pymethods]
impl PyGetSetDescr {
    #[slot]
    fn repr(&self) -> String {
        format!("<attribute '{}' of '{}' objects>", self.def.name, self.class.name())
    }

    #[pygetset(member)]
    fn __objclass__(&self) -> TypeRef {
        self.class.clone()
    }

    #[pygetset(member)]
    fn __name__(&self) -> &'static str {
        self.def.name
    }

    #[pygetset]
    fn __qualname__(&self) -> PyResult<String> {
        qualname(&self.class, self.def.name)
    }

    #[pygetset]
    fn __doc__(&self) -> Option<&'static str> {
        self.def.doc
    }

    #[slot]
    fn descr_get(zelf: &Value, object: Option<&Value>, _owner: Option<&Value>) -> PyResult<Value> {
        let Some(this) = zelf.downcast::<PyGetSetDescr>() else { return Ok(zelf.clone()) };
        let Some(object) = object else { return Ok(zelf.clone()) };
        if !object.is_instance_of(&this.class) {
            return Err(wrong_receiver(this.def.name, &this.class, object));
        }
        match this.def.get {
            Some(get) => get(object),
            None => Err(not_accessible(this, object, "readable")),
        }
    }

    #[slot]
    fn descr_set(zelf: &Ref<PyGetSetDescr>, object: &Value, value: Option<Value>) -> PyResult<()> {
        if !object.is_instance_of(&zelf.class) {
            return Err(wrong_receiver(zelf.def.name, &zelf.class, object));
        }
        match zelf.def.set {
            Some(set) => set(object, value),
            None => Err(not_accessible(zelf, object, "writable")),
        }
    }
}

fn not_accessible(this: &PyGetSetDescr, object: &Value, how: &str) -> exceptions::PyErr {
    let message = if this.def.member {
        "readonly attribute".to_owned()
    } else {
        format!("attribute '{}' of '{}' objects is not {how}", this.def.name, this.class.name())
    };
    exceptions::attribute_error(message, object, &crate::types::str::intern(this.def.name))
}
