//! Interactive sessions: `minipy` on a terminal, `-i`, PYTHONINSPECT.
//!
//! On a terminal the session is that of the library's `_pyrepl`, which edits whole blocks; where the terminal cannot, or
//! PYTHON_BASIC_REPL asks for it, and where standard input is no terminal, it is the plain prompt of `plain`.

pub mod input;
mod instant;
mod plain;

pub use input::{is_terminal, read_line};

use self::instant::InstantPrompt;
use crate::compile::Source;
use crate::config::{self, Config, Run};
use crate::path::from_os;
use crate::shutdown::flush;
use crate::{import, startup, uncaught};
use minipy_vm::{PyDict, PyErr, PyResult, Value, exceptions, name, protocol};
use std::ffi::OsStr;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a session follows the program (`-i`, PYTHONINSPECT); off once the session is there.
static INSPECT: AtomicBool = AtomicBool::new(false);

/// Takes over what the command line and the environment say.
pub fn configure(config: &Config) {
    INSPECT.store(config.inspect, Ordering::Relaxed);
}

/// Whether a session is still to follow, whatever the program ends with.
pub fn is_inspecting() -> bool {
    INSPECT.load(Ordering::Relaxed)
}

/// Whether standard input holds a session rather than a script.
pub fn stdin_is_session() -> bool {
    config::current().is_some_and(|config| config.interactive) || is_terminal(0)
}

/// Says who is there, unless a program was named or `-q` given.
pub fn print_banner(config: &Config) {
    let has_program = !matches!(config.run, Run::Stdin);
    if config.quiet || (config.verbose == 0 && (has_program || !stdin_is_session())) {
        return;
    }
    let version = crate::sys::get("version").ok().flatten();
    let version =
        version.and_then(|v| protocol::str(&v).ok()).map_or_else(String::new, |v| v.to_string_lossy());
    input::write_prompt(format!("Python {version} on linux\n").as_bytes());
    if !config.no_site {
        let hint = "Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n";
        input::write_prompt(hint.as_bytes());
    }
}

/// The session of a command line without a program. Gives the exit status.
pub fn run(config: &Config) -> i32 {
    begin();
    if let Some(status) = run_startup_file(config) {
        return status;
    }
    let prompt = if wants_plain(config) { None } else { InstantPrompt::show(config) };
    if let Some(status) = run_interactive_hook() {
        return status;
    }
    session(config, prompt, false)
}

/// The session behind a program that ended with `status`, if one is wanted. Gives the exit status.
pub fn run_after_program(config: &Config, status: i32) -> i32 {
    let asked_for_meanwhile = || !config.ignore_environment && has_environment("PYTHONINSPECT");
    if !(is_inspecting() || asked_for_meanwhile()) || !stdin_is_session() {
        return status;
    }
    begin();
    run_interactive_hook().unwrap_or_else(|| session(config, None, true))
}

/// From here on SystemExit ends the process again.
fn begin() {
    INSPECT.store(false, Ordering::Relaxed);
    crate::sys::clear_inspect_flag();
}

fn has_environment(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn wants_plain(config: &Config) -> bool {
    !config.ignore_environment && has_environment("PYTHON_BASIC_REPL")
}

/// Runs the session itself, once what it needs is loaded behind the instant prompt. `startup` says whether the editor's session is
/// to run the file that PYTHONSTARTUP names.
fn session(config: &Config, prompt: Option<InstantPrompt>, startup: bool) -> i32 {
    if let Err(error) = crate::sys::audit("cpython.run_stdin", &[]) {
        return uncaught::report(error).unwrap_or(1);
    }
    if wants_plain(config) || !is_terminal(0) { plain::run() } else { run_pyrepl(prompt, startup) }
}

/// Whether `TERM` names no terminal whose cursor could be moved.
pub fn is_dumb_terminal() -> bool {
    matches!(std::env::var("TERM").as_deref(), Err(_) | Ok("" | "dumb" | "unknown" | "emacs"))
}

/// The session of `_pyrepl`, which itself calls `sys._baserepl` where it cannot do its work.
fn run_pyrepl(prompt: Option<InstantPrompt>, startup: bool) -> i32 {
    let start = || -> PyResult<()> {
        // These are what the session imports first.
        import::import_module("_pyrepl.console")?;
        let main = import::import_module("_pyrepl.main")?;
        drop(prompt);
        let console = protocol::getattr(&main, name!("interactive_console"))?;
        let keywords = PyDict::new_ref();
        keywords.insert("mainmodule", startup::main_module()?);
        keywords.insert("pythonstartup", Value::from_bool(startup));
        protocol::call_kwargs(&console, &[], Some(&keywords))?;
        Ok(())
    };
    match start() {
        Ok(()) => 0,
        Err(error) => uncaught::report(error).unwrap_or(1),
    }
}

/// `sys._baserepl()`: the plain prompt on a terminal or with `-i`; otherwise standard input is a script.
pub fn run_base() -> PyResult<()> {
    if stdin_is_session() {
        return match plain::run() {
            0 => Ok(()),
            status => Err(PyErr::new(exceptions::system_exit_class(), &[Value::from(status)])),
        };
    }
    startup::run_stdin_script()
}

/// Runs the file that PYTHONSTARTUP names in `__main__`; the status if it asks to exit.
fn run_startup_file(config: &Config) -> Option<i32> {
    let path =
        std::env::var_os("PYTHONSTARTUP").filter(|path| !config.ignore_environment && !path.is_empty())?;
    let result = run_file(&path);
    let _ = flush("stderr");
    let _ = flush("stdout");
    result.err().and_then(uncaught::report)
}

fn run_file(path: &OsStr) -> PyResult<()> {
    let name = from_os(path);
    crate::sys::audit("cpython.run_startup", std::slice::from_ref(&name))?;
    let source = std::fs::read(path).map_err(|error| {
        crate::sys::write_stderr("Could not open PYTHONSTARTUP\n");
        let errno = error.raw_os_error().unwrap_or(libc::EIO);
        exceptions::os_error_from_errno(errno, Some(name.clone()), None)
    })?;
    let namespace = startup::main_namespace()?;
    startup::with_file(name, &namespace, || {
        startup::run_source(&Source::File(source), &path.to_string_lossy(), &namespace)
    })
}

/// Calls `sys.__interactivehook__`, which `site` sets; the status if it asks to exit.
fn run_interactive_hook() -> Option<i32> {
    let hook = crate::sys::get("__interactivehook__").ok().flatten()?;
    let result = crate::sys::audit("cpython.run_interactivehook", std::slice::from_ref(&hook))
        .and_then(|()| protocol::call0(&hook));
    result.err().and_then(|error| {
        crate::sys::write_stderr("Failed calling sys.__interactivehook__\n");
        uncaught::report(error)
    })
}
