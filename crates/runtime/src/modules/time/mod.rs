//! `time`.

pub(crate) mod calendar;
mod clocks;

pub use clocks::nanos;

use minipy_vm::macros_support::ModuleDef;
use minipy_vm::{PyResult, Value, exceptions, protocol};

pub static MODULE: ModuleDef = ModuleDef {
    name: "time",
    doc: Some(
        "This module provides various functions to manipulate time values.\n\nThere are two standard representations of time.  One is the number\nof seconds since the Epoch, in UTC (a.k.a. GMT).  It may be an integer\nor a floating-point number (to represent fractions of seconds).\nThe epoch is the point where the time starts, the return value of time.gmtime(0).\nIt is January 1, 1970, 00:00:00 (UTC) on all platforms.\n\nThe other representation is a tuple of 9 integers giving local time.\nThe tuple items are:\n  year (including century, e.g. 1998)\n  month (1-12)\n  day (1-31)\n  hours (0-23)\n  minutes (0-59)\n  seconds (0-59)\n  weekday (0-6, Monday is 0)\n  Julian day (day in the year, 1-366)\n  DST (Daylight Savings Time) flag (-1, 0 or 1)\nIf the DST flag is 0, the time is given in the regular time zone;\nif it is 1, the time is given in the DST time zone;\nif it is -1, mktime() should guess based on the date and time.\n",
    ),
    functions: &[],
    attrs: &[],
    classes: &[],
    parts: &[&clocks::MODULE, &calendar::MODULE],
    init: None,
};

/// Nanoseconds of a time in seconds, an int or a float; rounded away from zero as timeouts are.
pub fn nanoseconds(value: &Value) -> PyResult<i64> {
    nanoseconds_of(value, 1_000_000_000)
}

/// Nanoseconds of a time in milliseconds, an int or a float.
pub fn milliseconds(value: &Value) -> PyResult<i64> {
    nanoseconds_of(value, 1_000_000)
}

fn nanoseconds_of(value: &Value, unit: i64) -> PyResult<i64> {
    let too_large = || exceptions::overflow_error("timestamp out of range for C PyTime_t");
    if let Some(number) =
        value.downcast::<minipy_vm::types::float::PyFloat>().is_some().then(|| protocol::to_f64(value))
    {
        return float_nanoseconds(number?, unit);
    }
    if let Some(number) = value.as_flonum() {
        return float_nanoseconds(number, unit);
    }
    if !value.is_small_int() && value.class().slots().index.is_none() {
        if value.class().slots().float.is_some() {
            return float_nanoseconds(protocol::to_f64(value)?, unit);
        }
        return Err(exceptions::type_error(format!(
            "'{}' object cannot be interpreted as an integer or float",
            value.type_name()
        )));
    }
    protocol::index_to_i64(value)?.and_then(|n| n.checked_mul(unit)).ok_or_else(too_large)
}

fn float_nanoseconds(number: f64, unit: i64) -> PyResult<i64> {
    if number.is_nan() {
        return Err(exceptions::value_error("Invalid value NaN (not a number)"));
    }
    let nanos = number * unit as f64;
    let nanos = if nanos >= 0.0 { nanos.ceil() } else { nanos.floor() };
    if (-9.223372036854775e18..9.223372036854775e18).contains(&nanos) {
        Ok(nanos as i64)
    } else {
        Err(exceptions::overflow_error("timestamp out of range for C PyTime_t"))
    }
}
