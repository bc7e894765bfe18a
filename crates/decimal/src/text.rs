//! Numbers as text (to-scientific-string, to-engineering-string) and back.

use crate::{Context, Decimal, Kind, Status};
use dashu_int::UBig;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    Scientific,
    /// Exponents are multiples of three.
    Engineering,
}

/// Exponents in text are cut to this; nothing as large is representable.
const LIMIT: i64 = 4_000_000_000_000_000_000;

impl Decimal {
    /// The number as text; `capitals` says how the exponent's letter is written.
    pub fn to_text(&self, notation: Notation, capitals: bool) -> String {
        let sign = if self.sign { "-" } else { "" };
        let payload =
            || if self.coefficient.is_zero() { String::new() } else { self.coefficient.to_string() };
        match self.kind {
            Kind::Infinite => return format!("{sign}Infinity"),
            Kind::QuietNan => return format!("{sign}NaN{}", payload()),
            Kind::SignalingNan => return format!("{sign}sNaN{}", payload()),
            Kind::Finite => {}
        }
        let digits = self.coefficient.to_string();
        let count = digits.len() as i64;
        let left = self.exponent + count;
        // How many digits stand before the point.
        let point = if self.exponent <= 0 && left > -6 {
            left
        } else {
            match notation {
                Notation::Scientific => 1,
                Notation::Engineering if self.coefficient.is_zero() => (left + 1).rem_euclid(3) - 1,
                Notation::Engineering => (left - 1).rem_euclid(3) + 1,
            }
        };
        let mut text = String::with_capacity(digits.len() + 28);
        text.push_str(sign);
        if point <= 0 {
            text.push_str("0.");
            text.extend(std::iter::repeat_n('0', -point as usize));
            text.push_str(&digits);
        } else if point >= count {
            text.push_str(&digits);
            text.extend(std::iter::repeat_n('0', (point - count) as usize));
        } else {
            let (whole, fraction) = digits.split_at(point as usize);
            text.push_str(whole);
            text.push('.');
            text.push_str(fraction);
        }
        if left != point {
            text.push(if capitals { 'E' } else { 'e' });
            text.push_str(&format!("{:+}", left - point));
        }
        text
    }

    /// The number that `text` stands for, not yet rounded; `None` if it stands for none.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (sign, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if rest.eq_ignore_ascii_case("inf") || rest.eq_ignore_ascii_case("infinity") {
            return Some(Decimal::infinity(sign));
        }
        let signaling = rest.starts_with(['s', 'S']);
        let unsigned = if signaling { &rest[1..] } else { rest };
        if unsigned.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("nan")) {
            let kind = if signaling { Kind::SignalingNan } else { Kind::QuietNan };
            let coefficient = parse_digits(&unsigned[3..], true)?;
            return Some(Decimal { coefficient, exponent: 0, kind, sign });
        }
        if signaling {
            return None;
        }
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], parse_exponent(&rest[at + 1..])?),
            None => (rest, 0),
        };
        match mantissa.split_once('.') {
            None => Some(Decimal::new(sign, parse_digits(mantissa, false)?, exponent)),
            Some(("", "")) => None,
            Some((whole, fraction)) => {
                let mut digits = String::with_capacity(whole.len() + fraction.len());
                digits.push_str(whole);
                digits.push_str(fraction);
                let coefficient = parse_digits(&digits, false)?;
                Some(Decimal::new(sign, coefficient, exponent - fraction.len() as i64))
            }
        }
    }

    /// The number that `text` stands for, rounded to the context.
    pub fn from_text(text: &str, context: &Context, status: &mut Status) -> Decimal {
        match Decimal::parse(text) {
            None => Decimal::invalid(status, Status::CONVERSION_SYNTAX),
            Some(number) if number.is_nan() && number.digits() > context.prec - i64::from(context.clamp) => {
                Decimal::invalid(status, Status::CONVERSION_SYNTAX)
            }
            Some(number) => number.finalized(context, status),
        }
    }

    /// The number itself, if it is within the widest bounds; else an invalid operation.
    #[must_use]
    pub fn exactly(self, status: &mut Status) -> Decimal {
        let mut conditions = Status::CLEAR;
        let result = self.finalized(&Context::MAX, &mut conditions);
        if conditions.has(Status::INEXACT | Status::ROUNDED | Status::CLAMPED) {
            return Decimal::invalid(status, Status::INVALID_OPERATION);
        }
        *status |= conditions & Status::ANY_INVALID;
        result
    }

    /// The number that `text` stands for, exactly.
    pub fn from_text_exactly(text: &str, status: &mut Status) -> Decimal {
        match Decimal::parse(text) {
            None => Decimal::invalid(status, Status::CONVERSION_SYNTAX),
            Some(number) => number.exactly(status),
        }
    }
}

fn parse_digits(digits: &str, may_be_empty: bool) -> Option<UBig> {
    if digits.is_empty() {
        return may_be_empty.then_some(UBig::ZERO);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match digits.len() {
        0..=19 => digits.parse::<u64>().ok().map(UBig::from),
        20..=38 => digits.parse::<u128>().ok().map(UBig::from),
        _ => digits.parse().ok(),
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits
        .bytes()
        .fold(0i64, |n, byte| n.saturating_mul(10).saturating_add(i64::from(byte - b'0')))
        .min(LIMIT);
    Some(if negative { -magnitude } else { magnitude })
}
