//! The properties behind str methods, identifiers and case-insensitive matching.

use crate::tables::ctype::{BLOCKS, INDEX, NUMERIC, RECORDS, SHIFT, SPECIAL};

/// What str methods need to know of a code point; many code points share one.
pub(crate) struct CharType {
    flags: u16,
    decimal: u8,
    digit: u8,
    numeric: u8,
    /// Distances to the simple case mappings.
    lower: i32,
    upper: i32,
    title: i32,
}

/// A code point whose full mappings differ from the simple ones; unused places are 0.
pub(crate) struct CaseMapping {
    cp: u32,
    lower: [u32; 3],
    upper: [u32; 3],
    title: [u32; 3],
    fold: [u32; 3],
}

pub(crate) const fn record(
    flags: u16,
    lower: i32,
    upper: i32,
    title: i32,
    decimal: u8,
    digit: u8,
    numeric: u8,
) -> CharType {
    CharType { flags, decimal, digit, numeric, lower, upper, title }
}

pub(crate) const fn mapping(
    cp: u32,
    lower: [u32; 3],
    upper: [u32; 3],
    title: [u32; 3],
    fold: [u32; 3],
) -> CaseMapping {
    CaseMapping { cp, lower, upper, title, fold }
}

// The order is that of the generator's dump.
const ALPHA: u16 = 1;
const DECIMAL: u16 = 1 << 1;
const DIGIT: u16 = 1 << 2;
const NUMERIC_FLAG: u16 = 1 << 3;
const LOWER: u16 = 1 << 4;
const UPPER: u16 = 1 << 5;
const TITLE: u16 = 1 << 6;
const SPACE: u16 = 1 << 7;
const PRINTABLE: u16 = 1 << 8;
const XID_START: u16 = 1 << 9;
const XID_CONTINUE: u16 = 1 << 10;
const LINEBREAK: u16 = 1 << 11;
const CASED: u16 = 1 << 12;
const CASE_IGNORABLE: u16 = 1 << 13;
const SPECIAL_CASE: u16 = 1 << 14;

#[inline]
fn char_type(cp: u32) -> &'static CharType {
    // Beyond Unicode: as its last code point, which is a noncharacter.
    let cp = cp.min(0x10_ffff);
    let block = INDEX[(cp >> SHIFT) as usize] as usize;
    let within = (cp & ((1 << SHIFT) - 1)) as usize;
    &RECORDS[BLOCKS[block << SHIFT | within] as usize]
}

#[inline]
fn has(cp: u32, flag: u16) -> bool {
    char_type(cp).flags & flag != 0
}

/// `str.isalpha` of one character.
#[inline]
pub fn is_alpha(cp: u32) -> bool {
    if cp < 128 { (cp as u8).is_ascii_alphabetic() } else { has(cp, ALPHA) }
}

/// `str.isdecimal` of one character.
#[inline]
pub fn is_decimal(cp: u32) -> bool {
    if cp < 128 { (cp as u8).is_ascii_digit() } else { has(cp, DECIMAL) }
}

/// `str.isdigit` of one character.
#[inline]
pub fn is_digit(cp: u32) -> bool {
    if cp < 128 { (cp as u8).is_ascii_digit() } else { has(cp, DIGIT) }
}

/// `str.isnumeric` of one character.
#[inline]
pub fn is_numeric(cp: u32) -> bool {
    if cp < 128 { (cp as u8).is_ascii_digit() } else { has(cp, NUMERIC_FLAG) }
}

/// `str.isalnum` of one character.
#[inline]
pub fn is_alnum(cp: u32) -> bool {
    if cp < 128 {
        (cp as u8).is_ascii_alphanumeric()
    } else {
        has(cp, ALPHA | DECIMAL | DIGIT | NUMERIC_FLAG)
    }
}

/// `str.islower` of one character.
#[inline]
pub fn is_lower(cp: u32) -> bool {
    if cp < 128 { (cp as u8).is_ascii_lowercase() } else { has(cp, LOWER) }
}

/// `str.isupper` of one character.
#[inline]
pub fn is_upper(cp: u32) -> bool {
    if cp < 128 { (cp as u8).is_ascii_uppercase() } else { has(cp, UPPER) }
}

/// Is it a title-case letter (category Lt)?
#[inline]
pub fn is_title(cp: u32) -> bool {
    cp >= 128 && has(cp, TITLE)
}

/// `str.isspace` of one character.
#[inline]
pub fn is_space(cp: u32) -> bool {
    if cp < 128 { matches!(cp, 0x09..=0x0d | 0x1c..=0x20) } else { has(cp, SPACE) }
}

/// `str.isprintable` of one character: `repr` leaves it as it is.
#[inline]
pub fn is_printable(cp: u32) -> bool {
    if cp < 128 { matches!(cp, 0x20..=0x7e) } else { has(cp, PRINTABLE) }
}

/// May it begin an identifier? The underscore may.
#[inline]
pub fn is_xid_start(cp: u32) -> bool {
    if cp < 128 { (cp as u8).is_ascii_alphabetic() || cp == 0x5f } else { has(cp, XID_START) }
}

/// May it continue an identifier?
#[inline]
pub fn is_xid_continue(cp: u32) -> bool {
    if cp < 128 { (cp as u8).is_ascii_alphanumeric() || cp == 0x5f } else { has(cp, XID_CONTINUE) }
}

/// Does `str.splitlines` split at it?
#[inline]
pub fn is_linebreak(cp: u32) -> bool {
    if cp < 128 { matches!(cp, 0x0a..=0x0d | 0x1c..=0x1e) } else { has(cp, LINEBREAK) }
}

/// Has it case in the sense of Unicode's Cased property?
#[inline]
pub fn is_cased(cp: u32) -> bool {
    if cp < 128 { (cp as u8).is_ascii_alphabetic() } else { has(cp, CASED) }
}

/// Is it skipped when looking for the cased neighbours of a sigma?
#[inline]
pub fn is_case_ignorable(cp: u32) -> bool {
    has(cp, CASE_IGNORABLE)
}

/// The value of a decimal digit of any script.
#[inline]
pub fn decimal(cp: u32) -> Option<u8> {
    if cp < 128 {
        return (cp as u8).is_ascii_digit().then(|| cp as u8 - b'0');
    }
    let value = char_type(cp).decimal;
    (value < 10).then_some(value)
}

/// The value of a digit, also of one such as superscript two.
#[inline]
pub fn digit(cp: u32) -> Option<u8> {
    let value = char_type(cp).digit;
    (value < 10).then_some(value)
}

/// The numeric value, as of a fraction or a CJK numeral.
pub fn numeric(cp: u32) -> Option<f64> {
    let record = char_type(cp);
    (record.flags & NUMERIC_FLAG != 0).then(|| NUMERIC[record.numeric as usize])
}

/// Add a signed distance; the tables only hold distances that stay in range.
#[inline]
fn moved(cp: u32, distance: i32) -> u32 {
    cp.wrapping_add_signed(distance)
}

/// The simple lower-case mapping, as `re.IGNORECASE` uses it.
#[inline]
pub fn to_lower_simple(cp: u32) -> u32 {
    if cp < 128 { (cp as u8).to_ascii_lowercase().into() } else { moved(cp, char_type(cp).lower) }
}

/// The simple upper-case mapping.
#[inline]
pub fn to_upper_simple(cp: u32) -> u32 {
    if cp < 128 { (cp as u8).to_ascii_uppercase().into() } else { moved(cp, char_type(cp).upper) }
}

/// The simple title-case mapping.
#[inline]
pub fn to_title_simple(cp: u32) -> u32 {
    if cp < 128 { (cp as u8).to_ascii_uppercase().into() } else { moved(cp, char_type(cp).title) }
}

/// The one to three code points a character maps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped([u32; 3]);

impl Mapped {
    /// The mapped code points.
    #[inline]
    pub fn as_slice(&self) -> &[u32] {
        let len = match self.0 {
            [_, 0, _] => 1,
            [_, _, 0] => 2,
            _ => 3,
        };
        &self.0[..len]
    }
}

#[inline]
fn map(cp: u32, simple: impl Fn(&CharType) -> i32, full: impl Fn(&CaseMapping) -> [u32; 3]) -> Mapped {
    let record = char_type(cp);
    if record.flags & SPECIAL_CASE != 0
        && let Ok(i) = SPECIAL.binary_search_by_key(&cp, |special| special.cp)
    {
        return Mapped(full(&SPECIAL[i]));
    }
    Mapped([moved(cp, simple(record)), 0, 0])
}

/// The full lower-case mapping of one character; for U+03A3 see [`is_final_sigma`].
#[inline]
pub fn to_lower(cp: u32) -> Mapped {
    map(cp, |r| r.lower, |s| s.lower)
}

/// The full upper-case mapping.
#[inline]
pub fn to_upper(cp: u32) -> Mapped {
    map(cp, |r| r.upper, |s| s.upper)
}

/// The full title-case mapping.
#[inline]
pub fn to_title(cp: u32) -> Mapped {
    map(cp, |r| r.title, |s| s.title)
}

/// The full case folding.
#[inline]
pub fn to_casefold(cp: u32) -> Mapped {
    map(cp, |r| r.lower, |s| s.fold)
}

/// Is the capital sigma between `before` (read backwards) and `after` at the end of a word, so that its lower case
/// is U+03C2 (Unicode 16.0, table 3-17)?
pub fn is_final_sigma(before: impl Iterator<Item = u32>, after: impl Iterator<Item = u32>) -> bool {
    word_goes_on(before) && !word_goes_on(after)
}

fn word_goes_on(mut side: impl Iterator<Item = u32>) -> bool {
    side.find(|cp| !is_case_ignorable(*cp)).is_some_and(is_cased)
}
