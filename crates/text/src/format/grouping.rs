//! Separators between groups of digits.

use super::spec::Grouping;
use std::borrow::Cow;

/// How numbers are written under `n`: LC_NUMERIC's conventions.
#[derive(Clone, Debug)]
pub struct Locale {
    /// Between whole part and fraction.
    pub decimal_point: Cow<'static, str>,
    /// Between groups of digits.
    pub thousands_sep: Cow<'static, str>,
    /// Group sizes from the right, as `localeconv()['grouping']`: a final 0 repeats the last, 127 ends grouping.
    pub grouping: Cow<'static, [u8]>,
}

impl Locale {
    /// The `C` locale: a point and no groups.
    pub const fn c() -> Locale {
        Locale {
            decimal_point: Cow::Borrowed("."),
            thousands_sep: Cow::Borrowed(""),
            grouping: Cow::Borrowed(&[]),
        }
    }

    /// A point, and `separator` between groups of three digits, or of four.
    pub(super) const fn grouped(separator: Grouping, by_four: bool) -> Locale {
        let thousands_sep = match separator {
            Grouping::Comma => ",",
            Grouping::Underscore => "_",
        };
        let grouping: &[u8] = if by_four { &[4, 0] } else { &[3, 0] };
        Locale {
            decimal_point: Cow::Borrowed("."),
            thousands_sep: Cow::Borrowed(thousands_sep),
            grouping: Cow::Borrowed(grouping),
        }
    }

    /// Group sizes from the right; ends where grouping does.
    fn sizes(&self) -> impl Iterator<Item = usize> {
        let mut at = 0;
        let mut last = 0;
        std::iter::from_fn(move || {
            match self.grouping.get(at) {
                None | Some(127) => return None,
                Some(0) => {}
                Some(size) => {
                    last = usize::from(*size);
                    at += 1;
                }
            }
            (last > 0).then_some(last)
        })
    }

    /// Group `digits`, putting zeros before them until the result has `width` characters (separators included; one
    /// more if it would begin with a separator).
    pub(super) fn group<'a>(&self, digits: &'a str, width: usize) -> Cow<'a, str> {
        if self.grouping.is_empty() {
            let missing = width.saturating_sub(digits.len());
            return if missing == 0 { digits.into() } else { ("0".repeat(missing) + digits).into() };
        }
        let separator_len = self.thousands_sep.chars().count();
        let (mut rest, mut missing) = (digits, width);
        // From the right.
        let mut groups: Vec<String> = Vec::new();
        let mut sizes = self.sizes();
        loop {
            let wanted = rest.len().max(missing).max(1);
            let len = sizes.next().map_or(wanted, |size| size.min(wanted));
            let (before, group) = rest.split_at(rest.len().saturating_sub(len));
            groups.push(format!("{}{group}", "0".repeat(len - group.len())));
            rest = before;
            missing = missing.saturating_sub(len);
            if rest.is_empty() && missing == 0 {
                break;
            }
            missing = missing.saturating_sub(separator_len);
        }
        groups.reverse();
        groups.join(&*self.thousands_sep).into()
    }
}

/// Group the digits of a fraction by three from the point on.
pub(super) fn group_fraction(digits: &str, separator: char) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i % 3 == 0 {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}
