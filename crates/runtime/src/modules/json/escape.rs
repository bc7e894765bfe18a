//! Strings as JSON writes them.

use minipy_vm::types::str::{PyStr, StrBuilder, StrData, StrRef};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The letter behind the backslash that stands for `c`, if there is one.
fn short_escape(c: u32) -> Option<u8> {
    Some(match c {
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        0x22 => b'"',
        0x5c => b'\\',
        _ => return None,
    })
}

/// Whether an ASCII character stands for itself.
fn is_plain(b: u8) -> bool {
    !matches!(b, 0..=0x1f | b'"' | b'\\')
}

/// Appends `text` as a JSON string, with all that is not printable ASCII escaped if `ascii`.
pub fn write(out: &mut StrBuilder, text: &PyStr, ascii: bool) {
    out.push_latin1(b"\"");
    match text.data() {
        StrData::Ascii(bytes) => write_narrow(out, bytes, ascii),
        StrData::Latin1(bytes) if !ascii => write_narrow(out, bytes, false),
        _ => text.chars().for_each(|c| write_char(out, c, ascii)),
    }
    out.push_latin1(b"\"");
}

/// Runs of plain characters are copied whole.
fn write_narrow(out: &mut StrBuilder, bytes: &[u8], ascii: bool) {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&b| !is_plain(b) || ascii && b == 0x7f) {
        out.push_latin1(&rest[..at]);
        write_char(out, u32::from(rest[at]), ascii);
        rest = &rest[at + 1..];
    }
    out.push_latin1(rest);
}

fn write_char(out: &mut StrBuilder, c: u32, ascii: bool) {
    if let Some(letter) = short_escape(c) {
        out.push_latin1(&[b'\\', letter]);
    } else if c >= 0x20 && (!ascii || c < 0x7f) {
        out.push(c);
    } else if c < 0x10000 {
        write_unit(out, c);
    } else {
        write_unit(out, 0xd800 | (c - 0x10000) >> 10);
        write_unit(out, 0xdc00 | c & 0x3ff);
    }
}

/// `\uXXXX`.
fn write_unit(out: &mut StrBuilder, unit: u32) {
    let digit = |shift: u32| HEX[(unit >> shift & 0xf) as usize];
    out.push_latin1(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

/// `text` as a JSON string.
pub fn quoted(text: &PyStr, ascii: bool) -> StrRef {
    let mut out = StrBuilder::with_capacity(text.len() + 2);
    write(&mut out, text, ascii);
    out.finish()
}
