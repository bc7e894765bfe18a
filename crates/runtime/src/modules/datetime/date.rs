//! `date`.

use super::calendar::{self, IsoError, Ymd};
use super::clock::Clock;
use super::date_time::DateTime;
use super::delta::TimeDelta;
use super::isocalendar::IsoCalendarDate;
use super::span::Span;
use super::{CInt, bad_argument, local, parse, strftime, text};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::hash::hash_bytes;
use minipy_vm::macros_support::{ArgPos, FnSpec, FromArg, parse_args};
use minipy_vm::types::bytes;
use minipy_vm::{
    Args, CmpOp, Payload, PyBytes, PyResult, PyStr, PyTuple, Ref, StrRef, TypeRef, Value, exceptions, name,
    protocol,
};
use std::cell::Cell;

/// date(year, month, day) --> date object
#[pyclass(name = "date", module = "datetime", basetype, parts(methods, operators))]
#[repr(C)]
pub struct Date {
    pub ymd: Ymd,
    /// -1 until it is computed.
    pub hash: Cell<i64>,
}

static NEW: FnSpec = FnSpec {
    name: "",
    owner: "",
    params: &["year", "month", "day"],
    posonly: 0,
    positional: 3,
    required: 0b111,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

impl Date {
    /// The payload of a date.
    pub fn payload(ymd: Ymd) -> Date {
        Date { ymd, hash: Cell::new(-1) }
    }

    pub fn new_in(class: &TypeRef, ymd: Ymd) -> Value {
        Ref::new_in(class, Date::payload(ymd)).into_value()
    }

    /// `class(year, month, day)`.
    pub fn construct(class: &TypeRef, year: i32, month: i32, day: i32) -> PyResult<Value> {
        if class.is(Date::class()) {
            return Ok(Date::new_in(class, Ymd::checked(year, month, day)?));
        }
        protocol::call(class.as_value(), &[year, month, day].map(Value::from))
    }

    fn construct_ymd(class: &TypeRef, ymd: Ymd) -> PyResult<Value> {
        if class.is(Date::class()) {
            return Ok(Date::new_in(class, ymd));
        }
        Date::construct(class, i32::from(ymd.year), i32::from(ymd.month), i32::from(ymd.day))
    }

    fn shifted(zelf: &Ref<Date>, days: i64) -> PyResult<Value> {
        Date::construct_ymd(zelf.class(), zelf.ymd.plus_days(days)?)
    }
}

/// The bytes of a pickled state: bytes, or the str that Python 2's became.
///
/// # Errors
/// ValueError for a str with characters beyond Latin-1.
pub fn pickled_state<const N: usize>(
    state: &Value,
    what: &str,
    is_sane: impl Fn(&[u32; N]) -> bool,
) -> PyResult<Option<[u8; N]>> {
    let (chars, is_text): ([u32; N], bool) = if let Some(state) = state.downcast::<PyBytes>() {
        let Ok(state) = <[u8; N]>::try_from(state.as_bytes()) else { return Ok(None) };
        (state.map(u32::from), false)
    } else if let Some(state) = state.downcast::<PyStr>().filter(|state| state.len() == N) {
        (std::array::from_fn(|index| state.char_at(index)), true)
    } else {
        return Ok(None);
    };
    if !is_sane(&chars) {
        return Ok(None);
    }
    if is_text && chars.iter().any(|&c| c > 0xFF) {
        return Err(exceptions::value_error(format!(
            "Failed to encode latin1 string when unpickling a {what} object. pickle.load(data, encoding='latin1') is assumed."
        )));
    }
    Ok(Some(chars.map(|c| c as u8)))
}

/// A date from its pickled form.
pub fn ymd_from_bytes([high, low, month, day]: [u8; 4]) -> Ymd {
    Ymd { year: u16::from_be_bytes([high, low]), month, day }
}

/// The pickled form.
pub fn ymd_to_bytes(ymd: Ymd) -> [u8; 4] {
    let [high, low] = ymd.year.to_be_bytes();
    [high, low, ymd.month, ymd.day]
}

/// What `fromisoformat` says of text that it cannot read.
#[cold]
pub fn invalid_isoformat(text: &Value) -> minipy_vm::PyErr {
    match protocol::repr(text) {
        Ok(shown) => {
            exceptions::value_error(format!("Invalid isoformat string: {}", shown.to_string_lossy()))
        }
        Err(error) => error,
    }
}

/// The argument of `fromisoformat`.
pub fn isoformat_argument(text: &Value) -> PyResult<&Ref<PyStr>> {
    text.downcast::<PyStr>().ok_or_else(|| exceptions::type_error("fromisoformat: argument must be str"))
}

/// `_strptime.FUNCTION(class, string, format)`.
pub fn strptime(class: &TypeRef, function: &StrRef, args: Args<'_>) -> PyResult<Value> {
    let args = super::counted("strptime", args, 2)?;
    if let Some(index) = args.iter().position(|arg| !minipy_vm::types::str::is_str(arg)) {
        return Err(bad_argument("strptime", index + 1, "str", &args[index]));
    }
    let module = crate::import::import_module("_strptime")?;
    protocol::call_method(&module, function, &[class.to_value(), args[0].clone(), args[1].clone()])
}

/// `object.__format__(format)`: an empty format is `str(object)`.
pub fn format(object: &Value, args: Args<'_>) -> PyResult<Value> {
    let format = &super::counted("__format__", args, 1)?[0];
    let Some(text) = format.downcast::<PyStr>() else {
        return Err(bad_argument("__format__", 1, "str", format));
    };
    if text.is_empty() {
        return Ok(protocol::str(object)?.into_value());
    }
    protocol::call_method(object, name!("strftime"), std::slice::from_ref(format))
}

/// A component of an ISO date: an int, of which too large ones are refused as out of range.
pub struct IsoField(i32);

impl FromArg<'_> for IsoField {
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<IsoField> {
        let field = protocol::index_to_i64(value)?.and_then(|field| i32::try_from(field).ok());
        field.map(IsoField).ok_or_else(|| exceptions::value_error("ISO calendar component out of range"))
    }
}

#[pymethods]
impl Date {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if let ([state], []) = (args.args, args.kwnames)
            && let Some(state) = pickled_state(state, "date", |chars| (1..=12).contains(&chars[2]))?
        {
            return Ok(Date::new_in(class, ymd_from_bytes(state)));
        }
        let mut given = [None; 3];
        super::check_incomplete(args, 3)?;
        parse_args(&NEW, args, &mut given)?;
        let mut fields = [0; 3];
        for (field, value) in fields.iter_mut().zip(given) {
            *field = value.map_or(Ok(0), CInt::from_value)?;
        }
        let [year, month, day] = fields;
        Ok(Date::new_in(class, Ymd::checked(year, month, day)?))
    }

    #[slot]
    fn repr(zelf: &Ref<Date>) -> String {
        let Ymd { year, month, day } = zelf.ymd;
        format!("{}({year}, {month}, {day})", zelf.class().name())
    }

    #[slot]
    fn str(zelf: &Value) -> PyResult<Value> {
        protocol::call_method(zelf, name!("isoformat"), &[])
    }
}

#[pymethods(part = operators)]
impl Date {
    #[slot]
    fn hash(&self) -> i64 {
        if self.hash.get() == -1 {
            self.hash.set(hash_bytes(&ymd_to_bytes(self.ymd)));
        }
        self.hash.get()
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> Value {
        // A datetime is no date to compare with.
        match other.downcast::<Date>() {
            Some(other) if other.as_value().downcast::<DateTime>().is_none() => {
                Value::from_bool(op.compare(&self.ymd, &other.ymd))
            }
            _ => Value::NOT_IMPLEMENTED,
        }
    }

    #[slot]
    fn add(a: &Value, b: &Value) -> PyResult<Value> {
        let (date, delta) = match a.downcast::<Date>() {
            Some(date) => (date, b),
            None => match b.downcast::<Date>() {
                Some(date) => (date, a),
                None => return Ok(Value::NOT_IMPLEMENTED),
            },
        };
        if date.as_value().downcast::<DateTime>().is_some() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        match TimeDelta::span_of(delta) {
            Some(span) => Date::shifted(date, i64::from(span.days)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn sub(a: &Value, b: &Value) -> PyResult<Value> {
        let is_datetime = |value: &Value| value.downcast::<DateTime>().is_some();
        let Some(date) = a.downcast::<Date>().filter(|_| !is_datetime(a) && !is_datetime(b)) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if let Some(other) = b.downcast::<Date>() {
            let days = date.ymd.ordinal() - other.ymd.ordinal();
            return Ok(TimeDelta::make(Span::new(days, 0, 0)?).into_value());
        }
        match TimeDelta::span_of(b) {
            Some(span) => Date::shifted(date, -i64::from(span.days)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
}

#[pymethods(part = methods)]
impl Date {
    /// Create a date from a POSIX timestamp.
    ///
    /// The timestamp is a number, e.g. created via time.time(), that is
    /// interpreted as local time.
    #[pyclassmethod("($type, timestamp, /)")]
    fn fromtimestamp(class: &TypeRef, timestamp: &Value) -> PyResult<Value> {
        let seconds = crate::modules::time::calendar::whole_seconds(timestamp)?;
        let (year, month, day, ..) = local::broken_down(seconds, false)?;
        Date::construct(class, year, month, day)
    }

    /// int -> date corresponding to a proleptic Gregorian ordinal.
    #[pyclassmethod("($type, ordinal, /)", nosig)]
    fn fromordinal(class: &TypeRef, ordinal: &Value) -> PyResult<Value> {
        let ordinal = CInt::from_value(ordinal)?;
        if ordinal < 1 {
            return Err(exceptions::value_error("ordinal must be >= 1"));
        }
        match Ymd::from_ordinal(i64::from(ordinal)) {
            Some(ymd) => Date::construct_ymd(class, ymd),
            None => Err(calendar::bad_year(i64::from(calendar::year_of_ordinal(ordinal as u32)))),
        }
    }

    /// str -> Construct a date from a string in ISO 8601 format.
    #[pyclassmethod("($type, object, /)")]
    fn fromisoformat(class: &TypeRef, object: &Value) -> PyResult<Value> {
        let text = parse::bytes_of(isoformat_argument(object)?);
        match parse::date(&text) {
            Some((year, month, day)) => Date::construct(class, year, month, day),
            None => Err(invalid_isoformat(object)),
        }
    }

    /// int, int, int -> Construct a date from the ISO year, week number and weekday.
    ///
    /// This is the inverse of the date.isocalendar() function
    #[pyclassmethod("($type, year, week, day)", nosig)]
    fn fromisocalendar(class: &TypeRef, year: IsoField, week: IsoField, day: IsoField) -> PyResult<Value> {
        let (IsoField(year), IsoField(week), IsoField(day)) = (year, week, day);
        match calendar::from_iso_calendar(year, week, day) {
            Ok((year, month, day)) => Date::construct(class, year, month, day),
            Err(IsoError::Year) => Err(calendar::bad_year(i64::from(year))),
            Err(IsoError::Week) => Err(exceptions::value_error(format!("Invalid week: {week}"))),
            Err(IsoError::Weekday) => {
                Err(exceptions::value_error(format!("Invalid weekday: {day} (range is [1, 7])")))
            }
        }
    }

    /// string, format -> new date parsed from a string (like time.strptime()).
    #[pyclassmethod(nosig)]
    fn strptime(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        strptime(class, name!("_strptime_datetime_date"), args)
    }

    /// Current date or datetime:  same as self.__class__.fromtimestamp(time.time()).
    #[pyclassmethod("($type, /)")]
    fn today(class: &TypeRef) -> PyResult<Value> {
        let now = protocol::call_method(&crate::import::import_module("time")?, name!("time"), &[])?;
        protocol::call_method(class.as_value(), name!("fromtimestamp"), &[now])
    }

    /// Return ctime() style string.
    #[pymethod("($self, /)")]
    fn ctime(&self) -> String {
        text::ctime(self.ymd, Clock::default())
    }

    /// format -> strftime() style string.
    #[pymethod("($self, format)", nosig)]
    fn strftime(zelf: &Ref<Date>, format: &Value) -> PyResult<Value> {
        strftime::of_date(zelf, format)
    }

    /// Formats self with strftime.
    #[pymethod(nosig)]
    fn __format__(zelf: &Value, args: Args<'_>) -> PyResult<Value> {
        format(zelf, args)
    }

    /// Return time tuple, compatible with time.localtime().
    #[pymethod("($self, /)")]
    fn timetuple(&self) -> PyResult<Value> {
        local::struct_time(self.ymd, Clock::default(), -1)
    }

    /// Return a named tuple containing ISO year, week number, and weekday.
    #[pymethod("($self, /)")]
    fn isocalendar(&self) -> Value {
        let (year, week, weekday) = self.ymd.iso_calendar();
        IsoCalendarDate::make(year, week, weekday)
    }

    /// Return string in ISO 8601 format, YYYY-MM-DD.
    #[pymethod("($self, /)")]
    fn isoformat(&self) -> StrRef {
        let mut out = text::Ascii::new();
        out.date(self.ymd);
        out.finish()
    }

    /// Return the day of the week represented by the date.
    /// Monday == 1 ... Sunday == 7
    #[pymethod("($self, /)")]
    fn isoweekday(&self) -> i64 {
        self.ymd.weekday() + 1
    }

    /// Return proleptic Gregorian ordinal.  January 1 of year 1 is day 1.
    #[pymethod("($self, /)")]
    fn toordinal(&self) -> i64 {
        self.ymd.ordinal()
    }

    /// Return the day of the week represented by the date.
    /// Monday == 0 ... Sunday == 6
    #[pymethod("($self, /)")]
    fn weekday(&self) -> i64 {
        self.ymd.weekday()
    }

    /// Return date with new specified fields.
    #[pymethod("($self, /, year=unchanged, month=unchanged, day=unchanged)")]
    fn replace(zelf: &Ref<Date>, year: Option<i32>, month: Option<i32>, day: Option<i32>) -> PyResult<Value> {
        Date::construct(
            zelf.class(),
            year.unwrap_or_else(|| zelf.ymd.year.into()),
            month.unwrap_or_else(|| zelf.ymd.month.into()),
            day.unwrap_or_else(|| zelf.ymd.day.into()),
        )
    }

    /// The same as replace().
    #[pymethod(
        sig = "($self, /, year=unchanged, month=unchanged, day=unchanged)",
        text = "($self, /, **changes)",
        called = "replace"
    )]
    fn __replace__(
        zelf: &Ref<Date>,
        year: Option<i32>,
        month: Option<i32>,
        day: Option<i32>,
    ) -> PyResult<Value> {
        Date::replace(zelf, year, month, day)
    }

    /// __reduce__() -> (cls, state)
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<Date>) -> Value {
        let state = bytes::from_slice(&ymd_to_bytes(zelf.ymd)).into_value();
        let state = PyTuple::from_array([state]).into_value();
        PyTuple::from_array([zelf.class().to_value(), state]).into_value()
    }

    #[pygetset]
    fn year(&self) -> u16 {
        self.ymd.year
    }

    #[pygetset]
    fn month(&self) -> u8 {
        self.ymd.month
    }

    #[pygetset]
    fn day(&self) -> u8 {
        self.ymd.day
    }
}
