//! The marshal format, versions 0 to 5, read and written.
//!
//! Reader and writer are generic over the values they make or see, so that the VM can marshal its
//! own objects: [`read::Builder`] and [`write::Source`]. [`loads`] and [`dumps`] work on [`Constant`].

mod constants;
pub mod read;
pub mod write;

pub use constants::{dumps, dumps_code, loads, loads_code};

/// The version `marshal.dumps` writes by default.
pub const VERSION: i32 = 5;

/// Deepest nesting that is written or read.
pub const MAX_DEPTH: usize = 2000;

/// Set in a type byte when later references may point at the object.
pub(crate) const FLAG_REF: u8 = 0x80;

pub(crate) mod tag {
    pub const NULL: u8 = b'0';
    pub const NONE: u8 = b'N';
    pub const FALSE: u8 = b'F';
    pub const TRUE: u8 = b'T';
    pub const STOPITER: u8 = b'S';
    pub const ELLIPSIS: u8 = b'.';
    pub const INT: u8 = b'i';
    pub const INT64: u8 = b'I';
    pub const FLOAT: u8 = b'f';
    pub const BINARY_FLOAT: u8 = b'g';
    pub const COMPLEX: u8 = b'x';
    pub const BINARY_COMPLEX: u8 = b'y';
    pub const LONG: u8 = b'l';
    pub const STRING: u8 = b's';
    pub const INTERNED: u8 = b't';
    pub const REF: u8 = b'r';
    pub const TUPLE: u8 = b'(';
    pub const LIST: u8 = b'[';
    pub const DICT: u8 = b'{';
    pub const CODE: u8 = b'c';
    pub const UNICODE: u8 = b'u';
    pub const SET: u8 = b'<';
    pub const FROZENSET: u8 = b'>';
    pub const SLICE: u8 = b':';
    pub const ASCII: u8 = b'a';
    pub const ASCII_INTERNED: u8 = b'A';
    pub const SMALL_TUPLE: u8 = b')';
    pub const SHORT_ASCII: u8 = b'z';
    pub const SHORT_ASCII_INTERNED: u8 = b'Z';
}

/// A value without parts.
#[derive(Clone, Debug)]
pub enum Atom<'a> {
    None,
    True,
    False,
    Ellipsis,
    StopIteration,
    Int(i64),
    BigInt(std::borrow::Cow<'a, dashu_int::IBig>),
    Float(f64),
    Complex(f64, f64),
    /// Text and whether it is interned.
    Str(std::borrow::Cow<'a, rustpython_wtf8::Wtf8>, bool),
    Bytes(std::borrow::Cow<'a, [u8]>),
}

/// A value made of other values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Container {
    Tuple,
    List,
    /// Items are keys and values in turn.
    Dict,
    Set,
    FrozenSet,
    Slice,
    /// Items are [`CODE_PARTS`] in that order.
    Code(CodeNumbers),
}

/// The integer fields of a marshalled code object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CodeNumbers {
    pub argcount: i32,
    pub posonlyargcount: i32,
    pub kwonlyargcount: i32,
    pub stacksize: i32,
    pub flags: i32,
    pub firstlineno: i32,
}

/// The object fields of a marshalled code object, in order.
pub const CODE_PARTS: [&str; 10] = [
    "code",
    "consts",
    "names",
    "localsplusnames",
    "localspluskinds",
    "filename",
    "name",
    "qualname",
    "linetable",
    "exceptiontable",
];
