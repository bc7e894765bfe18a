//! `tuple`: a fixed sequence, its items in the object's own block.

mod iter;
mod methods;

use crate::cell::GilCell;
use crate::heap::{Header, Obj, Payload, PayloadInfo, Ref, Visitor, allocate, gc};
use crate::types::typeobj::{PyType, TypeRef};
use crate::value::Value;
use minipy_macros::pyclass;
use std::cell::Cell;
use std::ops::Deref;
use std::ptr;

pub use iter::PyTupleIterator;

pub type TupleRef = Ref<PyTuple>;

/// Built-in immutable sequence.
///
/// If no argument is given, the constructor returns an empty tuple.
/// If iterable is specified the tuple is initialized from iterable's items.
///
/// If the argument is a tuple, the return value is the same object.
// The items follow the payload in the same block.
#[pyclass(name = "tuple", sig = "(iterable=(), /)", basetype, gc, sequence, match_self, parts(methods), info = TUPLE_INFO)]
#[repr(C)]
pub struct PyTuple {
    len: usize,
    /// -1 until it is computed.
    pub(crate) hash: Cell<i64>,
    items: [Value; 0],
}

unsafe fn var_size(object: *const Header) -> usize {
    // SAFETY: called for tuples only.
    let this = unsafe { &(*(object as *const Obj<PyTuple>)).payload };
    block_size(this.len)
}

fn block_size(len: usize) -> usize {
    size_of::<Obj<PyTuple>>() + len * size_of::<Value>()
}

unsafe fn drop_items(object: *mut Header) {
    // SAFETY: called once, by the deallocator, for tuples only.
    unsafe {
        let this = &mut (*(object as *mut Obj<PyTuple>)).payload;
        ptr::drop_in_place(ptr::slice_from_raw_parts_mut((&raw mut this.items).cast::<Value>(), this.len));
    }
}

unsafe fn traverse_items(object: *const Header, visit: &mut Visitor<'_>) {
    // SAFETY: called for live tuples only.
    for item in unsafe { (*(object as *const Obj<PyTuple>)).payload.iter() } {
        visit.visit(item);
    }
}

/// The layout of tuples and of payloads that start with one.
pub const TUPLE_INFO: PayloadInfo = PayloadInfo {
    size: size_of::<Obj<PyTuple>>(),
    var_size: Some(var_size),
    drop: Some(drop_items),
    traverse: Some(traverse_items),
    clear: None,
    needs_finalizer: None,
};

/// Whether the collector may see the object, now or later.
#[inline(always)]
fn may_be_tracked(value: &Value) -> bool {
    let Some(header) = value.header() else { return false };
    let class = header.class();
    if class.is(PyTuple::class()) {
        return header.generation() != 0;
    }
    class.is_gc() && !value.downcast::<PyType>().is_some_and(|class| class.is_built_in())
}

static EMPTY: GilCell<Option<TupleRef>> = GilCell::new(None);

/// The empty tuple.
pub fn empty() -> TupleRef {
    if let Some(empty) = EMPTY.get() {
        return empty;
    }
    // SAFETY: no items to write.
    let empty = unsafe { PyTuple::build_in(PyTuple::class(), 0, |_| {}) };
    EMPTY.set(Some(empty.clone()));
    empty
}

impl PyTuple {
    /// # Safety
    /// `fill` gets room for `len` items and must write them all; `class` must be `tuple` or a subclass.
    #[inline]
    pub unsafe fn build_in(class: &TypeRef, len: usize, fill: impl FnOnce(*mut Value)) -> TupleRef {
        let is_exact = class.is(PyTuple::class());
        // SAFETY: header fields and items are written before the reference is made.
        unsafe {
            let object = allocate(class, block_size(len)) as *mut Obj<PyTuple>;
            let payload = &raw mut (*object).payload;
            ptr::write(payload, PyTuple { len, hash: Cell::new(-1), items: [] });
            fill((&raw mut (*payload).items).cast());
            // What cannot be part of a cycle is nothing to the collector.
            if !is_exact || (*payload).iter().any(may_be_tracked) {
                gc::track(&(*object).header);
            }
            Ref::from_raw(object)
        }
    }

    pub fn from_vec(items: Vec<Value>) -> TupleRef {
        PyTuple::from_vec_in(PyTuple::class(), items)
    }

    pub fn from_vec_in(class: &TypeRef, mut items: Vec<Value>) -> TupleRef {
        if items.is_empty() && class.is(PyTuple::class()) {
            return empty();
        }
        let len = items.len();
        // SAFETY: all items move into the tuple; the vector forgets them.
        unsafe {
            items.set_len(0);
            PyTuple::build_in(class, len, |to| ptr::copy_nonoverlapping(items.as_ptr(), to, len))
        }
    }

    pub fn from_array<const N: usize>(items: [Value; N]) -> TupleRef {
        // SAFETY: all items move into the tuple.
        unsafe { PyTuple::build_in(PyTuple::class(), N, |to| ptr::write(to.cast(), items)) }
    }

    /// The items of an iterator that knows how many it has, without a vector in between.
    pub fn from_exact(mut items: impl ExactSizeIterator<Item = Value>) -> TupleRef {
        let len = items.len();
        if len == 0 {
            return empty();
        }
        // SAFETY: each item is written, with None in place of those that the iterator fails to give.
        unsafe {
            PyTuple::build_in(PyTuple::class(), len, |to| {
                for i in 0..len {
                    to.add(i).write(items.next().unwrap_or(Value::NONE));
                }
            })
        }
    }

    /// The items of `a`, then those of `b`.
    pub fn concat(a: &[Value], b: &[Value]) -> TupleRef {
        // SAFETY: each item is written.
        unsafe {
            PyTuple::build_in(PyTuple::class(), a.len() + b.len(), |to| {
                for (i, item) in a.iter().chain(b).enumerate() {
                    to.add(i).write(item.clone());
                }
            })
        }
    }

    /// A tuple of Nones, for [`PyTuple::complete`] to fill: marshal data may refer to a tuple before its items are read.
    pub fn blank(len: usize) -> TupleRef {
        PyTuple::from_vec(vec![Value::NONE; len])
    }

    /// Puts the items into a tuple made by [`PyTuple::blank`].
    pub fn complete(tuple: &TupleRef, items: impl Iterator<Item = Value>) {
        for (index, item) in items.take(tuple.len).enumerate() {
            // SAFETY: the index is in range, and nobody holds a borrow of an item across the call: the tuple's maker has
            // only handed out references to the tuple itself. The old item is None, which needs no drop.
            unsafe { (&raw mut (*tuple.as_ptr()).payload.items).cast::<Value>().add(index).write(item) };
        }
        tuple.hash.set(-1);
    }

    /// Other items from position `from` on, in a tuple that nobody else holds.
    pub fn refill(tuple: &TupleRef, from: usize, items: impl Iterator<Item = Value>) {
        debug_assert_eq!(tuple.header().refcount(), 1);
        for (index, item) in (from..tuple.len).zip(items) {
            // SAFETY: the index is in range, and nobody holds a borrow of an item across the call: that would take a reference
            // to the tuple.
            drop(unsafe {
                (&raw mut (*tuple.as_ptr()).payload.items).cast::<Value>().add(index).replace(item)
            });
        }
        tuple.hash.set(-1);
        if tuple.iter().any(may_be_tracked) {
            gc::track(tuple.header());
        }
    }

    pub fn from_slice(items: &[Value]) -> TupleRef {
        if items.is_empty() {
            return empty();
        }
        // SAFETY: each item is written.
        unsafe {
            PyTuple::build_in(PyTuple::class(), items.len(), |to| {
                for (i, item) in items.iter().enumerate() {
                    to.add(i).write(item.clone());
                }
            })
        }
    }
}

impl Deref for PyTuple {
    type Target = [Value];

    #[inline(always)]
    fn deref(&self) -> &[Value] {
        // SAFETY: the block holds `len` items after the payload; they never change.
        unsafe { std::slice::from_raw_parts((&raw const self.items).cast(), self.len) }
    }
}

impl FromIterator<Value> for TupleRef {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> TupleRef {
        PyTuple::from_vec(items.into_iter().collect())
    }
}
