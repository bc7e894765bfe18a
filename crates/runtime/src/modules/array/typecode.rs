//! The item types of arrays, and their conversion.

use minipy_vm::types::{float, int};
use minipy_vm::{PyErr, PyResult, PyStr, Value, exceptions, protocol};

/// How items of an array are stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Signed,
    Unsigned,
    /// A code point.
    Char,
    Float,
}

/// One type code.
#[derive(Debug)]
pub struct TypeCode {
    pub code: char,
    pub size: usize,
    pub kind: Kind,
    /// The `struct` format of buffers.
    pub format: &'static str,
    /// How messages call the type.
    name: &'static str,
}

macro_rules! codes {
    ($($code:literal, $size:literal, $kind:ident, $format:literal, $name:literal;)*) => {
        &[$(TypeCode { code: $code, size: $size, kind: Kind::$kind, format: $format, name: $name }),*]
    };
}

/// All of them, in the order in which unpickling looks for a match.
pub static CODES: &[TypeCode] = codes! {
    'b', 1, Signed, "b", "signed char";
    'B', 1, Unsigned, "B", "unsigned byte integer";
    'u', 4, Char, "w", "";
    'w', 4, Char, "w", "";
    'h', 2, Signed, "h", "signed short integer";
    'H', 2, Unsigned, "H", "unsigned short";
    'i', 4, Signed, "i", "signed integer";
    'I', 4, Unsigned, "I", "unsigned int";
    'l', 8, Signed, "l", "long";
    'L', 8, Unsigned, "L", "unsigned long";
    'q', 8, Signed, "q", "long long";
    'Q', 8, Unsigned, "Q", "unsigned long long";
    'f', 4, Float, "f", "";
    'd', 8, Float, "d", "";
};

/// The type code a str names.
pub fn find(text: &PyStr) -> Option<&'static TypeCode> {
    CODES.iter().find(|known| text.len() == 1 && text.char_at(0) == known.code as u32)
}

/// An item in its stored form, `size` bytes of it in use.
pub type Stored = [u8; 8];

fn stored<const N: usize>(bytes: [u8; N]) -> Stored {
    let mut out = [0; 8];
    out[..N].copy_from_slice(&bytes);
    out
}

impl TypeCode {
    /// The item at the start of `bytes`.
    pub fn read(&self, bytes: &[u8]) -> Value {
        let mut raw = [0; 8];
        raw[..self.size].copy_from_slice(&bytes[..self.size]);
        let word = u64::from_le_bytes(raw);
        match (self.kind, self.size) {
            (Kind::Signed, 1) => Value::from(i64::from(word as i8)),
            (Kind::Signed, 2) => Value::from(i64::from(word as i16)),
            (Kind::Signed, 4) => Value::from(i64::from(word as i32)),
            (Kind::Signed, _) => Value::from(word as i64),
            (Kind::Unsigned, _) => Value::from(word),
            (Kind::Char, _) => PyStr::from_char((word as u32).min(0x10_ffff)).into_value(),
            (Kind::Float, 4) => float::from_f64(f64::from(f32::from_bits(word as u32))),
            (Kind::Float, _) => float::from_f64(f64::from_bits(word)),
        }
    }

    /// `value` as an item.
    pub fn store(&self, value: &Value) -> PyResult<Stored> {
        match self.kind {
            Kind::Float if self.size == 4 => Ok(stored((protocol::to_f64(value)? as f32).to_le_bytes())),
            Kind::Float => Ok(stored(protocol::to_f64(value)?.to_le_bytes())),
            Kind::Char => self.store_char(value),
            Kind::Signed if self.size == 8 => self.store_long(value),
            Kind::Unsigned if self.size >= 4 => self.store_unsigned(value),
            _ => self.store_small(value),
        }
    }

    fn store_char(&self, value: &Value) -> PyResult<Stored> {
        let what = "array item must be a unicode character, not";
        let Some(text) = value.downcast::<PyStr>() else {
            return Err(exceptions::type_error(format!("{what} {}", value.type_name())));
        };
        if text.len() != 1 {
            return Err(exceptions::type_error(format!("{what} a string of length {}", text.len())));
        }
        Ok(stored(text.char_at(0).to_le_bytes()))
    }

    fn out_of_range(&self, name: &str, negative: bool) -> PyErr {
        let bound = if negative { "less than minimum" } else { "greater than maximum" };
        exceptions::overflow_error(format!("{name} is {bound}"))
    }

    /// Items of up to 32 bits that pass through a C int.
    fn store_small(&self, value: &Value) -> PyResult<Stored> {
        let Some(n) = protocol::index_to_i64(value)? else {
            return Err(exceptions::overflow_error("Python int too large to convert to C long"));
        };
        // One-byte items are read as C shorts, two-byte unsigned ones as C ints.
        if self.size == 1 && i16::try_from(n).is_err() {
            return Err(self.out_of_range("signed short integer", n < 0));
        }
        if self.size == 2 && self.kind == Kind::Unsigned && i32::try_from(n).is_err() {
            return Err(self.out_of_range("signed integer", n < 0));
        }
        let bits = self.size as u32 * 8;
        let (min, max) = match self.kind {
            Kind::Unsigned => (0, (1i64 << bits) - 1),
            _ => (-(1i64 << (bits - 1)), (1i64 << (bits - 1)) - 1),
        };
        if n < min || n > max {
            return Err(self.out_of_range(self.name, n < min));
        }
        Ok(n.to_le_bytes())
    }

    fn store_long(&self, value: &Value) -> PyResult<Stored> {
        match protocol::index_to_i64(value)? {
            Some(n) => Ok(n.to_le_bytes()),
            None if self.code == 'q' => Err(exceptions::overflow_error("int too big to convert")),
            None => Err(exceptions::overflow_error("Python int too large to convert to C long")),
        }
    }

    fn store_unsigned(&self, value: &Value) -> PyResult<Stored> {
        let index = protocol::as_index(value)?;
        if int::is_negative(&index) {
            return Err(exceptions::overflow_error(if self.code == 'Q' {
                "can't convert negative int to unsigned"
            } else {
                "can't convert negative value to unsigned int"
            }));
        }
        let n = int::to_ibig(&index).and_then(|n| u64::try_from(&n).ok());
        match (n, self.code) {
            (Some(n), 'I') if n > u64::from(u32::MAX) => Err(self.out_of_range(self.name, false)),
            (Some(n), _) => Ok(n.to_le_bytes()),
            (None, 'Q') => Err(exceptions::overflow_error("int too big to convert")),
            (None, _) => {
                Err(exceptions::overflow_error("Python int too large to convert to C unsigned long"))
            }
        }
    }
}
