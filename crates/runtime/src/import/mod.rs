//! The import system.
//!
//! What CPython has as the Python modules `importlib._bootstrap` and `importlib._bootstrap_external` is native here. Classes and
//! functions have the names and the behaviour that programs rely on: loaders and finders call each other's methods by
//! name, and the functions that are known to be replaced are looked up in their module.

mod bootstrap;
mod builtin;
mod cache;
mod embedded;
mod extension;
mod external;
mod file_finder;
mod frozen;
mod imp;
mod load;
mod loaders;
pub mod locks;
mod messages;
mod namespace;
mod path_finder;
mod paths;
mod registry;
mod spec;
mod statement;

use crate::config::Config;
use loaders::{PySourceFileLoader, PySourcelessFileLoader};
use minipy_bytecode::pyc::{HEADER_LEN, MAGIC};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::str::intern;
use minipy_vm::{Payload, PyModule, PyResult, Ref, Value, exceptions, name, protocol};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

pub use external::bless_my_loader;
pub use imp::MODULE as IMP;
pub use path_finder::has_finder;
pub use statement::{import, import_from_error, import_module, modules};

/// Puts a native module into `sys.modules`.
pub fn add_module(name: &str, module: &Ref<PyModule>) -> PyResult<()> {
    modules()?.set_str(&intern(name), module.to_value())
}

/// A native module, made from its definition on first use.
pub fn native_module(name: &str) -> PyResult<Value> {
    if let Some(module) = modules()?.get_str(&intern(name))? {
        return Ok(module);
    }
    let Some(def) = crate::modules::find(name) else {
        return Err(exceptions::runtime_error(format!("no native module {name}")));
    };
    let module = PyModule::from_def(def)?;
    builtin::complete(name, &module)?;
    add_module(name, &module)?;
    Ok(module.into_value())
}

/// Makes importlib's two core modules and installs the finders.
pub fn initialise(config: &Config) -> PyResult<()> {
    messages::configure(config.verbose, config.settings.import_time);
    for name in ["sys", "builtins"] {
        if let Some(module) = modules()?.get_str(&intern(name))?
            && let Some(module) = module.downcast::<PyModule>()
        {
            builtin::complete(name, module)?;
        }
    }
    let core = core_module("_frozen_importlib", &bootstrap::MODULE)?;
    for name in ["_imp", "_thread", "_warnings", "_weakref", "_io", "marshal", "posix"] {
        native_module(name)?;
    }
    let external = core_module("_frozen_importlib_external", &external::functions::MODULE)?;
    external::name_modules(&external.namespace())?;
    let namespace = core.namespace();
    for name in ["_imp", "_thread", "_warnings", "_weakref"] {
        namespace.insert(name, native_module(name)?);
    }
    namespace.insert("sys", registry::require(name!("sys"))?);
    namespace.insert("_bootstrap_external", external.to_value());
    let meta_path = crate::sys::get("meta_path")?.unwrap_or(Value::NONE);
    bootstrap::install(&meta_path)?;
    external::install()?;
    native_module("time")?;
    let zipimport = import_module("zipimport")?;
    insert_hook(protocol::getattr(&zipimport, name!("zipimporter"))?)?;
    if !config.paths.stdlib_on_disk {
        insert_hook(embedded::path_hook(&config.paths.stdlib_dir))?;
    }
    Ok(())
}

fn insert_hook(hook: Value) -> PyResult<()> {
    let hooks = crate::sys::get("path_hooks")?.unwrap_or(Value::NONE);
    protocol::call_method(&hooks, name!("insert"), &[Value::small_int(0), hook]).map(drop)
}

/// One of importlib's core modules, which look like frozen ones.
fn core_module(name: &str, def: &'static minipy_vm::macros_support::ModuleDef) -> PyResult<Ref<PyModule>> {
    let module = PyModule::from_def(def)?;
    frozen::complete(&intern(name), &module)?;
    add_module(name, &module)?;
    Ok(module)
}

/// The loader of native modules.
pub fn builtin_importer() -> Value {
    builtin::PyBuiltinImporter::class().to_value()
}

/// The loader of a script, or of a pyc that is run as one: its module is `__main__`.
pub fn script_loader(path: Value, is_pyc: bool) -> PyResult<Value> {
    let class = if is_pyc { PySourcelessFileLoader::class() } else { PySourceFileLoader::class() };
    protocol::call2(class.as_value(), Value::from("__main__"), path)
}

/// Whether the file with this name and contents is run as a pyc.
pub fn is_pyc(path: &OsStr, data: &[u8]) -> bool {
    path.as_bytes().ends_with(b".pyc") || data.starts_with(&MAGIC[..2])
}

/// The code object of a pyc that is run as a script.
///
/// # Errors
/// RuntimeError for what is no pyc of this version; what unmarshalling raises; ImportError for code that the VM refuses.
pub fn script_code(data: &[u8], path: Value) -> PyResult<Ref<PyCode>> {
    if !data.starts_with(&MAGIC) {
        return Err(exceptions::runtime_error("Bad magic number in .pyc file"));
    }
    let details = cache::Details { name: Value::from("__main__"), path };
    match cache::load_object(data.get(HEADER_LEN..).unwrap_or(&[]), &details)?.downcast_into::<PyCode>() {
        Ok(code) => Ok(code),
        Err(_) => Err(exceptions::runtime_error("Bad code object in .pyc file")),
    }
}
