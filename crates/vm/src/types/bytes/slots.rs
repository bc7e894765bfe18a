//! The slots of `bytes`, and the methods that bytearray does not have.

use super::arg::{BytesLike, FillByte, Needle};
use super::methods::{ByteString, bytes_methods};
use super::{BytesRef, PyBytes, build, from_slice, hex, iter, ops, percent};
use crate::buffer::{self, Buffer};
use crate::heap::{Payload, Ref};
use crate::macros_support::FnSpec;
use crate::types::list::{ListRef, PyList};
use crate::types::slice::argument::{SliceIndex, clip};
use crate::types::slice::{PySlice, indices};
use crate::types::str::{StrRef, join, split, unit};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, CmpOp, PyResult, codecs, exceptions, protocol, warnings};
use minipy_macros::pymethods;

static NEW: FnSpec = build::spec("bytes");

impl ByteString for PyBytes {
    type View<'a> = &'a [u8];

    fn view(zelf: &BytesRef) -> &[u8] {
        zelf.as_bytes()
    }

    fn make(data: &[u8]) -> Value {
        from_slice(data).into_value()
    }

    fn unchanged(zelf: &BytesRef) -> Value {
        PyBytes::exact(zelf).into_value()
    }
}

bytes_methods!(PyBytes);

/// The TypeError for `a + b` with something that is not bytes-like.
#[cold]
pub fn cannot_concat(other: &Value, class: &str) -> exceptions::PyErr {
    exceptions::type_error(format!("can't concat {} to {class}", other.type_name()))
}

/// `a op b` of the contents; NotImplemented if `b` is not bytes-like.
pub fn compare(a: &[u8], b: &Value, op: CmpOp) -> PyResult<Value> {
    if !buffer::is_bytes_like(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    match BytesLike::of(b) {
        Ok(b) => Ok(Value::from_bool(op.compare(&a, &&*b))),
        Err(_) => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Whether a byte or some bytes occur in `data`.
pub fn contains(data: &[u8], item: &Value) -> PyResult<bool> {
    if protocol::is_int(item) || (!buffer::is_bytes_like(item) && item.class().slots().index.is_some()) {
        let byte = super::arg::byte_of(item, "byte must be in range(0, 256)")?;
        return Ok(memchr::memchr(byte, data).is_some());
    }
    let item = BytesLike::of(item)?;
    Ok(ops::find(data, &item, 0, data.len()).is_some())
}

#[pymethods(part = slots)]
impl PyBytes {
    #[slot(new)]
    fn slot_new(class: &TypeRef, args: Args<'_>) -> PyResult<BytesRef> {
        let exact = class.is(PyBytes::class());
        if exact
            && let (true, [only]) = (args.kwnames.is_empty(), args.args)
            && let Some(bytes) = only.downcast_exact::<PyBytes>()
        {
            return Ok(bytes.clone());
        }
        if exact
            && let (true, [only]) = (args.kwnames.is_empty(), args.args)
            && let Some(converted) = build::dunder_bytes(only)?
            && let Ok(bytes) = converted.downcast_into::<PyBytes>()
        {
            return Ok(bytes);
        }
        let data = build::construct(&NEW, args, true)?.collect("bytes must be in range(0, 256)")?;
        Ok(if exact { from_slice(&data) } else { PyBytes::new_in(class, &data) })
    }

    #[slot]
    fn repr(&self) -> PyResult<StrRef> {
        Ok(crate::PyStr::from_ascii(minipy_text::repr::bytes(self).as_bytes()))
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        Ok(self.hash_value())
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        match other.downcast::<PyBytes>() {
            Some(other) => Ok(Value::from_bool(op.compare(&self.as_bytes(), &other.as_bytes()))),
            // Other bytes-like objects compare themselves with bytes.
            None => {
                if warnings::bytes_warnings() {
                    warnings::bytes_comparison("bytes", other, op)?;
                }
                Ok(Value::NOT_IMPLEMENTED)
            }
        }
    }

    #[slot]
    fn str(zelf: &Value) -> PyResult<Value> {
        if warnings::bytes_warnings() {
            warnings::bytes("str() on a bytes instance")?;
        }
        Ok(protocol::repr(zelf)?.into_value())
    }

    #[slot(len)]
    fn slot_len(&self) -> PyResult<usize> {
        Ok(self.as_bytes().len())
    }

    #[slot]
    fn sq_concat(zelf: &BytesRef, other: &Value) -> PyResult<BytesRef> {
        if !buffer::is_bytes_like(other) {
            return Err(cannot_concat(other, "bytes"));
        }
        if zelf.is_empty()
            && let Some(other) = other.downcast_exact::<PyBytes>()
        {
            return Ok(other.clone());
        }
        let other = BytesLike::of(other).map_err(|_| cannot_concat(other, "bytes"))?;
        if other.is_empty() {
            return Ok(PyBytes::exact(zelf));
        }
        let (a, b): (&[u8], &[u8]) = (zelf, &other);
        // SAFETY: both parts fill the bytes.
        Ok(unsafe {
            PyBytes::build_in(PyBytes::class(), a.len() + b.len(), |to| {
                to.copy_from_nonoverlapping(a.as_ptr(), a.len());
                to.add(a.len()).copy_from_nonoverlapping(b.as_ptr(), b.len());
            })
        })
    }

    #[slot]
    fn sq_repeat(zelf: &BytesRef, count: isize) -> PyResult<BytesRef> {
        if count == 1 {
            return Ok(PyBytes::exact(zelf));
        }
        let total = ops::repeated_len(zelf, count)?;
        // SAFETY: each pass copies what is there already behind it, until all bytes are written.
        Ok(unsafe {
            PyBytes::build_in(PyBytes::class(), total, |to| {
                let mut done = zelf.len().min(total);
                to.copy_from_nonoverlapping(zelf.as_bytes().as_ptr(), done);
                while done < total {
                    let part = done.min(total - done);
                    to.add(done).copy_from_nonoverlapping(to, part);
                    done += part;
                }
            })
        })
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        match usize::try_from(index).ok().and_then(|i| self.get(i)) {
            Some(b) => Ok(Value::small_int(i64::from(*b))),
            None => Err(exceptions::index_error("index out of range")),
        }
    }

    #[slot]
    fn subscript(zelf: &BytesRef, key: &Value) -> PyResult<Value> {
        match indices::subscript(key, "byte")? {
            indices::Subscript::Index(index) => match indices::position(index, zelf.len()) {
                Some(at) => Ok(Value::small_int(i64::from(zelf[at]))),
                None => Err(exceptions::index_error("index out of range")),
            },
            indices::Subscript::Slice(slice) => PyBytes::subscript_slice(zelf, slice),
        }
    }

    #[slot(contains)]
    fn slot_contains(&self, item: &Value) -> PyResult<bool> {
        contains(self, item)
    }

    #[slot]
    fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
        match a.downcast::<PyBytes>() {
            Some(template) => Ok(from_slice(&percent::format(template, b)?).into_value()),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn iter(zelf: &BytesRef) -> PyResult<Value> {
        Ok(iter::new_iterator(zelf))
    }

    #[slot]
    fn buffer(zelf: &BytesRef, flags: u32) -> PyResult<Buffer> {
        if flags & buffer::flags::WRITABLE != 0 {
            return Err(exceptions::buffer_error("Object is not writable."));
        }
        let data = zelf.as_bytes();
        Ok(Buffer::of_bytes(zelf.to_value(), data.as_ptr().cast_mut(), data.len(), true, None))
    }
}

impl PyBytes {
    fn subscript_slice(zelf: &BytesRef, slice: &PySlice) -> PyResult<Value> {
        let indices = slice.resolve(|| zelf.as_bytes().len())?;
        if indices.step == 1 {
            let start = indices.start as usize;
            if indices.count == zelf.as_bytes().len() {
                return Ok(PyBytes::exact(zelf).into_value());
            }
            return Ok(from_slice(&zelf[start..start + indices.count]).into_value());
        }
        let picked: Vec<u8> = indices.positions().map(|i| zelf[i]).collect();
        Ok(from_slice(&picked).into_value())
    }
}

#[pymethods(part = own)]
impl PyBytes {
    /// Create a bytes object from a string of hexadecimal numbers.
    ///
    /// Spaces between two numbers are accepted.
    /// Example: bytes.fromhex('B9 01EF') -> b'\\xb9\\x01\\xef'.
    #[pyclassmethod("($type, string, /)")]
    fn fromhex(cls: &TypeRef, string: &Value) -> PyResult<Value> {
        let bytes = from_slice(&hex::from_hex(string)?).into_value();
        if cls.is(PyBytes::class()) { Ok(bytes) } else { protocol::call1(cls.as_value(), bytes) }
    }

    #[pymethod("($self, /)")]
    fn __getnewargs__(zelf: &BytesRef) -> PyResult<Value> {
        Ok(PyTuple::from_array([PyBytes::exact(zelf).into_value()]).into_value())
    }

    /// Convert this value to exact type bytes.
    #[pymethod("($self, /)")]
    fn __bytes__(zelf: &BytesRef) -> BytesRef {
        PyBytes::exact(zelf)
    }
}
