//! The methods of `int`.

use super::{PyInt, arith, convert};
use crate::protocol::CmpOp;
use crate::types::bytes;
use crate::types::instance;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{Args, PyResult, Ref, TypeRef, exceptions, protocol};
use minipy_macros::pymethods;
use minipy_text::format::format_int;

/// The arguments of `int(…)`: the object and the base.
fn arguments<'a>(args: Args<'a>) -> PyResult<(Option<&'a Value>, Option<&'a Value>)> {
    let positional = args.positional();
    if args.args.len() > 2 {
        return Err(exceptions::type_error(format!(
            "int expected at most 2 arguments, got {}",
            args.args.len()
        )));
    }
    let mut base = positional.get(1);
    for (keyword, value) in args.keywords() {
        if !keyword.eq_str("base") {
            return Err(exceptions::unexpected_keyword("int()", &keyword.to_string_lossy(), &["base"]));
        }
        if base.is_some() {
            return Err(exceptions::type_error("argument for int() given by name ('base') and position (2)"));
        }
        base = Some(value);
    }
    if positional.is_empty() && base.is_some() {
        return Err(exceptions::type_error("int() missing string argument"));
    }
    Ok((positional.first(), base))
}

#[pymethods(part = methods)]
impl PyInt {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let value = match arguments(args)? {
            (None, _) => Value::small_int(0),
            (Some(object), None) => convert::from_object(object)?,
            (Some(text), Some(base)) => convert::with_base(text, base)?,
        };
        if cls.is(<PyInt as crate::Payload>::class()) {
            Ok(super::plain(&value))
        } else {
            super::new_in(cls, &value)
        }
    }

    #[slot]
    fn repr(value: &Value) -> PyResult<Value> {
        if let Some(n) = value.as_small_int() {
            return Ok(super::small_to_str(n).into_value());
        }
        Ok(PyStr::from_ascii(convert::to_decimal(value)?.as_bytes()).into_value())
    }

    #[slot]
    fn hash(value: &Value) -> PyResult<i64> {
        Ok(match super::to_i64(value) {
            Some(n) => minipy_text::hash::int(n),
            None => minipy_text::hash::big_int(&super::to_ibig(value).unwrap_or_default()),
        })
    }

    #[slot]
    fn richcompare(a: &Value, b: &Value, op: CmpOp) -> PyResult<Value> {
        Ok(arith::compare(a, b, op).map_or(Value::NOT_IMPLEMENTED, Value::from_bool))
    }

    #[slot]
    fn add(a: &Value, b: &Value) -> PyResult<Value> {
        arith::add(a, b)
    }

    #[slot]
    fn sub(a: &Value, b: &Value) -> PyResult<Value> {
        arith::sub(a, b)
    }

    #[slot]
    fn mul(a: &Value, b: &Value) -> PyResult<Value> {
        arith::mul(a, b)
    }

    #[slot]
    fn truediv(a: &Value, b: &Value) -> PyResult<Value> {
        arith::truediv(a, b)
    }

    #[slot]
    fn floordiv(a: &Value, b: &Value) -> PyResult<Value> {
        arith::floordiv(a, b)
    }

    #[slot]
    fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
        arith::modulo(a, b)
    }

    #[slot]
    fn divmod(a: &Value, b: &Value) -> PyResult<Value> {
        arith::divmod(a, b)
    }

    #[slot]
    fn pow(a: &Value, b: &Value, c: &Value) -> PyResult<Value> {
        arith::pow(a, b, c)
    }

    #[slot]
    fn lshift(a: &Value, b: &Value) -> PyResult<Value> {
        arith::lshift(a, b)
    }

    #[slot]
    fn rshift(a: &Value, b: &Value) -> PyResult<Value> {
        arith::rshift(a, b)
    }

    #[slot]
    fn and(a: &Value, b: &Value) -> PyResult<Value> {
        arith::and(a, b)
    }

    #[slot]
    fn or(a: &Value, b: &Value) -> PyResult<Value> {
        arith::or(a, b)
    }

    #[slot]
    fn xor(a: &Value, b: &Value) -> PyResult<Value> {
        arith::xor(a, b)
    }

    #[slot]
    fn neg(value: &Value) -> PyResult<Value> {
        Ok(arith::neg(value))
    }

    #[slot]
    fn pos(value: &Value) -> PyResult<Value> {
        Ok(super::plain(value))
    }

    #[slot]
    fn abs(value: &Value) -> PyResult<Value> {
        Ok(arith::abs(value))
    }

    #[slot]
    fn invert(value: &Value) -> PyResult<Value> {
        Ok(arith::invert(value))
    }

    #[slot]
    fn bool(value: &Value) -> PyResult<bool> {
        Ok(super::to_i64(value) != Some(0))
    }

    #[slot]
    fn int(value: &Value) -> PyResult<Value> {
        Ok(super::plain(value))
    }

    #[slot]
    fn float(value: &Value) -> PyResult<Value> {
        convert::to_f64(value).map(Value::from)
    }

    #[slot]
    fn index(value: &Value) -> PyResult<Value> {
        Ok(super::plain(value))
    }

    /// Returns self, the complex conjugate of any int.
    #[pymethod("($self, /)")]
    fn conjugate(value: &Value) -> Value {
        super::plain(value)
    }

    /// Number of bits necessary to represent self in binary.
    ///
    /// >>> bin(37)
    /// '0b100101'
    /// >>> (37).bit_length()
    /// 6
    #[pymethod("($self, /)")]
    fn bit_length(value: &Value) -> usize {
        super::bit_length(&super::to_ibig(value).unwrap_or_default().into_parts().1)
    }

    /// Number of ones in the binary representation of the absolute value of self.
    ///
    /// Also known as the population count.
    ///
    /// >>> bin(13)
    /// '0b1101'
    /// >>> (13).bit_count()
    /// 3
    #[pymethod("($self, /)")]
    fn bit_count(value: &Value) -> usize {
        let magnitude = super::to_ibig(value).unwrap_or_default().into_parts().1;
        magnitude.to_le_bytes().iter().map(|b| b.count_ones() as usize).sum()
    }

    /// Return an array of bytes representing an integer.
    ///
    ///   length
    ///     Length of bytes object to use.  An OverflowError is raised if
    ///     the integer is not representable with the given number of bytes.
    ///     Default is length 1.
    ///   byteorder
    ///     The byte order used to represent the integer.  If byteorder is
    ///     'big', the most significant byte is at the beginning of the byte
    ///     array.  If byteorder is 'little', the most significant byte is at
    ///     the end of the byte array.  To request the native byte order of
    ///     the host system, use sys.byteorder as the byte order value.
    ///     Default is to use 'big'.
    ///   signed
    ///     Determines whether two's complement is used to represent the
    ///     integer.  If signed is False and a negative integer is given,
    ///     an OverflowError is raised.
    #[pymethod("($self, /, length=1, byteorder='big', *, signed=False)")]
    fn to_bytes(value: &Value, length: i64, byteorder: Option<&Ref<PyStr>>, signed: bool) -> PyResult<Value> {
        let data = convert::to_bytes(value, length, convert::is_little(byteorder)?, signed)?;
        Ok(bytes::from_slice(&data).into_value())
    }

    /// Return the integer represented by the given array of bytes.
    ///
    ///   bytes
    ///     Holds the array of bytes to convert.  The argument must either
    ///     support the buffer protocol or be an iterable object producing
    ///     bytes.  Bytes and bytearray are examples of built-in objects that
    ///     support the buffer protocol.
    ///   byteorder
    ///     The byte order used to represent the integer.  If byteorder is
    ///     'big', the most significant byte is at the beginning of the byte
    ///     array.  If byteorder is 'little', the most significant byte is at
    ///     the end of the byte array.  To request the native byte order of
    ///     the host system, use sys.byteorder as the byte order value.
    ///     Default is to use 'big'.
    ///   signed
    ///     Indicates whether two's complement is used to represent the
    ///     integer.
    #[pyclassmethod("($type, /, bytes, byteorder='big', *, signed=False)")]
    fn from_bytes(
        cls: &TypeRef,
        bytes: &Value,
        byteorder: Option<&Ref<PyStr>>,
        signed: bool,
    ) -> PyResult<Value> {
        let little = convert::is_little(byteorder)?;
        let value = convert::from_bytes(&convert::bytes_argument(bytes)?, little, signed);
        if cls.is(<PyInt as crate::Payload>::class()) {
            Ok(value)
        } else {
            protocol::call1(cls.as_value(), value)
        }
    }

    /// Return a pair of integers, whose ratio is equal to the original int.
    ///
    /// The ratio is in lowest terms and has a positive denominator.
    ///
    /// >>> (10).as_integer_ratio()
    /// (10, 1)
    /// >>> (-10).as_integer_ratio()
    /// (-10, 1)
    /// >>> (0).as_integer_ratio()
    /// (0, 1)
    #[pymethod("($self, /)")]
    fn as_integer_ratio(value: &Value) -> Value {
        PyTuple::from_array([super::plain(value), Value::small_int(1)]).into_value()
    }

    /// Truncating an Integral returns itself.
    #[pymethod("($self, /)")]
    fn __trunc__(value: &Value) -> Value {
        super::plain(value)
    }

    /// Flooring an Integral returns itself.
    #[pymethod("($self, /)")]
    fn __floor__(value: &Value) -> Value {
        super::plain(value)
    }

    /// Ceiling of an Integral returns itself.
    #[pymethod("($self, /)")]
    fn __ceil__(value: &Value) -> Value {
        super::plain(value)
    }

    /// Rounding an Integral returns itself.
    ///
    /// Rounding with an ndigits argument also returns an integer.
    #[pymethod("($self, ndigits=None, /)")]
    fn __round__(value: &Value, ndigits: Option<&Value>) -> PyResult<Value> {
        let Some(ndigits) = ndigits else { return Ok(super::plain(value)) };
        let ndigits = protocol::as_index(ndigits)?;
        if !super::is_negative(&ndigits) {
            return Ok(super::plain(value));
        }
        let Some(digits) = super::to_i64(&ndigits).filter(|&n| n > -(1 << 24)) else {
            return Ok(Value::small_int(0));
        };
        let unit = dashu_int::IBig::from(10).pow(digits.unsigned_abs() as usize);
        let n = super::to_ibig(value).unwrap_or_default();
        let (quotient, rest) = arith::big_divmod(&n, &unit);
        let twice = &rest * 2;
        let odd = (&quotient & dashu_int::IBig::ONE) == dashu_int::IBig::ONE;
        let up = twice > unit || twice == unit && odd;
        Ok(super::from_ibig(n - rest + if up { unit } else { dashu_int::IBig::ZERO }))
    }

    #[pymethod("($self, /)")]
    fn __getnewargs__(value: &Value) -> Value {
        PyTuple::from_array([super::plain(value)]).into_value()
    }

    /// Convert to a string according to format_spec.
    #[pymethod("($self, format_spec, /)")]
    pub(crate) fn __format__(value: &Value, format_spec: &Ref<PyStr>) -> PyResult<StrRef> {
        if format_spec.is_empty() {
            return protocol::str(value);
        }
        let n = super::to_ibig(value).unwrap_or_default();
        let limit = convert::max_str_digits();
        let spec = format_spec.wtf8();
        let text = format_int(&n, &spec, &|| value.type_name(), limit, &crate::types::number_locale(&spec));
        text.map(|t| PyStr::from_wtf8(&t)).map_err(crate::types::format_error)
    }

    /// Returns size in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(value: &Value) -> usize {
        match value.downcast::<PyInt>() {
            Some(big) => {
                let digits = big.value.clone().into_parts().1.to_le_bytes().len();
                size_of::<crate::heap::Obj<PyInt>>() + digits + instance::attribute_room(value)
            }
            None => size_of::<Value>(),
        }
    }

    /// Returns True. Exists for duck type compatibility with float.is_integer.
    #[pymethod("($self, /)")]
    fn is_integer(value: &Value) -> bool {
        let _ = value;
        true
    }

    /// the real part of a complex number
    #[pygetset]
    fn real(value: &Value) -> Value {
        super::plain(value)
    }

    /// the imaginary part of a complex number
    #[pygetset]
    fn imag(value: &Value) -> Value {
        let _ = value;
        Value::small_int(0)
    }

    /// the numerator of a rational number in lowest terms
    #[pygetset]
    fn numerator(value: &Value) -> Value {
        super::plain(value)
    }

    /// the denominator of a rational number in lowest terms
    #[pygetset]
    fn denominator(value: &Value) -> Value {
        let _ = value;
        Value::small_int(1)
    }
}
