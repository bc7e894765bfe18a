//! The values that C's basic types hold: the type codes of `_SimpleCData`, reading from memory and storing there.

use super::ffi::Basic;
use super::longdouble;
use super::text;
use crate::modules::binascii::masked;
use minipy_vm::types::bytearray::PyByteArray;
use minipy_vm::types::bytes::from_slice;
use minipy_vm::types::{complex, float, int};
use minipy_vm::{PyBytes, PyErr, PyResult, PyStr, Value, exceptions, protocol};
use std::ffi::CStr;

/// How the memory of a type is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Signed,
    Unsigned,
    /// `?`: any bit set.
    Bool,
    /// `v`: Windows' VARIANT_BOOL, all bits set or none.
    VariantBool,
    Float,
    Double,
    LongDouble,
    FloatComplex,
    DoubleComplex,
    LongDoubleComplex,
    Char,
    WideChar,
    CharPointer,
    WideCharPointer,
    Pointer,
    /// A reference to a Python object: its word, 0 for none.
    Object,
}

/// A type code.
pub struct Code {
    pub code: u8,
    pub size: usize,
    pub align: usize,
    /// The code in the formats of buffers (PEP 3118), which tell sizes exactly.
    pub format: char,
    pub kind: Kind,
    /// How functions take and return it.
    pub ffi: Basic,
}

macro_rules! codes {
    ($($code:literal $format:literal $size:literal $align:literal $kind:ident $ffi:ident)*) => {
        &[$(Code { code: $code, size: $size, align: $align, format: $format, kind: Kind::$kind, ffi: Basic::$ffi }),*]
    };
}

/// Every type code of a 64-bit Unix.
static CODES: &[Code] = codes! {
    b'c' 'c' 1 1 Char Int8
    b'b' 'b' 1 1 Signed Int8
    b'B' 'B' 1 1 Unsigned UInt8
    b'h' 'h' 2 2 Signed Int16
    b'H' 'H' 2 2 Unsigned UInt16
    b'i' 'i' 4 4 Signed Int32
    b'I' 'I' 4 4 Unsigned UInt32
    b'l' 'q' 8 8 Signed Int64
    b'L' 'Q' 8 8 Unsigned UInt64
    b'q' 'q' 8 8 Signed Int64
    b'Q' 'Q' 8 8 Unsigned UInt64
    b'd' 'd' 8 8 Double Double
    b'D' 'D' 16 8 DoubleComplex DoubleComplex
    b'F' 'F' 8 4 FloatComplex FloatComplex
    b'G' 'G' 32 16 LongDoubleComplex LongDoubleComplex
    b'f' 'f' 4 4 Float Float
    b'g' 'g' 16 16 LongDouble LongDouble
    b'u' 'u' 4 4 WideChar Int32
    b'z' 'z' 8 8 CharPointer Pointer
    b'Z' 'Z' 8 8 WideCharPointer Pointer
    b'P' 'P' 8 8 Pointer Pointer
    b'O' 'O' 8 8 Object Pointer
    b'v' 'v' 2 2 VariantBool Int16
    b'?' '?' 1 1 Bool UInt8
};

/// The type codes as the message about an unknown one lists them.
pub const KNOWN: &str = "cbBhHiIlLdDFGfuzZqQPOv?g";

/// The entry of a type code.
pub fn find(code: u8) -> Option<&'static Code> {
    CODES.iter().find(|entry| entry.code == code)
}

/// Where in a word of its type a bit field lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// How many bits.
    pub size: u32,
    /// The lowest one.
    pub offset: u32,
}

impl Bits {
    fn mask(self) -> u64 {
        u64::MAX.checked_shr(64 - self.size.min(64)).unwrap_or(0)
    }
}

/// An integer of the native order, or of the other one, from memory of its size (at most 8).
pub fn load(data: &[u8], swapped: bool) -> u64 {
    let mut bytes = [0; 8];
    let size = data.len().min(8);
    bytes[..size].copy_from_slice(&data[..size]);
    if swapped {
        bytes[..size].reverse();
    }
    if cfg!(target_endian = "big") {
        u64::from_be_bytes(bytes) >> (64 - 8 * size as u32)
    } else {
        u64::from_le_bytes(bytes)
    }
}

/// Stores the low bytes of `word`, in the native order or the other one.
pub fn store(data: &mut [u8], word: u64, swapped: bool) {
    let size = data.len().min(8);
    let bytes = word.to_le_bytes();
    data[..size].copy_from_slice(&bytes[..size]);
    if swapped != cfg!(target_endian = "big") {
        data[..size].reverse();
    }
}

fn sign_extended(word: u64, bits: u32) -> i64 {
    let shift = 64 - bits.clamp(1, 64);
    (word << shift) as i64 >> shift
}

fn float_of(data: &[u8], swapped: bool) -> f64 {
    match data.len() {
        4 => f64::from(f32::from_bits(load(data, swapped) as u32)),
        8 => f64::from_bits(load(data, swapped)),
        _ => longdouble::to_f64(data),
    }
}

fn store_float(data: &mut [u8], x: f64, swapped: bool) {
    match data.len() {
        4 => store(data, u64::from((x as f32).to_bits()), swapped),
        8 => store(data, x.to_bits(), swapped),
        _ => longdouble::from_f64(x, data),
    }
}

impl Code {
    /// The Python value in `data`, which has the type's size. `swapped`: the memory is in the order that the machine has not.
    ///
    /// ValueError for what is no value: a character beyond Unicode, no object.
    pub fn read(&self, data: &[u8], swapped: bool, bits: Option<Bits>) -> PyResult<Value> {
        let word = || {
            let word = load(data, swapped);
            bits.map_or(word, |bits| word.checked_shr(bits.offset).unwrap_or(0) & bits.mask())
        };
        let width = bits.map_or(self.size as u32 * 8, |bits| bits.size);
        Ok(match self.kind {
            Kind::Signed => int::from_i64(sign_extended(word(), width)),
            Kind::Unsigned => int::from_u64(word()),
            Kind::Bool | Kind::VariantBool => Value::from_bool(word() != 0),
            Kind::Float | Kind::Double | Kind::LongDouble => float::from_f64(float_of(data, swapped)),
            Kind::FloatComplex | Kind::DoubleComplex | Kind::LongDoubleComplex => {
                let (real, imag) = data.split_at(data.len() / 2);
                complex::from_parts(float_of(real, swapped), float_of(imag, swapped))
            }
            Kind::Char => from_slice(&data[..1]).into_value(),
            Kind::WideChar => text::from_wide(&[word() as u32])?,
            Kind::CharPointer => match word() {
                0 => Value::NONE,
                // SAFETY: the program says that a C string is there.
                address => from_slice(unsafe { CStr::from_ptr(address as *const _) }.to_bytes()).into_value(),
            },
            Kind::WideCharPointer => match word() {
                0 => Value::NONE,
                // SAFETY: the program says that a string of wide characters is there.
                address => text::from_wide(unsafe { text::wide_at(address as *const u32, None) })?,
            },
            Kind::Pointer => match word() {
                0 => Value::NONE,
                address => int::from_u64(address),
            },
            Kind::Object => match word() {
                0 => return Err(exceptions::value_error("PyObject is NULL")),
                // SAFETY: the program says that the word is that of a live object.
                word => unsafe { Value::clone_from_bits(word) },
            },
        })
    }

    /// Stores a Python value into `data`, which has the type's size.
    ///
    /// Returns what the memory now points to and has to be kept alive. TypeError if the value is of a wrong kind.
    pub fn write(
        &self,
        data: &mut [u8],
        value: &Value,
        swapped: bool,
        bits: Option<Bits>,
    ) -> PyResult<Option<Value>> {
        let mut put = |word: u64| {
            let word = match bits {
                None => word,
                Some(bits) => {
                    let mask = bits.mask().checked_shl(bits.offset).unwrap_or(0);
                    let shifted = word.checked_shl(bits.offset).unwrap_or(0);
                    load(data, swapped) & !mask | shifted & mask
                }
            };
            store(data, word, swapped);
        };
        let wrong = |expected: &str| {
            Err(exceptions::type_error(format!(
                "{expected} expected instead of {} instance",
                value.type_name()
            )))
        };
        match self.kind {
            Kind::Signed | Kind::Unsigned => put(masked(value)?),
            Kind::Bool => put(u64::from(protocol::truth(value)?)),
            Kind::VariantBool => put(if protocol::truth(value)? { u64::MAX } else { 0 }),
            Kind::Float | Kind::Double | Kind::LongDouble => {
                store_float(data, protocol::to_f64(value)?, swapped)
            }
            Kind::FloatComplex | Kind::DoubleComplex | Kind::LongDoubleComplex => {
                let (real, imag) = complex::to_parts(value)?;
                let half = data.len() / 2;
                store_float(&mut data[..half], real, swapped);
                store_float(&mut data[half..], imag, swapped);
            }
            Kind::Char => put(u64::from(char_of(value)?)),
            Kind::WideChar => put(u64::from(text::wide_char_of(value)?)),
            Kind::CharPointer => {
                if let Some(bytes) = value.downcast::<PyBytes>() {
                    put(bytes.as_bytes().as_ptr() as u64);
                    return Ok(Some(value.clone()));
                }
                match address(value)? {
                    Some(address) => put(address),
                    None => return wrong("bytes or integer address"),
                }
            }
            Kind::WideCharPointer => {
                if let Some(string) = value.downcast::<PyStr>() {
                    let keep = text::WideText::of(string);
                    put(keep.address());
                    return Ok(Some(keep.into_value()));
                }
                match address(value)? {
                    Some(address) => put(address),
                    None => return wrong("unicode string or integer address"),
                }
            }
            Kind::Pointer => match address(value)? {
                Some(address) => put(address),
                None => return Err(exceptions::type_error("cannot be converted to pointer")),
            },
            Kind::Object => {
                put(value.bits());
                return Ok(Some(value.clone()));
            }
        }
        Ok(None)
    }

    /// Whether a value of the type refers to other memory.
    pub fn has_pointer(&self) -> bool {
        matches!(self.kind, Kind::CharPointer | Kind::WideCharPointer | Kind::Pointer | Kind::Object)
    }

    /// Whether there is a variant of the type in the other byte order.
    pub fn has_swapped(&self) -> bool {
        match self.kind {
            Kind::Signed | Kind::Unsigned => self.size > 1,
            Kind::Bool | Kind::Float | Kind::Double | Kind::FloatComplex | Kind::DoubleComplex => true,
            _ => false,
        }
    }

    /// Whether structures may have bit fields of the type.
    pub fn allows_bits(&self) -> bool {
        matches!(self.kind, Kind::Signed | Kind::Unsigned | Kind::Bool)
    }
}

/// An address: None or an int; `None` for what is neither.
fn address(value: &Value) -> PyResult<Option<u64>> {
    if value.is_none() {
        Ok(Some(0))
    } else if protocol::is_int(value) {
        masked(value).map(Some)
    } else {
        Ok(None)
    }
}

fn char_of(value: &Value) -> PyResult<u8> {
    let of_length = |what: &str, bytes: &[u8]| match bytes {
        [byte] => Ok(*byte),
        _ => Err(wrong_char(format!("{what} of length {}", bytes.len()))),
    };
    if let Some(bytes) = value.downcast::<PyBytes>() {
        return of_length("bytes", bytes);
    }
    if let Some(array) = value.downcast::<PyByteArray>() {
        return array.with(|bytes| of_length("bytearray", bytes));
    }
    if protocol::is_int(value) {
        return int::to_i64(value)
            .and_then(|n| u8::try_from(n).ok())
            .ok_or_else(|| exceptions::type_error("integer not in range(256)"));
    }
    Err(wrong_char(value.type_name()))
}

#[cold]
fn wrong_char(got: String) -> PyErr {
    exceptions::type_error(format!(
        "one character bytes, bytearray, or an integer in range(256) expected, not {got}"
    ))
}
