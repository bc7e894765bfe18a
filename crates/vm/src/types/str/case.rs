//! Methods of `str` about case and kinds of characters.

use super::{Kind, PyStr, StrBuilder, StrRef};
use minipy_macros::pymethods;
use minipy_unicode as unicode;

/// The capital sigma, whose lower case depends on its neighbours.
const SIGMA: u32 = 0x3a3;

impl PyStr {
    /// Maps ASCII text byte by byte.
    fn map_ascii(&self, map: impl Fn(u8) -> u8) -> StrRef {
        let source = self.bytes();
        if let [c] = source {
            return super::latin1_char(map(*c));
        }
        // SAFETY: callers map ASCII to ASCII; every byte is written.
        unsafe {
            PyStr::build(Kind::Ascii, source.len(), |to| {
                for (i, &c) in source.iter().enumerate() {
                    to.add(i).write(map(c) & 0x7f);
                }
            })
        }
    }

    /// Appends the lower case of the character at `index`.
    fn push_lower(&self, index: usize, out: &mut StrBuilder) {
        let c = self.char_at(index);
        if c == SIGMA {
            let before = (0..index).rev().map(|i| self.char_at(i));
            let after = (index + 1..self.len()).map(|i| self.char_at(i));
            out.push(if unicode::is_final_sigma(before, after) { 0x3c2 } else { 0x3c3 });
        } else {
            unicode::to_lower(c).as_slice().iter().for_each(|&c| out.push(c));
        }
    }

    /// `self.lower()`.
    pub fn to_lower(&self) -> StrRef {
        if self.kind() == Kind::Ascii {
            return self.map_ascii(|c| c.to_ascii_lowercase());
        }
        let mut out = StrBuilder::with_capacity(self.len());
        (0..self.len()).for_each(|i| self.push_lower(i, &mut out));
        out.finish()
    }

    /// `self.upper()`.
    pub fn to_upper(&self) -> StrRef {
        if self.kind() == Kind::Ascii {
            return self.map_ascii(|c| c.to_ascii_uppercase());
        }
        self.map_chars(unicode::to_upper)
    }

    fn map_chars(&self, map: impl Fn(u32) -> unicode::Mapped) -> StrRef {
        let mut out = StrBuilder::with_capacity(self.len());
        for c in self.chars() {
            map(c).as_slice().iter().for_each(|&c| out.push(c));
        }
        out.finish()
    }

    /// Not empty, and all characters pass.
    fn all_chars(&self, test: impl Fn(u32) -> bool) -> bool {
        !self.is_empty() && self.chars().all(test)
    }

    /// Whether the str is a Python identifier (PEP 3131).
    pub fn is_identifier(&self) -> bool {
        let mut chars = self.chars();
        chars.next().is_some_and(unicode::is_xid_start) && chars.all(unicode::is_xid_continue)
    }
}

#[pymethods(part = case)]
impl PyStr {
    /// Return a copy of the string converted to lowercase.
    #[pymethod("($self, /)")]
    fn lower(&self) -> StrRef {
        self.to_lower()
    }

    /// Return a copy of the string converted to uppercase.
    #[pymethod("($self, /)")]
    fn upper(&self) -> StrRef {
        self.to_upper()
    }

    /// Return a version of the string suitable for caseless comparisons.
    #[pymethod("($self, /)")]
    fn casefold(&self) -> StrRef {
        if self.kind() == Kind::Ascii {
            return self.map_ascii(|c| c.to_ascii_lowercase());
        }
        self.map_chars(unicode::to_casefold)
    }

    /// Convert uppercase characters to lowercase and lowercase characters to uppercase.
    #[pymethod("($self, /)")]
    fn swapcase(&self) -> StrRef {
        if self.kind() == Kind::Ascii {
            return self.map_ascii(|c| if c.is_ascii_alphabetic() { c ^ 0x20 } else { c });
        }
        let mut out = StrBuilder::with_capacity(self.len());
        for (i, c) in self.chars().enumerate() {
            if unicode::is_upper(c) {
                self.push_lower(i, &mut out);
            } else if unicode::is_lower(c) {
                unicode::to_upper(c).as_slice().iter().for_each(|&c| out.push(c));
            } else {
                out.push(c);
            }
        }
        out.finish()
    }

    /// Return a capitalized version of the string.
    ///
    /// More specifically, make the first character have upper case and the
    /// rest lower case.
    #[pymethod("($self, /)")]
    fn capitalize(&self) -> StrRef {
        if self.is_empty() {
            return super::empty();
        }
        let mut out = StrBuilder::with_capacity(self.len());
        unicode::to_title(self.char_at(0)).as_slice().iter().for_each(|&c| out.push(c));
        (1..self.len()).for_each(|i| self.push_lower(i, &mut out));
        out.finish()
    }

    /// Return a version of the string where each word is titlecased.
    ///
    /// More specifically, words start with uppercased characters and all
    /// remaining cased characters have lower case.
    #[pymethod("($self, /)")]
    fn title(&self) -> StrRef {
        let mut out = StrBuilder::with_capacity(self.len());
        let mut in_word = false;
        for (i, c) in self.chars().enumerate() {
            if in_word {
                self.push_lower(i, &mut out);
            } else {
                unicode::to_title(c).as_slice().iter().for_each(|&c| out.push(c));
            }
            in_word = unicode::is_cased(c);
        }
        out.finish()
    }

    /// Return True if all characters in the string are ASCII, False otherwise.
    ///
    /// ASCII characters have code points in the range U+0000-U+007F.
    /// Empty string is ASCII too.
    #[pymethod("($self, /)")]
    fn isascii(&self) -> bool {
        self.kind() == Kind::Ascii
    }

    /// Return True if the string is a lowercase string, False otherwise.
    ///
    /// A string is lowercase if all cased characters in the string are
    /// lowercase and there is at least one cased character in the string.
    #[pymethod("($self, /)")]
    fn islower(&self) -> bool {
        let mut cased = false;
        for c in self.chars() {
            if unicode::is_upper(c) || unicode::is_title(c) {
                return false;
            }
            cased |= unicode::is_lower(c);
        }
        cased
    }

    /// Return True if the string is an uppercase string, False otherwise.
    ///
    /// A string is uppercase if all cased characters in the string are
    /// uppercase and there is at least one cased character in the string.
    #[pymethod("($self, /)")]
    fn isupper(&self) -> bool {
        let mut cased = false;
        for c in self.chars() {
            if unicode::is_lower(c) || unicode::is_title(c) {
                return false;
            }
            cased |= unicode::is_upper(c);
        }
        cased
    }

    /// Return True if the string is a title-cased string, False otherwise.
    ///
    /// In a title-cased string, upper- and title-case characters may only
    /// follow uncased characters and lowercase characters only cased ones.
    #[pymethod("($self, /)")]
    fn istitle(&self) -> bool {
        let (mut cased, mut in_word) = (false, false);
        for c in self.chars() {
            let capital = unicode::is_upper(c) || unicode::is_title(c);
            let lower = unicode::is_lower(c);
            if (capital && in_word) || (lower && !in_word) {
                return false;
            }
            in_word = capital || lower;
            cased |= in_word;
        }
        cased
    }

    /// Return True if the string is a whitespace string, False otherwise.
    ///
    /// A string is whitespace if all characters in the string are
    /// whitespace and there is at least one character in the string.
    #[pymethod("($self, /)")]
    fn isspace(&self) -> bool {
        self.all_chars(unicode::is_space)
    }

    /// Return True if the string is an alphabetic string, False otherwise.
    ///
    /// A string is alphabetic if all characters in the string are
    /// alphabetic and there is at least one character in the string.
    #[pymethod("($self, /)")]
    fn isalpha(&self) -> bool {
        self.all_chars(unicode::is_alpha)
    }

    /// Return True if the string is an alpha-numeric string, False otherwise.
    ///
    /// A string is alpha-numeric if all characters in the string are
    /// alpha-numeric and there is at least one character in the string.
    #[pymethod("($self, /)")]
    fn isalnum(&self) -> bool {
        self.all_chars(unicode::is_alnum)
    }

    /// Return True if the string is a decimal string, False otherwise.
    ///
    /// A string is a decimal string if all characters in the string are
    /// decimal and there is at least one character in the string.
    #[pymethod("($self, /)")]
    fn isdecimal(&self) -> bool {
        self.all_chars(unicode::is_decimal)
    }

    /// Return True if the string is a digit string, False otherwise.
    ///
    /// A string is a digit string if all characters in the string are
    /// digits and there is at least one character in the string.
    #[pymethod("($self, /)")]
    fn isdigit(&self) -> bool {
        self.all_chars(unicode::is_digit)
    }

    /// Return True if the string is a numeric string, False otherwise.
    ///
    /// A string is numeric if all characters in the string are numeric and
    /// there is at least one character in the string.
    #[pymethod("($self, /)")]
    fn isnumeric(&self) -> bool {
        self.all_chars(unicode::is_numeric)
    }

    /// Return True if the string is a valid Python identifier, False otherwise.
    ///
    /// Call keyword.iskeyword(s) to test whether string s is a reserved
    /// identifier, such as "def" or "class".
    #[pymethod("($self, /)")]
    fn isidentifier(&self) -> bool {
        self.is_identifier()
    }

    /// Return True if all characters in the string are printable, False otherwise.
    ///
    /// A character is printable if repr() may use it in its output.
    #[pymethod("($self, /)")]
    fn isprintable(&self) -> bool {
        self.chars().all(unicode::is_printable)
    }
}
