//! Unicode 16.0.0 character data, as CPython 3.14's `unicodedata` and str methods see it.
//!
//! Functions take code points as `u32`: lone surrogates and values beyond U+10FFFF are allowed and have no properties.
//! See `docs/unicode.md` for the tables and how they are made.

#![forbid(unsafe_code)]

pub mod ctype;
mod hangul;
pub mod name;
pub mod normalize;
pub mod record;
#[rustfmt::skip]
mod tables;

pub use ctype::*;
pub use normalize::{Form, is_normalized, normalize, normalize_str};

/// The version of the data.
pub const UNIDATA_VERSION: &str = "16.0.0";
