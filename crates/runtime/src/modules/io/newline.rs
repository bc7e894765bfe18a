//! Universal newlines, as state and as `IncrementalNewlineDecoder`.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::bytes;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{
    Args, PyBytes, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TypeRef, Value, Visitor, exceptions,
    name, protocol,
};

const SEEN_CR: u8 = 1;
const SEEN_LF: u8 = 2;
const SEEN_CRLF: u8 = 4;

/// Which newlines were seen, and whether a carriage return waits for what follows it.
#[derive(Clone, Copy, Default)]
pub struct Newlines {
    pub translate: bool,
    pub pending_cr: bool,
    pub seen: u8,
}

impl Newlines {
    /// Takes decoded text in.
    pub fn feed(&mut self, text: StrRef, is_final: bool) -> StrRef {
        let mut text = text;
        if self.pending_cr && (is_final || !text.is_empty()) {
            text = PyStr::from_ascii(b"\r").concat(&text);
            self.pending_cr = false;
        }
        if !is_final && !text.is_empty() && text.char_at(text.len() - 1) == 13 {
            text = text.substring(0, text.len() - 1);
            self.pending_cr = true;
        }
        let has_cr = match text.as_ascii() {
            Some(ascii) => memchr::memchr(b'\r', ascii.as_bytes()).is_some(),
            None => text.chars().any(|c| c == 13),
        };
        if !has_cr {
            if self.seen & SEEN_LF == 0 && contains_lf(&text) {
                self.seen |= SEEN_LF;
            }
            return text;
        }
        let mut out = StrBuilder::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                13 => {
                    let crlf = chars.peek() == Some(&10);
                    self.seen |= if crlf { SEEN_CRLF } else { SEEN_CR };
                    if crlf {
                        chars.next();
                    }
                    if self.translate {
                        out.push(10);
                    } else {
                        out.push(13);
                        if crlf {
                            out.push(10);
                        }
                    }
                }
                10 => {
                    self.seen |= SEEN_LF;
                    out.push(10);
                }
                c => out.push(c),
            }
        }
        out.finish()
    }

    /// `newlines`: None, a str, or a tuple of those seen.
    pub fn seen_value(self) -> Value {
        let names: Vec<Value> = [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")]
            .iter()
            .filter(|(bit, _)| self.seen & bit != 0)
            .map(|(_, name)| Value::from(*name))
            .collect();
        match names.as_slice() {
            [] => Value::NONE,
            [one] => one.clone(),
            _ => PyTuple::from_vec(names).into_value(),
        }
    }
}

fn contains_lf(text: &PyStr) -> bool {
    match text.as_ascii() {
        Some(ascii) => memchr::memchr(b'\n', ascii.as_bytes()).is_some(),
        None => text.chars().any(|c| c == 10),
    }
}

/// Codec used when reading a file in universal newlines mode.
#[pyclass(
    name = "IncrementalNewlineDecoder",
    module = "_io",
    basetype,
    gc,
    plain_new,
    sig = "(decoder, translate, errors='strict')"
)]
#[derive(Default)]
pub struct PyIncrementalNewlineDecoder {
    decoder: GilCell<Option<Value>>,
    state: GilCell<Newlines>,
}

impl Traverse for PyIncrementalNewlineDecoder {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.decoder.traverse(visit);
    }
}

impl PyIncrementalNewlineDecoder {
    fn decoder(&self) -> PyResult<Option<Value>> {
        match self.decoder.get() {
            Some(decoder) if decoder.is_none() => Ok(None),
            Some(decoder) => Ok(Some(decoder)),
            None => Err(exceptions::value_error("IncrementalNewlineDecoder.__init__() not called")),
        }
    }
}

#[pymethods]
impl PyIncrementalNewlineDecoder {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let _ = args;
        Ok(Ref::new_in(cls, PyIncrementalNewlineDecoder::default()).into_value())
    }

    #[slot(init, sig = "(decoder, translate, errors='strict')")]
    fn init(
        zelf: &Ref<PyIncrementalNewlineDecoder>,
        decoder: &Value,
        translate: bool,
        errors: Option<&Value>,
    ) -> PyResult<()> {
        let _ = errors;
        zelf.decoder.set(Some(decoder.clone()));
        zelf.state.set(Newlines { translate, ..Newlines::default() });
        Ok(())
    }

    #[pymethod("($self, /, input, final=False)")]
    fn decode(&self, input: &Value, r#final: bool) -> PyResult<Value> {
        let text = match self.decoder()? {
            Some(decoder) => {
                protocol::call_method(&decoder, name!("decode"), &[input.clone(), Value::from_bool(r#final)])?
            }
            None => input.clone(),
        };
        let Some(text) = text.downcast::<PyStr>() else {
            return Err(exceptions::type_error(format!(
                "decoder should return a string result, not '{}'",
                text.type_name()
            )));
        };
        let text = text.clone();
        Ok(self.state.with(|state| state.feed(text, r#final)).into_value())
    }

    #[pymethod("($self, /)")]
    fn getstate(&self) -> PyResult<Value> {
        let (buffer, flag) = match self.decoder()? {
            Some(decoder) => {
                let state = protocol::call_method(&decoder, name!("getstate"), &[])?;
                let parts = state.downcast::<PyTuple>().filter(|t| t.len() == 2);
                let Some(parts) = parts else {
                    return Err(exceptions::type_error("illegal decoder state"));
                };
                (parts[0].clone(), protocol::index_to_i64(&parts[1])?.unwrap_or(0))
            }
            None => (bytes::from_slice(b"").into_value(), 0),
        };
        let flag = flag << 1 | i64::from(self.state.with(|s| s.pending_cr));
        Ok(PyTuple::from_array([buffer, Value::from(flag)]).into_value())
    }

    #[pymethod("($self, state, /)")]
    fn setstate(&self, state: &Value) -> PyResult<()> {
        let Some(parts) = state.downcast::<PyTuple>() else {
            return Err(exceptions::type_error("state argument must be a tuple"));
        };
        let [buffer, flag] = &parts[..] else {
            return Err(exceptions::type_error("setstate(): illegal state argument"));
        };
        let flag = protocol::index_to_i64(flag)?.unwrap_or(0);
        self.state.with(|s| s.pending_cr = flag & 1 != 0);
        if let Some(decoder) = self.decoder()? {
            let inner = PyTuple::from_array([buffer.clone(), Value::from(flag >> 1)]).into_value();
            protocol::call_method(&decoder, name!("setstate"), &[inner])?;
        }
        Ok(())
    }

    #[pymethod("($self, /)")]
    fn reset(&self) -> PyResult<()> {
        self.state.with(|s| {
            s.seen = 0;
            s.pending_cr = false;
        });
        match self.decoder()? {
            Some(decoder) => protocol::call_method(&decoder, name!("reset"), &[]).map(drop),
            None => Ok(()),
        }
    }

    #[pygetset]
    fn newlines(&self) -> PyResult<Value> {
        self.decoder()?;
        Ok(self.state.get().seen_value())
    }
}

/// The bytes and the flags of a decoder's state.
pub fn split_state(state: &Value) -> PyResult<(Vec<u8>, i64)> {
    let parts = state.downcast::<PyTuple>().filter(|t| t.len() == 2);
    let Some(parts) = parts else {
        return Err(exceptions::type_error("illegal decoder state"));
    };
    let Some(buffer) = parts[0].downcast::<PyBytes>() else {
        return Err(exceptions::type_error(format!(
            "illegal decoder state: the first item should be a bytes object, not '{}'",
            parts[0].type_name()
        )));
    };
    Ok((buffer.as_bytes().to_vec(), protocol::index_to_i64(&parts[1])?.unwrap_or(0)))
}
