//! Local time: what clocks show where the machine is.

use super::calendar::{Ymd, check_year, ordinal_of};
use super::clock::{Clock, SECONDS_PER_DAY};
use super::delta::TimeDelta;
use super::span::Span;
use super::zone::TimeZone;
use crate::modules::time::calendar::broken_down_at;
use minipy_vm::types::float;
use minipy_vm::{PyResult, PyTuple, Value, exceptions, name, protocol};

/// The ordinal of January 1, 1970.
pub const EPOCH: i64 = 719_163;

/// Year, month, day, hour, minute and second of a Unix time.
pub fn broken_down(seconds: i64, utc: bool) -> PyResult<(i32, i32, i32, i32, i32, i32)> {
    let tm = broken_down_at(seconds, utc)?;
    // No minute has a leap second here.
    let second = tm.tm_sec.min(59);
    Ok((tm.tm_year.saturating_add(1900), tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, second))
}

/// The Unix time at which clocks in UTC show this.
pub fn utc_seconds(date: Ymd, clock: Clock) -> i64 {
    (date.ordinal() - EPOCH) * SECONDS_PER_DAY + clock.seconds()
}

/// What local clocks show at a Unix time, as the Unix time at which clocks in UTC show that.
fn shown_at(unix: i64) -> PyResult<i64> {
    let (year, month, day, hour, minute, second) = broken_down(unix, false)?;
    check_year(year)?;
    let days = ordinal_of(i64::from(year), month as u8, i64::from(day)) - EPOCH;
    Ok(days * SECONDS_PER_DAY + i64::from((hour * 60 + minute) * 60 + second))
}

/// Whether local clocks have shown the time of `unix`, which is `shown`, before: its fold (PEP 495).
pub fn fold_at(unix: i64, date: Ymd, clock: Clock) -> PyResult<u8> {
    let shown = utc_seconds(date, clock);
    let set_forward = shown - shown_at(unix - SECONDS_PER_DAY)? - SECONDS_PER_DAY;
    Ok(u8::from(set_forward < 0 && shown_at(unix + set_forward)? == shown))
}

/// The Unix time at which local clocks show this, by PEP 495: of two such times `fold` tells which one; times that clocks skip
/// are shifted by as much as clocks are.
pub fn unix_of(date: Ymd, clock: Clock) -> PyResult<i64> {
    let shown = utc_seconds(date, clock);
    let is_second = clock.fold != 0;
    let offset_at = |unix: i64| Ok(shown_at(unix)? - unix);
    let first_offset = offset_at(shown)?;
    let first = shown - first_offset;
    let first_shown = shown_at(first)?;
    let fits = first_shown == shown;
    let other_offset = if fits {
        // Clocks are not set twice within a day.
        let offset = offset_at(if is_second { first + SECONDS_PER_DAY } else { first - SECONDS_PER_DAY })?;
        if offset == first_offset {
            return Ok(first);
        }
        offset
    } else {
        first_shown - first
    };
    let other = shown - other_offset;
    if shown_at(other)? == shown {
        Ok(other)
    } else if fits {
        Ok(first)
    } else if is_second {
        Ok(first.min(other))
    } else {
        Ok(first.max(other))
    }
}

/// The local time zone as it is at a Unix time.
pub fn zone_at(unix: i64) -> PyResult<Value> {
    let tm = broken_down_at(unix, false)?;
    let offset = TimeDelta::make(Span::new(0, tm.tm_gmtoff, 0)?);
    Ok(TimeZone::with_offset(offset, crate::modules::time::calendar::zone_name(&tm))?.into_value())
}

/// `time.struct_time` of these fields.
pub fn struct_time(date: Ymd, clock: Clock, is_dst: i64) -> PyResult<Value> {
    let fields = [
        i64::from(date.year),
        i64::from(date.month),
        i64::from(date.day),
        i64::from(clock.hour),
        i64::from(clock.minute),
        i64::from(clock.second),
        date.weekday(),
        date.day_of_year(),
        is_dst,
    ];
    let fields = PyTuple::from_array(fields.map(Value::from)).into_value();
    protocol::call_method(&crate::import::import_module("time")?, name!("struct_time"), &[fields])
}

/// Seconds and microseconds of a timestamp, an int or a float; floats are rounded to the nearest even microsecond.
pub fn split_timestamp(timestamp: &Value) -> PyResult<(i64, i64)> {
    let out_of_range = || exceptions::overflow_error("timestamp out of range for platform time_t");
    let Some(number) = float::as_f64(timestamp) else {
        if !timestamp.is_small_int() && timestamp.class().slots().index.is_none() {
            return Err(exceptions::type_error(format!(
                "argument must be int or float, not {}",
                timestamp.type_name()
            )));
        }
        return Ok((protocol::index_to_i64(timestamp)?.ok_or_else(out_of_range)?, 0));
    };
    if number.is_nan() {
        return Err(exceptions::value_error("Invalid value NaN (not a number)"));
    }
    let micros = (number.fract() * 1e6).round_ties_even();
    let seconds = number.trunc() + (micros / 1e6).floor();
    // The bounds are powers of two, so floats hold them exactly.
    if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&seconds) {
        return Err(out_of_range());
    }
    Ok((seconds as i64, micros.rem_euclid(1e6) as i64))
}
