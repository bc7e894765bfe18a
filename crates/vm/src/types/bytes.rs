//! `bytes`.

use crate::heap::Ref;
use minipy_macros::pyclass;
use std::cell::Cell;

pub type BytesRef = Ref<PyBytes>;

/// bytes(iterable_of_ints) -> bytes
#[pyclass(name = "bytes", basetype, sequence, match_self)]
pub struct PyBytes {
    pub data: Box<[u8]>,
    /// -1 until it is computed.
    pub hash: Cell<i64>,
}

pub fn from_slice(data: &[u8]) -> BytesRef {
    from_box(data.into())
}

pub fn from_box(data: Box<[u8]>) -> BytesRef {
    Ref::new(PyBytes { data, hash: Cell::new(-1) })
}

impl PyBytes {
    pub fn as_bytes(&self) -> &[u8] {
        &self.data
    }
}

/// The contents of a bytes-like object; `None` for other objects.
pub fn contiguous(value: &crate::Value) -> Option<crate::PyResult<Vec<u8>>> {
    value.downcast::<PyBytes>().map(|b| Ok(b.data.to_vec()))
}
