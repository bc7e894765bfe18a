//! The iterator over a memoryview.

use super::items::Unpacker;
use super::{Layout, MemoryViewRef};
use crate::PyResult;
use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::value::Value;
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// Gives the items of a one-dimensional view.
#[pyclass(name = "memory_iterator", gc, no_new)]
pub struct PyMemoryIter {
    /// None once the iterator is exhausted.
    view: GilCell<Option<MemoryViewRef>>,
    unpacker: Unpacker,
    index: Cell<isize>,
    length: isize,
}

impl Traverse for PyMemoryIter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.view.traverse(visit);
    }
}

pub fn new_iterator(view: &MemoryViewRef, layout: &Layout, unpacker: Unpacker) -> Value {
    let length = layout.shape[0];
    Ref::new(PyMemoryIter { view: GilCell::new(Some(view.clone())), unpacker, index: Cell::new(0), length })
        .into_value()
}

#[pymethods]
impl PyMemoryIter {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let Some(view) = self.view.get() else { return Ok(None) };
        let at = self.index.get();
        if at >= self.length {
            drop(self.view.take());
            return Ok(None);
        }
        self.index.set(at + 1);
        let layout = view.layout()?;
        self.unpacker.unpack(layout.bytes_at(at * layout.strides[0])).map(Some)
    }
}
