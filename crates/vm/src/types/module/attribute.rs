//! Attribute lookup on modules: the `__getattr__` hook (PEP 562), and what the AttributeError says about likely causes.

use super::PyModule;
use crate::cell::GilCell;
use crate::exceptions::PyErr;
use crate::heap::Ref;
use crate::types::set::any_set;
use crate::types::str::{PyStr, StrRef};
use crate::value::Value;
use crate::{PyResult, exceptions, frame, name, protocol};

/// The folder that start-up put first on `sys.path`: modules there may hide those of the standard library.
static SYS_PATH_0: GilCell<Option<String>> = GilCell::new(None);

/// Tells where a script's own modules come from; `None` with `-P` and the like.
pub fn set_sys_path_0(folder: String) {
    SYS_PATH_0.set(Some(folder));
}

/// `module.name`; `None` if there is no such attribute, for which [`missing`] has the error.
pub(super) fn getattro(module: &Ref<PyModule>, attribute: &StrRef) -> PyResult<Option<Value>> {
    let generic = protocol::generic_getattr(module.as_value(), attribute);
    match generic {
        Ok(None) => {}
        Err(error) if error.is_instance(exceptions::attribute_error_class()) => {}
        found => return found,
    }
    match module.namespace().get_str(name!("__getattr__"))? {
        Some(hook) => protocol::call1(&hook, attribute.to_value()).map(Some),
        None => Ok(None),
    }
}

fn text(value: Option<Value>) -> Option<String> {
    value?.downcast::<PyStr>().map(|s| s.to_string_lossy())
}

/// The file a module comes from, if its spec says that it has a location.
fn origin(spec: &Value) -> PyResult<Option<String>> {
    match protocol::lookup_attr(spec, name!("has_location"))? {
        Some(has) if protocol::truth(&has)? => Ok(text(protocol::lookup_attr(spec, name!("origin"))?)),
        _ => Ok(None),
    }
}

/// Whether a module's spec says that its code is still running.
pub(super) fn is_initializing(spec: &Value) -> PyResult<bool> {
    match protocol::lookup_attr(spec, name!("_initializing"))? {
        Some(flag) => protocol::truth(&flag),
        None => Ok(false),
    }
}

/// Whether the file lies in the script's own folder.
fn is_in_script_folder(origin: &str) -> bool {
    let Some(first) = SYS_PATH_0.get() else { return false };
    let Some((folder, file)) = origin.rsplit_once('/') else { return false };
    let folder = if file == "__init__.py" {
        match folder.rsplit_once('/') {
            Some((parent, _)) => parent,
            None => return false,
        }
    } else {
        folder
    };
    if first.is_empty() {
        return std::env::current_dir().is_ok_and(|cwd| cwd.to_string_lossy() == folder);
    }
    first == folder
}

fn is_standard(name: &Value) -> PyResult<bool> {
    let sys = match frame::sys_modules() {
        Some(modules) => modules.get_str(name!("sys"))?,
        None => None,
    };
    let Some(sys) = sys else { return Ok(false) };
    match protocol::lookup_attr(&sys, name!("stdlib_module_names"))? {
        Some(names) if any_set(&names).is_some() => protocol::contains(&names, name),
        _ => Ok(false),
    }
}

/// The file of a module that hides another one because it lies in the script's own folder, and whether what it hides is a
/// module of the standard library.
pub fn shadowing(spec: &Value, name: &Value) -> PyResult<Option<(String, bool)>> {
    let Some(origin) = origin(spec)?.filter(|origin| is_in_script_folder(origin)) else { return Ok(None) };
    Ok(Some((origin, is_standard(name)?)))
}

/// The AttributeError for a name the module does not have, or the error of making it.
#[cold]
pub fn missing(module: &Ref<PyModule>, attribute: &StrRef) -> PyErr {
    missing_error(module, attribute).unwrap_or_else(|error| error)
}

fn missing_error(module: &Ref<PyModule>, attribute: &StrRef) -> PyResult<PyErr> {
    let dict = module.namespace();
    let error = |message: String| exceptions::attribute_error(message, module.as_value(), attribute);
    let module_name = dict.get_str(name!("__name__"))?.filter(|n| n.downcast::<PyStr>().is_some());
    let Some(module_name) = module_name else {
        return Ok(error(format!("module has no attribute '{attribute}'")));
    };
    let name = protocol::str(&module_name)?;
    let plain = || error(format!("module '{name}' has no attribute '{attribute}'"));
    let Some(spec) = dict.get_str(name!("__spec__"))?.filter(|spec| !spec.is_none()) else {
        return Ok(plain());
    };
    let origin = origin(&spec)?;
    let shadowing = origin.as_deref().filter(|origin| is_in_script_folder(origin));
    if let Some(origin) = shadowing
        && is_standard(&module_name)?
    {
        return Ok(error(format!(
            "module '{name}' has no attribute '{attribute}' (consider renaming '{origin}' since it has the same \
             name as the standard library module named '{name}' and prevents importing that standard library module)"
        )));
    }
    if is_initializing(&spec)? {
        const CIRCULAR: &str = "(most likely due to a circular import)";
        return Ok(error(match (shadowing, &origin) {
            (Some(origin), _) => format!(
                "module '{name}' has no attribute '{attribute}' (consider renaming '{origin}' if it has the same \
                 name as a library you intended to import)"
            ),
            (None, Some(origin)) => format!(
                "partially initialized module '{name}' from '{origin}' has no attribute '{attribute}' {CIRCULAR}"
            ),
            (None, None) => {
                format!("partially initialized module '{name}' has no attribute '{attribute}' {CIRCULAR}")
            }
        }));
    }
    if let Some(submodules) = protocol::lookup_attr(&spec, name!("_uninitialized_submodules"))?
        && protocol::contains(&submodules, attribute.as_value())?
    {
        return Ok(error(format!(
            "cannot access submodule '{attribute}' of module '{name}' (most likely due to a circular import)"
        )));
    }
    Ok(plain())
}
