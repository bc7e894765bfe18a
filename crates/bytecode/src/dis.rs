//! The disassembler, laid out like `python -m dis -C -O`.

use std::fmt::Write;

use crate::code::CodeObject;
use crate::constant::Constant;
use crate::opcode::{Flags, Opcode};
use crate::{exception_table, location};

/// One instruction with its `EXTENDED_ARG`s taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// Byte offset of the instruction itself, behind its prefixes.
    pub offset: usize,
    /// `None` if the byte is no opcode.
    pub opcode: Option<Opcode>,
    pub byte: u8,
    pub oparg: u32,
}

/// The instructions of canonical code, caches skipped.
pub fn decode(code: &[u8]) -> impl Iterator<Item = Instruction> {
    let mut unit = 0;
    let mut extended = 0u32;
    std::iter::from_fn(move || {
        loop {
            let &[byte, arg] = code.get(unit * 2..unit * 2 + 2)? else { return None };
            let offset = unit * 2;
            let oparg = extended << 8 | u32::from(arg);
            unit += crate::opcode::unit_len(byte);
            if byte == Opcode::EXTENDED_ARG as u8 {
                extended = oparg;
                continue;
            }
            extended = 0;
            return Some(Instruction { offset, opcode: Opcode::from_u8(byte), byte, oparg });
        }
    })
}

/// The byte offset a jump at `instr` leads to.
pub fn jump_target(instr: &Instruction) -> Option<usize> {
    let opcode = instr.opcode?.base();
    if !opcode.has(Flags::JUMP) {
        return None;
    }
    let after = instr.offset + 2 * (1 + opcode.caches());
    let distance = instr.oparg as usize * 2;
    match opcode {
        Opcode::JUMP_BACKWARD | Opcode::JUMP_BACKWARD_NO_INTERRUPT | Opcode::END_ASYNC_FOR => {
            after.checked_sub(distance)
        }
        _ => after.checked_add(distance),
    }
}

/// What an operand stands for, in words.
fn meaning(code: &CodeObject, instr: &Instruction) -> String {
    let Some(opcode) = instr.opcode.map(Opcode::base) else { return String::new() };
    let oparg = instr.oparg as usize;
    let name = |index: usize| code.names.get(index).map_or_else(|| "?".into(), ToString::to_string);
    let local =
        |index: usize| code.localsplusnames.get(index).map_or_else(|| "?".into(), ToString::to_string);
    if let Some(target) = jump_target(instr) {
        return format!("(to {target})");
    }
    match opcode {
        Opcode::LOAD_CONST => match code.consts.get(oparg) {
            Some(constant) => format!("({constant})"),
            None => "(?)".into(),
        },
        Opcode::LOAD_GLOBAL | Opcode::LOAD_ATTR => {
            let more = match (oparg & 1, opcode) {
                (0, _) => "",
                (_, Opcode::LOAD_GLOBAL) => " + NULL",
                _ => " + NULL|self",
            };
            format!("({}{more})", name(oparg >> 1))
        }
        Opcode::LOAD_SUPER_ATTR => format!("({})", name(oparg >> 2)),
        Opcode::LOAD_FAST_LOAD_FAST
        | Opcode::LOAD_FAST_BORROW_LOAD_FAST_BORROW
        | Opcode::STORE_FAST_LOAD_FAST
        | Opcode::STORE_FAST_STORE_FAST => format!("({}, {})", local(oparg >> 4), local(oparg & 15)),
        _ if opcode.has(Flags::NAME) => format!("({})", name(oparg)),
        _ if opcode.has(Flags::LOCAL) || opcode.has(Flags::FREE) => format!("({})", local(oparg)),
        _ => String::new(),
    }
}

/// One line an instruction: offset, name, operand, its meaning.
pub fn instructions(code: &CodeObject) -> Vec<String> {
    let line = |instr: Instruction| {
        let name = instr.opcode.map_or_else(|| format!("<{}>", instr.byte), |op| op.name().to_owned());
        if instr.opcode.is_some_and(|op| op.has(Flags::ARG)) {
            format!("{:>4} {name:<24} {:>4} {}", instr.offset, instr.oparg, meaning(code, &instr))
        } else {
            format!("{:>4} {name}", instr.offset)
        }
    };
    decode(&code.code).map(|instr| line(instr).trim_end().to_owned()).collect()
}

/// One line an entry of the location table: byte range and place.
pub fn locations(code: &CodeObject) -> Vec<String> {
    let part = |value: Option<i32>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    location::Entries::new(&code.linetable, code.firstlineno)
        .map(|entry| {
            let at = entry.position;
            format!(
                "{}..{} {}:{}-{}:{}",
                entry.start * 2,
                entry.end * 2,
                part(at.line),
                part(at.col),
                part(at.end_line),
                part(at.end_col)
            )
        })
        .collect()
}

/// The whole listing of a code object and those inside it.
pub fn text(code: &CodeObject) -> String {
    let mut out = String::new();
    let mut todo = vec![code];
    while let Some(code) = todo.pop() {
        one(code, &mut out);
        todo.extend(code.consts.iter().rev().filter_map(|constant| match constant {
            Constant::Code(code) => Some(&**code),
            _ => None,
        }));
    }
    out
}

fn one(code: &CodeObject, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "Disassembly of <code object {}, file \"{}\", line {}>:",
        code.name, code.filename, code.firstlineno
    );
    let mut lines: Vec<_> = location::co_lines(&code.linetable, code.firstlineno).collect();
    lines.reverse();
    let mut shown = None;
    for (instr, text) in decode(&code.code).zip(instructions(code)) {
        while lines.last().is_some_and(|&(_, end, _)| end <= instr.offset) {
            lines.pop();
        }
        let line = lines.last().and_then(|&(_, _, line)| line);
        let label = match line {
            Some(line) if shown != Some(line) => line.to_string(),
            None => "--".into(),
            _ => String::new(),
        };
        shown = line;
        let _ = writeln!(out, "{label:>5} {text}");
    }
    let entries: Vec<_> = exception_table::Entries::new(&code.exceptiontable).collect();
    if !entries.is_empty() {
        let _ = writeln!(out, "ExceptionTable:");
    }
    for entry in entries {
        let lasti = if entry.lasti { " lasti" } else { "" };
        let (start, end, target) = (entry.start * 2, entry.end * 2, entry.target * 2);
        let _ = writeln!(out, "  {start} to {end} -> {target} [{}]{lasti}", entry.depth);
    }
    out.push('\n');
}
