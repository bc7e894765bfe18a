//! The instruction handlers, a file per family. `State` is the machine they work on.

mod attr;
mod attr_cache;
mod build;
mod call;
mod exception;
mod fused;
mod generator;
mod immediates;
mod import;
mod instrumented;
mod matching;
mod names;
mod operators;
mod stack;

pub use exception::exception_matches;
pub use generator::{delegate, get_awaitable_iter, is_delegating};
pub use instrumented::Next;
pub(super) use names::mapping_get;

use super::quicken::op;
use super::{Frame, bind, breaker};
use crate::PyResult;
use crate::heap;
use crate::thread::Thread;
use crate::types::code::PyCode;
use crate::types::str::StrRef;
use crate::value::Value;

/// The registers of the eval loop: copied into locals by the dispatcher, so that they live in machine registers.
///
/// `ip` and `sp` are kept apart: [`State::sync`] in a handler that is not inlined would load them as one vector, for which the
/// processor has to wait until both stores before the call are done.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct State {
    /// The current instruction.
    pub ip: *mut u64,
    pub thread: &'static Thread,
    /// One past the top of the value stack.
    pub sp: *mut u64,
    pub frame: *mut Frame,
    /// The first fast local.
    pub locals: *mut u64,
}

/// Takes down a frame that is not going to run.
///
/// # Safety
/// The frame must be fresh, or a generator's that is left suspended.
pub unsafe fn abandon(thread: &Thread, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*frame).owner == super::Owner::Thread {
            super::eval::discard(thread, frame);
        } else {
            generator::abandon(thread, frame);
        }
    }
}

impl State {
    /// # Safety
    /// The frame must be fresh or suspended.
    pub unsafe fn enter(thread: &'static Thread, frame: *mut Frame) -> State {
        thread.frame.set(frame);
        // SAFETY: the caller's promise.
        unsafe { State { thread, frame, ip: (*frame).ip, sp: (*frame).sp, locals: (*frame).localsplus() } }
    }

    /// Makes `frame` the one that executes, from where it was left.
    ///
    /// # Safety
    /// The frame must be fresh or suspended.
    #[inline(always)]
    unsafe fn switch_to(&mut self, frame: *mut Frame) {
        self.thread.frame.set(frame);
        self.frame = frame;
        // SAFETY: the caller's promise.
        unsafe {
            self.ip = (*frame).ip;
            self.sp = (*frame).sp;
            self.locals = (*frame).localsplus();
        }
    }

    /// Writes the registers back to the frame, before anything that may look at it.
    #[inline(always)]
    pub fn sync(&mut self) {
        // SAFETY: the frame is live while it executes.
        unsafe {
            (*self.frame).ip = self.ip;
            (*self.frame).sp = self.sp;
        }
    }

    #[inline(always)]
    pub fn code(&self) -> &PyCode {
        // SAFETY: the frame is live and owns its code.
        unsafe { (*self.frame).code() }
    }

    #[inline(always)]
    pub fn frame(&self) -> &Frame {
        // SAFETY: the frame is live while it executes.
        unsafe { &*self.frame }
    }

    /// `co_names[index]`.
    #[inline(always)]
    fn name(&self, index: u32) -> StrRef {
        self.code().names[index as usize].clone()
    }

    /// Steps over `words` words.
    #[inline(always)]
    pub fn skip(&mut self, words: usize) {
        // SAFETY: verified code stays within its bounds.
        self.ip = unsafe { self.ip.add(words) };
    }

    /// Calls a handler that is not inlined, or what an inlined one leaves to a function of its own, on a copy. No other way may
    /// the address of `self` get out of the dispatcher: it would force the registers into memory.
    #[inline(always)]
    pub fn outlined<R>(&mut self, handler: impl FnOnce(&mut State) -> R) -> R {
        let mut copy = *self;
        let result = handler(&mut copy);
        *self = copy;
        result
    }

    /// Steps over the RESUME at `ip`, unless there are events to report or something waits to be served.
    #[inline(always)]
    fn skip_resume(&mut self) {
        if self.ahead(0) as u16 == op::RESUME && !breaker::is_set() {
            self.skip(1);
        }
    }

    /// Jumps back by `arg` from the end of an instruction of `words` words.
    #[inline(always)]
    pub fn jump_back(&mut self, words: usize, arg: u32) {
        // SAFETY: verified jumps stay within the code.
        self.ip = unsafe { self.ip.add(words).sub(arg as usize) };
    }

    #[inline(always)]
    pub fn push(&mut self, value: Value) {
        self.push_bits(value.into_bits());
    }

    #[inline(always)]
    pub fn push_bits(&mut self, bits: u64) {
        // SAFETY: the verifier bounds the stack depth.
        unsafe {
            *self.sp = bits;
            self.sp = self.sp.add(1);
        }
    }

    #[inline(always)]
    pub fn push_null(&mut self) {
        self.push_bits(0);
    }

    /// Pops a value; the slot must not be empty.
    #[inline(always)]
    pub fn pop(&mut self) -> Value {
        // SAFETY: the verifier guarantees a value there.
        unsafe {
            self.sp = self.sp.sub(1);
            Value::from_bits(*self.sp)
        }
    }

    /// Pops a slot that may be empty.
    #[inline(always)]
    pub fn pop_opt(&mut self) -> Option<Value> {
        // SAFETY: as above; zero is an empty slot.
        unsafe {
            self.sp = self.sp.sub(1);
            let bits = *self.sp;
            if bits == 0 { None } else { Some(Value::from_bits(bits)) }
        }
    }

    /// The slot `depth` below the top (1 is the top).
    #[inline(always)]
    fn slot(&self, depth: usize) -> *mut u64 {
        // SAFETY: the verifier guarantees the depth.
        unsafe { self.sp.sub(depth) }
    }

    /// The value `depth` below the top (1 is the top); the slot must not be empty.
    #[inline(always)]
    pub fn peek(&self, depth: usize) -> &Value {
        // SAFETY: the slot holds a value, whose word `Value` is.
        unsafe { &*(self.slot(depth) as *const Value) }
    }

    /// Replaces the value on top.
    #[inline(always)]
    pub fn set_top(&mut self, value: Value) {
        // SAFETY: the slot holds a value, which is dropped.
        unsafe {
            let old = std::ptr::replace(self.slot(1), value.into_bits());
            drop(Value::from_bits(old));
        }
    }

    /// The values of the top `count` slots, none of them empty.
    #[inline(always)]
    fn top_slice(&self, count: usize) -> &[Value] {
        // SAFETY: as for `peek`.
        unsafe { std::slice::from_raw_parts(self.slot(count) as *const Value, count) }
    }

    /// Moves the top `count` values out.
    #[inline(always)]
    fn pop_vec(&mut self, count: usize) -> Vec<Value> {
        let mut items = Vec::with_capacity(count);
        // SAFETY: the values move from the stack into the vector.
        unsafe {
            self.sp = self.sp.sub(count);
            std::ptr::copy_nonoverlapping(self.sp as *const Value, items.as_mut_ptr(), count);
            items.set_len(count);
        }
        items
    }

    /// Drops the top `count` slots, empty ones included.
    #[inline(always)]
    fn drop_slots(&mut self, count: usize) {
        for _ in 0..count {
            drop(self.pop_opt());
        }
    }

    /// Runs finalisers that the instruction has left behind.
    #[inline(always)]
    pub fn safe_point(&mut self) {
        if heap::has_pending() {
            self.sync();
            heap::run_pending();
        }
    }

    /// Serves the eval breaker.
    #[cold]
    pub fn serve_breaker(&mut self) -> PyResult<()> {
        self.sync();
        breaker::serve()?;
        self.safe_point();
        Ok(())
    }

    /// Ends the current frame and makes its caller current; true if the frame was the entry frame.
    #[inline(always)]
    fn leave_frame(&mut self) -> bool {
        // SAFETY: the frame has ended; its caller is suspended in a call.
        unsafe {
            // A frame object that lives on keeps the place where the call ended.
            (*self.frame).ip = self.ip;
            (*self.frame).sp = self.sp;
            let (previous, entry) = ((*self.frame).previous, (*self.frame).entry);
            self.thread.frame.set(previous);
            if (*self.frame).owner == super::Owner::Thread {
                bind::discard_frame(self.thread, self.frame);
            } else {
                generator::finish(self.thread, self.frame);
            }
            if entry {
                return true;
            }
            self.switch_to(previous);
            false
        }
    }
}
