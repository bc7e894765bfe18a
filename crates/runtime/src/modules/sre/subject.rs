//! The text that a pattern is applied to, and what is put together from its parts.

use super::pattern::PyPattern;
use crate::modules::locale;
use minipy_sre::{Host, Memory, Mode, Program, Request, Stop};
use minipy_vm::types::bytes::{self, BytesLike};
use minipy_vm::types::str::{PyStr, StrBuilder, StrData};
use minipy_vm::{GilCell, PyBytes, PyErr, PyResult, Ref, Value, exceptions};
use std::cell::Cell;

/// The characters or bytes of a subject.
pub enum Subject<'a> {
    Str(StrData<'a>),
    Bytes(BytesLike<'a>),
}

/// What a match needs of the interpreter.
struct Interpreter {
    /// What a signal handler has raised.
    error: Cell<Option<PyErr>>,
}

impl Host for Interpreter {
    fn to_lower(&self, c: u8) -> u8 {
        locale::to_lower(c)
    }

    fn to_upper(&self, c: u8) -> u8 {
        locale::to_upper(c)
    }

    fn is_alphanumeric(&self, c: u8) -> bool {
        locale::is_alphanumeric(c)
    }

    fn interrupted(&self) -> bool {
        if !crate::signals::have_arrived() {
            return false;
        }
        let error = crate::signals::check().err();
        let is_error = error.is_some();
        self.error.set(error);
        is_error
    }
}

/// Memories that no match uses at present. More than one is there once a callback of `sub` has matched something.
#[expect(clippy::vec_box, reason = "a word is moved for each match, not the whole memory")]
static IDLE: GilCell<Vec<Box<Memory>>> = GilCell::new(Vec::new());

const MOST_IDLE: usize = 4;

/// Lends a memory for matches.
pub fn with_memory<R>(work: impl FnOnce(&mut Memory) -> R) -> R {
    let mut memory = IDLE.with(Vec::pop).unwrap_or_default();
    let result = work(&mut memory);
    IDLE.with(|idle| {
        if idle.len() < MOST_IDLE {
            idle.push(memory);
        }
    });
    result
}

impl<'a> Subject<'a> {
    /// The subject `string`, which must fit the pattern.
    pub fn new(pattern: &PyPattern, string: &'a Value) -> PyResult<Subject<'a>> {
        let text = string.downcast::<PyStr>();
        if text.is_none() && string.class().slots().buffer.is_none() {
            return Err(exceptions::type_error(format!(
                "expected string or bytes-like object, got '{}'",
                string.type_name()
            )));
        }
        match (pattern.is_bytes, text) {
            (Some(true), Some(_)) => {
                Err(exceptions::type_error("cannot use a bytes pattern on a string-like object"))
            }
            (Some(false), None) => {
                Err(exceptions::type_error("cannot use a string pattern on a bytes-like object"))
            }
            (_, Some(text)) => Ok(Subject::Str(text.data())),
            (_, None) => BytesLike::of(string).map(Subject::Bytes),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Subject::Str(StrData::Ascii(text) | StrData::Latin1(text)) => text.len(),
            Subject::Str(StrData::Ucs2(text)) => text.len(),
            Subject::Str(StrData::Ucs4(text)) => text.len(),
            Subject::Bytes(bytes) => bytes.len(),
        }
    }

    /// Looks for a match.
    #[inline]
    pub fn find(&self, memory: &mut Memory, program: &Program, request: Request) -> PyResult<bool> {
        let host = Interpreter { error: Cell::new(None) };
        let found = match self {
            Subject::Str(StrData::Ascii(text) | StrData::Latin1(text)) => {
                memory.find(program, text, request, &host)
            }
            Subject::Str(StrData::Ucs2(text)) => memory.find(program, text, request, &host),
            Subject::Str(StrData::Ucs4(text)) => memory.find(program, text, request, &host),
            Subject::Bytes(bytes) => {
                let bytes: &[u8] = bytes;
                memory.find(program, bytes, request, &host)
            }
        };
        found.map_err(|stop| match (stop, host.error.take()) {
            (Stop::Interrupted, Some(error)) => error,
            _ => exceptions::memory_error(),
        })
    }

    /// Calls `each` after every match in `span`; it says whether to go on.
    #[inline]
    pub fn each_match(
        &self,
        program: &Program,
        span: (usize, usize),
        mut each: impl FnMut(&Memory) -> PyResult<bool>,
    ) -> PyResult<()> {
        with_memory(|memory| {
            let (start, end) = span;
            let mut request = Request { mode: Mode::Search, start, end, must_advance: false };
            while self.find(memory, program, request)? {
                let (start, end) = memory.span();
                request = Request { start: end, must_advance: start == end, ..request };
                if !each(memory)? {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// `string[start:end]`: str for str, bytes for anything else.
#[inline]
pub fn slice(string: &Value, start: usize, end: usize) -> PyResult<Value> {
    if let Some(text) = string.downcast::<PyStr>() {
        let end = end.min(text.len());
        return Ok(PyStr::slice(text, start.min(end), end).into_value());
    }
    if let Some(all) = string.downcast_exact::<PyBytes>()
        && start == 0
        && end >= all.len()
    {
        return Ok(string.clone());
    }
    let data = BytesLike::of(string)?;
    let end = end.min(data.len());
    Ok(bytes::from_slice(&data[start.min(end)..end]).into_value())
}

/// `""` or `b""`, as fits the subject.
pub fn empty_like(string: &Value) -> Value {
    match string.downcast::<PyStr>() {
        Some(_) => Ref::into_value(minipy_vm::types::str::empty()),
        None => bytes::from_slice(&[]).into_value(),
    }
}

/// A part of what a substitution makes.
pub enum Piece {
    /// From and up to a place of the subject.
    Subject(usize, usize),
    Value(Value),
}

/// The pieces joined: str for a subject that is one, else bytes.
pub fn join(string: &Value, pieces: &[Piece]) -> PyResult<Value> {
    match (string.downcast::<PyStr>(), pieces) {
        (_, [Piece::Subject(start, end)]) => slice(string, *start, *end),
        (Some(text), pieces) => {
            let mut out = StrBuilder::with_capacity(text.len());
            for (index, piece) in pieces.iter().enumerate() {
                match piece {
                    Piece::Subject(start, end) => out.push_part(text, *start, *end),
                    Piece::Value(value) => match value.downcast::<PyStr>() {
                        Some(_) if pieces.len() == 1 && value.downcast_exact::<PyStr>().is_some() => {
                            return Ok(value.clone());
                        }
                        Some(text) => out.push_pystr(text),
                        None => return Err(unjoinable(index, "str instance", value)),
                    },
                }
            }
            Ok(out.finish().into_value())
        }
        (None, pieces) => {
            let data = BytesLike::of(string)?;
            let mut out = Vec::with_capacity(data.len());
            for (index, piece) in pieces.iter().enumerate() {
                match piece {
                    Piece::Subject(start, end) => {
                        let end = (*end).min(data.len());
                        out.extend_from_slice(&data[(*start).min(end)..end]);
                    }
                    Piece::Value(value) if value.class().slots().buffer.is_none() => {
                        return Err(unjoinable(index, "a bytes-like object", value));
                    }
                    Piece::Value(value) => out.extend_from_slice(&BytesLike::of(value)?),
                }
            }
            Ok(bytes::from_slice(&out).into_value())
        }
    }
}

fn unjoinable(index: usize, wanted: &str, value: &Value) -> PyErr {
    exceptions::type_error(format!("sequence item {index}: expected {wanted}, {} found", value.type_name()))
}
