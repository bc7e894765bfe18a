//! The plain prompt: statements are read line by line, compiled and run until the input ends.

use super::input;
use crate::shutdown::flush;
use crate::{compile, import, startup, uncaught};
use minipy_bytecode::CodeObject;
use minipy_vm::types::code::PyCode;
use minipy_vm::types::str::intern;
use minipy_vm::{PyErr, PyResult, PyStr, Value, exceptions, frame, name, protocol};
use std::sync::atomic::{AtomicU32, Ordering};

/// The number of statements so far, which the file names of their code objects tell.
static STATEMENTS: AtomicU32 = AtomicU32::new(0);

/// Texts up to this length are parsed anew with every line. In longer ones, while there is more to read at once, only lines
/// that may end the statement are worth it, or a text that has grown by a quarter: else a long paste would take quadratic time.
const EAGER: usize = 16 << 10;

/// After as many exhaustions of memory in a row the session ends.
const MEMORY_ERRORS: u32 = 16;

/// What was typed.
enum Statement {
    Code(Box<CodeObject>, String),
    /// A blank line or a comment.
    Nothing,
    /// The end of the input.
    End,
}

/// Runs the session; gives the exit status.
pub fn run() -> i32 {
    for (name, default) in [("ps1", ">>> "), ("ps2", "... ")] {
        if matches!(crate::sys::get(name), Ok(None)) {
            crate::sys::set(name, default);
        }
    }
    let mut session = Session::default();
    let mut memory_errors = 0;
    loop {
        let error = match session.step() {
            Ok(false) => return 0,
            Ok(true) => {
                memory_errors = 0;
                continue;
            }
            Err(error) => error,
        };
        let exhausted = error.is_instance(exceptions::memory_error_class());
        memory_errors = if exhausted { memory_errors + 1 } else { 0 };
        if memory_errors > MEMORY_ERRORS {
            return 1;
        }
        if let Some(status) = uncaught::report(error) {
            return status;
        }
        let _ = flush("stderr");
        let _ = flush("stdout");
    }
}

/// The text of a prompt: `str(sys.name)`, nothing if that fails.
fn prompt(name: &str) -> Vec<u8> {
    let Ok(Some(value)) = crate::sys::get(name) else { return Vec::new() };
    let text = protocol::str(&value).ok();
    let text = text.and_then(|text| text.to_utf8().map(|text| text.into_owned().into_bytes()));
    text.unwrap_or_default()
}

/// The encoding of `sys.stdin`, if that says one.
fn stdin_encoding() -> Option<Value> {
    let stdin = crate::sys::get("stdin").ok().flatten()?;
    let encoding = protocol::lookup_attr(&stdin, name!("encoding")).ok().flatten()?;
    encoding.downcast::<PyStr>().is_some().then_some(encoding)
}

#[derive(Default)]
struct Session {
    /// The future features that statements have turned on.
    flags: u32,
}

impl Session {
    /// Reads and runs a statement; false at the end of the input.
    fn step(&mut self) -> PyResult<bool> {
        let (code, text) = match self.read()? {
            Statement::End => return Ok(false),
            Statement::Nothing => return Ok(true),
            Statement::Code(code, text) => (code, text),
        };
        self.flags |= code.flags & compile::PYCF_MASK;
        let code = PyCode::new_ref(&code);
        let linecache = import::import_module("linecache")?;
        let register = protocol::getattr(&linecache, &intern("_register_code"))?;
        protocol::call(&register, &[code.to_value(), Value::from(text), Value::from("<stdin>")])?;
        let namespace = startup::main_namespace()?;
        frame::exec_code(&code, namespace, None, None)?;
        let _ = flush("stderr");
        let _ = flush("stdout");
        Ok(true)
    }

    /// Reads lines until they are a statement.
    fn read(&mut self) -> PyResult<Statement> {
        let encoding = stdin_encoding();
        let (mut next_prompt, continued) = (prompt("ps1"), prompt("ps2"));
        let mut text = String::new();
        let mut warned = 0;
        // The length of the text when it was last parsed.
        let mut tried = 0;
        loop {
            let line = match input::read_line(&next_prompt) {
                Ok(line) => line,
                Err(error) => {
                    if error.is_instance(exceptions::keyboard_interrupt_class()) {
                        crate::sys::write_stderr("\n");
                    }
                    return Err(error);
                }
            };
            next_prompt.clone_from(&continued);
            if line.is_empty() {
                crate::sys::write_stderr("\n");
                if text.is_empty() {
                    return Ok(Statement::End);
                }
                let code = self.compile(&text, false, &mut warned)?;
                end_line(&mut text);
                return Ok(code.map_or(Statement::Nothing, |code| Statement::Code(Box::new(code), text)));
            }
            let line = decode(&line, encoding.as_ref())?;
            let first = text.is_empty();
            text.push_str(&line);
            if !text.ends_with('\n') {
                continue;
            }
            if first && is_blank(&text) {
                STATEMENTS.fetch_add(1, Ordering::Relaxed);
                return Ok(Statement::Nothing);
            }
            let may_end = line.trim_end_matches(['\r', '\n']).is_empty();
            let skip =
                text.len() > EAGER && !may_end && text.len() < tried + tried / 4 && input::is_pending();
            if skip {
                continue;
            }
            let skipped = text.len() > tried + line.len() && tried > 0;
            tried = text.len();
            match self.compile(&text, true, &mut warned) {
                Ok(None) => {}
                Ok(Some(code)) => return Ok(Statement::Code(Box::new(code), text)),
                Err(error) if skipped => return self.look_back(text, error),
                Err(error) => return Err(error),
            }
        }
    }

    /// The statement, or the mistake, at the beginning of a text that was not parsed for a while and is wrong now. What follows
    /// it is read again.
    fn look_back(&mut self, mut text: String, error: PyErr) -> PyResult<Statement> {
        let lineno = protocol::lookup_attr(error.as_value(), &intern("lineno")).ok().flatten();
        let lineno =
            lineno.and_then(|line| line.as_small_int()).map_or(usize::MAX, |line| line.max(1) as usize);
        // The line of the mistake belongs to the statement, unless the lines before are one already.
        for count in [lineno - 1, lineno] {
            let end = text.split_inclusive('\n').take(count).map(str::len).sum();
            if end == 0 {
                continue;
            }
            let mut warned = usize::MAX;
            let outcome = self.compile(&text[..end], true, &mut warned);
            if matches!(outcome, Ok(None)) {
                continue;
            }
            input::unread(text.split_off(end).as_bytes());
            return outcome.map(|code| match code {
                Some(code) => Statement::Code(Box::new(code), text),
                None => Statement::Nothing,
            });
        }
        Err(error)
    }

    fn compile(&self, text: &str, more_may_follow: bool, warned: &mut usize) -> PyResult<Option<CodeObject>> {
        compile::compile_typed(text, more_may_follow, self.flags, warned, || {
            format!("<stdin-{}>", STATEMENTS.fetch_add(1, Ordering::Relaxed))
        })
    }
}

fn end_line(text: &mut String) {
    if !text.ends_with('\n') {
        text.push('\n');
    }
}

fn is_blank(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '\x0C']);
    line.starts_with('#') || line.trim_end_matches(['\r', '\n']).is_empty()
}

/// Decodes a line; what cannot be decoded is a SyntaxError that has no place.
fn decode(line: &[u8], encoding: Option<&Value>) -> PyResult<String> {
    let encoding = encoding.and_then(|encoding| encoding.downcast::<PyStr>());
    let bytes = minipy_vm::types::bytes::from_slice(line);
    let decoded = minipy_vm::codecs::decode_text(bytes.as_value(), line, encoding.map(|e| &**e), None);
    let error = match decoded {
        Ok(text) => match text.to_utf8() {
            Some(text) => return Ok(text.into_owned()),
            None => compile::surrogates(&text),
        },
        Err(error) => error,
    };
    if !error.is_instance(exceptions::unicode_error_class()) {
        return Err(error);
    }
    Err(compile::errors::undecodable_line(&error))
}
