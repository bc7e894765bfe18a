//! Exceptions and tracebacks as the interpreter itself writes them, when the `traceback` module cannot.

use crate::compile::errors::program_line;
use minipy_vm::exceptions::{self, PyBaseException};
use minipy_vm::types::int;
use minipy_vm::types::str::{PyStr, intern};
use minipy_vm::types::traceback::PyTraceback;
use minipy_vm::{Ref, Value, protocol};
use std::fmt::Write as _;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";

/// An exception with what led to it: tracebacks without carets, and neither notes nor the parts of a group.
pub fn exception_text(exception: &Ref<PyBaseException>) -> String {
    // From the exception back to what came first.
    let mut chain = vec![(exception.clone(), "")];
    let mut current = exception.clone();
    loop {
        let (link, previous) = match (current.cause.get(), current.context.get()) {
            (Some(cause), _) => (CAUSE, cause),
            (None, Some(context)) if !current.suppress_context.get() => (CONTEXT, context),
            _ => break,
        };
        let Ok(previous) = previous.downcast_into::<PyBaseException>() else { break };
        if chain.iter().any(|(known, _)| known.is(&previous)) {
            break;
        }
        chain.push((previous.clone(), link));
        current = previous;
    }
    let mut text = String::new();
    for (exception, link) in chain.iter().rev() {
        if let Some(traceback) = exception.traceback.get() {
            text.push_str(&traceback_text(&traceback));
        }
        text.push_str(&last_lines(exception.as_value()));
        text.push_str(link);
    }
    text
}

/// The class of an exception and what it says.
fn last_lines(exception: &Value) -> String {
    let mut text = String::new();
    let attribute = |name: &str| protocol::lookup_attr(exception, &intern(name)).ok().flatten();
    if exception.is_instance_of(exceptions::syntax_error_class())
        && attribute("print_file_and_line").is_some()
    {
        let filename = attribute("filename").filter(|name| !name.is_none());
        let filename = filename.map_or_else(|| "<string>".to_owned(), |name| shown(&name));
        // CPython does not get at the line here.
        let _ = writeln!(text, "  File \"{filename}\", line 0");
    }
    let class = exception.class();
    let module = protocol::lookup_attr(class.as_value(), &intern("__module__")).ok().flatten();
    match module.as_ref().map(|module| module.downcast::<PyStr>()) {
        Some(Some(module)) => match &*module.to_string_lossy() {
            "builtins" | "__main__" => {}
            module => text.push_str(&format!("{module}.")),
        },
        _ => text.push_str("<unknown>."),
    }
    let qualname = protocol::lookup_attr(class.as_value(), &intern("__qualname__")).ok().flatten();
    text.push_str(&qualname.map_or_else(|| class.name(), |name| shown(&name)));
    match protocol::str(exception) {
        Ok(message) if message.is_empty() => {}
        Ok(message) => drop(write!(text, ": {}", message.to_string_lossy())),
        Err(_) => text.push_str(": <exception str() failed>"),
    }
    text.push('\n');
    text
}

fn shown(value: &Value) -> String {
    protocol::str(value).map_or_else(|_| String::new(), |text| text.to_string_lossy())
}

/// As many entries are shown if `sys.tracebacklimit` does not say.
const DEFAULT_LIMIT: i64 = 1000;
/// Of equal entries in a row so many are shown.
const RECURSIVE_CUTOFF: usize = 3;

/// A traceback with its heading: for each of the last `sys.tracebacklimit` entries the place and its source line.
pub fn traceback_text(traceback: &Ref<PyTraceback>) -> String {
    let limit = super::get("tracebacklimit").ok().flatten();
    let limit = limit.and_then(|limit| int::to_i64(&limit)).unwrap_or(DEFAULT_LIMIT);
    let Ok(limit @ 1..) = usize::try_from(limit) else { return String::new() };
    let mut entries = Vec::new();
    let mut next = Some(traceback.clone());
    while let Some(entry) = next {
        let record = entry.frame.record();
        let code = record.code();
        let line = code.line_at(entry.lasti as usize / 2);
        entries.push((code.filename.get().to_string_lossy(), line, code.name.to_string_lossy()));
        next = entry.next.get();
    }
    let mut text = "Traceback (most recent call last):\n".to_owned();
    // A program that has taken `io.open` away does not want files to be opened.
    let opens = crate::import::import_module("io")
        .and_then(|io| protocol::lookup_attr(&io, &intern("open")))
        .is_ok_and(|open| open.is_some());
    let shown = &entries[entries.len().saturating_sub(limit)..];
    for same in shown.chunk_by(|a, b| a == b) {
        for (filename, line, name) in same.iter().take(RECURSIVE_CUTOFF) {
            let _ = writeln!(text, "  File \"{filename}\", line {line}, in {name}");
            let line = u32::try_from(*line).ok().filter(|_| opens);
            if let Some(source) = line.and_then(|line| program_line(filename, line)) {
                let _ = writeln!(text, "    {}", source.trim());
            }
        }
        match same.len().saturating_sub(RECURSIVE_CUTOFF) {
            0 => {}
            1 => text.push_str("  [Previous line repeated 1 more time]\n"),
            more => drop(writeln!(text, "  [Previous line repeated {more} more times]")),
        }
    }
    text
}
