//! `staticmethod`.

use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::generic_alias;
use crate::types::str::PyStr;
use crate::types::typeobj::{TypeRef, getset};
use crate::types::wrapping;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};

/// Convert a function to be a static method.
///
/// A static method does not receive an implicit first argument.
/// To declare a static method, use this idiom:
///
///      class C:
///          @staticmethod
///          def f(arg1, arg2, argN):
///              ...
///
/// It can be called either on the class (e.g. C.f()) or on an instance
/// (e.g. C().f()). Both the class and the instance are ignored, and
/// neither is passed implicitly as the first argument to the method.
///
/// Static methods in Python are similar to those found in Java or C++.
/// For a more advanced concept, see the classmethod builtin.
#[pyclass(name = "staticmethod", sig = "(function, /)", basetype, gc, dict)]
pub struct PyStaticMethod {
    callable: GilCell<Value>,
}

impl Traverse for PyStaticMethod {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.callable.traverse(visit);
    }

    fn clear_refs(&self) {
        self.callable.set(Value::NONE);
    }
}

impl PyStaticMethod {
    /// A wrapper without attributes of its own, as class creation makes them.
    pub fn wrapping(callable: Value) -> PyStaticMethod {
        PyStaticMethod { callable: GilCell::new(callable) }
    }

    /// The wrapped callable.
    pub fn callable(&self) -> Value {
        self.callable.get()
    }
}

#[pymethods]
impl PyStaticMethod {
    #[slot(new)]
    fn construct(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(class, PyStaticMethod::wrapping(Value::NONE)).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyStaticMethod>, args: Args<'_>) -> PyResult<()> {
        if args.has_keywords() {
            return Err(exceptions::type_error("staticmethod() takes no keyword arguments"));
        }
        let [callable] = args.args else {
            return Err(exceptions::type_error(format!(
                "staticmethod expected 1 argument, got {}",
                args.args.len()
            )));
        };
        zelf.callable.set(callable.clone());
        wrapping::copy_attributes(zelf.as_value(), callable)
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let callable = protocol::repr(&self.callable())?;
        Ok(PyStr::from_str(&format!("<staticmethod({callable})>")).into_value())
    }

    #[slot]
    fn call(&self, args: Args<'_>) -> PyResult<Value> {
        protocol::call_args(&self.callable(), args)
    }

    #[slot]
    fn descr_get(&self, _object: Option<&Value>, _owner: Option<&Value>) -> PyResult<Value> {
        Ok(self.callable())
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
    fn __annotations__(zelf: &Ref<PyStaticMethod>) -> PyResult<Value> {
        wrapping::cached(zelf.as_value(), &zelf.callable(), name!("__annotations__"))
    }

    #[pygetset(setter, name = "__annotations__")]
    fn set_annotations(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        wrapping::set_cached(zelf, name!("__annotations__"), value)
    }

    #[pygetset]
    fn __annotate__(zelf: &Ref<PyStaticMethod>) -> PyResult<Value> {
        wrapping::cached(zelf.as_value(), &zelf.callable(), name!("__annotate__"))
    }

    #[pygetset(setter, name = "__annotate__")]
    fn set_annotate(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        wrapping::set_cached(zelf, name!("__annotate__"), value)
    }
}
