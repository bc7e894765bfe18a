//! Arguments that are bytes-like objects or single bytes.

use super::PyBytes;
use crate::buffer::{self, Buffer, flags};
use crate::macros_support::{ArgPos, FromArg};
use crate::types::int;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, protocol};
use std::ops::Deref;

/// The contents of a bytes-like object, which are contiguous.
pub enum BytesLike<'a> {
    Bytes(&'a [u8]),
    Buffer(Buffer),
}

impl<'a> BytesLike<'a> {
    /// The memory of `value`. TypeError if it has none, BufferError if there are gaps in it.
    #[inline]
    pub fn of(value: &'a Value) -> PyResult<BytesLike<'a>> {
        if let Some(bytes) = value.downcast::<PyBytes>() {
            return Ok(BytesLike::Bytes(bytes));
        }
        let buffer = buffer::get_buffer(value, flags::SIMPLE)?;
        if !buffer.is_c_contiguous() {
            return Err(exceptions::buffer_error("memoryview: underlying buffer is not C-contiguous"));
        }
        Ok(BytesLike::Buffer(buffer))
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        match self {
            BytesLike::Bytes(bytes) => bytes,
            BytesLike::Buffer(buffer) => buffer.contiguous().unwrap_or(&[]),
        }
    }
}

impl Deref for BytesLike<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl<'a> FromArg<'a> for BytesLike<'a> {
    fn from_arg(value: &'a Value, _at: ArgPos<'_>) -> PyResult<Self> {
        BytesLike::of(value)
    }
}

/// The memory of a writable contiguous bytes-like object, as of `readinto`.
pub struct WritableBuffer(Buffer);

impl WritableBuffer {
    /// The memory of `value`, if it has some that can be written.
    pub fn new(value: &Value) -> Option<WritableBuffer> {
        let export = value.class().slots().buffer?;
        let mut buffer = export(value, flags::WRITABLE).ok()?;
        buffer.contiguous_mut()?;
        Some(WritableBuffer(buffer))
    }

    pub fn len(&self) -> usize {
        self.0.len
    }

    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// The bytes, to be written.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.0.contiguous_mut().unwrap_or(&mut [])
    }
}

impl FromArg<'_> for WritableBuffer {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        WritableBuffer::new(value).ok_or_else(|| at.type_error("read-write bytes-like object", value))
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
