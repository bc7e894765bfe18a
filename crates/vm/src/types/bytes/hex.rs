//! Hexadecimal text of bytes, and back.

use super::PyBytes;
use crate::types::str::{Kind, PyStr, StrRef};
use crate::value::Value;
use crate::{PyResult, buffer, exceptions, protocol};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn separator(sep: &Value) -> PyResult<u8> {
    if protocol::len(sep)? != 1 {
        return Err(exceptions::value_error("sep must be length 1."));
    }
    if let Some(text) = sep.downcast::<PyStr>() {
        return u8::try_from(text.char_at(0))
            .ok()
            .filter(u8::is_ascii)
            .ok_or_else(|| exceptions::value_error("sep must be ASCII."));
    }
    match sep.downcast::<PyBytes>().and_then(|b| b.first().copied()) {
        Some(b) if b.is_ascii() => Ok(b),
        Some(_) => Err(exceptions::value_error("sep must be ASCII.")),
        None => Err(exceptions::type_error("sep must be str or bytes.")),
    }
}

/// `bytes.hex(sep, group)`: a positive group counts from the right.
pub fn to_hex(data: &[u8], sep: Option<&Value>, group: i32) -> PyResult<StrRef> {
    let sep = sep.map(separator).transpose()?;
    crate::heap::check_size(data.len().saturating_mul(3))?;
    let size = group.unsigned_abs() as usize;
    let mut out = Vec::with_capacity(data.len() * 3);
    for (i, b) in data.iter().enumerate() {
        if let Some(sep) = sep
            && i > 0
            && size > 0
        {
            let boundary = if group > 0 { data.len() - i } else { i };
            if boundary % size == 0 {
                out.push(sep);
            }
        }
        out.push(DIGITS[usize::from(b >> 4)]);
        out.push(DIGITS[usize::from(b & 15)]);
    }
    Ok(PyStr::from_ascii(&out))
}

fn digit(c: u32) -> Option<u8> {
    char::from_u32(c)?.to_digit(16).map(|d| d as u8)
}

/// `bytes.fromhex(text)`.
pub fn from_hex(text: &Value) -> PyResult<Vec<u8>> {
    let owned;
    let chars: &mut dyn Iterator<Item = u32> = if let Some(text) = text.downcast::<PyStr>() {
        if text.kind() == Kind::Ascii {
            &mut text.bytes().iter().map(|&b| u32::from(b))
        } else {
            &mut text.chars()
        }
    } else if buffer::is_bytes_like(text) {
        owned = super::BytesLike::of(text)?;
        &mut owned.iter().map(|&b| u32::from(b))
    } else {
        return Err(exceptions::type_error(format!(
            "fromhex() argument must be str or bytes-like, not {}",
            text.type_name()
        )));
    };
    let invalid = |at: usize| {
        exceptions::value_error(format!("non-hexadecimal number found in fromhex() arg at position {at}"))
    };
    let mut out = Vec::with_capacity(chars.size_hint().0 / 2);
    let mut chars = chars.enumerate();
    while let Some((at, c)) = chars.next() {
        if matches!(c, 9..=13 | 32) {
            continue;
        }
        let high = digit(c).ok_or_else(|| invalid(at))?;
        let Some((at, c)) = chars.next() else {
            return Err(exceptions::value_error(
                "fromhex() arg must contain an even number of hexadecimal digits",
            ));
        };
        out.push(high << 4 | digit(c).ok_or_else(|| invalid(at))?);
    }
    Ok(out)
}
