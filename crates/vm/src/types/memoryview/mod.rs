//! `memoryview`: a view of another object's memory, maybe of a part of it or under another format.

mod cast;
mod items;
mod iter;
mod methods;
mod slots;
pub mod unit_format;

use crate::buffer::{self, Buffer, Dims};
use crate::cell::GilCell;
use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::value::Value;
use crate::{PyResult, exceptions};
use minipy_macros::pyclass;
use std::borrow::Cow;
use std::cell::Cell;

pub type MemoryViewRef = Ref<PyMemoryView>;

/// The export that all views made from one another share.
#[pyclass(name = "managedbuffer", module = "_builtins", gc, no_new)]
pub struct PyManagedBuffer {
    buffer: Buffer,
}

impl Traverse for PyManagedBuffer {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.buffer.owner.traverse(visit);
    }
}

/// What a view shows of the exported memory.
#[derive(Clone)]
pub struct Layout {
    pub managed: Ref<PyManagedBuffer>,
    pub data: *mut u8,
    /// Bytes in all items.
    pub len: usize,
    pub readonly: bool,
    pub itemsize: usize,
    pub format: Cow<'static, str>,
    pub shape: Dims,
    pub strides: Dims,
}

impl Layout {
    /// The same as a buffer without an owner to release, for questions about its memory.
    pub fn as_buffer(&self) -> Buffer {
        Buffer {
            owner: self.managed.to_value(),
            data: self.data,
            len: self.len,
            readonly: self.readonly,
            itemsize: self.itemsize,
            format: self.format.clone(),
            shape: self.shape.clone(),
            strides: self.strides.clone(),
            release: None,
        }
    }

    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    pub fn owner(&self) -> &Value {
        &self.managed.buffer.owner
    }
}

/// Create a new memoryview object which references the given object.
#[pyclass(name = "memoryview", sig = "(object)", gc, sequence, weakref, parts(slots, methods))]
pub struct PyMemoryView {
    /// None once the view is released.
    layout: GilCell<Option<Layout>>,
    /// How many buffers of this view itself exist.
    exports: Cell<usize>,
    /// -1 until it is computed.
    hash: Cell<i64>,
}

impl Traverse for PyMemoryView {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.layout.with(|layout| {
            if let Some(layout) = layout {
                visit.visit(layout.managed.as_value());
            }
        });
    }

    fn clear_refs(&self) {
        if self.exports.get() == 0 {
            drop(self.layout.take());
        }
    }
}

impl PyMemoryView {
    pub fn from_layout(layout: Layout) -> MemoryViewRef {
        Ref::new(PyMemoryView {
            layout: GilCell::new(Some(layout)),
            exports: Cell::new(0),
            hash: Cell::new(-1),
        })
    }

    /// A view of an exported buffer.
    pub fn from_buffer(buffer: Buffer) -> MemoryViewRef {
        let (data, len, readonly, itemsize) = (buffer.data, buffer.len, buffer.readonly, buffer.itemsize);
        let (format, shape, strides) = (buffer.format.clone(), buffer.shape.clone(), buffer.strides.clone());
        let managed = Ref::new(PyManagedBuffer { buffer });
        PyMemoryView::from_layout(Layout { managed, data, len, readonly, itemsize, format, shape, strides })
    }

    /// `memoryview(object)`.
    pub fn from_object(object: &Value, flags: u32) -> PyResult<MemoryViewRef> {
        if let Some(view) = object.downcast::<PyMemoryView>() {
            return Ok(PyMemoryView::from_layout(view.layout()?));
        }
        if !buffer::is_bytes_like(object) {
            return Err(exceptions::type_error(format!(
                "memoryview: a bytes-like object is required, not '{}'",
                object.type_name()
            )));
        }
        buffer::get_buffer(object, flags).map(PyMemoryView::from_buffer)
    }

    /// What the view shows; ValueError once it is released. The copy keeps the memory exported.
    pub fn layout(&self) -> PyResult<Layout> {
        self.layout
            .get()
            .ok_or_else(|| exceptions::value_error("operation forbidden on released memoryview object"))
    }

    pub fn is_released(&self) -> bool {
        self.layout.with(|layout| layout.is_none())
    }

    /// Lets go of the memory.
    pub fn release_view(&self) -> PyResult<()> {
        match self.exports.get() {
            0 => drop(self.layout.take()),
            n => {
                return Err(exceptions::buffer_error(format!(
                    "memoryview has {n} exported buffer{}",
                    if n == 1 { "" } else { "s" }
                )));
            }
        }
        Ok(())
    }
}

/// Ends the export of a `Buffer` of a view.
fn release_buffer(owner: &Value) {
    if let Some(view) = owner.downcast::<PyMemoryView>() {
        view.exports.set(view.exports.get().saturating_sub(1));
    }
}

/// `__buffer__` defined in Python (PEP 688): the buffer of the memoryview it returns.
pub fn buffer_of_python(object: &Value, flags: u32) -> PyResult<Buffer> {
    let result = crate::protocol::call_special(
        object,
        crate::name!("__buffer__"),
        &[Value::small_int(i64::from(flags))],
    )?;
    let Some(result) = result else {
        return Err(exceptions::type_error(format!(
            "a bytes-like object is required, not '{}'",
            object.type_name()
        )));
    };
    let Some(view) = result.downcast::<PyMemoryView>() else {
        return Err(exceptions::type_error("__buffer__ returned non-memoryview object"));
    };
    let layout = view.layout()?;
    view.exports.set(view.exports.get() + 1);
    let wrapper = Ref::new(PyBufferWrapper { view: view.clone(), object: object.clone() });
    let mut buffer = layout.as_buffer();
    buffer.owner = wrapper.into_value();
    buffer.release = Some(release_python);
    Ok(buffer)
}

/// The exporter that a buffer from Python code shows: it knows the object to tell about the release.
#[pyclass(name = "_buffer_wrapper", module = "builtins", gc, no_new)]
pub struct PyBufferWrapper {
    view: MemoryViewRef,
    object: Value,
}

impl Traverse for PyBufferWrapper {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.view.traverse(visit);
        self.object.traverse(visit);
    }
}

fn release_python(owner: &Value) {
    let Some(wrapper) = owner.downcast::<PyBufferWrapper>() else { return };
    release_buffer(wrapper.view.as_value());
    let class = wrapper.object.class();
    if let Some(method) = class.lookup(crate::name!("__release_buffer__")) {
        let bound = crate::types::function::PyBoundMethod::new_value(method, wrapper.object.clone());
        // A buffer may end where no Python code may run.
        crate::heap::queue_callback(bound, wrapper.view.to_value());
    }
}

/// The class, for the module `builtins`.
pub fn class() -> &'static crate::TypeRef {
    PyMemoryView::class()
}
