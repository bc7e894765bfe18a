//! Makes sure that running a code object cannot break the VM, wherever the code comes from.
//!
//! Accepted code keeps these promises on every path, exceptions included:
//! - each instruction is a base instruction with an operand in range, and jumps and handlers lead to
//!   instructions;
//! - the stack never underflows, never exceeds `co_stacksize`, and has one depth at each instruction;
//! - a null is on the stack only where the consumer expects one;
//! - `LOAD_FAST` and its kin read bound locals, `*_DEREF` locals that hold a cell;
//! - `BUILD_STRING` finds strings.
//!
//! What other values are is not checked: an instruction that wants a list or a code object must look.

mod operands;
mod state;

use crate::code::{CodeObject, LocalKind, flags};
use crate::constant::Constant;
use crate::exception_table;
use crate::opcode::{CACHES, Flags, Opcode};
use state::{Kind, State};

/// Why a code object was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// Byte offset of the instruction at fault.
    pub offset: usize,
    pub what: &'static str,
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "invalid code at offset {}: {}", self.offset, self.what)
    }
}

impl std::error::Error for VerifyError {}

/// Most words of state that are kept, so that hostile code cannot exhaust memory.
const MAX_STATE_WORDS: usize = 1 << 24;
/// How many times each instruction may be looked at on average before the search is given up.
const MAX_VISITS: usize = 64;

const GENERATOR_FLAGS: u32 = flags::CO_GENERATOR | flags::CO_COROUTINE | flags::CO_ASYNC_GENERATOR;

/// What of a code object matters to the verifier.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    pub flags: u32,
    pub code: &'a [u8],
    pub exceptiontable: &'a [u8],
    pub localspluskinds: &'a [LocalKind],
    /// The length of `co_localsplusnames`.
    pub locals: usize,
    /// The length of `co_names`.
    pub names: usize,
    /// The length of `co_consts`.
    pub consts: usize,
    /// Whether the constant at an index is a str.
    pub is_str: &'a dyn Fn(usize) -> bool,
}

/// Runs `f` on what matters of a code object.
fn with_view<R>(code: &CodeObject, f: impl FnOnce(&View<'_>) -> R) -> R {
    f(&View {
        argcount: code.argcount,
        posonlyargcount: code.posonlyargcount,
        kwonlyargcount: code.kwonlyargcount,
        stacksize: code.stacksize,
        flags: code.flags,
        code: &code.code,
        exceptiontable: &code.exceptiontable,
        localspluskinds: &code.localspluskinds,
        locals: code.localsplusnames.len(),
        names: code.names.len(),
        consts: code.consts.len(),
        is_str: &|index| matches!(code.consts.get(index), Some(Constant::Str(..))),
    })
}

impl View<'_> {
    fn total_args(&self) -> u64 {
        u64::from(self.argcount)
            + u64::from(self.kwonlyargcount)
            + u64::from(self.flags & flags::CO_VARARGS != 0)
            + u64::from(self.flags & flags::CO_VARKEYWORDS != 0)
    }

    /// Checks this code object; not those among its constants.
    pub fn verify(&self) -> Result<(), VerifyError> {
        Verifier::new(self)?.run()
    }
}

/// Checks a code object and all those among its constants.
pub fn verify(code: &CodeObject) -> Result<(), VerifyError> {
    let mut todo: Vec<&CodeObject> = vec![code];
    while let Some(code) = todo.pop() {
        with_view(code, |view| view.verify())?;
        let mut constants: Vec<&[Constant]> = vec![&code.consts];
        while let Some(items) = constants.pop() {
            for item in items {
                match item {
                    Constant::Code(code) => todo.push(code),
                    Constant::Tuple(items) | Constant::FrozenSet(items) => constants.push(items),
                    Constant::Slice(items) => constants.push(&items[..]),
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

/// A decoded instruction; prefixes belong to it.
#[derive(Clone, Copy)]
struct Instr {
    /// Code unit of the first prefix, or of the instruction.
    start: u32,
    /// Code unit of the next instruction.
    end: u32,
    opcode: Opcode,
    oparg: u32,
    /// Index of the instruction jumped to.
    target: Option<u32>,
    /// Index of the exception-table entry that covers the instruction.
    handler: Option<u32>,
}

#[derive(Clone, Copy)]
struct Handler {
    target: u32,
    depth: usize,
    lasti: bool,
}

struct Verifier<'a> {
    code: &'a View<'a>,
    instrs: Vec<Instr>,
    handlers: Vec<Handler>,
    /// State at each instruction that control reaches from more than the one before.
    joins: Vec<Join>,
    todo: Vec<u32>,
}

enum Join {
    /// Reached from the instruction before only.
    No,
    Unseen,
    Seen(Box<State>),
}

fn error(unit: u32, what: &'static str) -> VerifyError {
    VerifyError { offset: unit as usize * 2, what }
}

impl<'a> Verifier<'a> {
    fn new(code: &'a View<'a>) -> Result<Self, VerifyError> {
        code.check_counts()?;
        let (mut instrs, starts) = decode(code)?;
        let index_at = |unit: usize| starts.get(unit).copied().filter(|&index| index != u32::MAX);
        let mut joins: Vec<Join> = instrs.iter().map(|_| Join::No).collect();
        for instr in &mut instrs {
            operands::check(code, instr.opcode, instr.oparg).map_err(|what| error(instr.start, what))?;
            // END_ASYNC_FOR's distance is for monitoring, which copes with any.
            if instr.opcode.has(Flags::JUMP) && instr.opcode != Opcode::END_ASYNC_FOR {
                let after = instr.end as usize;
                let distance = instr.oparg as usize;
                let target = if is_backward(instr.opcode) {
                    after.checked_sub(distance)
                } else {
                    after.checked_add(distance)
                };
                let target = target.and_then(index_at).ok_or(error(instr.start, "jump to nowhere"))?;
                instr.target = Some(target);
                joins[target as usize] = Join::Unseen;
            }
        }
        for instr in &instrs {
            let target = instr.target.map(|target| instrs[target as usize].opcode);
            if instr.opcode == Opcode::FOR_ITER && target != Some(Opcode::END_FOR) {
                return Err(error(instr.start, "FOR_ITER without END_FOR"));
            }
        }
        let mut handlers = Vec::new();
        let mut entries = exception_table::Entries::new(code.exceptiontable);
        let mut last_end = 0;
        for entry in entries.by_ref() {
            let unit = u32::try_from(entry.start).unwrap_or(u32::MAX);
            let bad = error(unit, "malformed exception table");
            let target = index_at(entry.target).ok_or(bad)?;
            let first = index_at(entry.start).ok_or(bad)? as usize;
            if entry.start < last_end || entry.end <= entry.start || entry.end > starts.len() {
                return Err(bad);
            }
            last_end = entry.end;
            handlers.push(Handler { target, depth: entry.depth, lasti: entry.lasti });
            joins[target as usize] = Join::Unseen;
            for instr in instrs[first..].iter_mut().take_while(|i| (i.start as usize) < entry.end) {
                instr.handler = Some(handlers.len() as u32 - 1);
            }
        }
        if !entries.at_end() {
            return Err(error(0, "malformed exception table"));
        }
        let count = joins.iter().filter(|join| matches!(join, Join::Unseen)).count();
        let words = code.locals / 8 + code.stacksize as usize / 8 + 2;
        if count.saturating_mul(words.min(instrs.len() + 2)) > MAX_STATE_WORDS {
            return Err(error(0, "too complex"));
        }
        Ok(Verifier { code, instrs, handlers, joins, todo: Vec::new() })
    }

    fn run(mut self) -> Result<(), VerifyError> {
        check_generator(self.code, &self.instrs)?;
        let mut budget = self.instrs.len().saturating_mul(MAX_VISITS);
        let first = State::at_start(self.code);
        self.flow(0, first, &mut budget)?;
        while let Some(index) = self.todo.pop() {
            if let Join::Seen(state) = &self.joins[index as usize] {
                let state = (**state).clone();
                self.flow(index as usize, state, &mut budget)?;
            }
        }
        Ok(())
    }

    /// Runs from `index` until control goes elsewhere or reaches a join.
    fn flow(&mut self, index: usize, mut state: State, budget: &mut usize) -> Result<(), VerifyError> {
        let mut index = index;
        let mut first = true;
        loop {
            let Some(&instr) = self.instrs.get(index) else {
                let end = self.instrs.last().map_or(0, |last| last.end);
                return Err(error(end, "control runs off the end"));
            };
            if !first && !matches!(self.joins[index], Join::No) {
                return self.join(index as u32, &state, instr.start);
            }
            first = false;
            *budget = budget.checked_sub(1).ok_or(error(instr.start, "too complex"))?;
            if let Some(handler) = instr.handler {
                self.enter_handler(handler, &state, instr)?;
            }
            let jumps_only = !instr.opcode.falls_through();
            state.step(self.code, instr.opcode, instr.oparg).map_err(|what| error(instr.start, what))?;
            if let Some(target) = instr.target {
                self.join(target, &state, instr.start)?;
            }
            if jumps_only {
                return Ok(());
            }
            index += 1;
        }
    }

    /// An exception at `instr` cuts the stack and pushes what the handler wants.
    fn enter_handler(&mut self, handler: u32, state: &State, instr: Instr) -> Result<(), VerifyError> {
        let Handler { target, depth, lasti } = self.handlers[handler as usize];
        let (pops, _) = instr.opcode.stack(instr.oparg);
        let untouched = state.stack.len() as i64 - pops;
        // What an instruction leaves in place it may still count among its operands, and one that cannot
        // fail is left alone, at most, before it starts.
        let opcode = instr.opcode;
        let before = state::leaves_operands(opcode) || state::cannot_raise(opcode);
        let kept = if before { state.stack.len() as i64 } else { untouched };
        if (depth as i64) > kept {
            return Err(error(instr.start, "handler deeper than the stack"));
        }
        let mut at_handler = state.clone();
        at_handler.stack.truncate(depth);
        for _ in 0..1 + usize::from(lasti) {
            at_handler.push(self.code, Kind::VALUE).map_err(|what| error(instr.start, what))?;
        }
        self.join(target, &at_handler, instr.start)
    }

    fn join(&mut self, target: u32, state: &State, from: u32) -> Result<(), VerifyError> {
        let join = &mut self.joins[target as usize];
        let changed = match join {
            Join::Seen(known) => known.merge(state).map_err(|what| error(from, what))?,
            Join::Unseen | Join::No => {
                *join = Join::Seen(Box::new(state.clone()));
                true
            }
        };
        if changed {
            self.todo.push(target);
        }
        Ok(())
    }
}

fn is_backward(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::JUMP_BACKWARD | Opcode::JUMP_BACKWARD_NO_INTERRUPT)
}

impl View<'_> {
    /// The fields must agree with each other before anything else can be said: arguments and kinds of locals, by which a frame
    /// is laid out.
    pub fn check_counts(&self) -> Result<(), VerifyError> {
        let refuse = |what| Err(error(0, what));
        if self.locals != self.localspluskinds.len() {
            return refuse("names and kinds of locals differ in number");
        }
        let arguments = self.total_args();
        if self.posonlyargcount > self.argcount || arguments > self.locals as u64 {
            return refuse("more arguments than locals");
        }
        if !self.localspluskinds.iter().take(arguments as usize).all(|kind| kind.is_local()) {
            return refuse("an argument is no local");
        }
        // Locals come first, then cells, then free variables; each slot is one of them.
        let class = |kind: &LocalKind| match (kind.is_local(), kind.is_cell(), kind.is_free()) {
            (true, _, false) => 0,
            (false, true, false) => 1,
            (false, false, true) => 2,
            _ => 3,
        };
        let mut classes = self.localspluskinds.iter().map(class);
        if !classes.clone().is_sorted() || classes.next_back() == Some(3) {
            return refuse("locals out of order");
        }
        Ok(())
    }
}

/// Cuts code into instructions. Also returns, for each code unit, the index of the instruction that
/// starts there, prefixes included.
fn decode(code: &View<'_>) -> Result<(Vec<Instr>, Vec<u32>), VerifyError> {
    let bytes = code.code;
    if bytes.is_empty() || !bytes.len().is_multiple_of(2) {
        return Err(error(0, "empty or odd code"));
    }
    let units = bytes.len() / 2;
    if u32::try_from(units).is_err() {
        return Err(error(0, "code too long"));
    }
    let mut instrs = Vec::with_capacity(units);
    let mut starts = vec![u32::MAX; units];
    let mut unit = 0;
    while unit < units {
        let start = unit as u32;
        let mut oparg = 0u32;
        let opcode = loop {
            let Some(&[byte, arg]) = bytes.get(unit * 2..unit * 2 + 2) else {
                return Err(error(start, "truncated instruction"));
            };
            if oparg >> 23 != 0 {
                return Err(error(start, "operand too large"));
            }
            oparg = oparg << 8 | u32::from(arg);
            unit += 1;
            if byte == Opcode::EXTENDED_ARG as u8 {
                continue;
            }
            match Opcode::from_u8(byte) {
                Some(opcode) if opcode.info().base == u16::from(byte) => break opcode,
                _ => return Err(error(start, "not a base instruction")),
            }
        };
        if matches!(
            opcode,
            Opcode::CACHE
                | Opcode::RESERVED
                | Opcode::ENTER_EXECUTOR
                | Opcode::INTERPRETER_EXIT
                | Opcode::EXIT_INIT_CHECK
                | Opcode::INSTRUMENTED_LINE
                | Opcode::INSTRUMENTED_INSTRUCTION
        ) {
            return Err(error(start, "not an instruction for code"));
        }
        unit += usize::from(CACHES[opcode as usize]);
        if unit > units {
            return Err(error(start, "truncated inline cache"));
        }
        starts[start as usize] = instrs.len() as u32;
        instrs.push(Instr { start, end: unit as u32, opcode, oparg, target: None, handler: None });
    }
    Ok((instrs, starts))
}

/// A generator makes itself first thing, and only generators yield.
fn check_generator(code: &View<'_>, instrs: &[Instr]) -> Result<(), VerifyError> {
    let is_generator = code.flags & GENERATOR_FLAGS != 0;
    let prefix = instrs.iter().take_while(|i| matches!(i.opcode, Opcode::COPY_FREE_VARS | Opcode::MAKE_CELL));
    let maker = prefix.count();
    for (index, instr) in instrs.iter().enumerate() {
        match instr.opcode {
            Opcode::RETURN_GENERATOR if !is_generator || index != maker => {
                return Err(error(instr.start, "misplaced RETURN_GENERATOR"));
            }
            Opcode::YIELD_VALUE if !is_generator => {
                return Err(error(instr.start, "yield outside a generator"));
            }
            _ => {}
        }
        if instr.target.is_some_and(|target| target as usize <= maker) && is_generator {
            return Err(error(instr.start, "jump to before the generator"));
        }
    }
    let made = instrs.get(maker).is_some_and(|i| i.opcode == Opcode::RETURN_GENERATOR);
    if is_generator && !made {
        return Err(error(0, "generator without RETURN_GENERATOR"));
    }
    Ok(())
}
