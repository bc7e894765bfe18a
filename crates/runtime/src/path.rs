//! File names: between Python's str, bytes and path-like objects and the system's bytes (PEP 383, PEP 519).

use minipy_vm::{PyBytes, PyResult, PyStr, StrRef, Value, exceptions, name, protocol};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicU8, Ordering};

/// The encoding of file names, arguments and the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// A C locale without UTF-8 mode.
    Ascii,
}

static ENCODING: AtomicU8 = AtomicU8::new(Encoding::Utf8 as u8);

/// Sets the encoding, before the first file name is read.
pub fn set_encoding(encoding: Encoding) {
    ENCODING.store(encoding as u8, Ordering::Relaxed);
}

/// The encoding of file names.
pub fn encoding() -> Encoding {
    if ENCODING.load(Ordering::Relaxed) == Encoding::Ascii as u8 { Encoding::Ascii } else { Encoding::Utf8 }
}

impl Encoding {
    /// Python's name of the encoding.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Ascii => "ascii",
        }
    }
}

/// A file name of the system as str.
pub fn from_os(name: &OsStr) -> Value {
    decode(name.as_bytes()).into_value()
}

/// `path` behind the current folder if it is not absolute; an empty path is the current folder.
pub fn absolute(path: &OsStr) -> OsString {
    if path.as_bytes().first() == Some(&b'/') {
        return path.to_owned();
    }
    let Ok(folder) = std::env::current_dir() else { return path.to_owned() };
    let mut whole = folder.into_os_string();
    // As `os.path.join`, but `.` and a leading `./` add nothing.
    let mut rest = path.as_bytes();
    while let Some(inner) = rest.strip_prefix(b"./") {
        rest = inner;
    }
    if !rest.is_empty() && rest != b"." {
        if whole != "/" {
            whole.push("/");
        }
        whole.push(OsStr::from_bytes(rest));
    }
    whole
}

/// `os.fspath(path)`: a str or bytes.
pub fn fspath(path: &Value) -> PyResult<Value> {
    if path.downcast::<PyStr>().is_some() || path.downcast::<PyBytes>().is_some() {
        return Ok(path.clone());
    }
    let Some(result) = call_fspath(path)? else {
        return Err(exceptions::type_error(format!(
            "expected str, bytes or os.PathLike object, not {}",
            path.type_name()
        )));
    };
    if result.downcast::<PyStr>().is_some() || result.downcast::<PyBytes>().is_some() {
        return Ok(result);
    }
    Err(exceptions::type_error(format!(
        "expected {}.__fspath__() to return str or bytes, not {}",
        path.type_name(),
        result.type_name()
    )))
}

/// What `__fspath__` gives, if the object has it; a class says with None that it has not.
pub fn call_fspath(path: &Value) -> PyResult<Option<Value>> {
    if path.class().lookup(name!("__fspath__")).is_none_or(|method| method.is_none()) {
        return Ok(None);
    }
    protocol::call_special(path, name!("__fspath__"), &[])
}

/// Bytes of the system as a str, undecodable ones as lone surrogates.
pub fn decode(bytes: &[u8]) -> StrRef {
    if encoding() == Encoding::Ascii {
        let chars = bytes.iter().map(|&b| u32::from(b) + if b.is_ascii() { 0 } else { 0xdc00 });
        return PyStr::from_code_points(&chars.collect::<Vec<_>>());
    }
    let mut chars = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        chars.extend(chunk.valid().chars().map(u32::from));
        chars.extend(chunk.invalid().iter().map(|&b| 0xdc00 + u32::from(b)));
    }
    PyStr::from_code_points(&chars)
}

/// A str as bytes for the system; `None` if it holds a surrogate that no byte was decoded to, or anything else that the encoding
/// does not have.
pub fn encode(text: &PyStr) -> Option<Vec<u8>> {
    if let Some(ascii) = text.as_ascii() {
        return Some(ascii.as_bytes().to_vec());
    }
    let ascii_only = encoding() == Encoding::Ascii;
    let mut bytes = Vec::with_capacity(text.len() * 2);
    for c in text.chars() {
        match c {
            0xdc80..=0xdcff => bytes.push((c - 0xdc00) as u8),
            0x80.. if ascii_only => return None,
            c => {
                let mut buffer = [0; 4];
                bytes.extend_from_slice(char::from_u32(c)?.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
    Some(bytes)
}

/// A path argument as a str.
pub fn fs_decode(path: &Value) -> PyResult<StrRef> {
    let path = fspath(path)?;
    match path.downcast::<PyStr>() {
        Some(text) => Ok(text.clone()),
        None => Ok(path.downcast::<PyBytes>().map_or_else(|| PyStr::from_str(""), |b| decode(b.as_bytes()))),
    }
}

/// A path argument as bytes for the system. NUL bytes are refused.
pub fn fs_encode(path: &Value) -> PyResult<Vec<u8>> {
    let path = fspath(path)?;
    let bytes = match path.downcast::<PyStr>() {
        Some(text) => match encode(text) {
            Some(bytes) => bytes,
            // The codec words the error.
            None => {
                protocol::call_method(
                    &path,
                    name!("encode"),
                    &[encoding().name().into(), "surrogateescape".into()],
                )?;
                Vec::new()
            }
        },
        None => path.downcast::<PyBytes>().map_or_else(Vec::new, |b| b.as_bytes().to_vec()),
    };
    if bytes.contains(&0) {
        return Err(exceptions::value_error("embedded null byte"));
    }
    Ok(bytes)
}
