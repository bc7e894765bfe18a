//! The path hook for zip archives. `zipimport` is the library's Python module: it is loaded when the first archive is met, and then
//! its class takes the place of this hook.

use super::paths;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{DictRef, PyList, PyResult, PyStr, Ref, StrRef, Value, exceptions, name, protocol};

/// The path hook for archives until `zipimport` is loaded.
#[pyclass(name = "zip_path_hook", module = "_frozen_importlib_external", no_new)]
pub struct PyZipHook;

/// The hook.
pub fn new() -> Value {
    Ref::new(PyZipHook).into_value()
}

/// Whether the path, or what it begins with, is a file: it may lead into an archive.
fn leads_to_file(path: &StrRef) -> PyResult<bool> {
    let mut path = path.clone();
    while !path.is_empty() {
        match paths::stat(&path) {
            Ok(stat) => return Ok(stat.is(paths::FILE)),
            Err(error) if paths::is_os_error(&error) => {}
            // A path that cannot exist: the next hook will say so.
            Err(error) if error.is_instance(exceptions::value_error_class()) => return Ok(false),
            Err(error) => return Err(error),
        }
        let (parent, _) = paths::split(&path);
        path = parent;
    }
    Ok(false)
}

#[pymethods]
impl PyZipHook {
    #[slot(call, sig = "(path)")]
    fn call(&self, path: &Value) -> PyResult<Value> {
        let is_archive = match path.downcast::<PyStr>() {
            Some(text) => leads_to_file(text)?,
            None => true,
        };
        if !is_archive {
            let class = exceptions::import_error_class();
            return Err(exceptions::import_error(class, "not a Zip file", None, Some(path.clone()), None));
        }
        let module = super::import_module("zipimport")?;
        let class = protocol::getattr(&module, name!("zipimporter"))?;
        protocol::call1(&class, path.clone())
    }
}

/// Puts `zipimport.zipimporter` in the place of the hook, if this module is that one.
pub fn module_loaded(name: &Value, namespace: &DictRef) -> PyResult<()> {
    if !name.downcast::<PyStr>().is_some_and(|name| name.eq_str("zipimport")) {
        return Ok(());
    }
    let Some(class) = namespace.get_interned(name!("zipimporter")) else { return Ok(()) };
    let Some(hooks) = crate::sys::get("path_hooks")? else { return Ok(()) };
    if let Some(hooks) = hooks.downcast::<PyList>() {
        let place = hooks.to_vec().iter().position(|hook| hook.downcast::<PyZipHook>().is_some());
        if let Some(place) = place {
            // The list has not changed since.
            drop(hooks.set(place, class));
        }
    }
    Ok(())
}
