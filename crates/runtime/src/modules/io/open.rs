//! `open`, `open_code` and `text_encoding`.

use super::buffered_classes::{PyBufferedRandom, PyBufferedReader, PyBufferedWriter};
use super::fileio::PyFileIO;
use super::text::PyTextIOWrapper;
use minipy_macros::pymodule;
use minipy_vm::{Payload, PyModule, PyResult, PyStr, Ref, Value, exceptions, name, protocol};

#[pymodule(name = "_io")]
pub mod functions {
    use super::*;

    #[pyattr(name = "DEFAULT_BUFFER_SIZE")]
    fn default_buffer_size() -> usize {
        super::super::DEFAULT_BUFFER_SIZE
    }

    #[pyattr(name = "BlockingIOError")]
    fn blocking_io_error() -> Value {
        exceptions::blocking_io_error_class().to_value()
    }

    /// Open file and return a stream.  Raise OSError upon failure.
    #[pyfunction(
        "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
    )]
    fn open(
        file: &Value,
        mode: Option<&Ref<PyStr>>,
        buffering: i64,
        encoding: Option<&Value>,
        errors: Option<&Value>,
        newline: Option<&Value>,
        closefd: bool,
        opener: Option<&Value>,
    ) -> PyResult<Value> {
        let mode = mode.map_or_else(|| "r".to_owned(), |m| m.to_string_lossy());
        let text = Text { encoding: given(encoding), errors: given(errors), newline: given(newline) };
        open_stream(file, &mode, buffering, &text, closefd, opener.unwrap_or(&Value::NONE))
    }

    /// Opens the provided file with the intent to import the contents.
    #[pyfunction("(path)")]
    fn open_code(path: &Value) -> PyResult<Value> {
        if path.downcast::<PyStr>().is_none() {
            return Err(exceptions::type_error(format!(
                "open_code() argument 'path' must be str, not {}",
                path.type_name()
            )));
        }
        open_stream(path, "rb", -1, &Text::default(), true, &Value::NONE)
    }

    /// A helper function to choose the text encoding.
    #[pyfunction("(encoding, stacklevel=2, /)")]
    fn text_encoding(encoding: &Value, stacklevel: i64) -> PyResult<Value> {
        if !encoding.is_none() {
            return Ok(encoding.clone());
        }
        let flags = crate::sys::get("flags")?.unwrap_or(Value::NONE);
        let flag = |attribute: &minipy_vm::StrRef| match protocol::lookup_attr(&flags, attribute)? {
            Some(flag) => protocol::truth(&flag),
            None => Ok(false),
        };
        if flag(name!("warn_default_encoding"))? {
            minipy_vm::warnings::warn(
                exceptions::encoding_warning_class(),
                "'encoding' argument not specified",
                stacklevel,
            )?;
        }
        Ok(Value::from(if flag(name!("utf8_mode"))? { "utf-8" } else { "locale" }))
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let class = super::super::unsupported_operation_class()?;
        module.namespace().insert("UnsupportedOperation", class.to_value());
        Ok(())
    }
}

pub use functions::MODULE;

/// The arguments of `open` that only text streams take.
#[derive(Default)]
pub struct Text {
    pub encoding: Option<Value>,
    pub errors: Option<Value>,
    pub newline: Option<Value>,
}

fn given(value: Option<&Value>) -> Option<Value> {
    value.filter(|v| !v.is_none()).cloned()
}

/// The parts of a mode string.
struct Mode {
    raw: String,
    binary: bool,
    reading: bool,
    updating: bool,
}

fn parse_mode(mode: &str) -> PyResult<Mode> {
    let mut seen = String::new();
    for c in mode.chars() {
        if !"xrwabt+".contains(c) || seen.contains(c) {
            return Err(exceptions::value_error(format!("invalid mode: '{mode}'")));
        }
        seen.push(c);
    }
    let has = |c: char| seen.contains(c);
    if has('t') && has('b') {
        return Err(exceptions::value_error("can't have text and binary mode at once"));
    }
    let kinds = ['x', 'r', 'w', 'a'].iter().filter(|&&c| has(c)).count();
    if kinds != 1 {
        return Err(exceptions::value_error("must have exactly one of create/read/write/append mode"));
    }
    Ok(Mode {
        raw: seen.chars().filter(|c| "xrwa+".contains(*c)).collect(),
        binary: has('b'),
        reading: has('r'),
        updating: has('+'),
    })
}

/// `open(…)`.
pub fn open_stream(
    file: &Value,
    mode: &str,
    buffering: i64,
    text: &Text,
    closefd: bool,
    opener: &Value,
) -> PyResult<Value> {
    let is_fd = protocol::is_int(file);
    let path = if is_fd { file.clone() } else { crate::path::fspath(file)? };
    let parsed = parse_mode(mode)?;
    if parsed.binary {
        let message = match (&text.encoding, &text.errors, &text.newline) {
            (Some(_), _, _) => Some("binary mode doesn't take an encoding argument"),
            (_, Some(_), _) => Some("binary mode doesn't take an errors argument"),
            (_, _, Some(_)) => Some("binary mode doesn't take a newline argument"),
            _ => None,
        };
        if let Some(message) = message {
            return Err(exceptions::value_error(message));
        }
    }
    if parsed.binary && buffering == 1 {
        minipy_vm::warnings::warn(
            exceptions::runtime_warning_class(),
            "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
            1,
        )?;
    }
    let raw = PyFileIO::open(&path, &parsed.raw, closefd, opener)?;
    let result = wrap(&raw, mode, buffering, text, &parsed);
    if result.is_err() {
        let _ = protocol::call_method(raw.as_value(), name!("close"), &[]);
    }
    result
}

fn wrap(raw: &Ref<PyFileIO>, mode: &str, buffering: i64, text: &Text, parsed: &Mode) -> PyResult<Value> {
    let is_terminal = buffering < 0 && raw.is_character_device() && raw.is_terminal()?;
    let line_buffering = (buffering == 1 && !parsed.binary) || (buffering < 0 && is_terminal);
    let size = match buffering {
        0 => {
            if !parsed.binary {
                return Err(exceptions::value_error("can't have unbuffered text I/O"));
            }
            return Ok(raw.to_value());
        }
        size if size > 1 => size,
        _ => (raw.block_size().clamp(super::DEFAULT_BUFFER_SIZE, 8 << 20)) as i64,
    };
    let class = if parsed.updating {
        PyBufferedRandom::class()
    } else if parsed.reading {
        PyBufferedReader::class()
    } else {
        PyBufferedWriter::class()
    };
    let buffer = protocol::call(class.as_value(), &[raw.to_value(), Value::from(size)])?;
    if parsed.binary {
        return Ok(buffer);
    }
    let none = || Value::NONE;
    let arguments = [
        buffer,
        text.encoding.clone().unwrap_or_else(none),
        text.errors.clone().unwrap_or_else(none),
        text.newline.clone().unwrap_or_else(none),
        Value::from_bool(line_buffering),
    ];
    let stream = protocol::call(PyTextIOWrapper::class().as_value(), &arguments)?;
    protocol::setattr(&stream, name!("mode"), Value::from(mode))?;
    Ok(stream)
}
