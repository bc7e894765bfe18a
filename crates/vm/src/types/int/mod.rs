//! `int`: small ones in the value word, big ones on the heap.

pub mod arith;
pub mod convert;
mod methods;

use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, PyStr, StrRef};
use dashu_int::IBig;
use minipy_macros::pyclass;

pub use arith::*;
pub use convert::from_object;

/// int([x]) -> integer
/// int(x, base=10) -> integer
///
/// Convert a number or string to an integer, or return 0 if no arguments
/// are given.  If x is a number, return x.__int__().  For floating-point
/// numbers, this truncates towards zero.
///
/// If x is not a number or if base is given, then x must be a string,
/// bytes, or bytearray instance representing an integer literal in the
/// given base.  The literal can be preceded by '+' or '-' and be surrounded
/// by whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.
/// Base 0 means to interpret the base from the string as an integer
/// iteral.
/// >>> int('0b100', base=0)
/// 4
#[pyclass(name = "int", basetype, match_self, parts(methods))]
pub struct PyInt {
    /// For exact ints always outside the small range; instances of subclasses may hold any value.
    pub value: IBig,
}

/// Any int (small, big, bool, subclass) as `i64`, if it fits. Other objects give `None`.
pub fn to_i64(value: &Value) -> Option<i64> {
    if let Some(n) = value.as_small_int() {
        return Some(n);
    }
    if let Some(b) = value.as_bool() {
        return Some(i64::from(b));
    }
    i64::try_from(&value.downcast::<PyInt>()?.value).ok()
}

/// Any int as a big integer.
pub fn to_ibig(value: &Value) -> Option<IBig> {
    if let Some(n) = value.as_small_int() {
        return Some(IBig::from(n));
    }
    if let Some(b) = value.as_bool() {
        return Some(IBig::from(u8::from(b)));
    }
    Some(value.downcast::<PyInt>()?.value.clone())
}

/// Whether an int is below zero; false for other objects.
pub fn is_negative(value: &Value) -> bool {
    match value.as_small_int() {
        Some(n) => n < 0,
        None => value.downcast::<PyInt>().is_some_and(|n| n.value < IBig::ZERO),
    }
}

/// The `int` of this value, in its one representation.
pub fn from_ibig(value: IBig) -> Value {
    match i64::try_from(&value).ok().and_then(Value::try_small_int) {
        Some(small) => small,
        None => crate::heap::Ref::new(PyInt { value }).into_value(),
    }
}

#[inline]
pub fn from_i64(n: i64) -> Value {
    match Value::try_small_int(n) {
        Some(small) => small,
        None => from_ibig(IBig::from(n)),
    }
}

pub fn from_u64(n: u64) -> Value {
    match i64::try_from(n) {
        Ok(n) => from_i64(n),
        Err(_) => from_ibig(IBig::from(n)),
    }
}

pub fn from_usize(n: usize) -> Value {
    from_u64(n as u64)
}

/// The same value as an instance of a subclass of `int`.
pub fn new_in(class: &TypeRef, value: &Value) -> PyResult<Value> {
    let value = to_ibig(value).unwrap_or_default();
    Ok(crate::heap::Ref::new_in(class, PyInt { value }).into_value())
}

/// The same value as an exact `int`: what arithmetic gives for bools and instances of subclasses.
pub fn plain(value: &Value) -> Value {
    if value.is_small_int() || value.downcast_exact::<PyInt>().is_some() {
        return value.clone();
    }
    match value.as_bool() {
        Some(b) => Value::small_int(i64::from(b)),
        None => to_ibig(value).map_or(Value::small_int(0), from_ibig),
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Value {
        from_i64(n)
    }
}

impl From<u64> for Value {
    fn from(n: u64) -> Value {
        from_u64(n)
    }
}

impl From<usize> for Value {
    fn from(n: usize) -> Value {
        from_usize(n)
    }
}

impl From<i32> for Value {
    fn from(n: i32) -> Value {
        Value::small_int(i64::from(n))
    }
}

impl From<u32> for Value {
    fn from(n: u32) -> Value {
        Value::small_int(i64::from(n))
    }
}

/// The decimal digits of `n`.
pub fn small_to_str(n: i64) -> StrRef {
    // 19 digits and a sign.
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut rest = n.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    PyStr::from_ascii(&buffer[at..])
}
