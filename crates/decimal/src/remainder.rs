//! Division to integers, and remainders.

use crate::arithmetic::nan_result;
use crate::coefficient::scaled_up;
use crate::{Context, Decimal, Status, digit_count};
use dashu_int::UBig;
use dashu_int::ops::DivRem;

/// Quotient and remainder of the magnitudes of finite numbers; the remainder has the smaller of both exponents. `None` if the
/// quotient has more digits than `prec`.
fn integer_division(a: &Decimal, b: &Decimal, prec: i64) -> Option<(UBig, Decimal)> {
    let exponent = a.exponent.min(b.exponent);
    if a.coefficient.is_zero() {
        return Some((UBig::ZERO, Decimal::zero(a.sign, exponent)));
    }
    let lead = a.adjusted() - b.adjusted();
    if lead > prec {
        return None;
    }
    if lead < 0 {
        let rest = scaled_up(&a.coefficient, a.exponent - exponent);
        return Some((UBig::ZERO, Decimal::new(a.sign, rest, exponent)));
    }
    let dividend = scaled_up(&a.coefficient, a.exponent - exponent);
    let (quotient, rest) = dividend.div_rem(scaled_up(&b.coefficient, b.exponent - exponent));
    if digit_count(&quotient) > prec {
        return None;
    }
    Some((quotient, Decimal::new(a.sign, rest, exponent)))
}

impl Decimal {
    /// The quotient, truncated to an integer.
    pub fn divide_integer(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self, other], context, status) {
            return nan;
        }
        let sign = self.sign != other.sign;
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Decimal::invalid(status, Status::INVALID_OPERATION),
            (true, false) => return Decimal::infinity(sign),
            (false, true) => return Decimal::zero(sign, 0),
            (false, false) => {}
        }
        if other.coefficient.is_zero() {
            if self.coefficient.is_zero() {
                return Decimal::invalid(status, Status::DIVISION_UNDEFINED);
            }
            *status |= Status::DIVISION_BY_ZERO;
            return Decimal::infinity(sign);
        }
        match integer_division(self, other, context.prec) {
            Some((quotient, _)) => Decimal::new(sign, quotient, 0).finalized(context, status),
            None => Decimal::invalid(status, Status::DIVISION_IMPOSSIBLE),
        }
    }

    /// The remainder of the division to an integer, with the sign of the dividend.
    pub fn remainder(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(result) = self.special_remainder(other, context, status) {
            return result;
        }
        match integer_division(self, other, context.prec) {
            Some((_, rest)) => rest.finalized(context, status),
            None => Decimal::invalid(status, Status::DIVISION_IMPOSSIBLE),
        }
    }

    fn special_remainder(&self, other: &Decimal, context: &Context, status: &mut Status) -> Option<Decimal> {
        if let Some(nan) = nan_result(&[self, other], context, status) {
            return Some(nan);
        }
        if self.is_infinite() {
            return Some(Decimal::invalid(status, Status::INVALID_OPERATION));
        }
        if other.is_infinite() {
            return Some(self.clone().finalized(context, status));
        }
        if other.coefficient.is_zero() {
            let undefined = self.coefficient.is_zero();
            let condition = if undefined { Status::DIVISION_UNDEFINED } else { Status::INVALID_OPERATION };
            return Some(Decimal::invalid(status, condition));
        }
        None
    }

    /// Quotient and remainder.
    pub fn divmod(&self, other: &Decimal, context: &Context, status: &mut Status) -> (Decimal, Decimal) {
        if let Some(nan) = nan_result(&[self, other], context, status) {
            return (nan.clone(), nan);
        }
        let sign = self.sign != other.sign;
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => {
                *status |= Status::INVALID_OPERATION;
                return (Decimal::nan(), Decimal::nan());
            }
            (true, false) => {
                *status |= Status::INVALID_OPERATION;
                return (Decimal::infinity(sign), Decimal::nan());
            }
            (false, true) => return (Decimal::zero(sign, 0), self.clone().finalized(context, status)),
            (false, false) => {}
        }
        if other.coefficient.is_zero() {
            if self.coefficient.is_zero() {
                *status |= Status::DIVISION_UNDEFINED;
                return (Decimal::nan(), Decimal::nan());
            }
            *status |= Status::DIVISION_BY_ZERO | Status::INVALID_OPERATION;
            return (Decimal::infinity(sign), Decimal::nan());
        }
        match integer_division(self, other, context.prec) {
            Some((quotient, rest)) => {
                // An inexact quotient does not make a subnormal remainder underflow.
                let mut conditions = Status::CLEAR;
                let rest = rest.finalized(context, &mut conditions);
                let quotient = Decimal::new(sign, quotient, 0).finalized(context, status);
                *status |= conditions;
                (quotient, rest)
            }
            None => {
                *status |= Status::DIVISION_IMPOSSIBLE;
                (Decimal::nan(), Decimal::nan())
            }
        }
    }

    /// `self - other * n` with the integer n nearest to the quotient, the even one of two.
    pub fn remainder_near(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(result) = self.special_remainder(other, context, status) {
            return result;
        }
        if !self.coefficient.is_zero() && self.adjusted() < other.adjusted() - 1 {
            // Less than half of the divisor.
            let exponent = self.exponent.min(other.exponent);
            let rest = scaled_up(&self.coefficient, self.exponent - exponent);
            return Decimal::new(self.sign, rest, exponent).finalized(context, status);
        }
        let Some((mut quotient, mut rest)) = integer_division(self, other, context.prec) else {
            return Decimal::invalid(status, Status::DIVISION_IMPOSSIBLE);
        };
        let divisor = scaled_up(&other.coefficient, other.exponent - rest.exponent);
        let twice = &rest.coefficient << 1;
        let odd = crate::coefficient::last_digit(&quotient) & 1 == 1;
        if twice > divisor || twice == divisor && odd {
            rest.coefficient = divisor - &rest.coefficient;
            rest.sign = !rest.sign;
            quotient += 1u8;
        }
        if digit_count(&quotient) > context.prec {
            return Decimal::invalid(status, Status::DIVISION_IMPOSSIBLE);
        }
        rest.finalized(context, status)
    }
}
