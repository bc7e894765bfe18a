//! The finder and loader of native modules.

use super::load::{import_error, load_module_shim};
use super::messages::repr;
use super::{registry, spec};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::ModuleDef;
use minipy_vm::{Payload, PyErr, PyModule, PyResult, PyStr, Ref, TypeRef, Value, name, protocol};

/// Meta path import for built-in modules.
///
/// All methods are either class or static methods to avoid the need to
/// instantiate the class.
///
#[pyclass(name = "BuiltinImporter", module = "_frozen_importlib", heap, basetype, weakref, shared_layout)]
pub struct PyBuiltinImporter(());

/// The definition of the native module `name`, if the name is one.
pub fn find(name: &Value) -> Option<&'static ModuleDef> {
    crate::modules::find(name.downcast::<PyStr>()?.as_ascii()?)
}

/// Whether `name` is a native module, `sys` and `builtins` included.
pub fn is_builtin(name: &Value) -> bool {
    let is_basic = |name: &PyStr| name.eq_str("sys") || name.eq_str("builtins");
    find(name).is_some() || name.downcast::<PyStr>().is_some_and(|name| is_basic(name))
}

/// The spec of a native module.
pub fn builtin_spec(name: Value) -> PyResult<Value> {
    let loader = PyBuiltinImporter::class().to_value();
    spec::spec_with_origin(name, loader, Value::from("built-in"), false)
}

#[cold]
fn not_builtin(name: &Value) -> PyResult<PyErr> {
    Ok(import_error(&format!("{} is not a built-in module", repr(name)?), name))
}

fn check(name: &Value) -> PyResult<()> {
    if is_builtin(name) { Ok(()) } else { Err(not_builtin(name)?) }
}

/// A native module: the one that is loaded, or a new one.
pub fn create(name: &Value) -> PyResult<Option<Value>> {
    if let Some(text) = name.downcast::<PyStr>()
        && let Some(module) = registry::get(text)?
        && module.downcast::<PyModule>().is_some()
    {
        return Ok(Some(module));
    }
    match find(name) {
        Some(def) => PyModule::from_def(def).map(|module| Some(module.into_value())),
        None => Ok(None),
    }
}

#[pymethods]
impl PyBuiltinImporter {
    #[pyattr]
    const _ORIGIN: &str = "built-in";

    #[pyclassmethod("(fullname, path=None, target=None)")]
    fn find_spec(
        class: &TypeRef,
        fullname: Value,
        path: Option<&Value>,
        target: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = (path, target);
        if !is_builtin(&fullname) {
            return Ok(Value::NONE);
        }
        let origin = protocol::getattr(class.as_value(), name!("_ORIGIN"))?;
        spec::spec_with_origin(fullname, class.to_value(), origin, false)
    }

    /// Create a built-in module
    #[pystaticmethod("(spec)")]
    fn create_module(spec: &Value) -> PyResult<Value> {
        let name = protocol::getattr(spec, name!("name"))?;
        match create(&name)? {
            Some(module) => Ok(module),
            None => Err(not_builtin(&name)?),
        }
    }

    /// Exec a built-in module
    #[pystaticmethod("(module)")]
    fn exec_module(module: &Value) {
        // Native modules are complete when they are made.
        let _ = module;
    }

    /// Return None as built-in modules do not have code objects.
    #[pyclassmethod("(fullname)")]
    fn get_code(_class: &TypeRef, fullname: &Value) -> PyResult<()> {
        check(fullname)
    }

    /// Return None as built-in modules do not have source code.
    #[pyclassmethod("(fullname)")]
    fn get_source(_class: &TypeRef, fullname: &Value) -> PyResult<()> {
        check(fullname)
    }

    /// Return False as built-in modules are never packages.
    #[pyclassmethod("(fullname)")]
    fn is_package(_class: &TypeRef, fullname: &Value) -> PyResult<bool> {
        check(fullname).map(|()| false)
    }

    /// Load the specified module into sys.modules and return it.
    ///
    /// This method is deprecated.  Use loader.exec_module() instead.
    ///
    #[pyclassmethod("(fullname)")]
    fn load_module(class: &TypeRef, fullname: &Value) -> PyResult<Value> {
        load_module_shim(class.as_value(), fullname)
    }
}

/// Gives a native module that start-up made its spec.
pub fn complete(name: &str, module: &Ref<PyModule>) -> PyResult<()> {
    let spec = builtin_spec(Value::from(name))?;
    spec::init_module_attrs(&spec, module.as_value(), false)
}
