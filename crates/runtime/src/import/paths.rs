//! Paths as the import system takes them apart and puts them together, and what it asks the file system.

use super::external;
use crate::path::fs_encode;
use minipy_vm::exceptions::os_error_from_io;
use minipy_vm::types::str::{StrBuilder, empty};
use minipy_vm::{PyErr, PyResult, PyStr, StrRef, Value, exceptions, gil, name, protocol};
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const SLASH: u32 = b'/' as u32;
/// Most bytes of a file that are asked for before it is known that it has as many.
const MOST_AT_ONCE: usize = 1 << 24;

/// The parts joined by slashes, of which none are doubled; empty parts are left out.
pub fn join(parts: &[&PyStr]) -> StrRef {
    let mut out = StrBuilder::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    let mut first = true;
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !first {
            out.push(SLASH);
        }
        first = false;
        let trailing = part.chars().rev().take_while(|&c| c == SLASH).count();
        if trailing == 0 {
            out.push_pystr(part);
        } else {
            out.push_pystr(&part.substring(0, part.len() - trailing));
        }
    }
    out.finish()
}

/// Where the ASCII character is in the text for the last time.
pub fn last_index(text: &PyStr, wanted: u8) -> Option<usize> {
    match text.as_ascii() {
        Some(text) => text.bytes().rposition(|c| c == wanted),
        None => text.chars().rposition(|c| c == u32::from(wanted)),
    }
}

/// The folder and the last part, without the slash between them.
pub fn split(path: &PyStr) -> (StrRef, StrRef) {
    match last_index(path, b'/') {
        None => (empty(), path.substring(0, path.len())),
        Some(at) => (path.substring(0, at), path.substring(at + 1, path.len())),
    }
}

pub fn is_absolute(path: &PyStr) -> bool {
    !path.is_empty() && path.char_at(0) == SLASH
}

/// The path from the root, by the working directory.
pub fn absolute(path: &StrRef) -> PyResult<StrRef> {
    if is_absolute(path) {
        return Ok(path.clone());
    }
    let skip =
        if path.len() >= 2 && path.char_at(0) == u32::from(b'.') && path.char_at(1) == SLASH { 2 } else { 0 };
    let folder = current_folder()?;
    Ok(join(&[&folder, &path.substring(skip, path.len())]))
}

/// `os.getcwd()`.
pub fn current_folder() -> PyResult<StrRef> {
    match std::env::current_dir() {
        Ok(path) => Ok(crate::path::decode(path.as_os_str().as_bytes())),
        Err(error) => Err(os_error_from_io(&error, None)),
    }
}

/// Runs `f` on a path without the GIL; errors become OSError about the path.
pub fn on_path<T: Send>(path: &Value, f: impl FnOnce(&Path) -> std::io::Result<T> + Send) -> PyResult<T> {
    let bytes = fs_encode(path)?;
    gil::without(|| f(Path::new(OsStr::from_bytes(&bytes))))
        .map_err(|error| os_error_from_io(&error, Some(path.clone())))
}

/// What the import system wants to know of a file.
#[derive(Clone, Copy)]
pub struct Stat {
    pub mode: u32,
    pub size: u64,
    /// The modification time in seconds, as `st_mtime` has it.
    pub mtime: f64,
}

pub const FILE: u32 = libc::S_IFREG;
pub const FOLDER: u32 = libc::S_IFDIR;

impl Stat {
    /// Whether it is a file of this kind.
    pub fn is(self, kind: u32) -> bool {
        self.mode & libc::S_IFMT == kind
    }
}

/// `_path_stat(path)`.
pub fn stat(path: &StrRef) -> PyResult<Stat> {
    if let Some(replacement) = external::replacement(name!("_path_stat"))? {
        return foreign_stat(&protocol::call1(&replacement, path.to_value())?);
    }
    let metadata = on_path(path.as_value(), |path| std::fs::metadata(path))?;
    Ok(Stat {
        mode: metadata.mode(),
        size: metadata.size(),
        mtime: metadata.mtime() as f64 + 1e-9 * metadata.mtime_nsec() as f64,
    })
}

/// Reads a stat result that Python code has made.
fn foreign_stat(result: &Value) -> PyResult<Stat> {
    let int = |name| -> PyResult<i64> {
        Ok(protocol::index_to_i64(&protocol::getattr(result, name)?)?.unwrap_or(i64::MAX))
    };
    Ok(Stat {
        mode: int(name!("st_mode"))? as u32,
        size: int(name!("st_size"))? as u64,
        mtime: protocol::to_f64(&protocol::getattr(result, name!("st_mtime"))?)?,
    })
}

/// Whether `path` exists and is of this kind.
pub fn is_kind(path: &StrRef, kind: u32) -> PyResult<bool> {
    match stat(path) {
        Ok(stat) => Ok(stat.is(kind)),
        Err(error) if error.is_instance(exceptions::os_error_class()) => Ok(false),
        Err(error) => Err(error),
    }
}

/// `_path_isfile(path)`.
pub fn is_file(path: &StrRef) -> PyResult<bool> {
    match external::replacement(name!("_path_isfile"))? {
        Some(replacement) => protocol::truth(&protocol::call1(&replacement, path.to_value())?),
        None => is_kind(path, FILE),
    }
}

/// `_path_isdir(path)`; the empty path is the working directory.
pub fn is_folder(path: &StrRef) -> PyResult<bool> {
    match external::replacement(name!("_path_isdir"))? {
        Some(replacement) => protocol::truth(&protocol::call1(&replacement, path.to_value())?),
        None if path.is_empty() => is_kind(&current_folder()?, FOLDER),
        None => is_kind(path, FOLDER),
    }
}

/// The file's contents; an `open` event is raised for audit hooks, as `io.open_code` does.
pub fn read_file(path: &Value) -> PyResult<Vec<u8>> {
    if crate::sys::is_audited() {
        let flags = Value::from(i64::from(libc::O_RDONLY | libc::O_CLOEXEC));
        crate::sys::audit("open", &[path.clone(), Value::from("r"), flags])?;
    }
    on_path(path, read)
}

/// [`std::fs::read`] with fewer system calls.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let size = metadata.size() as usize;
    let mut data = vec![0; size.saturating_add(1).min(MOST_AT_ONCE)];
    let count = file.read(&mut data)?;
    data.truncate(count);
    // A read of a regular file that gives less than was asked for has come to its end.
    if count != size || !metadata.is_file() {
        file.read_to_end(&mut data)?;
    }
    Ok(data)
}

/// `os.fspath(path)` as a str: importlib's paths are not bytes.
pub fn text(path: &Value) -> PyResult<StrRef> {
    let path = crate::path::fspath(path)?;
    path.downcast_into::<PyStr>().map_err(|other| {
        exceptions::type_error(format!("a path of type str is required, not '{}'", other.type_name()))
    })
}

/// Whether the error is one of the file system's, which imports mostly take as "not there".
pub fn is_os_error(error: &PyErr) -> bool {
    error.is_instance(exceptions::os_error_class())
}
