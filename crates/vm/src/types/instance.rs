//! Instance attributes: the prefix of words that a class puts in front of its instances' headers.
//!
//! Counted backwards from the header: the dict word (classes with `__dict__`), one word per `__slots__` name, then the
//! inline attribute values. The dict word is either
//! - inline mode: bit 0 set, the capacity for inline values in bits 8–15, the shape in the upper half; or
//! - dict mode: the address of the dict (0: none yet) in the low 48 bits, the capacity in bits 48–62.

use super::dict::{DictRef, PyDict};
use super::shape::{self, ShapeId};
use super::str::{StrRef, intern_ref};
use super::typeobj::PyType;
use crate::heap::{Header, Obj, Visitor};
use crate::value::Value;

pub const MAX_INLINE_VALUES: u16 = 30;

/// Bytes of the dict word.
pub const DICT_WORD: usize = 8;

const INLINE: u64 = 1;
const POINTER_MASK: u64 = (1 << 48) - 1;

/// The word at byte offset `-offset` from the header.
///
/// # Safety
/// The object's prefix must reach that far.
#[inline(always)]
unsafe fn word(object: *const Header, offset: usize) -> *mut u64 {
    // SAFETY: the caller's promise.
    unsafe { (object as *mut u8).sub(offset) as *mut u64 }
}

#[inline(always)]
unsafe fn dict_word(object: *const Header) -> *mut u64 {
    // SAFETY: called for instances of classes with a dict word only.
    unsafe { word(object, 8) }
}

/// The byte offset of inline value `index` from the header, backwards.
#[inline(always)]
pub fn inline_offset(class: &PyType, index: usize) -> usize {
    class.prefix_fixed() + 8 * (index + 1)
}

/// The byte offset of `__slots__` entry `index` from the header, backwards.
pub fn slot_offset(class: &PyType, index: usize) -> usize {
    8 * (index + 1 + usize::from(class.has_dict()))
}

fn capacity(word: u64) -> usize {
    if word & INLINE != 0 { (word >> 8 & 0xff) as usize } else { (word >> 48) as usize }
}

fn inline_word(capacity: usize, shape: ShapeId) -> u64 {
    INLINE | (capacity as u64) << 8 | u64::from(shape.raw()) << 32
}

/// # Safety
/// Called by the allocator for a fresh block of `class.prefix_size()` bytes in front of the header.
pub(crate) unsafe fn init_prefix(object: *mut Header, class: &PyType) {
    // SAFETY: the block reaches `prefix_size` bytes back.
    unsafe {
        let size = class.prefix_size();
        std::ptr::write_bytes((object as *mut u8).sub(size), 0, size);
        if class.has_dict() {
            *dict_word(object) = inline_word(usize::from(class.inline_capacity()), class.root_shape());
        }
    }
}

/// Drops what the prefix holds and gives its size in bytes.
///
/// # Safety
/// Called once, by the deallocator.
pub(crate) unsafe fn drop_prefix(object: *mut Header, class: &PyType) -> usize {
    let mut size = class.prefix_fixed();
    // SAFETY: the words up to the object's own capacity are initialised.
    unsafe {
        if class.has_dict() {
            let state = *dict_word(object);
            if state & INLINE == 0 && state & POINTER_MASK != 0 {
                drop(DictRef::from_raw((state & POINTER_MASK) as *mut Obj<PyDict>));
            }
            size += capacity(state) * 8;
        }
        let first = if class.has_dict() { 16 } else { 8 };
        for offset in (first..=size).step_by(8) {
            take_word(object, offset);
        }
    }
    size
}

/// Empties and drops a value word.
unsafe fn take_word(object: *const Header, offset: usize) {
    // SAFETY: the caller passes the offset of an initialised value word.
    unsafe {
        let old = std::ptr::replace(word(object, offset), 0);
        if old != 0 {
            drop(Value::from_bits(old));
        }
    }
}

/// Shows the collector what the prefix holds.
pub fn traverse_prefix(header: &Header, visit: &mut Visitor<'_>) {
    let class = header.class();
    let mut size = class.prefix_fixed();
    if size == 0 {
        return;
    }
    // SAFETY: as in `drop_prefix`; the words are read, not taken.
    unsafe {
        if class.has_dict() {
            let state = *dict_word(header);
            if state & INLINE == 0 && state & POINTER_MASK != 0 {
                visit_bits(state & POINTER_MASK, visit);
            }
            size += capacity(state) * 8;
        }
        let first = if class.has_dict() { 16 } else { 8 };
        for offset in (first..=size).step_by(8) {
            visit_bits(*word(header, offset), visit);
        }
    }
}

unsafe fn visit_bits(bits: u64, visit: &mut Visitor<'_>) {
    if bits != 0 {
        // SAFETY: the word is borrowed from a live object, and forgotten after the visit.
        let value = unsafe { std::mem::ManuallyDrop::new(Value::from_bits(bits)) };
        visit.visit(&value);
    }
}

/// Bytes in front of the object that are its own: the values of `__slots__` and inline attributes, without the dict word.
pub fn attribute_room(object: &Value) -> usize {
    let Some(header) = object.header() else { return 0 };
    let class = header.class();
    if !class.has_dict() {
        return class.prefix_fixed();
    }
    // SAFETY: the class has a dict word.
    let state = unsafe { *dict_word(header) };
    class.prefix_fixed() - DICT_WORD + capacity(state) * 8
}

/// Bytes of an object of fixed size and of its attributes, for `__sizeof__`.
pub fn size_of(object: &Value) -> usize {
    object.class().info.size + attribute_room(object)
}

/// Breaks cycles through attributes: drops the dict, slots and inline values.
pub fn clear_prefix(header: &Header) {
    let class = header.class();
    let mut size = class.prefix_fixed();
    if size == 0 {
        return;
    }
    // SAFETY: as in `drop_prefix`; every word stays valid.
    unsafe {
        if class.has_dict() {
            let state = *dict_word(header);
            size += capacity(state) * 8;
            *dict_word(header) = (capacity(state) as u64) << 48;
            if state & INLINE == 0 && state & POINTER_MASK != 0 {
                drop(DictRef::from_raw((state & POINTER_MASK) as *mut Obj<PyDict>));
            }
        }
        let first = if class.has_dict() { 16 } else { 8 };
        for offset in (first..=size).step_by(8) {
            take_word(header, offset);
        }
    }
}

/// The shape of an instance in inline mode. In dict mode the result is no shape's id.
///
/// # Safety
/// The object's class must have a dict word.
#[inline(always)]
pub unsafe fn shape_raw(header: &Header) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { (*dict_word(header) >> 32) as u32 }
}

/// The inline value at a byte offset that [`inline_offset`] gave.
///
/// # Safety
/// The instance must have a shape that places a value there.
#[inline(always)]
pub unsafe fn inline_at(header: &Header, offset: usize) -> *mut u64 {
    // SAFETY: the caller's promise.
    unsafe { word(header, offset) }
}

/// The instance attribute `name`, without regard to the class.
pub fn get(header: &Header, name: &StrRef) -> crate::PyResult<Option<Value>> {
    let class = header.class();
    if !class.has_dict() {
        return Ok(None);
    }
    // SAFETY: the class has a dict word; values are cloned while the object is borrowed.
    unsafe {
        let state = *dict_word(header);
        if state & INLINE != 0 {
            let name = intern_ref(name);
            return Ok(shape::find(ShapeId::from_raw((state >> 32) as u32), &name)
                .map(|index| Value::clone_from_bits(*word(header, inline_offset(class, index)))));
        }
        match borrow_dict(state) {
            Some(dict) => dict.get_str(name),
            None => Ok(None),
        }
    }
}

unsafe fn borrow_dict(state: u64) -> Option<DictRef> {
    let pointer = state & POINTER_MASK;
    if pointer == 0 {
        return None;
    }
    // SAFETY: in dict mode the word holds a reference to a live dict; a clone of it is returned.
    unsafe { Value::clone_from_bits(pointer).downcast_into().ok() }
}

/// Sets the instance attribute `name`. The class must have a dict.
pub fn set(header: &Header, name: &StrRef, value: Value) -> crate::PyResult<()> {
    let class = header.class();
    debug_assert!(class.has_dict());
    // SAFETY: the class has a dict word; `index` is below the object's capacity.
    unsafe {
        let state = *dict_word(header);
        if state & INLINE != 0 {
            let name = intern_ref(name);
            let current = ShapeId::from_raw((state >> 32) as u32);
            if let Some(index) = shape::find(current, &name) {
                let old = std::ptr::replace(word(header, inline_offset(class, index)), value.into_bits());
                drop(Value::from_bits(old));
                return Ok(());
            }
            let index = shape::len(current);
            if index < capacity(state)
                && let Some(next) = shape::extend(current, &name)
            {
                *word(header, inline_offset(class, index)) = value.into_bits();
                *dict_word(header) = inline_word(capacity(state), next);
                return Ok(());
            }
            if index >= capacity(state) {
                class.set_inline_capacity((index as u16 + 1).max(4) * 3 / 2);
            }
        }
    }
    dict(header).set_str(name, value)
}

/// Deletes the instance attribute `name`; false if there is none.
pub fn delete(header: &Header, name: &StrRef) -> crate::PyResult<bool> {
    if get(header, name)?.is_none() {
        return Ok(false);
    }
    dict(header).remove_str(name).map(|old| old.is_some())
}

/// The instance's `__dict__`, made from the inline values on first use.
pub fn dict(header: &Header) -> DictRef {
    let class = header.class();
    // SAFETY: callers check that the class has a dict; the inline values move into the new dict.
    unsafe {
        let state = *dict_word(header);
        if state & INLINE == 0
            && let Some(dict) = borrow_dict(state)
        {
            return dict;
        }
        let dict = PyDict::new_ref();
        let capacity = capacity(state);
        if state & INLINE != 0 {
            let keys = shape::keys(ShapeId::from_raw((state >> 32) as u32));
            for (index, key) in keys.iter().enumerate() {
                let bits = std::ptr::replace(word(header, inline_offset(class, index)), 0);
                dict.insert_interned(key, Value::from_bits(bits));
            }
        }
        *dict_word(header) = dict.clone().into_value().into_bits() | (capacity as u64) << 48;
        dict
    }
}

/// Replaces the instance's `__dict__`; `None` empties it.
pub fn set_dict(header: &Header, new: Option<DictRef>) {
    let old = dict(header);
    // SAFETY: `dict` has put the object into dict mode, where the word owns one reference.
    unsafe {
        let state = *dict_word(header);
        let bits = new.map_or(0, |d| d.into_value().into_bits());
        *dict_word(header) = bits | state & !POINTER_MASK;
        drop(DictRef::from_raw((state & POINTER_MASK) as *mut Obj<PyDict>));
    }
    drop(old);
}

/// The value of `__slots__` entry `index`.
pub fn get_slot(header: &Header, index: usize) -> Option<Value> {
    slot_at(header, slot_offset(header.class(), index))
}

/// The value of the `__slots__` entry at [`slot_offset`].
#[inline(always)]
pub fn slot_at(header: &Header, offset: usize) -> Option<Value> {
    // SAFETY: the caller's class has the slot, and the object is an instance of it.
    unsafe {
        let bits = *word(header, offset);
        (bits != 0).then(|| Value::clone_from_bits(bits))
    }
}

/// Sets or (with `None`) deletes a `__slots__` entry; gives the old value.
pub fn set_slot(header: &Header, index: usize, value: Option<Value>) -> Option<Value> {
    // SAFETY: as in `get_slot`.
    unsafe {
        let old = std::ptr::replace(
            word(header, slot_offset(header.class(), index)),
            value.map_or(0, Value::into_bits),
        );
        (old != 0).then(|| Value::from_bits(old))
    }
}

/// Whether an instance of a class with `__dict__` has any attributes of its own.
pub fn has_attributes(header: &Header) -> bool {
    // SAFETY: callers check that the class has a dict.
    unsafe {
        let state = *dict_word(header);
        if state & INLINE != 0 {
            return shape::len(ShapeId::from_raw((state >> 32) as u32)) > 0;
        }
        borrow_dict(state).is_some_and(|dict| !dict.is_empty())
    }
}

/// Whether an instance holds its attributes without a dict.
pub fn is_inline(header: &Header) -> bool {
    // SAFETY: a class with a dict gives its instances a dict word.
    header.class().has_dict() && unsafe { *dict_word(header) } & INLINE != 0
}

/// `object.__dict__ = value`, or its deletion, which is refused.
pub fn assign_dict(header: &Header, value: Option<Value>) -> crate::PyResult<()> {
    let Some(value) = value else {
        return Err(crate::exceptions::type_error("cannot delete __dict__"));
    };
    match value.downcast_into::<PyDict>() {
        Ok(dict) => {
            set_dict(header, Some(dict));
            Ok(())
        }
        Err(other) => Err(crate::exceptions::type_error(format!(
            "__dict__ must be set to a dictionary, not a '{}'",
            other.type_name()
        ))),
    }
}

/// The instance's `__dict__`, if it is in dict mode with one.
#[inline(always)]
pub fn existing_dict(header: &Header) -> Option<&DictRef> {
    if !header.class().has_dict() {
        return None;
    }
    // SAFETY: the class has a dict word. Without a capacity in its upper bits, a dict word in dict mode is the `DictRef`.
    unsafe {
        let place = dict_word(header);
        (*place & INLINE == 0 && *place != 0 && *place >> 48 == 0).then(|| &*(place as *const DictRef))
    }
}

/// Adds inline value `index` and moves to shape `next`; false if the instance has no room.
///
/// # Safety
/// The instance must have the shape that `next` extends, and `index` values. If true, the value's word has moved.
#[inline(always)]
pub unsafe fn append_inline(header: &Header, index: usize, next: ShapeId, bits: u64) -> bool {
    // SAFETY: the caller's promise; the index is compared with the capacity.
    unsafe {
        let state = *dict_word(header);
        if index >= capacity(state) {
            return false;
        }
        *word(header, inline_offset(header.class(), index)) = bits;
        *dict_word(header) = inline_word(capacity(state), next);
        true
    }
}
