//! Comparisons, minimum and maximum, and the classes of numbers.

use crate::arithmetic::nan_result;
use crate::coefficient::scaled_up;
use crate::{Context, Decimal, Kind, Status};
use std::cmp::Ordering;

/// Compares the magnitudes of finite numbers.
fn compare_magnitudes(a: &Decimal, b: &Decimal) -> Ordering {
    match (a.coefficient.is_zero(), b.coefficient.is_zero()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        (false, false) => {}
    }
    if a.exponent == b.exponent {
        return a.coefficient.cmp(&b.coefficient);
    }
    match a.adjusted().cmp(&b.adjusted()) {
        Ordering::Equal => {}
        unequal => return unequal,
    }
    if a.exponent > b.exponent {
        scaled_up(&a.coefficient, a.exponent - b.exponent).cmp(&b.coefficient)
    } else {
        a.coefficient.cmp(&scaled_up(&b.coefficient, b.exponent - a.exponent))
    }
}

/// Compares numbers other than NaNs by value.
pub fn compare_values(a: &Decimal, b: &Decimal) -> Ordering {
    let rank = |x: &Decimal| -> i8 {
        match (x.is_infinite(), x.is_zero(), x.sign) {
            (true, _, false) => 2,
            (true, _, true) => -2,
            (_, true, _) => 0,
            (_, _, false) => 1,
            (_, _, true) => -1,
        }
    };
    match (rank(a), rank(b)) {
        (1, 1) => compare_magnitudes(a, b),
        (-1, -1) => compare_magnitudes(b, a),
        (a, b) => a.cmp(&b),
    }
}

fn as_decimal(ordering: Ordering) -> Decimal {
    Decimal::from_i64(ordering as i64)
}

impl Decimal {
    /// Compares by value; `None` if one is a NaN.
    pub fn partial_compare(&self, other: &Decimal) -> Option<Ordering> {
        if self.is_nan() || other.is_nan() { None } else { Some(compare_values(self, other)) }
    }

    /// -1, 0, 1 or NaN.
    pub fn compare(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        nan_result(&[self, other], context, status).unwrap_or_else(|| as_decimal(compare_values(self, other)))
    }

    /// As [`Decimal::compare`], but every NaN signals.
    pub fn compare_signal(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if self.is_nan() || other.is_nan() {
            *status |= Status::INVALID_OPERATION;
        }
        self.compare(other, context, status)
    }

    /// The total order of representations.
    pub fn total_order(&self, other: &Decimal) -> Ordering {
        if self.sign != other.sign {
            return if self.sign { Ordering::Less } else { Ordering::Greater };
        }
        let class = |x: &Decimal| match x.kind {
            Kind::Finite => 0,
            Kind::Infinite => 1,
            Kind::SignalingNan => 2,
            Kind::QuietNan => 3,
        };
        let magnitude = match (class(self), class(other)) {
            (0, 0) => compare_magnitudes(self, other).then_with(|| self.exponent.cmp(&other.exponent)),
            (a, b) => a.cmp(&b).then_with(|| self.coefficient.cmp(&other.coefficient)),
        };
        if self.sign { magnitude.reverse() } else { magnitude }
    }

    pub fn compare_total(&self, other: &Decimal) -> Decimal {
        as_decimal(self.total_order(other))
    }

    pub fn compare_total_magnitude(&self, other: &Decimal) -> Decimal {
        as_decimal(self.abs_copy().total_order(&other.abs_copy()))
    }

    /// The larger one.
    pub fn max(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.extreme(other, Ordering::Greater, false, context, status)
    }

    /// The one that is larger without regard to signs.
    pub fn max_magnitude(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.extreme(other, Ordering::Greater, true, context, status)
    }

    /// The smaller one.
    pub fn min(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.extreme(other, Ordering::Less, false, context, status)
    }

    /// The one that is smaller without regard to signs.
    pub fn min_magnitude(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.extreme(other, Ordering::Less, true, context, status)
    }

    /// The larger (`wanted` is `Greater`) or smaller one, by value or by `magnitude`. A number is preferred to a quiet NaN.
    fn extreme(
        &self,
        other: &Decimal,
        wanted: Ordering,
        magnitude: bool,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        let chosen = match (self.kind, other.kind) {
            (Kind::QuietNan, Kind::Finite | Kind::Infinite) => other,
            (Kind::Finite | Kind::Infinite, Kind::QuietNan) => self,
            _ => {
                if let Some(nan) = nan_result(&[self, other], context, status) {
                    return nan;
                }
                let by_value = if magnitude {
                    compare_values(&self.abs_copy(), &other.abs_copy())
                } else {
                    compare_values(self, other)
                };
                if by_value.then_with(|| self.total_order(other)) == wanted { self } else { other }
            }
        };
        chosen.clone().finalized(context, status)
    }

    /// Whether both have the same exponent, or are both infinite, or both NaNs.
    pub fn same_quantum(&self, other: &Decimal) -> bool {
        match (self.is_finite(), other.is_finite()) {
            (true, true) => self.exponent == other.exponent,
            (false, false) => self.is_nan() == other.is_nan(),
            _ => false,
        }
    }

    pub fn is_subnormal(&self, context: &Context) -> bool {
        self.is_finite() && !self.coefficient.is_zero() && self.adjusted() < context.emin
    }

    pub fn is_normal(&self, context: &Context) -> bool {
        self.is_finite() && !self.coefficient.is_zero() && self.adjusted() >= context.emin
    }

    /// "+Normal", "-Zero", "sNaN" and so on.
    pub fn class_name(&self, context: &Context) -> &'static str {
        match (self.kind, self.sign) {
            (Kind::QuietNan, _) => "NaN",
            (Kind::SignalingNan, _) => "sNaN",
            (Kind::Infinite, false) => "+Infinity",
            (Kind::Infinite, true) => "-Infinity",
            (Kind::Finite, false) if self.coefficient.is_zero() => "+Zero",
            (Kind::Finite, true) if self.coefficient.is_zero() => "-Zero",
            (Kind::Finite, false) if self.is_subnormal(context) => "+Subnormal",
            (Kind::Finite, true) if self.is_subnormal(context) => "-Subnormal",
            (Kind::Finite, false) => "+Normal",
            (Kind::Finite, true) => "-Normal",
        }
    }
}
