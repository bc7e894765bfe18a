//! What generators, coroutines and async generators have in common in Python.

use crate::types::str::{PyStr, StrRef};
use crate::value::Value;
use crate::{PyResult, exceptions};

/// The new `__name__` or `__qualname__` of a generator.
pub(super) fn new_name(value: Option<Value>, attribute: &str) -> PyResult<StrRef> {
    value
        .and_then(|v| v.downcast_into::<PyStr>().ok())
        .ok_or_else(|| exceptions::type_error(format!("{attribute} must be set to a string object")))
}

/// Defines the shared attributes of a class, in a part called `shared`. The docstrings name the class.
macro_rules! generator_attributes {
    ($Class:ident, $name:tt, $qualname:tt, $generic:tt) => {
        #[pymethods(part = shared)]
        impl $Class {
            #[slot]
            fn repr(zelf: &Ref<$Class>) -> Value {
                zelf.core.repr(zelf.as_value())
            }

            /// gen.__sizeof__() -> size of gen in memory, in bytes
            #[pymethod("()")]
            fn __sizeof__(&self) -> usize {
                self.core.size()
            }

            #[doc = $generic]
            #[pyclassmethod("(object, /)")]
            fn __class_getitem__(class: &TypeRef, object: Value) -> Value {
                generic_alias::new(class.to_value(), object)
            }

            #[doc = $name]
            #[pygetset]
            fn __name__(&self) -> StrRef {
                self.core.name.get()
            }

            #[pygetset(setter, name = "__name__")]
            fn set_name(&self, value: Option<Value>) -> PyResult<()> {
                self.core.name.set(new_name(value, "__name__")?);
                Ok(())
            }

            #[doc = $qualname]
            #[pygetset]
            fn __qualname__(&self) -> StrRef {
                self.core.qualname.get()
            }

            #[pygetset(setter, name = "__qualname__")]
            fn set_qualname(&self, value: Option<Value>) -> PyResult<()> {
                self.core.qualname.set(new_name(value, "__qualname__")?);
                Ok(())
            }
        }
    };
}

pub(super) use generator_attributes;
