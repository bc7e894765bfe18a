//! Loads done together with the instruction behind them, which then takes its operands from where they are: nothing is pushed,
//! and no reference counted.
//!
//! Each handler looks at the instructions that it takes along, which may have got events to report since, or may be specialised
//! otherwise. If they or the operands are not what it knows to handle, it does the load alone, and they follow. So these
//! handlers cannot fail, and run no Python code but finalisers.

use super::State;
use super::attr_cache::ATTR_WORDS;
use super::immediates::{compare, operate};
use super::operators::item;
use crate::frame::quicken::op;
use crate::types::instance;
use crate::value::Value;

/// Words of a binary operator and a comparison with their caches.
pub(super) const OPERATOR_WORDS: usize = 6;
pub(super) const COMPARISON_WORDS: usize = 2;

impl State {
    /// The word `words` behind the current instruction.
    #[inline(always)]
    pub(super) fn ahead(&self, words: usize) -> u64 {
        // SAFETY: callers look no further than where the code goes on.
        unsafe { *self.ip.add(words) }
    }

    #[inline(always)]
    fn is_ahead(&self, words: usize, opcode: u16) -> bool {
        self.ahead(words) as u16 == opcode
    }

    /// Steps over `words` words and pushes what they have computed; or stores it, if a STORE_FAST is next.
    #[inline(always)]
    pub(super) fn produce(&mut self, value: Value, words: usize) {
        self.skip(words);
        let next = self.ahead(0);
        if next as u16 == op::STORE_FAST {
            self.set_local((next >> 32) as u32, value.into_bits());
            self.skip(1);
        } else {
            self.push(value);
        }
    }

    /// Steps over `words` words and pushes a bool; or jumps, if a conditional jump is next.
    #[inline(always)]
    pub(super) fn decide(&mut self, truth: bool, words: usize) {
        self.skip(words);
        match self.ahead(0) as u16 {
            op::POP_JUMP_IF_TRUE => self.branch(truth),
            op::POP_JUMP_IF_FALSE => self.branch(!truth),
            _ => self.push(Value::from_bool(truth)),
        }
    }

    /// The end of the conditional jump at `ip`.
    #[inline(always)]
    pub(super) fn branch(&mut self, jumps: bool) {
        let target = 2 + (self.ahead(0) >> 32) as usize;
        let next = if self.is_ahead(2, op::NOT_TAKEN) { 3 } else { 2 };
        self.skip(if jumps { target } else { next });
    }

    /// Does the operator `OP`, `words` words on, and what follows it; true if that was possible. `POPS` says that the left operand
    /// is on top of the stack.
    #[inline(always)]
    fn operate_ahead<const OP: u16, const POPS: bool>(
        &mut self,
        left: *const Value,
        right: *const Value,
        words: usize,
    ) -> bool {
        if !self.is_ahead(words, OP) {
            return false;
        }
        // SAFETY: the operands stay where they are until the result is known.
        let (left, right) = unsafe { (&*left, &*right) };
        if (op::LESS_JUMP..=op::GREATER_EQUAL_JUMP).contains(&OP) {
            let Some(truth) = compare::<OP>(left, right) else { return false };
            self.drop_immediate::<POPS>();
            self.skip(words + COMPARISON_WORDS);
            // The decoder saw the jump.
            let wanted = self.is_ahead(0, op::POP_JUMP_IF_TRUE);
            self.branch(truth == wanted);
        } else if OP == op::SUBSCRIPT {
            let Some(value) = item(left, right) else { return false };
            self.skip(words);
            if POPS {
                drop(self.pop());
                self.safe_point();
            }
            self.produce(value, OPERATOR_WORDS);
        } else {
            let Some(value) = operate::<OP>(left, right) else { return false };
            self.drop_immediate::<POPS>();
            self.produce(value, words + OPERATOR_WORDS);
        }
        true
    }

    #[inline(always)]
    fn drop_immediate<const POPS: bool>(&mut self) {
        if POPS {
            // SAFETY: an immediate owns nothing.
            self.sp = unsafe { self.sp.sub(1) };
        }
    }

    /// LOAD_FAST_BORROW: the right operand.
    #[inline(always)]
    pub fn fast_operator<const OP: u16>(&mut self, index: u32) {
        let (left, right) = (self.slot(1) as *const Value, self.local(index) as *const Value);
        if !self.operate_ahead::<OP, true>(left, right, 1) {
            self.load_fast(index);
            self.skip(1);
        }
    }

    /// LOAD_FAST_BORROW_LOAD_FAST_BORROW: both operands.
    #[inline(always)]
    pub fn fasts_operator<const OP: u16>(&mut self, indices: u32) {
        let (left, right) = (self.local(indices >> 4), self.local(indices & 15));
        if !self.operate_ahead::<OP, false>(left as *const Value, right as *const Value, 1) {
            self.load_fast(indices >> 4);
            self.load_fast(indices & 15);
            self.skip(1);
        }
    }

    /// LOAD_SMALL_INT: the right operand.
    #[inline(always)]
    pub fn int_operator<const OP: u16>(&mut self, number: u32) {
        let right = Value::small_int(i64::from(number));
        if !self.operate_ahead::<OP, true>(self.slot(1) as *const Value, &right, 1) {
            self.push(right);
            self.skip(1);
        }
    }

    /// LOAD_FAST_BORROW and LOAD_SMALL_INT: both operands.
    #[inline(always)]
    pub fn fast_int_operator<const OP: u16, const INT_OP: u16>(&mut self, index: u32) {
        let number = self.ahead(1);
        let right = Value::small_int((number >> 32) as i64);
        let left = self.local(index) as *const Value;
        if number as u16 != INT_OP || !self.operate_ahead::<OP, false>(left, &right, 2) {
            self.load_fast(index);
            self.skip(1);
        }
    }

    /// LOAD_CONST: the right operand.
    #[inline(always)]
    pub fn const_operator<const OP: u16>(&mut self, index: u32) {
        let right = self.constant(index);
        if !self.operate_ahead::<OP, true>(self.slot(1) as *const Value, right, 1) {
            self.load_const(index);
            self.skip(1);
        }
    }

    /// LOAD_FAST_BORROW and LOAD_ATTR of what the object has in itself.
    #[inline(always)]
    pub fn fast_attr(&mut self, index: u32) {
        // SAFETY: as for `load_fast`.
        let owner = unsafe { &*(self.local(index) as *const Value) };
        let (next, guard, offset) = (self.ahead(1), self.ahead(2), self.ahead(3) as usize);
        let found = if next as u16 == op::LOAD_ATTR_INSTANCE {
            // SAFETY: the shape places a value at the cached offset.
            State::has_shape(owner, guard)
                .map(|header| unsafe { Value::clone_from_bits(*instance::inline_at(header, offset)) })
        } else if next as u16 == op::LOAD_ATTR_SLOT {
            State::has_version(owner, guard).and_then(|header| instance::slot_at(header, offset))
        } else {
            None
        };
        match found {
            Some(value) => self.produce(value, 1 + ATTR_WORDS),
            None => {
                self.load_fast(index);
                self.skip(1);
            }
        }
    }

    /// LOAD_FAST_BORROW and LOAD_ATTR of a method, for a call.
    #[inline(always)]
    pub fn fast_method(&mut self, index: u32) {
        // SAFETY: as for `load_fast`.
        let owner = unsafe { &*(self.local(index) as *const Value) };
        let (next, guard, method) = (self.ahead(1), self.ahead(2), self.ahead(3));
        let known = match next as u16 {
            op::LOAD_ATTR_METHOD => State::has_shape(owner, guard).is_some(),
            op::LOAD_ATTR_METHOD_NO_DICT => State::has_version(owner, guard).is_some(),
            _ => false,
        };
        if known {
            // SAFETY: the guard says that the class still holds the method.
            self.push(unsafe { Value::clone_from_bits(method) });
            self.push(owner.clone());
            self.skip(1 + ATTR_WORDS);
        } else {
            self.load_fast(index);
            self.skip(1);
        }
    }
}
