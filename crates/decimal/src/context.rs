//! Contexts: precision, exponent range and rounding; and the conditions that operations report.

use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

pub const MAX_PREC: i64 = 999_999_999_999_999_999;
pub const MAX_EMAX: i64 = 999_999_999_999_999_999;
pub const MIN_EMIN: i64 = -999_999_999_999_999_999;
/// The exponent of the smallest subnormal number of the largest precision and range.
pub const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC - 1);

/// Conditions, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status(pub u32);

impl Status {
    pub const CLEAR: Status = Status(0);
    pub const CLAMPED: Status = Status(1);
    pub const CONVERSION_SYNTAX: Status = Status(1 << 1);
    pub const DIVISION_BY_ZERO: Status = Status(1 << 2);
    pub const DIVISION_IMPOSSIBLE: Status = Status(1 << 3);
    pub const DIVISION_UNDEFINED: Status = Status(1 << 4);
    pub const INEXACT: Status = Status(1 << 5);
    pub const INVALID_CONTEXT: Status = Status(1 << 6);
    pub const INVALID_OPERATION: Status = Status(1 << 7);
    /// The result would need more memory than there can be.
    pub const OUT_OF_MEMORY: Status = Status(1 << 8);
    /// A float was mixed with decimals; no arithmetic operation reports it.
    pub const FLOAT_OPERATION: Status = Status(1 << 9);
    pub const OVERFLOW: Status = Status(1 << 10);
    pub const ROUNDED: Status = Status(1 << 11);
    pub const SUBNORMAL: Status = Status(1 << 12);
    pub const UNDERFLOW: Status = Status(1 << 13);

    /// All conditions that the signal InvalidOperation stands for.
    pub const ANY_INVALID: Status = Status(
        Status::CONVERSION_SYNTAX.0
            | Status::DIVISION_IMPOSSIBLE.0
            | Status::DIVISION_UNDEFINED.0
            | Status::INVALID_CONTEXT.0
            | Status::INVALID_OPERATION.0
            | Status::OUT_OF_MEMORY.0,
    );

    /// Whether some condition of `other` is set.
    pub const fn has(self, other: Status) -> bool {
        self.0 & other.0 != 0
    }

    pub const fn is_clear(self) -> bool {
        self.0 == 0
    }

    pub fn remove(&mut self, other: Status) {
        self.0 &= !other.0;
    }
}

impl BitOr for Status {
    type Output = Status;

    fn bitor(self, other: Status) -> Status {
        Status(self.0 | other.0)
    }
}

impl BitAnd for Status {
    type Output = Status;

    fn bitand(self, other: Status) -> Status {
        Status(self.0 & other.0)
    }
}

impl Not for Status {
    type Output = Status;

    fn not(self) -> Status {
        Status(!self.0)
    }
}

impl BitOrAssign for Status {
    fn bitor_assign(&mut self, other: Status) {
        self.0 |= other.0;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    /// Away from zero if the last digit would be 0 or 5 otherwise.
    Up05,
}

/// How results are rounded. Conditions and traps are the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Digits of results, 1 to `MAX_PREC`.
    pub prec: i64,
    /// The largest adjusted exponent.
    pub emax: i64,
    /// The smallest adjusted exponent of normal numbers.
    pub emin: i64,
    pub rounding: Rounding,
    /// Whether exponents are limited to `etop`, as in the IEEE formats.
    pub clamp: bool,
}

impl Context {
    /// The widest context: results are exact, or out of memory.
    pub const MAX: Context = Context {
        prec: MAX_PREC,
        emax: MAX_EMAX,
        emin: MIN_EMIN,
        rounding: Rounding::HalfEven,
        clamp: false,
    };

    /// The exponent of the smallest subnormal number.
    pub fn etiny(&self) -> i64 {
        self.emin - (self.prec - 1)
    }

    /// The exponent of the largest number with all digits.
    pub fn etop(&self) -> i64 {
        self.emax - (self.prec - 1)
    }

    /// As `self` with another precision and rounding, and without bounds on exponents: for intermediate results.
    #[must_use]
    pub fn working(prec: i64, rounding: Rounding) -> Context {
        Context { prec: prec.min(MAX_PREC), rounding, ..Context::MAX }
    }

    #[must_use]
    pub fn with_rounding(&self, rounding: Rounding) -> Context {
        Context { rounding, ..*self }
    }
}
