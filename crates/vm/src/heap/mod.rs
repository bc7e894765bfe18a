//! Heap objects: layout, allocation, reference counts, deallocation.
//!
//! An object is `[prefix words] Header payload`. The prefix belongs to its class: attribute slots, counted backwards from
//! the header (see `types/instance.rs`). A pointer always points to the header.

pub(crate) mod blocks;
pub mod gc;
mod pending;
mod reference;
mod trace;

pub use pending::{has_pending, queue_callback, run_pending};
pub use reference::Ref;
pub use trace::{Traverse, Visitor};

use crate::types::instance;
use crate::types::typeobj::{PyType, TypeFlags, TypeRef};
use std::alloc::{Layout, handle_alloc_error};
use std::cell::{Cell, UnsafeCell};
use std::ptr;

/// What precedes every payload.
#[repr(C)]
pub struct Header {
    refcount: Cell<u32>,
    gc: Cell<u32>,
    class: UnsafeCell<TypeRef>,
}

/// A heap object with payload `T`.
#[repr(C)]
pub struct Obj<T> {
    pub header: Header,
    pub payload: T,
}

pub const HEADER_SIZE: usize = size_of::<Header>();

/// `Header::gc`: which generation tracks the object (0: none), two flags, and the index in the generation's list.
pub const GC_GENERATION_MASK: u32 = 0b11;
pub const GC_FINALIZED: u32 = 1 << 2;
pub const GC_HAS_WEAKREFS: u32 = 1 << 3;
/// Set while an object waits for its finaliser to run, so that it is queued once.
pub const GC_QUEUED: u32 = 1 << 4;
pub const GC_INDEX_SHIFT: u32 = 5;
const GC_FLAGS: u32 = (1 << GC_INDEX_SHIFT) - 1;

impl Header {
    #[inline(always)]
    pub fn class(&self) -> &TypeRef {
        // SAFETY: under the GIL; `set_class` happens only in `__class__` assignment, which holds no borrow of it.
        unsafe { &*self.class.get() }
    }

    /// Replaces the class; the caller has checked that both have the same layout.
    pub fn set_class(&self, class: &TypeRef) {
        retain_class(class);
        // SAFETY: under the GIL; the cell's reference is counted by `retain_class`, not by the `Ref` in it.
        let old = unsafe { ptr::replace(self.class.get(), Ref::from_raw(class.as_ptr())) };
        release_class(&old);
        std::mem::forget(old);
    }

    #[inline(always)]
    pub fn refcount(&self) -> u32 {
        self.refcount.get()
    }

    #[inline(always)]
    pub fn incref(&self) {
        self.refcount.set(self.refcount.get().wrapping_add(1));
    }

    #[inline(always)]
    pub fn gc_word(&self) -> u32 {
        self.gc.get()
    }

    #[inline(always)]
    pub fn has_flag(&self, flag: u32) -> bool {
        self.gc.get() & flag != 0
    }

    #[inline(always)]
    pub fn set_flag(&self, flag: u32) {
        self.gc.set(self.gc.get() | flag);
    }

    #[inline(always)]
    pub fn clear_flag(&self, flag: u32) {
        self.gc.set(self.gc.get() & !flag);
    }

    #[inline(always)]
    pub fn generation(&self) -> u32 {
        self.gc.get() & GC_GENERATION_MASK
    }

    #[inline(always)]
    pub fn gc_index(&self) -> usize {
        (self.gc.get() >> GC_INDEX_SHIFT) as usize
    }

    #[inline(always)]
    pub fn set_gc_position(&self, generation: u32, index: usize) {
        let flags = self.gc.get() & GC_FLAGS & !GC_GENERATION_MASK;
        self.gc.set(flags | generation | (index as u32) << GC_INDEX_SHIFT);
    }
}

/// The type-erased operations and the size of a payload.
#[derive(Clone, Copy)]
pub struct PayloadInfo {
    /// Bytes of header and payload, without variable parts.
    pub size: usize,
    /// Bytes of header and payload of this object, for payloads of variable size.
    pub var_size: Option<unsafe fn(*const Header) -> usize>,
    pub drop: Option<unsafe fn(*mut Header)>,
    pub traverse: Option<unsafe fn(*const Header, &mut Visitor<'_>)>,
    pub clear: Option<unsafe fn(*const Header)>,
    /// Whether the finaliser of the payload's own class has something to do; `None`: it always has.
    pub needs_finalizer: Option<unsafe fn(*const Header) -> bool>,
}

impl PayloadInfo {
    /// A payload that holds no references the collector must see.
    pub const fn leaf<T: Payload>() -> PayloadInfo {
        unsafe fn drop_payload<T>(object: *mut Header) {
            // SAFETY: called once, by dealloc, for an object with this payload.
            unsafe { ptr::drop_in_place(&raw mut (*(object as *mut Obj<T>)).payload) }
        }
        PayloadInfo {
            size: size_of::<Obj<T>>(),
            var_size: None,
            drop: if std::mem::needs_drop::<T>() { Some(drop_payload::<T>) } else { None },
            traverse: None,
            clear: None,
            needs_finalizer: None,
        }
    }

    /// A payload that takes part in cycle collection.
    pub const fn traced<T: Payload + Traverse>() -> PayloadInfo {
        unsafe fn traverse<T: Traverse>(object: *const Header, visit: &mut Visitor<'_>) {
            // SAFETY: the collector calls it for live objects with this payload.
            unsafe { (*(object as *const Obj<T>)).payload.traverse(visit) }
        }
        unsafe fn clear<T: Traverse>(object: *const Header) {
            // SAFETY: as above.
            unsafe { (*(object as *const Obj<T>)).payload.clear_refs() }
        }
        unsafe fn needs_finalizer<T: Traverse>(object: *const Header) -> bool {
            // SAFETY: as above.
            unsafe { (*(object as *const Obj<T>)).payload.needs_finalizer() }
        }
        let mut info = PayloadInfo::leaf::<T>();
        info.needs_finalizer = Some(needs_finalizer::<T>);
        info.traverse = Some(traverse::<T>);
        info.clear = Some(clear::<T>);
        info
    }

    /// The same for a payload followed by a variable part.
    pub const fn with_var_size(mut self, var_size: unsafe fn(*const Header) -> usize) -> PayloadInfo {
        self.var_size = Some(var_size);
        self
    }
}

/// A Rust type that is the payload of a builtin class.
///
/// # Safety
/// `class()` must be the class created from this type's definition, so that the layout check of `downcast` holds. A type
/// whose class has a base with a payload of its own must be `repr(C)` with that payload as its first field.
pub unsafe trait Payload: Sized + 'static {
    const INFO: &'static PayloadInfo;

    /// The builtin class, created on first use.
    fn class() -> &'static TypeRef;

    /// The address of the class if it exists already, else null: enough for comparing an object's class with it.
    fn class_address() -> *const ();
}

#[inline(always)]
fn retain_class(class: &TypeRef) {
    if !class.flags().contains(TypeFlags::IMMORTAL) {
        class.header().incref();
    }
}

#[inline(always)]
fn release_class(class: &TypeRef) {
    if !class.flags().contains(TypeFlags::IMMORTAL) {
        // SAFETY: the object held the reference that `retain_class` counted.
        unsafe { decref(class.as_ptr() as *mut Header) }
    }
}

/// Allocates header, payload space of `size` bytes (header included) and the class's prefix, and initialises all but the
/// payload.
///
/// # Safety
/// The caller must initialise the payload before anything else sees the object.
#[inline]
pub unsafe fn allocate(class: &TypeRef, size: usize) -> *mut Header {
    let prefix = class.prefix_size();
    // SAFETY: objects are made under the GIL; a header is at least 16 bytes.
    let base = unsafe { blocks::take(prefix + size) };
    // SAFETY: the block has room for the prefix, the header and the payload.
    unsafe {
        let header = base.add(prefix) as *mut Header;
        retain_class(class);
        ptr::write(
            header,
            Header {
                refcount: Cell::new(1),
                gc: Cell::new(0),
                class: UnsafeCell::new(Ref::from_raw(class.as_ptr())),
            },
        );
        if prefix != 0 {
            instance::init_prefix(header, class);
        }
        header
    }
}

/// As [`allocate`], and the collector knows of the object if it or its class may hold references. It runs at safe points only.
///
/// # Safety
/// As for [`allocate`].
#[inline(never)]
pub unsafe fn allocate_tracked(class: &TypeRef, size: usize, has_references: bool) -> *mut Header {
    // SAFETY: the caller's promise.
    unsafe {
        let object = allocate(class, size);
        if has_references || class.is_gc() {
            gc::track(&*object);
        }
        object
    }
}

/// Fails with MemoryError where a block of `size` bytes could not be had, for sizes that a program computes.
#[inline]
pub fn check_size(size: usize) -> crate::PyResult<()> {
    /// Below this an allocation is not worth a question beforehand.
    const LARGE: usize = 1 << 24;
    if size < LARGE { Ok(()) } else { check_large(size) }
}

#[cold]
fn check_large(size: usize) -> crate::PyResult<()> {
    let mut probe: Vec<u8> = Vec::new();
    // The header and the rounding come on top.
    match probe.try_reserve_exact(size.saturating_add(1 << 12)) {
        Ok(()) => Ok(()),
        Err(_) => Err(crate::exceptions::memory_error()),
    }
}

/// Moves an object without prefix to a block of another size.
///
/// # Safety
/// `object` must have been allocated with `old` bytes and no prefix, and nothing else may refer to it. Both sizes are
/// multiples of 8.
pub(crate) unsafe fn reallocate(object: *mut Header, old: usize, new: usize) -> *mut Header {
    // SAFETY: the caller's promise; the layout is the one the block was allocated with.
    unsafe {
        let layout = Layout::from_size_align_unchecked(old, 8);
        let moved = std::alloc::realloc(object.cast(), layout, new);
        if moved.is_null() {
            handle_alloc_error(Layout::from_size_align_unchecked(new, 8));
        }
        moved.cast()
    }
}

/// Makes the one object whose class is itself.
pub(crate) fn allocate_self_classed<T: Payload>(
    payload: impl FnOnce() -> T,
    link: impl FnOnce(&Ref<T>),
) -> Ref<T> {
    // SAFETY: header and payload are written before the reference is made.
    unsafe {
        let object = blocks::take(size_of::<Obj<T>>()) as *mut Obj<T>;
        let class = UnsafeCell::new(Ref::from_raw(object as *mut Obj<PyType>));
        ptr::write(&raw mut (*object).header, Header { refcount: Cell::new(1), gc: Cell::new(0), class });
        ptr::write(&raw mut (*object).payload, payload());
        let object = Ref::from_raw(object);
        link(&object);
        gc::track(object.header());
        object
    }
}

/// Releases one reference.
///
/// # Safety
/// The caller gives up a reference that it owned.
#[inline(always)]
pub unsafe fn decref(object: *mut Header) {
    // SAFETY: the object is live while a reference is held.
    unsafe {
        let count = (*object).refcount.get().wrapping_sub(1);
        (*object).refcount.set(count);
        if count == 0 {
            deallocate(object);
        }
    }
}

/// How deeply `deallocate` may nest before the rest of a chain is put off.
const MAX_DEALLOC_DEPTH: u32 = 64;

struct DeallocState {
    depth: Cell<u32>,
    any_deferred: Cell<bool>,
    deferred: crate::cell::GilCell<Vec<*mut Header>>,
}

// SAFETY: used under the GIL only.
unsafe impl Sync for DeallocState {}

static DEALLOC: DeallocState = DeallocState {
    depth: Cell::new(0),
    any_deferred: Cell::new(false),
    deferred: crate::cell::GilCell::new(Vec::new()),
};

#[inline(never)]
unsafe fn deallocate(object: *mut Header) {
    // SAFETY: the count fell to zero, so this is the only access to the object.
    unsafe {
        let header = &*object;
        if header.class().flags().contains(TypeFlags::HAS_FINALIZER) || header.has_flag(GC_HAS_WEAKREFS) {
            return deallocate_watched(object);
        }
        destroy_or_defer(object);
    }
}

/// As [`deallocate`], of an object whose death concerns others.
#[inline(never)]
unsafe fn deallocate_watched(object: *mut Header) {
    // SAFETY: as there.
    unsafe {
        let header = &*object;
        if header.class().flags().contains(TypeFlags::HAS_FINALIZER)
            && !header.has_flag(GC_FINALIZED)
            && pending::queue_finalizer(object)
        {
            return;
        }
        if header.has_flag(GC_HAS_WEAKREFS) {
            crate::types::weakref::clear_weakrefs(header);
        }
        destroy_or_defer(object);
    }
}

#[inline(always)]
unsafe fn destroy_or_defer(object: *mut Header) {
    let depth = DEALLOC.depth.get();
    if depth >= MAX_DEALLOC_DEPTH {
        return defer(object);
    }
    DEALLOC.depth.set(depth + 1);
    // SAFETY: the caller gives the object up.
    unsafe {
        destroy(object);
        if depth == 0 && DEALLOC.any_deferred.get() {
            destroy_deferred();
        }
    }
    DEALLOC.depth.set(depth);
}

#[cold]
#[inline(never)]
fn defer(object: *mut Header) {
    DEALLOC.deferred.with(|list| list.push(object));
    DEALLOC.any_deferred.set(true);
}

#[cold]
#[inline(never)]
unsafe fn destroy_deferred() {
    while let Some(next) = DEALLOC.deferred.with(Vec::pop) {
        // SAFETY: whoever deferred the object gave it up.
        unsafe { destroy(next) };
    }
    DEALLOC.any_deferred.set(false);
}

#[inline(always)]
unsafe fn destroy(object: *mut Header) {
    // SAFETY: nobody else reaches the object; payload and prefix are dropped once, then the block is freed with the
    // layout it was allocated with.
    unsafe {
        let header = &*object;
        if header.generation() != 0 {
            gc::untrack(header);
        }
        let class = header.class();
        let info = &class.info;
        let size = match info.var_size {
            Some(var_size) => var_size(object),
            None => info.size,
        };
        if let Some(drop) = info.drop {
            drop(object);
        }
        let mut prefix = 0;
        if class.prefix_words() != 0 {
            prefix = instance::drop_prefix(object, class);
        }
        let class = class.as_ptr() as *mut Header;
        let immortal = (*object).class().flags().contains(TypeFlags::IMMORTAL);
        blocks::give_back((object as *mut u8).sub(prefix), prefix + size);
        if !immortal {
            release_last(class);
        }
    }
}

/// Releases the class of an object that is no more.
#[inline(never)]
unsafe fn release_last(class: *mut Header) {
    // SAFETY: the object held a reference.
    unsafe { decref(class) }
}
