//! The methods of `bytearray` that change it, and assignment to items and slices.

use super::slots::item;
use super::{ByteArrayRef, PyByteArray};
use crate::heap;
use crate::heap::Payload;
use crate::types::bytes::arg::{Byte, BytesLike};
use crate::types::bytes::{PyBytes, build, cannot_concat, from_slice, hex};
use crate::types::instance;
use crate::types::slice::indices::position;
use crate::types::slice::{Indices, PySlice};
use crate::types::str::{PyStr, is_str};
use crate::types::tuple::{self, PyTuple};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyErr, PyResult, buffer, exceptions, name, protocol};
use minipy_macros::pymethods;

const RANGE: &str = "byte must be in range(0, 256)";

#[cold]
fn not_sliced(value: &Value) -> PyErr {
    exceptions::type_error(format!("can't set bytearray slice from {}", value.type_name()))
}

impl PyByteArray {
    /// Appends the contents of a bytes-like object, maybe this one; TypeError if it is none.
    pub fn append_bytes(&self, other: &Value) -> PyResult<()> {
        if let Some(bytes) = other.downcast::<PyBytes>() {
            return if bytes.is_empty() {
                Ok(())
            } else {
                self.resize_with(|data| data.extend_from_slice(bytes))
            };
        }
        let added = BytesLike::of(other).map_err(|_| cannot_concat(other, "bytearray"))?.to_vec();
        if added.is_empty() { Ok(()) } else { self.resize_with(|data| data.extend_from_slice(&added)) }
    }

    pub fn assign_item(&self, index: isize, value: Option<&Value>) -> PyResult<()> {
        let value = value.map(item).transpose()?;
        let Some(at) = position(index, self.len()) else {
            return Err(exceptions::index_error("bytearray index out of range"));
        };
        match value {
            Some(value) => {
                self.data.with(|data| data[at] = value);
                Ok(())
            }
            None => self.resize_with(|data| {
                data.remove(at);
            }),
        }
    }

    pub fn assign_slice(&self, slice: &PySlice, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            let indices = slice.resolve(|| self.len())?;
            return self.delete_slice(indices);
        };
        let bytes = if let Some(bytes) = value.downcast::<PyBytes>() {
            bytes.to_vec()
        } else if buffer::is_bytes_like(value) {
            BytesLike::of(value).map_err(|_| not_sliced(value))?.to_vec()
        } else {
            let slots = value.class().slots();
            if protocol::is_int(value)
                || is_str(value)
                || slots.index.is_some()
                || slots.int.is_some()
                || slots.float.is_some()
            {
                return Err(exceptions::type_error(
                    "can assign only bytes, buffers, or iterables of ints in range(0, 256)",
                ));
            }
            build::contents(value, || format!("cannot convert '{}' object to bytearray", value.type_name()))?
                .collect(RANGE)?
        };
        let indices = slice.resolve(|| self.len())?;
        if indices.step == 1 {
            let start = indices.start as usize;
            if indices.count == bytes.len() {
                self.data.with(|data| data[start..start + bytes.len()].copy_from_slice(&bytes));
                return Ok(());
            }
            return self.resize_with(|data| drop(data.splice(start..start + indices.count, bytes)));
        }
        if bytes.is_empty() {
            return self.delete_slice(indices);
        }
        if bytes.len() != indices.count {
            return Err(exceptions::value_error(format!(
                "attempt to assign bytes of size {} to extended slice of size {}",
                bytes.len(),
                indices.count
            )));
        }
        self.data.with(|data| {
            for (at, b) in indices.positions().zip(bytes) {
                data[at] = b;
            }
        });
        Ok(())
    }

    fn delete_slice(&self, indices: Indices) -> PyResult<()> {
        if indices.count == 0 {
            return Ok(());
        }
        let indices = indices.ascending();
        let start = indices.start as usize;
        self.resize_with(|data| {
            if indices.step == 1 {
                drop(data.drain(start..start + indices.count));
                return;
            }
            let mut doomed = indices.positions().peekable();
            let mut at = 0;
            data.retain(|_| {
                let remove = doomed.next_if_eq(&at).is_some();
                at += 1;
                !remove
            });
        })
    }

    fn reduce_with(zelf: &ByteArrayRef, protocol_number: i64) -> PyResult<Value> {
        let state = protocol::call_method(zelf.as_value(), name!("__getstate__"), &[])?;
        let args = zelf.with(|data| {
            if data.is_empty() {
                tuple::empty()
            } else if protocol_number < 3 {
                PyTuple::from_array([PyStr::from_latin1(data).into_value(), "latin-1".into()])
            } else {
                PyTuple::from_array([from_slice(data).into_value()])
            }
        });
        let class = zelf.class().to_value();
        Ok(PyTuple::from_array([class, args.into_value(), state]).into_value())
    }
}

#[pymethods(part = edit)]
impl PyByteArray {
    /// Create a bytearray object from a string of hexadecimal numbers.
    ///
    /// Spaces between two numbers are accepted.
    /// Example:
    ///     bytearray.fromhex('B9 01EF') -> bytearray(b'\\xb9\\x01\\xef')
    #[pyclassmethod("($type, string, /)")]
    fn fromhex(cls: &TypeRef, string: &Value) -> PyResult<Value> {
        let data = hex::from_hex(string)?;
        if cls.is(PyByteArray::class()) {
            return Ok(PyByteArray::from_vec(data).into_value());
        }
        protocol::call1(cls.as_value(), from_slice(&data).into_value())
    }

    /// Append a single item to the end of the bytearray.
    ///
    ///   item
    ///     The item to be appended.
    #[pymethod("($self, item, /)")]
    fn append(&self, item: Byte) -> PyResult<()> {
        self.resize_with(|data| data.push(item.0))
    }

    /// Append all the items from the iterator or sequence to the end of the bytearray.
    ///
    ///   iterable_of_ints
    ///     The iterable of items to append.
    #[pymethod("($self, iterable_of_ints, /)")]
    fn extend(&self, iterable_of_ints: &Value) -> PyResult<()> {
        if buffer::is_bytes_like(iterable_of_ints) {
            let end = self.len();
            let added = BytesLike::of(iterable_of_ints).map_err(|_| not_sliced(iterable_of_ints))?.to_vec();
            if added.is_empty() {
                return Ok(());
            }
            // Getting the buffer may have changed the length.
            return self.resize_with(|data| {
                let at = end.min(data.len());
                data.splice(at..at, added);
            });
        }
        if is_str(iterable_of_ints) {
            return Err(exceptions::type_error("expected iterable of integers; got: 'str'"));
        }
        let items = build::contents(iterable_of_ints, || {
            format!("can't extend bytearray with {}", iterable_of_ints.type_name())
        })?
        .collect(RANGE)?;
        if items.is_empty() { Ok(()) } else { self.resize_with(|data| data.extend_from_slice(&items)) }
    }

    /// Insert a single item into the bytearray before the given index.
    ///
    ///   index
    ///     The index where the value is to be inserted.
    ///   item
    ///     The item to be inserted.
    #[pymethod("($self, index, item, /)")]
    fn insert(&self, index: isize, item: Byte) -> PyResult<()> {
        self.resize_with(|data| {
            let len = data.len();
            let at =
                if index < 0 { index.saturating_add(len as isize).max(0) as usize } else { index as usize };
            data.insert(at.min(len), item.0);
        })
    }

    /// Remove and return a single item from B.
    ///
    ///   index
    ///     The index from where to remove the item.
    ///     -1 (the default value) means remove the last item.
    ///
    /// If no index argument is given, will pop the last item.
    #[pymethod("($self, index=-1, /)")]
    fn pop(&self, index: isize) -> PyResult<Value> {
        if self.is_empty() {
            return Err(exceptions::index_error("pop from empty bytearray"));
        }
        let Some(at) = position(index, self.len()) else {
            return Err(exceptions::index_error("pop index out of range"));
        };
        self.resize_with(|data| Value::small_int(i64::from(data.remove(at))))
    }

    /// Remove the first occurrence of a value in the bytearray.
    ///
    ///   value
    ///     The value to remove.
    #[pymethod("($self, value, /)")]
    fn remove(&self, value: Byte) -> PyResult<()> {
        match self.with(|data| memchr::memchr(value.0, data)) {
            Some(at) => self.resize_with(|data| {
                data.remove(at);
            }),
            None => Err(exceptions::value_error("value not found in bytearray")),
        }
    }

    /// Reverse the order of the values in B in place.
    #[pymethod("($self, /)")]
    fn reverse(&self) {
        self.data.with(|data| data.reverse());
    }

    /// Remove all items from the bytearray.
    #[pymethod("($self, /)")]
    fn clear(&self) -> PyResult<()> {
        self.resize_with(|data| *data = Vec::new())
    }

    /// Return a copy of B.
    #[pymethod("($self, /)")]
    fn copy(&self) -> ByteArrayRef {
        PyByteArray::from_vec(self.with(<[u8]>::to_vec))
    }

    /// Resize the internal buffer of bytearray to len.
    ///
    ///   size
    ///     New size to resize to.
    #[pymethod("($self, size, /)")]
    fn resize(&self, size: isize) -> PyResult<()> {
        let Ok(len) = usize::try_from(size) else {
            return Err(exceptions::value_error(format!("Can only resize to positive sizes, got {size}")));
        };
        heap::check_size(len)?;
        if len == self.len() {
            return Ok(());
        }
        self.resize_with(|data| data.resize(len, 0))
    }

    /// B.__alloc__() -> int
    ///
    /// Return the number of bytes actually allocated.
    #[pymethod("($self, /)")]
    fn __alloc__(&self) -> usize {
        self.data.with(|data| if data.capacity() == 0 { 0 } else { data.capacity().max(data.len() + 1) })
    }

    /// Returns the size of the bytearray object in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(zelf: &ByteArrayRef) -> usize {
        // CPython's object, and the memory beside it.
        let data = zelf.data.with(|data| if data.is_empty() { 0 } else { data.len() + 1 });
        56 + data + instance::attribute_room(zelf.as_value())
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &ByteArrayRef) -> PyResult<Value> {
        PyByteArray::reduce_with(zelf, 2)
    }

    /// Return state information for pickling.
    #[pymethod("($self, proto=0, /)")]
    fn __reduce_ex__(zelf: &ByteArrayRef, proto: i64) -> PyResult<Value> {
        PyByteArray::reduce_with(zelf, proto)
    }
}
