//! The text that a pattern is applied to.

use minipy_vm::types::bytes::{self, BytesLike};
use minipy_vm::types::str::{Kind, PyStr};
use minipy_vm::{PyBytes, PyResult, Ref, Value, exceptions};
use rustpython_wtf8::Wtf8Buf;

/// The characters or bytes of a subject as the engine walks over them.
pub enum Subject<'a> {
    /// ASCII or Latin-1 text: a byte per character.
    Latin1(&'a [u8]),
    /// Other text.
    Wide(Wtf8Buf),
    Bytes(BytesLike<'a>),
}

impl<'a> Subject<'a> {
    pub fn new(string: &'a Value) -> PyResult<Subject<'a>> {
        if let Some(text) = string.downcast::<PyStr>() {
            return Ok(match text.kind() {
                Kind::Ascii | Kind::Latin1 => Subject::Latin1(text.bytes()),
                Kind::Ucs2 | Kind::Ucs4 => Subject::Wide(text.to_wtf8()),
            });
        }
        if string.class().slots().buffer.is_none() {
            return Err(exceptions::type_error(format!(
                "expected string or bytes-like object, got '{}'",
                string.type_name()
            )));
        }
        BytesLike::of(string).map(Subject::Bytes)
    }
}

/// Runs the same code on either form of a subject.
macro_rules! with_drive {
    ($subject:expr, $drive:ident => $body:expr) => {
        match $subject {
            $crate::modules::sre::subject::Subject::Latin1(bytes) => {
                let $drive: &[u8] = bytes;
                $body
            }
            $crate::modules::sre::subject::Subject::Wide(text) => {
                let $drive: &rustpython_wtf8::Wtf8 = text;
                $body
            }
            $crate::modules::sre::subject::Subject::Bytes(bytes) => {
                let $drive: &[u8] = bytes;
                $body
            }
        }
    };
}
pub(crate) use with_drive;

/// How many characters or bytes `string` has.
pub fn length(string: &Value) -> PyResult<usize> {
    match string.downcast::<PyStr>() {
        Some(text) => Ok(text.len()),
        None => Ok(BytesLike::of(string)?.len()),
    }
}

/// `string[start:end]`: str for str, bytes for anything else.
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

/// The items joined: all strs, or all bytes.
pub fn join(string: &Value, items: Vec<Value>) -> PyResult<Value> {
    if string.downcast::<PyStr>().is_some() {
        return minipy_vm::types::str::empty().join_items(&items).map(Ref::into_value);
    }
    let mut out = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if item.class().slots().buffer.is_none() {
            return Err(exceptions::type_error(format!(
                "sequence item {index}: expected a bytes-like object, {} found",
                item.type_name()
            )));
        }
        out.extend_from_slice(&BytesLike::of(item)?);
    }
    Ok(bytes::from_slice(&out).into_value())
}

/// The length of a subject that `pattern` accepts.
pub fn length_of(pattern: &super::pattern::PyPattern, string: &Value) -> PyResult<usize> {
    pattern.check_type(string)?;
    length(string)
}
