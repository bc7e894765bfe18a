//! `_json`: what `json.encoder`, `json.decoder` and `json.scanner` are sped up with.

mod encoder;
mod escape;
mod scanner;
mod strings;

use minipy_vm::macros_support::FnSpec;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{Args, PyErr, PyResult, Value, exceptions, macros_support, name, protocol};

pub use module::MODULE;

/// The signature of a callable whose messages have another name than its class: parameters by position or keyword.
const fn callable(name: &'static str, params: &'static [&'static str]) -> FnSpec {
    FnSpec {
        name,
        owner: "",
        params,
        posonly: 0,
        positional: params.len() as u8,
        required: (1 << params.len()) - 1,
        varargs: false,
        varkw: false,
        skip: 0,
        constructor: false,
    }
}

/// The arguments of a call by `spec`, all of whose `N` parameters are required.
fn bind<'a, const N: usize>(spec: &FnSpec, args: Args<'a>) -> PyResult<[&'a Value; N]> {
    let mut found = [None; N];
    macros_support::parse_args(spec, args, &mut found)?;
    for (index, value) in found.iter().enumerate() {
        macros_support::required(*value, spec, index)?;
    }
    // All are there, so the first argument stands in for none.
    Ok(found.map(|value| value.unwrap_or(&args.args[0])))
}

/// The text to work on; TypeError if it is no str.
fn text(value: &Value) -> PyResult<&StrRef> {
    value.downcast::<PyStr>().ok_or_else(|| {
        exceptions::type_error(format!("first argument must be a string, not {}", value.type_name()))
    })
}

/// `json.JSONDecodeError(message, document, position)`.
#[cold]
fn decode_error(message: &str, document: &StrRef, position: isize) -> PyErr {
    let raise = || {
        let json = crate::import::import_module("json.decoder")?;
        let class = protocol::getattr(&json, name!("JSONDecodeError"))?;
        let args = [message.into(), document.to_value(), Value::from(position as i64)];
        let error = protocol::call(&class, &args)?;
        match error.downcast::<exceptions::PyBaseException>() {
            Some(error) => Ok(PyErr::from_exception(error.clone())),
            None => Err(exceptions::type_error("exceptions must derive from BaseException")),
        }
    };
    raise().unwrap_or_else(|error: PyErr| error)
}

/// json speedups
///
#[minipy_macros::pymodule(name = "_json")]
mod module {
    use super::{encoder, escape, scanner, strings, text};
    use minipy_vm::{Args, Payload, PyModule, PyResult, PyTuple, Ref, StrRef, Value, name, protocol};

    /// encode_basestring(string) -> string
    ///
    /// Return a JSON representation of a Python string
    #[pyfunction("($self, object, /)")]
    fn encode_basestring(object: &Value) -> PyResult<StrRef> {
        Ok(escape::quoted(text(object)?, false))
    }

    /// encode_basestring_ascii(string) -> string
    ///
    /// Return an ASCII-only JSON representation of a Python string
    #[pyfunction("($self, object, /)")]
    fn encode_basestring_ascii(object: &Value) -> PyResult<StrRef> {
        Ok(escape::quoted(text(object)?, true))
    }

    /// scanstring(string, end, strict=True) -> (string, end)
    ///
    /// Scan the string s for a JSON string. End is the index of the
    /// character in s after the quote that started the JSON string.
    /// Unescapes all valid JSON string escape sequences and raises ValueError
    /// on attempt to decode an invalid string. If strict is False then literal
    /// control characters are allowed in the string.
    ///
    /// Returns a tuple of the decoded string and the index of the character in s
    /// after the end quote.
    #[pyfunction]
    fn scanstring(args: Args<'_>) -> PyResult<Value> {
        let (string, end, strict) = strings::arguments(args)?;
        let string = text(string)?;
        let end = crate::modules::ssize(end)?;
        let strict = strict.map_or(Ok(true), protocol::truth)?;
        let (found, end) = strings::scan(string, end, strict)?;
        Ok(PyTuple::from_array([found.into_value(), Value::from(end)]).into_value())
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        let own = |name: &StrRef| namespace.get_str(name).map(|found| found.unwrap_or(Value::NONE));
        let (plain, ascii) = (name!("encode_basestring"), name!("encode_basestring_ascii"));
        encoder::set_own_encoders(own(plain)?, own(ascii)?);
        namespace.insert("make_scanner", scanner::Scanner::class().to_value());
        namespace.insert("make_encoder", encoder::Encoder::class().to_value());
        Ok(())
    }
}
