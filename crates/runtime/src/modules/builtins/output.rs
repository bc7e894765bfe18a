//! `print`, `input`, `open`.

use minipy_macros::pymodule;
use minipy_vm::protocol;
use minipy_vm::{PyResult, PyStr, StrRef, Value, exceptions, name};

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
            _ => Err(exceptions::runtime_error(format!("input(): lost sys.{name}"))),
        };
        let (stdin, stdout, stderr) = (stream("stdin")?, stream("stdout")?, stream("stderr")?);
        crate::sys::audit("builtins.input", &[prompt.cloned().unwrap_or(Value::NONE)])?;
        // A stream that cannot be flushed is used all the same.
        let _ = protocol::call_method(&stderr, name!("flush"), &[]);
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
        crate::sys::audit("builtins.input/result", &[text.to_value()])?;
        Ok(text)
    }
}

pub use functions::MODULE;

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
