//! The slots of `memoryview`.

use super::items::Unpacker;
use super::{Layout, MemoryViewRef, PyMemoryView, iter, release_buffer, unit_format};
use crate::buffer::{self, Buffer, flags};
use crate::types::bytes::from_slice;
use crate::types::slice::PySlice;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{CmpOp, PyResult, exceptions, protocol};
use minipy_macros::pymethods;

fn is_index(key: &Value) -> bool {
    protocol::is_int(key) || key.class().slots().index.is_some()
}

fn invalid_key() -> exceptions::PyErr {
    exceptions::type_error("memoryview: invalid slice key")
}

/// A key for a view without dimensions: `()` or `...`.
fn is_whole(key: &Value) -> bool {
    key.is_ellipsis() || key.downcast::<PyTuple>().is_some_and(|t| t.is_empty())
}

/// The part of a one-dimensional view that a slice selects.
fn sliced(layout: &Layout, slice: &PySlice) -> PyResult<Layout> {
    let mut part = layout.clone();
    let indices = slice.resolve(|| layout.shape[0].max(0) as usize)?;
    if indices.count > 0 {
        // SAFETY: the first selected item is within the view.
        part.data = unsafe { layout.data.offset(indices.start * layout.strides[0]) };
    }
    part.shape[0] = indices.count as isize;
    part.strides[0] = layout.strides[0].wrapping_mul(indices.step);
    part.len = indices.count * layout.itemsize;
    Ok(part)
}

/// The items of two views of the same shape, compared in order.
fn equal_items(a: &Layout, b: &Layout) -> PyResult<bool> {
    let (Some(unpack_a), Some(unpack_b)) = (Unpacker::any(a)?, Unpacker::any(b)?) else { return Ok(false) };
    let (bytes_a, bytes_b) = (a.as_buffer().to_vec(), b.as_buffer().to_vec());
    if let (Unpacker::Native(x), Unpacker::Native(y)) = (&unpack_a, &unpack_b)
        && x == y
        && !matches!(x, b'f' | b'd' | b'e' | b'?')
    {
        return Ok(bytes_a == bytes_b);
    }
    if a.itemsize == 0 || b.itemsize == 0 {
        return Ok(true);
    }
    for (x, y) in bytes_a.chunks_exact(a.itemsize).zip(bytes_b.chunks_exact(b.itemsize)) {
        let equal = protocol::rich_compare(&unpack_a.unpack(x)?, &unpack_b.unpack(y)?, CmpOp::Eq)?;
        if !protocol::truth(&equal)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn layout_of(object: &Value) -> PyResult<Layout> {
    match object.downcast::<PyMemoryView>() {
        Some(view) => view.layout(),
        None => PyMemoryView::from_buffer(buffer::get_buffer(object, flags::FULL_RO)?).layout(),
    }
}

/// `view[slice] = value` of a view that shows `layout`.
fn store_slice(view: &PyMemoryView, layout: &Layout, slice: &PySlice, value: &Value) -> PyResult<()> {
    let source = layout_of(value)?;
    let target = sliced(layout, slice)?;
    // The indices' conversion may have released the view.
    view.layout()?;
    let plain = |format: &str| format.strip_prefix('@').unwrap_or(format).to_owned();
    if source.ndim() != 1
        || source.shape != target.shape
        || source.itemsize != target.itemsize
        || plain(&source.format) != plain(&target.format)
    {
        return Err(exceptions::value_error(
            "memoryview assignment: lvalue and rvalue have different structures",
        ));
    }
    // A copy first: both may be views of the same memory.
    let bytes = source.as_buffer().to_vec();
    for (i, item) in bytes.chunks_exact(target.itemsize.max(1)).enumerate() {
        target.write_at(i as isize * target.strides[0], item);
    }
    Ok(())
}

#[pymethods(part = slots)]
impl PyMemoryView {
    #[slot(new, sig = "(object)")]
    fn slot_new(_class: &TypeRef, object: &Value) -> PyResult<MemoryViewRef> {
        PyMemoryView::from_object(object, flags::FULL_RO)
    }

    #[slot]
    fn repr(zelf: &MemoryViewRef) -> PyResult<StrRef> {
        let kind = if zelf.is_released() { "released memory" } else { "memory" };
        Ok(PyStr::from_str(&format!("<{kind} at {:#x}>", zelf.as_value().id())))
    }

    #[slot(hash)]
    fn slot_hash(&self) -> PyResult<i64> {
        if self.hash.get() != -1 {
            return Ok(self.hash.get());
        }
        let layout = self.layout()?;
        if !layout.readonly {
            return Err(exceptions::value_error("cannot hash writable memoryview object"));
        }
        if !matches!(unit_format::native(&layout.format), Some(b'B' | b'b' | b'c')) {
            return Err(exceptions::value_error(
                "memoryview: hashing is restricted to formats 'B', 'b' or 'c'",
            ));
        }
        if !layout.owner().is_none() {
            // Not to be released by the owner's `__hash__`.
            self.exports.set(self.exports.get() + 1);
            let hashed = protocol::hash(layout.owner());
            self.exports.set(self.exports.get() - 1);
            hashed?;
        }
        let hash = from_slice(&layout.as_buffer().to_vec()).hash_value();
        self.hash.set(hash);
        Ok(hash)
    }

    #[slot]
    fn richcompare(zelf: &MemoryViewRef, other: &Value, op: CmpOp) -> PyResult<Value> {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let released =
            zelf.is_released() || other.downcast::<PyMemoryView>().is_some_and(|view| view.is_released());
        let equal = if released {
            zelf.as_value().is(other)
        } else if !buffer::is_bytes_like(other) {
            return Ok(Value::NOT_IMPLEMENTED);
        } else {
            let Ok(b) = layout_of(other) else { return Ok(Value::NOT_IMPLEMENTED) };
            let a = zelf.layout()?;
            a.shape == b.shape && equal_items(&a, &b)?
        };
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[slot]
    fn len(&self) -> PyResult<usize> {
        let layout = self.layout()?;
        match layout.shape.first() {
            Some(n) => Ok((*n).max(0) as usize),
            None => Err(exceptions::type_error("0-dim memory has no length")),
        }
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        PyMemoryView::item(&self.layout()?, index)
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        let layout = self.layout()?;
        if layout.ndim() == 0 {
            return match key.downcast::<PyTuple>() {
                Some(t) if t.is_empty() => Unpacker::native(&layout)?.unpack(layout.bytes_at(0)),
                _ if key.is_ellipsis() => Ok(PyMemoryView::from_layout(layout).into_value()),
                _ => Err(exceptions::type_error("invalid indexing of 0-dim memory")),
            };
        }
        if is_index(key) {
            let index = protocol::index_to_isize(key)?;
            // The conversion may have released the view.
            self.layout()?;
            return PyMemoryView::item(&layout, index);
        }
        if let Some(slice) = key.downcast::<PySlice>() {
            // Even if the indices' conversion has released the view, the part keeps the memory exported.
            return Ok(PyMemoryView::from_layout(sliced(&layout, slice)?).into_value());
        }
        let Some(tuple) = key.downcast::<PyTuple>() else { return Err(invalid_key()) };
        if tuple.iter().all(is_index) {
            let offset = layout.offset_of_tuple(tuple)?;
            self.layout()?;
            return Unpacker::native(&layout)?.unpack(layout.bytes_at(offset));
        }
        if tuple.iter().all(|item| item.downcast::<PySlice>().is_some()) {
            return Err(exceptions::not_implemented_error("multi-dimensional slicing is not implemented"));
        }
        Err(invalid_key())
    }

    #[slot]
    fn ass_subscript(&self, key: &Value, value: Option<Value>) -> PyResult<()> {
        let layout = self.layout()?;
        if layout.readonly {
            return Err(exceptions::type_error("cannot modify read-only memory"));
        }
        let Some(value) = value else { return Err(exceptions::type_error("cannot delete memory")) };
        let offset = if layout.ndim() == 0 {
            if !is_whole(key) {
                return Err(exceptions::type_error("invalid indexing of 0-dim memory"));
            }
            0
        } else if is_index(key) {
            if layout.ndim() > 1 {
                return Err(exceptions::not_implemented_error("sub-views are not implemented"));
            }
            layout.offset(0, protocol::index_to_isize(key)?)?
        } else if let Some(slice) = key.downcast::<PySlice>() {
            if layout.ndim() > 1 {
                return Err(exceptions::not_implemented_error(
                    "memoryview slice assignments are currently restricted to ndim = 1",
                ));
            }
            return store_slice(self, &layout, slice, &value);
        } else {
            let Some(tuple) = key.downcast::<PyTuple>() else { return Err(invalid_key()) };
            if !tuple.iter().all(is_index) {
                return Err(if tuple.iter().all(|item| item.downcast::<PySlice>().is_some()) {
                    exceptions::not_implemented_error(
                        "memoryview slice assignments are currently restricted to ndim = 1",
                    )
                } else {
                    invalid_key()
                });
            }
            layout.offset_of_tuple(tuple)?
        };
        let Some(format) = unit_format::native(&layout.format) else {
            return Err(exceptions::not_implemented_error(format!(
                "memoryview: unsupported format {}",
                layout.format
            )));
        };
        let bytes = unit_format::pack(format, &layout.format, &value)?;
        // The conversions may have released the view.
        self.layout()?;
        layout.write_at(offset, &bytes);
        Ok(())
    }

    #[slot]
    fn iter(zelf: &MemoryViewRef) -> PyResult<Value> {
        let layout = zelf.layout()?;
        match layout.ndim() {
            0 => Err(exceptions::type_error("invalid indexing of 0-dim memory")),
            1 => Ok(iter::new_iterator(zelf, &layout, Unpacker::native(&layout)?)),
            _ => Err(exceptions::not_implemented_error("multi-dimensional sub-views are not implemented")),
        }
    }

    #[slot]
    fn buffer(zelf: &MemoryViewRef, wanted: u32) -> PyResult<Buffer> {
        let layout = zelf.layout()?;
        if wanted & flags::WRITABLE != 0 && layout.readonly {
            return Err(exceptions::buffer_error("memoryview: underlying buffer is not writable"));
        }
        let mut buffer = layout.as_buffer();
        if wanted & flags::STRIDES != flags::STRIDES && !buffer.is_c_contiguous() {
            return Err(exceptions::buffer_error("memoryview: underlying buffer is not C-contiguous"));
        }
        zelf.exports.set(zelf.exports.get() + 1);
        buffer.owner = zelf.to_value();
        buffer.release = Some(release_buffer);
        Ok(buffer)
    }
}

impl PyMemoryView {
    fn item(layout: &Layout, index: isize) -> PyResult<Value> {
        match layout.ndim() {
            0 => Err(exceptions::type_error("invalid indexing of 0-dim memory")),
            1 => {
                let unpacker = Unpacker::native(layout)?;
                unpacker.unpack(layout.bytes_at(layout.offset(0, index)?))
            }
            _ => Err(exceptions::not_implemented_error("multi-dimensional sub-views are not implemented")),
        }
    }
}
