//! `tzinfo` and `timezone`, and asking time zones.

use super::date_time::DateTime;
use super::delta::{self, TimeDelta};
use super::span::Span;
use super::text::Ascii;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::{FnSpec, parse_args};
use minipy_vm::{
    Args, CmpOp, GilCell, PyErr, PyResult, PyStr, PyTuple, Ref, StrRef, TypeRef, Value, exceptions, name,
    protocol,
};

/// Refuses what is no time zone; None becomes None.
pub fn check(zone: Option<&Value>) -> PyResult<Option<Value>> {
    match zone.filter(|zone| !zone.is_none()) {
        None => Ok(None),
        Some(zone) if zone.downcast::<TzInfo>().is_some() => Ok(Some(zone.clone())),
        Some(other) => Err(exceptions::type_error(format!(
            "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
            other.type_name()
        ))),
    }
}

/// The error for an offset of a day or more.
fn check_range(span: Span, offset: &Value) -> PyResult<()> {
    if span.is_offset() {
        return Ok(());
    }
    Err(exceptions::value_error(format!(
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {}",
        protocol::repr(offset)?
    )))
}

/// What `zone.utcoffset(argument)` or `zone.dst(argument)` gives: None or a timedelta of less than a day.
fn ask(zone: &Value, method: &StrRef, argument: &Value) -> PyResult<Value> {
    let offset = protocol::call_method(zone, method, std::slice::from_ref(argument))?;
    if offset.is_none() {
        return Ok(offset);
    }
    match TimeDelta::span_of(&offset) {
        Some(span) => check_range(span, &offset).map(|()| offset),
        None => Err(exceptions::type_error(format!(
            "tzinfo.{method}() must return None or timedelta, not '{}'",
            offset.type_name()
        ))),
    }
}

/// The offset from UTC that a time zone gives for a datetime, or, for times, for None.
pub fn utcoffset(zone: Option<&Value>, argument: &Value) -> PyResult<Value> {
    match zone {
        None => Ok(Value::NONE),
        Some(zone) => match zone.downcast_exact::<TimeZone>() {
            Some(zone) => Ok(zone.offset.to_value()),
            None => ask(zone, name!("utcoffset"), argument),
        },
    }
}

/// As [`utcoffset`], for computing with it.
pub fn offset_span(zone: Option<&Value>, argument: &Value) -> PyResult<Option<Span>> {
    match zone.and_then(|zone| zone.downcast_exact::<TimeZone>()) {
        Some(zone) => Ok(Some(zone.offset.span)),
        None => Ok(TimeDelta::span_of(&utcoffset(zone, argument)?)),
    }
}

/// The daylight saving time that a time zone gives.
pub fn dst(zone: Option<&Value>, argument: &Value) -> PyResult<Value> {
    match zone {
        Some(zone) if zone.downcast_exact::<TimeZone>().is_none() => ask(zone, name!("dst"), argument),
        _ => Ok(Value::NONE),
    }
}

/// The name that a time zone gives: None or a str.
pub fn tzname(zone: Option<&Value>, argument: &Value) -> PyResult<Value> {
    let Some(zone) = zone else { return Ok(Value::NONE) };
    let name = protocol::call_method(zone, name!("tzname"), std::slice::from_ref(argument))?;
    if name.is_none() || minipy_vm::types::str::is_str(&name) {
        return Ok(name);
    }
    Err(exceptions::type_error(format!(
        "tzinfo.tzname() must return None or a string, not '{}'",
        name.type_name()
    )))
}

/// Abstract base class for time zone info objects.
#[pyclass(name = "tzinfo", module = "datetime", basetype)]
pub struct TzInfo(());

impl TzInfo {
    /// The payload, for that of a subclass to begin with.
    pub fn base() -> TzInfo {
        TzInfo(())
    }
}

fn must_implement<T>(method: &str) -> PyResult<T> {
    Err(exceptions::not_implemented_error(format!("a tzinfo subclass must implement {method}()")))
}

/// The argument of `fromutc`: a datetime of this zone.
pub fn own_datetime<'a>(zone: &Value, argument: &'a Value) -> PyResult<&'a Ref<DateTime>> {
    let Some(datetime) = argument.downcast::<DateTime>() else {
        return Err(exceptions::type_error("fromutc: argument must be a datetime"));
    };
    if !datetime.zone().is_some_and(|own| own.is(zone)) {
        return Err(exceptions::value_error("fromutc: dt.tzinfo is not self"));
    }
    Ok(datetime)
}

#[pymethods]
impl TzInfo {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> Ref<TzInfo> {
        Ref::new_in(class, TzInfo(()))
    }

    /// datetime -> string name of time zone.
    #[pymethod("($self, object, /)")]
    fn tzname(&self, _object: &Value) -> PyResult<()> {
        must_implement("tzname")
    }

    /// datetime -> timedelta showing offset from UTC, negative values indicating West of UTC
    #[pymethod("($self, object, /)")]
    fn utcoffset(&self, _object: &Value) -> PyResult<()> {
        must_implement("utcoffset")
    }

    /// datetime -> DST offset as timedelta positive east of UTC.
    #[pymethod("($self, object, /)")]
    fn dst(&self, _object: &Value) -> PyResult<()> {
        must_implement("dst")
    }

    /// datetime in UTC -> datetime in local time.
    #[pymethod("($self, object, /)")]
    fn fromutc(zelf: &Ref<TzInfo>, object: &Value) -> PyResult<Value> {
        let datetime = own_datetime(zelf.as_value(), object)?;
        let required = |value: Value, what: &str| {
            TimeDelta::span_of(&value)
                .ok_or_else(|| exceptions::value_error(format!("fromutc: non-None {what}() result required")))
        };
        let zone = Some(zelf.as_value());
        let offset = required(utcoffset(zone, object)?, "utcoffset")?;
        let daylight = required(dst(zone, object)?, "dst")?;
        let standard = DateTime::shifted(datetime, offset.minus(daylight)?)?;
        let Some(then) = TimeDelta::span_of(&dst(zone, &standard)?) else {
            return Err(exceptions::value_error(
                "fromutc: tz.dst() gave inconsistent results; cannot convert",
            ));
        };
        match standard.downcast::<DateTime>() {
            Some(standard) if then != Span::ZERO => DateTime::shifted(standard, then),
            _ => Ok(standard),
        }
    }

    /// -> (cls, state)
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Value) -> PyResult<Value> {
        let arguments = match protocol::lookup_attr(zelf, name!("__getinitargs__"))? {
            Some(method) => protocol::call0(&method)?,
            None => minipy_vm::types::tuple::empty().into_value(),
        };
        let state = protocol::object_state(zelf)?;
        Ok(PyTuple::from_array([zelf.class().to_value(), arguments, state]).into_value())
    }
}

/// Fixed offset from UTC implementation of tzinfo.
#[pyclass(name = "timezone", module = "datetime", base = TzInfo)]
#[repr(C)]
pub struct TimeZone {
    base: TzInfo,
    offset: Ref<TimeDelta>,
    name: Option<StrRef>,
}

static UTC: GilCell<Option<Ref<TimeZone>>> = GilCell::new(None);

/// `timezone.utc`.
pub fn utc() -> Ref<TimeZone> {
    UTC.get().unwrap_or_else(|| {
        let utc = TimeZone::make(TimeDelta::make(Span::ZERO), None);
        UTC.set(Some(utc.clone()));
        utc
    })
}

impl TimeZone {
    /// A time zone whose offset need not be checked.
    pub fn make(offset: Ref<TimeDelta>, name: Option<StrRef>) -> Ref<TimeZone> {
        Ref::new(TimeZone { base: TzInfo(()), offset, name })
    }

    /// `timezone(offset, name)`.
    pub fn with_offset(offset: Ref<TimeDelta>, name: Option<StrRef>) -> PyResult<Ref<TimeZone>> {
        if offset.span == Span::ZERO && name.is_none() {
            return Ok(utc());
        }
        check_range(offset.span, offset.as_value())?;
        Ok(TimeZone::make(offset, name))
    }

    /// The zone so many microseconds east of UTC.
    pub fn from_micros(micros: i64) -> PyResult<Value> {
        let span = Span::new(0, 0, micros)?;
        Ok(TimeZone::with_offset(TimeDelta::make(span), None)?.into_value())
    }

    fn is_utc(zelf: &Ref<TimeZone>) -> bool {
        UTC.with(|utc| utc.as_ref().is_some_and(|utc| utc.is(zelf)))
    }

    /// UTC, UTC+HH:MM and so on, or the name given.
    fn shown(zelf: &Ref<TimeZone>) -> StrRef {
        if let Some(name) = &zelf.name {
            return name.clone();
        }
        let mut text = Ascii::new();
        b"UTC".iter().for_each(|&byte| text.push(byte));
        if !TimeZone::is_utc(zelf) {
            text.offset(zelf.offset.span, Some(b':'));
        }
        text.finish()
    }
}

/// Refuses arguments of methods of `timezone` that are neither a datetime nor None.
fn check_argument(method: &str, argument: &Value) -> PyResult<()> {
    if argument.is_none() || argument.downcast::<DateTime>().is_some() {
        return Ok(());
    }
    Err(exceptions::type_error(format!(
        "{method}(dt) argument must be a datetime instance or None, not {}",
        argument.type_name()
    )))
}

static NEW: FnSpec = FnSpec {
    name: "timezone",
    owner: "",
    params: &["offset", "name"],
    posonly: 0,
    positional: 2,
    required: 1,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

#[cold]
fn bad_argument(index: usize, expected: &str, got: &Value) -> PyErr {
    super::bad_argument("timezone", index, expected, got)
}

#[pymethods]
impl TimeZone {
    #[slot]
    fn new(_class: &TypeRef, args: Args<'_>) -> PyResult<Ref<TimeZone>> {
        let mut given = [None; 2];
        parse_args(&NEW, args, &mut given)?;
        let [offset, name] = given;
        let offset = match offset.and_then(|offset| offset.downcast::<TimeDelta>()) {
            Some(offset) => offset.clone(),
            None => return Err(bad_argument(1, "datetime.timedelta", offset.unwrap_or(&Value::NONE))),
        };
        let name = match name.map(|name| name.downcast::<PyStr>().ok_or(name)) {
            None => None,
            Some(Ok(name)) => Some(name.clone()),
            Some(Err(other)) => return Err(bad_argument(2, "str", other)),
        };
        TimeZone::with_offset(offset, name)
    }

    #[slot]
    fn repr(zelf: &Ref<TimeZone>) -> PyResult<String> {
        if TimeZone::is_utc(zelf) {
            return Ok("datetime.timezone.utc".to_owned());
        }
        let class = zelf.class().name();
        let offset = protocol::repr(zelf.offset.as_value())?;
        Ok(match &zelf.name {
            None => format!("{class}({offset})"),
            Some(name) => {
                format!("{class}({offset}, {})", protocol::repr(name.as_value())?.to_string_lossy())
            }
        })
    }

    #[slot]
    fn str(zelf: &Ref<TimeZone>) -> StrRef {
        TimeZone::shown(zelf)
    }

    #[slot]
    fn hash(&self) -> i64 {
        delta::hash_of(self.offset.span)
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> Value {
        match (other.downcast::<TimeZone>(), op) {
            (Some(other), CmpOp::Eq | CmpOp::Ne) => {
                Value::from_bool(op.compare(&self.offset.span, &other.offset.span))
            }
            _ => Value::NOT_IMPLEMENTED,
        }
    }

    /// If name is specified when timezone is created, returns the name.  Otherwise returns offset as 'UTC(+|-)HH:MM'.
    #[pymethod("($self, object, /)")]
    fn tzname(zelf: &Ref<TimeZone>, object: &Value) -> PyResult<StrRef> {
        check_argument("tzname", object)?;
        Ok(TimeZone::shown(zelf))
    }

    /// Return fixed offset.
    #[pymethod("($self, object, /)")]
    fn utcoffset(&self, object: &Value) -> PyResult<Value> {
        check_argument("utcoffset", object)?;
        Ok(self.offset.to_value())
    }

    /// Return None.
    #[pymethod("($self, object, /)")]
    fn dst(&self, object: &Value) -> PyResult<()> {
        check_argument("dst", object)
    }

    /// datetime in UTC -> datetime in local time.
    #[pymethod("($self, object, /)")]
    fn fromutc(zelf: &Ref<TimeZone>, object: &Value) -> PyResult<Value> {
        DateTime::shifted(own_datetime(zelf.as_value(), object)?, zelf.offset.span)
    }

    /// pickle support
    #[pymethod("($self, /)")]
    fn __getinitargs__(&self) -> Value {
        let offset = self.offset.to_value();
        match &self.name {
            None => PyTuple::from_array([offset]).into_value(),
            Some(name) => PyTuple::from_array([offset, name.to_value()]).into_value(),
        }
    }
}
