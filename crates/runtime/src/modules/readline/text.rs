//! The text of lines: characters, and bytes that are none.

use minipy_unicode::record::{Record, Version};
use minipy_vm::{PyStr, StrRef};

/// Where the bytes of input that is not UTF-8 are kept among the characters, in a private plane.
const BYTES: u32 = 0x10_ff00;

/// The characters of what a terminal or a file holds.
pub fn from_bytes(bytes: &[u8]) -> Vec<char> {
    let stray = |bytes: &[u8]| -> Vec<char> {
        bytes.iter().filter_map(|&byte| char::from_u32(BYTES + u32::from(byte))).collect()
    };
    bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars().chain(stray(chunk.invalid()))).collect()
}

/// Adds what a terminal or a file is to get for the characters.
pub fn encode(text: &[char], to: &mut Vec<u8>) {
    for &c in text {
        match u32::from(c).checked_sub(BYTES).and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => to.push(byte),
            None => to.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

pub fn to_bytes(text: &[char]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    encode(text, &mut bytes);
    bytes
}

/// The characters as Python sees them: bytes are lone surrogates.
pub fn to_str(text: &[char]) -> StrRef {
    crate::path::decode(&to_bytes(text))
}

/// The characters of a Python string.
pub fn from_str(text: &PyStr) -> Option<Vec<char>> {
    crate::path::encode(text).map(|bytes| from_bytes(&bytes))
}

/// How many columns of a terminal a character takes.
pub fn width(c: char) -> usize {
    if c.is_ascii() {
        return 1;
    }
    let record = Record::of(u32::from(c), Version::Current);
    match record.category() {
        "Mn" | "Me" | "Cf" => 0,
        _ if matches!(record.east_asian_width(), "W" | "F") => 2,
        _ => 1,
    }
}
