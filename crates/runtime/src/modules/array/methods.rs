//! The methods of `array.array`.

use super::object::Array;
use super::typecode::Kind;
use minipy_macros::pymethods;
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::generic_alias;
use minipy_vm::types::slice::indices;
use minipy_vm::{ListRef, PyList, PyResult, PyStr, PyTuple, Ref, TypeRef, Value, exceptions, name, protocol};

#[pymethods(part = methods)]
impl Array {
    /// Append new value v to the end of the array.
    #[pymethod("($self, v, /)")]
    fn append(&self, v: &Value) -> PyResult<()> {
        self.push(v)
    }

    /// Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.
    ///
    /// The length should be multiplied by the itemsize attribute to
    /// calculate the buffer length in bytes.
    #[pymethod("($self, /)")]
    fn buffer_info(&self) -> Value {
        let address = self.bytes.with(|bytes| bytes.as_ptr() as u64);
        PyTuple::from_array([Value::from(address), Value::from(self.count_items())]).into_value()
    }

    /// Byteswap all items of the array.
    ///
    /// If the items in the array are not 1, 2, 4, or 8 bytes in size,
    /// RuntimeError is raised.
    #[pymethod("($self, /)")]
    fn byteswap(&self) {
        self.bytes.with(|bytes| bytes.chunks_exact_mut(self.code.size).for_each(|item| item.reverse()));
    }

    /// Remove all items from the array.
    #[pymethod("($self, /)")]
    fn clear(&self) -> PyResult<()> {
        self.check_resizable()?;
        drop(self.bytes.take());
        Ok(())
    }

    /// Return a copy of the array.
    #[pymethod("($self, /)")]
    fn __copy__(zelf: &Ref<Array>) -> Value {
        Array::with_bytes(zelf.class(), zelf.code, zelf.bytes.get()).into_value()
    }

    /// Return a copy of the array.
    #[pymethod("($self, unused, /)")]
    fn __deepcopy__(zelf: &Ref<Array>, _unused: &Value) -> Value {
        Array::with_bytes(zelf.class(), zelf.code, zelf.bytes.get()).into_value()
    }

    /// Return number of occurrences of v in the array.
    #[pymethod("($self, v, /)")]
    fn count(&self, v: &Value) -> PyResult<usize> {
        let (mut at, mut count) = (0, 0);
        while let Some(item) = self.item(at) {
            count += usize::from(protocol::eq(&item, v)?);
            at += 1;
        }
        Ok(count)
    }

    /// Append items to the end of the array.
    #[pymethod("($self, bb, /)", defining_class)]
    fn extend(&self, bb: &Value) -> PyResult<()> {
        self.extend_from(bb)
    }

    /// Append items to array from list.
    #[pymethod("($self, list, /)")]
    fn fromlist(&self, list: &Value) -> PyResult<()> {
        let Some(list) = list.downcast::<PyList>() else {
            return Err(exceptions::type_error("arg must be list"));
        };
        let before = self.bytes.with(|bytes| bytes.len());
        let result = self.append_list(list);
        if result.is_err() {
            // All or nothing.
            self.bytes.with(|bytes| bytes.truncate(before));
        }
        result
    }

    /// Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method.
    #[pymethod("($self, buffer, /)")]
    fn frombytes(&self, buffer: &Value) -> PyResult<()> {
        self.append_bytes(&BytesLike::of(buffer)?)
    }

    /// Extends this array with data from the unicode string ustr.
    ///
    /// The array must be a unicode type array; otherwise a ValueError is
    /// raised.  Use array.frombytes(ustr.encode(...)) to append Unicode
    /// data to an array of some other type.
    #[pymethod("($self, ustr, /)")]
    fn fromunicode(&self, ustr: &Ref<PyStr>) -> PyResult<()> {
        if self.code.kind != Kind::Char {
            return Err(exceptions::value_error(
                "fromunicode() may only be called on unicode type arrays ('u' or 'w')",
            ));
        }
        self.append_text(ustr)
    }

    /// Return index of first occurrence of v in the array.
    ///
    /// Raise ValueError if the value is not present.
    #[pymethod("($self, v, start=0, stop=sys.maxsize, /)")]
    fn index(&self, v: &Value, start: isize, stop: Option<isize>) -> PyResult<usize> {
        let len = self.count_items();
        let (start, stop) =
            (indices::clip_bound(start, len), indices::clip_bound(stop.unwrap_or(isize::MAX), len));
        let mut at = start;
        while at < stop
            && let Some(item) = self.item(at)
        {
            if protocol::eq(&item, v)? {
                return Ok(at);
            }
            at += 1;
        }
        Err(exceptions::value_error("array.index(x): x not in array"))
    }

    /// Insert a new item v into the array before position i.
    #[pymethod("($self, i, v, /)")]
    fn insert(&self, i: isize, v: &Value) -> PyResult<()> {
        let stored = self.code.store(v)?;
        self.check_resizable()?;
        let len = self.count_items();
        let from = indices::clip_bound(i, len).min(len) * self.code.size;
        self.bytes.with(|bytes| drop(bytes.splice(from..from, stored[..self.code.size].iter().copied())));
        Ok(())
    }

    /// Return the i-th element and delete it from the array.
    ///
    /// i defaults to -1.
    #[pymethod("($self, i=-1, /)")]
    fn pop(&self, i: isize) -> PyResult<Value> {
        let len = self.count_items();
        if len == 0 {
            return Err(exceptions::index_error("pop from empty array"));
        }
        let Some(at) = indices::position(i, len) else {
            return Err(exceptions::index_error("pop index out of range"));
        };
        let item = self.item(at).unwrap_or(Value::NONE);
        self.remove_at(at)?;
        Ok(item)
    }

    /// Remove the first occurrence of v in the array.
    #[pymethod("($self, v, /)")]
    fn remove(&self, v: &Value) -> PyResult<()> {
        let mut at = 0;
        while let Some(item) = self.item(at) {
            if protocol::eq(&item, v)? {
                return self.remove_at(at);
            }
            at += 1;
        }
        Err(exceptions::value_error("array.remove(x): x not in array"))
    }

    /// Reverse the order of the items in the array.
    #[pymethod("($self, /)")]
    fn reverse(&self) {
        // Reversing the bytes reverses each item too: turn those back.
        self.bytes.with(|bytes| {
            bytes.reverse();
            bytes.chunks_exact_mut(self.code.size).for_each(|item| item.reverse());
        });
    }

    /// Convert array to an ordinary list with the same items.
    #[pymethod("($self, /)")]
    fn tolist(&self) -> Value {
        let items = (0..self.count_items()).filter_map(|at| self.item(at)).collect();
        PyList::from_vec(items).into_value()
    }

    /// Convert the array to an array of machine values and return the bytes representation.
    #[pymethod("($self, /)")]
    fn tobytes(&self) -> Value {
        self.bytes.with(|bytes| from_slice(bytes)).into_value()
    }

    /// Extends this array with data from the unicode string ustr.
    ///
    /// Convert the array to a unicode string.  The array must be a unicode
    /// type array; otherwise a ValueError is raised.  Use
    /// array.tobytes().decode() to obtain a unicode string from an array of
    /// some other type.
    #[pymethod("($self, /)")]
    fn tounicode(&self) -> PyResult<Value> {
        if self.code.kind != Kind::Char {
            return Err(exceptions::value_error(
                "tounicode() may only be called on unicode type arrays ('u' or 'w')",
            ));
        }
        self.text()
    }

    /// Size of the array in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(&self) -> usize {
        64 + self.bytes.with(|bytes| bytes.capacity())
    }

    /// Arrays are generic over the type of their elements
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        generic_alias::new(cls.to_value(), object)
    }

    /// the typecode character used to create the array
    #[pygetset]
    fn typecode(&self) -> String {
        self.code.code.to_string()
    }

    /// the size, in bytes, of one array item
    #[pygetset]
    fn itemsize(&self) -> usize {
        self.code.size
    }
}

impl Array {
    fn append_list(&self, list: &ListRef) -> PyResult<()> {
        let len = list.len();
        for at in 0..len {
            let Some(item) = list.get(at) else { break };
            self.push(&item)?;
            if list.len() != len {
                return Err(exceptions::runtime_error("list changed size during iteration"));
            }
        }
        Ok(())
    }

    pub(super) fn remove_at(&self, at: usize) -> PyResult<()> {
        self.check_resizable()?;
        let from = at * self.code.size;
        self.bytes.with(|bytes| {
            let to = (from + self.code.size).min(bytes.len());
            bytes.drain(from.min(to)..to);
        });
        Ok(())
    }
}

#[pymethods(part = files)]
impl Array {
    /// Read n objects from the file object f and append them to the end of the array.
    #[pymethod("($self, f, n, /)", defining_class)]
    fn fromfile(&self, f: &Value, n: isize) -> PyResult<()> {
        let Ok(n) = usize::try_from(n) else { return Err(exceptions::value_error("negative count")) };
        let wanted = n.checked_mul(self.code.size).ok_or_else(exceptions::memory_error)?;
        let data = protocol::call_method(f, name!("read"), &[Value::from(wanted)])?;
        let Some(bytes) = data.downcast::<minipy_vm::PyBytes>() else {
            return Err(exceptions::type_error("read() didn't return bytes"));
        };
        let bytes = bytes.as_bytes();
        let got = bytes.len();
        self.append_bytes(bytes)?;
        if got != wanted {
            return Err(exceptions::eof_error("read() didn't return enough bytes"));
        }
        Ok(())
    }

    /// Write all items (as machine values) to the file object f.
    #[pymethod("($self, f, /)", defining_class)]
    fn tofile(&self, f: &Value) -> PyResult<()> {
        let data = self.bytes.get();
        if data.is_empty() {
            return Ok(());
        }
        let write = protocol::getattr(f, name!("write"))?;
        for block in data.chunks(64 * 1024) {
            protocol::call1(&write, from_slice(block).into_value())?;
        }
        Ok(())
    }

    /// Return state information for pickling.
    #[pymethod("($self, value, /)", defining_class)]
    fn __reduce_ex__(zelf: &Ref<Array>, value: &Value) -> PyResult<Value> {
        super::pickle::reduce(zelf, value)
    }
}
