//! Operations on digits: shifting, rotating, logic.

use crate::arithmetic::nan_result;
use crate::coefficient::{MAX_DIGITS, digits, divided, pow10, scaled_up};
use crate::{Context, Decimal, Status};

impl Decimal {
    /// The number's last digits, as many as the precision.
    fn last_digits(&self, count: i64) -> dashu_int::UBig {
        if self.digits() > count { divided(&self.coefficient, count).1 } else { self.coefficient.clone() }
    }

    /// The count of places for shifts and rotations, or the result where there is nothing to move.
    fn places(&self, other: &Decimal, context: &Context, status: &mut Status) -> Result<i64, Decimal> {
        if let Some(nan) = nan_result(&[self, other], context, status) {
            return Err(nan);
        }
        let Some(places) = other.plain_integer(context.prec) else {
            return Err(Decimal::invalid(status, Status::INVALID_OPERATION));
        };
        if self.is_infinite() {
            return Err(self.clone());
        }
        Ok(places)
    }

    /// The digits moved to the left, or to the right if `other` is negative, within the precision.
    pub fn shift(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        let places = match self.places(other, context, status) {
            Ok(places) => places,
            Err(result) => return result,
        };
        if places > MAX_DIGITS {
            return Decimal::invalid(status, Status::OUT_OF_MEMORY);
        }
        let coefficient = if places >= 0 {
            let kept = Decimal::new(false, self.coefficient.clone(), 0).last_digits(context.prec - places);
            if context.prec == places { dashu_int::UBig::ZERO } else { scaled_up(&kept, places) }
        } else if -places >= self.digits() {
            dashu_int::UBig::ZERO
        } else {
            divided(&self.last_digits(context.prec), -places).0
        };
        Decimal::new(self.sign, coefficient, self.exponent)
    }

    /// As [`Decimal::shift`], but the digits that leave on one side come in on the other.
    pub fn rotate(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        let places = match self.places(other, context, status) {
            Ok(places) => places,
            Err(result) => return result,
        };
        if context.prec > MAX_DIGITS {
            return Decimal::invalid(status, Status::OUT_OF_MEMORY);
        }
        let left = if places >= 0 { places } else { context.prec + places };
        let (high, low) = divided(&self.last_digits(context.prec), context.prec - left);
        Decimal::new(self.sign, low * pow10(left as u64) + high, self.exponent)
    }

    /// The digits of a logical operand, the last one first: all 0 or 1.
    fn logical_digits(&self) -> Option<Vec<u8>> {
        if !self.is_finite() || self.sign || self.exponent != 0 {
            return None;
        }
        let mut digits = digits(&self.coefficient);
        digits.reverse();
        digits.iter().all(|digit| *digit <= 1).then_some(digits)
    }

    /// `and` of each pair of digits, which must be zeros and ones.
    pub fn logical_and(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.logical(other, |a, b| a & b, context, status)
    }

    /// `or` of each pair of digits, which must be zeros and ones.
    pub fn logical_or(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.logical(other, |a, b| a | b, context, status)
    }

    /// `xor` of each pair of digits, which must be zeros and ones.
    pub fn logical_xor(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.logical(other, |a, b| a ^ b, context, status)
    }

    /// Applies `operation` to each pair of digits.
    fn logical(
        &self,
        other: &Decimal,
        operation: fn(u8, u8) -> u8,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        let (Some(a), Some(b)) = (self.logical_digits(), other.logical_digits()) else {
            return Decimal::invalid(status, Status::INVALID_OPERATION);
        };
        let digit = |digits: &[u8], index: usize| digits.get(index).copied().unwrap_or(0);
        // Digits beyond the precision are dropped.
        let count = (a.len().max(b.len()) as i64).min(context.prec) as usize;
        let result: Vec<u8> =
            (0..count).rev().map(|index| operation(digit(&a, index), digit(&b, index))).collect();
        Decimal::from_digits(false, &result, 0)
    }

    /// Inverts as many digits as the precision.
    pub fn logical_invert(&self, context: &Context, status: &mut Status) -> Decimal {
        let Some(own) = self.logical_digits() else {
            return Decimal::invalid(status, Status::INVALID_OPERATION);
        };
        if context.prec > MAX_DIGITS {
            return Decimal::invalid(status, Status::OUT_OF_MEMORY);
        }
        let count = context.prec as usize;
        let result: Vec<u8> =
            (0..count).rev().map(|index| 1 - own.get(index).copied().unwrap_or(0)).collect();
        Decimal::from_digits(false, &result, 0)
    }
}
