//! `BytesIO`: binary streams in memory.

use super::base::PyBufferedIOBase;
use super::closed_error;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::{BytesLike, WritableBuffer};
use minipy_vm::types::instance;
use minipy_vm::{
    Args, Buffer, BytesRef, PyBytes, PyDict, PyList, PyResult, PyTuple, Ref, TypeRef, Value, exceptions,
    protocol,
};
use std::cell::Cell;

/// The contents: shared with a bytes object until they are written to.
#[derive(Default)]
struct Contents {
    shared: Option<BytesRef>,
    owned: Vec<u8>,
}

impl Contents {
    fn as_slice(&self) -> &[u8] {
        self.shared.as_ref().map_or(&self.owned, |bytes| bytes.as_bytes())
    }

    fn share(bytes: BytesRef) -> Contents {
        Contents { shared: Some(bytes), owned: Vec::new() }
    }

    fn make_owned(&mut self) -> &mut Vec<u8> {
        if let Some(bytes) = self.shared.take() {
            self.owned = bytes.as_bytes().to_vec();
        }
        &mut self.owned
    }
}

/// Buffered I/O implementation using an in-memory bytes buffer.
#[pyclass(
    name = "BytesIO",
    module = "_io",
    base = PyBufferedIOBase,
    basetype,
    dict,
    weakref,
    sig = "(initial_bytes=b'')"
)]
#[repr(C)]
#[derive(Default)]
pub struct PyBytesIO {
    base: PyBufferedIOBase,
    /// None when closed.
    contents: GilCell<Option<Contents>>,
    position: Cell<usize>,
    /// Views that `getbuffer()` gave.
    exports: Cell<usize>,
}

impl PyBytesIO {
    /// Runs `f` on contents and position. `f` must not run Python code.
    fn with<R>(&self, f: impl FnOnce(&mut Contents, &Cell<usize>) -> R) -> PyResult<R> {
        self.contents.with(|contents| match contents {
            Some(contents) => Ok(f(contents, &self.position)),
            None => Err(closed_error("I/O operation on closed file.")),
        })
    }

    fn check_exports(&self) -> PyResult<()> {
        if self.exports.get() == 0 {
            Ok(())
        } else {
            Err(exceptions::buffer_error("Existing exports of data: object cannot be re-sized"))
        }
    }

    /// Takes up to `count` bytes from the position on.
    fn take(&self, count: usize) -> PyResult<Value> {
        self.with(|contents, position| {
            let data = contents.as_slice();
            let start = position.get().min(data.len());
            let end = start.saturating_add(count).min(data.len());
            if start == 0
                && end == data.len()
                && end > 0
                && let Some(bytes) = &contents.shared
            {
                position.set(end);
                return bytes.to_value();
            }
            if end > start {
                position.set(end);
            }
            bytes::from_slice(&contents.as_slice()[start..end]).into_value()
        })
    }

    fn line_length(&self, limit: isize) -> PyResult<usize> {
        self.with(|contents, position| {
            let data = contents.as_slice();
            let rest = data.get(position.get()..).unwrap_or_default();
            let rest = match usize::try_from(limit) {
                Ok(limit) if limit < rest.len() => &rest[..limit],
                _ => rest,
            };
            super::base::memchr_newline(rest).map_or(rest.len(), |end| end + 1)
        })
    }

    fn write_bytes(&self, data: &[u8]) -> PyResult<usize> {
        self.with(|_, _| ())?;
        self.check_exports()?;
        self.with(|contents, position| {
            if data.is_empty() {
                return Ok(0);
            }
            let start = position.get();
            let Some(end) = start.checked_add(data.len()).filter(|&end| end <= isize::MAX as usize) else {
                return Err(exceptions::overflow_error("new buffer size too large"));
            };
            let owned = contents.make_owned();
            if end > owned.len() {
                owned.try_reserve(end - owned.len()).map_err(|_| exceptions::memory_error())?;
                owned.resize(start.max(owned.len()), 0);
            }
            let overlap = data.len().min(owned.len() - start);
            owned[start..start + overlap].copy_from_slice(&data[..overlap]);
            owned.extend_from_slice(&data[overlap..]);
            position.set(end);
            Ok(data.len())
        })?
    }
}

#[pymethods]
impl PyBytesIO {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let _ = args;
        let stream = PyBytesIO::default();
        stream.contents.set(Some(Contents::default()));
        Ok(Ref::new_in(cls, stream).into_value())
    }

    #[slot(init, sig = "(initial_bytes=b'')")]
    fn init(zelf: &Ref<PyBytesIO>, initial_bytes: Option<&Value>) -> PyResult<()> {
        zelf.check_exports()?;
        zelf.position.set(0);
        let contents = match initial_bytes.filter(|v| !v.is_none()) {
            None => Contents::default(),
            Some(value) => match value.downcast_exact::<PyBytes>() {
                Some(bytes) => Contents::share(bytes.clone()),
                None => Contents { shared: None, owned: BytesLike::of(value)?.to_vec() },
            },
        };
        zelf.contents.set(Some(contents));
        Ok(())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        if let Some(this) = zelf.downcast::<PyBytesIO>() {
            this.with(|_, _| ())?;
        }
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let count = self.line_length(-1)?;
        if count == 0 { Ok(None) } else { self.take(count).map(Some) }
    }

    /// Returns True if the IO object can be read.
    #[pymethod("($self, /)")]
    fn readable(&self) -> PyResult<bool> {
        self.with(|_, _| true)
    }

    /// Returns True if the IO object can be seeked.
    #[pymethod("($self, /)")]
    fn seekable(&self) -> PyResult<bool> {
        self.with(|_, _| true)
    }

    /// Returns True if the IO object can be written.
    #[pymethod("($self, /)")]
    fn writable(&self) -> PyResult<bool> {
        self.with(|_, _| true)
    }

    /// Disable all I/O operations.
    #[pymethod("($self, /)")]
    fn close(&self) -> PyResult<()> {
        self.check_exports()?;
        self.contents.set(None);
        Ok(())
    }

    /// Does nothing.
    #[pymethod("($self, /)")]
    fn flush(&self) -> PyResult<()> {
        self.with(|_, _| ())
    }

    /// Always returns False.
    #[pymethod("($self, /)")]
    fn isatty(&self) -> PyResult<bool> {
        self.with(|_, _| false)
    }

    /// Current file position, an integer.
    #[pymethod("($self, /)")]
    fn tell(&self) -> PyResult<usize> {
        self.with(|_, position| position.get())
    }

    /// Write bytes to file.
    #[pymethod("($self, b, /)")]
    fn write(&self, b: &Value) -> PyResult<usize> {
        self.with(|_, _| ())?;
        self.check_exports()?;
        self.write_bytes(&BytesLike::of(b)?)
    }

    /// Write lines to the file.
    #[pymethod("($self, lines, /)")]
    fn writelines(&self, lines: &Value) -> PyResult<()> {
        self.with(|_, _| ())?;
        protocol::for_each(lines, |line| self.write_bytes(&BytesLike::of(&line)?).map(drop))
    }

    /// Read at most size bytes, returned as a bytes object.
    #[pymethod("($self, size=-1, /)")]
    fn read(&self, size: Option<&Value>) -> PyResult<Value> {
        let size = super::size_arg(size)?;
        self.take(usize::try_from(size).unwrap_or(usize::MAX))
    }

    /// Read at most size bytes, returned as a bytes object.
    #[pymethod("($self, size=-1, /)")]
    fn read1(&self, size: Option<&Value>) -> PyResult<Value> {
        self.read(size)
    }

    /// Read bytes into buffer.
    #[pymethod("($self, buffer, /)")]
    fn readinto(&self, mut buffer: WritableBuffer) -> PyResult<usize> {
        self.with(|contents, position| {
            let data = contents.as_slice().get(position.get()..).unwrap_or_default();
            let to = buffer.as_mut_slice();
            let count = data.len().min(to.len());
            to[..count].copy_from_slice(&data[..count]);
            position.set(position.get() + count);
            count
        })
    }

    /// Next line from the file, as a bytes object.
    #[pymethod("($self, size=-1, /)")]
    fn readline(&self, size: Option<&Value>) -> PyResult<Value> {
        let size = super::size_arg(size)?;
        self.take(self.line_length(size)?)
    }

    /// List of bytes objects, each a line from the file.
    #[pymethod("($self, size=None, /)")]
    fn readlines(&self, size: Option<&Value>) -> PyResult<Value> {
        let limit = super::size_arg(size)?;
        let (mut lines, mut total) = (Vec::new(), 0usize);
        loop {
            let count = self.line_length(-1)?;
            if count == 0 {
                break;
            }
            lines.push(self.take(count)?);
            total += count;
            if limit > 0 && total >= limit as usize {
                break;
            }
        }
        Ok(PyList::from_vec(lines).into_value())
    }

    /// Get a read-write view over the contents of the BytesIO object.
    #[pymethod("($self, /)", defining_class)]
    fn getbuffer(zelf: &Ref<PyBytesIO>) -> PyResult<Value> {
        zelf.with(|contents, _| {
            contents.make_owned();
        })?;
        let exporter = Ref::new(PyBytesIOBuffer { source: zelf.clone() }).into_value();
        let memoryview = protocol::builtin("memoryview")?;
        protocol::call1(&memoryview, exporter)
    }

    /// Retrieve the entire contents of the BytesIO object.
    #[pymethod("($self, /)")]
    fn getvalue(&self) -> PyResult<Value> {
        let exported = self.exports.get() != 0;
        self.with(|contents, _| {
            if let Some(bytes) = &contents.shared {
                return bytes.to_value();
            }
            let bytes = bytes::from_slice(contents.as_slice());
            if !exported {
                *contents = Contents::share(bytes.clone());
            }
            bytes.into_value()
        })
    }

    /// Change stream position.
    #[pymethod("($self, pos, whence=0, /)")]
    fn seek(&self, pos: isize, whence: i32) -> PyResult<usize> {
        let len = self.with(|contents, _| contents.as_slice().len())?;
        if pos < 0 && whence == 0 {
            return Err(exceptions::value_error(format!("negative seek value {pos}")));
        }
        let from = match whence {
            0 => 0,
            1 => self.position.get() as isize,
            2 => len as isize,
            _ => {
                return Err(exceptions::value_error(format!(
                    "invalid whence ({whence}, should be 0, 1 or 2)"
                )));
            }
        };
        let Some(position) = from.checked_add(pos) else {
            return Err(exceptions::overflow_error("new position too large"));
        };
        let position = position.max(0) as usize;
        self.position.set(position);
        Ok(position)
    }

    /// Truncate the file to at most size bytes.
    #[pymethod("($self, size=None, /)")]
    fn truncate(&self, size: Option<&Value>) -> PyResult<usize> {
        let position = self.with(|_, position| position.get())?;
        self.check_exports()?;
        let size = match size.filter(|s| !s.is_none()) {
            None => position as isize,
            Some(_) => super::size_arg(size)?,
        };
        let Ok(size) = usize::try_from(size) else {
            return Err(exceptions::value_error(format!("negative size value {size}")));
        };
        self.with(|contents, _| {
            if size < contents.as_slice().len() {
                contents.make_owned().truncate(size);
            }
        })?;
        Ok(size)
    }

    #[pymethod("($self, /)")]
    fn __getstate__(zelf: &Ref<PyBytesIO>) -> PyResult<Value> {
        let value = zelf.getvalue()?;
        let position = Value::from(zelf.position.get());
        let dict = zelf.as_value().header().map_or_else(PyDict::new_ref, |h| instance::dict(h).copy());
        let dict = if dict.is_empty() { Value::NONE } else { dict.into_value() };
        Ok(PyTuple::from_array([value, position, dict]).into_value())
    }

    #[pymethod("($self, object, /)")]
    fn __setstate__(zelf: &Ref<PyBytesIO>, object: &Value) -> PyResult<()> {
        let items = object.downcast::<PyTuple>().filter(|t| t.len() >= 3);
        let Some(items) = items else {
            return Err(exceptions::type_error(format!(
                "{}.__setstate__ argument should be 3-tuple, got {}",
                zelf.class().name(),
                object.type_name()
            )));
        };
        zelf.with(|_, _| ())?;
        zelf.check_exports()?;
        PyBytesIO::init(zelf, Some(&items[0]))?;
        if !protocol::is_int(&items[1]) {
            return Err(exceptions::type_error(format!(
                "second item of state must be an integer, not {}",
                items[1].type_name()
            )));
        }
        match usize::try_from(protocol::index_to_isize(&items[1])?) {
            Ok(position) => zelf.position.set(position),
            Err(_) => return Err(exceptions::value_error("position value cannot be negative")),
        }
        super::stringio::restore_dict(zelf.as_value(), &items[2], "third")
    }

    #[pymethod("($self, /)")]
    fn __sizeof__(&self) -> usize {
        let len = self.contents.with(|c| c.as_ref().map_or(0, |c| c.as_slice().len()));
        size_of::<PyBytesIO>() + len
    }

    #[pygetset]
    fn closed(&self) -> bool {
        self.contents.with(|c| c.is_none())
    }
}

/// What the view of a `BytesIO` is over.
#[pyclass(name = "_BytesIOBuffer", module = "_io", no_new)]
pub struct PyBytesIOBuffer {
    source: Ref<PyBytesIO>,
}

#[pymethods]
impl PyBytesIOBuffer {
    #[slot]
    fn buffer(zelf: &Ref<PyBytesIOBuffer>, flags: u32) -> PyResult<Buffer> {
        let _ = flags;
        let source = &zelf.source;
        let (data, len) = source.with(|contents, _| {
            let owned = contents.make_owned();
            (owned.as_mut_ptr(), owned.len())
        })?;
        source.exports.set(source.exports.get() + 1);
        Ok(Buffer::of_bytes(zelf.to_value(), data, len, false, Some(release)))
    }
}

fn release(exporter: &Value) {
    if let Some(exporter) = exporter.downcast::<PyBytesIOBuffer>() {
        let exports = &exporter.source.exports;
        exports.set(exports.get().saturating_sub(1));
    }
}
