//! `datetime`: the class, its constructors and fields.

use super::calendar::Ymd;
use super::clock::{Clock, MICROS_PER_DAY};
use super::date::{
    Date, invalid_isoformat, isoformat_argument, pickled_state, strptime, ymd_from_bytes, ymd_to_bytes,
};
use super::span::Span;
use super::text::{Ascii, Precision};
use super::time::Time;
use super::zone::{self, TimeZone};
use super::{CInt, bad_argument, local, parse, text};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::{FnSpec, parse_args};
use minipy_vm::types::bytes;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{
    Args, GilCell, Payload, PyResult, PyStr, Ref, StrRef, TypeRef, Value, exceptions, name, protocol,
    warnings,
};
use std::fmt::Write;

/// datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])
///
/// The year, month and day arguments are required. tzinfo may be None, or an
/// instance of a tzinfo subclass. The remaining arguments may be ints.
///
#[pyclass(name = "datetime", module = "datetime", base = Date, basetype, parts(operators, making, showing, fields))]
#[repr(C)]
pub struct DateTime {
    pub date: Date,
    pub clock: Clock,
    /// Changes only while the object is made.
    zone: GilCell<Option<Value>>,
}

static NEW: FnSpec = FnSpec {
    name: "",
    owner: "",
    params: &["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"],
    posonly: 0,
    positional: 8,
    required: 0b111,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

/// The fields from the year to the microsecond, not checked.
pub type Fields = [i32; 7];

impl DateTime {
    pub fn new_in(class: &TypeRef, ymd: Ymd, clock: Clock, zone: Option<Value>) -> Ref<DateTime> {
        Ref::new_in(class, DateTime { date: Date::payload(ymd), clock, zone: GilCell::new(zone) })
    }

    pub fn make(ymd: Ymd, clock: Clock, zone: Option<Value>) -> Ref<DateTime> {
        DateTime::new_in(DateTime::class(), ymd, clock, zone)
    }

    /// `class(year, …, microsecond, tzinfo)`; fold is given only if it is set.
    pub fn construct(class: &TypeRef, fields: Fields, zone: Option<Value>, fold: i32) -> PyResult<Value> {
        if class.is(DateTime::class()) {
            let [year, month, day, hour, minute, second, microsecond] = fields;
            let ymd = Ymd::checked(year, month, day)?;
            let clock = Clock::checked(hour, minute, second, microsecond, fold)?;
            return Ok(DateTime::new_in(class, ymd, clock, zone).into_value());
        }
        let mut args: Vec<Value> = fields.map(Value::from).into();
        args.push(zone.unwrap_or(Value::NONE));
        super::call_with_fold(class, args, fold)
    }

    /// As [`DateTime::construct`], of fields that are known to be right.
    pub fn construct_valid(class: &TypeRef, ymd: Ymd, clock: Clock, zone: Option<Value>) -> PyResult<Value> {
        if class.is(DateTime::class()) {
            return Ok(DateTime::new_in(class, ymd, clock, zone).into_value());
        }
        DateTime::construct(class, fields_of(ymd, clock), zone, i32::from(clock.fold))
    }

    pub fn zone(&self) -> Option<Value> {
        self.zone.get()
    }

    /// Whether both have the same object as their time zone, or none.
    pub fn same_zone(&self, other: &DateTime) -> bool {
        self.zone.with(|own| {
            other.zone.with(|other| match (own, other) {
                (None, None) => true,
                (Some(own), Some(other)) => own.is(other),
                _ => false,
            })
        })
    }

    /// The offset from UTC.
    pub fn offset(zelf: &Ref<DateTime>) -> PyResult<Option<Span>> {
        match zelf.zone() {
            None => Ok(None),
            zone => zone::offset_span(zone.as_ref(), zelf.as_value()),
        }
    }

    /// The datetime so much later, by clocks that are never set; fold is gone.
    pub fn moved(&self, span: Span) -> PyResult<(Ymd, Clock)> {
        let micros = self.clock.micros() + span.micros_of_day();
        let days = i64::from(span.days) + micros.div_euclid(MICROS_PER_DAY);
        Ok((self.date.ymd.plus_days(days)?, Clock::from_micros(micros.rem_euclid(MICROS_PER_DAY))))
    }

    /// `zelf + span`, of the same class and with the same time zone.
    pub fn shifted(zelf: &Ref<DateTime>, span: Span) -> PyResult<Value> {
        let (ymd, clock) = zelf.moved(span)?;
        DateTime::construct_valid(zelf.class(), ymd, clock, zelf.zone())
    }

    /// The same datetime with another fold, as time zones are asked about it.
    pub fn with_fold(&self, fold: u8) -> Ref<DateTime> {
        DateTime::make(self.date.ymd, self.clock.with_fold(fold), self.zone())
    }

    /// What of the fields the system's clocks would show at `unix`: for `now` and `fromtimestamp`.
    fn from_unix(class: &TypeRef, unix: i64, micros: i64, zone: Option<Value>) -> PyResult<Value> {
        let (year, month, day, hour, minute, second) = local::broken_down(unix, zone.is_some())?;
        let fields = [year, month, day, hour, minute, second, micros as i32];
        let Some(zone) = zone else {
            let ymd = Ymd::checked(year, month, day)?;
            let fold = local::fold_at(unix, ymd, Clock::checked(hour, minute, second, 0, 0)?)?;
            return DateTime::construct(class, fields, None, i32::from(fold));
        };
        let utc = DateTime::construct(class, fields, Some(zone.clone()), 0)?;
        protocol::call_method(&zone, name!("fromutc"), &[utc])
    }

    /// The local time zone as it is at this local time; of a time that clocks skip, as it was before for `fold=0` and is after
    /// for `fold=1`.
    fn zone_here(&self) -> PyResult<Value> {
        let (ymd, clock) = (self.date.ymd, self.clock);
        let unix = local::unix_of(ymd, clock)?;
        let other = local::unix_of(ymd, clock.with_fold(1 - clock.fold.min(1)))?;
        let is_skipped = unix != other && (other > unix) == (clock.fold != 0);
        local::zone_at(if is_skipped { other } else { unix })
    }
}

/// The fields as the constructor takes them.
fn fields_of(ymd: Ymd, clock: Clock) -> Fields {
    [
        i32::from(ymd.year),
        i32::from(ymd.month),
        i32::from(ymd.day),
        i32::from(clock.hour),
        i32::from(clock.minute),
        i32::from(clock.second),
        clock.microsecond as i32,
    ]
}

/// The pickled state, with fold in the highest bit of the month.
fn from_state(state: &Value) -> PyResult<Option<(Ymd, Clock)>> {
    let is_sane = |chars: &[u32; 10]| (1..=12).contains(&(chars[2] & 0x7F));
    Ok(pickled_state(state, "datetime", is_sane)?.map(|[high, low, month, day, clock @ ..]| {
        let ymd = ymd_from_bytes([high, low, month & 0x7F, day]);
        (ymd, Clock::from_bytes(clock).with_fold(month >> 7))
    }))
}

/// From pickle protocol 4 on the state holds fold, too.
fn reduce(zelf: &Ref<DateTime>, protocol: i32) -> Value {
    let mut date = ymd_to_bytes(zelf.date.ymd);
    if protocol > 3 {
        date[2] |= zelf.clock.fold << 7;
    }
    let state = [&date[..], &zelf.clock.to_bytes()].concat();
    super::reduced(zelf.class(), bytes::from_slice(&state), zelf.zone())
}

#[pymethods]
impl DateTime {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Ref<DateTime>> {
        if let [state, rest @ ..] = args.positional()
            && rest.len() <= 1
            && !state.is_small_int()
            && let Some((ymd, clock)) = from_state(state)?
        {
            return Ok(DateTime::new_in(class, ymd, clock, super::pickled_zone(rest.first())?));
        }
        let mut given = [None; 9];
        super::check_incomplete(args, 3)?;
        parse_args(&NEW, args, &mut given)?;
        let [numbers @ .., tzinfo, fold] = given;
        let mut fields = [0; 7];
        for (field, value) in fields.iter_mut().zip(numbers) {
            *field = value.map_or(Ok(0), CInt::from_value)?;
        }
        let fold = fold.map_or(Ok(0), CInt::from_value)?;
        let [year, month, day, hour, minute, second, microsecond] = fields;
        let ymd = Ymd::checked(year, month, day)?;
        let clock = Clock::checked(hour, minute, second, microsecond, fold)?;
        Ok(DateTime::new_in(class, ymd, clock, zone::check(tzinfo)?))
    }

    #[slot]
    fn repr(zelf: &Ref<DateTime>) -> PyResult<String> {
        let Ymd { year, month, day } = zelf.date.ymd;
        let Clock { hour, minute, second, fold, microsecond } = zelf.clock;
        let mut text = format!("{}({year}, {month}, {day}, {hour}, {minute}", zelf.class().name());
        if second != 0 || microsecond != 0 {
            let _ = write!(text, ", {second}");
        }
        if microsecond != 0 {
            let _ = write!(text, ", {microsecond}");
        }
        if fold != 0 {
            let _ = write!(text, ", fold={fold}");
        }
        if let Some(zone) = zelf.zone() {
            let _ = write!(text, ", tzinfo={}", protocol::repr(&zone)?.to_string_lossy());
        }
        text.push(')');
        Ok(text)
    }

    #[slot]
    fn str(zelf: &Value) -> PyResult<Value> {
        protocol::call_method(zelf, name!("isoformat"), &[PyStr::from_ascii(b" ").into_value()])
    }
}

#[pymethods(part = making)]
impl DateTime {
    /// Returns new datetime object representing current time local to tz.
    ///
    ///   tz
    ///     Timezone object.
    ///
    /// If no tz is specified, uses local timezone.
    #[pyclassmethod("($type, /, tz=None)")]
    fn now(class: &TypeRef, tz: Option<&Value>) -> PyResult<Value> {
        let zone = zone::check(tz)?;
        let micros = crate::modules::time::nanos(libc::CLOCK_REALTIME).div_euclid(1_000);
        DateTime::from_unix(class, micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000), zone)
    }

    /// Return a new datetime representing UTC day and time.
    #[pyclassmethod("($type, /)")]
    fn utcnow(class: &TypeRef) -> PyResult<Value> {
        deprecated("utcnow", "now(datetime.UTC)")?;
        let micros = crate::modules::time::nanos(libc::CLOCK_REALTIME).div_euclid(1_000);
        from_utc(class, micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
    }

    /// timestamp[, tz] -> tz's local time from POSIX timestamp.
    #[pyclassmethod("($type, timestamp, tz=None)", nosig)]
    fn fromtimestamp(class: &TypeRef, timestamp: &Value, tz: Option<&Value>) -> PyResult<Value> {
        let zone = zone::check(tz)?;
        let (seconds, micros) = local::split_timestamp(timestamp)?;
        DateTime::from_unix(class, seconds, micros, zone)
    }

    /// Construct a naive UTC datetime from a POSIX timestamp.
    #[pyclassmethod(nosig)]
    fn utcfromtimestamp(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        deprecated("utcfromtimestamp", "fromtimestamp(timestamp, datetime.UTC)")?;
        let (seconds, micros) = local::split_timestamp(&super::counted("utcfromtimestamp", args, 1)?[0])?;
        from_utc(class, seconds, micros)
    }

    /// string, format -> new datetime parsed from a string (like time.strptime()).
    #[pyclassmethod(nosig)]
    fn strptime(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        strptime(class, name!("_strptime_datetime_datetime"), args)
    }

    /// date, time -> datetime with same date and time fields
    #[pyclassmethod("($type, date, time, tzinfo=<unrepresentable>)", nosig)]
    fn combine(class: &TypeRef, date: &Value, time: &Value, tzinfo: Option<&Value>) -> PyResult<Value> {
        let Some(day) = date.downcast::<Date>() else {
            return Err(bad_argument("combine", 1, "datetime.date", date));
        };
        let Some(time_of_day) = time.downcast::<Time>() else {
            return Err(bad_argument("combine", 2, "datetime.time", time));
        };
        let zone = match tzinfo {
            Some(zone) => zone::check(Some(zone))?,
            None => time_of_day.zone(),
        };
        DateTime::construct_valid(class, day.ymd, time_of_day.clock, zone)
    }

    /// string -> datetime from a string in most ISO 8601 formats
    #[pyclassmethod("($type, object, /)")]
    fn fromisoformat(class: &TypeRef, object: &Value) -> PyResult<Value> {
        let text = parse::bytes_of(isoformat_argument(object)?);
        let Some((mut date, time)) = parse::date_and_time(&text) else {
            return Err(invalid_isoformat(object));
        };
        let mut clock = [0; 4];
        let mut zone = None;
        if let Some(mut time) = time {
            zone = time.offset.map(TimeZone::from_micros).transpose()?;
            date = parse::wrap_midnight(date, &mut time)?;
            clock = [time.hour, time.minute, time.second, time.microsecond];
        }
        let ((year, month, day), [hour, minute, second, microsecond]) = (date, clock);
        DateTime::construct(class, [year, month, day, hour, minute, second, microsecond], zone, 0)
    }

    /// Return datetime with new specified fields.
    #[pymethod(
        sig = "($self, /, year=unchanged, month=unchanged, day=unchanged, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)",
        text = "($self, /, year=unchanged, month=unchanged, day=unchanged,\n        hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)"
    )]
    #[expect(clippy::too_many_arguments, reason = "it has so many parameters")]
    fn replace(
        zelf: &Ref<DateTime>,
        year: Option<i32>,
        month: Option<i32>,
        day: Option<i32>,
        hour: Option<i32>,
        minute: Option<i32>,
        second: Option<i32>,
        microsecond: Option<i32>,
        tzinfo: Option<&Value>,
        fold: Option<i32>,
    ) -> PyResult<Value> {
        let zone = match tzinfo {
            Some(zone) => zone::check(Some(zone))?,
            None => zelf.zone(),
        };
        let mut fields = fields_of(zelf.date.ymd, zelf.clock);
        let changes = [year, month, day, hour, minute, second, microsecond];
        for (field, change) in fields.iter_mut().zip(changes) {
            *field = change.unwrap_or(*field);
        }
        DateTime::construct(zelf.class(), fields, zone, fold.unwrap_or_else(|| zelf.clock.fold.into()))
    }

    /// The same as replace().
    #[pymethod(
        sig = "($self, /, year=unchanged, month=unchanged, day=unchanged, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)",
        text = "($self, /, **changes)",
        called = "replace"
    )]
    #[expect(clippy::too_many_arguments, reason = "it has so many parameters")]
    fn __replace__(
        zelf: &Ref<DateTime>,
        year: Option<i32>,
        month: Option<i32>,
        day: Option<i32>,
        hour: Option<i32>,
        minute: Option<i32>,
        second: Option<i32>,
        microsecond: Option<i32>,
        tzinfo: Option<&Value>,
        fold: Option<i32>,
    ) -> PyResult<Value> {
        DateTime::replace(zelf, year, month, day, hour, minute, second, microsecond, tzinfo, fold)
    }

    /// tz -> convert to local time in new timezone tz
    ///
    #[pymethod("($self, tz=None)", nosig)]
    fn astimezone(zelf: &Ref<DateTime>, tz: Option<&Value>) -> PyResult<Value> {
        let target = zone::check(tz)?;
        let mut own = match zelf.zone() {
            Some(zone) => zone,
            None => zelf.zone_here()?,
        };
        if target.as_ref().is_some_and(|target| target.is(&own)) {
            return Ok(zelf.to_value());
        }
        let offset = match zone::offset_span(Some(&own), zelf.as_value())? {
            Some(offset) => offset,
            None => {
                // A zone that does not know its offset stands for local time, as none does.
                own = zelf.zone_here()?;
                zone::offset_span(Some(&own), zelf.as_value())?.unwrap_or_default()
            }
        };
        let moved = DateTime::shifted(zelf, offset.opposite())?;
        let Some(utc) = moved.downcast::<DateTime>() else { return Ok(moved) };
        let target = match target {
            Some(target) => target,
            None => local::zone_at(local::utc_seconds(utc.date.ymd, utc.clock))?,
        };
        utc.zone.set(Some(target.clone()));
        protocol::call_method(&target, name!("fromutc"), &[moved])
    }

    /// __reduce_ex__(proto) -> (cls, state)
    #[pymethod(nosig)]
    fn __reduce_ex__(zelf: &Ref<DateTime>, args: Args<'_>) -> PyResult<Value> {
        let protocol = CInt::from_value(&super::counted("__reduce_ex__", args, 1)?[0])?;
        Ok(reduce(zelf, protocol))
    }

    /// __reduce__() -> (cls, state)
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<DateTime>) -> Value {
        reduce(zelf, 2)
    }
}

fn from_utc(class: &TypeRef, seconds: i64, micros: i64) -> PyResult<Value> {
    let (year, month, day, hour, minute, second) = local::broken_down(seconds, true)?;
    DateTime::construct(class, [year, month, day, hour, minute, second, micros as i32], None, 0)
}

fn deprecated(method: &str, instead: &str) -> PyResult<()> {
    let message = format!(
        "datetime.datetime.{method}() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.{instead}."
    );
    warnings::warn(exceptions::deprecation_warning_class(), &message, 1)
}

#[pymethods(part = showing)]
impl DateTime {
    /// Return date object with same year, month and day.
    #[pymethod("($self, /)")]
    fn date(&self) -> Value {
        Date::new_in(Date::class(), self.date.ymd)
    }

    /// Return time object with same time but with tzinfo=None.
    #[pymethod("($self, /)")]
    fn time(&self) -> Value {
        Time::new_in(Time::class(), self.clock, None)
    }

    /// Return time object with same time and tzinfo.
    #[pymethod("($self, /)")]
    fn timetz(&self) -> Value {
        Time::new_in(Time::class(), self.clock, self.zone())
    }

    /// Return ctime() style string.
    #[pymethod("($self, /)")]
    fn ctime(&self) -> String {
        text::ctime(self.date.ymd, self.clock)
    }

    /// Return time tuple, compatible with time.localtime().
    #[pymethod("($self, /)")]
    fn timetuple(zelf: &Ref<DateTime>) -> PyResult<Value> {
        let dst = zone::dst(zelf.zone().as_ref(), zelf.as_value())?;
        let is_dst = if dst.is_none() { -1 } else { i64::from(protocol::truth(&dst)?) };
        local::struct_time(zelf.date.ymd, zelf.clock, is_dst)
    }

    /// Return POSIX timestamp as float.
    #[pymethod("($self, /)")]
    fn timestamp(zelf: &Ref<DateTime>) -> PyResult<f64> {
        let seconds = if zelf.zone().is_none() {
            local::unix_of(zelf.date.ymd, zelf.clock)?
        } else {
            let Some(offset) = DateTime::offset(zelf)? else {
                return Err(super::operators::mixed_subtraction());
            };
            let micros = local::utc_seconds(zelf.date.ymd, zelf.clock) * 1_000_000
                + i64::from(zelf.clock.microsecond)
                - offset.micros() as i64;
            return super::delta::seconds_of(i128::from(micros));
        };
        Ok(seconds as f64 + f64::from(zelf.clock.microsecond) / 1e6)
    }

    /// Return UTC time tuple, compatible with time.localtime().
    #[pymethod("($self, /)")]
    fn utctimetuple(zelf: &Ref<DateTime>) -> PyResult<Value> {
        let (ymd, clock) = match DateTime::offset(zelf)? {
            Some(offset) => zelf.moved(offset.opposite())?,
            None => (zelf.date.ymd, zelf.clock),
        };
        local::struct_time(ymd, clock, 0)
    }

    /// [sep] -> string in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
    /// sep is used to separate the year from the time, and defaults to 'T'.
    /// The optional argument timespec specifies the number of additional terms
    /// of the time to include. Valid options are 'auto', 'hours', 'minutes',
    /// 'seconds', 'milliseconds' and 'microseconds'.
    ///
    #[pymethod("($self, sep='T', timespec='auto')", nosig)]
    fn isoformat(zelf: &Ref<DateTime>, sep: Option<&Value>, timespec: Option<&Value>) -> PyResult<StrRef> {
        let separator = match sep {
            None => u32::from(b'T'),
            Some(sep) => match sep.downcast::<PyStr>() {
                Some(sep) if sep.len() == 1 => sep.char_at(0),
                Some(sep) => {
                    return Err(exceptions::type_error(format!(
                        "isoformat() argument 1 must be a unicode character, not a string of length {}",
                        sep.len()
                    )));
                }
                None => return Err(bad_argument("isoformat", 1, "a unicode character", sep)),
            },
        };
        let precision = Precision::from_timespec("isoformat", 2, timespec)?;
        let (mut date, mut clock) = (Ascii::new(), Ascii::new());
        date.date(zelf.date.ymd);
        clock.clock(zelf.clock, precision);
        if let Some(offset) = DateTime::offset(zelf)? {
            clock.offset(offset, Some(b':'));
        }
        if let Ok(byte) = u8::try_from(separator)
            && byte.is_ascii()
        {
            date.push(byte);
            clock.as_bytes().iter().for_each(|&byte| date.push(byte));
            return Ok(date.finish());
        }
        let mut out = StrBuilder::new();
        out.push_latin1(date.as_bytes());
        out.push(separator);
        out.push_latin1(clock.as_bytes());
        Ok(out.finish())
    }

    /// Return self.tzinfo.utcoffset(self).
    #[pymethod("($self, /)")]
    fn utcoffset(zelf: &Ref<DateTime>) -> PyResult<Value> {
        zone::utcoffset(zelf.zone().as_ref(), zelf.as_value())
    }

    /// Return self.tzinfo.tzname(self).
    #[pymethod("($self, /)")]
    fn tzname(zelf: &Ref<DateTime>) -> PyResult<Value> {
        zone::tzname(zelf.zone().as_ref(), zelf.as_value())
    }

    /// Return self.tzinfo.dst(self).
    #[pymethod("($self, /)")]
    fn dst(zelf: &Ref<DateTime>) -> PyResult<Value> {
        zone::dst(zelf.zone().as_ref(), zelf.as_value())
    }
}

#[pymethods(part = fields)]
impl DateTime {
    #[pygetset]
    fn hour(&self) -> u8 {
        self.clock.hour
    }

    #[pygetset]
    fn minute(&self) -> u8 {
        self.clock.minute
    }

    #[pygetset]
    fn second(&self) -> u8 {
        self.clock.second
    }

    #[pygetset]
    fn microsecond(&self) -> u32 {
        self.clock.microsecond
    }

    #[pygetset]
    fn tzinfo(&self) -> Option<Value> {
        self.zone()
    }

    #[pygetset]
    fn fold(&self) -> u8 {
        self.clock.fold
    }
}
