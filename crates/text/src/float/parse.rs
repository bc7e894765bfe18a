//! From text to the nearest float, by the grammar of `float()`.

/// Bring text to ASCII for the number parsers: spaces and decimal digits of any script become theirs in ASCII,
/// anything else beyond ASCII becomes `?`.
pub(crate) fn to_ascii(text: impl Iterator<Item = u32>) -> String {
    text.map(|cp| match u8::try_from(cp) {
        // CPython leaves the separators U+001C to U+001F alone, though they are spaces too.
        Ok(b) if b.is_ascii() => char::from(b),
        _ if minipy_unicode::is_space(cp) => ' ',
        _ => minipy_unicode::decimal(cp).map_or('?', |d| char::from(b'0' + d)),
    })
    .collect()
}

fn is_space(b: &u8) -> bool {
    matches!(b, b'\t'..=b'\r' | b' ')
}

/// `text` without whitespace at its ends.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|b| !is_space(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !is_space(b)).map_or(start, |i| i + 1);
    &text[start..end]
}

/// Remove underscores, each of which has to stand between two digits.
pub(crate) fn without_underscores(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    for (i, b) in text.iter().enumerate() {
        if *b != b'_' {
            out.push(*b);
            continue;
        }
        let digit = |i: Option<usize>| i.and_then(|i| text.get(i)).is_some_and(u8::is_ascii_digit);
        if !digit(i.checked_sub(1)) || !digit(i.checked_add(1)) {
            return None;
        }
    }
    Some(out)
}

/// `float(bytes)`: whitespace at both ends, sign, digits with underscores, exponent, or inf, infinity, nan.
pub fn parse(text: &[u8]) -> Option<f64> {
    parse_trimmed(trim(text))
}

/// `float(str)`: as [`parse`], with the spaces and decimal digits of all scripts.
pub fn parse_points(text: impl Iterator<Item = u32>) -> Option<f64> {
    let ascii = to_ascii(text);
    parse_trimmed(trim(ascii.as_bytes()))
}

fn parse_trimmed(text: &[u8]) -> Option<f64> {
    let plain;
    let text = if text.contains(&b'_') {
        plain = without_underscores(text)?;
        &plain
    } else {
        text
    };
    let (value, len) = parse_prefix(text)?;
    (len == text.len()).then_some(value)
}

/// The number at the start of `text` (no whitespace, no underscores) and how long it is.
pub fn parse_prefix(text: &[u8]) -> Option<(f64, usize)> {
    let signed = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let negative = text.first() == Some(&b'-');
    let rest = &text[signed..];
    if let Some((value, len)) = special(rest) {
        return Some((if negative { -value } else { value }, signed + len));
    }
    let digits =
        |from: usize| rest.get(from..).map_or(0, |r| r.iter().take_while(|b| b.is_ascii_digit()).count());
    let whole = digits(0);
    let mut end = whole;
    let mut count = whole;
    if rest.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        count += fraction;
        end += 1 + fraction;
    }
    if count == 0 {
        return None;
    }
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    let value: f64 = std::str::from_utf8(&text[..signed + end]).ok()?.parse().ok()?;
    Some((value, signed + end))
}

fn special(text: &[u8]) -> Option<(f64, usize)> {
    let starts = |word: &[u8]| text.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word));
    if !matches!(text.first(), Some(b'i' | b'I' | b'n' | b'N')) {
        return None;
    }
    if starts(b"infinity") {
        Some((f64::INFINITY, 8))
    } else if starts(b"inf") {
        Some((f64::INFINITY, 3))
    } else if starts(b"nan") {
        Some((f64::NAN, 3))
    } else {
        None
    }
}
