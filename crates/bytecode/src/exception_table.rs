//! The exception table, `co_exceptiontable`: which handler covers which code.
//!
//! Numbers are big-endian in groups of six bits; the top bit of a byte marks the start of an entry.

/// One covered range. Offsets are in code units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    pub start: usize,
    /// One past the last covered unit.
    pub end: usize,
    pub target: usize,
    /// The stack is cut to this depth before the exception is pushed.
    pub depth: usize,
    /// The offset of the failing instruction is pushed below the exception.
    pub lasti: bool,
}

/// Append one entry to a table.
pub fn write(out: &mut Vec<u8>, entry: Entry) {
    number(out, entry.start, 0x80);
    number(out, entry.end - entry.start, 0);
    number(out, entry.target, 0);
    number(out, entry.depth << 1 | usize::from(entry.lasti), 0);
}

fn number(out: &mut Vec<u8>, value: usize, mut mark: u8) {
    let mut shift = 30;
    while shift > 0 && value >> shift == 0 {
        shift -= 6;
    }
    loop {
        let more = if shift > 0 { 0x40 } else { 0 };
        out.push((value >> shift & 0x3f) as u8 | more | mark);
        mark = 0;
        if shift == 0 {
            return;
        }
        shift -= 6;
    }
}

/// Reads a table; `None` in the iteration means that the rest makes no sense.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    table: &'a [u8],
    at: usize,
}

impl<'a> Entries<'a> {
    pub fn new(table: &'a [u8]) -> Entries<'a> {
        Entries { table, at: 0 }
    }

    /// Whether everything was read.
    pub fn at_end(&self) -> bool {
        self.at >= self.table.len()
    }

    fn number(&mut self) -> Option<usize> {
        let mut value = 0u32;
        loop {
            let byte = *self.table.get(self.at)?;
            self.at += 1;
            if value >> 26 != 0 {
                return None;
            }
            value = value << 6 | u32::from(byte & 0x3f);
            if byte & 0x40 == 0 {
                return Some(value as usize);
            }
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let start = self.number()?;
        let size = self.number()?;
        let target = self.number()?;
        let depth_lasti = self.number()?;
        Some(Entry {
            start,
            end: start.checked_add(size)?,
            target,
            depth: depth_lasti >> 1,
            lasti: depth_lasti & 1 == 1,
        })
    }
}

/// The handler of an exception raised at code unit `unit`. Ranges of compiled code do not overlap.
pub fn find(table: &[u8], unit: usize) -> Option<Entry> {
    Entries::new(table).find(|entry| (entry.start..entry.end).contains(&unit))
}
