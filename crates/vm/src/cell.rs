//! Interior mutability under the GIL.

use std::cell::UnsafeCell;

/// A cell that whoever holds the GIL may read and write.
///
/// Native code holds the GIL except inside `gil::release`, dropping a value never runs Python code and allocating never runs
/// the collector, so a borrow taken in [`GilCell::with`] can only be invalidated by running Python code inside the
/// closure: never call the object protocol there.
#[derive(Default)]
#[repr(transparent)]
pub struct GilCell<T>(UnsafeCell<T>);

// SAFETY: all access happens under the GIL.
unsafe impl<T> Sync for GilCell<T> {}
// SAFETY: as above.
unsafe impl<T> Send for GilCell<T> {}

impl<T> GilCell<T> {
    pub const fn new(value: T) -> GilCell<T> {
        GilCell(UnsafeCell::new(value))
    }

    /// A copy of the content.
    #[inline(always)]
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        // SAFETY: under the GIL, and `clone` of a payload runs no Python code.
        unsafe { (*self.0.get()).clone() }
    }

    #[inline(always)]
    pub fn set(&self, value: T) {
        drop(self.replace(value));
    }

    #[inline(always)]
    pub fn replace(&self, value: T) -> T {
        // SAFETY: under the GIL.
        unsafe { std::mem::replace(&mut *self.0.get(), value) }
    }

    #[inline(always)]
    pub fn take(&self) -> T
    where
        T: Default,
    {
        self.replace(T::default())
    }

    /// Runs `f` on the content. `f` must not run Python code.
    #[inline(always)]
    pub fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: under the GIL, and by the rule above nobody else reaches the content meanwhile.
        f(unsafe { &mut *self.0.get() })
    }

    /// A plain borrow, valid until Python code runs next or the content is written.
    ///
    /// # Safety
    /// The caller must not run Python code or write the cell while it uses the borrow.
    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "the caller vouches for exclusivity")]
    pub unsafe fn borrow_mut(&self) -> &mut T {
        // SAFETY: the caller's promise.
        unsafe { &mut *self.0.get() }
    }

    #[inline(always)]
    pub fn as_ptr(&self) -> *mut T {
        self.0.get()
    }
}
