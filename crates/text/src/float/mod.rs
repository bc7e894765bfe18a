//! `float` and text: repr, parsing, the printf format codes, hexadecimal, rounding.

mod digits;
mod hex;
mod parse;
mod ratio;
mod round;

pub use digits::{Code, Style, format, repr};
pub use hex::{HexError, fromhex, hex};
pub use parse::{parse, parse_points, parse_prefix};
pub(crate) use parse::{to_ascii, trim, without_underscores};
pub use ratio::{as_integer_ratio, from_int, to_int};
pub use round::round;
