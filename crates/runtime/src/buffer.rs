//! Bytes-like arguments of native functions.

use minipy_vm::buffer::{flags, get_buffer};
use minipy_vm::macros_support::{ArgPos, FromArg};
use minipy_vm::{Buffer, PyBytes, PyResult, Value, exceptions};

/// The memory of a contiguous bytes-like object.
pub enum BytesArg<'a> {
    Bytes(&'a [u8]),
    Exported(Buffer),
}

impl BytesArg<'_> {
    /// The memory of `value`, or the TypeError for something that has none.
    pub fn new(value: &Value) -> PyResult<BytesArg<'_>> {
        if let Some(bytes) = value.downcast::<PyBytes>() {
            return Ok(BytesArg::Bytes(bytes.as_bytes()));
        }
        let buffer = get_buffer(value, flags::SIMPLE)?;
        if buffer.contiguous().is_none() {
            return Err(exceptions::buffer_error("memoryview: underlying buffer is not C-contiguous"));
        }
        Ok(BytesArg::Exported(buffer))
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        match self {
            BytesArg::Bytes(bytes) => bytes,
            BytesArg::Exported(buffer) => buffer.contiguous().unwrap_or(&[]),
        }
    }
}

impl std::ops::Deref for BytesArg<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl<'a> FromArg<'a> for BytesArg<'a> {
    fn from_arg(value: &'a Value, _at: ArgPos<'_>) -> PyResult<Self> {
        BytesArg::new(value)
    }
}

/// The memory of a writable contiguous bytes-like object.
pub struct WritableArg(Buffer);

impl WritableArg {
    /// The memory of `value`, if it has some that can be written.
    pub fn new(value: &Value) -> Option<WritableArg> {
        let export = value.class().slots().buffer?;
        let mut buffer = export(value, flags::WRITABLE).ok()?;
        buffer.contiguous_mut()?;
        Some(WritableArg(buffer))
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

impl FromArg<'_> for WritableArg {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        WritableArg::new(value).ok_or_else(|| at.type_error("read-write bytes-like object", value))
    }
}
