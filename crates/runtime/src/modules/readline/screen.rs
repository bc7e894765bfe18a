//! What the terminal shows of the line being edited.

use super::text;
use crate::interactive;
use crate::startup::write_all;
use minipy_vm::GilCell;

/// Around parts of a prompt that take no room, such as colours.
const START_IGNORE: char = '\x01';
const END_IGNORE: char = '\x02';

/// The terminal, as it was left by the last update.
#[derive(Clone, Default)]
pub struct Screen {
    /// The last line of the prompt: what to write, and its columns.
    prompt: Vec<char>,
    prompt_width: usize,
    /// The row of the cursor below that of the prompt.
    row: usize,
    /// What stands where the prompt belongs while something is looked for.
    message: Option<String>,
    /// The line that is shown, if it is and the cursor is at its end.
    shown: Option<Vec<char>>,
    /// How wide the row was, on a terminal that cannot clear.
    width_of_last: usize,
}

/// The screen of the session in progress, for functions that Python code calls meanwhile.
pub static SCREEN: GilCell<Screen> = GilCell::new(Screen {
    prompt: Vec::new(),
    prompt_width: 0,
    row: 0,
    message: None,
    shown: None,
    width_of_last: 0,
});

fn write(text: &str) {
    write_all(1, text.as_bytes());
}

/// The columns of the terminal.
pub fn columns() -> usize {
    // SAFETY: zero is a value of every field.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    // SAFETY: the call fills the local.
    unsafe { libc::ioctl(1, libc::TIOCGWINSZ, &mut size) };
    if size.ws_col > 0 { usize::from(size.ws_col) } else { 80 }
}

/// Whether the cursor can be moved to other rows.
fn moves_freely() -> bool {
    !interactive::is_dumb_terminal()
}

/// How a character is shown: control characters as `^X`.
fn shown(c: char) -> String {
    match c {
        '\x7f' => "^?".to_owned(),
        c if c.is_ascii_control() => format!("^{}", (c as u8 ^ 0x40) as char),
        c => String::from_utf8_lossy(&text::to_bytes(&[c])).into_owned(),
    }
}

fn width(c: char) -> usize {
    if c.is_ascii_control() { 2 } else { text::width(c) }
}

fn widths(text: &[char]) -> usize {
    text.iter().map(|&c| width(c)).sum()
}

impl Screen {
    /// Shows a prompt on a fresh row.
    pub fn begin(&mut self, prompt: &[u8]) {
        let prompt = text::from_bytes(prompt);
        let last = prompt.iter().rposition(|&c| c == '\n').map_or(0, |at| at + 1);
        let visible = |&c: &char| c != START_IGNORE && c != END_IGNORE;
        let above: Vec<char> = prompt[..last].iter().copied().filter(visible).collect();
        write_all(1, &text::to_bytes(&above));
        let mut ignored = false;
        let mut columns = 0;
        for &c in &prompt[last..] {
            match c {
                START_IGNORE => ignored = true,
                END_IGNORE => ignored = false,
                c if !ignored => columns += text::width(c),
                _ => {}
            }
        }
        let prompt = prompt[last..].iter().copied().filter(visible).collect();
        *self = Screen { prompt, prompt_width: columns, shown: Some(Vec::new()), ..Screen::default() };
        self.width_of_last = columns;
        write_all(1, &text::to_bytes(&self.prompt));
    }

    /// Puts a message where the prompt stands, or the prompt back.
    pub fn set_message(&mut self, message: Option<String>) {
        self.message = message;
        self.shown = None;
    }

    /// The next update starts on a fresh row: something else was written.
    pub fn moved_on(&mut self) {
        (self.row, self.width_of_last, self.shown) = (0, 0, None);
    }

    /// Shows the line and the cursor.
    pub fn update(&mut self, line: &[char], cursor: usize) {
        let (prompt, prompt_width) = match &self.message {
            Some(message) => (message.clone(), message.chars().map(text::width).sum()),
            None => (String::from_utf8_lossy(&text::to_bytes(&self.prompt)).into_owned(), self.prompt_width),
        };
        let total = columns();
        let at_end = cursor == line.len();
        // What was pasted may be too long to be measured for each piece that arrives.
        let fits = line.len() < total && prompt_width + widths(line) < total;
        if let Some(shown) = &self.shown
            && at_end
            && fits
            && line.starts_with(shown)
        {
            // Most of the time a character is added.
            let added: String = line[shown.len()..].iter().map(|&c| self::shown(c)).collect();
            self.shown = Some(line.to_vec());
            self.width_of_last = prompt_width + widths(line);
            return write(&added);
        }
        self.shown = (at_end && fits).then(|| line.to_vec());
        if !moves_freely() {
            return self.update_one_row(&prompt, prompt_width, line, cursor, total);
        }
        let end = prompt_width + widths(line);
        let mut out = String::new();
        if self.row > 0 {
            out += &format!("\x1b[{}A", self.row);
        }
        out.push('\r');
        out += &prompt;
        line.iter().for_each(|&c| out += &shown(c));
        // At the right margin the terminal waits with going on to the next row.
        if end > 0 && end.is_multiple_of(total) {
            out += " \r";
        }
        out += "\x1b[J";
        let place = prompt_width + widths(&line[..cursor]);
        let up = end / total - place / total;
        if up > 0 {
            out += &format!("\x1b[{up}A");
        }
        if place != end || up > 0 {
            out.push('\r');
            if !place.is_multiple_of(total) {
                out += &format!("\x1b[{}C", place % total);
            }
        }
        self.row = place / total;
        write(&out);
    }

    /// As [`Screen::update`] on a terminal that can only go back in its row: what has no room there is scrolled away.
    fn update_one_row(
        &mut self,
        prompt: &str,
        prompt_width: usize,
        line: &[char],
        cursor: usize,
        total: usize,
    ) {
        let room = total.saturating_sub(prompt_width + 1).max(8);
        let mut start = cursor;
        let mut width = 0;
        while start > 0 && width + self::width(line[start - 1]) < room {
            start -= 1;
            width += self::width(line[start]);
        }
        let mut end = cursor;
        while end < line.len() && width + self::width(line[end]) < room {
            width += self::width(line[end]);
            end += 1;
        }
        let visible: String = line[start..end].iter().map(|&c| shown(c)).collect();
        let width = prompt_width + width;
        let blanks = " ".repeat(self.width_of_last.saturating_sub(width));
        let mut out = format!("\r{prompt}{visible}{blanks}");
        if cursor < end || !blanks.is_empty() {
            let before: String = line[start..cursor].iter().map(|&c| shown(c)).collect();
            out += &format!("\r{prompt}{before}");
        }
        self.width_of_last = width;
        write(&out);
    }

    /// Leaves the line behind.
    pub fn finish(&mut self, line: &[char]) {
        if self.message.is_some() {
            self.set_message(None);
        }
        self.update(line, line.len());
        write("\n");
        self.moved_on();
    }

    /// Clears the terminal.
    pub fn clear(&mut self) {
        write(if moves_freely() { "\x1b[H\x1b[2J" } else { "\n" });
        self.moved_on();
    }

    /// Lists the matches of a completion in columns below the line.
    pub fn list(&mut self, matches: &[Vec<char>]) {
        let widest = matches.iter().map(|found| widths(found)).max().unwrap_or(0) + 2;
        let total = columns();
        let mut across = (total / widest).max(1);
        if across > 1 && across * widest == total {
            across -= 1;
        }
        let rows = matches.len().div_ceil(across);
        let mut out = String::from("\n");
        for row in 0..rows {
            for at in (row..matches.len()).step_by(rows) {
                matches[at].iter().for_each(|&c| out += &shown(c));
                if at + rows < matches.len() {
                    out += &" ".repeat(widest - widths(&matches[at]));
                }
            }
            out.push('\n');
        }
        write(&out);
        self.moved_on();
    }
}

/// Says that something cannot be done.
pub fn bell() {
    write("\x07");
}

/// Writes a question below the line.
pub fn ask(question: &str) {
    write(&format!("\n{question}"));
}
