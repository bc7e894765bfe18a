//! Objects in memory: sizes, counts, interned strings, caches.

use minipy_macros::pymodule;
use minipy_vm::types::instance::DICT_WORD;
use minipy_vm::types::str::{StrRef, intern_ref};
use minipy_vm::types::typeobj::{PyType, TypeFlags, TypeRef};
use minipy_vm::types::{bytes, tuple};
use minipy_vm::{PyBytes, PyResult, PyStr, Ref, Value, exceptions, name, protocol};
use std::sync::OnceLock;

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Return the number of interned strings.
    #[pyfunction("($module, /, *, _only_immortal=False)")]
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
            // What is no heap object has no count: the number that CPython shows for immortal objects.
            None => 3 << 30,
        }
    }

    /// getsizeof(object [, default]) -> int
    ///
    /// Return the size of object in bytes.
    #[pyfunction("($module, /, object, default=<unrepresentable>)", nosig)]
    fn getsizeof(object: &Value, default: Option<&Value>) -> PyResult<Value> {
        match (super::cost_of(object), default) {
            (Err(error), Some(default)) if error.is_instance(exceptions::type_error_class()) => {
                Ok(default.clone())
            }
            (size, _) => size,
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
                string.type_name_or_none()
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
    fn _clear_type_cache() -> PyResult<()> {
        minipy_vm::warnings::warn(
            exceptions::deprecation_warning_class(),
            "sys._clear_type_cache() is deprecated and scheduled for removal in a future version. Use sys._clear_internal_caches() instead.",
            1,
        )?;
        minipy_vm::types::typeobj::clear_method_cache();
        Ok(())
    }

    /// Return the number of memory blocks currently allocated.
    #[pyfunction("()")]
    fn getallocatedblocks() -> usize {
        super::ALLOCATOR.get().map_or(0, |allocator| (allocator.blocks)())
    }

    /// Print debug info to stderr about the state of the memory allocator and the interned strings.
    #[pyfunction("()")]
    fn _debugmallocstats() {
        super::debug_statistics();
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
        super::is_immortal(op)
    }
}

pub use functions::MODULE;

/// What the memory allocator, which the command chooses, can say about itself.
pub struct AllocatorInfo {
    /// How many blocks the calling thread's heap holds.
    pub blocks: fn() -> usize,
    /// Writes statistics to standard error.
    pub print: fn(),
}

static ALLOCATOR: OnceLock<AllocatorInfo> = OnceLock::new();

/// Tells the module about the memory allocator.
pub fn set_allocator(info: AllocatorInfo) {
    let _ = ALLOCATOR.set(info);
}

/// Prints what `sys._debugmallocstats()` does.
pub fn debug_statistics() {
    if let Some(allocator) = ALLOCATOR.get() {
        (allocator.print)();
    }
    crate::startup::complain(&format!("{} interned strings", minipy_vm::types::str::interned_count()));
}

/// Whether the object stays as long as the interpreter: what is no heap object, builtin classes, and the empty and one-item
/// texts that all share.
fn is_immortal(object: &Value) -> bool {
    if let Some(class) = object.downcast::<PyType>() {
        return class.flags().contains(TypeFlags::IMMORTAL);
    }
    if let Some(text) = object.downcast_exact::<PyStr>() {
        return match text.len() {
            0 => PyStr::from_str("").as_value().is(object),
            1 => PyStr::from_char(text.char_at(0)).as_value().is(object),
            _ => false,
        };
    }
    if let Some(data) = object.downcast_exact::<PyBytes>() {
        return data.len() <= 1 && bytes::from_slice(data).as_value().is(object);
    }
    object.header().is_none() || tuple::empty().as_value().is(object)
}

/// Bytes that the collector's list of objects takes for each one it tracks.
pub const TRACKING: usize = size_of::<usize>();

/// What `object.__sizeof__()` says, and what the object costs besides.
fn cost_of(object: &Value) -> PyResult<Value> {
    let Some(size) = protocol::call_special(object, name!("__sizeof__"), &[])? else {
        return Err(exceptions::type_error(format!("Type {} doesn't define __sizeof__", object.type_name())));
    };
    if !protocol::is_int(&size) {
        return Err(exceptions::type_error("an integer is required"));
    }
    let Some(size) = minipy_vm::types::int::to_i64(&size) else {
        return Err(exceptions::overflow_error("Python int too large to convert to C ssize_t"));
    };
    let Ok(size) = usize::try_from(size) else {
        return Err(exceptions::value_error("__sizeof__() should return >= 0"));
    };
    let tracking = if minipy_vm::heap::gc::is_tracked(object) { TRACKING } else { 0 };
    let dict_word = if object.header().is_some() && object.class().has_dict() { DICT_WORD } else { 0 };
    Ok(Value::from(size + tracking + dict_word))
}
