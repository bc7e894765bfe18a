//! `TypeVar` and `TypeVarTuple`.

use super::evaluator::{Lazy, no_default};
use super::parameter::{check_variance, set_module, type_parameter, with_variance};
use super::{call_typing, unpacked};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{
    PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TypeRef, Value, Visitor, exceptions, protocol,
};

/// The arguments of a generic alias, filled up with a parameter's default where they end before it.
pub(super) fn with_default(param: &Value, default: &Lazy, alias: &Value, args: &Value) -> PyResult<Value> {
    let params = protocol::collect(&protocol::getattr_str(alias, "__parameters__")?)?;
    let mut given = protocol::collect(args)?;
    let index = params.iter().position(|p| p.is(param)).unwrap_or(0);
    if index < given.len() {
        return Ok(args.clone());
    }
    if index == given.len() && default.is_given() {
        given.extend(default.get()?);
        return Ok(PyTuple::from_vec(given).into_value());
    }
    Err(exceptions::type_error(format!(
        "Too few arguments for {}; actual {}, expected at least {}",
        protocol::str(alias)?,
        given.len(),
        index + 1
    )))
}

/// Type variable.
///
/// The preferred way to construct a type variable is via the dedicated
/// syntax for generic functions, classes, and type aliases::
///
///     class Sequence[T]:  # T is a TypeVar
///         ...
///
/// This syntax can also be used to create bound and constrained type
/// variables::
///
///     # S is a TypeVar bound to str
///     class StrSequence[S: str]:
///         ...
///
///     # A is a TypeVar constrained to str or bytes
///     class StrOrBytesSequence[A: (str, bytes)]:
///         ...
///
/// Type variables can also have defaults:
///
///     class IntDefault[T = int]:
///         ...
///
/// However, if desired, reusable type variables can also be constructed
/// manually, like so::
///
///    T = TypeVar('T')  # Can be anything
///    S = TypeVar('S', bound=str)  # Can be any subtype of str
///    A = TypeVar('A', str, bytes)  # Must be exactly str or bytes
///    D = TypeVar('D', default=int)  # Defaults to int
///
/// Type variables exist primarily for the benefit of static type
/// checkers.  They serve as the parameters for generic types as well
/// as for generic function and type alias definitions.
///
/// The variance of type variables is inferred by type checkers when they
/// are created through the type parameter syntax and when
/// ``infer_variance=True`` is passed. Manually created type variables may
/// be explicitly marked covariant or contravariant by passing
/// ``covariant=True`` or ``contravariant=True``. By default, manually
/// created type variables are invariant. See PEP 484 and PEP 695 for more
/// details.
#[pyclass(name = "TypeVar", module = "typing", gc, dict, weakref, parts(parameter, variant))]
pub struct PyTypeVar {
    name: StrRef,
    bound: Lazy,
    constraints: Lazy,
    pub default: Lazy,
    covariant: bool,
    contravariant: bool,
    infer_variance: bool,
}

impl Traverse for PyTypeVar {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.bound.traverse(visit);
        self.constraints.traverse(visit);
        self.default.traverse(visit);
    }

    fn clear_refs(&self) {
        self.bound.clear_refs();
        self.constraints.clear_refs();
        self.default.clear_refs();
    }
}

impl PyTypeVar {
    /// The type variable of a type parameter list.
    pub fn from_syntax(name: &StrRef, bound: Option<Value>, constraints: Option<Value>) -> Value {
        let param = Ref::new(PyTypeVar {
            name: name.clone(),
            bound: Lazy::from_evaluator(bound),
            constraints: Lazy::from_evaluator(constraints),
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

/// A bound given to a constructor: None means that there is none.
fn checked_bound(bound: Option<Value>) -> PyResult<Option<Value>> {
    match bound.filter(|b| !b.is_none()) {
        None => Ok(None),
        Some(bound) => call_typing("_type_check", &[bound, Value::from("Bound must be a type.")]).map(Some),
    }
}

type_parameter!(PyTypeVar, "TypeVar");
with_variance!(PyTypeVar);

#[pymethods]
impl PyTypeVar {
    #[slot(
        new,
        nosig,
        sig = "(name, *constraints, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the signature of typing.TypeVar")]
    fn new(
        _class: &TypeRef,
        name: &Ref<PyStr>,
        constraints: &[Value],
        bound: Option<Value>,
        default: Option<Value>,
        covariant: bool,
        contravariant: bool,
        infer_variance: bool,
    ) -> PyResult<Value> {
        check_variance(covariant, contravariant, infer_variance)?;
        let bound = checked_bound(bound)?;
        if constraints.len() == 1 {
            return Err(exceptions::type_error("A single constraint is not allowed"));
        }
        if bound.is_some() && !constraints.is_empty() {
            return Err(exceptions::type_error("Constraints cannot be combined with bound=..."));
        }
        let constraints = (!constraints.is_empty()).then(|| PyTuple::from_slice(constraints).into_value());
        let param = Ref::new(PyTypeVar {
            name: name.clone(),
            bound: Lazy::known(bound),
            constraints: Lazy::known(constraints),
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
        call_typing("_typevar_subst", &[zelf.clone(), arg])
    }

    #[pymethod("(alias, args, /)")]
    fn __typing_prepare_subst__(zelf: &Ref<PyTypeVar>, alias: &Value, args: &Value) -> PyResult<Value> {
        with_default(zelf.as_value(), &zelf.default, alias, args)
    }

    #[pygetset]
    fn __bound__(&self) -> PyResult<Option<Value>> {
        self.bound.get()
    }

    #[pygetset]
    fn __constraints__(&self) -> PyResult<Value> {
        Ok(self.constraints.get()?.unwrap_or_else(|| PyTuple::from_vec(Vec::new()).into_value()))
    }

    #[pygetset]
    fn evaluate_bound(&self) -> Option<Value> {
        self.bound.evaluator()
    }

    #[pygetset]
    fn evaluate_constraints(&self) -> Option<Value> {
        self.constraints.evaluator()
    }
}

/// Type variable tuple. A specialized form of type variable that enables
/// variadic generics.
///
/// The preferred way to construct a type variable tuple is via the
/// dedicated syntax for generic functions, classes, and type aliases,
/// where a single '*' indicates a type variable tuple::
///
///     def move_first_element_to_last[T, *Ts](tup: tuple[T, *Ts]) -> tuple[*Ts, T]:
///         return (*tup[1:], tup[0])
///
/// Type variables tuples can have default values:
///
///     type AliasWithDefault[*Ts = (str, int)] = tuple[*Ts]
///
/// For compatibility with Python 3.11 and earlier, TypeVarTuple objects
/// can also be created as follows::
///
///     Ts = TypeVarTuple('Ts')  # Can be given any name
///     DefaultTs = TypeVarTuple('Ts', default=(str, int))
///
/// Just as a TypeVar (type variable) is a placeholder for a single type,
/// a TypeVarTuple is a placeholder for an *arbitrary* number of types. For
/// example, if we define a generic class using a TypeVarTuple::
///
///     class C[*Ts]: ...
///
/// Then we can parameterize that class with an arbitrary number of type
/// arguments::
///
///     C[int]       # Fine
///     C[int, str]  # Also fine
///     C[()]        # Even this is fine
///
/// For more details, see PEP 646.
///
/// Note that only TypeVarTuples defined in the global scope can be
/// pickled.
#[pyclass(name = "TypeVarTuple", module = "typing", gc, dict, weakref, parts(parameter))]
pub struct PyTypeVarTuple {
    name: StrRef,
    pub default: Lazy,
}

impl Traverse for PyTypeVarTuple {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.default.traverse(visit);
    }

    fn clear_refs(&self) {
        self.default.clear_refs();
    }
}

impl PyTypeVarTuple {
    pub fn from_syntax(name: &StrRef) -> Value {
        let param = Ref::new(PyTypeVarTuple { name: name.clone(), default: Lazy::default() });
        let _ = set_module(&param);
        param.into_value()
    }
}

type_parameter!(PyTypeVarTuple, "TypeVarTuple");

#[pymethods]
impl PyTypeVarTuple {
    #[slot(new, nosig, sig = "(name, *, default=typing.NoDefault)")]
    fn new(_class: &TypeRef, name: &Ref<PyStr>, default: Option<Value>) -> PyResult<Value> {
        let default = Lazy::known(default.filter(|d| !d.is(&no_default())));
        let param = Ref::new(PyTypeVarTuple { name: name.clone(), default });
        set_module(&param)?;
        Ok(param.into_value())
    }

    #[slot]
    fn repr(&self) -> String {
        self.name.to_string_lossy()
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        protocol::iter(PyTuple::from_array([unpacked(zelf)?]).as_value())
    }

    #[pymethod("(arg, /)")]
    fn __typing_subst__(&self, _arg: &Value) -> PyResult<Value> {
        Err(exceptions::type_error("Substitution of bare TypeVarTuple is not supported"))
    }

    #[pymethod("(alias, args, /)")]
    fn __typing_prepare_subst__(zelf: &Value, alias: Value, args: Value) -> PyResult<Value> {
        call_typing("_typevartuple_prepare_subst", &[zelf.clone(), alias, args])
    }
}
