//! `strftime`: what `time.strftime` does not know is put into the format first.

use super::date::Date;
use super::date_time::DateTime;
use super::text::Ascii;
use super::time::Time;
use super::{bad_argument, zone};
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{PyResult, PyStr, PyTuple, Ref, StrRef, Value, exceptions, name, protocol};

/// What a format asks of the object.
struct Subject<'a> {
    microsecond: u32,
    zone: Option<Value>,
    /// What the time zone is asked about.
    argument: &'a Value,
    time_tuple: &'a Value,
}

fn format_argument(format: &Value) -> PyResult<&Ref<PyStr>> {
    format.downcast::<PyStr>().ok_or_else(|| bad_argument("strftime", 1, "str", format))
}

/// `date.strftime(format)`, of dates and datetimes.
pub fn of_date(date: &Ref<Date>, format: &Value) -> PyResult<Value> {
    let format = format_argument(format)?;
    let argument = date.as_value();
    let time_tuple = &protocol::call_method(argument, name!("timetuple"), &[])?;
    let datetime = argument.downcast::<DateTime>();
    let subject = Subject {
        microsecond: datetime.map_or(0, |datetime| datetime.clock.microsecond),
        zone: datetime.and_then(|datetime| datetime.zone()),
        argument,
        time_tuple,
    };
    subject.format(format)
}

/// `time.strftime(format)`: a time of January 1, 1900.
pub fn of_time(time: &Ref<Time>, format: &Value) -> PyResult<Value> {
    let format = format_argument(format)?;
    let clock = time.clock;
    let fields = [1900, 1, 1, clock.hour.into(), clock.minute.into(), clock.second.into(), 0, 1, -1];
    let time_tuple = &PyTuple::from_array(fields.map(Value::small_int)).into_value();
    let subject =
        Subject { microsecond: clock.microsecond, zone: time.zone(), argument: &Value::NONE, time_tuple };
    subject.format(format)
}

fn time_strftime(format: StrRef, time_tuple: &Value) -> PyResult<Value> {
    let time = crate::import::import_module("time")?;
    protocol::call_method(&time, name!("strftime"), &[format.into_value(), time_tuple.clone()])
}

impl Subject<'_> {
    fn format(&self, format: &PyStr) -> PyResult<Value> {
        let mut out = StrBuilder::with_capacity(format.len());
        let mut chars = format.chars().peekable();
        while let Some(c) = chars.next() {
            if c != u32::from(b'%') {
                out.push(c);
                continue;
            }
            match chars.next().map(|c| u8::try_from(c).map_err(|_| c)) {
                None => out.push_str("%"),
                Some(Ok(b'z')) => self.push_offset(&mut out, None)?,
                Some(Ok(b':')) if chars.next_if_eq(&u32::from(b'z')).is_some() => {
                    self.push_offset(&mut out, Some(b':'))?;
                }
                Some(Ok(b'Z')) => self.push_name(&mut out)?,
                Some(Ok(b'f')) => {
                    let mut digits = Ascii::new();
                    digits.number(self.microsecond, 6);
                    out.push_latin1(digits.as_bytes());
                }
                Some(Ok(directive @ (b'Y' | b'G' | b'F' | b'C'))) => self.push_year(&mut out, directive)?,
                Some(Ok(directive)) => {
                    out.push_str("%");
                    out.push(u32::from(directive));
                }
                Some(Err(c)) => {
                    out.push_str("%");
                    out.push(c);
                }
            }
        }
        time_strftime(out.finish(), self.time_tuple)
    }

    fn push_offset(&self, out: &mut StrBuilder, separator: Option<u8>) -> PyResult<()> {
        if let Some(offset) = zone::offset_span(self.zone.as_ref(), self.argument)? {
            let mut text = Ascii::new();
            text.offset(offset, separator);
            out.push_latin1(text.as_bytes());
        }
        Ok(())
    }

    fn push_name(&self, out: &mut StrBuilder) -> PyResult<()> {
        let name = zone::tzname(self.zone.as_ref(), self.argument)?;
        if name.is_none() {
            return Ok(());
        }
        let [sign, doubled] = ["%", "%%"].map(Value::from);
        let escaped = protocol::call_method(&name, name!("replace"), &[sign, doubled])?;
        match escaped.downcast::<PyStr>() {
            Some(escaped) => out.push_pystr(escaped),
            None => return Err(exceptions::type_error("tzname.replace() did not return a string")),
        }
        Ok(())
    }

    /// A directive with a year, which the C library would write with fewer than four digits.
    fn push_year(&self, out: &mut StrBuilder, directive: u8) -> PyResult<()> {
        let year = protocol::getitem(self.time_tuple, &Value::small_int(0))?;
        let mut year = protocol::index_to_i64(&year)?
            .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))?;
        if year >= 1000 {
            out.push_str("%");
            out.push(u32::from(directive));
            return Ok(());
        }
        if directive == b'G' {
            let text = time_strftime(PyStr::from_str("%G"), self.time_tuple)?;
            year = protocol::index_to_i64(&protocol::to_int(&text)?)?.unwrap_or_default();
        }
        out.push_str(&match directive {
            b'C' => format!("{:02}", year / 100),
            b'F' => format!("{year:04}-%m-%d"),
            _ => format!("{year:04}"),
        });
        Ok(())
    }
}
