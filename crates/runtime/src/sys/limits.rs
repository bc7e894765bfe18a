//! Limits and memory.

use minipy_macros::pymodule;
use minipy_vm::types::str::{StrRef, intern_ref};
use minipy_vm::types::typeobj::{PyType, TypeFlags, TypeRef};
use minipy_vm::{PyResult, PyStr, Ref, Value, exceptions, name, protocol, thread};

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Return the current value of the recursion limit.
    ///
    /// The recursion limit is the maximum depth of the Python interpreter
    /// stack.  This limit prevents infinite recursion from causing an overflow
    /// of the C stack and crashing Python.
    #[pyfunction("()")]
    fn getrecursionlimit() -> i64 {
        thread::recursion_limit()
    }

    /// Set the maximum depth of the Python interpreter stack to n.
    ///
    /// This limit prevents infinite recursion from causing an overflow of the C
    /// stack and crashing Python.  The highest possible limit is platform-
    /// dependent.
    #[pyfunction("(limit, /)")]
    fn setrecursionlimit(limit: i32) -> PyResult<()> {
        if limit < 1 {
            return Err(exceptions::value_error("recursion limit must be greater or equal than 1"));
        }
        let depth = thread::depth();
        if depth >= i64::from(limit) {
            return Err(exceptions::recursion_error(format!(
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
            )));
        }
        thread::set_recursion_limit(i64::from(limit));
        Ok(())
    }

    /// Return the current thread switch interval; see sys.setswitchinterval().
    #[pyfunction("()")]
    fn getswitchinterval() -> f64 {
        minipy_vm::gil::switch_interval().as_secs_f64()
    }

    /// Set the ideal thread switching delay inside the Python interpreter.
    ///
    /// The actual frequency of switching threads can be lower if the
    /// interpreter executes long sequences of uninterruptible code
    /// (this is implementation-specific and workload-dependent).
    ///
    /// The parameter must represent the desired switching delay in seconds
    /// A typical value is 0.005 (5 milliseconds).
    #[pyfunction("(interval, /)")]
    fn setswitchinterval(interval: f64) -> PyResult<()> {
        if interval <= 0.0 || interval.is_nan() {
            return Err(exceptions::value_error("switch interval must be strictly positive"));
        }
        minipy_vm::gil::set_switch_interval(std::time::Duration::from_secs_f64(interval.min(4294.0)));
        Ok(())
    }

    /// Return True if the GIL is currently enabled.
    #[pyfunction("()")]
    fn _is_gil_enabled() -> bool {
        true
    }

    /// Return True if Python is exiting.
    #[pyfunction("()")]
    fn is_finalizing() -> bool {
        crate::shutdown::is_finalizing()
    }

    /// Return the number of interned strings.
    #[pyfunction("(*, _only_immortal=False)")]
    fn getunicodeinternedsize(_only_immortal: bool) -> usize {
        minipy_vm::types::str::interned_count()
    }

    /// Return the reference count of object.
    ///
    /// The count returned is generally one higher than you might expect,
    /// because it includes the (temporary) reference as an argument to
    /// getrefcount().
    #[pyfunction("(object, /)")]
    fn getrefcount(object: &Value) -> i64 {
        match object.header() {
            Some(header) => i64::from(header.refcount()),
            None => i64::from(u32::MAX),
        }
    }

    /// getsizeof(object [, default]) -> int
    ///
    /// Return the size of object in bytes.
    #[pyfunction("(object, default=<unrepresentable>)")]
    fn getsizeof(object: &Value, default: Option<&Value>) -> PyResult<Value> {
        match protocol::call_special(object, name!("__sizeof__"), &[])? {
            Some(size) => Ok(size),
            None => match default {
                Some(default) => Ok(default.clone()),
                None => Err(exceptions::type_error(format!(
                    "Type {} doesn't define __sizeof__",
                    object.type_name()
                ))),
            },
        }
    }

    /// ``Intern'' the given string.
    ///
    /// This enters the string in the (global) table of interned strings whose
    /// purpose is to speed up dictionary lookups. Return the string itself or
    /// the previously interned string object with the same value.
    #[pyfunction("(string, /)")]
    fn intern(string: &Value) -> PyResult<StrRef> {
        match string.downcast_exact::<PyStr>() {
            Some(string) => Ok(intern_ref(string)),
            None if string.downcast::<PyStr>().is_some() => {
                Err(exceptions::type_error(format!("can't intern {}", string.type_name())))
            }
            None => Err(exceptions::type_error(format!(
                "intern() argument must be str, not {}",
                string.type_name()
            ))),
        }
    }

    /// Return True if the given string is "interned".
    #[pyfunction("(string, /)")]
    fn _is_interned(string: &Ref<PyStr>) -> bool {
        string.is_interned()
    }

    /// Clear all internal performance-related caches.
    #[pyfunction("()")]
    fn _clear_internal_caches() {
        minipy_vm::types::typeobj::clear_method_cache();
    }

    /// Clear the internal type lookup cache.
    #[pyfunction("()")]
    fn _clear_type_cache() {
        minipy_vm::types::typeobj::clear_method_cache();
    }

    /// Private function for clearing certain descriptors from a type's dictionary.
    ///
    /// See gh-135228 for context.
    #[pyfunction("(type, /)")]
    fn _clear_type_descriptors(r#type: &TypeRef) -> PyResult<()> {
        if r#type.flags().contains(TypeFlags::IMMUTABLETYPE) {
            return Err(exceptions::type_error("argument is immutable"));
        }
        r#type.clear_instance_descriptors()
    }

    /// Return True if the given object is "immortal" per PEP 683.
    ///
    /// This function should be used for specialized purposes only.
    #[pyfunction("(op, /)")]
    fn _is_immortal(op: &Value) -> bool {
        match op.downcast::<PyType>() {
            Some(class) => class.flags().contains(TypeFlags::IMMORTAL),
            None => op.header().is_none(),
        }
    }

    /// Return the default encoding used by the Unicode implementation.
    #[pyfunction("()")]
    fn getdefaultencoding() -> &'static str {
        "utf-8"
    }

    /// Return the encoding used to convert Unicode filenames to OS filenames.
    #[pyfunction("()")]
    fn getfilesystemencoding() -> &'static str {
        crate::path::encoding().name()
    }

    /// Return the error mode used Unicode to convert filenames to OS filenames.
    #[pyfunction("()")]
    fn getfilesystemencodeerrors() -> &'static str {
        "surrogateescape"
    }
}

pub use functions::MODULE;
