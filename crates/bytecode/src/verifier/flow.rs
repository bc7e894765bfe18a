//! Following every path through a code object.

use super::decode::{Decoded, ENDS, Handler, IS_BEFORE, Instr, NONE, trait_of};
use super::state::{self, Kind, State};
use super::{VerifyError, View, error};

/// Most slots of states that are kept, so that hostile code cannot exhaust memory.
const MAX_KNOWN: usize = 1 << 27;
/// How many times each instruction may be looked at on average before the search is given up.
const MAX_VISITS: usize = 64;
/// What merging may cost on top, in pieces of [`PIECE`] slots.
const MAX_MERGES: usize = 1 << 24;
const PIECE: usize = 64;

/// What is known of the state at an instruction: a part of [`Verifier::known`].
#[derive(Clone, Copy)]
struct Join {
    start: usize,
    len: usize,
    seen: bool,
}

pub struct Verifier<'a> {
    code: &'a View<'a>,
    instrs: Vec<Instr>,
    handlers: Vec<Handler>,
    joins: Vec<Join>,
    /// The slots of all joins seen so far.
    known: Vec<Kind>,
    /// Instructions from which the way must be followed again, since less is known there than the last time.
    todo: Vec<u32>,
    budget: usize,
}

impl<'a> Verifier<'a> {
    pub fn new(code: &'a View<'a>) -> Result<Self, VerifyError> {
        code.check_counts()?;
        let Decoded { instrs, handlers, joins } = Decoded::new(code)?;
        let joins = vec![Join { start: 0, len: 0, seen: false }; joins as usize];
        let budget = instrs.len().saturating_mul(MAX_VISITS).saturating_add(MAX_MERGES);
        Ok(Verifier { code, instrs, handlers, joins, known: Vec::new(), todo: Vec::new(), budget })
    }

    pub fn run(mut self) -> Result<(), VerifyError> {
        let mut state = State::at_start(self.code);
        self.flow(0, &mut state)?;
        while let Some(index) = self.todo.pop() {
            if let Some(Join { start, len, .. }) = self.join_at(index) {
                state.restore(&self.known[start..start + len]);
                self.flow(index as usize, &mut state)?;
            }
        }
        Ok(())
    }

    fn join_at(&self, index: u32) -> Option<Join> {
        let join = self.instrs[index as usize].join;
        self.joins.get(join as usize).copied()
    }

    /// Runs from `index` until control goes elsewhere or reaches a join.
    fn flow(&mut self, first: usize, state: &mut State) -> Result<(), VerifyError> {
        let mut index = first;
        // The handler that knows of the state as it is.
        let mut informed = NONE;
        state.is_news = false;
        loop {
            let Some(&instr) = self.instrs.get(index) else {
                let last = self.instrs.last().map_or(0, |last| last.start);
                return Err(error(last, "control runs off the end"));
            };
            if index != first && instr.join != NONE {
                return self.join(index as u32, state.slots(), &[], instr.start);
            }
            self.budget = self.budget.checked_sub(1).ok_or(error(instr.start, "too complex"))?;
            let (opcode, oparg) = (instr.opcode, instr.oparg);
            let effect = opcode.stack(oparg);
            if instr.handler != NONE {
                let handler = self.handlers[instr.handler as usize];
                let untouched = state.depth() as i64 - effect.0;
                // What an instruction leaves in place it may still count among its operands, and one that cannot
                // fail is left alone, at most, before it starts.
                let kept = if trait_of(opcode, IS_BEFORE) { state.depth() as i64 } else { untouched };
                if i64::from(handler.depth) > kept {
                    return Err(error(instr.start, "handler deeper than the stack"));
                }
                if state.is_news || instr.handler != informed {
                    self.enter_handler(handler, state, instr.start)?;
                    informed = instr.handler;
                    state.is_news = false;
                }
                // The instruction may change what the handler finds on the stack.
                state.is_news |= untouched < i64::from(handler.depth);
            }
            state.step(self.code, opcode, oparg, effect).map_err(|what| error(instr.start, what))?;
            if instr.target != NONE {
                self.join(instr.target, state.slots(), &[], instr.start)?;
            }
            if trait_of(opcode, ENDS) {
                return Ok(());
            }
            index += 1;
        }
    }

    /// An exception at code unit `unit` cuts the stack and pushes what the handler wants.
    fn enter_handler(&mut self, handler: Handler, state: &State, unit: u32) -> Result<(), VerifyError> {
        let pushed = &[Kind::VALUE; 2][..1 + usize::from(handler.lasti)];
        if handler.depth as usize + pushed.len() > self.code.stacksize as usize {
            return Err(error(unit, "stack overflow"));
        }
        self.join(handler.target, state.slots_below(handler.depth as usize), pushed, unit)
    }

    /// Control comes to the instruction `target` with these slots: `below`, and `above` on top of them.
    fn join(&mut self, target: u32, below: &[Kind], above: &[Kind], from: u32) -> Result<(), VerifyError> {
        let number = self.instrs[target as usize].join as usize;
        let Some(&Join { start, len, seen }) = self.joins.get(number) else { return Ok(()) };
        let brought = below.len() + above.len();
        self.budget = self.budget.checked_sub(brought / PIECE).ok_or(error(from, "too complex"))?;
        let changed = if seen {
            if len != brought {
                return Err(error(from, "inconsistent stack depth"));
            }
            let (known_below, known_above) = self.known[start..start + len].split_at_mut(below.len());
            state::merge(known_below, below) | state::merge(known_above, above)
        } else {
            let start = self.known.len();
            if start + brought > MAX_KNOWN {
                return Err(error(from, "too complex"));
            }
            self.known.extend_from_slice(below);
            self.known.extend_from_slice(above);
            self.joins[number] = Join { start, len: brought, seen: true };
            true
        };
        if changed {
            self.todo.push(target);
        }
        Ok(())
    }
}
