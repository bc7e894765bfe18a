//! Code units to instructions, with where they lead.

use super::{VerifyError, View, error, operands, state};
use crate::code::flags;
use crate::exception_table;
use crate::opcode::{CACHES, Flags, Opcode};

const GENERATOR_FLAGS: u32 = flags::CO_GENERATOR | flags::CO_COROUTINE | flags::CO_ASYNC_GENERATOR;

/// Stands for no index.
pub const NONE: u32 = u32::MAX;

/// An instruction; prefixes belong to it.
#[derive(Clone, Copy)]
pub struct Instr {
    /// Code unit of the first prefix, or of the instruction.
    pub start: u32,
    pub opcode: Opcode,
    pub oparg: u32,
    /// Index of the instruction jumped to.
    pub target: u32,
    /// Index of the exception-table entry that covers the instruction.
    pub handler: u32,
    /// Index of what is known here, if control comes from more than the instruction before.
    pub join: u32,
}

/// Where an entry of the exception table leads.
#[derive(Clone, Copy)]
pub struct Handler {
    /// Index of the instruction.
    pub target: u32,
    pub depth: u32,
    pub lasti: bool,
}

/// The instructions of a code object.
pub struct Decoded {
    pub instrs: Vec<Instr>,
    pub handlers: Vec<Handler>,
    /// How many instructions control reaches from more than the one before.
    pub joins: u32,
}

impl Decoded {
    /// Decodes all instructions and checks what can be checked of each by itself: operands, targets of jumps and handlers.
    pub fn new(code: &View<'_>) -> Result<Decoded, VerifyError> {
        let (instrs, starts, yields) = cut(code)?;
        let mut decoded = Decoded { instrs, handlers: Vec::new(), joins: 0 };
        decoded.find_targets(code, &starts)?;
        if !code.exceptiontable.is_empty() {
            decoded.find_handlers(code, &starts)?;
        }
        if yields || code.flags & GENERATOR_FLAGS != 0 {
            decoded.check_generator(code)?;
        }
        Ok(decoded)
    }

    fn mark_join(&mut self, target: u32) {
        let join = &mut self.instrs[target as usize].join;
        if *join == NONE {
            *join = self.joins;
            self.joins += 1;
        }
    }

    fn find_targets(&mut self, code: &View<'_>, starts: &[u32]) -> Result<(), VerifyError> {
        for index in 0..self.instrs.len() {
            let instr = &self.instrs[index];
            operands::check(code, instr.opcode, instr.oparg).map_err(|what| error(instr.start, what))?;
            if !trait_of(instr.opcode, JUMPS) {
                continue;
            }
            let instr = *instr;
            let after = self.instrs.get(index + 1).map_or(starts.len(), |next| next.start as usize);
            let distance = instr.oparg as usize;
            let target = if is_backward(instr.opcode) {
                after.checked_sub(distance)
            } else {
                after.checked_add(distance)
            };
            let target = target.and_then(|unit| index_at(starts, unit));
            let target = target.ok_or(error(instr.start, "jump to nowhere"))?;
            if instr.opcode == Opcode::FOR_ITER && self.instrs[target as usize].opcode != Opcode::END_FOR {
                return Err(error(instr.start, "FOR_ITER without END_FOR"));
            }
            self.instrs[index].target = target;
            self.mark_join(target);
        }
        Ok(())
    }

    fn find_handlers(&mut self, code: &View<'_>, starts: &[u32]) -> Result<(), VerifyError> {
        let mut entries = exception_table::Entries::new(code.exceptiontable);
        let mut last_end = 0;
        for entry in entries.by_ref() {
            let unit = u32::try_from(entry.start).unwrap_or(u32::MAX);
            let bad = error(unit, "malformed exception table");
            let target = index_at(starts, entry.target).ok_or(bad)?;
            let first = index_at(starts, entry.start).ok_or(bad)? as usize;
            let depth = u32::try_from(entry.depth).map_err(|_| bad)?;
            if entry.start < last_end || entry.end <= entry.start || entry.end > starts.len() {
                return Err(bad);
            }
            last_end = entry.end;
            let number = self.handlers.len() as u32;
            self.handlers.push(Handler { target, depth, lasti: entry.lasti });
            self.mark_join(target);
            for instr in self.instrs[first..].iter_mut().take_while(|i| (i.start as usize) < entry.end) {
                instr.handler = number;
            }
        }
        if entries.at_end() { Ok(()) } else { Err(error(0, "malformed exception table")) }
    }

    /// A generator makes itself first thing, and only generators yield.
    fn check_generator(&self, code: &View<'_>) -> Result<(), VerifyError> {
        let is_generator = code.flags & GENERATOR_FLAGS != 0;
        let instrs = &self.instrs;
        let is_prefix = |i: &&Instr| matches!(i.opcode, Opcode::COPY_FREE_VARS | Opcode::MAKE_CELL);
        let maker = instrs.iter().take_while(is_prefix).count();
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
            if is_generator && instr.target != NONE && instr.target as usize <= maker {
                return Err(error(instr.start, "jump to before the generator"));
            }
        }
        if is_generator && instrs.get(maker).is_none_or(|i| i.opcode != Opcode::RETURN_GENERATOR) {
            return Err(error(0, "generator without RETURN_GENERATOR"));
        }
        Ok(())
    }
}

fn is_backward(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::JUMP_BACKWARD | Opcode::JUMP_BACKWARD_NO_INTERRUPT)
}

/// The index of the instruction that starts at a code unit.
fn index_at(starts: &[u32], unit: usize) -> Option<u32> {
    starts.get(unit).copied().filter(|&index| index != NONE)
}

/// Cuts code into instructions. Also gives, for each code unit, the index of the instruction that starts there, prefixes
/// included, and whether any instruction is for generators only.
fn cut(code: &View<'_>) -> Result<(Vec<Instr>, Vec<u32>, bool), VerifyError> {
    let (pairs, odd) = code.code.as_chunks::<2>();
    if pairs.is_empty() || !odd.is_empty() {
        return Err(error(0, "empty or odd code"));
    }
    let units = pairs.len();
    if u32::try_from(units).is_err() {
        return Err(error(0, "code too long"));
    }
    let mut instrs = Vec::with_capacity(units);
    let mut starts = vec![NONE; units];
    let mut yields = false;
    let mut unit = 0;
    while unit < units {
        let start = unit as u32;
        let mut oparg = 0u32;
        let opcode = loop {
            let Some(&[byte, arg]) = pairs.get(unit) else {
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
            break FOR_CODE[usize::from(byte)].ok_or(error(start, "not an instruction for code"))?;
        };
        unit += usize::from(CACHES[opcode as usize]);
        if unit > units {
            return Err(error(start, "truncated inline cache"));
        }
        yields |= trait_of(opcode, YIELDS);
        starts[start as usize] = instrs.len() as u32;
        instrs.push(Instr { start, opcode, oparg, target: NONE, handler: NONE, join: NONE });
    }
    Ok((instrs, starts, yields))
}

/// The instruction of each byte that code may have.
static FOR_CODE: [Option<Opcode>; 256] = {
    let mut table = [None; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Some(opcode) = Opcode::from_u8(byte as u8)
            && opcode.base() as usize == byte
        {
            table[byte] = match opcode {
                Opcode::CACHE
                | Opcode::RESERVED
                | Opcode::ENTER_EXECUTOR
                | Opcode::INTERPRETER_EXIT
                | Opcode::EXIT_INIT_CHECK
                | Opcode::INSTRUMENTED_LINE
                | Opcode::INSTRUMENTED_INSTRUCTION => None,
                opcode => Some(opcode),
            };
        }
        byte += 1;
    }
    table
};

/// The operand is the distance of a jump. That of END_ASYNC_FOR is for monitoring, which copes with any.
const JUMPS: u8 = 1;
/// Only generators have the instruction.
const YIELDS: u8 = 2;
/// Control never reaches the next instruction.
pub const ENDS: u8 = 4;
/// What handlers find on the stack is what is there before the instruction.
pub const IS_BEFORE: u8 = 8;

/// What the verifier wants to know of each instruction all the time, as bits.
static TRAITS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Some(opcode) = FOR_CODE[byte] {
            if opcode.has(Flags::JUMP) && !matches!(opcode, Opcode::END_ASYNC_FOR) {
                table[byte] |= JUMPS;
            }
            if matches!(opcode, Opcode::RETURN_GENERATOR | Opcode::YIELD_VALUE) {
                table[byte] |= YIELDS;
            }
            if !opcode.falls_through() {
                table[byte] |= ENDS;
            }
            if state::leaves_operands(opcode) || state::cannot_raise(opcode) {
                table[byte] |= IS_BEFORE;
            }
        }
        byte += 1;
    }
    table
};

/// Whether the instruction has one of these traits.
#[inline(always)]
pub fn trait_of(opcode: Opcode, traits: u8) -> bool {
    TRAITS[opcode as usize] & traits != 0
}
