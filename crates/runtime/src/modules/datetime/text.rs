//! Writing dates and times.

use super::calendar::Ymd;
use super::clock::Clock;
use super::span::Span;
use minipy_vm::{PyResult, PyStr, StrRef, Value, exceptions};

/// ASCII text of bounded length, without allocation.
pub struct Ascii {
    bytes: [u8; 64],
    len: usize,
}

impl Ascii {
    pub fn new() -> Ascii {
        Ascii { bytes: [0; 64], len: 0 }
    }

    pub fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    /// A number with at least `width` digits.
    pub fn number(&mut self, value: u32, width: usize) {
        let mut digits = [b'0'; 10];
        let (mut left, mut first) = (value, digits.len());
        while left > 0 {
            first -= 1;
            digits[first] = b'0' + (left % 10) as u8;
            left /= 10;
        }
        digits[first.min(digits.len() - width)..].iter().for_each(|&digit| self.push(digit));
    }

    /// YYYY-MM-DD.
    pub fn date(&mut self, date: Ymd) {
        self.number(u32::from(date.year), 4);
        self.push(b'-');
        self.number(u32::from(date.month), 2);
        self.push(b'-');
        self.number(u32::from(date.day), 2);
    }

    /// HH:MM:SS.ffffff, as far as `precision` says.
    pub fn clock(&mut self, clock: Clock, precision: Precision) {
        let precision = match precision {
            Precision::Auto if clock.microsecond == 0 => Precision::Seconds,
            Precision::Auto => Precision::Microseconds,
            other => other,
        };
        self.number(u32::from(clock.hour), 2);
        if precision == Precision::Hours {
            return;
        }
        self.push(b':');
        self.number(u32::from(clock.minute), 2);
        if precision == Precision::Minutes {
            return;
        }
        self.push(b':');
        self.number(u32::from(clock.second), 2);
        match precision {
            Precision::Milliseconds => {
                self.push(b'.');
                self.number(clock.microsecond / 1000, 3);
            }
            Precision::Microseconds => {
                self.push(b'.');
                self.number(clock.microsecond, 6);
            }
            _ => {}
        }
    }

    /// +HH:MM, with seconds and microseconds where they are not 0; `separator` stands for the colons.
    pub fn offset(&mut self, offset: Span, separator: Option<u8>) {
        let micros = offset.micros() as i64;
        self.push(if micros < 0 { b'-' } else { b'+' });
        let clock = Clock::from_micros(micros.abs());
        self.number(u32::from(clock.hour), 2);
        separator.into_iter().for_each(|byte| self.push(byte));
        self.number(u32::from(clock.minute), 2);
        if clock.second != 0 || clock.microsecond != 0 {
            separator.into_iter().for_each(|byte| self.push(byte));
            self.number(u32::from(clock.second), 2);
        }
        if clock.microsecond != 0 {
            self.push(b'.');
            self.number(clock.microsecond, 6);
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub fn finish(&self) -> StrRef {
        PyStr::from_ascii(self.as_bytes())
    }
}

/// Up to which field `isoformat` writes times.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Microseconds unless they are 0.
    Auto,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
    Microseconds,
}

impl Precision {
    /// What the argument `timespec` says, which is the one with this index of `function`.
    pub fn from_timespec(function: &str, index: usize, timespec: Option<&Value>) -> PyResult<Precision> {
        let Some(timespec) = timespec else { return Ok(Precision::Auto) };
        let Some(timespec) = timespec.downcast::<PyStr>() else {
            return Err(super::bad_argument(function, index, "str", timespec));
        };
        match minipy_vm::codecs::without_nul(timespec)?.as_str() {
            "auto" => Ok(Precision::Auto),
            "hours" => Ok(Precision::Hours),
            "minutes" => Ok(Precision::Minutes),
            "seconds" => Ok(Precision::Seconds),
            "milliseconds" => Ok(Precision::Milliseconds),
            "microseconds" => Ok(Precision::Microseconds),
            _ => Err(exceptions::value_error("Unknown timespec value")),
        }
    }
}

/// As the C function `ctime` writes it.
pub fn ctime(date: Ymd, clock: Clock) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!(
        "{} {} {:2} {:02}:{:02}:{:02} {:04}",
        DAYS[date.weekday() as usize],
        MONTHS[usize::from(date.month.max(1) - 1) % 12],
        date.day,
        clock.hour,
        clock.minute,
        clock.second,
        date.year
    )
}
