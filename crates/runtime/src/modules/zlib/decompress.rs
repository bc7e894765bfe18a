//! `zlib.decompressobj`, and the decompressor of `gzip`.

use super::compress::failed_copy;
use super::stream::{Failure, Stream};
use crate::modules::decompressor::Progress;
use libz_sys as z;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::{BytesRef, GilCell, PyErr, PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions};
use std::cell::Cell;

/// Room for output, at first and at most per call of zlib.
const CHUNK: usize = 16 * 1024;
const LARGEST_CHUNK: usize = 1 << 20;

/// Decompresses `input`, whose rest is left in it, to at most `limit` bytes in all of `out`. Gives zlib's last status.
pub fn run_all(
    stream: &mut Stream,
    input: &mut &[u8],
    out: &mut Vec<u8>,
    limit: usize,
    flush: i32,
    dictionary: Option<&[u8]>,
) -> Result<i32, PyErr> {
    let mut chunk = CHUNK;
    loop {
        let room = chunk.min(limit - out.len());
        let before = out.len();
        let status = stream.run(input, out, room, flush);
        let filled = out.len() - before == room;
        match (status, dictionary) {
            (z::Z_NEED_DICT, Some(dictionary)) => {
                stream.set_dictionary(dictionary).map_err(|failure| failure.raise("while setting zdict"))?;
            }
            (z::Z_OK | z::Z_BUF_ERROR, _) => {
                if out.len() == limit || !filled && (input.is_empty() || status == z::Z_BUF_ERROR) {
                    return Ok(status);
                }
            }
            _ => return Ok(status),
        }
        chunk = (chunk * 2).min(LARGEST_CHUNK);
    }
}

/// A new stream for `wbits` that starts with `dictionary` if there is no header to ask for it.
fn start(wbits: i32, dictionary: Option<&[u8]>) -> PyResult<Stream> {
    let mut stream = Stream::inflate(wbits).map_err(|failure| match failure.status {
        z::Z_STREAM_ERROR => exceptions::value_error("Invalid initialization option"),
        z::Z_MEM_ERROR => exceptions::memory_error(),
        _ => failure.raise("while creating decompression object"),
    })?;
    if let Some(dictionary) = dictionary
        && wbits < 0
    {
        stream.set_dictionary(dictionary).map_err(|failure| failure.raise("while setting zdict"))?;
    }
    Ok(stream)
}

#[pyclass(name = "Decompress", module = "zlib", gc, no_new)]
pub struct Decompress {
    /// None once a flush has met the end.
    stream: GilCell<Option<Stream>>,
    dictionary: Option<Value>,
    unused_data: GilCell<BytesRef>,
    unconsumed_tail: GilCell<BytesRef>,
    eof: Cell<bool>,
}

impl Traverse for Decompress {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        if let Some(dictionary) = &self.dictionary {
            visit.visit(dictionary);
        }
    }
}

impl Decompress {
    pub fn new(wbits: i32, dictionary: Option<&Value>) -> PyResult<Ref<Decompress>> {
        if let Some(dictionary) = dictionary
            && !minipy_vm::buffer::is_bytes_like(dictionary)
        {
            return Err(exceptions::type_error("zdict argument must support the buffer protocol"));
        }
        let contents = dictionary.map(BytesLike::of).transpose()?;
        let contents = contents.as_deref().filter(|contents| !contents.is_empty());
        let stream = start(wbits, contents)?;
        let dictionary = dictionary.filter(|_| contents.is_some()).cloned();
        Ok(Decompress::with(stream, dictionary, from_slice(&[]), from_slice(&[]), false))
    }

    fn with(
        stream: Stream,
        dictionary: Option<Value>,
        unused_data: BytesRef,
        unconsumed_tail: BytesRef,
        eof: bool,
    ) -> Ref<Decompress> {
        Ref::new(Decompress {
            stream: GilCell::new(Some(stream)),
            dictionary,
            unused_data: GilCell::new(unused_data),
            unconsumed_tail: GilCell::new(unconsumed_tail),
            eof: Cell::new(eof),
        })
    }

    /// Runs the stream; keeps what it leaves of the input.
    fn run(&self, mut input: &[u8], limit: usize, flush: i32) -> PyResult<(Vec<u8>, i32)> {
        let dictionary = self.dictionary.as_ref().map(BytesLike::of).transpose()?;
        let mut out = Vec::new();
        let status = self.stream.with(|slot| match slot {
            Some(stream) => run_all(stream, &mut input, &mut out, limit, flush, dictionary.as_deref()),
            None => Ok(z::Z_STREAM_ERROR),
        })?;
        if status == z::Z_STREAM_END {
            let unused = self.unused_data.get();
            self.unused_data.set(from_slice(&[&unused[..], input].concat()));
            self.unconsumed_tail.set(from_slice(&[]));
            self.eof.set(true);
        } else {
            self.unconsumed_tail.set(from_slice(input));
        }
        Ok((out, status))
    }

    #[cold]
    fn failure(&self, status: i32) -> PyErr {
        let failure =
            self.stream.with(|slot| slot.as_ref().map_or(Failure::ENDED, |stream| stream.failure(status)));
        failure.raise("while decompressing data")
    }

    fn duplicate(&self) -> PyResult<Ref<Decompress>> {
        let copied = self.stream.with(|slot| slot.as_mut().map(Stream::copy));
        match copied {
            Some(Ok(stream)) => Ok(Decompress::with(
                stream,
                self.dictionary.clone(),
                self.unused_data.get(),
                self.unconsumed_tail.get(),
                self.eof.get(),
            )),
            Some(Err(failure)) => Err(failed_copy(failure, "while copying decompression object")),
            None => Err(exceptions::value_error("Inconsistent stream state")),
        }
    }
}

#[pymethods]
impl Decompress {
    /// Return a bytes object containing the decompressed version of the data.
    ///
    ///   data
    ///     The binary data to decompress.
    ///   max_length
    ///     The maximum allowable length of the decompressed data.
    ///     Unconsumed input data will be stored in
    ///     the unconsumed_tail attribute.
    ///
    /// After calling this function, some of the input data may still be
    /// stored in internal buffers for later processing.
    /// Call the flush() method to clear these buffers.
    #[pymethod("($self, data, /, max_length=0)")]
    fn decompress(&self, data: BytesLike<'_>, max_length: isize) -> PyResult<BytesRef> {
        let limit = match max_length {
            0 => usize::MAX,
            ..0 => return Err(exceptions::value_error("max_length must be non-negative")),
            limit => limit as usize,
        };
        let (out, status) = self.run(&data, limit, z::Z_SYNC_FLUSH)?;
        if matches!(status, z::Z_OK | z::Z_BUF_ERROR | z::Z_STREAM_END) {
            Ok(from_slice(&out))
        } else {
            Err(self.failure(status))
        }
    }

    /// Return a bytes object containing any remaining decompressed data.
    ///
    ///   length
    ///     the initial size of the output buffer.
    #[pymethod("($self, length=zlib.DEF_BUF_SIZE, /)")]
    fn flush(&self, length: Option<isize>) -> PyResult<BytesRef> {
        if length.is_some_and(|length| length <= 0) {
            return Err(exceptions::value_error("length must be greater than zero"));
        }
        let (out, status) = self.run(&self.unconsumed_tail.get(), usize::MAX, z::Z_FINISH)?;
        match status {
            z::Z_STREAM_END => drop(self.stream.take()),
            z::Z_DATA_ERROR | z::Z_MEM_ERROR => return Err(self.failure(status)),
            _ => {}
        }
        Ok(from_slice(&out))
    }

    /// Return a copy of the decompression object.
    #[pymethod("($self, /)")]
    fn copy(&self) -> PyResult<Ref<Decompress>> {
        self.duplicate()
    }

    #[pymethod("($self, /)")]
    fn __copy__(&self) -> PyResult<Ref<Decompress>> {
        self.duplicate()
    }

    #[pymethod("($self, memo, /)")]
    fn __deepcopy__(&self, memo: &Value) -> PyResult<Ref<Decompress>> {
        let _ = memo;
        self.duplicate()
    }

    #[pygetset(member)]
    fn unused_data(&self) -> BytesRef {
        self.unused_data.get()
    }

    #[pygetset(member)]
    fn unconsumed_tail(&self) -> BytesRef {
        self.unconsumed_tail.get()
    }

    #[pygetset(member)]
    fn eof(&self) -> bool {
        self.eof.get()
    }
}

/// Create a decompressor object for decompressing data incrementally.
///
///   wbits = 15
///   zdict
///      The predefined compression dictionary. This is a sequence of bytes
///      (such as a bytes object) containing subsequences that are expected
///      to occur frequently in the data that is to be compressed. Those
///      subsequences that are expected to be most common should come at the
///      end of the dictionary. This must be the same dictionary as used by the
///      compressor that produced the input data.
///
///
#[pyclass(name = "_ZlibDecompressor", module = "zlib")]
pub struct ZlibDecompressor {
    stream: GilCell<Stream>,
    dictionary: Option<Value>,
    progress: Progress,
}

#[pymethods]
impl ZlibDecompressor {
    #[slot(new, sig = "(wbits=15, zdict=b'')")]
    fn new(cls: &TypeRef, wbits: i32, zdict: Option<&Value>) -> PyResult<Ref<ZlibDecompressor>> {
        let stream = start(wbits, None)?;
        let decompressor = ZlibDecompressor {
            stream: GilCell::new(stream),
            dictionary: zdict.cloned(),
            progress: Progress::new(false),
        };
        if let Some(dictionary) = &decompressor.dictionary
            && wbits < 0
        {
            let contents = BytesLike::of(dictionary)?;
            decompressor
                .stream
                .with(|stream| stream.set_dictionary(&contents))
                .map_err(|failure| failure.raise("while setting zdict"))?;
        }
        Ok(Ref::new_in(cls, decompressor))
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
        let dictionary = self.dictionary.as_ref().map(BytesLike::of).transpose()?;
        let dictionary = dictionary.as_deref().filter(|contents| !contents.is_empty());
        let out = self.progress.decompress(&data, max_length, |input, out, limit| {
            self.stream.with(|stream| {
                match run_all(stream, input, out, limit, z::Z_SYNC_FLUSH, dictionary)? {
                    z::Z_STREAM_END => Ok(true),
                    z::Z_OK | z::Z_BUF_ERROR => Ok(false),
                    status => Err(stream.failure(status).raise("while decompressing data")),
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
        self.progress.needs_input()
    }
}
