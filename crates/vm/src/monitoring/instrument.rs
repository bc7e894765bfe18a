//! Instrumented code: which instructions of a code object's private code report events, and to which tools.
//!
//! A listener that is added has to be noticed by code that runs without looking for it. The code of every frame that executes is
//! brought up to date at once; all other code gets its RESUME instructions replaced, and is brought up to date when one of them
//! is reached.

use super::lines::{self, Instruction, Lines};
use super::{ENGINE, Event, EventSet, LOCAL_EVENTS, ToolSet, listeners, version};
use crate::cell::GilCell;
use crate::frame::quicken::{self, op};
use crate::heap::Ref;
use crate::thread::{self, Thread};
use crate::tracemalloc;
use crate::types::code::PyCode;
use minipy_bytecode::Opcode;

/// Who listens at one instruction.
#[derive(Clone, Copy, Default)]
pub(crate) struct Site {
    /// To the event that the instruction itself makes.
    pub own: ToolSet,
    pub line: ToolSet,
    pub instruction: ToolSet,
    /// Whether the instruction tells the line start it jumps to that it did.
    pub announces: bool,
    /// Whether the instruction reports the StopIteration that ends an iterator: somebody listens to RAISE.
    pub watches: bool,
}

impl Site {
    fn is_used(self) -> bool {
        self.own | self.line | self.instruction != 0 || self.announces || self.watches
    }
}

/// What the engine keeps per code object.
pub struct Instrumentation {
    /// The engine's version the code is up to date with.
    version: u64,
    /// The tools that listen to each event in this code only.
    pub(super) local: [ToolSet; LOCAL_EVENTS],
    /// The tools the code is instrumented for.
    active: [ToolSet; LOCAL_EVENTS],
    watching: bool,
    /// By code unit; empty while the code is not instrumented.
    sites: Vec<Site>,
    lines: Option<Lines>,
    /// The RESUME instructions.
    resumes: Box<[u32]>,
    /// Whether they are replaced, because the code is not up to date.
    gated: bool,
}

impl Instrumentation {
    fn new(code: &PyCode) -> Box<Instrumentation> {
        let resumes = lines::instructions(&code.object.code).filter(|i| i.opcode == Opcode::RESUME);
        Box::new(Instrumentation {
            version: 0,
            local: [0; LOCAL_EVENTS],
            active: [0; LOCAL_EVENTS],
            watching: false,
            sites: Vec::new(),
            lines: None,
            resumes: resumes.map(|i| i.index as u32).collect(),
            gated: false,
        })
    }

    /// The line of a unit, if the table of lines has been made.
    pub fn line(&self, index: usize) -> Option<Option<i32>> {
        self.lines.as_ref().map(|lines| lines.line(index))
    }
}

/// The event that an instruction makes when it executes.
fn own_event(instruction: Instruction) -> Option<Event> {
    Some(match instruction.opcode {
        Opcode::RESUME if instruction.arg & 3 == 0 => Event::PyStart,
        Opcode::RESUME => Event::PyResume,
        Opcode::RETURN_VALUE => Event::PyReturn,
        Opcode::YIELD_VALUE => Event::PyYield,
        Opcode::CALL | Opcode::CALL_KW | Opcode::CALL_FUNCTION_EX | Opcode::LOAD_SUPER_ATTR => Event::Call,
        Opcode::JUMP_FORWARD | Opcode::JUMP_BACKWARD => Event::Jump,
        Opcode::FOR_ITER | Opcode::NOT_TAKEN => Event::BranchLeft,
        Opcode::POP_JUMP_IF_FALSE
        | Opcode::POP_JUMP_IF_TRUE
        | Opcode::POP_JUMP_IF_NONE
        | Opcode::POP_JUMP_IF_NOT_NONE
        | Opcode::POP_ITER
        | Opcode::END_ASYNC_FOR => Event::BranchRight,
        Opcode::END_FOR | Opcode::END_SEND => Event::StopIteration,
        _ => return None,
    })
}

fn has_instruction_event(instruction: Instruction, first_resume: usize) -> bool {
    instruction.index > first_resume && !matches!(instruction.opcode, Opcode::RESUME | Opcode::END_FOR)
}

/// Code objects that have private code.
static PREPARED: GilCell<Vec<*const PyCode>> = GilCell::new(Vec::new());

/// A code object has got its private code.
pub(crate) fn code_prepared(code: &PyCode) {
    PREPARED.with(|list| {
        code.prepared_index.set(list.len());
        list.push(code);
    });
    if ENGINE.with(|e| e.listeners.iter().any(|&tools| tools != 0)) || code.events.with(|e| e.is_some()) {
        update(code);
    }
}

/// A code object that had private code goes away.
pub(crate) fn code_dropped(code: &PyCode) {
    PREPARED.with(|list| {
        let index = code.prepared_index.get();
        list.swap_remove(index);
        if let Some(&moved) = list.get(index) {
            // SAFETY: listed code objects are alive.
            unsafe { (*moved).prepared_index.set(index) };
        }
    });
}

/// Runs `f` on the code's instrumentation, which is made if there is none. `f` must not run Python code.
fn with<R>(code: &PyCode, f: impl FnOnce(&mut Instrumentation) -> R) -> R {
    let run = || code.events.with(|data| f(data.get_or_insert_with(|| Instrumentation::new(code))));
    if tracemalloc::is_active() { tracemalloc::untraced(run) } else { run() }
}

/// Who listens at an instruction now.
#[inline]
pub(crate) fn site(code: &PyCode, index: usize) -> Site {
    refresh(code);
    code.events.with(|data| match data {
        Some(data) => data.sites.get(index).copied().unwrap_or_default(),
        None => Site::default(),
    })
}

/// There are new listeners, or (with `restart`) what was disabled comes back: nothing may run that does not know of it. That
/// listeners have gone, instrumented code finds out when it runs.
pub(super) fn listeners_changed(restart: bool) {
    for code in PREPARED.get() {
        // SAFETY: listed code objects are alive.
        let code = unsafe { &*code };
        if !restart || code.events.with(|data| data.as_ref().is_some_and(|d| !d.sites.is_empty())) {
            close_gates(code);
        }
    }
    for thread in thread::all() {
        // SAFETY: registered threads are alive, and the frames of their chains too while this one holds the GIL.
        unsafe {
            let mut frame = (*thread).frame.get();
            while !frame.is_null() {
                refresh((*frame).code());
                frame = (*frame).previous;
            }
        }
    }
}

fn close_gates(code: &PyCode) {
    with(code, |data| {
        if std::mem::replace(&mut data.gated, true) {
            return;
        }
        for &index in &data.resumes {
            instrument_word(code, index as usize);
        }
    });
}

fn open_gates(code: &PyCode, resumes: &[u32]) {
    for &index in resumes {
        // SAFETY: the index is that of an instruction.
        unsafe { quicken::restore(word(code, index as usize), &code.object.code, index as usize, true) }
    }
}

/// Brings a code object up to date before it goes on.
#[inline]
pub(crate) fn refresh(code: &PyCode) {
    let current = version();
    let stale = code.events.with(|data| match data {
        Some(data) => data.version != current,
        None => current != 0,
    });
    if stale {
        update(code);
    }
}

pub(super) fn set_local_events(tool: usize, code: &Ref<PyCode>, events: EventSet) {
    with(code, |data| {
        for (event, tools) in data.local.iter_mut().enumerate() {
            *tools = *tools & !(1 << tool) | ((events >> event & 1) as ToolSet) << tool;
        }
    });
    if code.private.with(|p| p.is_some()) {
        update(code);
    } else {
        LOCAL_ONLY.with(|list| list.push(code.clone()));
    }
}

/// Code objects that have listeners but no private code yet.
static LOCAL_ONLY: GilCell<Vec<Ref<PyCode>>> = GilCell::new(Vec::new());

/// Takes a tool's local events back.
pub(super) fn clear_local_events(tool: usize) {
    let clear = |code: &PyCode| {
        code.events.with(|data| {
            data.as_mut().is_some_and(|data| {
                let any = data.local.iter().any(|tools| tools >> tool & 1 != 0);
                data.local.iter_mut().for_each(|tools| *tools &= !(1 << tool));
                any
            })
        })
    };
    for code in LOCAL_ONLY.take() {
        clear(&code);
    }
    for code in PREPARED.get() {
        // SAFETY: listed code objects are alive.
        let code = unsafe { &*code };
        if clear(code) {
            update(code);
        }
    }
}

/// The sets of tools after a change of who is wanted: those newly wanted come in, those no longer wanted go, and for the others
/// what they have disabled stays so.
fn adjusted(tools: ToolSet, active: ToolSet, wanted: ToolSet, restart: bool) -> ToolSet {
    if restart { wanted } else { tools & wanted | wanted & !active }
}

/// Instruments the private code for those who listen now.
#[cold]
#[inline(never)]
fn update(code: &PyCode) {
    if code.refused.is_some() {
        return;
    }
    with(code, |data| {
        let (current, restart) = ENGINE.with(|e| (e.version, data.version < e.restart));
        let gated = std::mem::replace(&mut data.gated, false);
        data.version = current;
        let mut wanted = data.local;
        for (event, tools) in wanted.iter_mut().enumerate() {
            *tools |= listeners(Event::ALL[event]);
        }
        let watching = listeners(Event::Raise) != 0;
        let nobody = wanted.iter().all(|&tools| tools == 0) && !watching;
        if nobody {
            data.active = wanted;
            data.watching = false;
            if !data.sites.is_empty() {
                data.sites = Vec::new();
                restore(code);
            } else if gated {
                open_gates(code, &data.resumes);
            }
            return;
        }
        if wanted != data.active || watching != data.watching || restart {
            data.place(code, &wanted, watching, restart);
        }
        for instruction in lines::instructions(&code.object.code) {
            write_word(code, &data.sites, instruction.index);
        }
    });
}

impl Instrumentation {
    /// Distributes the wanted tools over the instructions.
    fn place(&mut self, code: &PyCode, wanted: &[ToolSet; LOCAL_EVENTS], watching: bool, restart: bool) {
        let canonical = &code.object.code;
        self.sites.resize(canonical.len() / 2, Site::default());
        let (line, single) = (Event::Line as usize, Event::Instruction as usize);
        if wanted[line] != 0 && self.lines.is_none() {
            self.lines = Some(Lines::new(&code.object));
        }
        let first = self.resumes.first().map_or(0, |&index| index as usize);
        for instruction in lines::instructions(canonical) {
            let site = &mut self.sites[instruction.index];
            if let Some(event) = own_event(instruction) {
                let event = event as usize;
                site.own = adjusted(site.own, self.active[event], wanted[event], restart);
            }
            if self.lines.as_ref().is_some_and(|lines| lines.is_start(instruction.index)) {
                site.line = adjusted(site.line, self.active[line], wanted[line], restart);
            }
            if has_instruction_event(instruction, first) {
                site.instruction = adjusted(site.instruction, self.active[single], wanted[single], restart);
            }
            site.watches = watching && matches!(instruction.opcode, Opcode::FOR_ITER | Opcode::SEND);
            site.announces = false;
        }
        if let Some(lines) = &self.lines {
            for (from, to) in lines.jumps_to_starts() {
                self.sites[from].announces |= self.sites[to].line != 0;
            }
        }
        self.active = *wanted;
        self.watching = watching;
    }
}

/// A tool wants no more of an event at an instruction.
pub(super) fn disable(code: &PyCode, index: usize, kind: fn(&mut Site) -> &mut ToolSet, tool: usize) {
    with(code, |data| {
        let Some(site) = data.sites.get_mut(index) else { return };
        *kind(site) &= !(1 << tool);
        if site.line == 0
            && let Some(lines) = &data.lines
            && lines.is_start(index)
        {
            let sources: Vec<usize> =
                lines.jumps_to_starts().filter(|&(_, to)| to == index).map(|(from, _)| from).collect();
            for from in sources {
                let others = |(f, to): (usize, usize)| f == from && data.sites[to].line != 0;
                data.sites[from].announces = lines.jumps_to_starts().any(others);
                write_word(code, &data.sites, from);
            }
        }
        write_word(code, &data.sites, index);
    });
}

/// The callback of BRANCH has disabled one direction of a loop: the other goes with it.
pub(super) fn disable_other_branch(code: &PyCode, index: usize, tool: usize) {
    let own: fn(&mut Site) -> &mut ToolSet = |site| &mut site.own;
    let loops = lines::instructions(&code.object.code).filter(|i| i.opcode == Opcode::FOR_ITER);
    for (enters, leaves) in loops.filter_map(|i| i.target().map(|target| (i.index, target))) {
        if index == enters {
            disable(code, leaves, own, tool);
        } else if index == leaves {
            disable(code, enters, own, tool);
        }
    }
}

fn word(code: &PyCode, index: usize) -> *mut u64 {
    // SAFETY: private code has a word for each unit.
    unsafe { code.entry().add(index) }
}

fn instrument_word(code: &PyCode, index: usize) {
    // SAFETY: the index is that of an instruction.
    unsafe { quicken::instrument(word(code, index)) }
}

/// Makes the word of an instruction what its listeners ask for.
fn write_word(code: &PyCode, sites: &[Site], index: usize) {
    if sites[index].is_used() {
        instrument_word(code, index);
        // What was fused with this instruction no longer is.
        decide_fusion(code, sites, index, false);
        return;
    }
    let fusible = sites.get(index + FUSED_DISTANCE).is_none_or(|next| !next.is_used());
    // SAFETY: the index is that of an instruction.
    unsafe {
        let word = word(code, index);
        if *word as u16 == op::INSTRUMENTED {
            quicken::restore(word, &code.object.code, index, fusible);
            decide_fusion(code, sites, index, true);
        }
    }
}

/// Words from a comparison to the conditional jump it may be fused with.
const FUSED_DISTANCE: usize = 2;

/// Says whether a comparison before the instruction at `index` may be fused with it.
fn decide_fusion(code: &PyCode, sites: &[Site], index: usize, fusible: bool) {
    let Some(before) = index.checked_sub(FUSED_DISTANCE) else { return };
    let is_comparison = code.object.code[before * 2] == Opcode::COMPARE_OP as u8;
    if is_comparison && !sites[before].is_used() {
        // SAFETY: a COMPARE_OP two units before an instruction is one: its cache unit is zero.
        unsafe { quicken::restore(word(code, before), &code.object.code, before, fusible) }
    }
}

/// Takes all instrumentation out of the private code.
fn restore(code: &PyCode) {
    for instruction in lines::instructions(&code.object.code) {
        // SAFETY: the index is that of an instruction.
        unsafe { quicken::restore(word(code, instruction.index), &code.object.code, instruction.index, true) }
    }
}

/// Where a jump leads.
pub(crate) struct Target {
    pub from: usize,
    pub to: usize,
}

/// Notes that a jump was made to what may be a line start.
pub(crate) fn after_jump(thread: &Thread, code: &PyCode, target: Target) {
    thread.events.jumped.set((word(code, target.to) as usize, target.from as u32));
}

/// The instruction that jumped to the one at `index`, if one just did. Asking takes the note away.
fn jumped_from(thread: &Thread, code: &PyCode, index: usize) -> Option<usize> {
    let (to, from) = thread.events.jumped.replace((0, 0));
    (to == word(code, index) as usize).then_some(from as usize)
}

/// The line that the instruction at `index` reports, coming from where control does.
#[inline]
pub(crate) fn line_reached(thread: &Thread, code: &PyCode, index: usize) -> Option<i32> {
    let source = jumped_from(thread, code, index);
    code.events.with(|data| {
        let data = data.as_ref()?;
        let lines = data.lines.as_ref()?;
        let started = || data.resumes.first().is_some_and(|&first| data.sites[first as usize].own != 0);
        if lines.reports(&code.object, index, source, started) { lines.line(index) } else { None }
    })
}
