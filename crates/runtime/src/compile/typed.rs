//! Statements typed at a prompt.

use super::{Mode, Request, compile_module, errors};
use minipy_bytecode::CodeObject;
use minipy_parser::ast::Arena;
use minipy_parser::{ErrorKind, ParseOptions};
use minipy_vm::types::str::intern;
use minipy_vm::{PyErr, PyResult, Value, exceptions, protocol};

/// Compiles the statement that has been typed so far; `None` if it goes on.
///
/// `more_may_follow` says whether `text` is whole lines that others may follow, or all there will be. `flags` are the future
/// features in force. Mistakes of syntax are found in `<stdin>`; `code_filename`, asked for once the statement is whole, is
/// where its code comes from. `warned` counts the parser's warnings that were issued for earlier lines of the statement.
pub fn compile_typed(
    text: &str,
    more_may_follow: bool,
    flags: u32,
    warned: &mut usize,
    code_filename: impl FnOnce() -> String,
) -> PyResult<Option<CodeObject>> {
    let arena = Arena::new();
    let options = ParseOptions {
        mode: Mode::Single,
        flags,
        max_int_digits: minipy_vm::types::int::convert::max_str_digits(),
        feature_version: None,
        more_may_follow,
    };
    let request =
        Request { filename: "<stdin>", mode: Mode::Single, flags, optimize: -1, feature_version: None };
    let parsed = minipy_parser::parse_str(&arena, text, options);
    let (warnings, source) = match &parsed {
        Ok(parsed) => (&parsed.warnings, parsed.source),
        Err(refused) => (&refused.warnings, refused.source),
    };
    for warning in warnings.iter().skip(*warned) {
        *warned += 1;
        errors::warn_parsing(warning, source, &request)?;
    }
    match parsed {
        Ok(parsed) => {
            let request = Request { filename: &code_filename(), ..request };
            compile_module(&parsed.module, &request)
                .map(Some)
                .map_err(|error| with_text(error, parsed.source))
        }
        Err(refused) if more_may_follow && refused.error.kind == ErrorKind::IncompleteInputError => Ok(None),
        Err(mut refused) => {
            // Lines from a terminal come without their ends.
            if let Some(text) = &mut refused.error.text {
                text.truncate(text.trim_end_matches('\n').len());
            }
            Err(errors::refused_error(&refused, &request, false))
        }
    }
}

/// Lets a SyntaxError of the compiler, which knows no files of this kind, show its line.
fn with_text(error: PyErr, source: &str) -> PyErr {
    if error.is_instance(exceptions::syntax_error_class()) {
        let lineno =
            protocol::getattr(error.as_value(), &intern("lineno")).ok().and_then(|line| line.as_small_int());
        let line =
            lineno.and_then(|lineno| source.split_inclusive('\n').nth(usize::try_from(lineno - 1).ok()?));
        if let Some(line) = line {
            // The attribute takes any value.
            let _ = protocol::setattr(error.as_value(), &intern("text"), Value::from(line));
        }
    }
    error
}
