//! `readline`: the interface of GNU readline to an editor of lines of our own, which `input()` and the plain session use on a
//! terminal once the module is loaded.
//!
//! Programs hook into the middle of editing: completers look at the line and print, hooks insert text, init files bind keys. That
//! is why no editor that keeps its line to itself would do.

mod complete;
mod editor;
mod history;
mod keys;
mod screen;
mod terminal;
mod text;

use crate::{futex, syscall};
use history::HISTORY;
use minipy_macros::pymodule;
use minipy_vm::{
    GilCell, PyErr, PyModule, PyResult, PyStr, Ref, StrRef, Value, exceptions, protocol, thread,
};
use screen::SCREEN;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

pub use functions::MODULE;

/// The line being edited, or the last one, as functions of the module see it.
#[derive(Clone, Default)]
struct Line {
    text: Vec<char>,
    cursor: usize,
    /// The word being completed.
    begin: usize,
    end: usize,
}

static LINE: GilCell<Line> = GilCell::new(Line { text: Vec::new(), cursor: 0, begin: 0, end: 0 });

/// What the program has set.
struct Completion {
    completer: Option<Value>,
    /// What lists matches.
    display: Option<Value>,
    startup: Option<Value>,
    pre_input: Option<Value>,
    /// What was asked for last: the key's function as a character.
    kind: u8,
    delimiters: Option<Vec<char>>,
    auto_history: bool,
    /// How many lines a history file has at most; any number if negative.
    history_length: i32,
    init_file: Option<OsString>,
}

static COMPLETION: GilCell<Completion> = GilCell::new(Completion {
    completer: None,
    display: None,
    startup: None,
    pre_input: None,
    kind: 0,
    delimiters: None,
    auto_history: true,
    history_length: -1,
    init_file: None,
});

const DELIMITERS: &str = " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";

fn delimiters() -> Vec<char> {
    let set = COMPLETION.with(|completion| completion.delimiters.clone());
    set.unwrap_or_else(|| DELIMITERS.chars().collect())
}

static LOADED: AtomicBool = AtomicBool::new(false);

/// Whether lines from a terminal are to be edited.
pub fn is_loaded() -> bool {
    LOADED.load(Ordering::Relaxed)
}

#[derive(Clone, Copy)]
enum Hook {
    Startup,
    PreInput,
}

/// Calls a hook of the program. What it raises is lost, as in CPython.
fn call_hook(hook: Hook) {
    let function = COMPLETION.with(|completion| match hook {
        Hook::Startup => completion.startup.clone(),
        Hook::PreInput => completion.pre_input.clone(),
    });
    if let Some(function) = function {
        drop(protocol::call0(&function));
    }
}

/// 1 while a line is being edited, by the thread `OWNER`.
static BUSY: AtomicU32 = AtomicU32::new(0);
static OWNER: AtomicU64 = AtomicU64::new(0);

/// The right to use the terminal.
struct Turn;

impl Turn {
    fn take() -> PyResult<Turn> {
        let me = thread::current().ident;
        if OWNER.load(Ordering::Relaxed) == me {
            return Err(exceptions::runtime_error("can't re-enter readline"));
        }
        futex::wait(&BUSY, None, || {
            BUSY.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).map(drop)
        })?;
        OWNER.store(me, Ordering::Relaxed);
        Ok(Turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        OWNER.store(0, Ordering::Relaxed);
        BUSY.store(0, Ordering::Release);
        futex::wake(&BUSY, 1);
    }
}

/// Shows the prompt and lets the user edit a line, which ends with a newline; at the end of the input it is empty.
///
/// # Errors
/// What handlers of signals raise; RuntimeError if this thread is editing a line already.
pub fn read_line(prompt: &[u8]) -> PyResult<Vec<u8>> {
    let _turn = Turn::take()?;
    let Some(line) = editor::read(prompt)? else { return Ok(Vec::new()) };
    let mut bytes = text::to_bytes(&line);
    bytes.push(b'\n');
    if !line.is_empty() && COMPLETION.with(|completion| completion.auto_history) {
        HISTORY.with(|history| {
            if history.last() != Some(&line) {
                history.add(line);
            }
        });
    }
    Ok(bytes)
}

/// Reads an init file: the one given, else the last one, else that of INPUTRC, the user's or the system's.
fn read_init_file(path: Option<OsString>) -> io::Result<()> {
    let path = path.or_else(|| COMPLETION.with(|completion| completion.init_file.clone()));
    let by_variable = || std::env::var_os("INPUTRC").filter(|path| !path.is_empty());
    let path = path.or_else(by_variable).unwrap_or_else(|| {
        let own = home().join(".inputrc");
        if own.exists() { own.into_os_string() } else { "/etc/inputrc".into() }
    });
    let data = std::fs::read(&path)?;
    COMPLETION.with(|completion| completion.init_file = Some(path));
    let text = String::from_utf8_lossy(&data);
    keys::settings(|settings| text.lines().for_each(|line| settings.execute(line)));
    Ok(())
}

fn home() -> PathBuf {
    std::env::var_os("HOME").map_or_else(PathBuf::new, PathBuf::from)
}

/// The path that an argument names, by default `~/.history`; raises the audit event of opening it.
fn history_file(filename: Option<&Value>, mode: &str) -> PyResult<PathBuf> {
    let filename = filename.filter(|filename| !filename.is_none());
    let (path, shown) = match filename {
        Some(filename) => {
            (PathBuf::from(OsString::from_vec(crate::path::fs_encode(filename)?)), filename.clone())
        }
        None => (home().join(".history"), Value::from("~/.history")),
    };
    crate::sys::audit("open", &[shown, mode.into(), Value::small_int(0)])?;
    Ok(path)
}

/// Of the result of work on a file: OSError without a file name, as CPython has it.
fn done(result: io::Result<()>) -> PyResult<()> {
    result.map_err(|error| syscall::io_error(&error, None))
}

/// Cuts the file to the length that was set.
fn shorten(path: &Path) -> PyResult<()> {
    match usize::try_from(COMPLETION.with(|completion| completion.history_length)) {
        Ok(length) => done(history::truncate_file(path, length)),
        Err(_) => Ok(()),
    }
}

/// The characters of an argument that the terminal's encoding has.
fn characters(value: &Value) -> PyResult<Vec<char>> {
    let Some(value) = value.downcast::<PyStr>() else {
        return Err(exceptions::type_error("bad argument type for built-in operation"));
    };
    let encodable = |code: u32| char::from_u32(code).is_some() || (0xdc80..0xdd00).contains(&code);
    if let Some(at) = value.chars().position(|code| !encodable(code)) {
        let args = [
            Value::from("locale"),
            value.to_value(),
            Value::from(at),
            Value::from(at + 1),
            Value::from("encoding error"),
        ];
        return Err(PyErr::new(exceptions::unicode_encode_error_class(), &args));
    }
    let text = text::from_str(value).unwrap_or_default();
    if text.contains(&'\0') {
        return Err(exceptions::value_error("embedded null character"));
    }
    Ok(text)
}

/// A hook that is set or, with None, removed.
fn hook(name: &str, function: Option<&Value>) -> PyResult<Option<Value>> {
    match function {
        Some(function) if !function.is_none() => {
            if !protocol::is_callable(function) {
                return Err(exceptions::type_error(format!("set_{name}(func): argument not callable")));
            }
            Ok(Some(function.clone()))
        }
        _ => Ok(None),
    }
}

/// The index of a line of the history.
fn position(index: i32) -> PyResult<usize> {
    usize::try_from(index).map_err(|_| exceptions::value_error("History index cannot be negative"))
}

fn no_item(index: usize) -> PyErr {
    exceptions::value_error(format!("No history item at position {index}"))
}

/// Importing this module enables command line editing using GNU readline.
#[pymodule(name = "readline")]
pub mod functions {
    use super::*;

    /// The version of GNU readline that this behaves like.
    #[pyattr]
    const _READLINE_VERSION: i64 = 0x0803;
    #[pyattr]
    const _READLINE_RUNTIME_VERSION: i64 = 0x0803;

    #[init]
    fn init(module: &Ref<PyModule>) {
        module.namespace().insert("_READLINE_LIBRARY_VERSION", "8.3");
        module.namespace().insert("backend", "readline");
        if !LOADED.swap(true, Ordering::Relaxed) {
            // That there is no init file is nothing to complain about.
            let _ = super::read_init_file(None);
        }
    }

    /// Execute the init line provided in the string argument.
    #[pyfunction("($module, string, /)")]
    fn parse_and_bind(string: &Value) -> PyResult<()> {
        let line: String = super::characters(string)?.into_iter().collect();
        keys::settings(|settings| settings.execute(&line));
        Ok(())
    }

    /// Execute a readline initialization file.
    ///
    /// The default filename is the last filename used.
    #[pyfunction("($module, filename=None, /)")]
    fn read_init_file(filename: Option<&Value>) -> PyResult<()> {
        let filename = filename.filter(|filename| !filename.is_none());
        let shown = filename.cloned().unwrap_or_else(|| "<readline_init_file>".into());
        let path = filename.map(crate::path::fs_encode).transpose()?.map(OsString::from_vec);
        crate::sys::audit("open", &[shown, "r".into(), Value::small_int(0)])?;
        super::done(super::read_init_file(path))
    }

    /// Load a readline history file.
    ///
    /// The default filename is ~/.history.
    #[pyfunction("($module, filename=None, /)")]
    fn read_history_file(filename: Option<&Value>) -> PyResult<()> {
        let path = super::history_file(filename, "r")?;
        super::done(HISTORY.with(|history| history.read(&path)))
    }

    /// Save a readline history file.
    ///
    /// The default filename is ~/.history.
    #[pyfunction("($module, filename=None, /)")]
    fn write_history_file(filename: Option<&Value>) -> PyResult<()> {
        let path = super::history_file(filename, "w")?;
        super::done(HISTORY.with(|history| history.write(&path)))?;
        super::shorten(&path)
    }

    /// Append the last nelements items of the history list to file.
    ///
    /// The default filename is ~/.history.
    #[pyfunction("($module, nelements, filename=None, /)")]
    fn append_history_file(nelements: i32, filename: Option<&Value>) -> PyResult<()> {
        let Ok(count) = usize::try_from(nelements) else {
            return Err(exceptions::value_error("nelements must be non-negative"));
        };
        let path = super::history_file(filename, "a")?;
        super::done(HISTORY.with(|history| history.append(&path, count)))?;
        super::shorten(&path)
    }

    /// Set the maximal number of lines which will be written to the history file.
    ///
    /// A negative length is used to inhibit history truncation.
    #[pyfunction("($module, length, /)")]
    fn set_history_length(length: i32) {
        COMPLETION.with(|completion| completion.history_length = length);
    }

    /// Return the maximum number of lines that will be written to the history file.
    #[pyfunction("($module, /)")]
    fn get_history_length() -> i32 {
        COMPLETION.with(|completion| completion.history_length)
    }

    /// Return the current (not the maximum) length of history.
    #[pyfunction("($module, /)")]
    fn get_current_history_length() -> usize {
        HISTORY.with(|history| history.len())
    }

    /// Return the current contents of history item at one-based index.
    #[pyfunction("($module, index, /)")]
    fn get_history_item(index: i32) -> Option<StrRef> {
        let index = usize::try_from(index).ok()?.checked_sub(1)?;
        HISTORY.with(|history| history.get(index).cloned()).map(|line| text::to_str(&line))
    }

    /// Remove history item given by its zero-based position.
    #[pyfunction("($module, pos, /)")]
    fn remove_history_item(pos: i32) -> PyResult<()> {
        let index = super::position(pos)?;
        let removed = HISTORY.with(|history| history.remove(index));
        if removed { Ok(()) } else { Err(super::no_item(index)) }
    }

    /// Replaces history item given by its position with contents of line.
    ///
    /// pos is zero-based.
    #[pyfunction("($module, pos, line, /)")]
    fn replace_history_item(pos: i32, line: &Value) -> PyResult<()> {
        let line = super::characters(line)?;
        let index = super::position(pos)?;
        let replaced = HISTORY.with(|history| history.replace(index, line));
        if replaced { Ok(()) } else { Err(super::no_item(index)) }
    }

    /// Add an item to the history buffer.
    #[pyfunction("($module, string, /)")]
    fn add_history(string: &Value) -> PyResult<()> {
        let line = super::characters(string)?;
        HISTORY.with(|history| history.add(line));
        Ok(())
    }

    /// Enables or disables automatic history.
    #[pyfunction("($module, enabled, /)")]
    fn set_auto_history(enabled: bool) {
        COMPLETION.with(|completion| completion.auto_history = enabled);
    }

    /// Clear the current readline history.
    #[pyfunction("($module, /)")]
    fn clear_history() {
        HISTORY.with(|history| history.clear());
    }

    /// Set or remove the completer function.
    ///
    /// The function is called as function(text, state),
    /// for state in 0, 1, 2, ..., until it returns a non-string.
    /// It should return the next possible completion starting with 'text'.
    #[pyfunction("($module, function=None, /)")]
    fn set_completer(function: Option<&Value>) -> PyResult<()> {
        let new = super::hook("completer", function)?;
        drop(COMPLETION.with(|completion| std::mem::replace(&mut completion.completer, new)));
        Ok(())
    }

    /// Get the current completer function.
    #[pyfunction("($module, /)")]
    fn get_completer() -> Option<Value> {
        COMPLETION.with(|completion| completion.completer.clone())
    }

    /// Set the word delimiters for completion.
    #[pyfunction("($module, string, /)")]
    fn set_completer_delims(string: &Value) -> PyResult<()> {
        let delimiters = super::characters(string)?;
        COMPLETION.with(|completion| completion.delimiters = Some(delimiters));
        Ok(())
    }

    /// Get the word delimiters for completion.
    #[pyfunction("($module, /)")]
    fn get_completer_delims() -> StrRef {
        text::to_str(&super::delimiters())
    }

    /// Set or remove the completion display function.
    ///
    /// The function is called as
    ///   function(substitution, [matches], longest_match_length)
    /// once each time matches need to be displayed.
    #[pyfunction("($module, function=None, /)")]
    fn set_completion_display_matches_hook(function: Option<&Value>) -> PyResult<()> {
        let new = super::hook("completion_display_matches_hook", function)?;
        drop(COMPLETION.with(|completion| std::mem::replace(&mut completion.display, new)));
        Ok(())
    }

    /// Set or remove the function invoked by the rl_startup_hook callback.
    ///
    /// The function is called with no arguments just
    /// before readline prints the first prompt.
    #[pyfunction("($module, function=None, /)")]
    fn set_startup_hook(function: Option<&Value>) -> PyResult<()> {
        let new = super::hook("startup_hook", function)?;
        drop(COMPLETION.with(|completion| std::mem::replace(&mut completion.startup, new)));
        Ok(())
    }

    /// Set or remove the function invoked by the rl_pre_input_hook callback.
    ///
    /// The function is called with no arguments after the first prompt
    /// has been printed and just before readline starts reading input
    /// characters.
    #[pyfunction("($module, function=None, /)")]
    fn set_pre_input_hook(function: Option<&Value>) -> PyResult<()> {
        let new = super::hook("pre_input_hook", function)?;
        drop(COMPLETION.with(|completion| std::mem::replace(&mut completion.pre_input, new)));
        Ok(())
    }

    /// Get the type of completion being attempted.
    #[pyfunction("($module, /)")]
    fn get_completion_type() -> i64 {
        COMPLETION.with(|completion| completion.kind).into()
    }

    /// Get the beginning index of the completion scope.
    #[pyfunction("($module, /)")]
    fn get_begidx() -> usize {
        LINE.with(|line| line.begin)
    }

    /// Get the ending index of the completion scope.
    #[pyfunction("($module, /)")]
    fn get_endidx() -> usize {
        LINE.with(|line| line.end)
    }

    /// Return the current contents of the line buffer.
    #[pyfunction("($module, /)")]
    fn get_line_buffer() -> StrRef {
        text::to_str(&LINE.get().text)
    }

    /// Insert text into the line buffer at the cursor position.
    #[pyfunction("($module, string, /)")]
    fn insert_text(string: &Value) -> PyResult<()> {
        let text = super::characters(string)?;
        LINE.with(|line| {
            let at = line.cursor.min(line.text.len());
            line.cursor = at + text.len();
            line.text.splice(at..at, text).for_each(drop);
        });
        Ok(())
    }

    /// Change what's displayed on the screen to reflect contents of the line buffer.
    #[pyfunction("($module, /)")]
    fn redisplay() {
        if OWNER.load(Ordering::Relaxed) != 0 {
            let line = LINE.get();
            SCREEN.with(|screen| screen.update(&line.text, line.cursor));
        }
    }
}
