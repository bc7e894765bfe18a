//! `classmethod`.

use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::function::PyBoundMethod;
use crate::types::generic_alias;
use crate::types::str::PyStr;
use crate::types::typeobj::{TypeRef, getset};
use crate::types::wrapping;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};

/// Convert a function to be a class method.
///
/// A class method receives the class as implicit first argument,
/// just like an instance method receives the instance.
/// To declare a class method, use this idiom:
///
///   class C:
///       @classmethod
///       def f(cls, arg1, arg2, argN):
///           ...
///
/// It can be called either on the class (e.g. C.f()) or on an instance
/// (e.g. C().f()).  The instance is ignored except for its class.
/// If a class method is called for a derived class, the derived class
/// object is passed as the implied first argument.
///
/// Class methods are different than C++ or Java static methods.
/// If you want those, see the staticmethod builtin.
#[pyclass(name = "classmethod", sig = "(function, /)", basetype, gc, dict)]
pub struct PyClassMethod {
    callable: GilCell<Value>,
}

impl Traverse for PyClassMethod {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.callable.traverse(visit);
    }

    fn clear_refs(&self) {
        self.callable.set(Value::NONE);
    }
}

impl PyClassMethod {
    /// A wrapper without attributes of its own, as class creation makes them.
    pub fn wrapping(callable: Value) -> PyClassMethod {
        PyClassMethod { callable: GilCell::new(callable) }
    }

    /// The wrapped callable.
    pub fn callable(&self) -> Value {
        self.callable.get()
    }
}

#[pymethods]
impl PyClassMethod {
    #[slot(new)]
    fn construct(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(class, PyClassMethod::wrapping(Value::NONE)).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyClassMethod>, args: Args<'_>) -> PyResult<()> {
        if args.has_keywords() {
            return Err(exceptions::type_error("classmethod() takes no keyword arguments"));
        }
        let [callable] = args.args else {
            return Err(exceptions::type_error(format!(
                "classmethod expected 1 argument, got {}",
                args.args.len()
            )));
        };
        zelf.callable.set(callable.clone());
        wrapping::copy_attributes(zelf.as_value(), callable)
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let callable = protocol::repr(&self.callable())?;
        Ok(PyStr::from_str(&format!("<classmethod({callable})>")).into_value())
    }

    #[slot]
    fn descr_get(&self, object: Option<&Value>, owner: Option<&Value>) -> PyResult<Value> {
        let class = match (owner, object) {
            (Some(owner), _) => owner.clone(),
            (None, Some(object)) => object.class().to_value(),
            (None, None) => Value::NONE,
        };
        Ok(PyBoundMethod::new_value(self.callable(), class))
    }

    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        generic_alias::new(cls.to_value(), object)
    }

    #[pygetset(member)]
    fn __func__(&self) -> Value {
        self.callable()
    }

    #[pygetset(member)]
    fn __wrapped__(&self) -> Value {
        self.callable()
    }

    #[pygetset]
    fn __isabstractmethod__(&self) -> PyResult<bool> {
        wrapping::is_abstract(&self.callable())
    }

    #[pygetset]
    fn __dict__(zelf: &Value) -> PyResult<Value> {
        getset::get_instance_dict(zelf)
    }

    #[pygetset(setter, name = "__dict__")]
    fn set_dict(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        getset::set_instance_dict(zelf, value)
    }

    #[pygetset]
    fn __annotations__(zelf: &Ref<PyClassMethod>) -> PyResult<Value> {
        wrapping::cached(zelf.as_value(), &zelf.callable(), name!("__annotations__"))
    }

    #[pygetset(setter, name = "__annotations__")]
    fn set_annotations(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        wrapping::set_cached(zelf, name!("__annotations__"), value)
    }

    #[pygetset]
    fn __annotate__(zelf: &Ref<PyClassMethod>) -> PyResult<Value> {
        wrapping::cached(zelf.as_value(), &zelf.callable(), name!("__annotate__"))
    }

    #[pygetset(setter, name = "__annotate__")]
    fn set_annotate(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        wrapping::set_cached(zelf, name!("__annotate__"), value)
    }
}
