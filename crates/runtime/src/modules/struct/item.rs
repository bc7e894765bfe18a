//! Single values to bytes and back.

use super::error;
use minipy_vm::types::bytearray::PyByteArray;
use minipy_vm::types::bytes::from_slice;
use minipy_vm::types::memoryview::unit_format::{half_from_f64, half_to_f64};
use minipy_vm::types::{complex, float, int};
use minipy_vm::{PyBytes, PyResult, Value, exceptions, protocol};

/// Whether an integer code is signed.
fn is_signed(code: u8) -> bool {
    matches!(code, b'b' | b'h' | b'i' | b'l' | b'q' | b'n')
}

/// Stores the low bytes of `n`.
fn store(n: u64, big: bool, out: &mut [u8]) {
    let size = out.len().min(8);
    if big {
        out.copy_from_slice(&n.to_be_bytes()[8 - size..]);
    } else {
        out.copy_from_slice(&n.to_le_bytes()[..size]);
    }
}

fn load(data: &[u8], big: bool) -> u64 {
    let mut bytes = [0; 8];
    let size = data.len().min(8);
    if big {
        bytes[8 - size..].copy_from_slice(&data[..size]);
        u64::from_be_bytes(bytes)
    } else {
        bytes[..size].copy_from_slice(&data[..size]);
        u64::from_le_bytes(bytes)
    }
}

fn pack_int(code: u8, big: bool, value: &Value, out: &mut [u8]) -> PyResult<()> {
    let value = if protocol::is_int(value) {
        value.clone()
    } else if value.class().slots().index.is_some() {
        protocol::as_index(value)?
    } else {
        return Err(error("required argument is not an integer"));
    };
    let bits = out.len() as u32 * 8;
    let small = int::to_i64(&value);
    if code == b'P' {
        let n = small.map(|n| n as u64).or_else(|| u64::try_from(&int::to_ibig(&value)?).ok());
        store(n.ok_or_else(|| error("int too large to convert"))?, big, out);
        return Ok(());
    }
    let n = if is_signed(code) {
        let least = i64::MIN >> (64 - bits);
        small.filter(|n| (least..=!least).contains(n)).map(|n| n as u64)
    } else {
        let n = match small {
            Some(n) => u64::try_from(n).ok(),
            None => int::to_ibig(&value).and_then(|n| u64::try_from(&n).ok()),
        };
        n.filter(|n| *n <= u64::MAX >> (64 - bits))
    };
    let Some(n) = n else {
        let (least, most) = if is_signed(code) {
            let least = i64::MIN >> (64 - bits);
            (i128::from(least), i128::from(!least))
        } else {
            (0, i128::from(u64::MAX >> (64 - bits)))
        };
        let code = char::from(code);
        return Err(error(format!("'{code}' format requires {least} <= number <= {most}")));
    };
    store(n, big, out);
    Ok(())
}

fn float_operand(value: &Value) -> PyResult<f64> {
    protocol::to_f64(value).map_err(|e| {
        if e.is_instance(exceptions::type_error_class()) {
            error("required argument is not a float")
        } else {
            e
        }
    })
}

fn pack_f32(x: f64, big: bool, out: &mut [u8]) -> PyResult<()> {
    let narrow = x as f32;
    if narrow.is_infinite() && x.is_finite() {
        return Err(exceptions::overflow_error("float too large to pack with f format"));
    }
    store(u64::from(narrow.to_bits()), big, out);
    Ok(())
}

/// The bytes of an argument for `s` or `p`.
fn string_operand(code: u8, value: &Value) -> PyResult<Vec<u8>> {
    if let Some(bytes) = value.downcast::<PyBytes>() {
        return Ok(bytes.to_vec());
    }
    match value.downcast::<PyByteArray>() {
        Some(array) => Ok(array.with(<[u8]>::to_vec)),
        None => Err(error(format!("argument for '{}' must be a bytes object", char::from(code)))),
    }
}

/// Writes a value into `out`, which has its size and is zero.
pub fn pack(code: u8, big: bool, value: &Value, out: &mut [u8]) -> PyResult<()> {
    match code {
        b'c' => match value.downcast::<PyBytes>().map(|b| b.as_bytes()) {
            Some([b]) => out.fill(*b),
            _ => return Err(error("char format requires a bytes object of length 1")),
        },
        b'?' => out.fill(u8::from(protocol::truth(value)?)),
        b's' => {
            let bytes = string_operand(code, value)?;
            let len = bytes.len().min(out.len());
            out[..len].copy_from_slice(&bytes[..len]);
        }
        b'p' => {
            let bytes = string_operand(code, value)?;
            if let [count, rest @ ..] = out {
                let len = bytes.len().min(rest.len());
                rest[..len].copy_from_slice(&bytes[..len]);
                *count = u8::try_from(len).unwrap_or(u8::MAX);
            }
        }
        b'e' => {
            let bits = half_from_f64(float_operand(value)?)
                .ok_or_else(|| exceptions::overflow_error("float too large to pack with e format"))?;
            store(u64::from(bits), big, out);
        }
        b'f' => pack_f32(float_operand(value)?, big, out)?,
        b'd' => store(float_operand(value)?.to_bits(), big, out),
        b'F' | b'D' => {
            let parts = complex::to_parts(value).map_err(|e| {
                if e.is_instance(exceptions::type_error_class()) {
                    error("required argument is not a complex")
                } else {
                    e
                }
            })?;
            let (real, imag) = out.split_at_mut(out.len() / 2);
            for (x, half) in [(parts.0, real), (parts.1, imag)] {
                if code == b'F' {
                    pack_f32(x, big, half)?;
                } else {
                    store(x.to_bits(), big, half);
                }
            }
        }
        _ => pack_int(code, big, value, out)?,
    }
    Ok(())
}

fn float_of(data: &[u8], big: bool) -> f64 {
    match data.len() {
        4 => f64::from(f32::from_bits(load(data, big) as u32)),
        _ => f64::from_bits(load(data, big)),
    }
}

/// The value in `data`, which has its size.
pub fn unpack(code: u8, big: bool, data: &[u8]) -> Value {
    match code {
        b'c' | b's' => from_slice(data).into_value(),
        b'p' => match data {
            [] => from_slice(&[]).into_value(),
            [count, rest @ ..] => from_slice(&rest[..usize::from(*count).min(rest.len())]).into_value(),
        },
        b'?' => Value::from_bool(data.iter().any(|b| *b != 0)),
        b'e' => float::from_f64(half_to_f64(load(data, big) as u16)),
        b'f' | b'd' => float::from_f64(float_of(data, big)),
        b'F' | b'D' => {
            let (real, imag) = data.split_at(data.len() / 2);
            complex::from_parts(float_of(real, big), float_of(imag, big))
        }
        _ => {
            let n = load(data, big);
            if is_signed(code) {
                let shift = 64 - data.len().clamp(1, 8) as u32 * 8;
                int::from_i64((n << shift) as i64 >> shift)
            } else {
                int::from_u64(n)
            }
        }
    }
}
