//! The proleptic Gregorian calendar: dates, ordinals (January 1 of year 1 is day 1) and ISO weeks.

use minipy_vm::{PyResult, exceptions};

pub const MIN_YEAR: i32 = 1;
pub const MAX_YEAR: i32 = 9999;
/// The ordinal of the last day.
pub const MAX_ORDINAL: i64 = 3_652_059;

/// A date. What is unpickled need not be valid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ymd {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

/// Days of a common year before each month.
const DAYS_BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days the month has. Months are 1 to 12.
pub fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The number of days before January 1 of `year`.
fn days_before_year(year: i64) -> i64 {
    let before = year - 1;
    before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400)
}

/// The ordinal of a date whose year may be any.
pub fn ordinal_of(year: i64, month: u8, day: i64) -> i64 {
    let month = usize::from(month.max(1) - 1) % 12;
    let leap_day = month > 1 && is_leap((year % 400) as i32);
    days_before_year(year) + DAYS_BEFORE[month] + i64::from(leap_day) + day
}

/// Year, month and day of an ordinal above 0.
///
/// Counted in years that begin in March, the leap day is the last one of its year, and the lengths of the months repeat every
/// five: 153 days.
fn date_of(ordinal: u32) -> (u32, u32, u32) {
    // Days since March 1 of the year 0, which is 306 days before the first one.
    let days = ordinal + 305;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let (month, next) = if shifted < 10 { (shifted + 3, 0) } else { (shifted - 9, 1) };
    (era * 400 + year_of_era + next, month, day)
}

/// The year that an ordinal above 0 lies in.
pub fn year_of_ordinal(ordinal: u32) -> u32 {
    date_of(ordinal).0
}

impl Ymd {
    pub const MIN: Ymd = Ymd { year: 1, month: 1, day: 1 };
    pub const MAX: Ymd = Ymd { year: 9999, month: 12, day: 31 };

    /// A date of these fields; ValueError if there is none.
    pub fn checked(year: i32, month: i32, day: i32) -> PyResult<Ymd> {
        check_year(year)?;
        if !(1..=12).contains(&month) {
            return Err(exceptions::value_error(format!("month must be in 1..12, not {month}")));
        }
        let days = days_in_month(year, month);
        if !(1..=days).contains(&day) {
            return Err(exceptions::value_error(format!(
                "day {day} must be in range 1..{days} for month {month} in year {year}"
            )));
        }
        Ok(Ymd { year: year as u16, month: month as u8, day: day as u8 })
    }

    pub fn ordinal(self) -> i64 {
        ordinal_of(i64::from(self.year), self.month, i64::from(self.day))
    }

    /// The date with this ordinal, if it lies in the years 1 to 9999.
    pub fn from_ordinal(ordinal: i64) -> Option<Ymd> {
        if !(1..=MAX_ORDINAL).contains(&ordinal) {
            return None;
        }
        let (year, month, day) = date_of(ordinal as u32);
        Some(Ymd { year: year as u16, month: month as u8, day: day as u8 })
    }

    /// The date so many days later; OverflowError beyond the years 1 to 9999.
    pub fn plus_days(self, days: i64) -> PyResult<Ymd> {
        Ymd::from_ordinal(self.ordinal() + days).ok_or_else(out_of_range)
    }

    /// 0 for Monday.
    pub fn weekday(self) -> i64 {
        (self.ordinal() + 6).rem_euclid(7)
    }

    /// 1 for January 1.
    pub fn day_of_year(self) -> i64 {
        self.ordinal() - days_before_year(i64::from(self.year))
    }

    /// ISO year, week and weekday (1 for Monday).
    pub fn iso_calendar(self) -> (i64, i64, i64) {
        let mut year = i64::from(self.year);
        let today = self.ordinal();
        let mut monday = first_iso_monday(year);
        if today < monday {
            year -= 1;
            monday = first_iso_monday(year);
        } else if today >= first_iso_monday(year + 1) {
            year += 1;
            monday = first_iso_monday(year);
        }
        let days = today - monday;
        (year, days / 7 + 1, days % 7 + 1)
    }
}

/// The error of date arithmetic.
#[cold]
pub fn out_of_range() -> minipy_vm::PyErr {
    exceptions::overflow_error("date value out of range")
}

/// ValueError for a year that no date has.
pub fn check_year(year: i32) -> PyResult<()> {
    if (MIN_YEAR..=MAX_YEAR).contains(&year) { Ok(()) } else { Err(bad_year(i64::from(year))) }
}

#[cold]
pub fn bad_year(year: i64) -> minipy_vm::PyErr {
    exceptions::value_error(format!("year must be in {MIN_YEAR}..{MAX_YEAR}, not {year}"))
}

/// The ordinal of the Monday on which ISO week 1 of the year begins: the week with the year's first Thursday.
fn first_iso_monday(year: i64) -> i64 {
    let first = days_before_year(year) + 1;
    let weekday = (first + 6).rem_euclid(7);
    if weekday > 3 { first + 7 - weekday } else { first - weekday }
}

/// Why an ISO year, week and weekday name no day.
pub enum IsoError {
    Year,
    Week,
    Weekday,
}

/// Year, month and day of an ISO year, week and weekday. The year may be one past the last.
pub fn from_iso_calendar(year: i32, week: i32, weekday: i32) -> Result<(i32, i32, i32), IsoError> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Err(IsoError::Year);
    }
    let monday = first_iso_monday(i64::from(year));
    let weeks = (first_iso_monday(i64::from(year) + 1) - monday) / 7;
    if !(1..=weeks).contains(&i64::from(week)) {
        return Err(IsoError::Week);
    }
    if !(1..=7).contains(&weekday) {
        return Err(IsoError::Weekday);
    }
    let ordinal = monday + i64::from(week - 1) * 7 + i64::from(weekday - 1);
    Ok(match Ymd::from_ordinal(ordinal) {
        Some(date) => (i32::from(date.year), i32::from(date.month), i32::from(date.day)),
        // The last week of the last year reaches beyond it.
        None => (MAX_YEAR + 1, 1, (ordinal - MAX_ORDINAL) as i32),
    })
}
