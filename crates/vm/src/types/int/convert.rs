//! From other objects to `int`: numbers, text, bytes.

use super::{PyInt, from_i64, from_ibig};
use crate::types::bytearray::PyByteArray;
use crate::types::bytes::BytesLike;
use crate::types::str::PyStr;
use crate::value::Value;
use crate::{PyBytes, PyErr, PyResult, exceptions, name, protocol};
use dashu_int::{IBig, UBig};
use minipy_text::int::{Int, IntError};
use std::sync::atomic::{AtomicUsize, Ordering};

static MAX_STR_DIGITS: AtomicUsize = AtomicUsize::new(4300);

/// `sys.get_int_max_str_digits()`; 0 for no limit.
pub fn max_str_digits() -> usize {
    MAX_STR_DIGITS.load(Ordering::Relaxed)
}

/// Sets the limit of digits in conversions between decimal text and ints.
pub fn set_max_str_digits(digits: usize) {
    MAX_STR_DIGITS.store(digits, Ordering::Relaxed);
}

/// `int(object)` without base: through `__int__`, `__index__` or text.
pub fn from_object(object: &Value) -> PyResult<Value> {
    if object.is_small_int() {
        return Ok(object.clone());
    }
    if let Some(text) = object.downcast_exact::<PyStr>() {
        return parse(text.as_value(), 10);
    }
    let slots = object.class().slots();
    if let Some(to_int) = slots.int {
        let result = to_int(object)?;
        if result.is_small_int() || result.downcast_exact::<PyInt>().is_some() {
            return Ok(result);
        }
        if !protocol::is_int(&result) {
            let message = format!("__int__ returned non-int (type {})", result.type_name());
            return Err(exceptions::type_error(message));
        }
        crate::warnings::strict_subclass("__int__", "int", &result)?;
        return Ok(super::plain(&result));
    }
    if slots.index.is_some() {
        return Ok(super::plain(&protocol::as_index(object)?));
    }
    if object.downcast::<PyStr>().is_some() || BytesLike::of(object).is_ok() {
        return parse(object, 10);
    }
    Err(exceptions::type_error(format!(
        "int() argument must be a string, a bytes-like object or a real number, not '{}'",
        object.type_name()
    )))
}

/// `int(text, base)`.
pub fn with_base(text: &Value, base: &Value) -> PyResult<Value> {
    let base = protocol::index_to_i64(base)?;
    let base = match base {
        Some(base @ (0 | 2..=36)) => base as u32,
        _ => return Err(exceptions::value_error("int() base must be >= 2 and <= 36, or 0")),
    };
    if text.downcast::<PyStr>().is_none()
        && text.downcast::<PyBytes>().is_none()
        && text.downcast::<PyByteArray>().is_none()
    {
        return Err(exceptions::type_error("int() can't convert non-string with explicit base"));
    }
    parse(text, base)
}

fn parse(text: &Value, base: u32) -> PyResult<Value> {
    let limit = max_str_digits();
    let parsed = match text.downcast::<PyStr>() {
        Some(text) => match text.as_ascii() {
            Some(ascii) => minipy_text::int::parse(ascii.as_bytes(), base, limit),
            None => minipy_text::int::parse_points(text.chars(), base, limit),
        },
        None => match BytesLike::of(text) {
            Ok(data) => minipy_text::int::parse(&data, base, limit),
            Err(_) => Err(IntError::Literal),
        },
    };
    match parsed {
        Ok(Int::Small(n)) => Ok(from_i64(n)),
        Ok(Int::Big(n)) => Ok(from_ibig(n)),
        Err(IntError::Literal) => Err(exceptions::value_error(format!(
            "invalid literal for int() with base {base}: {}",
            literal_repr(text)?
        ))),
        Err(error) => Err(exceptions::value_error(error.to_string())),
    }
}

/// The literal as the message shows it: at most 200 characters of it.
fn literal_repr(text: &Value) -> PyResult<String> {
    let repr = protocol::repr(text)?;
    Ok(if repr.len() > 200 { repr.substring(0, 200).to_string() } else { repr.to_string() })
}

/// The decimal text of an int.
pub fn to_decimal(value: &Value) -> PyResult<String> {
    if let Some(n) = value.as_small_int() {
        return Ok(n.to_string());
    }
    let n = super::to_ibig(value).unwrap_or_default();
    minipy_text::int::to_decimal(&n, max_str_digits()).map_err(|e| exceptions::value_error(e.to_string()))
}

/// `int.to_bytes`.
pub fn to_bytes(value: &Value, length: i64, little: bool, signed: bool) -> PyResult<Vec<u8>> {
    let Ok(length) = usize::try_from(length) else {
        return Err(exceptions::value_error("length argument must be non-negative"));
    };
    let n = super::to_ibig(value).unwrap_or_default();
    let negative = n < IBig::ZERO;
    if negative && !signed {
        return Err(exceptions::overflow_error("can't convert negative int to unsigned"));
    }
    let too_big = || exceptions::overflow_error("int too big to convert");
    // Two's complement: the bits of -n-1, inverted.
    let magnitude = if negative { -(n + IBig::ONE) } else { n }.into_parts().1;
    let needed = super::bit_length(&magnitude) + usize::from(signed && (magnitude != UBig::ZERO || negative));
    if needed > length.saturating_mul(8) {
        return Err(too_big());
    }
    let mut bytes = magnitude.to_le_bytes().to_vec();
    bytes.resize(length, 0);
    if negative {
        bytes.iter_mut().for_each(|b| *b = !*b);
    }
    if !little {
        bytes.reverse();
    }
    Ok(bytes)
}

/// `int.from_bytes`.
pub fn from_bytes(bytes: &[u8], little: bool, signed: bool) -> Value {
    let mut ordered = bytes.to_vec();
    if !little {
        ordered.reverse();
    }
    let negative = signed && ordered.last().is_some_and(|b| b & 0x80 != 0);
    if negative {
        ordered.iter_mut().for_each(|b| *b = !*b);
    }
    let magnitude = IBig::from(UBig::from_le_bytes(&ordered));
    from_ibig(if negative { -(magnitude + IBig::ONE) } else { magnitude })
}

/// The bytes argument of `from_bytes`: through `__bytes__`, a buffer, or an iterable of ints.
pub fn bytes_argument(object: &Value) -> PyResult<Vec<u8>> {
    if let Some(data) = object.downcast_exact::<PyBytes>() {
        return Ok(data.as_bytes().to_vec());
    }
    if let Some(converted) = protocol::call_special(object, name!("__bytes__"), &[])? {
        return match converted.downcast::<PyBytes>() {
            Some(data) => Ok(data.as_bytes().to_vec()),
            None => Err(exceptions::type_error(format!(
                "__bytes__ returned non-bytes (type {})",
                converted.type_name()
            ))),
        };
    }
    if let Some(data) = crate::types::bytes::gathered(object) {
        return data;
    }
    let cannot =
        || exceptions::type_error(format!("cannot convert '{}' object to bytes", object.type_name()));
    if object.downcast::<PyStr>().is_some()
        || object.class().slots().iter.is_none() && object.class().slots().sq_item.is_none()
    {
        return Err(cannot());
    }
    let mut data = Vec::new();
    protocol::for_each(object, |item| {
        match protocol::index_to_i64(&item)?.and_then(|n| u8::try_from(n).ok()) {
            Some(byte) => data.push(byte),
            None => return Err(exceptions::value_error("bytes must be in range(0, 256)")),
        }
        Ok(())
    })?;
    Ok(data)
}

/// `byteorder`: true for little.
pub fn is_little(order: Option<&crate::StrRef>) -> PyResult<bool> {
    match order.map(|o| o.as_ascii()) {
        None | Some(Some("big")) => Ok(false),
        Some(Some("little")) => Ok(true),
        _ => Err(exceptions::value_error("byteorder must be either 'little' or 'big'")),
    }
}

/// The error for an int that no float can hold.
pub fn too_large_for_float() -> PyErr {
    exceptions::overflow_error("int too large to convert to float")
}

/// The float nearest to an int.
pub fn to_f64(value: &Value) -> PyResult<f64> {
    if let Some(n) = super::to_i64(value) {
        return Ok(n as f64);
    }
    minipy_text::float::from_int(&super::to_ibig(value).unwrap_or_default()).ok_or_else(too_large_for_float)
}
