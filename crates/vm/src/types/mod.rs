//! The builtin types, a folder or file each.

pub mod builtin;
pub mod bytearray;
pub mod bytes;
pub mod callable_iterator;
pub mod cell;
pub mod classmethod;
pub mod code;
pub mod complex;
pub mod dict;
pub mod enumerate;
pub mod filter;
pub mod float;
pub mod function;
pub mod generator;
pub mod generic_alias;
pub mod instance;
pub mod int;
pub mod list;
pub mod map;
pub mod mappingproxy;

pub mod memoryview;
pub mod module;
pub mod namespace;
pub mod object;
pub mod property;
pub mod range;
pub mod reversed;
pub mod seqiter;
pub mod set;
pub mod shape;
pub mod singletons;
pub mod slice;
pub mod special;
pub mod staticmethod;
pub mod str;
pub mod structseq;
pub mod super_type;
pub mod template;
pub mod traceback;
pub mod tuple;
pub mod typeobj;
pub mod union;
pub mod weakref;
mod wrapping;
pub mod zip;

use crate::cell::GilCell;
use minipy_text::format::Locale;
use rustpython_wtf8::Wtf8;

/// Makes the classes that every object needs, in an order in which none is needed before it exists.
pub fn initialise() {
    use crate::heap::Payload;
    typeobj::PyType::class();
    object::PyObject::class();
    str::PyStr::class();
    tuple::PyTuple::class();
    dict::PyDict::class();
    function::PyFunction::class();
    builtin::complete_subclasses(object::PyObject::class());
}

/// The exception for a format specification that cannot be applied.
pub(crate) fn format_error(error: minipy_text::format::FormatError) -> crate::PyErr {
    use minipy_text::format::FormatError;
    match error {
        FormatError::Memory => crate::exceptions::memory_error(),
        FormatError::CharRange | FormatError::CharTooLarge | FormatError::IntTooLarge => {
            crate::exceptions::overflow_error(error.to_string())
        }
        error => crate::exceptions::value_error(error.to_string()),
    }
}

/// Asks the C library for the conventions of its current locale; None while that is the C locale for certain.
static NUMBER_LOCALE: GilCell<Option<fn() -> Locale>> = GilCell::new(None);

/// Lets numbers formatted with the code `n` follow the conventions that `current` gives.
pub fn set_number_locale(current: fn() -> Locale) {
    NUMBER_LOCALE.set(Some(current));
}

/// The conventions for a number that is formatted as `spec` says.
pub(crate) fn number_locale(spec: &Wtf8) -> Locale {
    match NUMBER_LOCALE.get() {
        Some(current) if spec.as_bytes().ends_with(b"n") => current(),
        _ => Locale::c(),
    }
}
