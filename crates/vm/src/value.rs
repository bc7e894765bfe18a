//! `Value`: any Python object in one tagged 64-bit word.
//!
//! | low bits | meaning |
//! |---|---|
//! | `…1` | a small int, 63 bits, two's complement |
//! | `…10` | a float whose exponent is in the common range, rotated ("flonum") |
//! | `…100` | a singleton: None, False, True, Ellipsis, NotImplemented |
//! | `…000` | a pointer to a heap object |
//!
//! The word is never zero, so `Option<Value>` is one word too.

use crate::heap::{self, Header, Obj, Payload, Ref};
use crate::types::typeobj::TypeRef;
use std::fmt;
use std::mem;
use std::num::NonZeroU64;

/// An owned reference to a Python object. Cloning counts a reference, dropping releases it; neither runs Python code.
#[repr(transparent)]
pub struct Value(NonZeroU64);

/// The range of ints held in the word itself.
pub const SMALL_INT_MAX: i64 = (1 << 62) - 1;
pub const SMALL_INT_MIN: i64 = -(1 << 62);

const fn immediate(n: u64) -> Value {
    Value(NonZeroU64::new(n << 3 | 0b100).expect("tag bits are set"))
}

impl Value {
    pub const NONE: Value = immediate(0);
    pub const FALSE: Value = immediate(1);
    pub const TRUE: Value = immediate(2);
    pub const ELLIPSIS: Value = immediate(3);
    pub const NOT_IMPLEMENTED: Value = immediate(4);
}

const NONE_BITS: u64 = 0b100;
const FALSE_BITS: u64 = 0b1100;
const TRUE_BITS: u64 = 0b10100;
const NOT_IMPLEMENTED_BITS: u64 = 4 << 3 | 0b100;
/// The flonum encoding of 0.0, which the rotation itself cannot express.
const ZERO_FLOAT_BITS: u64 = 0x8000_0000_0000_0002;

impl Value {
    /// The raw word.
    #[inline(always)]
    pub fn bits(&self) -> u64 {
        self.0.get()
    }

    /// # Safety
    /// `bits` must be the word of a live value whose reference the caller gives up.
    #[inline(always)]
    pub unsafe fn from_bits(bits: u64) -> Value {
        // SAFETY: a live value's word is never zero.
        Value(unsafe { NonZeroU64::new_unchecked(bits) })
    }

    /// A new reference to the value with this word.
    ///
    /// # Safety
    /// `bits` must be the word of a value that is live during the call.
    #[inline(always)]
    pub unsafe fn clone_from_bits(bits: u64) -> Value {
        // SAFETY: the borrowed value is forgotten after its clone was counted.
        unsafe { (*std::mem::ManuallyDrop::new(Value::from_bits(bits))).clone() }
    }

    /// Gives up the reference without releasing it.
    #[inline(always)]
    pub fn into_bits(self) -> u64 {
        let bits = self.bits();
        mem::forget(self);
        bits
    }

    #[inline(always)]
    pub fn is_none(&self) -> bool {
        self.bits() == NONE_BITS
    }

    #[inline(always)]
    pub fn is_true(&self) -> bool {
        self.bits() == TRUE_BITS
    }

    #[inline(always)]
    pub fn is_false(&self) -> bool {
        self.bits() == FALSE_BITS
    }

    #[inline(always)]
    pub fn is_not_implemented(&self) -> bool {
        self.bits() == NOT_IMPLEMENTED_BITS
    }

    #[inline(always)]
    pub fn is_ellipsis(&self) -> bool {
        self.bits() == Value::ELLIPSIS.bits()
    }

    #[inline(always)]
    pub fn from_bool(b: bool) -> Value {
        if b { Value::TRUE } else { Value::FALSE }
    }

    /// `Some` for True and False.
    #[inline(always)]
    pub fn as_bool(&self) -> Option<bool> {
        match self.bits() {
            TRUE_BITS => Some(true),
            FALSE_BITS => Some(false),
            _ => None,
        }
    }

    #[inline(always)]
    pub fn is_small_int(&self) -> bool {
        self.bits() & 1 != 0
    }

    /// The value of an int that fits the word. Bools and big ints give `None`.
    #[inline(always)]
    pub fn as_small_int(&self) -> Option<i64> {
        if self.is_small_int() { Some(self.bits() as i64 >> 1) } else { None }
    }

    /// An int value that is known to fit 63 bits.
    #[inline(always)]
    pub fn small_int(n: i64) -> Value {
        debug_assert!((SMALL_INT_MIN..=SMALL_INT_MAX).contains(&n));
        // SAFETY: the tag bit makes the word non-zero, and no pointer is involved.
        unsafe { Value::from_bits((n as u64) << 1 | 1) }
    }

    /// A small int if `n` fits 63 bits.
    #[inline(always)]
    pub fn try_small_int(n: i64) -> Option<Value> {
        // Shifting out the top bit must not change the sign.
        if (n << 1) >> 1 == n { Some(Value::small_int(n)) } else { None }
    }

    #[inline(always)]
    pub fn is_flonum(&self) -> bool {
        self.bits() & 0b11 == 0b10
    }

    /// The unboxed encoding of `x`, if it has one.
    #[inline(always)]
    pub fn try_flonum(x: f64) -> Option<Value> {
        let bits = x.to_bits();
        let exponent_top = (bits >> 60) & 0b111;
        if exponent_top == 0b011 || exponent_top == 0b100 {
            let word = bits.rotate_left(3) & !0b11 | 0b10;
            // The encoding of 0.0 displaces one tiny number, which is boxed instead.
            if word != ZERO_FLOAT_BITS {
                // SAFETY: the tag bits make the word non-zero, and no pointer is involved.
                return Some(unsafe { Value::from_bits(word) });
            }
        } else if bits == 0 {
            // SAFETY: as above.
            return Some(unsafe { Value::from_bits(ZERO_FLOAT_BITS) });
        }
        None
    }

    /// The value of an unboxed float. Boxed floats give `None`; see `PyFloat` for both.
    #[inline(always)]
    pub fn as_flonum(&self) -> Option<f64> {
        if !self.is_flonum() {
            return None;
        }
        let word = self.bits();
        if word == ZERO_FLOAT_BITS {
            return Some(0.0);
        }
        // The two exponent bits under the tag follow from the one that was rotated to the top.
        let low = 2 - (word >> 63);
        Some(f64::from_bits((word & !0b11 | low).rotate_right(3)))
    }

    #[inline(always)]
    pub fn is_pointer(&self) -> bool {
        self.bits() & 0b111 == 0
    }

    /// The heap object's header, for values that are pointers.
    #[inline(always)]
    pub fn header(&self) -> Option<&Header> {
        if self.is_pointer() {
            // SAFETY: a pointer word points to a live heap object while the value is held.
            Some(unsafe { &*(self.bits() as *const Header) })
        } else {
            None
        }
    }

    /// The object's class.
    #[inline(always)]
    pub fn class(&self) -> &TypeRef {
        match self.header() {
            Some(header) => header.class(),
            None => immediate_class(self.bits()),
        }
    }

    /// Identity: `is`.
    #[inline(always)]
    pub fn is(&self, other: &Value) -> bool {
        self.bits() == other.bits()
    }

    /// What `id()` gives.
    pub fn id(&self) -> u64 {
        self.bits()
    }

    /// The typed view of an instance of `T`'s class or of a subclass.
    #[inline(always)]
    pub fn downcast<T: Payload>(&self) -> Option<&Ref<T>> {
        let header = self.header()?;
        if header.class().payload_info().is::<T>() {
            // SAFETY: the layout check says that the object's payload is, or starts with, a `T`.
            Some(unsafe { self.downcast_unchecked() })
        } else {
            None
        }
    }

    /// The typed view of an instance of exactly `T`'s class.
    #[inline(always)]
    pub fn downcast_exact<T: Payload>(&self) -> Option<&Ref<T>> {
        let header = self.header()?;
        if header.class().as_ptr() as *const () == T::class_address() {
            // SAFETY: instances of T's own class hold a `T`.
            Some(unsafe { self.downcast_unchecked() })
        } else {
            None
        }
    }

    /// # Safety
    /// The value must be a heap object whose payload is, or starts with, a `T`.
    #[inline(always)]
    pub unsafe fn downcast_unchecked<T: Payload>(&self) -> &Ref<T> {
        debug_assert!(self.header().is_some_and(|h| h.class().payload_info().is::<T>()));
        // SAFETY: `Ref<T>` is a transparent pointer word, as `Value` is.
        unsafe { &*(self as *const Value as *const Ref<T>) }
    }

    /// As [`Value::downcast`], giving the reference itself or the value back.
    pub fn downcast_into<T: Payload>(self) -> Result<Ref<T>, Value> {
        if self.downcast::<T>().is_some() {
            // SAFETY: checked in the line above; the reference moves over.
            Ok(unsafe { Ref::from_raw(self.into_bits() as *mut Obj<T>) })
        } else {
            Err(self)
        }
    }

    /// Whether the class is `T`'s or a subclass of it, without regard to `__class__` or `__instancecheck__`.
    #[inline]
    pub fn is_instance_of(&self, class: &TypeRef) -> bool {
        let own = self.class();
        own.is(class) || own.is_subtype(class)
    }

    /// The class's name as messages show it.
    pub fn type_name(&self) -> String {
        self.class().name()
    }

    /// The class's name as messages about arguments show it: "None" for None.
    pub fn type_name_or_none(&self) -> String {
        if self.is_none() { "None".to_owned() } else { self.type_name() }
    }
}

#[cold]
fn immediate_class(bits: u64) -> &'static TypeRef {
    use crate::types::{float::PyFloat, int::PyInt, singletons};
    if bits & 1 != 0 {
        PyInt::class()
    } else if bits & 0b11 == 0b10 {
        PyFloat::class()
    } else {
        match bits {
            TRUE_BITS | FALSE_BITS => singletons::PyBool::class(),
            NONE_BITS => singletons::PyNone::class(),
            NOT_IMPLEMENTED_BITS => singletons::PyNotImplemented::class(),
            _ => singletons::PyEllipsis::class(),
        }
    }
}

impl Clone for Value {
    #[inline(always)]
    fn clone(&self) -> Value {
        if let Some(header) = self.header() {
            header.incref();
        }
        // SAFETY: the reference was counted above.
        unsafe { Value::from_bits(self.bits()) }
    }
}

impl Drop for Value {
    #[inline(always)]
    fn drop(&mut self) {
        if self.is_pointer() {
            // SAFETY: the value owns one reference to a live heap object.
            unsafe { heap::decref(self.bits() as *mut Header) }
        }
    }
}

impl<T: Payload> From<Ref<T>> for Value {
    #[inline(always)]
    fn from(object: Ref<T>) -> Value {
        object.into_value()
    }
}

impl<T: Payload> From<&Ref<T>> for Value {
    #[inline(always)]
    fn from(object: &Ref<T>) -> Value {
        object.clone().into_value()
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::from_bool(b)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({:#x})", self.bits())
    }
}
