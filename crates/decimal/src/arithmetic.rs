//! Addition, multiplication, division and square root.

use crate::coefficient::{MAX_DIGITS, digit_count, pow10, scaled_up, small, small_pow10, trailing_zeros};
use crate::{Context, Decimal, Kind, Rounding, Status};
use dashu_int::UBig;
use dashu_int::ops::{BitTest, DivRem, SquareRootRem};
use std::cmp::Ordering;

/// The NaN that an operation on `operands` gives, if one of them is a NaN: the first signaling one, or the first.
pub fn nan_result(operands: &[&Decimal], context: &Context, status: &mut Status) -> Option<Decimal> {
    if !operands.iter().any(|operand| operand.is_nan()) {
        return None;
    }
    let signaling = operands.iter().find(|operand| operand.is_signaling());
    if signaling.is_some() {
        *status |= Status::INVALID_OPERATION;
    }
    let nan = signaling.or_else(|| operands.iter().find(|operand| operand.is_nan()))?;
    let quiet = Decimal { kind: Kind::QuietNan, exponent: 0, ..(**nan).clone() };
    Some(quiet.with_fitting_payload(context))
}

/// A number in place of one so small that only its being there can matter, at most as long as `prec` and some digits need.
fn sticky(large: &Decimal, small: &Decimal, prec: i64) -> Option<Decimal> {
    let room = (prec + 3 - large.digits()).max(0) + 1;
    let exponent = large.exponent - room;
    if small.coefficient.is_zero() {
        return (small.exponent < exponent).then(|| Decimal::zero(small.sign, exponent));
    }
    (small.adjusted() < exponent).then(|| Decimal::new(small.sign, UBig::ONE, exponent))
}

/// The exact sum of two finite numbers, or one that rounds to the same as it.
pub fn exact_sum(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    let (high, low) = if a.exponent >= b.exponent { (a, b) } else { (b, a) };
    let mut shift = high.exponent - low.exponent;
    let replacement;
    let mut low = low;
    if shift > 0 {
        if high.coefficient.is_zero() {
            shift = 0;
        } else if let Some(sticky) = (shift > 32).then(|| sticky(high, low, context.prec)).flatten() {
            replacement = sticky;
            low = &replacement;
            shift = high.exponent - low.exponent;
        }
    }
    if shift > MAX_DIGITS {
        return Decimal::invalid(status, Status::OUT_OF_MEMORY);
    }
    let exponent = low.exponent;
    if let (Some(x), Some(y), Some(power)) =
        (small(&high.coefficient), small(&low.coefficient), small_pow10(shift))
        && let Some(x) = x.checked_mul(power)
    {
        if high.sign == low.sign {
            if let Some(sum) = x.checked_add(y) {
                return signed_sum(high.sign, UBig::from(sum), exponent, true, context);
            }
        } else {
            let (sign, difference) = if x >= y { (high.sign, x - y) } else { (low.sign, y - x) };
            return signed_sum(sign, UBig::from(difference), exponent, false, context);
        }
    }
    let x = scaled_up(&high.coefficient, shift);
    let y = &low.coefficient;
    if high.sign == low.sign {
        return signed_sum(high.sign, x + y, exponent, true, context);
    }
    match x.cmp(y) {
        Ordering::Less => signed_sum(low.sign, y - x, exponent, false, context),
        _ => signed_sum(high.sign, x - y, exponent, false, context),
    }
}

/// The zero that numbers of different signs add up to is positive but where results are rounded down.
fn signed_sum(sign: bool, coefficient: UBig, exponent: i64, same_signs: bool, context: &Context) -> Decimal {
    let sign = if coefficient.is_zero() && !same_signs { context.rounding == Rounding::Floor } else { sign };
    Decimal::new(sign, coefficient, exponent)
}

fn sum(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    if a.is_finite() && b.is_finite() {
        return exact_sum(a, b, context, status).finalized(context, status);
    }
    if let Some(nan) = nan_result(&[a, b], context, status) {
        return nan;
    }
    match (a.is_infinite(), b.is_infinite()) {
        (true, true) if a.sign != b.sign => Decimal::invalid(status, Status::INVALID_OPERATION),
        (true, _) => Decimal::infinity(a.sign),
        _ => Decimal::infinity(b.sign),
    }
}

impl Decimal {
    pub fn add(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        sum(self, other, context, status)
    }

    pub fn subtract(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self, other], context, status) {
            return nan;
        }
        sum(self, &other.negated_copy(), context, status)
    }

    /// The exact product; `None` if it would be infinite, undefined or too long.
    fn product(&self, other: &Decimal) -> Decimal {
        let sign = self.sign != other.sign;
        let exponent = self.exponent + other.exponent;
        let coefficient = match (small(&self.coefficient), small(&other.coefficient)) {
            (Some(a), Some(b)) => match a.checked_mul(b) {
                Some(product) => UBig::from(product),
                None => &self.coefficient * &other.coefficient,
            },
            _ => &self.coefficient * &other.coefficient,
        };
        Decimal::new(sign, coefficient, exponent)
    }

    /// The product of numbers of which one is infinite.
    fn infinite_product(&self, other: &Decimal, status: &mut Status) -> Decimal {
        if self.is_zero() || other.is_zero() {
            return Decimal::invalid(status, Status::INVALID_OPERATION);
        }
        Decimal::infinity(self.sign != other.sign)
    }

    pub fn multiply(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if self.is_finite() && other.is_finite() {
            return self.product(other).finalized(context, status);
        }
        match nan_result(&[self, other], context, status) {
            Some(nan) => nan,
            None => self.infinite_product(other, status),
        }
    }

    /// `self * other + third`, rounded once.
    pub fn fma(&self, other: &Decimal, third: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if self.is_finite() && other.is_finite() && third.is_finite() {
            return exact_sum(&self.product(other), third, context, status).finalized(context, status);
        }
        // The product's invalidity comes before a NaN to be added.
        if !self.is_nan() && !other.is_nan() && (self.is_infinite() || other.is_infinite()) {
            let product = self.infinite_product(other, status);
            if product.is_nan() {
                return product;
            }
            return sum(&product, third, context, status);
        }
        match nan_result(&[self, other, third], context, status) {
            Some(nan) => nan,
            None => Decimal::infinity(third.sign),
        }
    }

    pub fn divide(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self, other], context, status) {
            return nan;
        }
        let sign = self.sign != other.sign;
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Decimal::invalid(status, Status::INVALID_OPERATION),
            (true, false) => return Decimal::infinity(sign),
            (false, true) => {
                *status |= Status::CLAMPED;
                return Decimal::zero(sign, context.etiny());
            }
            (false, false) => {}
        }
        if other.coefficient.is_zero() {
            if self.coefficient.is_zero() {
                return Decimal::invalid(status, Status::DIVISION_UNDEFINED);
            }
            *status |= Status::DIVISION_BY_ZERO;
            return Decimal::infinity(sign);
        }
        let ideal = self.exponent - other.exponent;
        if self.coefficient.is_zero() {
            return Decimal::zero(sign, ideal).finalized(context, status);
        }
        self.quotient(other, sign, ideal, context, status).finalized(context, status)
    }

    /// The quotient of finite numbers other than zero, to one digit more than the precision and a sticky one, or exactly.
    fn quotient(
        &self,
        other: &Decimal,
        sign: bool,
        ideal: i64,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        let lead = other.digits() - self.digits();
        let mut shift = (lead + context.prec + 1).max(0);
        // An exact quotient has no more digits after the point than the divisor has bits: with a precision far beyond that it is
        // worth a try.
        let enough = other.coefficient.bit_len() as i64 + lead.max(0);
        if shift > 4 * enough + 64 {
            let (quotient, rest) = scaled_up(&self.coefficient, enough).div_rem(&other.coefficient);
            if rest.is_zero() {
                let zeros = trailing_zeros(&quotient, enough);
                return Decimal::new(sign, quotient / pow10(zeros as u64), ideal - enough + zeros);
            }
        }
        if shift > MAX_DIGITS {
            return Decimal::invalid(status, Status::OUT_OF_MEMORY);
        }
        let (quotient, rest) = match (small(&self.coefficient), small(&other.coefficient), small_pow10(shift))
        {
            (Some(a), Some(b), Some(power)) if a.checked_mul(power).is_some() => {
                let a = a * power;
                (UBig::from(a / b), UBig::from(a % b))
            }
            _ => scaled_up(&self.coefficient, shift).div_rem(&other.coefficient),
        };
        let mut quotient = quotient;
        if rest.is_zero() {
            let zeros = trailing_zeros(&quotient, shift);
            if zeros > 0 {
                quotient /= pow10(zeros as u64);
                shift -= zeros;
            }
        } else {
            make_sticky(&mut quotient);
        }
        Decimal::new(sign, quotient, ideal - shift)
    }

    pub fn square_root(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self], context, status) {
            return nan;
        }
        let context = context.with_rounding(Rounding::HalfEven);
        let ideal = self.exponent.div_euclid(2);
        if self.is_zero() {
            return Decimal::zero(self.sign, ideal).finalized(&context, status);
        }
        if self.sign {
            return Decimal::invalid(status, Status::INVALID_OPERATION);
        }
        if self.is_infinite() {
            return Decimal::infinity(false);
        }
        let odd = self.exponent - 2 * ideal;
        let base = scaled_up(&self.coefficient, odd);
        let digits = digit_count(&base);
        // Twice as many digits as the root is to have.
        let mut shift = (context.prec + 2 - (digits + 1) / 2).max(0);
        let (root, rest) = if shift > 64 { base.sqrt_rem() } else { (UBig::ZERO, UBig::ONE) };
        if rest.is_zero() {
            return Decimal::new(false, root, ideal).finalized(&context, status);
        }
        if shift > MAX_DIGITS {
            return Decimal::invalid(status, Status::OUT_OF_MEMORY);
        }
        let (mut root, rest) = scaled_up(&base, 2 * shift).sqrt_rem();
        if rest.is_zero() {
            let zeros = trailing_zeros(&root, shift);
            root /= pow10(zeros as u64);
            shift -= zeros;
        } else {
            make_sticky(&mut root);
        }
        Decimal::new(false, root, ideal - shift).finalized(&context, status)
    }
}

/// Makes sure that a truncated result is not taken for an exact one, nor for one half-way between two others.
pub fn make_sticky(coefficient: &mut UBig) {
    if matches!(crate::coefficient::last_digit(coefficient), 0 | 5) {
        *coefficient += 1u8;
    }
}

impl Decimal {
    /// The number rounded to the context.
    pub fn plus(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self], context, status) {
            return nan;
        }
        let sign = if self.is_zero() { self.sign && context.rounding == Rounding::Floor } else { self.sign };
        self.with_sign(sign).finalized(context, status)
    }

    pub fn minus(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self], context, status) {
            return nan;
        }
        let sign =
            if self.is_zero() { !self.sign && context.rounding == Rounding::Floor } else { !self.sign };
        self.with_sign(sign).finalized(context, status)
    }

    pub fn abs(&self, context: &Context, status: &mut Status) -> Decimal {
        if self.sign && !self.is_nan() { self.minus(context, status) } else { self.plus(context, status) }
    }
}
