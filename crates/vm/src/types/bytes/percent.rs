//! The `%` operator of bytes and bytearray.

use super::{PyBytes, gathered};
use crate::types::bytearray::PyByteArray;
use crate::types::int;
use crate::types::str::percent::{Operands, number, percent_error};
use crate::value::Value;
use crate::{PyResult, exceptions, heap, name, protocol};
use minipy_text::format::{Amount, Conversion, PercentError, PercentPiece, PercentTemplate};

/// The bytes of `%b`.
fn bytes_operand(value: &Value) -> PyResult<Vec<u8>> {
    if value.downcast_exact::<PyBytes>().is_none()
        && value.downcast_exact::<PyByteArray>().is_none()
        && let Some(bytes) = protocol::call_special(value, name!("__bytes__"), &[])?
    {
        return match bytes.downcast::<PyBytes>() {
            Some(bytes) => Ok(bytes.to_vec()),
            None => Err(exceptions::type_error(format!(
                "__bytes__ returned non-bytes (type {})",
                bytes.type_name()
            ))),
        };
    }
    if let Some(bytes) = gathered(value) {
        return bytes;
    }
    Err(exceptions::type_error(format!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        value.type_name()
    )))
}

/// The byte of `%c`.
fn byte_operand(value: &Value) -> PyResult<u8> {
    let wrong = |what: String| {
        exceptions::type_error(format!("%c requires an integer in range(256) or a single byte, not {what}"))
    };
    let single = |bytes: &[u8], kind: &str| match bytes {
        [b] => Ok(*b),
        _ => Err(wrong(format!("a {kind} object of length {}", bytes.len()))),
    };
    if let Some(bytes) = value.downcast::<PyBytes>() {
        return single(bytes, "bytes");
    }
    if let Some(array) = value.downcast::<PyByteArray>() {
        return array.with(|bytes| single(bytes, "bytearray"));
    }
    if !protocol::is_int(value) && value.class().slots().index.is_none() {
        return Err(wrong(value.class().qualified_name()));
    }
    int::to_i64(&protocol::as_index(value)?)
        .and_then(|n| u8::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error("%c arg not in range(256)"))
}

fn push_padded(out: &mut Vec<u8>, conversion: &Conversion<'_>, bytes: &[u8]) -> PyResult<()> {
    let bytes = &bytes[..conversion.precision().map_or(bytes.len(), |p| p.min(bytes.len()))];
    let (before, after) = conversion.padding(bytes.len());
    heap::check_size(before.saturating_add(after))?;
    out.resize(out.len() + before, b' ');
    out.extend_from_slice(bytes);
    out.resize(out.len() + after, b' ');
    Ok(())
}

fn float_operand(value: &Value) -> PyResult<Value> {
    match protocol::to_f64(value) {
        Ok(x) => Ok(crate::types::float::from_f64(x)),
        Err(error) if error.is_instance(exceptions::type_error_class()) => {
            Err(exceptions::type_error(format!("float argument required, not {}", value.type_name())))
        }
        Err(error) => Err(error),
    }
}

fn is_bytes(value: &Value) -> bool {
    value.downcast::<PyBytes>().is_some() || value.downcast::<PyByteArray>().is_some()
}

/// `template % operand`.
pub fn format(template: &[u8], operand: &Value) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(template.len() + 32);
    let is_text = |value: &Value| is_bytes(value) || crate::types::str::is_str(value);
    let mut operands = Operands::new(operand, is_text);
    for piece in PercentTemplate::of_bytes(template) {
        let mut conversion = match piece {
            PercentPiece::Literal(text) => {
                out.extend_from_slice(text);
                continue;
            }
            PercentPiece::Conversion(conversion) => conversion,
        };
        if let Some(key) = conversion.key {
            operands.check_mapping()?;
            if let Err(error @ PercentError::IncompleteKey) = conversion.code {
                return Err(percent_error(error));
            }
            operands.look_up(super::from_slice(key).into_value())?;
        }
        let code = operands.resolve(&mut conversion)?;
        if code == u32::from('%') && conversion.is_bare() {
            out.push(b'%');
            continue;
        }
        let value = operands.next()?;
        match char::from_u32(code) {
            Some('s' | 'b') => push_padded(&mut out, &conversion, &bytes_operand(&value)?)?,
            Some('r' | 'a') => push_padded(&mut out, &conversion, protocol::ascii(&value)?.bytes())?,
            Some('c') => {
                let byte = byte_operand(&value)?;
                conversion.precision = Amount::Default;
                push_padded(&mut out, &conversion, &[byte])?;
            }
            Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
                let text = number(&conversion, code, &float_operand(&value)?)?;
                out.extend_from_slice(text.unwrap_or_default().as_bytes());
            }
            _ => match number(&conversion, code, &value)? {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => return Err(percent_error(conversion.unsupported(code))),
            },
        }
    }
    operands.finish("bytes")?;
    Ok(out)
}
