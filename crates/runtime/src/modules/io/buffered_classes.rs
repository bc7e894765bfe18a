//! `BufferedReader`, `BufferedWriter` and `BufferedRandom`.

use super::base::PyBufferedIOBase;
use super::buffered::Buffered;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::{BytesLike, WritableBuffer};
use minipy_vm::{Args, PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions, name, protocol};

/// `<_io.BufferedReader name='…'>`.
fn show(zelf: &Value) -> PyResult<Value> {
    let class = zelf.class().qualified_name();
    let name = match protocol::lookup_attr(zelf, name!("name")) {
        Ok(name) => name,
        Err(error) if error.is_instance(exceptions::value_error_class()) => None,
        Err(error) => return Err(error),
    };
    let text = match name {
        None => format!("<{class}>"),
        Some(name) => match protocol::enter_repr(zelf) {
            Some(_guard) => format!("<{class} name={}>", protocol::repr(&name)?),
            None => {
                return Err(exceptions::runtime_error(format!(
                    "reentrant call inside {}.__repr__",
                    zelf.class().name()
                )));
            }
        },
    };
    Ok(Value::from(text))
}

fn bytes_value(data: Vec<u8>) -> Value {
    bytes::from_slice(&data).into_value()
}

/// Defines one of the classes: its payload and what all three have.
macro_rules! buffered_class {
    ($(#[$doc:meta])* $class:ident, $name:literal, $sig:literal, $first:literal, $readable:literal, $writable:literal,
     [$($part:ident),*]) => {
        $(#[$doc])*
        #[pyclass(name = $name, module = "_io", base = PyBufferedIOBase, basetype, dict, weakref, finalizer, gc,
            plain_new, sig = $sig, parts($($part),*))]
        #[repr(C)]
        #[derive(Default)]
        pub struct $class {
            base: PyBufferedIOBase,
            pub inner: Buffered,
        }

        impl Traverse for $class {
            fn traverse(&self, visit: &mut Visitor<'_>) {
                self.inner.traverse(visit);
            }
        }

        #[pymethods]
        impl $class {
            #[slot]
            fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
                let _ = args;
                Ok(Ref::new_in(cls, $class::default()).into_value())
            }

            #[slot(init, sig = $sig)]
            fn init(zelf: &Ref<$class>, raw: &Value, buffer_size: Option<isize>) -> PyResult<()> {
                let size = buffer_size.unwrap_or(super::DEFAULT_BUFFER_SIZE as isize);
                zelf.inner.setup(raw, size, $readable, $writable)
            }

            #[slot]
            fn repr(zelf: &Value) -> PyResult<Value> {
                show(zelf)
            }

            /// Flush write buffers, if applicable.
            #[pymethod("($self, /)")]
            fn flush(zelf: &Ref<$class>) -> PyResult<()> {
                zelf.inner.flush(zelf.as_value())
            }

            /// Flush and close the stream.
            #[pymethod("($self, /)")]
            fn close(zelf: &Ref<$class>) -> PyResult<()> {
                zelf.inner.close(zelf.as_value(), zelf.base.base.finalizing.get())
            }

            /// Disconnect this buffer from its underlying raw stream and return it.
            #[pymethod("($self, /)")]
            fn detach(zelf: &Ref<$class>) -> PyResult<Value> {
                zelf.inner.detach(zelf.as_value())
            }

            #[pymethod("($self, /)")]
            fn seekable(&self) -> PyResult<Value> {
                protocol::call_method(&self.inner.raw()?, name!("seekable"), &[])
            }

            #[pymethod("($self, /)")]
            fn fileno(&self) -> PyResult<Value> {
                protocol::call_method(&self.inner.raw()?, name!("fileno"), &[])
            }

            #[pymethod("($self, /)")]
            fn isatty(&self) -> PyResult<Value> {
                protocol::call_method(&self.inner.raw()?, name!("isatty"), &[])
            }

            #[pymethod("($self, source, /)")]
            fn _dealloc_warn(&self, source: &Value) {
                self.inner.dealloc_warn(source);
            }

            /// Change the stream position.
            #[pymethod("($self, target, whence=0, /)")]
            fn seek(zelf: &Ref<$class>, target: &Value, whence: i32) -> PyResult<i64> {
                zelf.inner.seek(zelf.as_value(), target, whence)
            }

            /// Return current stream position.
            #[pymethod("($self, /)")]
            fn tell(zelf: &Ref<$class>) -> PyResult<i64> {
                zelf.inner.tell(zelf.as_value())
            }

            /// Truncate file to size bytes.
            #[pymethod("($self, pos=None, /)", defining_class)]
            fn truncate(zelf: &Ref<$class>, pos: Option<&Value>) -> PyResult<Value> {
                zelf.inner.truncate(zelf.as_value(), pos)
            }

            #[pymethod("($self, /)")]
            fn __getstate__(zelf: &Value) -> PyResult<()> {
                Err(super::cannot_pickle(zelf))
            }

            #[pymethod("($self, /)")]
            fn __sizeof__(&self) -> usize {
                size_of::<$class>() + self.inner.buffer_size()
            }

            #[pygetset(member)]
            fn raw(&self) -> PyResult<Option<Value>> {
                Ok(self.inner.raw().ok())
            }

            #[pygetset(member)]
            fn _finalizing(&self) -> bool {
                self.base.base.finalizing.get()
            }

            #[pygetset]
            fn closed(&self) -> PyResult<bool> {
                self.inner.is_closed()
            }

            #[pygetset]
            fn name(&self) -> PyResult<Value> {
                protocol::getattr(&self.inner.raw()?, name!("name"))
            }

            #[pygetset]
            fn mode(&self) -> PyResult<Value> {
                protocol::getattr(&self.inner.raw()?, name!("mode"))
            }
        }
    };
}

macro_rules! reading_part {
    ($class:ident) => {
        #[pymethods(part = reading)]
        impl $class {
            #[slot]
            fn iternext(zelf: &Ref<$class>) -> PyResult<Option<Value>> {
                let line = zelf.inner.readline(zelf.as_value(), -1)?;
                Ok((!line.is_empty()).then(|| bytes_value(line)))
            }

            #[pymethod("($self, /)")]
            fn readable(&self) -> PyResult<Value> {
                protocol::call_method(&self.inner.raw()?, name!("readable"), &[])
            }

            /// Read and return up to size bytes.
            #[pymethod("($self, size=-1, /)")]
            fn read(zelf: &Ref<$class>, size: Option<&Value>) -> PyResult<Option<Value>> {
                let size = super::size_arg(size)?;
                if size < -1 {
                    return Err(exceptions::value_error("read length must be non-negative or -1"));
                }
                Ok(zelf.inner.read(zelf.as_value(), size)?.map(bytes_value))
            }

            /// Return buffered bytes without advancing the position.
            #[pymethod("($self, size=0, /)")]
            fn peek(zelf: &Ref<$class>, size: isize) -> PyResult<Value> {
                let _ = size;
                zelf.inner.peek(zelf.as_value()).map(bytes_value)
            }

            /// Read and return up to size bytes, with at most one read of the raw stream.
            #[pymethod("($self, size=-1, /)")]
            fn read1(zelf: &Ref<$class>, size: isize) -> PyResult<Value> {
                zelf.inner.read1(zelf.as_value(), size).map(bytes_value)
            }

            #[pymethod("($self, buffer, /)")]
            fn readinto(zelf: &Ref<$class>, mut buffer: WritableBuffer) -> PyResult<Option<usize>> {
                zelf.inner.read_into(zelf.as_value(), buffer.as_mut_slice(), false)
            }

            #[pymethod("($self, buffer, /)")]
            fn readinto1(zelf: &Ref<$class>, mut buffer: WritableBuffer) -> PyResult<Option<usize>> {
                zelf.inner.read_into(zelf.as_value(), buffer.as_mut_slice(), true)
            }

            #[pymethod("($self, size=-1, /)")]
            fn readline(zelf: &Ref<$class>, size: Option<&Value>) -> PyResult<Value> {
                let size = super::size_arg(size)?;
                zelf.inner.readline(zelf.as_value(), size).map(bytes_value)
            }
        }
    };
}

macro_rules! writing_part {
    ($class:ident) => {
        #[pymethods(part = writing)]
        impl $class {
            #[pymethod("($self, /)")]
            fn writable(&self) -> PyResult<Value> {
                protocol::call_method(&self.inner.raw()?, name!("writable"), &[])
            }

            /// Write the given buffer to the IO stream.
            #[pymethod("($self, buffer, /)")]
            fn write(zelf: &Ref<$class>, buffer: BytesLike<'_>) -> PyResult<usize> {
                zelf.inner.write(zelf.as_value(), &buffer)
            }
        }
    };
}

buffered_class!(
    /// Create a new buffered reader using the given readable raw IO object.
    PyBufferedReader, "BufferedReader", "(raw, buffer_size=DEFAULT_BUFFER_SIZE)", "raw", true, false, [reading]
);
reading_part!(PyBufferedReader);

buffered_class!(
    /// A buffer for a writeable sequential RawIO object.
    PyBufferedWriter, "BufferedWriter", "(raw, buffer_size=DEFAULT_BUFFER_SIZE)", "raw", false, true, [writing]
);
writing_part!(PyBufferedWriter);

buffered_class!(
    /// A buffered interface to random access streams.
    PyBufferedRandom, "BufferedRandom", "(raw, buffer_size=DEFAULT_BUFFER_SIZE)", "raw", true, true, [reading, writing]
);
reading_part!(PyBufferedRandom);
writing_part!(PyBufferedRandom);

/// The buffers behind a stream that is exactly one of the three classes.
pub fn exact_inner(stream: &Value) -> Option<&Buffered> {
    if let Some(reader) = stream.downcast_exact::<PyBufferedReader>() {
        Some(&reader.inner)
    } else if let Some(writer) = stream.downcast_exact::<PyBufferedWriter>() {
        Some(&writer.inner)
    } else {
        stream.downcast_exact::<PyBufferedRandom>().map(|random| &random.inner)
    }
}
