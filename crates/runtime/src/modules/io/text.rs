//! `TextIOWrapper`: text over a buffered binary stream. Reading and seeking are in their own files.

use super::base::PyTextIOBase;
use super::buffered_classes::exact_inner;
use super::newline::Newlines;
use super::text_codec::{Decoder, Encoder};
use super::{closed_error, unsupported};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::codecs::without_nul;
use minipy_vm::types::bytes;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{
    Args, PyResult, PyStr, Ref, StrRef, Traverse, TypeRef, Value, Visitor, exceptions, name, protocol,
};
use std::cell::Cell;
use std::rc::Rc;

/// Character and line based layer over a BufferedIOBase object, buffer.
#[pyclass(
    name = "TextIOWrapper",
    module = "_io",
    base = PyTextIOBase,
    basetype,
    dict,
    weakref,
    finalizer,
    gc,
    plain_new,
    parts(reading, seeking),
    sig = "(buffer, encoding=None, errors=None, newline=None,\n              line_buffering=False, write_through=False)"
)]
#[repr(C)]
pub struct PyTextIOWrapper {
    pub base: PyTextIOBase,
    pub(super) buffer: GilCell<Option<Value>>,
    detached: Cell<bool>,
    encoding: GilCell<Option<StrRef>>,
    errors: GilCell<Option<StrRef>>,
    pub(super) line_buffering: Cell<bool>,
    pub(super) write_through: Cell<bool>,
    /// The newline argument.
    pub(super) newline: GilCell<Option<String>>,
    /// The state of universal newlines, if they are on.
    pub(super) newlines: GilCell<Option<Newlines>>,
    pub(super) decoder: GilCell<Option<Rc<Decoder>>>,
    pub(super) encoder: GilCell<Option<Rc<Encoder>>>,
    pub(super) seekable: Cell<bool>,
    pub(super) telling: Cell<bool>,
    pub(super) chunk_size: Cell<usize>,
    /// Encoded and not written yet.
    pub(super) pending: GilCell<Vec<u8>>,
    /// Decoded text; the first `used` characters were read.
    pub(super) decoded: GilCell<Option<StrRef>>,
    pub(super) used: Cell<usize>,
    /// The decoder's flags before the last chunk, and the bytes of that chunk.
    pub(super) snapshot: GilCell<Option<(i64, Vec<u8>)>>,
}

impl Default for PyTextIOWrapper {
    fn default() -> Self {
        PyTextIOWrapper {
            base: PyTextIOBase::default(),
            buffer: GilCell::new(None),
            detached: Cell::new(false),
            encoding: GilCell::new(None),
            errors: GilCell::new(None),
            line_buffering: Cell::new(false),
            write_through: Cell::new(false),
            newline: GilCell::new(None),
            newlines: GilCell::new(None),
            decoder: GilCell::new(None),
            encoder: GilCell::new(None),
            seekable: Cell::new(false),
            telling: Cell::new(false),
            chunk_size: Cell::new(8192),
            pending: GilCell::new(Vec::new()),
            decoded: GilCell::new(None),
            used: Cell::new(0),
            snapshot: GilCell::new(None),
        }
    }
}

impl Traverse for PyTextIOWrapper {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.buffer.traverse(visit);
    }
}

/// The name of the locale's encoding.
pub fn locale_encoding() -> StrRef {
    if crate::config::current().is_some_and(|config| config.utf8_mode) {
        return PyStr::from_str("utf-8");
    }
    crate::modules::locale::ctype_encoding()
}

impl PyTextIOWrapper {
    /// The buffer, which must be attached.
    pub(super) fn attached(&self) -> PyResult<Value> {
        match self.buffer.get() {
            Some(buffer) => Ok(buffer),
            None if self.detached.get() => {
                Err(exceptions::value_error("underlying buffer has been detached"))
            }
            None => Err(exceptions::value_error("I/O operation on uninitialized object")),
        }
    }

    /// The buffer, which must be open.
    pub(super) fn open_buffer(&self) -> PyResult<Value> {
        let buffer = self.attached()?;
        let closed = match exact_inner(&buffer) {
            Some(inner) => inner.is_closed()?,
            None => super::base::is_closed(&buffer)?,
        };
        if closed { Err(closed_error("I/O operation on closed file.")) } else { Ok(buffer) }
    }

    fn set_newline(&self, newline: Option<String>) {
        let universal = match newline.as_deref() {
            None => Some(Newlines { translate: true, ..Newlines::default() }),
            Some("") => Some(Newlines::default()),
            Some(_) => None,
        };
        self.newlines.set(universal);
        self.newline.set(newline);
    }

    fn setup(
        &self,
        buffer: &Value,
        encoding: Option<&Value>,
        errors: Option<&Value>,
        newline: Option<&Value>,
    ) -> PyResult<()> {
        self.buffer.set(None);
        let encoding = match encoding.filter(|e| !e.is_none()) {
            None => {
                if crate::config::current().is_some_and(|config| config.settings.warn_default_encoding) {
                    let message = "'encoding' argument not specified";
                    minipy_vm::warnings::warn(exceptions::encoding_warning_class(), message, 1)?;
                }
                locale_encoding()
            }
            Some(encoding) => match encoding.downcast::<PyStr>() {
                Some(text) if text.eq_str("locale") => locale_encoding(),
                Some(text) => text.clone(),
                None => {
                    return Err(exceptions::type_error(format!(
                        "TextIOWrapper() argument 'encoding' must be str or None, not {}",
                        encoding.type_name()
                    )));
                }
            },
        };
        let errors = match errors.filter(|e| !e.is_none()) {
            None => PyStr::from_str("strict"),
            Some(errors) => match errors.downcast::<PyStr>() {
                Some(text) => text.clone(),
                None => {
                    return Err(exceptions::type_error(format!(
                        "TextIOWrapper() argument 'errors' must be str or None, not {}",
                        errors.type_name()
                    )));
                }
            },
        };
        let newline = checked_newline(newline)?;
        let encoding_name = without_nul(&encoding)?;
        without_nul(&errors)?;
        self.set_newline(newline);
        self.encoding.set(Some(encoding));
        self.errors.set(Some(errors.clone()));
        self.pending.set(Vec::new());
        self.decoded.set(None);
        self.used.set(0);
        self.snapshot.set(None);
        self.detached.set(false);
        self.make_codecs(buffer, &encoding_name, &errors)?;
        let seekable = protocol::truth(&protocol::call_method(buffer, name!("seekable"), &[])?)?;
        self.seekable.set(seekable);
        self.telling.set(seekable);
        self.buffer.set(Some(buffer.clone()));
        self.place_encoder(buffer)
    }

    fn make_codecs(&self, buffer: &Value, encoding: &str, errors: &StrRef) -> PyResult<()> {
        let readable = protocol::truth(&protocol::call_method(buffer, name!("readable"), &[])?)?;
        let writable = protocol::truth(&protocol::call_method(buffer, name!("writable"), &[])?)?;
        let decoder = if readable { Some(Rc::new(Decoder::new(encoding, errors)?)) } else { None };
        let encoder = if writable { Some(Rc::new(Encoder::new(encoding, errors)?)) } else { None };
        if !readable && !writable {
            super::text_codec::text_codec(encoding)?;
        }
        self.decoder.set(decoder);
        self.encoder.set(encoder);
        Ok(())
    }

    /// In the middle of a stream no byte order mark is written.
    fn place_encoder(&self, buffer: &Value) -> PyResult<()> {
        let Some(encoder) = self.encoder.get() else { return Ok(()) };
        if !self.seekable.get() || matches!(&*encoder, Encoder::Native { .. }) {
            return Ok(());
        }
        let position = protocol::call_method(buffer, name!("tell"), &[])?;
        if protocol::truth(&position)? { encoder.at_start(false) } else { Ok(()) }
    }

    /// Hands what is pending to the buffer.
    pub(super) fn write_pending(&self) -> PyResult<()> {
        if self.pending.with(|p| p.is_empty()) {
            return Ok(());
        }
        let mut data = self.pending.take();
        let buffer = self.attached()?;
        match exact_inner(&buffer) {
            Some(inner) => {
                inner.write(&buffer, &data)?;
                // The allocation serves again.
                data.truncate(0);
                self.pending.with(|pending| {
                    if pending.is_empty() {
                        *pending = data;
                    }
                });
                Ok(())
            }
            None => {
                let data = bytes::from_slice(&data).into_value();
                super::base::retry_interrupted(|| {
                    protocol::call_method(&buffer, name!("write"), std::slice::from_ref(&data))
                })
                .map(drop)
            }
        }
    }

    /// Forgets what was decoded ahead.
    pub(super) fn forget_decoded(&self) {
        self.decoded.set(None);
        self.used.set(0);
    }

    /// `write(text)`.
    pub fn write_text(&self, text: &StrRef) -> PyResult<usize> {
        let buffer = self.open_buffer()?;
        let Some(encoder) = self.encoder.get() else { return Err(unsupported("not writable")) };
        let length = text.len();
        let write_as = self.newline.with(|n| match n.as_deref() {
            Some("\r") => Some("\r"),
            Some("\r\n") => Some("\r\n"),
            _ => None,
        });
        let line_buffering = self.line_buffering.get();
        let has_newline = (write_as.is_some() || line_buffering) && contains(text, 10);
        let needs_flush = line_buffering && (has_newline || contains(text, 13));
        let translated = match write_as {
            Some(newline) if has_newline => Some(replace_newlines(text, newline)),
            _ => None,
        };
        let text = translated.as_ref().unwrap_or(text);
        let mut encoded = Vec::new();
        let data = match (&*encoder, text.as_ascii()) {
            (Encoder::Native { .. }, Some(ascii)) => ascii.as_bytes(),
            _ => {
                encoder.encode(text, &mut encoded)?;
                &encoded
            }
        };
        // The buffer's `write` may have written more text here meanwhile.
        while self.pending.with(|p| !p.is_empty() && p.len() + data.len() > self.chunk_size.get()) {
            self.write_pending()?;
        }
        self.pending.with(|pending| pending.extend_from_slice(data));
        if self.pending.with(|p| p.len()) >= self.chunk_size.get() || needs_flush || self.write_through.get()
        {
            self.write_pending()?;
        }
        if needs_flush {
            match exact_inner(&buffer) {
                Some(inner) => inner.flush(&buffer)?,
                None => drop(protocol::call_method(&buffer, name!("flush"), &[])?),
            }
        }
        // Where the position matters, reading goes on behind what was written; a pipe has no such place.
        if self.snapshot.with(|s| s.is_some()) {
            self.forget_decoded();
            self.snapshot.set(None);
        }
        if let Some(decoder) = self.decoder.get() {
            decoder.reset()?;
        }
        Ok(length)
    }

    pub(super) fn flush_all(&self) -> PyResult<()> {
        let buffer = self.open_buffer()?;
        self.telling.set(self.seekable.get());
        self.write_pending()?;
        match exact_inner(&buffer) {
            Some(inner) => inner.flush(&buffer),
            None => protocol::call_method(&buffer, name!("flush"), &[]).map(drop),
        }
    }

    fn encoding_text(&self) -> Value {
        self.encoding.get().map_or(Value::NONE, Ref::into_value)
    }
}

fn contains(text: &PyStr, c: u8) -> bool {
    match text.as_ascii() {
        Some(ascii) => memchr::memchr(c, ascii.as_bytes()).is_some(),
        None => text.chars().any(|x| x == u32::from(c)),
    }
}

fn replace_newlines(text: &PyStr, newline: &str) -> StrRef {
    let mut out = StrBuilder::with_capacity(text.len());
    for c in text.chars() {
        if c == 10 { out.push_str(newline) } else { out.push(c) }
    }
    out.finish()
}

fn checked_newline(newline: Option<&Value>) -> PyResult<Option<String>> {
    let Some(newline) = newline.filter(|n| !n.is_none()) else { return Ok(None) };
    let Some(text) = newline.downcast::<PyStr>() else {
        return Err(exceptions::type_error(format!(
            "TextIOWrapper() argument 'newline' must be str or None, not {}",
            newline.type_name()
        )));
    };
    let text = text.to_string_lossy();
    if matches!(text.as_str(), "" | "\n" | "\r" | "\r\n") {
        Ok(Some(text))
    } else {
        Err(exceptions::value_error(format!("illegal newline value: {text}")))
    }
}

/// Writes to a stream that is exactly a `TextIOWrapper`, without a method call. `None` for other streams.
pub fn write_exact(stream: &Value, text: &StrRef) -> Option<PyResult<usize>> {
    stream.downcast_exact::<PyTextIOWrapper>().map(|wrapper| wrapper.write_text(text))
}

#[pymethods]
impl PyTextIOWrapper {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let _ = args;
        Ok(Ref::new_in(cls, PyTextIOWrapper::default()).into_value())
    }

    #[slot(
        init,
        sig = "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)"
    )]
    fn init(
        zelf: &Ref<PyTextIOWrapper>,
        buffer: &Value,
        encoding: Option<&Value>,
        errors: Option<&Value>,
        newline: Option<&Value>,
        line_buffering: bool,
        write_through: bool,
    ) -> PyResult<()> {
        zelf.line_buffering.set(line_buffering);
        zelf.write_through.set(write_through);
        zelf.setup(buffer, encoding, errors, newline)
    }

    #[slot]
    fn repr(zelf: &Ref<PyTextIOWrapper>) -> PyResult<Value> {
        if zelf.buffer.with(|b| b.is_none()) && !zelf.detached.get() {
            zelf.attached()?;
        }
        let Some(_guard) = protocol::enter_repr(zelf.as_value()) else {
            return Err(exceptions::runtime_error(format!(
                "reentrant call inside {}.__repr__",
                zelf.class().name()
            )));
        };
        let mut text = format!("<{}", zelf.class().name());
        match protocol::lookup_attr(zelf.as_value(), name!("name")) {
            Ok(Some(name)) => text.push_str(&format!(" name={}", protocol::repr(&name)?)),
            Ok(None) => {}
            Err(error) if error.is_instance(exceptions::value_error_class()) => {}
            Err(error) => return Err(error),
        }
        if let Some(mode) = protocol::lookup_attr(zelf.as_value(), name!("mode"))? {
            text.push_str(&format!(" mode={}", protocol::repr(&mode)?));
        }
        text.push_str(&format!(" encoding={}>", protocol::repr(&zelf.encoding_text())?));
        Ok(Value::from(text))
    }

    /// Separate the underlying buffer from the text stream and return it.
    #[pymethod("($self, /)")]
    fn detach(zelf: &Ref<PyTextIOWrapper>) -> PyResult<Value> {
        let buffer = zelf.attached()?;
        protocol::call_method(zelf.as_value(), name!("flush"), &[])?;
        zelf.buffer.set(None);
        zelf.detached.set(true);
        Ok(buffer)
    }

    /// Reconfigure the text stream with new parameters.
    // An explicit None asks for universal newlines.
    #[pymethod(
        sig = "($self, /, *, encoding=None, errors=None, newline=<unrepresentable>, line_buffering=None, write_through=None)",
        text = "($self, /, *, encoding=None, errors=None, newline=None,\n            line_buffering=None, write_through=None)"
    )]
    fn reconfigure(
        zelf: &Ref<PyTextIOWrapper>,
        encoding: Option<&Value>,
        errors: Option<&Value>,
        newline: Option<&Value>,
        line_buffering: Option<&Value>,
        write_through: Option<&Value>,
    ) -> PyResult<()> {
        let given = |value: Option<&Value>| value.filter(|v| !v.is_none()).cloned();
        let (encoding, errors) = (given(encoding), given(errors));
        let decoding = zelf.decoded.with(|d| d.is_some());
        if decoding && (encoding.is_some() || errors.is_some() || newline.is_some()) {
            return Err(unsupported(
                "It is not possible to set the encoding or newline of stream after the first read",
            ));
        }
        let new_newline = match newline {
            Some(_) => Some(checked_newline(newline)?),
            None => None,
        };
        let line_buffering = line_buffering.filter(|v| !v.is_none()).map(protocol::truth).transpose()?;
        let write_through = write_through.filter(|v| !v.is_none()).map(protocol::truth).transpose()?;
        protocol::call_method(zelf.as_value(), name!("flush"), &[])?;
        if let Some(newline) = new_newline {
            zelf.set_newline(newline);
        }
        if encoding.is_some() || errors.is_some() {
            let text = |value: &Value| match value.downcast::<PyStr>() {
                Some(text) => Ok(text.clone()),
                None => Err(exceptions::type_error(format!(
                    "reconfigure() argument must be str or None, not {}",
                    value.type_name()
                ))),
            };
            let errors = match (&errors, &encoding) {
                (Some(errors), _) => text(errors)?,
                (None, Some(_)) => PyStr::from_str("strict"),
                (None, None) => zelf.errors.get().unwrap_or_else(|| PyStr::from_str("strict")),
            };
            let encoding = match &encoding {
                Some(encoding) => {
                    let encoding = text(encoding)?;
                    if encoding.eq_str("locale") { locale_encoding() } else { encoding }
                }
                None => zelf.encoding.get().unwrap_or_else(|| PyStr::from_str("utf-8")),
            };
            without_nul(&errors)?;
            let buffer = zelf.attached()?;
            zelf.make_codecs(&buffer, &without_nul(&encoding)?, &errors)?;
            zelf.encoding.set(Some(encoding));
            zelf.errors.set(Some(errors));
            zelf.place_encoder(&buffer)?;
        }
        if let Some(line_buffering) = line_buffering {
            zelf.line_buffering.set(line_buffering);
        }
        if let Some(write_through) = write_through {
            zelf.write_through.set(write_through);
        }
        Ok(())
    }

    /// Write string to stream, and return its length.
    #[pymethod("($self, text, /)")]
    fn write(&self, text: &Ref<PyStr>) -> PyResult<usize> {
        self.write_text(text)
    }

    /// Flush write buffers, if applicable.
    #[pymethod("($self, /)")]
    fn flush(&self) -> PyResult<()> {
        self.flush_all()
    }

    /// Flush and close the stream.
    #[pymethod("($self, /)")]
    fn close(zelf: &Ref<PyTextIOWrapper>) -> PyResult<()> {
        let buffer = zelf.attached()?;
        if super::base::is_closed(&buffer)? || zelf.buffer.with(|buffer| buffer.is_none()) {
            return Ok(());
        }
        if zelf.base.base.finalizing.get()
            && let Ok(Some(warn)) = protocol::lookup_attr(&buffer, name!("_dealloc_warn"))
        {
            let _ = protocol::call1(&warn, zelf.to_value());
        }
        let flushed = protocol::call_method(zelf.as_value(), name!("flush"), &[]);
        let closed = protocol::call_method(&buffer, name!("close"), &[]);
        match (flushed, closed) {
            (Ok(_), closed) => closed.map(drop),
            (Err(error), Ok(_)) => Err(error),
            (Err(first), Err(second)) => {
                second.exception().context.set(Some(first.as_value().clone()));
                Err(second)
            }
        }
    }

    #[pymethod("($self, /)")]
    fn fileno(&self) -> PyResult<Value> {
        protocol::call_method(&self.attached()?, name!("fileno"), &[])
    }

    #[pymethod("($self, /)")]
    fn seekable(&self) -> PyResult<Value> {
        protocol::call_method(&self.attached()?, name!("seekable"), &[])
    }

    #[pymethod("($self, /)")]
    fn readable(&self) -> PyResult<Value> {
        protocol::call_method(&self.attached()?, name!("readable"), &[])
    }

    #[pymethod("($self, /)")]
    fn writable(&self) -> PyResult<Value> {
        protocol::call_method(&self.attached()?, name!("writable"), &[])
    }

    #[pymethod("($self, /)")]
    fn isatty(&self) -> PyResult<Value> {
        protocol::call_method(&self.attached()?, name!("isatty"), &[])
    }

    #[pymethod("($self, /)")]
    fn __getstate__(zelf: &Value) -> PyResult<()> {
        Err(super::cannot_pickle(zelf))
    }

    #[pygetset(member)]
    fn encoding(&self) -> Value {
        self.encoding_text()
    }

    #[pygetset(member)]
    fn buffer(&self) -> Value {
        self.buffer.get().unwrap_or(Value::NONE)
    }

    #[pygetset(member)]
    fn line_buffering(&self) -> bool {
        self.line_buffering.get()
    }

    #[pygetset(member)]
    fn write_through(&self) -> bool {
        self.write_through.get()
    }

    #[pygetset(member)]
    fn _finalizing(&self) -> bool {
        self.base.base.finalizing.get()
    }

    #[pygetset]
    fn name(&self) -> PyResult<Value> {
        protocol::getattr(&self.attached()?, name!("name"))
    }

    #[pygetset]
    fn closed(&self) -> PyResult<Value> {
        protocol::getattr(&self.attached()?, name!("closed"))
    }

    #[pygetset]
    fn newlines(&self) -> PyResult<Value> {
        self.attached()?;
        Ok(self.newlines.with(|n| n.map_or(Value::NONE, Newlines::seen_value)))
    }

    #[pygetset]
    fn errors(&self) -> PyResult<Value> {
        if !self.detached.get() {
            self.attached()?;
        }
        Ok(self.errors.get().map_or(Value::NONE, Ref::into_value))
    }

    #[pygetset(name = "_CHUNK_SIZE")]
    fn chunk_size_value(&self) -> PyResult<usize> {
        self.attached()?;
        Ok(self.chunk_size.get())
    }

    #[pygetset(name = "_CHUNK_SIZE", setter)]
    fn set_chunk_size(zelf: &Ref<PyTextIOWrapper>, value: Option<Value>) -> PyResult<()> {
        zelf.attached()?;
        let Some(value) = value else {
            let message =
                format!("attribute '_CHUNK_SIZE' of '{}' objects cannot be deleted", zelf.class().name());
            return Err(exceptions::attribute_error(message, zelf.as_value(), name!("_CHUNK_SIZE")));
        };
        match protocol::index_to_i64(&value)? {
            Some(size) if size > 0 => {
                zelf.chunk_size.set(size as usize);
                Ok(())
            }
            Some(_) => Err(exceptions::value_error("a strictly positive integer is required")),
            None => Err(exceptions::value_error("cannot fit 'int' into an index-sized integer")),
        }
    }
}
