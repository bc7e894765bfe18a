//! `zlib.compressobj`.

use super::stream::{Failure, Stream};
use libz_sys as z;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytes::from_slice;
use minipy_vm::{BytesRef, GilCell, PyErr, PyResult, Ref, Value, exceptions};

use minipy_vm::types::bytes::BytesLike;

/// Room for output, at first and at most per call of zlib.
const CHUNK: usize = 16 * 1024;
const LARGEST_CHUNK: usize = 1 << 20;

#[pyclass(name = "Compress", module = "zlib", no_new)]
pub struct Compress {
    /// None once the stream is finished.
    stream: GilCell<Option<Stream>>,
}

/// All output for `input`, and the last status.
pub fn run_all(stream: &mut Stream, mut input: &[u8], flush: i32, out: &mut Vec<u8>) -> i32 {
    let mut chunk = CHUNK;
    loop {
        let before = out.len();
        // A flush belongs behind the last of the input.
        let now = if input.len() > z::uInt::MAX as usize { z::Z_NO_FLUSH } else { flush };
        let status = stream.run(&mut input, out, chunk, now);
        let filled = out.len() - before == chunk;
        if status == z::Z_STREAM_ERROR || status == z::Z_STREAM_END || input.is_empty() && !filled {
            return status;
        }
        chunk = (chunk * 2).min(LARGEST_CHUNK);
    }
}

impl Compress {
    pub fn new(stream: Stream) -> Ref<Compress> {
        Ref::new(Compress { stream: GilCell::new(Some(stream)) })
    }

    fn run(&self, input: &[u8], flush: i32, doing: &str) -> PyResult<BytesRef> {
        let mut out = Vec::new();
        self.stream.with(|slot| {
            let Some(stream) = slot else { return Err(Failure::ENDED.raise(doing)) };
            let status = run_all(stream, input, flush, &mut out);
            if status == z::Z_STREAM_ERROR {
                return Err(stream.failure(status).raise(doing));
            }
            if status == z::Z_STREAM_END && flush == z::Z_FINISH {
                *slot = None;
            }
            Ok(())
        })?;
        Ok(from_slice(&out))
    }

    fn duplicate(&self) -> PyResult<Ref<Compress>> {
        let copied = self.stream.with(|slot| slot.as_mut().map(Stream::copy));
        match copied {
            Some(Ok(stream)) => Ok(Compress::new(stream)),
            Some(Err(failure)) => Err(failed_copy(failure, "while copying compression object")),
            None => Err(exceptions::value_error("Inconsistent stream state")),
        }
    }
}

pub fn failed_copy(failure: Failure, doing: &str) -> PyErr {
    match failure.status {
        z::Z_STREAM_ERROR => exceptions::value_error("Inconsistent stream state"),
        z::Z_MEM_ERROR => exceptions::memory_error(),
        _ => failure.raise(doing),
    }
}

#[pymethods]
impl Compress {
    /// Returns a bytes object containing compressed data.
    ///
    ///   data
    ///     Binary data to be compressed.
    ///
    /// After calling this function, some of the input data may still
    /// be stored in internal buffers for later processing.
    /// Call the flush() method to clear these buffers.
    #[pymethod("($self, data, /)")]
    fn compress(&self, data: BytesLike<'_>) -> PyResult<BytesRef> {
        self.run(&data, z::Z_NO_FLUSH, "while compressing data")
    }

    /// Return a bytes object containing any remaining compressed data.
    ///
    ///   mode
    ///     One of the constants Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH.
    ///     If mode == Z_FINISH, the compressor object can no longer be
    ///     used after calling the flush() method.  Otherwise, more data
    ///     can still be compressed.
    #[pymethod("($self, mode=zlib.Z_FINISH, /)")]
    fn flush(&self, mode: Option<i32>) -> PyResult<BytesRef> {
        match mode.unwrap_or(z::Z_FINISH) {
            z::Z_NO_FLUSH => Ok(from_slice(&[])),
            mode => self.run(&[], mode, "while flushing"),
        }
    }

    /// Return a copy of the compression object.
    #[pymethod("($self, /)")]
    fn copy(&self) -> PyResult<Ref<Compress>> {
        self.duplicate()
    }

    #[pymethod("($self, /)")]
    fn __copy__(&self) -> PyResult<Ref<Compress>> {
        self.duplicate()
    }

    #[pymethod("($self, memo, /)")]
    fn __deepcopy__(&self, memo: &Value) -> PyResult<Ref<Compress>> {
        let _ = memo;
        self.duplicate()
    }
}
