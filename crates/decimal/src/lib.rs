//! General Decimal Arithmetic (Cowlishaw's specification, version 1.70; IEEE 754 decimal arithmetic with arbitrary precision).
//!
//! A [`Decimal`] is a sign, a coefficient and an exponent, or an infinity or NaN. Operations take a [`Context`], which says how
//! to round, and add to a [`Status`] which conditions came up. Coefficients are binary integers: those below 2^128 take no
//! memory of their own, and multiplication and division of long ones are sub-quadratic.

mod arithmetic;
mod coefficient;
mod compare;
mod context;
mod digits;
mod elementary;
mod number;
mod power;
mod quantize;
mod remainder;
mod round;
mod text;

pub use coefficient::{digit_count, pow10};
pub use context::{Context, MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Rounding, Status};
pub use number::{Decimal, Kind};
pub use text::Notation;
