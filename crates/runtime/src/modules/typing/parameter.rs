//! What `TypeVar`, `ParamSpec` and `TypeVarTuple` have in common.

use super::caller;
use minipy_vm::heap::Payload;
use minipy_vm::types::instance;
use minipy_vm::{PyResult, Ref, StrRef, exceptions, name};

/// Sets `__module__` of a new type parameter: None where no module is known.
pub(super) fn set_module<T: Payload>(param: &Ref<T>) -> PyResult<()> {
    instance::set(param.header(), name!("__module__"), caller())
}

/// Refuses two kinds of variance at once.
pub(super) fn check_variance(covariant: bool, contravariant: bool, infer: bool) -> PyResult<()> {
    if covariant && contravariant {
        return Err(exceptions::value_error("Bivariant types are not supported."));
    }
    if infer && (covariant || contravariant) {
        return Err(exceptions::value_error("Variance cannot be specified with infer_variance."));
    }
    Ok(())
}

/// How a parameter with this variance shows: "+T", "-T", "~T", or "T" where the checker infers it.
pub(super) fn shown(name: &StrRef, covariant: bool, contravariant: bool, infer: bool) -> String {
    let sign = match (infer, covariant, contravariant) {
        (true, ..) => "",
        (_, true, _) => "+",
        (_, _, true) => "-",
        _ => "~",
    };
    format!("{sign}{name}")
}

pub(super) fn no_subclassing(what: &str) -> exceptions::PyErr {
    exceptions::type_error(format!("Cannot subclass an instance of {what}"))
}

/// Defines the attributes that every type parameter has, in a part called `parameter`.
macro_rules! type_parameter {
    ($Class:ident, $name:literal) => {
        #[pymethods(part = parameter)]
        impl $Class {
            #[pymethod("()")]
            fn __reduce__(&self) -> StrRef {
                self.name.clone()
            }

            #[pymethod("()")]
            fn has_default(&self) -> bool {
                self.default.is_given()
            }

            #[pymethod("(object, /)")]
            fn __mro_entries__(&self, _object: &Value) -> PyResult<Value> {
                Err($crate::modules::typing::parameter::no_subclassing($name))
            }

            #[pygetset(member)]
            fn __name__(&self) -> StrRef {
                self.name.clone()
            }

            #[pygetset]
            fn __default__(&self) -> PyResult<Value> {
                Ok(self.default.get()?.unwrap_or_else(no_default))
            }

            #[pygetset]
            fn evaluate_default(&self) -> Option<Value> {
                self.default.evaluator()
            }
        }
    };
}

/// Defines what the parameters that stand for types, and so have a variance, share, in a part called `variant`.
macro_rules! with_variance {
    ($Class:ident) => {
        #[pymethods(part = variant)]
        impl $Class {
            #[slot]
            fn repr(&self) -> String {
                $crate::modules::typing::parameter::shown(
                    &self.name,
                    self.covariant,
                    self.contravariant,
                    self.infer_variance,
                )
            }

            #[slot]
            fn or(a: &Value, b: &Value) -> PyResult<Value> {
                $crate::modules::typing::union(a, b)
            }

            #[pygetset(member)]
            fn __covariant__(&self) -> bool {
                self.covariant
            }

            #[pygetset(member)]
            fn __contravariant__(&self) -> bool {
                self.contravariant
            }

            #[pygetset(member)]
            fn __infer_variance__(&self) -> bool {
                self.infer_variance
            }
        }
    };
}

pub(super) use {type_parameter, with_variance};
