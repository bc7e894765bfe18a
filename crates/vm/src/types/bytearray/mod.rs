//! `bytearray`: a mutable sequence of bytes.

mod edit;
mod iter;
mod slots;

use crate::cell::GilCell;
use crate::heap::Ref;
use crate::value::Value;
use crate::{PyResult, exceptions};
use minipy_macros::pyclass;
use std::cell::Cell;
use std::ops::Deref;

pub type ByteArrayRef = Ref<PyByteArray>;

/// bytearray(iterable_of_ints) -> bytearray
/// bytearray(string, encoding[, errors]) -> bytearray
/// bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer
/// bytearray(int) -> bytes array of size given by the parameter initialized with null bytes
/// bytearray() -> empty bytes array
///
/// Construct a mutable bytearray object from:
///   - an iterable yielding integers in range(256)
///   - a text string encoded using the specified encoding
///   - a bytes or a buffer object
///   - any object implementing the buffer API.
///   - an integer
#[pyclass(name = "bytearray", basetype, match_self, parts(slots, shared, edit))]
pub struct PyByteArray {
    data: GilCell<Vec<u8>>,
    /// How many views of the memory exist; while there is one the memory stays where it is.
    exports: Cell<usize>,
}

impl PyByteArray {
    pub fn payload(data: Vec<u8>) -> PyByteArray {
        PyByteArray { data: GilCell::new(data), exports: Cell::new(0) }
    }

    pub fn from_vec(data: Vec<u8>) -> ByteArrayRef {
        Ref::new(PyByteArray::payload(data))
    }

    /// Runs `f` on the contents. `f` must not run Python code.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        self.data.with(|data| f(data))
    }

    pub fn len(&self) -> usize {
        self.data.with(|data| data.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fails while the memory is exported.
    pub fn check_resizable(&self) -> PyResult<()> {
        if self.exports.get() == 0 {
            return Ok(());
        }
        Err(exceptions::buffer_error("Existing exports of data: object cannot be re-sized"))
    }

    /// Runs `f`, which may change the length, on the contents. `f` must not run Python code.
    pub fn resize_with<R>(&self, f: impl FnOnce(&mut Vec<u8>) -> R) -> PyResult<R> {
        self.check_resizable()?;
        Ok(self.data.with(f))
    }

    /// Counts an export, and gives the memory.
    fn export(&self) -> (*mut u8, usize) {
        self.exports.set(self.exports.get() + 1);
        self.data.with(|data| (data.as_mut_ptr(), data.len()))
    }

    fn release(&self) {
        self.exports.set(self.exports.get().saturating_sub(1));
    }
}

/// Ends the export of a `Buffer`.
fn release_buffer(owner: &Value) {
    if let Some(array) = owner.downcast::<PyByteArray>() {
        array.release();
    }
}

/// A borrow of the contents that keeps them in place while Python code runs.
pub struct View<'a> {
    array: &'a PyByteArray,
    data: *const u8,
    len: usize,
}

impl<'a> View<'a> {
    pub fn new(array: &'a PyByteArray) -> View<'a> {
        let (data, len) = array.export();
        View { array, data, len }
    }
}

impl Deref for View<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the array keeps its memory in place while it counts this export.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }
}

impl Drop for View<'_> {
    fn drop(&mut self) {
        self.array.release();
    }
}
