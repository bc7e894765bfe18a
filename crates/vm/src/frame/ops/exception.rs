//! Raising, handling, and unwinding.

use super::State;
use crate::exceptions::{self, PyBaseException, PyErr, group};
use crate::frame::{quicken, raise};
use crate::monitoring::{self, Event, Target};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::{PyType, TypeRef};
use crate::value::Value;
use crate::{PyResult, protocol};
use minipy_bytecode::verifier::VerifyError;
use minipy_bytecode::{Opcode, opcode};

impl State {
    /// Finds the handler for an exception raised by the current instruction, leaving frames that have none. Gives the
    /// exception back when it leaves the entry frame.
    #[cold]
    #[inline(never)]
    pub fn handle(&mut self, error: PyErr) -> Option<PyErr> {
        self.sync();
        if error.exception().traceback.with(|t| t.is_none()) {
            raise::set_context(self.thread, &error);
        }
        let index = self.frame().instruction_index();
        self.unwind(error, index)
    }

    /// As [`State::handle`] for an exception whose handler is that of the instruction at `raising`.
    fn unwind(&mut self, mut error: PyErr, mut raising: usize) -> Option<PyErr> {
        let mut reraising = self.thread.reraising.take();
        // What the instruction has dropped goes before its exception is seen.
        self.safe_point();
        // Events tell of the last code unit of the instruction that raises, or of the one before a call that does.
        let mut last_unit = self.last_unit(raising);
        loop {
            let index = self.frame().instruction_index();
            // An exception raised again has its entry for this frame. The instruction that does so is not the one to report,
            // but its handler is the one to find.
            match reraising.take() {
                Some(again) => {
                    (raising, last_unit) = (again, again as i64);
                    error = self.reported(Event::Reraise, last_unit, error);
                }
                None => {
                    // SAFETY: the frame is live and `ip` is its raising instruction.
                    unsafe { raise::add_traceback(&error, self.frame) };
                    error = self.reported(Event::Raise, last_unit, error);
                }
            }
            while let Some(handler) = self.handler_of(raising) {
                self.unwind_stack(handler.depth);
                if handler.push_lasti {
                    self.push(Value::small_int(index as i64 * 2));
                }
                self.push(error.as_value().clone());
                // SAFETY: the handler is an instruction of the code.
                self.ip = unsafe { self.code().entry().add(handler.target) };
                let raised = error.as_value().clone();
                error = self.reported(Event::ExceptionHandled, handler.target as i64, error);
                if raised.is(error.as_value()) {
                    monitoring::after_jump(
                        self.thread,
                        self.code(),
                        Target { from: index, to: handler.target },
                    );
                    drop((raised, error));
                    self.safe_point();
                    return None;
                }
                // A callback has raised before the handler begins.
                raising = handler.target.saturating_sub(1);
                last_unit = raising as i64;
            }
            self.unwind_stack(0);
            error = self.reported(Event::PyUnwind, last_unit, error);
            let (indirect, constructs) = (self.frame().indirect, self.frame().constructs);
            if self.leave_frame() {
                return Some(error);
            }
            raising = self.frame().instruction_index();
            // SAFETY: `ip` is the calling instruction. Where it is instrumented CPython does not specialise it.
            let indirect = indirect || constructs && quicken::is_instrumented(unsafe { *self.ip });
            last_unit = if indirect { self.last_unit(raising) } else { raising as i64 - 1 };
        }
    }

    /// Drops the values above the lowest `depth` ones, and runs the finalisers that leaves behind.
    fn unwind_stack(&mut self, depth: usize) {
        // SAFETY: the stack has at least that many values.
        let wanted = unsafe { self.frame().stack_base().add(depth) };
        while self.sp > wanted {
            drop(self.pop_opt());
        }
        self.safe_point();
    }

    /// The SystemError that refused code raises.
    #[cold]
    #[inline(never)]
    pub fn refused(&mut self) -> PyErr {
        let code = self.code();
        let Some(VerifyError { offset, what }) = code.refused else {
            return exceptions::system_error("unknown opcode");
        };
        let what = match code.object.code.get(offset) {
            Some(&opcode) if Opcode::from_u8(opcode).is_none() => format!("unknown opcode {opcode}"),
            _ => what.to_owned(),
        };
        exceptions::system_error(format!("{}:{}: {what}", code.filename.get(), code.line_at(offset / 2)))
    }

    /// The handler for the instruction at `index`. One that expects more on the stack than is there is no handler: that is
    /// so only where a callback has raised between instructions.
    fn handler_of(&self, index: usize) -> Option<raise::Handler> {
        let code = self.code();
        if code.refused.is_some() {
            // Its table has not been verified.
            return None;
        }
        let handler = raise::find_handler(&code.object.exceptiontable, index)?;
        // SAFETY: both pointers are into the frame's stack.
        let depth = unsafe { self.sp.offset_from(self.frame().stack_base()) };
        (handler.depth as isize <= depth).then_some(handler)
    }

    /// The last code unit of the instruction at `index`.
    fn last_unit(&self, index: usize) -> i64 {
        (index + opcode::unit_len(self.code().object.code[index * 2])) as i64 - 1
    }

    /// Reports what happens to an exception at code unit `unit`. An exception that a callback raises takes its place.
    fn reported(&mut self, event: Event, unit: i64, error: PyErr) -> PyErr {
        if monitoring::listeners(event) == 0 {
            return error;
        }
        self.sync();
        // SAFETY: the frame is current, and its registers are written back.
        match unsafe { monitoring::fire(self.thread, self.frame, event, unit * 2, error.as_value()) } {
            Ok(()) => error,
            Err(other) => other,
        }
    }

    /// Raises an exception in the frame, which is suspended: the instruction before the one where it would go on raises.
    #[cold]
    #[inline(never)]
    pub fn throw(&mut self, error: PyErr) -> Option<PyErr> {
        monitoring::refresh(self.code());
        // What the generator itself handles is the context; what its caller does is not.
        // SAFETY: the link belongs to the running generator.
        if unsafe { (*self.thread.handled.get()).value.with(|handled| handled.is_some()) } {
            raise::set_context(self.thread, &error);
        }
        let resume = self.frame().instruction_index();
        let error = self.reported(Event::PyThrow, resume as i64, error);
        // In the place of what the instruction has yielded: its handler's depth counts it.
        self.push(Value::NONE);
        self.sync();
        self.unwind(error, resume - 1)
    }

    /// A handler begins: the exception on top becomes the handled one, and its predecessor is kept below it.
    pub fn push_exc_info(&mut self) {
        let exception = self.pop();
        // SAFETY: the link belongs to this thread or to the running generator.
        let link = unsafe { &*self.thread.handled.get() };
        let previous = link.value.replace(Some(exception.clone()));
        self.push(previous.unwrap_or(Value::NONE));
        self.push(exception);
    }

    /// A handler ends: its predecessor is handled again.
    pub fn pop_except(&mut self) {
        let previous = self.pop();
        // SAFETY: as above.
        let link = unsafe { &*self.thread.handled.get() };
        let old = link.value.replace(if previous.is_none() { None } else { Some(previous) });
        drop(old);
        self.safe_point();
    }

    pub fn check_exc_match(&mut self) -> PyResult<()> {
        self.sync();
        check_except_types(self.peek(1))?;
        let matches = exception_matches(self.peek(2), self.peek(1));
        self.set_top(Value::from_bool(matches));
        Ok(())
    }

    /// Stack: exception group, type. Leaves the rest and the matching part.
    pub fn check_eg_match(&mut self) -> PyResult<()> {
        self.sync();
        check_except_star_types(self.peek(1))?;
        let (matched, rest) = split_exception(self.peek(2), self.peek(1))?;
        drop(self.pop());
        drop(self.pop());
        if !matched.is_none() {
            // SAFETY: the link belongs to this thread or to the running generator.
            let link = unsafe { &*self.thread.handled.get() };
            link.value.set(Some(matched.clone()));
        }
        self.push(rest);
        self.push(matched);
        Ok(())
    }

    /// `raise`, `raise exception`, `raise exception from cause`.
    pub fn raise_varargs(&mut self, argc: u32) -> PyResult<()> {
        self.sync();
        let cause = if argc == 2 { Some(self.pop()) } else { None };
        if argc == 0 {
            return Err(
                match self.thread.handled_exception().map(|e| e.downcast_into::<PyBaseException>()) {
                    Some(Ok(exception)) => {
                        self.thread.reraising.set(Some(self.frame().instruction_index()));
                        PyErr::from_exception(exception)
                    }
                    _ => self.with_context(exceptions::runtime_error("No active exception to reraise")),
                },
            );
        }
        let raised = self.pop();
        Err(match instantiate(raised, cause) {
            Ok(error) | Err(error) => self.with_context(error),
        })
    }

    fn with_context(&self, error: PyErr) -> PyErr {
        raise::set_context(self.thread, &error);
        error
    }

    /// Raises the exception on top again. `arg` is the depth of the instruction offset to report, if any.
    pub fn reraise(&mut self, arg: u32) -> PyResult<()> {
        self.sync();
        let raising = self.frame().instruction_index();
        let exception = self.pop();
        if arg > 0
            && let Some(offset) = self.peek(arg as usize).as_small_int()
        {
            // SAFETY: the offset is one that `handle` pushed for this code.
            self.ip = unsafe { self.code().entry().add(offset as usize / 2) };
        }
        self.sync();
        match exception.downcast_into::<PyBaseException>() {
            Ok(exception) => {
                self.thread.reraising.set(Some(raising));
                Err(PyErr::from_exception(exception))
            }
            Err(_) => Err(exceptions::type_error("exceptions must derive from BaseException")),
        }
    }

    /// Stack: exit function, its receiver or NULL, instruction offset, previous exception, exception. Calls
    /// `exit(type, exception, traceback)`.
    pub fn with_except_start(&mut self) -> PyResult<()> {
        self.sync();
        let exception = self.peek(1).clone();
        let traceback = match exception.downcast::<PyBaseException>() {
            Some(e) => e.traceback_value(),
            None => Value::NONE,
        };
        let class = exception.class().to_value();
        let exit = self.peek(5).clone();
        // SAFETY: the slot is within the stack; zero is NULL.
        let receiver = unsafe { *self.slot(4) };
        let result = if receiver == 0 {
            protocol::call(&exit, &[class, exception, traceback])
        } else {
            let receiver = self.peek(4).clone();
            protocol::call(&exit, &[receiver, class, exception, traceback])
        }?;
        self.push(result);
        self.safe_point();
        Ok(())
    }
}

/// The exception that `raise` means: an instance, or a class to call.
fn instantiate(raised: Value, cause: Option<Value>) -> Result<PyErr, PyErr> {
    let exception = match raised.downcast_into::<PyBaseException>() {
        Ok(exception) => PyErr::from_exception(exception),
        Err(class) => {
            let is_exception_class = |c: &TypeRef| c.is_subtype(exceptions::base_exception_class());
            match class.downcast::<PyType>() {
                Some(class) if is_exception_class(class) => PyErr::new(class, &[]),
                _ => return Err(exceptions::type_error("exceptions must derive from BaseException")),
            }
        }
    };
    if let Some(cause) = cause {
        let cause = if cause.is_none() {
            None
        } else if cause.downcast::<PyBaseException>().is_some() {
            Some(cause)
        } else {
            match cause.downcast::<PyType>() {
                Some(class) if class.is_subtype(exceptions::base_exception_class()) => {
                    Some(protocol::call0(class.as_value())?)
                }
                _ => return Err(exceptions::type_error("exception causes must derive from BaseException")),
            }
        };
        if let Some(cause) = &cause
            && cause.downcast::<PyBaseException>().is_none()
        {
            return Err(exceptions::type_error(format!(
                "calling {} should have returned an instance of BaseException, not {}",
                cause.type_name(),
                cause.type_name()
            )));
        }
        exception.exception().cause.set(cause);
        exception.exception().suppress_context.set(true);
    }
    Ok(exception)
}

fn is_exception_class(value: &Value) -> bool {
    value.downcast::<PyType>().is_some_and(|c| c.is_subtype(exceptions::base_exception_class()))
}

fn each_type(types: &Value, mut check: impl FnMut(&Value) -> PyResult<()>) -> PyResult<()> {
    match types.downcast::<PyTuple>() {
        Some(tuple) => tuple.iter().try_for_each(check),
        None => check(types),
    }
}

fn check_except_types(types: &Value) -> PyResult<()> {
    each_type(types, |class| {
        if is_exception_class(class) {
            return Ok(());
        }
        Err(exceptions::type_error("catching classes that do not inherit from BaseException is not allowed"))
    })
}

fn check_except_star_types(types: &Value) -> PyResult<()> {
    check_except_types(types)?;
    each_type(types, |class| match class.downcast::<PyType>() {
        Some(class) if class.is_subtype(exceptions::base_exception_group_class()) => {
            Err(exceptions::type_error(
                "catching ExceptionGroup with except* is not allowed. Use except instead.",
            ))
        }
        _ => Ok(()),
    })
}

/// Whether `except types` catches the exception.
pub fn exception_matches(exception: &Value, types: &Value) -> bool {
    let matches = |class: &Value| class.downcast::<PyType>().is_some_and(|c| exception.is_instance_of(c));
    match types.downcast::<PyTuple>() {
        Some(tuple) => tuple.iter().any(matches),
        None => matches(types),
    }
}

/// (matching part, rest) of a raised exception for `except*`; a naked exception that matches is wrapped.
fn split_exception(raised: &Value, types: &Value) -> PyResult<(Value, Value)> {
    if raised.is_none() {
        return Ok((Value::NONE, Value::NONE));
    }
    if exception_matches(raised, types) {
        if raised.is_instance_of(exceptions::base_exception_group_class()) {
            return Ok((raised.clone(), Value::NONE));
        }
        return Ok((group::wrap(raised)?, Value::NONE));
    }
    if raised.is_instance_of(exceptions::base_exception_group_class()) {
        return group::split(raised, types);
    }
    Ok((Value::NONE, raised.clone()))
}
