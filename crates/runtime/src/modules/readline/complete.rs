//! Completion of the word before the cursor.

use super::editor::Editor;
use super::keys::{Command, settings};
use super::screen::{SCREEN, ask};
use super::{COMPLETION, LINE, delimiters, text};
use minipy_vm::{PyList, PyResult, PyStr, Value, protocol};

/// The values of `get_completion_type()`.
const INSERT: u8 = b'\t';
const LIST: u8 = b'?';
const INSERT_ALL: u8 = b'*';

impl Editor {
    /// Where the word before the cursor starts.
    fn word_to_complete(&self) -> usize {
        let delimiters = delimiters();
        self.line[..self.cursor].iter().rposition(|c| delimiters.contains(c)).map_or(0, |at| at + 1)
    }

    /// Asks the completer for what the word may become: in order, none of them twice. What it raises ends the list.
    fn matches(&mut self, kind: u8) -> Vec<Vec<char>> {
        let start = self.word_to_complete();
        let word = text::to_str(&self.line[start..self.cursor]).into_value();
        let Some(completer) = COMPLETION.with(|completion| completion.completer.clone()) else {
            return Vec::new();
        };
        COMPLETION.with(|completion| completion.kind = kind);
        LINE.with(|line| (line.begin, line.end) = (start, self.cursor));
        let mut matches: Vec<Vec<char>> = Vec::new();
        self.outside(|| {
            for state in 0..i32::MAX {
                let found = protocol::call(&completer, &[word.clone(), Value::from(state)]);
                let found = found.ok().and_then(|found| found.downcast_into::<PyStr>().ok());
                let Some(found) = found.and_then(|found| text::from_str(&found)) else { break };
                matches.push(found);
            }
        });
        matches.sort();
        matches.dedup();
        matches
    }

    /// What all matches begin with.
    fn common(matches: &[Vec<char>]) -> Vec<char> {
        let ignore_case = settings(|settings| settings.completion_ignore_case);
        let same = |a: char, b: char| a == b || ignore_case && a.to_lowercase().eq(b.to_lowercase());
        let Some((first, rest)) = matches.split_first() else { return Vec::new() };
        let len = rest.iter().fold(first.len(), |len, other| {
            first[..len].iter().zip(other).take_while(|&(&a, &b)| same(a, b)).count()
        });
        first[..len].to_vec()
    }

    fn replace_word(&mut self, text: &[char]) {
        let start = self.word_to_complete();
        if self.line[start..self.cursor] != *text {
            self.remember();
            self.line.drain(start..self.cursor);
            self.cursor = start;
            self.insert(text);
        }
    }

    /// Completes the word as far as that is clear; asked for once more, lists what it may become.
    pub fn complete(&mut self) -> PyResult<()> {
        let (disabled, all, unmodified) = settings(|settings| {
            (settings.disable_completion, settings.show_all_if_ambiguous, settings.show_all_if_unmodified)
        });
        if disabled {
            self.insert(&['\t']);
            return Ok(());
        }
        if self.last == Some(Command::Complete) && !self.completed {
            return self.list_completions();
        }
        let kind = if all {
            b'!'
        } else if unmodified {
            b'@'
        } else {
            INSERT
        };
        self.completed = false;
        let matches = self.matches(kind);
        if matches.is_empty() {
            self.bell();
            return Ok(());
        }
        let (before, cursor) = (self.line.clone(), self.cursor);
        let common = Editor::common(&matches);
        if !common.is_empty() {
            self.replace_word(&common);
        }
        self.completed = before != self.line || cursor != self.cursor;
        if matches.len() > 1 {
            if all || unmodified && !self.completed {
                return self.show(&matches);
            }
            self.bell();
        }
        Ok(())
    }

    pub fn list_completions(&mut self) -> PyResult<()> {
        let matches = self.matches(LIST);
        if matches.is_empty() {
            self.bell();
            return Ok(());
        }
        self.show(&matches)
    }

    /// Puts all matches into the line.
    pub fn insert_completions(&mut self) {
        let matches = self.matches(INSERT_ALL);
        if matches.is_empty() {
            return self.bell();
        }
        let all: Vec<char> = matches.iter().flat_map(|found| found.iter().copied().chain([' '])).collect();
        self.replace_word(&all);
    }

    /// Lists the matches, or lets the display hook do it.
    fn show(&mut self, matches: &[Vec<char>]) -> PyResult<()> {
        self.refresh();
        if let Some(hook) = COMPLETION.with(|completion| completion.display.clone()) {
            let longest = matches.iter().map(Vec::len).max().unwrap_or(0);
            let word = text::to_str(&Editor::common(matches)).into_value();
            let list = matches.iter().map(|found| text::to_str(found).into_value()).collect();
            let args = [word, PyList::from_vec(list).into_value(), Value::from(longest as i64)];
            // What the hook raises is lost, as in CPython.
            self.outside(|| drop(protocol::call(&hook, &args)));
            return Ok(());
        }
        let limit = settings(|settings| settings.completion_query_items);
        if limit >= 0 && matches.len() >= limit as usize && limit > 0 {
            ask(&format!("Display all {} possibilities? (y or n)", matches.len()));
            loop {
                match self.key()? {
                    Some('y' | 'Y' | ' ') => break,
                    Some('n' | 'N' | '\x7f' | '\x07') | None => {
                        SCREEN.with(|screen| {
                            ask("");
                            screen.moved_on();
                        });
                        return Ok(());
                    }
                    Some(_) => self.bell(),
                }
            }
        }
        SCREEN.with(|screen| screen.list(matches));
        self.refresh();
        Ok(())
    }
}
