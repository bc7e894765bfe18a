//! Encodings of one byte per character: ASCII, Latin-1 and tables.

use super::{CodePoints, DecodeError, EncodeHandler, Encoder, Sink};

/// In a decoding table: no character.
pub const UNDEFINED: u32 = 0xfffe;
/// Why a byte or character that a table does not know is refused.
pub const UNMAPPED: &str = "character maps to <undefined>";

/// Decode ASCII.
pub fn decode_ascii<S: Sink, E>(
    input: &[u8],
    out: &mut S,
    mut on_error: impl FnMut(DecodeError, &mut S) -> Result<usize, E>,
) -> Result<usize, E> {
    let mut at = 0;
    while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
        let ascii = rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len());
        out.push_ascii(&rest[..ascii]);
        at += ascii;
        if at < input.len() {
            at = on_error(DecodeError { start: at, end: at + 1, reason: "ordinal not in range(128)" }, out)?;
        }
    }
    Ok(input.len())
}

/// Decode Latin-1, where nothing can go wrong.
pub fn decode_latin1(input: &[u8], out: &mut impl Sink) {
    for b in input {
        out.push((*b).into());
    }
}

/// Decode by a table of 256 or fewer code points.
pub fn decode_charmap<S: Sink, E>(
    input: &[u8],
    table: &(impl CodePoints + ?Sized),
    out: &mut S,
    mut on_error: impl FnMut(DecodeError, &mut S) -> Result<usize, E>,
) -> Result<usize, E> {
    let mut at = 0;
    while let Some(b) = input.get(at) {
        let i = usize::from(*b);
        match if i < table.count() { table.at(i) } else { UNDEFINED } {
            UNDEFINED => at = on_error(DecodeError { start: at, end: at + 1, reason: UNMAPPED }, out)?,
            cp => {
                out.push(cp);
                at += 1;
            }
        }
    }
    Ok(input.len())
}

fn encode_below<H: EncodeHandler>(
    limit: u32,
    reason: &'static str,
    text: &(impl CodePoints + ?Sized),
    out: &mut Vec<u8>,
    handler: &mut H,
) -> Result<(), H::Error> {
    let push = |cp: u32, out: &mut Vec<u8>| {
        if cp < limit {
            out.push(cp as u8);
        }
        cp < limit
    };
    Encoder { push, reason, runs: true, unit: 1, ascii_only: false }.encode(text, out, handler)
}

/// Encode as ASCII.
pub fn encode_ascii<H: EncodeHandler>(
    text: &(impl CodePoints + ?Sized),
    out: &mut Vec<u8>,
    handler: &mut H,
) -> Result<(), H::Error> {
    encode_below(128, "ordinal not in range(128)", text, out, handler)
}

/// Encode as Latin-1.
pub fn encode_latin1<H: EncodeHandler>(
    text: &(impl CodePoints + ?Sized),
    out: &mut Vec<u8>,
    handler: &mut H,
) -> Result<(), H::Error> {
    encode_below(256, "ordinal not in range(256)", text, out, handler)
}

/// Encode by a mapping from code points to bytes.
pub fn encode_charmap<H: EncodeHandler>(
    text: &(impl CodePoints + ?Sized),
    map: impl Fn(u32, &mut Vec<u8>) -> bool,
    out: &mut Vec<u8>,
    handler: &mut H,
) -> Result<(), H::Error> {
    Encoder { push: map, reason: UNMAPPED, runs: true, unit: 1, ascii_only: false }.encode(text, out, handler)
}
