//! Attribute access through inline caches.
//!
//! A class version covers the class and its bases: whatever was found on the class stays so while the version does. A
//! shape covers which names an instance holds inline, and where.

use super::State;
use crate::PyResult;
use crate::frame::quicken::{self, op};
use crate::heap::{Header, Payload};
use crate::slots::SetAttrFn;
use crate::types::function::PyFunction;
use crate::types::instance;
use crate::types::module::PyModule;
use crate::types::property::PyProperty;
use crate::types::shape::{self, ShapeId};
use crate::types::str::StrRef;
use crate::types::typeobj::{PyMemberDescr, PyType, TypeFlags, TypeRef};
use crate::value::Value;

fn has_generic_setattr(class: &TypeRef) -> bool {
    let object = crate::types::object::PyObject::class();
    match (class.slots().setattro, object.slots().setattro) {
        (None, _) => true,
        (Some(f), Some(g)) => std::ptr::fn_addr_eq(f as SetAttrFn, g),
        (Some(_), None) => false,
    }
}

/// Where LOAD_ATTR finds an attribute, and under which guard: the class version, with the shape above it.
enum Place {
    /// A `__slots__` entry at this offset.
    Slot { version: u32, offset: usize },
    /// An inline instance value at this offset.
    Inline { guard: u64, offset: usize },
    /// What this property gets; the class dict keeps it alive while the version stands.
    Property { version: u32, bits: u64 },
    /// A method to be called; the class dict keeps it alive while the version stands.
    Method { guard: u64, bits: u64 },
}

/// The place of an attribute of an instance of a class whose attributes are found the usual way.
fn find_attribute(header: &Header, name: &StrRef, arg: u32) -> Option<Place> {
    let class = header.class();
    let version = class.version();
    if version == 0 || !class.has_generic_getattr() {
        return None;
    }
    let found = class.lookup(name);
    let shape = if class.has_dict() {
        // SAFETY: the class has a dict word.
        unsafe { instance::shape_raw(header) }
    } else {
        0
    };
    let guard = u64::from(version) | u64::from(shape) << 32;
    if let Some(descriptor) = &found
        && descriptor.class().slots().descr_set.is_some()
    {
        if arg & 1 == 0 && descriptor.downcast_exact::<PyProperty>().is_some() {
            return Some(Place::Property { version, bits: descriptor.bits() });
        }
        return slot_offset(class, descriptor).map(|offset| Place::Slot { version, offset });
    }
    if class.has_dict() {
        if !ShapeId::from_raw(shape).is_shape() {
            return None;
        }
        if let Some(index) = shape::find(ShapeId::from_raw(shape), name) {
            return Some(Place::Inline { guard, offset: instance::inline_offset(class, index) });
        }
    }
    let method = found?;
    let is_method = arg & 1 != 0 && method.class().flags().contains(TypeFlags::METHOD_DESCRIPTOR);
    is_method.then(|| Place::Method { guard, bits: method.bits() })
}

/// The offset of the `__slots__` entry that a descriptor found on the class stands for.
fn slot_offset(class: &TypeRef, descriptor: &Value) -> Option<usize> {
    let member: &PyMemberDescr = descriptor.downcast_exact()?;
    // A descriptor taken from an unrelated class refuses these instances.
    let applies = class.is_subtype(member.class());
    member.slot_index().filter(|_| applies).map(|index| instance::slot_offset(class, index))
}

/// How many places a site remembers once it has met objects of different classes: pairs of guard and place in the cache words
/// of LOAD_ATTR, whose ninth counts what was remembered.
const PLACES: usize = 4;
/// Marks an offset among remembered places; a method's word is even.
const IS_OFFSET: u64 = 1;
/// Words of LOAD_ATTR with its caches.
pub(super) const ATTR_WORDS: usize = 10;

impl State {
    /// Looks for a cheaper form of LOAD_ATTR for the object on top.
    pub(super) fn specialise_load(&mut self, name: &StrRef, arg: u32) {
        let owner = self.peek(1);
        let Some(header) = owner.header() else { return };
        let class = header.class().clone();
        if let Some(module) = owner.downcast_exact::<PyModule>() {
            let namespace = module.namespace();
            if let Some(index) = namespace.position(name)
                && namespace.keys_version() != 0
            {
                self.cache(&[u64::from(namespace.keys_version()) | (index as u64) << 32]);
                self.become_op(op::LOAD_ATTR_MODULE);
            }
            return;
        }
        if class.is(PyType::class()) {
            return self.specialise_class_attr(name);
        }
        match find_attribute(header, name, arg) {
            Some(Place::Slot { version, offset }) => {
                self.cache(&[u64::from(version), offset as u64]);
                self.become_op(op::LOAD_ATTR_SLOT);
            }
            Some(Place::Property { version, bits }) => {
                self.cache(&[u64::from(version), bits]);
                self.become_op(op::LOAD_ATTR_PROPERTY);
            }
            Some(Place::Inline { guard, offset }) => {
                self.cache(&[guard, offset as u64]);
                self.become_op(op::LOAD_ATTR_INSTANCE);
            }
            Some(Place::Method { guard, bits }) => {
                self.cache(&[guard, bits]);
                self.become_op(if class.has_dict() {
                    op::LOAD_ATTR_METHOD
                } else {
                    op::LOAD_ATTR_METHOD_NO_DICT
                });
            }
            None => {}
        }
    }

    fn specialise_class_attr(&mut self, name: &StrRef) {
        let owner = self.peek(1);
        let Some(class) = owner.downcast_exact::<PyType>() else { return };
        let metaclass = class.class();
        if metaclass.lookup(name).is_some() {
            return;
        }
        let Some(found) = class.lookup(name) else { return };
        let plain =
            found.class().slots().descr_get.is_none() || found.downcast_exact::<PyFunction>().is_some();
        let version = class.version();
        if plain && version != 0 {
            let bits = found.bits();
            self.cache(&[u64::from(version), bits]);
            self.become_op(op::LOAD_ATTR_CLASS_VALUE);
        }
    }

    /// Looks for a cheaper form of STORE_ATTR for the object on top.
    pub(super) fn specialise_store(&mut self, name: &StrRef) {
        let Some(header) = self.peek(1).header() else { return };
        let class = header.class().clone();
        let version = class.version();
        if version == 0 || !has_generic_setattr(&class) {
            return;
        }
        if let Some(descriptor) = class.lookup(name)
            && descriptor.class().slots().descr_set.is_some()
        {
            if let Some(offset) = slot_offset(&class, &descriptor) {
                self.cache(&[u64::from(version), offset as u64]);
                self.become_op(op::STORE_ATTR_SLOT);
            }
            return;
        }
        if !class.has_dict() {
            return;
        }
        // SAFETY: the class has a dict word.
        let shape = ShapeId::from_raw(unsafe { instance::shape_raw(header) });
        if !shape.is_shape() {
            return;
        }
        let guard = u64::from(version) | u64::from(shape.raw()) << 32;
        if let Some(index) = shape::find(shape, name) {
            self.cache(&[guard, instance::inline_offset(&class, index) as u64]);
            return self.become_op(op::STORE_ATTR_INSTANCE);
        }
        let index = shape::len(shape);
        if let Some(next) = shape::extend(shape, name) {
            self.cache(&[guard, index as u64, u64::from(next.raw())]);
            self.become_op(op::STORE_ATTR_NEW);
        }
    }

    fn cache(&mut self, words: &[u64]) {
        for (i, &word) in words.iter().enumerate() {
            // SAFETY: LOAD_ATTR has nine cache words, STORE_ATTR four.
            unsafe { *self.ip.add(1 + i) = word };
        }
    }

    fn become_op(&mut self, opcode: u16) {
        // SAFETY: `ip` is the executing instruction.
        unsafe { quicken::rewrite(self.ip, opcode) }
    }

    /// Cache word `n`, from 1.
    #[inline(always)]
    fn cached(&self, n: usize) -> u64 {
        // SAFETY: as for `cache`.
        unsafe { *self.ip.add(n) }
    }

    /// The header of the object on top, if its class has the version in a guard word.
    #[inline(always)]
    fn guarded(&self, guard: u64) -> Option<&Header> {
        State::has_version(self.peek(1), guard)
    }

    #[inline(always)]
    fn guarded_shape(&self, guard: u64) -> Option<&Header> {
        State::has_shape(self.peek(1), guard)
    }

    /// The header of an object whose class has the version in a guard word.
    #[inline(always)]
    pub(super) fn has_version(object: &Value, guard: u64) -> Option<&Header> {
        let header = object.header()?;
        (header.class().version_raw() == guard as u32).then_some(header)
    }

    /// The same of one that has the shape in the guard word, too.
    #[inline(always)]
    pub(super) fn has_shape(object: &Value, guard: u64) -> Option<&Header> {
        let header = State::has_version(object, guard)?;
        // SAFETY: the version says that the class has a dict word.
        (unsafe { instance::shape_raw(header) } == (guard >> 32) as u32).then_some(header)
    }

    /// Replaces the owner on top by the attribute, with NULL after it for a call.
    #[inline(always)]
    fn finish_attr(&mut self, value: Value, arg: u32) {
        self.set_top(value);
        if arg & 1 != 0 {
            self.push_null();
        }
        self.safe_point();
    }

    #[cold]
    fn load_miss(&mut self, arg: u32) -> PyResult<()> {
        // SAFETY: `ip` is the executing instruction.
        unsafe { quicken::despecialise(self.ip, op::LOAD_ATTR) };
        self.load_attr(arg)
    }

    /// An object of another class: the site remembers `place`, where it has found the attribute so far, and others from now on.
    #[cold]
    fn load_miss_after(&mut self, place: u64, arg: u32) -> PyResult<()> {
        let first = self.cached(1);
        self.cache(&[first, place, 0, 0, 0, 0, 0, 0, 1]);
        self.become_op(op::LOAD_ATTR_POLYMORPHIC);
        self.load_polymorphic_miss(arg)
    }

    #[inline(never)]
    fn load_polymorphic_miss(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg >> 1);
        self.sync();
        // SAFETY: `ip` is the executing instruction.
        if unsafe { quicken::may_specialise(self.ip) }
            && let Some(header) = self.peek(1).header()
        {
            let (guard, place) = match find_attribute(header, &name, arg) {
                Some(Place::Inline { guard, offset }) => (guard, offset as u64 | IS_OFFSET),
                Some(Place::Method { guard, bits }) => (guard, bits),
                Some(Place::Slot { .. } | Place::Property { .. }) | None => (0, 0),
            };
            if guard != 0 {
                let remembered = self.cached(9);
                let entry = 2 * (remembered as usize % PLACES);
                // SAFETY: as for `cache`.
                unsafe {
                    *self.ip.add(1 + entry) = guard;
                    *self.ip.add(2 + entry) = place;
                    *self.ip.add(9) = remembered + 1;
                }
            }
        }
        self.load_attr_anyhow(&name, arg)
    }

    #[cold]
    fn store_miss(&mut self, arg: u32) -> PyResult<()> {
        // SAFETY: as above.
        unsafe { quicken::despecialise(self.ip, op::STORE_ATTR) };
        self.store_attr(arg)
    }

    #[inline(always)]
    pub fn load_attr_instance(&mut self, arg: u32) -> PyResult<()> {
        let Some(header) = self.guarded_shape(self.cached(1)) else {
            return self.outlined(|s| s.load_miss_after(s.cached(2) | IS_OFFSET, arg));
        };
        // SAFETY: the shape places a value at the cached offset.
        let value = unsafe { Value::clone_from_bits(*instance::inline_at(header, self.cached(2) as usize)) };
        self.finish_attr(value, arg);
        Ok(())
    }

    #[inline(always)]
    pub fn load_attr_method(&mut self, arg: u32) -> PyResult<()> {
        if self.guarded_shape(self.cached(1)).is_none() {
            return self.outlined(|s| s.load_miss_after(s.cached(2), arg));
        }
        self.push_method(2);
        Ok(())
    }

    #[inline(always)]
    pub fn load_attr_method_no_dict(&mut self, arg: u32) -> PyResult<()> {
        if self.guarded(self.cached(1)).is_none() {
            return self.outlined(|s| s.load_miss_after(s.cached(2), arg));
        }
        self.push_method(2);
        Ok(())
    }

    #[inline(always)]
    pub fn load_attr_polymorphic(&mut self, arg: u32) -> PyResult<()> {
        if let Some(header) = self.peek(1).header() {
            let version = header.class().version_raw();
            for entry in 0..PLACES {
                let guard = self.cached(1 + 2 * entry);
                // A class that has changed has version 0 until somebody asks, and so has a place not remembered yet.
                if guard as u32 != version || version == 0 {
                    continue;
                }
                let shape = (guard >> 32) as u32;
                // SAFETY: a class whose guard has a shape has a dict word.
                if shape != 0 && unsafe { instance::shape_raw(header) } != shape {
                    continue;
                }
                let place = self.cached(2 + 2 * entry);
                if place & IS_OFFSET == 0 {
                    self.push_method(2 + 2 * entry);
                    return Ok(());
                }
                let offset = (place & !IS_OFFSET) as usize;
                // SAFETY: the shape places a value at the remembered offset.
                let value = unsafe { Value::clone_from_bits(*instance::inline_at(header, offset)) };
                self.finish_attr(value, arg);
                return Ok(());
            }
        }
        self.outlined(|s| s.load_polymorphic_miss(arg))
    }

    /// Puts the method in cache word `n` below the receiver.
    #[inline(always)]
    fn push_method(&mut self, n: usize) {
        // SAFETY: the guard says that the class still holds the method.
        let method = unsafe { Value::clone_from_bits(self.cached(n)) };
        let receiver = self.pop();
        self.push(method);
        self.push(receiver);
    }

    #[inline(always)]
    pub fn load_attr_class_value(&mut self, arg: u32) -> PyResult<()> {
        let hit =
            self.peek(1).downcast_exact::<PyType>().is_some_and(|c| c.version_raw() == self.cached(1) as u32);
        if !hit {
            return self.outlined(|s| s.load_miss(arg));
        }
        // SAFETY: the guard says that the class still holds the value.
        let value = unsafe { Value::clone_from_bits(self.cached(2)) };
        self.finish_attr(value, arg);
        Ok(())
    }

    #[inline(always)]
    pub fn load_attr_module(&mut self, arg: u32) -> PyResult<()> {
        let cache = self.cached(1);
        if let Some(module) = self.peek(1).downcast_exact::<PyModule>()
            && let Some(namespace) = instance::existing_dict(module.header())
            && namespace.keys_version_raw() == cache as u32
            && let Some(value) = namespace.value_at((cache >> 32) as usize)
        {
            self.finish_attr(value, arg);
            return Ok(());
        }
        self.outlined(|s| s.load_miss(arg))
    }

    #[inline(always)]
    pub fn load_attr_slot(&mut self, arg: u32) -> PyResult<()> {
        if let Some(header) = self.guarded(self.cached(1))
            && let Some(value) = instance::slot_at(header, self.cached(2) as usize)
        {
            self.finish_attr(value, arg);
            return Ok(());
        }
        self.outlined(|s| s.load_miss(arg))
    }

    /// Calls the property's getter by pushing its frame.
    #[inline(never)]
    pub fn load_attr_property(&mut self, arg: u32) -> PyResult<()> {
        if self.guarded(self.cached(1)).is_none() {
            return self.load_attr_otherwise(arg);
        }
        // SAFETY: the guard says that the class still holds the property.
        let property = unsafe { Value::clone_from_bits(self.cached(2)) };
        let getter = property.downcast_exact::<PyProperty>().and_then(|property| property.getter_function());
        let Some(Ok(getter)) = getter.map(Value::downcast_into::<PyFunction>) else {
            return self.load_attr_otherwise(arg);
        };
        if !getter.code().takes_exactly(1) {
            return self.load_attr_otherwise(arg);
        }
        self.push_special(getter, 1, ATTR_WORDS)
    }

    /// Leaves the instruction to its general form.
    #[cold]
    fn load_attr_otherwise(&mut self, arg: u32) -> PyResult<()> {
        self.load_miss(arg)?;
        self.skip(ATTR_WORDS);
        Ok(())
    }

    #[inline(always)]
    pub fn store_attr_slot(&mut self, arg: u32) -> PyResult<()> {
        let Some(header) = self.guarded(self.cached(1)) else {
            return self.outlined(|s| s.store_miss(arg));
        };
        // SAFETY: the class has the slot; the new value moves from the stack there.
        let old =
            unsafe { std::ptr::replace(instance::inline_at(header, self.cached(2) as usize), *self.slot(2)) };
        self.finish_store(old);
        Ok(())
    }

    /// Pops the owner and the place of the value that moved into it, and drops what was there before: an attribute's word.
    #[inline(always)]
    fn finish_store(&mut self, old: u64) {
        // SAFETY: the owner is popped, the moved value forgotten; the old word was the attribute's value, or 0 for none.
        unsafe {
            drop(self.pop());
            self.sp = self.sp.sub(1);
            if old != 0 {
                drop(Value::from_bits(old));
            }
        }
        self.safe_point();
    }

    #[inline(always)]
    pub fn store_attr_instance(&mut self, arg: u32) -> PyResult<()> {
        let Some(header) = self.guarded_shape(self.cached(1)) else {
            return self.outlined(|s| s.store_miss(arg));
        };
        // SAFETY: the shape places a value at the cached offset; the new value moves from the stack there.
        let old = unsafe {
            let place = instance::inline_at(header, self.cached(2) as usize);
            std::ptr::replace(place, *self.slot(2))
        };
        self.finish_store(old);
        Ok(())
    }

    #[inline(always)]
    pub fn store_attr_new(&mut self, arg: u32) -> PyResult<()> {
        let (index, next) = (self.cached(2) as usize, self.cached(3) as u32);
        let Some(header) = self.guarded_shape(self.cached(1)) else {
            return self.outlined(|s| s.store_miss(arg));
        };
        // SAFETY: the object has the shape that `next` extends by one value.
        let stored =
            unsafe { instance::append_inline(header, index, ShapeId::from_raw(next), *self.slot(2)) };
        if !stored {
            return self.outlined(|s| s.store_miss(arg));
        }
        // SAFETY: the value has moved into the instance.
        unsafe {
            drop(self.pop());
            self.sp = self.sp.sub(1);
        }
        self.safe_point();
        Ok(())
    }
}
