//! `reader`: lines to rows.

use super::dialect::{Dialect, Quoting};
use super::error;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::str::{PyStr, StrBuilder, StrData};
use minipy_vm::{GilCell, PyErr, PyList, PyResult, Ref, Traverse, Value, Visitor, exceptions, protocol};
use std::cell::Cell;

/// CSV reader
///
/// Reader objects are responsible for reading and parsing tabular data
/// in CSV format.
///
#[pyclass(name = "reader", module = "_csv", gc, basetype, no_new)]
pub struct Reader {
    lines: GilCell<Value>,
    dialect: Ref<Dialect>,
    line_num: Cell<i64>,
    /// How many rows were read, to notice when the lines' iterator reads some itself.
    rows: Cell<u64>,
}

impl Traverse for Reader {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.lines.traverse(visit);
        visit.visit(self.dialect.as_value());
    }
}

impl Reader {
    pub fn over(lines: Value, dialect: Ref<Dialect>) -> Value {
        Ref::new(Reader { lines: GilCell::new(lines), dialect, line_num: Cell::new(0), rows: Cell::new(0) })
            .into_value()
    }
}

#[pymethods]
impl Reader {
    #[slot]
    fn iter(zelf: &Value) -> Value {
        zelf.clone()
    }

    #[slot]
    fn iternext(zelf: &Ref<Reader>) -> PyResult<Option<Value>> {
        let mut record = Record::new(&zelf.dialect);
        let rows = zelf.rows.get();
        loop {
            let line = protocol::next(&zelf.lines.get())?;
            if zelf.rows.get() != rows {
                return Err(error("iterator has already advanced the reader"));
            }
            let Some(line) = line else {
                return record.at_end();
            };
            let Some(text) = line.downcast::<PyStr>() else {
                return Err(error(format!(
                    "iterator should return strings, not {} (the file should be opened in text mode)",
                    line.type_name()
                )));
            };
            zelf.line_num.set(zelf.line_num.get() + 1);
            record.line(text)?;
            if record.state == State::StartRecord {
                zelf.rows.set(rows + 1);
                return Ok(Some(PyList::from_vec(record.fields).into_value()));
            }
        }
    }

    #[pygetset(member)]
    fn dialect(&self) -> Value {
        self.dialect.to_value()
    }

    #[pygetset(member)]
    fn line_num(&self) -> i64 {
        self.line_num.get()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    EscapedChar,
    InField,
    InQuotedField,
    EscapeInQuotedField,
    QuoteInQuotedField,
    /// Behind the line break that ended the record.
    EatLineBreak,
    /// Behind an escaped line break.
    AfterEscapedBreak,
}

/// A record being read.
struct Record<'a> {
    dialect: &'a Dialect,
    limit: i64,
    state: State,
    fields: Vec<Value>,
    field: StrBuilder,
    /// Whether the field had no quotes so far.
    unquoted: bool,
}

const LF: u32 = 0x0a;
const CR: u32 = 0x0d;

fn is_break(c: Option<u32>) -> bool {
    matches!(c, None | Some(LF | CR))
}

impl<'a> Record<'a> {
    fn new(dialect: &'a Dialect) -> Record<'a> {
        Record {
            dialect,
            limit: super::field_limit(),
            state: State::StartRecord,
            fields: Vec::new(),
            field: StrBuilder::new(),
            unquoted: true,
        }
    }

    /// The row when there are no more lines.
    fn at_end(mut self) -> PyResult<Option<Value>> {
        if self.field.is_empty() && self.state != State::InQuotedField {
            return Ok(None);
        }
        if self.dialect.strict {
            return Err(error("unexpected end of data"));
        }
        self.save()?;
        Ok(Some(PyList::from_vec(self.fields).into_value()))
    }

    fn line(&mut self, text: &PyStr) -> PyResult<()> {
        match text.data() {
            StrData::Ascii(data) | StrData::Latin1(data) => {
                let mut at = 0;
                while let Some(&b) = data.get(at) {
                    let plain = match self.state {
                        State::InField | State::InQuotedField => self.plain_run(&data[at..]),
                        _ => 0,
                    };
                    if plain > 0 {
                        self.field.push_latin1(&data[at..at + plain]);
                        at += plain;
                    } else {
                        self.step(Some(u32::from(b)))?;
                        at += 1;
                    }
                }
            }
            _ => text.chars().try_for_each(|c| self.step(Some(c)))?,
        }
        self.step(None)
    }

    /// How many of the next characters belong to the field whatever the state.
    fn plain_run(&self, data: &[u8]) -> usize {
        let room = usize::try_from(self.limit).unwrap_or(0).saturating_sub(self.field.len());
        let ends = |&b: &u8| {
            let c = u32::from(b);
            matches!(c, LF | CR)
                || c == self.dialect.delimiter
                || self.dialect.is_quote(c)
                || self.dialect.is_escape(c)
        };
        data.iter().take(room).position(ends).unwrap_or(data.len().min(room))
    }

    fn push(&mut self, c: u32) -> PyResult<()> {
        if self.field.len() as i64 >= self.limit {
            return Err(error(format!("field larger than field limit ({})", self.limit)));
        }
        self.field.push(c);
        Ok(())
    }

    /// Ends the field.
    fn save(&mut self) -> PyResult<()> {
        let field = std::mem::take(&mut self.field).finish();
        let quoting = self.dialect.quoting;
        let unquoted = std::mem::replace(&mut self.unquoted, true);
        let value = if !unquoted {
            field.into_value()
        } else if field.is_empty() && matches!(quoting, Quoting::NotNull | Quoting::Strings) {
            Value::NONE
        } else if !field.is_empty() && matches!(quoting, Quoting::NonNumeric | Quoting::Strings) {
            let float = <minipy_vm::types::float::PyFloat as minipy_vm::Payload>::class();
            protocol::call(float.as_value(), &[field.into_value()])?
        } else {
            field.into_value()
        };
        self.fields.push(value);
        Ok(())
    }

    /// Ends the record at a line break, or at the end of the line (None).
    fn end(&mut self, c: Option<u32>) -> PyResult<()> {
        self.save()?;
        self.state = if c.is_none() { State::StartRecord } else { State::EatLineBreak };
        Ok(())
    }

    /// Takes the next character, or the end of the line (None).
    fn step(&mut self, c: Option<u32>) -> PyResult<()> {
        let dialect = self.dialect;
        let quotes = dialect.quoting != Quoting::None;
        match (self.state, c) {
            (State::StartRecord, None) => {}
            (State::StartRecord, Some(LF | CR)) => self.state = State::EatLineBreak,
            (State::StartRecord | State::StartField, _) => return self.start_field(c),
            (State::EscapedChar, Some(c @ (LF | CR))) => {
                self.push(c)?;
                self.state = State::AfterEscapedBreak;
            }
            (State::EscapedChar, c) => {
                self.push(c.unwrap_or(LF))?;
                self.state = State::InField;
            }
            (State::AfterEscapedBreak, None) => {}
            (State::AfterEscapedBreak | State::InField, c) => return self.in_field(c),
            (State::InQuotedField, None) => {}
            (State::InQuotedField, Some(c)) if dialect.is_escape(c) => {
                self.state = State::EscapeInQuotedField
            }
            (State::InQuotedField, Some(c)) if quotes && dialect.is_quote(c) => {
                self.state = if dialect.doublequote { State::QuoteInQuotedField } else { State::InField };
            }
            (State::InQuotedField, Some(c)) => self.push(c)?,
            (State::EscapeInQuotedField, c) => {
                self.push(c.unwrap_or(LF))?;
                self.state = State::InQuotedField;
            }
            (State::QuoteInQuotedField, Some(c)) if quotes && dialect.is_quote(c) => {
                self.push(c)?;
                self.state = State::InQuotedField;
            }
            (State::QuoteInQuotedField, Some(c)) if c == dialect.delimiter => {
                self.save()?;
                self.state = State::StartField;
            }
            (State::QuoteInQuotedField, c) if is_break(c) => return self.end(c),
            (State::QuoteInQuotedField, Some(c)) if !dialect.strict => {
                self.push(c)?;
                self.state = State::InField;
            }
            (State::QuoteInQuotedField, _) => return Err(self.delimiter_expected()),
            (State::EatLineBreak, Some(LF | CR)) => {}
            (State::EatLineBreak, None) => self.state = State::StartRecord,
            (State::EatLineBreak, Some(_)) => {
                return Err(error(
                    "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                ));
            }
        }
        Ok(())
    }

    fn start_field(&mut self, c: Option<u32>) -> PyResult<()> {
        let dialect = self.dialect;
        let c = match c {
            Some(c) if !matches!(c, LF | CR) => c,
            c => return self.end(c),
        };
        if dialect.is_quote(c) && dialect.quoting != Quoting::None {
            self.unquoted = false;
            self.state = State::InQuotedField;
        } else if dialect.is_escape(c) {
            self.state = State::EscapedChar;
        } else if c == 0x20 && dialect.skipinitialspace {
            self.state = State::StartField;
        } else if c == dialect.delimiter {
            self.save()?;
            self.state = State::StartField;
        } else {
            self.push(c)?;
            self.state = State::InField;
        }
        Ok(())
    }

    fn in_field(&mut self, c: Option<u32>) -> PyResult<()> {
        let c = match c {
            Some(c) if !matches!(c, LF | CR) => c,
            c => return self.end(c),
        };
        if self.dialect.is_escape(c) {
            self.state = State::EscapedChar;
        } else if c == self.dialect.delimiter {
            self.save()?;
            self.state = State::StartField;
        } else {
            // The state stays: an escaped line break lets the record go on behind the end of the line.
            self.push(c)?;
        }
        Ok(())
    }

    #[cold]
    fn delimiter_expected(&self) -> PyErr {
        let text = |c: u32| PyStr::from_char(c).to_string_lossy();
        let quote = self.dialect.quotechar.map_or(String::new(), text);
        exceptions::simple(
            super::error_class(),
            &format!("'{}' expected after '{quote}'", text(self.dialect.delimiter)),
        )
    }
}
