//! What the constructors of bytes and bytearray accept.

use super::PyBytes;
use super::arg::byte_of;
use crate::macros_support::{ArgPos, FnSpec, FromArg, parse_args};
use crate::types::str::{PyStr, StrRef};
use crate::value::Value;
use crate::{Args, PyResult, codecs, exceptions, heap, name, protocol};

/// The signature of the constructor of `bytes` or `bytearray`.
pub const fn spec(name: &'static str) -> FnSpec {
    FnSpec {
        name,
        owner: "",
        params: &["source", "encoding", "errors"],
        posonly: 0,
        positional: 3,
        required: 0,
        varargs: false,
        varkw: false,
        skip: 0,
        constructor: true,
    }
}

/// The contents that a constructor call asks for. With `convert`, `__bytes__` is asked first.
pub fn construct(spec: &'static FnSpec, args: Args<'_>, convert: bool) -> PyResult<Contents> {
    let mut bound = [None; 3];
    parse_args(spec, args, &mut bound)?;
    let [source, encoding, errors] = bound;
    let encoding = encoding.map(|v| <&StrRef>::from_arg(v, ArgPos { spec, param: 1 })).transpose()?;
    let errors = errors.map(|v| <&StrRef>::from_arg(v, ArgPos { spec, param: 2 })).transpose()?;
    let text = source.and_then(|s| s.downcast::<PyStr>());
    if encoding.is_some() || errors.is_some() {
        let given = if encoding.is_some() { "encoding" } else { "errors" };
        let Some(text) = text else {
            return Err(exceptions::type_error(format!("{given} without a string argument")));
        };
        if encoding.is_none() {
            return Err(exceptions::type_error("string argument without an encoding"));
        }
        let encoded = codecs::encode_text(text, encoding.map(|e| &**e), errors.map(|e| &**e))?;
        return Ok(Contents::of_bytes(&encoded));
    }
    let Some(source) = source else { return Ok(Contents::Whole(Vec::new())) };
    if convert && let Some(bytes) = dunder_bytes(source)? {
        return Ok(Contents::of_bytes(&bytes));
    }
    if text.is_some() {
        return Err(exceptions::type_error("string argument without an encoding"));
    }
    if protocol::is_int(source) || source.class().slots().index.is_some() {
        match count(source) {
            Err(error) if error.is_instance(exceptions::type_error_class()) => {}
            Err(error) => return Err(error),
            Ok(count) => {
                heap::check_size(count)?;
                return Ok(Contents::Whole(vec![0; count]));
            }
        }
    }
    contents(source, || format!("cannot convert '{}' object to {}", source.type_name(), spec.name))
}

fn count(source: &Value) -> PyResult<usize> {
    let n = protocol::index_to_i64(source)?.ok_or_else(|| {
        exceptions::overflow_error(format!("cannot fit '{}' into an index-sized integer", source.type_name()))
    })?;
    usize::try_from(n).map_err(|_| exceptions::value_error("negative count"))
}

/// What `__bytes__` gives, if the class has it.
pub fn dunder_bytes(source: &Value) -> PyResult<Option<Value>> {
    if source.downcast_exact::<PyBytes>().is_some() {
        return Ok(Some(source.clone()));
    }
    let Some(result) = protocol::call_special(source, name!("__bytes__"), &[])? else { return Ok(None) };
    if result.downcast::<PyBytes>().is_none() {
        return Err(exceptions::type_error(format!(
            "__bytes__ returned non-bytes (type {})",
            result.type_name()
        )));
    }
    Ok(Some(result))
}

/// Where the bytes of a new object come from.
pub enum Contents {
    /// All are there.
    Whole(Vec<u8>),
    /// The iterator of the ints they are, and how many there may be.
    Items(Value, usize),
}

impl Contents {
    fn of_bytes(bytes: &Value) -> Contents {
        Contents::Whole(bytes.downcast::<PyBytes>().map(|b| b.to_vec()).unwrap_or_default())
    }

    /// All the bytes; `range` is the ValueError's message for ints that are none.
    pub fn collect(self, range: &str) -> PyResult<Vec<u8>> {
        match self {
            Contents::Whole(bytes) => Ok(bytes),
            Contents::Items(iterator, expected) => {
                let mut out = Vec::with_capacity(expected);
                while let Some(item) = protocol::next(&iterator)? {
                    out.push(byte_of(&item, range)?);
                }
                Ok(out)
            }
        }
    }
}

/// The bytes of a buffer, or the ints of an iterable; `refuse` words the TypeError for other objects.
pub fn contents(source: &Value, refuse: impl Fn() -> String) -> PyResult<Contents> {
    if let Some(bytes) = super::gathered(source) {
        return bytes.map(Contents::Whole);
    }
    if source.downcast::<PyStr>().is_some() {
        return Err(exceptions::type_error(refuse()));
    }
    let iterator = match protocol::iter(source) {
        Err(error) if error.is_instance(exceptions::type_error_class()) => {
            return Err(exceptions::type_error(refuse()));
        }
        iterator => iterator?,
    };
    Ok(Contents::Items(iterator, protocol::length_hint(source, 16)?.min(1 << 20)))
}
