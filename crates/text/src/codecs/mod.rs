//! Encodings as functions on bytes and code points.
//!
//! A decoder reports each error to a callback, which appends its replacement to the output and answers where to go on. An
//! encoder asks an [`EncodeHandler`] for a replacement, which it encodes itself. With `is_final` false a decoder stops
//! before an incomplete sequence at the end; all return how many bytes they used up.

mod handlers;
pub mod single;
pub mod unicode_escape;
pub mod utf7;
pub mod utf8;
pub mod wide;

pub use handlers::{Codec, ErrorHandler};

use rustpython_wtf8::{CodePoint, Wtf8Buf};

/// Where decoded text goes.
pub trait Sink {
    /// Append a code point below 0x110000, maybe a surrogate.
    fn push(&mut self, cp: u32);

    /// Append ASCII characters.
    fn push_ascii(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.push((*b).into());
        }
    }
}

impl Sink for Vec<u32> {
    fn push(&mut self, cp: u32) {
        self.push(cp);
    }
}

impl Sink for Wtf8Buf {
    fn push(&mut self, cp: u32) {
        if let Some(cp) = CodePoint::from_u32(cp) {
            self.push(cp);
        }
    }

    fn push_ascii(&mut self, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.push_str(text),
            Err(_) => bytes.iter().for_each(|b| Sink::push(self, (*b).into())),
        }
    }
}

/// What a UnicodeDecodeError says, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where the bytes begin that cannot be decoded.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// Why.
    pub reason: &'static str,
}

/// What a UnicodeEncodeError says, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeError {
    /// Where the characters begin that cannot be encoded.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// Why.
    pub reason: &'static str,
}

/// What takes the place of characters that cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Text, to be encoded in turn.
    Text(Vec<u32>),
    /// Bytes, taken as they are.
    Bytes(Vec<u8>),
}

/// Decides what happens to characters that cannot be encoded.
pub trait EncodeHandler {
    /// What ends the encoding.
    type Error;

    /// A replacement, and the character to go on from.
    fn handle(&mut self, error: EncodeError) -> Result<(Replacement, usize), Self::Error>;

    /// The replacement cannot be encoded either: the error to end with.
    fn refuse(&mut self, error: EncodeError) -> Self::Error;
}

/// The code points of a str, whatever it keeps them in.
pub trait CodePoints {
    /// How many.
    fn count(&self) -> usize;
    /// The one at `i`, which is below the count.
    fn at(&self, i: usize) -> u32;
}

macro_rules! code_points {
    ($($unit:ty),*) => {$(
        impl CodePoints for [$unit] {
            fn count(&self) -> usize {
                self.len()
            }

            #[inline]
            fn at(&self, i: usize) -> u32 {
                self.get(i).copied().unwrap_or(0).into()
            }
        }
    )*};
}

code_points!(u8, u16, u32);

/// What an encoder does with one code point.
pub(crate) struct Encoder<F> {
    /// Append the bytes of a code point, or tell that it cannot.
    pub push: F,
    pub reason: &'static str,
    /// Does an error cover the whole run of such characters?
    pub runs: bool,
    /// Bytes per unit: a replacement in bytes has to be a multiple of it.
    pub unit: usize,
    /// Is a replacement text that is not ASCII refused?
    pub ascii_only: bool,
}

impl<F: Fn(u32, &mut Vec<u8>) -> bool> Encoder<F> {
    pub(crate) fn encode<H: EncodeHandler>(
        &self,
        text: &(impl CodePoints + ?Sized),
        out: &mut Vec<u8>,
        handler: &mut H,
    ) -> Result<(), H::Error> {
        let count = text.count();
        let mut at = 0;
        while at < count {
            if (self.push)(text.at(at), out) {
                at += 1;
                continue;
            }
            let mut end = at + 1;
            let mut scratch = Vec::new();
            while self.runs && end < count && !(self.push)(text.at(end), &mut scratch) {
                end += 1;
            }
            let error = EncodeError { start: at, end, reason: self.reason };
            let (replacement, next) = handler.handle(error)?;
            let accepted = match &replacement {
                Replacement::Bytes(bytes) => {
                    out.extend_from_slice(bytes);
                    bytes.len() % self.unit == 0
                }
                Replacement::Text(text) => {
                    text.iter().all(|cp| (!self.ascii_only || *cp < 128) && (self.push)(*cp, out))
                }
            };
            if !accepted {
                return Err(handler.refuse(error));
            }
            at = next;
        }
        Ok(())
    }
}
