//! Instructions that report events: what happens before and after the instruction that the canonical code has there.

use super::State;
use crate::exceptions::{self, PyErr};
use crate::frame::quicken::{self, op};
use crate::function::args::Args;
use crate::monitoring::{self, Event, Site, Target, ToolSet};
use crate::protocol;
use crate::types::code::PyCode;
use crate::types::dict::PyDict;
use crate::types::function::{PyBoundMethod, PyFunction};
use crate::types::generator::{self, Step};
use crate::types::int;
use crate::types::list::PyListIterator;
use crate::types::range::PyRangeIterator;
use crate::types::tuple::{PyTuple, PyTupleIterator};
use crate::value::Value;
use crate::{PyResult, heap::Ref};
use minipy_bytecode::{Opcode, opcode};

/// Which of an instruction's tool sets an event goes to.
type Kind = fn(&mut Site) -> &mut ToolSet;
const OWN: Kind = |site| &mut site.own;
const LINE: Kind = |site| &mut site.line;
const INSTRUCTION: Kind = |site| &mut site.instruction;

/// How the eval loop goes on after the events before an instruction.
pub enum Next {
    /// With this instruction at the same place.
    Execute(u16),
    /// With the instruction at `ip`.
    Fetch,
}

fn offset(index: usize) -> Value {
    Value::small_int(index as i64 * 2)
}

impl State {
    /// Reports the events of the instruction at `ip`, and executes it if events depend on what it does.
    #[cold]
    #[inline(never)]
    pub fn instrumented(&mut self) -> PyResult<Next> {
        self.sync();
        let index = self.frame().instruction_index();
        // SAFETY: the frame owns its code while it executes.
        let code: &PyCode = unsafe { &(*(*self.frame).code).payload };
        let mut site = monitoring::site(code, index);
        if site.line != 0
            && let Some(line) = monitoring::line_reached(self.thread, code, index)
        {
            let args = [self.code_value(), int::from_i64(i64::from(line))];
            if self.report((LINE, site.line), index, Event::Line, &args)? {
                return Ok(Next::Fetch);
            }
            // The callback may have changed who listens.
            site = monitoring::site(code, index);
        }
        if site.instruction != 0 {
            if self.report(
                (INSTRUCTION, site.instruction),
                index,
                Event::Instruction,
                &[self.code_value(), offset(index)],
            )? {
                return Ok(Next::Fetch);
            }
            site = monitoring::site(code, index);
        }
        // SAFETY: `ip` is the executing instruction.
        let arg = unsafe { (*self.ip >> 32) as u32 };
        let plain = self.plain();
        match op::base(plain) {
            op::FOR_ITER => self.iterate(code, index, arg, site),
            op::SEND if site.watches => self.watched_send(index, arg),
            _ if site.own == 0 && !site.announces => Ok(Next::Execute(plain)),
            op::RESUME => {
                let event = if arg & 3 == 0 { Event::PyStart } else { Event::PyResume };
                self.before(index, site.own, event, &[self.code_value(), offset(index)])
            }
            op::RETURN_VALUE => {
                let value = self.peek(1).clone();
                self.before(index, site.own, Event::PyReturn, &[self.code_value(), offset(index), value])
            }
            op::YIELD_VALUE => {
                let value = self.peek(1).clone();
                self.before(index, site.own, Event::PyYield, &[self.code_value(), offset(index), value])
            }
            opcode @ (op::CALL | op::CALL_KW) => {
                self.reported_call(index, opcode == op::CALL_KW, arg, site.own)
            }
            op::CALL_FUNCTION_EX => self.reported_call_function_ex(index, site.own),
            op::LOAD_SUPER_ATTR => self.reported_super(index, arg, site.own).map(|()| Next::Fetch),
            op::END_FOR | op::END_SEND => {
                if generator::core_of_exact(self.peek(2)).is_some() {
                    let error = exceptions::stop_iteration(self.peek(1).clone());
                    let args = [self.code_value(), offset(index), error.into_value()];
                    return self.before(index, site.own, Event::StopIteration, &args);
                }
                Ok(Next::Execute(self.plain()))
            }
            op::NOT_TAKEN => {
                self.skip(1);
                let from = not_taken_from(code, index).unwrap_or(index);
                self.jumped(index, Event::BranchLeft, from).map(|_| Next::Fetch)
            }
            op::POP_ITER => {
                // The iterator goes after the event.
                self.skip(1);
                let head = if site.instruction == 0 { loop_head(code, index) } else { None };
                let from = head.unwrap_or(index);
                if !self.jumped_at(index, index, Event::BranchRight, from)? {
                    self.pop_top();
                }
                Ok(Next::Fetch)
            }
            op::END_ASYNC_FOR => {
                self.end_async_for()?;
                self.skip(1);
                let from = (index + 1).saturating_sub(arg as usize);
                self.jumped(index, Event::BranchRight, from).map(|_| Next::Fetch)
            }
            _ => self.reported_jump(index, plain, arg, site.own).map(|()| Next::Fetch),
        }
    }

    /// The instruction at `ip` as it is without events. A callback may have put it back already.
    fn plain(&self) -> u16 {
        // SAFETY: `ip` is the executing instruction.
        quicken::alone(unsafe { *self.ip })
    }

    /// The code object as callbacks get it.
    fn code_value(&self) -> Value {
        self.frame().code_ref().to_value()
    }

    /// Calls the tools with `args`, the first of which is the code; true if one of them has jumped.
    fn report<const N: usize>(
        &mut self,
        listeners: (Kind, ToolSet),
        index: usize,
        event: Event,
        args: &[Value; N],
    ) -> PyResult<bool> {
        self.sync();
        // SAFETY: the frame executes, and its registers are written back.
        unsafe { monitoring::fire_site(self.thread, self.frame, listeners, index, event, args)? };
        self.safe_point();
        // SAFETY: as above.
        let (ip, sp) = unsafe { ((*self.frame).ip, (*self.frame).sp) };
        if ip == self.ip {
            return Ok(false);
        }
        (self.ip, self.sp) = (ip, sp);
        Ok(true)
    }

    /// Reports an event, then has the instruction executed.
    fn before<const N: usize>(
        &mut self,
        index: usize,
        tools: ToolSet,
        event: Event,
        args: &[Value; N],
    ) -> PyResult<Next> {
        if self.report((OWN, tools), index, event, args)? {
            return Ok(Next::Fetch);
        }
        Ok(Next::Execute(self.plain()))
    }

    /// Reports that the instruction at `index` led to `ip`; true if the callback has jumped elsewhere. The frame stands at
    /// `index` meanwhile.
    fn jumped(&mut self, index: usize, event: Event, from: usize) -> PyResult<bool> {
        self.sync();
        let to = self.frame().instruction_index();
        self.jumped_at(index, to, event, from)
    }

    /// As [`State::jumped`]; the stack is that of the instruction `place`.
    fn jumped_at(&mut self, index: usize, place: usize, event: Event, from: usize) -> PyResult<bool> {
        self.sync();
        let to = self.frame().instruction_index();
        let args = [self.code_value(), offset(from), offset(to)];
        // SAFETY: the frame executes, and its registers are written back; `index` is an instruction of its code.
        unsafe {
            let source = self.code().entry().add(index);
            (*self.frame).ip = source;
            let result = monitoring::fire_jump(self.thread, self.frame, (index, place), event, &args);
            if result.is_err() {
                self.ip = source;
            }
            result?;
            if (*self.frame).ip != source {
                (self.ip, self.sp) = ((*self.frame).ip, (*self.frame).sp);
                return Ok(true);
            }
        }
        self.safe_point();
        Ok(false)
    }

    /// A jump, conditional or not: reported if it is made.
    fn reported_jump(&mut self, index: usize, opcode: u16, arg: u32, tools: ToolSet) -> PyResult<()> {
        let event = if is_conditional_jump(opcode) { Event::BranchRight } else { Event::Jump };
        let jumps = match opcode {
            op::JUMP_FORWARD => {
                self.skip(1 + arg as usize);
                true
            }
            op::JUMP_BACKWARD | op::JUMP_BACKWARD_CHECKED => {
                self.jump_back(opcode::unit_len(op::base(opcode) as u8), arg);
                if crate::frame::breaker::is_set() {
                    self.serve_breaker()?;
                }
                true
            }
            op::JUMP_BACKWARD_NO_INTERRUPT => {
                self.jump_back(1, arg);
                true
            }
            op::POP_JUMP_IF_FALSE => self.pop_jump_if(false),
            op::POP_JUMP_IF_TRUE => self.pop_jump_if(true),
            op::POP_JUMP_IF_NONE => self.pop_jump_if_none(true),
            op::POP_JUMP_IF_NOT_NONE => self.pop_jump_if_none(false),
            _ => return Err(exceptions::system_error("no jump")),
        };
        self.sync();
        if !jumps {
            return Ok(());
        }
        if tools == 0 || !self.jumped(index, event, index)? {
            self.sync();
            self.announce(index);
        }
        Ok(())
    }

    /// Tells a line start that the jump from `index` led to it.
    fn announce(&self, index: usize) {
        let to = self.frame().instruction_index();
        monitoring::after_jump(self.thread, self.code(), Target { from: index, to });
    }

    /// FOR_ITER. If it reports events of its own, without going on in a generator's frame in the same loop.
    fn iterate(&mut self, code: &PyCode, index: usize, arg: u32, site: Site) -> PyResult<Next> {
        const WORDS: usize = 2;
        if site.own == 0 && !site.announces && (!site.watches || ends_silently(self.peek(1))) {
            return Ok(Next::Execute(self.plain()));
        }
        let iterator = self.peek(1).clone();
        let only_watches = site.own | site.line | site.instruction == 0;
        if only_watches && generator::core_of_exact(&iterator).is_some() {
            return Ok(Next::Execute(op::FOR_ITER));
        }
        let Some(next) = iterator.class().slots().iternext else {
            return Err(exceptions::type_error(format!(
                "'{}' object is not an iterator",
                iterator.type_name()
            )));
        };
        let item = match next(&iterator) {
            Err(error) if error.is_instance(exceptions::stop_iteration_class()) => {
                self.report_stop(index, error)?;
                None
            }
            result => result?,
        };
        match item {
            Some(item) => {
                self.push(item);
                self.skip(WORDS);
                if monitoring::site(code, index).own != 0 {
                    self.jumped(index, Event::BranchLeft, index)?;
                }
            }
            None => {
                self.skip(WORDS + arg as usize + 1);
                self.sync();
                self.announce(index);
            }
        }
        self.safe_point();
        Ok(Next::Fetch)
    }

    /// A StopIteration that ends an iterator here is raised, too.
    fn report_stop(&mut self, index: usize, error: PyErr) -> PyResult<()> {
        self.sync();
        let offset = index as i64 * 2;
        // SAFETY: the frame executes, and its registers are written back.
        unsafe { monitoring::fire(self.thread, self.frame, Event::Raise, offset, error.as_value()) }
    }

    fn watched_send(&mut self, index: usize, arg: u32) -> PyResult<Next> {
        const WORDS: usize = 2;
        if generator::core_of_exact(self.peek(2)).is_some() {
            return Ok(Next::Execute(op::SEND));
        }
        let step = match generator::send_raising(self.peek(2), self.peek(1)) {
            Err(error) if error.is_instance(exceptions::stop_iteration_class()) => {
                let value = exceptions::stop_iteration_value(&error);
                self.report_stop(index, error)?;
                Step::Returned(value)
            }
            step => step?,
        };
        let (value, jump) = match step {
            Step::Yielded(value) => (value, 0),
            Step::Returned(value) => (value, arg as usize),
        };
        self.set_top(value);
        self.skip(WORDS + jump);
        self.safe_point();
        Ok(Next::Fetch)
    }

    /// CALL, and CALL_KW, which `has_keywords`.
    fn reported_call(
        &mut self,
        index: usize,
        has_keywords: bool,
        argc: u32,
        tools: ToolSet,
    ) -> PyResult<Next> {
        let argc = argc as usize;
        let names = usize::from(has_keywords);
        // The keyword names lie on top of the arguments.
        let below = argc + names;
        self.unwrap_bound(below);
        // SAFETY: the slot of the receiver; zero if there is none.
        let has_receiver = unsafe { *self.slot(below + 1) } != 0;
        let total = argc + usize::from(has_receiver);
        let callable = self.peek(below + 2).clone();
        let first = monitoring::first_argument((total > 0).then(|| self.peek(total + names)));
        let args = [self.code_value(), offset(index), callable.clone(), first];
        self.report((OWN, tools), index, Event::Call, &args)?;
        if callable.downcast_exact::<PyFunction>().is_some() {
            return Ok(Next::Execute(self.plain()));
        }
        let result = if names == 1 {
            let kwnames = self.peek(1).clone();
            let Some(kwnames) = kwnames.downcast::<PyTuple>() else {
                return Err(exceptions::system_error("keyword names are no tuple"));
            };
            let values = &self.top_slice(total + 1)[..total];
            protocol::call_args(&callable, Args { args: values, kwnames })
        } else {
            protocol::call_args(&callable, Args::positional_only(self.top_slice(total)))
        };
        let result = self.report_native(index, result, &args)?;
        self.drop_slots(below + 2);
        self.push(result);
        self.skip(opcode::unit_len(Opcode::CALL as u8));
        drop(args);
        drop(callable);
        self.safe_point();
        Ok(Next::Fetch)
    }

    /// Reports how a call of anything but a Python function ended.
    fn report_native(&mut self, index: usize, result: PyResult, args: &[Value; 4]) -> PyResult {
        // What the callee has left behind belongs to the call.
        self.safe_point();
        // The call may have changed who listens.
        let tools = monitoring::site(self.code(), index).own;
        match result {
            Ok(value) => {
                self.report((OWN, tools), index, Event::CReturn, args)?;
                Ok(value)
            }
            Err(error) => {
                self.report((OWN, tools), index, Event::CRaise, args)?;
                Err(error)
            }
        }
    }

    fn reported_call_function_ex(&mut self, index: usize, tools: ToolSet) -> PyResult<Next> {
        let callable = self.peek(4).clone();
        // The compiler passes a tuple or, for one starred argument, any iterable.
        if self.peek(2).downcast::<PyTuple>().is_none() {
            let tuple = super::call::starred_arguments(self.peek(2), &callable)?;
            // SAFETY: the slot holds a value, which the tuple replaces.
            drop(unsafe {
                Value::from_bits(std::ptr::replace(self.slot(2), tuple.into_value().into_bits()))
            });
        }
        let first =
            monitoring::first_argument(self.peek(2).downcast::<PyTuple>().and_then(|args| args.first()));
        let args = [self.code_value(), offset(index), callable.clone(), first];
        self.report((OWN, tools), index, Event::Call, &args)?;
        let is_python = callable.downcast_exact::<PyFunction>().is_some()
            || callable.downcast_exact::<PyBoundMethod>().is_some();
        if is_python {
            return Ok(Next::Execute(self.plain()));
        }
        // SAFETY: the slot is within the stack; zero if there are no keywords.
        let kwargs = unsafe {
            let bits = *self.slot(1);
            (bits != 0).then(|| Value::clone_from_bits(bits))
        };
        let result = self.call_starred(&callable, kwargs);
        let result = self.report_native(index, result, &args)?;
        self.drop_slots(4);
        self.push(result);
        self.skip(1);
        drop(args);
        self.safe_point();
        Ok(Next::Fetch)
    }

    /// Calls with the tuple of arguments below the top.
    fn call_starred(&self, callable: &Value, kwargs: Option<Value>) -> PyResult {
        let args = self.peek(2).downcast::<PyTuple>().map_or_else(Vec::new, |args| args.to_vec());
        let kwargs: Option<Ref<PyDict>> = match kwargs {
            Some(kwargs) => Some(super::call::keyword_arguments(kwargs, callable)?),
            None => None,
        };
        protocol::call_kwargs(callable, &args, kwargs.as_deref())
    }

    /// LOAD_SUPER_ATTR: the call of `super` is reported like any other.
    fn reported_super(&mut self, index: usize, arg: u32, tools: ToolSet) -> PyResult<()> {
        let name = self.name(arg >> 2);
        let parts = self.top_slice(3).to_vec();
        let given = if arg & 2 != 0 { &parts[1..] } else { &[] };
        let first = monitoring::first_argument(given.first());
        let args = [self.code_value(), offset(index), parts[0].clone(), first];
        self.report((OWN, tools), index, Event::Call, &args)?;
        let result = protocol::call(&parts[0], given);
        let proxy = self.report_native(index, result, &args)?;
        let value = protocol::getattr(&proxy, &name)?;
        self.drop_slots(3);
        self.push(value);
        if arg & 1 != 0 {
            self.push_null();
        }
        self.skip(opcode::unit_len(Opcode::LOAD_SUPER_ATTR as u8));
        self.safe_point();
        Ok(())
    }
}

/// Whether an iterator ends without raising StopIteration, whatever it is over.
fn ends_silently(iterator: &Value) -> bool {
    iterator.downcast_exact::<PyRangeIterator>().is_some()
        || iterator.downcast_exact::<PyListIterator>().is_some()
        || iterator.downcast_exact::<PyTupleIterator>().is_some()
}

fn is_conditional_jump(opcode: u16) -> bool {
    matches!(
        opcode,
        op::POP_JUMP_IF_FALSE | op::POP_JUMP_IF_TRUE | op::POP_JUMP_IF_NONE | op::POP_JUMP_IF_NOT_NONE
    )
}

/// The instruction that a NOT_TAKEN reports as its source: the conditional jump before it that was not made, or the END_SEND that
/// got an item in `async for`. Reporting anything else in between hides it.
fn not_taken_from(code: &PyCode, index: usize) -> Option<usize> {
    if monitoring::site(code, index).instruction != 0 {
        return None;
    }
    let (send, jump) = (index.checked_sub(1)?, index.checked_sub(2));
    if code.opcode_at(send) == Opcode::END_SEND {
        return (monitoring::site(code, send).own == 0).then_some(send);
    }
    jump.filter(|&jump| is_conditional_jump(code.opcode_at(jump) as u16))
}

/// The FOR_ITER whose loop ends at the POP_ITER at `index`.
fn loop_head(code: &PyCode, index: usize) -> Option<usize> {
    monitoring::instructions(&code.object.code)
        .find(|i| i.opcode == Opcode::FOR_ITER && i.target() == Some(index))
        .map(|i| i.index)
}
