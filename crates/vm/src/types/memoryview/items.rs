//! Access to the items of a view.

use super::{Layout, unit_format};
use crate::heap::Ref;
use crate::types::list::PyList;
use crate::types::slice::indices::position;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};

/// Unpacks items: natively, or through the struct module for other formats.
pub enum Unpacker {
    Native(u8),
    /// `struct.Struct(format).unpack`.
    Struct(Value),
}

impl Unpacker {
    /// For a format that only native code understands.
    pub fn native(layout: &Layout) -> PyResult<Unpacker> {
        match unit_format::native(&layout.format) {
            Some(format) => Ok(Unpacker::Native(format)),
            None => Err(exceptions::not_implemented_error(format!(
                "memoryview: unsupported format {}",
                layout.format
            ))),
        }
    }

    /// For any format; `None` if the struct module does not know it either.
    pub fn any(layout: &Layout) -> PyResult<Option<Unpacker>> {
        if let Some(format) = unit_format::native(&layout.format) {
            return Ok(Some(Unpacker::Native(format)));
        }
        let none = Value::NONE;
        let module = crate::name!("struct").as_value();
        let module = crate::function::hooks::import(module, &none, &none, &none, 0)?;
        let class = protocol::getattr_str(&module, "Struct")?;
        let format = PyStr::from_str(&layout.format).into_value();
        match protocol::call1(&class, format) {
            Ok(compiled) => Ok(Some(Unpacker::Struct(protocol::getattr_str(&compiled, "unpack")?))),
            Err(_) => Ok(None),
        }
    }

    pub fn unpack(&self, data: &[u8]) -> PyResult<Value> {
        match self {
            Unpacker::Native(format) => Ok(unit_format::unpack(*format, data)),
            Unpacker::Struct(unpack) => {
                let data = crate::types::bytes::from_slice(data).into_value();
                let items = protocol::call1(unpack, data)?;
                match items.downcast::<PyTuple>().map(|t| &t[..]) {
                    Some([only]) => Ok(only.clone()),
                    _ => Ok(items),
                }
            }
        }
    }
}

impl Layout {
    /// The bytes of the item at a byte offset.
    pub fn bytes_at(&self, offset: isize) -> &[u8] {
        // SAFETY: offsets made from indices below the shape stay within the exported memory, which `managed` keeps.
        unsafe { std::slice::from_raw_parts(self.data.offset(offset), self.itemsize) }
    }

    /// Overwrites bytes at a byte offset.
    pub fn write_at(&self, offset: isize, bytes: &[u8]) {
        // SAFETY: as in `bytes_at`; the caller has checked that the view is writable. `bytes` is not in the view.
        unsafe { self.data.offset(offset).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
    }

    /// The byte offset of an item along one dimension.
    pub fn offset(&self, dimension: usize, index: isize) -> PyResult<isize> {
        match position(index, self.shape[dimension].max(0) as usize) {
            Some(at) => Ok(at as isize * self.strides[dimension]),
            None => {
                Err(exceptions::index_error(format!("index out of bounds on dimension {}", dimension + 1)))
            }
        }
    }

    /// The byte offset of the item that a tuple of ints means.
    pub fn offset_of_tuple(&self, indices: &[Value]) -> PyResult<isize> {
        if indices.len() < self.ndim() {
            return Err(exceptions::not_implemented_error("sub-views are not implemented"));
        }
        if indices.len() > self.ndim() {
            return Err(exceptions::type_error(format!(
                "cannot index {}-dimension view with {}-element tuple",
                self.ndim(),
                indices.len()
            )));
        }
        let mut offset = 0;
        for (dimension, index) in indices.iter().enumerate() {
            offset += self.offset(dimension, protocol::index_to_isize(index)?)?;
        }
        Ok(offset)
    }

    /// The items of one dimension on as nested lists.
    pub fn to_list(&self, unpacker: &Unpacker, dimension: usize, offset: isize) -> PyResult<Value> {
        if dimension == self.ndim() {
            return unpacker.unpack(self.bytes_at(offset));
        }
        let (count, stride) = (self.shape[dimension], self.strides[dimension]);
        let items = (0..count).map(|i| self.to_list(unpacker, dimension + 1, offset + i * stride));
        Ok(Ref::into_value(PyList::from_vec(items.collect::<PyResult<Vec<_>>>()?)))
    }
}
