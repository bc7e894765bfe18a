//! `_bz2`.

use super::compressor::Compressor;
use super::decompressor::Progress;
use libbz2_rs_sys as bz;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::types::bytes::from_slice;
use minipy_vm::{BytesRef, GilCell, PyErr, PyResult, Ref, TypeRef, exceptions};
use std::cell::Cell;
use std::ffi::{c_int, c_uint};

/// Room for output, at first and at most per call of the library.
const CHUNK: usize = 16 * 1024;
const LARGEST_CHUNK: usize = 1 << 20;

/// A stream of libbz2.
struct Stream {
    // The library's state points back to it.
    raw: Box<bz::bz_stream>,
    compresses: bool,
}

fn blank() -> bz::bz_stream {
    bz::bz_stream {
        next_in: std::ptr::null(),
        avail_in: 0,
        total_in_lo32: 0,
        total_in_hi32: 0,
        next_out: std::ptr::null_mut(),
        avail_out: 0,
        total_out_lo32: 0,
        total_out_hi32: 0,
        state: std::ptr::null_mut(),
        bzalloc: None,
        bzfree: None,
        opaque: std::ptr::null_mut(),
    }
}

/// The exception for a status that is an error.
#[cold]
fn failure(status: c_int) -> PyErr {
    match status {
        bz::BZ_PARAM_ERROR => {
            exceptions::value_error("Internal error - invalid parameters passed to libbzip2")
        }
        bz::BZ_MEM_ERROR => exceptions::memory_error(),
        bz::BZ_DATA_ERROR | bz::BZ_DATA_ERROR_MAGIC => exceptions::os_error("Invalid data stream"),
        bz::BZ_IO_ERROR => exceptions::os_error("Unknown I/O error"),
        bz::BZ_UNEXPECTED_EOF => {
            exceptions::eof_error("Compressed file ended before the logical end-of-stream was detected")
        }
        bz::BZ_SEQUENCE_ERROR => {
            exceptions::runtime_error("Internal error - Invalid sequence of commands sent to libbzip2")
        }
        _ => exceptions::os_error(format!("Unrecognized error from libbzip2: {status}")),
    }
}

fn check(status: c_int) -> PyResult<c_int> {
    if status < 0 { Err(failure(status)) } else { Ok(status) }
}

impl Stream {
    fn compress(level: c_int) -> PyResult<Stream> {
        let mut raw = Box::new(blank());
        // SAFETY: the stream is blank and stays where it is.
        check(unsafe { bz::BZ2_bzCompressInit(&raw mut *raw, level, 0, 0) })?;
        Ok(Stream { raw, compresses: true })
    }

    fn decompress() -> PyResult<Stream> {
        let mut raw = Box::new(blank());
        // SAFETY: as above.
        check(unsafe { bz::BZ2_bzDecompressInit(&raw mut *raw, 0, 0) })?;
        Ok(Stream { raw, compresses: false })
    }

    /// Processes `input`, whose rest is left in it, and appends at most `room` bytes to `out`. `action` is for compressors.
    fn run(&mut self, input: &mut &[u8], out: &mut Vec<u8>, room: usize, action: c_int) -> PyResult<c_int> {
        out.reserve(room);
        let spare = &mut out.spare_capacity_mut()[..room];
        let given = input.len().min(c_uint::MAX as usize);
        self.raw.next_in = input.as_ptr().cast();
        self.raw.avail_in = given as c_uint;
        self.raw.next_out = spare.as_mut_ptr().cast();
        self.raw.avail_out = room as c_uint;
        let stream = &raw mut *self.raw;
        // SAFETY: input and output are as long as told.
        let status = unsafe {
            if self.compresses { bz::BZ2_bzCompress(stream, action) } else { bz::BZ2_bzDecompress(stream) }
        };
        *input = &input[given - self.raw.avail_in as usize..];
        // SAFETY: the library has filled all but the rest of the room.
        unsafe { out.set_len(out.len() + room - self.raw.avail_out as usize) };
        check(status)
    }

    /// What comes of compressing `input`.
    fn compress_all(&mut self, mut input: &[u8], action: c_int) -> PyResult<Vec<u8>> {
        let mut out = Vec::new();
        let mut chunk = CHUNK;
        loop {
            // With nothing to do, compressing is an error.
            if action == bz::BZ_RUN && input.is_empty() {
                return Ok(out);
            }
            if self.run(&mut input, &mut out, chunk, action)? == bz::BZ_STREAM_END {
                return Ok(out);
            }
            chunk = (chunk * 2).min(LARGEST_CHUNK);
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let stream = &raw mut *self.raw;
        // SAFETY: the stream is not used again.
        unsafe {
            if self.compresses {
                bz::BZ2_bzCompressEnd(stream);
            } else {
                bz::BZ2_bzDecompressEnd(stream);
            }
        }
    }
}

/// Create a compressor object for compressing data incrementally.
///
///   compresslevel
///     Compression level, as a number between 1 and 9.
///
/// For one-shot compression, use the compress() function instead.
#[pyclass(name = "BZ2Compressor", module = "_bz2")]
pub struct BZ2Compressor {
    stream: Compressor<Stream>,
}

#[pymethods]
impl BZ2Compressor {
    #[slot(new, sig = "(compresslevel=9, /)")]
    fn new(cls: &TypeRef, compresslevel: i32) -> PyResult<Ref<BZ2Compressor>> {
        if !(1..=9).contains(&compresslevel) {
            return Err(exceptions::value_error("compresslevel must be between 1 and 9"));
        }
        let stream = Stream::compress(compresslevel)?;
        Ok(Ref::new_in(cls, BZ2Compressor { stream: Compressor::new(stream) }))
    }

    /// Provide data to the compressor object.
    ///
    /// Returns a chunk of compressed data if possible, or b'' otherwise.
    ///
    /// When you have finished providing data to the compressor, call the
    /// flush() method to finish the compression process.
    #[pymethod("($self, data, /)")]
    fn compress(&self, data: BytesLike<'_>) -> PyResult<BytesRef> {
        self.stream.compress(|stream| stream.compress_all(&data, bz::BZ_RUN))
    }

    /// Finish the compression process.
    ///
    /// Returns the compressed data left in internal buffers.
    ///
    /// The compressor object may not be used after this method is called.
    #[pymethod("($self, /)")]
    fn flush(&self) -> PyResult<BytesRef> {
        self.stream.flush(|stream| stream.compress_all(&[], bz::BZ_FINISH))
    }
}

/// Create a decompressor object for decompressing data incrementally.
///
/// For one-shot decompression, use the decompress() function instead.
#[pyclass(name = "BZ2Decompressor", module = "_bz2")]
pub struct BZ2Decompressor {
    stream: GilCell<Stream>,
    progress: Progress,
    /// After an error libbz2's state is not to be relied on.
    failed: Cell<bool>,
}

#[pymethods]
impl BZ2Decompressor {
    #[slot(new, sig = "()")]
    fn new(cls: &TypeRef) -> PyResult<Ref<BZ2Decompressor>> {
        let stream = GilCell::new(Stream::decompress()?);
        Ok(Ref::new_in(
            cls,
            BZ2Decompressor { stream, progress: Progress::new(false), failed: Cell::new(false) },
        ))
    }

    /// Decompress *data*, returning uncompressed data as bytes.
    ///
    /// If *max_length* is nonnegative, returns at most *max_length* bytes
    /// of decompressed data.  If this limit is reached and further output
    /// can be produced, *self.needs_input* will be set to ``False``.  In
    /// this case, the next call to *decompress()* may provide *data* as b''
    /// to obtain more of the output.
    ///
    /// If all of the input data was decompressed and returned (either
    /// because this was less than *max_length* bytes, or because
    /// *max_length* was negative), *self.needs_input* will be set to True.
    ///
    /// Attempting to decompress data after the end of stream is reached
    /// raises an EOFError.  Any data found after the end of the stream is
    /// ignored and saved in the unused_data attribute.
    #[pymethod("($self, /, data, max_length=-1)")]
    fn decompress(&self, data: BytesLike<'_>, max_length: isize) -> PyResult<BytesRef> {
        if self.failed.get() {
            return Err(exceptions::value_error("Decompressor is unusable after a previous error"));
        }
        let out = self.progress.decompress(&data, max_length, |input, out, limit| {
            self.stream.with(|stream| {
                let mut chunk = CHUNK;
                loop {
                    let room = chunk.min(limit - out.len());
                    let before = out.len();
                    let status = stream.run(input, out, room, 0).inspect_err(|_| self.failed.set(true))?;
                    if status == bz::BZ_STREAM_END {
                        return Ok(true);
                    }
                    if out.len() == limit || input.is_empty() && out.len() - before < room {
                        return Ok(false);
                    }
                    chunk = (chunk * 2).min(LARGEST_CHUNK);
                }
            })
        })?;
        Ok(from_slice(&out))
    }

    /// True if the end-of-stream marker has been reached.
    #[pygetset(member)]
    fn eof(&self) -> bool {
        self.progress.eof()
    }

    /// Data found after the end of the compressed stream.
    #[pygetset(member)]
    fn unused_data(&self) -> BytesRef {
        self.progress.unused_data()
    }

    /// True if more input is needed before more decompressed data can be produced.
    #[pygetset(member)]
    fn needs_input(&self) -> bool {
        !self.failed.get() && self.progress.needs_input()
    }
}

#[minipy_macros::pymodule(name = "_bz2", classes(BZ2Compressor, BZ2Decompressor))]
mod module {
    use super::{BZ2Compressor, BZ2Decompressor};
}

pub use module::MODULE;
