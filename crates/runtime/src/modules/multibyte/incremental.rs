//! Incremental encoders and decoders.

use super::codec::{Codec, State};
use super::convert::{decode_bytes, encode_text};
use super::{codec_of, new_errors, text_argument};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::codecs::{Errors, decode_utf8};
use minipy_vm::exceptions::unicode_decode_error;
use minipy_vm::macros_support::{FnSpec, parse_args};
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::types::int;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{
    Args, BytesRef, GilCell, PyBytes, PyResult, PyStr, PyTuple, Ref, StrRef, TypeRef, Value, exceptions,
    protocol,
};
use std::cell::Cell;

/// No encoding looks further ahead than this many characters.
const MAX_PENDING_CHARS: usize = 2;
/// No code is longer.
const MAX_PENDING_BYTES: usize = 8;

/// A constructor whose last parameter, `errors`, is optional.
pub const fn spec(name: &'static str, params: &'static [&'static str]) -> FnSpec {
    FnSpec {
        name,
        owner: "",
        params,
        posonly: 0,
        positional: params.len() as u8,
        required: (1 << (params.len() - 1)) - 1,
        varargs: false,
        varkw: false,
        skip: 0,
        constructor: true,
    }
}

/// The argument `errors` of a constructor, its parameter at `place`.
pub fn errors_argument(spec: &FnSpec, place: usize, errors: Option<&Value>) -> PyResult<StrRef> {
    match errors.map(|errors| errors.downcast::<PyStr>().ok_or(errors)) {
        None => Ok(PyStr::from_ascii(b"strict")),
        Some(Ok(errors)) => Ok(errors.clone()),
        Some(Err(other)) => Err(exceptions::type_error(format!(
            "{}() argument {} must be str, not {}",
            spec.name,
            place + 1,
            other.type_name_or_none()
        ))),
    }
}

/// The only argument, `errors`, of an incremental codec's constructor.
fn errors_of(spec: &'static FnSpec, args: Args<'_>) -> PyResult<StrRef> {
    let mut given = [None];
    parse_args(spec, args, &mut given)?;
    errors_argument(spec, 0, given[0])
}

/// A text being encoded piece by piece.
pub struct Encoder {
    pub codec: &'static Codec,
    state: Cell<State>,
    /// The end of the last piece, which may be the first half of a pair.
    pending: GilCell<StrRef>,
}

impl Encoder {
    pub fn new(codec: &'static Codec) -> Encoder {
        let state = Cell::new(codec.encoder_state());
        Encoder { codec, state, pending: GilCell::new(PyStr::from_ascii(b"")) }
    }

    /// Encodes the next piece; at the end of the text the encoding's first state is restored. An error changes what is pending in
    /// no way.
    pub fn encode(&self, input: &Value, errors: &StrRef, is_end: bool) -> PyResult<BytesRef> {
        let text = text_argument(input)?;
        let pending = self.pending.get();
        let text = if pending.is_empty() { text } else { pending.concat(&text) };
        let (mut state, mut out) = (self.state.get(), Vec::new());
        let result =
            encode_text(self.codec, &text, &Errors::new(Some(errors)), !is_end, &mut state, &mut out);
        if result.is_ok() && is_end {
            self.codec.reset(&mut state, &mut out);
        }
        self.state.set(state);
        let used = result?;
        if text.len() - used > MAX_PENDING_CHARS {
            return Err(exceptions::unicode_error("pending buffer overflow"));
        }
        self.pending.set(text.substring(used, text.len()));
        Ok(bytes::from_slice(&out))
    }

    /// What is still to be written at the end, if anything is.
    pub fn finish(&self, errors: &StrRef) -> PyResult<Option<BytesRef>> {
        if self.pending.with(|pending| pending.is_empty()) {
            return Ok(None);
        }
        self.encode(PyStr::from_ascii(b"").as_value(), errors, true).map(Some)
    }

    pub fn restart(&self) {
        self.state.set(self.codec.encoder_state());
        self.pending.set(PyStr::from_ascii(b""));
    }
}

#[pyclass(name = "MultibyteIncrementalEncoder", module = "_multibytecodec", basetype)]
pub struct IncrementalEncoder {
    encoder: Encoder,
    errors: GilCell<StrRef>,
}

static NEW_ENCODER: FnSpec = spec("IncrementalEncoder", &["errors"]);

#[pymethods]
impl IncrementalEncoder {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Ref<IncrementalEncoder>> {
        let errors = GilCell::new(errors_of(&NEW_ENCODER, args)?);
        Ok(Ref::new_in(class, IncrementalEncoder { encoder: Encoder::new(codec_of(class)?), errors }))
    }

    #[slot]
    fn init(_zelf: &Value, _args: Args<'_>) {}

    #[pymethod("($self, /, input, final=False)")]
    fn encode(&self, input: &Value, r#final: bool) -> PyResult<BytesRef> {
        self.encoder.encode(input, &self.errors.get(), r#final)
    }

    /// The length of what is pending, what is pending in UTF-8, and the state, as one int.
    #[pymethod(name = "getstate", sig = "($self, /)")]
    fn get_state(&self) -> Value {
        let pending = self.encoder.pending.get().to_string_lossy();
        let mut state = vec![pending.len() as u8];
        state.extend_from_slice(pending.as_bytes());
        state.extend_from_slice(&self.encoder.state.get());
        int::convert::from_bytes(&state, true, false)
    }

    #[pymethod(name = "setstate", sig = "($self, state, /)")]
    fn set_state(&self, state: &Value) -> PyResult<()> {
        if !protocol::is_int(state) {
            return Err(exceptions::type_error(format!(
                "setstate() argument must be int, not {}",
                state.type_name()
            )));
        }
        let state = int::convert::to_bytes(state, (1 + 2 * MAX_PENDING_BYTES) as i64, true, false)?;
        let len = usize::from(state[0]);
        let Some((pending, rest)) = state[1..].split_at_checked(len).filter(|_| len <= MAX_PENDING_BYTES)
        else {
            return Err(exceptions::unicode_error("pending buffer too large"));
        };
        let pending = decode_utf8(pending, &Errors::strict())?;
        let mut new = State::default();
        new.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        self.encoder.pending.set(pending);
        self.encoder.state.set(new);
        Ok(())
    }

    #[pymethod("($self, /)")]
    fn reset(&self) {
        self.encoder.restart();
    }

    /// how to treat errors
    #[pygetset]
    fn errors(&self) -> StrRef {
        self.errors.get()
    }

    #[pygetset(setter)]
    fn set_errors(&self, value: Option<Value>) -> PyResult<()> {
        self.errors.set(new_errors(value)?);
        Ok(())
    }
}

/// Bytes being decoded piece by piece.
pub struct Decoder {
    pub codec: &'static Codec,
    state: Cell<State>,
    /// The end of the last piece, which may be the beginning of a character.
    pending: GilCell<Vec<u8>>,
}

impl Decoder {
    pub fn new(codec: &'static Codec) -> Decoder {
        Decoder { codec, state: Cell::new(codec.decoder_state()), pending: GilCell::new(Vec::new()) }
    }

    /// Decodes the next piece. An error changes what is pending in no way.
    pub fn decode(&self, input: &[u8], errors: &StrRef, is_end: bool, out: &mut StrBuilder) -> PyResult<()> {
        let mut bytes = self.pending.get();
        bytes.extend_from_slice(input);
        let mut state = self.state.get();
        let used = decode_bytes(self.codec, &bytes, &Errors::new(Some(errors)), !is_end, &mut state, out);
        self.state.set(state);
        let left = bytes.split_off(used?.min(bytes.len()));
        if left.len() > MAX_PENDING_BYTES {
            return Err(exceptions::unicode_error("pending buffer overflow"));
        }
        self.pending.set(left);
        Ok(())
    }

    pub fn restart(&self) {
        self.state.set(self.codec.decoder_state());
        self.pending.set(Vec::new());
    }
}

#[pyclass(name = "MultibyteIncrementalDecoder", module = "_multibytecodec", basetype)]
pub struct IncrementalDecoder {
    decoder: Decoder,
    errors: GilCell<StrRef>,
}

static NEW_DECODER: FnSpec = spec("IncrementalDecoder", &["errors"]);

#[pymethods]
impl IncrementalDecoder {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Ref<IncrementalDecoder>> {
        let errors = GilCell::new(errors_of(&NEW_DECODER, args)?);
        Ok(Ref::new_in(class, IncrementalDecoder { decoder: Decoder::new(codec_of(class)?), errors }))
    }

    #[slot]
    fn init(_zelf: &Value, _args: Args<'_>) {}

    #[pymethod("($self, /, input, final=False)")]
    fn decode(&self, input: BytesLike<'_>, r#final: bool) -> PyResult<StrRef> {
        let mut out = StrBuilder::new();
        self.decoder.decode(&input, &self.errors.get(), r#final, &mut out)?;
        Ok(out.finish())
    }

    /// What is pending, and the state as an int.
    #[pymethod(name = "getstate", sig = "($self, /)")]
    fn get_state(&self) -> Value {
        let pending = self.decoder.pending.with(|pending| bytes::from_slice(pending));
        let state = int::from_u64(u64::from_le_bytes(self.decoder.state.get()));
        PyTuple::from_array([pending.into_value(), state]).into_value()
    }

    #[pymethod(name = "setstate", sig = "($self, state, /)")]
    fn set_state(&self, state: &Value) -> PyResult<()> {
        let Some(pair) = state.downcast::<PyTuple>() else {
            return Err(exceptions::type_error(format!(
                "setstate() argument must be tuple, not {}",
                state.type_name()
            )));
        };
        let illegal = || exceptions::type_error("setstate(): illegal state argument");
        let [buffer, state] = &pair[..] else { return Err(illegal()) };
        let (Some(pending), true) = (buffer.downcast::<PyBytes>(), protocol::is_int(state)) else {
            return Err(illegal());
        };
        let state = int::convert::to_bytes(state, 8, true, false)?;
        let len = pending.as_bytes().len();
        if len > MAX_PENDING_BYTES {
            let name = self.decoder.codec.name;
            return Err(unicode_decode_error(name, buffer.clone(), 0, len, "pending buffer too large"));
        }
        self.decoder.pending.set(pending.as_bytes().to_vec());
        self.decoder.state.set(state.try_into().unwrap_or_default());
        Ok(())
    }

    #[pymethod("($self, /)")]
    fn reset(&self) {
        self.decoder.restart();
    }

    /// how to treat errors
    #[pygetset]
    fn errors(&self) -> StrRef {
        self.errors.get()
    }

    #[pygetset(setter)]
    fn set_errors(&self, value: Option<Value>) -> PyResult<()> {
        self.errors.set(new_errors(value)?);
        Ok(())
    }
}
