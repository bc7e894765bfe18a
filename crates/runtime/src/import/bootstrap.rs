//! `_frozen_importlib`: the core of the import system, as programs see it.

use super::builtin::PyBuiltinImporter;
use super::frozen::PyFrozenImporter;
use super::load::{self, Importer};
use super::locks::{self, PyBlockingOn, PyModuleLock};
use super::messages;
use super::spec::{self, PyModuleSpec, parent_name};
use minipy_macros::pymodule;
use minipy_vm::macros_support::KwArgs;
use minipy_vm::{
    PyDict, PyModule, PyResult, PyStr, Ref, StrRef, Value, exceptions, name, protocol, warnings,
};

/// `__package__` as code with these globals should have it.
fn package_of(globals: &Value) -> PyResult<Value> {
    let get = |key: &'static StrRef| -> PyResult<Value> {
        protocol::call_method(globals, name!("get"), &[key.to_value()])
    };
    let package = get(name!("__package__"))?;
    let spec = get(name!("__spec__"))?;
    if !package.is_none() {
        if !spec.is_none() {
            let parent = protocol::getattr(&spec, name!("parent"))?;
            if !protocol::eq(&package, &parent)? {
                let (package, parent) = (messages::repr(&package)?, messages::repr(&parent)?);
                let message = format!("__package__ != __spec__.parent ({package} != {parent})");
                warnings::warn(exceptions::deprecation_warning_class(), &message, 2)?;
            }
        }
        return Ok(package);
    }
    if !spec.is_none() {
        return protocol::getattr(&spec, name!("parent"));
    }
    warnings::warn(
        exceptions::import_warning_class(),
        "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__",
        2,
    )?;
    let package = protocol::getitem(globals, name!("__name__").as_value())?;
    if protocol::contains(globals, name!("__path__").as_value())? {
        return Ok(package);
    }
    Ok(parent_name(&*protocol::str(&package)?).into_value())
}

/// The name that `name` and `level` mean in `package`, checked.
fn absolute_name(name: &Value, package: &Value, level: i64) -> PyResult<StrRef> {
    let text = load::sanity_check(name, package, level)?;
    match package.downcast::<PyStr>() {
        Some(package) if level > 0 => load::resolve_name(text, package, level as usize),
        _ => Ok(text.clone()),
    }
}

/// `importlib.__import__`.
fn import(name: &Value, globals: &Value, fromlist: &Value, level: i64) -> PyResult<Value> {
    let absolute = if level == 0 {
        absolute_name(name, &Value::NONE, 0)?
    } else {
        let empty = PyDict::new_ref().into_value();
        let globals = if globals.is_none() { &empty } else { globals };
        absolute_name(name, &package_of(globals)?, level)?
    };
    let module = load::gcd_import(&absolute)?;
    if protocol::truth(fromlist)? {
        return match protocol::lookup_attr(&module, name!("__path__"))? {
            Some(_) => load::handle_fromlist(&module, fromlist, Importer::Absolute, false),
            None => Ok(module),
        };
    }
    let Some(text) = name.downcast::<PyStr>() else { return Ok(module) };
    let dot = text.chars().position(|c| c == u32::from(b'.'));
    if level == 0 {
        let top = text.substring(0, dot.unwrap_or(text.len()));
        return load::gcd_import(&top);
    }
    let Some(dot) = dot else { return Ok(module) };
    let own = protocol::str(&protocol::getattr(&module, name!("__name__"))?)?;
    let end = own.len().saturating_sub(text.len() - dot);
    super::registry::require(&own.substring(0, end))
}

/// Core implementation of import.
///
/// This module is NOT meant to be directly imported! It has been designed such
/// that it can be bootstrapped into Python as the implementation of import. As
/// such it requires the injection of specific modules and attributes in order to
/// work. One should use importlib as the public-facing version of this module.
///
#[pymodule(
    name = "_frozen_importlib",
    classes(PyModuleLock, PyModuleSpec, PyBuiltinImporter, PyFrozenImporter)
)]
pub mod functions {
    use super::*;

    #[pyattr]
    const _ERR_MSG_PREFIX: &str = "No module named ";

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("_DeadlockError", locks::deadlock_error_class());
        namespace.insert("_module_locks", locks::module_locks());
        namespace.insert("_blocking_on", Ref::new(PyBlockingOn));
        let sentinel = minipy_vm::types::object::PyObject::sentinel();
        namespace.insert("_NEEDS_LOADING", Ref::new(sentinel));
        Ok(())
    }

    #[pyfunction("(obj)")]
    fn _object_name(obj: &Value) -> PyResult<String> {
        load::object_name(obj)
    }

    /// Simple substitute for functools.update_wrapper.
    #[pyfunction("(new, old)")]
    fn _wrap(new: &Value, old: &Value) -> PyResult<()> {
        for attribute in [name!("__module__"), name!("__name__"), name!("__qualname__"), name!("__doc__")] {
            if let Some(value) = protocol::lookup_attr(old, attribute)? {
                protocol::setattr(new, attribute, value)?;
            }
        }
        let target = protocol::getattr(new, name!("__dict__"))?;
        let source = protocol::getattr(old, name!("__dict__"))?;
        protocol::call_method(&target, name!("update"), &[source]).map(drop)
    }

    #[pyfunction("(name)")]
    fn _new_module(name: &Ref<PyStr>) -> Value {
        PyModule::new_ref(name, Value::NONE).into_value()
    }

    /// Calls a function: tracebacks of the native import system have no frames to remove.
    #[pyfunction("(f, *args, **kwds)")]
    fn _call_with_frames_removed(f: &Value, args: &[Value], kwds: KwArgs<'_>) -> PyResult<Value> {
        let keywords = PyDict::new_ref();
        for (name, value) in kwds.iter() {
            keywords.set_str(name, value.clone())?;
        }
        protocol::call_kwargs(f, args, Some(&keywords))
    }

    /// Print the message to stderr if -v/PYTHONVERBOSE is turned on.
    #[pyfunction("(message, *args, verbosity=1)")]
    fn _verbose_message(message: &Value, args: &[Value], verbosity: u8) -> PyResult<()> {
        messages::verbose(verbosity, || {
            let message = protocol::call_method(message, name!("format"), args)?;
            Ok(protocol::str(&message)?.to_string_lossy())
        })
    }

    /// Get or create the module lock for a given module name.
    ///
    /// Acquire/release internally the global import lock to protect
    /// _module_locks.
    #[pyfunction("(name)")]
    fn _get_module_lock(name: &Ref<PyStr>) -> PyResult<Ref<PyModuleLock>> {
        locks::module_lock(name)
    }

    /// Acquires then releases the module lock for a given module name.
    ///
    /// This is used to ensure a module is completely initialized, in the
    /// event it is being imported by another thread.
    ///
    #[pyfunction("(name)")]
    fn _lock_unlock_module(name: &Ref<PyStr>) -> PyResult<()> {
        locks::wait_for_module(name)
    }

    /// Load the specified module into sys.modules and return it.
    ///
    /// This method is deprecated.  Use loader.exec_module() instead.
    ///
    #[pyfunction("(self, fullname)")]
    fn _load_module_shim(zelf: &Value, fullname: &Value) -> PyResult<Value> {
        load::load_module_shim(zelf, fullname)
    }

    /// The implementation of ModuleType.__repr__().
    #[pyfunction("(module)")]
    fn _module_repr(module: &Value) -> PyResult<StrRef> {
        protocol::repr(module)
    }

    /// Return a module spec based on various loader methods.
    #[pyfunction("(name, loader, *, origin=None, is_package=None)")]
    fn spec_from_loader(
        name: &Value,
        loader: &Value,
        origin: Option<Value>,
        is_package: Option<bool>,
    ) -> PyResult<Value> {
        spec::spec_from_loader(name, loader, origin, is_package)
    }

    #[pyfunction("(spec, module, *, override=False)")]
    fn _init_module_attrs(spec: &Value, module: &Value, r#override: bool) -> PyResult<Value> {
        spec::init_module_attrs(spec, module, r#override)?;
        Ok(module.clone())
    }

    /// Create a module based on the provided spec.
    #[pyfunction("(spec)")]
    fn module_from_spec(spec: &Value) -> PyResult<Value> {
        spec::module_from_spec(spec)
    }

    /// Return the repr to use for the module.
    #[pyfunction("(spec)")]
    fn _module_repr_from_spec(spec: &Value) -> PyResult<StrRef> {
        let module = PyModule::new_ref(&spec::name_of(spec)?, Value::NONE);
        module.namespace().insert("__spec__", spec.clone());
        protocol::repr(module.as_value())
    }

    /// Execute the spec's specified module in an existing module's namespace.
    #[pyfunction("(spec, module)")]
    fn _exec(spec: &Value, module: &Value) -> PyResult<Value> {
        load::exec(spec, module)
    }

    #[pyfunction("(spec)")]
    fn _load_backward_compatible(spec: &Value) -> PyResult<Value> {
        load::load_backward_compatible(spec)
    }

    #[pyfunction("(spec)")]
    fn _load_unlocked(spec: &Value) -> PyResult<Value> {
        load::load_unlocked(spec)
    }

    /// Return a new module object, loaded by the spec's loader.
    ///
    /// The module is not added to its parent.
    ///
    /// If a module is already in sys.modules, that existing module gets
    /// clobbered.
    ///
    #[pyfunction("(spec)")]
    fn _load(spec: &Value) -> PyResult<Value> {
        load::load(spec)
    }

    /// Resolve a relative module name to an absolute one.
    #[pyfunction("(name, package, level)")]
    fn _resolve_name(name: &Ref<PyStr>, package: &Ref<PyStr>, level: usize) -> PyResult<StrRef> {
        load::resolve_name(name, package, level)
    }

    /// Find a module's spec.
    #[pyfunction("(name, path, target=None)")]
    fn _find_spec(name: &Ref<PyStr>, path: &Value, target: Option<&Value>) -> PyResult<Option<Value>> {
        load::find_spec(name, path, target.unwrap_or(&Value::NONE))
    }

    /// Verify arguments are "sane".
    #[pyfunction("(name, package, level)")]
    fn _sanity_check(name: &Value, package: &Value, level: i64) -> PyResult<()> {
        load::sanity_check(name, package, level).map(drop)
    }

    #[pyfunction("(name, import_)")]
    fn _find_and_load_unlocked(name: &Ref<PyStr>, import_: &Value) -> PyResult<Value> {
        load::find_and_load_unlocked(name, Importer::Function(import_))
    }

    /// Find and load the module.
    #[pyfunction("(name, import_)")]
    fn _find_and_load(name: &Ref<PyStr>, import_: &Value) -> PyResult<Value> {
        load::find_and_load(name, Importer::Function(import_))
    }

    /// Import and return the module based on its name, the package the call is
    /// being made from, and the level adjustment.
    ///
    /// This function represents the greatest common denominator of functionality
    /// between import_module and __import__. This includes setting __package__ if
    /// the loader did not.
    ///
    #[pyfunction("(name, package=None, level=0)")]
    fn _gcd_import(name: &Value, package: Option<&Value>, level: i64) -> PyResult<Value> {
        load::gcd_import(&absolute_name(name, package.unwrap_or(&Value::NONE), level)?)
    }

    /// Figure out what __import__ should return.
    ///
    /// The import_ parameter is a callable which takes the name of module to
    /// import. It is required to decouple the function from assuming importlib's
    /// import implementation is desired.
    ///
    #[pyfunction("(module, fromlist, import_, *, recursive=False)")]
    fn _handle_fromlist(
        module: &Value,
        fromlist: &Value,
        import_: &Value,
        recursive: bool,
    ) -> PyResult<Value> {
        load::handle_fromlist(module, fromlist, Importer::Function(import_), recursive)
    }

    /// Calculate what __package__ should be.
    ///
    /// __package__ is not guaranteed to be defined or could be set to None
    /// to represent that its proper value is unknown.
    ///
    #[pyfunction(name = "_calc___package__", sig = "(globals)")]
    fn calc_package(globals: &Value) -> PyResult<Value> {
        super::package_of(globals)
    }

    /// Import a module.
    ///
    /// The 'globals' argument is used to infer where the import is occurring from
    /// to handle relative imports. The 'locals' argument is ignored. The
    /// 'fromlist' argument specifies what should exist as attributes on the module
    /// being imported (e.g. ``from module import <fromlist>``).  The 'level'
    /// argument represents the package location to import from in a relative
    /// import (e.g. ``from ..pkg import mod`` would have a 'level' of 2).
    ///
    #[pyfunction("(name, globals=None, locals=None, fromlist=(), level=0)")]
    fn __import__(
        name: &Value,
        globals: Option<&Value>,
        locals: Option<&Value>,
        fromlist: Option<&Value>,
        level: i64,
    ) -> PyResult<Value> {
        let _ = locals;
        super::import(name, globals.unwrap_or(&Value::NONE), fromlist.unwrap_or(&Value::NONE), level)
    }

    #[pyfunction("(name)")]
    fn _builtin_from_name(name: &Ref<PyStr>) -> PyResult<Value> {
        let spec = super::super::builtin::builtin_spec(name.to_value())?;
        load::load_unlocked(&spec)
    }

    /// Setup importlib by importing needed built-in modules and injecting them
    /// into the global namespace.
    #[pyfunction("(sys_module, _imp_module)")]
    fn _setup(sys_module: &Value, _imp_module: &Value) {
        // The native import system is set up by start-up.
        let _ = (sys_module, _imp_module);
    }

    /// Install importers for builtin and frozen modules
    #[pyfunction("(sys_module, _imp_module)")]
    fn _install(sys_module: &Value, _imp_module: &Value) -> PyResult<()> {
        let _ = _imp_module;
        let meta_path = protocol::getattr(sys_module, name!("meta_path"))?;
        super::install(&meta_path)
    }

    /// Install importers that require external filesystem access
    #[pyfunction("()")]
    fn _install_external_importers() -> PyResult<()> {
        super::super::external::install()
    }
}

pub use functions::MODULE;

/// Adds the finders of native and frozen modules.
pub fn install(meta_path: &Value) -> PyResult<()> {
    use minipy_vm::Payload;
    for class in [PyBuiltinImporter::class(), PyFrozenImporter::class()] {
        protocol::call_method(meta_path, name!("append"), &[class.to_value()])?;
    }
    Ok(())
}
