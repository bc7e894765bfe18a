//! `marshal`: Python values to bytes and back, in CPython's format.

use minipy_bytecode::code::CodeObject;
use minipy_bytecode::marshal::read::{Builder, ReadError, Reader};
use minipy_bytecode::marshal::write::{Node, Source, WriteError, write};
use minipy_bytecode::marshal::{Atom, CodeNumbers, Container};
use minipy_bytecode::verifier::VerifyError;
use minipy_bytecode::{LocalKind, Str};
use minipy_macros::pymodule;
use minipy_vm::types::code::{PyCode, interned};
use minipy_vm::types::complex::PyComplex;
use minipy_vm::types::set::{self, any_set};
use minipy_vm::types::slice::{PySlice, new_slice};
use minipy_vm::types::{bytes, complex, float, int};
use minipy_vm::{
    PyBytes, PyDict, PyErr, PyList, PyResult, PyStr, PyTuple, Ref, TupleRef, Value, exceptions, name,
    protocol,
};
use std::borrow::Cow;
use std::sync::Arc;

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
    fn loads(bytes: &Value, allow_code: bool) -> PyResult<Value> {
        let Some(data) = minipy_vm::types::bytes::contiguous(bytes) else {
            return Err(exceptions::type_error(format!(
                "a bytes-like object is required, not '{}'",
                bytes.type_name()
            )));
        };
        let data = data?;
        super::audit_loads(&data)?;
        super::load(&data, Code::of(allow_code)).map(|(value, _)| value)
    }

    /// Read one value from the open file and return it.
    #[pyfunction("(file, /, *, allow_code=True)")]
    fn load(file: &Value, allow_code: bool) -> PyResult<Value> {
        crate::sys::audit("marshal.load", &[])?;
        let start = protocol::call_method(file, name!("tell"), &[])?;
        let data = protocol::call_method(file, name!("read"), &[])?;
        let Some(data) = data.downcast::<PyBytes>() else {
            let message = format!("file.read() returned not bytes but {}", data.type_name());
            return Err(exceptions::type_error(message));
        };
        let (value, used) = super::load(data.as_bytes(), Code::of(allow_code))?;
        let end = protocol::binary(protocol::BinaryOp::Add, &start, &int::from_usize(used))?;
        protocol::call_method(file, name!("seek"), &[end])?;
        Ok(value)
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
    /// Take them as they are: our own compiler made them.
    Trusted,
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

/// `marshal.loads`, with the number of bytes used.
pub fn load(data: &[u8], code: Code) -> PyResult<(Value, usize)> {
    try_load(data, code).map_err(LoadError::into_exception)
}

/// As [`load`], telling invalid code from other errors.
pub fn try_load(data: &[u8], code: Code) -> Result<(Value, usize), LoadError> {
    let mut reader = Reader::new(data, ValueBuilder { code, error: None });
    match reader.object() {
        Ok(value) => Ok((value, reader.position())),
        Err(error) => {
            let refused = reader.builder.error.take();
            Err(refused.unwrap_or_else(|| LoadError::Raised(read_error(error))))
        }
    }
}

fn read_error(error: ReadError) -> PyErr {
    match error {
        ReadError::Eof => exceptions::eof_error(error.to_string()),
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
                let Some((object, consts)) = code(numbers, items) else {
                    return Err(ReadError::Bad("invalid code object"));
                };
                if self.code == Code::Trusted {
                    return Ok(PyCode::with_consts(Arc::new(object), consts).into_value());
                }
                PyCode::verified(object, consts).map(Ref::into_value).map_err(|error| {
                    self.error = Some(LoadError::InvalidCode(error));
                    ReadError::Refused
                })
            }
        }
    }
}

/// A code object and its constants, if all parts have the right type.
fn code(numbers: CodeNumbers, parts: &mut dyn Iterator<Item = Value>) -> Option<(CodeObject, TupleRef)> {
    let mut part = || parts.next();
    fn data(value: Option<Value>) -> Option<Arc<[u8]>> {
        value?.downcast::<PyBytes>().map(|b| b.as_bytes().into())
    }
    fn text(value: Option<Value>) -> Option<Str> {
        value?.downcast::<PyStr>().map(|s| Str::from(s.to_wtf8()))
    }
    fn names(value: Option<Value>) -> Option<Arc<[Str]>> {
        value?.downcast::<PyTuple>()?.iter().map(|v| text(Some(v.clone()))).collect()
    }
    let unsigned = |n: i32| u32::try_from(n).ok();
    let code = data(part())?;
    let consts = part()?.downcast::<PyTuple>()?.clone();
    let object = CodeObject {
        argcount: unsigned(numbers.argcount)?,
        posonlyargcount: unsigned(numbers.posonlyargcount)?,
        kwonlyargcount: unsigned(numbers.kwonlyargcount)?,
        stacksize: unsigned(numbers.stacksize)?,
        flags: unsigned(numbers.flags)?,
        firstlineno: numbers.firstlineno,
        code,
        consts: Arc::default(),
        names: names(part())?,
        localsplusnames: names(part())?,
        localspluskinds: data(part())?.iter().map(|&kind| LocalKind(kind)).collect(),
        filename: text(part())?,
        name: text(part())?,
        qualname: text(part())?,
        linetable: data(part())?,
        exceptiontable: data(part())?,
    };
    Some((object, consts))
}

/// The newest version of the format.
pub const VERSION: i32 = 5;

/// `marshal.dumps`.
pub fn dump(value: &Value, version: i32, allow_code: bool) -> PyResult<Vec<u8>> {
    let mut source = ValueSource { allow_code, error: None, held: Vec::new() };
    write(&mut source, value, version).map_err(|error| match (error, source.error) {
        (WriteError::Refused, Some(error)) => error,
        (error, _) => exceptions::value_error(error.to_string()),
    })
}

struct ValueSource {
    allow_code: bool,
    error: Option<PyErr>,
    /// References to the instructions of code objects, which CPython's code objects keep themselves: what has more than one
    /// reference is marked in the data.
    held: Vec<Value>,
}

impl<'a> Source<'a> for ValueSource {
    type Value = Value;

    fn node(&mut self, value: &Value) -> Result<Node<'a, Value>, WriteError> {
        let atom = |atom| Ok(Node::Atom(atom));
        let container = |kind, items| Ok(Node::Container(kind, items));
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
            return Ok(code_node(code, &mut self.held));
        }
        match bytes::contiguous(value) {
            Some(Ok(data)) => atom(Atom::Bytes(Cow::Owned(data))),
            Some(Err(error)) => {
                self.error = Some(error);
                Err(WriteError::Refused)
            }
            None => Err(WriteError::Unmarshallable),
        }
    }

    fn identity(&mut self, value: &Value) -> Option<usize> {
        if let Some(shared) = shared_by_all(value) {
            return Some(shared);
        }
        let header = value.header()?;
        let interned = value.downcast_exact::<PyStr>().is_some_and(|s| s.is_interned());
        // A single reference is the container's own.
        (interned || header.refcount() > 2).then_some(value.bits() as usize)
    }
}

/// The identity of a value that CPython makes only once: a small int, bytes of at most one byte. No address is like these.
fn shared_by_all(value: &Value) -> Option<usize> {
    if let Some(int) = value.as_small_int() {
        return (-5..=256).contains(&int).then(|| (int + 5) as usize * 8 + 1);
    }
    match value.downcast_exact::<PyBytes>()?.as_bytes() {
        [] => Some(2),
        [byte] => Some(usize::from(*byte) * 8 + 4),
        _ => None,
    }
}

fn code_node<'a>(code: &Ref<PyCode>, held: &mut Vec<Value>) -> Node<'a, Value> {
    let object = &code.object;
    let data = |data: &[u8]| bytes::from_slice(data).into_value();
    let strings = |names: &[minipy_vm::StrRef]| {
        PyTuple::from_vec(names.iter().map(|n| n.to_value()).collect()).into_value()
    };
    let instructions = data(&object.code);
    held.extend([instructions.clone(), instructions.clone()]);
    let kinds: Vec<u8> = object.localspluskinds.iter().map(|k| k.0).collect();
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
            instructions,
            code.consts.to_value(),
            strings(&code.names),
            strings(&code.locals),
            data(&kinds),
            code.filename.get().into_value(),
            code.name.to_value(),
            code.qualname.to_value(),
            data(&object.linetable),
            data(&object.exceptiontable),
        ],
    )
}
