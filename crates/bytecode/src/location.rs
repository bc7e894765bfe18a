//! The location table, `co_linetable` (PEP 626, PEP 657).
//!
//! An entry covers one to eight code units. Its first byte has the top bit set, a four-bit form code
//! and the number of units less one.

/// Where a stretch of code comes from; parts that are not known are `None`. Lines count from 1,
/// columns are UTF-8 byte offsets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    pub line: Option<i32>,
    pub end_line: Option<i32>,
    pub col: Option<i32>,
    pub end_col: Option<i32>,
}

const FORM_ONE_LINE: u8 = 10;
const FORM_NO_COLUMN: u8 = 13;
const FORM_LONG: u8 = 14;
const FORM_NONE: u8 = 15;

/// Builds a location table.
#[derive(Clone, Debug)]
pub struct Writer {
    out: Vec<u8>,
    line: i32,
}

impl Writer {
    /// A table for code whose first line is `firstlineno`.
    pub fn new(firstlineno: i32) -> Writer {
        Writer { out: Vec::with_capacity(128), line: firstlineno }
    }

    /// The finished table.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// `units` code units come from the given place, where negative numbers mean "not known".
    pub fn add(&mut self, mut units: usize, line: i32, end_line: i32, col: i32, end_col: i32) {
        while units > 0 {
            let chunk = units.min(8);
            self.entry(chunk as u8, line, end_line, col, end_col);
            units -= chunk;
        }
    }

    fn head(&mut self, form: u8, units: u8) {
        self.out.push(0x80 | form << 3 | (units - 1));
    }

    fn entry(&mut self, units: u8, line: i32, end_line: i32, col: i32, end_col: i32) {
        if line < 0 {
            self.head(FORM_NONE, units);
            return;
        }
        let delta = line.wrapping_sub(self.line);
        self.line = line;
        if col < 0 || end_col < 0 {
            if end_line == line || end_line < 0 {
                self.head(FORM_NO_COLUMN, units);
                self.signed(delta);
                return;
            }
        } else if end_line == line {
            if delta == 0 && col < 80 && end_col >= col && end_col - col < 16 {
                self.head((col >> 3) as u8, units);
                self.out.push(((col & 7) << 4 | (end_col - col)) as u8);
                return;
            }
            if (0..3).contains(&delta) && col < 128 && end_col < 128 {
                self.head(FORM_ONE_LINE + delta as u8, units);
                self.out.extend([col as u8, end_col as u8]);
                return;
            }
        }
        self.head(FORM_LONG, units);
        self.signed(delta);
        self.unsigned(end_line.wrapping_sub(line) as u32);
        self.unsigned(col.wrapping_add(1) as u32);
        self.unsigned(end_col.wrapping_add(1) as u32);
    }

    fn unsigned(&mut self, mut value: u32) {
        while value >= 64 {
            self.out.push(0x40 | (value & 0x3f) as u8);
            value >>= 6;
        }
        self.out.push(value as u8);
    }

    fn signed(&mut self, value: i32) {
        let bits = value.unsigned_abs() << 1;
        self.unsigned(if value < 0 { bits | 1 } else { bits });
    }
}

/// The table without columns: only lines are left (`-X no_debug_ranges`).
pub fn without_columns(table: &[u8], firstlineno: i32) -> Vec<u8> {
    let mut writer = Writer::new(firstlineno);
    for entry in Entries::new(table, firstlineno) {
        let line = entry.position.line.unwrap_or(-1);
        writer.add(entry.end - entry.start, line, -1, -1, -1);
    }
    writer.finish()
}

/// One entry of a location table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The first code unit covered, and the one after the last.
    pub start: usize,
    pub end: usize,
    pub position: Position,
}

/// Reads the entries of a location table, and stops where the table makes no sense.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    table: &'a [u8],
    at: usize,
    unit: usize,
    line: i32,
}

impl<'a> Entries<'a> {
    pub fn new(table: &'a [u8], firstlineno: i32) -> Entries<'a> {
        Entries { table, at: 0, unit: 0, line: firstlineno }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.table.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn unsigned(&mut self) -> Option<u32> {
        let mut value = 0u32;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            if shift < 32 {
                value |= u32::from(byte & 0x3f) << shift;
            }
            shift += 6;
            if byte & 0x40 == 0 {
                return Some(value);
            }
        }
    }

    fn signed(&mut self) -> Option<i32> {
        let bits = self.unsigned()?;
        let magnitude = (bits >> 1) as i32;
        Some(if bits & 1 == 1 { magnitude.wrapping_neg() } else { magnitude })
    }

    /// A column or line that is stored one too high, so that 0 stands for "not known".
    fn optional(&mut self) -> Option<Option<i32>> {
        let value = self.unsigned()?;
        Some(value.checked_sub(1).and_then(|v| i32::try_from(v).ok()))
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let head = self.byte()?;
        let (form, units) = (head >> 3 & 15, usize::from(head & 7) + 1);
        let start = self.unit;
        self.unit += units;
        let position = match form {
            FORM_NONE => Position::default(),
            FORM_LONG => {
                self.line = self.line.wrapping_add(self.signed()?);
                let end_line = self.line.wrapping_add(self.unsigned()? as i32);
                Position {
                    line: Some(self.line),
                    end_line: Some(end_line),
                    col: self.optional()?,
                    end_col: self.optional()?,
                }
            }
            FORM_NO_COLUMN => {
                self.line = self.line.wrapping_add(self.signed()?);
                Position { line: Some(self.line), end_line: Some(self.line), col: None, end_col: None }
            }
            _ => {
                let first = self.byte()?;
                let (col, end_col) = if form >= FORM_ONE_LINE {
                    self.line = self.line.wrapping_add(i32::from(form - FORM_ONE_LINE));
                    (i32::from(first), i32::from(self.byte()?))
                } else {
                    let col = i32::from(form) << 3 | i32::from(first >> 4);
                    (col, col + i32::from(first & 15))
                };
                Position {
                    line: Some(self.line),
                    end_line: Some(self.line),
                    col: Some(col),
                    end_col: Some(end_col),
                }
            }
        };
        Some(Entry { start, end: self.unit, position })
    }
}

/// `co_lines()`: byte ranges with one line each, neighbours with the same line joined.
pub fn co_lines(table: &[u8], firstlineno: i32) -> impl Iterator<Item = (usize, usize, Option<i32>)> {
    let mut entries = Entries::new(table, firstlineno).peekable();
    std::iter::from_fn(move || {
        let first = entries.next()?;
        let line = first.position.line;
        let mut end = first.end;
        while let Some(next) = entries.next_if(|next| next.position.line == line) {
            end = next.end;
        }
        Some((first.start * 2, end * 2, line))
    })
}

/// `co_positions()`: the place of each code unit.
pub fn co_positions(table: &[u8], firstlineno: i32) -> impl Iterator<Item = Position> {
    Entries::new(table, firstlineno).flat_map(|entry| (entry.start..entry.end).map(move |_| entry.position))
}

/// The place of the instruction at code unit `unit`.
pub fn position_at(table: &[u8], firstlineno: i32, unit: usize) -> Option<Position> {
    Entries::new(table, firstlineno).find(|entry| unit < entry.end).map(|entry| entry.position)
}
