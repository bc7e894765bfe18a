//! `BufferedRWPair`: a reader and a writer over two raw streams.

use super::base::PyBufferedIOBase;
use super::buffered_classes::{PyBufferedReader, PyBufferedWriter};
use super::unsupported;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::{
    Args, Payload, PyResult, Ref, StrRef, Traverse, TypeRef, Value, Visitor, exceptions, name, protocol,
};

/// A buffered reader and writer object together.
#[pyclass(
    name = "BufferedRWPair",
    module = "_io",
    base = PyBufferedIOBase,
    basetype,
    dict,
    weakref,
    finalizer,
    gc,
    plain_new,
    sig = "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)"
)]
#[repr(C)]
#[derive(Default)]
pub struct PyBufferedRWPair {
    base: PyBufferedIOBase,
    reader: GilCell<Option<Value>>,
    writer: GilCell<Option<Value>>,
}

impl Traverse for PyBufferedRWPair {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.reader.traverse(visit);
        self.writer.traverse(visit);
    }
}

fn part(cell: &GilCell<Option<Value>>) -> PyResult<Value> {
    cell.get().ok_or_else(|| exceptions::value_error("I/O operation on uninitialized object"))
}

impl PyBufferedRWPair {
    fn read_with(&self, method: &StrRef, args: &[Value]) -> PyResult<Value> {
        protocol::call_method(&part(&self.reader)?, method, args)
    }

    fn write_with(&self, method: &StrRef, args: &[Value]) -> PyResult<Value> {
        protocol::call_method(&part(&self.writer)?, method, args)
    }
}

#[pymethods]
impl PyBufferedRWPair {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let _ = args;
        Ok(Ref::new_in(cls, PyBufferedRWPair::default()).into_value())
    }

    #[slot(init, sig = "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)")]
    fn init(
        zelf: &Ref<PyBufferedRWPair>,
        reader: &Value,
        writer: &Value,
        buffer_size: Option<isize>,
    ) -> PyResult<()> {
        let size = Value::from(buffer_size.unwrap_or(super::DEFAULT_BUFFER_SIZE as isize) as i64);
        let able = |stream: &Value, method: &StrRef, message: &str| match protocol::truth(
            &protocol::call_method(stream, method, &[])?,
        )? {
            true => Ok(()),
            false => Err(unsupported(message)),
        };
        able(reader, name!("readable"), "File or stream is not readable.")?;
        able(writer, name!("writable"), "File or stream is not writable.")?;
        let make =
            |class: &TypeRef, raw: &Value| protocol::call(class.as_value(), &[raw.clone(), size.clone()]);
        zelf.reader.set(Some(make(PyBufferedReader::class(), reader)?));
        zelf.writer.set(Some(make(PyBufferedWriter::class(), writer)?));
        Ok(())
    }

    #[pymethod("(*args)", nosig)]
    fn read(&self, args: &[Value]) -> PyResult<Value> {
        self.read_with(name!("read"), args)
    }

    #[pymethod("(*args)", nosig)]
    fn peek(&self, args: &[Value]) -> PyResult<Value> {
        self.read_with(name!("peek"), args)
    }

    #[pymethod("(*args)", nosig)]
    fn read1(&self, args: &[Value]) -> PyResult<Value> {
        self.read_with(name!("read1"), args)
    }

    #[pymethod("(*args)", nosig)]
    fn readinto(&self, args: &[Value]) -> PyResult<Value> {
        self.read_with(name!("readinto"), args)
    }

    #[pymethod("(*args)", nosig)]
    fn readinto1(&self, args: &[Value]) -> PyResult<Value> {
        self.read_with(name!("readinto1"), args)
    }

    #[pymethod("(*args)", nosig)]
    fn write(&self, args: &[Value]) -> PyResult<Value> {
        self.write_with(name!("write"), args)
    }

    #[pymethod("($self, /)")]
    fn flush(&self) -> PyResult<Value> {
        self.write_with(name!("flush"), &[])
    }

    #[pymethod("($self, /)")]
    fn readable(&self) -> PyResult<Value> {
        self.read_with(name!("readable"), &[])
    }

    #[pymethod("($self, /)")]
    fn writable(&self) -> PyResult<Value> {
        self.write_with(name!("writable"), &[])
    }

    #[pymethod("($self, /)")]
    fn close(&self) -> PyResult<()> {
        let writer = self.write_with(name!("close"), &[]);
        let reader = self.read_with(name!("close"), &[]);
        match (writer, reader) {
            (Err(first), Err(second)) => {
                second.exception().context.set(Some(first.as_value().clone()));
                Err(second)
            }
            (Err(error), Ok(_)) => Err(error),
            (Ok(_), reader) => reader.map(drop),
        }
    }

    #[pymethod("($self, /)")]
    fn isatty(&self) -> PyResult<Value> {
        let terminal = self.write_with(name!("isatty"), &[])?;
        if protocol::truth(&terminal)? { Ok(terminal) } else { self.read_with(name!("isatty"), &[]) }
    }

    #[pygetset]
    fn closed(&self) -> PyResult<Value> {
        let Some(writer) = self.writer.get() else {
            return Err(exceptions::runtime_error("the BufferedRWPair object is being garbage-collected"));
        };
        protocol::getattr(&writer, name!("closed"))
    }
}
