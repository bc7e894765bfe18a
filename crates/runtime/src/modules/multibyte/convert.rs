//! Converting whole texts, with what handles their errors.

use super::codec::{Codec, Failure, State};
use minipy_text::codecs::{DecodeError, EncodeError, EncodeHandler, Replacement};
use minipy_vm::codecs::{Encoding, Errors, decode};
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{PyResult, PyStr, StrRef};

/// How many of `left` characters or bytes an error is about, and what it says.
fn describe(failure: Failure, left: usize) -> (usize, &'static str) {
    match failure {
        Failure::Illegal(count) => (count.min(left), "illegal multibyte sequence"),
        Failure::Incomplete => (left, "incomplete multibyte sequence"),
    }
}

/// Encodes a text; gives how many of its characters were used up, all unless it goes on and may end within a pair.
pub fn encode_text(
    codec: &Codec,
    text: &StrRef,
    errors: &Errors,
    goes_on: bool,
    state: &mut State,
    out: &mut Vec<u8>,
) -> PyResult<usize> {
    let chars: Vec<u32> = text.chars().collect();
    let mut handler = Encoding::new(codec.name, text, errors);
    let mut at = 0;
    while let Some(rest) = chars.get(at..).filter(|rest| !rest.is_empty()) {
        let failure = match codec.encode(rest, goes_on, state, out) {
            Ok(count) => {
                at += count;
                continue;
            }
            Err(Failure::Incomplete) if goes_on => break,
            Err(failure) => failure,
        };
        let (count, reason) = describe(failure, rest.len());
        let (replacement, position) = handler.handle(EncodeError { start: at, end: at + count, reason })?;
        match replacement {
            Replacement::Bytes(bytes) => out.extend_from_slice(&bytes),
            Replacement::Text(chars) => {
                let text = PyStr::from_code_points(&chars);
                encode_text(codec, &text, &Errors::strict(), false, state, out)?;
            }
        }
        at = position;
    }
    Ok(at)
}

/// Decodes bytes; gives how many of them were used up, all unless they go on and may end within a character.
pub fn decode_bytes(
    codec: &Codec,
    input: &[u8],
    errors: &Errors,
    goes_on: bool,
    state: &mut State,
    out: &mut StrBuilder,
) -> PyResult<usize> {
    decode(codec.name, input, errors, out, |bytes, out, handler| {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match codec.decode(rest, state, &mut |char| out.push(char)) {
                Ok(count) => at += count,
                Err(Failure::Incomplete) if goes_on => break,
                Err(failure) => {
                    let (count, reason) = describe(failure, rest.len());
                    at = handler.handle(DecodeError { start: at, end: at + count, reason }, out)?;
                }
            }
        }
        Ok(at)
    })
}
