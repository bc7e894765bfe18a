//! `ParamSpec`, with its `args` and `kwargs`.

use super::call_typing;
use super::evaluator::{Lazy, no_default};
use super::parameter::{check_variance, no_subclassing, set_module, type_parameter, with_variance};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{CmpOp, PyResult, PyStr, Ref, StrRef, Traverse, TypeRef, Value, Visitor, protocol};

/// Parameter specification variable.
///
/// The preferred way to construct a parameter specification is via the
/// dedicated syntax for generic functions, classes, and type aliases,
/// where the use of '**' creates a parameter specification::
///
///     type IntFunc[**P] = Callable[P, int]
///
/// The following syntax creates a parameter specification that defaults
/// to a callable accepting two positional-only arguments of types int
/// and str:
///
///     type IntFuncDefault[**P = [int, str]] = Callable[P, int]
///
/// For compatibility with Python 3.11 and earlier, ParamSpec objects
/// can also be created as follows::
///
///     P = ParamSpec('P')
///     DefaultP = ParamSpec('DefaultP', default=[int, str])
///
/// Parameter specification variables exist primarily for the benefit of
/// static type checkers.  They are used to forward the parameter types of
/// one callable to another callable, a pattern commonly found in
/// higher-order functions and decorators.  They are only valid when used
/// in ``Concatenate``, or as the first argument to ``Callable``, or as
/// parameters for user-defined Generics. See class Generic for more
/// information on generic types.
///
/// An example for annotating a decorator::
///
///     def add_logging[**P, T](f: Callable[P, T]) -> Callable[P, T]:
///         '''A type-safe decorator to add logging to a function.'''
///         def inner(*args: P.args, **kwargs: P.kwargs) -> T:
///             logging.info(f'{f.__name__} was called')
///             return f(*args, **kwargs)
///         return inner
///
///     @add_logging
///     def add_two(x: float, y: float) -> float:
///         '''Add two numbers together.'''
///         return x + y
///
/// Parameter specification variables can be introspected. e.g.::
///
///     >>> P = ParamSpec("P")
///     >>> P.__name__
///     'P'
///
/// Note that only parameter specification variables defined in the global
/// scope can be pickled.
#[pyclass(name = "ParamSpec", module = "typing", gc, dict, weakref, parts(parameter, variant))]
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

type_parameter!(PyParamSpec, "ParamSpec");
with_variance!(PyParamSpec);

#[pymethods]
impl PyParamSpec {
    #[slot(
        new,
        nosig,
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

    #[pymethod("(arg, /)")]
    fn __typing_subst__(zelf: &Value, arg: Value) -> PyResult<Value> {
        call_typing("_paramspec_subst", &[zelf.clone(), arg])
    }

    #[pymethod("(alias, args, /)")]
    fn __typing_prepare_subst__(zelf: &Value, alias: Value, args: Value) -> PyResult<Value> {
        call_typing("_paramspec_prepare_subst", &[zelf.clone(), alias, args])
    }

    #[pygetset(member)]
    fn __bound__(&self) -> Option<Value> {
        self.bound.clone()
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
}

macro_rules! components {
    ($($(#[$doc:meta])* $ty:ident = $name:literal, $suffix:literal;)*) => {$(
        $(#[$doc])*
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
            #[slot(new, nosig, sig = "(origin)")]
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
    /// The args for a ParamSpec object.
    ///
    /// Given a ParamSpec object P, P.args is an instance of ParamSpecArgs.
    ///
    /// ParamSpecArgs objects have a reference back to their ParamSpec::
    ///
    ///     >>> P = ParamSpec("P")
    ///     >>> P.args.__origin__ is P
    ///     True
    ///
    /// This type is meant for runtime introspection and has no special meaning
    /// to static type checkers.
    PyParamSpecArgs = "ParamSpecArgs", ".args";
    /// The kwargs for a ParamSpec object.
    ///
    /// Given a ParamSpec object P, P.kwargs is an instance of ParamSpecKwargs.
    ///
    /// ParamSpecKwargs objects have a reference back to their ParamSpec::
    ///
    ///     >>> P = ParamSpec("P")
    ///     >>> P.kwargs.__origin__ is P
    ///     True
    ///
    /// This type is meant for runtime introspection and has no special meaning
    /// to static type checkers.
    PyParamSpecKwargs = "ParamSpecKwargs", ".kwargs";
}
