//! UTF-8 (RFC 3629).

use super::{CodePoints, DecodeError, EncodeHandler, Encoder, Sink};

const START: &str = "invalid start byte";
const CONTINUATION: &str = "invalid continuation byte";
const END: &str = "unexpected end of data";

enum Step {
    Char(u32, usize),
    /// So many bytes of a sequence, then the end of the data.
    Incomplete(usize),
    Invalid(usize, &'static str),
}

/// Look at a sequence that does not begin with ASCII.
fn step(bytes: &[u8], is_final: bool) -> Step {
    let first = bytes[0];
    let (len, second) = match first {
        0xc2..=0xdf => (2, 0x80..=0xbf),
        0xe0 => (3, 0xa0..=0xbf),
        // Not final: the rest may show that it is a surrogate that `surrogatepass` takes.
        0xed if !is_final && bytes.len() == 2 => (3, 0x80..=0xbf),
        0xed => (3, 0x80..=0x9f),
        0xe1..=0xef => (3, 0x80..=0xbf),
        0xf0 => (4, 0x90..=0xbf),
        0xf1..=0xf3 => (4, 0x80..=0xbf),
        0xf4 => (4, 0x80..=0x8f),
        _ => return Step::Invalid(1, START),
    };
    let mut cp = u32::from(first) & (0x7f >> len);
    for i in 1..len {
        match bytes.get(i) {
            None => return Step::Incomplete(i),
            Some(b) if i == 1 && !second.contains(b) => return Step::Invalid(1, CONTINUATION),
            Some(b) if b & 0xc0 != 0x80 => return Step::Invalid(i, CONTINUATION),
            Some(b) => cp = cp << 6 | u32::from(b & 0x3f),
        }
    }
    Step::Char(cp, len)
}

/// Decode UTF-8.
pub fn decode<S: Sink, E>(
    input: &[u8],
    is_final: bool,
    out: &mut S,
    mut on_error: impl FnMut(DecodeError, &mut S) -> Result<usize, E>,
) -> Result<usize, E> {
    let mut at = 0;
    while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
        let ascii = rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len());
        if ascii > 0 {
            out.push_ascii(&rest[..ascii]);
            at += ascii;
            continue;
        }
        let (len, reason) = match step(rest, is_final) {
            Step::Char(cp, len) => {
                out.push(cp);
                at += len;
                continue;
            }
            Step::Incomplete(_) if !is_final => break,
            Step::Incomplete(len) => (len, END),
            Step::Invalid(len, reason) => (len, reason),
        };
        at = on_error(DecodeError { start: at, end: at + len, reason }, out)?;
    }
    Ok(at.min(input.len()))
}

/// Append the bytes of a code point, surrogates included.
pub(crate) fn push_any(cp: u32, out: &mut Vec<u8>) {
    let tail = |shift: u32| (cp >> shift & 0x3f | 0x80) as u8;
    match cp {
        0..0x80 => out.push(cp as u8),
        0x80..0x800 => out.extend([(cp >> 6) as u8 | 0xc0, tail(0)]),
        0x800..0x1_0000 => out.extend([(cp >> 12) as u8 | 0xe0, tail(6), tail(0)]),
        _ => out.extend([(cp >> 18) as u8 | 0xf0, tail(12), tail(6), tail(0)]),
    }
}

/// Encodes as UTF-8; `None` if there is a surrogate.
pub fn encode_valid<U: Copy + Into<u32>>(text: &[U]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 2);
    for &unit in text {
        match unit.into() {
            cp @ 0..0x80 => out.push(cp as u8),
            cp if (0xd800..0xe000).contains(&cp) => return None,
            cp => push_any(cp, &mut out),
        }
    }
    Some(out)
}

/// Encode as UTF-8.
pub fn encode<H: EncodeHandler>(
    text: &(impl CodePoints + ?Sized),
    out: &mut Vec<u8>,
    handler: &mut H,
) -> Result<(), H::Error> {
    let push = |cp: u32, out: &mut Vec<u8>| {
        let valid = !(0xd800..0xe000).contains(&cp);
        if valid {
            push_any(cp, out);
        }
        valid
    };
    let encoder = Encoder { push, reason: "surrogates not allowed", runs: true, unit: 1, ascii_only: true };
    encoder.encode(text, out, handler)
}
