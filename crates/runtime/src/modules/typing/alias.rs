//! `TypeAliasType`: what the `type` statement makes.

use super::evaluator::Lazy;
use super::{caller, params, union, unpack_all, unpacked};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::generic_alias;
use minipy_vm::{
    PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TupleRef, TypeRef, Value, Visitor, exceptions, protocol,
};

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
    matches!(value.type_name().as_str(), "TypeVar" | "ParamSpec" | "TypeVarTuple")
        && (value.downcast::<params::PyTypeVar>().is_some()
            || value.downcast::<params::PyTypeVarTuple>().is_some()
            || value.downcast::<super::PyParamSpec>().is_some())
}

#[pymethods]
impl PyTypeAlias {
    #[slot(new, sig = "(name, value, *, type_params=())")]
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
        if let Some(wrong) = type_params.iter().flat_map(|t| t.iter()).find(|p| !is_type_param(p)) {
            return Err(exceptions::type_error(format!(
                "Expected a type param, got {}",
                protocol::repr(wrong)?
            )));
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
