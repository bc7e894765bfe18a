//! Times of day.

use minipy_vm::{PyResult, exceptions};

pub const MICROS_PER_SECOND: i64 = 1_000_000;
pub const SECONDS_PER_DAY: i64 = 86_400;
pub const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;

/// A time of day. What is unpickled need not be valid.
#[derive(Clone, Copy, Default)]
pub struct Clock {
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    /// 1 for the second time of two that clocks show alike (PEP 495). Comparisons leave it out.
    pub fold: u8,
    pub microsecond: u32,
}

impl Clock {
    pub const MAX: Clock = Clock { hour: 23, minute: 59, second: 59, fold: 0, microsecond: 999_999 };

    /// A time of these fields; ValueError if there is none.
    pub fn checked(hour: i32, minute: i32, second: i32, microsecond: i32, fold: i32) -> PyResult<Clock> {
        let fields = [
            ("hour", hour, 23),
            ("minute", minute, 59),
            ("second", second, 59),
            ("microsecond", microsecond, 999_999),
        ];
        for (name, value, max) in fields {
            if !(0..=max).contains(&value) {
                return Err(exceptions::value_error(format!("{name} must be in 0..{max}, not {value}")));
            }
        }
        if !(0..=1).contains(&fold) {
            return Err(exceptions::value_error(format!("fold must be either 0 or 1, not {fold}")));
        }
        Ok(Clock {
            hour: hour as u8,
            minute: minute as u8,
            second: second as u8,
            fold: fold as u8,
            microsecond: microsecond as u32,
        })
    }

    /// The time so many microseconds after midnight.
    pub fn from_micros(micros: i64) -> Clock {
        let (seconds, microsecond) = (micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND);
        let seconds = seconds as u32;
        Clock {
            hour: (seconds / 3_600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            fold: 0,
            microsecond: microsecond as u32,
        }
    }

    /// Seconds since midnight.
    pub fn seconds(self) -> i64 {
        i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }

    /// Microseconds since midnight.
    pub fn micros(self) -> i64 {
        self.seconds() * MICROS_PER_SECOND + i64::from(self.microsecond)
    }

    /// What times are ordered by.
    pub fn key(self) -> u64 {
        u64::from(self.hour) << 48
            | u64::from(self.minute) << 40
            | u64::from(self.second) << 32
            | u64::from(self.microsecond)
    }

    #[must_use]
    pub fn with_fold(self, fold: u8) -> Clock {
        Clock { fold, ..self }
    }

    /// As it is pickled.
    pub fn to_bytes(self) -> [u8; 6] {
        let [_, high, middle, low] = self.microsecond.to_be_bytes();
        [self.hour, self.minute, self.second, high, middle, low]
    }

    /// From what was pickled, without fold.
    pub fn from_bytes([hour, minute, second, high, middle, low]: [u8; 6]) -> Clock {
        Clock { hour, minute, second, fold: 0, microsecond: u32::from_be_bytes([0, high, middle, low]) }
    }
}
