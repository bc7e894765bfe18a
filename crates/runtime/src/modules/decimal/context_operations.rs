//! The operations of `Context`, which take numbers as arguments.

use super::context::PyContext;
use super::convert::{argument, from_f64, from_value};
use super::number::{BinaryOperation, PyDecimal, UnaryOperation, decimal, divmod_in, in_context};
use minipy_decimal::{Context, Decimal, Notation};
use minipy_macros::pymethods;
use minipy_vm::types::float;
use minipy_vm::{Args, PyResult, Value, exceptions, protocol};

/// The two arguments of a method that takes them by position.
fn two<'a>(args: Args<'a>) -> PyResult<(&'a Value, &'a Value)> {
    let args = args.without_receiver();
    match (args.args, args.has_keywords()) {
        ([x, y], false) => Ok((x, y)),
        (given, _) => {
            Err(exceptions::type_error(format!("function takes exactly 2 arguments ({} given)", given.len())))
        }
    }
}

/// Methods with one number.
macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident => $operation:expr;)*) => {
        #[pymethods(part = unary)]
        impl PyContext {
            $(
                $(#[$doc])*
                #[pymethod("(x, /)")]
                fn $name(&self, x: &Value) -> PyResult<Value> {
                    let operation: UnaryOperation = $operation;
                    let x = argument(x)?;
                    in_context(self, |context, status| operation(&x, context, status))
                }
            )*
        }
    };
}

/// Methods with two numbers.
macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident => $operation:expr;)*) => {
        #[pymethods(part = binary)]
        impl PyContext {
            $(
                $(#[$doc])*
                #[pymethod("(x, y, /)")]
                fn $name(&self, args: Args<'_>) -> PyResult<Value> {
                    let operation: BinaryOperation = $operation;
                    let (x, y) = two(args)?;
                    let (x, y) = (argument(x)?, argument(y)?);
                    in_context(self, |context, status| operation(&x, &y, context, status))
                }
            )*
        }
    };
}

/// Questions about a number.
macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident => $predicate:expr;)*) => {
        #[pymethods(part = predicates)]
        impl PyContext {
            $(
                $(#[$doc])*
                #[pymethod("(x, /)")]
                fn $name(&self, x: &Value) -> PyResult<bool> {
                    let predicate: fn(&Decimal, &Context) -> bool = $predicate;
                    Ok(predicate(&*argument(x)?, &self.settings.get()))
                }
            )*
        }
    };
}

unary! {
    /// Return the absolute value of x.
    ///
    ///
    abs => Decimal::abs;
    /// Return e ** x.
    ///
    ///
    exp => Decimal::exp;
    /// Return the natural (base e) logarithm of x.
    ///
    ///
    ln => Decimal::ln;
    /// Return the base 10 logarithm of x.
    ///
    ///
    log10 => Decimal::log10;
    /// Minus corresponds to the unary prefix minus operator in Python, but applies
    /// the context to the result.
    ///
    ///
    minus => Decimal::minus;
    /// Return the largest representable number smaller than x.
    ///
    ///
    next_minus => Decimal::next_minus;
    /// Return the smallest representable number larger than x.
    ///
    ///
    next_plus => Decimal::next_plus;
    /// Reduce x to its simplest form. Alias for reduce(x).
    ///
    ///
    normalize => Decimal::reduce;
    /// Plus corresponds to the unary prefix plus operator in Python, but applies
    /// the context to the result.
    ///
    ///
    plus => Decimal::plus;
    /// Identical to to_integral_value(x).
    ///
    ///
    to_integral => |x, context, status| x.to_integral(false, context, status);
    /// Round to an integer. Signal if the result is rounded or inexact.
    ///
    ///
    to_integral_exact => |x, context, status| x.to_integral(true, context, status);
    /// Round to an integer.
    ///
    ///
    to_integral_value => |x, context, status| x.to_integral(false, context, status);
    /// Square root of a non-negative number to context precision.
    ///
    ///
    sqrt => Decimal::square_root;
    /// Return the exponent of the magnitude of the operand's MSD.
    ///
    ///
    logb => Decimal::logb;
    /// Invert all the digits in the operand.
    ///
    /// The operand must be a logical number.
    ///
    ///     >>> ExtendedContext.logical_invert(Decimal('0'))
    ///     Decimal('111111111')
    ///     >>> ExtendedContext.logical_invert(Decimal('1'))
    ///     Decimal('111111110')
    ///     >>> ExtendedContext.logical_invert(Decimal('111111111'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_invert(Decimal('101010101'))
    ///     Decimal('10101010')
    ///     >>> ExtendedContext.logical_invert(1101)
    ///     Decimal('111110010')
    ///
    ///
    logical_invert => Decimal::logical_invert;
    /// Return a copy of x with the sign set to 0.
    ///
    ///
    copy_abs => |x, _, _| x.abs_copy();
    /// Return a copy of Decimal x.
    ///
    ///
    copy_decimal => |x, _, _| x.clone();
    /// Return a copy of x with the sign inverted.
    ///
    ///
    copy_negate => |x, _, _| x.negated_copy();
}

binary! {
    /// Return the sum of x and y.
    ///
    ///
    add => Decimal::add;
    /// Compare x and y numerically.
    ///
    ///
    compare => Decimal::compare;
    /// Compare x and y numerically.  All NaNs signal.
    ///
    ///
    compare_signal => Decimal::compare_signal;
    /// Return x divided by y.
    ///
    ///
    divide => Decimal::divide;
    /// Return x divided by y, truncated to an integer.
    ///
    ///
    divide_int => Decimal::divide_integer;
    /// Compare the values numerically and return the maximum.
    ///
    ///
    max => Decimal::max;
    /// Compare the values numerically with their sign ignored.
    ///
    ///
    max_mag => Decimal::max_magnitude;
    /// Compare the values numerically and return the minimum.
    ///
    ///
    min => Decimal::min;
    /// Compare the values numerically with their sign ignored.
    ///
    ///
    min_mag => Decimal::min_magnitude;
    /// Return the product of x and y.
    ///
    ///
    multiply => Decimal::multiply;
    /// Return the number closest to x, in the direction towards y.
    ///
    ///
    next_toward => Decimal::next_toward;
    /// Return a value equal to x (rounded), having the exponent of y.
    ///
    ///
    quantize => Decimal::quantize;
    /// Return the remainder from integer division.  The sign of the result,
    /// if non-zero, is the same as that of the original dividend.
    ///
    ///
    remainder => Decimal::remainder;
    /// Return x - y * n, where n is the integer nearest the exact value of x / y
    /// (if the result is 0 then its sign will be the sign of x).
    ///
    ///
    remainder_near => Decimal::remainder_near;
    /// Return the difference between x and y.
    ///
    ///
    subtract => Decimal::subtract;
    /// Applies the logical operation 'and' between each operand's digits.
    ///
    /// The operands must be both logical numbers.
    ///
    ///     >>> ExtendedContext.logical_and(Decimal('0'), Decimal('0'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_and(Decimal('0'), Decimal('1'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_and(Decimal('1'), Decimal('0'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_and(Decimal('1'), Decimal('1'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_and(Decimal('1100'), Decimal('1010'))
    ///     Decimal('1000')
    ///     >>> ExtendedContext.logical_and(Decimal('1111'), Decimal('10'))
    ///     Decimal('10')
    ///     >>> ExtendedContext.logical_and(110, 1101)
    ///     Decimal('100')
    ///     >>> ExtendedContext.logical_and(Decimal(110), 1101)
    ///     Decimal('100')
    ///     >>> ExtendedContext.logical_and(110, Decimal(1101))
    ///     Decimal('100')
    ///
    ///
    logical_and => Decimal::logical_and;
    /// Applies the logical operation 'or' between each operand's digits.
    ///
    /// The operands must be both logical numbers.
    ///
    ///     >>> ExtendedContext.logical_or(Decimal('0'), Decimal('0'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_or(Decimal('0'), Decimal('1'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_or(Decimal('1'), Decimal('0'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_or(Decimal('1'), Decimal('1'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_or(Decimal('1100'), Decimal('1010'))
    ///     Decimal('1110')
    ///     >>> ExtendedContext.logical_or(Decimal('1110'), Decimal('10'))
    ///     Decimal('1110')
    ///     >>> ExtendedContext.logical_or(110, 1101)
    ///     Decimal('1111')
    ///     >>> ExtendedContext.logical_or(Decimal(110), 1101)
    ///     Decimal('1111')
    ///     >>> ExtendedContext.logical_or(110, Decimal(1101))
    ///     Decimal('1111')
    ///
    ///
    logical_or => Decimal::logical_or;
    /// Applies the logical operation 'xor' between each operand's digits.
    ///
    /// The operands must be both logical numbers.
    ///
    ///     >>> ExtendedContext.logical_xor(Decimal('0'), Decimal('0'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_xor(Decimal('0'), Decimal('1'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_xor(Decimal('1'), Decimal('0'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_xor(Decimal('1'), Decimal('1'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_xor(Decimal('1100'), Decimal('1010'))
    ///     Decimal('110')
    ///     >>> ExtendedContext.logical_xor(Decimal('1111'), Decimal('10'))
    ///     Decimal('1101')
    ///     >>> ExtendedContext.logical_xor(110, 1101)
    ///     Decimal('1011')
    ///     >>> ExtendedContext.logical_xor(Decimal(110), 1101)
    ///     Decimal('1011')
    ///     >>> ExtendedContext.logical_xor(110, Decimal(1101))
    ///     Decimal('1011')
    ///
    ///
    logical_xor => Decimal::logical_xor;
    /// Return a copy of x, rotated by y places.
    ///
    ///
    rotate => Decimal::rotate;
    /// Return the first operand after adding the second value to its exp.
    ///
    ///
    scaleb => Decimal::scaleb;
    /// Return a copy of x, shifted by y places.
    ///
    ///
    shift => Decimal::shift;
    /// Compare x and y using their abstract representation.
    ///
    ///
    compare_total => |x, y, _, _| x.compare_total(y);
    /// Compare x and y using their abstract representation, ignoring sign.
    ///
    ///
    compare_total_mag => |x, y, _, _| x.compare_total_magnitude(y);
    /// Copy the sign from y to x.
    ///
    ///
    copy_sign => |x, y, _, _| x.with_sign(y.sign);
}

predicates! {
    /// Return True if x is finite, False otherwise.
    ///
    ///
    is_finite => |x, _| x.is_finite();
    /// Return True if x is infinite, False otherwise.
    ///
    ///
    is_infinite => |x, _| x.is_infinite();
    /// Return True if x is a qNaN or sNaN, False otherwise.
    ///
    ///
    is_nan => |x, _| x.is_nan();
    /// Return True if x is a quiet NaN, False otherwise.
    ///
    ///
    is_qnan => |x, _| x.is_nan() && !x.is_signaling();
    /// Return True if x is a signaling NaN, False otherwise.
    ///
    ///
    is_snan => |x, _| x.is_signaling();
    /// Return True if x is negative, False otherwise.
    ///
    ///
    is_signed => |x, _| x.sign;
    /// Return True if x is a zero, False otherwise.
    ///
    ///
    is_zero => |x, _| x.is_zero();
    /// Return True if x is a normal number, False otherwise.
    ///
    ///
    is_normal => Decimal::is_normal;
    /// Return True if x is subnormal, False otherwise.
    ///
    ///
    is_subnormal => Decimal::is_subnormal;
}

#[pymethods(part = plain)]
impl PyContext {
    /// Return quotient and remainder of the division x / y.
    ///
    ///
    #[pymethod("(x, y, /)")]
    fn divmod(&self, args: Args<'_>) -> PyResult<Value> {
        let (x, y) = two(args)?;
        let (x, y) = (argument(x)?, argument(y)?);
        divmod_in(self, &x, &y)
    }

    /// Return True if the two operands have the same exponent.
    ///
    ///
    #[pymethod("(x, y, /)")]
    fn same_quantum(&self, args: Args<'_>) -> PyResult<bool> {
        let (x, y) = two(args)?;
        let (x, y) = (argument(x)?, argument(y)?);
        Ok(x.same_quantum(&y))
    }

    /// Compute a**b. If 'a' is negative, then 'b' must be integral. The result
    /// will be inexact unless 'a' is integral and the result is finite and can
    /// be expressed exactly in 'precision' digits.  In the Python version the
    /// result is always correctly rounded, in the C version the result is almost
    /// always correctly rounded.
    ///
    /// If modulo is given, compute (a**b) % modulo. The following restrictions
    /// hold:
    ///
    ///     * all three arguments must be integral
    ///     * 'b' must be nonnegative
    ///     * at least one of 'a' or 'b' must be nonzero
    ///     * modulo must be nonzero and less than 10**prec in absolute value
    ///
    ///
    ///
    #[pymethod("($self, /, a, b, modulo=None)")]
    fn power(&self, a: &Value, b: &Value, modulo: Option<&Value>) -> PyResult<Value> {
        let (a, b) = (argument(a)?, argument(b)?);
        match modulo {
            None => in_context(self, |context, status| a.power(&b, context, status)),
            Some(modulo) => {
                let modulo = argument(modulo)?;
                in_context(self, |context, status| a.power_modulo(&b, &modulo, context, status))
            }
        }
    }

    /// Return x multiplied by y, plus z.
    ///
    ///
    #[pymethod("(x, y, z, /)")]
    fn fma(&self, args: Args<'_>) -> PyResult<Value> {
        let args = args.without_receiver();
        let ([x, y, z], false) = (args.args, args.has_keywords()) else {
            let message = format!("function takes exactly 3 arguments ({} given)", args.args.len());
            return Err(exceptions::type_error(message));
        };
        let (x, y, z) = (argument(x)?, argument(y)?, argument(z)?);
        in_context(self, |context, status| x.fma(&y, &z, context, status))
    }

    /// Return 10.
    ///
    ///
    #[pymethod("()")]
    fn radix(&self) -> Value {
        decimal(Decimal::from_i64(10))
    }

    /// Return an indication of the class of x.
    ///
    ///
    #[pymethod("(x, /)")]
    fn number_class(&self, x: &Value) -> PyResult<&'static str> {
        Ok(argument(x)?.class_name(&self.settings.get()))
    }

    /// Convert a number to a string using scientific notation.
    ///
    ///
    #[pymethod("(x, /)")]
    fn to_sci_string(&self, x: &Value) -> PyResult<String> {
        Ok(argument(x)?.to_text(Notation::Scientific, self.capitals.get()))
    }

    /// Convert a number to a string, using engineering notation.
    ///
    ///
    #[pymethod("(x, /)")]
    fn to_eng_string(&self, x: &Value) -> PyResult<String> {
        Ok(argument(x)?.to_text(Notation::Engineering, self.capitals.get()))
    }
}

#[pymethods(part = others)]
impl PyContext {
    /// Return True if x is canonical, False otherwise.
    ///
    ///
    #[pymethod("(x, /)")]
    fn is_canonical(&self, x: &Value) -> PyResult<bool> {
        self.canonical(x).map(|_| true)
    }

    /// Return a new instance of x.
    ///
    ///
    #[pymethod("(x, /)")]
    fn canonical(&self, x: &Value) -> PyResult<Value> {
        match x.downcast::<PyDecimal>() {
            Some(_) => Ok(x.clone()),
            None => Err(exceptions::type_error("argument must be a Decimal")),
        }
    }

    #[pymethod("(object, /)")]
    fn _apply(&self, object: &Value) -> PyResult<Value> {
        let number = argument(object)?;
        in_context(self, |context, status| number.clone().finalized(context, status))
    }

    /// Create a new Decimal instance from num, using self as the context. Unlike the
    /// Decimal constructor, this function observes the context limits.
    ///
    ///
    #[pymethod("(num=\"0\", /)")]
    fn create_decimal(&self, num: Option<&Value>) -> PyResult<Value> {
        match num {
            None => Ok(decimal(Decimal::ZERO)),
            Some(num) => from_value(num, true, self).map(decimal),
        }
    }

    /// Create a new Decimal instance from float f.  Unlike the Decimal.from_float()
    /// class method, this function observes the context limits.
    ///
    ///
    #[pymethod("(f, /)")]
    fn create_decimal_from_float(&self, f: &Value) -> PyResult<Value> {
        let number = match float::as_f64(f) {
            Some(x) => from_f64(x),
            None if protocol::is_int(f) => argument(f)?.clone(),
            None => return Err(exceptions::type_error("argument must be int or float")),
        };
        in_context(self, |context, status| number.finalized(context, status))
    }
}
