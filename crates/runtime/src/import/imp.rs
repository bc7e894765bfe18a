//! `_imp`: what `importlib` needs from the interpreter.

use minipy_macros::pymodule;
use minipy_vm::types::code::PyCode;
use minipy_vm::types::str::intern;
use minipy_vm::{PyBytes, PyList, PyModule, PyResult, PyStr, Ref, Value, exceptions, name, protocol};

/// (Extremely) low-level import machinery bits as used by importlib.
#[pymodule(name = "_imp")]
pub mod functions {
    use super::*;

    /// `pyc` magic number of CPython 3.14, as little-endian 32-bit token.
    #[pyattr]
    const pyc_magic_number_token: i64 = 3627 | 0x0d0a_0000;

    #[pyattr]
    const check_hash_based_pycs: &str = "default";

    /// Acquires the interpreter's import lock for the current thread.
    ///
    /// This lock should be used by import hooks to ensure thread-safety when importing
    /// modules. On platforms without threads, this function does nothing.
    #[pyfunction("()")]
    fn acquire_lock() {}

    /// Release the interpreter's import lock.
    ///
    /// On platforms without threads, this function does nothing.
    #[pyfunction("()")]
    fn release_lock() {}

    /// Return True if the import lock is currently held, else False.
    ///
    /// On platforms without threads, return False.
    #[pyfunction("()")]
    fn lock_held() -> bool {
        false
    }

    /// Returns the list of file suffixes used to identify extension modules.
    #[pyfunction("()")]
    fn extension_suffixes() -> Value {
        PyList::from_vec(Vec::new()).into_value()
    }

    /// Returns True if the module name corresponds to a built-in module.
    #[pyfunction("(name, /)")]
    fn is_builtin(name: &Ref<PyStr>) -> i64 {
        let name = name.to_string_lossy();
        match name.as_str() {
            "sys" | "builtins" => -1,
            name => i64::from(crate::modules::find(name).is_some()),
        }
    }

    /// Create an extension module.
    #[pyfunction("(spec, /)")]
    fn create_builtin(spec: &Value) -> PyResult<Value> {
        let module_name = protocol::getattr(spec, name!("name"))?;
        let module_name = protocol::str(&module_name)?;
        if let Some(module) = super::super::modules()?.get_str(&module_name)? {
            return Ok(module);
        }
        match crate::modules::find(&module_name.to_string_lossy()) {
            Some(def) => PyModule::from_def(def).map(Ref::into_value),
            None => Ok(Value::NONE),
        }
    }

    /// Initialize a built-in module.
    #[pyfunction("(mod, /)")]
    fn exec_builtin(r#mod: &Value) -> i64 {
        let _ = r#mod;
        0
    }

    /// Returns True if the module name corresponds to a frozen module.
    #[pyfunction("(name, /)")]
    fn is_frozen(name: &Ref<PyStr>) -> bool {
        super::frozen_path(&name.to_string_lossy()).is_some()
    }

    /// Returns True if the module name is of a frozen package.
    #[pyfunction("(name, /)")]
    fn is_frozen_package(name: &Ref<PyStr>) -> PyResult<bool> {
        let _ = super::frozen(&name.to_string_lossy())?;
        Ok(false)
    }

    /// Return info about the corresponding frozen module (if there is one) or None.
    #[pyfunction("(name, /, *, withdata=False)")]
    fn find_frozen(name: &Ref<PyStr>, withdata: bool) -> PyResult<Value> {
        let _ = withdata;
        let name = name.to_string_lossy();
        match super::frozen_path(&name) {
            None => Ok(Value::NONE),
            Some(path) => {
                let origin = path.trim_end_matches(".py").replace('/', ".");
                let info = [Value::NONE, Value::FALSE, Value::from(origin)];
                Ok(minipy_vm::PyTuple::from_array(info).into_value())
            }
        }
    }

    /// Create a code object for a frozen module.
    #[pyfunction("(name, data=None, /)")]
    fn get_frozen_object(name: &Ref<PyStr>, data: Option<&Value>) -> PyResult<Ref<PyCode>> {
        let _ = data;
        let path = super::frozen(&name.to_string_lossy())?;
        let filename = format!("<frozen {}>", path.trim_end_matches(".py").replace('/', "."));
        super::super::embedded::code(path, &filename)
    }

    /// Returns the list of available frozen modules.
    #[pyfunction("()")]
    fn _frozen_module_names() -> Value {
        PyList::from_vec(super::FROZEN.iter().map(|f| Value::from(f.0)).collect()).into_value()
    }

    /// Changes code.co_filename to specify the passed-in file path.
    #[pyfunction("(code, path, /)")]
    fn _fix_co_filename(code: &Ref<PyCode>, path: &Ref<PyStr>) {
        code.set_filename(path);
    }

    #[pyfunction("(key, source)")]
    fn source_hash(key: i64, source: &Ref<PyBytes>) -> Value {
        use std::hash::Hasher;
        let mut hasher = siphasher::sip::SipHasher13::new_with_keys(key as u64, 0);
        hasher.write(source.as_bytes());
        minipy_vm::types::bytes::from_slice(&hasher.finish().to_le_bytes()).into_value()
    }

    #[pyfunction("(override, /)")]
    fn _override_multi_interp_extensions_check(r#override: i64) -> i64 {
        let _ = r#override;
        0
    }

    #[pyfunction("(override, /)")]
    fn _override_frozen_modules_for_tests(r#override: i64) {
        let _ = r#override;
    }
}

pub use functions::MODULE;

/// The frozen modules and their sources in the embedded library.
static FROZEN: &[(&str, &str)] = &[
    ("_frozen_importlib", "importlib/_bootstrap.py"),
    ("_frozen_importlib_external", "importlib/_bootstrap_external.py"),
    ("zipimport", "zipimport.py"),
];

fn frozen_path(name: &str) -> Option<&'static str> {
    FROZEN.iter().find(|f| f.0 == name).map(|f| f.1)
}

fn frozen(name: &str) -> PyResult<&'static str> {
    frozen_path(name).ok_or_else(|| {
        let error = minipy_vm::PyErr::new(
            exceptions::import_error_class(),
            &[Value::from(format!("No such frozen object named {name}"))],
        );
        let _ = protocol::setattr(error.as_value(), name!("name"), intern(name).into_value());
        error
    })
}
