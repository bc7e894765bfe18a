//! `UnicodeEncodeError`, `UnicodeDecodeError` and `UnicodeTranslateError`.

use super::fields::traverse_fields;
use super::methods::no_keywords;
use super::{PyBaseException, PyErr, type_error, unicode_error_class};
use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::{Payload, Ref};
use crate::types::bytes::PyBytes;
use crate::types::str::{PyStr, StrBuilder, StrRef};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, protocol};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// What the three have in common.
#[repr(C)]
pub struct UnicodeErrorData {
    pub base: PyBaseException,
    pub encoding: GilCell<Option<Value>>,
    pub object: GilCell<Option<Value>>,
    pub start: Cell<isize>,
    pub end: Cell<isize>,
    pub reason: GilCell<Option<Value>>,
}

traverse_fields!(UnicodeErrorData: encoding, object, reason);

impl UnicodeErrorData {
    fn with_args(args: &[Value]) -> UnicodeErrorData {
        UnicodeErrorData {
            base: PyBaseException::with_args(PyTuple::from_slice(args)),
            encoding: GilCell::new(None),
            object: GilCell::new(None),
            start: Cell::new(0),
            end: Cell::new(0),
            reason: GilCell::new(None),
        }
    }

    /// Sets the fields from `encoding` (unless translating), `object`, `start`, `end` and `reason`.
    fn fill(&self, encoding: Option<Value>, rest: [Value; 4], first: usize) -> PyResult<()> {
        let [object, start, end, reason] = rest;
        let (start, end) = (protocol::index_to_isize(&start)?, protocol::index_to_isize(&end)?);
        string_argument(&reason, first + 3)?;
        self.encoding.set(encoding);
        self.object.set(Some(object));
        self.start.set(start);
        self.end.set(end);
        self.reason.set(Some(reason));
        Ok(())
    }

    fn shown(field: &GilCell<Option<Value>>) -> PyResult<StrRef> {
        protocol::str(&field.get().unwrap_or(Value::NONE))
    }

    /// "in position 1: reason" or "in position 1-2: reason" after the first words.
    fn describe(&self, mut out: StrBuilder, single: Option<String>, reason: &StrRef) -> PyResult<Value> {
        let (start, end) = (self.start.get(), self.end.get());
        match single {
            Some(text) => out.push_str(&format!("{text} in position {start}: ")),
            None => out.push_str(&format!("s in position {start}-{}: ", end.wrapping_sub(1))),
        }
        out.push_pystr(reason);
        Ok(out.finish().into_value())
    }

    /// The object, which may have changed while other fields were shown; `kind` says what it must be.
    pub fn checked_object<T: Payload>(&self, kind: &str) -> PyResult<Ref<T>> {
        let Some(object) = self.object.get() else {
            return Err(type_error("UnicodeError 'object' attribute is not set"));
        };
        object
            .downcast_into::<T>()
            .map_err(|_| type_error(format!("UnicodeError 'object' attribute must be a {kind}")))
    }

    /// The index of the one offending item, if there is exactly one and it exists.
    fn single(&self, len: usize) -> Option<usize> {
        let start = usize::try_from(self.start.get()).ok()?;
        (start < len && self.end.get() == self.start.get() + 1).then_some(start)
    }
}

fn escaped(c: u32) -> String {
    match c {
        0..=0xff => format!(" '\\x{c:02x}'"),
        0x100..=0xffff => format!(" '\\u{c:04x}'"),
        _ => format!(" '\\U{c:08x}'"),
    }
}

fn string_argument(value: &Value, position: usize) -> PyResult<()> {
    if value.downcast::<PyStr>().is_some() {
        return Ok(());
    }
    let name = value.type_name_or_none();
    Err(type_error(format!("argument {position} must be str, not {name}")))
}

fn exactly<const N: usize>(args: &[Value]) -> PyResult<[Value; N]> {
    match <&[Value; N]>::try_from(args) {
        Ok(all) => Ok(all.clone()),
        Err(_) => Err(type_error(format!("function takes exactly {N} arguments ({} given)", args.len()))),
    }
}

/// The bytes that a UnicodeDecodeError is about, copied if they were no `bytes`.
fn bytes_object(object: Value) -> PyResult<Value> {
    if object.downcast::<PyBytes>().is_some() {
        return Ok(object);
    }
    if object.class().slots().buffer.is_none() {
        return Err(type_error(format!("a bytes-like object is required, not '{}'", object.type_name())));
    }
    protocol::call1(PyBytes::class().as_value(), object)
}

macro_rules! unicode_errors {
    ($($(#[doc = $doc:literal])* $ty:ident = $name:literal;)*) => {$(
        $(#[doc = $doc])*
        #[pyclass(
            name = $name,
            base = UnicodeErrorData,
            base_class = unicode_error_class,
            basetype,
            gc,
            dict,
            parts(fields)
        )]
        #[repr(C)]
        pub struct $ty {
            pub data: UnicodeErrorData,
        }

        impl crate::heap::Traverse for $ty {
            fn traverse(&self, visit: &mut crate::heap::Visitor<'_>) {
                self.data.traverse(visit);
            }

            fn clear_refs(&self) {
                self.data.clear_refs();
            }
        }

        #[pymethods(part = fields)]
        impl $ty {
            #[slot]
            fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
                let data = UnicodeErrorData::with_args(args.positional());
                Ok(Ref::new_in(class, $ty { data }).into_value())
            }

            #[doc = "exception encoding"]
            #[pygetset(member)]
            fn encoding(&self) -> Option<Value> {
                self.data.encoding.get()
            }

            #[pygetset(setter)]
            fn set_encoding(&self, value: Option<Value>) {
                self.data.encoding.set(value);
            }

            #[doc = "exception object"]
            #[pygetset(member)]
            fn object(&self) -> Option<Value> {
                self.data.object.get()
            }

            #[pygetset(setter)]
            fn set_object(&self, value: Option<Value>) {
                self.data.object.set(value);
            }

            #[doc = "exception start"]
            #[pygetset(member)]
            fn start(&self) -> isize {
                self.data.start.get()
            }

            #[pygetset(setter)]
            fn set_start(&self, value: Option<Value>) -> PyResult<()> {
                set_position(&self.data.start, value)
            }

            #[doc = "exception end"]
            #[pygetset(member)]
            fn end(&self) -> isize {
                self.data.end.get()
            }

            #[pygetset(setter)]
            fn set_end(&self, value: Option<Value>) -> PyResult<()> {
                set_position(&self.data.end, value)
            }

            #[doc = "exception reason"]
            #[pygetset(member)]
            fn reason(&self) -> Option<Value> {
                self.data.reason.get()
            }

            #[pygetset(setter)]
            fn set_reason(&self, value: Option<Value>) {
                self.data.reason.set(value);
            }
        }
    )*};
}

fn set_position(field: &Cell<isize>, value: Option<Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(type_error("can't delete numeric/char attribute")) };
    if !protocol::is_int(&value) {
        return Err(type_error("an integer is required"));
    }
    field.set(protocol::index_to_isize(&value)?);
    Ok(())
}

unicode_errors! {
    /// Unicode encoding error.
    PyUnicodeEncodeError = "UnicodeEncodeError";
    /// Unicode decoding error.
    PyUnicodeDecodeError = "UnicodeDecodeError";
    /// Unicode translation error.
    PyUnicodeTranslateError = "UnicodeTranslateError";
}

#[pymethods]
impl PyUnicodeEncodeError {
    #[slot]
    fn init(zelf: &Ref<PyUnicodeEncodeError>, args: Args<'_>) -> PyResult<()> {
        let args = no_keywords(zelf.class(), args)?;
        zelf.data.base.set_args(args);
        let [encoding, object, start, end, reason] = exactly(args)?;
        string_argument(&encoding, 1)?;
        string_argument(&object, 2)?;
        zelf.data.fill(Some(encoding), [object, start, end, reason], 2)
    }

    #[slot]
    fn str(zelf: &Ref<PyUnicodeEncodeError>) -> PyResult<Value> {
        let data = &zelf.data;
        if data.object.with(|object| object.is_none()) {
            return Ok("".into());
        }
        let (encoding, reason) =
            (UnicodeErrorData::shown(&data.encoding)?, UnicodeErrorData::shown(&data.reason)?);
        let object = data.checked_object::<PyStr>("string")?;
        let mut out = StrBuilder::new();
        out.push_str("'");
        out.push_pystr(&encoding);
        out.push_str("' codec can't encode character");
        let single = data.single(object.len()).map(|index| escaped(object.char_at(index)));
        data.describe(out, single, &reason)
    }
}

#[pymethods]
impl PyUnicodeDecodeError {
    #[slot]
    fn init(zelf: &Ref<PyUnicodeDecodeError>, args: Args<'_>) -> PyResult<()> {
        let args = no_keywords(zelf.class(), args)?;
        zelf.data.base.set_args(args);
        let [encoding, object, start, end, reason] = exactly(args)?;
        string_argument(&encoding, 1)?;
        let object = bytes_object(object)?;
        zelf.data.fill(Some(encoding), [object, start, end, reason], 2)
    }

    #[slot]
    fn str(zelf: &Ref<PyUnicodeDecodeError>) -> PyResult<Value> {
        let data = &zelf.data;
        if data.object.with(|object| object.is_none()) {
            return Ok("".into());
        }
        let (encoding, reason) =
            (UnicodeErrorData::shown(&data.encoding)?, UnicodeErrorData::shown(&data.reason)?);
        let object = data.checked_object::<PyBytes>("bytes")?;
        let mut out = StrBuilder::new();
        out.push_str("'");
        out.push_pystr(&encoding);
        out.push_str("' codec can't decode byte");
        let single = data.single(object.len()).map(|index| format!(" 0x{:02x}", object[index]));
        data.describe(out, single, &reason)
    }
}

#[pymethods]
impl PyUnicodeTranslateError {
    #[slot]
    fn init(zelf: &Ref<PyUnicodeTranslateError>, args: Args<'_>) -> PyResult<()> {
        let args = no_keywords(zelf.class(), args)?;
        zelf.data.base.set_args(args);
        let [object, start, end, reason] = exactly(args)?;
        string_argument(&object, 1)?;
        zelf.data.fill(None, [object, start, end, reason], 1)
    }

    #[slot]
    fn str(zelf: &Ref<PyUnicodeTranslateError>) -> PyResult<Value> {
        let data = &zelf.data;
        if data.object.with(|object| object.is_none()) {
            return Ok("".into());
        }
        let reason = UnicodeErrorData::shown(&data.reason)?;
        let object = data.checked_object::<PyStr>("string")?;
        let mut out = StrBuilder::new();
        out.push_str("can't translate character");
        let single = data.single(object.len()).map(|index| escaped(object.char_at(index)));
        data.describe(out, single, &reason)
    }
}

/// The payload for items `start..end` of `object`.
fn located(
    encoding: Option<&str>,
    object: Value,
    start: usize,
    end: usize,
    reason: &str,
) -> UnicodeErrorData {
    let encoding = encoding.map(Value::from);
    let reason = Value::from(reason);
    let mut args: Vec<Value> = encoding.iter().cloned().collect();
    args.extend([object.clone(), Value::from(start), Value::from(end), reason.clone()]);
    let data = UnicodeErrorData::with_args(&args);
    data.encoding.set(encoding);
    data.object.set(Some(object));
    data.start.set(isize::try_from(start).unwrap_or(isize::MAX));
    data.end.set(isize::try_from(end).unwrap_or(isize::MAX));
    data.reason.set(Some(reason));
    data
}

/// UnicodeEncodeError for the characters `start..end` of `object`.
#[cold]
pub fn unicode_encode_error(
    encoding: &str,
    object: &StrRef,
    start: usize,
    end: usize,
    reason: &str,
) -> PyErr {
    let data = located(Some(encoding), object.to_value(), start, end, reason);
    PyErr::from_payload(PyUnicodeEncodeError::class(), PyUnicodeEncodeError { data })
}

/// UnicodeDecodeError for the bytes `start..end` of `object`.
#[cold]
pub fn unicode_decode_error(encoding: &str, object: Value, start: usize, end: usize, reason: &str) -> PyErr {
    let data = located(Some(encoding), object, start, end, reason);
    PyErr::from_payload(PyUnicodeDecodeError::class(), PyUnicodeDecodeError { data })
}

/// UnicodeTranslateError for the characters `start..end` of `object`.
#[cold]
pub fn unicode_translate_error(object: &StrRef, start: usize, end: usize, reason: &str) -> PyErr {
    let data = located(None, object.to_value(), start, end, reason);
    PyErr::from_payload(PyUnicodeTranslateError::class(), PyUnicodeTranslateError { data })
}

/// The common part of any of the three, for error handlers.
pub fn unicode_error_data(exception: &Value) -> Option<&UnicodeErrorData> {
    None.or_else(|| exception.downcast::<PyUnicodeEncodeError>().map(|e| &e.data))
        .or_else(|| exception.downcast::<PyUnicodeDecodeError>().map(|e| &e.data))
        .or_else(|| exception.downcast::<PyUnicodeTranslateError>().map(|e| &e.data))
}
