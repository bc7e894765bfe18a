//! `TypeAliasType`: what the `type` statement makes.

use super::evaluator::Lazy;
use super::{caller, params, union, unpack_all, unpacked};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::generic_alias;
use minipy_vm::{
    PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TupleRef, TypeRef, Value, Visitor, exceptions, name,
    protocol,
};

/// Type alias.
///
/// Type aliases are created through the type statement::
///
///     type Alias = int
///
/// In this example, Alias and int will be treated equivalently by static
/// type checkers.
///
/// At runtime, Alias is an instance of TypeAliasType. The __name__
/// attribute holds the name of the type alias. The value of the type alias
/// is stored in the __value__ attribute. It is evaluated lazily, so the
/// value is computed only if the attribute is accessed.
///
/// Type aliases can also be generic::
///
///     type ListOrSet[T] = list[T] | set[T]
///
/// In this case, the type parameters of the alias are stored in the
/// __type_params__ attribute.
///
/// See PEP 695 for more information.
#[pyclass(name = "TypeAliasType", module = "typing", gc, weakref)]
pub struct PyTypeAlias {
    name: StrRef,
    type_params: Option<TupleRef>,
    value: Lazy,
    module: Value,
}

impl Traverse for PyTypeAlias {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.type_params.traverse(visit);
        self.value.traverse(visit);
    }

    fn clear_refs(&self) {
        self.value.clear_refs();
    }
}

impl PyTypeAlias {
    pub fn from_syntax(name: &StrRef, params: &Value, compute: &Value) -> PyResult<Value> {
        let type_params = params.downcast::<PyTuple>().filter(|t| !t.is_empty()).cloned();
        let value = Lazy::from_evaluator(Some(compute.clone()));
        let alias = PyTypeAlias { name: name.clone(), type_params, value, module: caller() };
        Ok(Ref::new(alias).into_value())
    }
}

fn is_type_param(value: &Value) -> bool {
    value.downcast::<params::PyTypeVar>().is_some()
        || value.downcast::<params::PyTypeVarTuple>().is_some()
        || value.downcast::<super::PyParamSpec>().is_some()
}

#[pymethods]
impl PyTypeAlias {
    #[slot(new, nosig, sig = "(name, value, *, type_params=())")]
    fn new(
        _class: &TypeRef,
        name: &Ref<PyStr>,
        value: Value,
        type_params: Option<Value>,
    ) -> PyResult<Ref<PyTypeAlias>> {
        let type_params = match type_params {
            None => None,
            Some(params) => match params.downcast_into::<PyTuple>() {
                Ok(params) => Some(params),
                Err(_) => return Err(exceptions::type_error("type_params must be a tuple")),
            },
        };
        let mut defaulted = false;
        for param in type_params.iter().flat_map(|params| params.iter()) {
            let shown = || protocol::repr(param);
            if !is_type_param(param) {
                return Err(exceptions::type_error(format!("Expected a type param, got {}", shown()?)));
            }
            let has_default = protocol::truth(&protocol::call_method(param, name!("has_default"), &[])?)?;
            if defaulted && !has_default {
                return Err(exceptions::type_error(format!(
                    "non-default type parameter '{}' follows default type parameter",
                    shown()?
                )));
            }
            defaulted |= has_default;
        }
        Ok(Ref::new(PyTypeAlias {
            name: name.clone(),
            type_params: type_params.filter(|t| !t.is_empty()),
            value: Lazy::known(Some(value)),
            module: caller(),
        }))
    }

    #[slot]
    fn repr(&self) -> StrRef {
        self.name.clone()
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        protocol::iter(PyTuple::from_array([unpacked(zelf)?]).as_value())
    }

    #[slot]
    fn or(a: &Value, b: &Value) -> PyResult<Value> {
        union(a, b)
    }

    #[slot]
    fn subscript(zelf: &Ref<PyTypeAlias>, key: &Value) -> PyResult<Value> {
        if zelf.type_params.is_none() {
            return Err(exceptions::type_error("Only generic type aliases are subscriptable"));
        }
        Ok(generic_alias::new(zelf.to_value(), key.clone()))
    }

    #[pymethod("()")]
    fn __reduce__(&self) -> StrRef {
        self.name.clone()
    }

    #[pygetset(member)]
    fn __name__(&self) -> StrRef {
        self.name.clone()
    }

    #[pygetset]
    fn __parameters__(&self) -> PyResult<Value> {
        match &self.type_params {
            Some(params) => unpack_all(params.as_value()),
            None => Ok(PyTuple::from_vec(Vec::new()).into_value()),
        }
    }

    #[pygetset]
    fn __type_params__(&self) -> TupleRef {
        self.type_params.clone().unwrap_or_else(|| PyTuple::from_vec(Vec::new()))
    }

    #[pygetset]
    fn __value__(&self) -> PyResult<Option<Value>> {
        self.value.get()
    }

    #[pygetset]
    fn evaluate_value(&self) -> Option<Value> {
        self.value.evaluator()
    }

    #[pygetset]
    fn __module__(&self) -> Value {
        self.module.clone()
    }
}
