//! `StringIO`: text streams in memory.

use super::base::PyTextIOBase;
use super::closed_error;
use super::newline::Newlines;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::instance;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{Args, PyDict, PyResult, PyStr, PyTuple, Ref, StrRef, TypeRef, Value, exceptions, protocol};
use std::cell::Cell;

/// How newlines are treated.
#[derive(Clone, Default)]
struct Settings {
    /// The argument: None translates all newlines.
    newline: Option<String>,
    /// What "\n" is written as.
    write_as: Option<String>,
    decode: Option<Newlines>,
}

/// The text of a stream.
#[derive(Default)]
enum Contents {
    /// Closed or not initialised.
    #[default]
    Closed,
    /// Nothing but appended to so far, as most streams are.
    Appended(StrBuilder),
    Chars(Vec<u32>),
}

/// Text I/O implementation using an in-memory buffer.
#[pyclass(
    name = "StringIO",
    module = "_io",
    base = PyTextIOBase,
    basetype,
    dict,
    weakref,
    sig = "(initial_value='', newline='\\n')"
)]
#[repr(C)]
#[derive(Default)]
pub struct PyStringIO {
    base: PyTextIOBase,
    contents: GilCell<Contents>,
    initialised: Cell<bool>,
    position: Cell<usize>,
    settings: GilCell<Settings>,
}

impl PyStringIO {
    fn check_open(&self) -> PyResult<()> {
        if !self.initialised.get() {
            return Err(exceptions::value_error("I/O operation on uninitialized object"));
        }
        match self.contents.with(|contents| matches!(contents, Contents::Closed)) {
            true => Err(closed_error("I/O operation on closed file")),
            false => Ok(()),
        }
    }

    /// Runs `f` on the characters.
    fn with<R>(&self, f: impl FnOnce(&mut Vec<u32>) -> R) -> PyResult<R> {
        self.check_open()?;
        Ok(self.contents.with(|contents| {
            if let Contents::Appended(text) = contents {
                *contents = Contents::Chars(text.so_far().chars().collect());
            }
            match contents {
                Contents::Chars(chars) => f(chars),
                _ => f(&mut Vec::new()),
            }
        }))
    }

    fn write_text(&self, text: &StrRef) -> PyResult<()> {
        self.check_open()?;
        if text.is_empty() {
            return Ok(());
        }
        let mut text = text.clone();
        if let Some(mut newlines) = self.settings.with(|s| s.decode) {
            text = newlines.feed(text, true);
            self.settings.with(|s| s.decode = Some(newlines));
        }
        if let Some(newline) = self.settings.with(|s| s.write_as.clone()) {
            text = PyStr::replace_text(
                &text,
                &PyStr::from_ascii(b"\n"),
                &PyStr::from_str(&newline),
                usize::MAX,
            )?;
        }
        let start = self.position.get();
        let appended = self.contents.with(|contents| match contents {
            Contents::Appended(whole) if whole.len() == start => {
                whole.push_pystr(&text);
                true
            }
            _ => false,
        });
        if !appended {
            self.with(|chars| {
                if start > chars.len() {
                    chars.resize(start, 0);
                }
                let overlap = text.len().min(chars.len() - start);
                for (to, c) in chars[start..start + overlap].iter_mut().zip(text.chars()) {
                    *to = c;
                }
                chars.extend(text.chars().skip(overlap));
            })?;
        }
        self.position.set(start + text.len());
        Ok(())
    }

    /// Takes `count` characters from the position on.
    fn take(&self, count: usize) -> PyResult<StrRef> {
        let start = self.position.get();
        let (text, end) = self.with(|chars| {
            let start = start.min(chars.len());
            let end = start.saturating_add(count).min(chars.len());
            (PyStr::from_code_points(&chars[start..end]), end)
        })?;
        self.position.set(end.max(start));
        Ok(text)
    }

    fn line_length(&self, limit: isize) -> PyResult<usize> {
        let newline = self.settings.with(|s| s.newline.clone());
        let start = self.position.get();
        self.with(|chars| {
            let rest = chars.get(start..).unwrap_or_default();
            let end = match newline.as_deref() {
                None | Some("\n") => rest.iter().position(|&c| c == 10).map(|n| n + 1),
                Some("") => rest
                    .iter()
                    .position(|&c| c == 10 || c == 13)
                    .map(|n| if rest[n] == 13 && rest.get(n + 1) == Some(&10) { n + 2 } else { n + 1 }),
                Some(newline) => {
                    let wanted: Vec<u32> = newline.chars().map(u32::from).collect();
                    rest.windows(wanted.len()).position(|w| w == wanted).map(|n| n + wanted.len())
                }
            };
            let end = end.unwrap_or(rest.len());
            usize::try_from(limit).map_or(end, |limit| end.min(limit))
        })
    }

    fn setup(&self, value: Option<&StrRef>, newline: Option<String>) -> PyResult<()> {
        if let Some(newline) = &newline
            && !matches!(newline.as_str(), "" | "\n" | "\r" | "\r\n")
        {
            let shown = protocol::repr(&Value::from(newline.as_str()))?;
            return Err(exceptions::value_error(format!("illegal newline value: {shown}")));
        }
        let decode = match newline.as_deref() {
            None => Some(Newlines { translate: true, ..Newlines::default() }),
            Some("") => Some(Newlines::default()),
            Some(_) => None,
        };
        let write_as = newline.clone().filter(|n| n == "\r" || n == "\r\n");
        self.settings.set(Settings { newline, write_as, decode });
        self.initialised.set(true);
        self.contents.set(Contents::Appended(StrBuilder::new()));
        self.position.set(0);
        if let Some(value) = value {
            self.write_text(value)?;
        }
        self.position.set(0);
        Ok(())
    }
}

/// The `newline` argument: not given, None, or a str.
fn newline_arg(newline: Option<&Value>) -> PyResult<Option<String>> {
    match newline {
        None => Ok(Some("\n".to_owned())),
        Some(newline) if newline.is_none() => Ok(None),
        Some(newline) => match newline.downcast::<PyStr>() {
            Some(text) => Ok(Some(text.to_string_lossy())),
            None => Err(exceptions::type_error(format!(
                "newline must be str or None, not {}",
                newline.type_name()
            ))),
        },
    }
}

#[pymethods]
impl PyStringIO {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let _ = args;
        Ok(Ref::new_in(cls, PyStringIO::default()).into_value())
    }

    #[slot(init, sig = "(initial_value='', newline='\\n')")]
    fn init(zelf: &Ref<PyStringIO>, initial_value: Option<&Value>, newline: Option<&Value>) -> PyResult<()> {
        let newline = newline_arg(newline)?;
        let value = match initial_value.filter(|v| !v.is_none()) {
            None => None,
            Some(value) => match value.downcast::<PyStr>() {
                Some(text) => Some(text),
                None => {
                    return Err(exceptions::type_error(format!(
                        "initial_value must be str or None, not {}",
                        value.type_name()
                    )));
                }
            },
        };
        zelf.setup(value, newline)
    }

    #[slot]
    fn iternext(zelf: &Ref<PyStringIO>) -> PyResult<Option<Value>> {
        let count = zelf.line_length(-1)?;
        if count == 0 { Ok(None) } else { Ok(Some(zelf.take(count)?.into_value())) }
    }

    /// Close the IO object.
    #[pymethod("($self, /)")]
    fn close(&self) {
        self.initialised.set(true);
        self.contents.set(Contents::Closed);
    }

    /// Retrieve the entire contents of the object.
    #[pymethod("($self, /)")]
    fn getvalue(&self) -> PyResult<StrRef> {
        self.check_open()?;
        Ok(self.contents.with(|contents| match contents {
            Contents::Closed => PyStr::from_ascii(b""),
            Contents::Appended(text) => text.so_far(),
            Contents::Chars(chars) => PyStr::from_code_points(chars),
        }))
    }

    /// Read at most size characters, returned as a string.
    #[pymethod("($self, size=-1, /)")]
    fn read(&self, size: Option<&Value>) -> PyResult<StrRef> {
        let size = super::size_arg(size)?;
        self.take(usize::try_from(size).unwrap_or(usize::MAX))
    }

    /// Read until newline or EOF.
    #[pymethod("($self, size=-1, /)")]
    fn readline(&self, size: Option<&Value>) -> PyResult<StrRef> {
        let count = self.line_length(super::size_arg(size)?)?;
        self.take(count)
    }

    /// Tell the current file position.
    #[pymethod("($self, /)")]
    fn tell(&self) -> PyResult<usize> {
        self.check_open()?;
        Ok(self.position.get())
    }

    /// Truncate size to pos.
    #[pymethod("($self, pos=None, /)")]
    fn truncate(&self, pos: Option<&Value>) -> PyResult<usize> {
        self.check_open()?;
        let size = match pos.filter(|p| !p.is_none()) {
            None => self.position.get() as isize,
            Some(_) => super::size_arg(pos)?,
        };
        let Ok(size) = usize::try_from(size) else {
            return Err(exceptions::value_error(format!("Negative size value {size}")));
        };
        self.with(|chars| chars.truncate(size))?;
        Ok(size)
    }

    /// Change stream position.
    #[pymethod("($self, pos, whence=0, /)")]
    fn seek(&self, pos: isize, whence: i32) -> PyResult<usize> {
        let len = self.with(|chars| chars.len())?;
        if !matches!(whence, 0..=2) {
            return Err(exceptions::value_error(format!("Invalid whence ({whence}, should be 0, 1 or 2)")));
        }
        if whence == 0 && pos < 0 {
            return Err(exceptions::value_error(format!("Negative seek position {pos}")));
        }
        if whence != 0 && pos != 0 {
            return Err(exceptions::os_error("Can't do nonzero cur-relative seeks"));
        }
        match whence {
            0 => self.position.set(pos as usize),
            2 => self.position.set(len),
            _ => {}
        }
        Ok(self.position.get())
    }

    /// Write string to file.
    #[pymethod("($self, s, /)")]
    fn write(&self, s: &Value) -> PyResult<usize> {
        let Some(text) = s.downcast::<PyStr>() else {
            return Err(exceptions::type_error(format!("string argument expected, got '{}'", s.type_name())));
        };
        self.write_text(text)?;
        Ok(text.len())
    }

    /// Returns True if the IO object can be seeked.
    #[pymethod("($self, /)")]
    fn seekable(&self) -> PyResult<bool> {
        self.check_open().map(|()| true)
    }

    /// Returns True if the IO object can be read.
    #[pymethod("($self, /)")]
    fn readable(&self) -> PyResult<bool> {
        self.check_open().map(|()| true)
    }

    /// Returns True if the IO object can be written.
    #[pymethod("($self, /)")]
    fn writable(&self) -> PyResult<bool> {
        self.check_open().map(|()| true)
    }

    #[pymethod("($self, /)")]
    fn __getstate__(zelf: &Ref<PyStringIO>) -> PyResult<Value> {
        let value = zelf.getvalue()?.into_value();
        let newline = zelf.settings.with(|s| s.newline.clone()).map_or(Value::NONE, Value::from);
        let position = Value::from(zelf.position.get());
        let dict = zelf.as_value().header().map_or_else(PyDict::new_ref, |h| instance::dict(h).copy());
        let dict = if dict.is_empty() { Value::NONE } else { dict.into_value() };
        Ok(PyTuple::from_array([value, newline, position, dict]).into_value())
    }

    #[pymethod("($self, state, /)")]
    fn __setstate__(zelf: &Ref<PyStringIO>, state: &Value) -> PyResult<()> {
        if zelf.initialised.get() {
            zelf.check_open()?;
        }
        let items = state.downcast::<PyTuple>().filter(|t| t.len() >= 4);
        let Some(items) = items else {
            return Err(exceptions::type_error(format!(
                "{}.__setstate__ argument should be 4-tuple, got {}",
                zelf.class().name(),
                state.type_name()
            )));
        };
        PyStringIO::init(zelf, None, Some(&items[1]))?;
        let Some(text) = items[0].downcast::<PyStr>() else {
            return Err(exceptions::type_error("initial_value must be str or None"));
        };
        // The text was translated when it was written first.
        zelf.contents.set(Contents::Chars(text.chars().collect()));
        match usize::try_from(protocol::index_to_isize(&items[2])?) {
            Ok(position) => zelf.position.set(position),
            Err(_) => return Err(exceptions::value_error("position value cannot be negative")),
        }
        restore_dict(zelf.as_value(), &items[3], "fourth")
    }

    #[pygetset]
    fn closed(&self) -> PyResult<bool> {
        if !self.initialised.get() {
            return Err(exceptions::value_error("I/O operation on uninitialized object"));
        }
        Ok(self.contents.with(|contents| matches!(contents, Contents::Closed)))
    }

    #[pygetset]
    fn newlines(&self) -> PyResult<Value> {
        self.check_open()?;
        Ok(self.settings.with(|s| s.decode.map_or(Value::NONE, Newlines::seen_value)))
    }

    #[pygetset]
    fn line_buffering(&self) -> PyResult<bool> {
        self.check_open().map(|()| false)
    }
}

/// Puts the attributes of a pickled stream back.
pub fn restore_dict(stream: &Value, state: &Value, which: &str) -> PyResult<()> {
    if state.is_none() {
        return Ok(());
    }
    let Some(state) = state.downcast::<PyDict>() else {
        return Err(exceptions::type_error(format!(
            "{which} item of state should be a dict, got a {}",
            state.type_name()
        )));
    };
    match stream.header() {
        Some(header) => instance::dict(header).merge(state),
        None => Ok(()),
    }
}
