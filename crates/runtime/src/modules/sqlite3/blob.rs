//! `Blob`: a blob in a database, as something like a file and like a bytearray of fixed length.

use super::connection::Connection;
use super::db::BlobHandle;
use super::errors::programming_error;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::int;
use minipy_vm::types::slice::{PySlice, indices};
use minipy_vm::{BytesRef, PyResult, Ref, Traverse, Value, Visitor, exceptions, protocol};
use std::cell::Cell;
use std::ffi::c_int;
use std::rc::Rc;

#[pyclass(name = "Blob", module = "sqlite3", gc, weakref, no_new)]
pub struct Blob {
    connection: Ref<Connection>,
    handle: Rc<BlobHandle>,
    offset: Cell<c_int>,
}

impl Traverse for Blob {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.connection.traverse(visit);
    }
}

impl Blob {
    pub fn new(connection: &Ref<Connection>, handle: Rc<BlobHandle>) -> Ref<Blob> {
        Ref::new(Blob { connection: connection.clone(), handle, offset: Cell::new(0) })
    }

    fn check(&self) -> PyResult<()> {
        self.connection.checked()?;
        if self.handle.is_closed() {
            return Err(programming_error("Cannot operate on a closed blob."));
        }
        Ok(())
    }

    fn bytes_at(&self, offset: c_int, len: c_int) -> PyResult<Vec<u8>> {
        let mut bytes = vec![0; len as usize];
        self.handle.read(&mut bytes, offset)?;
        Ok(bytes)
    }

    fn write_at(&self, bytes: &[u8], offset: c_int) -> PyResult<()> {
        let room = self.handle.len() - offset;
        if bytes.len() > c_int::MAX as usize {
            return Err(exceptions::overflow_error("data longer than INT_MAX bytes"));
        }
        if bytes.len() > room as usize {
            return Err(exceptions::value_error("data longer than blob length"));
        }
        self.handle.write(bytes, offset)
    }

    /// The place of one byte.
    fn place(&self, key: &Value) -> PyResult<c_int> {
        let index = protocol::index_to_isize(key)?;
        // That may have closed the blob.
        self.check()?;
        let place = indices::position(index, self.handle.len() as usize);
        place.map(|at| at as c_int).ok_or_else(|| exceptions::index_error("Blob index out of range"))
    }

    fn set_byte(&self, key: &Value, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(exceptions::type_error("Blob doesn't support item deletion"));
        };
        let offset = self.place(key)?;
        if !protocol::is_int(&value) {
            return Err(exceptions::type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                value.type_name()
            )));
        }
        let byte = int::to_i64(&value).and_then(|int| u8::try_from(int).ok());
        let byte = byte.ok_or_else(|| exceptions::value_error("byte must be in range(0, 256)"))?;
        self.write_at(&[byte], offset)
    }

    fn set_slice(&self, slice: &PySlice, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(exceptions::type_error("Blob doesn't support slice deletion"));
        };
        let range = slice.resolve(|| self.handle.len() as usize)?;
        let new = BytesLike::of(&value)?;
        if new.len() != range.count {
            return Err(exceptions::index_error("Blob slice assignment is wrong size"));
        }
        // What asked for indices and memory may have closed the blob.
        self.check()?;
        let (Some(low), Some(high)) = (range.positions().min(), range.positions().max()) else {
            return Ok(());
        };
        if range.step == 1 {
            return self.write_at(&new, low as c_int);
        }
        let mut bytes = self.bytes_at(low as c_int, (high - low + 1) as c_int)?;
        for (at, byte) in range.positions().zip(new.iter()) {
            bytes[at - low] = *byte;
        }
        self.write_at(&bytes, low as c_int)
    }
}

fn is_index(key: &Value) -> bool {
    protocol::is_int(key) || key.class().slots().index.is_some()
}

#[pymethods]
impl Blob {
    #[slot]
    fn len(&self) -> PyResult<usize> {
        self.check()?;
        Ok(self.handle.len() as usize)
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        self.check()?;
        if is_index(key) {
            let place = self.place(key)?;
            return Ok(Value::from(i64::from(self.bytes_at(place, 1)?[0])));
        }
        let Some(slice) = key.downcast::<PySlice>() else {
            return Err(exceptions::type_error("Blob indices must be integers"));
        };
        let range = slice.resolve(|| self.handle.len() as usize)?;
        self.check()?;
        let (Some(low), Some(high)) = (range.positions().min(), range.positions().max()) else {
            return Ok(from_slice(&[]).into());
        };
        let bytes = self.bytes_at(low as c_int, (high - low + 1) as c_int)?;
        let picked: Vec<u8> = range.positions().map(|at| bytes[at - low]).collect();
        Ok(from_slice(&picked).into())
    }

    #[slot]
    fn ass_subscript(&self, key: &Value, value: Option<Value>) -> PyResult<()> {
        self.check()?;
        if is_index(key) {
            return self.set_byte(key, value);
        }
        match key.downcast::<PySlice>() {
            Some(slice) => self.set_slice(slice, value),
            None => Err(exceptions::type_error("Blob indices must be integers")),
        }
    }

    /// Close the blob.
    #[pymethod("($self, /)")]
    fn close(&self) -> PyResult<()> {
        self.connection.checked()?;
        self.handle.close();
        Ok(())
    }

    /// Blob context manager enter.
    #[pymethod("($self, /)")]
    fn __enter__(zelf: &Ref<Blob>) -> PyResult<Value> {
        zelf.check()?;
        Ok(zelf.to_value())
    }

    /// Blob context manager exit.
    #[pymethod("($self, type, val, tb, /)")]
    fn __exit__(&self, r#type: &Value, val: &Value, tb: &Value) -> PyResult<bool> {
        let _ = (r#type, val, tb);
        self.check()?;
        self.handle.close();
        Ok(false)
    }

    /// Read data at the current offset position.
    ///
    ///   length
    ///     Read length in bytes.
    ///
    /// If the end of the blob is reached, the data up to end of file will
    /// be returned.  When length is not specified, or is negative,
    /// Blob.read() will read until the end of the blob.
    #[pymethod("($self, length=-1, /)")]
    fn read(&self, length: c_int) -> PyResult<BytesRef> {
        self.check()?;
        let offset = self.offset.get();
        let rest = self.handle.len() - offset;
        let count = if length < 0 { rest } else { length.min(rest) };
        if count <= 0 {
            return Ok(from_slice(&[]));
        }
        let bytes = self.bytes_at(offset, count)?;
        self.offset.set(offset + count);
        Ok(from_slice(&bytes))
    }

    /// Write data at the current offset.
    ///
    /// This function cannot change the blob length.  Writing beyond the end
    /// of the blob will result in an exception being raised.
    #[pymethod("($self, data, /)")]
    fn write(&self, data: BytesLike<'_>) -> PyResult<()> {
        self.check()?;
        self.write_at(&data, self.offset.get())?;
        self.offset.set(self.offset.get() + data.len() as c_int);
        Ok(())
    }

    /// Set the current access position to offset.
    ///
    /// The origin argument defaults to os.SEEK_SET (absolute blob
    /// positioning).  Other values for origin are os.SEEK_CUR (seek
    /// relative to the current position) and os.SEEK_END (seek relative to
    /// the blob's end).
    #[pymethod("($self, offset, origin=0, /)")]
    fn seek(&self, offset: c_int, origin: c_int) -> PyResult<()> {
        self.check()?;
        let len = self.handle.len();
        let base = match origin {
            libc::SEEK_SET => 0,
            libc::SEEK_CUR => self.offset.get(),
            libc::SEEK_END => len,
            _ => {
                let message = "'origin' should be os.SEEK_SET, os.SEEK_CUR, or os.SEEK_END";
                return Err(exceptions::value_error(message));
            }
        };
        let Some(target) = base.checked_add(offset) else {
            return Err(exceptions::overflow_error("seek offset results in overflow"));
        };
        if !(0..=len).contains(&target) {
            return Err(exceptions::value_error("offset out of blob range"));
        }
        self.offset.set(target);
        Ok(())
    }

    /// Return the current access position for the blob.
    #[pymethod("($self, /)")]
    fn tell(&self) -> PyResult<c_int> {
        self.check()?;
        Ok(self.offset.get())
    }
}
