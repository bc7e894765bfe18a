//! Methods and slots of `type`.

use super::{PyType, TypeRef, attributes, call, create, mro};
use crate::function::args::Args;
use crate::heap::Ref;
use crate::types::dict::{DictRef, PyDict};
use crate::types::instance;
use crate::types::list::{ListRef, PyList};
use crate::types::str::{PyStr, StrRef};
use crate::types::union;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_macros::pymethods;

#[pymethods(part = methods)]
impl PyType {
    #[slot(new)]
    fn construct(metaclass: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        create::new(metaclass, args)
    }

    #[slot]
    fn init(_class: &Value, args: Args<'_>) -> PyResult<()> {
        match args.positional().len() {
            1 if args.has_keywords() => {
                Err(exceptions::type_error("type.__init__() takes no keyword arguments"))
            }
            1 | 3 => Ok(()),
            _ => Err(exceptions::type_error("type.__init__() takes 1 or 3 arguments")),
        }
    }

    #[slot]
    fn call(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        call::call(class, args)
    }

    #[slot]
    fn repr(class: &TypeRef) -> PyResult<Value> {
        let qualname = class.qualname.get().unwrap_or_else(|| class.name_ref());
        let text = match class.module() {
            Some(module) if module == "builtins" => format!("<class '{qualname}'>"),
            Some(module) => format!("<class '{module}.{qualname}'>"),
            None => format!("<class '{}'>", class.name()),
        };
        Ok(PyStr::from_str(&text).into_value())
    }

    #[slot]
    fn getattro(class: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        attributes::getattro(class, name)
    }

    #[slot]
    fn setattro(class: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
        attributes::setattro(class, name, value)
    }

    #[slot]
    fn or(left: &Value, right: &Value) -> PyResult<Value> {
        union::or(left, right)
    }

    /// Return a type's method resolution order.
    #[pymethod(name = "mro", sig = "($self, /)")]
    fn linearized(zelf: &TypeRef) -> PyResult<ListRef> {
        mro::c3(zelf).map(PyList::from_vec)
    }

    /// Return a list of immediate subclasses.
    #[pymethod("($self, /)")]
    fn __subclasses__(zelf: &TypeRef) -> ListRef {
        PyList::from_vec(zelf.live_subclasses().into_iter().map(Ref::into_value).collect())
    }

    /// Create the namespace for the class statement
    #[pyclassmethod("($cls, /, *args, **kwds)")]
    fn __prepare__(_cls: &TypeRef, _args: &[Value], _kwds: crate::macros_support::KwArgs<'_>) -> DictRef {
        PyDict::new_ref()
    }

    /// Check if an object is an instance.
    #[pymethod("($self, instance, /)")]
    fn __instancecheck__(zelf: &Value, instance: &Value) -> PyResult<bool> {
        protocol::instance_of(instance, zelf)
    }

    /// Check if a class is a subclass.
    #[pymethod("($self, subclass, /)")]
    fn __subclasscheck__(zelf: &Value, subclass: &Value) -> PyResult<bool> {
        protocol::subclass_of(subclass, zelf)
    }

    /// Specialized __dir__ implementation for types.
    #[pymethod("($self, /)")]
    fn __dir__(zelf: &TypeRef) -> PyResult<ListRef> {
        let names = PyDict::new_ref();
        merge_class_names(&names, zelf.as_value())?;
        Ok(PyList::from_vec(names.keys()))
    }

    /// Return memory consumption of the type object.
    #[pymethod("($self, /)")]
    fn __sizeof__(zelf: &TypeRef) -> usize {
        instance::size_of(zelf.as_value())
    }
}

/// Collects the names in the `__dict__` of a class and of its `__bases__`, whatever kind of object they are.
pub fn merge_class_names(names: &PyDict, class: &Value) -> PyResult<()> {
    let _guard = crate::stack::enter(" in __dir__")?;
    if let Some(namespace) = protocol::lookup_attr(class, name!("__dict__"))? {
        protocol::for_each(&namespace, |key| names.set(key, Value::NONE))?;
    }
    if let Some(bases) = protocol::lookup_attr(class, name!("__bases__"))? {
        protocol::for_each(&bases, |base| merge_class_names(names, &base))?;
    }
    Ok(())
}

impl PyType {
    /// The direct subclasses that are alive.
    pub fn live_subclasses(&self) -> Vec<TypeRef> {
        let list = self.subclasses.get();
        // SAFETY: a class takes itself off the list before its memory is freed; one whose count is zero is on its way out.
        let live = list.into_iter().filter(|&class| unsafe { (*class).header.refcount() } != 0);
        // SAFETY: the reference is borrowed from the live class, counted by `clone` and forgotten.
        live.map(|class| unsafe { (*std::mem::ManuallyDrop::new(Ref::from_raw(class.cast_mut()))).clone() })
            .collect()
    }
}
