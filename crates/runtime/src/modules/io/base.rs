//! The abstract base classes of streams.

use super::{closed_error, unsupported};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytearray::PyByteArray;
use minipy_vm::types::bytes;
use minipy_vm::{PyBytes, PyErr, PyList, PyResult, Ref, TypeRef, Value, exceptions, name, protocol};
use std::cell::Cell;

/// The abstract base class for all I/O classes.
#[pyclass(name = "_IOBase", module = "_io", sig = "()", basetype, dict, weakref, finalizer, plain_new)]
#[repr(C)]
#[derive(Default)]
pub struct PyIOBase {
    closed: Cell<bool>,
    /// Whether the stream is being closed because it died.
    pub finalizing: Cell<bool>,
}

/// `stream.closed`.
pub fn is_closed(stream: &Value) -> PyResult<bool> {
    protocol::truth(&protocol::getattr(stream, name!("closed"))?)
}

/// ValueError unless the stream is open.
pub fn check_closed(stream: &Value) -> PyResult<()> {
    if is_closed(stream)? { Err(closed_error("I/O operation on closed file.")) } else { Ok(()) }
}

fn check_ability(stream: &Value, method: &minipy_vm::StrRef, message: &str) -> PyResult<bool> {
    match protocol::truth(&protocol::call_method(stream, method, &[])?)? {
        true => Ok(true),
        false => Err(unsupported(message)),
    }
}

/// Closes a stream that dies open. What goes wrong is reported.
fn finalize(stream: &Value, base: &PyIOBase) {
    match is_closed(stream) {
        Ok(false) => {}
        Ok(true) | Err(_) => return,
    }
    base.finalizing.set(true);
    if let Err(error) = protocol::call_method(stream, name!("close"), &[]) {
        let shown = protocol::repr(stream).map_or_else(|_| stream.type_name(), |text| text.to_string_lossy());
        crate::sys::unraisable(
            error,
            Some(&format!("Exception ignored while finalizing file {shown}")),
            None,
        );
    }
}

#[pymethods]
impl PyIOBase {
    #[slot]
    fn new(cls: &TypeRef, args: minipy_vm::Args<'_>) -> PyResult<Value> {
        let _ = args;
        Ok(Ref::new_in(cls, PyIOBase::default()).into_value())
    }

    #[slot]
    fn init(zelf: &Value, args: minipy_vm::Args<'_>) -> PyResult<()> {
        let _ = (zelf, args);
        Ok(())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        check_closed(zelf)?;
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Value) -> PyResult<Option<Value>> {
        let line = protocol::call_method(zelf, name!("readline"), &[])?;
        if protocol::len(&line)? == 0 { Ok(None) } else { Ok(Some(line)) }
    }

    #[slot]
    fn del(zelf: &Ref<PyIOBase>) -> PyResult<()> {
        finalize(zelf.as_value(), zelf);
        Ok(())
    }

    /// Change the stream position to the given byte offset.
    #[pymethod("($self, offset, whence=os.SEEK_SET, /)", defining_class)]
    fn seek(&self, offset: &Value, whence: Option<&Value>) -> PyResult<()> {
        let _ = (offset, whence);
        Err(unsupported("seek"))
    }

    /// Return current stream position.
    #[pymethod("($self, /)")]
    fn tell(zelf: &Value) -> PyResult<Value> {
        protocol::call_method(zelf, name!("seek"), &[Value::small_int(0), Value::small_int(1)])
    }

    /// Truncate file to size bytes.
    #[pymethod("($self, size=None, /)", defining_class)]
    fn truncate(&self, size: Option<&Value>) -> PyResult<()> {
        let _ = size;
        Err(unsupported("truncate"))
    }

    /// Flush write buffers, if applicable.
    #[pymethod("($self, /)")]
    fn flush(&self) -> PyResult<()> {
        if self.closed.get() { Err(closed_error("I/O operation on closed file.")) } else { Ok(()) }
    }

    /// Flush and close the IO object.
    #[pymethod("($self, /)")]
    fn close(zelf: &Ref<PyIOBase>) -> PyResult<()> {
        close_base(zelf.as_value())
    }

    /// Return whether object supports random access.
    #[pymethod("($self, /)")]
    fn seekable(&self) -> bool {
        false
    }

    /// Return whether object was opened for reading.
    #[pymethod("($self, /)")]
    fn readable(&self) -> bool {
        false
    }

    /// Return whether object was opened for writing.
    #[pymethod("($self, /)")]
    fn writable(&self) -> bool {
        false
    }

    #[pymethod(name = "_checkClosed", sig = "($self, /)")]
    fn check_closed_method(zelf: &Value) -> PyResult<()> {
        check_closed(zelf)
    }

    #[pymethod(name = "_checkSeekable", sig = "($self, /)")]
    fn check_seekable(zelf: &Value) -> PyResult<bool> {
        check_ability(zelf, name!("seekable"), "File or stream is not seekable.")
    }

    #[pymethod(name = "_checkReadable", sig = "($self, /)")]
    fn check_readable(zelf: &Value) -> PyResult<bool> {
        check_ability(zelf, name!("readable"), "File or stream is not readable.")
    }

    #[pymethod(name = "_checkWritable", sig = "($self, /)")]
    fn check_writable(zelf: &Value) -> PyResult<bool> {
        check_ability(zelf, name!("writable"), "File or stream is not writable.")
    }

    /// Return underlying file descriptor if one exists.
    #[pymethod("($self, /)", defining_class)]
    fn fileno(&self) -> PyResult<()> {
        Err(unsupported("fileno"))
    }

    /// Return whether this is an 'interactive' stream.
    #[pymethod("($self, /)")]
    fn isatty(zelf: &Value) -> PyResult<bool> {
        check_closed(zelf)?;
        Ok(false)
    }

    #[pymethod("($self, /)")]
    fn __enter__(zelf: &Value) -> PyResult<Value> {
        check_closed(zelf)?;
        Ok(zelf.clone())
    }

    #[pymethod("($self, /, *args)", nosig)]
    fn __exit__(zelf: &Value, args: &[Value]) -> PyResult<Value> {
        let _ = args;
        protocol::call_method(zelf, name!("close"), &[])
    }

    /// Read and return a line from the stream.
    #[pymethod("($self, size=-1, /)")]
    fn readline(zelf: &Value, size: Option<&Value>) -> PyResult<Value> {
        let limit = super::size_arg(size)?;
        let peek = protocol::lookup_attr(zelf, name!("peek"))?;
        let mut line = Vec::new();
        while limit < 0 || (line.len() as isize) < limit {
            let mut wanted = 1usize;
            if let Some(peek) = &peek {
                let ahead = retry_interrupted(|| protocol::call1(peek, Value::small_int(1)))?;
                let ahead = ahead.downcast::<PyBytes>().ok_or_else(|| {
                    exceptions::os_error(format!(
                        "peek() should have returned a bytes object, not '{}'",
                        ahead.type_name()
                    ))
                })?;
                let data = ahead.as_bytes();
                if !data.is_empty() {
                    wanted = memchr_newline(data).map_or(data.len(), |n| n + 1);
                    if limit >= 0 {
                        wanted = wanted.min(limit as usize - line.len());
                    }
                }
            }
            let part =
                retry_interrupted(|| protocol::call_method(zelf, name!("read"), &[Value::from(wanted)]))?;
            let part = part.downcast::<PyBytes>().ok_or_else(|| {
                exceptions::os_error(format!(
                    "read() should have returned a bytes object, not '{}'",
                    part.type_name()
                ))
            })?;
            if part.as_bytes().is_empty() {
                break;
            }
            line.extend_from_slice(part.as_bytes());
            if line.last() == Some(&b'\n') {
                break;
            }
        }
        Ok(bytes::from_slice(&line).into_value())
    }

    /// Return a list of lines from the stream.
    #[pymethod("($self, hint=-1, /)")]
    fn readlines(zelf: &Value, hint: Option<&Value>) -> PyResult<Value> {
        let hint = super::size_arg(hint)?;
        let mut lines = Vec::new();
        if hint <= 0 {
            return Ok(PyList::from_vec(protocol::collect(zelf)?).into_value());
        }
        let iterator = protocol::iter(zelf)?;
        let mut total = 0isize;
        while let Some(line) = protocol::next(&iterator)? {
            let len = protocol::len(&line)? as isize;
            lines.push(line);
            if len > hint - total {
                break;
            }
            total += len;
        }
        Ok(PyList::from_vec(lines).into_value())
    }

    /// Write a list of lines to stream.
    #[pymethod("($self, lines, /)")]
    fn writelines(zelf: &Value, lines: &Value) -> PyResult<()> {
        check_closed(zelf)?;
        protocol::for_each(lines, |line| {
            retry_interrupted(|| protocol::call_method(zelf, name!("write"), std::slice::from_ref(&line)))
                .map(drop)
        })
    }

    #[pygetset]
    fn closed(&self) -> bool {
        self.closed.get()
    }
}

/// Position of the first line feed.
pub fn memchr_newline(data: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', data)
}

/// Runs a call again when a signal handler made it fail with InterruptedError.
pub fn retry_interrupted(mut call: impl FnMut() -> PyResult<Value>) -> PyResult<Value> {
    loop {
        match call() {
            Err(error) if is_interrupted(&error) => crate::signals::check()?,
            result => return result,
        }
    }
}

fn is_interrupted(error: &PyErr) -> bool {
    error.is_instance(exceptions::interrupted_error_class())
}

/// Base class for raw binary I/O.
#[pyclass(name = "_RawIOBase", module = "_io", sig = "()", base = PyIOBase, basetype, dict, weakref, finalizer, plain_new)]
#[repr(C)]
#[derive(Default)]
pub struct PyRawIOBase {
    pub base: PyIOBase,
}

#[pymethods]
impl PyRawIOBase {
    #[slot]
    fn new(cls: &TypeRef, args: minipy_vm::Args<'_>) -> PyResult<Value> {
        let _ = args;
        Ok(Ref::new_in(cls, PyRawIOBase::default()).into_value())
    }

    #[pymethod("($self, size=-1, /)")]
    fn read(zelf: &Value, size: Option<&Value>) -> PyResult<Value> {
        let size = super::size_arg(size)?;
        if size < 0 {
            return protocol::call_method(zelf, name!("readall"), &[]);
        }
        let buffer = PyByteArray::from_vec(vec![0; size as usize]);
        let count = protocol::call_method(zelf, name!("readinto"), &[buffer.to_value()])?;
        if count.is_none() {
            return Ok(count);
        }
        let count = protocol::index_to_isize(&count)?;
        buffer.with(|data| match usize::try_from(count).ok().and_then(|n| data.get(..n)) {
            Some(read) => Ok(bytes::from_slice(read).into_value()),
            None => {
                Err(exceptions::value_error(format!("readinto returned {count} outside buffer size {size}")))
            }
        })
    }

    /// Read until EOF, using multiple read() call.
    #[pymethod("($self, /)")]
    fn readall(zelf: &Value) -> PyResult<Value> {
        let mut all = Vec::new();
        let mut first = true;
        loop {
            let size = Value::from(super::DEFAULT_BUFFER_SIZE);
            let part = retry_interrupted(|| {
                protocol::call_method(zelf, name!("read"), std::slice::from_ref(&size))
            })?;
            if part.is_none() {
                if first {
                    return Ok(part);
                }
                break;
            }
            first = false;
            let Some(part) = part.downcast::<PyBytes>() else {
                return Err(exceptions::type_error("read() should return bytes"));
            };
            if part.as_bytes().is_empty() {
                break;
            }
            all.extend_from_slice(part.as_bytes());
        }
        Ok(bytes::from_slice(&all).into_value())
    }

    #[pymethod("($self, buffer, /)", nosig)]
    fn readinto(&self, buffer: &Value) -> PyResult<()> {
        let _ = buffer;
        Err(exceptions::not_implemented_error(""))
    }

    #[pymethod("($self, b, /)", nosig)]
    fn write(&self, b: &Value) -> PyResult<()> {
        let _ = b;
        Err(exceptions::not_implemented_error(""))
    }
}

/// Base class for buffered IO objects.
#[pyclass(name = "_BufferedIOBase", module = "_io", sig = "()", base = PyIOBase, basetype, dict, weakref, finalizer, plain_new)]
#[repr(C)]
#[derive(Default)]
pub struct PyBufferedIOBase {
    pub base: PyIOBase,
}

fn read_into(zelf: &Value, buffer: &Value, method: &minipy_vm::StrRef) -> PyResult<usize> {
    let Some(mut target) = minipy_vm::types::bytes::WritableBuffer::new(buffer) else {
        return Err(exceptions::type_error(format!(
            "{}() argument must be read-write bytes-like object, not {}",
            if method.eq_str("read1") { "readinto1" } else { "readinto" },
            buffer.type_name()
        )));
    };
    let data = protocol::call_method(zelf, method, &[Value::from(target.len())])?;
    let Some(data) = data.downcast::<PyBytes>() else {
        return Err(exceptions::type_error("read() should return bytes"));
    };
    let data = data.as_bytes();
    match target.as_mut_slice().get_mut(..data.len()) {
        Some(to) => {
            to.copy_from_slice(data);
            Ok(data.len())
        }
        None => Err(exceptions::value_error(format!(
            "read() returned too much data: {} bytes requested, {} returned",
            target.len(),
            data.len()
        ))),
    }
}

#[pymethods]
impl PyBufferedIOBase {
    #[slot]
    fn new(cls: &TypeRef, args: minipy_vm::Args<'_>) -> PyResult<Value> {
        let _ = args;
        Ok(Ref::new_in(cls, PyBufferedIOBase::default()).into_value())
    }

    /// Disconnect this buffer from its underlying raw stream and return it.
    #[pymethod("($self, /)", defining_class)]
    fn detach(&self) -> PyResult<()> {
        Err(unsupported("detach"))
    }

    /// Read and return up to n bytes.
    #[pymethod("($self, size=-1, /)", defining_class)]
    fn read(&self, size: Option<&Value>) -> PyResult<()> {
        let _ = size;
        Err(unsupported("read"))
    }

    /// Read and return up to size bytes, with at most one read() call to the underlying raw stream.
    #[pymethod("($self, size=-1, /)", defining_class)]
    fn read1(&self, size: Option<&Value>) -> PyResult<()> {
        let _ = size;
        Err(unsupported("read1"))
    }

    #[pymethod("($self, buffer, /)")]
    fn readinto(zelf: &Value, buffer: &Value) -> PyResult<usize> {
        read_into(zelf, buffer, name!("read"))
    }

    #[pymethod("($self, buffer, /)")]
    fn readinto1(zelf: &Value, buffer: &Value) -> PyResult<usize> {
        read_into(zelf, buffer, name!("read1"))
    }

    /// Write buffer b to the IO stream.
    #[pymethod("($self, b, /)", defining_class)]
    fn write(&self, b: &Value) -> PyResult<()> {
        let _ = b;
        Err(unsupported("write"))
    }
}

/// Base class for text I/O.
#[pyclass(name = "_TextIOBase", module = "_io", sig = "()", base = PyIOBase, basetype, dict, weakref, finalizer, plain_new)]
#[repr(C)]
#[derive(Default)]
pub struct PyTextIOBase {
    pub base: PyIOBase,
}

#[pymethods]
impl PyTextIOBase {
    #[slot]
    fn new(cls: &TypeRef, args: minipy_vm::Args<'_>) -> PyResult<Value> {
        let _ = args;
        Ok(Ref::new_in(cls, PyTextIOBase::default()).into_value())
    }

    /// Separate the underlying buffer from the TextIOBase and return it.
    #[pymethod("($self, /)", defining_class)]
    fn detach(&self) -> PyResult<()> {
        Err(unsupported("detach"))
    }

    /// Read at most size characters from stream.
    #[pymethod("($self, size=-1, /)", defining_class)]
    fn read(&self, size: Option<&Value>) -> PyResult<()> {
        let _ = size;
        Err(unsupported("read"))
    }

    /// Read until newline or EOF.
    #[pymethod("($self, size=-1, /)", defining_class)]
    fn readline(&self, size: Option<&Value>) -> PyResult<()> {
        let _ = size;
        Err(unsupported("readline"))
    }

    /// Write string s to stream.
    #[pymethod("($self, s, /)", defining_class)]
    fn write(&self, s: &Value) -> PyResult<()> {
        let _ = s;
        Err(unsupported("write"))
    }

    #[pygetset]
    fn encoding(&self) -> Value {
        Value::NONE
    }

    #[pygetset]
    fn newlines(&self) -> Value {
        Value::NONE
    }

    #[pygetset]
    fn errors(&self) -> Value {
        Value::NONE
    }
}

/// `_IOBase.close`: flushes, and counts as closed even if that fails.
pub fn close_base(stream: &Value) -> PyResult<()> {
    let Some(base) = stream.downcast::<PyIOBase>() else { return Ok(()) };
    if base.closed.get() {
        return Ok(());
    }
    let result = protocol::call_method(stream, name!("flush"), &[]);
    base.closed.set(true);
    result.map(drop)
}
