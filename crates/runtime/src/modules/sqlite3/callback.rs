//! Running Python code from within SQLite, and the values that go to and fro.

use super::{db, errors};
use libsqlite3_sys as ffi;
use minipy_vm::codecs::{Errors, Native, decode_utf8, encode_native};
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::{float, int};
use minipy_vm::{PyErr, PyResult, PyStr, StrRef, Value, buffer, exceptions, gil, protocol};
use std::borrow::Cow;
use std::ffi::{CString, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

static TRACEBACKS: AtomicBool = AtomicBool::new(false);

/// `enable_callback_tracebacks`.
pub fn enable_tracebacks(enable: bool) {
    TRACEBACKS.store(enable, Ordering::Relaxed);
}

/// Runs `f` with the GIL; not while something is dropped.
pub fn python<R>(f: impl FnOnce() -> R) -> Option<R> {
    if db::is_quiet() { None } else { Some(gil::with(f)) }
}

/// Shows an exception of a callback if the program wants to see it.
pub fn report(error: PyErr, callable: &Value) {
    if TRACEBACKS.load(Ordering::Relaxed) {
        let shown = protocol::repr(callable).map_or_else(|_| String::new(), |repr| repr.to_string_lossy());
        let message = format!("Exception ignored on sqlite3 callback {shown}");
        crate::sys::unraisable(error, Some(&message), None);
    }
}

/// UTF-8 as str; UnicodeDecodeError if it is not.
pub fn decode(bytes: &[u8]) -> PyResult<Value> {
    decode_utf8(bytes, &Errors::strict()).map(Into::into)
}

/// A str as UTF-8; UnicodeEncodeError if it holds a surrogate.
pub fn encode(text: &StrRef) -> PyResult<Cow<'_, [u8]>> {
    match text.as_ascii() {
        Some(ascii) => Ok(Cow::Borrowed(ascii.as_bytes())),
        None => encode_native(Native::Utf8, text, &Errors::strict()).map(Cow::Owned),
    }
}

/// A str as a text that ends with NUL; ValueError if it has NUL characters.
pub fn c_text(text: &StrRef) -> PyResult<CString> {
    CString::new(encode(text)?).map_err(|_| exceptions::value_error("embedded null character"))
}

/// The exception for an int beyond 64 bits.
pub fn too_large() -> PyErr {
    exceptions::overflow_error("Python int too large to convert to SQLite INTEGER")
}

/// A value of Python's that SQLite can store.
pub enum Storable<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'a, [u8]>),
    Blob(BytesLike<'a>),
}

impl<'a> Storable<'a> {
    /// The value, unless it is of an unsupported class.
    pub fn of(value: &'a Value) -> PyResult<Option<Storable<'a>>> {
        if value.is_none() {
            return Ok(Some(Storable::Null));
        }
        if protocol::is_int(value) {
            return int::to_i64(value).ok_or_else(too_large).map(|int| Some(Storable::Integer(int)));
        }
        if let Some(real) = float::as_f64(value) {
            return Ok(Some(Storable::Real(real)));
        }
        if let Some(text) = value.downcast::<PyStr>() {
            return encode(text).map(|text| Some(Storable::Text(text)));
        }
        if buffer::is_bytes_like(value) {
            return BytesLike::of(value).map(|bytes| Some(Storable::Blob(bytes)));
        }
        Ok(None)
    }
}

/// The arguments of a function that SQLite calls.
///
/// # Safety
/// `values` has `count` protected values.
pub unsafe fn arguments(count: c_int, values: *mut *mut ffi::sqlite3_value) -> PyResult<Vec<Value>> {
    (0..count as usize)
        .map(|index| {
            // SAFETY: the caller's promise; a value's bytes stay in place until it is asked for another type.
            unsafe {
                let value = *values.add(index);
                Ok(match ffi::sqlite3_value_type(value) {
                    ffi::SQLITE_INTEGER => Value::from(ffi::sqlite3_value_int64(value)),
                    ffi::SQLITE_FLOAT => Value::from(ffi::sqlite3_value_double(value)),
                    ffi::SQLITE_TEXT => {
                        let text = ffi::sqlite3_value_text(value);
                        decode(bytes_at(text.cast(), ffi::sqlite3_value_bytes(value)))?
                    }
                    ffi::SQLITE_BLOB => {
                        let blob = ffi::sqlite3_value_blob(value);
                        from_slice(bytes_at(blob, ffi::sqlite3_value_bytes(value))).into()
                    }
                    _ => Value::NONE,
                })
            }
        })
        .collect()
}

/// Bytes of SQLite's; null stands for none.
///
/// # Safety
/// There are `len` bytes, which stay in place while the slice is used.
pub unsafe fn bytes_at<'a>(data: *const c_void, len: c_int) -> &'a [u8] {
    if data.is_null() || len <= 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(data.cast(), len as usize) }
}

/// Makes `value` the result of the function that SQLite calls.
pub fn set_result(context: *mut ffi::sqlite3_context, value: &Value) -> PyResult<()> {
    let Some(native) = Storable::of(value)? else {
        return Err(errors::programming_error(format!(
            "User-defined functions cannot return '{}' values to SQLite",
            value.type_name()
        )));
    };
    // SAFETY: the context is that of the call; texts and blobs are copied.
    unsafe {
        match native {
            Storable::Null => ffi::sqlite3_result_null(context),
            Storable::Integer(int) => ffi::sqlite3_result_int64(context, int),
            Storable::Real(real) => ffi::sqlite3_result_double(context, real),
            Storable::Text(text) => {
                let len = length(text.len(), "string is longer than INT_MAX bytes")?;
                ffi::sqlite3_result_text(context, text.as_ptr().cast(), len, ffi::SQLITE_TRANSIENT());
            }
            Storable::Blob(blob) => {
                let len = length(blob.len(), "BLOB longer than INT_MAX bytes")?;
                let data = if len == 0 { c"".as_ptr().cast() } else { blob.as_ptr().cast() };
                ffi::sqlite3_result_blob(context, data, len, ffi::SQLITE_TRANSIENT());
            }
        }
    }
    Ok(())
}

/// A length as SQLite takes it.
pub fn length(len: usize, message: &str) -> PyResult<c_int> {
    c_int::try_from(len).map_err(|_| exceptions::overflow_error(message))
}
