//! `classmethod`.

use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::Ref;
use crate::types::function::PyBoundMethod;
use crate::types::generic_alias;
use crate::types::str::PyStr;
use crate::types::typeobj::{TypeRef, getset};
use crate::types::wrapping::{self, wrapper};
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
#[pyclass(name = "classmethod", sig = "(function, /)", basetype, gc, dict, parts(wrapper))]
pub struct PyClassMethod {
    callable: GilCell<Value>,
}

wrapper!(PyClassMethod, "classmethod");

#[pymethods]
impl PyClassMethod {
    #[slot]
    fn descr_get(&self, object: Option<&Value>, owner: Option<&Value>) -> PyResult<Value> {
        let class = match (owner, object) {
            (Some(owner), _) => owner.clone(),
            (None, Some(object)) => object.class().to_value(),
            (None, None) => Value::NONE,
        };
        Ok(PyBoundMethod::new_value(self.callable(), class))
    }
}
