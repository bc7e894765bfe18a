//! `zlib`.

mod compress;
mod decompress;
mod stream;

pub use module::MODULE;
use stream::Stream;

/// `value` continued over `data` by one of zlib's checksums.
fn checksum(
    data: &[u8],
    value: u32,
    function: unsafe extern "C" fn(u64, *const u8, libz_sys::uInt) -> u64,
) -> u32 {
    data.chunks(libz_sys::uInt::MAX as usize).fold(value, |value, chunk| {
        // SAFETY: the data is read up to its length.
        unsafe { function(u64::from(value), chunk.as_ptr(), chunk.len() as libz_sys::uInt) as u32 }
    })
}

/// The checksum of ZIP and PNG.
pub fn crc32(data: &[u8], value: u32) -> u32 {
    checksum(data, value, libz_sys::crc32)
}

/// The functions in this module allow compression and decompression using the
/// zlib library, which is based on GNU zip.
///
/// adler32(string[, start]) -- Compute an Adler-32 checksum.
/// compress(data[, level]) -- Compress data, with compression level 0-9 or -1.
/// compressobj([level[, ...]]) -- Return a compressor object.
/// crc32(string[, start]) -- Compute a CRC-32 checksum.
/// decompress(string,[wbits],[bufsize]) -- Decompresses a compressed string.
/// decompressobj([wbits[, zdict]]) -- Return a decompressor object.
///
/// 'wbits' is window buffer size and container format.
/// Compressor objects support compress() and flush() methods; decompressor
/// objects support decompress() and flush().
#[minipy_macros::pymodule(name = "zlib", classes(decompress::ZlibDecompressor))]
mod module {
    use super::compress::{self, Compress};
    use super::stream::{Failure, error, error_class};
    use super::{Stream, decompress};
    use crate::modules::binascii::masked;
    use libz_sys as z;
    use minipy_vm::types::bytes::BytesLike;
    use minipy_vm::types::bytes::from_slice;
    use minipy_vm::{BytesRef, PyModule, PyResult, Ref, Value, exceptions, gil};

    #[pyattr]
    const MAX_WBITS: i32 = 15;
    #[pyattr]
    const DEFLATED: i32 = z::Z_DEFLATED;
    #[pyattr]
    const DEF_MEM_LEVEL: i32 = 8;
    #[pyattr]
    const DEF_BUF_SIZE: i32 = 16 * 1024;
    #[pyattr]
    const Z_BEST_SPEED: i32 = z::Z_BEST_SPEED;
    #[pyattr]
    const Z_BEST_COMPRESSION: i32 = z::Z_BEST_COMPRESSION;
    #[pyattr]
    const Z_DEFAULT_COMPRESSION: i32 = z::Z_DEFAULT_COMPRESSION;
    #[pyattr]
    const Z_NO_COMPRESSION: i32 = z::Z_NO_COMPRESSION;
    #[pyattr]
    const Z_FILTERED: i32 = z::Z_FILTERED;
    #[pyattr]
    const Z_HUFFMAN_ONLY: i32 = z::Z_HUFFMAN_ONLY;
    #[pyattr]
    const Z_RLE: i32 = z::Z_RLE;
    #[pyattr]
    const Z_FIXED: i32 = z::Z_FIXED;
    #[pyattr]
    const Z_DEFAULT_STRATEGY: i32 = z::Z_DEFAULT_STRATEGY;
    #[pyattr]
    const Z_NO_FLUSH: i32 = z::Z_NO_FLUSH;
    #[pyattr]
    const Z_PARTIAL_FLUSH: i32 = z::Z_PARTIAL_FLUSH;
    #[pyattr]
    const Z_SYNC_FLUSH: i32 = z::Z_SYNC_FLUSH;
    #[pyattr]
    const Z_FULL_FLUSH: i32 = z::Z_FULL_FLUSH;
    #[pyattr]
    const Z_FINISH: i32 = z::Z_FINISH;
    #[pyattr]
    const Z_BLOCK: i32 = z::Z_BLOCK;
    #[pyattr]
    const Z_TREES: i32 = z::Z_TREES;
    #[pyattr]
    const __version__: &str = "1.0";

    fn version() -> String {
        // SAFETY: zlib's version is a constant string.
        unsafe { std::ffi::CStr::from_ptr(z::zlibVersion()) }.to_string_lossy().into_owned()
    }

    #[expect(non_snake_case, reason = "the name in Python")]
    #[pyattr]
    fn ZLIB_VERSION() -> String {
        version()
    }

    #[expect(non_snake_case, reason = "the name in Python")]
    #[pyattr]
    fn ZLIB_RUNTIME_VERSION() -> String {
        version()
    }

    /// Compute an Adler-32 checksum of data.
    ///
    ///   value
    ///     Starting value of the checksum.
    ///
    /// The returned checksum is an integer.
    #[pyfunction("($module, data, value=1, /)")]
    fn adler32(data: BytesLike<'_>, value: Option<&Value>) -> PyResult<u64> {
        let value = value.map_or(Ok(1), masked)? as u32;
        Ok(u64::from(super::checksum(&data, value, z::adler32)))
    }

    /// Compute a CRC-32 checksum of data.
    ///
    ///   value
    ///     Starting value of the checksum.
    ///
    /// The returned checksum is an integer.
    #[pyfunction("($module, data, value=0, /)")]
    fn crc32(data: BytesLike<'_>, value: Option<&Value>) -> PyResult<u64> {
        let value = value.map_or(Ok(0), masked)? as u32;
        Ok(u64::from(super::crc32(&data, value)))
    }

    /// Returns a bytes object containing compressed data.
    ///
    ///   data
    ///     Binary data to be compressed.
    ///   level
    ///     Compression level, in 0-9 or -1.
    ///   wbits
    ///     The window buffer size and container format.
    #[pyfunction("($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)")]
    fn compress(data: BytesLike<'_>, level: Option<i32>, wbits: Option<i32>) -> PyResult<BytesRef> {
        let level = level.unwrap_or(z::Z_DEFAULT_COMPRESSION);
        let wbits = wbits.unwrap_or(MAX_WBITS);
        let mut stream = Stream::deflate(level, DEFLATED, wbits, DEF_MEM_LEVEL, z::Z_DEFAULT_STRATEGY)
            .map_err(|failure| match failure.status {
                z::Z_MEM_ERROR => exceptions::memory_error(),
                z::Z_STREAM_ERROR => error("Bad compression level"),
                _ => failure.raise("while compressing data"),
            })?;
        let mut out = Vec::new();
        match gil::without(|| compress::run_all(&mut stream, &data, z::Z_FINISH, &mut out)) {
            z::Z_STREAM_END => Ok(from_slice(&out)),
            status => Err(stream.failure(status).raise("while compressing data")),
        }
    }

    /// Return a compressor object.
    ///
    ///   level
    ///     The compression level (an integer in the range 0-9 or -1; default is
    ///     currently equivalent to 6).  Higher compression levels are slower,
    ///     but produce smaller results.
    ///   method
    ///     The compression algorithm.  If given, this must be DEFLATED.
    ///   wbits
    ///     +9 to +15: The base-two logarithm of the window size.  Include a zlib
    ///         container.
    ///     -9 to -15: Generate a raw stream.
    ///     +25 to +31: Include a gzip container.
    ///   memLevel
    ///     Controls the amount of memory used for internal compression state.
    ///     Valid values range from 1 to 9.  Higher values result in higher memory
    ///     usage, faster compression, and smaller output.
    ///   strategy
    ///     Used to tune the compression algorithm.  Possible values are
    ///     Z_DEFAULT_STRATEGY, Z_FILTERED, and Z_HUFFMAN_ONLY.
    ///   zdict
    ///     The predefined compression dictionary - a sequence of bytes
    ///     containing subsequences that are likely to occur in the input data.
    #[pyfunction(
        "($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n            strategy=Z_DEFAULT_STRATEGY, zdict=<unrepresentable>)"
    )]
    fn compressobj(
        level: Option<i32>,
        method: Option<i32>,
        wbits: Option<i32>,
        mem_level: Option<i32>,
        strategy: Option<i32>,
        zdict: Option<BytesLike<'_>>,
    ) -> PyResult<Ref<Compress>> {
        let mut stream = Stream::deflate(
            level.unwrap_or(z::Z_DEFAULT_COMPRESSION),
            method.unwrap_or(DEFLATED),
            wbits.unwrap_or(MAX_WBITS),
            mem_level.unwrap_or(DEF_MEM_LEVEL),
            strategy.unwrap_or(z::Z_DEFAULT_STRATEGY),
        )
        .map_err(|failure| match failure.status {
            z::Z_MEM_ERROR => exceptions::memory_error(),
            z::Z_STREAM_ERROR => exceptions::value_error("Invalid initialization option"),
            _ => failure.raise("while creating compression object"),
        })?;
        if let Some(dictionary) = zdict {
            stream.set_dictionary(&dictionary).map_err(|failure| match failure.status {
                z::Z_STREAM_ERROR => exceptions::value_error("Invalid dictionary"),
                _ => exceptions::value_error("deflateSetDictionary()"),
            })?;
        }
        Ok(Compress::new(stream))
    }

    /// Returns a bytes object containing the uncompressed data.
    ///
    ///   data
    ///     Compressed data.
    ///   wbits
    ///     The window buffer size and container format.
    ///   bufsize
    ///     The initial output buffer size.
    #[pyfunction("($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)")]
    fn decompress(data: BytesLike<'_>, wbits: Option<i32>, bufsize: Option<isize>) -> PyResult<BytesRef> {
        if bufsize.is_some_and(|size| size < 0) {
            return Err(exceptions::value_error("bufsize must be non-negative"));
        }
        let mut stream =
            Stream::inflate(wbits.unwrap_or(MAX_WBITS)).map_err(|failure| match failure.status {
                z::Z_MEM_ERROR => exceptions::memory_error(),
                _ => failure.raise("while preparing to decompress data"),
            })?;
        let (mut input, mut out) = (&data[..], Vec::new());
        let status = gil::without(|| {
            decompress::run_all(&mut stream, &mut input, &mut out, usize::MAX, z::Z_SYNC_FLUSH, None)
        })?;
        match status {
            z::Z_STREAM_END => Ok(from_slice(&out)),
            z::Z_OK | z::Z_BUF_ERROR => Err(Failure::TRUNCATED.raise("while decompressing data")),
            status => Err(stream.failure(status).raise("while decompressing data")),
        }
    }

    /// Return a decompressor object.
    ///
    ///   wbits
    ///     The window buffer size and container format.
    ///   zdict
    ///     The predefined compression dictionary.  This must be the same
    ///     dictionary as used by the compressor that produced the input data.
    #[pyfunction("($module, /, wbits=MAX_WBITS, zdict=b'')")]
    fn decompressobj(wbits: Option<i32>, zdict: Option<&Value>) -> PyResult<Ref<decompress::Decompress>> {
        decompress::Decompress::new(wbits.unwrap_or(MAX_WBITS), zdict)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("error", error_class());
        Ok(())
    }
}
