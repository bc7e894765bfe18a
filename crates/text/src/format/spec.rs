//! Parsing `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][code]`.

use super::FormatError;
use rustpython_wtf8::Wtf8;
use smallvec::SmallVec;

/// Gives the name of the value's type, for messages.
pub type TypeName<'a> = &'a dyn Fn() -> String;

/// Where the padding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`: after the value.
    Left,
    /// `>`: before the value.
    Right,
    /// `^`: on both sides.
    Center,
    /// `=`: between sign or prefix and digits.
    AfterSign,
}

/// What stands before numbers that are not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `-`: nothing.
    Minus,
    /// `+`: a plus.
    Plus,
    /// A space.
    Space,
}

/// What separates groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// `,`.
    Comma,
    /// `_`; groups of four for bases 2, 8 and 16.
    Underscore,
}

impl Grouping {
    pub(super) fn as_char(self) -> char {
        match self {
            Grouping::Comma => ',',
            Grouping::Underscore => '_',
        }
    }
}

/// A parsed format specification.
#[derive(Clone, Debug)]
pub struct FormatSpec {
    /// The padding's code point.
    pub fill: u32,
    /// Where the padding goes.
    pub align: Align,
    /// The sign option, if given.
    pub sign: Option<Sign>,
    /// `z`: no sign before a zero.
    pub no_negative_zero: bool,
    /// `#`.
    pub alternate: bool,
    /// The least number of characters.
    pub width: usize,
    /// Grouping of the whole part.
    pub grouping: Option<Grouping>,
    /// The precision, if given.
    pub precision: Option<usize>,
    /// Grouping of the fraction.
    pub fraction_grouping: Option<Grouping>,
    /// The format code's code point; 0 if the type has no default one.
    pub code: u32,
}

struct Cursor<'a> {
    points: &'a [u32],
}

impl Cursor<'_> {
    fn eat(&mut self, c: char) -> bool {
        match self.points {
            [first, rest @ ..] if *first == u32::from(c) => {
                self.points = rest;
                true
            }
            _ => false,
        }
    }

    /// A run of decimal digits of any script.
    fn integer(&mut self) -> Result<Option<usize>, FormatError> {
        let mut value = None;
        while let [first, rest @ ..] = self.points
            && let Some(digit) = minipy_unicode::decimal(*first)
        {
            let next = value.unwrap_or(0usize).checked_mul(10).and_then(|n| n.checked_add(digit.into()));
            value = Some(next.filter(|n| *n <= isize::MAX as usize).ok_or(FormatError::TooManyDigits)?);
            self.points = rest;
        }
        Ok(value)
    }

    fn grouping(&mut self) -> Result<Option<Grouping>, FormatError> {
        let comma = self.eat(',');
        let underscore = self.eat('_');
        match (comma, underscore) {
            (true, true) => Err(FormatError::BothGroupings),
            (true, false) => Ok(Some(Grouping::Comma)),
            (false, true) if self.eat(',') => Err(FormatError::BothGroupings),
            (false, true) => Ok(Some(Grouping::Underscore)),
            (false, false) => Ok(None),
        }
    }
}

fn align(cp: Option<&u32>) -> Option<Align> {
    match char::from_u32(*cp?)? {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

impl FormatSpec {
    /// Parse for a value of the type called `type_name`, with its default code (0 for none) and alignment.
    pub fn parse(
        spec: &Wtf8,
        type_name: TypeName<'_>,
        default_code: char,
        default_align: Align,
    ) -> Result<FormatSpec, FormatError> {
        let points: SmallVec<[u32; 16]> = spec.code_points().map(|c| c.to_u32()).collect();
        let mut rest = Cursor { points: &points };
        let (mut fill, mut given) = (None, None);
        if let Some(found) = align(points.get(1)) {
            (fill, given) = (Some(points[0]), Some(found));
            rest.points = &points[2..];
        } else if let Some(found) = align(points.first()) {
            given = Some(found);
            rest.points = &points[1..];
        }
        let sign = if rest.eat('+') {
            Some(Sign::Plus)
        } else if rest.eat('-') {
            Some(Sign::Minus)
        } else {
            rest.eat(' ').then_some(Sign::Space)
        };
        let no_negative_zero = rest.eat('z');
        let alternate = rest.eat('#');
        let mut align = given.unwrap_or(default_align);
        if fill.is_none() && rest.eat('0') {
            fill = Some(u32::from('0'));
            if given.is_none() && default_align == Align::Right {
                align = Align::AfterSign;
            }
        }
        let width = rest.integer()?.unwrap_or(0);
        let grouping = rest.grouping()?;
        let (mut precision, mut fraction_grouping) = (None, None);
        if rest.eat('.') {
            precision = rest.integer()?;
            fraction_grouping = rest.grouping()?;
            if precision.is_none() && fraction_grouping.is_none() {
                return Err(FormatError::MissingPrecision);
            }
        }
        let code = match rest.points {
            [] => u32::from(default_code),
            [code] => *code,
            _ => {
                return Err(FormatError::Invalid { spec: spec.to_owned(), type_name: type_name() });
            }
        };
        let spec = FormatSpec {
            fill: fill.unwrap_or(u32::from(' ')),
            align,
            sign,
            no_negative_zero,
            alternate,
            width,
            grouping,
            precision,
            fraction_grouping,
            code,
        };
        spec.check_grouping()?;
        Ok(spec)
    }

    fn check_grouping(&self) -> Result<(), FormatError> {
        let refuse = |grouping: Grouping| {
            Err(FormatError::GroupingWith { grouping: grouping.as_char(), code: self.code })
        };
        let code = char::from_u32(self.code);
        match (self.grouping, code) {
            (None, _) | (_, Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0')) => {}
            (Some(Grouping::Underscore), Some('b' | 'o' | 'x' | 'X')) => {}
            (Some(grouping), _) => return refuse(grouping),
        }
        match (self.fraction_grouping, code) {
            (Some(grouping), Some('n')) => refuse(grouping),
            _ => Ok(()),
        }
    }

    pub(super) fn unknown_code(&self, type_name: TypeName<'_>) -> FormatError {
        FormatError::UnknownCode { code: self.code, type_name: type_name() }
    }

    /// How a str of `len` characters is formatted by `spec`.
    pub fn for_str(spec: &Wtf8, type_name: TypeName<'_>, len: usize) -> Result<StrLayout, FormatError> {
        let spec = FormatSpec::parse(spec, type_name, 's', Align::Left)?;
        if spec.code != u32::from('s') {
            return Err(spec.unknown_code(type_name));
        }
        let refusal = match spec.sign {
            Some(Sign::Space) => "Space not allowed in string format specifier",
            Some(_) => "Sign not allowed in string format specifier",
            None if spec.no_negative_zero => {
                "Negative zero coercion (z) not allowed in string format specifier"
            }
            None if spec.alternate => "Alternate form (#) not allowed in string format specifier",
            None if spec.align == Align::AfterSign => "'=' alignment not allowed in string format specifier",
            None => "",
        };
        if !refusal.is_empty() {
            return Err(FormatError::NotAllowed(refusal));
        }
        let take = spec.precision.map_or(len, |precision| precision.min(len));
        let (left, right) = spec.padding(take);
        Ok(StrLayout { take, left, right, fill: spec.fill })
    }

    /// How much padding goes before and after a value of `len` characters.
    pub(super) fn padding(&self, len: usize) -> (usize, usize) {
        let total = self.width.saturating_sub(len);
        match self.align {
            Align::Left => (0, total),
            Align::Center => (total / 2, total - total / 2),
            Align::Right | Align::AfterSign => (total, 0),
        }
    }
}

/// How to format a str: `left` fills, the first `take` characters, `right` fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrLayout {
    /// How many characters of the str are kept.
    pub take: usize,
    /// Fills before.
    pub left: usize,
    /// Fills after.
    pub right: usize,
    /// The fill's code point.
    pub fill: u32,
}
