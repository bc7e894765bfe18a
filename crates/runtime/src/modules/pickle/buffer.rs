//! `PickleBuffer`: memory that a pickle may leave out of its stream (PEP 574).

use minipy_macros::{pyclass, pymethods};
use minipy_vm::buffer::{Buffer, Dims, flags};
use minipy_vm::cell::GilCell;
use minipy_vm::types::memoryview::{Layout, MemoryViewRef, PyMemoryView};
use minipy_vm::{PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions, protocol};
use std::borrow::Cow;

/// Wrapper for potentially out-of-band buffers
#[pyclass(name = "PickleBuffer", module = "pickle", gc, weakref)]
pub struct PickleBuffer {
    /// A view of the memory and the object that exports it; None once it is released.
    view: GilCell<Option<(MemoryViewRef, Value)>>,
}

impl Traverse for PickleBuffer {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.view.traverse(visit);
    }

    fn clear_refs(&self) {
        self.view.set(None);
    }
}

impl PickleBuffer {
    /// A view of the memory; ValueError once it is released.
    pub fn view(&self) -> PyResult<MemoryViewRef> {
        self.exported().map(|(view, _)| view)
    }

    fn exported(&self) -> PyResult<(MemoryViewRef, Value)> {
        self.view
            .get()
            .ok_or_else(|| exceptions::value_error("operation forbidden on released PickleBuffer object"))
    }
}

#[pymethods]
impl PickleBuffer {
    #[slot(new, nosig, sig = "(object, /)")]
    fn new(cls: &TypeRef, object: &Value) -> PyResult<Value> {
        let buffer = protocol::get_buffer(object, flags::FULL_RO)?;
        let owner = buffer.owner.clone();
        let view = PyMemoryView::from_buffer(buffer);
        Ok(Ref::new_in(cls, PickleBuffer { view: GilCell::new(Some((view, owner))) }).into_value())
    }

    #[slot]
    fn buffer(zelf: &Ref<PickleBuffer>, wanted: u32) -> PyResult<Buffer> {
        protocol::get_buffer(&zelf.exported()?.1, wanted)
    }

    /// Return a memoryview of the raw memory underlying this buffer.
    /// Will raise BufferError is the buffer isn't contiguous.
    #[pymethod("($self, /)")]
    fn raw(&self) -> PyResult<MemoryViewRef> {
        let layout = self.view()?.layout()?;
        let buffer = layout.as_buffer();
        if !buffer.is_c_contiguous() && !buffer.is_f_contiguous() {
            return Err(exceptions::buffer_error("cannot extract raw buffer from non-contiguous buffer"));
        }
        let len = layout.len as isize;
        Ok(PyMemoryView::from_layout(Layout {
            itemsize: 1,
            format: Cow::Borrowed("B"),
            shape: Dims::from_slice(&[len]),
            strides: Dims::from_slice(&[1]),
            ..layout
        }))
    }

    /// Release the underlying buffer exposed by the PickleBuffer object.
    #[pymethod("($self, /)")]
    fn release(&self) {
        self.view.set(None);
    }
}
