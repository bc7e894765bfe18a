//! `_lzma`.

mod coder;
mod filters;

use liblzma_sys as lz;
use minipy_vm::{PyErr, PyResult, exceptions, module_exception};

pub use module::MODULE;

module_exception! {
    /// `lzma.LZMAError`.
    error_class = "_lzma", "LZMAError": exceptions::exception_class, Some("Call to liblzma failed.")
}

#[cold]
fn error(message: &str) -> PyErr {
    exceptions::simple(error_class(), message)
}

/// The exception for a status that is an error.
fn check(status: lz::lzma_ret) -> PyResult<()> {
    let message = match status {
        lz::LZMA_OK | lz::LZMA_GET_CHECK | lz::LZMA_NO_CHECK | lz::LZMA_STREAM_END => return Ok(()),
        lz::LZMA_UNSUPPORTED_CHECK => "Unsupported integrity check",
        lz::LZMA_MEM_ERROR => return Err(exceptions::memory_error()),
        lz::LZMA_MEMLIMIT_ERROR => "Memory usage limit exceeded",
        lz::LZMA_FORMAT_ERROR => "Input format not supported by decoder",
        lz::LZMA_OPTIONS_ERROR => "Invalid or unsupported options",
        lz::LZMA_DATA_ERROR => "Corrupt input data",
        lz::LZMA_BUF_ERROR => "Insufficient buffer space",
        lz::LZMA_PROG_ERROR => "Internal error",
        _ => return Err(error(&format!("Unrecognized error from liblzma: {status}"))),
    };
    Err(error(message))
}

/// How a stream is wrapped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Auto,
    Xz,
    Alone,
    Raw,
}

impl Format {
    fn of(index: i32) -> PyResult<Format> {
        let formats = [Format::Auto, Format::Xz, Format::Alone, Format::Raw];
        usize::try_from(index)
            .ok()
            .and_then(|index| formats.get(index).copied())
            .ok_or_else(|| invalid_format(index))
    }
}

#[cold]
fn invalid_format(format: i32) -> PyErr {
    exceptions::value_error(format!("Invalid container format: {format}"))
}

#[minipy_macros::pymodule(name = "_lzma", classes(LZMACompressor, LZMADecompressor))]
mod module {
    use super::coder::{self, LZMACompressor, LZMADecompressor};
    use super::{Format, error_class, filters};
    use liblzma_sys as lz;
    use minipy_vm::types::bytes::BytesLike;
    use minipy_vm::{BytesRef, DictRef, PyModule, PyResult, Ref, Value};

    #[pyattr]
    const FORMAT_AUTO: i64 = Format::Auto as i64;
    #[pyattr]
    const FORMAT_XZ: i64 = Format::Xz as i64;
    #[pyattr]
    const FORMAT_ALONE: i64 = Format::Alone as i64;
    #[pyattr]
    const FORMAT_RAW: i64 = Format::Raw as i64;
    #[pyattr]
    const CHECK_NONE: i64 = lz::LZMA_CHECK_NONE as i64;
    #[pyattr]
    const CHECK_CRC32: i64 = lz::LZMA_CHECK_CRC32 as i64;
    #[pyattr]
    const CHECK_CRC64: i64 = lz::LZMA_CHECK_CRC64 as i64;
    #[pyattr]
    const CHECK_SHA256: i64 = lz::LZMA_CHECK_SHA256 as i64;
    #[pyattr]
    const CHECK_ID_MAX: i64 = 15;
    #[pyattr]
    const CHECK_UNKNOWN: i64 = coder::CHECK_UNKNOWN as i64;
    #[pyattr]
    const FILTER_LZMA1: i64 = lz::LZMA_FILTER_LZMA1 as i64;
    #[pyattr]
    const FILTER_LZMA2: i64 = lz::LZMA_FILTER_LZMA2 as i64;
    #[pyattr]
    const FILTER_DELTA: i64 = lz::LZMA_FILTER_DELTA as i64;
    #[pyattr]
    const FILTER_X86: i64 = lz::LZMA_FILTER_X86 as i64;
    #[pyattr]
    const FILTER_POWERPC: i64 = lz::LZMA_FILTER_POWERPC as i64;
    #[pyattr]
    const FILTER_IA64: i64 = lz::LZMA_FILTER_IA64 as i64;
    #[pyattr]
    const FILTER_ARM: i64 = lz::LZMA_FILTER_ARM as i64;
    #[pyattr]
    const FILTER_ARMTHUMB: i64 = lz::LZMA_FILTER_ARMTHUMB as i64;
    #[pyattr]
    const FILTER_SPARC: i64 = lz::LZMA_FILTER_SPARC as i64;
    #[pyattr]
    const MF_HC3: i64 = lz::LZMA_MF_HC3 as i64;
    #[pyattr]
    const MF_HC4: i64 = lz::LZMA_MF_HC4 as i64;
    #[pyattr]
    const MF_BT2: i64 = lz::LZMA_MF_BT2 as i64;
    #[pyattr]
    const MF_BT3: i64 = lz::LZMA_MF_BT3 as i64;
    #[pyattr]
    const MF_BT4: i64 = lz::LZMA_MF_BT4 as i64;
    #[pyattr]
    const MODE_FAST: i64 = lz::LZMA_MODE_FAST as i64;
    #[pyattr]
    const MODE_NORMAL: i64 = lz::LZMA_MODE_NORMAL as i64;
    #[pyattr]
    const PRESET_DEFAULT: i64 = lz::LZMA_PRESET_DEFAULT as i64;
    #[pyattr]
    const PRESET_EXTREME: i64 = lz::LZMA_PRESET_EXTREME as i64;

    /// Test whether the given integrity check is supported.
    ///
    /// Always returns True for CHECK_NONE and CHECK_CRC32.
    #[pyfunction("($module, check_id, /)")]
    fn is_check_supported(check_id: i32) -> bool {
        // SAFETY: a function of numbers.
        unsafe { lz::lzma_check_is_supported(check_id as lz::lzma_check) != 0 }
    }

    /// Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).
    ///
    /// The result does not include the filter ID itself, only the options.
    #[pyfunction("($module, filter, /)")]
    fn _encode_filter_properties(filter: &Value) -> PyResult<BytesRef> {
        filters::encode_properties(filter)
    }

    /// Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).
    ///
    /// The result does not include the filter ID itself, only the options.
    #[pyfunction("($module, filter_id, encoded_props, /)")]
    fn _decode_filter_properties(filter_id: &Value, encoded_props: BytesLike<'_>) -> PyResult<DictRef> {
        filters::decode_properties(filter_id, &encoded_props)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("LZMAError", error_class());
        Ok(())
    }
}
