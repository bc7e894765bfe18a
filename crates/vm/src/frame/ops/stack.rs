//! Fast locals, constants, and the value stack.

use super::State;
use crate::value::Value;
use crate::{PyResult, exceptions};
use std::ptr;

impl State {
    #[inline(always)]
    pub(super) fn local(&self, index: u32) -> *mut u64 {
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
        // SAFETY: the value moves from the stack into the local.
        let bits = unsafe {
            self.sp = self.sp.sub(1);
            *self.sp
        };
        self.set_local(index, bits);
    }

    /// Moves a value into a local. The word may be empty, from LOAD_FAST_AND_CLEAR.
    #[inline(always)]
    pub(super) fn set_local(&mut self, index: u32, bits: u64) {
        // SAFETY: the old word is a value or empty.
        unsafe {
            let old = ptr::replace(self.local(index), bits);
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
        // SAFETY: the constant lives as long as the code.
        let value = unsafe { (*self.constant(index)).clone() };
        self.push(value);
    }

    #[inline(always)]
    pub(super) fn constant(&self, index: u32) -> *const Value {
        // SAFETY: the verifier bounds the index, and the frame owns its code.
        unsafe { self.frame().consts.add(index as usize) }
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

    /// True if it jumps.
    #[inline(always)]
    pub fn pop_jump_if(&mut self, wanted: bool) -> bool {
        // TO_BOOL or a comparison has left a bool.
        let jumps = self.pop().is_true() == wanted;
        self.branch(jumps);
        jumps
    }

    /// As [`State::pop_jump_if`].
    #[inline(always)]
    pub fn pop_jump_if_none(&mut self, wanted: bool) -> bool {
        let value = self.pop();
        let jumps = value.is_none() == wanted;
        drop(value);
        self.safe_point();
        self.branch(jumps);
        jumps
    }
}
