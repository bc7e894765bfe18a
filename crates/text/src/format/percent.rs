//! printf-style templates of str and bytes, and the number conversions.

use super::FormatError;
use super::number::float_digits;
use crate::float::{Code, Style};
use crate::int;
use dashu_int::IBig;
use std::fmt;

/// Why a printf-style template is refused. All are ValueErrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PercentError {
    /// The template ends within a conversion.
    Incomplete,
    /// The template ends within a key.
    IncompleteKey,
    /// A width beyond a size.
    WidthTooBig,
    /// A precision beyond a C int.
    PrecisionTooBig,
    /// A conversion that does not exist.
    Unsupported {
        /// The character.
        code: u32,
        /// Its place in the template.
        index: usize,
    },
}

impl fmt::Display for PercentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PercentError::Incomplete => f.write_str("incomplete format"),
            PercentError::IncompleteKey => f.write_str("incomplete format key"),
            PercentError::WidthTooBig => f.write_str("width too big"),
            PercentError::PrecisionTooBig => f.write_str("precision too big"),
            PercentError::Unsupported { code, index } => {
                let shown = char::from_u32(*code).filter(|c| matches!(c, ' '..='~')).unwrap_or('?');
                write!(f, "unsupported format character '{shown}' (0x{code:x}) at index {index}")
            }
        }
    }
}

/// A width or precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// None given.
    Default,
    /// A number.
    Is(usize),
    /// `*`: the next argument.
    Argument,
}

/// A conversion such as `%(key)-5.2f`.
#[derive(Clone, Copy, Debug)]
pub struct Conversion<'a> {
    /// The key between parentheses, if there are any. The caller looks at it first, then at width and precision, then at
    /// `code`.
    pub key: Option<&'a [u8]>,
    /// `-`: padding goes to the right.
    pub left: bool,
    /// `+`.
    pub plus: bool,
    /// A space.
    pub space: bool,
    /// `#`.
    pub alternate: bool,
    /// `0`.
    pub zero: bool,
    /// The least number of characters.
    pub width: Amount,
    /// The precision.
    pub precision: Amount,
    /// The conversion's code point and where it stands, or what is wrong with the template.
    pub code: Result<u32, PercentError>,
    /// The place of the code, in characters.
    pub index: usize,
}

/// A part of a printf-style template.
#[derive(Clone, Copy, Debug)]
pub enum PercentPiece<'a> {
    /// Text to copy.
    Literal(&'a [u8]),
    /// An argument to convert.
    Conversion(Conversion<'a>),
}

/// The pieces of a template given as bytes, or as the WTF-8 of a str.
#[derive(Clone, Debug)]
pub struct PercentTemplate<'a> {
    text: &'a [u8],
    at: usize,
    is_bytes: bool,
    /// A byte offset, and how many characters precede it.
    counted: (usize, usize),
}

impl<'a> PercentTemplate<'a> {
    /// Parse the bytes of a bytes object.
    pub fn of_bytes(text: &'a [u8]) -> Self {
        PercentTemplate { text, at: 0, is_bytes: true, counted: (0, 0) }
    }

    /// Parse the WTF-8 of a str.
    pub fn of_wtf8(text: &'a [u8]) -> Self {
        PercentTemplate { text, at: 0, is_bytes: false, counted: (0, 0) }
    }

    fn eat(&mut self, b: u8) -> bool {
        let found = self.text.get(self.at) == Some(&b);
        self.at += usize::from(found);
        found
    }

    /// The place of a byte offset, counted in characters. Offsets asked for never decrease.
    fn index(&mut self, at: usize) -> usize {
        if self.is_bytes {
            return at;
        }
        let (from, before) = self.counted;
        let new = self.text.get(from..at).unwrap_or_default();
        self.counted = (at, before + new.iter().filter(|b| **b & 0xc0 != 0x80).count());
        self.counted.1
    }

    fn number(&mut self, most: usize) -> Option<usize> {
        let mut value = 0usize;
        while let Some(b) = self.text.get(self.at).filter(|b| b.is_ascii_digit()) {
            value = value.checked_mul(10)?.checked_add((b - b'0').into()).filter(|n| *n <= most)?;
            self.at += 1;
        }
        Some(value)
    }

    fn amount(&mut self, most: usize) -> Option<Amount> {
        if self.eat(b'*') {
            return Some(Amount::Argument);
        }
        match self.text.get(self.at) {
            Some(b) if b.is_ascii_digit() => self.number(most).map(Amount::Is),
            _ => Some(Amount::Default),
        }
    }

    fn key(&mut self) -> Result<Option<&'a [u8]>, PercentError> {
        if !self.eat(b'(') {
            return Ok(None);
        }
        let start = self.at;
        let mut depth = 1usize;
        while let Some(b) = self.text.get(self.at) {
            self.at += 1;
            match b {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(Some(&self.text[start..self.at - 1]));
            }
        }
        Err(PercentError::IncompleteKey)
    }

    fn conversion(&mut self) -> Conversion<'a> {
        let mut found = Conversion {
            key: None,
            left: false,
            plus: false,
            space: false,
            alternate: false,
            zero: false,
            width: Amount::Default,
            precision: Amount::Default,
            code: Err(PercentError::Incomplete),
            index: 0,
        };
        found.code = match self.key() {
            Ok(key) => {
                found.key = key;
                self.rest(&mut found)
            }
            Err(error) => {
                found.key = Some(b"");
                Err(error)
            }
        };
        found
    }

    fn rest(&mut self, found: &mut Conversion<'a>) -> Result<u32, PercentError> {
        loop {
            match self.text.get(self.at) {
                Some(b'-') => found.left = true,
                Some(b'+') => found.plus = true,
                Some(b' ') => found.space = true,
                Some(b'#') => found.alternate = true,
                Some(b'0') => found.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        found.width = self.amount(isize::MAX as usize).ok_or(PercentError::WidthTooBig)?;
        if self.eat(b'.') {
            let precision = self.amount(i32::MAX as usize).ok_or(PercentError::PrecisionTooBig)?;
            found.precision = if precision == Amount::Default { Amount::Is(0) } else { precision };
        }
        if let Some(b'h' | b'l' | b'L') = self.text.get(self.at) {
            self.at += 1;
        }
        found.index = self.index(self.at);
        let first = *self.text.get(self.at).ok_or(PercentError::Incomplete)?;
        if self.is_bytes || first.is_ascii() {
            self.at += 1;
            return Ok(first.into());
        }
        let tail = self.text[self.at + 1..].iter().take_while(|b| **b & 0xc0 == 0x80).take(3);
        let tail: Vec<u32> = tail.map(|b| u32::from(b & 0x3f)).collect();
        self.at += 1 + tail.len();
        let head = u32::from(first) & (0x3f >> tail.len());
        Ok(tail.iter().fold(head, |cp, bits| cp << 6 | bits))
    }
}

impl<'a> Iterator for PercentTemplate<'a> {
    type Item = PercentPiece<'a>;

    fn next(&mut self) -> Option<PercentPiece<'a>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let percent = rest.iter().position(|b| *b == b'%').unwrap_or(rest.len());
        if percent > 0 {
            self.at += percent;
            return Some(PercentPiece::Literal(&rest[..percent]));
        }
        if rest.starts_with(b"%%") {
            self.at += 2;
            return Some(PercentPiece::Literal(b"%"));
        }
        self.at += 1;
        Some(PercentPiece::Conversion(self.conversion()))
    }
}

impl Conversion<'_> {
    /// Whether nothing stands between the percent sign and the code.
    pub fn is_bare(&self) -> bool {
        let flags = [self.left, self.plus, self.space, self.alternate, self.zero];
        self.key.is_none()
            && !flags.contains(&true)
            && self.width == Amount::Default
            && self.precision == Amount::Default
    }

    /// Take the width that `*` stands for from an argument: a negative one means `-`.
    pub fn set_width(&mut self, width: isize) {
        self.left |= width < 0;
        self.width = Amount::Is(width.unsigned_abs());
    }

    /// Take the precision that `.*` stands for from an argument: a negative one means 0.
    pub fn set_precision(&mut self, precision: i32) {
        self.precision = Amount::Is(usize::try_from(precision).unwrap_or(0));
    }

    /// The error for a code that the template's type does not know.
    pub fn unsupported(&self, code: u32) -> PercentError {
        PercentError::Unsupported { code, index: self.index }
    }

    /// The precision, if one was given.
    pub fn precision(&self) -> Option<usize> {
        match self.precision {
            Amount::Is(precision) => Some(precision),
            _ => None,
        }
    }

    /// Spaces before and after a text of `len` characters (`%s`, `%r`, `%a`, `%c`).
    pub fn padding(&self, len: usize) -> (usize, usize) {
        let width = match self.width {
            Amount::Is(width) => width,
            _ => 0,
        };
        let total = width.saturating_sub(len);
        if self.left { (0, total) } else { (total, 0) }
    }

    /// Put sign and padding around the text of a number, which begins with a minus sign if it is negative.
    fn finish(&self, number: &str, prefix: &str) -> Result<String, FormatError> {
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None if self.plus => ("+", number),
            None if self.space => (" ", number),
            None => ("", number),
        };
        let (before, after) = self.padding(sign.len() + prefix.len() + digits.len());
        let mut out = String::new();
        out.try_reserve(before.saturating_add(after).saturating_add(number.len() + 4))
            .map_err(|_| FormatError::Memory)?;
        let zeros = if self.zero { before } else { 0 };
        out.extend(std::iter::repeat_n(' ', before - zeros));
        out.push_str(sign);
        out.push_str(prefix);
        out.extend(std::iter::repeat_n('0', zeros));
        out.push_str(digits);
        out.extend(std::iter::repeat_n(' ', after));
        Ok(out)
    }

    /// `%d %i %u %o %x %X`; `limit` is `sys.get_int_max_str_digits()`.
    pub fn int(&self, n: &IBig, code: char, limit: usize) -> Result<String, FormatError> {
        let (radix, prefix) = match code {
            'o' => (8, "0o"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        let mut number = match radix {
            10 => int::to_decimal(n, limit).map_err(FormatError::Digits)?,
            radix => int::to_radix(n, radix),
        };
        if code == 'X' {
            number.make_ascii_uppercase();
        }
        let start = usize::from(number.starts_with('-'));
        let missing = self.precision().unwrap_or(0).saturating_sub(number.len() - start);
        if missing > 0 {
            let mut zeros = String::new();
            zeros.try_reserve(missing).map_err(|_| FormatError::Memory)?;
            zeros.extend(std::iter::repeat_n('0', missing));
            number.insert_str(start, &zeros);
        }
        self.finish(&number, if self.alternate { prefix } else { "" })
    }

    /// `%e %f %g` and their capitals.
    pub fn float(&self, x: f64, code: char) -> Result<String, FormatError> {
        let style = Style {
            code: match code.to_ascii_lowercase() {
                'e' => Code::Exponent,
                'f' => Code::Fixed,
                _ => Code::General,
            },
            precision: self.precision().unwrap_or(6),
            alternate: self.alternate,
            dot_zero: false,
            upper: code.is_ascii_uppercase(),
        };
        self.finish(&float_digits(x, style)?, "")
    }
}
