//! `types.GenericAlias`: a class with type arguments, such as `list[int]` (PEP 585).

mod subst;

use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol::{self, CmpOp};
use crate::types::list::{ListRef, PyList};
use crate::types::str::{PyStr, StrBuilder, StrRef, intern};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::{PyType, TypeRef};
use crate::types::union;
use crate::value::Value;
use crate::{Payload, PyResult, exceptions, name};
use minipy_macros::{pyclass, pymethods};

pub use subst::{parameters_of, substitute};

/// Represent a PEP 585 generic type
///
/// For example, for t = list[int], t.__origin__ is list and t.__args__
/// is (int,).
#[pyclass(name = "GenericAlias", module = "types", sig = "(origin, args, /)", basetype, gc, weakref)]
pub struct PyGenericAlias {
    origin: Value,
    args: TupleRef,
    /// Whether it stands for its own unpacking, as in `tuple[*list[int]]`.
    starred: bool,
    /// Computed on first use.
    parameters: GilCell<Option<TupleRef>>,
}

impl Traverse for PyGenericAlias {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.origin.traverse(visit);
        self.args.traverse(visit);
        self.parameters.traverse(visit);
    }
}

/// Attributes of the alias itself; all others are those of the origin.
const OWN: [&str; 9] = [
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
];
/// Attributes that neither the alias nor its origin shows.
const BLOCKED: [&str; 3] = ["__bases__", "__copy__", "__deepcopy__"];

/// `origin[args]`: what `__class_getitem__` of a generic builtin class gives.
pub fn new(origin: Value, args: Value) -> Value {
    Ref::new(PyGenericAlias::payload(origin, args, false)).into_value()
}

impl PyGenericAlias {
    fn payload(origin: Value, args: Value, starred: bool) -> PyGenericAlias {
        let args = match args.downcast_into::<PyTuple>() {
            Ok(args) => args,
            Err(one) => PyTuple::from_array([one]),
        };
        PyGenericAlias { origin, args, starred, parameters: GilCell::new(None) }
    }

    fn type_parameters(&self) -> PyResult<TupleRef> {
        if let Some(parameters) = self.parameters.get() {
            return Ok(parameters);
        }
        let parameters = parameters_of(&self.args)?;
        self.parameters.set(Some(parameters.clone()));
        Ok(parameters)
    }
}

/// How a type shows in the repr of an alias or a union.
pub fn type_repr(value: &Value) -> PyResult<StrRef> {
    if value.is_ellipsis() {
        return Ok(PyStr::from_str("..."));
    }
    if value.is(crate::types::singletons::PyNone::class().as_value()) {
        return Ok(PyStr::from_str("None"));
    }
    let is_alias = protocol::lookup_attr(value, name!("__origin__"))?.is_some()
        && protocol::lookup_attr(value, name!("__args__"))?.is_some();
    if !is_alias
        && let Some(qualname) = protocol::lookup_attr(value, name!("__qualname__"))?.filter(|q| !q.is_none())
        && let Some(module) = protocol::lookup_attr(value, name!("__module__"))?.filter(|m| !m.is_none())
    {
        if module.downcast::<PyStr>().is_some_and(|m| m.eq_str("builtins")) {
            return protocol::str(&qualname);
        }
        let dot = PyStr::from_str(".");
        return Ok(protocol::str(&module)?.concat(&dot).concat(&*protocol::str(&qualname)?));
    }
    protocol::repr(value)
}

fn push_joined(out: &mut StrBuilder, items: &[Value]) -> PyResult<()> {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        push_argument(out, item)?;
    }
    Ok(())
}

fn push_argument(out: &mut StrBuilder, argument: &Value) -> PyResult<()> {
    let Some(list) = argument.downcast::<PyList>() else {
        out.push_pystr(&*type_repr(argument)?);
        return Ok(());
    };
    let _guard = crate::stack::enter(" while getting the repr of an object")?;
    out.push_str("[");
    for index in 0..list.len() {
        if index > 0 {
            out.push_str(", ");
        }
        // The repr of an item before it may have changed the list.
        let item = list.with(|items| items.get(index).cloned());
        push_argument(out, &item.ok_or_else(|| exceptions::index_error("list index out of range"))?)?;
    }
    out.push_str("]");
    Ok(())
}

#[pymethods]
impl PyGenericAlias {
    #[slot(new, sig = "(origin, args, /)")]
    fn construct(class: &TypeRef, origin: Value, args: Value) -> PyResult<Value> {
        Ok(Ref::new_in(class, PyGenericAlias::payload(origin, args, false)).into_value())
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let mut out = StrBuilder::new();
        if self.starred {
            out.push_str("*");
        }
        out.push_pystr(&*type_repr(&self.origin)?);
        out.push_str("[");
        if self.args.is_empty() {
            out.push_str("()");
        }
        push_joined(&mut out, &self.args)?;
        out.push_str("]");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        let hash = protocol::hash(&self.origin)? ^ protocol::hash(self.args.as_value())?;
        Ok(if hash == -1 { -2 } else { hash })
    }

    #[slot]
    fn call(zelf: &Ref<PyGenericAlias>, args: Args<'_>) -> PyResult<Value> {
        let object = protocol::call_args(&zelf.origin, args)?;
        match protocol::setattr(&object, name!("__orig_class__"), zelf.to_value()) {
            Err(error)
                if !error.is_instance(exceptions::attribute_error_class())
                    && !error.is_instance(exceptions::type_error_class()) =>
            {
                Err(error)
            }
            _ => Ok(object),
        }
    }

    #[slot]
    fn getattro(zelf: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        let own = OWN.iter().chain(&BLOCKED).any(|n| name.eq_str(n));
        match zelf.downcast::<PyGenericAlias>() {
            Some(alias) if !own => protocol::getattr(&alias.origin, name).map(Some),
            _ => protocol::generic_getattr(zelf, name),
        }
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<PyGenericAlias>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let equal = self.starred == other.starred
            && protocol::eq(&self.origin, &other.origin)?
            && protocol::eq(self.args.as_value(), other.args.as_value())?;
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[slot]
    fn iter(zelf: &Ref<PyGenericAlias>) -> PyResult<Value> {
        Ok(Ref::new(PyAliasIter { alias: GilCell::new(Some(zelf.clone())) }).into_value())
    }

    #[slot]
    fn or(left: &Value, right: &Value) -> PyResult<Value> {
        union::or(left, right)
    }

    #[slot]
    fn subscript(zelf: &Ref<PyGenericAlias>, key: &Value) -> PyResult<Value> {
        let parameters = zelf.type_parameters()?;
        let args = substitute(zelf.as_value(), &zelf.args, &parameters, key)?;
        let alias = PyGenericAlias::payload(zelf.origin.clone(), args.into_value(), zelf.starred);
        Ok(Ref::new_in(zelf.class(), alias).into_value())
    }

    #[pymethod("($self, object, /)")]
    fn __mro_entries__(&self, _object: &Value) -> TupleRef {
        PyTuple::from_array([self.origin.clone()])
    }

    #[pymethod("($self, object, /)")]
    fn __instancecheck__(&self, _object: &Value) -> PyResult<Value> {
        Err(exceptions::type_error("isinstance() argument 2 cannot be a parameterized generic"))
    }

    #[pymethod("($self, object, /)")]
    fn __subclasscheck__(&self, _object: &Value) -> PyResult<Value> {
        Err(exceptions::type_error("issubclass() argument 2 cannot be a parameterized generic"))
    }

    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<PyGenericAlias>) -> PyResult<TupleRef> {
        let class = zelf.class().to_value();
        if zelf.starred {
            let builtins = crate::frame::default_builtins();
            let next = builtins.get_interned(name!("next")).unwrap_or(Value::NONE);
            let plain = new(zelf.origin.clone(), zelf.args.to_value());
            let args = PyTuple::from_array([protocol::iter(&plain)?]);
            return Ok(PyTuple::from_array([next, args.into_value()]));
        }
        let args = PyTuple::from_array([zelf.origin.clone(), zelf.args.to_value()]);
        Ok(PyTuple::from_array([class, args.into_value()]))
    }

    #[pymethod("($self, /)")]
    fn __dir__(&self) -> PyResult<ListRef> {
        let names = protocol::dir(&self.origin)?;
        for own in OWN {
            let own = intern(own).into_value();
            if !protocol::contains(names.as_value(), &own)? {
                names.push(own);
            }
        }
        Ok(names)
    }

    #[pygetset(member)]
    fn __origin__(&self) -> Value {
        self.origin.clone()
    }

    #[pygetset(member)]
    fn __args__(&self) -> TupleRef {
        self.args.clone()
    }

    #[pygetset(member)]
    fn __unpacked__(&self) -> bool {
        self.starred
    }

    /// Type variables in the GenericAlias.
    #[pygetset]
    fn __parameters__(&self) -> PyResult<TupleRef> {
        self.type_parameters()
    }

    #[pygetset]
    fn __typing_unpacked_tuple_args__(&self) -> Option<TupleRef> {
        let is_tuple = self.origin.is(PyTuple::class().as_value());
        (self.starred && is_tuple).then(|| self.args.clone())
    }
}

/// Whether a value may stand in `X | Y` next to a type.
pub fn is_alias(value: &Value) -> bool {
    value.downcast::<PyGenericAlias>().is_some()
}

/// Whether `value` is a class.
fn is_class(value: &Value) -> bool {
    value.downcast::<PyType>().is_some()
}

/// Gives the unpacked form of an alias, once.
#[pyclass(name = "generic_alias_iterator", gc, no_new)]
pub struct PyAliasIter {
    alias: GilCell<Option<Ref<PyGenericAlias>>>,
}

impl Traverse for PyAliasIter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.alias.traverse(visit);
    }
}

#[pymethods]
impl PyAliasIter {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        Ok(self.alias.take().map(|alias| {
            let starred = PyGenericAlias::payload(alias.origin.clone(), alias.args.to_value(), true);
            Ref::new(starred).into_value()
        }))
    }

    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        let rest = || Some((PyTuple::from_array([self.alias.get()?.into_value()]), None));
        protocol::reduce_iterator("iter", rest, crate::types::tuple::empty().into_value())
    }
}
