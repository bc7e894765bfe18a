//! The loader of extension modules. There are none: native modules are built in, and no C API is offered. The class exists
//! for programs that name it.

use super::load::import_error;
use super::loaders::{compare_file_loaders, hash_file_loader, init_file_loader, no_fields};
use super::{paths, spec};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{CmpOp, Payload, PyResult, PyStr, Traverse, Value, Visitor, name, protocol};

/// Loader for extension modules.
///
/// The constructor is designed to work with FileFinder.
///
#[pyclass(
    name = "ExtensionFileLoader",
    module = "_frozen_importlib_external",
    base_class = super::loaders::PyFileLoader::class,
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PyExtensionFileLoader(());

/// A loader for modules that have been packaged as frameworks for
/// compatibility with Apple's iOS App Store policies.
#[pyclass(
    name = "AppleFrameworkLoader",
    module = "_frozen_importlib_external",
    base_class = PyExtensionFileLoader::class,
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PyAppleFrameworkLoader(());

no_fields!(PyExtensionFileLoader, PyAppleFrameworkLoader);

#[pymethods]
impl PyExtensionFileLoader {
    #[slot(init, sig = "(name, path)")]
    fn init(zelf: &Value, name: Value, path: Value) -> PyResult<()> {
        init_file_loader(zelf, name, path)
    }

    #[slot]
    fn richcompare(zelf: &Value, other: &Value, op: CmpOp) -> PyResult<Value> {
        compare_file_loaders(zelf, other, op)
    }

    #[slot]
    fn hash(zelf: &Value) -> PyResult<i64> {
        hash_file_loader(zelf)
    }

    /// Create an uninitialized extension module
    #[pymethod("($self, spec)")]
    fn create_module(_zelf: &Value, spec: &Value) -> PyResult<Value> {
        let name = spec::name_of(spec)?;
        let message = format!("cannot load {name}: extension modules are not supported");
        Err(import_error(&message, name.as_value()))
    }

    /// Initialize an extension module
    #[pymethod("($self, module)")]
    fn exec_module(_zelf: &Value, module: &Value) {
        let _ = module;
    }

    /// Return True if the extension module is a package.
    #[pymethod("($self, fullname)")]
    fn is_package(zelf: &Value, fullname: &Value) -> PyResult<bool> {
        let _ = fullname;
        let path = paths::text(&protocol::getattr(zelf, name!("path"))?)?;
        let (_, filename) = paths::split(&path);
        let suffixes = protocol::getattr(
            &super::registry::require(name!("_frozen_importlib_external"))?,
            name!("EXTENSION_SUFFIXES"),
        )?;
        let init = PyStr::from_str("__init__");
        Ok(protocol::collect(&suffixes)?
            .iter()
            .filter_map(|suffix| suffix.downcast::<PyStr>())
            .any(|suffix| filename.eq(&init.concat(suffix))))
    }

    /// Return None as an extension module cannot create a code object.
    #[pymethod("($self, fullname)")]
    fn get_code(_zelf: &Value, fullname: &Value) {
        let _ = fullname;
    }

    /// Return None as extension modules have no source code.
    #[pymethod("($self, fullname)")]
    fn get_source(_zelf: &Value, fullname: &Value) {
        let _ = fullname;
    }
}
