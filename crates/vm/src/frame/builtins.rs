//! `__builtins__` of namespaces that have their own.

use super::current_builtins;
use super::ops::mapping_get;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::dict::{DictRef, PyDict};
use crate::types::module::PyModule;
use crate::types::str::intern;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};

/// Stands for builtins that are no dict: what it is asked for, it asks its mapping for.
#[pyclass(name = "builtins mapping", base = PyDict, gc, no_new)]
#[repr(C)]
pub struct MappingBuiltins {
    base: PyDict,
    mapping: Value,
}

impl Traverse for MappingBuiltins {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.base.traverse(visit);
        self.mapping.traverse(visit);
    }
}

#[pymethods]
impl MappingBuiltins {
    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        protocol::getitem(&self.mapping, key)
    }
}

/// The builtins that functions with these globals see: `__builtins__` as dict, module or mapping, else those of the running code.
pub fn builtins_of(globals: &PyDict) -> DictRef {
    let Some(value) = globals.get_interned(name!("__builtins__")) else { return current_builtins() };
    let value = match value.downcast_into::<PyDict>() {
        Ok(dict) => return dict,
        Err(other) => other,
    };
    if let Some(module) = value.downcast::<PyModule>() {
        return module.namespace();
    }
    let stand_in = Ref::new(MappingBuiltins { base: PyDict::default(), mapping: value });
    stand_in.into_value().downcast_into::<PyDict>().unwrap_or_default()
}

/// Builtins as a program sees them.
pub fn shown(builtins: &DictRef) -> Value {
    match builtins.as_value().downcast::<MappingBuiltins>() {
        Some(stand_in) => stand_in.mapping.clone(),
        None => builtins.to_value(),
    }
}

/// A builtin function as the running code sees it, for `__reduce__`. Errors: AttributeError if there is none.
pub fn builtin(name: &str) -> PyResult<Value> {
    match mapping_get(current_builtins().as_value(), &intern(name))? {
        Some(function) => Ok(function),
        None => Err(exceptions::simple(exceptions::attribute_error_class(), name)),
    }
}
