//! Path, descriptor and `dir_fd` arguments.

use minipy_vm::exceptions::os_error_from_errno;
use minipy_vm::macros_support::{ArgPos, FromArg};
use minipy_vm::{PyBytes, PyErr, PyResult, PyStr, Value, exceptions, name, protocol};
use std::ffi::{CStr, CString};

/// A path argument as the system wants it, and as it was given.
pub struct PathArg {
    pub text: CString,
    pub original: Value,
}

impl PathArg {
    /// The OSError of an errno about this path.
    #[cold]
    pub fn error(&self, errno: i32) -> PyErr {
        os_error_from_errno(errno, Some(self.original.clone()), None)
    }

    /// Whether results about this path are bytes.
    pub fn is_bytes(&self) -> bool {
        self.original.downcast::<PyBytes>().is_some()
    }

    pub fn as_ptr(&self) -> *const libc::c_char {
        self.text.as_ptr()
    }
}

/// A file name from the system, as bytes or str.
pub fn name_value(name: &[u8], as_bytes: bool) -> Value {
    if as_bytes {
        minipy_vm::types::bytes::from_slice(name).into_value()
    } else {
        crate::path::decode(name).into_value()
    }
}

/// What is accepted besides str, bytes and path-like objects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Also {
    Nothing,
    Int,
    IntOrNone,
}

/// A path, or a descriptor.
pub enum PathOrFd {
    Path(PathArg),
    Fd(i32, Value),
    None,
}

impl PathOrFd {
    /// The OSError of an errno about this path or descriptor.
    #[cold]
    pub fn error(&self, errno: i32) -> PyErr {
        match self {
            PathOrFd::Path(path) => path.error(errno),
            PathOrFd::Fd(_, original) => os_error_from_errno(errno, Some(original.clone()), None),
            PathOrFd::None => os_error_from_errno(errno, None, None),
        }
    }

    /// What audit hooks are told.
    pub fn original(&self) -> Value {
        match self {
            PathOrFd::Path(path) => path.original.clone(),
            PathOrFd::Fd(_, original) => original.clone(),
            PathOrFd::None => Value::NONE,
        }
    }
}

fn to_c_string(value: &Value, at: ArgPos<'_>) -> PyResult<CString> {
    let bytes = match value.downcast::<PyStr>() {
        Some(text) => match crate::path::encode(text) {
            Some(bytes) => bytes,
            None => {
                // The codec words the error.
                let arguments = [Value::from(crate::path::encoding().name()), Value::from("surrogateescape")];
                protocol::call_method(value, name!("encode"), &arguments)?;
                return Err(exceptions::unicode_error("surrogates not allowed"));
            }
        },
        None => value.downcast::<PyBytes>().map_or_else(Vec::new, |b| b.as_bytes().to_vec()),
    };
    CString::new(bytes).map_err(|_| {
        exceptions::value_error(format!("{}: embedded null character in {}", at.func(), at.name()))
    })
}

fn convert(value: &Value, at: ArgPos<'_>, also: Also) -> PyResult<PathOrFd> {
    if is_name(value) {
        return Ok(PathOrFd::Path(PathArg { text: to_c_string(value, at)?, original: value.clone() }));
    }
    if also == Also::IntOrNone && value.is_none() {
        return Ok(PathOrFd::None);
    }
    if also != Also::Nothing && (value.is_small_int() || value.class().slots().index.is_some()) {
        warn_bool(value)?;
        return Ok(PathOrFd::Fd(fd_of_index(value)?, value.clone()));
    }
    let Some(result) = crate::path::call_fspath(value)? else {
        let types = match also {
            Also::Nothing => "string, bytes or os.PathLike",
            Also::Int => "string, bytes, os.PathLike or integer",
            Also::IntOrNone => "string, bytes, os.PathLike, integer or None",
        };
        return Err(exceptions::type_error(format!(
            "{}: {} should be {types}, not {}",
            at.func(),
            at.name(),
            value.type_name()
        )));
    };
    if !is_name(&result) {
        return Err(exceptions::type_error(format!(
            "expected {}.__fspath__() to return str or bytes, not {}",
            value.type_name(),
            result.type_name()
        )));
    }
    Ok(PathOrFd::Path(PathArg { text: to_c_string(&result, at)?, original: result }))
}

fn is_name(value: &Value) -> bool {
    value.downcast::<PyStr>().is_some() || value.downcast::<PyBytes>().is_some()
}

fn warn_bool(value: &Value) -> PyResult<()> {
    if value.as_bool().is_none() {
        return Ok(());
    }
    minipy_vm::warnings::warn(exceptions::runtime_warning_class(), "bool is used as a file descriptor", 1)
}

fn fd_of_index(value: &Value) -> PyResult<i32> {
    let index = protocol::as_index(value)?;
    let number = minipy_vm::types::int::to_i64(&index);
    let is_negative = minipy_vm::types::int::is_negative(&index);
    match number.map(i32::try_from) {
        Some(Ok(fd)) => Ok(fd),
        _ if is_negative => Err(exceptions::overflow_error("fd is less than minimum")),
        _ => Err(exceptions::overflow_error("fd is greater than maximum")),
    }
}

impl FromArg<'_> for PathArg {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        match convert(value, at, Also::Nothing)? {
            PathOrFd::Path(path) => Ok(path),
            _ => Err(exceptions::type_error("path expected")),
        }
    }
}

impl FromArg<'_> for PathOrFd {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        convert(value, at, Also::Int)
    }
}

/// A path, a descriptor, or None for the current folder.
pub struct PathFdOrNone(pub PathOrFd);

impl FromArg<'_> for PathFdOrNone {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        convert(value, at, Also::IntOrNone).map(PathFdOrNone)
    }
}

/// The folder that a relative path starts from.
#[derive(Clone, Copy)]
pub struct DirFd(pub i32);

impl DirFd {
    /// The current folder.
    pub const CWD: DirFd = DirFd(libc::AT_FDCWD);

    pub fn is_default(self) -> bool {
        self.0 == libc::AT_FDCWD
    }

    /// What audit hooks are told.
    pub fn audited(self) -> Value {
        Value::from(if self.is_default() { -1 } else { self.0 })
    }
}

impl FromArg<'_> for DirFd {
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        if value.is_none() {
            return Ok(DirFd::CWD);
        }
        if !value.is_small_int() && value.class().slots().index.is_none() {
            return Err(exceptions::type_error(format!(
                "argument should be integer or None, not {}",
                value.type_name()
            )));
        }
        warn_bool(value)?;
        fd_of_index(value).map(DirFd)
    }
}

/// A descriptor, or an object with `fileno()`.
#[derive(Clone, Copy)]
pub struct FdLike(pub i32);

impl FdLike {
    pub fn new(value: &Value) -> PyResult<FdLike> {
        let number = if protocol::is_int(value) {
            warn_bool(value)?;
            value.clone()
        } else {
            let Some(method) = protocol::lookup_attr(value, name!("fileno"))? else {
                return Err(exceptions::type_error("argument must be an int, or have a fileno() method."));
            };
            let number = protocol::call0(&method)?;
            if !protocol::is_int(&number) {
                return Err(exceptions::type_error("fileno() returned a non-integer"));
            }
            number
        };
        let fd = protocol::index_to_i64(&number)?.and_then(|n| i32::try_from(n).ok());
        match fd {
            Some(fd) if fd >= 0 => Ok(FdLike(fd)),
            Some(fd) => {
                Err(exceptions::value_error(format!("file descriptor cannot be a negative integer ({fd})")))
            }
            None => Err(exceptions::overflow_error("Python int too large to convert to C int")),
        }
    }
}

impl FromArg<'_> for FdLike {
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        FdLike::new(value)
    }
}

/// A `uid_t` or `gid_t`: -1 or an unsigned number.
#[derive(Clone, Copy)]
pub struct IdArg(pub u32);

impl IdArg {
    /// `kind` is "uid" or "gid".
    pub fn new(value: &Value, kind: &str) -> PyResult<IdArg> {
        if !value.is_small_int() && value.class().slots().index.is_none() {
            return Err(exceptions::type_error(format!(
                "{kind} should be integer, not {}",
                value.type_name()
            )));
        }
        let number = protocol::as_index(value)?;
        let too_large = |end: &str| Err(exceptions::overflow_error(format!("{kind} is {end}")));
        match minipy_vm::types::int::to_i64(&number) {
            Some(-1) => Ok(IdArg(u32::MAX)),
            // CPython words it so for numbers on either side.
            Some(n) => u32::try_from(n).map(IdArg).or_else(|_| too_large("less than minimum")),
            None if minipy_vm::types::int::is_negative(&number) => too_large("less than minimum"),
            None => too_large("greater than maximum"),
        }
    }
}

impl FromArg<'_> for IdArg {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        IdArg::new(value, if at.name().contains("gid") || at.name() == "group" { "gid" } else { "uid" })
    }
}

/// A C string as bytes or str.
pub fn c_string_value(text: &CStr, as_bytes: bool) -> Value {
    name_value(text.to_bytes(), as_bytes)
}
