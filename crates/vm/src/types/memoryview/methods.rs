//! The methods and attributes of `memoryview`.

use super::items::Unpacker;
use super::{MemoryViewRef, PyMemoryView, cast};
use crate::macros_support::Nullable;
use crate::types::bytes::{from_slice, hex};
use crate::types::generic_alias;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{BytesRef, PyResult, exceptions, protocol};
use minipy_macros::pymethods;

fn tuple_of(dims: &[isize]) -> TupleRef {
    PyTuple::from_vec(dims.iter().map(|n| Value::from(*n as i64)).collect())
}

#[pymethods(part = methods)]
impl PyMemoryView {
    /// Release the underlying buffer exposed by the memoryview object.
    #[pymethod("($self, /)")]
    fn release(&self) -> PyResult<()> {
        self.release_view()
    }

    #[pymethod("($self, /)")]
    fn __enter__(zelf: &MemoryViewRef) -> PyResult<MemoryViewRef> {
        zelf.layout()?;
        Ok(zelf.clone())
    }

    /// Release the underlying buffer exposed by the memoryview object.
    #[pymethod("($self, /, *exc_info)")]
    fn __exit__(&self, exc_info: &[Value]) -> PyResult<()> {
        let _ = exc_info;
        self.release_view()
    }

    /// Return the data in the buffer as a byte string.
    ///
    /// Order can be {'C', 'F', 'A'}.  When order is 'C' or 'F', the data of
    /// the original array is converted to C or Fortran order.  For
    /// contiguous views, 'A' returns an exact copy of the physical memory.
    /// In particular, in-memory Fortran order is preserved.  For
    /// non-contiguous views, the data is converted to C first.  order=None
    /// is the same as order='C'.
    #[pymethod("($self, /, order='C')")]
    fn tobytes(&self, order: Option<Nullable<&StrRef>>) -> PyResult<BytesRef> {
        let layout = self.layout()?;
        let order = order.and_then(|o| o.0).map_or_else(|| "C".to_owned(), |o| o.to_string_lossy());
        let buffer = layout.as_buffer();
        match order.as_str() {
            "C" => Ok(from_slice(&buffer.to_vec())),
            "A" => match buffer.contiguous() {
                Some(bytes) => Ok(from_slice(bytes)),
                None => Ok(from_slice(&buffer.to_vec())),
            },
            "F" => {
                // Fortran order is C order with the dimensions reversed.
                let mut reversed = buffer;
                reversed.shape.reverse();
                reversed.strides.reverse();
                Ok(from_slice(&reversed.to_vec()))
            }
            _ => Err(exceptions::value_error("order must be 'C', 'F' or 'A'")),
        }
    }

    /// Return the data in the buffer as a list of elements.
    #[pymethod("($self, /)")]
    fn tolist(&self) -> PyResult<Value> {
        let layout = self.layout()?;
        let unpacker = Unpacker::native(&layout)?;
        layout.to_list(&unpacker, 0, 0)
    }

    /// Return a readonly version of the memoryview.
    #[pymethod("($self, /)")]
    fn toreadonly(&self) -> PyResult<MemoryViewRef> {
        let mut layout = self.layout()?;
        layout.readonly = true;
        Ok(PyMemoryView::from_layout(layout))
    }

    /// Cast a memoryview to a new format or shape.
    #[pymethod("($self, /, format, shape=<unrepresentable>)")]
    fn cast(&self, format: &StrRef, shape: Option<&Value>) -> PyResult<MemoryViewRef> {
        cast::cast(self.layout()?, &format.to_string_lossy(), shape).map(PyMemoryView::from_layout)
    }

    /// Return the data in the buffer as a str of hexadecimal numbers.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from
    ///     the right, negative values count from the left.
    ///
    /// Example:
    /// >>> value = memoryview(b'\xb9\x01\xef')
    /// >>> value.hex()
    /// 'b901ef'
    /// >>> value.hex(':')
    /// 'b9:01:ef'
    /// >>> value.hex(':', 2)
    /// 'b9:01ef'
    /// >>> value.hex(':', -2)
    /// 'b901:ef'
    #[pymethod("($self, /, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hex(&self, sep: Option<&Value>, bytes_per_sep: i32) -> PyResult<StrRef> {
        hex::to_hex(&self.layout()?.as_buffer().to_vec(), sep, bytes_per_sep)
    }

    /// Count the number of occurrences of a value.
    #[pymethod("($self, value, /)")]
    fn count(zelf: &MemoryViewRef, value: &Value) -> PyResult<usize> {
        let mut count = 0;
        let iterator = protocol::iter(zelf.as_value())?;
        while let Some(item) = protocol::next(&iterator)? {
            count += usize::from(protocol::eq(&item, value)?);
        }
        Ok(count)
    }

    /// Return the index of the first occurrence of a value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod("($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(&self, value: &Value, start: isize, stop: Option<isize>) -> PyResult<usize> {
        let layout = self.layout()?;
        match layout.ndim() {
            0 => return Err(exceptions::type_error("invalid lookup on 0-dim memory")),
            1 => {}
            _ => {
                return Err(exceptions::not_implemented_error("multi-dimensional lookup is not implemented"));
            }
        }
        let len = layout.shape[0];
        let place = |n: isize| if n < 0 { n.saturating_add(len).max(0) } else { n.min(len) };
        let unpacker = Unpacker::native(&layout)?;
        for i in place(start)..place(stop.unwrap_or(isize::MAX)) {
            if protocol::eq(&unpacker.unpack(layout.bytes_at(i * layout.strides[0]))?, value)? {
                return Ok(i as usize);
            }
        }
        Err(exceptions::value_error("memoryview.index(x): x not found"))
    }

    /// Create a new memoryview object which references the given object.
    #[pyclassmethod("($type, /, object, flags)")]
    fn _from_flags(_cls: &TypeRef, object: &Value, flags: i32) -> PyResult<MemoryViewRef> {
        PyMemoryView::from_object(object, flags as u32)
    }

    /// memoryviews are generic over the type of their underlying data
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: &Value) -> Value {
        generic_alias::new(cls.to_value(), object.clone())
    }

    /// The underlying object of the memoryview.
    #[pygetset]
    fn obj(&self) -> PyResult<Value> {
        Ok(self.layout()?.owner().clone())
    }

    /// The amount of space in bytes that the array would use in
    ///  a contiguous representation.
    #[pygetset]
    fn nbytes(&self) -> PyResult<Value> {
        Ok(Value::from(self.layout()?.len))
    }

    /// A bool indicating whether the memory is read only.
    #[pygetset]
    fn readonly(&self) -> PyResult<bool> {
        Ok(self.layout()?.readonly)
    }

    /// The size in bytes of each element of the memoryview.
    #[pygetset]
    fn itemsize(&self) -> PyResult<Value> {
        Ok(Value::from(self.layout()?.itemsize))
    }

    /// A string containing the format (in struct module style)
    ///  for each element in the view.
    #[pygetset]
    fn format(&self) -> PyResult<StrRef> {
        Ok(PyStr::from_str(&self.layout()?.format))
    }

    /// An integer indicating how many dimensions of a multi-dimensional
    ///  array the memory represents.
    #[pygetset]
    fn ndim(&self) -> PyResult<Value> {
        Ok(Value::from(self.layout()?.ndim()))
    }

    /// A tuple of ndim integers giving the shape of the memory
    ///  as an N-dimensional array.
    #[pygetset]
    fn shape(&self) -> PyResult<TupleRef> {
        Ok(tuple_of(&self.layout()?.shape))
    }

    /// A tuple of ndim integers giving the size in bytes to access
    ///  each element for each dimension of the array.
    #[pygetset]
    fn strides(&self) -> PyResult<TupleRef> {
        Ok(tuple_of(&self.layout()?.strides))
    }

    /// A tuple of integers used internally for PIL-style arrays.
    #[pygetset]
    fn suboffsets(&self) -> PyResult<TupleRef> {
        self.layout()?;
        Ok(crate::types::tuple::empty())
    }

    /// A bool indicating whether the memory is C contiguous.
    #[pygetset]
    fn c_contiguous(&self) -> PyResult<bool> {
        Ok(self.layout()?.as_buffer().is_c_contiguous())
    }

    /// A bool indicating whether the memory is Fortran contiguous.
    #[pygetset]
    fn f_contiguous(&self) -> PyResult<bool> {
        Ok(self.layout()?.as_buffer().is_f_contiguous())
    }

    /// A bool indicating whether the memory is contiguous.
    #[pygetset]
    fn contiguous(&self) -> PyResult<bool> {
        let buffer = self.layout()?.as_buffer();
        Ok(buffer.is_c_contiguous() || buffer.is_f_contiguous())
    }
}
