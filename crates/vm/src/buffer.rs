//! The buffer protocol (PEP 3118, PEP 688): borrowed views of an object's memory.
//!
//! A class exports its memory through its `buffer` slot. The view holds the exporter and whatever keeps the memory in place
//! until it is dropped: a bytearray, for one, cannot be resized meanwhile.

use crate::value::Value;
use crate::{PyResult, exceptions};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;

/// What the consumer of a buffer asks for: the `PyBUF_*` flags.
pub mod flags {
    pub const SIMPLE: u32 = 0;
    pub const WRITABLE: u32 = 1;
    pub const FORMAT: u32 = 4;
    pub const ND: u32 = 8;
    pub const STRIDES: u32 = 0x10 | ND;
    pub const FULL_RO: u32 = 0x100 | STRIDES | FORMAT;
    pub const FULL: u32 = FULL_RO | WRITABLE;
}

/// Sizes per dimension.
pub type Dims = SmallVec<[isize; 1]>;

/// A view of an object's memory, exported until it is dropped.
pub struct Buffer {
    /// The exporter, kept alive.
    pub owner: Value,
    /// The first item.
    pub data: *mut u8,
    /// Bytes in all items.
    pub len: usize,
    pub readonly: bool,
    pub itemsize: usize,
    /// A `struct` format.
    pub format: Cow<'static, str>,
    /// Items per dimension.
    pub shape: Dims,
    /// Bytes from one item to the next, per dimension.
    pub strides: Dims,
    /// Called once when the view ends, with the exporter.
    pub release: Option<fn(&Value)>,
}

impl Buffer {
    /// A view of plain bytes.
    pub fn of_bytes(
        owner: Value,
        data: *mut u8,
        len: usize,
        readonly: bool,
        release: Option<fn(&Value)>,
    ) -> Buffer {
        Buffer {
            owner,
            data,
            len,
            readonly,
            itemsize: 1,
            format: Cow::Borrowed("B"),
            shape: smallvec![len as isize],
            strides: smallvec![1],
            release,
        }
    }

    /// Whether the items follow each other in C order without gaps.
    pub fn is_c_contiguous(&self) -> bool {
        let dims = self.shape.iter().zip(&self.strides).rev();
        self.len == 0 || contiguous_along(dims, self.itemsize)
    }

    /// Whether the items follow each other in Fortran order without gaps.
    pub fn is_f_contiguous(&self) -> bool {
        let dims = self.shape.iter().zip(&self.strides);
        self.len == 0 || contiguous_along(dims, self.itemsize)
    }

    /// The memory of a contiguous view.
    ///
    /// Python code that runs while the slice is held may write to the memory, but cannot free or move it.
    pub fn contiguous(&self) -> Option<&[u8]> {
        if self.len == 0 {
            return Some(&[]);
        }
        if !self.is_c_contiguous() && !self.is_f_contiguous() {
            return None;
        }
        // SAFETY: the exporter keeps `len` bytes in place while the view exists.
        Some(unsafe { std::slice::from_raw_parts(self.data, self.len) })
    }

    /// The memory of a writable contiguous view.
    pub fn contiguous_mut(&mut self) -> Option<&mut [u8]> {
        if self.readonly || !self.is_c_contiguous() {
            return None;
        }
        if self.len == 0 {
            return Some(&mut []);
        }
        // SAFETY: as above; the exporter allows writing, and the GIL is held.
        Some(unsafe { std::slice::from_raw_parts_mut(self.data, self.len) })
    }

    /// Byte offsets of all items from the first, in C order.
    fn offsets(&self) -> Vec<isize> {
        let mut offsets = vec![0isize];
        for (&count, &stride) in self.shape.iter().zip(&self.strides) {
            let steps = (0..count).map(|i| i.wrapping_mul(stride));
            offsets = offsets
                .iter()
                .flat_map(|base| steps.clone().map(move |step| base.wrapping_add(step)))
                .collect();
        }
        offsets
    }

    /// The items in C order, whatever their layout.
    pub fn to_vec(&self) -> Vec<u8> {
        if self.is_c_contiguous()
            && let Some(bytes) = self.contiguous()
        {
            return bytes.to_vec();
        }
        let mut out = Vec::with_capacity(self.len);
        for offset in self.offsets() {
            // SAFETY: shape and strides stay within the exporter's memory.
            out.extend_from_slice(unsafe {
                std::slice::from_raw_parts(self.data.offset(offset), self.itemsize)
            });
        }
        out
    }
}

fn contiguous_along<'a>(dims: impl Iterator<Item = (&'a isize, &'a isize)>, itemsize: usize) -> bool {
    let mut expected = itemsize as isize;
    for (&count, &stride) in dims {
        if count > 1 && stride != expected {
            return false;
        }
        expected = expected.wrapping_mul(count);
    }
    true
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            release(&self.owner);
        }
    }
}

/// A view of `object`'s memory; TypeError if it exports none.
pub fn get_buffer(object: &Value, flags: u32) -> PyResult<Buffer> {
    match object.class().slots().buffer {
        Some(buffer) => buffer(object, flags),
        None => Err(exceptions::type_error(format!(
            "a bytes-like object is required, not '{}'",
            object.type_name()
        ))),
    }
}

/// Whether `object` exports its memory.
pub fn is_bytes_like(object: &Value) -> bool {
    object.class().slots().buffer.is_some()
}
