//! The standard streams.

use crate::config::Config;
use minipy_vm::{PyDict, PyResult, Value, name, protocol};

/// Makes `sys.stdin`, `sys.stdout` and `sys.stderr`, and `builtins.open`; a closed descriptor gives None.
pub fn open_streams(config: &Config) -> PyResult<()> {
    let open = protocol::getattr(&crate::import::native_module("_io")?, name!("open"))?;
    minipy_vm::frame::default_builtins().insert("open", open);
    for (fd, name) in [(0, "stdin"), (1, "stdout"), (2, "stderr")] {
        let stream = if is_open(fd) { open_stream(config, fd)? } else { Value::NONE };
        super::set(&format!("__{name}__"), stream.clone());
        super::set(name, stream);
    }
    Ok(())
}

fn is_open(fd: i32) -> bool {
    std::fs::metadata(format!("/proc/self/fd/{fd}")).is_ok()
}

fn open_stream(config: &Config, fd: i32) -> PyResult<Value> {
    let io = crate::import::native_module("_io")?;
    let open = protocol::getattr(&io, name!("open"))?;
    let writing = fd != 0;
    let options = PyDict::new_ref();
    options.insert("mode", if writing { "wb" } else { "rb" });
    options.insert("buffering", Value::small_int(if writing && config.unbuffered { 0 } else { -1 }));
    options.insert("closefd", Value::FALSE);
    let buffer = protocol::call_kwargs(&open, &[Value::from(fd)], Some(&options))?;
    let raw = protocol::lookup_attr(&buffer, name!("raw"))?.unwrap_or_else(|| buffer.clone());
    let stream_name = ["<stdin>", "<stdout>", "<stderr>"][fd as usize];
    protocol::setattr(&raw, name!("name"), Value::from(stream_name))?;
    let is_terminal = protocol::truth(&protocol::call_method(&raw, name!("isatty"), &[])?)?;
    let text = PyDict::new_ref();
    text.insert("encoding", "utf-8");
    text.insert("errors", if fd == 2 { "backslashreplace" } else { "strict" });
    text.insert("newline", "\n");
    text.insert("line_buffering", Value::from_bool(writing && (is_terminal || fd == 2)));
    text.insert("write_through", Value::from_bool(writing && config.unbuffered));
    let wrapper = protocol::getattr(&io, name!("TextIOWrapper"))?;
    let stream = protocol::call_kwargs(&wrapper, &[buffer], Some(&text))?;
    protocol::setattr(&stream, name!("mode"), Value::from(if writing { "w" } else { "r" }))?;
    Ok(stream)
}
