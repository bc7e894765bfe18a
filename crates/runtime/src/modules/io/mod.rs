//! `_io`: streams.

mod base;
mod buffered;
mod buffered_classes;
mod bytesio;
mod fileio;
mod newline;
mod open;
mod rwpair;
mod stringio;
mod text;
mod text_codec;
mod text_read;
mod text_seek;

use minipy_vm::cell::GilCell;
use minipy_vm::macros_support::{ModuleDef, PyClassDef};
use minipy_vm::{PyDict, PyErr, PyResult, PyTuple, PyType, TypeRef, Value, exceptions, protocol};

pub use open::open_stream;
pub use text::{PyTextIOWrapper, write_exact};

/// Bytes that a buffer holds unless told otherwise.
pub const DEFAULT_BUFFER_SIZE: usize = 128 * 1024;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_io",
    doc: Some("The io module provides the Python interfaces to stream handling."),
    functions: &[],
    attrs: &[],
    classes: &[
        base::PyIOBase::DEF,
        base::PyRawIOBase::DEF,
        base::PyBufferedIOBase::DEF,
        base::PyTextIOBase::DEF,
        fileio::PyFileIO::DEF,
        bytesio::PyBytesIO::DEF,
        buffered_classes::PyBufferedReader::DEF,
        buffered_classes::PyBufferedWriter::DEF,
        buffered_classes::PyBufferedRandom::DEF,
        rwpair::PyBufferedRWPair::DEF,
        newline::PyIncrementalNewlineDecoder::DEF,
        text::PyTextIOWrapper::DEF,
        stringio::PyStringIO::DEF,
    ],
    parts: &[&open::MODULE],
    init: None,
};

/// `io.UnsupportedOperation`, made on first use because it has two bases.
pub fn unsupported_operation_class() -> PyResult<TypeRef> {
    static CLASS: GilCell<Option<TypeRef>> = GilCell::new(None);
    if let Some(class) = CLASS.get() {
        return Ok(class);
    }
    let bases = [exceptions::os_error_class().to_value(), exceptions::value_error_class().to_value()];
    let namespace = PyDict::new_ref();
    namespace.insert("__module__", "io");
    namespace.insert("__doc__", Value::NONE);
    let arguments = [
        Value::from("UnsupportedOperation"),
        PyTuple::from_array(bases).into_value(),
        namespace.into_value(),
    ];
    let class = protocol::call(<PyType as minipy_vm::Payload>::class().as_value(), &arguments)?;
    match class.downcast_into::<PyType>() {
        Ok(class) => {
            CLASS.set(Some(class.clone()));
            Ok(class)
        }
        Err(_) => Err(exceptions::system_error("type() gave no class")),
    }
}

/// The UnsupportedOperation with a message.
#[cold]
pub fn unsupported(message: &str) -> PyErr {
    match unsupported_operation_class() {
        Ok(class) => PyErr::new(&class, &[Value::from(message)]),
        Err(error) => error,
    }
}

/// The ValueError for a stream that is closed.
#[cold]
pub fn closed_error(message: &str) -> PyErr {
    exceptions::value_error(message)
}

/// The TypeError for pickling a stream.
#[cold]
pub fn cannot_pickle(stream: &Value) -> PyErr {
    exceptions::type_error(format!("cannot pickle '{}' instances", stream.type_name()))
}

/// An optional size: None and nothing are -1.
pub fn size_arg(size: Option<&Value>) -> PyResult<isize> {
    match size {
        None => Ok(-1),
        Some(size) if size.is_none() => Ok(-1),
        Some(size) => match size.as_small_int() {
            Some(size) => Ok(size as isize),
            None if size.class().slots().index.is_none() => Err(exceptions::type_error(format!(
                "argument should be integer or None, not '{}'",
                size.type_name()
            ))),
            None => protocol::index_to_isize(size),
        },
    }
}
