//! Codecs by a mapping between bytes and characters.

use minipy_macros::{pyclass, pymethods};
use minipy_text::codecs::{DecodeError, EncodeError, EncodeHandler, Replacement, Sink, single};
use minipy_vm::codecs::{self, Encoding, Errors};
use minipy_vm::types::int;
use minipy_vm::types::str::unit::by_width;
use minipy_vm::types::str::{PyStr, StrBuilder, StrRef};
use minipy_vm::{PyBytes, PyDict, PyErr, PyResult, Ref, Value, exceptions, protocol};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// A decoding table turned around, for encoding.
#[pyclass(name = "EncodingMap", no_new)]
pub struct PyEncodingMap {
    bytes: FxHashMap<u32, u8>,
}

#[pymethods]
impl PyEncodingMap {
    /// Return the size (in bytes) of this object
    #[pymethod("($self, /)")]
    fn size(&self) -> usize {
        size_of::<PyEncodingMap>() + self.bytes.capacity() * 8
    }
}

/// `charmap_build(map)`: a map for a complete table of 256 characters, a dict for others.
pub fn build(map: &PyStr) -> PyResult<Value> {
    let count = map.len().min(256);
    let simple = map.len() == 256 && map.char_at(0) == 0 && map.chars().skip(1).all(|c| c != 0);
    if simple {
        let table = map.chars().zip(0..=255u8).filter(|(c, _)| *c != single::UNDEFINED);
        return Ok(Ref::new(PyEncodingMap { bytes: table.collect() }).into_value());
    }
    let dict = PyDict::new_ref();
    for (n, c) in map.chars().take(count).enumerate() {
        dict.set(Value::from(c), Value::from(n))?;
    }
    Ok(dict.into_value())
}

/// Asks the error handler, unless looking a character up has failed.
struct Handler<'a, 'b> {
    errors: Encoding<'a>,
    failed: &'b RefCell<Option<PyErr>>,
}

impl EncodeHandler for Handler<'_, '_> {
    type Error = PyErr;

    fn handle(&mut self, error: EncodeError) -> PyResult<(Replacement, usize)> {
        match self.failed.take() {
            Some(failed) => Err(failed),
            None => self.errors.handle(error),
        }
    }

    fn refuse(&mut self, error: EncodeError) -> PyErr {
        match self.failed.take() {
            Some(failed) => failed,
            None => self.errors.refuse(error),
        }
    }
}

/// Appends the bytes that a mapping gives for a character; false if it gives none.
fn push_mapped(mapping: &Value, c: u32, out: &mut Vec<u8>) -> PyResult<bool> {
    let found = match protocol::getitem(mapping, &Value::from(c)) {
        Err(error) if error.is_instance(exceptions::lookup_error_class()) => return Ok(false),
        found => found?,
    };
    if found.is_none() {
        return Ok(false);
    }
    if protocol::is_int(&found) {
        return match int::to_i64(&found).and_then(|n| u8::try_from(n).ok()) {
            Some(b) => {
                out.push(b);
                Ok(true)
            }
            None => Err(exceptions::type_error("character mapping must be in range(256)")),
        };
    }
    match found.downcast::<PyBytes>() {
        Some(bytes) => {
            out.extend_from_slice(bytes);
            Ok(true)
        }
        None => Err(exceptions::type_error(format!(
            "character mapping must return integer, bytes or None, not {}",
            found.type_name()
        ))),
    }
}

/// `charmap_encode(text, errors, mapping)`.
pub fn encode(text: &StrRef, mapping: &Value, errors: &Errors) -> PyResult<Vec<u8>> {
    let failed = RefCell::new(None);
    let mut handler = Handler { errors: Encoding::new("charmap", text, errors), failed: &failed };
    let mut out = Vec::with_capacity(text.len());
    if let Some(map) = mapping.downcast::<PyEncodingMap>() {
        let push = |c: u32, out: &mut Vec<u8>| {
            let byte = map.bytes.get(&c).copied();
            out.extend(byte);
            byte.is_some()
        };
        by_width!(text.data(), d => single::encode_charmap(d, push, &mut out, &mut handler))?;
    } else {
        let push = |c: u32, out: &mut Vec<u8>| {
            failed.borrow().is_none()
                && match push_mapped(mapping, c, out) {
                    Ok(found) => found,
                    Err(error) => {
                        *failed.borrow_mut() = Some(error);
                        false
                    }
                }
        };
        by_width!(text.data(), d => single::encode_charmap(d, push, &mut out, &mut handler))?;
    }
    Ok(out)
}

/// `charmap_decode(data, errors, mapping)`.
pub fn decode(data: &[u8], mapping: &Value, errors: &Errors) -> PyResult<StrRef> {
    let mut out = StrBuilder::with_capacity(data.len());
    codecs::decode("charmap", data, errors, &mut out, |data, out, decoding| {
        if let Some(table) = mapping.downcast_exact::<PyStr>() {
            return by_width!(table.data(), d => {
                single::decode_charmap(data, d, out, |error, out| decoding.handle(error, out))
            });
        }
        let mut at = 0;
        while let Some(b) = data.get(at) {
            if decode_mapped(mapping, *b, out)? {
                at += 1;
                continue;
            }
            let error = DecodeError { start: at, end: at + 1, reason: single::UNMAPPED };
            at = decoding.handle(error, out)?;
        }
        Ok(at)
    })?;
    Ok(out.finish())
}

/// Appends what a mapping gives for a byte; false if it gives nothing.
fn decode_mapped(mapping: &Value, byte: u8, out: &mut impl Sink) -> PyResult<bool> {
    let found = match protocol::getitem(mapping, &Value::small_int(i64::from(byte))) {
        Err(error) if error.is_instance(exceptions::lookup_error_class()) => return Ok(false),
        found => found?,
    };
    if found.is_none() {
        return Ok(false);
    }
    if protocol::is_int(&found) {
        return match int::to_i64(&found).and_then(|n| u32::try_from(n).ok()).filter(|&c| c < 0x11_0000) {
            Some(single::UNDEFINED) => Ok(false),
            Some(c) => {
                out.push(c);
                Ok(true)
            }
            None => Err(exceptions::type_error("character mapping must be in range(0x110000)")),
        };
    }
    let Some(text) = found.downcast::<PyStr>() else {
        return Err(exceptions::type_error("character mapping must return integer, None or str"));
    };
    if text.len() == 1 && text.char_at(0) == single::UNDEFINED {
        return Ok(false);
    }
    text.chars().for_each(|c| out.push(c));
    Ok(true)
}
