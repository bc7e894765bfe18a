//! `int` and text.

use crate::float::{to_ascii, trim};
use dashu_int::{IBig, UBig};
use std::fmt;

/// Numbers of up to so many digits are never refused.
pub const DIGITS_THRESHOLD: usize = 640;

/// Why `int(text, base)` or `str(int)` fails. All are ValueErrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntError {
    /// Not 0 or 2 to 36.
    Base,
    /// Not a literal of this base; the caller words it with the argument's repr.
    Literal,
    /// The text has more digits than `sys.get_int_max_str_digits()`, which is `limit`.
    TooManyDigits {
        /// The limit in force.
        limit: usize,
        /// Digits in the text.
        digits: usize,
    },
    /// The number is too large to print.
    TooLargeToPrint {
        /// The limit in force.
        limit: usize,
    },
}

impl fmt::Display for IntError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = "use sys.set_int_max_str_digits() to increase the limit";
        match self {
            IntError::Base => f.write_str("int() base must be >= 2 and <= 36, or 0"),
            IntError::Literal => f.write_str("invalid literal for int()"),
            IntError::TooManyDigits { limit, digits } => write!(
                f,
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; {hint}"
            ),
            IntError::TooLargeToPrint { limit } => {
                write!(f, "Exceeds the limit ({limit} digits) for integer string conversion; {hint}")
            }
        }
    }
}

/// A parsed int; the small ones without an allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Int {
    /// Fits a machine word.
    Small(i64),
    /// Does not.
    Big(IBig),
}

/// `int(bytes, base)`; `limit` is `sys.get_int_max_str_digits()`, 0 for none.
pub fn parse(text: &[u8], base: u32, limit: usize) -> Result<Int, IntError> {
    if base == 1 || base > 36 {
        return Err(IntError::Base);
    }
    parse_trimmed(trim(text), base, limit)
}

/// `int(str, base)`: as [`parse`], with the spaces and decimal digits of all scripts.
pub fn parse_points(text: impl Iterator<Item = u32>, base: u32, limit: usize) -> Result<Int, IntError> {
    parse(to_ascii(text).as_bytes(), base, limit)
}

fn parse_trimmed(text: &[u8], base: u32, limit: usize) -> Result<Int, IntError> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let marked = match text {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    // In base 0 a number without a mark is decimal, and only zero may begin with 0.
    let bare_zero = base == 0 && marked == 0 && text.first() == Some(&b'0');
    let radix = match (base, marked) {
        (0, 0) => 10,
        (0, marked) => marked,
        (base, _) => base,
    };
    let text = if marked == radix {
        let rest = &text[2..];
        rest.strip_prefix(b"_").unwrap_or(rest)
    } else {
        text
    };
    let value = digits(text, radix, limit, negative)?;
    if bare_zero && value != Int::Small(0) {
        return Err(IntError::Literal);
    }
    Ok(value)
}

fn digits(text: &[u8], radix: u32, limit: usize, negative: bool) -> Result<Int, IntError> {
    let is_digit = |b: &u8| char::from(*b).is_digit(radix);
    let end = text.iter().position(|b| !is_digit(b) && *b != b'_').unwrap_or(text.len());
    let run = &text[..end];
    let separated = run.contains(&b'_');
    if run.is_empty()
        || run[0] == b'_'
        || run.ends_with(b"_")
        || separated && run.windows(2).any(|w| w == b"__")
    {
        return Err(IntError::Literal);
    }
    let count = run.len() - if separated { run.iter().filter(|b| **b == b'_').count() } else { 0 };
    if limit > 0 && count > limit.max(DIGITS_THRESHOLD) && !radix.is_power_of_two() {
        return Err(IntError::TooManyDigits { limit, digits: count });
    }
    if end < text.len() {
        return Err(IntError::Literal);
    }
    // 12 digits of base 36 fit in 63 bits.
    if count <= if radix <= 10 { 18 } else { 12 } {
        let value = run
            .iter()
            .filter_map(|b| char::from(*b).to_digit(radix))
            .fold(0i64, |n, digit| n * i64::from(radix) + i64::from(digit));
        return Ok(Int::Small(if negative { -value } else { value }));
    }
    let plain: Vec<u8>;
    let run = if separated {
        plain = run.iter().copied().filter(|b| *b != b'_').collect();
        &plain
    } else {
        run
    };
    let run = std::str::from_utf8(run).map_err(|_| IntError::Literal)?;
    let magnitude = IBig::from(UBig::from_str_radix(run, radix).map_err(|_| IntError::Literal)?);
    let value = if negative { -magnitude } else { magnitude };
    Ok(match i64::try_from(&value) {
        Ok(small) => Int::Small(small),
        Err(_) => Int::Big(value),
    })
}

/// `str(n)`; `limit` is `sys.get_int_max_str_digits()`, 0 for none.
pub fn to_decimal(n: &IBig, limit: usize) -> Result<String, IntError> {
    use dashu_int::ops::{Abs, BitTest};
    // The least limit there is allows more digits than these have.
    if let Ok(small) = i64::try_from(n) {
        return Ok(small.to_string());
    }
    let limit = if limit == 0 { usize::MAX } else { limit.max(DIGITS_THRESHOLD) };
    let error = IntError::TooLargeToPrint { limit };
    // 0.30102 is below log10(2): what is refused here has too many digits for certain.
    let bits = n.clone().abs().bit_len();
    if bits.saturating_sub(1) as u128 * 30_102 >= limit as u128 * 100_000 {
        return Err(error);
    }
    let text = n.to_string();
    let digits = text.len() - usize::from(text.starts_with('-'));
    if digits > limit { Err(error) } else { Ok(text) }
}

/// `n` in base 2 to 36 with lower-case digits, no prefix.
pub fn to_radix(n: &IBig, radix: u8) -> String {
    if (2..=36).contains(&radix) { n.in_radix(radix).to_string() } else { String::new() }
}
