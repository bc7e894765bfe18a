//! Iteration, generators, coroutines.

use super::State;
use crate::exceptions::{self, PyBaseException, PyErr};
use crate::frame::Frame;
use crate::frame::quicken::{self, op};
use crate::heap::Ref;
use crate::thread::Thread;
use crate::types::dict::PyDictItemIterator;
use crate::types::enumerate::PyEnumerate;
use crate::types::generator::{self, GenCore, PyCoroutine, PyGenerator, Step};
use crate::types::list::PyListIterator;
use crate::types::range::PyRangeIterator;
use crate::types::tuple::{PyTuple, PyTupleIterator};
use crate::types::zip::PyZip;
use crate::value::Value;
use crate::{PyResult, protocol};
use minipy_bytecode::code::flags;

/// Words of FOR_ITER and SEND with their cache.
const WORDS: usize = 2;
/// Words of UNPACK_SEQUENCE with its cache.
const UNPACK_WORDS: usize = 2;

/// The generator that owns `frame`.
unsafe fn owner<'a>(frame: *mut Frame) -> &'a GenCore {
    // SAFETY: generator frames point back to their owner, which whoever resumed it keeps alive.
    unsafe { &(*(*frame).generator).payload }
}

/// The generator's frame has returned or raised.
pub(super) unsafe fn finish(thread: &Thread, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe { owner(frame).finish(thread) }
}

/// The generator could not be resumed.
pub(super) unsafe fn abandon(thread: &Thread, frame: *mut Frame) {
    // SAFETY: the caller's promise. The value pushed for the `yield` is taken back.
    unsafe {
        (*frame).sp = (*frame).sp.sub(1);
        drop(Value::from_bits(std::ptr::replace((*frame).sp, 0)));
        owner(frame).deactivate(thread, generator::State::Suspended);
    }
}

impl State {
    #[inline(always)]
    pub fn get_iter(&mut self) -> PyResult<()> {
        self.sync();
        let iterator = protocol::iter(self.peek(1))?;
        self.set_top(iterator);
        self.safe_point();
        Ok(())
    }

    #[inline(never)]
    pub fn for_iter(&mut self, arg: u32) -> PyResult<()> {
        self.sync();
        // SAFETY: `ip` is the executing instruction.
        unsafe {
            let iterator = self.peek(1);
            let special = if iterator.downcast_exact::<PyRangeIterator>().is_some() {
                Some(op::FOR_ITER_RANGE)
            } else if iterator.downcast_exact::<PyListIterator>().is_some() {
                Some(op::FOR_ITER_LIST)
            } else if iterator.downcast_exact::<PyTupleIterator>().is_some() {
                Some(op::FOR_ITER_TUPLE)
            } else if iterator.downcast_exact::<PyGenerator>().is_some() {
                Some(op::FOR_ITER_GENERATOR)
            } else if self.unpacks_pair() && yields_pairs(iterator) {
                Some(op::FOR_ITER_PAIR)
            } else {
                None
            };
            if let Some(special) = special
                && quicken::may_specialise(self.ip)
            {
                quicken::rewrite(self.ip, special);
            }
        }
        let iterator = self.peek(1);
        if iterator.downcast_exact::<PyGenerator>().is_some()
            && let Some(core) = generator::core_of_exact(iterator)
            && self.can_resume(core)
        {
            // On return the value is pushed and END_FOR drops it.
            return self.resume(core, Value::NONE, WORDS + arg as usize);
        }
        match protocol::next(iterator)? {
            Some(item) => {
                self.push(item);
                self.skip(WORDS);
            }
            // The END_FOR is for generators that return in the loop above.
            None => self.skip(WORDS + arg as usize + 1),
        }
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn for_iter_range(&mut self, arg: u32) -> PyResult<()> {
        let Some(range) = self.peek(1).downcast_exact::<PyRangeIterator>() else {
            return self.outlined(|s| s.iter_miss(arg));
        };
        let left = range.left.get();
        if left > 0 {
            let next = range.next.get();
            range.left.set(left - 1);
            range.next.set(next.wrapping_add(range.step));
            self.produce(crate::types::int::from_i64(next), WORDS);
        } else {
            self.skip(WORDS + arg as usize + 1);
        }
        Ok(())
    }

    #[inline(always)]
    pub fn for_iter_list(&mut self, arg: u32) -> PyResult<()> {
        let Some(iterator) = self.peek(1).downcast_exact::<PyListIterator>() else {
            return self.outlined(|s| s.iter_miss(arg));
        };
        let index = iterator.index.get();
        match iterator.sequence.with(|list| list.as_ref().and_then(|l| l.get(index))) {
            Some(item) => {
                iterator.index.set(index + 1);
                self.produce(item, WORDS);
            }
            None => {
                drop(iterator.sequence.replace(None));
                self.skip(WORDS + arg as usize + 1);
                self.safe_point();
            }
        }
        Ok(())
    }

    #[inline(always)]
    pub fn for_iter_tuple(&mut self, arg: u32) -> PyResult<()> {
        let Some(iterator) = self.peek(1).downcast_exact::<PyTupleIterator>() else {
            return self.outlined(|s| s.iter_miss(arg));
        };
        let index = iterator.index.get();
        match iterator.sequence.with(|tuple| tuple.as_ref().and_then(|t| t.get(index).cloned())) {
            Some(item) => {
                iterator.index.set(index + 1);
                self.produce(item, WORDS);
            }
            None => {
                drop(iterator.sequence.replace(None));
                self.skip(WORDS + arg as usize + 1);
                self.safe_point();
            }
        }
        Ok(())
    }

    #[inline(always)]
    pub fn for_iter_generator(&mut self, arg: u32) -> PyResult<()> {
        let iterator = self.peek(1);
        if iterator.downcast_exact::<PyGenerator>().is_some()
            && let Some(core) = generator::core_of_exact(iterator)
            && self.can_resume(core)
        {
            return self.resume(core, Value::NONE, WORDS + arg as usize);
        }
        self.outlined(|s| s.iter_miss(arg))
    }

    /// Whether the instruction behind the current FOR_ITER unpacks two values, and nothing else.
    #[inline(always)]
    fn unpacks_pair(&self) -> bool {
        // SAFETY: an instruction follows.
        let next = unsafe { *self.ip.add(WORDS) };
        next as u16 == op::UNPACK_SEQUENCE && next >> 32 == 2
    }

    #[inline(always)]
    pub fn for_iter_pair(&mut self, arg: u32) -> PyResult<()> {
        self.sync();
        // The UNPACK_SEQUENCE may have got events to report since.
        let step = if self.unpacks_pair() { next_pair(self.peek(1)) } else { None };
        let Some(step) = step else {
            return self.outlined(|s| s.iter_miss(arg));
        };
        match step? {
            Some((first, second)) => {
                self.push(second);
                self.push(first);
                self.skip(WORDS + UNPACK_WORDS);
            }
            None => self.skip(WORDS + arg as usize + 1),
        }
        self.safe_point();
        Ok(())
    }

    #[cold]
    fn iter_miss(&mut self, arg: u32) -> PyResult<()> {
        // SAFETY: `ip` is the executing instruction.
        unsafe { quicken::despecialise(self.ip, op::FOR_ITER) };
        self.for_iter(arg)
    }

    #[inline(always)]
    fn can_resume(&self, core: &GenCore) -> bool {
        matches!(core.state.get(), generator::State::Suspended | generator::State::Created)
            && self.thread.depth_left.get() > 0
    }

    /// Runs a generator's frame on top of this one, in the same loop. One that waits in a delegation to another passes the value on
    /// to that at once.
    #[inline(always)]
    fn resume(&mut self, core: *const Ref<GenCore>, value: Value, mut return_offset: usize) -> PyResult<()> {
        let mut core = core;
        loop {
            // SAFETY: the generator is at rest; the iterator on this frame's stack keeps it alive.
            unsafe {
                let Some(frame) = (*core).frame() else { return Ok(()) };
                self.sync();
                (*self.frame).return_offset = return_offset as u32;
                (*core).activate(self.thread, frame, false);
                self.switch_to(frame);
            }
            self.skip_resume();
            let word = self.ahead(0);
            if word as u16 == op::POP_TOP && value.is_none() {
                // A `yield` whose value nobody wants, or the beginning.
                self.skip(1);
                return Ok(());
            }
            if word as u16 == op::JUMP_BACKWARD_NO_INTERRUPT {
                self.jump_back(1, (word >> 32) as u32);
                if self.ahead(0) as u16 == op::SEND
                    && let Some(inner) = self.resumable(self.peek(1), &value)
                {
                    return_offset = WORDS + (self.ahead(0) >> 32) as usize;
                    core = inner;
                    continue;
                }
            }
            self.push(value);
            return Ok(());
        }
    }

    /// A generator or coroutine that the value can be sent to in the same loop.
    #[inline(always)]
    fn resumable(&self, receiver: &Value, value: &Value) -> Option<*const Ref<GenCore>> {
        let core = generator::core_of_exact(receiver)?;
        let takes_value = core.state.get() == generator::State::Suspended || value.is_none();
        (takes_value && self.can_resume(core)).then_some(&raw const *core)
    }

    /// The call becomes a generator, which is its result.
    pub fn return_generator(&mut self) -> PyResult<Option<Value>> {
        self.skip(1);
        // SAFETY: the frame's words move to the generator; only its memory is given back.
        unsafe {
            let frame = self.frame;
            let code = (*frame).code_ref().clone();
            let value = generator::from_call(frame, self.ip);
            let (previous, entry) = ((*frame).previous, (*frame).entry);
            self.thread.frame.set(previous);
            self.thread.depth_left.set(self.thread.depth_left.get() + 1);
            self.thread.data_stack.pop(frame);
            if entry {
                return Ok(Some(value));
            }
            self.switch_to(previous);
            let value = generator::wrap(self.thread, &code, value)?;
            self.skip((*previous).return_offset as usize);
            self.push(value);
        }
        Ok(None)
    }

    #[inline(always)]
    pub fn yield_value(&mut self) -> PyResult<Option<Value>> {
        let value = self.pop();
        loop {
            self.skip(1);
            self.sync();
            let frame = self.frame;
            // SAFETY: only generator frames execute YIELD_VALUE (the verifier checks the code's flags).
            unsafe {
                owner(frame).deactivate(self.thread, generator::State::Suspended);
                let previous = std::ptr::replace(&raw mut (*frame).previous, std::ptr::null_mut());
                self.thread.frame.set(previous);
                if (*frame).entry {
                    return Ok(Some(value));
                }
                self.switch_to(previous);
            }
            // A generator that delegates to this one yields what it gets.
            if self.ahead(0) as u16 != op::SEND || self.ahead(WORDS) as u16 != op::YIELD_VALUE {
                break;
            }
            self.skip(WORDS);
        }
        self.produce(value, WORDS);
        Ok(None)
    }

    /// Stack: receiver, value to send.
    #[inline(always)]
    pub fn send(&mut self, arg: u32) -> PyResult<()> {
        self.sync();
        let receiver = self.peek(2);
        if let Some(core) = self.resumable(receiver, self.peek(1)) {
            let value = self.pop();
            return self.resume(core, value, WORDS + arg as usize);
        }
        match generator::send_to(receiver, self.peek(1))? {
            Step::Yielded(value) => {
                self.set_top(value);
                self.skip(WORDS);
            }
            Step::Returned(value) => {
                self.set_top(value);
                self.skip(WORDS + arg as usize);
            }
        }
        self.safe_point();
        Ok(())
    }

    pub fn get_yield_from_iter(&mut self) -> PyResult<()> {
        self.sync();
        let iterable = self.peek(1);
        if iterable.downcast_exact::<PyCoroutine>().is_some() {
            if self.code().flags & (flags::CO_COROUTINE | flags::CO_ITERABLE_COROUTINE) == 0 {
                return Err(exceptions::type_error(
                    "cannot 'yield from' a coroutine object in a non-coroutine generator",
                ));
            }
            return Ok(());
        }
        if iterable.downcast_exact::<PyGenerator>().is_some() {
            return Ok(());
        }
        let iterator = protocol::iter(iterable)?;
        self.set_top(iterator);
        self.safe_point();
        Ok(())
    }

    /// `arg`: 1 in `async with` entering, 2 leaving.
    pub fn get_awaitable(&mut self, arg: u32) -> PyResult<()> {
        self.sync();
        let awaitable = self.peek(1);
        let iterator = match get_awaitable_iter(awaitable) {
            Ok(iterator) => iterator,
            Err(error)
                if arg > 0 && awaitable.class().slots().am_await.is_none() && !is_coroutine(awaitable) =>
            {
                let method = if arg == 1 { "__aenter__" } else { "__aexit__" };
                drop(error);
                return Err(exceptions::type_error(format!(
                    "'async with' received an object from {method} that does not implement __await__: {}",
                    awaitable.type_name()
                )));
            }
            Err(error) => return Err(error),
        };
        if let Some(coroutine) = iterator.downcast_exact::<PyCoroutine>()
            && is_delegating(&coroutine.core)
        {
            return Err(exceptions::runtime_error("coroutine is being awaited already"));
        }
        self.set_top(iterator);
        self.safe_point();
        Ok(())
    }

    pub fn get_aiter(&mut self) -> PyResult<()> {
        self.sync();
        let object = self.peek(1);
        let Some(aiter) = object.class().slots().aiter else {
            return Err(exceptions::type_error(format!(
                "'async for' requires an object with __aiter__ method, got {}",
                object.type_name()
            )));
        };
        let iterator = aiter(object)?;
        if iterator.class().slots().anext.is_none() {
            return Err(exceptions::type_error(format!(
                "'async for' received an object from __aiter__ that does not implement __anext__: {}",
                iterator.type_name()
            )));
        }
        self.set_top(iterator);
        self.safe_point();
        Ok(())
    }

    pub fn get_anext(&mut self) -> PyResult<()> {
        self.sync();
        let iterator = self.peek(1);
        let Some(anext) = iterator.class().slots().anext else {
            return Err(exceptions::type_error(format!(
                "'async for' requires an iterator with __anext__ method, got {}",
                iterator.type_name()
            )));
        };
        let next = anext(iterator)?;
        let awaitable = match get_awaitable_iter(&next) {
            Ok(awaitable) => awaitable,
            Err(cause) => {
                let error = exceptions::type_error(format!(
                    "'async for' received an invalid object from __anext__: {}",
                    next.type_name()
                ));
                let exception: &PyBaseException = error.exception();
                exception.cause.set(Some(cause.clone().into_value()));
                exception.context.set(Some(cause.into_value()));
                exception.suppress_context.set(true);
                return Err(error);
            }
        };
        self.push(awaitable);
        Ok(())
    }

    /// Stack: async iterator, exception.
    pub fn end_async_for(&mut self) -> PyResult<()> {
        let exception = self.pop();
        if exception.is_instance_of(exceptions::stop_async_iteration_class()) {
            drop(exception);
            drop(self.pop());
            self.safe_point();
            return Ok(());
        }
        match exception.downcast_into::<PyBaseException>() {
            Ok(exception) => Err(self.raised_again(exception)),
            Err(_) => Err(exceptions::system_error("END_ASYNC_FOR without exception")),
        }
    }

    /// Stack: receiver, last sent value, exception. A StopIteration ends the delegation.
    pub fn cleanup_throw(&mut self) -> PyResult<()> {
        let exception = self.peek(1).clone();
        if exception.is_instance_of(exceptions::stop_iteration_class())
            && let Ok(exception) = exception.clone().downcast_into::<PyBaseException>()
        {
            let value = exceptions::stop_iteration_value(&PyErr::from_exception(exception));
            self.drop_slots(3);
            self.push(Value::NONE);
            self.push(value);
            return Ok(());
        }
        match exception.downcast_into::<PyBaseException>() {
            Ok(exception) => Err(self.raised_again(exception)),
            Err(_) => Err(exceptions::system_error("CLEANUP_THROW without exception")),
        }
    }

    /// The exception goes on from here without another traceback entry for this frame.
    fn raised_again(&mut self, exception: Ref<PyBaseException>) -> PyErr {
        self.sync();
        self.thread.reraising.set(Some(self.frame().instruction_index()));
        PyErr::from_exception(exception)
    }

    pub fn get_len(&mut self) -> PyResult<()> {
        self.sync();
        let len = match self.peek(1).downcast_exact::<PyTuple>() {
            Some(tuple) => tuple.len(),
            None => protocol::len(self.peek(1))?,
        };
        self.push(crate::types::int::from_usize(len));
        Ok(())
    }
}

fn yields_pairs(iterator: &Value) -> bool {
    iterator.downcast_exact::<PyEnumerate>().is_some()
        || iterator.downcast_exact::<PyDictItemIterator>().is_some()
        || iterator.downcast_exact::<PyZip>().is_some_and(|zip| zip.is_pair())
}

/// The next pair of an iterator that [`yields_pairs`]; `None` for other iterators.
fn next_pair(iterator: &Value) -> Option<PyResult<Option<(Value, Value)>>> {
    if let Some(items) = iterator.downcast_exact::<PyDictItemIterator>() {
        Some(items.walk.next::<false>())
    } else if let Some(enumerate) = iterator.downcast_exact::<PyEnumerate>() {
        Some(enumerate.next_pair())
    } else if let Some(zip) = iterator.downcast_exact::<PyZip>()
        && zip.is_pair()
    {
        Some(zip.next_pair())
    } else {
        None
    }
}

fn is_coroutine(value: &Value) -> bool {
    value.downcast_exact::<PyCoroutine>().is_some()
        || value
            .downcast_exact::<PyGenerator>()
            .is_some_and(|g| g.core.code.has_flag(flags::CO_ITERABLE_COROUTINE))
}

/// The iterator that `await` drives.
pub fn get_awaitable_iter(awaitable: &Value) -> PyResult<Value> {
    if is_coroutine(awaitable) {
        return Ok(awaitable.clone());
    }
    let Some(am_await) = awaitable.class().slots().am_await else {
        return Err(exceptions::type_error(format!("'{}' object can't be awaited", awaitable.type_name())));
    };
    let iterator = am_await(awaitable)?;
    if is_coroutine(&iterator) {
        return Err(exceptions::type_error("__await__() returned a coroutine"));
    }
    if iterator.class().slots().iternext.is_none() {
        return Err(exceptions::type_error(format!(
            "__await__() returned non-iterator of type '{}'",
            iterator.type_name()
        )));
    }
    Ok(iterator)
}

/// Whether a suspended generator waits in a `yield from` or `await`.
pub fn is_delegating(core: &GenCore) -> bool {
    delegate(core).is_some()
}

/// What a suspended generator delegates to.
pub fn delegate(core: &GenCore) -> Option<Value> {
    if core.state.get() != generator::State::Suspended {
        return None;
    }
    let frame = core.frame()?;
    // SAFETY: the frame is at rest behind a yield; the RESUME after it says whether it delegates, and then the receiver
    // is on top of its stack.
    unsafe {
        let word = *(*frame).ip;
        let is_resume = core.code.opcode_at((*frame).instruction_index()) == minipy_bytecode::Opcode::RESUME;
        let kind = (word >> 32) & 3;
        (is_resume && kind >= 2).then(|| Value::clone_from_bits(*(*frame).sp.sub(1)))
    }
}
