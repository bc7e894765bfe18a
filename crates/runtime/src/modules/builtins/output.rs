//! `print`, `input`, `open`.

use crate::interactive;
use minipy_macros::pymodule;
use minipy_vm::protocol;
use minipy_vm::{PyErr, PyResult, PyStr, StrRef, Value, exceptions, name};

#[pymodule(name = "builtins")]
pub mod functions {
    use super::*;

    /// Prints the values to a stream, or to sys.stdout by default.
    ///
    /// sep
    ///   string inserted between values, default a space.
    /// end
    ///   string appended after the last value, default a newline.
    /// file
    ///   a file-like object (stream); defaults to the current sys.stdout.
    /// flush
    ///   whether to forcibly flush the stream.
    #[pyfunction("(*args, sep=' ', end='\\n', file=None, flush=False)")]
    fn print(
        args: &[Value],
        sep: Option<&Value>,
        end: Option<&Value>,
        file: Option<&Value>,
        flush: bool,
    ) -> PyResult<()> {
        let file = match file {
            Some(file) => file.clone(),
            None => match crate::sys::get("stdout")? {
                Some(file) if file.is_none() => return Ok(()),
                Some(file) => file,
                None => return Err(exceptions::runtime_error("lost sys.stdout")),
            },
        };
        let sep = text_option(sep, "sep")?;
        let end = text_option(end, "end")?;
        let mut write = None;
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                write_to(&file, &mut write, sep.as_ref().unwrap_or(name!(" ")))?;
            }
            write_to(&file, &mut write, &protocol::str(arg)?)?;
        }
        write_to(&file, &mut write, end.as_ref().unwrap_or(name!("\n")))?;
        if flush {
            protocol::call_method(&file, name!("flush"), &[])?;
        }
        Ok(())
    }

    /// Read a string from standard input.  The trailing newline is stripped.
    ///
    /// The prompt string, if given, is printed to standard output without a
    /// trailing newline before reading input.
    ///
    /// If the user hits EOF (*nix: Ctrl-D, Windows: Ctrl-Z+Return), raise EOFError.
    /// On *nix systems, readline is used if available.
    #[pyfunction("(prompt='', /)")]
    fn input(prompt: Option<&Value>) -> PyResult<StrRef> {
        let stream = |name: &str| match crate::sys::get(name)? {
            Some(stream) if !stream.is_none() => Ok(stream),
            _ => Err(exceptions::runtime_error(format!("lost sys.{name}"))),
        };
        let (stdin, stdout, stderr) = (stream("stdin")?, stream("stdout")?, stream("stderr")?);
        crate::sys::audit("builtins.input", &[prompt.cloned().unwrap_or(Value::NONE)])?;
        // A stream that cannot be flushed is used all the same.
        let _ = protocol::call_method(&stderr, name!("flush"), &[]);
        if super::is_terminal(&stdin, 0) && super::is_terminal(&stdout, 1) {
            let text = super::input_at_terminal(prompt, &stdin, &stdout)?;
            crate::sys::audit("builtins.input/result", &[text.to_value()])?;
            return Ok(text);
        }
        if let Some(prompt) = prompt {
            let text = protocol::str(prompt)?;
            protocol::call_method(&stdout, name!("write"), &[text.into_value()])?;
        }
        let _ = protocol::call_method(&stdout, name!("flush"), &[]);
        let line = protocol::call_method(&stdin, name!("readline"), &[])?;
        let Some(line) = line.downcast::<PyStr>() else {
            return Err(exceptions::type_error("object.readline() returned non-string"));
        };
        if line.is_empty() {
            return Err(exceptions::eof_error("EOF when reading a line"));
        }
        let end = if line.char_at(line.len() - 1) == u32::from(b'\n') { line.len() - 1 } else { line.len() };
        let text = line.substring(0, end);
        Ok(text)
    }
}

pub use functions::MODULE;

/// Whether a stream is what the process was started with, and that is a terminal.
fn is_terminal(stream: &Value, fd: i32) -> bool {
    let number = protocol::call_method(stream, name!("fileno"), &[]);
    number.is_ok_and(|number| number.as_small_int() == Some(i64::from(fd))) && interactive::is_terminal(fd)
}

/// A line from the terminal, edited if `readline` is loaded, in the encodings of the streams.
fn input_at_terminal(prompt: Option<&Value>, stdin: &Value, stdout: &Value) -> PyResult<StrRef> {
    let codec = |stream: &Value| -> PyResult<[Value; 2]> {
        Ok([protocol::getattr(stream, name!("encoding"))?, protocol::getattr(stream, name!("errors"))?])
    };
    let (stdin_codec, stdout_codec) = (codec(stdin)?, codec(stdout)?);
    let _ = protocol::call_method(stdout, name!("flush"), &[]);
    let mut shown = Vec::new();
    if let Some(prompt) = prompt {
        let text = protocol::str(prompt)?.into_value();
        let bytes = protocol::call_method(&text, name!("encode"), &stdout_codec)?;
        shown = minipy_vm::types::bytes::gathered(&bytes).unwrap_or(Ok(Vec::new()))?;
        if shown.contains(&0) {
            return Err(exceptions::value_error("input: prompt string cannot contain null characters"));
        }
    }
    let mut line = interactive::read_line(&shown)?;
    if line.is_empty() {
        return Err(PyErr::new(exceptions::eof_error_class(), &[]));
    }
    line.pop_if(|byte| *byte == b'\n');
    let bytes = minipy_vm::types::bytes::from_slice(&line).into_value();
    let text = protocol::call_method(&bytes, name!("decode"), &stdin_codec)?;
    match text.downcast::<PyStr>() {
        Some(text) => Ok(text.clone()),
        None => Err(exceptions::type_error("decoder should return a string result")),
    }
}

/// `file.write(text)`, by way of no method if the stream is one of ours. `method` keeps the bound method otherwise.
fn write_to(file: &Value, method: &mut Option<Value>, text: &StrRef) -> PyResult<()> {
    if let Some(written) = crate::modules::io::write_exact(file, text) {
        return written.map(drop);
    }
    let write = match method {
        Some(write) => write,
        None => method.insert(protocol::getattr(file, name!("write"))?),
    };
    protocol::call1(write, text.to_value()).map(drop)
}

/// `sep` and `end`: a str, or None for the default.
fn text_option(value: Option<&Value>, name: &str) -> PyResult<Option<StrRef>> {
    match value {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(None),
        Some(value) => match value.downcast::<PyStr>() {
            Some(text) => Ok(Some(text.clone())),
            None => Err(exceptions::type_error(format!(
                "{name} must be None or a string, not {}",
                value.type_name()
            ))),
        },
    }
}
