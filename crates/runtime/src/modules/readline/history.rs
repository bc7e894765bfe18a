//! The lines typed before.

use minipy_vm::GilCell;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use super::text;

/// The lines, the oldest first.
#[derive(Clone, Default)]
pub struct History {
    lines: Vec<Vec<char>>,
    /// How many lines are kept at most.
    limit: Option<usize>,
}

pub static HISTORY: GilCell<History> = GilCell::new(History { lines: Vec::new(), limit: None });

impl History {
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn get(&self, index: usize) -> Option<&Vec<char>> {
        self.lines.get(index)
    }

    pub fn last(&self) -> Option<&Vec<char>> {
        self.lines.last()
    }

    pub fn clear(&mut self) {
        self.lines.clear();
    }

    pub fn add(&mut self, line: Vec<char>) {
        self.lines.push(line);
        self.shorten();
    }

    /// Replaces a line; false if there is none of that index.
    pub fn replace(&mut self, index: usize, line: Vec<char>) -> bool {
        match self.lines.get_mut(index) {
            Some(place) => *place = line,
            None => return false,
        }
        true
    }

    /// Removes a line; false if there is none of that index.
    pub fn remove(&mut self, index: usize) -> bool {
        let is_there = index < self.lines.len();
        if is_there {
            self.lines.remove(index);
        }
        is_there
    }

    /// Keeps the last `limit` lines from now on.
    pub fn set_limit(&mut self, limit: Option<usize>) {
        self.limit = limit;
        self.shorten();
    }

    fn shorten(&mut self) {
        if let Some(limit) = self.limit {
            let surplus = self.lines.len().saturating_sub(limit);
            self.lines.drain(..surplus);
        }
    }

    /// Adds the lines of a file.
    ///
    /// # Errors
    /// What the system says; EINVAL for what is no file.
    pub fn read(&mut self, path: &Path) -> io::Result<()> {
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        for line in lines(&std::fs::read(path)?) {
            self.add(text::from_bytes(line.strip_suffix(b"\r").unwrap_or(line)));
        }
        Ok(())
    }

    /// Writes all lines to a file.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        self.save(path, &options, &self.lines)
    }

    /// Adds the last `count` lines to a file, which must be there.
    pub fn append(&self, path: &Path, count: usize) -> io::Result<()> {
        let first = self.lines.len().saturating_sub(count);
        self.save(path, OpenOptions::new().append(true), &self.lines[first..])
    }

    fn save(&self, path: &Path, options: &OpenOptions, lines: &[Vec<char>]) -> io::Result<()> {
        use std::os::unix::fs::OpenOptionsExt;
        let mut data = Vec::new();
        for line in lines {
            text::encode(line, &mut data);
            data.push(b'\n');
        }
        options.clone().mode(0o600).open(path)?.write_all(&data)
    }
}

fn lines(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|&byte| byte == b'\n').filter(|line| !line.is_empty())
}

/// Cuts a history file to its last `count` lines; what is no file stays as it is.
pub fn truncate_file(path: &Path, count: usize) -> io::Result<()> {
    if !std::fs::metadata(path)?.is_file() {
        return Ok(());
    }
    let data = std::fs::read(path)?;
    let all = data.split_inclusive(|&byte| byte == b'\n');
    let surplus = all.clone().count().saturating_sub(count);
    if surplus == 0 { Ok(()) } else { std::fs::write(path, all.skip(surplus).collect::<Vec<_>>().concat()) }
}
