//! The TZ strings of POSIX: how clocks are set in the years after the last recorded change.

use super::data::Info;
use crate::modules::datetime::calendar::{days_in_month, is_leap, ordinal_of};
use crate::modules::datetime::clock::SECONDS_PER_DAY;
use crate::modules::datetime::local::EPOCH;
use minipy_vm::types::bytes;
use minipy_vm::{PyErr, PyResult, exceptions, protocol};

/// What holds after the last recorded change.
pub enum After {
    Always(Info),
    Rule(Box<Rule>),
}

/// Standard time and daylight saving time, and when either begins.
pub struct Rule {
    standard: Info,
    daylight: Info,
    start: Change,
    end: Change,
}

/// A moment of each year, in the local time before it.
struct Change {
    day: Day,
    /// Seconds from the midnight at which the day begins.
    time: i64,
}

enum Day {
    /// `Jn` and `n`.
    OfYear { day: i64, julian: bool },
    /// `Mm.w.d`: the `week`th, or with 5 the last, such weekday of a month; 0 for Sunday.
    OfMonth { month: i64, week: i64, weekday: i64 },
}

impl Change {
    /// When it is in a year: seconds since 1970 by local clocks.
    fn in_year(&self, year: i64) -> i64 {
        let days = match self.day {
            // Julian days count no leap day. Both kinds count from 1 here, as CPython does.
            Day::OfYear { day, julian } => {
                let leap_day = julian && day >= 59 && is_leap(year as i32);
                ordinal_of(year, 1, day) + i64::from(leap_day)
            }
            Day::OfMonth { month, week, weekday } => {
                // Ordinals of Sundays are multiples of 7.
                let first = ordinal_of(year, month as u8, 1);
                let day = (weekday - first).rem_euclid(7) + (week - 1) * 7;
                let days = i64::from(days_in_month(year as i32, month as i32));
                first + if day < days { day } else { day - 7 }
            }
        };
        (days - EPOCH) * SECONDS_PER_DAY + self.time
    }
}

/// Whether `seconds` lies between the beginning and the end of a part of the year, which may contain its turn.
fn is_between(seconds: i64, start: i64, end: i64) -> bool {
    if start < end { (start..end).contains(&seconds) } else { !(end..start).contains(&seconds) }
}

impl Rule {
    fn shift(&self) -> i64 {
        self.daylight.offset - self.standard.offset
    }

    /// What holds when local clocks show this many seconds since 1970.
    pub fn at_local(&self, seconds: i64, year: i64, fold: u8) -> &Info {
        let (mut start, mut end) = (self.start.in_year(year), self.end.in_year(year));
        // What clocks show twice lies before the end of daylight saving time and, with fold, after it; what they skip lies
        // before its start with fold only.
        if (fold == 1) == (self.shift() >= 0) {
            end -= self.shift();
        } else {
            start += self.shift();
        }
        if is_between(seconds, start, end) { &self.daylight } else { &self.standard }
    }

    /// What holds at a Unix time, and whether local clocks show that time again.
    pub fn at_utc(&self, seconds: i64, year: i64) -> (&Info, bool) {
        let start = self.start.in_year(year) - self.standard.offset;
        let end = self.end.in_year(year) - self.daylight.offset;
        let info = if is_between(seconds, start, end) { &self.daylight } else { &self.standard };
        let shift = self.shift();
        let again = if shift > 0 { end..end + shift } else { start..start - shift };
        (info, again.contains(&seconds))
    }
}

/// Reads a TZ string from its beginning on.
struct Reader<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
}

impl Reader<'_> {
    fn error<T>(&self, what: &str) -> PyResult<T> {
        Err(error(what, self.whole))
    }

    fn take(&mut self, byte: u8) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// The longest beginning of at most `max` bytes that fit.
    fn run(&mut self, max: usize, fits: impl Fn(u8) -> bool) -> &[u8] {
        let len = self.rest.iter().take(max).take_while(|&&byte| fits(byte)).count();
        let (run, rest) = self.rest.split_at(len);
        self.rest = rest;
        run
    }

    /// A number of `min` to `max` digits.
    fn number(&mut self, min: usize, max: usize) -> Option<i64> {
        let digits = self.run(max, |byte| byte.is_ascii_digit());
        (digits.len() >= min).then(|| digits.iter().fold(0, |n, digit| n * 10 + i64::from(digit - b'0')))
    }

    /// `std` or `<+05>`.
    fn abbreviation(&mut self) -> Option<String> {
        let quoted = self.take(b'<');
        let name = match quoted {
            true => self.run(usize::MAX, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-')),
            false => self.run(usize::MAX, |byte| byte.is_ascii_alphabetic()),
        };
        let name = String::from_utf8_lossy(name).into_owned();
        (!name.is_empty() && (!quoted || self.take(b'>'))).then_some(name)
    }

    /// `[+|-]hh[:mm[:ss]]`, in seconds.
    fn time(&mut self, max_hours: i64) -> Option<i64> {
        let negative = self.take(b'-');
        if !negative {
            self.take(b'+');
        }
        let mut seconds = self.number(1, 3).filter(|&hours| hours <= max_hours)? * 3_600;
        if self.take(b':') {
            seconds += self.number(2, 2)? * 60;
            if self.take(b':') {
                seconds += self.number(2, 2)?;
            }
        }
        Some(if negative { -seconds } else { seconds })
    }

    /// Offsets count west of UTC.
    fn offset(&mut self) -> Option<i64> {
        self.time(24).map(|seconds| -seconds)
    }

    fn change(&mut self) -> Option<Change> {
        let day = if self.take(b'M') {
            let month = self.number(1, 2).filter(|month| (1..=12).contains(month))?;
            let mut part = |range: std::ops::RangeInclusive<i64>| {
                let part = if self.take(b'.') { self.number(1, 1) } else { None };
                part.filter(|part| range.contains(part))
            };
            let week = part(1..=5)?;
            Day::OfMonth { month, week, weekday: part(0..=6)? }
        } else {
            let julian = self.take(b'J');
            let day = self.number(1, 3).filter(|day| (i64::from(julian)..=365).contains(day))?;
            Day::OfYear { day, julian }
        };
        let time = if self.take(b'/') { self.time(167)? } else { 2 * 3_600 };
        Some(Change { day, time })
    }
}

fn error(what: &str, text: &[u8]) -> PyErr {
    match protocol::repr(bytes::from_slice(text).as_value()) {
        Ok(shown) => exceptions::value_error(format!("{what} {}", shown.to_string_lossy())),
        Err(error) => error,
    }
}

/// Parses a TZ string.
pub fn parse(text: &[u8]) -> PyResult<After> {
    let mut reader = Reader { whole: text, rest: text };
    let Some(name) = reader.abbreviation() else { return reader.error("Invalid STD format in") };
    let Some(offset) = reader.offset() else { return reader.error("Invalid STD offset in") };
    let standard = Info::new(offset, 0, &name)?;
    if reader.rest.is_empty() {
        return Ok(After::Always(standard));
    }
    let Some(name) = reader.abbreviation() else { return reader.error("Invalid DST format in") };
    let daylight_offset = match reader.rest {
        [b',', ..] => offset + 3_600,
        _ => match reader.offset() {
            Some(offset) => offset,
            None => return reader.error("Invalid DST offset in"),
        },
    };
    let mut change = || {
        if !reader.take(b',') {
            return reader.error("Missing transition rules in TZ string:");
        }
        match reader.change() {
            Some(change) => Ok(change),
            None => reader.error("Malformed transition rule in TZ string:"),
        }
    };
    let (start, end) = (change()?, change()?);
    if !reader.rest.is_empty() {
        return reader.error("Extraneous characters at end of TZ string:");
    }
    let daylight = Info::new(daylight_offset, daylight_offset - offset, &name)?;
    Ok(After::Rule(Box::new(Rule { standard, daylight, start, end })))
}
