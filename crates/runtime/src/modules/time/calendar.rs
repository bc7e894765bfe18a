//! Broken-down times.

use crate::modules::record::Record;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{PyErr, PyModule, PyResult, PyStr, PyTuple, Ref, StrRef, Value, exceptions, name, protocol};
use std::ffi::{CStr, CString};

unsafe extern "C" {
    fn tzset();
    static tzname: [*const libc::c_char; 2];
    static timezone: libc::c_long;
    static daylight: libc::c_int;
}

#[pymodule(name = "time")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn struct_time() -> Value {
        super::STRUCT_TIME.class().into_value()
    }

    /// gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,
    ///                        tm_sec, tm_wday, tm_yday, tm_isdst)
    ///
    /// Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a.
    /// GMT).  When 'seconds' is not passed in, convert the current time instead.
    ///
    /// If the platform supports the tm_gmtoff and tm_zone, they are available as
    /// attributes only.
    #[pyfunction("(seconds=None, /)", nosig)]
    fn gmtime(seconds: Option<&Value>) -> PyResult<Value> {
        super::broken_down(seconds, true).map(|tm| super::to_value(&tm))
    }

    /// localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,
    ///                           tm_sec,tm_wday,tm_yday,tm_isdst)
    ///
    /// Convert seconds since the Epoch to a time tuple expressing local time.
    /// When 'seconds' is not passed in, convert the current time instead.
    #[pyfunction("(seconds=None, /)", nosig)]
    fn localtime(seconds: Option<&Value>) -> PyResult<Value> {
        super::broken_down(seconds, false).map(|tm| super::to_value(&tm))
    }

    /// mktime(time_tuple) -> floating-point number
    ///
    /// Convert a time tuple in local time to seconds since the Epoch.
    /// Note that mktime(gmtime(0)) will not generally return zero for most
    /// time zones; instead the returned value will either be equal to that
    /// of the timezone or altzone attributes on the time module.
    #[pyfunction("($self, object, /)")]
    fn mktime(object: &Value) -> PyResult<f64> {
        let mut tm = super::from_value(object, "mktime(): illegal time tuple argument")?;
        tm.tm_wday = -1;
        // SAFETY: the time outlives the call.
        let seconds = unsafe { libc::mktime(&mut tm) };
        if seconds == -1 && tm.tm_wday == -1 {
            return Err(exceptions::overflow_error("mktime argument out of range"));
        }
        Ok(seconds as f64)
    }

    /// asctime([time_tuple]) -> string
    ///
    /// Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.
    /// When the time tuple is not present, current time as returned by localtime()
    /// is used.
    #[pyfunction("(tuple=None, /)", nosig)]
    fn asctime(tuple: Option<&Value>) -> PyResult<String> {
        let tm = match tuple {
            Some(tuple) => super::from_value(tuple, "asctime(): illegal time tuple argument")?,
            None => super::broken_down(None, false)?,
        };
        let tm = super::checked(tm)?;
        Ok(super::as_text(&tm))
    }

    /// ctime([seconds]) -> string
    ///
    /// Convert a time in seconds since the Epoch to a string in local time.
    /// This is equivalent to asctime(localtime(seconds)). When 'seconds' is not
    /// passed in, convert the current time instead.
    #[pyfunction("(seconds=None, /)", nosig)]
    fn ctime(seconds: Option<&Value>) -> PyResult<String> {
        super::broken_down(seconds, false).map(|tm| super::as_text(&tm))
    }

    /// strftime(format[, time_tuple]) -> string
    ///
    /// Convert a time tuple to a string according to a format specification.
    /// See the library reference manual for formatting codes. When the time tuple
    /// is not present, current time as returned by localtime() is used.
    ///
    /// Commonly used format codes:
    ///
    /// %Y  Year with century as a decimal number.
    /// %m  Month as a decimal number [01,12].
    /// %d  Day of the month as a decimal number [01,31].
    /// %H  Hour (24-hour clock) as a decimal number [00,23].
    /// %M  Minute as a decimal number [00,59].
    /// %S  Second as a decimal number [00,61].
    /// %z  Time zone offset from UTC.
    /// %a  Locale's abbreviated weekday name.
    /// %A  Locale's full weekday name.
    /// %b  Locale's abbreviated month name.
    /// %B  Locale's full month name.
    /// %c  Locale's appropriate date and time representation.
    /// %I  Hour (12-hour clock) as a decimal number [01,12].
    /// %p  Locale's equivalent of either AM or PM.
    ///
    /// Other codes may be available on your platform.  See documentation for
    /// the C library strftime function.
    ///
    #[pyfunction("(format, tuple=None, /)", nosig)]
    fn strftime(format: &Ref<PyStr>, tuple: Option<&Value>) -> PyResult<StrRef> {
        let Some(tuple) = tuple else {
            return super::format_time(format, super::checked(super::broken_down(None, false)?)?);
        };
        let mut tm = super::checked(super::from_value(tuple, "strftime(): illegal time tuple argument")?)?;
        // The name lives until the format is written.
        let (zone, offset) = super::zone_of(tuple)?;
        tm.tm_zone = zone.as_ref().map_or(std::ptr::null(), |zone| zone.as_ptr());
        tm.tm_gmtoff = offset;
        super::format_time(format, tm)
    }

    /// strptime(string[, format]) -> struct_time
    ///
    /// Parse a string to a time tuple according to a format specification.
    /// See the library reference manual for formatting codes (same as
    /// strftime()).
    ///
    /// Commonly used format codes:
    ///
    /// %Y  Year with century as a decimal number.
    /// %m  Month as a decimal number [01,12].
    /// %d  Day of the month as a decimal number [01,31].
    /// %H  Hour (24-hour clock) as a decimal number [00,23].
    /// %M  Minute as a decimal number [00,59].
    /// %S  Second as a decimal number [00,61].
    /// %z  Time zone offset from UTC.
    /// %a  Locale's abbreviated weekday name.
    /// %A  Locale's full weekday name.
    /// %b  Locale's abbreviated month name.
    /// %B  Locale's full month name.
    /// %c  Locale's appropriate date and time representation.
    /// %I  Hour (12-hour clock) as a decimal number [01,12].
    /// %p  Locale's equivalent of either AM or PM.
    ///
    /// Other codes may be available on your platform.  See documentation for
    /// the C library strftime function.
    ///
    #[pyfunction("(string, format='%a %b %d %H:%M:%S %Y', /)", nosig)]
    fn strptime(string: &Value, format: Option<&Value>) -> PyResult<Value> {
        let module = crate::import::import_module("_strptime")?;
        let mut arguments = vec![string.clone()];
        arguments.extend(format.cloned());
        protocol::call_method(&module, name!("_strptime_time"), &arguments)
    }

    /// tzset()
    ///
    /// Initialize, or reinitialize, the local timezone to the value stored in
    /// os.environ['TZ']. The TZ environment variable should be specified in
    /// standard Unix timezone format as documented in the tzset man page
    /// (eg. 'US/Eastern', 'Europe/Amsterdam'). Unknown timezones will silently
    /// fall back to UTC. If the TZ environment variable is not set, the local
    /// timezone is set to the systems best guess of wallclock time.
    /// Changing the TZ environment variable without calling tzset *may* change
    /// the local timezone used by methods such as localtime, but this behaviour
    /// should not be relied on.
    #[pyfunction("($self, /)")]
    fn tzset() -> PyResult<()> {
        let module = crate::import::native_module("time")?;
        match module.downcast::<PyModule>() {
            Some(module) => super::set_zone(module),
            None => Ok(()),
        }
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        super::set_zone(module)
    }
}

pub use functions::MODULE;

static STRUCT_TIME: Record = Record::new(StructSeqDef {
    module: "time",
    name: "struct_time",
    doc: "The time value as returned by gmtime(), localtime(), and strptime(), and\naccepted by asctime(), mktime() and strftime().  May be considered as a\nsequence of 9 integers.",
    fields: &[
        ("tm_year", "year, for example, 1993"),
        ("tm_mon", "month of year, range [1, 12]"),
        ("tm_mday", "day of month, range [1, 31]"),
        ("tm_hour", "hours, range [0, 23]"),
        ("tm_min", "minutes, range [0, 59]"),
        ("tm_sec", "seconds, range [0, 61])"),
        ("tm_wday", "day of week, range [0, 6], Monday is 0"),
        ("tm_yday", "day of year, range [1, 366]"),
        ("tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"),
        ("tm_zone", "abbreviation of timezone name"),
        ("tm_gmtoff", "offset from UTC in seconds"),
    ],
    visible: 9,
    instantiable: true,
});

fn empty_tm() -> libc::tm {
    // SAFETY: all-zero bytes, with a null zone name, are a valid `struct tm`.
    unsafe { std::mem::zeroed() }
}

fn broken_down(seconds: Option<&Value>, utc: bool) -> PyResult<libc::tm> {
    let time = match seconds.filter(|s| !s.is_none()) {
        None => super::clocks::nanos(libc::CLOCK_REALTIME).div_euclid(1_000_000_000),
        Some(value) => whole_seconds(value)?,
    };
    broken_down_at(time, utc)
}

/// The fields of a Unix time, in UTC or local time; OSError if the year is too large.
pub fn broken_down_at(time: i64, utc: bool) -> PyResult<libc::tm> {
    let mut tm = empty_tm();
    // SAFETY: both arguments outlive the calls.
    let done =
        unsafe { if utc { libc::gmtime_r(&time, &mut tm) } else { libc::localtime_r(&time, &mut tm) } };
    if done.is_null() { Err(syscall::last_os_error()) } else { Ok(tm) }
}

/// The name of the time zone of a broken-down time, if it has one.
pub fn zone_name(tm: &libc::tm) -> Option<StrRef> {
    if tm.tm_zone.is_null() {
        return None;
    }
    // SAFETY: the C library's zone names are NUL-terminated and live on.
    Some(crate::path::decode(unsafe { CStr::from_ptr(tm.tm_zone) }.to_bytes()))
}

/// The whole seconds of a timestamp, an int or a float rounded down.
pub fn whole_seconds(value: &Value) -> PyResult<i64> {
    let out_of_range = || exceptions::overflow_error("timestamp out of range for platform time_t");
    if value.class().slots().index.is_some() {
        return protocol::index_to_i64(value)?.ok_or_else(out_of_range);
    }
    if value.class().slots().float.is_none() {
        return Err(exceptions::type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            value.type_name()
        )));
    }
    let seconds = protocol::to_f64(value)?;
    if seconds.is_nan() {
        return Err(exceptions::value_error("Invalid value NaN (not a number)"));
    }
    let seconds = seconds.floor();
    if (-9.2e18..9.2e18).contains(&seconds) { Ok(seconds as i64) } else { Err(out_of_range()) }
}

fn to_value(tm: &libc::tm) -> Value {
    let zone = zone_name(tm).map_or(Value::NONE, Ref::into_value);
    STRUCT_TIME.make(vec![
        Value::from(i64::from(tm.tm_year) + 1900),
        Value::from(tm.tm_mon + 1),
        Value::from(tm.tm_mday),
        Value::from(tm.tm_hour),
        Value::from(tm.tm_min),
        Value::from(tm.tm_sec),
        Value::from((tm.tm_wday + 6) % 7),
        Value::from(tm.tm_yday + 1),
        Value::from(tm.tm_isdst),
        zone,
        Value::from(tm.tm_gmtoff),
    ])
}

fn from_value(value: &Value, message: &str) -> PyResult<libc::tm> {
    let Some(items) = value.downcast::<PyTuple>() else {
        return Err(exceptions::type_error("Tuple or struct_time argument required"));
    };
    if items.len() != 9 {
        return Err(exceptions::type_error(message));
    }
    let mut numbers = [0i32; 9];
    for (number, item) in numbers.iter_mut().zip(items.iter()) {
        let wide = protocol::index_to_i64(item)?;
        *number = wide.and_then(|n| i32::try_from(n).ok()).ok_or_else(|| {
            let negative = minipy_vm::types::int::is_negative(item);
            let side = if negative { "less than minimum" } else { "greater than maximum" };
            exceptions::overflow_error(format!("signed integer is {side}"))
        })?;
    }
    let [year, month, day, hour, minute, second, weekday, yearday, dst] = numbers;
    let mut tm = empty_tm();
    tm.tm_year = year.checked_sub(1900).ok_or_else(|| exceptions::overflow_error("year out of range"))?;
    tm.tm_mon = month.saturating_sub(1);
    tm.tm_mday = day;
    tm.tm_hour = hour;
    tm.tm_min = minute;
    tm.tm_sec = second;
    tm.tm_wday = weekday.saturating_add(1) % 7;
    tm.tm_yday = yearday.saturating_sub(1);
    tm.tm_isdst = dst;
    Ok(tm)
}

/// The name and offset of the time zone that a `struct_time` has beyond its items. Of times without, the C library knows the name
/// of the local zone.
fn zone_of(value: &Value) -> PyResult<(Option<CString>, i64)> {
    if !value.class().is(&STRUCT_TIME.class()) {
        return Ok((None, 0));
    }
    let name = protocol::getattr(value, name!("tm_zone"))?;
    let name = name.downcast::<PyStr>().and_then(|name| CString::new(name.to_string_lossy()).ok());
    let offset = protocol::getattr(value, name!("tm_gmtoff"))?;
    let offset = if offset.is_none() { 0 } else { protocol::index_to_i64(&offset)?.unwrap_or_default() };
    Ok((name, offset))
}

fn range_error(what: &str) -> PyErr {
    exceptions::value_error(format!("{what} out of range"))
}

/// Refuses fields that the C library would read past its tables for. Zeros count as the first.
fn checked(mut tm: libc::tm) -> PyResult<libc::tm> {
    if tm.tm_mon == -1 {
        tm.tm_mon = 0;
    }
    if tm.tm_mday == 0 {
        tm.tm_mday = 1;
    }
    if tm.tm_yday == -1 {
        tm.tm_yday = 0;
    }
    let ranges = [
        ("month", tm.tm_mon, 0, 11),
        ("day of month", tm.tm_mday, 1, 31),
        ("hour", tm.tm_hour, 0, 23),
        ("minute", tm.tm_min, 0, 59),
        ("seconds", tm.tm_sec, 0, 61),
        ("day of week", tm.tm_wday, 0, 6),
        ("day of year", tm.tm_yday, 0, 365),
    ];
    match ranges.iter().find(|(_, value, min, max)| !(min..=max).contains(&value)) {
        Some((what, ..)) => Err(range_error(what)),
        None => Ok(tm),
    }
}

fn as_text(tm: &libc::tm) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = |names: &[&'static str], index: i32| names.get(index as usize).copied().unwrap_or("???");
    format!(
        "{} {} {:2} {:02}:{:02}:{:02} {}",
        name(&DAYS, tm.tm_wday),
        name(&MONTHS, tm.tm_mon),
        tm.tm_mday,
        tm.tm_hour,
        tm.tm_min,
        tm.tm_sec,
        i64::from(tm.tm_year) + 1900
    )
}

fn format_time(format: &PyStr, mut tm: libc::tm) -> PyResult<StrRef> {
    tm.tm_isdst = tm.tm_isdst.clamp(-1, 1);
    // Only runs of ASCII are formats: other characters and NUL are text between them.
    let mut out = StrBuilder::with_capacity(format.len());
    let mut run = Vec::new();
    for c in format.chars() {
        match u8::try_from(c) {
            Ok(byte @ 1..=0x7F) => run.push(byte),
            _ => {
                push_formatted(&mut out, std::mem::take(&mut run), &tm);
                out.push(c);
            }
        }
    }
    push_formatted(&mut out, run, &tm);
    Ok(out.finish())
}

/// Adds what the C library makes of a format, which holds no NUL.
fn push_formatted(out: &mut StrBuilder, format: Vec<u8>, tm: &libc::tm) {
    let format = CString::new(format).unwrap_or_default();
    if format.is_empty() {
        return;
    }
    let mut room = 1024;
    loop {
        let mut buffer = vec![0u8; room];
        // SAFETY: the buffer has the room that is told; the format is NUL-terminated.
        let written = unsafe { libc::strftime(buffer.as_mut_ptr().cast(), room, format.as_ptr(), tm) };
        if written > 0 || room >= 256 * format.as_bytes().len().max(4) {
            out.push_pystr(&crate::path::decode(&buffer[..written]));
            return;
        }
        room *= 2;
    }
}

fn set_zone(module: &Ref<PyModule>) -> PyResult<()> {
    // SAFETY: native code changes the environment under the GIL; the names are NUL-terminated and live on.
    let (names, offset, has_dst) = unsafe {
        tzset();
        let name = |index: usize| crate::path::decode(CStr::from_ptr(tzname[index]).to_bytes()).into_value();
        ([name(0), name(1)], timezone, daylight)
    };
    let namespace = module.namespace();
    namespace.insert("tzname", PyTuple::from_array(names));
    namespace.insert("timezone", offset);
    namespace.insert("altzone", if has_dst != 0 { offset - 3600 } else { offset });
    namespace.insert("daylight", has_dst);
    Ok(())
}
