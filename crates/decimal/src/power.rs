//! Powers.

use crate::arithmetic::nan_result;
use crate::coefficient::{MAX_DIGITS, pow10, scaled_up};
use crate::compare::compare_values;
use crate::elementary::beyond_range;
use crate::{Context, Decimal, Rounding, Status};
use dashu_int::UBig;
use dashu_int::ops::BitTest;
use std::cmp::Ordering;

impl Decimal {
    fn is_odd(&self) -> bool {
        // Only the digit before the point matters.
        match self.exponent {
            exponent if exponent > 0 => false,
            exponent if -exponent >= self.digits() => false,
            exponent => {
                let whole = crate::coefficient::divided(&self.coefficient, -exponent).0;
                crate::coefficient::last_digit(&whole) & 1 == 1
            }
        }
    }

    /// `self ** other`. Powers that are no exact product are rounded from a result with some digits more.
    pub fn power(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self, other], context, status) {
            return nan;
        }
        let integral = other.is_integer();
        let sign = self.sign && integral && other.is_odd();
        if other.is_zero() {
            if self.is_zero() {
                return Decimal::invalid(status, Status::INVALID_OPERATION);
            }
            return Decimal::from_i64(1);
        }
        if self.is_zero() {
            return if other.sign { Decimal::infinity(sign) } else { Decimal::zero(sign, 0) };
        }
        if self.sign && !integral {
            return Decimal::invalid(status, Status::INVALID_OPERATION);
        }
        if self.is_infinite() {
            return if other.sign { Decimal::zero(sign, 0) } else { Decimal::infinity(sign) };
        }
        let magnitude = self.abs_copy();
        let against_one = compare_values(&magnitude, &Decimal::from_i64(1));
        if other.is_infinite() {
            return match (against_one, other.sign) {
                (Ordering::Equal, _) => one_with_zeros(false, context, status),
                (Ordering::Less, false) | (Ordering::Greater, true) => Decimal::ZERO,
                _ => Decimal::infinity(false),
            };
        }
        if against_one == Ordering::Equal {
            return magnitude.power_of_one(other, integral, sign, context, status);
        }
        let result = match magnitude.out_of_range(other, against_one, context) {
            Some(tiny) => beyond_range(tiny, &signless(context, sign), status),
            None => match integral.then(|| other.whole_exponent()).flatten() {
                Some(exponent) => magnitude.integer_power(&exponent, other.sign, sign, context, status),
                None => magnitude.real_power(other, context, status),
            },
        };
        result.with_sign_unless_nan(sign)
    }

    fn with_sign_unless_nan(self, sign: bool) -> Decimal {
        if self.is_nan() { self } else { Decimal { sign, ..self } }
    }

    /// The magnitude of an integer of at most 19 digits.
    fn whole_exponent(&self) -> Option<UBig> {
        const LONGEST: i64 = 19;
        if self.adjusted() >= LONGEST {
            return None;
        }
        Some(if self.exponent >= 0 {
            scaled_up(&self.coefficient, self.exponent)
        } else {
            crate::coefficient::divided(&self.coefficient, -self.exponent).0
        })
    }

    /// One to any power: the zeros behind the point add up.
    fn power_of_one(
        &self,
        other: &Decimal,
        integral: bool,
        sign: bool,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        if !integral {
            return one_with_zeros(sign, context, status);
        }
        if other.sign || self.exponent >= 0 {
            return Decimal::new(sign, UBig::ONE, 0);
        }
        let zeros = other.whole_exponent().and_then(|n| i64::try_from(n).ok());
        match zeros.and_then(|n| n.checked_mul(-self.exponent)).filter(|zeros| *zeros < context.prec) {
            Some(zeros) if zeros <= MAX_DIGITS => Decimal::new(sign, pow10(zeros as u64), -zeros),
            Some(_) => Decimal::invalid(status, Status::OUT_OF_MEMORY),
            None => {
                *status |= Status::ROUNDED;
                padded_one(sign, context, status)
            }
        }
    }

    /// Whether the power is surely too large (`Some(false)`) or too small (`Some(true)`) for any exponent.
    fn out_of_range(&self, other: &Decimal, against_one: Ordering, context: &Context) -> Option<bool> {
        let tiny = (against_one == Ordering::Less) != other.sign;
        // A lower bound of |log10(self)|: the distance of the adjusted exponent, or that of the number from one.
        let adjusted = self.adjusted();
        let lead = match adjusted {
            0 | -1 => {
                let one = Decimal::new(true, UBig::ONE, 0);
                let exact = Context::working(crate::MAX_PREC, Rounding::Down);
                let difference = crate::arithmetic::exact_sum(self, &one, &exact, &mut Status::default());
                // ln(1 + d) > d / 3 here, and dividing by ln(10) costs another digit.
                difference.adjusted() - 1
            }
            exponent => (exponent.unsigned_abs().saturating_sub(1)).max(1).ilog10().into(),
        };
        let bound = if tiny { -context.etiny() } else { context.emax };
        let bound_digits = Decimal::from_i64(bound.max(1)).digits();
        (lead + other.adjusted() > bound_digits).then_some(tiny)
    }

    /// Powers with integer exponents, by squaring.
    fn integer_power(
        &self,
        exponent: &UBig,
        inverse: bool,
        sign: bool,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        let digits = context.prec + crate::digit_count(exponent) + 2 + i64::from(inverse);
        // What is too small on the way is zero, but what is too large may be rounded down in the end.
        let working = Context { emin: context.emin, ..Context::working(digits, Rounding::HalfEven) };
        let mut conditions = Status::CLEAR;
        let base =
            if inverse { Decimal::from_i64(1).divide(self, &working, &mut conditions) } else { self.clone() };
        let mut result = base.clone();
        for bit in (0..exponent.bit_len() - 1).rev() {
            result = result.multiply(&result, &working, &mut conditions);
            if exponent.bit(bit) {
                result = result.multiply(&base, &working, &mut conditions);
            }
            if !result.is_finite() || result.is_zero() {
                break;
            }
        }
        *status |= conditions;
        result.finalized(&signless(context, sign), status)
    }

    /// An inexact result with all digits of the precision and more, so that it is rounded as such.
    fn long_and_sticky(mut self, context: &Context) -> Decimal {
        let missing = context.prec + 2 - self.digits();
        if missing > 0 && missing <= MAX_DIGITS {
            self.coefficient = scaled_up(&self.coefficient, missing);
            self.exponent -= missing;
        }
        self
    }

    /// Powers with other exponents: e^(other * ln(self)).
    fn real_power(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        const GUARD: i64 = 25;
        let digits = context.prec.max(self.digits()).max(other.digits()).saturating_add(GUARD);
        let working = Context::working(digits, Rounding::HalfEven);
        let mut conditions = Status::CLEAR;
        let logarithm = self.ln(&working, &mut conditions);
        let product = logarithm.multiply(other, &working, &mut conditions);
        let result = product.exp(&working, &mut conditions);
        *status |= conditions & Status::ANY_INVALID;
        *status |= Status::INEXACT | Status::ROUNDED;
        if conditions.has(Status::OVERFLOW | Status::UNDERFLOW) {
            let nearest = context.with_rounding(Rounding::HalfEven);
            return beyond_range(conditions.has(Status::UNDERFLOW), &nearest, status);
        }
        if !result.is_finite() {
            return result;
        }
        result.long_and_sticky(context).finalized(context, status)
    }

    /// `self ** other % modulus` for integers.
    pub fn power_modulo(
        &self,
        other: &Decimal,
        modulus: &Decimal,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        if let Some(nan) = nan_result(&[self, other, modulus], context, status) {
            return nan;
        }
        let all_integers = self.is_integer() && other.is_integer() && modulus.is_integer();
        if !all_integers
            || modulus.is_zero()
            || other.sign && !other.is_zero()
            || self.is_zero() && other.is_zero()
            || modulus.adjusted() >= context.prec
        {
            return Decimal::invalid(status, Status::INVALID_OPERATION);
        }
        let sign = self.sign && other.is_odd();
        let whole = |number: &Decimal| {
            if number.coefficient.is_zero() {
                UBig::ZERO
            } else if number.exponent >= 0 {
                scaled_up(&number.coefficient, number.exponent)
            } else {
                crate::coefficient::divided(&number.coefficient, -number.exponent).0
            }
        };
        let m = whole(modulus);
        // The base and a power of ten, reduced one after the other: the exponents may be large.
        let ring = |base: UBig, exponent: &UBig| power_in_ring(base % &m, exponent, &m);
        let base = if self.exponent > 0 {
            let scale = ring(UBig::from(10u8), &UBig::from(self.exponent.unsigned_abs()));
            (&self.coefficient % &m) * scale % &m
        } else {
            whole(self) % &m
        };
        let mut result = if other.exponent >= 0 {
            let mut result = ring(base, &other.coefficient);
            // Exponents with an exponent of their own: raise to ten as often as it says.
            for _ in 0..other.exponent {
                result = ring(result, &UBig::from(10u8));
                if result.is_zero() || result == UBig::ONE {
                    break;
                }
            }
            result
        } else {
            ring(base, &whole(other))
        };
        if m == UBig::ONE {
            result = UBig::ZERO;
        }
        Decimal::new(sign, result, 0)
    }
}

fn power_in_ring(mut base: UBig, exponent: &UBig, modulus: &UBig) -> UBig {
    let mut result = UBig::ONE % modulus;
    for bit in 0..exponent.bit_len() {
        if exponent.bit(bit) {
            result = result * &base % modulus;
        }
        base = &base * &base % modulus;
    }
    result
}

/// The context for rounding the magnitude of a number with this sign.
fn signless(context: &Context, sign: bool) -> Context {
    let rounding = match context.rounding {
        Rounding::Ceiling if sign => Rounding::Floor,
        Rounding::Floor if sign => Rounding::Ceiling,
        rounding => rounding,
    };
    context.with_rounding(rounding)
}

fn padded_one(sign: bool, context: &Context, status: &mut Status) -> Decimal {
    let zeros = context.prec - 1;
    if zeros > MAX_DIGITS {
        return Decimal::invalid(status, Status::OUT_OF_MEMORY);
    }
    Decimal::new(sign, pow10(zeros as u64), -zeros)
}

/// One as the result of an inexact operation.
fn one_with_zeros(sign: bool, context: &Context, status: &mut Status) -> Decimal {
    *status |= Status::INEXACT | Status::ROUNDED;
    padded_one(sign, context, status)
}
