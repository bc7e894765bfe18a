//! How a character of the text is stored.

use memchr::memmem;

/// A character: `u8`, `u16` or `u32`.
pub trait Unit: Copy + Eq + Into<u32> + 'static {
    /// `c` in this width, if it fits.
    fn of(c: u32) -> Option<Self>;

    /// Where `unit` occurs first.
    fn find(text: &[Self], unit: Self) -> Option<usize> {
        text.iter().position(|&u| u == unit)
    }

    /// Where `a` or `b` occurs first.
    fn find2(text: &[Self], a: Self, b: Self) -> Option<usize> {
        text.iter().position(|&u| u == a || u == b)
    }

    /// Where `unit` occurs last.
    fn rfind(text: &[Self], unit: Self) -> Option<usize> {
        text.iter().rposition(|&u| u == unit)
    }

    /// Where `needle` occurs first.
    fn find_str(text: &[Self], needle: &Needle) -> Option<usize>;

    /// Whether `text` begins with `needle`.
    fn starts_with(text: &[Self], needle: &Needle) -> bool;
}

/// A literal of two characters or more.
pub struct Needle {
    pub chars: Box<[u32]>,
    /// For text of bytes; `None` if a character does not fit.
    finder: Option<memmem::Finder<'static>>,
}

impl Needle {
    pub fn new(chars: &[u32]) -> Needle {
        let bytes: Option<Vec<u8>> = chars.iter().map(|&c| u8::try_from(c).ok()).collect();
        Needle { chars: chars.into(), finder: bytes.map(|bytes| memmem::Finder::new(&bytes).into_owned()) }
    }
}

impl Unit for u8 {
    #[inline(always)]
    fn of(c: u32) -> Option<u8> {
        u8::try_from(c).ok()
    }

    #[inline]
    fn find(text: &[u8], unit: u8) -> Option<usize> {
        memchr::memchr(unit, text)
    }

    #[inline]
    fn find2(text: &[u8], a: u8, b: u8) -> Option<usize> {
        memchr::memchr2(a, b, text)
    }

    #[inline]
    fn rfind(text: &[u8], unit: u8) -> Option<usize> {
        memchr::memrchr(unit, text)
    }

    fn find_str(text: &[u8], needle: &Needle) -> Option<usize> {
        needle.finder.as_ref()?.find(text)
    }

    #[inline]
    fn starts_with(text: &[u8], needle: &Needle) -> bool {
        needle.finder.as_ref().is_some_and(|finder| text.starts_with(finder.needle()))
    }
}

fn wide_starts_with<U: Unit>(text: &[U], needle: &Needle) -> bool {
    text.len() >= needle.chars.len() && text.iter().zip(&needle.chars).all(|(&u, &c)| u.into() == c)
}

fn wide_find_str<U: Unit>(text: &[U], needle: &Needle) -> Option<usize> {
    let first = U::of(*needle.chars.first()?)?;
    let mut from = 0;
    loop {
        from += U::find(text.get(from..)?, first)?;
        if wide_starts_with(&text[from..], needle) {
            return Some(from);
        }
        from += 1;
    }
}

impl Unit for u16 {
    #[inline(always)]
    fn of(c: u32) -> Option<u16> {
        u16::try_from(c).ok()
    }

    fn find_str(text: &[u16], needle: &Needle) -> Option<usize> {
        wide_find_str(text, needle)
    }

    fn starts_with(text: &[u16], needle: &Needle) -> bool {
        wide_starts_with(text, needle)
    }
}

impl Unit for u32 {
    #[inline(always)]
    fn of(c: u32) -> Option<u32> {
        Some(c)
    }

    fn find_str(text: &[u32], needle: &Needle) -> Option<usize> {
        wide_find_str(text, needle)
    }

    fn starts_with(text: &[u32], needle: &Needle) -> bool {
        wide_starts_with(text, needle)
    }
}
