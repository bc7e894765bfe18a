//! Reading the formats of ISO 8601 that `fromisoformat` accepts.

use super::calendar::{self, days_in_month};
use super::clock::MICROS_PER_SECOND;
use minipy_vm::{PyResult, PyStr, exceptions};
use std::borrow::Cow;

/// Year, month and day as they were written: not checked.
pub type Date = (i32, i32, i32);

/// A time of day as it was written: an hour may be 24.
pub struct Time {
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub microsecond: i32,
    /// Microseconds east of UTC, if an offset was given.
    pub offset: Option<i64>,
}

/// The characters as bytes: what is not ASCII becomes 0xFF, which is nothing but a separator.
pub fn bytes_of(text: &PyStr) -> Cow<'_, [u8]> {
    match text.as_ascii() {
        Some(text) => Cow::Borrowed(text.as_bytes()),
        None => text.chars().map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(0xFF)).collect(),
    }
}

/// A number of exactly these digits.
fn number(digits: Option<&[u8]>) -> Option<i32> {
    digits?
        .iter()
        .try_fold(0, |value, &digit| digit.is_ascii_digit().then(|| value * 10 + i32::from(digit - b'0')))
}

/// `YYYY-MM-DD`, `YYYY-Www-D` or `YYYY-Www`, with or without hyphens. None if the text is of another form.
pub fn date(text: &[u8]) -> Option<Date> {
    let year = number(text.get(..4))?;
    let hyphens = text.get(4) == Some(&b'-');
    let rest = &text[4 + usize::from(hyphens)..];
    if let Some(week) = rest.strip_prefix(b"W") {
        let number_of_week = number(week.get(..2))?;
        let weekday = match (&week[2..], hyphens) {
            ([], _) => 1,
            ([b'-', day @ ..], true) | (day, false) if day.len() == 1 => number(Some(day))?,
            _ => return None,
        };
        return calendar::from_iso_calendar(year, number_of_week, weekday).ok();
    }
    let month = number(rest.get(..2))?;
    let day = match (&rest[2..], hyphens) {
        ([b'-', day @ ..], true) | (day, false) if day.len() == 2 => number(Some(day))?,
        _ => return None,
    };
    Some((year, month, day))
}

/// `HH[:MM[:SS[.ffffff]]]`, with or without colons, the fraction with any number of digits.
fn fields(text: &[u8]) -> Option<[i32; 4]> {
    let mut fields = [0; 4];
    let mut rest = text;
    let mut colons = false;
    for (index, field) in fields.iter_mut().take(3).enumerate() {
        *field = number(rest.get(..2))?;
        rest = &rest[2..];
        if rest.is_empty() {
            return Some(fields);
        }
        if index == 0 {
            colons = rest[0] == b':';
        }
        if colons && index < 2 {
            rest = rest.strip_prefix(b":")?;
        }
    }
    let digits = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b","))?;
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(6);
    fields[3] = padded.fold(0, |value, digit| value * 10 + i32::from(digit - b'0'));
    Some(fields)
}

/// A time with an optional offset from UTC.
pub fn time(text: &[u8]) -> Option<Time> {
    let zone = text.iter().position(|byte| matches!(byte, b'+' | b'-' | b'Z'));
    let [hour, minute, second, microsecond] = fields(&text[..zone.unwrap_or(text.len())])?;
    let offset = match zone.map(|at| &text[at..]) {
        None => None,
        Some([b'Z']) => Some(0),
        Some([sign @ (b'+' | b'-'), offset @ ..]) => {
            let [hours, minutes, seconds, micros] = fields(offset)?.map(i64::from);
            let offset = ((hours * 60 + minutes) * 60 + seconds) * MICROS_PER_SECOND + micros;
            Some(if *sign == b'-' { -offset } else { offset })
        }
        Some(_) => return None,
    };
    Some(Time { hour, minute, second, microsecond, offset })
}

/// Where the date of a date and time ends. The separator may be any character, a digit or a hyphen too.
fn end_of_date(text: &[u8]) -> Option<usize> {
    let at = |index: usize| text.get(index).copied();
    let is_digit = |index: usize| at(index).is_some_and(|byte| byte.is_ascii_digit());
    if text.len() <= 7 {
        return (text.len() == 7).then_some(7);
    }
    if at(4) == Some(b'-') {
        if at(5) != Some(b'W') {
            return Some(10);
        }
        // The hyphen after YYYY-Www may be the separator: a time follows it then, and so one digit more.
        return match (at(8), text.len()) {
            (Some(b'-'), 9) => None,
            (Some(b'-'), _) if is_digit(10) => Some(8),
            (Some(b'-'), _) => Some(10),
            _ => Some(8),
        };
    }
    if at(4) != Some(b'W') {
        return Some(8);
    }
    // YYYYWww or YYYYWwwd: the fields of a time that follows have an even number of digits.
    let end = (7..text.len()).find(|&index| !is_digit(index)).unwrap_or(text.len());
    Some(match end {
        7 | 8 => end,
        _ if end % 2 == 0 => 7,
        _ => 8,
    })
}

/// A date, alone or with a time after one character.
pub fn date_and_time(text: &[u8]) -> Option<(Date, Option<Time>)> {
    let end = end_of_date(text)?;
    let date = date(text.get(..end)?)?;
    match text.get(end + 1..) {
        None => Some((date, None)),
        Some(rest) => Some((date, Some(time(rest)?))),
    }
}

/// Makes 24:00 the midnight that begins the next day. What is no date stays as it is, for the constructor to refuse.
pub fn wrap_midnight((year, month, day): Date, time: &mut Time) -> PyResult<Date> {
    if !(1..=12).contains(&month) || day > days_in_month(year, month) || !time.wrap_midnight()? {
        return Ok((year, month, day));
    }
    Ok(match (month, day == days_in_month(year, month)) {
        (_, false) => (year, month, day + 1),
        (12, true) => (year + 1, 1, 1),
        (_, true) => (year, month + 1, 1),
    })
}

impl Time {
    /// Makes 24:00 the midnight that it is; says whether it was. ValueError for times after 24:00.
    pub fn wrap_midnight(&mut self) -> PyResult<bool> {
        if self.hour != 24 {
            return Ok(false);
        }
        if (self.minute, self.second, self.microsecond) != (0, 0, 0) {
            return Err(exceptions::value_error("minute, second, and microsecond must be 0 when hour is 24"));
        }
        self.hour = 0;
        Ok(true)
    }
}
