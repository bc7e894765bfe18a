//! The bytecode cache: where the pyc of a source lies, reading and writing it (PEP 3147, PEP 488, PEP 552).

use super::external;
use super::imp::{MAGIC_TOKEN, hash_source};
use super::messages::{repr, verbose};
use super::paths;
use crate::modules::marshal::{self, LoadError};
use minipy_bytecode::pyc::{HEADER_LEN, Header, MAGIC};
use minipy_vm::types::bytes;
use minipy_vm::types::code::PyCode;
use minipy_vm::types::str::{StrBuilder, empty};
use minipy_vm::{PyErr, PyResult, PyStr, Ref, StrRef, Value, exceptions, name, protocol, warnings};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;

const DOT: u32 = b'.' as u32;
const SLASH: u32 = b'/' as u32;
const FOLDER: &str = "__pycache__";

fn text(value: &str) -> StrRef {
    PyStr::from_str(value)
}

/// `sys.implementation.cache_tag`; NotImplementedError if it is None.
fn cache_tag() -> PyResult<StrRef> {
    let implementation = crate::sys::require("implementation")?;
    let tag = protocol::getattr(&implementation, name!("cache_tag"))?;
    match tag.downcast_into::<PyStr>() {
        Ok(tag) => Ok(tag),
        Err(_) => Err(exceptions::simple(
            exceptions::not_implemented_error_class(),
            "sys.implementation.cache_tag is None",
        )),
    }
}

/// `sys.pycache_prefix`, if it is set.
fn prefix() -> PyResult<Option<StrRef>> {
    let prefix = crate::sys::require("pycache_prefix")?;
    if prefix.is_none() {
        return Ok(None);
    }
    match prefix.downcast_into::<PyStr>() {
        Ok(prefix) => Ok(Some(prefix)),
        Err(other) => Err(protocol::getattr(&other, name!("rstrip"))
            .err()
            .unwrap_or_else(|| exceptions::type_error("sys.pycache_prefix must be a str"))),
    }
}

/// What `sys.flags.optimize` says.
fn optimize_flag() -> PyResult<Value> {
    let flags = crate::sys::require("flags")?;
    protocol::getattr(&flags, name!("optimize"))
}

/// `cache_from_source(path, debug_override, optimization=optimization)`.
pub fn cache_from_source(
    path: &Value,
    debug_override: Option<&Value>,
    optimization: Option<&Value>,
) -> PyResult<StrRef> {
    let mut optimization = optimization.cloned();
    if let Some(debug) = debug_override {
        warnings::warn(
            exceptions::deprecation_warning_class(),
            "the debug_override parameter is deprecated; use 'optimization' instead",
            1,
        )?;
        if optimization.is_some() {
            return Err(exceptions::type_error("debug_override or optimization must be set to None"));
        }
        optimization = Some(if protocol::truth(debug)? { empty().into_value() } else { Value::small_int(1) });
    }
    let path = paths::text(path)?;
    let (head, tail) = paths::split(&path);
    let tag = cache_tag()?;
    let level = match optimization {
        Some(level) => protocol::str(&level)?,
        None => match optimize_flag()? {
            flag if flag.as_small_int() == Some(0) => empty(),
            flag => protocol::str(&flag)?,
        },
    };
    let dot = paths::last_index(&tail, b'.');
    let mut name = StrBuilder::new();
    match dot {
        None => name.push_pystr(&tail),
        Some(0) => {
            name.push_pystr(&tail.substring(1, tail.len()));
            name.push(DOT);
        }
        Some(dot) => name.push_pystr(&tail.substring(0, dot + 1)),
    }
    name.push_pystr(&tag);
    if !level.is_empty() {
        if !protocol::truth(&protocol::call_method(level.as_value(), name!("isalnum"), &[])?)? {
            let message = format!("{} is not alphanumeric", repr(level.as_value())?);
            return Err(exceptions::value_error(message));
        }
        name.push_str(".opt-");
        name.push_pystr(&level);
    }
    name.push_str(".pyc");
    let name = name.finish();
    match prefix()? {
        None => Ok(paths::join(&[&head, &text(FOLDER), &name])),
        Some(prefix) => {
            let head = paths::absolute(&head)?;
            let leading = head.chars().take_while(|&c| c == SLASH).count();
            Ok(paths::join(&[&prefix, &head.substring(leading, head.len()), &name]))
        }
    }
}

/// `source_from_cache(path)`: ValueError if it is not the path of a cached pyc.
pub fn source_from_cache(path: &Value) -> PyResult<StrRef> {
    cache_tag()?;
    let path = paths::text(path)?;
    let (mut head, filename) = paths::split(&path);
    let mut found = false;
    if let Some(prefix) = prefix()? {
        let trailing = prefix.chars().rev().take_while(|&c| c == SLASH).count();
        let end = prefix.len() - trailing;
        let stripped = prefix.substring(0, end);
        let below = head.len() > end && head.char_at(end) == SLASH;
        if below && head.substring(0, end).eq(&stripped) {
            head = head.substring(end, head.len());
            found = true;
        }
    }
    if !found {
        let (rest, folder) = paths::split(&head);
        if !folder.eq_str(FOLDER) {
            let message = format!("{FOLDER} not bottom-level directory in {}", repr(path.as_value())?);
            return Err(exceptions::value_error(message));
        }
        head = rest;
    }
    let dots: Vec<usize> =
        filename.chars().enumerate().filter(|&(_, c)| c == DOT).map(|(at, _)| at).collect();
    match dots[..] {
        [_, _] => {}
        [_, start, end] => {
            let level = filename.substring(start + 1, end);
            let Some(value) = level.to_string_lossy().strip_prefix("opt-").map(str::to_owned) else {
                return Err(exceptions::value_error(
                    "optimization portion of filename does not start with 'opt-'",
                ));
            };
            if value.is_empty() || !value.chars().all(char::is_alphanumeric) {
                let level = repr(level.as_value())?;
                let message = format!("optimization level {level} is not an alphanumeric value");
                return Err(exceptions::value_error(message));
            }
        }
        _ => {
            let message = format!("expected only 2 or 3 dots in {}", repr(filename.as_value())?);
            return Err(exceptions::value_error(message));
        }
    }
    let base = filename.substring(0, dots.first().copied().unwrap_or(0));
    Ok(paths::join(&[&head, &base.concat(&text(".py"))]))
}

/// `_get_sourcefile(path)`: the source that a pyc was made from, if it is there.
pub fn source_file(bytecode_path: &Value) -> PyResult<Value> {
    let path = paths::text(bytecode_path)?;
    if path.is_empty() {
        return Ok(Value::NONE);
    }
    let Some(dot) = paths::last_index(&path, b'.').filter(|&dot| dot > 0) else {
        return Ok(bytecode_path.clone());
    };
    let extension = path.substring(dot + 1, path.len()).to_string_lossy().to_lowercase();
    let is_python = extension.chars().count() >= 3 && {
        let chars: Vec<char> = extension.chars().collect();
        let (last, before) = (chars.len() - 1, chars.len().saturating_sub(3));
        chars[before..last] == ['p', 'y']
    };
    if !is_python {
        return Ok(bytecode_path.clone());
    }
    let source = match source_from_cache(bytecode_path) {
        Ok(source) => source,
        Err(error)
            if error.is_instance(exceptions::not_implemented_error_class())
                || error.is_instance(exceptions::value_error_class()) =>
        {
            path.substring(0, path.len() - 1)
        }
        Err(error) => return Err(error),
    };
    Ok(if paths::is_file(&source)? { source.into_value() } else { bytecode_path.clone() })
}

/// `_calc_mode(path)`: the permissions that the pyc of a source gets.
pub fn permissions(path: &StrRef) -> PyResult<u32> {
    match paths::stat(path) {
        Ok(stat) => Ok(stat.mode | 0o200),
        Err(error) if paths::is_os_error(&error) => Ok(0o666),
        Err(error) => Err(error),
    }
}

/// `_write_atomic(path, data, mode)`: the file has the whole contents or does not change at all.
pub fn write_atomic(path: &StrRef, data: &[u8], mode: u32) -> PyResult<()> {
    let unique = path.as_value().id();
    crate::sys::audit("builtins.id", &[Value::from(unique)])?;
    let temporary = path.concat(&text(&format!(".{unique}")));
    if let Some(io) = external::replaced_io()? {
        return write_through(&io, path, &temporary, data, mode);
    }
    let flags = libc::O_EXCL | libc::O_CREAT | libc::O_WRONLY | libc::O_CLOEXEC;
    crate::sys::audit("open", &[temporary.to_value(), Value::NONE, flags.into()])?;
    let mut out = paths::on_path(temporary.as_value(), |file| {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(mode & 0o666).open(file)
    })?;
    // CPython makes a file object of the descriptor.
    let flags = libc::O_CREAT | libc::O_TRUNC | libc::O_WRONLY | libc::O_CLOEXEC;
    crate::sys::audit("open", &[out.as_raw_fd().into(), "w".into(), flags.into()])?;
    paths::on_path(temporary.as_value(), |file| {
        let written = out.write_all(data);
        drop(out);
        written.inspect_err(|_| drop(std::fs::remove_file(file)))
    })?;
    let names = [temporary.to_value(), path.to_value(), Value::from(-1), Value::from(-1)];
    crate::sys::audit("os.rename", &names)?;
    rename(path, &temporary)
}

fn rename(path: &StrRef, temporary: &StrRef) -> PyResult<()> {
    let from = crate::path::fs_encode(temporary.as_value())?;
    paths::on_path(path.as_value(), |to| {
        use std::os::unix::ffi::OsStrExt;
        let from = std::path::Path::new(std::ffi::OsStr::from_bytes(&from));
        std::fs::rename(from, to).inspect_err(|_| drop(std::fs::remove_file(from)))
    })
}

/// [`write_atomic`] by an `io` module that a program has put in place of the native one.
fn write_through(io: &Value, path: &StrRef, temporary: &StrRef, data: &[u8], mode: u32) -> PyResult<()> {
    let posix = super::native_module("posix")?;
    let flags = i64::from(libc::O_EXCL | libc::O_CREAT | libc::O_WRONLY);
    let open = [temporary.to_value(), Value::from(flags), Value::from(i64::from(mode & 0o666))];
    let descriptor = protocol::call_method(&posix, name!("open"), &open)?;
    let file = protocol::call_method(io, name!("FileIO"), &[descriptor, Value::from("wb")])?;
    let mut left = data;
    let written = loop {
        let written = protocol::call_method(&file, name!("write"), &[bytes::from_slice(left).into_value()]);
        match written.map(|count| count.as_small_int()) {
            Ok(Some(count)) if count as usize >= left.len() => break Ok(()),
            Ok(Some(count)) => left = &left[count.max(0) as usize..],
            Ok(None) => break Err(exceptions::os_error("os.write() didn't write the full pyc file")),
            Err(error) => break Err(error),
        }
    };
    let closed = protocol::call_method(&file, name!("close"), &[]).map(drop);
    if let Err(error) = written.and(closed) {
        drop(paths::on_path(temporary.as_value(), |file| std::fs::remove_file(file)));
        return Err(error);
    }
    rename(path, temporary)
}

/// How a loader's errors name what they are about.
#[derive(Clone)]
pub struct Details {
    /// The module, as `ImportError.name` has it.
    pub name: Value,
    /// The file, as `ImportError.path` has it.
    pub path: Value,
}

impl Details {
    #[cold]
    fn import_error(&self, message: &str) -> PyErr {
        let class = exceptions::import_error_class();
        let given = |value: &Value| Some(value.clone()).filter(|value| !value.is_none());
        exceptions::import_error(class, message, given(&self.name), given(&self.path), None)
    }
}

/// Why a pyc does not count: an ImportError or EOFError.
#[cold]
fn refuse(message: String, details: &Details) -> PyErr {
    if let Err(error) = verbose(1, || Ok(message.clone())) {
        return error;
    }
    details.import_error(&message)
}

/// `_classify_pyc(data, name, details)`: checks the header of a pyc and gives its flags.
pub fn classify(data: &[u8], name: &Value, details: &Details) -> PyResult<u32> {
    let magic = &data[..data.len().min(4)];
    if magic != MAGIC {
        let magic = repr(bytes::from_slice(magic).as_value())?;
        return Err(refuse(format!("bad magic number in {}: {magic}", repr(name)?), details));
    }
    if data.len() < HEADER_LEN {
        let message = format!("reached EOF while reading pyc header of {}", repr(name)?);
        verbose(1, || Ok(message.clone()))?;
        return Err(exceptions::eof_error(message));
    }
    let flags = word(data, 4);
    if flags & !0b11 != 0 {
        return Err(details.import_error(&format!("invalid flags {flags} in {}", repr(name)?)));
    }
    Ok(flags)
}

fn word(data: &[u8], at: usize) -> u32 {
    data.get(at..at + 4).and_then(|w| w.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// `_validate_timestamp_pyc`: whether a pyc belongs to a source of this time and size.
pub fn validate_timestamp(
    data: &[u8],
    mtime: i64,
    size: Option<i64>,
    name: &Value,
    details: &Details,
) -> PyResult<()> {
    if word(data, 8) != mtime as u32 || size.is_some_and(|size| word(data, 12) != size as u32) {
        return Err(refuse(format!("bytecode is stale for {}", repr(name)?), details));
    }
    Ok(())
}

/// `_validate_hash_pyc`: whether a pyc belongs to a source with this hash.
pub fn validate_hash(data: &[u8], hash: &[u8], name: &Value, details: &Details) -> PyResult<()> {
    if data.get(8..16) != Some(hash) {
        let message = format!("hash in bytecode doesn't match hash of source {}", repr(name)?);
        return Err(details.import_error(&message));
    }
    Ok(())
}

/// The object that a pyc holds behind its header.
pub fn load_object(data: &[u8], details: &Details) -> PyResult<Value> {
    marshal::audit_loads(data)?;
    match marshal::try_load(data, marshal::Code::Verified) {
        Ok(value) => Ok(value),
        Err(LoadError::Raised(error)) => Err(error),
        Err(LoadError::InvalidCode(error)) => {
            Err(details.import_error(&format!("{error} in {}", repr(&details.path)?)))
        }
    }
}

/// `_compile_bytecode`: the code object of a pyc without its header.
pub fn load_code(data: &[u8], details: &Details, source_path: Option<&StrRef>) -> PyResult<Ref<PyCode>> {
    let path = &details.path;
    let Ok(code) = load_object(data, details)?.downcast_into::<PyCode>() else {
        return Err(details.import_error(&format!("Non-code object in {}", repr(path)?)));
    };
    verbose(1, || Ok(format!("code object from {}", repr(path)?)))?;
    if let Some(source) = source_path {
        code.set_filename(source);
    }
    Ok(code)
}

/// How the pyc of a source is checked.
#[derive(Clone, Copy)]
pub enum Validation {
    Timestamp { mtime: i64, size: u64 },
    Hash { hash: [u8; 8], check: bool },
}

/// The contents of a pyc.
pub fn pyc_bytes(code: &Value, validation: Validation) -> PyResult<Vec<u8>> {
    let header = match validation {
        Validation::Timestamp { mtime, size } => Header::Timestamp { mtime: mtime as u32, size: size as u32 },
        Validation::Hash { hash, check } => Header::Hash { hash, check },
    };
    let mut data = header.to_bytes().to_vec();
    // What is referred to more than once is marked as such. In CPython two functions hold the code object here.
    let _held = code.clone();
    crate::sys::audit("marshal.dumps", &[code.clone(), marshal::VERSION.into()])?;
    data.extend(marshal::dump(code, marshal::VERSION, true)?);
    Ok(data)
}

/// The hash of a source.
pub fn source_hash(source: &[u8]) -> [u8; 8] {
    hash_source(MAGIC_TOKEN, source)
}

/// Which hash-based pycs are checked against their sources: `_imp.check_hash_based_pycs`.
pub fn hash_check_mode() -> PyResult<String> {
    let imp = super::native_module("_imp")?;
    let mode = protocol::getattr(&imp, name!("check_hash_based_pycs"))?;
    Ok(protocol::str(&mode)?.to_string_lossy())
}

/// `SourceFileLoader.set_data`: writes a pyc, making the folders it lies in. What fails is only mentioned with `-v`.
pub fn write_file(path: &StrRef, data: &[u8], mode: u32) -> PyResult<()> {
    let (mut parent, _) = paths::split(path);
    let mut missing = Vec::new();
    while !parent.is_empty() && !paths::is_folder(&parent)? {
        let (rest, part) = paths::split(&parent);
        missing.push(part);
        parent = rest;
    }
    for part in missing.iter().rev() {
        // At the root of the file system `split` has left nothing of the path.
        parent = if parent.is_empty() && paths::is_absolute(path) {
            text("/").concat(part)
        } else {
            paths::join(&[&parent, part])
        };
        audit_mkdir(&parent)?;
        let made = paths::on_path(parent.as_value(), |path| match std::fs::create_dir(path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            result => result,
        });
        match made {
            Err(error) if paths::is_os_error(&error) => return could_not_create(&parent, &error),
            result => result?,
        }
    }
    let written = match external::replacement(name!("_write_atomic"))? {
        Some(replacement) => {
            let args = [path.to_value(), bytes::from_slice(data).into_value(), Value::from(i64::from(mode))];
            protocol::call(&replacement, &args).map(drop)
        }
        None => write_atomic(path, data, mode),
    };
    match written {
        Err(error) if paths::is_os_error(&error) => could_not_create(path, &error),
        Err(error) => Err(error),
        Ok(()) => verbose(1, || Ok(format!("created {}", repr(path.as_value())?))),
    }
}

fn audit_mkdir(folder: &StrRef) -> PyResult<()> {
    crate::sys::audit("os.mkdir", &[folder.to_value(), Value::from(0o777), Value::from(-1)])
}

fn could_not_create(path: &StrRef, error: &PyErr) -> PyResult<()> {
    verbose(1, || Ok(format!("could not create {}: {}", repr(path.as_value())?, repr(error.as_value())?)))
}
