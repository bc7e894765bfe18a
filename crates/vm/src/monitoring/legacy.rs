//! `sys.settrace` and `sys.setprofile` as two tools of the engine, whose callbacks are native: they turn its events into the
//! calls of a function with (frame, event name, argument).

use super::{Event, EventSet, PROFILE, TRACE, ThreadEvents, disable, listens_here, local_events, missing};
use crate::cell::GilCell;
use crate::exceptions::{PyBaseException, PyErr};
use crate::frame::{self, Frame, PyFrame};
use crate::heap::Ref;
use crate::thread::{self, Thread};
use crate::types::code::PyCode;
use crate::types::function::{PyMethodDescr, PyNative};
use crate::types::str::StrRef;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, name};

const CALL_EVENTS: EventSet = Event::PyStart.bit()
    | Event::PyResume.bit()
    | Event::PyThrow.bit()
    | Event::PyReturn.bit()
    | Event::PyYield.bit()
    | Event::PyUnwind.bit();
const TRACE_EVENTS: EventSet =
    CALL_EVENTS | Event::Line.bit() | Event::Jump.bit() | Event::StopIteration.bit() | Event::Raise.bit();
const PROFILE_EVENTS: EventSet = CALL_EVENTS | Event::Call.bit();

/// Which of a thread's two functions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Function {
    Trace,
    Profile,
}

impl Function {
    /// Where the thread keeps it.
    pub fn of(self, events: &ThreadEvents) -> &GilCell<Option<Value>> {
        match self {
            Function::Trace => &events.trace,
            Function::Profile => &events.profile,
        }
    }
}

/// Sets or removes a thread's trace or profile function.
pub fn set_function(which: Function, thread: &Thread, function: Option<Value>) {
    let old = which.of(&thread.events).replace(function);
    update_tools();
    drop(old);
}

/// Listens to what the threads' functions need, or to nothing if no thread has one.
pub(super) fn update_tools() {
    let used = |which: Function| {
        // SAFETY: registered threads are alive.
        thread::all().iter().any(|&t| unsafe { which.of(&(*t).events).with(|f| f.is_some()) })
    };
    super::set_events(TRACE, if used(Function::Trace) { TRACE_EVENTS } else { 0 });
    super::set_events(PROFILE, if used(Function::Profile) { PROFILE_EVENTS } else { 0 });
}

/// `f_trace_opcodes`: whether the instructions of a code object are reported to frames that ask for them.
pub fn set_opcode_events(code: &Ref<PyCode>, wanted: bool) {
    if listens_here(TRACE, code, Event::Instruction) == wanted {
        return;
    }
    let others = local_events(TRACE, code) & !Event::Instruction.bit();
    super::set_local_events(TRACE, code, others | if wanted { Event::Instruction.bit() } else { 0 });
}

/// The callback of the two tools, with the arguments that a Python tool's would get.
///
/// # Safety
/// `frame` must be the thread's innermost frame, its registers written back.
pub(super) unsafe fn on_event(
    thread: &Thread,
    frame: *mut Frame,
    tool: usize,
    event: Event,
    args: &[Value],
) -> PyResult<Value> {
    // SAFETY: the caller's promise.
    match unsafe {
        if tool == TRACE { traced(thread, frame, event, args) } else { profiled(thread, frame, event, args) }
    } {
        Ok(()) => Ok(Value::NONE),
        Err(Stop::Disable) => Ok(disable()),
        Err(Stop::Raised(error)) => Err(error),
    }
}

/// Why a callback ends early.
enum Stop {
    /// The event need not be reported at this place again.
    Disable,
    Raised(PyErr),
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Stop {
        Stop::Raised(error)
    }
}

/// Calls the thread's trace function for a new frame, otherwise the frame's own.
unsafe fn traced(thread: &Thread, frame: *mut Frame, event: Event, args: &[Value]) -> Result<(), Stop> {
    let last = || args.last().cloned().unwrap_or(Value::NONE);
    let name = match event {
        Event::PyStart | Event::PyResume | Event::PyThrow => {
            let Some(function) = thread.events.trace.get() else { return Ok(()) };
            // SAFETY: the frame is live.
            let frame = unsafe { PyFrame::of(frame) };
            return Ok(trace(thread, &frame, function, name!("call"), Value::NONE)?);
        }
        Event::PyReturn | Event::PyYield | Event::PyUnwind => name!("return"),
        Event::Raise | Event::StopIteration => name!("exception"),
        Event::Line => name!("line"),
        // SAFETY: the frame is live. The line start that another jump leads to reports the line.
        Event::Jump if backward_within_line(unsafe { (*frame).code() }, &args[1..]) => name!("line"),
        Event::Jump => return Err(Stop::Disable),
        Event::Instruction => name!("opcode"),
        _ => return Ok(()),
    };
    // SAFETY: the frame is live.
    let Some(frame) = (unsafe { PyFrame::known_ref(frame) }) else { return Ok(()) };
    if frame.trace.with(|own| own.is_none()) || thread.events.trace.with(|global| global.is_none()) {
        return Ok(());
    }
    let argument = match event {
        Event::PyReturn | Event::PyYield => last(),
        Event::Raise | Event::StopIteration => triple(last()),
        Event::Line | Event::Jump if !frame.trace_lines.get() => return Ok(()),
        Event::Instruction if !frame.trace_opcodes.get() => return Ok(()),
        _ => Value::NONE,
    };
    let Some(function) = frame.trace.get() else { return Ok(()) };
    Ok(trace(thread, frame, function, name, argument)?)
}

/// Calls the thread's profile function.
unsafe fn profiled(thread: &Thread, frame: *mut Frame, event: Event, args: &[Value]) -> Result<(), Stop> {
    let Some(function) = thread.events.profile.get() else { return Ok(()) };
    let [.., last] = args else { return Ok(()) };
    let (name, argument) = match event {
        Event::PyStart | Event::PyResume | Event::PyThrow => (name!("call"), Value::NONE),
        Event::PyReturn | Event::PyYield => (name!("return"), last.clone()),
        Event::PyUnwind => (name!("return"), Value::NONE),
        Event::Call | Event::CReturn | Event::CRaise => {
            let Some(callee) = native_callee(&args[2], last)? else { return Ok(()) };
            let name = match event {
                Event::Call => name!("c_call"),
                Event::CReturn => name!("c_return"),
                _ => name!("c_exception"),
            };
            (name, callee)
        }
        _ => return Ok(()),
    };
    // SAFETY: the frame is live.
    let frame = unsafe { PyFrame::of(frame) };
    call(thread, Function::Profile, &frame, function, name, argument)?;
    Ok(())
}

/// Calls a trace function; what it returns is the frame's from then on.
fn trace(
    thread: &Thread,
    frame: &Ref<PyFrame>,
    function: Value,
    name: &StrRef,
    argument: Value,
) -> PyResult<()> {
    match call(thread, Function::Trace, frame, function, name, argument) {
        Ok(result) if result.is_none() => Ok(()),
        Ok(result) if frame.trace.with(|own| own.as_ref().is_some_and(|own| own.is(&result))) => Ok(()),
        Ok(result) => {
            frame.trace.set(Some(result));
            Ok(())
        }
        Err(error) => {
            frame.trace.set(None);
            Err(error)
        }
    }
}

/// Calls a trace or profile function. One that raises is removed.
fn call(
    thread: &Thread,
    which: Function,
    frame: &Ref<PyFrame>,
    function: Value,
    name: &StrRef,
    argument: Value,
) -> PyResult<Value> {
    frame::call_moving(function, [frame.to_value(), name.to_value(), argument])
        .inspect_err(|_| set_function(which, thread, None))
}

/// `sys.exc_info()` for an exception.
fn triple(exception: Value) -> Value {
    let class = exception.class().to_value();
    let traceback = exception.downcast::<PyBaseException>().and_then(|e| e.traceback.get());
    PyTuple::from_array([class, exception, traceback.map_or(Value::NONE, Ref::into_value)]).into_value()
}

/// Whether the jump (from, to), in bytes, goes back on its own line.
fn backward_within_line(code: &PyCode, offsets: &[Value]) -> bool {
    let at = |value: Option<&Value>| value.and_then(Value::as_small_int).unwrap_or(0) as usize / 2;
    let (from, to) = (at(offsets.first()), at(offsets.get(1)));
    to < from && code.line_of(from) == code.line_of(to)
}

/// What `c_call` and its relatives report of a callee: the native function, bound if it is a method; `None` for anything else.
pub fn native_callee(callee: &Value, receiver: &Value) -> Result<Option<Value>, PyErr> {
    if callee.downcast::<PyNative>().is_some() {
        return Ok(Some(callee.clone()));
    }
    if callee.downcast::<PyMethodDescr>().is_none() || receiver.is(&missing()) {
        return Ok(None);
    }
    let class = receiver.class().to_value();
    match callee.class().slots().descr_get {
        Some(get) => get(callee, Some(receiver), Some(&class)).map(Some),
        None => Ok(None),
    }
}
