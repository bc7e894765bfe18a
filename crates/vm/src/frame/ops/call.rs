//! Calls, functions, returns, intrinsics.

use super::State;
use crate::exceptions::PyBaseException;
use crate::frame::{Frame, bind, breaker};
use crate::function::args::Args;
use crate::heap::{Payload, Ref};
use crate::types::code::PyCode;
use crate::types::dict::{DictRef, PyDict};
use crate::types::function::{PyBoundMethod, PyFunction, PyMethodDescr, PyNative};
use crate::types::list::PyList;
use crate::types::object::PyObject;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::{PyType, TypeFlags, TypeRef};
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_bytecode::code::flags;
use smallvec::SmallVec;

/// Words of a CALL or CALL_KW instruction with its caches.
const CALL_WORDS: usize = 4;

impl State {
    /// Stack: callable, receiver or NULL, `argc` arguments.
    #[inline(always)]
    pub fn call(&mut self, argc: u32) -> PyResult<()> {
        let argc = argc as usize;
        if self.peek(argc + 2).downcast_exact::<PyFunction>().is_none() {
            self.unwrap_bound(argc);
        }
        // SAFETY: the slot of the receiver; zero if there is none.
        let has_receiver = unsafe { *self.slot(argc + 1) } != 0;
        let total = argc + usize::from(has_receiver);
        let callable = self.peek(argc + 2);
        if callable.downcast_exact::<PyFunction>().is_some() {
            return self.call_python(argc, total, &[]);
        }
        if !has_receiver
            && let Some(class) = callable.downcast_exact::<PyType>()
            && let Some(init) = plain_init(class)
        {
            let class = class.clone();
            return self.construct(&class, init, argc);
        }
        if !has_receiver
            && !callable.class().flags().contains(TypeFlags::IMMORTAL)
            && self.outlined(|s| s.call_instance(argc))?
        {
            return Ok(());
        }
        self.sync();
        let callable = self.peek(argc + 2);
        let args = Args::positional_only(self.top_slice(total));
        let result = if let Some(method) = callable.downcast_exact::<PyMethodDescr>() {
            method.check(args).and_then(|()| (method.def.func)(args))
        } else if let Some(native) = callable.downcast_exact::<PyNative>()
            && native.receiver.is_none()
        {
            (native.def.func)(args)
        } else {
            protocol::call_args(callable, args)
        }?;
        self.drop_slots(argc + 2);
        self.push(result);
        self.skip(CALL_WORDS);
        self.after_native_call()
    }

    /// Calls an object whose class has a `__call__` in Python by pushing that function's frame; false if it has none.
    #[inline(never)]
    fn call_instance(&mut self, argc: usize) -> PyResult<bool> {
        let Some(function) = python_method(self.peek(argc + 2), name!("__call__")) else { return Ok(false) };
        // SAFETY: the receiver's slot is empty; the object moves there, and the function to where it was.
        unsafe {
            *self.slot(argc + 1) = std::ptr::replace(self.slot(argc + 2), function.into_value().into_bits())
        };
        self.call_python(argc, argc + 1, &[])?;
        // SAFETY: the callee's frame is on top.
        unsafe { (*self.frame).indirect = true };
        Ok(true)
    }

    /// Calls a special method, as CPython does from native code, by pushing its frame. Its arguments are the top `count` values;
    /// `words` is the length of the instruction.
    pub(super) fn push_special(
        &mut self,
        function: Ref<PyFunction>,
        count: usize,
        words: usize,
    ) -> PyResult<()> {
        self.sync();
        // SAFETY: the frame is fresh, and takes over the function and the arguments.
        unsafe {
            let frame = bind::push_frame_filled(self.thread, &function, self.slot(count), count)?;
            std::mem::forget(function);
            (*frame).indirect = true;
            self.sp = self.sp.sub(count);
            (*self.frame).sp = self.sp;
            (*self.frame).return_offset = words as u32;
            self.switch_to(frame);
        }
        self.skip_resume();
        Ok(())
    }

    /// What waits for the end of a native call: finalisers, and signals that arrived while it blocked.
    #[inline(always)]
    fn after_native_call(&mut self) -> PyResult<()> {
        self.safe_point();
        if breaker::is_set() { self.outlined(State::serve_breaker) } else { Ok(()) }
    }

    /// Makes an instance and calls its Python `__init__` by pushing the frame. The instance takes the callable's slot.
    #[inline(always)]
    fn construct(&mut self, class: &TypeRef, init: Ref<PyFunction>, argc: usize) -> PyResult<()> {
        self.sync();
        let frame = bind::push_frame(self.thread, init)?;
        let instance = Ref::new_in(class, PyObject::sentinel()).into_value();
        // SAFETY: the frame is live and owns the function.
        let init = unsafe { (*frame).function() };
        let code = init.code();
        // SAFETY: the frame is fresh; the arguments move from the stack into its locals, or are copied there.
        unsafe {
            if code.takes_exactly(argc + 1) {
                let locals = (*frame).localsplus();
                *locals = instance.clone().into_bits();
                self.sp = self.sp.sub(argc);
                std::ptr::copy_nonoverlapping(self.sp, locals.add(1), argc);
            } else {
                let mut all: SmallVec<[Value; 8]> = SmallVec::with_capacity(argc + 1);
                all.push(instance.clone());
                all.extend(self.top_slice(argc).iter().cloned());
                if let Err(error) = bind::bind(frame, init, Args::positional_only(&all)) {
                    bind::discard_frame(self.thread, frame);
                    return Err(error);
                }
                self.drop_slots(argc);
            }
            // NULL goes, the class makes room for the instance.
            self.sp = self.sp.sub(1);
            self.set_top(instance);
            (*self.frame).sp = self.sp;
            (*self.frame).return_offset = CALL_WORDS as u32;
            (*frame).constructs = true;
            self.switch_to(frame);
        }
        self.skip_resume();
        Ok(())
    }

    /// Replaces a bound method and NULL by its function and receiver.
    #[inline(always)]
    pub(super) fn unwrap_bound(&mut self, argc: usize) {
        // SAFETY: both slots are within the stack; the words move as their ownership does.
        unsafe {
            if *self.slot(argc + 1) != 0 {
                return;
            }
            if let Some(method) = self.peek(argc + 2).downcast_exact::<PyBoundMethod>() {
                let (function, receiver) = (method.function.clone(), method.receiver.clone());
                *self.slot(argc + 1) = receiver.into_bits();
                let old = std::ptr::replace(self.slot(argc + 2), function.into_bits());
                drop(Value::from_bits(old));
            }
        }
    }

    /// Calls the Python function `argc + 2` slots down with the top `total` values by pushing its frame. If the receiver is not
    /// among the values, NULL lies between.
    #[inline(always)]
    fn call_python(&mut self, argc: usize, total: usize, kwnames: &[Value]) -> PyResult<()> {
        self.sync();
        // SAFETY: the callers have seen a function in the slot, whose reference moves to the frame. The frame is fresh; the arguments
        // move from the stack into its first locals, or are copied there.
        unsafe {
            let slot = self.slot(argc + 2);
            let function = (*(slot as *const Value)).downcast_unchecked::<PyFunction>();
            let frame = if kwnames.is_empty() && function.code().takes_exactly(total) {
                bind::push_frame_filled(self.thread, function, self.slot(total), total)?
            } else {
                let frame = bind::push_frame_moving(self.thread, function)?;
                *slot = 0;
                self.outlined(|s| s.bind_or_discard(frame, total, kwnames))?;
                frame
            };
            // All that lies above the callable's slot has moved.
            self.sp = slot;
            (*self.frame).sp = slot;
            (*self.frame).return_offset = CALL_WORDS as u32;
            self.switch_to(frame);
        }
        self.skip_resume();
        Ok(())
    }

    /// Binds arguments that are the top `count` values, and drops those; or takes the frame down.
    ///
    /// # Safety
    /// The frame is fresh.
    #[inline(never)]
    unsafe fn bind_or_discard(&mut self, frame: *mut Frame, count: usize, kwnames: &[Value]) -> PyResult<()> {
        let args = Args { args: self.top_slice(count), kwnames };
        // SAFETY: the frame is live and owns the function.
        unsafe {
            if let Err(error) = bind::bind(frame, (*frame).function(), args) {
                bind::discard_frame(self.thread, frame);
                return Err(error);
            }
        }
        self.drop_slots(count);
        Ok(())
    }

    /// As [`State::call`], with a tuple of keyword names on top.
    #[inline(always)]
    pub fn call_kw(&mut self, argc: u32) -> PyResult<()> {
        let argc = argc as usize;
        self.sync();
        let kwnames = self.pop();
        let Some(names) = kwnames.downcast::<PyTuple>() else {
            return Err(exceptions::system_error("keyword names are no tuple"));
        };
        self.unwrap_bound(argc);
        // SAFETY: the slot of the receiver; zero if there is none.
        let has_receiver = unsafe { *self.slot(argc + 1) } != 0;
        let total = argc + usize::from(has_receiver);
        if self.peek(argc + 2).downcast_exact::<PyFunction>().is_some() {
            return self.call_python(argc, total, names);
        }
        let callable = self.peek(argc + 2).clone();
        let result = protocol::call_args(&callable, Args { args: self.top_slice(total), kwnames: names })?;
        self.drop_slots(argc + 2);
        self.push(result);
        self.skip(CALL_WORDS);
        drop(callable);
        self.after_native_call()
    }

    /// Stack: callable, NULL, iterable of arguments, mapping of keywords or NULL.
    pub fn call_function_ex(&mut self) -> PyResult<()> {
        self.sync();
        let kwargs = self.pop_opt();
        let args = self.pop();
        let is_bound = self.peek(2).downcast_exact::<PyBoundMethod>().is_some();
        self.unwrap_bound(0);
        let callable = self.peek(2).clone();
        // SAFETY: the slot of the receiver, which moves out of it; zero if there is none.
        let receiver = unsafe {
            let bits = std::mem::take(&mut *self.slot(1));
            (bits != 0).then(|| Value::from_bits(bits))
        };
        let positional = match args.downcast_exact::<PyTuple>() {
            Some(tuple) => tuple.clone(),
            None => starred_arguments(&args, &callable)?,
        };
        let kwargs = match kwargs {
            Some(kwargs) => Some(keyword_arguments(kwargs, &callable)?).filter(|kwargs| !kwargs.is_empty()),
            None => None,
        };
        let pushed = match (&kwargs, &receiver) {
            (None, None) => self.call_spread(&callable, is_bound, Args::positional_only(&positional)),
            (None, Some(receiver)) => Args::positional_only(&positional)
                .preceded_by(receiver, |full| self.call_spread(&callable, is_bound, full)),
            (Some(kwargs), _) => {
                let mut all: SmallVec<[Value; 8]> = receiver.iter().chain(&**positional).cloned().collect();
                let mut names = Vec::new();
                for (name, value) in kwargs.entries() {
                    bind::keyword_name(&name)?;
                    names.push(name);
                    all.push(value);
                }
                self.call_spread(&callable, is_bound, Args { args: &all, kwnames: &names })
            }
        }?;
        drop((callable, receiver, args, positional, kwargs));
        if !pushed {
            self.safe_point();
        }
        Ok(())
    }

    /// Calls with arguments that were spread from a tuple and a mapping; true if that pushed a frame. On the stack there are the
    /// callable's slot and the receiver's.
    fn call_spread(&mut self, callable: &Value, is_bound: bool, args: Args<'_>) -> PyResult<bool> {
        if let Some(function) = callable.downcast_exact::<PyFunction>() {
            let frame = bind::push_frame(self.thread, function.clone())?;
            // SAFETY: the frame is fresh.
            unsafe {
                if let Err(error) = bind::bind(frame, function, args) {
                    bind::discard_frame(self.thread, frame);
                    return Err(error);
                }
                (*frame).indirect = is_bound;
                self.drop_slots(2);
                (*self.frame).sp = self.sp;
                (*self.frame).return_offset = 1;
                self.switch_to(frame);
            }
            return Ok(true);
        }
        let result = protocol::call_args(callable, args)?;
        self.drop_slots(2);
        self.push(result);
        self.skip(1);
        Ok(false)
    }

    /// Returns the value on top to the caller's frame; `Some` when the entry frame returns.
    #[inline(always)]
    pub fn return_value(&mut self) -> PyResult<Option<Value>> {
        let value = self.pop();
        let constructs = self.frame().constructs;
        if self.leave_frame() {
            return Ok(Some(value));
        }
        if constructs {
            return self.finish_construct(value);
        }
        // SAFETY: the caller's frame says where it goes on.
        let offset = unsafe { (*self.frame).return_offset };
        self.skip(offset as usize);
        self.push(value);
        self.safe_point();
        Ok(None)
    }

    #[inline(always)]
    fn finish_construct(&mut self, value: Value) -> PyResult<Option<Value>> {
        if !value.is_none() {
            return Err(exceptions::type_error(format!(
                "__init__() should return None, not '{}'",
                value.type_name()
            )));
        }
        self.skip(CALL_WORDS);
        self.safe_point();
        Ok(None)
    }

    pub fn exit_init_check(&mut self) -> PyResult<()> {
        let value = self.pop();
        if value.is_none() {
            return Ok(());
        }
        Err(exceptions::type_error(format!("__init__() should return None, not '{}'", value.type_name())))
    }

    #[inline(always)]
    pub fn make_function(&mut self) -> PyResult<()> {
        let code = self.pop();
        let Ok(code) = code.downcast_into::<PyCode>() else {
            return Err(exceptions::system_error("MAKE_FUNCTION without code"));
        };
        let function = PyFunction::new_ref(code, self.frame().globals().clone(), None);
        self.push(function.into_value());
        Ok(())
    }

    /// Stack: the attribute's value, the function.
    #[inline(always)]
    pub fn set_function_attribute(&mut self, which: u32) -> PyResult<()> {
        let function = self.pop();
        let value = self.pop();
        let Ok(function) = function.downcast_into::<PyFunction>() else {
            return Err(exceptions::system_error("SET_FUNCTION_ATTRIBUTE without function"));
        };
        match which {
            1 => function.defaults.set(value.downcast_into::<PyTuple>().ok()),
            2 => function.kwdefaults.set(value.downcast_into::<PyDict>().ok()),
            4 => function.annotations.set(Some(value)),
            8 => function.set_closure(value.downcast_into::<PyTuple>().ok()),
            _ => {
                if let Some(annotate) = value.downcast::<PyFunction>() {
                    let qualname = format!("{}.__annotate__", function.qualname.get());
                    annotate.qualname.set(PyStr::from_str(&qualname));
                }
                function.annotate.set(Some(value));
            }
        }
        self.push(function.into_value());
        Ok(())
    }

    pub fn call_intrinsic_1(&mut self, which: u32) -> PyResult<()> {
        self.sync();
        let result = match which {
            // INTRINSIC_PRINT
            1 => crate::function::hooks::display(self.peek(1))?,
            2 => self.import_star()?,
            // INTRINSIC_STOPITERATION_ERROR
            3 => stop_iteration_error(self, self.peek(1)),
            4 => crate::types::generator::wrap_async_yield(self.peek(1).clone()),
            5 => protocol::unary_positive(self.peek(1))?,
            // INTRINSIC_LIST_TO_TUPLE
            6 => match self.peek(1).downcast::<PyList>() {
                // Nobody else has the list that arguments are collected in.
                Some(list) if list.header().refcount() == 1 => {
                    PyTuple::from_vec(list.with(std::mem::take)).into_value()
                }
                Some(list) => PyTuple::from_vec(list.to_vec()).into_value(),
                None => return Err(exceptions::system_error("no list")),
            },
            7..=11 => crate::function::hooks::type_intrinsic(which, self.peek(1))?,
            _ => return Err(exceptions::system_error("unknown intrinsic")),
        };
        self.set_top(result);
        self.safe_point();
        Ok(())
    }

    pub fn call_intrinsic_2(&mut self, which: u32) -> PyResult<()> {
        self.sync();
        let (a, b) = (self.peek(2), self.peek(1));
        let result = match which {
            // INTRINSIC_PREP_RERAISE_STAR
            1 => crate::exceptions::group::prepare_reraise_star(a, b)?,
            // INTRINSIC_SET_FUNCTION_TYPE_PARAMS
            4 => {
                if let Some(function) = a.downcast::<PyFunction>() {
                    function.type_params.set(b.downcast::<PyTuple>().cloned());
                }
                a.clone()
            }
            2 | 3 | 5 => crate::function::hooks::type_intrinsic_2(which, a, b)?,
            _ => return Err(exceptions::system_error("unknown intrinsic")),
        };
        drop(self.pop());
        self.set_top(result);
        self.safe_point();
        Ok(())
    }
}

/// The tuple of `*args` for a call of `callable`.
pub(super) fn starred_arguments(args: &Value, callable: &Value) -> PyResult<TupleRef> {
    let class = args.class();
    if class.slots().iter.is_none() && class.slots().sq_item.is_none() {
        return Err(exceptions::type_error(format!(
            "{} argument after * must be an iterable, not {}",
            crate::types::function::describe_callable(callable),
            args.type_name()
        )));
    }
    protocol::to_tuple(args)
}

/// The dict of `**kwargs` for a call of `callable`.
pub(super) fn keyword_arguments(kwargs: Value, callable: &Value) -> PyResult<DictRef> {
    match kwargs.downcast_into::<PyDict>() {
        Ok(dict) => Ok(dict),
        Err(mapping) => {
            let dict = PyDict::new_ref();
            crate::types::dict::merge_keywords(&dict, &mapping, callable)?;
            Ok(dict)
        }
    }
}

/// A special method of the object's class, if it is a Python function.
pub(super) fn python_method(object: &Value, name: &StrRef) -> Option<Ref<PyFunction>> {
    object.class().lookup(name)?.downcast_into::<PyFunction>().ok()
}

/// The Python `__init__` of a class whose instances need nothing but that: `type.__call__` and `object.__new__` are not
/// overridden.
#[inline]
fn plain_init(class: &TypeRef) -> Option<Ref<PyFunction>> {
    if class.flags().contains(TypeFlags::IMMORTAL.union(TypeFlags::IS_ABSTRACT)) {
        return None;
    }
    let (own, object) = (class.slots().new?, PyObject::class().slots().new?);
    if !std::ptr::fn_addr_eq(own, object) {
        return None;
    }
    let init = class.lookup(name!("__init__"))?.downcast_into::<PyFunction>().ok()?;
    let suspends = flags::CO_GENERATOR | flags::CO_COROUTINE | flags::CO_ASYNC_GENERATOR;
    (init.code().flags & suspends == 0).then_some(init)
}

/// A StopIteration that leaves a generator becomes a RuntimeError (PEP 479).
fn stop_iteration_error(s: &State, raised: &Value) -> Value {
    let code = s.code();
    let kind = if code.has_flag(flags::CO_ASYNC_GENERATOR) {
        "async generator"
    } else if code.has_flag(flags::CO_COROUTINE) {
        "coroutine"
    } else {
        "generator"
    };
    let what = if raised.is_instance_of(exceptions::stop_iteration_class()) {
        "StopIteration"
    } else if code.has_flag(flags::CO_ASYNC_GENERATOR)
        && raised.is_instance_of(exceptions::stop_async_iteration_class())
    {
        "StopAsyncIteration"
    } else {
        return raised.clone();
    };
    let error = exceptions::runtime_error(format!("{kind} raised {what}"));
    let exception: &PyBaseException = error.exception();
    exception.cause.set(Some(raised.clone()));
    exception.context.set(Some(raised.clone()));
    exception.suppress_context.set(true);
    error.into_value()
}
