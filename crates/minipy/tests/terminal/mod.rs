//! A process in a pseudo-terminal, and what the terminal shows.

use std::fs::File;
use std::io::{self, Read, Write};
use std::num::NonZero;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a terminal shows what is expected before the next thing is typed.
const SETTLING: Duration = Duration::from_millis(40);

/// What of a terminal counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The text since something was last typed.
    Text,
    /// The lines of the screen and the place of the cursor.
    Screen,
    /// As `Screen`, with the colours.
    Colours,
}

/// A running process and its terminal.
pub struct Terminal {
    child: Child,
    /// The terminal's other end.
    main: File,
    view: View,
    screen: vt100::Parser,
    /// What was shown since something was last typed.
    text: Vec<u8>,
    /// Whether nobody holds the terminal any more.
    closed: bool,
}

/// "ROWS COLUMNS".
pub fn parse_size(text: &str) -> Option<(u16, u16)> {
    let (rows, columns) = text.split_once(' ')?;
    Some((rows.parse().ok()?, columns.parse().ok()?))
}

impl Terminal {
    /// Runs a shell command with a new terminal of `size` (rows, columns) as its controlling one.
    pub fn start(
        command: &str,
        folder: &Path,
        environment: &[(&str, String)],
        size: (u16, u16),
        view: View,
    ) -> io::Result<Terminal> {
        let (mut main, mut terminal) = (-1, -1);
        let window = window_size(size);
        // SAFETY: the results and the size outlive the call; no name and no settings are asked for.
        let status = unsafe {
            libc::openpty(&mut main, &mut terminal, std::ptr::null_mut(), std::ptr::null(), &window)
        };
        if status != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: both descriptors were opened just now, and nobody else owns them.
        let (main, terminal) = unsafe { (File::from_raw_fd(main), OwnedFd::from_raw_fd(terminal)) };
        // SAFETY: no memory is passed.
        unsafe { libc::fcntl(main.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) };
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", command]).current_dir(folder).env_clear();
        shell.envs(environment.iter().map(|(name, value)| (name, value)));
        shell.stdin(Stdio::from(terminal.try_clone()?)).stdout(Stdio::from(terminal.try_clone()?));
        shell.stderr(Stdio::from(terminal));
        // SAFETY: between fork and exec only system calls are made.
        unsafe {
            shell.pre_exec(|| {
                if libc::setsid() == -1 || libc::ioctl(0, libc::TIOCSCTTY, 0) == -1 {
                    return Err(io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let child = shell.spawn()?;
        let screen = vt100::Parser::new(nonzero(size.0), nonzero(size.1), 0);
        Ok(Terminal { child, main, view, screen, text: Vec::new(), closed: false })
    }

    /// Types a line, in the notation of the cases.
    pub fn type_keys(&mut self, keys: &str) -> io::Result<()> {
        self.text.clear();
        if self.view != View::Text {
            let size =
                keys.strip_prefix("<size ").and_then(|keys| keys.strip_suffix('>')).and_then(parse_size);
            if let Some(size) = size {
                self.screen.screen_mut().set_size(nonzero(size.0), nonzero(size.1));
                let window = window_size(size);
                // SAFETY: the size outlives the call.
                unsafe { libc::ioctl(self.main.as_raw_fd(), libc::TIOCSWINSZ, &window) };
                return Ok(());
            }
            return self.main.write_all(&key_bytes(keys));
        }
        let (text, end) = match keys {
            _ if keys.ends_with("^C") => (&keys[..keys.len() - 2], b"\x03"),
            _ if keys.ends_with("^D") => (&keys[..keys.len() - 2], b"\x04"),
            _ => (keys, b"\n"),
        };
        if end == b"\x03" {
            // What was started is to run.
            std::thread::sleep(Duration::from_millis(100));
        }
        self.main.write_all(&[text.as_bytes(), end].concat())
    }

    /// Reads what is there within `limit`; false if there was nothing.
    fn read(&mut self, limit: Duration) -> bool {
        let mut poll = libc::pollfd { fd: self.main.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: the array has one element.
        if self.closed || unsafe { libc::poll(&mut poll, 1, limit.as_millis() as i32) } != 1 {
            return false;
        }
        let mut buffer = [0; 4096];
        match self.main.read(&mut buffer) {
            Ok(count) if count > 0 => {
                self.text.extend_from_slice(&buffer[..count]);
                self.screen.process(&buffer[..count]);
            }
            // Linux says EIO once the last process that had the terminal open is gone.
            _ => self.closed = true,
        }
        true
    }

    /// What is shown once nothing new has come for `quiet`.
    pub fn until_quiet(&mut self, quiet: Duration) -> String {
        // Something is to come first, but not always.
        let mut wait = 3 * quiet;
        while self.read(wait) && !self.closed {
            let prompted =
                [">>> ", "... ", "(Pdb) "].iter().any(|prompt| self.text.ends_with(prompt.as_bytes()));
            wait = if prompted { quiet / 4 } else { quiet };
        }
        self.shown()
    }

    /// What is shown once it is what is `wanted`, or, without success, after `patience`.
    pub fn until(&mut self, patience: Duration, wanted: impl Fn(String) -> bool) -> String {
        let deadline = Instant::now() + patience;
        loop {
            let shown = self.shown();
            let left = deadline.saturating_duration_since(Instant::now());
            if self.closed || left.is_zero() {
                return shown;
            }
            let is_wanted = wanted(shown.clone());
            // A screen may look right for a moment before the editor listens.
            let pause = if is_wanted { SETTLING } else { Duration::from_millis(500) };
            if !self.read(left.min(pause)) && is_wanted {
                return shown;
            }
        }
    }

    /// How the process ends within `patience`, or else when the terminal goes away.
    pub fn finish(mut self, patience: Duration) -> String {
        let deadline = Instant::now() + patience;
        let mut status = None;
        while status.is_none() && Instant::now() < deadline {
            self.read(Duration::from_millis(1));
            status = self.child.try_wait().ok().flatten();
        }
        if let Some(status) = status {
            return describe(status);
        }
        let Terminal { mut child, main, .. } = self;
        drop(main);
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Ok(Some(status)) = child.try_wait() {
                return format!("hung up: {}", describe(status));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
        "does not end".to_owned()
    }

    /// Whether the process has let go of the terminal.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn shown(&self) -> String {
        if self.view == View::Text {
            let mut text = String::new();
            for chunk in self.text.utf8_chunks() {
                for character in chunk.valid().chars() {
                    match character {
                        '\r' => {}
                        '\n' => text.push('\n'),
                        c if c.is_control() => text.push_str(&format!("<{:02x}>", c as u32)),
                        c => text.push(c),
                    }
                }
                chunk.invalid().iter().for_each(|byte| text.push_str(&format!("<{byte:02x}>")));
            }
            return text;
        }
        let screen = self.screen.screen();
        let (rows, columns) = screen.size();
        let mut lines = Vec::new();
        for row in 0..rows.get() {
            let mut line = String::new();
            let mut style = String::new();
            for column in 0..columns.get() {
                let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else {
                    continue;
                };
                if self.view == View::Colours {
                    let new = style_of(cell);
                    if new != style {
                        line.push_str(&format!("{{{new}}}"));
                        style = new;
                    }
                }
                line.push_str(if cell.has_contents() { cell.contents() } else { " " });
            }
            lines.push(line.trim_end().to_owned());
        }
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        let (row, column) = screen.cursor_position();
        lines.push(format!("@{row},{column}"));
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

fn nonzero(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap_or(NonZero::<u16>::MIN)
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, signal) => format!("signal {}", signal.unwrap_or(0)),
    }
}

fn window_size((rows, columns): (u16, u16)) -> libc::winsize {
    libc::winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

/// The foreground colour, as the number that sets it, and `b` for bold; nothing for plain text.
fn style_of(cell: &vt100::Cell) -> String {
    let colour = match cell.fgcolor() {
        vt100::Color::Default => String::new(),
        vt100::Color::Idx(index @ 0..8) => (30 + index).to_string(),
        vt100::Color::Idx(index) => format!("#{index}"),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    };
    format!("{colour}{}", if cell.bold() { "b" } else { "" })
}

/// The bytes that keys send. A key that has a name is written in angle brackets.
fn key_bytes(keys: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = keys;
    while let Some(at) = rest.find('<') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let name = rest.split('>').next().unwrap_or_default();
        let known: Option<Vec<u8>> = match name {
            "enter" => Some(b"\r".to_vec()),
            "newline" => Some(b"\n".to_vec()),
            "tab" => Some(b"\t".to_vec()),
            "backspace" => Some(b"\x7f".to_vec()),
            "delete" => Some(b"\x1b[3~".to_vec()),
            "up" => Some(b"\x1bOA".to_vec()),
            "down" => Some(b"\x1bOB".to_vec()),
            "right" => Some(b"\x1bOC".to_vec()),
            "left" => Some(b"\x1bOD".to_vec()),
            "home" => Some(b"\x1bOH".to_vec()),
            "end" => Some(b"\x1bOF".to_vec()),
            "page-up" => Some(b"\x1b[5~".to_vec()),
            "page-down" => Some(b"\x1b[6~".to_vec()),
            "f1" => Some(b"\x1bOP".to_vec()),
            "f2" => Some(b"\x1bOQ".to_vec()),
            "f3" => Some(b"\x1bOR".to_vec()),
            "esc" => Some(b"\x1b".to_vec()),
            "paste" => Some(b"\x1b[200~".to_vec()),
            "/paste" => Some(b"\x1b[201~".to_vec()),
            _ => match (name.strip_prefix("ctrl-"), name.strip_prefix("meta-")) {
                (Some(letter), _) => letter.bytes().next().map(|byte| vec![byte & 0x1f]),
                (_, Some(letter)) => Some([b"\x1b", letter.as_bytes()].concat()),
                _ => None,
            },
        };
        match known {
            Some(known) => {
                bytes.extend(known);
                rest = &rest[name.len() + 1..];
            }
            None => bytes.push(b'<'),
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
