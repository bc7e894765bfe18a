//! Formatting: the mini-language of `format()` (PEP 3101, PEP 378, PEP 515), `str.format` templates, and `%`.

mod error;
mod grouping;
mod number;
mod spec;

pub use error::FormatError;
pub use grouping::Locale;
pub use number::{format_complex, format_float, format_int};
pub use spec::{Align, FormatSpec, Grouping, Sign, StrLayout};
