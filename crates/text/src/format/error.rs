//! Why formatting fails, in CPython's words.

use crate::int::IntError;
use rustpython_wtf8::Wtf8Buf;
use std::fmt;

/// Why a format specification is refused. ValueErrors, unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// It does not parse.
    Invalid {
        /// The specification.
        spec: Wtf8Buf,
        /// The name of the value's type.
        type_name: String,
    },
    /// A format code that the type does not know.
    UnknownCode {
        /// The code.
        code: u32,
        /// The name of the value's type.
        type_name: String,
    },
    /// A width or precision beyond what a size can hold.
    TooManyDigits,
    /// A precision beyond what the format codes take.
    PrecisionTooBig,
    /// A point without a precision.
    MissingPrecision,
    /// Both `,` and `_`.
    BothGroupings,
    /// A grouping that the code does not take.
    GroupingWith {
        /// `,` or `_`.
        grouping: char,
        /// The format code.
        code: u32,
    },
    /// Something this kind of value does not take; the message.
    NotAllowed(&'static str),
    /// An OverflowError: the code point of `c` is out of range.
    CharRange,
    /// An OverflowError: the int of `c` does not even fit a machine word.
    CharTooLarge,
    /// An OverflowError: the int of a float code is too large.
    IntTooLarge,
    /// The int has too many digits to print.
    Digits(IntError),
    /// A MemoryError.
    Memory,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatError::Invalid { spec, type_name } => {
                write!(f, "Invalid format specifier '{spec}' for object of type '{type_name}'")
            }
            FormatError::UnknownCode { code, type_name } => {
                f.write_str("Unknown format code '")?;
                write_code(f, *code)?;
                write!(f, "' for object of type '{type_name}'")
            }
            FormatError::TooManyDigits => f.write_str("Too many decimal digits in format string"),
            FormatError::PrecisionTooBig => f.write_str("precision too big"),
            FormatError::MissingPrecision => f.write_str("Format specifier missing precision"),
            FormatError::BothGroupings => f.write_str("Cannot specify both ',' and '_'."),
            FormatError::GroupingWith { grouping, code } => {
                write!(f, "Cannot specify '{grouping}' with '")?;
                write_code(f, *code)?;
                f.write_str("'.")
            }
            FormatError::NotAllowed(message) => f.write_str(message),
            FormatError::CharRange => f.write_str("%c arg not in range(0x110000)"),
            FormatError::CharTooLarge => f.write_str("Python int too large to convert to C long"),
            FormatError::IntTooLarge => f.write_str("int too large to convert to float"),
            FormatError::Digits(error) => error.fmt(f),
            FormatError::Memory => Ok(()),
        }
    }
}

fn write_code(f: &mut fmt::Formatter<'_>, code: u32) -> fmt::Result {
    match u8::try_from(code) {
        Ok(b @ 33..128) => write!(f, "{}", char::from(b)),
        _ => write!(f, "\\x{code:x}"),
    }
}
