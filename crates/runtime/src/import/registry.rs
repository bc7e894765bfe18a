//! `sys.modules` as importlib's functions use it: whatever mapping the attribute names at the moment.

use minipy_vm::{PyDict, PyResult, StrRef, Value, exceptions, name, protocol};

fn mapping() -> PyResult<Value> {
    crate::sys::require("modules")
}

/// The module registered under `name`.
pub fn get(name: &StrRef) -> PyResult<Option<Value>> {
    let modules = mapping()?;
    if let Some(dict) = modules.downcast_exact::<PyDict>() {
        return dict.get_str(name);
    }
    // None stands for a module that must not be imported, Ellipsis for nothing at all.
    let found = protocol::call_method(&modules, name!("get"), &[name.to_value(), Value::ELLIPSIS])?;
    Ok(Some(found).filter(|found| !found.is(&Value::ELLIPSIS)))
}

/// The module registered under `name`, or KeyError.
pub fn require(name: &StrRef) -> PyResult<Value> {
    get(name)?.ok_or_else(|| exceptions::key_error(name.as_value()))
}

pub fn contains(name: &StrRef) -> PyResult<bool> {
    get(name).map(|module| module.is_some())
}

pub fn set(name: &StrRef, module: Value) -> PyResult<()> {
    let modules = mapping()?;
    match modules.downcast_exact::<PyDict>() {
        Some(dict) => dict.set_str(name, module),
        None => protocol::setitem(&modules, name.as_value(), module),
    }
}

/// Takes the module out, if it is there.
pub fn remove(name: &StrRef) -> PyResult<Option<Value>> {
    let modules = mapping()?;
    if let Some(dict) = modules.downcast_exact::<PyDict>() {
        return dict.remove_str(name);
    }
    let module = get(name)?;
    if module.is_some() {
        protocol::delitem(&modules, name.as_value())?;
    }
    Ok(module)
}

/// Moves the module to the end, where the most recently imported one is, and gives it; KeyError if it is gone.
pub fn move_to_end(name: &StrRef) -> PyResult<Value> {
    let module = remove(name)?.ok_or_else(|| exceptions::key_error(name.as_value()))?;
    set(name, module.clone())?;
    Ok(module)
}
