//! What the compressor classes of `_bz2` and `_lzma` share.

use minipy_vm::types::bytes::from_slice;
use minipy_vm::{BytesRef, GilCell, PyResult, exceptions};

/// A stream of the library, until it is flushed. What runs it must not run Python code.
pub struct Compressor<S>(GilCell<Option<S>>);

impl<S> Compressor<S> {
    pub fn new(stream: S) -> Compressor<S> {
        Compressor(GilCell::new(Some(stream)))
    }

    /// The method `compress`.
    pub fn compress(&self, run: impl FnOnce(&mut S) -> PyResult<Vec<u8>>) -> PyResult<BytesRef> {
        match self.0.with(|stream| stream.as_mut().map(run)) {
            Some(out) => Ok(from_slice(&out?)),
            None => Err(exceptions::value_error("Compressor has been flushed")),
        }
    }

    /// The method `flush`.
    pub fn flush(&self, finish: impl FnOnce(&mut S) -> PyResult<Vec<u8>>) -> PyResult<BytesRef> {
        match self.0.take() {
            Some(mut stream) => Ok(from_slice(&finish(&mut stream)?)),
            None => Err(exceptions::value_error("Repeated call to flush()")),
        }
    }
}
