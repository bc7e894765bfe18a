//! `Ref<T>`: an owned, typed reference to a heap object.

use super::{Header, Obj, Payload, decref};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use std::fmt;
use std::mem;
use std::ops::Deref;
use std::ptr::{self, NonNull};

/// An owned reference to an object whose payload is, or starts with, a `T`. One word, the same word as its [`Value`].
#[repr(transparent)]
pub struct Ref<T: 'static>(NonNull<Obj<T>>);

impl<T: 'static> Ref<T> {
    /// # Safety
    /// The pointer must be that of a live object with payload `T`, and the caller gives up one reference.
    #[inline(always)]
    pub unsafe fn from_raw(object: *mut Obj<T>) -> Ref<T> {
        // SAFETY: object pointers are never null.
        Ref(unsafe { NonNull::new_unchecked(object) })
    }

    #[inline(always)]
    pub fn as_ptr(&self) -> *mut Obj<T> {
        self.0.as_ptr()
    }

    #[inline(always)]
    pub fn header(&self) -> &Header {
        // SAFETY: the object is live while the reference is held.
        unsafe { &(*self.as_ptr()).header }
    }

    #[inline(always)]
    pub fn class(&self) -> &TypeRef {
        self.header().class()
    }

    /// The untyped view of this reference.
    #[inline(always)]
    pub fn as_value(&self) -> &Value {
        // SAFETY: both are one word holding the object's address.
        unsafe { &*(self as *const Ref<T> as *const Value) }
    }

    #[inline(always)]
    pub fn into_value(self) -> Value {
        let bits = self.as_ptr() as u64;
        mem::forget(self);
        // SAFETY: the reference moves into the value.
        unsafe { Value::from_bits(bits) }
    }

    #[inline(always)]
    pub fn to_value(&self) -> Value {
        self.clone().into_value()
    }

    /// Whether both are the same object.
    #[inline(always)]
    pub fn is<U>(&self, other: &Ref<U>) -> bool {
        std::ptr::addr_eq(self.as_ptr(), other.as_ptr())
    }

    /// The reference as one to the payload's first field, which a subclass's payload embeds.
    ///
    /// # Safety
    /// `T` must be `repr(C)` and start with a `U`, or the object's class have that layout.
    #[inline(always)]
    pub unsafe fn upcast<U>(&self) -> &Ref<U> {
        // SAFETY: the caller's promise; both are the same word.
        unsafe { &*(self as *const Ref<T> as *const Ref<U>) }
    }
}

impl<T: Payload> Ref<T> {
    /// A new instance of `T`'s own class.
    #[inline(always)]
    pub fn new(payload: T) -> Ref<T> {
        Ref::new_in(T::class(), payload)
    }

    /// A new instance of `class`, which is `T`'s class or a subclass with the same layout.
    ///
    /// Inlined, so that the payload is written field by field where it stays: to copy what was just written takes longer than all
    /// the rest.
    #[inline(always)]
    pub fn new_in(class: &TypeRef, payload: T) -> Ref<T> {
        let has_references = T::INFO.traverse.is_some();
        // SAFETY: the payload is written before anything else looks at the object.
        unsafe {
            let object = super::allocate_tracked(class, size_of::<Obj<T>>(), has_references) as *mut Obj<T>;
            ptr::write(&raw mut (*object).payload, payload);
            Ref::from_raw(object)
        }
    }
}

impl<T: 'static> Deref for Ref<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the object is live while the reference is held.
        unsafe { &(*self.as_ptr()).payload }
    }
}

impl<T: 'static> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Ref<T> {
        self.header().incref();
        Ref(self.0)
    }
}

impl<T: 'static> Drop for Ref<T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the reference owns one count.
        unsafe { decref(self.as_ptr() as *mut Header) }
    }
}

// SAFETY: counts and payloads are touched under the GIL only.
unsafe impl<T: 'static> Send for Ref<T> {}
// SAFETY: as above.
unsafe impl<T: 'static> Sync for Ref<T> {}

impl<T: 'static> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ref({:p})", self.as_ptr())
    }
}
