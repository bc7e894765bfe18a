//! Building strings piece by piece.

use super::{Kind, PyStr, StrData, StrRef};
use crate::heap::Payload;

/// Collects characters, widening as it must, and makes one `str` of them.
#[derive(Default)]
pub struct StrBuilder {
    narrow: Vec<u8>,
    /// In use once a character above 255 was pushed.
    wide: Vec<u32>,
    /// What [`StrBuilder::push_whole`] pushed first: the result, if nothing comes behind it.
    whole: Option<StrRef>,
}

impl StrBuilder {
    pub fn new() -> StrBuilder {
        StrBuilder::default()
    }

    pub fn with_capacity(chars: usize) -> StrBuilder {
        StrBuilder { narrow: Vec::with_capacity(chars), ..StrBuilder::default() }
    }

    pub fn len(&self) -> usize {
        self.narrow.len().max(self.wide.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn widen(&mut self) {
        if self.wide.is_empty() {
            self.wide.reserve(self.narrow.len() + 16);
            self.wide.extend(self.narrow.iter().map(|&c| u32::from(c)));
            self.narrow = Vec::new();
        }
    }

    #[inline]
    pub fn push(&mut self, c: u32) {
        if c < 0x100 && self.wide.is_empty() {
            self.narrow.push(c as u8);
        } else {
            self.widen();
            self.wide.push(c);
        }
    }

    pub fn push_str(&mut self, s: &str) {
        if s.is_ascii() && self.wide.is_empty() {
            self.narrow.extend_from_slice(s.as_bytes());
        } else {
            for c in s.chars() {
                self.push(u32::from(c));
            }
        }
    }

    /// Characters 0–255.
    pub fn push_latin1(&mut self, bytes: &[u8]) {
        if self.wide.is_empty() {
            self.narrow.extend_from_slice(bytes);
        } else {
            self.wide.extend(bytes.iter().map(|&c| u32::from(c)));
        }
    }

    pub fn push_pystr(&mut self, s: &PyStr) {
        self.push_part(s, 0, s.len());
    }

    /// The characters of `s` from `start` to `end`, as far as there are any.
    pub fn push_part(&mut self, s: &PyStr, start: usize, end: usize) {
        let end = end.min(s.len());
        let range = start.min(end)..end;
        match s.data() {
            StrData::Ascii(d) | StrData::Latin1(d) => self.push_latin1(&d[range]),
            StrData::Ucs2(d) => {
                self.widen();
                self.wide.extend(d[range].iter().map(|&c| u32::from(c)));
            }
            StrData::Ucs4(d) => {
                self.widen();
                self.wide.extend_from_slice(&d[range]);
            }
        }
    }

    /// Pushes a `str` that is the result itself if it stays alone.
    pub fn push_whole(&mut self, s: &StrRef) {
        if self.is_empty() && s.class().is(PyStr::class()) {
            self.whole = Some(s.clone());
        }
        self.push_pystr(s);
    }

    pub fn finish(self) -> StrRef {
        match &self.whole {
            Some(whole) if whole.len() == self.len() => whole.clone(),
            _ => self.so_far(),
        }
    }

    /// A str of the characters up to now.
    pub fn so_far(&self) -> StrRef {
        if self.wide.is_empty() {
            PyStr::from_latin1(&self.narrow)
        } else {
            PyStr::from_code_points(&self.wide)
        }
    }
}

impl Kind {
    /// The narrowest kind for the widest of these strings.
    pub fn widest<'a>(parts: impl Iterator<Item = &'a PyStr>) -> Kind {
        parts.map(PyStr::kind).max().unwrap_or(Kind::Ascii)
    }
}

impl std::fmt::Write for StrBuilder {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        self.push_str(s);
        Ok(())
    }
}
