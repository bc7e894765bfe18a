//! Items of a native single-character format: reading and writing them.

use crate::types::{bytes, float, int};
use crate::value::Value;
use crate::{PyBytes, PyResult, exceptions, protocol};

/// The format character of a native format such as "h" or "@h".
pub fn native(format: &str) -> Option<u8> {
    let plain = format.strip_prefix('@').unwrap_or(format);
    match plain.as_bytes() {
        [c] if size(*c).is_some() => Some(*c),
        _ => None,
    }
}

/// The size of an item.
pub fn size(format: u8) -> Option<usize> {
    Some(match format {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => 8,
        _ => return None,
    })
}

fn array<const N: usize>(data: &[u8]) -> [u8; N] {
    data.first_chunk().copied().unwrap_or([0; N])
}

/// The value of a half-precision float.
pub fn half_to_f64(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 0x3ff));
    match exponent {
        0 => sign * fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN.copysign(sign),
        _ => sign * (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

/// The nearest half-precision float, ties to even; `None` on overflow.
pub fn half_from_f64(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    if x.is_nan() {
        return Some(sign | 0x7e00);
    }
    let magnitude = x.abs();
    if magnitude.is_infinite() {
        return Some(sign | 0x7c00);
    }
    // The unit in the last place: fixed below the least normal exponent.
    let exponent = if magnitude < 2f64.powi(-14) { -14 } else { (magnitude.to_bits() >> 52) as i32 - 1023 };
    if exponent > 15 {
        return None;
    }
    let units = (magnitude * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let base = if exponent == -14 && units < 1024 { 0 } else { (exponent + 14) as u32 * 1024 };
    let bits = base + units;
    if bits >= 0x7c00 { None } else { Some(sign | bits as u16) }
}

/// The item at the start of `data`.
pub fn unpack(format: u8, data: &[u8]) -> Value {
    match format {
        b'B' => Value::small_int(i64::from(array::<1>(data)[0])),
        b'b' => Value::small_int(i64::from(array::<1>(data)[0] as i8)),
        b'c' => bytes::from_slice(&array::<1>(data)).into_value(),
        b'?' => Value::from_bool(array::<1>(data)[0] != 0),
        b'h' => Value::small_int(i64::from(i16::from_ne_bytes(array(data)))),
        b'H' => Value::small_int(i64::from(u16::from_ne_bytes(array(data)))),
        b'i' => Value::small_int(i64::from(i32::from_ne_bytes(array(data)))),
        b'I' => Value::small_int(i64::from(u32::from_ne_bytes(array(data)))),
        b'l' | b'q' | b'n' => int::from_i64(i64::from_ne_bytes(array(data))),
        b'f' => float::from_f64(f64::from(f32::from_ne_bytes(array(data)))),
        b'd' => float::from_f64(f64::from_ne_bytes(array(data))),
        b'e' => float::from_f64(half_to_f64(u16::from_ne_bytes(array(data)))),
        _ => int::from_u64(u64::from_ne_bytes(array(data))),
    }
}

/// The bytes of an item; the errors are worded as memoryview's.
pub fn pack(format: u8, shown: &str, value: &Value) -> PyResult<Vec<u8>> {
    let invalid_type = || exceptions::type_error(format!("memoryview: invalid type for format '{shown}'"));
    let invalid_value = || exceptions::value_error(format!("memoryview: invalid value for format '{shown}'"));
    let retype = |error: exceptions::PyErr| {
        if error.is_instance(exceptions::type_error_class()) {
            invalid_type()
        } else if error.is_instance(exceptions::overflow_error_class())
            || error.is_instance(exceptions::value_error_class())
        {
            invalid_value()
        } else {
            error
        }
    };
    let as_int = || -> PyResult<Value> { protocol::as_index(value).map_err(retype) };
    macro_rules! sized {
        ($int:ty) => {{
            let int = as_int()?;
            let n = int::to_i64(&int).and_then(|n| <$int>::try_from(n).ok());
            n.ok_or_else(invalid_value)?.to_ne_bytes().to_vec()
        }};
    }
    Ok(match format {
        b'B' => sized!(u8),
        b'b' => sized!(i8),
        b'h' => sized!(i16),
        b'H' => sized!(u16),
        b'i' => sized!(i32),
        b'I' => sized!(u32),
        b'l' | b'q' | b'n' => sized!(i64),
        b'L' | b'Q' | b'N' | b'P' => {
            let int = int::to_ibig(&as_int()?).unwrap_or_default();
            u64::try_from(&int).map_err(|_| invalid_value())?.to_ne_bytes().to_vec()
        }
        b'?' => vec![u8::from(protocol::truth(value)?)],
        b'c' => match value.downcast::<PyBytes>().map(|b| b.as_bytes()) {
            Some([b]) => vec![*b],
            Some(_) => return Err(invalid_value()),
            None => return Err(invalid_type()),
        },
        _ => {
            let x = protocol::to_f64(value).map_err(retype)?;
            match format {
                b'd' => x.to_ne_bytes().to_vec(),
                b'f' if (x as f32).is_infinite() && x.is_finite() => return Err(invalid_value()),
                b'f' => (x as f32).to_ne_bytes().to_vec(),
                _ => half_from_f64(x).ok_or_else(invalid_value)?.to_ne_bytes().to_vec(),
            }
        }
    })
}
