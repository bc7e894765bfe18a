//! Text without values: everything about numbers, strings, bytes and their formats that needs no object of the VM.
//!
//! - [`float`], [`int`], [`complex`]: repr and parsing, to the last digit.
//! - [`format`]: the format mini-language, `str.format` templates, printf-style templates.
//! - [`repr`]: what strings look like in source.
//! - [`codecs`]: encodings, with errors that a handler may resume, and escapes.
//! - [`hash`]: CPython's hashes.
//!
//! Errors are enums whose `Display` is CPython's message; the caller knows the exception's class from the enum.

#![forbid(unsafe_code)]

pub mod codecs;
pub mod complex;
pub mod float;
pub mod format;
pub mod hash;
pub mod int;
pub mod repr;
