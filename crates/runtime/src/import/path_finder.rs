//! The finder that goes along `sys.path` and packages' `__path__`.

use super::loaders::no_fields;
use super::{namespace, paths, spec};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::KwArgs;
use minipy_vm::{
    PyDict, PyResult, PyStr, Traverse, TypeRef, Value, Visitor, exceptions, name, protocol, warnings,
};

/// Meta path finder for sys.path and package __path__ attributes.
#[pyclass(
    name = "PathFinder",
    module = "_frozen_importlib_external",
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout
)]
pub struct PyPathFinder(());

/// Meta path finder for modules declared in the Windows registry.
#[pyclass(
    name = "WindowsRegistryFinder",
    module = "_frozen_importlib_external",
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout
)]
pub struct PyWindowsRegistryFinder(());

no_fields!(PyPathFinder, PyWindowsRegistryFinder);

/// Asks `sys.path_hooks` for a finder for a path entry; None if no hook is for it.
fn ask_hooks(path: &Value) -> PyResult<Value> {
    let hooks = crate::sys::require("path_hooks")?;
    if hooks.is_none() {
        return Ok(Value::NONE);
    }
    let hooks = protocol::collect(&hooks)?;
    if hooks.is_empty() {
        warnings::warn(exceptions::import_warning_class(), "sys.path_hooks is empty", 1)?;
    }
    for hook in hooks {
        match protocol::call1(&hook, path.clone()) {
            Err(error) if error.is_instance(exceptions::import_error_class()) => {}
            result => return result,
        }
    }
    Ok(Value::NONE)
}

/// Whether some hook has a finder for the path.
pub fn has_finder(path: &Value) -> PyResult<bool> {
    ask_hooks(path).map(|finder| !finder.is_none())
}

/// The finder for a path entry, from `sys.path_importer_cache` or new; None if there is none.
fn finder_for(class: &TypeRef, path: &Value) -> PyResult<Value> {
    let mut path = path.clone();
    if path.downcast::<PyStr>().is_some_and(|path| path.is_empty()) {
        // The working directory may have gone.
        match paths::current_folder() {
            Ok(folder) => path = folder.into_value(),
            Err(error) => {
                let gone = error.is_instance(exceptions::file_not_found_error_class())
                    || error.is_instance(exceptions::permission_error_class());
                return if gone { Ok(Value::NONE) } else { Err(error) };
            }
        }
    }
    let cache = crate::sys::require("path_importer_cache")?;
    let known = match cache.downcast_exact::<PyDict>() {
        Some(dict) => dict.get(&path)?,
        None => match protocol::getitem(&cache, &path) {
            Ok(finder) => Some(finder),
            Err(error) if error.is_instance(exceptions::key_error_class()) => None,
            Err(error) => return Err(error),
        },
    };
    if let Some(finder) = known {
        return Ok(finder);
    }
    let finder = protocol::call_method(class.as_value(), name!("_path_hooks"), &[path.clone()])?;
    protocol::setitem(&cache, &path, finder.clone())?;
    Ok(finder)
}

/// Asks the finders of the path's entries; a spec without loader collects the parts of a namespace package.
fn search(class: &TypeRef, fullname: &Value, path: &Value, target: &Value) -> PyResult<Value> {
    let mut portions = Vec::new();
    let entries = protocol::iter(path)?;
    while let Some(entry) = protocol::next(&entries)? {
        if entry.downcast::<PyStr>().is_none() {
            continue;
        }
        let finder = protocol::call_method(class.as_value(), name!("_path_importer_cache"), &[entry])?;
        if finder.is_none() {
            continue;
        }
        let spec = protocol::call_method(&finder, name!("find_spec"), &[fullname.clone(), target.clone()])?;
        if spec.is_none() {
            continue;
        }
        if !protocol::getattr(&spec, name!("loader"))?.is_none() {
            return Ok(spec);
        }
        let found = protocol::getattr(&spec, name!("submodule_search_locations"))?;
        if found.is_none() {
            return Err(exceptions::simple(exceptions::import_error_class(), "spec missing loader"));
        }
        portions.extend(protocol::collect(&found)?);
    }
    let spec = spec::new_spec(fullname.clone(), Value::NONE)?;
    spec::set_locations(&spec, portions)?;
    Ok(spec)
}

#[pymethods]
impl PyPathFinder {
    /// Call the invalidate_caches() method on all path entry finders
    /// stored in sys.path_importer_cache (where implemented).
    #[pystaticmethod("()")]
    fn invalidate_caches() -> PyResult<()> {
        let cache = crate::sys::require("path_importer_cache")?;
        let items = protocol::call_method(&cache, name!("items"), &[])?;
        for item in protocol::collect(&items)? {
            let pair = protocol::collect(&item)?;
            let [path, finder] = &pair[..] else { continue };
            // None for a folder that may come into being, and what depends on the working directory.
            let is_absolute = path.downcast::<PyStr>().is_some_and(|path| paths::is_absolute(path));
            if finder.is_none() || !is_absolute {
                protocol::delitem(&cache, path)?;
            } else if let Some(method) = protocol::lookup_attr(finder, name!("invalidate_caches"))? {
                protocol::call0(&method)?;
            }
        }
        namespace::next_epoch()?;
        let metadata = super::import_module("importlib.metadata")?;
        let finder = protocol::getattr(&metadata, name!("MetadataPathFinder"))?;
        protocol::call_method(&finder, name!("invalidate_caches"), &[]).map(drop)
    }

    /// Search sys.path_hooks for a finder for 'path'.
    #[pystaticmethod("(path)")]
    fn _path_hooks(path: &Value) -> PyResult<Value> {
        ask_hooks(path)
    }

    /// Get the finder for the path entry from sys.path_importer_cache.
    ///
    /// If the path entry is not in the cache, find the appropriate finder
    /// and cache it. If no finder is available, store None.
    ///
    #[pyclassmethod("(path)")]
    fn _path_importer_cache(class: &TypeRef, path: &Value) -> PyResult<Value> {
        finder_for(class, path)
    }

    /// Find the loader or namespace_path for this module/package name.
    #[pyclassmethod("(fullname, path, target=None)")]
    fn _get_spec(class: &TypeRef, fullname: &Value, path: &Value, target: Option<&Value>) -> PyResult<Value> {
        search(class, fullname, path, target.unwrap_or(&Value::NONE))
    }

    /// Try to find a spec for 'fullname' on sys.path or 'path'.
    ///
    /// The search is based on sys.path_hooks and sys.path_importer_cache.
    ///
    #[pyclassmethod("(fullname, path=None, target=None)")]
    fn find_spec(
        class: &TypeRef,
        fullname: &Value,
        path: Option<&Value>,
        target: Option<&Value>,
    ) -> PyResult<Value> {
        let path = match path {
            Some(path) => path.clone(),
            None => crate::sys::require("path")?,
        };
        let get_spec = name!("_get_spec");
        let args = [fullname.clone(), path, target.cloned().unwrap_or(Value::NONE)];
        let spec = protocol::call_method(class.as_value(), get_spec, &args)?;
        if spec.is_none() || !protocol::getattr(&spec, name!("loader"))?.is_none() {
            return Ok(spec);
        }
        let portions = protocol::getattr(&spec, name!("submodule_search_locations"))?;
        if !protocol::truth(&portions)? {
            return Ok(Value::NONE);
        }
        // A namespace package: its path follows that of its parent.
        protocol::setattr(&spec, name!("origin"), Value::NONE)?;
        let finder = protocol::getattr(class.as_value(), get_spec)?;
        let path = namespace::namespace_path(fullname.clone(), portions, finder)?;
        protocol::setattr(&spec, name!("submodule_search_locations"), path)?;
        Ok(spec)
    }

    /// Find distributions.
    ///
    /// Return an iterable of all Distribution instances capable of
    /// loading the metadata for packages matching ``context.name``
    /// (or all names if ``None`` indicated) along the paths in the list
    /// of directories ``context.path``.
    ///
    #[pystaticmethod("(*args, **kwargs)")]
    fn find_distributions(args: &[Value], kwargs: KwArgs<'_>) -> PyResult<Value> {
        let metadata = super::import_module("importlib.metadata")?;
        let finder = protocol::getattr(&metadata, name!("MetadataPathFinder"))?;
        let find = protocol::getattr(&finder, name!("find_distributions"))?;
        let keywords = PyDict::new_ref();
        for (name, value) in kwargs.iter() {
            keywords.set_str(name, value.clone())?;
        }
        protocol::call_kwargs(&find, args, Some(&keywords))
    }
}

#[pymethods]
impl PyWindowsRegistryFinder {
    #[pyattr]
    const REGISTRY_KEY: &str = "Software\\Python\\PythonCore\\{sys_version}\\Modules\\{fullname}";

    #[pyattr]
    const REGISTRY_KEY_DEBUG: &str =
        "Software\\Python\\PythonCore\\{sys_version}\\Modules\\{fullname}\\Debug";

    #[pyattr]
    const DEBUG_BUILD: bool = false;

    #[pyclassmethod("(fullname, path=None, target=None)")]
    fn find_spec(
        _class: &TypeRef,
        fullname: &Value,
        path: Option<&Value>,
        target: Option<&Value>,
    ) -> PyResult<()> {
        let _ = (fullname, path, target);
        warnings::warn(
            exceptions::deprecation_warning_class(),
            "importlib.machinery.WindowsRegistryFinder is deprecated; use site configuration instead. Future versions of Python may not enable this finder by default.",
            1,
        )
    }
}
