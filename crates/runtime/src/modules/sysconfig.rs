//! `_sysconfig`: what `sysconfig` asks the interpreter itself.

/// A helper for the sysconfig module.
#[minipy_macros::pymodule(name = "_sysconfig")]
mod module {
    use minipy_vm::{DictRef, PyDict};

    /// Returns a dictionary containing build variables intended to be exposed by sysconfig.
    #[pyfunction("($module, /)")]
    fn config_vars() -> DictRef {
        let variables = PyDict::new_ref();
        variables.insert("Py_GIL_DISABLED", 0i64);
        variables.insert("Py_DEBUG", 0i64);
        variables
    }
}

pub use module::MODULE;
