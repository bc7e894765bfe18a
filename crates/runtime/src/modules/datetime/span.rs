//! Durations as plain data.

use super::clock::{MICROS_PER_DAY, MICROS_PER_SECOND, SECONDS_PER_DAY};
use minipy_vm::{PyResult, exceptions};

const MAX_DAYS: i64 = 999_999_999;

/// A duration: seconds are 0 to 86399, microseconds 0 to 999999, so that the order of fields is the order of durations.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub days: i32,
    pub seconds: i32,
    pub microseconds: i32,
}

impl Span {
    pub const ZERO: Span = Span { days: 0, seconds: 0, microseconds: 0 };
    pub const DAY: Span = Span { days: 1, ..Span::ZERO };
    pub const RESOLUTION: Span = Span { microseconds: 1, ..Span::ZERO };
    pub const MIN: Span = Span { days: -MAX_DAYS as i32, ..Span::ZERO };
    pub const MAX: Span = Span { days: MAX_DAYS as i32, seconds: 86_399, microseconds: 999_999 };

    /// The sum of these; OverflowError if it is too long.
    pub fn new(days: i64, seconds: i64, microseconds: i64) -> PyResult<Span> {
        let seconds = seconds + microseconds.div_euclid(MICROS_PER_SECOND);
        let days = days + seconds.div_euclid(SECONDS_PER_DAY);
        if !(-MAX_DAYS..=MAX_DAYS).contains(&days) {
            return Err(exceptions::overflow_error(format!(
                "days={days}; must have magnitude <= {MAX_DAYS}"
            )));
        }
        Ok(Span {
            days: days as i32,
            seconds: seconds.rem_euclid(SECONDS_PER_DAY) as i32,
            microseconds: microseconds.rem_euclid(MICROS_PER_SECOND) as i32,
        })
    }

    /// The duration of so many microseconds; None stands for more than fit.
    pub fn from_micros(micros: Option<i128>) -> PyResult<Span> {
        let day = i128::from(MICROS_PER_DAY);
        let days = micros.and_then(|micros| i32::try_from(micros.div_euclid(day)).ok());
        let (Some(micros), Some(days)) = (micros, days) else {
            return Err(exceptions::overflow_error("Python int too large to convert to C int"));
        };
        Span::new(i64::from(days), 0, micros.rem_euclid(day) as i64)
    }

    pub fn micros(self) -> i128 {
        i128::from(self.days) * i128::from(MICROS_PER_DAY) + i128::from(self.micros_of_day())
    }

    /// What it has beyond whole days.
    pub fn micros_of_day(self) -> i64 {
        i64::from(self.seconds) * MICROS_PER_SECOND + i64::from(self.microseconds)
    }

    /// Days, seconds and microseconds for [`Span::new`].
    fn parts(self) -> [i64; 3] {
        [self.days, self.seconds, self.microseconds].map(i64::from)
    }

    pub fn plus(self, other: Span) -> PyResult<Span> {
        let ([a, b, c], [d, e, f]) = (self.parts(), other.parts());
        Span::new(a + d, b + e, c + f)
    }

    pub fn minus(self, other: Span) -> PyResult<Span> {
        let ([a, b, c], [d, e, f]) = (self.parts(), other.parts());
        Span::new(a - d, b - e, c - f)
    }

    pub fn negated(self) -> PyResult<Span> {
        Span::ZERO.minus(self)
    }

    /// As [`Span::negated`], but that of the longest may be longer than any.
    #[must_use]
    pub fn opposite(self) -> Span {
        let micros = (MICROS_PER_DAY - self.micros_of_day()) % MICROS_PER_DAY;
        Span {
            days: -self.days - i32::from(micros != 0),
            seconds: (micros / MICROS_PER_SECOND) as i32,
            microseconds: (micros % MICROS_PER_SECOND) as i32,
        }
    }

    /// Whether clocks may be set off by so much: less than a day either way.
    pub fn is_offset(self) -> bool {
        self.days == 0 || self.days == -1 && self.micros_of_day() > 0
    }
}
