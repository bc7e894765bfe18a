//! Generators, coroutines and async generators: a frame that outlives its calls.

mod anext;
mod asyncgen;
mod finalize;
mod methods;
mod origin;
mod shared;
mod throw;

pub use anext::{PyAnextAwaitable, anext};
pub use asyncgen::{PyASend, PyAThrow, PyAsyncGenerator};
pub use methods::PyCoroutineWrapper;
pub use origin::wrap;
pub use throw::{Thrown, close, throw};

use crate::cell::GilCell;
use crate::exceptions::{self, PyErr};
use crate::frame::{self, FRAME_WORDS, Frame, Owner, Record};
use crate::heap::{Obj, Ref, Traverse, Visitor};
use crate::thread::{self, HandledException, Thread};
use crate::types::code::PyCode;
use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, protocol};
use minipy_bytecode::code::flags;
use minipy_macros::pyclass;
use std::cell::Cell;

/// Where a generator is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Created,
    Suspended,
    Running,
    Finished,
}

/// What generators, coroutines and async generators share. Each of their payloads starts with one.
#[repr(C)]
pub struct GenCore {
    /// The frame's memory; `None` once the generator has finished.
    record: GilCell<Option<Record>>,
    pub state: Cell<State>,
    /// What the generator's own `except` blocks handle.
    pub handled: HandledException,
    pub name: GilCell<StrRef>,
    pub qualname: GilCell<StrRef>,
    pub code: Ref<PyCode>,
}

// SAFETY: used under the GIL only.
unsafe impl Sync for GenCore {}

impl Traverse for GenCore {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.handled.value.traverse(visit);
        self.code.traverse(visit);
        let Some(frame) = self.frame() else { return };
        match self.state.get() {
            // SAFETY: a generator that is not running has a frame at rest.
            State::Created | State::Suspended => unsafe { frame::traverse_frame(frame, visit) },
            // SAFETY: it has its frame until it has finished.
            State::Running => unsafe { frame::traverse_executing_frame(frame, visit) },
            State::Finished => {}
        }
    }

    fn clear_refs(&self) {
        self.dispose();
    }
}

impl Drop for GenCore {
    fn drop(&mut self) {
        self.dispose();
    }
}

impl GenCore {
    /// The frame, while the generator has one.
    #[inline(always)]
    pub fn frame(&self) -> Option<*mut Frame> {
        self.record.with(|r| r.as_ref().map(Record::frame))
    }

    /// Drops the frame of a generator that is not running, without running its `finally` blocks.
    pub(crate) fn dispose(&self) {
        if matches!(self.state.get(), State::Created | State::Suspended) {
            self.state.set(State::Finished);
            self.release_frame();
        }
    }

    fn release_frame(&self) {
        let Some(record) = self.record.take() else { return };
        let frame = record.frame();
        // SAFETY: the frame is at rest, and its memory is dropped after it.
        unsafe {
            // Whoever resumed it last does not belong to a frame that has ended.
            (*frame).previous = std::ptr::null_mut();
            if (*frame).object != 0 {
                frame::leave_to_object(frame);
            } else {
                frame::drop_frame(frame);
            }
        }
    }

    fn running_error(&self) -> PyErr {
        exceptions::value_error(format!("{} already executing", self.kind()))
    }

    pub fn is_coroutine(&self) -> bool {
        self.code.has_flag(flags::CO_COROUTINE)
    }

    pub fn is_async_generator(&self) -> bool {
        self.code.has_flag(flags::CO_ASYNC_GENERATOR)
    }

    /// `__sizeof__`: the object with its frame.
    pub fn size(&self) -> usize {
        size_of::<Obj<GenCore>>() + self.record.with(|r| r.as_ref().map_or(0, Record::size))
    }

    /// "generator", "coroutine" or "async generator".
    pub fn kind(&self) -> &'static str {
        if self.code.has_flag(flags::CO_COROUTINE) {
            "coroutine"
        } else if self.code.has_flag(flags::CO_ASYNC_GENERATOR) {
            "async generator"
        } else {
            "generator"
        }
    }

    /// Makes the frame ready to run on `thread` with `value` as the result of its `yield`.
    ///
    /// # Safety
    /// The generator must be created or suspended.
    #[inline(always)]
    pub unsafe fn activate(&self, thread: &Thread, frame: *mut Frame, entry: bool) {
        self.state.set(State::Running);
        self.handled.previous.set(thread.handled.get());
        thread.handled.set(&self.handled);
        thread.depth_left.set(thread.depth_left.get() - 1);
        // SAFETY: the frame is at rest.
        unsafe {
            (*frame).previous = thread.frame.get();
            (*frame).entry = entry;
        }
    }

    /// The reverse of `activate`, when the frame yields, returns or raises.
    #[inline(always)]
    pub fn deactivate(&self, thread: &Thread, state: State) {
        self.state.set(state);
        thread.handled.set(self.handled.previous.get());
        thread.depth_left.set(thread.depth_left.get() + 1);
    }

    /// Called by the eval loop when the generator's frame has returned or raised.
    pub fn finish(&self, thread: &Thread) {
        self.deactivate(thread, State::Finished);
        self.handled.value.set(None);
        self.release_frame();
    }
}

/// What a generator answered.
pub enum Step {
    Yielded(Value),
    Returned(Value),
}

/// Resumes a generator with `value` as the result of its `yield`.
pub fn send(this: &Ref<GenCore>, value: Value) -> PyResult<Step> {
    match this.state.get() {
        State::Running => return Err(this.running_error()),
        State::Finished => return finished(this),
        State::Created if !value.is_none() => {
            return Err(exceptions::type_error(format!(
                "can't send non-None value to a just-started {}",
                this.kind()
            )));
        }
        _ => {}
    }
    let thread = thread::current();
    let Some(frame) = this.frame() else { return finished(this) };
    check_depth(thread)?;
    // SAFETY: the generator is at rest; its stack has room for the value, which the instruction after the yield pops.
    let result = unsafe {
        this.activate(thread, frame, true);
        *(*frame).sp = value.into_bits();
        (*frame).sp = (*frame).sp.add(1);
        frame::run(thread, frame)
    };
    answer(this, result)
}

fn check_depth(thread: &Thread) -> PyResult<()> {
    if thread.depth_left.get() <= 0 {
        return Err(exceptions::recursion_error("maximum recursion depth exceeded"));
    }
    Ok(())
}

fn finished(this: &GenCore) -> PyResult<Step> {
    if this.is_coroutine() {
        return Err(reused_coroutine());
    }
    Ok(Step::Returned(Value::NONE))
}

fn reused_coroutine() -> PyErr {
    exceptions::runtime_error("cannot reuse already awaited coroutine")
}

fn answer(this: &GenCore, result: PyResult<Value>) -> PyResult<Step> {
    let value = result?;
    Ok(if this.state.get() == State::Finished { Step::Returned(value) } else { Step::Yielded(value) })
}

/// Raises `error` where the generator waits, without regard to what it delegates to.
pub fn throw_here(this: &Ref<GenCore>, error: PyErr) -> PyResult<Step> {
    match this.state.get() {
        State::Running => return Err(this.running_error()),
        State::Finished if this.is_coroutine() => return Err(reused_coroutine()),
        State::Finished => return Err(error),
        _ => {}
    }
    let thread = thread::current();
    let Some(frame) = this.frame() else { return Err(error) };
    check_depth(thread)?;
    // SAFETY: the generator is at rest.
    let result = unsafe {
        this.activate(thread, frame, true);
        frame::throw_into(thread, frame, error)
    };
    answer(this, result)
}

/// `iternext` of a generator: a return value that is not None travels in StopIteration.
pub fn iternext(this: &Ref<GenCore>) -> PyResult<Option<Value>> {
    match send(this, Value::NONE)? {
        Step::Yielded(value) => Ok(Some(value)),
        Step::Returned(value) if value.is_none() => Ok(None),
        Step::Returned(value) => Err(exceptions::stop_iteration(value)),
    }
}

#[pyclass(name = "generator", gc, weakref, no_new, finalizer, parts(shared))]
#[repr(C)]
pub struct PyGenerator {
    pub core: GenCore,
}

#[pyclass(name = "coroutine", gc, weakref, no_new, finalizer, parts(shared))]
#[repr(C)]
pub struct PyCoroutine {
    pub core: GenCore,
    pub origin: GilCell<Option<Value>>,
}

impl Traverse for PyGenerator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.core.traverse(visit);
    }

    fn clear_refs(&self) {
        self.core.clear_refs();
    }

    fn needs_finalizer(&self) -> bool {
        self.core.needs_finalizer()
    }
}

impl Traverse for PyCoroutine {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.core.traverse(visit);
        self.origin.traverse(visit);
    }

    fn clear_refs(&self) {
        self.core.clear_refs();
    }

    fn needs_finalizer(&self) -> bool {
        self.core.needs_finalizer()
    }
}

/// The shared part of an exact generator or coroutine, which the eval loop resumes without native recursion.
#[inline(always)]
pub fn core_of_exact(value: &Value) -> Option<&Ref<GenCore>> {
    // SAFETY: both payloads start with a `GenCore`.
    unsafe {
        match value.downcast_exact::<PyGenerator>() {
            Some(generator) => Some(generator.upcast()),
            None => value.downcast_exact::<PyCoroutine>().map(|c| c.upcast()),
        }
    }
}

/// Makes the generator object for a call that has just executed RETURN_GENERATOR, moving its frame out of the data stack.
///
/// # Safety
/// `frame` is the call's frame with an empty value stack; its contents move and the caller drops the memory only.
pub unsafe fn from_call(frame: *mut Frame, resume_at: *mut u64) -> Value {
    // SAFETY: the words move once; every pointer into the frame is recomputed.
    unsafe {
        let code = (*frame).code_ref().clone();
        let function = (*frame).function();
        let words = FRAME_WORDS + code.nlocalsplus as usize + code.stacksize as usize;
        let used = FRAME_WORDS + code.nlocalsplus as usize;
        let record = Record::copied(frame, used, words);
        let moved = record.frame();
        (*moved).sp = (*moved).stack_base();
        (*moved).ip = resume_at;
        (*moved).owner = Owner::Generator;
        (*moved).previous = std::ptr::null_mut();
        let core = GenCore {
            record: GilCell::new(Some(record)),
            state: Cell::new(State::Created),
            handled: HandledException::new(),
            name: GilCell::new(function.name.get()),
            qualname: GilCell::new(function.qualname.get()),
            code: code.clone(),
        };
        let value = if code.has_flag(flags::CO_COROUTINE) {
            let origin = origin::track((*frame).previous);
            Ref::new(PyCoroutine { core, origin: GilCell::new(origin) }).into_value()
        } else if code.has_flag(flags::CO_ASYNC_GENERATOR) {
            Ref::new(PyAsyncGenerator::new(core)).into_value()
        } else {
            Ref::new(PyGenerator { core }).into_value()
        };
        (*moved).generator = value.bits() as *const Obj<GenCore>;
        if (*moved).object != 0 {
            let object = Value::clone_from_bits((*moved).object);
            object.downcast_unchecked::<frame::PyFrame>().frame.set(moved);
        }
        value
    }
}

/// What `yield` in an async generator hands to the machinery of `__anext__`.
pub fn wrap_async_yield(value: Value) -> Value {
    Ref::new(PyAsyncGenWrapped { value }).into_value()
}

/// A value on its way out of an async generator.
#[pyclass(name = "async_generator_wrapped_value", gc, no_new)]
pub struct PyAsyncGenWrapped {
    pub value: Value,
}

impl Traverse for PyAsyncGenWrapped {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.value.traverse(visit);
    }
}

/// `value.send(argument)` of anything that can be awaited or delegated to.
pub fn send_to(receiver: &Value, argument: &Value) -> PyResult<Step> {
    match send_raising(receiver, argument) {
        Err(error)
            if error.is_instance(exceptions::stop_iteration_class()) && core_of_exact(receiver).is_none() =>
        {
            Ok(Step::Returned(exceptions::stop_iteration_value(&error)))
        }
        step => step,
    }
}

/// As [`send_to`], but the StopIteration that an iterator other than a generator raises is the error.
pub fn send_raising(receiver: &Value, argument: &Value) -> PyResult<Step> {
    if let Some(core) = core_of_exact(receiver) {
        return send(core, argument.clone());
    }
    if argument.is_none()
        && let Some(next) = receiver.class().slots().iternext
    {
        return Ok(match next(receiver)? {
            Some(value) => Step::Yielded(value),
            None => Step::Returned(Value::NONE),
        });
    }
    protocol::call_method(receiver, crate::name!("send"), std::slice::from_ref(argument)).map(Step::Yielded)
}
