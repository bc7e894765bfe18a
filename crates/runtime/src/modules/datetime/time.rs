//! `time`.

use super::clock::Clock;
use super::date::{format, invalid_isoformat, isoformat_argument, pickled_state, strptime};
use super::delta;
use super::span::Span;
use super::text::{Ascii, Precision};
use super::zone::{self, TimeZone};
use super::{CInt, parse, strftime};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::hash::hash_bytes;
use minipy_vm::macros_support::{FnSpec, parse_args};
use minipy_vm::types::bytes;
use minipy_vm::{Args, CmpOp, Payload, PyResult, Ref, StrRef, TypeRef, Value, exceptions, name, protocol};
use std::cell::Cell;
use std::fmt::Write;

/// time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object
///
/// All arguments are optional. tzinfo may be None, or an instance of
/// a tzinfo subclass. The remaining arguments may be ints.
///
#[pyclass(name = "time", module = "datetime", basetype, parts(methods))]
pub struct Time {
    pub clock: Clock,
    zone: Option<Value>,
    /// -1 until it is computed.
    hash: Cell<i64>,
}

static NEW: FnSpec = FnSpec {
    name: "",
    owner: "",
    params: &["hour", "minute", "second", "microsecond", "tzinfo", "fold"],
    posonly: 0,
    positional: 5,
    required: 0,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

impl Time {
    pub fn new_in(class: &TypeRef, clock: Clock, zone: Option<Value>) -> Value {
        Ref::new_in(class, Time { clock, zone, hash: Cell::new(-1) }).into_value()
    }

    pub fn zone(&self) -> Option<Value> {
        self.zone.clone()
    }

    /// `class(hour, minute, second, microsecond, tzinfo)`; fold is given only if it is set.
    fn construct(class: &TypeRef, fields: [i32; 4], zone: Option<Value>, fold: i32) -> PyResult<Value> {
        let [hour, minute, second, microsecond] = fields;
        if class.is(Time::class()) {
            return Ok(Time::new_in(class, Clock::checked(hour, minute, second, microsecond, fold)?, zone));
        }
        let mut args: Vec<Value> = fields.map(Value::from).into();
        args.push(zone.unwrap_or(Value::NONE));
        super::call_with_fold(class, args, fold)
    }

    fn offset(&self) -> PyResult<Option<Span>> {
        zone::offset_span(self.zone.as_ref(), &Value::NONE)
    }

    /// Microseconds since midnight in UTC.
    fn utc_micros(&self, offset: Span) -> i64 {
        self.clock.micros() - offset.micros() as i64
    }
}

/// The pickled state of a time, with fold in the highest bit of the hour.
fn clock_from_state(state: &Value) -> PyResult<Option<Clock>> {
    let state = pickled_state(state, "time", |chars: &[u32; 6]| chars[0] & 0x7F < 24)?;
    Ok(state.map(|mut state| {
        let fold = state[0] >> 7;
        state[0] &= 0x7F;
        Clock::from_bytes(state).with_fold(fold)
    }))
}

#[pymethods]
impl Time {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if let [state, rest @ ..] = args.positional()
            && rest.len() <= 1
            && !state.is_small_int()
            && let Some(clock) = clock_from_state(state)?
        {
            return Ok(Time::new_in(class, clock, super::pickled_zone(rest.first())?));
        }
        let mut given = [None; 6];
        parse_args(&NEW, args, &mut given)?;
        let [hour, minute, second, microsecond, tzinfo, fold] = given;
        let mut fields = [0; 4];
        for (field, value) in fields.iter_mut().zip([hour, minute, second, microsecond]) {
            *field = value.map_or(Ok(0), CInt::from_value)?;
        }
        let [hour, minute, second, microsecond] = fields;
        let fold = fold.map_or(Ok(0), CInt::from_value)?;
        let clock = Clock::checked(hour, minute, second, microsecond, fold)?;
        Ok(Time::new_in(class, clock, zone::check(tzinfo)?))
    }

    #[slot]
    fn repr(zelf: &Ref<Time>) -> PyResult<String> {
        let Clock { hour, minute, second, fold, microsecond } = zelf.clock;
        let mut text = format!("{}({hour}, {minute}", zelf.class().name());
        if second != 0 || microsecond != 0 {
            let _ = write!(text, ", {second}");
        }
        if microsecond != 0 {
            let _ = write!(text, ", {microsecond}");
        }
        if let Some(zone) = &zelf.zone {
            let _ = write!(text, ", tzinfo={}", protocol::repr(zone)?.to_string_lossy());
        }
        if fold != 0 {
            let _ = write!(text, ", fold={fold}");
        }
        text.push(')');
        Ok(text)
    }

    #[slot]
    fn str(zelf: &Value) -> PyResult<Value> {
        protocol::call_method(zelf, name!("isoformat"), &[])
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        if self.hash.get() == -1 {
            self.hash.set(match self.offset()? {
                None => hash_bytes(&self.clock.to_bytes()),
                Some(offset) => delta::hash_of(Span::new(0, 0, self.utc_micros(offset))?),
            });
        }
        Ok(self.hash.get())
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<Time>() else { return Ok(Value::NOT_IMPLEMENTED) };
        let by_clock = || op.compare(&self.clock.key(), &other.clock.key());
        let same_zone = match (&self.zone, &other.zone) {
            (None, None) => true,
            (Some(own), Some(other)) => own.is(other),
            _ => false,
        };
        if same_zone {
            return Ok(Value::from_bool(by_clock()));
        }
        let (own_offset, other_offset) = (self.offset()?, other.offset()?);
        Ok(Value::from_bool(match (own_offset, other_offset, op) {
            _ if own_offset == other_offset => by_clock(),
            (Some(a), Some(b), _) => op.compare(&self.utc_micros(a), &other.utc_micros(b)),
            (.., CmpOp::Eq) => false,
            (.., CmpOp::Ne) => true,
            _ => return Err(exceptions::type_error("can't compare offset-naive and offset-aware times")),
        }))
    }
}

#[pymethods(part = methods)]
impl Time {
    /// string, format -> new time parsed from a string (like time.strptime()).
    #[pyclassmethod(nosig)]
    fn strptime(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        strptime(class, name!("_strptime_datetime_time"), args)
    }

    /// Return string in ISO 8601 format, [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
    ///
    /// The optional argument timespec specifies the number of additional terms
    /// of the time to include. Valid options are 'auto', 'hours', 'minutes',
    /// 'seconds', 'milliseconds' and 'microseconds'.
    ///
    #[pymethod("($self, timespec='auto')", nosig)]
    fn isoformat(&self, timespec: Option<&Value>) -> PyResult<StrRef> {
        let precision = Precision::from_timespec("isoformat", 1, timespec)?;
        let mut out = Ascii::new();
        out.clock(self.clock, precision);
        if let Some(offset) = self.offset()? {
            out.offset(offset, Some(b':'));
        }
        Ok(out.finish())
    }

    /// format -> strftime() style string.
    #[pymethod("($self, format)", nosig)]
    fn strftime(zelf: &Ref<Time>, format: &Value) -> PyResult<Value> {
        strftime::of_time(zelf, format)
    }

    /// Formats self with strftime.
    #[pymethod(nosig)]
    fn __format__(zelf: &Value, args: Args<'_>) -> PyResult<Value> {
        format(zelf, args)
    }

    /// Return self.tzinfo.utcoffset(self).
    #[pymethod("($self, /)")]
    fn utcoffset(&self) -> PyResult<Value> {
        zone::utcoffset(self.zone.as_ref(), &Value::NONE)
    }

    /// Return self.tzinfo.tzname(self).
    #[pymethod("($self, /)")]
    fn tzname(&self) -> PyResult<Value> {
        zone::tzname(self.zone.as_ref(), &Value::NONE)
    }

    /// Return self.tzinfo.dst(self).
    #[pymethod("($self, /)")]
    fn dst(&self) -> PyResult<Value> {
        zone::dst(self.zone.as_ref(), &Value::NONE)
    }

    /// Return time with new specified fields.
    #[pymethod(
        sig = "($self, /, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)",
        text = "($self, /, hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)"
    )]
    fn replace(
        zelf: &Ref<Time>,
        hour: Option<i32>,
        minute: Option<i32>,
        second: Option<i32>,
        microsecond: Option<i32>,
        tzinfo: Option<&Value>,
        fold: Option<i32>,
    ) -> PyResult<Value> {
        let clock = zelf.clock;
        let zone = match tzinfo {
            Some(zone) => zone::check(Some(zone))?,
            None => zelf.zone(),
        };
        let fields = [
            hour.unwrap_or_else(|| clock.hour.into()),
            minute.unwrap_or_else(|| clock.minute.into()),
            second.unwrap_or_else(|| clock.second.into()),
            microsecond.unwrap_or(clock.microsecond as i32),
        ];
        Time::construct(zelf.class(), fields, zone, fold.unwrap_or_else(|| clock.fold.into()))
    }

    /// The same as replace().
    #[pymethod(
        sig = "($self, /, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)",
        text = "($self, /, **changes)",
        called = "replace"
    )]
    fn __replace__(
        zelf: &Ref<Time>,
        hour: Option<i32>,
        minute: Option<i32>,
        second: Option<i32>,
        microsecond: Option<i32>,
        tzinfo: Option<&Value>,
        fold: Option<i32>,
    ) -> PyResult<Value> {
        Time::replace(zelf, hour, minute, second, microsecond, tzinfo, fold)
    }

    /// string -> time from a string in ISO 8601 format
    #[pyclassmethod("($type, object, /)")]
    fn fromisoformat(class: &TypeRef, object: &Value) -> PyResult<Value> {
        let text = parse::bytes_of(isoformat_argument(object)?);
        let text = text.strip_prefix(b"T").unwrap_or(&text);
        let Some(mut time) = parse::time(text) else { return Err(invalid_isoformat(object)) };
        let zone = time.offset.map(TimeZone::from_micros).transpose()?;
        time.wrap_midnight()?;
        Time::construct(class, [time.hour, time.minute, time.second, time.microsecond], zone, 0)
    }

    /// __reduce_ex__(proto) -> (cls, state)
    #[pymethod(nosig)]
    fn __reduce_ex__(zelf: &Ref<Time>, args: Args<'_>) -> PyResult<Value> {
        let protocol = CInt::from_value(&super::counted("__reduce_ex__", args, 1)?[0])?;
        Ok(reduce(zelf, protocol))
    }

    /// __reduce__() -> (cls, state)
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<Time>) -> Value {
        reduce(zelf, 2)
    }

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

/// From pickle protocol 4 on the state holds fold, too.
fn reduce(zelf: &Ref<Time>, protocol: i32) -> Value {
    let clock = zelf.clock;
    let mut state = clock.to_bytes();
    if protocol > 3 {
        state[0] |= clock.fold << 7;
    }
    super::reduced(zelf.class(), bytes::from_slice(&state), zelf.zone())
}
