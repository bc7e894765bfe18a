//! From an optimised flow graph to a code object.

use minipy_bytecode::opcode::CACHES;
use minipy_bytecode::{CodeObject, Constant, exception_table, location};

use crate::flowgraph;
use crate::flowgraph::graph::{BlockId, Graph};
use crate::ir::{AssembleError, Location, Op, Unit};

/// Code units from `SEND` to the `END_SEND` that belongs to an `END_ASYNC_FOR`.
const END_SEND_OFFSET: u32 = 5;

/// Optimise a unit and assemble its code object.
pub fn assemble(mut unit: Unit) -> Result<CodeObject, AssembleError> {
    let consts = std::mem::take(&mut unit.consts);
    let nparams = unit.nparams as usize;
    let (graph, consts) = flowgraph::optimize(&unit.instrs, consts, unit.varnames.len(), nparams)?;
    emit(graph, unit, consts)
}

/// Assemble a unit whose instructions are optimised already.
pub fn assemble_optimized(mut unit: Unit) -> Result<CodeObject, AssembleError> {
    let consts = std::mem::take(&mut unit.consts).into_items();
    let mut graph = Graph::from_sequence(&unit.instrs)?;
    flowgraph::handlers::label_exception_targets(&mut graph)?;
    emit(graph, unit, consts)
}

fn emit(mut graph: Graph, unit: Unit, consts: Vec<Constant>) -> Result<CodeObject, AssembleError> {
    let finished = flowgraph::finish(&mut graph, &unit)?;
    let code = Code::new(&graph)?;
    Ok(CodeObject {
        argcount: unit.argcount,
        posonlyargcount: unit.posonlyargcount,
        kwonlyargcount: unit.kwonlyargcount,
        // CPython keeps at least one slot.
        stacksize: finished.stacksize.max(1),
        flags: unit.flags,
        code: code.bytes().into(),
        consts: consts.into(),
        names: unit.names.into_items().into(),
        localsplusnames: finished.locals.names.into(),
        localspluskinds: finished.locals.kinds.into(),
        filename: unit.filename,
        name: unit.name,
        qualname: unit.qualname,
        firstlineno: unit.firstlineno,
        linetable: code.linetable(unit.firstlineno).into(),
        exceptiontable: code.exceptiontable(&graph).into(),
    })
}

/// An instruction in its final place.
struct Placed {
    op: u8,
    is_jump: bool,
    is_end_async_for: bool,
    oparg: u32,
    /// Index of the instruction that a jump leads to.
    target: u32,
    except: BlockId,
    loc: Location,
    /// Offset in code units.
    offset: u32,
}

impl Placed {
    /// Code units, prefixes and caches included.
    fn units(&self) -> u32 {
        1 + extended_args(self.oparg) + u32::from(CACHES[self.op as usize])
    }
}

/// How many `EXTENDED_ARG` an operand needs.
fn extended_args(oparg: u32) -> u32 {
    u32::from(oparg > 0xff) + u32::from(oparg > 0xffff) + u32::from(oparg > 0xff_ffff)
}

/// The instructions of all blocks in a row.
struct Code {
    instrs: Vec<Placed>,
    /// For each block the index of its first instruction.
    starts: Vec<u32>,
}

impl Code {
    fn new(g: &Graph) -> Result<Code, AssembleError> {
        let mut starts = vec![0; g.len()];
        let order = g.order();
        let mut instrs = Vec::with_capacity(order.iter().map(|&id| g[id].instrs.len()).sum());
        for id in order {
            starts[id.index()] = instrs.len() as u32;
            for instr in &g[id].instrs {
                let Some(op) = instr.op.real() else {
                    return Err(AssembleError::Malformed("pseudo instruction left"));
                };
                instrs.push(Placed {
                    op: op as u8,
                    is_jump: instr.op.is_jump(),
                    is_end_async_for: instr.op == Op::END_ASYNC_FOR,
                    oparg: instr.oparg,
                    target: instr.target.index() as u32,
                    except: instr.except,
                    loc: instr.loc,
                    offset: 0,
                });
            }
        }
        for instr in instrs.iter_mut().filter(|i| i.is_jump) {
            instr.target = *starts
                .get(instr.target as usize)
                .ok_or(AssembleError::Malformed("jump without a target"))?;
            // CPython starts the search for distances here, which decides between two that both fit.
            instr.oparg = instr.target;
        }
        let mut code = Code { instrs, starts };
        code.resolve_jumps()?;
        code.resolve_next_locations();
        Ok(code)
    }

    /// Compute offsets and jump distances, which depend on each other: a longer distance may need an
    /// `EXTENDED_ARG` more, which makes others longer. Distances only grow, so this ends.
    fn resolve_jumps(&mut self) -> Result<(), AssembleError> {
        let jumps: Vec<usize> = (0..self.instrs.len()).filter(|&i| self.instrs[i].is_jump).collect();
        loop {
            let mut offset = 0u32;
            for instr in &mut self.instrs {
                instr.offset = offset;
                offset = offset.checked_add(instr.units()).ok_or(AssembleError::TooLarge)?;
            }
            let end = offset;
            let mut changed = false;
            for &index in &jumps {
                let instr = &self.instrs[index];
                let units = instr.units();
                let after = instr.offset + units;
                let target = self.instrs.get(instr.target as usize).map_or(end, |t| t.offset);
                let distance = if instr.is_end_async_for {
                    after.checked_sub(target + END_SEND_OFFSET)
                } else {
                    Some(after.abs_diff(target))
                };
                let instr = &mut self.instrs[index];
                instr.oparg = distance.ok_or(AssembleError::Malformed("END_ASYNC_FOR leads forwards"))?;
                changed |= instr.units() != units;
            }
            if !changed {
                return Ok(());
            }
        }
    }

    fn resolve_next_locations(&mut self) {
        let mut next = Location::NONE;
        for instr in self.instrs.iter_mut().rev() {
            if instr.loc == Location::NEXT {
                let ends = instr.is_jump
                    || matches!(
                        Op::from_number(instr.op.into()),
                        Some(Op::RETURN_VALUE | Op::RAISE_VARARGS | Op::RERAISE)
                    );
                instr.loc = if ends { Location::NONE } else { next };
            }
            next = instr.loc;
        }
    }

    /// `co_code`.
    fn bytes(&self) -> Vec<u8> {
        let units = self.instrs.last().map_or(0, |last| last.offset + last.units());
        let mut out = Vec::with_capacity(units as usize * 2);
        for instr in &self.instrs {
            let [low, bytes @ ..] = instr.oparg.to_le_bytes();
            for index in (0..extended_args(instr.oparg) as usize).rev() {
                out.extend([Op::EXTENDED_ARG as u16 as u8, bytes[index]]);
            }
            out.extend([instr.op, low]);
            out.resize(out.len() + 2 * usize::from(CACHES[instr.op as usize]), 0);
        }
        out
    }

    /// `co_linetable`.
    fn linetable(&self, firstlineno: i32) -> Vec<u8> {
        let mut writer = location::Writer::new(firstlineno);
        let mut pending = 0;
        let mut loc = Location::NONE;
        for instr in &self.instrs {
            if instr.loc != loc {
                writer.add(pending, loc.line, loc.end_line, loc.col, loc.end_col);
                pending = 0;
                loc = instr.loc;
            }
            pending += instr.units() as usize;
        }
        writer.add(pending, loc.line, loc.end_line, loc.col, loc.end_col);
        writer.finish()
    }

    /// `co_exceptiontable`.
    fn exceptiontable(&self, g: &Graph) -> Vec<u8> {
        let mut out = Vec::new();
        let mut start = 0;
        let mut handler = BlockId::NONE;
        let end = self.instrs.last().map_or(0, |last| last.offset + last.units());
        let all = self.instrs.iter().map(|i| (i.except, i.offset));
        for (except, offset) in all.chain([(BlockId::NONE, end)]) {
            if except == handler {
                continue;
            }
            if handler.is_some() && offset > start {
                let block = &g[handler];
                let target = self.starts[handler.index()] as usize;
                let pushed = 1 + i64::from(block.preserve_lasti);
                exception_table::write(
                    &mut out,
                    exception_table::Entry {
                        start: start as usize,
                        end: offset as usize,
                        target: self.instrs.get(target).map_or(end, |i| i.offset) as usize,
                        depth: usize::try_from(block.start_depth - pushed).unwrap_or(0),
                        lasti: block.preserve_lasti,
                    },
                );
            }
            start = offset;
            handler = except;
        }
        out
    }
}
