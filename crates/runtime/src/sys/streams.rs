//! The standard streams.

use crate::config::Config;
use crate::path::from_os;
use minipy_vm::{PyDict, PyErr, PyResult, Value, name, protocol};

/// Why the streams could not be made.
pub enum StreamError {
    /// The encoding that was asked for is none.
    Encoding(PyErr),
    Directory,
    Other(PyErr),
}

/// Makes `sys.stdin`, `sys.stdout` and `sys.stderr`, and `builtins.open`; a closed descriptor gives None.
pub fn open_streams(config: &Config) -> Result<(), StreamError> {
    let encoding = encoding(config).map_err(StreamError::Encoding)?;
    let other = StreamError::Other;
    let io = crate::import::native_module("_io").map_err(other)?;
    let open = protocol::getattr(&io, name!("open")).map_err(other)?;
    minipy_vm::frame::default_builtins().insert("open", open.clone());
    let streams = Streams { config, io, open, encoding };
    for (fd, name) in [(0, "stdin"), (1, "stdout"), (2, "stderr")] {
        let stream = match std::fs::metadata(format!("/proc/self/fd/{fd}")) {
            Err(_) => Value::NONE,
            Ok(file) if fd == 0 && file.is_dir() => return Err(StreamError::Directory),
            Ok(_) => streams.open(fd).map_err(other)?,
        };
        super::set(&format!("__{name}__"), stream.clone());
        super::set(name, stream);
    }
    Ok(())
}

/// The name of the streams' encoding as its codec has it.
fn encoding(config: &Config) -> PyResult<Value> {
    let Some(name) = &config.settings.stream_encoding else {
        return Ok(crate::path::encoding().name().into());
    };
    let lookup = protocol::getattr(&crate::import::native_module("_codecs")?, name!("lookup"))?;
    protocol::getattr(&protocol::call1(&lookup, from_os(name))?, name!("name"))
}

struct Streams<'a> {
    config: &'a Config,
    io: Value,
    open: Value,
    encoding: Value,
}

impl Streams<'_> {
    fn open(&self, fd: i32) -> PyResult<Value> {
        let writing = fd != 0;
        let unbuffered = self.config.unbuffered;
        let options = PyDict::new_ref();
        options.insert("mode", if writing { "wb" } else { "rb" });
        options.insert("buffering", Value::small_int(if writing && unbuffered { 0 } else { -1 }));
        options.insert("closefd", Value::FALSE);
        let buffer = protocol::call_kwargs(&self.open, &[Value::from(fd)], Some(&options))?;
        let raw = protocol::lookup_attr(&buffer, name!("raw"))?.unwrap_or_else(|| buffer.clone());
        let stream_name = ["<stdin>", "<stdout>", "<stderr>"][fd as usize];
        protocol::setattr(&raw, name!("name"), Value::from(stream_name))?;
        let is_terminal = protocol::truth(&protocol::call_method(&raw, name!("isatty"), &[])?)?;
        let text = PyDict::new_ref();
        text.insert("encoding", self.encoding.clone());
        let errors = from_os(&self.config.settings.stream_errors);
        text.insert("errors", if fd == 2 { Value::from("backslashreplace") } else { errors });
        text.insert("newline", "\n");
        text.insert("line_buffering", Value::from_bool(!unbuffered && (is_terminal || fd == 2)));
        text.insert("write_through", Value::from_bool(unbuffered));
        let wrapper = protocol::getattr(&self.io, name!("TextIOWrapper"))?;
        let stream = protocol::call_kwargs(&wrapper, &[buffer], Some(&text))?;
        protocol::setattr(&stream, name!("mode"), Value::from(if writing { "w" } else { "r" }))?;
        Ok(stream)
    }
}
