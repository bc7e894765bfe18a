//! Namespace packages (PEP 420): packages without a file, whose parts lie in several folders.

use super::load::load_module_shim;
use super::loaders::no_fields;
use super::messages::{repr, verbose};
use super::registry;
use super::spec::parent_name;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::object::new_instance;
use minipy_vm::{
    Payload, PyResult, PyStr, Ref, StrRef, Traverse, Value, Visitor, exceptions, name, protocol,
};

/// Represents a namespace package's path.  It uses the module name
/// to find its parent module, and from there it looks up the parent's
/// __path__.  When this changes, the module's own path is recomputed,
/// using path_finder.  For top-level modules, the parent module's path
/// is sys.path.
#[pyclass(
    name = "_NamespacePath",
    module = "_frozen_importlib_external",
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PyNamespacePath(());

#[pyclass(
    name = "NamespaceLoader",
    module = "_frozen_importlib_external",
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PyNamespaceLoader(());

no_fields!(PyNamespacePath, PyNamespaceLoader);

/// `_NamespacePath(name, path, path_finder)`.
pub fn namespace_path(name: Value, path: Value, finder: Value) -> PyResult<Value> {
    protocol::call(PyNamespacePath::class().as_value(), &[name, path, finder])
}

/// A loader for a package whose spec has folders but no loader.
pub fn loader_for(locations: Value) -> PyResult<Value> {
    let loader = new_instance(PyNamespaceLoader::class())?;
    protocol::setattr(&loader, name!("_path"), locations)?;
    Ok(loader)
}

/// Makes all namespace paths look again: the caches of the finders are invalid.
pub fn next_epoch() -> PyResult<()> {
    let class = PyNamespacePath::class().as_value();
    let epoch = protocol::getattr(class, name!("_epoch"))?;
    let next = protocol::binary(protocol::BinaryOp::Add, &epoch, &Value::small_int(1))?;
    protocol::setattr(class, name!("_epoch"), next)
}

/// Where the path of a package's parent is found: a module and an attribute.
fn parent_place(path: &Value) -> PyResult<(StrRef, StrRef)> {
    let name = protocol::str(&protocol::getattr(path, name!("_name"))?)?;
    let parent = parent_name(&name);
    Ok(if parent.is_empty() {
        (name!("sys").clone(), name!("path").clone())
    } else {
        (parent, name!("__path__").clone())
    })
}

fn parent_path(path: &Value) -> PyResult<Value> {
    let (module, attribute) = parent_place(path)?;
    protocol::getattr(&registry::require(&module)?, &attribute)
}

/// The folders, found anew if the parent's path has changed.
fn current(path: &Value) -> PyResult<Value> {
    let parent =
        protocol::to_tuple(&protocol::call_method(path, name!("_get_parent_path"), &[])?)?.into_value();
    let epoch = protocol::getattr(path, name!("_epoch"))?;
    let is_same =
        |name, now: &Value| -> PyResult<bool> { protocol::eq(&protocol::getattr(path, name)?, now) };
    if !is_same(name!("_last_parent_path"), &parent)? || !is_same(name!("_last_epoch"), &epoch)? {
        let finder = protocol::getattr(path, name!("_path_finder"))?;
        let spec = protocol::call2(&finder, protocol::getattr(path, name!("_name"))?, parent.clone())?;
        if !spec.is_none() && protocol::getattr(&spec, name!("loader"))?.is_none() {
            let locations = protocol::getattr(&spec, name!("submodule_search_locations"))?;
            if protocol::truth(&locations)? {
                protocol::setattr(path, name!("_path"), locations)?;
            }
        }
        protocol::setattr(path, name!("_last_parent_path"), parent)?;
        protocol::setattr(path, name!("_last_epoch"), epoch)?;
    }
    protocol::getattr(path, name!("_path"))
}

#[pymethods]
impl PyNamespacePath {
    #[pyattr(name = "_epoch")]
    const EPOCH: i64 = 0;

    #[slot(init, sig = "(name, path, path_finder)")]
    fn init(zelf: &Value, name: Value, path: Value, path_finder: Value) -> PyResult<()> {
        protocol::setattr(zelf, name!("_name"), name)?;
        protocol::setattr(zelf, name!("_path"), path)?;
        let parent = protocol::call_method(zelf, name!("_get_parent_path"), &[])?;
        protocol::setattr(zelf, name!("_last_parent_path"), protocol::to_tuple(&parent)?.into_value())?;
        let epoch = protocol::getattr(zelf, name!("_epoch"))?;
        protocol::setattr(zelf, name!("_last_epoch"), epoch)?;
        protocol::setattr(zelf, name!("_path_finder"), path_finder)
    }

    /// Returns a tuple of (parent-module-name, parent-path-attr-name)
    #[pymethod("($self)")]
    fn _find_parent_path_names(zelf: &Value) -> PyResult<Value> {
        let (module, attribute) = parent_place(zelf)?;
        Ok(minipy_vm::PyTuple::from_array([module.into_value(), attribute.into_value()]).into_value())
    }

    #[pymethod("($self)")]
    fn _get_parent_path(zelf: &Value) -> PyResult<Value> {
        parent_path(zelf)
    }

    #[pymethod("($self)")]
    fn _recalculate(zelf: &Value) -> PyResult<Value> {
        current(zelf)
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        protocol::iter(&current(zelf)?)
    }

    #[slot]
    fn subscript(zelf: &Value, index: &Value) -> PyResult<Value> {
        protocol::getitem(&current(zelf)?, index)
    }

    #[slot]
    fn ass_subscript(zelf: &Value, index: &Value, path: Option<Value>) -> PyResult<()> {
        let folders = protocol::getattr(zelf, name!("_path"))?;
        match path {
            Some(path) => protocol::setitem(&folders, index, path),
            None => {
                let message = format!("'{}' object doesn't support item deletion", zelf.type_name());
                Err(exceptions::type_error(message))
            }
        }
    }

    #[slot]
    fn len(zelf: &Value) -> PyResult<usize> {
        protocol::len(&current(zelf)?)
    }

    #[slot]
    fn repr(zelf: &Value) -> PyResult<String> {
        Ok(format!("_NamespacePath({})", repr(&protocol::getattr(zelf, name!("_path"))?)?))
    }

    #[slot]
    fn contains(zelf: &Value, item: &Value) -> PyResult<bool> {
        protocol::contains(&current(zelf)?, item)
    }

    #[pymethod("($self, item)")]
    fn append(zelf: &Value, item: &Value) -> PyResult<()> {
        let folders = protocol::getattr(zelf, name!("_path"))?;
        protocol::call_method(&folders, name!("append"), std::slice::from_ref(item)).map(drop)
    }
}

#[pymethods]
impl PyNamespaceLoader {
    #[slot(init, sig = "(name, path, path_finder)")]
    fn init(zelf: &Value, name: Value, path: Value, path_finder: Value) -> PyResult<()> {
        protocol::setattr(zelf, name!("_path"), namespace_path(name, path, path_finder)?)
    }

    #[pymethod("($self, fullname)")]
    fn is_package(_zelf: &Value, fullname: &Value) -> bool {
        let _ = fullname;
        true
    }

    #[pymethod("($self, fullname)")]
    fn get_source(_zelf: &Value, fullname: &Value) -> StrRef {
        let _ = fullname;
        minipy_vm::types::str::empty()
    }

    #[pymethod("($self, fullname)")]
    fn get_code(_zelf: &Value, fullname: &Value) -> PyResult<Ref<minipy_vm::types::code::PyCode>> {
        use crate::compile::{Mode, Request, Source, compile};
        let _ = fullname;
        let request =
            Request { filename: "<string>", mode: Mode::Exec, flags: 0, optimize: -1, feature_version: None };
        compile(&Source::Text(String::new()), &request)
    }

    /// Use default semantics for module creation.
    #[pymethod("($self, spec)")]
    fn create_module(_zelf: &Value, spec: &Value) {
        let _ = spec;
    }

    #[pymethod("($self, module)")]
    fn exec_module(_zelf: &Value, module: &Value) {
        let _ = module;
    }

    /// Load a namespace module.
    ///
    /// This method is deprecated.  Use exec_module() instead.
    ///
    #[pymethod("($self, fullname)")]
    fn load_module(zelf: &Value, fullname: &Ref<PyStr>) -> PyResult<Value> {
        verbose(1, || {
            let path = protocol::getattr(zelf, name!("_path"))?;
            Ok(format!("namespace module loaded with path {}", repr(&path)?))
        })?;
        load_module_shim(zelf, fullname.as_value())
    }

    #[pymethod("($self, module)")]
    fn get_resource_reader(zelf: &Value, module: &Value) -> PyResult<Value> {
        let _ = module;
        let readers = super::import_module("importlib.readers")?;
        let path = protocol::getattr(zelf, name!("_path"))?;
        protocol::call_method(&readers, name!("NamespaceReader"), &[path])
    }
}
