//! `repr` and `ascii` of str and bytes.

use std::fmt::Write;

/// `repr(str)`: single quotes unless only double ones avoid an escape; what does not print is escaped.
pub fn str(text: impl Iterator<Item = u32> + Clone) -> String {
    quoted(text, minipy_unicode::is_printable)
}

/// `ascii(str)`: as [`str`](self::str), with everything beyond ASCII escaped.
pub fn ascii(text: impl Iterator<Item = u32> + Clone) -> String {
    quoted(text, |cp| matches!(cp, 0x20..=0x7e))
}

/// `repr(bytes)`, with the `b`.
pub fn bytes(data: &[u8]) -> String {
    let quote = quote(data.contains(&b'\''), data.contains(&b'"'));
    let mut out = String::with_capacity(data.len() + 3);
    out.push('b');
    out.push(quote);
    for b in data {
        push(&mut out, (*b).into(), quote, |cp| matches!(cp, 0x20..=0x7e));
    }
    out.push(quote);
    out
}

fn quote(single: bool, double: bool) -> char {
    if single && !double { '"' } else { '\'' }
}

fn quoted(text: impl Iterator<Item = u32> + Clone, printable: impl Fn(u32) -> bool + Copy) -> String {
    let (mut single, mut double) = (false, false);
    for cp in text.clone() {
        single |= cp == 0x27;
        double |= cp == 0x22;
    }
    let quote = quote(single, double);
    let mut out = String::with_capacity(text.size_hint().0 + 2);
    out.push(quote);
    for cp in text {
        push(&mut out, cp, quote, printable);
    }
    out.push(quote);
    out
}

#[inline]
fn push(out: &mut String, cp: u32, quote: char, printable: impl Fn(u32) -> bool) {
    match cp {
        0x5c => out.push_str("\\\\"),
        _ if cp == u32::from(quote) => out.extend(['\\', quote]),
        _ if printable(cp) => out.push(char::from_u32(cp).unwrap_or(char::REPLACEMENT_CHARACTER)),
        0x09 => out.push_str("\\t"),
        0x0a => out.push_str("\\n"),
        0x0d => out.push_str("\\r"),
        _ => push_escape(out, cp),
    }
}

/// `\xhh`, `\uhhhh` or `\Uhhhhhhhh`.
pub(crate) fn push_escape(out: &mut String, cp: u32) {
    let _ = match cp {
        0..=0xff => write!(out, "\\x{cp:02x}"),
        0x100..=0xffff => write!(out, "\\u{cp:04x}"),
        _ => write!(out, "\\U{cp:08x}"),
    };
}
