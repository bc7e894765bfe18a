//! `_weakref`: references to objects that do not keep them alive.

use minipy_macros::pymodule;
use minipy_vm::types::weakref::{self, PyCallableProxy, PyProxy, PyWeakRef};
use minipy_vm::{DictRef, ListRef, Payload, PyList, PyModule, PyResult, Ref, Value, exceptions};

/// Weak-reference support module.
#[pymodule(name = "_weakref", classes(PyWeakRef, PyProxy, PyCallableProxy))]
pub mod module {
    use super::*;

    /// Return the number of weak references to 'object'.
    #[pyfunction("(object, /)")]
    fn getweakrefcount(object: &Value) -> usize {
        weakref::references(object).len()
    }

    /// Return a list of all weak reference objects pointing to 'object'.
    #[pyfunction("(object, /)")]
    fn getweakrefs(object: &Value) -> ListRef {
        PyList::from_vec(weakref::references(object))
    }

    /// Atomically remove key from dict if it points to a dead weakref.
    #[pyfunction("(dct, key, /)")]
    fn _remove_dead_weakref(dct: DictRef, key: &Value) -> PyResult<()> {
        let Some(value) = dct.get(key)? else { return Ok(()) };
        let Some(reference) = value.downcast::<PyWeakRef>() else {
            return Err(exceptions::type_error("not a weakref"));
        };
        if reference.get().is_none() {
            dct.remove(key)?;
        }
        Ok(())
    }

    /// Create a proxy object that weakly references 'object'.
    ///
    /// 'callback', if given, is called with a reference to the
    /// proxy when 'object' is about to be finalized.
    #[pyfunction("(object, callback=None, /)")]
    fn proxy(object: &Value, callback: Option<Value>) -> PyResult<Value> {
        weakref::new_proxy(object, callback)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("ref", PyWeakRef::class());
        Ok(())
    }
}

pub use module::MODULE;
