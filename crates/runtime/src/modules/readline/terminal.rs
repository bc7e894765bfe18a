//! The terminal while a line is edited.

use super::keys::settings;
use super::text;
use crate::interactive::{self, input};
use crate::startup::write_all;
use minipy_vm::PyResult;

/// The terminal gives keys one by one and shows none of them until this is dropped.
pub struct RawMode {
    former: libc::termios,
    raw: libc::termios,
    pastes: bool,
}

impl RawMode {
    /// `None` if standard input is no terminal any more.
    pub fn enter() -> Option<RawMode> {
        // SAFETY: zero is a value of every field.
        let mut former: libc::termios = unsafe { std::mem::zeroed() };
        // SAFETY: the call fills the local.
        if unsafe { libc::tcgetattr(0, &mut former) } != 0 {
            return None;
        }
        let mut raw = former;
        raw.c_lflag &= !(libc::ICANON | libc::ECHO | libc::IEXTEN);
        raw.c_iflag &= !(libc::ICRNL | libc::INLCR);
        raw.c_cc[libc::VMIN] = 1;
        raw.c_cc[libc::VTIME] = 0;
        // Whoever is stopped must have put the terminal back before.
        raw.c_cc[libc::VSUSP] = 0;
        let pastes = !interactive::is_dumb_terminal() && settings(|settings| settings.bracketed_paste);
        let mode = RawMode { former, raw, pastes };
        mode.set(true);
        Some(mode)
    }

    fn set(&self, raw: bool) {
        if self.pastes {
            write_all(1, if raw { b"\x1b[?2004h" } else { b"\x1b[?2004l" });
        }
        // SAFETY: both are values that the system gave, one of them changed in few flags.
        unsafe { libc::tcsetattr(0, libc::TCSADRAIN, if raw { &self.raw } else { &self.former }) };
    }

    /// Runs `f` with the terminal as it was before.
    pub fn suspended(&self, f: impl FnOnce()) {
        self.set(false);
        f();
        self.set(true);
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        self.set(false);
    }
}

/// The next character that is typed, or byte that belongs to none; `None` at the end of the input.
pub fn read_char() -> PyResult<Option<char>> {
    let Some(first) = input::read_byte()? else { return Ok(None) };
    let len = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    let mut bytes = vec![first];
    while bytes.len() < len {
        let Some(next) = input::read_byte()? else { break };
        if next & 0xc0 != 0x80 {
            input::unread(&[next]);
            break;
        }
        bytes.push(next);
    }
    let mut chars = text::from_bytes(&bytes);
    // Of what turns out not to be UTF-8, the bytes come one by one.
    if chars.len() > 1 {
        input::unread(&bytes[1..]);
        chars.truncate(1);
    }
    Ok(chars.first().copied())
}
