//! `bytes`: an immutable sequence of bytes, in the object's own block. What it shares with `bytearray` is here too.

pub mod arg;
pub(crate) mod build;
pub(crate) mod hex;
mod iter;
mod methods;
pub(crate) mod ops;
pub(crate) mod percent;
mod slots;

pub use arg::{BytesLike, WritableBuffer, byte_of};
pub use hex::to_hex;
pub(crate) use methods::{ByteString, bytes_methods};
pub(crate) use slots::{cannot_concat, compare, contains};

use crate::cell::GilCell;
use crate::heap::{Header, Obj, Payload, PayloadInfo, Ref, allocate};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, buffer, tracemalloc};
use minipy_macros::pyclass;
use std::cell::Cell;
use std::ops::Deref;
use std::ptr;

pub type BytesRef = Ref<PyBytes>;

/// bytes(iterable_of_ints) -> bytes
/// bytes(string, encoding[, errors]) -> bytes
/// bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer
/// bytes(int) -> bytes object of size given by the parameter initialized with null bytes
/// bytes() -> empty bytes object
///
/// Construct an immutable array of bytes from:
///   - an iterable yielding integers in range(256)
///   - a text string encoded using the specified encoding
///   - any object implementing the buffer API.
///   - an integer
// The bytes follow the payload in the same block.
#[pyclass(name = "bytes", basetype, match_self, plain_buffer, info = BYTES_INFO, parts(slots, shared, own))]
#[repr(C)]
pub struct PyBytes {
    /// -1 until it is computed.
    hash: Cell<i64>,
    len: usize,
    data: [u8; 0],
}

/// What CPython's empty bytes take.
const SIZE_WHEN_EMPTY: usize = 33;

const BYTES_INFO: PayloadInfo = PayloadInfo::leaf::<PyBytes>().with_var_size(var_size);

unsafe fn var_size(object: *const Header) -> usize {
    // SAFETY: called for bytes objects only.
    block_size(unsafe { (*(object as *const Obj<PyBytes>)).payload.len })
}

fn block_size(len: usize) -> usize {
    // A byte more, a zero: the regular-expression engine looks at the byte behind the last one, C functions look for it.
    (size_of::<Obj<PyBytes>>() + len + 1).next_multiple_of(8)
}

/// The empty bytes and those of length one exist once.
static SHORT: GilCell<Option<Box<[BytesRef]>>> = GilCell::new(None);

fn short(index: usize) -> BytesRef {
    SHORT.with(|table| {
        let table = table.get_or_insert_with(|| {
            let class = PyBytes::class();
            let single = (0..=255u8).map(|b| PyBytes::new_in(class, &[b]));
            single.chain([PyBytes::new_in(class, &[])]).collect()
        });
        table[index].clone()
    })
}

pub fn from_slice(data: &[u8]) -> BytesRef {
    match data {
        [] => short(256),
        [b] => short(usize::from(*b)),
        _ => PyBytes::new_in(PyBytes::class(), data),
    }
}

pub fn from_box(data: Box<[u8]>) -> BytesRef {
    from_slice(&data)
}

impl PyBytes {
    /// An instance of `class`, which is `bytes` or a subclass.
    pub fn new_in(class: &TypeRef, data: &[u8]) -> BytesRef {
        // SAFETY: all bytes are written.
        unsafe {
            PyBytes::build_in(class, data.len(), |to| to.copy_from_nonoverlapping(data.as_ptr(), data.len()))
        }
    }

    /// # Safety
    /// `fill` gets room for `len` bytes and must write them all; `class` must be `bytes` or a subclass.
    pub unsafe fn build_in(class: &TypeRef, len: usize, fill: impl FnOnce(*mut u8)) -> BytesRef {
        // SAFETY: the payload is initialised before the reference is made.
        unsafe {
            let object = allocate(class, block_size(len)) as *mut Obj<PyBytes>;
            let payload = &raw mut (*object).payload;
            ptr::write(payload, PyBytes { hash: Cell::new(-1), len, data: [] });
            let data: *mut u8 = (&raw mut (*payload).data).cast();
            fill(data);
            // For C functions that are handed the bytes as a string.
            data.add(len).write(0);
            if tracemalloc::is_active() {
                tracemalloc::resized(object.cast(), (*payload).size_of());
            }
            if class.is_gc() {
                crate::heap::gc::track(&(*object).header);
            }
            Ref::from_raw(object)
        }
    }

    /// What CPython's object takes: this is what programs compare with.
    pub fn size_of(&self) -> usize {
        SIZE_WHEN_EMPTY + self.len
    }

    #[inline(always)]
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: the block holds `len` bytes after the payload; they never change.
        unsafe { std::slice::from_raw_parts((&raw const self.data).cast(), self.len) }
    }

    /// CPython's hash; never -1.
    pub fn hash_value(&self) -> i64 {
        let known = self.hash.get();
        if known != -1 {
            return known;
        }
        let hash = crate::hash::hash_bytes(self.as_bytes());
        self.hash.set(hash);
        hash
    }

    /// These bytes themselves, or their content as exact `bytes` if they are an instance of a subclass.
    pub fn exact(zelf: &BytesRef) -> BytesRef {
        if zelf.class().is(PyBytes::class()) { zelf.clone() } else { from_slice(zelf) }
    }
}

impl Deref for PyBytes {
    type Target = [u8];

    #[inline(always)]
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// The contents of a bytes-like object, collected if there are gaps in them; `None` for other objects.
pub fn gathered(value: &Value) -> Option<PyResult<Vec<u8>>> {
    if let Some(bytes) = value.downcast::<PyBytes>() {
        return Some(Ok(bytes.to_vec()));
    }
    let export = value.class().slots().buffer?;
    Some(export(value, buffer::flags::FULL_RO).map(|buffer| buffer.to_vec()))
}
