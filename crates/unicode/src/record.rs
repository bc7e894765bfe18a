//! The database records behind the `unicodedata` module, for 16.0.0 and for `ucd_3_2_0`.

use crate::hangul;
use crate::tables::decomposition as table;
use crate::tables::record::{BIDI, BLOCKS, CATEGORIES, INDEX, RECORDS, SHIFT, WIDTHS};
use crate::tables::record_3_2 as old;
use std::fmt::Write as _;

/// The properties of a code point that `unicodedata` reports.
pub struct Record {
    category: u8,
    pub(crate) combining: u8,
    bidirectional: u8,
    mirrored: u8,
    width: u8,
    /// Which normalisation forms change it (NFC, NFD, NFKC, NFKD from bit 0), and in bit 4 whether it may compose
    /// with what precedes it.
    pub(crate) quick: u8,
}

pub(crate) const fn record(
    category: u8,
    combining: u8,
    bidirectional: u8,
    mirrored: u8,
    width: u8,
    quick: u8,
) -> Record {
    Record { category, combining, bidirectional, mirrored, width, quick }
}

/// Which version of the database is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 16.0.0, the current one.
    Current,
    /// 3.2.0, which IDNA 2003 is defined on.
    V3_2,
}

#[inline]
pub(crate) fn current(cp: u32) -> &'static Record {
    // Beyond Unicode: as its last code point, which is a noncharacter.
    let cp = cp.min(0x10_ffff);
    let block = INDEX[(cp >> SHIFT) as usize] as usize;
    let within = (cp & ((1 << SHIFT) - 1)) as usize;
    &RECORDS[BLOCKS[block << SHIFT | within] as usize]
}

impl Record {
    /// The record of `cp`.
    #[inline]
    pub fn of(cp: u32, version: Version) -> &'static Record {
        if version == Version::Current {
            return current(cp);
        }
        let after = old::RANGES.partition_point(|(start, _)| *start <= cp);
        let index = old::RANGES.get(after.wrapping_sub(1)).map_or(0, |(_, index)| *index);
        &old::RECORDS[index as usize]
    }

    /// The general category, such as `"Lu"`.
    pub fn category(&self) -> &'static str {
        CATEGORIES[self.category as usize]
    }

    /// The canonical combining class.
    pub fn combining(&self) -> u8 {
        self.combining
    }

    /// The bidirectional class; empty if unassigned.
    pub fn bidirectional(&self) -> &'static str {
        BIDI[self.bidirectional as usize]
    }

    /// Is it mirrored in bidirectional text?
    pub fn is_mirrored(&self) -> bool {
        self.mirrored != 0
    }

    /// The East Asian width.
    pub fn east_asian_width(&self) -> &'static str {
        WIDTHS[self.width as usize]
    }

    /// Is it a code point without a character in this version?
    pub fn is_unassigned(&self) -> bool {
        self.category() == "Cn"
    }
}

/// `unicodedata.decimal`, `digit` and `numeric` of 3.2.0 where they differ from the current ones.
fn corrected(table: &[(u32, Option<f64>)], cp: u32) -> Option<Option<f64>> {
    table.binary_search_by_key(&cp, |(cp, _)| *cp).ok().map(|i| table[i].1)
}

/// The decimal value.
pub fn decimal(cp: u32, version: Version) -> Option<u8> {
    value(cp, version, &old::DECIMAL, |cp| crate::decimal(cp).map(f64::from)).map(|v| v as u8)
}

/// The numeric value.
pub fn numeric(cp: u32, version: Version) -> Option<f64> {
    value(cp, version, &old::NUMERIC, crate::numeric)
}

fn value(
    cp: u32,
    version: Version,
    old: &[(u32, Option<f64>)],
    current: impl Fn(u32) -> Option<f64>,
) -> Option<f64> {
    if version == Version::V3_2 {
        if Record::of(cp, version).is_unassigned() {
            return None;
        }
        if let Some(value) = corrected(old, cp) {
            return value;
        }
    }
    current(cp)
}

/// The one-step decomposition: its tag (empty if canonical) and code points. Hangul syllables are not in the table.
pub(crate) fn decomposition_of(cp: u32) -> Option<(&'static str, &'static [u32])> {
    let i = table::KEYS.binary_search(&cp).ok()?;
    let start = table::OFFSETS[i] as usize;
    let head = table::DATA[start];
    let len = (head >> 8) as usize;
    Some((table::TAGS[(head & 0xff) as usize], &table::DATA[start + 1..start + 1 + len]))
}

/// `unicodedata.decomposition`: the one-step mapping as hexadecimal numbers, a tag such as `<compat>` before.
pub fn decomposition(cp: u32, version: Version) -> String {
    let mut out = String::new();
    if version == Version::V3_2 && Record::of(cp, version).is_unassigned() {
        return out;
    }
    if hangul::is_syllable(cp) {
        let (l, v, t) = hangul::parts(cp);
        let _ = write!(out, "{:04X} {:04X}", hangul::L_BASE + l, hangul::V_BASE + v);
        if t > 0 {
            let _ = write!(out, " {:04X}", hangul::T_BASE + t);
        }
        return out;
    }
    if let Some((tag, cps)) = decomposition_of(cp) {
        out.push_str(tag);
        for cp in cps {
            if !out.is_empty() {
                out.push(' ');
            }
            let _ = write!(out, "{cp:04X}");
        }
    }
    out
}
