//! Shared libraries: `dlopen` and its kin.

use minipy_vm::{PyList, PyResult, StrRef, Value, exceptions};
use std::ffi::{CStr, CString, c_char, c_int, c_void};

/// The message of the last error of the dynamic linker.
fn last_error() -> Option<String> {
    // SAFETY: the message is copied before the next call.
    unsafe {
        let message = libc::dlerror();
        (!message.is_null()).then(|| CStr::from_ptr(message).to_string_lossy().into_owned())
    }
}

/// A name as C wants it; ValueError if it has a null character in it.
pub fn c_name(name: &StrRef) -> PyResult<CString> {
    let bytes = minipy_vm::protocol::call_method(
        name.as_value(),
        minipy_vm::name!("encode"),
        &[Value::from("utf-8")],
    )?;
    let bytes = bytes.downcast::<minipy_vm::PyBytes>().map(|bytes| bytes.to_vec()).unwrap_or_default();
    CString::new(bytes).map_err(|_| exceptions::value_error("embedded null character"))
}

/// Loads a library, or for `None` gives the program itself. The error is the linker's message.
pub fn open(name: Option<&CStr>, mode: c_int) -> Result<*mut c_void, String> {
    let name = name.map_or(std::ptr::null(), CStr::as_ptr);
    let open = || {
        // SAFETY: a null pointer or a C string. What the library's initialisation does is up to the program.
        unsafe { libc::dlopen(name, mode | libc::RTLD_NOW) }
    };
    // It may run any code, which may call back.
    let handle = minipy_vm::gil::without(open);
    if handle.is_null() {
        Err(last_error().unwrap_or_else(|| "dlopen() error".to_owned()))
    } else {
        Ok(handle)
    }
}

/// Releases a library. The error is the linker's message.
pub fn close(handle: *mut c_void) -> Result<(), String> {
    // SAFETY: the program says that it is a handle.
    match unsafe { libc::dlclose(handle) } {
        0 => Ok(()),
        _ => Err(last_error().unwrap_or_else(|| "dlclose() error".to_owned())),
    }
}

/// What is said of a symbol whose address is null.
pub fn not_found(name: &StrRef) -> String {
    format!("symbol '{name}' not found")
}

/// The address of a symbol. The error is the linker's message, or `missing` if it has none: the symbol is there, but null.
pub fn symbol(
    handle: *mut c_void,
    name: &CStr,
    missing: impl FnOnce() -> String,
) -> Result<*mut c_void, String> {
    // Forgets what has failed before.
    _ = last_error();
    // SAFETY: the program says that it is a handle; null stands for the program and what it has loaded.
    let address = unsafe { libc::dlsym(handle, name.as_ptr()) };
    if address.is_null() {
        return Err(last_error().unwrap_or_else(missing));
    }
    Ok(address)
}

/// The names of the libraries that are loaded, that of the program empty.
pub fn list() -> Value {
    unsafe extern "C" fn note(info: *mut libc::dl_phdr_info, _size: usize, names: *mut c_void) -> c_int {
        // SAFETY: the linker passes a description, and on the list that it was called with.
        unsafe {
            let name: *const c_char = (*info).dlpi_name;
            if !name.is_null() {
                (*names.cast::<Vec<Vec<u8>>>()).push(CStr::from_ptr(name).to_bytes().to_vec());
            }
        }
        0
    }
    let mut names: Vec<Vec<u8>> = Vec::new();
    // SAFETY: the function gets the list back while it lives.
    unsafe { libc::dl_iterate_phdr(Some(note), (&raw mut names).cast()) };
    PyList::from_vec(names.iter().map(|name| crate::path::decode(name).into_value()).collect()).into_value()
}
