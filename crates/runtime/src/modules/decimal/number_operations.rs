//! The methods of `Decimal`.

use super::convert::argument;
use super::current::given_or_current;
use super::number::{BinaryOperation, PyDecimal, UnaryOperation, decimal, in_context, settings_with};
use minipy_decimal::{Decimal, Notation};
use minipy_macros::pymethods;
use minipy_vm::{PyResult, Value};

/// Methods without an operand.
macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident => $operation:expr;)*) => {
        #[pymethods(part = unary)]
        impl PyDecimal {
            $(
                $(#[$doc])*
                #[pymethod("($self, /, context=None)")]
                fn $name(&self, context: Option<&Value>) -> PyResult<Value> {
                    let operation: UnaryOperation = $operation;
                    in_context(&*given_or_current(context)?, |c, status| operation(&self.value, c, status))
                }
            )*
        }
    };
}

/// Methods with one operand.
macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident => $operation:expr;)*) => {
        #[pymethods(part = binary)]
        impl PyDecimal {
            $(
                $(#[$doc])*
                #[pymethod("($self, /, other, context=None)")]
                fn $name(&self, other: &Value, context: Option<&Value>) -> PyResult<Value> {
                    let operation: BinaryOperation = $operation;
                    let context = given_or_current(context)?;
                    let other = argument(other)?;
                    in_context(&context, |c, status| operation(&self.value, &other, c, status))
                }
            )*
        }
    };
}

/// Questions that need no context.
macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident => $predicate:expr;)*) => {
        #[pymethods(part = predicates)]
        impl PyDecimal {
            $(
                $(#[$doc])*
                #[pymethod("()")]
                fn $name(&self) -> bool {
                    let predicate: fn(&Decimal) -> bool = $predicate;
                    predicate(&self.value)
                }
            )*
        }
    };
}

unary! {
    /// Return the value of the (natural) exponential function e**x at the given
    /// number.  The function always uses the ROUND_HALF_EVEN mode and the result
    /// is correctly rounded.
    ///
    ///
    exp => Decimal::exp;
    /// Return the natural (base e) logarithm of the operand. The function always
    /// uses the ROUND_HALF_EVEN mode and the result is correctly rounded.
    ///
    ///
    ln => Decimal::ln;
    /// Return the base ten logarithm of the operand. The function always uses the
    /// ROUND_HALF_EVEN mode and the result is correctly rounded.
    ///
    ///
    log10 => Decimal::log10;
    /// Return the largest number representable in the given context (or in the
    /// current default context if no context is given) that is smaller than the
    /// given operand.
    ///
    ///
    next_minus => Decimal::next_minus;
    /// Return the smallest number representable in the given context (or in the
    /// current default context if no context is given) that is larger than the
    /// given operand.
    ///
    ///
    next_plus => Decimal::next_plus;
    /// Normalize the number by stripping the rightmost trailing zeros and
    /// converting any result equal to Decimal('0') to Decimal('0e0').  Used
    /// for producing canonical values for members of an equivalence class.
    /// For example, Decimal('32.100') and Decimal('0.321000e+2') both normalize
    /// to the equivalent value Decimal('32.1').
    ///
    ///
    normalize => Decimal::reduce;
    /// Return the square root of the argument to full precision. The result is
    /// correctly rounded using the ROUND_HALF_EVEN rounding mode.
    ///
    ///
    sqrt => Decimal::square_root;
    /// For a non-zero number, return the adjusted exponent of the operand as a
    /// Decimal instance.  If the operand is a zero, then Decimal('-Infinity') is
    /// returned and the DivisionByZero condition is raised. If the operand is
    /// an infinity then Decimal('Infinity') is returned.
    ///
    ///
    logb => Decimal::logb;
    /// Invert all its digits.
    ///
    /// The self must be logical number.
    ///
    ///
    logical_invert => Decimal::logical_invert;
}

binary! {
    /// Compare self to other.  Return a decimal value:
    ///
    ///     a or b is a NaN ==> Decimal('NaN')
    ///     a < b           ==> Decimal('-1')
    ///     a == b          ==> Decimal('0')
    ///     a > b           ==> Decimal('1')
    ///
    ///
    compare => Decimal::compare;
    /// Identical to compare, except that all NaNs signal.
    ///
    ///
    compare_signal => Decimal::compare_signal;
    /// Maximum of self and other.  If one operand is a quiet NaN and the other is
    /// numeric, the numeric operand is returned.
    ///
    ///
    max => Decimal::max;
    /// Similar to the max() method, but the comparison is done using the absolute
    /// values of the operands.
    ///
    ///
    max_mag => Decimal::max_magnitude;
    /// Minimum of self and other. If one operand is a quiet NaN and the other is
    /// numeric, the numeric operand is returned.
    ///
    ///
    min => Decimal::min;
    /// Similar to the min() method, but the comparison is done using the absolute
    /// values of the operands.
    ///
    ///
    min_mag => Decimal::min_magnitude;
    /// If the two operands are unequal, return the number closest to the first
    /// operand in the direction of the second operand.  If both operands are
    /// numerically equal, return a copy of the first operand with the sign set
    /// to be the same as the sign of the second operand.
    ///
    ///
    next_toward => Decimal::next_toward;
    /// Return the remainder from dividing self by other.  This differs from
    /// self % other in that the sign of the remainder is chosen so as to minimize
    /// its absolute value. More precisely, the return value is self - n * other
    /// where n is the integer nearest to the exact value of self / other, and
    /// if two integers are equally near then the even one is chosen.
    ///
    /// If the result is zero then its sign will be the sign of self.
    ///
    ///
    remainder_near => Decimal::remainder_near;
    /// Applies an 'and' operation between self and other's digits.
    ///
    /// Both self and other must be logical numbers.
    ///
    ///
    logical_and => Decimal::logical_and;
    /// Applies an 'or' operation between self and other's digits.
    ///
    /// Both self and other must be logical numbers.
    ///
    ///
    logical_or => Decimal::logical_or;
    /// Applies an 'xor' operation between self and other's digits.
    ///
    /// Both self and other must be logical numbers.
    ///
    ///
    logical_xor => Decimal::logical_xor;
    /// Return the result of rotating the digits of the first operand by an amount
    /// specified by the second operand.  The second operand must be an integer in
    /// the range -precision through precision. The absolute value of the second
    /// operand gives the number of places to rotate. If the second operand is
    /// positive then rotation is to the left; otherwise rotation is to the right.
    /// The coefficient of the first operand is padded on the left with zeros to
    /// length precision if necessary. The sign and exponent of the first operand are
    /// unchanged.
    ///
    ///
    rotate => Decimal::rotate;
    /// Return the first operand with the exponent adjusted the second.  Equivalently,
    /// return the first operand multiplied by 10**other. The second operand must be
    /// an integer.
    ///
    ///
    scaleb => Decimal::scaleb;
    /// Return the result of shifting the digits of the first operand by an amount
    /// specified by the second operand.  The second operand must be an integer in
    /// the range -precision through precision. The absolute value of the second
    /// operand gives the number of places to shift. If the second operand is
    /// positive, then the shift is to the left; otherwise the shift is to the
    /// right. Digits shifted into the coefficient are zeros. The sign and exponent
    /// of the first operand are unchanged.
    ///
    ///
    shift => Decimal::shift;
    /// Compare two operands using their abstract representation rather than
    /// their numerical value.  Similar to the compare() method, but the result
    /// gives a total ordering on Decimal instances.  Two Decimal instances with
    /// the same numeric value but different representations compare unequal
    /// in this ordering:
    ///
    ///     >>> Decimal('12.0').compare_total(Decimal('12'))
    ///     Decimal('-1')
    ///
    /// Quiet and signaling NaNs are also included in the total ordering. The result
    /// of this function is Decimal('0') if both operands have the same representation,
    /// Decimal('-1') if the first operand is lower in the total order than the second,
    /// and Decimal('1') if the first operand is higher in the total order than the
    /// second operand. See the specification for details of the total order.
    ///
    /// This operation is unaffected by context and is quiet: no flags are changed
    /// and no rounding is performed. As an exception, the C version may raise
    /// InvalidOperation if the second operand cannot be converted exactly.
    ///
    ///
    compare_total => |x, y, _, _| x.compare_total(y);
    /// Compare two operands using their abstract representation rather than their
    /// value as in compare_total(), but ignoring the sign of each operand.
    ///
    /// x.compare_total_mag(y) is equivalent to x.copy_abs().compare_total(y.copy_abs()).
    ///
    /// This operation is unaffected by context and is quiet: no flags are changed
    /// and no rounding is performed. As an exception, the C version may raise
    /// InvalidOperation if the second operand cannot be converted exactly.
    ///
    ///
    compare_total_mag => |x, y, _, _| x.compare_total_magnitude(y);
    /// Return a copy of the first operand with the sign set to be the same as the
    /// sign of the second operand. For example:
    ///
    ///     >>> Decimal('2.3').copy_sign(Decimal('-1.5'))
    ///     Decimal('-2.3')
    ///
    /// This operation is unaffected by context and is quiet: no flags are changed
    /// and no rounding is performed. As an exception, the C version may raise
    /// InvalidOperation if the second operand cannot be converted exactly.
    ///
    ///
    copy_sign => |x, y, _, _| x.with_sign(y.sign);
}

predicates! {
    /// Return True if the argument is canonical and False otherwise.  Currently,
    /// a Decimal instance is always canonical, so this operation always returns
    /// True.
    ///
    ///
    is_canonical => |_| true;
    /// Return True if the argument is a finite number, and False if the argument
    /// is infinite or a NaN.
    ///
    ///
    is_finite => Decimal::is_finite;
    /// Return True if the argument is either positive or negative infinity and
    /// False otherwise.
    ///
    ///
    is_infinite => Decimal::is_infinite;
    /// Return True if the argument is a (quiet or signaling) NaN and False
    /// otherwise.
    ///
    ///
    is_nan => Decimal::is_nan;
    /// Return True if the argument is a quiet NaN, and False otherwise.
    ///
    ///
    is_qnan => |x| x.is_nan() && !x.is_signaling();
    /// Return True if the argument is a signaling NaN and False otherwise.
    ///
    ///
    is_snan => Decimal::is_signaling;
    /// Return True if the argument has a negative sign and False otherwise.
    /// Note that both zeros and NaNs can carry signs.
    ///
    ///
    is_signed => |x| x.sign;
    /// Return True if the argument is a (positive or negative) zero and False
    /// otherwise.
    ///
    ///
    is_zero => Decimal::is_zero;
}

#[pymethods(part = plain)]
impl PyDecimal {
    /// Return the adjusted exponent of the number.  Defined as exp + digits - 1.
    ///
    ///
    #[pymethod("()")]
    fn adjusted(&self) -> i64 {
        if self.value.is_finite() { self.value.adjusted() } else { 0 }
    }

    /// Return the canonical encoding of the argument.  Currently, the encoding
    /// of a Decimal instance is always canonical, so this operation returns its
    /// argument unchanged.
    ///
    ///
    #[pymethod("()")]
    fn canonical(zelf: &Value) -> Value {
        zelf.clone()
    }

    /// Return self.
    ///
    ///
    #[pymethod("()")]
    fn conjugate(zelf: &Value) -> Value {
        zelf.clone()
    }

    /// Return Decimal(10), the radix (base) in which the Decimal class does
    /// all its arithmetic. Included for compatibility with the specification.
    ///
    ///
    #[pymethod("()")]
    fn radix(&self) -> Value {
        decimal(Decimal::from_i64(10))
    }

    /// Return the absolute value of the argument.  This operation is unaffected by
    /// context and is quiet: no flags are changed and no rounding is performed.
    ///
    ///
    #[pymethod("()")]
    fn copy_abs(&self) -> Value {
        decimal(self.value.abs_copy())
    }

    /// Return the negation of the argument.  This operation is unaffected by context
    /// and is quiet: no flags are changed and no rounding is performed.
    ///
    ///
    #[pymethod("()")]
    fn copy_negate(&self) -> Value {
        decimal(self.value.negated_copy())
    }
}

#[pymethods(part = others)]
impl PyDecimal {
    /// Return True if the argument is a normal finite non-zero number with an
    /// adjusted exponent greater than or equal to Emin. Return False if the
    /// argument is zero, subnormal, infinite or a NaN.
    ///
    ///
    #[pymethod("($self, /, context=None)")]
    fn is_normal(&self, context: Option<&Value>) -> PyResult<bool> {
        Ok(self.value.is_normal(&given_or_current(context)?.settings.get()))
    }

    /// Return True if the argument is subnormal, and False otherwise. A number is
    /// subnormal if it is non-zero, finite, and has an adjusted exponent less
    /// than Emin.
    ///
    ///
    #[pymethod("($self, /, context=None)")]
    fn is_subnormal(&self, context: Option<&Value>) -> PyResult<bool> {
        Ok(self.value.is_subnormal(&given_or_current(context)?.settings.get()))
    }

    /// Return a string describing the class of the operand.  The returned value
    /// is one of the following ten strings:
    ///
    ///     * '-Infinity', indicating that the operand is negative infinity.
    ///     * '-Normal', indicating that the operand is a negative normal number.
    ///     * '-Subnormal', indicating that the operand is negative and subnormal.
    ///     * '-Zero', indicating that the operand is a negative zero.
    ///     * '+Zero', indicating that the operand is a positive zero.
    ///     * '+Subnormal', indicating that the operand is positive and subnormal.
    ///     * '+Normal', indicating that the operand is a positive normal number.
    ///     * '+Infinity', indicating that the operand is positive infinity.
    ///     * 'NaN', indicating that the operand is a quiet NaN (Not a Number).
    ///     * 'sNaN', indicating that the operand is a signaling NaN.
    ///
    ///
    ///
    #[pymethod("($self, /, context=None)")]
    fn number_class(&self, context: Option<&Value>) -> PyResult<&'static str> {
        Ok(self.value.class_name(&given_or_current(context)?.settings.get()))
    }

    /// Convert to an engineering-type string.  Engineering notation has an exponent
    /// which is a multiple of 3, so there are up to 3 digits left of the decimal
    /// place. For example, Decimal('123E+1') is converted to Decimal('1.23E+3').
    ///
    /// The value of context.capitals determines whether the exponent sign is lower
    /// or upper case. Otherwise, the context does not affect the operation.
    ///
    ///
    #[pymethod("($self, /, context=None)")]
    fn to_eng_string(&self, context: Option<&Value>) -> PyResult<String> {
        let capitals = given_or_current(context)?.capitals.get();
        Ok(self.value.to_text(Notation::Engineering, capitals))
    }

    /// Test whether self and other have the same exponent or whether both are NaN.
    ///
    /// This operation is unaffected by context and is quiet: no flags are changed
    /// and no rounding is performed. As an exception, the C version may raise
    /// InvalidOperation if the second operand cannot be converted exactly.
    ///
    ///
    #[pymethod("($self, /, other, context=None)")]
    fn same_quantum(&self, other: &Value, context: Option<&Value>) -> PyResult<bool> {
        given_or_current(context)?;
        Ok(self.value.same_quantum(&*argument(other)?))
    }

    /// Fused multiply-add.  Return self*other+third with no rounding of the
    /// intermediate product self*other.
    ///
    ///     >>> Decimal(2).fma(3, 5)
    ///     Decimal('11')
    ///
    ///
    ///
    #[pymethod("($self, /, other, third, context=None)")]
    fn fma(&self, other: &Value, third: &Value, context: Option<&Value>) -> PyResult<Value> {
        let context = given_or_current(context)?;
        let (other, third) = (argument(other)?, argument(third)?);
        in_context(&context, |c, status| self.value.fma(&other, &third, c, status))
    }

    /// Return a value equal to the first operand after rounding and having the
    /// exponent of the second operand.
    ///
    ///     >>> Decimal('1.41421356').quantize(Decimal('1.000'))
    ///     Decimal('1.414')
    ///
    /// Unlike other operations, if the length of the coefficient after the quantize
    /// operation would be greater than precision, then an InvalidOperation is signaled.
    /// This guarantees that, unless there is an error condition, the quantized exponent
    /// is always equal to that of the right-hand operand.
    ///
    /// Also unlike other operations, quantize never signals Underflow, even if the
    /// result is subnormal and inexact.
    ///
    /// If the exponent of the second operand is larger than that of the first, then
    /// rounding may be necessary. In this case, the rounding mode is determined by the
    /// rounding argument if given, else by the given context argument; if neither
    /// argument is given, the rounding mode of the current thread's context is used.
    ///
    ///
    #[pymethod("($self, /, exp, rounding=None, context=None)")]
    fn quantize(&self, exp: &Value, rounding: Option<&Value>, context: Option<&Value>) -> PyResult<Value> {
        let context = given_or_current(context)?;
        let settings = settings_with(&context, rounding)?;
        let exp = argument(exp)?;
        in_context(&context, |_, status| self.value.quantize(&exp, &settings, status))
    }

    /// Identical to the to_integral_value() method.  The to_integral() name has been
    /// kept for compatibility with older versions.
    ///
    ///
    #[pymethod("($self, /, rounding=None, context=None)")]
    fn to_integral(&self, rounding: Option<&Value>, context: Option<&Value>) -> PyResult<Value> {
        to_integral(self, false, rounding, context)
    }

    /// Round to the nearest integer without signaling Inexact or Rounded.  The
    /// rounding mode is determined by the rounding parameter if given, else by
    /// the given context. If neither parameter is given, then the rounding mode
    /// of the current default context is used.
    ///
    ///
    #[pymethod("($self, /, rounding=None, context=None)")]
    fn to_integral_value(&self, rounding: Option<&Value>, context: Option<&Value>) -> PyResult<Value> {
        to_integral(self, false, rounding, context)
    }

    /// Round to the nearest integer, signaling Inexact or Rounded as appropriate if
    /// rounding occurs.  The rounding mode is determined by the rounding parameter
    /// if given, else by the given context. If neither parameter is given, then the
    /// rounding mode of the current default context is used.
    ///
    ///
    #[pymethod("($self, /, rounding=None, context=None)")]
    fn to_integral_exact(&self, rounding: Option<&Value>, context: Option<&Value>) -> PyResult<Value> {
        to_integral(self, true, rounding, context)
    }
}

fn to_integral(
    number: &PyDecimal,
    exact: bool,
    rounding: Option<&Value>,
    context: Option<&Value>,
) -> PyResult<Value> {
    let context = given_or_current(context)?;
    let settings = settings_with(&context, rounding)?;
    in_context(&context, |_, status| number.value.to_integral(exact, &settings, status))
}
