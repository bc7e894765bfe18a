//! The buffer protocol (PEP 3118, PEP 688): borrowed views of an object's memory.

use crate::value::Value;

/// A view of an object's memory, exported until it is dropped.
pub struct Buffer {
    /// The exporter, kept alive.
    pub owner: Value,
    pub data: *mut u8,
    pub len: usize,
    pub readonly: bool,
    pub itemsize: usize,
    /// A `struct` format.
    pub format: String,
    pub shape: Vec<isize>,
    pub strides: Vec<isize>,
    /// Called once when the view ends.
    pub release: Option<fn(&Value)>,
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            release(&self.owner);
        }
    }
}
