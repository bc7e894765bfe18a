//! `LZMACompressor` and `LZMADecompressor`.

use super::filters::{Chain, MemLimit, preset_options, unsigned};
use super::{Format, check};
use crate::modules::compressor::Compressor;
use crate::modules::decompressor::Progress;
use liblzma_sys as lz;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::{self, ArgPos, FnSpec, FromArg, Nullable};
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::types::bytes::from_slice;
use minipy_vm::{Args, BytesRef, GilCell, PyErr, PyResult, Ref, TypeRef, Value, exceptions};
use std::cell::Cell;

/// Room for output, at first and at most per call of the library.
const CHUNK: usize = 16 * 1024;
const LARGEST_CHUNK: usize = 1 << 20;

/// A coder of liblzma.
struct Stream(Box<lz::lzma_stream>);

impl Stream {
    /// The coder that `start` makes of a blank one.
    fn new(start: impl FnOnce(*mut lz::lzma_stream) -> lz::lzma_ret) -> PyResult<Stream> {
        // SAFETY: a blank stream is one of zeros.
        let mut stream = Stream(Box::new(unsafe { std::mem::zeroed() }));
        check(start(&raw mut *stream.0))?;
        Ok(stream)
    }

    /// Processes `input`, whose rest is left in it, and appends at most `room` bytes to `out`.
    fn run(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        room: usize,
        action: lz::lzma_action,
    ) -> lz::lzma_ret {
        out.reserve(room);
        let spare = &mut out.spare_capacity_mut()[..room];
        self.0.next_in = input.as_ptr();
        self.0.avail_in = input.len();
        self.0.next_out = spare.as_mut_ptr().cast();
        self.0.avail_out = room;
        // SAFETY: input and output are as long as told.
        let status = unsafe { lz::lzma_code(&raw mut *self.0, action) };
        *input = &input[input.len() - self.0.avail_in..];
        // SAFETY: the library has filled all but the rest of the room.
        unsafe { out.set_len(out.len() + room - self.0.avail_out) };
        status
    }

    /// What comes of compressing `input`.
    fn compress_all(&mut self, mut input: &[u8], action: lz::lzma_action) -> PyResult<Vec<u8>> {
        let mut out = Vec::new();
        let mut chunk = CHUNK;
        loop {
            let before = out.len();
            let status = self.run(&mut input, &mut out, chunk, action);
            let filled = out.len() - before == chunk;
            if status == lz::LZMA_STREAM_END {
                return Ok(out);
            }
            if status != lz::LZMA_BUF_ERROR {
                check(status)?;
            }
            if input.is_empty() && !filled && action == lz::LZMA_RUN {
                return Ok(out);
            }
            chunk = (chunk * 2).min(LARGEST_CHUNK);
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the coder is not used again.
        unsafe { lz::lzma_end(&raw mut *self.0) };
    }
}

/// LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)
///
/// Create a compressor object for compressing data incrementally.
///
/// format specifies the container format to use for the output. This can
/// be FORMAT_XZ (default), FORMAT_ALONE, or FORMAT_RAW.
///
/// check specifies the integrity check to use. For FORMAT_XZ, the default
/// is CHECK_CRC64. FORMAT_ALONE and FORMAT_RAW do not support integrity
/// checks; for these formats, check must be omitted, or be CHECK_NONE.
///
/// The settings used by the compressor can be specified either as a
/// preset compression level (with the 'preset' argument), or in detail
/// as a custom filter chain (with the 'filters' argument). For FORMAT_XZ
/// and FORMAT_ALONE, the default is to use the PRESET_DEFAULT preset
/// level. For FORMAT_RAW, the caller must always specify a filter chain;
/// the raw compressor does not support preset compression levels.
///
/// preset (if provided) should be an integer in the range 0-9, optionally
/// OR-ed with the constant PRESET_EXTREME.
///
/// filters (if provided) should be a sequence of dicts. Each dict should
/// have an entry for "id" indicating the ID of the filter, plus
/// additional entries for options to the filter.
///
/// For one-shot compression, use the compress() function instead.
///
#[pyclass(name = "LZMACompressor", module = "_lzma")]
pub struct LZMACompressor {
    stream: Compressor<Stream>,
}

static NEW_COMPRESSOR: FnSpec = FnSpec {
    name: "LZMACompressor",
    owner: "",
    params: &["format", "check", "preset", "filters"],
    posonly: 0,
    positional: 4,
    required: 0,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

fn compressor(
    format: Format,
    integrity: i32,
    preset: Option<u32>,
    filters: Option<&Value>,
) -> PyResult<Stream> {
    let chain = filters.map(Chain::of);
    let preset = preset.unwrap_or(lz::LZMA_PRESET_DEFAULT);
    match format {
        Format::Xz => {
            let integrity = if integrity == -1 { lz::LZMA_CHECK_CRC64 } else { integrity as lz::lzma_check };
            match chain.transpose()? {
                // SAFETY: the filters live until the call is over.
                Some(chain) => Stream::new(|stream| unsafe {
                    lz::lzma_stream_encoder(stream, chain.as_ptr(), integrity)
                }),
                // SAFETY: the stream is blank.
                None => Stream::new(|stream| unsafe { lz::lzma_easy_encoder(stream, preset, integrity) }),
            }
        }
        Format::Alone => {
            let chain = match chain.transpose()? {
                Some(chain) => chain,
                None => Chain::single(lz::LZMA_FILTER_LZMA1, preset_options(preset)?),
            };
            let Some(options) = chain.only_lzma1() else {
                return Err(exceptions::value_error(
                    "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter",
                ));
            };
            // SAFETY: the options live until the call is over.
            Stream::new(|stream| unsafe { lz::lzma_alone_encoder(stream, options) })
        }
        Format::Raw => match chain.transpose()? {
            // SAFETY: as above.
            Some(chain) => Stream::new(|stream| unsafe { lz::lzma_raw_encoder(stream, chain.as_ptr()) }),
            None => Err(exceptions::value_error("Must specify filters for FORMAT_RAW")),
        },
        Format::Auto => Err(super::invalid_format(Format::Auto as i32)),
    }
}

#[pymethods]
impl LZMACompressor {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Ref<LZMACompressor>> {
        let mut given = [None; 4];
        macros_support::parse_args(&NEW_COMPRESSOR, args, &mut given)?;
        let [format, integrity, preset, filters] = given;
        let number = |value: &Value, param| i32::from_arg(value, ArgPos { spec: &NEW_COMPRESSOR, param });
        let format = format.map_or(Ok(Format::Xz as i32), |format| number(format, 0))?;
        let integrity = integrity.map_or(Ok(-1), |integrity| number(integrity, 1))?;
        let (preset, filters) = (preset.filter(|p| !p.is_none()), filters.filter(|f| !f.is_none()));
        if preset.is_some() && filters.is_some() {
            return Err(exceptions::value_error("Cannot specify both preset and filter chain"));
        }
        let preset = preset.map(|preset| unsigned(preset, 32)).transpose()?.map(|preset| preset as u32);
        if format != Format::Xz as i32
            && integrity != -1
            && integrity as lz::lzma_check != lz::LZMA_CHECK_NONE
        {
            return Err(exceptions::value_error("Integrity checks are only supported by FORMAT_XZ"));
        }
        let stream = compressor(Format::of(format)?, integrity, preset, filters)?;
        Ok(Ref::new_in(cls, LZMACompressor { stream: Compressor::new(stream) }))
    }

    /// Provide data to the compressor object.
    ///
    /// Returns a chunk of compressed data if possible, or b'' otherwise.
    ///
    /// When you have finished providing data to the compressor, call the
    /// flush() method to finish the compression process.
    #[pymethod("($self, data, /)")]
    fn compress(&self, data: BytesLike<'_>) -> PyResult<BytesRef> {
        self.stream.compress(|stream| stream.compress_all(&data, lz::LZMA_RUN))
    }

    /// Finish the compression process.
    ///
    /// Returns the compressed data left in internal buffers.
    ///
    /// The compressor object may not be used after this method is called.
    #[pymethod("($self, /)")]
    fn flush(&self) -> PyResult<BytesRef> {
        self.stream.flush(|stream| stream.compress_all(&[], lz::LZMA_FINISH))
    }
}

/// Create a decompressor object for decompressing data incrementally.
///
///   format
///     Specifies the container format of the input stream.  If this is
///     FORMAT_AUTO (the default), the decompressor will automatically detect
///     whether the input is FORMAT_XZ or FORMAT_ALONE.  Streams created with
///     FORMAT_RAW cannot be autodetected.
///   memlimit
///     Limit the amount of memory used by the decompressor.  This will cause
///     decompression to fail if the input cannot be decompressed within the
///     given limit.
///   filters
///     A custom filter chain.  This argument is required for FORMAT_RAW, and
///     not accepted with any other format.  When provided, this should be a
///     sequence of dicts, each indicating the ID and options for a single
///     filter.
///
/// For one-shot decompression, use the decompress() function instead.
#[pyclass(name = "LZMADecompressor", module = "_lzma")]
pub struct LZMADecompressor {
    stream: GilCell<Stream>,
    progress: Progress,
    check: Cell<lz::lzma_check>,
}

/// The check of a stream that has not told yet.
pub const CHECK_UNKNOWN: lz::lzma_check = 16;

fn decompressor(format: Format, memlimit: Option<u64>, filters: Option<&Value>) -> PyResult<Stream> {
    let limit = memlimit.unwrap_or(u64::MAX);
    let flags = lz::LZMA_TELL_ANY_CHECK | lz::LZMA_TELL_NO_CHECK;
    if format == Format::Raw {
        if memlimit.is_some() {
            return Err(exceptions::value_error("Cannot specify memory limit with FORMAT_RAW"));
        }
        let Some(filters) = filters else {
            return Err(exceptions::value_error("Must specify filters for FORMAT_RAW"));
        };
        let chain = Chain::of(filters)?;
        // SAFETY: the filters live until the call is over.
        return Stream::new(|stream| unsafe { lz::lzma_raw_decoder(stream, chain.as_ptr()) });
    }
    if filters.is_some() {
        return Err(exceptions::value_error("Cannot specify filters except with FORMAT_RAW"));
    }
    // SAFETY: the stream is blank.
    Stream::new(|stream| unsafe {
        match format {
            Format::Xz => lz::lzma_stream_decoder(stream, limit, flags),
            Format::Alone => lz::lzma_alone_decoder(stream, limit),
            _ => lz::lzma_auto_decoder(stream, limit, flags),
        }
    })
}

impl LZMADecompressor {
    /// Runs the decoder; tells whether the stream has ended.
    fn run(&self, input: &mut &[u8], out: &mut Vec<u8>, limit: usize) -> Result<bool, PyErr> {
        let mut chunk = CHUNK;
        self.stream.with(|stream| {
            loop {
                let room = chunk.min(limit - out.len());
                let before = out.len();
                let status = stream.run(input, out, room, lz::LZMA_RUN);
                match status {
                    lz::LZMA_STREAM_END => return Ok(true),
                    lz::LZMA_GET_CHECK | lz::LZMA_NO_CHECK => {
                        // SAFETY: the decoder has just told that it knows.
                        self.check.set(unsafe { lz::lzma_get_check(&raw const *stream.0) });
                    }
                    lz::LZMA_BUF_ERROR => {}
                    status => check(status)?,
                }
                let filled = out.len() - before == room;
                let told = matches!(status, lz::LZMA_GET_CHECK | lz::LZMA_NO_CHECK);
                if out.len() == limit || input.is_empty() && !filled && !told {
                    return Ok(false);
                }
                chunk = (chunk * 2).min(LARGEST_CHUNK);
            }
        })
    }
}

#[pymethods]
impl LZMADecompressor {
    #[slot(new, sig = "(format=FORMAT_AUTO, memlimit=None, filters=None)")]
    fn new(
        cls: &TypeRef,
        format: Option<i32>,
        memlimit: Nullable<MemLimit>,
        filters: Nullable<Value>,
    ) -> PyResult<Ref<LZMADecompressor>> {
        let memlimit = memlimit.0.map(|limit| limit.0);
        let format = Format::of(format.unwrap_or(Format::Auto as i32))?;
        let stream = decompressor(format, memlimit, filters.0.as_ref())?;
        let check = match format {
            Format::Raw | Format::Alone => lz::LZMA_CHECK_NONE,
            Format::Xz | Format::Auto => CHECK_UNKNOWN,
        };
        let decompressor = LZMADecompressor {
            stream: GilCell::new(stream),
            progress: Progress::new(true),
            check: Cell::new(check),
        };
        Ok(Ref::new_in(cls, decompressor))
    }

    /// Decompress *data*, returning uncompressed data as bytes.
    ///
    /// If *max_length* is nonnegative, returns at most *max_length* bytes
    /// of decompressed data. If this limit is reached and further output
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
        if self.progress.eof() {
            return Err(exceptions::eof_error("Already at end of stream"));
        }
        let out =
            self.progress.decompress(&data, max_length, |input, out, limit| self.run(input, out, limit))?;
        Ok(from_slice(&out))
    }

    /// ID of the integrity check used by the input stream.
    #[pygetset(member)]
    fn check(&self) -> u32 {
        self.check.get()
    }

    /// True if the end-of-stream marker has been reached.
    #[pygetset(member)]
    fn eof(&self) -> bool {
        self.progress.eof()
    }

    /// True if more input is needed before more decompressed data can be produced.
    #[pygetset(member)]
    fn needs_input(&self) -> bool {
        self.progress.needs_input()
    }

    /// Data found after the end of the compressed stream.
    #[pygetset(member)]
    fn unused_data(&self) -> BytesRef {
        self.progress.unused_data()
    }
}
