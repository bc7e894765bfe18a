//! `str.encode`.

use super::{PyStr, StrRef};
use crate::value::Value;
use crate::{PyResult, codecs};
use minipy_macros::pymethods;

#[pymethods(part = encode)]
impl PyStr {
    /// Encode the string using the codec registered for encoding.
    ///
    ///   encoding
    ///     The encoding in which to encode the string.
    ///   errors
    ///     The error handling scheme to use for encoding errors.
    ///     The default is 'strict' meaning that encoding errors raise a
    ///     UnicodeEncodeError.  Other possible values are 'ignore', 'replace'
    ///     and 'xmlcharrefreplace' as well as any other name registered with
    ///     codecs.register_error that can handle UnicodeEncodeErrors.
    #[pymethod("($self, /, encoding='utf-8', errors='strict')")]
    fn encode(zelf: &StrRef, encoding: Option<&StrRef>, errors: Option<&StrRef>) -> PyResult<Value> {
        codecs::encode_text(zelf, encoding.map(|e| &**e), errors.map(|e| &**e))
    }
}
