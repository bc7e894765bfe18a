//! Fast locals, constants, and the value stack.

use super::State;
use crate::value::Value;
use crate::{PyResult, exceptions};
use std::ptr;

impl State {
    #[inline(always)]
    fn local(&self, index: u32) -> *mut u64 {
        // SAFETY: the verifier bounds the index.
        unsafe { self.locals.add(index as usize) }
    }

    #[inline(always)]
    pub fn load_fast(&mut self, index: u32) {
        // SAFETY: the compiler emits LOAD_FAST_CHECK where the local may be empty, and the verifier checks that.
        let value = unsafe { Value::clone_from_bits(*self.local(index)) };
        self.push(value);
    }

    #[inline(always)]
    pub fn load_fast_check(&mut self, index: u32) -> PyResult<()> {
        // SAFETY: as above, and an empty local is an error here.
        if unsafe { *self.local(index) } == 0 {
            return Err(exceptions::unbound_local_error(&self.code().locals[index as usize]));
        }
        self.load_fast(index);
        Ok(())
    }

    #[inline(always)]
    pub fn load_fast_and_clear(&mut self, index: u32) {
        // SAFETY: the local moves to the stack, empty or not.
        let bits = unsafe { ptr::replace(self.local(index), 0) };
        self.push_bits(bits);
    }

    #[inline(always)]
    pub fn store_fast(&mut self, index: u32) {
        // SAFETY: the value moves from the stack into the local. The stored word may be empty, from
        // LOAD_FAST_AND_CLEAR.
        unsafe {
            self.sp = self.sp.sub(1);
            let old = ptr::replace(self.local(index), *self.sp);
            if old != 0 {
                drop(Value::from_bits(old));
                self.safe_point();
            }
        }
    }

    #[inline(always)]
    pub fn delete_fast(&mut self, index: u32) -> PyResult<()> {
        // SAFETY: the local is emptied before its value is dropped.
        let old = unsafe { ptr::replace(self.local(index), 0) };
        if old == 0 {
            return Err(exceptions::unbound_local_error(&self.code().locals[index as usize]));
        }
        // SAFETY: the word was the local's value.
        drop(unsafe { Value::from_bits(old) });
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn load_const(&mut self, index: u32) {
        // SAFETY: the verifier bounds the index, and the frame owns its code.
        let value = unsafe { (*self.frame().consts.add(index as usize)).clone() };
        self.push(value);
    }

    pub fn load_common_constant(&mut self, index: u32) -> PyResult<()> {
        let value = match index {
            0 => exceptions::assertion_error_class().to_value(),
            1 => exceptions::not_implemented_error_class().to_value(),
            2 => <crate::types::tuple::PyTuple as crate::Payload>::class().to_value(),
            3 => crate::frame::all_and_any()?[0].clone(),
            _ => crate::frame::all_and_any()?[1].clone(),
        };
        self.push(value);
        Ok(())
    }

    #[inline(always)]
    pub fn pop_top(&mut self) {
        drop(self.pop_opt());
        self.safe_point();
    }

    #[inline(always)]
    pub fn copy(&mut self, depth: u32) {
        // SAFETY: the slot is within the stack; it may be empty.
        unsafe {
            let bits = *self.slot(depth as usize);
            self.push_bits(if bits == 0 { 0 } else { Value::clone_from_bits(bits).into_bits() });
        }
    }

    #[inline(always)]
    pub fn swap(&mut self, depth: u32) {
        // SAFETY: both slots are within the stack.
        unsafe { ptr::swap(self.slot(1), self.slot(depth as usize)) }
    }

    /// Drops the second value.
    #[inline(always)]
    pub fn end_send(&mut self) {
        let value = self.pop();
        drop(self.pop());
        self.push(value);
    }

    #[inline(always)]
    pub fn pop_jump_if(&mut self, wanted: bool, arg: u32) {
        // TO_BOOL or a comparison has left a bool.
        let jump = self.pop().is_true() == wanted;
        self.skip(2 + if jump { arg as usize } else { 0 });
    }

    #[inline(always)]
    pub fn pop_jump_if_none(&mut self, wanted: bool, arg: u32) {
        let value = self.pop();
        let jump = value.is_none() == wanted;
        drop(value);
        self.safe_point();
        self.skip(2 + if jump { arg as usize } else { 0 });
    }
}
