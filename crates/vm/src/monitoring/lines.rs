//! Where lines start: the instructions that may report a LINE event.
//!
//! The event happens when control comes to an instruction from another line. Wherever control comes from is known from the code,
//! except at instructions that several lead to; jumps to those say that they were made.

use crate::types::code::Canonical;
use minipy_bytecode::{Opcode, exception_table, location, opcode};

/// The lines of a code object, by code unit.
pub struct Lines {
    /// The line of each unit; -1 for none.
    lines: Box<[i32]>,
    starts: Box<[Start]>,
    /// All jumps: from which unit to which.
    jumps: Box<[(u32, u32)]>,
}

/// A line that no instruction has.
const NOWHERE: i32 = -2;

/// Whether an instruction may report a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Start {
    Never,
    /// Unless the jump that led here comes from the same line.
    Unless,
    /// Only if a jump led here, and from another line: the instruction before is of the same line.
    IfJumped,
    /// As `IfJumped`, but also coming from the function's first RESUME, if that has reported the start of the function.
    AfterResume,
}

/// An instruction of canonical code.
#[derive(Clone, Copy)]
pub struct Instruction {
    /// Its first unit.
    pub index: usize,
    pub opcode: Opcode,
    /// Its operand, EXTENDED_ARG prefixes applied.
    pub arg: u32,
}

impl Instruction {
    /// The unit behind its caches.
    pub fn next(self) -> usize {
        self.index + opcode::unit_len(self.opcode as u8)
    }

    /// Where it jumps to, if it jumps.
    pub fn target(self) -> Option<usize> {
        let arg = self.arg as usize;
        match self.opcode {
            Opcode::JUMP_FORWARD
            | Opcode::POP_JUMP_IF_FALSE
            | Opcode::POP_JUMP_IF_TRUE
            | Opcode::POP_JUMP_IF_NONE
            | Opcode::POP_JUMP_IF_NOT_NONE
            | Opcode::SEND => Some(self.next() + arg),
            // Over END_FOR.
            Opcode::FOR_ITER => Some(self.next() + arg + 1),
            Opcode::JUMP_BACKWARD | Opcode::JUMP_BACKWARD_NO_INTERRUPT => self.next().checked_sub(arg),
            _ => None,
        }
    }
}

/// The instructions of a code object, EXTENDED_ARG included.
pub fn instructions(code: &[u8]) -> impl Iterator<Item = Instruction> {
    let (mut index, mut extended) = (0, 0u32);
    std::iter::from_fn(move || {
        let [number, low] = *code.get(index * 2..index * 2 + 2)? else { return None };
        let opcode = Opcode::from_u8(number).map_or(Opcode::NOP, Opcode::base);
        let arg = extended << 8 | u32::from(low);
        let instruction = Instruction { index, opcode, arg };
        extended = if opcode == Opcode::EXTENDED_ARG { arg } else { 0 };
        index = instruction.next();
        Some(instruction)
    })
}

/// The index of the instruction where a function's own code begins: its first RESUME.
pub fn first_resume(code: &[u8]) -> usize {
    instructions(code).find(|i| i.opcode == Opcode::RESUME).map_or(0, |i| i.index)
}

impl Lines {
    pub fn new(code: &Canonical) -> Lines {
        let units = code.code.len() / 2;
        let mut lines = vec![-1; units].into_boxed_slice();
        for entry in location::Entries::new(&code.linetable, code.firstlineno) {
            let end = entry.end.min(units);
            lines[entry.start.min(end)..end].fill(entry.position.line.unwrap_or(-1));
        }
        let first = first_resume(&code.code);
        let mut starts = vec![Start::Never; units].into_boxed_slice();
        let mut jumps = Vec::new();
        // The line of the instructions that may start one, in their order; and the line that control comes from if it
        // falls through.
        let (mut current, mut before) = (NOWHERE, NOWHERE);
        let mut after_start = false;
        for instruction in instructions(&code.code) {
            let (index, line) = (instruction.index, lines[instruction.index]);
            let may_start = may_start(instruction.opcode);
            let changes = index > first && line >= 0 && may_start && current != line;
            if changes && before != line {
                starts[index] = Start::Unless;
            } else if after_start && line >= 0 {
                starts[index] = Start::AfterResume;
            } else if changes {
                starts[index] = Start::IfJumped;
            }
            after_start = index == first;
            if let Some(target) = instruction.target().filter(|&t| t < units) {
                jumps.push((index as u32, target as u32));
            }
            before = if instruction.opcode.falls_through() { line } else { NOWHERE };
            current = match instruction.opcode {
                Opcode::RETURN_VALUE | Opcode::RAISE_VARARGS | Opcode::RERAISE => NOWHERE,
                _ if may_start => line,
                _ => current,
            };
        }
        let handlers = exception_table::Entries::new(&code.exceptiontable).map(|entry| entry.target);
        let targets = jumps.iter().map(|&(_, target)| target as usize);
        for target in targets.chain(handlers).filter(|&t| t < units) {
            let opcode = Opcode::from_u8(code.code[target * 2]).map_or(Opcode::NOP, Opcode::base);
            if starts[target] == Start::Never && target > first && lines[target] >= 0 && may_start(opcode) {
                starts[target] = Start::IfJumped;
            }
        }
        Lines { lines, starts, jumps: jumps.into() }
    }

    /// The line of a unit, if it has one.
    pub fn line(&self, index: usize) -> Option<i32> {
        self.lines.get(index).copied().filter(|&line| line >= 0)
    }

    /// Whether the instruction at `index` may report its line.
    pub fn is_start(&self, index: usize) -> bool {
        self.starts[index] != Start::Never
    }

    /// Whether the instruction at `index` reports its line, when a jump from `source` led to it, or none did. `started`
    /// says whether somebody listens to the start of the function. An exception thrown into a generator comes from the outside: from a RESUME.
    pub fn reports(
        &self,
        code: &Canonical,
        index: usize,
        source: Option<usize>,
        started: impl FnOnce() -> bool,
    ) -> bool {
        match (source, self.starts[index]) {
            (_, Start::Never) | (None, Start::IfJumped) => false,
            (None, Start::AfterResume) => started(),
            (None, Start::Unless) => true,
            (Some(source), _) => {
                let resumed = code.code.get(source * 2) == Some(&(Opcode::RESUME as u8));
                resumed || self.lines.get(source) != Some(&self.lines[index])
            }
        }
    }

    /// The jumps that lead to a line start, whose making it has to know of.
    pub fn jumps_to_starts(&self) -> impl Iterator<Item = (usize, usize)> {
        self.jumps.iter().map(|&(from, to)| (from as usize, to as usize)).filter(|&(from, to)| {
            match self.starts[to] {
                Start::Never => false,
                Start::AfterResume => true,
                Start::Unless => self.lines[from] == self.lines[to],
                Start::IfJumped => self.lines[from] != self.lines[to],
            }
        })
    }
}

/// These are skipped when the jump that leads over them is made, or are not the program's.
fn may_start(opcode: Opcode) -> bool {
    !matches!(opcode, Opcode::END_FOR | Opcode::POP_ITER | Opcode::END_SEND | Opcode::RESUME)
}
