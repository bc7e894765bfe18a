//! `_imp`: what `importlib` needs from the interpreter.

use super::load::import_error;
use super::messages::repr;
use super::{builtin, frozen, locks};
use crate::modules::marshal;
use minipy_macros::pymodule;
use minipy_vm::types::bytes::{self, BytesLike};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::memoryview::PyMemoryView;
use minipy_vm::{Payload, PyList, PyResult, PyStr, PyTuple, Ref, Value, exceptions, name, protocol};

/// (Extremely) low-level import machinery bits as used by importlib.
#[pymodule(name = "_imp")]
pub mod functions {
    use super::*;

    /// `pyc` magic number of CPython 3.14, as little-endian 32-bit token.
    #[pyattr]
    const pyc_magic_number_token: i64 = super::MAGIC_TOKEN as i64;

    #[pyattr]
    fn check_hash_based_pycs() -> &'static str {
        crate::config::current().map_or("default", |config| config.check_hash_pycs)
    }

    /// Acquires the interpreter's import lock for the current thread.
    ///
    /// This lock should be used by import hooks to ensure thread-safety when importing
    /// modules. On platforms without threads, this function does nothing.
    #[pyfunction("()")]
    fn acquire_lock() -> PyResult<()> {
        locks::acquire_import_lock()
    }

    /// Release the interpreter's import lock.
    ///
    /// On platforms without threads, this function does nothing.
    #[pyfunction("()")]
    fn release_lock() -> PyResult<()> {
        if locks::release_import_lock() {
            Ok(())
        } else {
            Err(exceptions::runtime_error("not holding the import lock"))
        }
    }

    /// Return True if the import lock is currently held, else False.
    ///
    /// On platforms without threads, return False.
    #[pyfunction("()")]
    fn lock_held() -> bool {
        locks::import_lock_held()
    }

    /// Returns the list of file suffixes used to identify extension modules.
    #[pyfunction("()")]
    fn extension_suffixes() -> Value {
        PyList::from_vec(Vec::new()).into_value()
    }

    /// Returns True if the module name corresponds to a built-in module.
    #[pyfunction("(name, /)")]
    fn is_builtin(name: &Ref<PyStr>) -> i64 {
        match name.as_ascii() {
            Some("sys" | "builtins") => -1,
            _ => i64::from(builtin::is_builtin(name.as_value())),
        }
    }

    /// Create an extension module.
    #[pyfunction("(spec, /)")]
    fn create_builtin(spec: &Value) -> PyResult<Option<Value>> {
        builtin::create(&protocol::getattr(spec, name!("name"))?)
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
        frozen::find(name.as_value()).is_some()
    }

    /// Returns True if the module name is of a frozen package.
    #[pyfunction("(name, /)")]
    fn is_frozen_package(name: &Ref<PyStr>) -> PyResult<bool> {
        Ok(frozen::require(name.as_value())?.is_package)
    }

    /// Return info about the corresponding frozen module (if there is one) or None.
    ///
    /// The returned info (a 3-tuple):
    ///
    ///  * data         the raw marshalled bytes
    ///  * is_package   whether or not it is a package
    ///  * origname     the originally frozen module's name, or None if not
    ///                 a stdlib module (this will usually be the same as
    ///                 the module's current name)
    #[pyfunction("(name, /, *, withdata=False)")]
    fn find_frozen(name: &Ref<PyStr>, withdata: bool) -> PyResult<Value> {
        let Some(frozen) = frozen::find(name.as_value()) else { return Ok(Value::NONE) };
        let data = if withdata {
            let code = frozen.code()?.into_value();
            let data = bytes::from_slice(&marshal::dump(&code, marshal::VERSION, true)?).into_value();
            protocol::call1(PyMemoryView::class().as_value(), data)?
        } else {
            Value::NONE
        };
        let original = frozen.original.map_or(Value::NONE, Value::from);
        Ok(PyTuple::from_array([data, Value::from_bool(frozen.is_package), original]).into_value())
    }

    /// Create a code object for a frozen module.
    #[pyfunction("(name, data=None, /)")]
    fn get_frozen_object(name: &Ref<PyStr>, data: Option<&Value>) -> PyResult<Value> {
        let Some(data) = data else {
            return Ok(frozen::require(name.as_value())?.code()?.into_value());
        };
        let data = BytesLike::of(data)?;
        let shown = repr(name.as_value())?;
        let Ok(code) = marshal::load(&data, marshal::Code::Verified) else {
            return Err(import_error(&format!("Frozen object named {shown} is invalid"), name.as_value()));
        };
        if code.downcast::<PyCode>().is_none() {
            let message = format!("frozen object {shown} is not a code object");
            return Err(exceptions::type_error(message));
        }
        Ok(code)
    }

    /// Returns the list of available frozen modules.
    #[pyfunction("()")]
    fn _frozen_module_names() -> Value {
        PyList::from_vec(frozen::all().map(|frozen| Value::from(frozen.name)).collect()).into_value()
    }

    /// Changes code.co_filename to specify the passed-in file path.
    #[pyfunction("(code, path, /)")]
    fn _fix_co_filename(code: &Ref<PyCode>, path: &Ref<PyStr>) {
        code.set_filename(path);
    }

    #[pyfunction("(key, source)")]
    fn source_hash(key: i64, source: BytesLike<'_>) -> Value {
        bytes::from_slice(&super::hash_source(key as u64, &source)).into_value()
    }

    #[pyfunction("(override, /)")]
    fn _override_multi_interp_extensions_check(r#override: i64) -> i64 {
        let _ = r#override;
        0
    }

    #[pyfunction("(override, /)")]
    fn _override_frozen_modules_for_tests(r#override: i64) {
        frozen::set_override(r#override);
    }
}

pub use functions::MODULE;

/// The token from the magic number, which keys the hashes of sources.
pub const MAGIC_TOKEN: u64 = u32::from_le_bytes(minipy_bytecode::pyc::MAGIC) as u64;

/// The hash of a source that a hash-based pyc holds (PEP 552).
pub fn hash_source(key: u64, source: &[u8]) -> [u8; 8] {
    use std::hash::Hasher;
    let mut hasher = siphasher::sip::SipHasher13::new_with_keys(key, 0);
    hasher.write(source);
    hasher.finish().to_le_bytes()
}
