//! The methods of `float`.

use super::{PyFloat, arith, as_f64, from_f64, must_be_real};
use crate::heap::Payload;
use crate::protocol::CmpOp;
use crate::types::int;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, Ref, TypeRef, exceptions, protocol};
use minipy_macros::pymethods;
use minipy_text::format::format_float;

/// `__float__` or `__index__` of an object that is no float.
pub fn convert(value: &Value) -> PyResult<f64> {
    let slots = value.class().slots();
    if let Some(to_float) = slots.float {
        let result = to_float(value)?;
        let Some(x) = as_f64(&result) else {
            return Err(exceptions::type_error(format!(
                "{}.__float__ returned non-float (type {})",
                value.type_name(),
                result.type_name()
            )));
        };
        if result.header().is_some_and(|h| !h.class().is(PyFloat::class())) {
            let method = format!("{}.__float__", value.type_name());
            crate::warnings::strict_subclass(&method, "float", &result)?;
        }
        return Ok(x);
    }
    if slots.index.is_none() {
        return Err(must_be_real(value));
    }
    int::convert::to_f64(&protocol::as_index(value)?)
}

/// `float(text)`: a str or a bytes-like object.
fn parse(text: &Value) -> PyResult<Option<f64>> {
    let parsed = match text.downcast::<PyStr>() {
        Some(s) => match s.as_ascii() {
            Some(ascii) => minipy_text::float::parse(ascii.as_bytes()),
            None => minipy_text::float::parse_points(s.chars()),
        },
        None => match crate::types::bytes::BytesLike::of(text) {
            Ok(data) => minipy_text::float::parse(&data),
            Err(_) => return Ok(None),
        },
    };
    match parsed {
        Some(x) => Ok(Some(x)),
        None => Err(exceptions::value_error(format!(
            "could not convert string to float: {}",
            protocol::repr(text)?
        ))),
    }
}

fn in_class(cls: &TypeRef, x: f64) -> Value {
    if cls.is(PyFloat::class()) { from_f64(x) } else { Ref::new_in(cls, PyFloat { value: x }).into_value() }
}

fn value_of(value: &Value) -> f64 {
    as_f64(value).unwrap_or_default()
}

/// The int for a float that is finite, rounded already.
fn to_integer(x: f64) -> PyResult<Value> {
    if x.is_nan() {
        return Err(exceptions::value_error("cannot convert float NaN to integer"));
    }
    match minipy_text::float::to_int(x) {
        Some(_) if x.abs() < 1e18 => Ok(int::from_i64(x as i64)),
        Some(n) => Ok(int::from_ibig(n)),
        None => Err(exceptions::overflow_error("cannot convert float infinity to integer")),
    }
}

#[pymethods(part = methods)]
impl PyFloat {
    #[slot(new, sig = "(x=0, /)")]
    fn new(cls: &TypeRef, x: Option<&Value>) -> PyResult<Value> {
        let Some(x) = x else { return Ok(in_class(cls, 0.0)) };
        if let Some(value) = as_f64(x)
            && x.downcast::<PyFloat>().is_none_or(|_| x.downcast_exact::<PyFloat>().is_some())
        {
            return Ok(in_class(cls, value));
        }
        let slots = x.class().slots();
        if slots.float.is_none() && slots.index.is_none() {
            return match parse(x)? {
                Some(value) => Ok(in_class(cls, value)),
                None => Err(exceptions::type_error(format!(
                    "float() argument must be a string or a real number, not '{}'",
                    x.type_name()
                ))),
            };
        }
        Ok(in_class(cls, convert(x)?))
    }

    #[slot]
    fn repr(value: &Value) -> PyResult<Value> {
        Ok(PyStr::from_ascii(minipy_text::float::repr(value_of(value)).as_bytes()).into_value())
    }

    #[slot]
    fn hash(value: &Value) -> PyResult<i64> {
        // NaNs hash by identity.
        Ok(minipy_text::hash::float(value_of(value)).unwrap_or_else(|| crate::hash::hash_pointer(value.id())))
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
    fn neg(value: &Value) -> PyResult<Value> {
        Ok(from_f64(-value_of(value)))
    }

    #[slot]
    fn pos(value: &Value) -> PyResult<Value> {
        Ok(from_f64(value_of(value)))
    }

    #[slot]
    fn abs(value: &Value) -> PyResult<Value> {
        Ok(from_f64(value_of(value).abs()))
    }

    #[slot]
    fn bool(value: &Value) -> PyResult<bool> {
        Ok(value_of(value) != 0.0)
    }

    #[slot]
    fn int(value: &Value) -> PyResult<Value> {
        to_integer(value_of(value).trunc())
    }

    #[slot]
    fn float(value: &Value) -> PyResult<Value> {
        Ok(from_f64(value_of(value)))
    }

    /// Convert real number to a floating-point number.
    #[pyclassmethod("($type, number, /)")]
    fn from_number(cls: &TypeRef, number: &Value) -> PyResult<Value> {
        // NaNs have identities.
        if cls.is(PyFloat::class()) && number.downcast_exact::<PyFloat>().is_some() {
            return Ok(number.clone());
        }
        Ok(in_class(cls, super::to_f64(number)?))
    }

    /// Return self, the complex conjugate of any float.
    #[pymethod("($self, /)")]
    fn conjugate(value: &Value) -> Value {
        from_f64(value_of(value))
    }

    /// Return the Integral closest to x between 0 and x.
    #[pymethod("($self, /)")]
    fn __trunc__(value: &Value) -> PyResult<Value> {
        to_integer(value_of(value).trunc())
    }

    /// Return the floor as an Integral.
    #[pymethod("($self, /)")]
    fn __floor__(value: &Value) -> PyResult<Value> {
        to_integer(value_of(value).floor())
    }

    /// Return the ceiling as an Integral.
    #[pymethod("($self, /)")]
    fn __ceil__(value: &Value) -> PyResult<Value> {
        to_integer(value_of(value).ceil())
    }

    /// Return the Integral closest to x, rounding half toward even.
    ///
    /// When an argument is passed, work like built-in round(x, ndigits).
    #[pymethod("($self, ndigits=None, /)")]
    fn __round__(value: &Value, ndigits: Option<&Value>) -> PyResult<Value> {
        let x = value_of(value);
        let Some(ndigits) = ndigits else { return to_integer(x.round_ties_even()) };
        let ndigits = protocol::index_clipped(ndigits)?;
        if !x.is_finite() {
            return Ok(from_f64(x));
        }
        match minipy_text::float::round(x, ndigits as i64) {
            Some(rounded) => Ok(from_f64(rounded)),
            None => Err(exceptions::overflow_error("rounded value too large to represent")),
        }
    }

    /// Return a pair of integers, whose ratio is exactly equal to the original float.
    ///
    /// The ratio is in lowest terms and has a positive denominator.  Raise
    /// OverflowError on infinities and a ValueError on NaNs.
    ///
    /// >>> (10.0).as_integer_ratio()
    /// (10, 1)
    /// >>> (0.0).as_integer_ratio()
    /// (0, 1)
    /// >>> (-.25).as_integer_ratio()
    /// (-1, 4)
    #[pymethod("($self, /)")]
    fn as_integer_ratio(value: &Value) -> PyResult<Value> {
        let x = value_of(value);
        match minipy_text::float::as_integer_ratio(x) {
            Some((numerator, denominator)) => {
                let pair = [int::from_ibig(numerator), int::from_ibig(denominator.into())];
                Ok(PyTuple::from_array(pair).into_value())
            }
            None if x.is_nan() => Err(exceptions::value_error("cannot convert NaN to integer ratio")),
            None => Err(exceptions::overflow_error("cannot convert Infinity to integer ratio")),
        }
    }

    /// Create a floating-point number from a hexadecimal string.
    ///
    /// >>> float.fromhex('0x1.ffffp10')
    /// 2047.984375
    /// >>> float.fromhex('-0x1p-1074')
    /// -5e-324
    #[pyclassmethod("($type, string, /)")]
    fn fromhex(cls: &TypeRef, string: &Value) -> PyResult<Value> {
        let Some(text) = string.downcast::<PyStr>() else {
            return Err(exceptions::type_error("bad argument type for built-in operation"));
        };
        let x = minipy_text::float::fromhex(text.to_wtf8().as_bytes()).map_err(|error| match error {
            minipy_text::float::HexError::TooLarge => exceptions::overflow_error(error.to_string()),
            minipy_text::float::HexError::Invalid => exceptions::value_error(error.to_string()),
        })?;
        if cls.is(PyFloat::class()) { Ok(from_f64(x)) } else { protocol::call1(cls.as_value(), from_f64(x)) }
    }

    /// Return a hexadecimal representation of a floating-point number.
    ///
    /// >>> (-0.1).hex()
    /// '-0x1.999999999999ap-4'
    /// >>> 3.14159.hex()
    /// '0x1.921f9f01b866ep+1'
    #[pymethod("($self, /)")]
    fn hex(value: &Value) -> String {
        minipy_text::float::hex(value_of(value))
    }

    /// Return True if the float is an integer.
    #[pymethod("($self, /)")]
    fn is_integer(value: &Value) -> bool {
        let x = value_of(value);
        x.is_finite() && x.fract() == 0.0
    }

    #[pymethod("($self, /)")]
    fn __getnewargs__(value: &Value) -> Value {
        PyTuple::from_array([from_f64(value_of(value))]).into_value()
    }

    /// You probably don't want to use this function.
    ///
    ///   typestr
    ///     Must be 'double' or 'float'.
    ///
    /// It exists mainly to be used in Python's test suite.
    ///
    /// This function returns whichever of 'unknown', 'IEEE, big-endian' or
    /// 'IEEE, little-endian' best describes the format of floating-point
    /// numbers used by the C type named by typestr.
    #[pyclassmethod("($type, typestr, /)")]
    fn __getformat__(cls: &TypeRef, typestr: &Ref<PyStr>) -> PyResult<&'static str> {
        let _ = cls;
        match typestr.as_ascii() {
            Some("double" | "float") => Ok("IEEE, little-endian"),
            _ => Err(exceptions::value_error("__getformat__() argument 1 must be 'double' or 'float'")),
        }
    }

    /// Formats the float according to format_spec.
    #[pymethod("($self, format_spec, /)")]
    pub(crate) fn __format__(value: &Value, format_spec: &Ref<PyStr>) -> PyResult<StrRef> {
        if format_spec.is_empty() {
            return protocol::str(value);
        }
        let spec = format_spec.wtf8();
        let locale = crate::types::number_locale(&spec);
        let text = format_float(value_of(value), &spec, &|| value.type_name(), &locale);
        text.map(|t| PyStr::from_wtf8(&t)).map_err(crate::types::format_error)
    }

    /// the real part of a complex number
    #[pygetset]
    fn real(value: &Value) -> Value {
        from_f64(value_of(value))
    }

    /// the imaginary part of a complex number
    #[pygetset]
    fn imag(value: &Value) -> Value {
        let _ = value;
        from_f64(0.0)
    }
}
