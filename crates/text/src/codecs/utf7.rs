//! UTF-7 (RFC 2152).

use super::{CodePoints, DecodeError, Sink};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn sextet(b: u8) -> Option<u32> {
    ALPHABET.iter().position(|a| *a == b).map(|i| i as u32)
}

/// May it stand for itself outside of shift sequences? Decoding is more lenient than encoding.
fn is_direct(b: u8) -> bool {
    b.is_ascii() && b != b'+'
}

/// A shift sequence being decoded.
struct Shift {
    start: usize,
    bits: u32,
    count: u32,
    high: Option<u32>,
}

/// Decode UTF-7; with `is_final` false it stops before a shift sequence that is not closed.
pub fn decode<S: Sink, E>(
    input: &[u8],
    is_final: bool,
    out: &mut S,
    mut on_error: impl FnMut(DecodeError, &mut S) -> Result<usize, E>,
) -> Result<usize, E> {
    let mut at = 0;
    while let Some(b) = input.get(at) {
        if *b != b'+' {
            if is_direct(*b) {
                out.push((*b).into());
                at += 1;
            } else {
                let reason = "unexpected special character";
                at = on_error(DecodeError { start: at, end: at + 1, reason }, out)?;
            }
            continue;
        }
        match input.get(at + 1) {
            Some(b'-') => {
                out.push(b'+'.into());
                at += 2;
                continue;
            }
            Some(b) if sextet(*b).is_none() => {
                let reason = "ill-formed sequence";
                at = on_error(DecodeError { start: at, end: at + 2, reason }, out)?;
                continue;
            }
            _ => {}
        }
        let mut text = Vec::new();
        let mut shift = Shift { start: at, bits: 0, count: 0, high: None };
        let end = shift.run(input, &mut text);
        if end == input.len() && !is_final {
            return Ok(shift.start);
        }
        text.iter().for_each(|cp| out.push(*cp));
        at = match shift.finish(input, end, out) {
            Ok(next) => next,
            Err(error) => on_error(error, out)?,
        };
    }
    Ok(at.min(input.len()))
}

impl Shift {
    /// Decode the sextets after the `+`; where they end.
    fn run(&mut self, input: &[u8], text: &mut Vec<u32>) -> usize {
        let mut at = self.start + 1;
        while let Some(sextet) = input.get(at).and_then(|b| sextet(*b)) {
            at += 1;
            self.bits = self.bits << 6 | sextet;
            self.count += 6;
            if self.count < 16 {
                continue;
            }
            self.count -= 16;
            let unit = self.bits >> self.count;
            self.bits &= (1 << self.count) - 1;
            match (self.high.take(), unit) {
                (Some(high), 0xdc00..0xe000) => {
                    text.push(0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
                    continue;
                }
                (Some(high), _) => text.push(high),
                (None, _) => {}
            }
            if (0xd800..0xdc00).contains(&unit) {
                self.high = Some(unit);
            } else {
                text.push(unit);
            }
        }
        at
    }

    /// The sequence is over at `end`: where to go on.
    fn finish<S: Sink>(&mut self, input: &[u8], end: usize, out: &mut S) -> Result<usize, DecodeError> {
        let wrong = |end, reason| Err(DecodeError { start: self.start, end, reason });
        let Some(next) = input.get(end) else {
            if self.high.is_some() || self.count >= 6 || self.bits != 0 {
                return wrong(end, "unterminated shift sequence");
            }
            return Ok(end);
        };
        if self.count >= 6 {
            return wrong(end + 1, "partial character in shift sequence");
        }
        if self.bits != 0 {
            return wrong(end + 1, "non-zero padding bits in shift sequence");
        }
        if let Some(high) = self.high
            && is_direct(*next)
        {
            out.push(high);
        }
        // The `-` only ends the sequence; anything else is itself.
        Ok(end + usize::from(*next == b'-'))
    }
}

/// The characters that encoding leaves as they are: RFC 2152's sets D and, as CPython's default, O and whitespace.
fn is_plain(cp: u32) -> bool {
    matches!(cp, 0x09 | 0x0a | 0x0d | 0x20..=0x7d) && !matches!(cp, 0x2b | 0x5c)
}

/// Encode as UTF-7, surrogates included.
pub fn encode(text: &(impl CodePoints + ?Sized), out: &mut Vec<u8>) {
    let (mut bits, mut count, mut shifted) = (0u32, 0u32, false);
    for i in 0..text.count() {
        let cp = text.at(i);
        if is_plain(cp) {
            if shifted {
                flush(&mut bits, &mut count, out);
                shifted = false;
                if sextet(cp as u8).is_some() || cp == 0x2d {
                    out.push(b'-');
                }
            }
            out.push(cp as u8);
            continue;
        }
        if cp == 0x2b && !shifted {
            out.extend(b"+-");
            continue;
        }
        if !shifted {
            out.push(b'+');
            shifted = true;
        }
        let units = match cp.checked_sub(0x1_0000) {
            Some(above) => [Some(0xd800 + (above >> 10)), Some(0xdc00 + (above & 0x3ff))],
            None => [Some(cp), None],
        };
        for unit in units.into_iter().flatten() {
            bits = bits << 16 | unit;
            count += 16;
            while count >= 6 {
                count -= 6;
                out.push(ALPHABET[(bits >> count & 0x3f) as usize]);
            }
            bits &= (1 << count) - 1;
        }
    }
    if shifted {
        flush(&mut bits, &mut count, out);
        out.push(b'-');
    }
}

fn flush(bits: &mut u32, count: &mut u32, out: &mut Vec<u8>) {
    if *count > 0 {
        out.push(ALPHABET[(*bits << (6 - *count) & 0x3f) as usize]);
    }
    (*bits, *count) = (0, 0);
}
