//! Readers and writers of streams.

use super::incremental::{Decoder, Encoder, errors_argument, spec};
use super::{codec_of, new_errors};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::{FnSpec, parse_args, required};
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{
    Args, GilCell, PyBytes, PyResult, Ref, StrRef, Traverse, TypeRef, Value, Visitor, exceptions, name,
    protocol,
};

/// The arguments of a constructor.
fn arguments(spec: &'static FnSpec, args: Args<'_>) -> PyResult<(Value, StrRef)> {
    let mut given = [None; 2];
    parse_args(spec, args, &mut given)?;
    Ok((required(given[0], spec, 0)?.clone(), errors_argument(spec, 1, given[1])?))
}

#[pyclass(name = "MultibyteStreamReader", module = "_multibytecodec", basetype, gc)]
pub struct StreamReader {
    decoder: Decoder,
    stream: Value,
    errors: GilCell<StrRef>,
}

impl Traverse for StreamReader {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.stream.traverse(visit);
    }
}

/// How much to read: None or a negative number for all.
fn size_argument(size: Option<&Value>) -> PyResult<isize> {
    match size {
        None => Ok(-1),
        Some(size) if protocol::is_int(size) => crate::modules::ssize(size),
        Some(_) => Err(exceptions::type_error("arg 1 must be an integer")),
    }
}

impl StreamReader {
    /// Decodes what a method of the stream gives; reads on until there is a character or the stream ends.
    fn read_by(&self, method: &StrRef, size: isize) -> PyResult<StrRef> {
        let mut out = StrBuilder::new();
        let mut size = size;
        if size == 0 {
            return Ok(out.finish());
        }
        loop {
            let arguments = [Value::from(size as i64)];
            let arguments = if size < 0 { &[] } else { &arguments[..] };
            let data = protocol::call_method(&self.stream, method, arguments)?;
            let Some(data) = data.downcast::<PyBytes>() else {
                return Err(exceptions::type_error(format!(
                    "stream function returned a non-bytes object ({})",
                    data.type_name()
                )));
            };
            let is_end = data.as_bytes().is_empty() || size < 0;
            self.decoder.decode(data.as_bytes(), &self.errors.get(), is_end, &mut out)?;
            if is_end || !out.is_empty() {
                return Ok(out.finish());
            }
            size = 1;
        }
    }
}

static NEW_READER: FnSpec = spec("StreamReader", &["stream", "errors"]);

#[pymethods]
impl StreamReader {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Ref<StreamReader>> {
        let (stream, errors) = arguments(&NEW_READER, args)?;
        let decoder = Decoder::new(codec_of(class)?);
        Ok(Ref::new_in(class, StreamReader { decoder, stream, errors: GilCell::new(errors) }))
    }

    #[slot]
    fn init(_zelf: &Value, _args: Args<'_>) {}

    #[pymethod("($self, sizeobj=None, /)")]
    fn read(&self, sizeobj: Option<&Value>) -> PyResult<StrRef> {
        self.read_by(name!("read"), size_argument(sizeobj)?)
    }

    #[pymethod("($self, sizeobj=None, /)")]
    fn readline(&self, sizeobj: Option<&Value>) -> PyResult<StrRef> {
        self.read_by(name!("readline"), size_argument(sizeobj)?)
    }

    #[pymethod("($self, sizehintobj=None, /)")]
    fn readlines(&self, sizehintobj: Option<&Value>) -> PyResult<Value> {
        let text = self.read_by(name!("read"), size_argument(sizehintobj)?)?;
        protocol::call_method(text.as_value(), name!("splitlines"), &[Value::TRUE])
    }

    #[pymethod("($self, /)")]
    fn reset(&self) {
        self.decoder.restart();
    }

    #[pygetset(member)]
    fn stream(&self) -> Value {
        self.stream.clone()
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

#[pyclass(name = "MultibyteStreamWriter", module = "_multibytecodec", basetype, gc)]
pub struct StreamWriter {
    encoder: Encoder,
    stream: Value,
    errors: GilCell<StrRef>,
}

impl Traverse for StreamWriter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.stream.traverse(visit);
    }
}

static NEW_WRITER: FnSpec = spec("StreamWriter", &["stream", "errors"]);

#[pymethods]
impl StreamWriter {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Ref<StreamWriter>> {
        let (stream, errors) = arguments(&NEW_WRITER, args)?;
        let encoder = Encoder::new(codec_of(class)?);
        Ok(Ref::new_in(class, StreamWriter { encoder, stream, errors: GilCell::new(errors) }))
    }

    #[slot]
    fn init(_zelf: &Value, _args: Args<'_>) {}

    #[pymethod("($self, strobj, /)")]
    fn write(&self, strobj: &Value) -> PyResult<()> {
        let data = self.encoder.encode(strobj, &self.errors.get(), false)?;
        protocol::call_method(&self.stream, name!("write"), &[data.into_value()]).map(drop)
    }

    #[pymethod("($self, lines, /)")]
    fn writelines(&self, lines: &Value) -> PyResult<()> {
        if lines.class().slots().sq_item.is_none() && lines.class().slots().subscript.is_none() {
            return Err(exceptions::type_error("arg must be a sequence object"));
        }
        let mut index = 0;
        // The sequence may change while it is written.
        while index < protocol::len(lines)? {
            self.write(&protocol::getitem(lines, &Value::from(index))?)?;
            index += 1;
        }
        Ok(())
    }

    #[pymethod("($self, /)")]
    fn reset(&self) -> PyResult<()> {
        let last = self.encoder.finish(&self.errors.get())?;
        self.encoder.restart();
        match last {
            Some(data) => protocol::call_method(&self.stream, name!("write"), &[data.into_value()]).map(drop),
            None => Ok(()),
        }
    }

    #[pygetset(member)]
    fn stream(&self) -> Value {
        self.stream.clone()
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
