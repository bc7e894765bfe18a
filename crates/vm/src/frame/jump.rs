//! Assignment to `f_lineno`: going on at another line, from a trace function or a monitoring callback.
//!
//! The value stack at the target must be what is left of the present one after some pops. What kinds of values lie on it at each
//! instruction follows from the code.

use super::{Frame, PyFrame};
use crate::heap::{self, Ref};
use crate::thread::{self, Thread};
use crate::types::cell::PyCell;
use crate::types::code::{Canonical, PyCode};
use crate::value::Value;
use crate::{PyResult, exceptions, monitoring, warnings};
use minipy_bytecode::{Opcode, exception_table, location, opcode};

/// What a slot of the value stack is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Iterator,
    /// The exception that was handled before, or the one that is.
    Except,
    Object,
    /// What a variable of an inlined comprehension was before; nothing if it was unbound.
    Saved,
    Null,
    /// The instruction to blame when an exception is raised again.
    Lasti,
}

impl Kind {
    /// CPython's number of it, by which stacks have an order.
    fn number(self) -> u64 {
        match self {
            Kind::Iterator => 1,
            Kind::Except => 2,
            Kind::Object | Kind::Saved => 3,
            Kind::Null => 4,
            Kind::Lasti => 5,
        }
    }
}

type Stack = Vec<Kind>;

/// What CPython can write down of a stack in a word, three bits for each kind.
const MAX_KINDS: usize = 21;

fn number(stack: &[Kind]) -> u64 {
    stack.iter().fold(0, |number, kind| number << 3 | kind.number())
}

/// What is known of a frame at an instruction.
#[derive(Clone, Default)]
struct State {
    stack: Stack,
    /// The locals that inlined comprehensions have made cells of.
    cells: Vec<u32>,
    /// The stack was deeper than [`MAX_KINDS`] here or on the way: no jump comes from or leads here.
    deep: bool,
}

/// Sets `f_lineno`.
///
/// # Errors
/// ValueError if the line cannot be jumped to, or not from here.
pub(super) fn set_line(frame: &Ref<PyFrame>, value: &Value) -> PyResult<()> {
    let thread = thread::current();
    let record = frame.frame.get();
    let Some(place) = monitoring::jump_origin(thread, record)? else {
        return Err(exceptions::value_error("f_lineno can only be set in a trace function"));
    };
    let Some(wanted) = value.as_small_int().and_then(|line| i32::try_from(line).ok()) else {
        return Err(exceptions::value_error("lineno out of range"));
    };
    let code = frame.code().clone();
    let starts = line_starts(&code.object);
    let line = target_line(&code, &starts, wanted)?;
    let states = states(&code.object);
    let Some(State { stack: from, cells, deep }) = states[place].clone() else {
        return Err(exceptions::value_error("can't jump from unreachable code"));
    };
    if deep {
        // The spelling is CPython's.
        return Err(exceptions::value_error("stack to deep to analyze"));
    }
    // SAFETY: the frame waits for the callback that assigns, its registers written back.
    let present = unsafe { (*record).sp.offset_from((*record).stack_base()) } as usize;
    if present != from.len() {
        return Err(exceptions::value_error("incompatible stacks"));
    }
    let (target, depth) = find_target(&starts, line, &states, &from)?;
    let reached = states[target].clone().unwrap_or_default();
    if cells != reached.cells {
        return Err(exceptions::value_error("incompatible stacks"));
    }
    bind_unbound_locals(record, &code)?;
    for (index, kind) in reached.stack.iter().enumerate() {
        // SAFETY: the stack is at least `depth` deep.
        let slot = unsafe { &mut *(*record).stack_base().add(index) };
        if *slot == 0 && !matches!(kind, Kind::Null | Kind::Saved) {
            // The target expects an object where a variable was saved that was unbound. CPython would crash on finding nothing.
            *slot = Value::NONE.into_bits();
        }
    }
    // SAFETY: the frame waits for the callback that assigns; its stack has the kinds in `from`.
    unsafe {
        for kind in from[depth..].iter().rev() {
            (*record).sp = (*record).sp.sub(1);
            let bits = std::ptr::replace((*record).sp, 0);
            let dropped = (bits != 0).then(|| Value::from_bits(bits));
            if *kind == Kind::Except {
                restore_handled(thread, dropped);
            }
        }
        (*record).ip = code.entry().add(target);
    }
    // What was dropped goes while the callback runs: its end is no event.
    if heap::has_pending() {
        heap::run_pending();
    }
    monitoring::after_jump(thread, &code, monitoring::Target { from: target, to: target });
    Ok(())
}

/// Where the lines start: a unit with its line for each run of entries with the same line. What comes before the first RESUME
/// makes the frame ready and cannot run again.
fn line_starts(code: &Canonical) -> Vec<(usize, i32)> {
    let first = monitoring::first_resume(&code.code);
    let mut starts: Vec<(usize, i32)> = location::Entries::new(&code.linetable, code.firstlineno)
        .filter_map(|entry| Some((entry.start, entry.position.line?)))
        .filter(|&(start, _)| start >= first && start < code.code.len() / 2)
        .collect();
    starts.dedup_by_key(|&mut (_, line)| line);
    starts
}

/// The first line from `wanted` on that has code.
fn target_line(code: &PyCode, starts: &[(usize, i32)], wanted: i32) -> PyResult<i32> {
    if wanted < code.object.firstlineno {
        return Err(exceptions::value_error(format!("line {wanted} comes before the current code block")));
    }
    let lines = starts.iter().map(|&(_, line)| line).filter(|&line| line >= wanted);
    lines
        .min()
        .ok_or_else(|| exceptions::value_error(format!("line {wanted} comes after the current code block")))
}

/// The instruction of a line with the greatest stack that the present one can be cut down to, and that stack's depth.
fn find_target(
    starts: &[(usize, i32)],
    line: i32,
    states: &[Option<State>],
    from: &Stack,
) -> PyResult<(usize, usize)> {
    let mut best: Option<(usize, &Stack)> = None;
    // What is wrong with the first place that does not fit.
    let mut problem = None;
    for &(start, _) in starts.iter().filter(|&&(_, l)| l == line) {
        match &states[start] {
            Some(State { deep: true, .. }) => {
                problem.get_or_insert("stack is too deep to analyze");
            }
            Some(State { stack: to, .. }) if is_reachable(from, to) => {
                if best.is_none_or(|(_, stack)| number(to) > number(stack)) {
                    best = Some((start, to));
                }
            }
            Some(State { stack: to, .. }) => {
                problem.get_or_insert(explain(to));
            }
            None => {
                problem.get_or_insert("can't jump into an exception handler, or code may be unreachable");
            }
        }
    }
    best.map(|(start, stack)| (start, stack.len()))
        .ok_or_else(|| exceptions::value_error(problem.unwrap_or("cannot find bytecode for specified line")))
}

/// Whether a stack is left of another one when CPython pops it until its number is not the greater one.
fn is_reachable(from: &[Kind], to: &[Kind]) -> bool {
    let fits = |(from, to): (&Kind, &Kind)| match to {
        Kind::Null => true,
        Kind::Object | Kind::Saved => *from != Kind::Null,
        _ => from == to,
    };
    let from = from.get(..to.len()).filter(|from| number(from) <= number(to));
    from.is_some_and(|from| from.iter().zip(to).all(fits))
}

fn explain(to: &Stack) -> &'static str {
    match to.last() {
        Some(Kind::Except) => "can't jump into an 'except' block as there's no exception",
        Some(Kind::Lasti) => "can't jump into a re-raising block as there's no location",
        Some(Kind::Iterator) => "can't jump into the body of a for loop",
        _ => "incompatible stacks",
    }
}

/// Code that was jumped to may rely on locals being bound: they become None.
fn bind_unbound_locals(record: *mut Frame, code: &PyCode) -> PyResult<()> {
    let unbound: Vec<usize> = (0..code.nlocalsplus as usize)
        // SAFETY: the index is that of a fast local.
        .filter(|&index| unsafe { *(*record).localsplus().add(index) } == 0)
        .collect();
    if unbound.is_empty() {
        return Ok(());
    }
    let plural = if unbound.len() == 1 { "" } else { "s" };
    let message = format!("assigning None to {} unbound local{plural}", unbound.len());
    warnings::warn(exceptions::runtime_warning_class(), &message, 1)?;
    for index in unbound {
        // SAFETY: as above; a warning filter's Python code may have bound the local meanwhile.
        unsafe {
            let local = (*record).localsplus().add(index);
            if *local == 0 {
                let is_cell = code.object.localspluskinds[index].is_cell();
                *local = if is_cell {
                    PyCell::new_ref(Some(Value::NONE)).into_value().into_bits()
                } else {
                    Value::NONE.into_bits()
                };
            }
        }
    }
    Ok(())
}

/// An `except` block is left: what was handled before it is handled again.
fn restore_handled(thread: &Thread, previous: Option<Value>) {
    // SAFETY: the link belongs to this thread or to the running generator.
    let link = unsafe { &*thread.handled.get() };
    drop(link.value.replace(previous.filter(|v| !v.is_none())));
}

/// The state before each instruction; `None` where control never comes.
fn states(code: &Canonical) -> Vec<Option<State>> {
    let units = code.code.len() / 2;
    let first = monitoring::first_resume(&code.code);
    let instructions: Vec<_> = monitoring::instructions(&code.code).collect();
    let mut states: Vec<Option<State>> = vec![None; units + 1];
    states[0] = Some(State::default());
    loop {
        let mut changed = false;
        let mut reach = |states: &mut Vec<Option<State>>, index: usize, state: State| {
            if let Some(slot @ None) = states.get_mut(index) {
                *slot = Some(state);
                changed = true;
            }
        };
        for instruction in &instructions {
            let Some(mut state) = states[instruction.index].clone() else { continue };
            if let Some(handler) = exception_table::find(&code.exceptiontable, instruction.index) {
                let mut caught: Stack = state.stack.iter().copied().take(handler.depth).collect();
                if handler.lasti {
                    caught.push(Kind::Lasti);
                }
                caught.push(Kind::Except);
                reach(
                    &mut states,
                    handler.target,
                    State { stack: caught, cells: state.cells.clone(), deep: state.deep },
                );
            }
            state.stack = effect(instruction.opcode, instruction.arg, state.stack);
            state.deep |= state.stack.len() > MAX_KINDS;
            match instruction.opcode {
                Opcode::MAKE_CELL if instruction.index > first && !state.cells.contains(&instruction.arg) => {
                    state.cells.push(instruction.arg);
                    state.cells.sort_unstable();
                }
                Opcode::STORE_FAST | Opcode::LOAD_FAST_AND_CLEAR => {
                    state.cells.retain(|&local| local != instruction.arg);
                }
                Opcode::STORE_FAST_STORE_FAST => {
                    let (one, other) = (instruction.arg >> 4, instruction.arg & 15);
                    state.cells.retain(|&local| local != one && local != other);
                }
                _ => {}
            }
            if let Some(target) = instruction.target() {
                // At END_FOR, which POP_ITER follows.
                let target = target - usize::from(instruction.opcode == Opcode::FOR_ITER);
                reach(&mut states, target, state.clone());
            }
            if instruction.opcode.falls_through() {
                reach(&mut states, instruction.next(), state);
            }
        }
        if !changed {
            return states;
        }
    }
}

/// The stack after an instruction that does not jump.
fn effect(op: Opcode, arg: u32, mut stack: Stack) -> Stack {
    let pop = |stack: &mut Stack, count: usize| stack.truncate(stack.len().saturating_sub(count));
    match op {
        Opcode::GET_ITER | Opcode::GET_AITER => {
            pop(&mut stack, 1);
            stack.push(Kind::Iterator);
        }
        Opcode::PUSH_EXC_INFO => stack.push(Kind::Except),
        Opcode::PUSH_NULL => stack.push(Kind::Null),
        Opcode::LOAD_FAST_AND_CLEAR => stack.push(Kind::Saved),
        Opcode::LOAD_GLOBAL => {
            stack.push(Kind::Object);
            if arg & 1 != 0 {
                stack.push(Kind::Null);
            }
        }
        Opcode::LOAD_ATTR if arg & 1 != 0 => {
            pop(&mut stack, 1);
            stack.extend([Kind::Object, Kind::Null]);
        }
        Opcode::SWAP => {
            let (top, other) = (stack.len().wrapping_sub(1), stack.len().wrapping_sub(arg as usize));
            if top < stack.len() && other < stack.len() {
                stack.swap(top, other);
            }
        }
        Opcode::COPY => {
            let copied = stack.len().checked_sub(arg as usize).and_then(|index| stack.get(index).copied());
            stack.push(copied.unwrap_or(Kind::Object));
        }
        _ => {
            let delta = opcode::stack_effect(op as u16, arg, Some(false)).unwrap_or(0);
            if delta < 0 {
                pop(&mut stack, delta.unsigned_abs() as usize);
            }
            for _ in 0..delta.max(0) {
                stack.push(Kind::Object);
            }
        }
    }
    stack
}
