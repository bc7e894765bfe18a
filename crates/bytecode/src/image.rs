//! The format of code that is part of the program: the embedded library's.
//!
//! As marshal data, but made to be read in pieces: a code object says how long it is, so that it can be passed over until it is
//! needed; names and other interned strings are numbers in a table that all modules share; and a reference is a position, so that
//! what it means can be read on its own. Whoever has an image has the program, so nothing in it is checked.

mod write;

pub use write::{StringTable, write};

use dashu_int::{IBig, Sign, UBig};
use rustpython_wtf8::Wtf8;

/// Set in a tag when references lead to the constant.
const SHARED: u8 = 0x80;

mod tag {
    pub const NONE: u8 = b'N';
    pub const TRUE: u8 = b'T';
    pub const FALSE: u8 = b'F';
    pub const ELLIPSIS: u8 = b'.';
    pub const STOP_ITERATION: u8 = b'S';
    pub const INT: u8 = b'i';
    pub const NEGATIVE_BIG_INT: u8 = b'-';
    pub const BIG_INT: u8 = b'+';
    pub const FLOAT: u8 = b'f';
    pub const COMPLEX: u8 = b'x';
    pub const INTERNED: u8 = b't';
    pub const STR: u8 = b'u';
    pub const BYTES: u8 = b's';
    pub const TUPLE: u8 = b'(';
    pub const FROZENSET: u8 = b'>';
    pub const SLICE: u8 = b':';
    pub const CODE: u8 = b'c';
    pub const REFERENCE: u8 = b'r';
}

/// A constant, its parts still to be read.
pub enum Item<'a> {
    None,
    True,
    False,
    Ellipsis,
    StopIteration,
    Int(i64),
    BigInt(IBig),
    Float(f64),
    Complex(f64, f64),
    /// The number of an interned string.
    Interned(u32),
    Str(&'a Wtf8),
    Bytes(&'a [u8]),
    /// Of so many constants, which follow.
    Tuple(usize),
    FrozenSet(usize),
    /// Of three constants, which follow.
    Slice,
    /// The reader stands behind it.
    Code(Header),
    /// The constant at that position.
    Reference(usize),
}

/// What is known of a code object before it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// Where the header is, for [`Reader::header`].
    pub start: usize,
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    pub flags: u32,
    pub firstlineno: i32,
    /// The numbers of `co_name` and `co_qualname`.
    pub name: u32,
    pub qualname: u32,
    /// Fast locals, cells and free variables.
    pub nlocalsplus: u32,
    pub nfree: u32,
    /// Where the rest is: kinds and numbers of the fast locals, names, instructions, line table, exception table, constants.
    pub body: usize,
}

/// Reads an image from a position on.
pub struct Reader<'a> {
    data: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub fn new(data: &'a [u8], position: usize) -> Reader<'a> {
        Reader { data, position }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    /// The next bytes.
    pub fn take(&mut self, len: usize) -> &'a [u8] {
        let bytes = &self.data[self.position..][..len];
        self.position += len;
        bytes
    }

    fn byte(&mut self) -> u8 {
        self.position += 1;
        self.data[self.position - 1]
    }

    /// Seven bits a byte, the lowest first.
    fn unsigned(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
            shift += 7;
        }
    }

    fn signed(&mut self) -> i64 {
        let value = self.unsigned();
        (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
    }

    /// A count, an index or the number of a string.
    pub fn number(&mut self) -> u32 {
        self.unsigned() as u32
    }

    /// A count and as many bytes.
    pub fn bytes(&mut self) -> &'a [u8] {
        let len = self.number() as usize;
        self.take(len)
    }

    fn float(&mut self) -> f64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8));
        f64::from_le_bytes(bytes)
    }

    /// The next constant, and whether references lead to it.
    pub fn item(&mut self) -> (Item<'a>, bool) {
        let byte = self.byte();
        let item = match byte & !SHARED {
            tag::NONE => Item::None,
            tag::TRUE => Item::True,
            tag::FALSE => Item::False,
            tag::ELLIPSIS => Item::Ellipsis,
            tag::STOP_ITERATION => Item::StopIteration,
            tag::INT => Item::Int(self.signed()),
            tag::BIG_INT => Item::BigInt(UBig::from_le_bytes(self.bytes()).into()),
            tag::NEGATIVE_BIG_INT => {
                Item::BigInt(IBig::from_parts(Sign::Negative, UBig::from_le_bytes(self.bytes())))
            }
            tag::FLOAT => Item::Float(self.float()),
            tag::COMPLEX => Item::Complex(self.float(), self.float()),
            tag::INTERNED => Item::Interned(self.number()),
            tag::STR => Item::Str(text(self.bytes())),
            tag::BYTES => Item::Bytes(self.bytes()),
            tag::TUPLE => Item::Tuple(self.number() as usize),
            tag::FROZENSET => Item::FrozenSet(self.number() as usize),
            tag::SLICE => Item::Slice,
            tag::REFERENCE => Item::Reference(self.number() as usize),
            tag::CODE => Item::Code(self.code()),
            other => panic!("no tag of an image: {other}"),
        };
        (item, byte & SHARED != 0)
    }

    /// A code object; the reader goes on behind it.
    fn code(&mut self) -> Header {
        let mut length = [0; 4];
        length.copy_from_slice(self.take(4));
        let end = self.position + u32::from_le_bytes(length) as usize;
        let header = self.header();
        self.position = end;
        header
    }

    /// The header of a code object; the reader goes on at its body.
    pub fn header(&mut self) -> Header {
        let header = Header {
            start: self.position,
            argcount: self.number(),
            posonlyargcount: self.number(),
            kwonlyargcount: self.number(),
            stacksize: self.number(),
            flags: self.number(),
            firstlineno: self.signed() as i32,
            name: self.number(),
            qualname: self.number(),
            nlocalsplus: self.number(),
            nfree: self.number(),
            body: 0,
        };
        Header { body: self.position, ..header }
    }
}

/// The images hold what [`write`] took from strings.
fn text(bytes: &[u8]) -> &Wtf8 {
    match std::str::from_utf8(bytes) {
        Ok(text) => Wtf8::new(text),
        Err(_) => Wtf8::from_bytes(bytes).unwrap_or(Wtf8::new("")),
    }
}

/// The interned strings of all images, by number.
#[derive(Clone, Copy)]
pub struct Strings<'a> {
    /// Where each ends in `text`, four bytes each.
    ends: &'a [u8],
    text: &'a [u8],
}

impl<'a> Strings<'a> {
    /// What [`StringTable::finish`] made.
    pub fn new(ends: &'a [u8], text: &'a [u8]) -> Strings<'a> {
        Strings { ends, text }
    }

    pub fn len(&self) -> usize {
        self.ends.len() / 4
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn get(&self, number: u32) -> &'a Wtf8 {
        let end = |index: usize| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(&self.ends[index * 4..][..4]);
            u32::from_le_bytes(bytes) as usize
        };
        let index = number as usize;
        let start = if index == 0 { 0 } else { end(index - 1) };
        text(&self.text[start..end(index)])
    }
}
