//! `binascii`: bytes to ASCII and back.

mod base64;
mod quoted;
mod uu;

use minipy_macros::pymodule;
use minipy_vm::macros_support::{ArgPos, FromArg};
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::str::PyStr;
use minipy_vm::{BytesRef, PyErr, PyModule, PyResult, Ref, Value, exceptions, module_exception};
use std::ops::Deref;

module_exception! {
    /// `binascii.Error`.
    error_class = "binascii", "Error": exceptions::value_error_class, None
}
module_exception! {
    /// `binascii.Incomplete`.
    incomplete_class = "binascii", "Incomplete": exceptions::exception_class, None
}

#[cold]
pub(crate) fn error(message: impl AsRef<str>) -> PyErr {
    exceptions::simple(error_class(), message.as_ref())
}

/// An argument that is bytes-like or an ASCII str.
pub(crate) struct AsciiBuffer<'a>(BytesLike<'a>);

impl Deref for AsciiBuffer<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<'a> FromArg<'a> for AsciiBuffer<'a> {
    fn from_arg(value: &'a Value, _at: ArgPos<'_>) -> PyResult<Self> {
        if let Some(text) = value.downcast::<PyStr>() {
            return match text.as_ascii() {
                Some(ascii) => Ok(AsciiBuffer(BytesLike::Bytes(ascii.as_bytes()))),
                None => Err(exceptions::value_error("string argument should contain only ASCII characters")),
            };
        }
        if value.class().slots().buffer.is_none() {
            return Err(exceptions::type_error(format!(
                "argument should be bytes, buffer or ASCII string, not '{}'",
                value.type_name()
            )));
        }
        BytesLike::of(value).map(AsciiBuffer)
    }
}

fn crc_hqx(data: &[u8], crc: u16) -> u16 {
    data.iter().fold(crc, |crc, b| {
        (0..8).fold(crc ^ u16::from(*b) << 8, |c, _| if c & 0x8000 != 0 { c << 1 ^ 0x1021 } else { c << 1 })
    })
}

fn from_hex(text: &[u8]) -> PyResult<BytesRef> {
    if !text.len().is_multiple_of(2) {
        return Err(error("Odd-length string"));
    }
    let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    let pair = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
    let bytes: Option<Vec<u8>> = text.chunks_exact(2).map(pair).collect();
    bytes.map(|b| from_slice(&b)).ok_or_else(|| error("Non-hexadecimal digit found"))
}

fn to_hex(data: &[u8], sep: Option<&Value>, group: i32) -> PyResult<BytesRef> {
    minipy_vm::types::bytes::to_hex(data, sep, group).map(|text| from_slice(text.bytes()))
}

/// The low bits of an int, as C's unsigned types take them.
pub(crate) fn masked(value: &Value) -> PyResult<u64> {
    let value = minipy_vm::protocol::as_index(value)?;
    Ok(match minipy_vm::types::int::to_i64(&value) {
        Some(n) => n as u64,
        None => {
            let mask = minipy_vm::types::int::from_u64(u64::MAX);
            let low = minipy_vm::protocol::binary(minipy_vm::protocol::BinaryOp::And, &value, &mask)?;
            let low = minipy_vm::types::int::to_ibig(&low).unwrap_or_default();
            u64::try_from(&low).unwrap_or(0)
        }
    })
}

/// Conversion between binary data and ASCII
#[pymodule(name = "binascii")]
pub mod module {
    use super::*;

    /// Decode a line of uuencoded data.
    #[pyfunction("(data, /)")]
    fn a2b_uu(data: AsciiBuffer<'_>) -> PyResult<BytesRef> {
        uu::decode(&data).map(|b| from_slice(&b))
    }

    /// Uuencode line of data.
    #[pyfunction("(data, /, *, backtick=False)")]
    fn b2a_uu(data: BytesLike<'_>, backtick: bool) -> PyResult<BytesRef> {
        uu::encode(&data, backtick).map(|b| from_slice(&b))
    }

    /// Decode a line of base64 data.
    ///
    ///   strict_mode
    ///     When set to True, bytes that are not part of the base64 standard are not allowed.
    ///     The same applies to excess data after padding (= / ==).
    #[pyfunction("(data, /, *, strict_mode=False)")]
    fn a2b_base64(data: AsciiBuffer<'_>, strict_mode: bool) -> PyResult<BytesRef> {
        base64::decode(&data, strict_mode).map(|b| from_slice(&b))
    }

    /// Base64-code line of data.
    #[pyfunction("(data, /, *, newline=True)")]
    fn b2a_base64(data: BytesLike<'_>, newline: bool) -> BytesRef {
        from_slice(&base64::encode(&data, newline))
    }

    /// Binary data of hexadecimal representation.
    ///
    /// hexstr must contain an even number of hex digits (upper or lower case).
    /// This function is also available as "unhexlify()".
    #[pyfunction("(hexstr, /)")]
    fn a2b_hex(hexstr: AsciiBuffer<'_>) -> PyResult<BytesRef> {
        from_hex(&hexstr)
    }

    /// Binary data of hexadecimal representation.
    ///
    /// hexstr must contain an even number of hex digits (upper or lower case).
    #[pyfunction("(hexstr, /)")]
    fn unhexlify(hexstr: AsciiBuffer<'_>) -> PyResult<BytesRef> {
        from_hex(&hexstr)
    }

    /// Hexadecimal representation of binary data.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from the
    ///     right, negative values count from the left.
    ///
    /// The return value is a bytes object.  This function is also
    /// available as "hexlify()".
    ///
    /// Example:
    /// >>> binascii.b2a_hex(b'\xb9\x01\xef')
    /// b'b901ef'
    /// >>> binascii.hexlify(b'\xb9\x01\xef', ':')
    /// b'b9:01:ef'
    /// >>> binascii.b2a_hex(b'\xb9\x01\xef', b'_', 2)
    /// b'b9_01ef'
    #[pyfunction("(data, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn b2a_hex(data: BytesLike<'_>, sep: Option<&Value>, bytes_per_sep: i32) -> PyResult<BytesRef> {
        to_hex(&data, sep, bytes_per_sep)
    }

    /// Hexadecimal representation of binary data.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from the
    ///     right, negative values count from the left.
    ///
    /// The return value is a bytes object.  This function is also
    /// available as "b2a_hex()".
    #[pyfunction("(data, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hexlify(data: BytesLike<'_>, sep: Option<&Value>, bytes_per_sep: i32) -> PyResult<BytesRef> {
        to_hex(&data, sep, bytes_per_sep)
    }

    /// Decode a string of qp-encoded data.
    #[pyfunction("(data, header=False)")]
    fn a2b_qp(data: AsciiBuffer<'_>, header: bool) -> BytesRef {
        from_slice(&quoted::decode(&data, header))
    }

    /// Encode a string using quoted-printable encoding.
    ///
    /// On encoding, when istext is set, newlines are not encoded, and white
    /// space at end of lines is.  When istext is not set, \r and \n (CR/LF)
    /// are both encoded.  When quotetabs is set, space and tabs are encoded.
    #[pyfunction("(data, quotetabs=False, istext=True, header=False)")]
    fn b2a_qp(data: BytesLike<'_>, quotetabs: bool, istext: bool, header: bool) -> BytesRef {
        from_slice(&quoted::encode(&data, quotetabs, istext, header))
    }

    /// Compute CRC-32 incrementally.
    #[pyfunction("(data, crc=0, /)")]
    fn crc32(data: BytesLike<'_>, crc: Option<&Value>) -> PyResult<u64> {
        let crc = crc.map_or(Ok(0), masked)? as u32;
        Ok(u64::from(crate::modules::zlib::crc32(&data, crc)))
    }

    /// Compute CRC-CCITT incrementally.
    #[pyfunction("(data, crc, /)")]
    fn crc_hqx(data: BytesLike<'_>, crc: &Value) -> PyResult<u64> {
        Ok(u64::from(super::crc_hqx(&data, masked(crc)? as u16)))
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("Error", error_class());
        namespace.insert("Incomplete", incomplete_class());
        Ok(())
    }
}

pub use module::MODULE;
