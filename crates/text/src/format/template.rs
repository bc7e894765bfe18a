//! `str.format` templates: literals, replacement fields, field names and their numbering.

use rustpython_wtf8::{CodePoint, Wtf8};
use std::fmt;

/// Why a template is refused. All are ValueErrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// A lone opening or closing brace; which.
    Single(char),
    /// A brace inside a field name.
    UnexpectedBrace,
    /// The template ends within a field name.
    ExpectedBrace,
    /// The template ends after the `!`.
    EndInConversion,
    /// More than one character after the `!`.
    ExpectedColon,
    /// The template ends within a format specification.
    UnmatchedBrace,
    /// Nothing between dots or in brackets.
    EmptyAttribute,
    /// An opening bracket is not closed.
    MissingBracket,
    /// Something after a closing bracket.
    AfterBracket,
    /// An index too large for a size.
    TooManyDigits,
    /// `{}` after `{0}`.
    ManualToAutomatic,
    /// `{0}` after `{}`.
    AutomaticToManual,
    /// Fields nested deeper than a field within a specification.
    Recursion,
    /// A conversion other than `r`, `s` and `a`.
    UnknownConversion(u32),
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TemplateError::Single(brace) => {
                return write!(f, "Single '{brace}' encountered in format string");
            }
            TemplateError::UnexpectedBrace => "unexpected '{' in field name",
            TemplateError::ExpectedBrace => "expected '}' before end of string",
            TemplateError::EndInConversion => "end of string while looking for conversion specifier",
            TemplateError::ExpectedColon => "expected ':' after conversion specifier",
            TemplateError::UnmatchedBrace => "unmatched '{' in format spec",
            TemplateError::EmptyAttribute => "Empty attribute in format string",
            TemplateError::MissingBracket => "Missing ']' in format string",
            TemplateError::AfterBracket => "Only '.' or '[' may follow ']' in format field specifier",
            TemplateError::TooManyDigits => "Too many decimal digits in format string",
            TemplateError::ManualToAutomatic => {
                "cannot switch from manual field specification to automatic field numbering"
            }
            TemplateError::AutomaticToManual => {
                "cannot switch from automatic field numbering to manual field specification"
            }
            TemplateError::Recursion => "Max string recursion exceeded",
            TemplateError::UnknownConversion(cp @ 33..127) => {
                let shown = char::from_u32(*cp).unwrap_or('?');
                return write!(f, "Unknown conversion specifier {shown}");
            }
            TemplateError::UnknownConversion(cp) => {
                return write!(f, "Unknown conversion specifier \\x{cp:x}");
            }
        })
    }
}

/// A replacement field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The field name, see [`FieldName`].
    pub name: &'a Wtf8,
    /// The specification; if it has a `{` it is a template itself.
    pub spec: &'a Wtf8,
    /// The conversion after `!`.
    pub conversion: Option<CodePoint>,
}

/// Some literal text and the replacement field after it, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The text, with doubled braces made single.
    pub literal: &'a Wtf8,
    /// The field.
    pub field: Option<Field<'a>>,
}

/// The pieces of a template; as `_string.formatter_parser`, it stops after an error.
#[derive(Clone, Debug)]
pub struct Template<'a> {
    text: &'a Wtf8,
    at: usize,
}

impl<'a> Template<'a> {
    /// Begin to parse `text`.
    pub fn new(text: &'a Wtf8) -> Template<'a> {
        Template { text, at: 0 }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// From the position on, the next of `stops`.
    fn next_of(&self, stops: &[u8]) -> Option<(usize, u8)> {
        let bytes = self.text.as_bytes().get(self.at..)?;
        let i = bytes.iter().position(|b| stops.contains(b))?;
        Some((self.at + i, bytes[i]))
    }

    fn piece(&mut self) -> Result<Piece<'a>, TemplateError> {
        let start = self.at;
        let Some((brace, kind)) = self.next_of(b"{}") else {
            self.at = self.text.len();
            return Ok(Piece { literal: &self.text[start..], field: None });
        };
        let next = self.byte(brace + 1);
        if next == Some(kind) {
            self.at = brace + 2;
            return Ok(Piece { literal: &self.text[start..brace + 1], field: None });
        }
        if kind == b'}' || next.is_none() {
            return Err(TemplateError::Single(kind.into()));
        }
        self.at = brace + 1;
        let field = self.field()?;
        Ok(Piece { literal: &self.text[start..brace], field: Some(field) })
    }

    fn field(&mut self) -> Result<Field<'a>, TemplateError> {
        let start = self.at;
        let (end, kind) = loop {
            let (at, kind) = self.next_of(b"{[}:!").ok_or(TemplateError::ExpectedBrace)?;
            self.at = at + 1;
            match kind {
                b'{' => return Err(TemplateError::UnexpectedBrace),
                b'[' => self.at = self.next_of(b"]").ok_or(TemplateError::ExpectedBrace)?.0,
                kind => break (at, kind),
            }
        };
        let mut field = Field { name: &self.text[start..end], spec: Wtf8::new(""), conversion: None };
        if kind == b'}' {
            return Ok(field);
        }
        if kind == b'!' {
            let conversion =
                self.text[self.at..].code_points().next().ok_or(TemplateError::EndInConversion)?;
            self.at += conversion.len_wtf8();
            field.conversion = Some(conversion);
            match self.byte(self.at) {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(field);
                }
                Some(b':') => self.at += 1,
                Some(_) => return Err(TemplateError::ExpectedColon),
                None => {}
            }
        }
        let start = self.at;
        let mut depth = 1usize;
        while let Some((at, kind)) = self.next_of(b"{}") {
            self.at = at + 1;
            depth = if kind == b'{' { depth + 1 } else { depth - 1 };
            if depth == 0 {
                field.spec = &self.text[start..at];
                return Ok(field);
            }
        }
        Err(TemplateError::UnmatchedBrace)
    }
}

impl<'a> Iterator for Template<'a> {
    type Item = Result<Piece<'a>, TemplateError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.at = self.text.len();
        }
        Some(piece)
    }
}

/// A key of a field name: digits are an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// Decimal digits of any script.
    Index(usize),
    /// Anything else.
    Name(&'a Wtf8),
}

impl<'a> Key<'a> {
    fn parse(text: &'a Wtf8) -> Result<Key<'a>, TemplateError> {
        let mut value = 0usize;
        for cp in text.code_points() {
            let Some(digit) = minipy_unicode::decimal(cp.to_u32()) else { return Ok(Key::Name(text)) };
            value = value
                .checked_mul(10)
                .and_then(|n| n.checked_add(digit.into()))
                .filter(|n| *n <= isize::MAX as usize)
                .ok_or(TemplateError::TooManyDigits)?;
        }
        Ok(if text.is_empty() { Key::Name(text) } else { Key::Index(value) })
    }
}

/// One step from the first object of a field name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'a> {
    /// `.name`.
    Attribute(&'a Wtf8),
    /// `[key]`.
    Item(Key<'a>),
}

/// A field name such as `0.name[key]`, taken apart as by `_string.formatter_field_name_split`: the iterator yields the
/// steps after the first.
#[derive(Clone, Debug)]
pub struct FieldName<'a> {
    /// The argument's position or name; an empty name is numbered automatically.
    pub first: Key<'a>,
    rest: &'a Wtf8,
}

impl<'a> FieldName<'a> {
    /// Take `name` apart.
    pub fn parse(name: &'a Wtf8) -> Result<FieldName<'a>, TemplateError> {
        let end = name.as_bytes().iter().position(|b| matches!(b, b'.' | b'[')).unwrap_or(name.len());
        Ok(FieldName { first: Key::parse(&name[..end])?, rest: &name[end..] })
    }

    fn step(&mut self) -> Result<Access<'a>, TemplateError> {
        let bytes = self.rest.as_bytes();
        let (name, after, item) = match bytes[0] {
            b'.' => {
                let end = bytes[1..].iter().position(|b| matches!(b, b'.' | b'['));
                let end = end.map_or(bytes.len(), |i| i + 1);
                (&self.rest[1..end], end, false)
            }
            b'[' => {
                let end = bytes.iter().position(|b| *b == b']').ok_or(TemplateError::MissingBracket)?;
                (&self.rest[1..end], end + 1, true)
            }
            _ => return Err(TemplateError::AfterBracket),
        };
        if name.is_empty() {
            return Err(TemplateError::EmptyAttribute);
        }
        self.rest = &self.rest[after..];
        Ok(if item { Access::Item(Key::parse(name)?) } else { Access::Attribute(name) })
    }
}

impl<'a> Iterator for FieldName<'a> {
    type Item = Result<Access<'a>, TemplateError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.rest = Wtf8::new("");
        }
        Some(step)
    }
}

/// Numbers the fields without a name, and sees that they do not mix with numbered ones. One for a whole template,
/// fields in specifications included.
#[derive(Clone, Copy, Debug, Default)]
pub struct AutoNumber {
    manual: bool,
    next: usize,
}

impl AutoNumber {
    /// What the first part of a field name stands for.
    pub fn resolve<'a>(&mut self, first: Key<'a>) -> Result<Key<'a>, TemplateError> {
        match first {
            Key::Name(name) if name.is_empty() => {
                if self.manual {
                    return Err(TemplateError::ManualToAutomatic);
                }
                self.next += 1;
                Ok(Key::Index(self.next - 1))
            }
            Key::Index(_) if self.next > 0 => Err(TemplateError::AutomaticToManual),
            Key::Index(_) => {
                self.manual = true;
                Ok(first)
            }
            Key::Name(_) => Ok(first),
        }
    }
}
