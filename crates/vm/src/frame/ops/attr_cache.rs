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
        let version = class.version();
        if version == 0 || !class.has_generic_getattr() {
            return;
        }
        let found = class.lookup(name);
        let shape = if class.has_dict() {
            // SAFETY: the class has a dict word.
            unsafe { instance::shape_raw(header) }
        } else {
            0
        };
        let guard = u64::from(version) | u64::from(shape) << 32;
        if let Some(descriptor) = &found {
            let is_data = descriptor.class().slots().descr_set.is_some();
            if is_data {
                if let Some(member) = descriptor.downcast_exact::<PyMemberDescr>()
                    && let Some(index) = member.slot_index()
                {
                    self.cache(&[u64::from(version), index as u64]);
                    self.become_op(op::LOAD_ATTR_SLOT);
                }
                return;
            }
        }
        if class.has_dict() {
            if !ShapeId::from_raw(shape).is_shape() {
                return;
            }
            if let Some(index) = shape::find(ShapeId::from_raw(shape), name) {
                self.cache(&[guard, instance::inline_offset(&class, index) as u64]);
                return self.become_op(op::LOAD_ATTR_INSTANCE);
            }
        }
        if let Some(method) = &found
            && arg & 1 != 0
            && method.class().flags().contains(TypeFlags::METHOD_DESCRIPTOR)
        {
            // The class dict keeps the method alive while the version stands.
            self.cache(&[guard, method.bits()]);
            self.become_op(if class.has_dict() {
                op::LOAD_ATTR_METHOD
            } else {
                op::LOAD_ATTR_METHOD_NO_DICT
            });
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
        if version == 0 || !class.has_dict() || !has_generic_setattr(&class) {
            return;
        }
        if class.lookup(name).is_some_and(|d| d.class().slots().descr_set.is_some()) {
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
        let header = self.peek(1).header()?;
        (header.class().version_raw() == guard as u32).then_some(header)
    }

    #[inline(always)]
    fn guarded_shape(&self, guard: u64) -> Option<&Header> {
        let header = self.guarded(guard)?;
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

    #[cold]
    fn store_miss(&mut self, arg: u32) -> PyResult<()> {
        // SAFETY: as above.
        unsafe { quicken::despecialise(self.ip, op::STORE_ATTR) };
        self.store_attr(arg)
    }

    #[inline(always)]
    pub fn load_attr_instance(&mut self, arg: u32) -> PyResult<()> {
        let Some(header) = self.guarded_shape(self.cached(1)) else {
            return self.outlined(|s| s.load_miss(arg));
        };
        // SAFETY: the shape places a value at the cached offset.
        let value = unsafe { Value::clone_from_bits(*instance::inline_at(header, self.cached(2) as usize)) };
        self.finish_attr(value, arg);
        Ok(())
    }

    #[inline(always)]
    pub fn load_attr_method(&mut self, arg: u32) -> PyResult<()> {
        if self.guarded_shape(self.cached(1)).is_none() {
            return self.outlined(|s| s.load_miss(arg));
        }
        self.push_method();
        Ok(())
    }

    #[inline(always)]
    pub fn load_attr_method_no_dict(&mut self, arg: u32) -> PyResult<()> {
        if self.guarded(self.cached(1)).is_none() {
            return self.outlined(|s| s.load_miss(arg));
        }
        self.push_method();
        Ok(())
    }

    /// Puts the cached method below the receiver.
    #[inline(always)]
    fn push_method(&mut self) {
        // SAFETY: the guard says that the class still holds the method.
        let method = unsafe { Value::clone_from_bits(self.cached(2)) };
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
            && let Some(value) = instance::get_slot(header, self.cached(2) as usize)
        {
            self.finish_attr(value, arg);
            return Ok(());
        }
        self.outlined(|s| s.load_miss(arg))
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
        // SAFETY: the old word was the attribute's value; the owner is popped, the moved value forgotten.
        unsafe {
            drop(self.pop());
            self.sp = self.sp.sub(1);
            drop(Value::from_bits(old));
        }
        self.safe_point();
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
