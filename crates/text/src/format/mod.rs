//! Formatting: the mini-language of `format()` (PEP 3101, PEP 378, PEP 515), `str.format` templates, and `%`.

mod error;
mod grouping;
mod number;
mod percent;
mod spec;
mod template;

pub use error::FormatError;
pub use grouping::Locale;
pub use number::{format_complex, format_float, format_int};
pub use percent::{Amount, Conversion, PercentError, PercentPiece, PercentTemplate};
pub use spec::{Align, FormatSpec, Grouping, Sign, StrLayout};
pub use template::{Access, AutoNumber, Field, FieldName, Key, Piece, Template, TemplateError};
