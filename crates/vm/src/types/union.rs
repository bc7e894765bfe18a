//! `typing.Union`: `int | str` (PEP 604).

use crate::cell::GilCell;
use crate::function::hooks;
use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::protocol::{self, BinaryOp, CmpOp};
use crate::types::dict::PyDict;
use crate::types::generic_alias;
use crate::types::set;
use crate::types::singletons::PyNone;
use crate::types::str::{StrBuilder, StrRef};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::{PyType, TypeRef};
use crate::value::Value;
use crate::{PyResult, exceptions, name};
use minipy_macros::{pyclass, pymethods};

/// Represent a union type
///
/// E.g. for int | str
#[pyclass(name = "Union", module = "typing", gc, weakref, no_new)]
pub struct PyUnion {
    pub args: TupleRef,
    /// Those of `args` that cannot be hashed.
    unhashable: TupleRef,
    /// Computed on first use.
    parameters: GilCell<Option<TupleRef>>,
}

impl Traverse for PyUnion {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.args.traverse(visit);
        self.unhashable.traverse(visit);
        self.parameters.traverse(visit);
    }
}

/// The members of a union; `None` for other objects.
pub fn union_args(value: &Value) -> Option<TupleRef> {
    value.downcast_exact::<PyUnion>().map(|u| u.args.clone())
}

/// Collects members: unions flat, equal ones once.
#[derive(Default)]
struct Builder {
    args: Vec<Value>,
    hashable: Option<Ref<PyDict>>,
    unhashable: Vec<Value>,
}

impl Builder {
    fn add(&mut self, value: &Value) -> PyResult<()> {
        if let Some(union) = value.downcast_exact::<PyUnion>() {
            return union.args.iter().try_for_each(|member| self.add_member(member.clone()));
        }
        if value.is_none() {
            return self.add_member(PyNone::class().to_value());
        }
        if value.downcast::<PyType>().is_some() || generic_alias::is_alias(value) {
            return self.add_member(value.clone());
        }
        self.add_member(checked(value)?)
    }

    fn add_member(&mut self, member: Value) -> PyResult<()> {
        let hash = match protocol::hash(&member) {
            Ok(hash) => hash,
            Err(error) if error.is_instance(exceptions::type_error_class()) => {
                for known in &self.unhashable {
                    if protocol::eq(known, &member)? {
                        return Ok(());
                    }
                }
                self.unhashable.push(member.clone());
                self.args.push(member);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let known = self.hashable.get_or_insert_with(PyDict::new_ref).clone();
        if known.get_hashed(&member, hash)?.is_none() {
            known.set_hashed(member.clone(), hash, Value::NONE)?;
            self.args.push(member);
        }
        Ok(())
    }

    fn finish(mut self) -> PyResult<Value> {
        match self.args.len() {
            0 => Err(exceptions::type_error("Cannot take a Union of no types.")),
            1 => Ok(self.args.remove(0)),
            _ => Ok(Ref::new(PyUnion {
                args: PyTuple::from_vec(self.args),
                unhashable: PyTuple::from_vec(self.unhashable),
                parameters: GilCell::new(None),
            })
            .into_value()),
        }
    }
}

/// What `typing` makes of an argument that is no class: strings become forward references.
fn checked(value: &Value) -> PyResult<Value> {
    let empty = PyDict::new_ref().into_value();
    let typing = hooks::import(name!("typing").as_value(), &empty, &empty, &Value::NONE, 0)?;
    let check = protocol::getattr(&typing, name!("_type_check"))?;
    protocol::call2(&check, value.clone(), Value::from("Union[arg, ...]: each arg must be a type."))
}

/// The union of some types.
pub fn union_of(members: &[Value]) -> PyResult<Value> {
    let mut builder = Builder::default();
    members.iter().try_for_each(|member| builder.add(member))?;
    builder.finish()
}

/// Whether `|` may join the value with a class.
fn is_unionable(value: &Value) -> bool {
    value.is_none()
        || value.downcast::<PyType>().is_some()
        || generic_alias::is_alias(value)
        || value.downcast_exact::<PyUnion>().is_some()
        || value.type_name() == "typing.TypeAliasType"
}

/// `left | right` of classes and aliases.
pub fn or(left: &Value, right: &Value) -> PyResult<Value> {
    if is_unionable(left) && is_unionable(right) {
        return union_of(&[left.clone(), right.clone()]);
    }
    Ok(Value::NOT_IMPLEMENTED)
}

impl PyUnion {
    fn type_parameters(&self) -> PyResult<TupleRef> {
        if let Some(parameters) = self.parameters.get() {
            return Ok(parameters);
        }
        let parameters = generic_alias::parameters_of(&self.args)?;
        self.parameters.set(Some(parameters.clone()));
        Ok(parameters)
    }

    fn hashable(&self) -> impl Iterator<Item = &Value> {
        self.args.iter().filter(|member| !self.unhashable.iter().any(|u| u.is(member)))
    }

    fn equals(&self, other: &PyUnion) -> PyResult<bool> {
        if self.unhashable.len() != other.unhashable.len() || self.args.len() != other.args.len() {
            return Ok(false);
        }
        let known = PyDict::new_ref();
        for member in other.hashable() {
            known.set(member.clone(), Value::NONE)?;
        }
        for member in self.hashable() {
            if !known.contains(member)? {
                return Ok(false);
            }
        }
        for member in self.unhashable.iter() {
            let mut found = false;
            for candidate in other.unhashable.iter() {
                if protocol::eq(member, candidate)? {
                    found = true;
                    break;
                }
            }
            if !found {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[pymethods]
impl PyUnion {
    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let mut out = StrBuilder::new();
        for (index, member) in self.args.iter().enumerate() {
            if index > 0 {
                out.push_str(" | ");
            }
            out.push_pystr(&*generic_alias::type_repr(member)?);
        }
        Ok(out.finish().into_value())
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        if let Some(member) = self.unhashable.first() {
            // Raises the error that says which type cannot be hashed.
            protocol::hash(member)?;
        }
        protocol::hash(&set::frozenset_of(self.hashable().cloned().collect()))
    }

    #[slot]
    fn getattro(zelf: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        if name.eq_str("__module__") {
            return Ok(Some(Value::from("typing")));
        }
        protocol::generic_getattr(zelf, name)
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast_exact::<PyUnion>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        Ok(Value::from_bool(self.equals(other)? == (op == CmpOp::Eq)))
    }

    #[slot]
    fn or(left: &Value, right: &Value) -> PyResult<Value> {
        union_of(&[left.clone(), right.clone()])
    }

    #[slot]
    fn subscript(zelf: &Ref<PyUnion>, key: &Value) -> PyResult<Value> {
        let parameters = zelf.type_parameters()?;
        let args = generic_alias::substitute(zelf.as_value(), &zelf.args, &parameters, key)?;
        let mut members = args.iter();
        let first = members.next().cloned().unwrap_or(Value::NONE);
        members.try_fold(first, |union, member| protocol::binary(BinaryOp::Or, &union, member))
    }

    #[pymethod("($self, object, /)")]
    fn __mro_entries__(zelf: &Value, _object: &Value) -> PyResult<Value> {
        Err(exceptions::type_error(format!("Cannot subclass {}", protocol::repr(zelf)?)))
    }

    /// Create a union containing the given types
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(_cls: &TypeRef, object: &Value) -> PyResult<Value> {
        match object.downcast::<PyTuple>() {
            Some(members) => union_of(members),
            None => union_of(std::slice::from_ref(object)),
        }
    }

    #[pygetset(member)]
    fn __args__(&self) -> TupleRef {
        self.args.clone()
    }

    /// Name of the type
    #[pygetset]
    fn __name__(&self) -> &'static str {
        "Union"
    }

    /// Qualified name of the type
    #[pygetset]
    fn __qualname__(&self) -> &'static str {
        "Union"
    }

    /// Always returns the type
    #[pygetset]
    fn __origin__(&self) -> TypeRef {
        PyUnion::class().clone()
    }

    /// Type variables in the types.UnionType.
    #[pygetset]
    fn __parameters__(&self) -> PyResult<TupleRef> {
        self.type_parameters()
    }
}
