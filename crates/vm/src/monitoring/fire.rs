//! Calling the tools.

use super::instrument::{self, Site};
use super::{Event, MEMORY, PYTHON_TOOLS, ToolSet, callback, is_disable, legacy, missing, register_callback};
use crate::frame::{self, Frame};
use crate::thread::Thread;
use crate::types::code::PyCode;
use crate::value::Value;
use crate::{PyResult, exceptions};

/// Calls the tools that listen everywhere to an event that belongs to no instruction, with the code object, the offset and `value`.
///
/// # Safety
/// `frame` must be the thread's innermost frame, its registers written back.
pub(crate) unsafe fn fire(
    thread: &Thread,
    frame: *mut Frame,
    event: Event,
    offset: i64,
    value: &Value,
) -> PyResult<()> {
    let tools = super::listeners(event);
    if tools == 0 || thread.events.tracing.get() > 0 {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    let code = unsafe { (*frame).code_ref().to_value() };
    call_tools(thread, frame, tools, event, &[code, Value::small_int(offset), value.clone()], |_| {})
}

/// Calls the tools that listen to an event of the instruction at `index` with `args`, the first of which is the code object.
/// `tools` are those in the instruction's tool set `kind`.
///
/// # Safety
/// As for [`fire`].
#[inline]
pub(crate) unsafe fn fire_site<const N: usize>(
    thread: &Thread,
    frame: *mut Frame,
    (kind, tools): (fn(&mut Site) -> &mut ToolSet, ToolSet),
    index: usize,
    event: Event,
    args: &[Value; N],
) -> PyResult<()> {
    // SAFETY: the caller's promise; the frame keeps its code alive.
    let code: &PyCode = unsafe { &(*(*frame).code).payload };
    if tools == 0 || thread.events.tracing.get() > 0 {
        return Ok(());
    }
    call_tools(thread, frame, tools, event, args, |answer| {
        instrument::disable(code, index, kind, answer.tool);
        if answer.both_branches {
            instrument::disable_other_branch(code, index, answer.tool);
        }
    })
}

/// A tool's wish not to be called again for an event at a place.
struct Disable {
    tool: usize,
    both_branches: bool,
}

#[inline]
fn call_tools<const N: usize>(
    thread: &Thread,
    frame: *mut Frame,
    mut tools: ToolSet,
    event: Event,
    args: &[Value; N],
    mut disabled: impl FnMut(Disable),
) -> PyResult<()> {
    tools &= !(1 << MEMORY);
    while tools != 0 {
        let tool = tools.trailing_zeros() as usize;
        tools &= tools - 1;
        let mut both_branches = false;
        let answer = if tool >= PYTHON_TOOLS {
            // SAFETY: `frame` is the innermost frame, by the callers' promise.
            within(thread, frame, event, || unsafe { legacy::on_event(thread, frame, tool, event, args) })?
        } else {
            let Some(callback) = callback(tool, event) else { continue };
            both_branches = callback.both_branches;
            within(thread, frame, event, || frame::call_moving(callback.function, args.clone()))?
        };
        if !is_disable(&answer) {
            continue;
        }
        if !event.is_local() {
            register_callback(tool, event, None);
            return Err(exceptions::value_error(format!(
                "Cannot disable {} events. Callback removed.",
                event.name()
            )));
        }
        disabled(Disable { tool, both_branches });
    }
    Ok(())
}

/// Runs a callback of an event: nothing is reported meanwhile, and `f_lineno` knows where it stands.
#[inline]
pub(super) fn within<R>(thread: &Thread, frame: *mut Frame, event: Event, callback: impl FnOnce() -> R) -> R {
    let events = &thread.events;
    let outer = (events.event.replace(Some(event)), events.frame.replace(frame));
    events.tracing.set(events.tracing.get() + 1);
    let result = callback();
    events.tracing.set(events.tracing.get() - 1);
    events.event.set(outer.0);
    events.frame.set(outer.1);
    result
}

/// As [`fire_site`], for the event of a jump; the stack is already that of the instruction `place`.
///
/// # Safety
/// As for [`fire`].
pub(crate) unsafe fn fire_jump(
    thread: &Thread,
    frame: *mut Frame,
    (index, place): (usize, usize),
    event: Event,
    args: &[Value; 3],
) -> PyResult<()> {
    let outer = thread.events.jumping_to.replace(Some(place));
    // SAFETY: the caller's promise.
    let result = unsafe {
        let tools = instrument::site((*frame).code(), index).own;
        fire_site(thread, frame, (|site| &mut site.own, tools), index, event, args)
    };
    thread.events.jumping_to.set(outer);
    result
}

/// The instruction whose stack the frame has, if its event allows that it goes on elsewhere; `None` if no event of the frame is
/// being reported.
///
/// # Errors
/// Why it cannot go on elsewhere.
pub(crate) fn jump_origin(thread: &Thread, frame: *mut Frame) -> PyResult<Option<usize>> {
    let events = &thread.events;
    let Some(event) = events.event.get() else { return Ok(None) };
    let problem = match event {
        Event::PyStart => "can't jump from the 'call' trace event of a new frame",
        Event::Call | Event::CReturn => "can't jump during a call",
        Event::Line
        | Event::Jump
        | Event::BranchLeft
        | Event::BranchRight
        | Event::PyResume
        | Event::PyYield => {
            if events.frame.get() != frame {
                return Ok(None);
            }
            // SAFETY: the frame waits for the callback.
            let index = unsafe { (*frame).instruction_index() };
            return Ok(Some(events.jumping_to.get().unwrap_or(index)));
        }
        Event::Reraise | Event::StopIteration | Event::Branch => {
            return Err(exceptions::system_error("unexpected event type"));
        }
        _ => "can only jump from a 'line' trace event",
    };
    Err(exceptions::value_error(problem))
}

/// The first argument of a call as callbacks see it.
pub(crate) fn first_argument(argument: Option<&Value>) -> Value {
    argument.cloned().unwrap_or_else(missing)
}

/// Runs `f`, called from a trace function, as if none ran: events are reported.
pub fn call_tracing<R>(thread: &Thread, f: impl FnOnce() -> R) -> R {
    let events = &thread.events;
    let outer = (events.tracing.replace(0), events.event.replace(None), events.jumping_to.replace(None));
    let result = f();
    events.tracing.set(outer.0);
    events.event.set(outer.1);
    events.jumping_to.set(outer.2);
    result
}
