//! `_datetime`: dates, times, durations and time zones.

pub mod calendar;
pub mod clock;
mod date;
pub mod date_time;
pub mod delta;
mod isocalendar;
pub mod local;
mod operators;
mod parse;
pub mod span;
mod strftime;
mod text;
mod time;
pub mod zone;

use minipy_vm::{Args, BytesRef, PyErr, PyResult, PyTuple, TypeRef, Value, exceptions, name, protocol};

pub use module::MODULE;

/// Fast implementation of the datetime module.
#[minipy_macros::pymodule(name = "_datetime", classes(Date, DateTime, Time, TimeDelta, TzInfo, TimeZone))]
mod module {
    use super::calendar::{MAX_YEAR, MIN_YEAR, Ymd};
    use super::clock::Clock;
    use super::date::Date;
    use super::date_time::DateTime;
    use super::delta::TimeDelta;
    use super::span::Span;
    use super::time::Time;
    use super::zone::{self, TimeZone, TzInfo};
    use crate::modules::types::PyCapsule;
    use minipy_vm::{Payload, PyModule, PyResult, Ref, TypeRef, Value};

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        set_limits()?;
        let namespace = module.namespace();
        namespace.insert("MINYEAR", MIN_YEAR);
        namespace.insert("MAXYEAR", MAX_YEAR);
        namespace.insert("UTC", zone::utc());
        namespace.insert("datetime_CAPI", PyCapsule::named("datetime.datetime_CAPI"));
        Ok(())
    }

    /// Gives the classes the constants that are instances of them.
    fn set_limits() -> PyResult<()> {
        let date = |ymd| Date::new_in(Date::class(), ymd);
        let time = |clock| Time::new_in(Time::class(), clock, None);
        let datetime = |ymd, clock| DateTime::make(ymd, clock, None).into_value();
        let delta = |span| TimeDelta::make(span).into_value();
        let zone = |seconds| TimeZone::from_micros(seconds * super::clock::MICROS_PER_SECOND);
        let last_minute = 24 * 3_600 - 60;
        let none = Clock::default();
        let constants: [(&TypeRef, [(&str, Value); 3]); 5] = [
            (
                TimeDelta::class(),
                [
                    ("resolution", delta(Span::RESOLUTION)),
                    ("min", delta(Span::MIN)),
                    ("max", delta(Span::MAX)),
                ],
            ),
            (
                Date::class(),
                [("min", date(Ymd::MIN)), ("max", date(Ymd::MAX)), ("resolution", delta(Span::DAY))],
            ),
            (
                Time::class(),
                [("min", time(none)), ("max", time(Clock::MAX)), ("resolution", delta(Span::RESOLUTION))],
            ),
            (
                DateTime::class(),
                [
                    ("min", datetime(Ymd::MIN, none)),
                    ("max", datetime(Ymd::MAX, Clock::MAX)),
                    ("resolution", delta(Span::RESOLUTION)),
                ],
            ),
            (
                TimeZone::class(),
                [
                    ("utc", zone::utc().into_value()),
                    ("min", zone(-last_minute)?),
                    ("max", zone(last_minute)?),
                ],
            ),
        ];
        for (class, constants) in constants {
            // A second import finds the same constants.
            if class.dict().get_interned(minipy_vm::name!("max")).is_some() {
                return Ok(());
            }
            for (name, value) in constants {
                class.dict().insert(name, value);
            }
            class.modified();
        }
        Ok(())
    }
}

/// An argument that C has as `int`.
struct CInt;

impl CInt {
    fn from_value(value: &Value) -> PyResult<i32> {
        let wide = protocol::index_to_i64(value)?
            .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))?;
        i32::try_from(wide).map_err(|_| {
            let side = if wide < 0 { "less than minimum" } else { "greater than maximum" };
            exceptions::overflow_error(format!("signed integer is {side}"))
        })
    }
}

/// TypeError for an argument that is counted rather than named in the message.
#[cold]
fn bad_argument(function: &str, index: usize, expected: &str, got: &Value) -> PyErr {
    let got = got.type_name_or_none();
    exceptions::type_error(format!("{function}() argument {index} must be {expected}, not {got}"))
}

/// The `count` arguments of a method, without the receiver.
fn counted<'a>(function: &str, args: Args<'a>, count: usize) -> PyResult<&'a [Value]> {
    let args = args.without_receiver();
    if args.has_keywords() {
        return Err(exceptions::type_error(format!("{function}() takes no keyword arguments")));
    }
    if args.args.len() == count {
        return Ok(args.args);
    }
    let s = if count == 1 { "" } else { "s" };
    let given = args.args.len();
    Err(exceptions::type_error(format!("{function}() takes exactly {count} argument{s} ({given} given)")))
}

/// Arguments are converted one by one, so that a wrong one is told before one that is missing behind it.
fn check_incomplete(args: Args<'_>, required: usize) -> PyResult<()> {
    let positional = args.positional();
    if positional.len() >= required || !args.kwnames.is_empty() {
        return Ok(());
    }
    positional.iter().try_for_each(|value| CInt::from_value(value).map(drop))
}

/// Calls a subclass; fold is given only where it is set.
fn call_with_fold(class: &TypeRef, mut args: Vec<Value>, fold: i32) -> PyResult<Value> {
    if fold == 0 {
        return protocol::call(class.as_value(), &args);
    }
    args.push(Value::from(fold));
    let kwnames = [name!("fold").to_value()];
    protocol::call_args(class.as_value(), Args { args: &args, kwnames: &kwnames })
}

/// The time zone behind a pickled state.
fn pickled_zone(zone: Option<&Value>) -> PyResult<Option<Value>> {
    zone::check(zone).map_err(|_| exceptions::type_error("bad tzinfo state arg"))
}

/// What `__reduce__` gives for a class, a state and a time zone.
fn reduced(class: &TypeRef, state: BytesRef, zone: Option<Value>) -> Value {
    let arguments = match zone {
        None => PyTuple::from_array([state.into_value()]),
        Some(zone) => PyTuple::from_array([state.into_value(), zone]),
    };
    PyTuple::from_array([class.to_value(), arguments.into_value()]).into_value()
}
