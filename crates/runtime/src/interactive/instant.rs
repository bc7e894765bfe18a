//! The instant prompt: shown while the library's editor is being loaded, so that nobody waits for it. What is typed meanwhile
//! is kept by the terminal and shown by the editor.

use super::input::is_terminal;
use crate::config::Config;
use minipy_vm::types::str::intern;
use minipy_vm::{PyStr, protocol};
use std::io::Write;

/// Terminals (`TERM`, without what follows a hyphen) that the editor is known to work on.
const TERMINALS: [&str; 9] =
    ["xterm", "screen", "tmux", "rxvt", "linux", "konsole", "gnome", "alacritty", "vt100"];

/// A prompt that is shown and takes itself back when dropped.
pub struct InstantPrompt {
    settings: libc::termios,
    /// What takes the prompt back.
    eraser: &'static str,
}

impl InstantPrompt {
    /// Shows the prompt, unless something may be printed before the editor shows it, or the editor may not be used at all.
    pub fn show(config: &Config) -> Option<InstantPrompt> {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let has_startup = !config.ignore_environment && set("PYTHONSTARTUP");
        let talks = config.verbose > 0 || !config.x_options.is_empty();
        let term = std::env::var("TERM").unwrap_or_default();
        // On a dumb one the plain session will come, after the editor has been loaded and has said that it cannot be used.
        let is_dumb = super::is_dumb_terminal() && !set("PYTHON_BASIC_REPL");
        let is_known = is_dumb || TERMINALS.contains(&term.split('-').next().unwrap_or_default());
        if has_startup || talks || !is_known || !is_terminal(0) || !is_terminal(1) || !hook_is_that_of_site()
        {
            return None;
        }
        let settings = quiet_terminal()?;
        let coloured = !is_dumb && uses_colour(config);
        write(if coloured { "\x1b[1;35m>>> \x1b[0m" } else { ">>> " });
        Some(InstantPrompt { settings, eraser: if is_dumb { "\r    \r" } else { "\r\x1b[K" } })
    }
}

impl Drop for InstantPrompt {
    fn drop(&mut self) {
        write(self.eraser);
        // SAFETY: the settings are those that the terminal gave.
        unsafe { libc::tcsetattr(0, libc::TCSANOW, &self.settings) };
    }
}

fn write(text: &str) {
    let mut stdout = std::io::stdout();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Lets the terminal keep all keys as they are for the editor, without an echo; gives the settings before.
fn quiet_terminal() -> Option<libc::termios> {
    // SAFETY: all-zero bytes are a valid `struct termios`, which outlives the calls.
    unsafe {
        let mut settings: libc::termios = std::mem::zeroed();
        if libc::tcgetattr(0, &mut settings) != 0 {
            return None;
        }
        let mut quiet = settings;
        quiet.c_lflag &= !(libc::ECHO | libc::ICANON | libc::ISIG | libc::IEXTEN);
        quiet.c_iflag &= !(libc::BRKINT | libc::INPCK | libc::ISTRIP | libc::IXON);
        quiet.c_cc[libc::VMIN] = 1;
        quiet.c_cc[libc::VTIME] = 0;
        (libc::tcsetattr(0, libc::TCSANOW, &quiet) == 0).then_some(settings)
    }
}

/// Whether `sys.__interactivehook__` is that of `site`, which prints nothing.
fn hook_is_that_of_site() -> bool {
    let Ok(Some(hook)) = crate::sys::get("__interactivehook__") else { return true };
    let is = |attribute: &str, expected: &str| {
        let value = protocol::lookup_attr(&hook, &intern(attribute)).ok().flatten();
        value.is_some_and(|value| value.downcast::<PyStr>().is_some_and(|text| text.eq_str(expected)))
    };
    is("__module__", "site") && is("__name__", "register_readline")
}

/// What `_colorize.can_colorize` says of a terminal.
fn uses_colour(config: &Config) -> bool {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match variable("PYTHON_COLORS").filter(|_| !config.ignore_environment) {
        Some(value) if value == "0" => false,
        Some(value) if value == "1" => true,
        _ => variable("NO_COLOR").is_none(),
    }
}
