//! `ParamSpec`, with its `args` and `kwargs`.

use super::evaluator::{Lazy, no_default};
use super::params::{check_variance, no_subclassing, set_module, shown};
use super::{call_typing, union};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{CmpOp, PyResult, PyStr, Ref, StrRef, Traverse, TypeRef, Value, Visitor, protocol};

#[pyclass(name = "ParamSpec", module = "typing", gc, dict, weakref)]
pub struct PyParamSpec {
    name: StrRef,
    bound: Option<Value>,
    pub default: Lazy,
    covariant: bool,
    contravariant: bool,
    infer_variance: bool,
}

impl Traverse for PyParamSpec {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.bound.traverse(visit);
        self.default.traverse(visit);
    }

    fn clear_refs(&self) {
        self.default.clear_refs();
    }
}

impl PyParamSpec {
    pub fn from_syntax(name: &StrRef) -> Value {
        let param = Ref::new(PyParamSpec {
            name: name.clone(),
            bound: None,
            default: Lazy::default(),
            covariant: false,
            contravariant: false,
            infer_variance: true,
        });
        // Setting an attribute of a fresh instance does not fail.
        let _ = set_module(&param);
        param.into_value()
    }
}

#[pymethods]
impl PyParamSpec {
    #[slot(
        new,
        sig = "(name, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)"
    )]
    fn new(
        _class: &TypeRef,
        name: &Ref<PyStr>,
        bound: Option<Value>,
        default: Option<Value>,
        covariant: bool,
        contravariant: bool,
        infer_variance: bool,
    ) -> PyResult<Value> {
        check_variance(covariant, contravariant, infer_variance)?;
        let param = Ref::new(PyParamSpec {
            name: name.clone(),
            bound: bound.filter(|b| !b.is_none()),
            default: Lazy::known(default.filter(|d| !d.is(&no_default()))),
            covariant,
            contravariant,
            infer_variance,
        });
        set_module(&param)?;
        Ok(param.into_value())
    }

    #[slot]
    fn repr(&self) -> String {
        shown(&self.name, self.covariant, self.contravariant, self.infer_variance)
    }

    #[slot]
    fn or(a: &Value, b: &Value) -> PyResult<Value> {
        union(a, b)
    }

    #[pymethod("(arg, /)")]
    fn __typing_subst__(zelf: &Value, arg: Value) -> PyResult<Value> {
        call_typing("_paramspec_subst", &[zelf.clone(), arg])
    }

    #[pymethod("(alias, args, /)")]
    fn __typing_prepare_subst__(zelf: &Value, alias: Value, args: Value) -> PyResult<Value> {
        call_typing("_paramspec_prepare_subst", &[zelf.clone(), alias, args])
    }

    #[pymethod("()")]
    fn has_default(&self) -> bool {
        self.default.is_given()
    }

    #[pymethod("()")]
    fn __reduce__(&self) -> StrRef {
        self.name.clone()
    }

    #[pymethod("(object, /)")]
    fn __mro_entries__(&self, _object: &Value) -> PyResult<Value> {
        Err(no_subclassing("ParamSpec"))
    }

    #[pygetset(member)]
    fn __name__(&self) -> StrRef {
        self.name.clone()
    }

    #[pygetset(member)]
    fn __bound__(&self) -> Option<Value> {
        self.bound.clone()
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

    /// Represents positional arguments.
    #[pygetset]
    fn args(zelf: &Ref<PyParamSpec>) -> Value {
        Ref::new(PyParamSpecArgs { origin: zelf.to_value() }).into_value()
    }

    /// Represents keyword arguments.
    #[pygetset]
    fn kwargs(zelf: &Ref<PyParamSpec>) -> Value {
        Ref::new(PyParamSpecKwargs { origin: zelf.to_value() }).into_value()
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

macro_rules! components {
    ($($ty:ident = $name:literal, $suffix:literal;)*) => {$(
        #[pyclass(name = $name, module = "typing", gc, weakref)]
        pub struct $ty {
            origin: Value,
        }

        impl Traverse for $ty {
            fn traverse(&self, visit: &mut Visitor<'_>) {
                self.origin.traverse(visit);
            }
        }

        #[pymethods]
        impl $ty {
            #[slot(new, sig = "(origin)")]
            fn new(_class: &TypeRef, origin: Value) -> Ref<$ty> {
                Ref::new($ty { origin })
            }

            #[slot]
            fn repr(&self) -> PyResult<String> {
                let name = match self.origin.downcast::<PyParamSpec>() {
                    Some(param) => param.name.clone(),
                    None => protocol::repr(&self.origin)?,
                };
                Ok(format!(concat!("{}", $suffix), name))
            }

            #[slot]
            fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
                match other.downcast::<$ty>() {
                    Some(other) if matches!(op, CmpOp::Eq | CmpOp::Ne) => {
                        protocol::rich_compare(&self.origin, &other.origin, op)
                    }
                    _ => Ok(Value::NOT_IMPLEMENTED),
                }
            }

            #[pymethod("(object, /)")]
            fn __mro_entries__(&self, _object: &Value) -> PyResult<Value> {
                Err(no_subclassing($name))
            }

            #[pygetset(member)]
            fn __origin__(&self) -> Value {
                self.origin.clone()
            }
        }
    )*};
}

components! {
    PyParamSpecArgs = "ParamSpecArgs", ".args";
    PyParamSpecKwargs = "ParamSpecKwargs", ".kwargs";
}
