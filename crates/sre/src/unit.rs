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

    /// Whether `text` begins with `literal`.
    fn starts_with(text: &[Self], literal: &Literal) -> bool;
}

/// Characters that follow each other.
pub struct Literal {
    pub chars: Box<[u32]>,
    /// For text of bytes; `None` if a character does not fit.
    bytes: Option<Box<[u8]>>,
}

impl Literal {
    pub fn new(chars: &[u32]) -> Literal {
        let bytes = chars.iter().map(|&c| u8::try_from(c).ok()).collect();
        Literal { chars: chars.into(), bytes }
    }
}

/// A literal of two characters or more to search for.
pub struct Needle {
    literal: Literal,
    finder: Option<memmem::Finder<'static>>,
}

impl Needle {
    pub fn new(chars: &[u32]) -> Needle {
        let literal = Literal::new(chars);
        let finder = literal.bytes.as_ref().map(|bytes| memmem::Finder::new(bytes).into_owned());
        Needle { literal, finder }
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
    fn starts_with(text: &[u8], literal: &Literal) -> bool {
        literal.bytes.as_ref().is_some_and(|bytes| text.starts_with(bytes))
    }
}

fn wide_starts_with<U: Unit>(text: &[U], literal: &Literal) -> bool {
    text.len() >= literal.chars.len() && text.iter().zip(&literal.chars).all(|(&u, &c)| u.into() == c)
}

fn wide_find_str<U: Unit>(text: &[U], needle: &Needle) -> Option<usize> {
    let first = U::of(*needle.literal.chars.first()?)?;
    let mut from = 0;
    loop {
        from += U::find(text.get(from..)?, first)?;
        if wide_starts_with(&text[from..], &needle.literal) {
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

    fn starts_with(text: &[u16], literal: &Literal) -> bool {
        wide_starts_with(text, literal)
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

    fn starts_with(text: &[u32], literal: &Literal) -> bool {
        wide_starts_with(text, literal)
    }
}
