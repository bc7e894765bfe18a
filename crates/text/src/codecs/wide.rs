//! UTF-16 and UTF-32.

use super::{CodePoints, DecodeError, EncodeHandler, Encoder, Sink};

/// The order of the bytes of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Least significant first.
    Little,
    /// Most significant first.
    Big,
}

impl ByteOrder {
    /// This machine's.
    pub const NATIVE: ByteOrder =
        if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };

    fn u16(self, bytes: [u8; 2]) -> u32 {
        match self {
            ByteOrder::Little => u16::from_le_bytes(bytes).into(),
            ByteOrder::Big => u16::from_be_bytes(bytes).into(),
        }
    }

    fn push_u16(self, unit: u32, out: &mut Vec<u8>) {
        match self {
            ByteOrder::Little => out.extend((unit as u16).to_le_bytes()),
            ByteOrder::Big => out.extend((unit as u16).to_be_bytes()),
        }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        }
    }

    fn push_u32(self, unit: u32, out: &mut Vec<u8>) {
        match self {
            ByteOrder::Little => out.extend(unit.to_le_bytes()),
            ByteOrder::Big => out.extend(unit.to_be_bytes()),
        }
    }
}

/// The byte order that a UTF-16 byte order mark at the start tells.
pub fn bom_16(input: &[u8]) -> Option<ByteOrder> {
    match input {
        [0xff, 0xfe, ..] => Some(ByteOrder::Little),
        [0xfe, 0xff, ..] => Some(ByteOrder::Big),
        _ => None,
    }
}

/// The byte order that a UTF-32 byte order mark at the start tells.
pub fn bom_32(input: &[u8]) -> Option<ByteOrder> {
    match input {
        [0xff, 0xfe, 0, 0, ..] => Some(ByteOrder::Little),
        [0, 0, 0xfe, 0xff, ..] => Some(ByteOrder::Big),
        _ => None,
    }
}

fn unit<const N: usize>(input: &[u8], at: usize) -> Option<[u8; N]> {
    input.get(at..)?.first_chunk().copied()
}

/// Decode UTF-16 from byte `from` on.
pub fn decode_16<S: Sink, E>(
    input: &[u8],
    from: usize,
    order: ByteOrder,
    is_final: bool,
    out: &mut S,
    mut on_error: impl FnMut(DecodeError, &mut S) -> Result<usize, E>,
) -> Result<usize, E> {
    let mut at = from;
    while at < input.len() {
        let (end, reason) = match unit(input, at).map(|bytes| order.u16(bytes)) {
            None => (input.len(), "truncated data"),
            Some(high @ 0xd800..0xdc00) => match unit(input, at + 2).map(|bytes| order.u16(bytes)) {
                None => (input.len(), "unexpected end of data"),
                Some(low @ 0xdc00..0xe000) => {
                    out.push(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                    at += 4;
                    continue;
                }
                Some(_) => (at + 2, "illegal UTF-16 surrogate"),
            },
            Some(0xdc00..0xe000) => (at + 2, "illegal encoding"),
            Some(cp) => {
                out.push(cp);
                at += 2;
                continue;
            }
        };
        if !is_final && end == input.len() && !reason.starts_with("illegal") {
            break;
        }
        at = on_error(DecodeError { start: at, end, reason }, out)?;
    }
    Ok(at.min(input.len()))
}

/// Decode UTF-32 from byte `from` on.
pub fn decode_32<S: Sink, E>(
    input: &[u8],
    from: usize,
    order: ByteOrder,
    is_final: bool,
    out: &mut S,
    mut on_error: impl FnMut(DecodeError, &mut S) -> Result<usize, E>,
) -> Result<usize, E> {
    let mut at = from;
    while at < input.len() {
        let (end, reason) = match unit(input, at).map(|bytes| order.u32(bytes)) {
            None if !is_final => break,
            None => (input.len(), "truncated data"),
            Some(0xd800..0xe000) => (at + 4, "code point in surrogate code point range(0xd800, 0xe000)"),
            Some(cp) if cp > 0x10_ffff => (at + 4, "code point not in range(0x110000)"),
            Some(cp) => {
                out.push(cp);
                at += 4;
                continue;
            }
        };
        at = on_error(DecodeError { start: at, end, reason }, out)?;
    }
    Ok(at.min(input.len()))
}

const SURROGATES: &str = "surrogates not allowed";

pub(crate) fn push_16(cp: u32, order: ByteOrder, out: &mut Vec<u8>) {
    if let Some(above) = cp.checked_sub(0x1_0000) {
        order.push_u16(0xd800 + (above >> 10), out);
        order.push_u16(0xdc00 + (above & 0x3ff), out);
    } else {
        order.push_u16(cp, out);
    }
}

pub(crate) fn push_32(cp: u32, order: ByteOrder, out: &mut Vec<u8>) {
    order.push_u32(cp, out);
}

/// Encode as UTF-16, without a byte order mark.
pub fn encode_16<H: EncodeHandler>(
    text: &(impl CodePoints + ?Sized),
    order: ByteOrder,
    out: &mut Vec<u8>,
    handler: &mut H,
) -> Result<(), H::Error> {
    let push = |cp: u32, out: &mut Vec<u8>| {
        let valid = !(0xd800..0xe000).contains(&cp);
        if valid {
            push_16(cp, order, out);
        }
        valid
    };
    Encoder { push, reason: SURROGATES, runs: false, unit: 2, ascii_only: true }.encode(text, out, handler)
}

/// Encode as UTF-32, without a byte order mark.
pub fn encode_32<H: EncodeHandler>(
    text: &(impl CodePoints + ?Sized),
    order: ByteOrder,
    out: &mut Vec<u8>,
    handler: &mut H,
) -> Result<(), H::Error> {
    let push = |cp: u32, out: &mut Vec<u8>| {
        let valid = !(0xd800..0xe000).contains(&cp);
        if valid {
            push_32(cp, order, out);
        }
        valid
    };
    Encoder { push, reason: SURROGATES, runs: false, unit: 4, ascii_only: true }.encode(text, out, handler)
}
