//! Rounding, and bringing results into the bounds of a context.

use crate::coefficient::{MAX_DIGITS, compare_with_half, divided, last_digit, pow10, scaled_up};
use crate::{Context, Decimal, Kind, Rounding, Status};
use dashu_int::UBig;
use std::cmp::Ordering;

/// How what is cut off compares with half a unit of what is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Nothing,
    Less,
    Half,
    More,
}

impl Rounding {
    fn rounds_away(self, sign: bool, kept: &UBig, cut: Cut) -> bool {
        if cut == Cut::Nothing {
            return false;
        }
        match self {
            Rounding::Up => true,
            Rounding::Down => false,
            Rounding::Ceiling => !sign,
            Rounding::Floor => sign,
            Rounding::HalfUp => cut != Cut::Less,
            Rounding::HalfDown => cut == Cut::More,
            Rounding::HalfEven => cut == Cut::More || cut == Cut::Half && last_digit(kept) & 1 == 1,
            Rounding::Up05 => matches!(last_digit(kept), 0 | 5),
        }
    }
}

/// The coefficient without its last `count` digits, rounded, and whether digits other than zero were cut off.
pub fn without_digits(coefficient: &UBig, count: i64, rounding: Rounding, sign: bool) -> (UBig, bool) {
    let digits = crate::digit_count(coefficient);
    let (mut kept, cut) = if coefficient.is_zero() {
        (UBig::ZERO, Cut::Nothing)
    } else if count > digits {
        (UBig::ZERO, Cut::Less)
    } else {
        let (kept, rest) = divided(coefficient, count);
        let cut = if rest.is_zero() {
            Cut::Nothing
        } else {
            match compare_with_half(&rest, count) {
                Ordering::Less => Cut::Less,
                Ordering::Equal => Cut::Half,
                Ordering::Greater => Cut::More,
            }
        };
        (kept, cut)
    };
    if rounding.rounds_away(sign, &kept, cut) {
        kept += 1u8;
    }
    (kept, cut != Cut::Nothing)
}

impl Decimal {
    /// The NaN that an invalid operation gives.
    #[cold]
    pub(crate) fn invalid(status: &mut Status, condition: Status) -> Decimal {
        *status |= condition;
        Decimal::nan()
    }

    /// The result rounded to the context, with the conditions that this brings about.
    #[inline]
    pub fn finalized(self, context: &Context, status: &mut Status) -> Decimal {
        if self.is_finite() && !self.coefficient.is_zero() {
            let digits = self.digits();
            let adjusted = self.exponent + digits - 1;
            if digits <= context.prec
                && adjusted >= context.emin
                && adjusted <= context.emax
                && !(context.clamp && self.exponent > context.etop())
            {
                return self;
            }
        }
        self.bounded(context, status)
    }

    fn bounded(mut self, context: &Context, status: &mut Status) -> Decimal {
        match self.kind {
            Kind::Infinite => return self,
            Kind::QuietNan | Kind::SignalingNan => return self.with_fitting_payload(context),
            Kind::Finite => {}
        }
        if self.coefficient.is_zero() {
            let top = if context.clamp { context.etop() } else { context.emax };
            let exponent = self.exponent.clamp(context.etiny(), top);
            if exponent != self.exponent {
                self.exponent = exponent;
                *status |= Status::CLAMPED;
            }
            return self;
        }
        let digits = self.digits();
        let adjusted = self.exponent + digits - 1;
        if adjusted > context.emax {
            return overflowed(self.sign, context, status);
        }
        if adjusted < context.emin {
            return self.subnormal(context, status);
        }
        if digits > context.prec {
            let cut = digits - context.prec;
            let (coefficient, inexact) = without_digits(&self.coefficient, cut, context.rounding, self.sign);
            *status |= Status::ROUNDED;
            if inexact {
                *status |= Status::INEXACT;
            }
            self.coefficient = coefficient;
            self.exponent += cut;
            if self.digits() > context.prec {
                // All nines became a one and zeros.
                self.coefficient = divided(&self.coefficient, 1).0;
                self.exponent += 1;
                if self.exponent + context.prec - 1 > context.emax {
                    return overflowed(self.sign, context, status);
                }
            }
        }
        self.folded_down(context, status)
    }

    /// With `clamp`, exponents beyond `etop` become zeros of the coefficient.
    fn folded_down(mut self, context: &Context, status: &mut Status) -> Decimal {
        if context.clamp && self.exponent > context.etop() {
            let shift = self.exponent - context.etop();
            if shift > MAX_DIGITS {
                return Decimal::invalid(status, Status::OUT_OF_MEMORY);
            }
            self.coefficient = scaled_up(&self.coefficient, shift);
            self.exponent = context.etop();
            *status |= Status::CLAMPED;
        }
        self
    }

    fn subnormal(mut self, context: &Context, status: &mut Status) -> Decimal {
        *status |= Status::SUBNORMAL;
        let etiny = context.etiny();
        if self.exponent < etiny {
            let cut = etiny - self.exponent;
            let (coefficient, inexact) = without_digits(&self.coefficient, cut, context.rounding, self.sign);
            self.coefficient = coefficient;
            self.exponent = etiny;
            *status |= Status::ROUNDED;
            if inexact {
                *status |= Status::INEXACT;
                if self.coefficient.is_zero() {
                    *status |= Status::CLAMPED;
                }
            }
        }
        // The result may have been inexact before it was rounded here.
        if status.has(Status::INEXACT) {
            *status |= Status::UNDERFLOW;
        }
        self.folded_down(context, status)
    }

    /// A NaN whose payload has no more digits than the context allows.
    pub(crate) fn with_fitting_payload(mut self, context: &Context) -> Decimal {
        let room = context.prec - i64::from(context.clamp);
        if self.digits() > room {
            self.coefficient = if room == 0 { UBig::ZERO } else { divided(&self.coefficient, room).1 };
        }
        self
    }
}

#[cold]
fn overflowed(sign: bool, context: &Context, status: &mut Status) -> Decimal {
    *status |= Status::OVERFLOW | Status::INEXACT | Status::ROUNDED;
    let to_infinity = match context.rounding {
        Rounding::HalfUp | Rounding::HalfEven | Rounding::HalfDown | Rounding::Up => true,
        Rounding::Down | Rounding::Up05 => false,
        Rounding::Ceiling => !sign,
        Rounding::Floor => sign,
    };
    if to_infinity { Decimal::infinity(sign) } else { Decimal::largest(sign, context, status) }
}

impl Decimal {
    /// The finite number of the largest magnitude.
    pub(crate) fn largest(sign: bool, context: &Context, status: &mut Status) -> Decimal {
        if context.prec > MAX_DIGITS {
            return Decimal::invalid(status, Status::OUT_OF_MEMORY);
        }
        Decimal::new(sign, pow10(context.prec as u64) - 1u8, context.etop())
    }
}
