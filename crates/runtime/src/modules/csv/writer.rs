//! `writer`: rows to lines.

use super::dialect::{Dialect, Quoting};
use super::error;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::str::{PyStr, StrBuilder, StrData};
use minipy_vm::{PyResult, Ref, Traverse, Value, Visitor, exceptions, name, protocol};

/// CSV writer
///
/// Writer objects are responsible for generating tabular data
/// in CSV format from sequence input.
///
#[pyclass(name = "writer", module = "_csv", gc, basetype, no_new)]
pub struct Writer {
    write: Value,
    dialect: Ref<Dialect>,
}

impl Traverse for Writer {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        visit.visit(&self.write);
        visit.visit(self.dialect.as_value());
    }
}

/// Whether `QUOTE_NONNUMERIC` takes a value as a number.
fn is_number(value: &Value) -> bool {
    let slots = value.class().slots();
    slots.index.is_some()
        || slots.int.is_some()
        || slots.float.is_some()
        || minipy_vm::types::complex::parts(value).is_some()
}

impl Writer {
    pub fn to(file: &Value, dialect: Ref<Dialect>) -> PyResult<Value> {
        match protocol::lookup_attr(file, name!("write"))? {
            Some(write) if protocol::is_callable(&write) => {
                Ok(Ref::new(Writer { write, dialect }).into_value())
            }
            _ => Err(exceptions::type_error("argument 1 must have a \"write\" method")),
        }
    }

    fn line(&self, row: &Value) -> PyResult<Value> {
        let dialect = &*self.dialect;
        let fields = match protocol::iter(row) {
            Ok(fields) => fields,
            Err(cause) if cause.is_instance(exceptions::type_error_class()) => {
                return Err(error(format!("iterable expected, not {}", row.type_name())));
            }
            Err(cause) => return Err(cause),
        };
        let mut out = StrBuilder::new();
        let mut count = 0;
        let mut has_null = false;
        while let Some(field) = protocol::next(&fields)? {
            let quoted = match dialect.quoting {
                Quoting::NonNumeric => !is_number(&field),
                Quoting::All => true,
                Quoting::Strings => field.downcast::<PyStr>().is_some(),
                Quoting::NotNull => !field.is_none(),
                Quoting::Minimal | Quoting::None => false,
            };
            if count > 0 {
                out.push(dialect.delimiter);
            }
            count += 1;
            has_null = field.is_none();
            let text = match field.downcast::<PyStr>() {
                Some(text) => text.clone(),
                None if has_null => PyStr::from_ascii(b""),
                None => protocol::str(&field)?,
            };
            write_field(&mut out, dialect, &text, quoted, has_null)?;
        }
        if count > 0 && out.is_empty() {
            if never_quoted(dialect, has_null) {
                return Err(error("single empty field record must be quoted"));
            }
            write_field(&mut out, dialect, &PyStr::from_ascii(b""), true, false)?;
        }
        out.push_pystr(&dialect.lineterminator);
        Ok(out.finish().into_value())
    }
}

/// Whether the dialect writes an empty field without quotes, however confusing that is.
fn never_quoted(dialect: &Dialect, is_null: bool) -> bool {
    match dialect.quoting {
        Quoting::None => true,
        Quoting::Strings | Quoting::NotNull => is_null,
        _ => false,
    }
}

fn is_special(dialect: &Dialect, c: u32) -> bool {
    c == dialect.delimiter
        || dialect.is_escape(c)
        || dialect.is_quote(c)
        || matches!(c, 0x0a | 0x0d)
        || dialect.lineterminator.chars().any(|other| other == c)
}

fn write_field(
    out: &mut StrBuilder,
    dialect: &Dialect,
    text: &PyStr,
    mut quoted: bool,
    is_null: bool,
) -> PyResult<()> {
    if text.is_empty() && dialect.delimiter == 0x20 && dialect.skipinitialspace {
        if never_quoted(dialect, is_null) {
            return Err(error(
                "empty field must be quoted if delimiter is a space and skipinitialspace is true",
            ));
        }
        quoted = true;
    }
    let plain = match text.data() {
        StrData::Ascii(data) | StrData::Latin1(data) => {
            !data.iter().any(|&b| is_special(dialect, u32::from(b)))
        }
        _ => false,
    };
    let mut escaped = StrBuilder::new();
    if !plain {
        for c in text.chars() {
            if is_special(dialect, c) {
                let doubled = dialect.quoting != Quoting::None && dialect.is_quote(c) && dialect.doublequote;
                let needs_escape = dialect.quoting == Quoting::None
                    || dialect.is_quote(c) && !doubled
                    || dialect.is_escape(c);
                if doubled {
                    escaped.push(c);
                }
                if needs_escape {
                    let Some(escape) = dialect.escapechar else {
                        return Err(error("need to escape, but no escapechar set"));
                    };
                    escaped.push(escape);
                } else {
                    quoted = true;
                }
            }
            escaped.push(c);
        }
    }
    let quote = if quoted { dialect.quotechar } else { None };
    quote.into_iter().for_each(|c| out.push(c));
    if plain {
        out.push_pystr(text);
    } else {
        out.push_pystr(&escaped.finish());
    }
    quote.into_iter().for_each(|c| out.push(c));
    Ok(())
}

#[pymethods]
impl Writer {
    /// Construct and write a CSV record from an iterable of fields.
    ///
    /// Non-string elements will be converted to string.
    #[pymethod("($self, row, /)")]
    fn writerow(zelf: &Ref<Writer>, row: &Value) -> PyResult<Value> {
        let line = zelf.line(row)?;
        protocol::call(&zelf.write, &[line])
    }

    /// Construct and write a series of iterables to a csv file.
    ///
    /// Non-string elements will be converted to string.
    #[pymethod("($self, rows, /)")]
    fn writerows(zelf: &Ref<Writer>, rows: &Value) -> PyResult<()> {
        protocol::for_each(rows, |row| {
            let line = zelf.line(&row)?;
            protocol::call(&zelf.write, &[line]).map(drop)
        })
    }

    #[pygetset(member)]
    fn dialect(&self) -> Value {
        self.dialect.to_value()
    }
}
