//! `staticmethod`.

use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::Ref;
use crate::types::generic_alias;
use crate::types::str::PyStr;
use crate::types::typeobj::{TypeRef, getset};
use crate::types::wrapping::{self, wrapper};
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
#[pyclass(name = "staticmethod", sig = "(function, /)", basetype, gc, dict, parts(wrapper))]
pub struct PyStaticMethod {
    callable: GilCell<Value>,
}

wrapper!(PyStaticMethod, "staticmethod");

#[pymethods]
impl PyStaticMethod {
    #[slot]
    fn call(&self, args: Args<'_>) -> PyResult<Value> {
        protocol::call_args(&self.callable(), args)
    }

    #[slot]
    fn descr_get(&self, _object: Option<&Value>, _owner: Option<&Value>) -> PyResult<Value> {
        Ok(self.callable())
    }
}
