//! `Decimal`: construction, operators and protocols. Its methods are in `number_operations`.

use super::context::{PyContext, rounding_of};
use super::convert::{argument, from_f64, from_value, hash, operand, to_f64, to_int, to_ratio};
use super::current::{current, given_or_current};
use super::format;
use dashu_int::UBig;
use minipy_decimal::{Context, Decimal, Kind, Notation, Rounding, Status};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::{complex, float, int};
use minipy_vm::{CmpOp, GilCell, PyResult, PyStr, PyTuple, Ref, TypeRef, Value, exceptions, name, protocol};
use std::cell::Cell;

/// Construct a new Decimal object. 'value' can be an integer, string, tuple,
/// or another Decimal object. If no value is given, return Decimal('0'). The
/// context does not affect the conversion and is only passed to determine if
/// the InvalidOperation trap is active.
///
///
#[pyclass(name = "Decimal", module = "decimal", basetype, parts(unary, binary, predicates, plain, others))]
pub struct PyDecimal {
    pub value: Decimal,
    /// -1 until somebody asks.
    hash: Cell<i64>,
}

// SAFETY: used under the GIL only.
unsafe impl Sync for PyDecimal {}

/// `DecimalTuple`, a namedtuple.
pub static DECIMAL_TUPLE: GilCell<Option<Value>> = GilCell::new(None);

impl PyDecimal {
    pub fn payload(value: Decimal) -> PyDecimal {
        PyDecimal { value, hash: Cell::new(-1) }
    }
}

/// A new Decimal.
#[inline]
pub fn decimal(value: Decimal) -> Value {
    Ref::new(PyDecimal::payload(value)).into_value()
}

pub type UnaryOperation = fn(&Decimal, &Context, &mut Status) -> Decimal;
pub type BinaryOperation = fn(&Decimal, &Decimal, &Context, &mut Status) -> Decimal;

/// The result of an operation in a context, once the conditions have been reported.
#[inline]
pub fn in_context(context: &PyContext, f: impl FnOnce(&Context, &mut Status) -> Decimal) -> PyResult<Value> {
    let mut status = Status::CLEAR;
    let result = f(&context.settings.get(), &mut status);
    context.report(status)?;
    Ok(decimal(result))
}

#[inline]
fn operator(a: &Value, b: &Value, operation: BinaryOperation) -> PyResult<Value> {
    let (Some(a), Some(b)) = (operand(a), operand(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    in_context(&*current()?, |context, status| operation(&a, &b, context, status))
}

fn sign_operator(a: &Value, operation: UnaryOperation) -> PyResult<Value> {
    let a = argument(a)?;
    in_context(&*current()?, |context, status| operation(&a, context, status))
}

/// Quotient and remainder as a tuple.
pub fn divmod_in(context: &PyContext, a: &Decimal, b: &Decimal) -> PyResult<Value> {
    let mut status = Status::CLEAR;
    let (quotient, remainder) = a.divmod(b, &context.settings.get(), &mut status);
    context.report(status)?;
    Ok(PyTuple::from_array([decimal(quotient), decimal(remainder)]).into_value())
}

/// What a Decimal is compared with: a number made of `other`, and the Decimal scaled if that is a fraction.
fn comparison_operands(a: &Decimal, other: &Value, op: CmpOp) -> PyResult<Option<(Decimal, Decimal)>> {
    let equality = matches!(op, CmpOp::Eq | CmpOp::Ne);
    if let Some(b) = operand(other) {
        return Ok(Some((a.clone(), b.clone())));
    }
    let from_float = |x: f64| -> PyResult<Option<(Decimal, Decimal)>> {
        let context = current()?;
        if equality {
            context.flags.add(Status::FLOAT_OPERATION);
        } else {
            context.report(Status::FLOAT_OPERATION)?;
        }
        Ok(Some((a.clone(), from_f64(x))))
    };
    if let Some(x) = float::as_f64(other) {
        return from_float(x);
    }
    if let Some(parts) = complex::parts(other) {
        return if equality && parts.1 == 0.0 { from_float(parts.0) } else { Ok(None) };
    }
    let rational = protocol::getattr_str(&crate::import::import_module("numbers")?, "Rational")?;
    if !protocol::isinstance(other, &rational)? {
        return Ok(None);
    }
    let part = |name| -> PyResult<Decimal> { Ok(argument(&protocol::getattr_str(other, name)?)?.clone()) };
    let (numerator, denominator) = (part("numerator")?, part("denominator")?);
    let exact = Context::MAX;
    let scaled =
        if a.is_finite() { a.multiply(&denominator, &exact, &mut Status::default()) } else { a.clone() };
    Ok(Some((scaled, numerator)))
}

#[pymethods]
impl PyDecimal {
    #[slot(new, sig = "(value=\"0\", context=None)")]
    fn new(class: &TypeRef, value: Option<&Value>, context: Option<&Value>) -> PyResult<Value> {
        let context = given_or_current(context)?;
        let Some(value) = value else {
            return Ok(Ref::new_in(class, PyDecimal::payload(Decimal::ZERO)).into_value());
        };
        if value.downcast_exact::<PyDecimal>().is_some()
            && class.is(<PyDecimal as minipy_vm::Payload>::class())
        {
            return Ok(value.clone());
        }
        let number = from_value(value, false, &context)?;
        Ok(Ref::new_in(class, PyDecimal::payload(number)).into_value())
    }

    #[slot]
    fn repr(&self) -> PyResult<String> {
        Ok(format!("Decimal('{}')", self.value.to_text(Notation::Scientific, current()?.capitals.get())))
    }

    #[slot]
    fn str(&self) -> PyResult<String> {
        Ok(self.value.to_text(Notation::Scientific, current()?.capitals.get()))
    }

    #[slot]
    fn hash(zelf: &Ref<PyDecimal>) -> PyResult<i64> {
        if zelf.hash.get() == -1 {
            zelf.hash.set(match zelf.value.kind {
                Kind::SignalingNan => {
                    return Err(exceptions::type_error("Cannot hash a signaling NaN value"));
                }
                Kind::QuietNan => minipy_vm::hash::hash_pointer(zelf.as_value().id()),
                Kind::Finite | Kind::Infinite => hash(&zelf.value),
            });
        }
        Ok(zelf.hash.get())
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let compared;
        let ordering = match operand(other) {
            Some(other) => {
                compared =
                    (self.value.is_signaling() || other.is_signaling(), self.value.partial_compare(&other));
                compared.1
            }
            None => {
                let Some((a, b)) = comparison_operands(&self.value, other, op)? else {
                    return Ok(Value::NOT_IMPLEMENTED);
                };
                compared = (a.is_signaling() || b.is_signaling(), a.partial_compare(&b));
                compared.1
            }
        };
        match ordering {
            Some(ordering) => Ok(Value::from_bool(op.matches(ordering))),
            None => {
                // Orderings of NaNs signal, and so does everything about signaling ones.
                if compared.0 || !matches!(op, CmpOp::Eq | CmpOp::Ne) {
                    current()?.report(Status::INVALID_OPERATION)?;
                }
                Ok(Value::from_bool(op == CmpOp::Ne))
            }
        }
    }

    #[slot]
    fn add(a: &Value, b: &Value) -> PyResult<Value> {
        operator(a, b, Decimal::add)
    }

    #[slot]
    fn sub(a: &Value, b: &Value) -> PyResult<Value> {
        operator(a, b, Decimal::subtract)
    }

    #[slot]
    fn mul(a: &Value, b: &Value) -> PyResult<Value> {
        operator(a, b, Decimal::multiply)
    }

    #[slot]
    fn truediv(a: &Value, b: &Value) -> PyResult<Value> {
        operator(a, b, Decimal::divide)
    }

    #[slot]
    fn floordiv(a: &Value, b: &Value) -> PyResult<Value> {
        operator(a, b, Decimal::divide_integer)
    }

    #[slot]
    fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
        operator(a, b, Decimal::remainder)
    }

    #[slot]
    fn divmod(a: &Value, b: &Value) -> PyResult<Value> {
        let (Some(a), Some(b)) = (operand(a), operand(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
        divmod_in(&*current()?, &a, &b)
    }

    #[slot]
    fn pow(a: &Value, b: &Value, c: &Value) -> PyResult<Value> {
        let (Some(a), Some(b)) = (operand(a), operand(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
        if c.is_none() {
            return in_context(&*current()?, |context, status| a.power(&b, context, status));
        }
        let Some(c) = operand(c) else { return Ok(Value::NOT_IMPLEMENTED) };
        in_context(&*current()?, |context, status| a.power_modulo(&b, &c, context, status))
    }

    #[slot]
    fn neg(zelf: &Value) -> PyResult<Value> {
        sign_operator(zelf, Decimal::minus)
    }

    #[slot]
    fn pos(zelf: &Value) -> PyResult<Value> {
        sign_operator(zelf, Decimal::plus)
    }

    #[slot]
    fn abs(zelf: &Value) -> PyResult<Value> {
        sign_operator(zelf, Decimal::abs)
    }

    #[slot]
    fn bool(&self) -> bool {
        !self.value.is_zero()
    }

    #[slot]
    fn int(&self) -> PyResult<Value> {
        to_int(&self.value, Rounding::Down)
    }

    #[slot]
    fn float(&self) -> PyResult<f64> {
        to_f64(&self.value)
    }

    /// Class method that converts a float to a decimal number, exactly.
    /// Since 0.1 is not exactly representable in binary floating point,
    /// Decimal.from_float(0.1) is not the same as Decimal('0.1').
    ///
    ///     >>> Decimal.from_float(0.1)
    ///     Decimal('0.1000000000000000055511151231257827021181583404541015625')
    ///     >>> Decimal.from_float(float('nan'))
    ///     Decimal('NaN')
    ///     >>> Decimal.from_float(float('inf'))
    ///     Decimal('Infinity')
    ///     >>> Decimal.from_float(float('-inf'))
    ///     Decimal('-Infinity')
    ///
    ///
    ///
    #[pyclassmethod("(f, /)")]
    fn from_float(class: &TypeRef, f: &Value) -> PyResult<Value> {
        let number = match (float::as_f64(f), operand(f)) {
            (Some(x), _) => from_f64(x),
            (None, Some(number)) if protocol::is_int(f) => number.clone(),
            _ => return Err(exceptions::type_error("argument must be int or float")),
        };
        of_class(class, number)
    }

    /// Class method that converts a real number to a decimal number, exactly.
    ///
    ///     >>> Decimal.from_number(314)              # int
    ///     Decimal('314')
    ///     >>> Decimal.from_number(0.1)              # float
    ///     Decimal('0.1000000000000000055511151231257827021181583404541015625')
    ///     >>> Decimal.from_number(Decimal('3.14'))  # another decimal instance
    ///     Decimal('3.14')
    ///
    ///
    ///
    #[pyclassmethod("(number, /)")]
    fn from_number(class: &TypeRef, number: &Value) -> PyResult<Value> {
        let converted = match float::as_f64(number) {
            Some(x) => from_f64(x),
            None => argument(number)?.clone(),
        };
        of_class(class, converted)
    }

    /// Return a tuple representation of the number.
    ///
    ///
    #[pymethod("()")]
    fn as_tuple(&self) -> PyResult<Value> {
        let number = &self.value;
        let exponent = match number.kind {
            Kind::Finite => Value::from(number.exponent),
            Kind::Infinite => Value::from("F"),
            Kind::QuietNan => Value::from("n"),
            Kind::SignalingNan => Value::from("N"),
        };
        let digits: Vec<Value> = if number.is_nan() && number.coefficient.is_zero() {
            Vec::new()
        } else {
            let digit = |digit: u8| Value::small_int(i64::from(digit - b'0'));
            number.coefficient.to_string().bytes().map(digit).collect()
        };
        let fields = [Value::from(i32::from(number.sign)), PyTuple::from_vec(digits).into_value(), exponent];
        match DECIMAL_TUPLE.get() {
            Some(class) => protocol::call(&class, &fields),
            None => Ok(PyTuple::from_array(fields).into_value()),
        }
    }

    /// Decimal.as_integer_ratio() -> (int, int)
    ///
    /// Return a pair of integers, whose ratio is exactly equal to the original
    /// Decimal and with a positive denominator. The ratio is in lowest terms.
    /// Raise OverflowError on infinities and a ValueError on NaNs.
    ///
    ///
    #[pymethod("()")]
    fn as_integer_ratio(&self) -> PyResult<Value> {
        let (numerator, denominator) = to_ratio(&self.value)?;
        Ok(PyTuple::from_array([numerator, denominator]).into_value())
    }

    #[pymethod("()")]
    fn __copy__(zelf: &Value) -> Value {
        zelf.clone()
    }

    #[pymethod("(object, /)")]
    fn __deepcopy__(zelf: &Value, _memo: &Value) -> Value {
        zelf.clone()
    }

    #[pymethod(nosig, sig = "(format_spec, override=None, /)")]
    fn __format__(zelf: &Ref<PyDecimal>, spec: &Value, overridden: Option<&Value>) -> PyResult<Value> {
        let Some(spec) = spec.downcast::<PyStr>() else {
            return Err(exceptions::type_error("format arg must be str"));
        };
        format::format(zelf.as_value(), &zelf.value, spec, overridden)
    }

    #[pymethod("()")]
    fn __reduce__(zelf: &Ref<PyDecimal>) -> PyResult<Value> {
        let text = protocol::str(zelf.as_value())?;
        let args = PyTuple::from_array([text.into_value()]);
        Ok(PyTuple::from_array([zelf.class().to_value(), args.into_value()]).into_value())
    }

    #[pymethod(nosig, sig = "(ndigits=None, /)")]
    fn __round__(&self, ndigits: Option<&Value>) -> PyResult<Value> {
        let Some(ndigits) = ndigits else { return to_int(&self.value, Rounding::HalfEven) };
        if !protocol::is_int(ndigits) {
            return Err(exceptions::type_error("optional arg must be an integer"));
        }
        let Some(places) = int::to_i64(ndigits) else {
            return Err(exceptions::overflow_error("Python int too large to convert to C ssize_t"));
        };
        let pattern = Decimal::new(false, UBig::ONE, places.checked_neg().unwrap_or(i64::MAX));
        in_context(&*current()?, |context, status| self.value.quantize(&pattern, context, status))
    }

    #[pymethod("()")]
    fn __ceil__(&self) -> PyResult<Value> {
        to_int(&self.value, Rounding::Ceiling)
    }

    #[pymethod("()")]
    fn __floor__(&self) -> PyResult<Value> {
        to_int(&self.value, Rounding::Floor)
    }

    #[pymethod("()")]
    fn __trunc__(&self) -> PyResult<Value> {
        to_int(&self.value, Rounding::Down)
    }

    #[pymethod("()")]
    fn __complex__(zelf: &Ref<PyDecimal>) -> PyResult<Value> {
        // A subclass may have its own way.
        let real = protocol::call_method(zelf.as_value(), name!("__float__"), &[])?;
        Ok(complex::from_parts(protocol::to_f64(&real)?, 0.0))
    }

    #[pymethod("()")]
    fn __sizeof__(&self) -> usize {
        const INLINE_WORDS: usize = 2;
        let words = self.value.coefficient.as_words().len();
        size_of::<minipy_vm::heap::Obj<PyDecimal>>() + if words > INLINE_WORDS { words * 8 } else { 0 }
    }

    #[pygetset]
    fn real(zelf: &Value) -> Value {
        zelf.clone()
    }

    #[pygetset]
    fn imag(&self) -> Value {
        decimal(Decimal::ZERO)
    }
}

/// The number as an instance of `class`, made by its constructor if it is a subclass.
fn of_class(class: &TypeRef, number: Decimal) -> PyResult<Value> {
    let number = decimal(number);
    if class.is(<PyDecimal as minipy_vm::Payload>::class()) {
        return Ok(number);
    }
    protocol::call1(class.as_value(), number)
}

/// The settings with the rounding that an argument names.
pub fn settings_with(context: &PyContext, rounding: Option<&Value>) -> PyResult<Context> {
    let settings = context.settings.get();
    match rounding.filter(|rounding| !rounding.is_none()) {
        Some(rounding) => Ok(settings.with_rounding(rounding_of(rounding)?)),
        None => Ok(settings),
    }
}
