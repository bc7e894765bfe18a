//! Warnings that native code issues: the `_warnings` module installs what they go through.

use crate::PyResult;
use crate::cell::GilCell;
use crate::protocol::CmpOp;
use crate::types::typeobj::TypeRef;
use crate::value::Value;

/// The functions of `_warnings`.
pub struct Hooks {
    /// `warn(category, message, stacklevel, source)`.
    pub warn: fn(&TypeRef, &str, i64, Option<&Value>) -> PyResult<()>,
    /// `warn_explicit(category, message, filename, lineno)`, with the module's name from the filename.
    pub warn_explicit: fn(&TypeRef, &str, &str, i64) -> PyResult<()>,
    /// The warning about a coroutine that nobody awaited.
    pub unawaited_coroutine: fn(&Value),
}

/// Whether comparing bytes with str and the like is worth a BytesWarning (`-b`).
static BYTES: GilCell<bool> = GilCell::new(false);

/// Turns BytesWarnings on.
pub fn enable_bytes_warnings() {
    BYTES.set(true);
}

/// Whether `-b` was given.
#[inline]
pub fn bytes_warnings() -> bool {
    BYTES.get()
}

/// Issues a BytesWarning.
#[cold]
pub fn bytes(message: &str) -> PyResult<()> {
    warn(crate::exceptions::bytes_warning_class(), message, 1)
}

/// Warns about `bytes == other` where `other` is something that bytes are never equal to. `class` is the name of the bytes' class.
#[cold]
pub fn bytes_comparison(class: &str, other: &Value, op: CmpOp) -> PyResult<()> {
    if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(());
    }
    if other.downcast::<crate::types::str::PyStr>().is_some() {
        return bytes(&format!("Comparison between {class} and string"));
    }
    if class == "bytes" && crate::protocol::is_int(other) {
        return bytes("Comparison between bytes and int");
    }
    Ok(())
}

static HOOKS: GilCell<Option<&'static Hooks>> = GilCell::new(None);

/// Installs the runtime's functions.
pub fn install(hooks: &'static Hooks) {
    HOOKS.set(Some(hooks));
}

/// Issues a warning attributed to the frame `stacklevel` levels up, 1 being the one that executes. The error is the
/// warning itself where filters turn it into one.
#[cold]
pub fn warn(category: &TypeRef, message: &str, stacklevel: i64) -> PyResult<()> {
    HOOKS.get().map_or(Ok(()), |hooks| (hooks.warn)(category, message, stacklevel, None))
}

/// Issues a ResourceWarning: nobody has closed `object`.
#[cold]
pub fn unclosed(object: &Value, message: &str) -> PyResult<()> {
    let category = crate::exceptions::resource_warning_class();
    HOOKS.get().map_or(Ok(()), |hooks| (hooks.warn)(category, message, 1, Some(object)))
}

/// Warns that a conversion method gave `result`, an instance of a strict subclass of the builtin class `expected`.
#[cold]
pub fn strict_subclass(method: &str, expected: &str, result: &Value) -> PyResult<()> {
    let message = format!(
        "{method} returned non-{expected} (type {}).  The ability to return an instance of a strict subclass of {expected} is deprecated, and may be removed in a future version of Python.",
        result.type_name()
    );
    warn(crate::exceptions::deprecation_warning_class(), &message, 1)
}

/// Issues a warning about a place in a file.
#[cold]
pub fn warn_explicit(category: &TypeRef, message: &str, filename: &str, lineno: i64) -> PyResult<()> {
    HOOKS.get().map_or(Ok(()), |hooks| (hooks.warn_explicit)(category, message, filename, lineno))
}

/// Warns that a coroutine was never awaited.
#[cold]
pub fn unawaited_coroutine(coroutine: &Value) {
    if let Some(hooks) = HOOKS.get() {
        (hooks.unawaited_coroutine)(coroutine);
    }
}
