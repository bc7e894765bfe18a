//! The widths of a character, and searching in each.

use super::{PyStr, StrData, StrRef};
use memchr::memmem;
use std::borrow::Cow;

/// How one character is stored: `u8`, `u16` or `u32`.
pub trait Unit: Copy + Ord + Into<u32> + 'static {
    /// The characters of `s` in this width; `None` if one does not fit.
    fn of(s: &PyStr) -> Option<Cow<'_, [Self]>>;
    /// `c` in this width, if it fits.
    fn from_u32(c: u32) -> Option<Self>;
    /// A str of these characters, in the narrowest kind.
    fn to_str(units: &[Self]) -> StrRef;
    /// Where `needle`, which is not empty, occurs first.
    fn find(hay: &[Self], needle: &[Self]) -> Option<usize>;
    /// Where `needle`, which is not empty, occurs last.
    fn rfind(hay: &[Self], needle: &[Self]) -> Option<usize>;
}

/// Runs the same code on the characters of a str whatever their width.
#[macro_export]
macro_rules! by_width {
    ($data:expr, $units:ident => $body:expr) => {
        match $data {
            $crate::types::str::StrData::Ascii($units) | $crate::types::str::StrData::Latin1($units) => $body,
            $crate::types::str::StrData::Ucs2($units) => $body,
            $crate::types::str::StrData::Ucs4($units) => $body,
        }
    };
}
pub use by_width;

impl Unit for u8 {
    #[inline]
    fn of(s: &PyStr) -> Option<Cow<'_, [u8]>> {
        match s.data() {
            StrData::Ascii(d) | StrData::Latin1(d) => Some(Cow::Borrowed(d)),
            _ => None,
        }
    }

    #[inline]
    fn from_u32(c: u32) -> Option<u8> {
        u8::try_from(c).ok()
    }

    fn to_str(units: &[u8]) -> StrRef {
        PyStr::from_latin1(units)
    }

    #[inline]
    fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
        match needle {
            // Looking at so few is done before the search by vectors has begun.
            [c] if hay.len() < 16 => hay.iter().position(|unit| unit == c),
            [c] => memchr::memchr(*c, hay),
            _ => memmem::find(hay, needle),
        }
    }

    #[inline]
    fn rfind(hay: &[u8], needle: &[u8]) -> Option<usize> {
        match needle {
            [c] => memchr::memrchr(*c, hay),
            _ => memmem::rfind(hay, needle),
        }
    }
}

/// The characters' memory.
fn raw<U: Unit>(units: &[U]) -> &[u8] {
    // SAFETY: units are plain integers without padding.
    unsafe { std::slice::from_raw_parts(units.as_ptr().cast(), size_of_val(units)) }
}

fn find_wide<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    if let [c] = needle {
        return hay.iter().position(|u| u == c);
    }
    find_aligned(&memmem::Finder::new(raw(needle)), hay)
}

/// The first match of a needle's memory that begins with a character.
fn find_aligned<U: Unit>(finder: &memmem::Finder<'_>, hay: &[U]) -> Option<usize> {
    let width = size_of::<U>();
    let bytes = raw(hay);
    let mut from = 0;
    loop {
        let at = from + finder.find(bytes.get(from..)?)?;
        // A match that begins within a character is none.
        if at.is_multiple_of(width) {
            return Some(at / width);
        }
        from = at + 1;
    }
}

fn rfind_wide<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    if let [c] = needle {
        return hay.iter().rposition(|u| u == c);
    }
    let width = size_of::<U>();
    let needle = raw(needle);
    let finder = memmem::FinderRev::new(needle);
    let bytes = raw(hay);
    let mut end = bytes.len();
    loop {
        let at = finder.rfind(bytes.get(..end)?)?;
        if at.is_multiple_of(width) {
            return Some(at / width);
        }
        end = at + needle.len() - 1;
    }
}

impl Unit for u16 {
    fn of(s: &PyStr) -> Option<Cow<'_, [u16]>> {
        match s.data() {
            StrData::Ascii(d) | StrData::Latin1(d) => {
                Some(Cow::Owned(d.iter().map(|&c| u16::from(c)).collect()))
            }
            StrData::Ucs2(d) => Some(Cow::Borrowed(d)),
            StrData::Ucs4(_) => None,
        }
    }

    #[inline]
    fn from_u32(c: u32) -> Option<u16> {
        u16::try_from(c).ok()
    }

    fn to_str(units: &[u16]) -> StrRef {
        PyStr::from_ucs2(units)
    }

    fn find(hay: &[u16], needle: &[u16]) -> Option<usize> {
        find_wide(hay, needle)
    }

    fn rfind(hay: &[u16], needle: &[u16]) -> Option<usize> {
        rfind_wide(hay, needle)
    }
}

impl Unit for u32 {
    fn of(s: &PyStr) -> Option<Cow<'_, [u32]>> {
        match s.data() {
            StrData::Ucs4(d) => Some(Cow::Borrowed(d)),
            _ => Some(Cow::Owned(s.chars().collect())),
        }
    }

    #[inline]
    fn from_u32(c: u32) -> Option<u32> {
        Some(c)
    }

    fn to_str(units: &[u32]) -> StrRef {
        PyStr::from_code_points(units)
    }

    fn find(hay: &[u32], needle: &[u32]) -> Option<usize> {
        find_wide(hay, needle)
    }

    fn rfind(hay: &[u32], needle: &[u32]) -> Option<usize> {
        rfind_wide(hay, needle)
    }
}

/// A search for one needle, which is not empty, in several places.
struct Searcher<'n, U> {
    needle: &'n [U],
    /// None for a needle of one character, which is found without preparation.
    finder: Option<memmem::Finder<'n>>,
}

impl<'n, U: Unit> Searcher<'n, U> {
    fn new(needle: &'n [U]) -> Searcher<'n, U> {
        Searcher { needle, finder: (needle.len() > 1).then(|| memmem::Finder::new(raw(needle))) }
    }

    fn find(&self, hay: &[U]) -> Option<usize> {
        match &self.finder {
            Some(finder) => find_aligned(finder, hay),
            None => U::find(hay, self.needle),
        }
    }
}

/// Where `needle` occurs, from left to right and without overlaps. An empty needle occurs before each item and at the end.
pub fn matches<'a, U: Unit>(hay: &'a [U], needle: &'a [U]) -> impl Iterator<Item = usize> + 'a {
    let searcher = Searcher::new(needle);
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = hay.get(from..)?;
        if needle.is_empty() {
            from += 1;
            return Some(from - 1);
        }
        let at = from + searcher.find(rest)?;
        from = at + needle.len();
        Some(at)
    })
}

/// How often `needle` occurs without overlaps.
pub fn count<U: Unit>(hay: &[U], needle: &[U]) -> usize {
    if needle.is_empty() { hay.len() + 1 } else { matches(hay, needle).count() }
}
