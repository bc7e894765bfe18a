//! Arguments that are bytes-like objects or single bytes.

use super::PyBytes;
use crate::buffer::{self, Buffer, flags};
use crate::macros_support::{ArgPos, FromArg};
use crate::types::int;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, protocol};
use std::ops::Deref;

/// The contents of any bytes-like object, without a copy where they are contiguous.
pub enum BytesLike<'a> {
    Bytes(&'a [u8]),
    Buffer(Buffer),
    /// Collected from a view with gaps.
    Copy(Vec<u8>),
}

impl<'a> BytesLike<'a> {
    /// The contents of `value`; TypeError if it is not bytes-like.
    #[inline]
    pub fn of(value: &'a Value) -> PyResult<BytesLike<'a>> {
        if let Some(bytes) = value.downcast::<PyBytes>() {
            return Ok(BytesLike::Bytes(bytes));
        }
        let buffer = buffer::get_buffer(value, flags::FULL_RO)?;
        Ok(if buffer.is_c_contiguous() {
            BytesLike::Buffer(buffer)
        } else {
            BytesLike::Copy(buffer.to_vec())
        })
    }
}

impl Deref for BytesLike<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            BytesLike::Bytes(bytes) => bytes,
            BytesLike::Buffer(buffer) => buffer.contiguous().unwrap_or(&[]),
            BytesLike::Copy(bytes) => bytes,
        }
    }
}

impl<'a> FromArg<'a> for BytesLike<'a> {
    fn from_arg(value: &'a Value, _at: ArgPos<'_>) -> PyResult<Self> {
        BytesLike::of(value)
    }
}

/// A writable contiguous buffer, as of `readinto`.
pub struct WritableBuffer(pub Buffer);

impl WritableBuffer {
    pub fn bytes(&mut self) -> &mut [u8] {
        self.0.contiguous_mut().unwrap_or(&mut [])
    }
}

impl FromArg<'_> for WritableBuffer {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        let refuse = || at.type_error("read-write bytes-like object", value);
        if !buffer::is_bytes_like(value) {
            return Err(refuse());
        }
        let buffer = buffer::get_buffer(value, flags::WRITABLE).map_err(|error| {
            if error.is_instance(exceptions::buffer_error_class()) { refuse() } else { error }
        })?;
        if buffer.readonly || !buffer.is_c_contiguous() {
            return Err(refuse());
        }
        Ok(WritableBuffer(buffer))
    }
}

/// What `find` and its like look for: some bytes, or one given as an int.
pub enum Needle<'a> {
    Byte([u8; 1]),
    Bytes(BytesLike<'a>),
}

impl Deref for Needle<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Needle::Byte(byte) => byte,
            Needle::Bytes(bytes) => bytes,
        }
    }
}

impl<'a> Needle<'a> {
    /// What the argument stands for. Getting its buffer may run Python code, which must find the receiver's contents exported.
    pub fn of(value: &'a Value) -> PyResult<Self> {
        if buffer::is_bytes_like(value) {
            return BytesLike::of(value).map(Needle::Bytes);
        }
        if !protocol::is_int(value) && value.class().slots().index.is_none() {
            return Err(exceptions::type_error(format!(
                "argument should be integer or bytes-like object, not '{}'",
                value.type_name()
            )));
        }
        byte_of(value, "byte must be in range(0, 256)").map(|b| Needle::Byte([b]))
    }
}

/// An int from 0 to 255; `message` is the ValueError's for others.
pub fn byte_of(value: &Value, message: &str) -> PyResult<u8> {
    let n = match value.as_small_int() {
        Some(n) => Some(n),
        None => int::to_i64(&protocol::as_index(value)?),
    };
    n.and_then(|n| u8::try_from(n).ok()).ok_or_else(|| exceptions::value_error(message))
}

/// An item of a bytearray.
#[derive(Clone, Copy)]
pub struct Byte(pub u8);

impl FromArg<'_> for Byte {
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        byte_of(value, "byte must be in range(0, 256)").map(Byte)
    }
}

/// The byte that fills the padding.
pub struct FillByte(pub u8);

impl FromArg<'_> for FillByte {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        let (func, wanted) = (at.func(), "a byte string of length 1");
        let wrong_length = |kind: &str, len: usize| -> PyErr {
            exceptions::type_error(format!(
                "{func}(): argument 2 must be {wanted}, not a {kind} object of length {len}"
            ))
        };
        let of_bytes = |bytes: &[u8], kind: &str| match bytes {
            [b] => Ok(FillByte(*b)),
            _ => Err(wrong_length(kind, bytes.len())),
        };
        if let Some(bytes) = value.downcast::<PyBytes>() {
            return of_bytes(bytes, "bytes");
        }
        if let Some(array) = value.downcast::<crate::types::bytearray::PyByteArray>() {
            return array.with(|bytes| of_bytes(bytes, "bytearray"));
        }
        Err(exceptions::type_error(format!(
            "{func}() argument 2 must be {wanted}, not {}",
            value.type_name()
        )))
    }
}
