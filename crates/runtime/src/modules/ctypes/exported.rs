//! Functions that `ctypes` calls through their addresses, with objects as arguments: `cast`, `string_at` and the like.

use super::call::raise;
use super::data::{CData, CDataRef};
use super::info::{self, Kind};
use super::text;
use minipy_vm::buffer::Buffer;
use minipy_vm::types::bytes::from_slice;
use minipy_vm::types::memoryview::PyMemoryView;
use minipy_vm::{PyDict, PyErr, PyResult, PyType, Value, exceptions};
use std::ffi::CStr;

/// A result as C gets it: a reference, or 0 and a note of the error.
fn given(result: PyResult<Value>) -> u64 {
    match result {
        Ok(value) => value.into_bits(),
        Err(error) => raise(error),
    }
}

/// # Safety
/// `word` must be that of a live object.
unsafe fn borrowed(word: u64) -> Value {
    // SAFETY: the caller's promise.
    unsafe { Value::clone_from_bits(word) }
}

/// `cast`: an object of the type `class` that holds the address, and keeps what `source` keeps.
pub unsafe extern "C" fn cast(address: usize, source: u64, class: u64) -> u64 {
    // SAFETY: called with `py_object` arguments, which are live.
    let (source, class) = unsafe { (borrowed(source), borrowed(class)) };
    given(cast_to(address, &source, &class))
}

#[cold]
fn not_a_pointer(class: &Value) -> PyErr {
    let name =
        class.downcast::<PyType>().filter(|_| info::of_type(class).is_some()).map(|class| class.name());
    let name = name.map_or_else(String::new, |name| format!(", not {name}"));
    exceptions::type_error(format!("cast() argument 2 must be a pointer type{name}"))
}

fn cast_to(address: usize, source: &Value, class: &Value) -> PyResult<Value> {
    let info = info::of_type(class).ok_or_else(|| not_a_pointer(class))?;
    let is_address = match &info.kind {
        Kind::Pointer(_) | Kind::Function(_) => true,
        Kind::Simple { code, .. } => matches!(code.code, b's' | b'P' | b'u' | b'z' | b'Z' | b'X'),
        _ => false,
    };
    if !is_address {
        return Err(not_a_pointer(class));
    }
    let result = minipy_vm::protocol::call0(class)?;
    let Some(made) = result.downcast::<CData>() else { return Err(not_a_pointer(class)) };
    if let Some(source) = source.downcast::<CData>() {
        share_objects(made, source)?;
    }
    made.set_pointer(address);
    Ok(result)
}

/// The new object shares the dict of kept objects, and the source is in it.
fn share_objects(made: &CDataRef, source: &CDataRef) -> PyResult<()> {
    CData::ensure_dict(source);
    let objects = CData::kept_objects(source);
    if let Some(dict) = objects.downcast_exact::<PyDict>() {
        dict.set(Value::from(source.as_value().id()), source.to_value())?;
    }
    made.set_objects(objects);
    Ok(())
}

fn audit(event: &str, args: &[i64]) -> PyResult<()> {
    if !crate::sys::is_audited() {
        return Ok(());
    }
    let args: Vec<Value> = args.iter().copied().map(Value::from).collect();
    crate::sys::audit(event, &args)
}

/// `string_at`: so many bytes at an address, or those up to the zero.
pub unsafe extern "C" fn string_at(address: usize, size: i32) -> u64 {
    let read = || {
        audit("ctypes.string_at", &[address as i64, i64::from(size)])?;
        let data = address as *const u8;
        // SAFETY: the program says that the bytes are there.
        let bytes = unsafe {
            match usize::try_from(size) {
                Ok(0) => &[],
                Ok(size) => std::slice::from_raw_parts(data, size),
                Err(_) if size == -1 => CStr::from_ptr(data.cast()).to_bytes(),
                Err(_) => {
                    let message = "Negative size passed to PyBytes_FromStringAndSize";
                    return Err(exceptions::system_error(message));
                }
            }
        };
        Ok(from_slice(bytes).into_value())
    };
    given(read())
}

/// `wstring_at`: as [`string_at`], wide characters.
pub unsafe extern "C" fn wstring_at(address: usize, size: i32) -> u64 {
    let read = || {
        audit("ctypes.wstring_at", &[address as i64, i64::from(size)])?;
        let count = match usize::try_from(size) {
            Ok(count) => Some(count),
            Err(_) if size == -1 => None,
            Err(_) => return Err(exceptions::system_error("Negative size passed to PyUnicode_New")),
        };
        if count == Some(0) {
            return text::from_wide(&[]);
        }
        // SAFETY: the program says that the characters are there.
        text::from_wide(unsafe { text::wide_at(address as *const u32, count) })
    };
    given(read())
}

/// `memoryview_at`: a view of so many bytes at an address.
pub unsafe extern "C" fn memoryview_at(address: usize, size: isize, readonly: i32) -> u64 {
    let view = || {
        audit("ctypes.memoryview_at", &[address as i64, size as i64, i64::from(readonly)])?;
        let Ok(len) = usize::try_from(size) else {
            return Err(exceptions::value_error(format!(
                "memoryview_at: size is negative (or overflowed): {size}"
            )));
        };
        // Nothing of an empty view is ever looked at, but it has an address.
        let data = if address == 0 { std::ptr::dangling_mut() } else { address as *mut u8 };
        let buffer = Buffer::of_bytes(Value::NONE, data, len, readonly != 0, None);
        Ok(PyMemoryView::from_buffer(buffer).into_value())
    };
    given(view())
}
