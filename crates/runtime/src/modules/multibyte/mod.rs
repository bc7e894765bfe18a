//! `_multibytecodec` and the modules of East Asian encodings (`_codecs_cn` and others).

mod codec;
mod convert;
mod incremental;
mod iso2022;
mod modules;
mod stream;
mod tables;

use codec::Codec;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::codecs::Errors;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{PyErr, PyResult, PyStr, PyTuple, Ref, StrRef, TypeRef, Value, exceptions, name, protocol};

pub use module::MODULE;
pub use modules::{CN, HK, ISO2022, JP, KR, TW};

#[minipy_macros::pymodule(
    name = "_multibytecodec",
    classes(IncrementalEncoder, IncrementalDecoder, StreamReader, StreamWriter)
)]
mod module {
    use super::incremental::{IncrementalDecoder, IncrementalEncoder};
    use super::stream::{StreamReader, StreamWriter};
    use minipy_vm::{PyResult, Value, exceptions};

    #[pyfunction("($module, arg, /)")]
    fn __create_codec(_arg: &Value) -> PyResult<()> {
        // There are no capsules with codecs of C in them.
        Err(exceptions::value_error("argument type invalid"))
    }
}

#[pyclass(name = "MultibyteCodec", module = "_multibytecodec", no_new)]
pub struct MultibyteCodec {
    codec: &'static Codec,
}

/// What a parameter `errors` says: None is strict.
fn errors_argument<'a>(function: &str, errors: Option<&'a Value>) -> PyResult<Option<&'a Ref<PyStr>>> {
    let Some(errors) = errors else { return Ok(None) };
    match errors.downcast::<PyStr>() {
        Some(errors) => Ok(Some(errors)),
        None => Err(exceptions::type_error(format!(
            "{function}() argument 'errors' must be str or None, not {}",
            errors.type_name()
        ))),
    }
}

/// The text to encode: what is no str is shown as one.
fn text_argument(input: &Value) -> PyResult<StrRef> {
    match input.downcast::<PyStr>() {
        Some(text) => Ok(text.clone()),
        None => protocol::str(input),
    }
}

/// The codec that is an attribute of a class.
fn codec_of(class: &TypeRef) -> PyResult<&'static Codec> {
    let codec = protocol::getattr(class.as_value(), name!("codec"))?;
    match codec.downcast::<MultibyteCodec>() {
        Some(codec) => Ok(codec.codec),
        None => Err(exceptions::type_error("codec is unexpected type")),
    }
}

/// The new value of an attribute `errors`.
fn new_errors(value: Option<Value>) -> PyResult<StrRef> {
    let Some(value) = value else {
        return Err(attribute_error("cannot delete attribute"));
    };
    value.downcast_into::<PyStr>().map_err(|_| exceptions::type_error("errors must be a string"))
}

fn attribute_error(message: &str) -> PyErr {
    exceptions::simple(exceptions::attribute_error_class(), message)
}

#[pymethods]
impl MultibyteCodec {
    /// Return an encoded string version of 'input'.
    ///
    /// 'errors' may be given to set a different error handling scheme.
    /// Default is 'strict' meaning that encoding errors raise
    /// a UnicodeEncodeError.  Other possible values are 'ignore', 'replace'
    /// and 'xmlcharrefreplace' as well as any other name registered with
    /// codecs.register_error that can handle UnicodeEncodeErrors.
    #[pymethod("($self, /, input, errors=None)")]
    fn encode(&self, input: &Value, errors: Option<&Value>) -> PyResult<Value> {
        let errors = Errors::new(errors_argument("encode", errors)?.map(|errors| &**errors));
        let text = text_argument(input)?;
        let (mut state, mut out) = (self.codec.encoder_state(), Vec::new());
        convert::encode_text(self.codec, &text, &errors, false, &mut state, &mut out)?;
        self.codec.reset(&mut state, &mut out);
        let out = bytes::from_slice(&out).into_value();
        Ok(PyTuple::from_array([out, Value::from(text.len())]).into_value())
    }

    /// Decodes 'input'.
    ///
    /// 'errors' may be given to set a different error handling scheme.
    /// Default is 'strict' meaning that encoding errors raise
    /// a UnicodeDecodeError.  Other possible values are 'ignore' and
    /// 'replace' as well as any other name registered with
    /// codecs.register_error that is able to handle UnicodeDecodeErrors."
    #[pymethod("($self, /, input, errors=None)")]
    fn decode(&self, input: BytesLike<'_>, errors: Option<&Value>) -> PyResult<Value> {
        let errors = Errors::new(errors_argument("decode", errors)?.map(|errors| &**errors));
        let (mut state, mut out) = (self.codec.decoder_state(), StrBuilder::new());
        convert::decode_bytes(self.codec, &input, &errors, false, &mut state, &mut out)?;
        let text = out.finish().into_value();
        Ok(PyTuple::from_array([text, Value::from(input.len())]).into_value())
    }
}
