//! The parts of `os.path` that are native.

use super::path_arg::{PathArg, name_value};
use minipy_macros::pymodule;
use minipy_vm::macros_support::{ArgPos, FromArg};
use minipy_vm::{PyBytes, PyResult, PyStr, PyTuple, Value};

/// A path that is only taken apart, where NUL characters do not matter.
pub struct PlainPath {
    bytes: Vec<u8>,
    as_bytes: bool,
}

impl FromArg<'_> for PlainPath {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        if let Some(bytes) = value.downcast::<PyBytes>() {
            return Ok(PlainPath { bytes: bytes.as_bytes().to_vec(), as_bytes: true });
        }
        if let Some(text) = value.downcast::<PyStr>() {
            // Surrogates survive as WTF-8.
            return Ok(PlainPath { bytes: text.to_wtf8().into_bytes(), as_bytes: false });
        }
        let path = PathArg::from_arg(value, at)?;
        PlainPath::from_arg(&path.original, at)
    }
}

impl PlainPath {
    fn value(&self, part: &[u8]) -> Value {
        if self.as_bytes {
            return name_value(part, true);
        }
        match rustpython_wtf8::Wtf8::from_bytes(part) {
            Some(text) => PyStr::from_wtf8(text).into_value(),
            None => name_value(part, false),
        }
    }
}

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    /// Return the file system path representation of the object.
    ///
    /// If the object is str or bytes, then allow it to pass through as-is.  If
    /// the object defines __fspath__(), then return the result of that method.
    /// All other types raise a TypeError.
    #[pyfunction("($module, /, path)")]
    fn fspath(path: &Value) -> PyResult<Value> {
        crate::path::fspath(path)
    }

    /// Split a pathname into drive, root and tail.
    ///
    /// The tail contains anything after the root.
    #[pyfunction("($module, /, p)")]
    fn _path_splitroot_ex(p: PlainPath) -> Value {
        let slashes = p.bytes.iter().take_while(|&&b| b == b'/').count();
        let root = if slashes == 2 { 2 } else { slashes.min(1) };
        let (root, tail) = p.bytes.split_at(root);
        PyTuple::from_array([p.value(b""), p.value(root), p.value(tail)]).into_value()
    }

    /// Normalize path, eliminating double slashes, etc.
    #[pyfunction("($module, /, path)")]
    fn _path_normpath(path: PlainPath) -> Value {
        path.value(&super::normalize(&path.bytes))
    }
}

pub use functions::MODULE;

fn normalize(path: &[u8]) -> Vec<u8> {
    let slashes = path.iter().take_while(|&&b| b == b'/').count();
    let root = if slashes == 2 { 2 } else { slashes.min(1) };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." if root == 0 && parts.last().is_none_or(|&p| p == b"..") => parts.push(part),
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut out = vec![b'/'; root];
    out.extend(parts.join(&b'/'));
    if out.is_empty() {
        out.push(b'.');
    }
    out
}
