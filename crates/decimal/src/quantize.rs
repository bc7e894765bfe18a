//! Operations on exponents: quantizing, rounding to integers, neighbours, scaling.

use crate::arithmetic::nan_result;
use crate::coefficient::{MAX_DIGITS, pow10, scaled_up, trailing_zeros};
use crate::compare::compare_values;
use crate::round::without_digits;
use crate::{Context, Decimal, Rounding, Status};
use dashu_int::UBig;
use std::cmp::Ordering;

impl Decimal {
    /// The number with the exponent of `pattern`.
    pub fn quantize(&self, pattern: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self, pattern], context, status) {
            return nan;
        }
        match (self.is_infinite(), pattern.is_infinite()) {
            (true, true) => return Decimal::infinity(self.sign),
            (false, false) => {}
            _ => return Decimal::invalid(status, Status::INVALID_OPERATION),
        }
        self.with_exponent(pattern.exponent, context, status)
    }

    fn with_exponent(&self, exponent: i64, context: &Context, status: &mut Status) -> Decimal {
        if exponent > context.emax || exponent < context.etiny() {
            return Decimal::invalid(status, Status::INVALID_OPERATION);
        }
        if self.coefficient.is_zero() {
            return Decimal::zero(self.sign, exponent).finalized(context, status);
        }
        let shift = self.exponent - exponent;
        let result = if shift >= 0 {
            if self.digits() + shift > context.prec {
                return Decimal::invalid(status, Status::INVALID_OPERATION);
            }
            if shift > MAX_DIGITS {
                return Decimal::invalid(status, Status::OUT_OF_MEMORY);
            }
            let result = Decimal::new(self.sign, scaled_up(&self.coefficient, shift), exponent);
            if result.adjusted() > context.emax {
                return Decimal::invalid(status, Status::INVALID_OPERATION);
            }
            result
        } else {
            let (coefficient, inexact) =
                without_digits(&self.coefficient, -shift, context.rounding, self.sign);
            let result = Decimal::new(self.sign, coefficient, exponent);
            if result.digits() > context.prec || result.adjusted() > context.emax {
                return Decimal::invalid(status, Status::INVALID_OPERATION);
            }
            *status |= if inexact { Status::ROUNDED | Status::INEXACT } else { Status::ROUNDED };
            result
        };
        // A subnormal result of quantizing is no underflow, even if it is inexact.
        let mut conditions = Status::CLEAR;
        let result = result.finalized(context, &mut conditions);
        *status |= conditions;
        result
    }

    /// The number rounded to an integer; `exact` reports that it was.
    pub fn to_integral(&self, exact: bool, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() || self.exponent >= 0 {
            return self.clone();
        }
        if self.coefficient.is_zero() {
            return Decimal::zero(self.sign, 0);
        }
        let (coefficient, inexact) =
            without_digits(&self.coefficient, -self.exponent, context.rounding, self.sign);
        if exact {
            *status |= if inexact { Status::ROUNDED | Status::INEXACT } else { Status::ROUNDED };
        }
        Decimal::new(self.sign, coefficient, 0)
    }

    /// The number without trailing zeros.
    pub fn reduce(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self], context, status) {
            return nan;
        }
        let result = self.clone().finalized(context, status);
        if !result.is_finite() {
            return result;
        }
        if result.coefficient.is_zero() {
            return Decimal::zero(result.sign, 0);
        }
        let top = if context.clamp { context.etop() } else { context.emax };
        let zeros = trailing_zeros(&result.coefficient, (top - result.exponent).max(0));
        if zeros == 0 {
            return result;
        }
        let coefficient = result.coefficient / pow10(zeros as u64);
        Decimal::new(result.sign, coefficient, result.exponent + zeros)
    }

    /// The exponent of the most significant digit, as a number.
    pub fn logb(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() {
            return Decimal::infinity(false);
        }
        if self.coefficient.is_zero() {
            *status |= Status::DIVISION_BY_ZERO;
            return Decimal::infinity(true);
        }
        Decimal::from_i64(self.adjusted()).finalized(context, status)
    }

    /// The value of a finite integer with the exponent 0 up to `limit` in magnitude.
    pub(crate) fn plain_integer(&self, limit: i64) -> Option<i64> {
        if !self.is_finite() || self.exponent != 0 {
            return None;
        }
        let magnitude = i64::try_from(&self.coefficient).ok().filter(|n| *n <= limit)?;
        Some(if self.sign { -magnitude } else { magnitude })
    }

    /// `self * 10^other`.
    pub fn scaleb(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self, other], context, status) {
            return nan;
        }
        let limit = 2 * (context.emax + context.prec);
        let Some(places) = other.plain_integer(limit) else {
            return Decimal::invalid(status, Status::INVALID_OPERATION);
        };
        if self.is_infinite() {
            return self.clone();
        }
        let scaled = Decimal { exponent: self.exponent + places, ..self.clone() };
        scaled.finalized(context, status)
    }

    /// The next smaller representable number.
    pub fn next_minus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.neighbour(false, context, status)
    }

    /// The next larger representable number.
    pub fn next_plus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.neighbour(true, context, status)
    }

    /// The nearest representable number above (`upwards`) or below.
    fn neighbour(&self, upwards: bool, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() {
            if self.sign == upwards {
                return Decimal::largest(self.sign, context, status);
            }
            return self.clone();
        }
        let rounding = if upwards { Rounding::Ceiling } else { Rounding::Floor };
        let directed = context.with_rounding(rounding);
        let rounded = self.clone().finalized(&directed, &mut Status::default());
        if compare_values(&rounded, self) != Ordering::Equal {
            return rounded;
        }
        let step = Decimal::new(!upwards, UBig::ONE, context.etiny() - 1);
        let mut conditions = Status::CLEAR;
        let result = self.add(&step, &directed, &mut conditions);
        *status |= conditions & (Status::OUT_OF_MEMORY | Status::INVALID_OPERATION);
        result
    }

    pub fn next_toward(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self, other], context, status) {
            return nan;
        }
        let upwards = match compare_values(self, other) {
            Ordering::Equal => return self.with_sign(other.sign),
            Ordering::Less => true,
            Ordering::Greater => false,
        };
        let result = self.neighbour(upwards, context, status);
        if result.is_infinite() {
            *status |= Status::OVERFLOW | Status::ROUNDED | Status::INEXACT;
        } else if result.is_finite() && result.adjusted() < context.emin {
            *status |= Status::UNDERFLOW | Status::SUBNORMAL | Status::ROUNDED | Status::INEXACT;
            if result.coefficient.is_zero() {
                *status |= Status::CLAMPED;
            }
        }
        result
    }
}
