//! `OSError`: which of its subclasses an errno stands for, and the file names it carries.

use super::fields::{object_fields, traverse_fields};
use super::methods::{no_keywords, reduce_dict, reduced, str_of_args};
use super::*;
use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::{Payload, Ref};
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, name, protocol};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// Base class for I/O related errors.
#[pyclass(
    name = "OSError",
    base = PyBaseException,
    base_class = exception_class,
    basetype,
    gc,
    dict,
    parts(fields)
)]
#[repr(C)]
pub struct PyOSError {
    pub base: PyBaseException,
    pub errno: GilCell<Option<Value>>,
    pub strerror: GilCell<Option<Value>>,
    pub filename: GilCell<Option<Value>>,
    pub filename2: GilCell<Option<Value>>,
    /// What a BlockingIOError says was written; -1 if nothing was said.
    pub written: Cell<isize>,
}

object_fields!(PyOSError {
    "errno" => errno, "POSIX exception code";
    "strerror" => strerror, "exception strerror";
    "filename" => filename, "exception filename";
    "filename2" => filename2, "second exception filename";
});
traverse_fields!(PyOSError: errno, strerror, filename, filename2);

/// The class that stands for an errno.
fn class_of_errno(errno: i32) -> Option<&'static TypeRef> {
    Some(match errno {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => blocking_io_error_class(),
        libc::EPIPE | libc::ESHUTDOWN => broken_pipe_error_class(),
        libc::ECHILD => child_process_error_class(),
        libc::ECONNABORTED => connection_aborted_error_class(),
        libc::ECONNREFUSED => connection_refused_error_class(),
        libc::ECONNRESET => connection_reset_error_class(),
        libc::EEXIST => file_exists_error_class(),
        libc::ENOENT => file_not_found_error_class(),
        libc::EISDIR => is_a_directory_error_class(),
        libc::ENOTDIR => not_a_directory_error_class(),
        libc::EINTR => interrupted_error_class(),
        libc::EACCES | libc::EPERM => permission_error_class(),
        libc::ESRCH => process_lookup_error_class(),
        libc::ETIMEDOUT => timeout_error_class(),
        _ => return None,
    })
}

/// `os.strerror(errno)`.
pub fn strerror(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    match text.strip_suffix(&format!(" (os error {errno})")) {
        Some(message) => message.to_owned(),
        None => text,
    }
}

/// The OSError, of the right subclass, for an errno and the file names of the failed call.
#[cold]
pub fn os_error_from_errno(errno: i32, filename: Option<Value>, filename2: Option<Value>) -> PyErr {
    let number = Value::from(errno);
    let message = PyStr::from_str(&strerror(errno)).into_value();
    let payload = PyOSError::with_args(&[number.clone(), message.clone()]);
    payload.errno.set(Some(number));
    payload.strerror.set(Some(message));
    payload.filename.set(filename);
    payload.filename2.set(filename2);
    PyErr::from_payload(class_of_errno(errno).unwrap_or_else(|| os_error_class()), payload)
}

/// The OSError for an error that the Rust standard library reports.
#[cold]
pub fn os_error_from_io(error: &std::io::Error, filename: Option<Value>) -> PyErr {
    match error.raw_os_error() {
        Some(errno) => os_error_from_errno(errno, filename, None),
        None => os_error(error.to_string()),
    }
}

/// An OSError with a message only.
#[cold]
pub fn os_error(message: impl AsRef<str>) -> PyErr {
    PyErr::from_payload(
        os_error_class(),
        PyOSError::with_args(&[PyStr::from_str(message.as_ref()).into_value()]),
    )
}

/// Whether a subclass overrides `__init__` but not `__new__`: its `__init__` then decides what the arguments are.
fn init_parses(class: &TypeRef) -> bool {
    let (own, base) = (class.slots(), PyOSError::class().slots());
    let same_new = match (own.new, base.new) {
        (Some(own), Some(base)) => std::ptr::fn_addr_eq(own, base),
        _ => true,
    };
    let same_init = match (own.init, base.init) {
        (Some(own), Some(base)) => std::ptr::fn_addr_eq(own, base),
        _ => true,
    };
    same_new && !same_init
}

impl PyOSError {
    fn with_args(args: &[Value]) -> PyOSError {
        PyOSError {
            base: PyBaseException::with_args(PyTuple::from_slice(args)),
            errno: GilCell::new(None),
            strerror: GilCell::new(None),
            filename: GilCell::new(None),
            filename2: GilCell::new(None),
            written: Cell::new(-1),
        }
    }

    /// Fills the fields from two to five arguments: errno, strerror, filename, winerror, filename2.
    fn parse(&self, class: &TypeRef, args: &[Value]) -> PyResult<()> {
        self.base.args.set(PyTuple::from_slice(args));
        if !(2..=5).contains(&args.len()) {
            return Ok(());
        }
        let given = |index: usize| args.get(index).filter(|v: &&Value| !v.is_none()).cloned();
        self.errno.set(Some(args[0].clone()));
        self.strerror.set(Some(args[1].clone()));
        let Some(filename) = given(2) else { return Ok(()) };
        let slots = filename.class().slots();
        let is_number =
            filename.is_small_int() || slots.index.is_some() || slots.int.is_some() || slots.float.is_some();
        if class.is(blocking_io_error_class()) && is_number {
            self.written.set(protocol::index_to_isize(&filename)?);
            return Ok(());
        }
        self.filename.set(Some(filename));
        self.filename2.set(given(4));
        self.base.args.set(PyTuple::from_slice(&args[..2]));
        Ok(())
    }
}

#[pymethods]
impl PyOSError {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if init_parses(class) {
            return Ok(Ref::new_in(class, PyOSError::with_args(&[])).into_value());
        }
        let args = no_keywords(class, args)?;
        let chosen = match args {
            [errno, _, ..] if args.len() <= 5 && class.is(os_error_class()) => {
                let errno = crate::types::int::to_i64(errno).and_then(|n| i32::try_from(n).ok());
                errno.and_then(class_of_errno).unwrap_or(class)
            }
            _ => class,
        };
        let exception = Ref::new_in(chosen, PyOSError::with_args(&[]));
        exception.parse(chosen, args)?;
        Ok(exception.into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyOSError>, args: Args<'_>) -> PyResult<()> {
        if !init_parses(zelf.class()) {
            return Ok(());
        }
        let args = no_keywords(zelf.class(), args)?;
        zelf.parse(zelf.class(), args)
    }

    #[slot]
    fn str(zelf: &Ref<PyOSError>) -> PyResult<Value> {
        let shown = |field: &GilCell<Option<Value>>| protocol::str(&field.get().unwrap_or(Value::NONE));
        let mut out = crate::types::str::StrBuilder::new();
        let (errno, strerror) = (zelf.errno.get(), zelf.strerror.get());
        let filename = zelf.filename.get();
        if filename.is_none() && (errno.is_none() || strerror.is_none()) {
            return Ok(str_of_args(&zelf.base)?.into_value());
        }
        out.push_str("[Errno ");
        out.push_pystr(&*shown(&zelf.errno)?);
        out.push_str("] ");
        out.push_pystr(&*shown(&zelf.strerror)?);
        if let Some(filename) = filename {
            out.push_str(": ");
            out.push_pystr(&*protocol::repr(&filename)?);
            if let Some(filename2) = zelf.filename2.get() {
                out.push_str(" -> ");
                out.push_pystr(&*protocol::repr(&filename2)?);
            }
        }
        Ok(out.finish().into_value())
    }

    #[pymethod("()")]
    fn __reduce__(zelf: &Ref<PyOSError>) -> Value {
        let mut args = zelf.base.args.get();
        if let ([errno, strerror], Some(filename)) = (&args[..], zelf.filename.get()) {
            let mut all = vec![errno.clone(), strerror.clone(), filename];
            if let Some(filename2) = zelf.filename2.get() {
                all.extend([Value::NONE, filename2]);
            }
            args = PyTuple::from_vec(all);
        }
        let state = reduce_dict(zelf.as_value()).map(Ref::into_value);
        reduced(zelf.as_value(), args, state)
    }

    #[pygetset]
    fn characters_written(zelf: &Ref<PyOSError>) -> PyResult<isize> {
        match zelf.written.get() {
            -1 => Err(no_characters(zelf.as_value())),
            written => Ok(written),
        }
    }

    #[pygetset(setter)]
    fn set_characters_written(zelf: &Ref<PyOSError>, value: Option<Value>) -> PyResult<()> {
        match value {
            None if zelf.written.get() == -1 => return Err(no_characters(zelf.as_value())),
            None => zelf.written.set(-1),
            Some(value) => zelf.written.set(protocol::index_to_isize(&value)?),
        }
        Ok(())
    }
}

fn no_characters(exception: &Value) -> PyErr {
    attribute_error("characters_written", exception, name!("characters_written"))
}
