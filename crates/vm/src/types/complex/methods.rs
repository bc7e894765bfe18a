//! The methods of `complex`.

use super::{Parts, PyComplex, from_parts, operand, parts};
use crate::heap::Payload;
use crate::macros_support::{self, FnSpec};
use crate::protocol::CmpOp;
use crate::types::float;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{Args, PyResult, Ref, TypeRef, exceptions, protocol};
use minipy_macros::pymethods;
use minipy_text::complex::ComplexError;
use minipy_text::format::format_complex;

fn in_class(cls: &TypeRef, (real, imag): Parts) -> Value {
    Ref::new_in(cls, PyComplex { real, imag }).into_value()
}

fn binary(a: &Value, b: &Value, f: impl FnOnce(Parts, Parts) -> PyResult<Parts>) -> PyResult<Value> {
    match (operand(a)?, operand(b)?) {
        (Some(x), Some(y)) => f(x, y).map(|(real, imag)| from_parts(real, imag)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// An operand that is real, for arithmetic that must not touch the other's imaginary part.
fn real_operand(value: &Value) -> Option<f64> {
    if parts(value).is_some() {
        return None;
    }
    operand(value).ok().flatten().map(|(real, _)| real)
}

fn parse(text: &PyStr, original: &Value) -> PyResult<Parts> {
    minipy_text::complex::parse(text.chars()).map_err(|error| match error {
        ComplexError::Underscores => match protocol::repr(original) {
            Ok(repr) => exceptions::value_error(format!("could not convert string to complex: {repr}")),
            Err(error) => error,
        },
        error => exceptions::value_error(error.to_string()),
    })
}

/// One argument of the constructor: a number, whole or real.
enum Argument {
    Complex(Parts),
    Real(f64),
}

/// A number that may come from `__complex__`.
fn argument(value: &Value, which: &str) -> PyResult<Argument> {
    if value.downcast_exact::<PyComplex>().is_none()
        && let Some(z) = super::by_method(value)?
    {
        return Ok(Argument::Complex(z));
    }
    own_number(value, which)
}

/// The same without regard to `__complex__`, which the imaginary part may not have.
fn own_number(value: &Value, which: &str) -> PyResult<Argument> {
    if let Some(z) = parts(value) {
        return Ok(Argument::Complex(z));
    }
    let slots = value.class().slots();
    if slots.float.is_none() && slots.index.is_none() {
        return Err(exceptions::type_error(format!("complex() argument{which} not {}", value.type_name())));
    }
    float::to_f64(value).map(Argument::Real)
}

/// The constructor's signature for all calls but those with one argument by position.
static NEW: FnSpec = FnSpec {
    name: "complex",
    owner: "",
    params: &["real", "imag"],
    posonly: 0,
    positional: 2,
    required: 0,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

/// `complex(value)`.
fn convert(cls: &TypeRef, value: &Value) -> PyResult<Value> {
    if value.downcast_exact::<PyComplex>().is_some() && cls.is(PyComplex::class()) {
        return Ok(value.clone());
    }
    if let Some(text) = value.downcast::<PyStr>() {
        return parse(text, value).map(|z| in_class(cls, z));
    }
    let z = match argument(value, " must be a string or a number,")? {
        Argument::Complex(z) => z,
        Argument::Real(x) => (x, 0.0),
    };
    Ok(in_class(cls, z))
}

#[pymethods(part = methods)]
impl PyComplex {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        // One argument by position is converted whole: a text, or a number with both parts.
        if let [only] = args.args
            && !args.has_keywords()
        {
            return convert(cls, only);
        }
        let mut given = [None; 2];
        macros_support::parse_args(&NEW, args, &mut given)?;
        let [real, imag] = given;
        for (value, which) in [(real, "real"), (imag, "imag")] {
            if let Some(value) = value
                && value.downcast::<PyStr>().is_some()
            {
                return Err(exceptions::type_error(format!(
                    "complex() argument '{which}' must be a real number, not {}",
                    value.type_name()
                )));
            }
        }
        let deprecated = |value: &Value, which: &str| {
            crate::warnings::warn(
                exceptions::deprecation_warning_class(),
                &format!("complex() argument '{which}' must be a real number, not {}", value.type_name()),
                1,
            )
        };
        let mut z = (0.0, 0.0);
        if let Some(real) = real {
            match argument(real, " 'real' must be a real number,")? {
                Argument::Complex(parts) => {
                    deprecated(real, "real")?;
                    z = parts;
                }
                Argument::Real(x) => z.0 = x,
            }
        }
        if let Some(imag) = imag {
            match own_number(imag, " 'imag' must be a real number,")? {
                Argument::Complex((re, im)) => {
                    deprecated(imag, "imag")?;
                    z.0 -= im;
                    z.1 += re;
                }
                Argument::Real(x) if z.1 == 0.0 => z.1 = x,
                Argument::Real(x) => z.1 += x,
            }
        }
        Ok(in_class(cls, z))
    }

    #[slot]
    fn repr(zelf: &Ref<PyComplex>) -> PyResult<Value> {
        Ok(Value::from(minipy_text::complex::repr(zelf.real, zelf.imag)))
    }

    #[slot]
    fn hash(zelf: &Ref<PyComplex>) -> PyResult<i64> {
        let by_identity = crate::hash::hash_pointer(zelf.as_value().id());
        let part = |x: f64| minipy_text::hash::float(x).unwrap_or(by_identity);
        Ok(minipy_text::hash::complex(part(zelf.real), part(zelf.imag)))
    }

    #[slot]
    fn richcompare(a: &Value, b: &Value, op: CmpOp) -> PyResult<Value> {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let Some((real, imag)) = parts(a) else { return Ok(Value::NOT_IMPLEMENTED) };
        let equal = if let Some(other) = parts(b) {
            (real, imag) == other
        } else if float::as_f64(b).is_some() || protocol::is_int(b) {
            imag == 0.0 && protocol::truth(&protocol::rich_compare(&real.into(), b, CmpOp::Eq)?)?
        } else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[slot]
    fn add(a: &Value, b: &Value) -> PyResult<Value> {
        if let (Some(x), Some(y)) = (parts(a), real_operand(b)) {
            return Ok(from_parts(x.0 + y, x.1));
        }
        if let (Some(x), Some(y)) = (real_operand(a), parts(b)) {
            return Ok(from_parts(x + y.0, y.1));
        }
        binary(a, b, |x, y| Ok((x.0 + y.0, x.1 + y.1)))
    }

    #[slot]
    fn sub(a: &Value, b: &Value) -> PyResult<Value> {
        if let (Some(x), Some(y)) = (parts(a), real_operand(b)) {
            return Ok(from_parts(x.0 - y, x.1));
        }
        if let (Some(x), Some(y)) = (real_operand(a), parts(b)) {
            return Ok(from_parts(x - y.0, -y.1));
        }
        binary(a, b, |x, y| Ok((x.0 - y.0, x.1 - y.1)))
    }

    #[slot]
    fn mul(a: &Value, b: &Value) -> PyResult<Value> {
        if let (Some(x), Some(y)) = (parts(a), real_operand(b)) {
            return Ok(from_parts(x.0 * y, x.1 * y));
        }
        if let (Some(x), Some(y)) = (real_operand(a), parts(b)) {
            return Ok(from_parts(x * y.0, x * y.1));
        }
        binary(a, b, |x, y| Ok(super::mul(x, y)))
    }

    #[slot]
    fn truediv(a: &Value, b: &Value) -> PyResult<Value> {
        let by_zero = || exceptions::zero_division_error("division by zero");
        if let (Some(x), Some(y)) = (parts(a), real_operand(b)) {
            return if y == 0.0 { Err(by_zero()) } else { Ok(from_parts(x.0 / y, x.1 / y)) };
        }
        if let (Some(x), Some(y)) = (real_operand(a), parts(b)) {
            return super::div_real(x, y).map(|(re, im)| from_parts(re, im)).ok_or_else(by_zero);
        }
        binary(a, b, |x, y| super::div(x, y).ok_or_else(by_zero))
    }

    #[slot]
    fn pow(a: &Value, b: &Value, c: &Value) -> PyResult<Value> {
        if !c.is_none() {
            return Err(exceptions::value_error("complex modulo"));
        }
        binary(a, b, super::pow)
    }

    #[slot]
    fn neg(zelf: &Ref<PyComplex>) -> PyResult<Value> {
        Ok(from_parts(-zelf.real, -zelf.imag))
    }

    #[slot]
    fn pos(zelf: &Ref<PyComplex>) -> PyResult<Value> {
        Ok(from_parts(zelf.real, zelf.imag))
    }

    #[slot]
    fn abs(zelf: &Ref<PyComplex>) -> PyResult<Value> {
        let length = zelf.real.hypot(zelf.imag);
        if length.is_infinite() && zelf.real.is_finite() && zelf.imag.is_finite() {
            return Err(exceptions::overflow_error("absolute value too large"));
        }
        Ok(length.into())
    }

    #[slot]
    fn bool(zelf: &Ref<PyComplex>) -> PyResult<bool> {
        Ok(zelf.real != 0.0 || zelf.imag != 0.0)
    }

    /// Convert number to a complex floating-point number.
    #[pyclassmethod("($type, number, /)")]
    fn from_number(cls: &TypeRef, number: &Value) -> PyResult<Value> {
        if number.downcast_exact::<PyComplex>().is_some() && cls.is(PyComplex::class()) {
            return Ok(number.clone());
        }
        super::to_parts(number).map(|z| in_class(cls, z))
    }

    /// Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j.
    #[pymethod("($self, /)")]
    fn conjugate(&self) -> Value {
        from_parts(self.real, -self.imag)
    }

    /// Convert this value to exact type complex.
    #[pymethod("($self, /)")]
    fn __complex__(zelf: &Ref<PyComplex>) -> Value {
        if zelf.class().is(PyComplex::class()) { zelf.to_value() } else { from_parts(zelf.real, zelf.imag) }
    }

    #[pymethod("($self, /)")]
    fn __getnewargs__(&self) -> Value {
        PyTuple::from_array([self.real.into(), self.imag.into()]).into_value()
    }

    /// Convert to a string according to format_spec.
    #[pymethod("($self, format_spec, /)")]
    fn __format__(zelf: &Ref<PyComplex>, format_spec: &Ref<PyStr>) -> PyResult<StrRef> {
        if format_spec.is_empty() {
            return protocol::str(zelf.as_value());
        }
        let class = || zelf.as_value().type_name();
        let spec = format_spec.wtf8();
        let locale = crate::types::number_locale(&spec);
        let text = format_complex(zelf.real, zelf.imag, &spec, &class, &locale);
        text.map(|t| PyStr::from_wtf8(&t)).map_err(crate::types::format_error)
    }

    /// the real part of a complex number
    #[pygetset(member)]
    fn real(&self) -> f64 {
        self.real
    }

    /// the imaginary part of a complex number
    #[pygetset(member)]
    fn imag(&self) -> f64 {
        self.imag
    }
}
