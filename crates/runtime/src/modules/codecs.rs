//! `_codecs`: the registry, and each built-in codec as a pair of functions.

mod charmap;

use minipy_macros::pymodule;
use minipy_text::codecs::wide::{self, ByteOrder};
use minipy_text::codecs::{unicode_escape, utf7};
use minipy_vm::codecs::{self, Direction, Errors, Native};
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::str::unit::by_width;
use minipy_vm::types::str::{PyStr, StrBuilder, StrRef};
use minipy_vm::{BytesRef, PyResult, PyTuple, Ref, TupleRef, Value, exceptions};

/// What an encoder gives: the bytes and how many characters they came from.
fn encoded(data: &[u8], used: usize) -> TupleRef {
    PyTuple::from_array([from_slice(data).into_value(), Value::from(used)])
}

/// What a decoder gives: the text and how many bytes it came from.
fn decoded(text: StrRef, used: usize) -> TupleRef {
    PyTuple::from_array([text.into_value(), Value::from(used)])
}

fn handler(errors: Option<&StrRef>) -> Errors {
    Errors::new(errors.map(|e| &**e))
}

fn encode_with(codec: Native, text: &StrRef, errors: Option<&StrRef>) -> PyResult<TupleRef> {
    Ok(encoded(&codecs::encode_native(codec, text, &handler(errors))?, text.len()))
}

fn decode_with(codec: Native, data: &[u8], errors: Option<&StrRef>, is_final: bool) -> PyResult<TupleRef> {
    let (text, used) = codecs::decode_native(codec, data, &handler(errors), is_final)?;
    Ok(decoded(text, used))
}

/// The byte order that a number stands for: below zero little, above zero big, zero by mark.
fn order(byteorder: i32) -> Option<ByteOrder> {
    match byteorder {
        0 => None,
        n if n < 0 => Some(ByteOrder::Little),
        _ => Some(ByteOrder::Big),
    }
}

/// The result of the `ex` decoders: the byte order found comes third.
fn decode_ex(
    codec: fn(Option<ByteOrder>) -> Native,
    mark: Option<ByteOrder>,
    data: &[u8],
    errors: Option<&StrRef>,
    byteorder: i32,
    is_final: bool,
) -> PyResult<TupleRef> {
    let (text, used) = codecs::decode_native(codec(order(byteorder)), data, &handler(errors), is_final)?;
    let found = match mark.filter(|_| byteorder == 0) {
        Some(ByteOrder::Little) => -1,
        Some(ByteOrder::Big) => 1,
        None => byteorder,
    };
    Ok(PyTuple::from_array([text.into_value(), Value::from(used), Value::from(found)]))
}

/// The contents of a bytes-like object, or the UTF-8 of a str.
fn text_or_bytes(data: &Value) -> PyResult<Vec<u8>> {
    match data.downcast::<PyStr>() {
        Some(text) => codecs::encode_native(Native::Utf8, text, &Errors::strict()),
        None => BytesLike::of(data).map(|d| d.to_vec()),
    }
}

/// The bytes of a bytes literal without its quotes, with a warning of escapes that should not be there.
pub fn unescape_bytes(literal: &[u8]) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(literal.len());
    let done = unicode_escape::decode_bytes(literal, &mut out)
        .map_err(|error| exceptions::value_error(error.to_string()))?;
    warn_invalid_escape("b", literal, done.invalid_escape)?;
    Ok(out)
}

/// Warns of the first escape that a literal should not have; `prefix` is the literal's.
fn warn_invalid_escape(prefix: &str, data: &[u8], at: Option<usize>) -> PyResult<()> {
    let Some(rest) = at.and_then(|at| data.get(at + 1..)) else { return Ok(()) };
    let message = match rest {
        [b'0'..=b'7', ..] => {
            let digits: String = rest.iter().take(3).map(|b| char::from(*b)).collect();
            format!("{prefix}\"\\{digits}\" is an invalid octal escape sequence")
        }
        [b, ..] => format!("{prefix}\"\\{}\" is an invalid escape sequence", char::from(*b)),
        [] => return Ok(()),
    };
    let message = message + ". Such sequences will not work in the future. ";
    let none = Value::NONE;
    let warnings = minipy_vm::name!("warnings").as_value();
    let warnings = minipy_vm::function::hooks::import(warnings, &none, &none, &none, 0)?;
    let warn = minipy_vm::protocol::getattr_str(&warnings, "warn")?;
    let category = exceptions::deprecation_warning_class().to_value();
    minipy_vm::protocol::call2(&warn, PyStr::from_str(&message).into_value(), category).map(drop)
}

#[pymodule(name = "_codecs")]
pub mod module {
    use super::*;

    /// Register a codec search function.
    ///
    /// Search functions are expected to take one argument, the encoding name in
    /// all lower case letters, and either return None, or a tuple of functions
    /// (encoder, decoder, stream_reader, stream_writer) (or a CodecInfo object).
    #[pyfunction("(search_function, /)")]
    fn register(search_function: Value) -> PyResult<()> {
        codecs::register(search_function)
    }

    /// Unregister a codec search function and clear the registry's cache.
    ///
    /// If the search function is not registered, do nothing.
    #[pyfunction("(search_function, /)")]
    fn unregister(search_function: &Value) {
        codecs::unregister(search_function);
    }

    /// Looks up a codec tuple in the Python codec registry and returns a CodecInfo object.
    #[pyfunction("(encoding, /)")]
    fn lookup(encoding: &StrRef) -> PyResult<Value> {
        codecs::lookup(&codecs::without_nul(encoding)?)
    }

    /// Encodes obj using the codec registered for encoding.
    ///
    /// The default encoding is 'utf-8'.  errors may be given to set a
    /// different error handling scheme.  Default is 'strict' meaning that encoding
    /// errors raise a ValueError.  Other possible values are 'ignore', 'replace'
    /// and 'backslashreplace' as well as any other name registered with
    /// codecs.register_error that can handle ValueErrors.
    #[pyfunction("(obj, encoding='utf-8', errors='strict')")]
    fn encode(obj: &Value, encoding: Option<&StrRef>, errors: Option<&StrRef>) -> PyResult<Value> {
        let name = encoding.map_or_else(|| Ok("utf-8".to_owned()), |name| codecs::without_nul(name))?;
        let codec = codecs::lookup(&name)?;
        codecs::call_codec(Direction::Encode, &codec, obj, &name, errors.map(Ref::to_value))
    }

    /// Decodes obj using the codec registered for encoding.
    ///
    /// Default encoding is 'utf-8'.  errors may be given to set a
    /// different error handling scheme.  Default is 'strict' meaning that encoding
    /// errors raise a ValueError.  Other possible values are 'ignore', 'replace'
    /// and 'backslashreplace' as well as any other name registered with
    /// codecs.register_error that can handle ValueErrors.
    #[pyfunction("(obj, encoding='utf-8', errors='strict')")]
    fn decode(obj: &Value, encoding: Option<&StrRef>, errors: Option<&StrRef>) -> PyResult<Value> {
        let name = encoding.map_or_else(|| Ok("utf-8".to_owned()), |name| codecs::without_nul(name))?;
        let codec = codecs::lookup(&name)?;
        codecs::call_codec(Direction::Decode, &codec, obj, &name, errors.map(Ref::to_value))
    }

    /// Register the specified error handler under the name errors.
    ///
    /// handler must be a callable object, that
    /// will be called with an exception instance containing
    /// information about the location of the encoding/decoding
    /// error and must return a (replacement, new position) tuple.
    #[pyfunction("(errors, handler, /)")]
    fn register_error(errors: &StrRef, handler: Value) -> PyResult<()> {
        codecs::register_error(&codecs::without_nul(errors)?, handler)
    }

    /// Un-register the specified error handler for the error handling `errors'.
    ///
    /// Only custom error handlers can be un-registered. An exception is raised if
    /// the error handling is a built-in one (e.g., 'strict'), or if an error occurs.
    ///
    /// Otherwise, this returns True if a custom handler has been successfully
    /// un-registered, and False if no custom handler for the specified error
    /// handling exists.
    #[pyfunction("(errors, /)")]
    fn _unregister_error(errors: &StrRef) -> PyResult<bool> {
        codecs::unregister_error(&codecs::without_nul(errors)?)
    }

    /// lookup_error(errors) -> handler
    ///
    /// Return the error handler for the specified error handling name or raise a
    /// LookupError, if no handler exists under this name.
    #[pyfunction("(name, /)")]
    fn lookup_error(name: &StrRef) -> PyResult<Value> {
        codecs::lookup_error(&codecs::without_nul(name)?)
    }

    #[pyfunction("(str, errors=None, /)")]
    fn utf_8_encode(str: &StrRef, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        encode_with(Native::Utf8, str, errors)
    }

    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_8_decode(data: BytesLike<'_>, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        decode_with(Native::Utf8, &data, errors, r#final)
    }

    #[pyfunction("(str, errors=None, /)")]
    fn ascii_encode(str: &StrRef, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        encode_with(Native::Ascii, str, errors)
    }

    #[pyfunction("(data, errors=None, /)")]
    fn ascii_decode(data: BytesLike<'_>, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        decode_with(Native::Ascii, &data, errors, true)
    }

    #[pyfunction("(str, errors=None, /)")]
    fn latin_1_encode(str: &StrRef, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        encode_with(Native::Latin1, str, errors)
    }

    #[pyfunction("(data, errors=None, /)")]
    fn latin_1_decode(data: BytesLike<'_>, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        decode_with(Native::Latin1, &data, errors, true)
    }

    #[pyfunction("(str, errors=None, byteorder=0, /)")]
    fn utf_16_encode(str: &StrRef, errors: Option<&StrRef>, byteorder: i32) -> PyResult<TupleRef> {
        encode_with(Native::Utf16(order(byteorder)), str, errors)
    }

    #[pyfunction("(str, errors=None, /)")]
    fn utf_16_le_encode(str: &StrRef, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        encode_with(Native::Utf16(Some(ByteOrder::Little)), str, errors)
    }

    #[pyfunction("(str, errors=None, /)")]
    fn utf_16_be_encode(str: &StrRef, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        encode_with(Native::Utf16(Some(ByteOrder::Big)), str, errors)
    }

    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_16_decode(data: BytesLike<'_>, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        decode_with(Native::Utf16(None), &data, errors, r#final)
    }

    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_16_le_decode(data: BytesLike<'_>, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        decode_with(Native::Utf16(Some(ByteOrder::Little)), &data, errors, r#final)
    }

    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_16_be_decode(data: BytesLike<'_>, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        decode_with(Native::Utf16(Some(ByteOrder::Big)), &data, errors, r#final)
    }

    #[pyfunction("(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_16_ex_decode(
        data: BytesLike<'_>,
        errors: Option<&StrRef>,
        byteorder: i32,
        r#final: bool,
    ) -> PyResult<TupleRef> {
        decode_ex(Native::Utf16, wide::bom_16(&data), &data, errors, byteorder, r#final)
    }

    #[pyfunction("(str, errors=None, byteorder=0, /)")]
    fn utf_32_encode(str: &StrRef, errors: Option<&StrRef>, byteorder: i32) -> PyResult<TupleRef> {
        encode_with(Native::Utf32(order(byteorder)), str, errors)
    }

    #[pyfunction("(str, errors=None, /)")]
    fn utf_32_le_encode(str: &StrRef, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        encode_with(Native::Utf32(Some(ByteOrder::Little)), str, errors)
    }

    #[pyfunction("(str, errors=None, /)")]
    fn utf_32_be_encode(str: &StrRef, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        encode_with(Native::Utf32(Some(ByteOrder::Big)), str, errors)
    }

    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_32_decode(data: BytesLike<'_>, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        decode_with(Native::Utf32(None), &data, errors, r#final)
    }

    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_32_le_decode(data: BytesLike<'_>, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        decode_with(Native::Utf32(Some(ByteOrder::Little)), &data, errors, r#final)
    }

    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_32_be_decode(data: BytesLike<'_>, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        decode_with(Native::Utf32(Some(ByteOrder::Big)), &data, errors, r#final)
    }

    #[pyfunction("(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_32_ex_decode(
        data: BytesLike<'_>,
        errors: Option<&StrRef>,
        byteorder: i32,
        r#final: bool,
    ) -> PyResult<TupleRef> {
        decode_ex(Native::Utf32, wide::bom_32(&data), &data, errors, byteorder, r#final)
    }

    #[pyfunction("(str, errors=None, /)")]
    fn utf_7_encode(str: &StrRef, errors: Option<&StrRef>) -> TupleRef {
        let _ = errors;
        let mut out = Vec::new();
        by_width!(str.data(), d => utf7::encode(d, &mut out));
        encoded(&out, str.len())
    }

    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_7_decode(data: BytesLike<'_>, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        let (errors, mut out) = (handler(errors), StrBuilder::new());
        let used = codecs::decode("utf7", &data, &errors, &mut out, |data, out, decoding| {
            utf7::decode(data, r#final, out, |error, out| decoding.handle(error, out))
        })?;
        Ok(decoded(out.finish(), used))
    }

    #[pyfunction("(str, errors=None, /)")]
    fn unicode_escape_encode(str: &StrRef, errors: Option<&StrRef>) -> TupleRef {
        let _ = errors;
        let mut out = Vec::new();
        by_width!(str.data(), d => unicode_escape::encode(d, &mut out));
        encoded(&out, str.len())
    }

    #[pyfunction("(data, errors=None, final=True, /)")]
    fn unicode_escape_decode(data: &Value, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        let (data, errors, mut out) = (text_or_bytes(data)?, handler(errors), StrBuilder::new());
        let mut invalid_escape = None;
        let used = codecs::decode("unicodeescape", &data, &errors, &mut out, |data, out, decoding| {
            let done = unicode_escape::decode(data, r#final, out, |error, out| decoding.handle(error, out))?;
            invalid_escape = done.invalid_escape;
            Ok(done.used)
        })?;
        warn_invalid_escape("", &data, invalid_escape)?;
        Ok(decoded(out.finish(), used))
    }

    #[pyfunction("(str, errors=None, /)")]
    fn raw_unicode_escape_encode(str: &StrRef, errors: Option<&StrRef>) -> TupleRef {
        let _ = errors;
        let mut out = Vec::new();
        by_width!(str.data(), d => unicode_escape::encode_raw(d, &mut out));
        encoded(&out, str.len())
    }

    #[pyfunction("(data, errors=None, final=True, /)")]
    fn raw_unicode_escape_decode(data: &Value, errors: Option<&StrRef>, r#final: bool) -> PyResult<TupleRef> {
        let (data, errors, mut out) = (text_or_bytes(data)?, handler(errors), StrBuilder::new());
        let used = codecs::decode("rawunicodeescape", &data, &errors, &mut out, |data, out, decoding| {
            unicode_escape::decode_raw(data, r#final, out, |error, out| decoding.handle(error, out))
        })?;
        Ok(decoded(out.finish(), used))
    }

    #[pyfunction("(data, errors=None, /)")]
    fn escape_encode(data: &BytesRef, errors: Option<&StrRef>) -> TupleRef {
        let _ = errors;
        let mut out = Vec::with_capacity(data.len());
        for &b in data.iter() {
            match b {
                b'\\' | b'\'' => out.extend([b'\\', b]),
                b'\t' => out.extend(b"\\t"),
                b'\n' => out.extend(b"\\n"),
                b'\r' => out.extend(b"\\r"),
                b' '..=b'~' => out.push(b),
                _ => out.extend(format!("\\x{b:02x}").bytes()),
            }
        }
        encoded(&out, data.len())
    }

    #[pyfunction("(data, errors=None, /)")]
    fn escape_decode(data: &Value, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        let data = text_or_bytes(data)?;
        let errors = errors.map_or_else(|| Ok("strict".to_owned()), |name| codecs::without_nul(name))?;
        let mut out = Vec::with_capacity(data.len());
        let mut rest: &[u8] = &data;
        loop {
            match unicode_escape::decode_bytes(rest, &mut out) {
                Ok(done) => {
                    warn_invalid_escape("b", rest, done.invalid_escape)?;
                    break;
                }
                Err(unicode_escape::BytesEscapeError::Hexadecimal(at)) if errors != "strict" => {
                    if errors != "ignore" && errors != "replace" {
                        return Err(exceptions::value_error(format!(
                            "decoding error; unknown error handling code: {errors}"
                        )));
                    }
                    if errors == "replace" {
                        out.push(b'?');
                    }
                    // One hexadecimal digit belongs to the broken escape.
                    let digit = rest.get(at + 2).is_some_and(u8::is_ascii_hexdigit);
                    rest = rest.get(at + 2 + usize::from(digit)..).unwrap_or(&[]);
                }
                Err(error) => return Err(exceptions::value_error(error.to_string())),
            }
        }
        Ok(encoded(&out, data.len()))
    }

    #[pyfunction("(data, errors=None, /)")]
    fn readbuffer_encode(data: &Value, errors: Option<&StrRef>) -> PyResult<TupleRef> {
        let _ = errors;
        let data = text_or_bytes(data)?;
        Ok(encoded(&data, data.len()))
    }

    #[pyfunction("(map, /)")]
    fn charmap_build(map: &StrRef) -> PyResult<Value> {
        charmap::build(map)
    }

    #[pyfunction("(str, errors=None, mapping=None, /)")]
    fn charmap_encode(str: &StrRef, errors: Option<&StrRef>, mapping: Option<&Value>) -> PyResult<TupleRef> {
        match mapping {
            None => encode_with(Native::Latin1, str, errors),
            Some(mapping) => Ok(encoded(&charmap::encode(str, mapping, &handler(errors))?, str.len())),
        }
    }

    #[pyfunction("(data, errors=None, mapping=None, /)")]
    fn charmap_decode(
        data: BytesLike<'_>,
        errors: Option<&StrRef>,
        mapping: Option<&Value>,
    ) -> PyResult<TupleRef> {
        match mapping {
            None => decode_with(Native::Latin1, &data, errors, true),
            Some(mapping) => Ok(decoded(charmap::decode(&data, mapping, &handler(errors))?, data.len())),
        }
    }
}

pub use module::MODULE;
