//! The event engine (PEP 669): which tool listens to which event, and the calls of their callbacks. `docs/tracing.md`.
//!
//! Events that belong to an instruction are made by rewriting that instruction (`instrument`); the others are asked about
//! where exceptions are handled. `sys.settrace` and `sys.setprofile` are two more tools, [`TRACE`] and [`PROFILE`].

mod fire;
mod instrument;
mod legacy;
mod lines;

pub use fire::call_tracing;
pub(crate) use fire::{fire, fire_jump, fire_site, first_argument, jump_origin};
pub use instrument::Instrumentation;
pub(crate) use instrument::{
    Site, Target, after_jump, code_dropped, code_prepared, line_reached, refresh, site,
};
pub use legacy::{Function, native_callee, set_function, set_opcode_events};
pub(crate) use lines::{first_resume, instructions};

use crate::cell::GilCell;
use crate::frame::Frame;
use crate::heap::{Payload, Ref};
use crate::types::code::PyCode;
use crate::value::Value;
use crate::{PyResult, exceptions};
use std::cell::Cell;

/// Tools that Python code may claim.
pub const PYTHON_TOOLS: usize = 6;
/// The tool behind `sys.setprofile`.
pub const PROFILE: usize = 6;
/// The tool behind `sys.settrace`.
pub const TRACE: usize = 7;
/// The tool behind `tracemalloc`: it has no callbacks, but makes frames know their line.
const MEMORY: usize = 8;
const TOOLS: usize = 9;

/// A set of tools, a bit each.
pub type ToolSet = u16;
/// A set of events, a bit each.
pub type EventSet = u32;

macro_rules! events {
    ($($variant:ident $name:literal,)*) => {
        /// What can happen. The number is the event's bit in an event set.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Event { $($variant,)* }

        impl Event {
            /// All events in the order of their bits.
            pub const ALL: &'static [Event] = &[$(Event::$variant,)*];

            /// The name in `sys.monitoring.events`.
            pub fn name(self) -> &'static str {
                match self { $(Event::$variant => $name,)* }
            }
        }
    };
}
events! {
    PyStart "PY_START",
    PyResume "PY_RESUME",
    PyReturn "PY_RETURN",
    PyYield "PY_YIELD",
    Call "CALL",
    Line "LINE",
    Instruction "INSTRUCTION",
    Jump "JUMP",
    BranchLeft "BRANCH_LEFT",
    BranchRight "BRANCH_RIGHT",
    StopIteration "STOP_ITERATION",
    Raise "RAISE",
    ExceptionHandled "EXCEPTION_HANDLED",
    PyUnwind "PY_UNWIND",
    PyThrow "PY_THROW",
    Reraise "RERAISE",
    CReturn "C_RETURN",
    CRaise "C_RAISE",
    Branch "BRANCH",
}

/// How many events belong to instructions: they can be set for one code object, and disabled at one place.
pub const LOCAL_EVENTS: usize = Event::StopIteration as usize + 1;
/// How many events can be listened to by themselves.
const SETTABLE_EVENTS: usize = Event::Reraise as usize + 1;
/// How many events have callbacks.
pub const EVENTS: usize = Event::Branch as usize + 1;

impl Event {
    pub const fn bit(self) -> EventSet {
        1 << self as u32
    }

    fn is_local(self) -> bool {
        (self as usize) < LOCAL_EVENTS
    }
}

/// A callback of a tool for an event.
#[derive(Clone)]
struct Callback {
    function: Value,
    /// Registered for BRANCH: called for both directions.
    both_branches: bool,
}

struct Engine {
    names: [Option<Value>; TOOLS],
    callbacks: [[Option<Callback>; EVENTS]; TOOLS],
    /// The tools that listen to each event everywhere.
    listeners: [ToolSet; SETTABLE_EVENTS],
    /// Changes with every change of `listeners`; code instrumented for an older one is brought up to date before it runs.
    version: u64,
    /// Code instrumented for an older version than this forgets what was disabled.
    restart: u64,
}

static ENGINE: GilCell<Engine> = GilCell::new(Engine {
    names: [const { None }; TOOLS],
    callbacks: [const { [const { None }; EVENTS] }; TOOLS],
    listeners: [0; SETTABLE_EVENTS],
    version: 0,
    restart: 0,
});

/// What the engine keeps per thread.
pub struct ThreadEvents {
    /// Above zero while a callback runs: nothing is reported then.
    pub tracing: Cell<u32>,
    /// The event whose callback runs.
    pub event: Cell<Option<Event>>,
    /// `sys.settrace`'s function.
    pub trace: GilCell<Option<Value>>,
    /// `sys.setprofile`'s function.
    pub profile: GilCell<Option<Value>>,
    /// The frame whose event is reported.
    pub frame: Cell<*mut Frame>,
    /// The instruction whose stack the frame has while a jump is reported, in code units.
    jumping_to: Cell<Option<usize>>,
    /// A jump that has just been made: the address it leads to, and the index of the instruction it came from.
    jumped: Cell<(usize, u32)>,
}

impl Default for ThreadEvents {
    fn default() -> ThreadEvents {
        ThreadEvents {
            tracing: Cell::new(0),
            event: Cell::new(None),
            trace: GilCell::new(None),
            profile: GilCell::new(None),
            frame: Cell::new(std::ptr::null_mut()),
            jumping_to: Cell::new(None),
            jumped: Cell::new((0, 0)),
        }
    }
}

impl ThreadEvents {
    /// Drops the functions of a thread that ends.
    pub fn clear(&self) {
        let functions = (self.trace.take(), self.profile.take());
        legacy::update_tools();
        drop(functions);
    }
}

/// `sys.monitoring.DISABLE`: a callback's answer that it wants no more of this event at this place.
pub fn disable() -> Value {
    marker(&DISABLE)
}

/// `sys.monitoring.MISSING`: what CALL and its relatives report when there is no first argument.
pub fn missing() -> Value {
    marker(&MISSING)
}

/// Whether a callback has answered with [`disable`].
#[inline]
fn is_disable(answer: &Value) -> bool {
    DISABLE.with(|marker| marker.as_ref().is_some_and(|marker| marker.is(answer)))
}

static DISABLE: GilCell<Option<Value>> = GilCell::new(None);
static MISSING: GilCell<Option<Value>> = GilCell::new(None);

fn marker(cell: &GilCell<Option<Value>>) -> Value {
    cell.get().unwrap_or_else(|| {
        let class = crate::types::object::PyObject::class();
        let value = Ref::new_in(class, crate::types::object::PyObject::sentinel()).into_value();
        cell.set(Some(value.clone()));
        value
    })
}

/// The tools that listen to an event everywhere.
#[inline]
pub(crate) fn listeners(event: Event) -> ToolSet {
    ENGINE.with(|e| e.listeners[event as usize])
}

/// Whether a tool listens to an event everywhere.
pub fn is_listened_to(event: Event) -> bool {
    listeners(event) != 0
}

#[inline]
fn version() -> u64 {
    ENGINE.with(|e| e.version)
}

/// The name a tool was claimed with.
pub fn tool_name(tool: usize) -> Option<Value> {
    ENGINE.with(|e| e.names[tool].clone())
}

/// Claims a tool.
///
/// # Errors
/// ValueError if it is taken.
pub fn use_tool(tool: usize, name: Value) -> PyResult<()> {
    if tool_name(tool).is_some() {
        return Err(exceptions::value_error(format!("tool {tool} is already in use")));
    }
    ENGINE.with(|e| e.names[tool] = Some(name));
    Ok(())
}

/// Takes back all events and callbacks of a tool.
pub fn clear_tool(tool: usize) {
    if tool_name(tool).is_none() {
        return;
    }
    for &event in Event::ALL {
        register_callback(tool, event, None);
    }
    instrument::clear_local_events(tool);
    set_events(tool, 0);
}

/// Gives a tool up, after [`clear_tool`].
pub fn free_tool(tool: usize) {
    clear_tool(tool);
    let name = ENGINE.with(|e| e.names[tool].take());
    drop(name);
}

/// Sets the callback of a tool for an event and gives the one before.
pub fn register_callback(tool: usize, event: Event, function: Option<Value>) -> Option<Value> {
    let (events, both_branches): (&[Event], bool) = match event {
        Event::Branch => (&[Event::BranchLeft, Event::BranchRight], true),
        _ => (&[event], false),
    };
    let mut before = None;
    for &event in events {
        let callback = function.clone().map(|function| Callback { function, both_branches });
        let old = ENGINE.with(|e| std::mem::replace(&mut e.callbacks[tool][event as usize], callback));
        before = before.or(old);
    }
    before.map(|callback| callback.function)
}

#[inline]
fn callback(tool: usize, event: Event) -> Option<Callback> {
    ENGINE.with(|e| e.callbacks[tool][event as usize].clone())
}

/// The events a tool listens to everywhere.
pub fn events(tool: usize) -> EventSet {
    ENGINE.with(|e| {
        let set = e.listeners.iter().enumerate().filter(|(_, tools)| **tools >> tool & 1 != 0);
        set.fold(0, |set, (event, _)| set | 1 << event)
    })
}

/// Sets the events a tool listens to everywhere.
pub fn set_events(tool: usize, events: EventSet) {
    let old = self::events(tool);
    if old == events {
        return;
    }
    let more = events & !old != 0;
    ENGINE.with(|e| {
        for (event, tools) in e.listeners.iter_mut().enumerate() {
            *tools = *tools & !(1 << tool) | ((events >> event & 1) as ToolSet) << tool;
        }
        e.version += 1;
    });
    if more {
        instrument::listeners_changed(false);
    }
}

/// Forgets every DISABLE.
pub fn restart_events() {
    ENGINE.with(|e| {
        e.version += 1;
        e.restart = e.version;
    });
    instrument::listeners_changed(true);
}

/// The events a tool listens to in one code object.
pub fn local_events(tool: usize, code: &PyCode) -> EventSet {
    code.events.with(|data| {
        let Some(data) = data else { return 0 };
        let set = data.local.iter().enumerate().filter(|(_, tools)| **tools >> tool & 1 != 0);
        set.fold(0, |set, (event, _)| set | 1 << event)
    })
}

/// Whether a tool listens to an event in this one code object.
fn listens_here(tool: usize, code: &PyCode, event: Event) -> bool {
    code.events.with(|data| data.as_ref().is_some_and(|data| data.local[event as usize] >> tool & 1 != 0))
}

/// Sets the events a tool listens to in one code object.
pub fn set_local_events(tool: usize, code: &Ref<PyCode>, events: EventSet) {
    if local_events(tool, code) == events {
        return;
    }
    instrument::set_local_events(tool, code, events);
}

/// Has every frame write its instruction down at each line start, for who looks at frames between events, or no longer.
pub(crate) fn keep_lines(wanted: bool) {
    set_events(MEMORY, if wanted { Event::Line.bit() } else { 0 });
}

/// The events somebody listens to everywhere, with their tools.
pub fn all_events() -> Vec<(Event, ToolSet)> {
    Event::ALL[..SETTABLE_EVENTS]
        .iter()
        .map(|&event| (event, listeners(event) & !(1 << MEMORY)))
        .filter(|(_, tools)| *tools != 0)
        .collect()
}
