//! Editing a line on the terminal.

use super::history::HISTORY;
use super::keys::{Action, Command, settings};
use super::screen::{SCREEN, bell};
use super::terminal::RawMode;
use super::{Hook, LINE, Line, call_hook};
use crate::interactive::input;
use minipy_vm::{GilCell, PyResult};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// What was killed, the newest last.
static KILLED: GilCell<Vec<Vec<char>>> = GilCell::new(Vec::new());

/// How many characters typed in a row are undone at once.
const UNDO_RUN: usize = 20;
/// How long a line may be of which copies are kept.
const UNDO_LINE: usize = 1 << 14;
/// How long the rest of a key's sequence may take to arrive, in milliseconds.
const KEY_PATIENCE: i32 = 500;

/// How the editing of a line ended.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Accepted,
    EndOfFile,
}

/// A line being edited.
pub struct Editor {
    pub line: Vec<char>,
    pub cursor: usize,
    /// Which line of the history is shown; its length for the new one.
    index: usize,
    /// The lines of the history, and the new one, that were changed and left.
    edited: FxHashMap<usize, Vec<char>>,
    undo: Vec<(Vec<char>, usize)>,
    /// How many characters were typed since the last copy in `undo`.
    run: usize,
    /// The command before this one.
    pub last: Option<Command>,
    argument: Option<i32>,
    /// Whether the last completion has changed the line.
    pub completed: bool,
    /// Keys to come before those of the terminal, of macros for instance.
    keys: VecDeque<char>,
    /// Where the text starts that the last yank has inserted, and which killed text it is, or of which line the last word.
    yanked: (usize, usize),
    end: Option<End>,
    mode: RawMode,
}

/// Reads a line behind the prompt; `None` at the end of the input.
pub fn read(prompt: &[u8]) -> PyResult<Option<Vec<char>>> {
    LINE.set(Line::default());
    call_hook(Hook::Startup);
    let Some(mode) = RawMode::enter() else { return Ok(None) };
    let line = LINE.get();
    let mut editor = Editor {
        line: line.text,
        cursor: line.cursor,
        index: HISTORY.with(|history| history.len()),
        edited: FxHashMap::default(),
        undo: Vec::new(),
        run: 0,
        last: None,
        argument: None,
        completed: false,
        keys: VecDeque::new(),
        yanked: (0, 0),
        end: None,
        mode,
    };
    SCREEN.with(|screen| screen.begin(prompt));
    editor.outside(|| call_hook(Hook::PreInput));
    editor.refresh();
    let result = editor.edit();
    editor.share();
    match result {
        Ok(()) => {
            let is_line = editor.end == Some(End::Accepted);
            if is_line {
                SCREEN.with(|screen| screen.finish(&editor.line));
            }
            Ok(is_line.then_some(editor.line))
        }
        Err(error) => Err(error),
    }
}

/// The last word of a line as a shell has them: quotes keep words together, and some characters are words of their own.
fn last_token(line: &[char]) -> &[char] {
    const OPERATORS: &[char] = &['(', ')', '<', '>', ';', '&', '|'];
    let mut last = 0..0;
    let mut at = 0;
    while at < line.len() {
        let start = at;
        let c = line[at];
        at += 1;
        if c.is_whitespace() {
            continue;
        }
        if OPERATORS.contains(&c) {
            at += usize::from(!matches!(c, '(' | ')') && line.get(at) == Some(&c));
        } else {
            let mut quote = None;
            at = start;
            while at < line.len() {
                let c = line[at];
                match quote {
                    None if c.is_whitespace() || OPERATORS.contains(&c) => break,
                    None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
                    Some(open) if open == c => quote = None,
                    _ => {}
                }
                at += 1 + usize::from(c == '\\' && quote != Some('\''));
            }
            at = at.min(line.len());
        }
        last = start..at;
    }
    &line[last]
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric()
}

impl Editor {
    fn edit(&mut self) -> PyResult<()> {
        while self.end.is_none() {
            match self.next_action()? {
                Some(action) => self.perform(action)?,
                None => {
                    self.end = Some(if self.line.is_empty() { End::EndOfFile } else { End::Accepted });
                }
            }
            // What is pasted is shown when all of it is there.
            if self.end.is_none() && self.keys.is_empty() && !input::is_pending() {
                self.refresh();
            }
        }
        Ok(())
    }

    fn perform(&mut self, (action, keys): (Action, Vec<char>)) -> PyResult<()> {
        match action {
            Action::Macro(text) => text.into_iter().rev().for_each(|key| self.keys.push_front(key)),
            Action::Command(command) => {
                self.run(command, &keys)?;
                self.last = Some(command);
                if command != Command::DigitArgument && self.argument.take().is_some() {
                    SCREEN.with(|screen| screen.set_message(None));
                }
            }
        }
        Ok(())
    }

    pub fn refresh(&self) {
        SCREEN.with(|screen| screen.update(&self.line, self.cursor));
    }

    /// Shows the line to functions of the module.
    fn share(&self) {
        LINE.with(|line| {
            line.text.clone_from(&self.line);
            line.cursor = self.cursor;
        });
    }

    /// Calls Python code, which sees the line and may change it.
    pub fn outside<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.share();
        let result = f();
        LINE.with(|line| {
            self.line.clone_from(&line.text);
            self.cursor = line.cursor.min(self.line.len());
        });
        result
    }

    /// The next key; `None` at the end of the input.
    pub fn key(&mut self) -> PyResult<Option<char>> {
        match self.keys.pop_front() {
            Some(key) => Ok(Some(key)),
            None => super::terminal::read_char(),
        }
    }

    /// The keys up to the end of the longest bound sequence, and what it stands for; `None` at the end of the input.
    fn next_action(&mut self) -> PyResult<Option<(Action, Vec<char>)>> {
        let mut keys = Vec::new();
        // What the first keys stand for, and how many those are.
        let mut found: Option<(Action, usize)> = None;
        loop {
            let Some(key) = self.key()? else {
                if keys.is_empty() {
                    return Ok(None);
                }
                break;
            };
            keys.push(key);
            let (bound, goes_on) =
                settings(|settings| (settings.bindings.get(&keys).cloned(), settings.is_prefix(&keys)));
            if let Some(action) = bound {
                found = Some((action, keys.len()));
            }
            // Whether what is meant may be the longer sequence.
            let waits = || found.is_none() || !self.keys.is_empty() || input::is_pending_within(KEY_PATIENCE);
            if !goes_on || !waits() {
                break;
            }
        }
        if let Some((action, len)) = found {
            keys.split_off(len).into_iter().rev().for_each(|key| self.keys.push_front(key));
            return Ok(Some((action, keys)));
        }
        let typed = keys.len() == 1 && !keys[0].is_control();
        if !typed {
            self.bell();
        }
        // A sequence of keys that means nothing does nothing.
        let action = if typed { Action::Command(Command::SelfInsert) } else { Action::Macro(Vec::new()) };
        Ok(Some((action, keys)))
    }

    pub fn bell(&self) {
        if settings(|settings| settings.bell) {
            bell();
        }
    }

    /// Keeps the line as it is for [`Command::Undo`].
    pub fn remember(&mut self) {
        self.run = 0;
        if self.line.len() > UNDO_LINE {
            // Copies of what is pasted without a line break would take time and room without end.
            return self.undo.clear();
        }
        self.undo.push((self.line.clone(), self.cursor));
    }

    pub fn insert(&mut self, text: &[char]) {
        self.line.splice(self.cursor..self.cursor, text.iter().copied());
        self.cursor += text.len();
    }

    fn delete(&mut self, start: usize, end: usize) -> Vec<char> {
        let (start, end) = (start.min(end), start.max(end));
        self.cursor = start;
        self.line.drain(start..end).collect()
    }

    /// Deletes a part of the line and keeps it; what is killed by commands in a row belongs together.
    fn kill(&mut self, start: usize, end: usize) {
        self.remember();
        let forward = end > self.cursor;
        let mut text = self.delete(start, end);
        let again = matches!(
            self.last,
            Some(
                Command::KillLine
                    | Command::KillWord
                    | Command::BackwardKillLine
                    | Command::BackwardKillWord
                    | Command::UnixLineDiscard
                    | Command::UnixWordRubout
                    | Command::KillWholeLine
            )
        );
        KILLED.with(|killed| {
            let before = if again { killed.pop().unwrap_or_default() } else { Vec::new() };
            text = if forward { [before, text].concat() } else { [text, before].concat() };
            killed.push(text);
        });
    }

    fn word_end(&self, from: usize) -> usize {
        let start = (from..self.line.len()).find(|&at| is_word(self.line[at])).unwrap_or(self.line.len());
        (start..self.line.len()).find(|&at| !is_word(self.line[at])).unwrap_or(self.line.len())
    }

    fn word_start(&self, from: usize) -> usize {
        let end = (0..from).rev().find(|&at| is_word(self.line[at])).map_or(0, |at| at + 1);
        (0..end).rev().find(|&at| !is_word(self.line[at])).map_or(0, |at| at + 1)
    }

    /// Shows another line of the history.
    fn go_to(&mut self, index: usize) {
        let current = std::mem::take(&mut self.line);
        self.edited.insert(self.index, current);
        self.index = index;
        self.line = match self.edited.get(&index) {
            Some(line) => line.clone(),
            None => HISTORY.with(|history| history.get(index).cloned()).unwrap_or_default(),
        };
        self.cursor = self.line.len();
        self.undo.clear();
    }

    fn move_in_history(&mut self, by: i64) {
        let len = HISTORY.with(|history| history.len()) as i64;
        let index = (self.index as i64 + by).clamp(0, len);
        if index as usize == self.index {
            return self.bell();
        }
        self.go_to(index as usize);
    }

    /// The nearest line before or behind this one, that one excluded, for which `fits` gives a place for the cursor.
    fn find(&self, backward: bool, fits: impl Fn(&[char]) -> Option<usize>) -> Option<(usize, usize)> {
        HISTORY.with(|history| {
            let matching =
                |index: usize| history.get(index).and_then(|line| fits(line)).map(|at| (index, at));
            if backward {
                (0..self.index).rev().find_map(matching)
            } else {
                (self.index + 1..history.len()).find_map(matching)
            }
        })
    }

    /// `history-search-backward` and `-forward`: lines that begin as this one does up to the cursor.
    fn search_prefix(&mut self, backward: bool) {
        let (prefix, cursor) = (self.line[..self.cursor].to_vec(), self.cursor);
        let found = self.find(backward, |line| line.starts_with(&prefix).then_some(cursor));
        match found {
            Some((index, cursor)) => {
                self.go_to(index);
                self.cursor = cursor.min(self.line.len());
            }
            None => self.bell(),
        }
    }

    /// Incremental search. Ends with the first key that neither belongs to what is looked for nor goes on looking.
    fn search(&mut self, mut backward: bool) -> PyResult<()> {
        let start = (self.index, self.line.clone(), self.cursor);
        let mut wanted: Vec<char> = Vec::new();
        loop {
            let text: String = wanted.iter().collect();
            let kind = if backward { "reverse-" } else { "" };
            SCREEN.with(|screen| screen.set_message(Some(format!("({kind}i-search)`{text}': "))));
            self.refresh();
            let Some(key) = self.key()? else { break };
            let mut again = false;
            match key {
                '\x12' => (again, backward) = (true, true),
                '\x13' => (again, backward) = (true, false),
                '\x08' | '\x7f' => drop(wanted.pop()),
                '\x07' => {
                    self.go_to(start.0);
                    (self.line, self.cursor) = (start.1, start.2);
                    break;
                }
                key if !key.is_control() => wanted.push(key),
                '\x1b' if self.keys.is_empty() && !input::is_pending_within(KEY_PATIENCE) => break,
                key => {
                    self.keys.push_front(key);
                    break;
                }
            }
            if wanted.is_empty() {
                continue;
            }
            let place = |line: &[char]| line.windows(wanted.len()).rposition(|part| part == wanted);
            match place(&self.line) {
                Some(at) if !again => self.cursor = at,
                _ => match self.find(backward, place) {
                    Some((index, at)) => {
                        self.go_to(index);
                        self.cursor = at;
                    }
                    None => self.bell(),
                },
            }
        }
        SCREEN.with(|screen| screen.set_message(None));
        self.refresh();
        Ok(())
    }

    fn yank(&mut self, age: usize) {
        let text = KILLED.with(|killed| killed.iter().rev().nth(age).cloned());
        let Some(text) = text else { return self.bell() };
        self.yanked = (self.cursor, age);
        self.insert(&text);
    }

    /// Inserts the last word of the line before; again: of the one before that.
    fn yank_last_arg(&mut self) {
        let mut age = 0;
        if self.last == Some(Command::YankLastArg) {
            age = self.yanked.1 + 1;
            self.delete(self.yanked.0, self.cursor);
        }
        self.remember();
        let line = HISTORY
            .with(|history| history.len().checked_sub(age + 1).and_then(|index| history.get(index).cloned()));
        let Some(line) = line else { return self.bell() };
        let word = last_token(&line);
        self.yanked = (self.cursor, age);
        self.insert(word);
    }

    /// Changes the case of the words behind the cursor: `change` gets each character and whether it begins its word.
    fn change_case(&mut self, count: i32, change: impl Fn(char, bool) -> char) {
        self.remember();
        for _ in 0..count {
            let end = self.word_end(self.cursor);
            let mut inside = false;
            for at in self.cursor..end {
                let c = self.line[at];
                self.line[at] = change(c, !inside);
                inside = is_word(c);
            }
            self.cursor = end;
        }
    }

    fn transpose_words(&mut self) {
        let second_end = self.word_end(self.cursor);
        let second = self.word_start(second_end);
        let first = self.word_start(second);
        let first_end = self.word_end(first);
        if first == second || first_end > second {
            return self.bell();
        }
        self.remember();
        let swapped =
            [&self.line[second..second_end], &self.line[first_end..second], &self.line[first..first_end]]
                .concat();
        self.line.splice(first..second_end, swapped);
        self.cursor = second_end;
    }

    /// Inserts what the terminal says was pasted.
    fn paste(&mut self) -> PyResult<()> {
        let end: Vec<char> = "\x1b[201~".chars().collect();
        let mut text = Vec::new();
        while let Some(key) = self.key()? {
            text.push(if key == '\r' { '\n' } else { key });
            if text.ends_with(&end) {
                text.truncate(text.len() - end.len());
                break;
            }
        }
        self.remember();
        self.insert(&text);
        Ok(())
    }

    fn suspend(&mut self) {
        self.mode.suspended(|| {
            // SAFETY: no memory is passed.
            unsafe { libc::kill(0, libc::SIGTSTP) };
        });
        SCREEN.with(|screen| screen.moved_on());
    }

    fn run(&mut self, command: Command, keys: &[char]) -> PyResult<()> {
        let count = self.argument.unwrap_or(1);
        let times = count.unsigned_abs() as usize;
        let (len, cursor) = (self.line.len(), self.cursor);
        match command {
            Command::SelfInsert => {
                if self.last != Some(Command::SelfInsert) || self.run >= UNDO_RUN {
                    self.remember();
                }
                self.run += 1;
                self.insert(&keys[..1].repeat(count.max(0) as usize));
            }
            Command::AcceptLine => self.end = Some(End::Accepted),
            Command::EndOfFile if len == 0 => self.end = Some(End::EndOfFile),
            Command::Abort => self.bell(),
            Command::BeginningOfLine => self.cursor = 0,
            Command::EndOfLine => self.cursor = len,
            Command::ForwardChar | Command::BackwardChar => {
                let forward = (command == Command::ForwardChar) == (count > 0);
                let target = if forward { (cursor + times).min(len) } else { cursor.saturating_sub(times) };
                if target == cursor {
                    self.bell();
                }
                self.cursor = target;
            }
            Command::ForwardWord => (0..times).for_each(|_| self.cursor = self.word_end(self.cursor)),
            Command::BackwardWord => (0..times).for_each(|_| self.cursor = self.word_start(self.cursor)),
            Command::ClearScreen => SCREEN.with(|screen| screen.clear()),
            Command::RedrawLine => SCREEN.with(|screen| screen.moved_on()),
            Command::PreviousHistory => self.move_in_history(-i64::from(count)),
            Command::NextHistory => self.move_in_history(count.into()),
            Command::BeginningOfHistory => self.move_in_history(-(self.index as i64)),
            Command::EndOfHistory => self.move_in_history(i64::from(u32::MAX)),
            Command::ReverseSearch => self.search(true)?,
            Command::ForwardSearch => self.search(false)?,
            Command::HistorySearchBackward => self.search_prefix(true),
            Command::HistorySearchForward => self.search_prefix(false),
            Command::YankLastArg => self.yank_last_arg(),
            Command::DeleteChar | Command::EndOfFile => {
                if cursor == len {
                    self.bell();
                } else {
                    self.remember();
                    self.delete(cursor, (cursor + times).min(len));
                }
            }
            Command::BackwardDeleteChar => {
                if cursor == 0 {
                    self.bell();
                } else {
                    self.remember();
                    self.delete(cursor.saturating_sub(times), cursor);
                }
            }
            Command::QuotedInsert => {
                if let Some(key) = self.key()? {
                    self.remember();
                    self.insert(&[key].repeat(times));
                }
            }
            Command::TabInsert => {
                self.remember();
                self.insert(&['\t'].repeat(times));
            }
            Command::BracketedPaste => self.paste()?,
            Command::TransposeChars => {
                if cursor == 0 || len < 2 {
                    self.bell();
                } else {
                    self.remember();
                    let at = cursor.min(len - 1);
                    self.line.swap(at - 1, at);
                    self.cursor = at + 1;
                }
            }
            Command::TransposeWords => self.transpose_words(),
            Command::UpcaseWord => {
                self.change_case(count, |c, _| c.to_uppercase().next().unwrap_or(c));
            }
            Command::DowncaseWord => {
                self.change_case(count, |c, _| c.to_lowercase().next().unwrap_or(c));
            }
            Command::CapitalizeWord => self.change_case(count, |c, is_first| {
                if is_first {
                    c.to_uppercase().next().unwrap_or(c)
                } else {
                    c.to_lowercase().next().unwrap_or(c)
                }
            }),
            Command::KillLine => self.kill(cursor, len),
            Command::BackwardKillLine | Command::UnixLineDiscard => self.kill(0, cursor),
            Command::KillWholeLine => self.kill(0, len),
            Command::KillWord => {
                let end = (0..times).fold(cursor, |at, _| self.word_end(at));
                self.kill(cursor, end);
            }
            Command::BackwardKillWord => {
                let start = (0..times).fold(cursor, |at, _| self.word_start(at));
                self.kill(start, cursor);
            }
            Command::UnixWordRubout => {
                let end = (0..cursor).rev().find(|&at| !self.line[at].is_whitespace()).map_or(0, |at| at + 1);
                let start = (0..end).rev().find(|&at| self.line[at].is_whitespace()).map_or(0, |at| at + 1);
                self.kill(start, cursor);
            }
            Command::DeleteHorizontalSpace => {
                self.remember();
                let blank = |c: &char| matches!(c, ' ' | '\t');
                let before = self.line[..cursor].iter().rev().take_while(|c| blank(c)).count();
                let behind = self.line[cursor..].iter().take_while(|c| blank(c)).count();
                self.delete(cursor - before, cursor + behind);
            }
            Command::Yank => {
                self.remember();
                self.yank(0);
            }
            Command::YankPop => {
                if !matches!(self.last, Some(Command::Yank | Command::YankPop)) {
                    self.bell();
                } else {
                    let (start, age) = self.yanked;
                    self.delete(start, cursor);
                    let kept = KILLED.with(|killed| killed.len()).max(1);
                    self.yank((age + 1) % kept);
                }
            }
            Command::DigitArgument => {
                let so_far = if self.last == Some(Command::DigitArgument) { self.argument } else { None };
                let digit = keys.last().and_then(|key| key.to_digit(10));
                let number = match (so_far, digit) {
                    (Some(number), Some(digit)) => {
                        let digit = if number < 0 { -(digit as i32) } else { digit as i32 };
                        number.saturating_mul(10).saturating_add(digit).clamp(-9999, 9999)
                    }
                    (None, Some(digit)) => digit as i32,
                    (_, None) => -1,
                };
                self.argument = Some(number);
                SCREEN.with(|screen| screen.set_message(Some(format!("(arg: {number}) "))));
            }
            Command::Complete | Command::MenuComplete => self.complete()?,
            Command::PossibleCompletions => self.list_completions()?,
            Command::InsertCompletions => self.insert_completions(),
            Command::Undo => match self.undo.pop() {
                Some((line, cursor)) => (self.line, self.cursor) = (line, cursor),
                None => self.bell(),
            },
            Command::RevertLine => {
                if let Some((line, cursor)) = self.undo.drain(..).next() {
                    (self.line, self.cursor) = (line, cursor);
                }
            }
            Command::TildeExpand => self.bell(),
            Command::InsertComment => {
                self.cursor = 0;
                self.insert(&['#']);
                self.end = Some(End::Accepted);
            }
            Command::Suspend => self.suspend(),
            Command::ReadInitFile => {
                if super::read_init_file(None).is_err() {
                    self.bell();
                }
            }
        }
        Ok(())
    }
}
