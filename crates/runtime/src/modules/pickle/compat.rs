//! What `copyreg` and `_compat_pickle` know.

use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{DictRef, PyDict, PyErr, PyResult, PyTuple, Value, exceptions, protocol};

/// A dict of a module.
fn table(module: &str, name: &str) -> PyResult<DictRef> {
    let table = protocol::getattr_str(&crate::import::import_module(module)?, name)?;
    table.downcast_into::<PyDict>().map_err(|other| {
        exceptions::runtime_error(format!("{module}.{name} should be a dict, not {}", other.type_name()))
    })
}

/// `copyreg.dispatch_table`.
pub fn dispatch_table() -> PyResult<DictRef> {
    table("copyreg", "dispatch_table")
}

/// The number that `copyreg.add_extension` gave to a global name.
pub fn extension_code(module: &Value, name: &Value) -> PyResult<Option<Value>> {
    let registry = table("copyreg", "_extension_registry")?;
    if registry.is_empty() {
        return Ok(None);
    }
    registry.get(PyTuple::from_array([module.clone(), name.clone()]).as_value())
}

/// The objects that extension codes stood for so far.
pub fn extension_cache() -> PyResult<DictRef> {
    table("copyreg", "_extension_cache")
}

/// Module and name of an extension code.
pub fn extension_name(code: i64) -> PyResult<(Value, Value)> {
    let Some(key) = table("copyreg", "_inverted_registry")?.get(&Value::from(code))? else {
        return Err(exceptions::value_error(format!("unregistered extension code {code}")));
    };
    match key.downcast::<PyTuple>().map(|pair| &pair[..]) {
        Some([module, name])
            if module.downcast::<PyStr>().is_some() && name.downcast::<PyStr>().is_some() =>
        {
            Ok((module.clone(), name.clone()))
        }
        _ => Err(exceptions::value_error(format!("_inverted_registry[{code}] isn't a 2-tuple of strings"))),
    }
}

#[cold]
fn bad_table(name: &str, expected: &str, got: &Value) -> PyErr {
    exceptions::runtime_error(format!("_compat_pickle.{name} {expected}, not {}", got.type_name()))
}

fn mapped(names: &str, modules: &str, module: StrRef, name: StrRef) -> PyResult<(StrRef, StrRef)> {
    let key = PyTuple::from_array([module.to_value(), name.to_value()]);
    if let Some(pair) = table("_compat_pickle", names)?.get(key.as_value())? {
        let Some([module, name]) = pair.downcast::<PyTuple>().map(|pair| &pair[..]) else {
            return Err(bad_table(names, "values should be 2-tuples", &pair));
        };
        return match (module.downcast::<PyStr>(), name.downcast::<PyStr>()) {
            (Some(module), Some(name)) => Ok((module.clone(), name.clone())),
            _ => Err(bad_table(names, "values should be pairs of str", &pair)),
        };
    }
    match table("_compat_pickle", modules)?.get(module.as_value())? {
        None => Ok((module, name)),
        Some(module) => match module.downcast_into::<PyStr>() {
            Ok(module) => Ok((module, name)),
            Err(other) => Err(bad_table(modules, "values should be strings", &other)),
        },
    }
}

/// Where Python 2 has what Python 3 has in `module` under `name`.
pub fn to_python_2(module: StrRef, name: StrRef) -> PyResult<(StrRef, StrRef)> {
    mapped("REVERSE_NAME_MAPPING", "REVERSE_IMPORT_MAPPING", module, name)
}

/// Where Python 3 has what Python 2 has in `module` under `name`.
pub fn to_python_3(module: StrRef, name: StrRef) -> PyResult<(StrRef, StrRef)> {
    mapped("NAME_MAPPING", "IMPORT_MAPPING", module, name)
}
