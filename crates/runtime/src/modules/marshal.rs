//! `marshal`: Python values to bytes and back, in CPython's format.

mod merged;

use merged::Merged;
use minipy_bytecode::LocalKind;
use minipy_bytecode::marshal::read::{Builder, Input, ReadError, Reader};
use minipy_bytecode::marshal::write::{Node, Source, WriteError, write};
use minipy_bytecode::marshal::{Atom, CodeNumbers, Container};
use minipy_bytecode::verifier::VerifyError;
use minipy_macros::pymodule;
use minipy_vm::types::bytes::{self, BytesLike};
use minipy_vm::types::code::{Canonical, Data, Parts, PyCode, interned};
use minipy_vm::types::complex::PyComplex;
use minipy_vm::types::set::{self, any_set};
use minipy_vm::types::slice::{PySlice, new_slice};
use minipy_vm::types::str::intern_ref;
use minipy_vm::types::{complex, float, int};
use minipy_vm::{
    PyBytes, PyDict, PyErr, PyList, PyResult, PyStr, PyTuple, Ref, StrRef, Value, exceptions, name, protocol,
};
use std::borrow::Cow;

/// This module contains functions that can read and write Python values in
/// a binary format. The format is specific to Python, but independent of
/// machine architecture issues.
///
/// Not all Python object types are supported; in general, only objects
/// whose value is independent from a particular invocation of Python can be
/// written and read.
#[pymodule(name = "marshal")]
pub mod functions {
    use super::*;

    #[pyattr]
    const version: i64 = super::VERSION as i64;

    /// Return the bytes object that would be written to a file by dump(value, file).
    #[pyfunction("(value, version=version, /, *, allow_code=True)")]
    fn dumps(value: &Value, format: Option<i32>, allow_code: bool) -> PyResult<Value> {
        crate::sys::audit("marshal.dumps", &[value.clone(), format.unwrap_or(VERSION).into()])?;
        Ok(bytes::from_slice(&super::dump(value, format.unwrap_or(VERSION), allow_code)?).into_value())
    }

    /// Write the value on the open file.
    #[pyfunction("(value, file, version=version, /, *, allow_code=True)")]
    fn dump(value: &Value, file: &Value, format: Option<i32>, allow_code: bool) -> PyResult<Value> {
        crate::sys::audit("marshal.dumps", &[value.clone(), format.unwrap_or(VERSION).into()])?;
        let data = bytes::from_slice(&super::dump(value, format.unwrap_or(VERSION), allow_code)?);
        protocol::call_method(file, name!("write"), &[data.into_value()])
    }

    /// Convert the bytes-like object to a value.
    #[pyfunction("(bytes, /, *, allow_code=True)")]
    fn loads(bytes: BytesLike<'_>, allow_code: bool) -> PyResult<Value> {
        super::audit_loads(&bytes)?;
        super::load(&bytes, Code::of(allow_code))
    }

    /// Read one value from the open file and return it.
    #[pyfunction("(file, /, *, allow_code=True)")]
    fn load(file: &Value, allow_code: bool) -> PyResult<Value> {
        crate::sys::audit("marshal.load", &[])?;
        let data = protocol::call_method(file, name!("read"), &[Value::small_int(0)])?;
        if data.downcast::<PyBytes>().is_none() {
            let message = format!("file.read() returned not bytes but {}", data.type_name());
            return Err(exceptions::type_error(message));
        }
        let input = File { file, buffer: Vec::new(), error: None };
        let mut reader = Reader::new(input, ValueBuilder { code: Code::of(allow_code), error: None });
        reader.object().map_err(|error| {
            match (error, reader.input.error.take(), reader.builder.error.take()) {
                (ReadError::Refused, Some(error), _) => error,
                (ReadError::Refused, None, Some(error)) => error.into_exception(),
                (ReadError::Eof, ..) => exceptions::eof_error("EOF read where not expected"),
                (error, ..) => super::read_error(error),
            }
        })
    }
}

/// The audit event of whoever makes values of marshalled data.
pub fn audit_loads(data: &[u8]) -> PyResult<()> {
    if !crate::sys::is_audited() {
        return Ok(());
    }
    crate::sys::audit("marshal.loads", &[bytes::from_slice(data).into_value()])
}

pub use functions::MODULE;

/// What to do with code objects that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Refuse them.
    Refused,
    /// Verify them: they may come from anywhere.
    Verified,
}

impl Code {
    fn of(allow_code: bool) -> Code {
        if allow_code { Code::Verified } else { Code::Refused }
    }
}

/// Why data could not be loaded.
pub enum LoadError {
    /// With the exception that `marshal` raises.
    Raised(PyErr),
    /// Because a code object in it would break the VM.
    InvalidCode(VerifyError),
}

impl LoadError {
    fn into_exception(self) -> PyErr {
        match self {
            LoadError::Raised(error) => error,
            LoadError::InvalidCode(error) => exceptions::value_error(format!("bad marshal data ({error})")),
        }
    }
}

/// `marshal.loads`.
pub fn load(data: &[u8], code: Code) -> PyResult<Value> {
    try_load(data, code).map_err(LoadError::into_exception)
}

/// As [`load`], telling invalid code from other errors.
pub fn try_load(data: &[u8], code: Code) -> Result<Value, LoadError> {
    let mut reader = Reader::new(data, ValueBuilder { code, error: None });
    reader.object().map_err(|error| {
        let refused = reader.builder.error.take();
        refused.unwrap_or_else(|| LoadError::Raised(read_error(error)))
    })
}

/// A file, of which nothing is read that does not belong to the value.
struct File<'a> {
    file: &'a Value,
    buffer: Vec<u8>,
    error: Option<PyErr>,
}

/// Most bytes that room is made for at once: the file may not have as many as the data promise.
const PIECE: usize = 1 << 20;

impl File<'_> {
    /// Reads `len` bytes to the end of the buffer; false if there are not as many.
    fn read_into(&mut self, len: usize) -> PyResult<bool> {
        let target = minipy_vm::types::bytearray::PyByteArray::from_vec(vec![0; len]);
        let count = protocol::call_method(self.file, name!("readinto"), &[target.to_value()])?;
        let count = protocol::index_to_i64(&count)?.unwrap_or(-1);
        match usize::try_from(count) {
            Ok(count) if count == len => {
                target.with(|data| self.buffer.extend_from_slice(data));
                Ok(true)
            }
            Ok(count) if count > len => Err(exceptions::value_error(format!(
                "read() returned too much data: {len} bytes requested, {count} returned"
            ))),
            _ => Ok(false),
        }
    }
}

impl Input for File<'_> {
    fn take(&mut self, len: usize) -> Result<&[u8], ReadError> {
        self.buffer.clear();
        // Nothing is asked for, too.
        let mut asked = false;
        while !asked || self.buffer.len() < len {
            asked = true;
            let piece = (len - self.buffer.len()).min(PIECE);
            match self.read_into(piece) {
                Ok(true) => {}
                Ok(false) => return Err(ReadError::Eof),
                Err(error) => {
                    self.error = Some(error);
                    return Err(ReadError::Refused);
                }
            }
        }
        Ok(&self.buffer)
    }

    fn left(&self) -> usize {
        usize::MAX
    }
}

fn read_error(error: ReadError) -> PyErr {
    match error {
        ReadError::Eof | ReadError::NoObject => exceptions::eof_error(error.to_string()),
        ReadError::Null => exceptions::type_error(error.to_string()),
        _ => exceptions::value_error(error.to_string()),
    }
}

struct ValueBuilder {
    code: Code,
    error: Option<LoadError>,
}

impl ValueBuilder {
    fn check<T>(&mut self, result: PyResult<T>) -> Result<T, ReadError> {
        result.map_err(|error| {
            self.error = Some(LoadError::Raised(error));
            ReadError::Refused
        })
    }
}

impl Builder for ValueBuilder {
    type Value = Value;

    fn atom(&mut self, atom: Atom<'_>) -> Result<Value, ReadError> {
        Ok(match atom {
            Atom::None => Value::NONE,
            Atom::True => Value::TRUE,
            Atom::False => Value::FALSE,
            Atom::Ellipsis => Value::ELLIPSIS,
            Atom::StopIteration => exceptions::stop_iteration_class().to_value(),
            Atom::Int(n) => int::from_i64(n),
            Atom::BigInt(n) => int::from_ibig(n.into_owned()),
            Atom::Float(x) => float::from_f64(x),
            Atom::Complex(real, imag) => complex::from_parts(real, imag),
            Atom::Str(text, true) => interned(&text).into_value(),
            Atom::Str(text, false) => PyStr::from_wtf8(&text).into_value(),
            Atom::Bytes(data) => bytes::from_slice(&data).into_value(),
        })
    }

    fn begin(&mut self, kind: Container, shared: Option<usize>) -> Result<Option<Value>, ReadError> {
        Ok(match kind {
            Container::Tuple => shared.map(|len| PyTuple::blank(len).into_value()),
            Container::List => Some(PyList::from_vec(Vec::new()).into_value()),
            Container::Dict => Some(PyDict::new_ref().into_value()),
            Container::Set => {
                let set = set::set_of(Vec::new());
                Some(self.check(set)?)
            }
            _ => None,
        })
    }

    fn finish(
        &mut self,
        kind: Container,
        begun: Option<Value>,
        items: &mut dyn Iterator<Item = Value>,
    ) -> Result<Value, ReadError> {
        let begun = begun.unwrap_or(Value::NONE);
        match kind {
            Container::Tuple => {
                if let Some(tuple) = begun.downcast::<PyTuple>() {
                    PyTuple::complete(tuple, items);
                    return Ok(begun);
                }
                Ok(PyTuple::from_vec(items.collect()).into_value())
            }
            Container::FrozenSet => {
                // Hashing may run Python code only for instances, which marshal data cannot hold.
                Ok(set::frozenset_of(items.collect()))
            }
            Container::Slice => {
                let mut part = || items.next().unwrap_or(Value::NONE);
                Ok(new_slice(part(), part(), part()))
            }
            Container::List => {
                if let Some(list) = begun.downcast::<PyList>() {
                    items.for_each(|item| list.push(item));
                }
                Ok(begun)
            }
            Container::Dict => {
                if let Some(dict) = begun.downcast::<PyDict>() {
                    while let (Some(key), Some(value)) = (items.next(), items.next()) {
                        self.check(dict.set(key, value))?;
                    }
                }
                Ok(begun)
            }
            Container::Set => {
                if let Some(target) = begun.downcast::<set::PySet>() {
                    for item in items {
                        self.check(set::add(target, item))?;
                    }
                }
                Ok(begun)
            }
            Container::Code(_) if self.code == Code::Refused => {
                self.check(Err(exceptions::value_error("unmarshalling code objects is disallowed")))
            }
            Container::Code(numbers) => {
                let Some(parts) = code(numbers, items) else {
                    return Err(ReadError::Bad("invalid code object"));
                };
                PyCode::verified(parts).map(Ref::into_value).map_err(|error| {
                    self.error = Some(LoadError::InvalidCode(error));
                    ReadError::Refused
                })
            }
        }
    }
}

/// The parts of a code object, if all have the right type.
fn code(numbers: CodeNumbers, items: &mut dyn Iterator<Item = Value>) -> Option<Parts> {
    fn data(value: Value) -> Option<Data> {
        value.downcast_into::<PyBytes>().ok().map(Data::Bytes)
    }
    fn text(value: Value) -> Option<StrRef> {
        value.downcast::<PyStr>().map(intern_ref)
    }
    fn names(value: Value) -> Option<Box<[StrRef]>> {
        value.downcast::<PyTuple>()?.iter().map(|name| text(name.clone())).collect()
    }
    let unsigned = |n: i32| u32::try_from(n).ok();
    let mut item = || items.next();
    let code = data(item()?)?;
    let consts = item()?.downcast_into::<PyTuple>().ok()?;
    let (co_names, locals) = (names(item()?)?, names(item()?)?);
    let localspluskinds = data(item()?)?.iter().map(|&kind| LocalKind(kind)).collect();
    let (filename, name, qualname) = (text(item()?)?, text(item()?)?, text(item()?)?);
    let object = Canonical {
        argcount: unsigned(numbers.argcount)?,
        posonlyargcount: unsigned(numbers.posonlyargcount)?,
        kwonlyargcount: unsigned(numbers.kwonlyargcount)?,
        stacksize: unsigned(numbers.stacksize)?,
        flags: unsigned(numbers.flags)?,
        firstlineno: numbers.firstlineno,
        code,
        localspluskinds,
        linetable: data(item()?)?,
        exceptiontable: data(item()?)?,
    };
    Some(Parts { object, consts, names: co_names, locals, strings: [name, qualname, filename] })
}

/// The newest version of the format.
pub const VERSION: i32 = 5;

/// `marshal.dumps`.
pub fn dump(value: &Value, version: i32, allow_code: bool) -> PyResult<Vec<u8>> {
    let mut source = ValueSource { allow_code, error: None, merged: Merged::default(), alone: 0 };
    if let Some(code) = value.downcast_exact::<PyCode>() {
        source.merged.add(code);
    }
    write(&mut source, &Part::Object(value.clone()), version).map_err(|error| match (error, source.error) {
        (WriteError::Refused, Some(error)) => error,
        (error, _) => exceptions::value_error(error.to_string()),
    })
}

/// A value on its way out. What has more than one reference in CPython is marked in the data.
#[derive(Clone)]
enum Part {
    Object(Value),
    /// Of a code object: it is one object with what is equal to it.
    Constant(Value),
    /// The instructions of a code object, which keeps a second reference to them.
    Instructions(Value),
    /// Of a set: while it is sorted, something else refers to it too.
    Member(Value),
    /// What nothing else refers to.
    Alone(Value),
}

impl Part {
    fn value(&self) -> &Value {
        match self {
            Part::Object(value)
            | Part::Constant(value)
            | Part::Instructions(value)
            | Part::Member(value)
            | Part::Alone(value) => value,
        }
    }
}

struct ValueSource {
    allow_code: bool,
    error: Option<PyErr>,
    merged: Merged,
    /// How many things that nothing else refers to have been marked.
    alone: usize,
}

impl<'a> Source<'a> for ValueSource {
    type Value = Part;

    fn node(&mut self, part: &Part) -> Result<Node<'a, Part>, WriteError> {
        let value = part.value();
        let atom = |atom| Ok(Node::Atom(atom));
        let container = |kind, items: Vec<Value>| {
            let wrap = match part {
                _ if matches!(kind, Container::Set | Container::FrozenSet) => Part::Member,
                Part::Constant(_) | Part::Member(_) => Part::Constant,
                _ => Part::Object,
            };
            Ok(Node::Container(kind, items.into_iter().map(wrap).collect()))
        };
        if value.is_none() {
            return atom(Atom::None);
        }
        if let Some(b) = value.as_bool() {
            return atom(if b { Atom::True } else { Atom::False });
        }
        if value.is_ellipsis() {
            return atom(Atom::Ellipsis);
        }
        if value.is(exceptions::stop_iteration_class().as_value()) {
            return atom(Atom::StopIteration);
        }
        if let Some(n) = value.as_small_int() {
            return atom(Atom::Int(n));
        }
        if let Some(n) = value.downcast_exact::<int::PyInt>() {
            return atom(match i64::try_from(&n.value) {
                Ok(n) => Atom::Int(n),
                Err(_) => Atom::BigInt(Cow::Owned(n.value.clone())),
            });
        }
        if let Some(x) =
            value.as_flonum().or_else(|| value.downcast_exact::<float::PyFloat>().map(|f| f.value))
        {
            return atom(Atom::Float(x));
        }
        if let Some(z) = value.downcast_exact::<PyComplex>() {
            return atom(Atom::Complex(z.real, z.imag));
        }
        if let Some(s) = value.downcast_exact::<PyStr>() {
            return atom(Atom::Str(Cow::Owned(s.to_wtf8()), s.is_interned()));
        }
        if let Some(t) = value.downcast_exact::<PyTuple>() {
            return container(Container::Tuple, t.to_vec());
        }
        if let Some(l) = value.downcast_exact::<PyList>() {
            return container(Container::List, l.to_vec());
        }
        if let Some(d) = value.downcast_exact::<PyDict>() {
            return container(Container::Dict, d.entries().into_iter().flat_map(|(k, v)| [k, v]).collect());
        }
        let set_kind = if value.downcast_exact::<set::PySet>().is_some() {
            Some(Container::Set)
        } else {
            value.downcast_exact::<set::PyFrozenSet>().map(|_| Container::FrozenSet)
        };
        if let (Some(kind), Some(items)) = (set_kind, any_set(value)) {
            return container(kind, items.to_vec());
        }
        if let Some(s) = value.downcast_exact::<PySlice>() {
            return container(Container::Slice, vec![s.start.clone(), s.stop.clone(), s.step.clone()]);
        }
        if let Some(code) = value.downcast_exact::<PyCode>() {
            if !self.allow_code {
                self.error = Some(exceptions::value_error("marshalling code objects is disallowed"));
                return Err(WriteError::Refused);
            }
            return Ok(code_node(code));
        }
        match BytesLike::of(value) {
            Ok(data) => atom(Atom::Bytes(Cow::Owned(data.to_vec()))),
            Err(_) => Err(WriteError::Unmarshallable),
        }
    }

    fn identity(&mut self, part: &Part) -> Option<usize> {
        let value = part.value();
        match part {
            Part::Alone(_) => return None,
            Part::Instructions(_) => return self.unlike_others(),
            _ => {}
        }
        if let Some(shared) = shared_by_all(value) {
            return Some(shared);
        }
        if let Some(text) = value.downcast_exact::<PyStr>()
            && text.is_interned()
        {
            return Some(value.bits() as usize);
        }
        match part {
            Part::Constant(constant) if constant.downcast_exact::<PyCode>().is_none() => {
                if let Some(known) = self.merged.identity(constant) {
                    return known;
                }
            }
            Part::Member(member) => {
                let address = member.header().map(|_| member.bits() as usize);
                let known = self.merged.identity(member).flatten();
                return known.or(address).or_else(|| self.unlike_others());
            }
            _ => {}
        }
        // A single reference is the container's own.
        (value.header()?.refcount() > 2).then_some(value.bits() as usize)
    }
}

impl ValueSource {
    /// An identity for something to be marked.
    fn unlike_others(&mut self) -> Option<usize> {
        self.alone += 1;
        Some(self.alone * 8 + 7)
    }
}

/// The identity of a value that CPython makes only once: a small int, the empty tuple, bytes of at most one byte. No address is
/// like these.
fn shared_by_all(value: &Value) -> Option<usize> {
    if let Some(int) = value.as_small_int() {
        return (-5..=256).contains(&int).then(|| (int + 5) as usize * 8 + 1);
    }
    if value.downcast_exact::<PyTuple>().is_some_and(|tuple| tuple.is_empty()) {
        return Some(3);
    }
    match value.downcast_exact::<PyBytes>()?.as_bytes() {
        [] => Some(2),
        [byte] => Some(usize::from(*byte) * 8 + 4),
        _ => None,
    }
}

fn code_node<'a>(code: &Ref<PyCode>) -> Node<'a, Part> {
    let object = &code.object;
    let data = |data: &[u8]| bytes::from_slice(data).into_value();
    let names = |names: &[StrRef]| {
        let names = names.iter().map(Ref::to_value).collect();
        Part::Constant(PyTuple::from_vec(names).into_value())
    };
    let kinds: Vec<u8> = object.localspluskinds.iter().map(|k| k.0).collect();
    let locals = names(&code.locals);
    let text = |text: StrRef| Part::Object(text.into_value());
    Node::Container(
        Container::Code(CodeNumbers {
            argcount: object.argcount as i32,
            posonlyargcount: object.posonlyargcount as i32,
            kwonlyargcount: object.kwonlyargcount as i32,
            stacksize: object.stacksize as i32,
            flags: object.flags as i32,
            firstlineno: object.firstlineno,
        }),
        vec![
            Part::Instructions(data(&object.code)),
            Part::Constant(code.consts.to_value()),
            names(&code.names),
            if merged::shares_locals(code) { locals } else { Part::Alone(locals.value().clone()) },
            if kinds.is_empty() { Part::Object(data(&kinds)) } else { Part::Alone(data(&kinds)) },
            text(code.filename.get()),
            text(code.name.clone()),
            text(code.qualname.clone()),
            Part::Constant(data(&object.linetable)),
            Part::Constant(data(&object.exceptiontable)),
        ],
    )
}
