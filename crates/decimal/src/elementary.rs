//! Exponential function and logarithms, correctly rounded.
//!
//! All are transcendental but for few arguments, so an approximation of enough digits says how the true value rounds: where the
//! digits do not say it, more are computed (Ziv's strategy). Approximations are binary fixed-point numbers.

use crate::arithmetic::nan_result;
use crate::coefficient::{MAX_DIGITS, pow10, scaled_up, trailing_zeros};
use crate::{Context, Decimal, Rounding, Status};
use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use std::cell::RefCell;

/// More digits than this are not computed.
const LONGEST: i64 = 50_000_000;

/// Bits for so many decimal digits.
fn bits_of(digits: i64) -> usize {
    (digits as f64 * std::f64::consts::LOG2_10).ceil() as usize + 1
}

thread_local! {
    /// ln(10) as last computed: the number of bits behind the point, and the value.
    static LN_10: RefCell<(usize, IBig)> = const { RefCell::new((0, IBig::ZERO)) };
}

/// atanh(1/n), with `bits` behind the point.
fn inverse_atanh(n: u32, bits: usize) -> IBig {
    let mut power = (IBig::ONE << bits) / n;
    let mut sum = power.clone();
    let mut denominator = 3u32;
    let square = n * n;
    loop {
        power /= square;
        if power.is_zero() {
            return sum;
        }
        sum += &power / denominator;
        denominator += 2;
    }
}

fn ln_10(bits: usize) -> IBig {
    const GUARD: usize = 40;
    LN_10.with_borrow_mut(|(known, value)| {
        if *known < bits {
            let wide = bits + GUARD;
            let sum =
                inverse_atanh(31, wide) * 46 + inverse_atanh(49, wide) * 34 + inverse_atanh(161, wide) * 20;
            (*known, *value) = (bits, sum >> GUARD);
        }
        &*value >> (*known - bits)
    })
}

/// `number * 2^bits`, truncated.
fn to_fixed(number: &Decimal, bits: usize) -> IBig {
    let magnitude = if number.exponent >= 0 {
        scaled_up(&number.coefficient, number.exponent) << bits
    } else {
        (&number.coefficient << bits) / pow10(number.exponent.unsigned_abs())
    };
    if number.sign { -IBig::from(magnitude) } else { IBig::from(magnitude) }
}

/// e^x for a small x, both with `bits` behind the point; off by less than four units of the last bit.
fn exp_fixed(x: &IBig, bits: usize) -> IBig {
    let halvings = bits.isqrt() / 2 + 4;
    let wide = bits + 2 * halvings + 16;
    let reduced = (x << (wide - bits)) >> halvings;
    let one = IBig::ONE << wide;
    let mut sum = one.clone() + &reduced;
    let mut term = reduced.clone();
    let mut n = 2u32;
    loop {
        term = ((term * &reduced) >> wide) / n;
        // Shifting negative numbers right never gives zero.
        if term.bit_len() <= 1 {
            break;
        }
        sum += &term;
        n += 1;
    }
    for _ in 0..halvings {
        sum = (&sum * &sum) >> wide;
    }
    sum >> (wide - bits)
}

/// ln(m) for 0.3 < m < 3.2, both with `bits` behind the point. Each step of Halley's iteration triples the number of right bits.
fn ln_fixed(m: &IBig, bits: usize) -> IBig {
    const START: usize = 48;
    let mut ladder = vec![bits + 8];
    while let Some(&precision) = ladder.last()
        && precision > START
    {
        ladder.push(precision / 3 + 8);
        if precision / 3 + 8 >= precision {
            break;
        }
    }
    let precision = ladder.pop().unwrap_or(START);
    let scale = |value: &IBig, from: usize, to: usize| {
        if to >= from { value << (to - from) } else { value >> (from - to) }
    };
    let estimate = (scale(m, bits, 62).to_f64().value() / (1u64 << 62) as f64).ln();
    let mut y = scale(&IBig::from((estimate * (1u64 << 53) as f64) as i64), 53, precision);
    let mut at = precision;
    for precision in ladder.into_iter().rev() {
        y = scale(&y, at, precision);
        at = precision;
        let power = exp_fixed(&y, precision);
        let m = scale(m, bits, precision);
        let correction = ((&m - &power) << (precision + 1)) / (m + power);
        y += correction;
    }
    scale(&y, at, bits)
}

/// A result between `low` and `low + 2 * margin` units of 10^exponent, rounded; `None` if that range does not say how.
fn settled(value: &IBig, exponent: i64, context: &Context) -> Option<(Decimal, Status)> {
    const MARGIN: u8 = 3;
    let sign = *value < IBig::ZERO;
    let magnitude = dashu_int::ops::UnsignedAbs::unsigned_abs(value.clone());
    if magnitude <= UBig::from(2 * MARGIN) {
        return None;
    }
    let mut status = Status::CLEAR;
    let low = Decimal::new(sign, &magnitude - MARGIN, exponent).finalized(context, &mut Status::default());
    let high = Decimal::new(sign, magnitude + MARGIN, exponent).finalized(context, &mut status);
    let same = low.kind == high.kind && low.exponent == high.exponent && low.coefficient == high.coefficient;
    same.then_some((high, status | Status::INEXACT | Status::ROUNDED))
}

/// Computes with more and more digits until the rounding is settled. `approximate` gives the value in units of the power of ten
/// beside it, for a number of digits.
fn ziv(
    context: &Context,
    status: &mut Status,
    mut approximate: impl FnMut(i64) -> Option<(IBig, i64)>,
) -> Decimal {
    let mut extra = 8;
    loop {
        let digits = context.prec + extra;
        if digits > LONGEST {
            return Decimal::invalid(status, Status::OUT_OF_MEMORY);
        }
        let Some((value, exponent)) = approximate(digits) else {
            return Decimal::invalid(status, Status::OUT_OF_MEMORY);
        };
        if let Some((result, conditions)) = settled(&value, exponent, context) {
            *status |= conditions;
            return result;
        }
        extra *= 3;
    }
}

/// A fixed-point number in units of 10^-places.
fn in_decimal_units(value: &IBig, bits: usize, places: i64) -> IBig {
    if places >= 0 {
        (value * IBig::from(pow10(places as u64))) >> bits
    } else {
        (value >> bits) / IBig::from(pow10(places.unsigned_abs()))
    }
}

/// The number as (m, e): m * 10^e with 0.316 < m < 3.17.
fn centred(number: &Decimal) -> (Decimal, i64) {
    let digits = number.digits();
    let lead = Decimal::new(false, number.coefficient.clone(), 1 - digits);
    let exponent = number.exponent + digits - 1;
    let root = Decimal::new(false, UBig::from(3_162_277u32), -6);
    if lead.partial_compare(&root).is_some_and(std::cmp::Ordering::is_gt) {
        (Decimal { exponent: lead.exponent - 1, ..lead }, exponent + 1)
    } else {
        (lead, exponent)
    }
}

/// About how many places after the point ln(m) begins, which is as many as for m - 1.
fn leading_zeros_of_ln(m: &Decimal) -> i64 {
    let one = Decimal::new(true, UBig::ONE, 0);
    let context = Context::working(crate::MAX_PREC, Rounding::Down);
    let difference = crate::arithmetic::exact_sum(m, &one, &context, &mut Status::default());
    (-difference.adjusted()).max(0)
}

impl Decimal {
    /// e to the power of the number.
    pub fn exp(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_result(&[self], context, status) {
            return nan;
        }
        let context = &context.with_rounding(Rounding::HalfEven);
        if self.is_infinite() {
            return if self.sign { Decimal::ZERO } else { Decimal::infinity(false) };
        }
        if self.coefficient.is_zero() {
            return Decimal::from_i64(1);
        }
        let adjusted = self.adjusted();
        // 10^18 is more than any exponent.
        if adjusted > 18 {
            return beyond_range(self.sign, context, status);
        }
        if adjusted < -(context.prec + 2) {
            return self.exp_near_one(context, status);
        }
        ziv(context, status, |digits| {
            const GUARD: usize = 80;
            let bits = bits_of(digits) + GUARD;
            let x = to_fixed(self, bits);
            let ln_10 = ln_10(bits);
            let mut exponent = i64::try_from(&x / &ln_10).ok()?;
            if self.sign {
                exponent -= 1;
            }
            let reduced = x - ln_10 * exponent;
            let value = exp_fixed(&reduced, bits);
            Some((in_decimal_units(&value, bits, digits), exponent - digits))
        })
    }

    /// e to the power of a number so small that the result is next to one.
    fn exp_near_one(&self, context: &Context, status: &mut Status) -> Decimal {
        let places = context.prec + 1;
        if places > MAX_DIGITS {
            return Decimal::invalid(status, Status::OUT_OF_MEMORY);
        }
        let one = pow10(places as u64);
        let value = if self.sign { one - 1u8 } else { one + 1u8 };
        Decimal::new(false, value, -places).finalized(context, status)
    }

    /// What logarithms of anything but positive finite numbers are.
    fn special_logarithm(&self, context: &Context, status: &mut Status) -> Option<Decimal> {
        if let Some(nan) = nan_result(&[self], context, status) {
            return Some(nan);
        }
        if self.is_zero() {
            return Some(Decimal::infinity(true));
        }
        if self.sign {
            return Some(Decimal::invalid(status, Status::INVALID_OPERATION));
        }
        self.is_infinite().then(|| Decimal::infinity(false))
    }

    /// The natural logarithm.
    pub fn ln(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(result) = self.special_logarithm(context, status) {
            return result;
        }
        let (m, exponent) = centred(self);
        if exponent == 0 && m.partial_compare(&Decimal::from_i64(1)).is_some_and(std::cmp::Ordering::is_eq) {
            return Decimal::ZERO;
        }
        let context = &context.with_rounding(Rounding::HalfEven);
        let zeros = if exponent == 0 { leading_zeros_of_ln(&m) } else { 0 };
        ziv(context, status, |digits| {
            const GUARD: usize = 80;
            let places = digits + zeros + 1;
            let bits = bits_of(places) + GUARD;
            let value = ln_fixed(&to_fixed(&m, bits), bits) + ln_10(bits) * exponent;
            Some((in_decimal_units(&value, bits, places), -places))
        })
    }

    /// The logarithm to the base ten.
    pub fn log10(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(result) = self.special_logarithm(context, status) {
            return result;
        }
        let context = &context.with_rounding(Rounding::HalfEven);
        let digits = self.digits();
        if trailing_zeros(&self.coefficient, digits) == digits - 1
            && self.coefficient == pow10(digits as u64 - 1)
        {
            return Decimal::from_i64(self.adjusted()).finalized(context, status);
        }
        let (m, exponent) = centred(self);
        let zeros = if exponent == 0 { leading_zeros_of_ln(&m) + 1 } else { 0 };
        ziv(context, status, |digits| {
            const GUARD: usize = 80;
            let places = digits + zeros + 1;
            let bits = bits_of(places) + GUARD;
            let ln = ln_fixed(&to_fixed(&m, bits), bits);
            let value = (ln << bits) / ln_10(bits) + (IBig::from(exponent) << bits);
            Some((in_decimal_units(&value, bits, places), -places))
        })
    }
}

/// The power of a number that is far beyond all exponents: overflow, or underflow if it is `tiny`.
pub fn beyond_range(tiny: bool, context: &Context, status: &mut Status) -> Decimal {
    let exponent = if tiny { context.etiny() - 2 } else { context.emax + 1 };
    Decimal::new(false, UBig::ONE, exponent).finalized(context, status)
}
