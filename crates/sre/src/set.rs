//! Sets of characters.

use crate::code::Category;
use minipy_unicode as unicode;

/// What matching needs of its surroundings: the C library's locale, and a look at what is pending.
pub trait Host {
    /// The lower case of a byte in the current locale.
    fn to_lower(&self, c: u8) -> u8;
    /// The upper case of a byte in the current locale.
    fn to_upper(&self, c: u8) -> u8;
    /// Whether a byte is a letter or digit in the current locale.
    fn is_alphanumeric(&self, c: u8) -> bool;
    /// Called now and then during a long match: whether to give it up.
    fn interrupted(&self) -> bool;
}

/// The locale "C"; never interrupts.
pub struct CLocale;

impl Host for CLocale {
    fn to_lower(&self, c: u8) -> u8 {
        c.to_ascii_lowercase()
    }

    fn to_upper(&self, c: u8) -> u8 {
        c.to_ascii_uppercase()
    }

    fn is_alphanumeric(&self, c: u8) -> bool {
        c.is_ascii_alphanumeric()
    }

    fn interrupted(&self) -> bool {
        false
    }
}

/// The lower case of `c` in the current locale, which knows bytes only.
pub fn locale_lower(host: &dyn Host, c: u32) -> u32 {
    u8::try_from(c).map_or(c, |byte| u32::from(host.to_lower(byte)))
}

/// As [`locale_lower`], for the upper case.
pub fn locale_upper(host: &dyn Host, c: u32) -> u32 {
    u8::try_from(c).map_or(c, |byte| u32::from(host.to_upper(byte)))
}

/// What is done to a character before it is compared with characters in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Fold {
    None,
    Ascii,
    Unicode,
    Locale,
}

impl Fold {
    pub fn apply(self, host: &dyn Host, c: u32) -> u32 {
        match self {
            Fold::None => c,
            Fold::Ascii => u8::try_from(c).map_or(c, |byte| u32::from(byte.to_ascii_lowercase())),
            Fold::Unicode => unicode::to_lower_simple(c),
            Fold::Locale => locale_lower(host, c),
        }
    }
}

impl Category {
    pub fn contains(self, host: &dyn Host, c: u32) -> bool {
        let ascii = |test: fn(&u8) -> bool| u8::try_from(c).is_ok_and(|byte| test(&byte));
        let underscore = c == u32::from(b'_');
        match self {
            Category::Digit => ascii(u8::is_ascii_digit),
            Category::NotDigit => !ascii(u8::is_ascii_digit),
            Category::Space => matches!(c, 0x09..=0x0d | 0x20),
            Category::NotSpace => !matches!(c, 0x09..=0x0d | 0x20),
            Category::Word => ascii(u8::is_ascii_alphanumeric) || underscore,
            Category::NotWord => !(ascii(u8::is_ascii_alphanumeric) || underscore),
            Category::Linebreak => c == 0x0a,
            Category::NotLinebreak => c != 0x0a,
            Category::LocWord | Category::LocNotWord => {
                let word = underscore || u8::try_from(c).is_ok_and(|byte| host.is_alphanumeric(byte));
                word == (self == Category::LocWord)
            }
            Category::UniDigit => unicode::is_decimal(c),
            Category::UniNotDigit => !unicode::is_decimal(c),
            Category::UniSpace => unicode::is_space(c),
            Category::UniNotSpace => !unicode::is_space(c),
            Category::UniWord => unicode::is_alnum(c) || underscore,
            Category::UniNotWord => !(unicode::is_alnum(c) || underscore),
            Category::UniLinebreak => unicode::is_linebreak(c),
            Category::UniNotLinebreak => !unicode::is_linebreak(c),
        }
    }

    /// Whether the answer depends on the locale.
    pub fn of_locale(self) -> bool {
        matches!(self, Category::LocWord | Category::LocNotWord)
    }

    /// The classes of wide characters that are in the category.
    fn wide(self) -> WideClasses {
        use WideClasses as W;
        match self {
            Category::Digit | Category::Space | Category::Word | Category::Linebreak | Category::LocWord => {
                W::NONE
            }
            Category::NotDigit
            | Category::NotSpace
            | Category::NotWord
            | Category::NotLinebreak
            | Category::LocNotWord => W::ALL,
            Category::UniDigit => W::DIGIT,
            Category::UniNotDigit => W::DIGIT.complement(),
            Category::UniSpace => W::SPACE.union(W::LINEBREAK),
            Category::UniNotSpace => W::SPACE.union(W::LINEBREAK).complement(),
            Category::UniWord => W::DIGIT.union(W::WORD),
            Category::UniNotWord => W::DIGIT.union(W::WORD).complement(),
            Category::UniLinebreak => W::LINEBREAK,
            Category::UniNotLinebreak => W::LINEBREAK.complement(),
        }
    }
}

/// A part of the characters above 255, as a union of classes that do not overlap: digits, other word characters, line
/// breaks, other space, the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct WideClasses(u8);

impl WideClasses {
    pub const NONE: WideClasses = WideClasses(0);
    const DIGIT: WideClasses = WideClasses(1);
    const WORD: WideClasses = WideClasses(2);
    const LINEBREAK: WideClasses = WideClasses(4);
    const SPACE: WideClasses = WideClasses(8);
    pub const ALL: WideClasses = WideClasses(31);

    pub fn union(self, other: WideClasses) -> WideClasses {
        WideClasses(self.0 | other.0)
    }

    pub fn intersection(self, other: WideClasses) -> WideClasses {
        WideClasses(self.0 & other.0)
    }

    fn complement(self) -> WideClasses {
        WideClasses(!self.0 & WideClasses::ALL.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The class of one character.
    pub fn of(c: u32) -> WideClasses {
        if c < 256 {
            WideClasses::NONE
        } else if unicode::is_decimal(c) {
            WideClasses::DIGIT
        } else if unicode::is_alnum(c) {
            WideClasses::WORD
        } else if unicode::is_linebreak(c) {
            WideClasses::LINEBREAK
        } else if unicode::is_space(c) {
            WideClasses::SPACE
        } else {
            WideClasses(16)
        }
    }
}

/// A part of a set, tried in order.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub enum Item {
    /// From here on a hit means "not in the set".
    Negate,
    Literal(u32),
    Range(u32, u32),
    /// The character or its upper case lies in the range.
    RangeIgnore(u32, u32),
    /// Characters below 256.
    Bits(Box<[u32]>),
    /// Characters below 65536: for each 256 of them the number of a block of bits.
    Blocks(Box<[u8]>, Box<[u32]>),
    Category(Category),
}

fn bit(bits: &[u32], index: u32) -> bool {
    bits.get(index as usize >> 5).is_some_and(|word| word >> (index & 31) & 1 != 0)
}

impl Item {
    fn contains(&self, host: &dyn Host, c: u32) -> bool {
        match self {
            Item::Negate => false,
            Item::Literal(literal) => c == *literal,
            Item::Range(low, high) => (*low..=*high).contains(&c),
            Item::RangeIgnore(low, high) => {
                let range = *low..=*high;
                range.contains(&c) || range.contains(&unicode::to_upper_simple(c))
            }
            Item::Bits(bits) => c < 256 && bit(bits, c),
            Item::Blocks(map, bits) => map
                .get(c as usize >> 8)
                .is_some_and(|&block| c < 0x1_0000 && bit(bits, u32::from(block) << 8 | (c & 255))),
            Item::Category(category) => category.contains(host, c),
        }
    }
}

/// Whether `items` contain one of `forms`, the forms of a character that count as the same.
fn contains(items: &[Item], host: &dyn Host, forms: &[u32]) -> bool {
    let mut hit = true;
    for item in items {
        if matches!(item, Item::Negate) {
            hit = !hit;
        } else if forms.iter().any(|&c| item.contains(host, c)) {
            return hit;
        }
    }
    !hit
}

/// A set that does not depend on the locale.
pub struct Set {
    /// The characters below 256.
    pub narrow: Box<[bool; 256]>,
    pub wide: Wide,
    /// At least the classes of the wide characters in the set.
    pub wide_classes: WideClasses,
}

/// The characters above 255 of a set.
pub enum Wide {
    None,
    All,
    Some(Fold, Box<[Item]>),
}

impl Set {
    pub fn new(fold: Fold, items: Vec<Item>) -> Set {
        let mut narrow = Box::new([false; 256]);
        for (c, slot) in (0u32..).zip(narrow.iter_mut()) {
            *slot = contains(&items, &CLocale, &[fold.apply(&CLocale, c)]);
        }
        let (wide_classes, exact) = wide_part(fold, &items);
        let wide = if wide_classes.is_empty() {
            Wide::None
        } else if exact && wide_classes == WideClasses::ALL {
            Wide::All
        } else {
            Wide::Some(fold, items.into())
        };
        Set { narrow, wide, wide_classes }
    }

    #[inline(always)]
    pub fn contains(&self, c: u32) -> bool {
        if c < 256 { self.narrow[c as usize] } else { self.contains_wide(c) }
    }

    #[inline(never)]
    fn contains_wide(&self, c: u32) -> bool {
        match &self.wide {
            Wide::None => false,
            Wide::All => true,
            Wide::Some(fold, items) => contains(items, &CLocale, &[fold.apply(&CLocale, c)]),
        }
    }
}

/// The classes that the wide characters of a set belong to, and whether all of these classes' characters are in it.
fn wide_part(fold: Fold, items: &[Item]) -> (WideClasses, bool) {
    let (negated, items) = match items {
        [Item::Negate, rest @ ..] => (true, rest),
        all => (false, all),
    };
    let mut classes = WideClasses::NONE;
    let mut exact = true;
    for item in items {
        let (part, is_exact) = match item {
            Item::Negate => (WideClasses::ALL, false),
            // The lower case of a wide character may be a narrow one, but is of the same class.
            Item::Category(category)
                if fold != Fold::Unicode
                    || ![WideClasses::NONE, WideClasses::ALL].contains(&category.wide()) =>
            {
                (category.wide(), true)
            }
            _ if fold == Fold::Unicode => (WideClasses::ALL, false),
            Item::Category(_) => (WideClasses::ALL, false),
            Item::Literal(c) if *c < 256 => (WideClasses::NONE, true),
            Item::Literal(c) => (WideClasses::of(*c), false),
            Item::Range(_, high) if *high < 256 => (WideClasses::NONE, true),
            Item::Range(low, high) if *low <= 256 && *high >= 0x10_ffff => (WideClasses::ALL, true),
            Item::Bits(_) => (WideClasses::NONE, true),
            Item::Range(..) | Item::RangeIgnore(..) | Item::Blocks(..) => (WideClasses::ALL, false),
        };
        classes = classes.union(part);
        exact &= is_exact || part.is_empty();
    }
    match (negated, exact) {
        (false, _) => (classes, exact),
        (true, true) => (classes.complement(), true),
        (true, false) => (WideClasses::ALL, false),
    }
}

/// A test of one character that has to ask the locale each time.
pub enum LocaleTest {
    /// The character, or its lower or upper case, is this (or is not).
    Char {
        c: u32,
        negated: bool,
    },
    Set(Box<[Item]>),
    /// The lower or the upper case is in the set.
    SetIgnore(Box<[Item]>),
}

impl LocaleTest {
    pub fn contains(&self, host: &dyn Host, c: u32) -> bool {
        match self {
            LocaleTest::Char { c: wanted, negated } => {
                let equal =
                    c == *wanted || locale_lower(host, c) == *wanted || locale_upper(host, c) == *wanted;
                equal != *negated
            }
            LocaleTest::Set(items) => contains(items, host, &[c]),
            LocaleTest::SetIgnore(items) => {
                contains(items, host, &[locale_lower(host, c), locale_upper(host, c)])
            }
        }
    }
}
