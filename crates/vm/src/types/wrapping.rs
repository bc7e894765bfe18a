//! What `staticmethod` and `classmethod` share: both wrap a callable and look like it.

use crate::types::instance;
use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};

/// Copies name, module and docstring of the wrapped callable to the wrapper.
pub fn copy_attributes(wrapper: &Value, callable: &Value) -> PyResult<()> {
    let names = [name!("__module__"), name!("__name__"), name!("__qualname__"), name!("__doc__")];
    for name in names {
        if let Some(value) = protocol::lookup_attr(callable, name)? {
            protocol::setattr(wrapper, name, value)?;
        }
    }
    Ok(())
}

/// `__isabstractmethod__`, as the callable has it.
pub fn is_abstract(callable: &Value) -> PyResult<bool> {
    match protocol::lookup_attr(callable, name!("__isabstractmethod__"))? {
        Some(flag) => protocol::truth(&flag),
        None => Ok(false),
    }
}

/// `__annotations__` and `__annotate__`: the callable's, kept in the wrapper's dict from the first use on.
pub fn cached(wrapper: &Value, callable: &Value, name: &StrRef) -> PyResult<Value> {
    let Some(header) = wrapper.header() else { return Ok(Value::NONE) };
    if let Some(value) = instance::get(header, name)? {
        return Ok(value);
    }
    let value = protocol::getattr(callable, name)?;
    instance::set(header, name, value.clone())?;
    Ok(value)
}

/// Changes or deletes what [`cached`] gives.
pub fn set_cached(wrapper: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
    let Some(header) = wrapper.header() else { return Ok(()) };
    match value {
        Some(value) => instance::set(header, name, value),
        None if instance::delete(header, name)? => Ok(()),
        None => Err(exceptions::attribute_error(name.to_string_lossy(), wrapper, name)),
    }
}
