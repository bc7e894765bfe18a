//! Exception classes and the errors native code raises.

mod base;
mod classes;
mod fields;
pub mod group;
mod import_error;
mod methods;
mod os_error;
mod raise;
pub mod suggestions;
mod syntax_error;
mod unicode_error;
mod values;

pub use base::{PyBaseException, PyErr};
pub use classes::*;
pub use group::PyBaseExceptionGroup;
pub use import_error::{PyImportError, import_error};
pub use os_error::{PyOSError, os_error, os_error_from_errno, os_error_from_io, strerror};
pub use raise::*;
pub use syntax_error::{PySyntaxError, SyntaxErrorLocation, syntax_error};
pub use unicode_error::{
    PyUnicodeDecodeError, PyUnicodeEncodeError, PyUnicodeTranslateError, UnicodeErrorData,
    unicode_decode_error, unicode_encode_error, unicode_error_data, unicode_translate_error,
};
pub use values::{PyAttributeError, PyNameError, PyStopIteration, PySystemExit};
