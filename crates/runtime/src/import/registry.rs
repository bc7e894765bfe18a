//! `sys.modules` as importlib's functions use it: whatever mapping the attribute names at the moment.

use minipy_vm::{PyDict, PyResult, StrRef, Value, exceptions, protocol};

fn mapping() -> PyResult<Value> {
    crate::sys::get("modules")?.ok_or_else(|| exceptions::runtime_error("lost sys.modules"))
}

/// The module registered under `name`.
pub fn get(name: &StrRef) -> PyResult<Option<Value>> {
    let modules = mapping()?;
    if let Some(dict) = modules.downcast_exact::<PyDict>() {
        return dict.get_str(name);
    }
    match protocol::getitem(&modules, name.as_value()) {
        Ok(module) => Ok(Some(module)),
        Err(error) if error.is_instance(exceptions::key_error_class()) => Ok(None),
        Err(error) => Err(error),
    }
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
