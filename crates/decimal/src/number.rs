//! The numbers themselves.

use crate::coefficient::{digit_count, from_digits};
use dashu_int::UBig;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Finite,
    Infinite,
    QuietNan,
    SignalingNan,
}

/// A decimal number: (-1)^sign * coefficient * 10^exponent, an infinity, or a NaN whose coefficient is its payload.
#[derive(Clone, Debug)]
pub struct Decimal {
    pub coefficient: UBig,
    pub exponent: i64,
    pub kind: Kind,
    /// Whether the sign is a minus.
    pub sign: bool,
}

impl Decimal {
    pub const ZERO: Decimal =
        Decimal { coefficient: UBig::ZERO, exponent: 0, kind: Kind::Finite, sign: false };

    #[inline]
    pub fn new(sign: bool, coefficient: UBig, exponent: i64) -> Decimal {
        Decimal { coefficient, exponent, kind: Kind::Finite, sign }
    }

    pub fn from_i64(n: i64) -> Decimal {
        Decimal::new(n < 0, UBig::from(n.unsigned_abs()), 0)
    }

    pub fn infinity(sign: bool) -> Decimal {
        Decimal { kind: Kind::Infinite, sign, ..Decimal::ZERO }
    }

    pub fn nan() -> Decimal {
        Decimal { kind: Kind::QuietNan, ..Decimal::ZERO }
    }

    pub fn zero(sign: bool, exponent: i64) -> Decimal {
        Decimal::new(sign, UBig::ZERO, exponent)
    }

    /// The number with these digits.
    pub fn from_digits(sign: bool, digits: &[u8], exponent: i64) -> Decimal {
        Decimal::new(sign, from_digits(digits), exponent)
    }

    #[inline]
    pub fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }

    pub fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }

    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::QuietNan | Kind::SignalingNan)
    }

    pub fn is_signaling(&self) -> bool {
        self.kind == Kind::SignalingNan
    }

    /// Whether it is a zero of either sign.
    #[inline]
    pub fn is_zero(&self) -> bool {
        self.is_finite() && self.coefficient.is_zero()
    }

    /// Whether it is a finite number without a fraction.
    pub fn is_integer(&self) -> bool {
        if !self.is_finite() {
            return false;
        }
        if self.exponent >= 0 || self.coefficient.is_zero() {
            return true;
        }
        self.exponent > -self.digits()
            && crate::coefficient::trailing_zeros(&self.coefficient, -self.exponent) == -self.exponent
    }

    /// The number of digits of the coefficient; one for zero.
    #[inline]
    pub fn digits(&self) -> i64 {
        digit_count(&self.coefficient)
    }

    /// The exponent of the most significant digit.
    #[inline]
    pub fn adjusted(&self) -> i64 {
        self.exponent + self.digits() - 1
    }

    #[must_use]
    pub fn with_sign(&self, sign: bool) -> Decimal {
        Decimal { sign, ..self.clone() }
    }

    #[must_use]
    pub fn abs_copy(&self) -> Decimal {
        self.with_sign(false)
    }

    #[must_use]
    pub fn negated_copy(&self) -> Decimal {
        self.with_sign(!self.sign)
    }
}
