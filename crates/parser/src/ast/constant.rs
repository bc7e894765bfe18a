//! The values a `Constant` node may hold.

use dashu_int::{IBig, Sign, UBig, Word};
use rustpython_wtf8::Wtf8;

use super::Arena;

/// The value of a constant, as the parser makes it or as a program that builds its own AST may put it there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant<'a> {
    /// `None`
    None,
    /// `True`
    True,
    /// `False`
    False,
    /// `...`
    Ellipsis,
    /// An int of any size.
    Int(Int<'a>),
    /// A float.
    Float(f64),
    /// A complex number; a literal has a zero real part.
    Complex {
        /// The real part.
        real: f64,
        /// The imaginary part.
        imag: f64,
    },
    /// A string, which may hold lone surrogates.
    Str(&'a Wtf8),
    /// A bytes object.
    Bytes(&'a [u8]),
    /// A tuple of constants. The parser never makes one.
    Tuple(&'a [Constant<'a>]),
    /// A frozenset of constants. The parser never makes one.
    Frozenset(&'a [Constant<'a>]),
}

/// An int constant. Nothing in the arena needs to be dropped, so a big value is kept as its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Int<'a> {
    /// A value that fits in 64 bits.
    Small(i64),
    /// A bigger one.
    Big {
        /// Whether the value is below zero.
        negative: bool,
        /// The magnitude, least significant word first.
        words: &'a [Word],
    },
}

impl<'a> Int<'a> {
    /// The constant for `value`, its words copied to the arena if it is big.
    pub fn new(arena: &'a Arena, value: &IBig) -> Self {
        match i64::try_from(value) {
            Ok(small) => Int::Small(small),
            Err(_) => {
                let (sign, words) = value.as_sign_words();
                Int::Big { negative: sign == Sign::Negative, words: arena.alloc_slice(words) }
            }
        }
    }

    /// The value as a big integer.
    pub fn to_ibig(self) -> IBig {
        match self {
            Int::Small(value) => IBig::from(value),
            Int::Big { negative, words } => {
                let sign = if negative { Sign::Negative } else { Sign::Positive };
                IBig::from_parts(sign, UBig::from_words(words))
            }
        }
    }
}
