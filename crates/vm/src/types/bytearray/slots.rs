//! The slots of `bytearray`.

use super::{ByteArrayRef, PyByteArray, View, iter, release_buffer};
use crate::buffer::{self, Buffer};
use crate::heap::Ref;
use crate::macros_support::FnSpec;
use crate::types::bytes::arg::{BytesLike, FillByte, Needle};
use crate::types::bytes::build::Contents;
use crate::types::bytes::{
    ByteString, build, byte_of, bytes_methods, cannot_concat, compare, contains, from_slice, hex, ops,
    percent,
};
use crate::types::list::{ListRef, PyList};
use crate::types::slice::argument::{SliceIndex, clip};
use crate::types::slice::indices::{self, Subscript};
use crate::types::str::{StrRef, join, split, unit};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, CmpOp, PyResult, codecs, exceptions, protocol, warnings};
use minipy_macros::pymethods;

static INIT: FnSpec = build::spec("bytearray");

impl ByteString for PyByteArray {
    type View<'a> = View<'a>;

    fn view(zelf: &ByteArrayRef) -> View<'_> {
        View::new(zelf)
    }

    fn make(data: &[u8]) -> Value {
        PyByteArray::from_vec(data.to_vec()).into_value()
    }

    fn unchanged(zelf: &ByteArrayRef) -> Value {
        zelf.with(PyByteArray::make)
    }
}

bytes_methods!(PyByteArray);

/// The value of an item to store.
pub fn item(value: &Value) -> PyResult<u8> {
    byte_of(value, "byte must be in range(0, 256)")
}

#[pymethods(part = slots)]
impl PyByteArray {
    #[slot(new)]
    fn slot_new(class: &TypeRef, _args: Args<'_>) -> PyResult<ByteArrayRef> {
        Ok(Ref::new_in(class, PyByteArray::payload(Vec::new())))
    }

    #[slot]
    fn init(&self, args: Args<'_>) -> PyResult<()> {
        if !self.is_empty() {
            self.resize_with(Vec::clear)?;
        }
        match build::construct(&INIT, args, false)? {
            Contents::Whole(data) => self.resize_with(|own| *own = data),
            Contents::Items(iterator, expected) => {
                self.resize_with(|own| own.reserve(expected))?;
                // Whoever gives the items may look at those that are there.
                while let Some(next) = protocol::next(&iterator)? {
                    let byte = item(&next)?;
                    self.resize_with(|own| own.push(byte))?;
                }
                Ok(())
            }
        }
    }

    #[slot]
    fn repr(zelf: &ByteArrayRef) -> PyResult<StrRef> {
        let mut text = zelf.with(minipy_text::repr::bytes);
        // The single quote is escaped whatever the quotes around it are.
        if text.starts_with("b\"") {
            text = text.replace('\'', "\\'");
        }
        Ok(crate::PyStr::from_str(&format!("{}({text})", zelf.class().name())))
    }

    #[slot(str)]
    fn slot_str(zelf: &ByteArrayRef) -> PyResult<StrRef> {
        if warnings::bytes_warnings() {
            warnings::bytes("str() on a bytearray instance")?;
        }
        PyByteArray::repr(zelf)
    }

    #[slot]
    fn richcompare(zelf: &ByteArrayRef, other: &Value, op: CmpOp) -> PyResult<Value> {
        if warnings::bytes_warnings() {
            warnings::bytes_comparison("bytearray", other, op)?;
        }
        compare(&View::new(zelf), other, op)
    }

    #[slot(len)]
    fn slot_len(&self) -> PyResult<usize> {
        Ok(self.len())
    }

    #[slot]
    fn sq_concat(zelf: &ByteArrayRef, other: &Value) -> PyResult<ByteArrayRef> {
        if !buffer::is_bytes_like(other) {
            return Err(cannot_concat(other, "bytearray"));
        }
        let other = BytesLike::of(other).map_err(|_| cannot_concat(other, "bytearray"))?;
        let joined = zelf.with(|data| [data, &other].concat());
        Ok(PyByteArray::from_vec(joined))
    }

    #[slot]
    fn sq_inplace_concat(zelf: &ByteArrayRef, other: &Value) -> PyResult<Value> {
        if !buffer::is_bytes_like(other) {
            return Err(cannot_concat(other, "bytearray"));
        }
        zelf.append_bytes(other)?;
        Ok(zelf.to_value())
    }

    #[slot]
    fn sq_repeat(zelf: &ByteArrayRef, count: isize) -> PyResult<ByteArrayRef> {
        zelf.with(|data| ops::repeat(data, count)).map(PyByteArray::from_vec)
    }

    #[slot]
    fn sq_inplace_repeat(zelf: &ByteArrayRef, count: isize) -> PyResult<Value> {
        if count != 1 {
            let repeated = zelf.with(|data| ops::repeat(data, count))?;
            if repeated.len() != zelf.len() {
                zelf.resize_with(|data| *data = repeated)?;
            }
        }
        Ok(zelf.to_value())
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        let found = usize::try_from(index).ok().and_then(|i| self.with(|data| data.get(i).copied()));
        match found {
            Some(b) => Ok(Value::small_int(i64::from(b))),
            None => Err(exceptions::index_error("bytearray index out of range")),
        }
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        match indices::subscript(key, "bytearray")? {
            Subscript::Index(index) => {
                let found = self.with(|data| indices::position(index, data.len()).map(|at| data[at]));
                match found {
                    Some(b) => Ok(Value::small_int(i64::from(b))),
                    None => Err(exceptions::index_error("bytearray index out of range")),
                }
            }
            Subscript::Slice(slice) => {
                let indices = slice.resolve(|| self.len())?;
                let picked = self.with(|data| {
                    if indices.step == 1 {
                        let start = indices.start as usize;
                        data[start..start + indices.count].to_vec()
                    } else {
                        indices.positions().map(|i| data[i]).collect()
                    }
                });
                Ok(PyByteArray::from_vec(picked).into_value())
            }
        }
    }

    #[slot]
    fn ass_subscript(zelf: &ByteArrayRef, key: &Value, value: Option<Value>) -> PyResult<()> {
        match indices::subscript(key, "bytearray")? {
            Subscript::Index(index) => zelf.assign_item(index, value.as_ref()),
            Subscript::Slice(slice) => zelf.assign_slice(slice, value.as_ref()),
        }
    }

    #[slot(contains)]
    fn slot_contains(zelf: &ByteArrayRef, value: &Value) -> PyResult<bool> {
        contains(&View::new(zelf), value)
    }

    #[slot]
    fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
        match a.downcast::<PyByteArray>() {
            Some(template) => {
                Ok(PyByteArray::from_vec(percent::format(&View::new(template), b)?).into_value())
            }
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn iter(zelf: &ByteArrayRef) -> PyResult<Value> {
        Ok(iter::new_iterator(zelf))
    }

    #[slot]
    fn buffer(zelf: &ByteArrayRef, _flags: u32) -> PyResult<Buffer> {
        let (data, len) = zelf.export();
        Ok(Buffer::of_bytes(zelf.to_value(), data, len, false, Some(release_buffer)))
    }
}
