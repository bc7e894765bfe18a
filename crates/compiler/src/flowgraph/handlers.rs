//! Which handler covers which instruction.

use super::graph::{BlockId, Graph};
use crate::ir::{AssembleError, Op};

/// `RESUME` operand of a function's start.
const RESUME_AT_FUNC_START: u32 = 0;
/// Set in the `RESUME` operand if the yield is covered by the generator's own handler alone.
const RESUME_DEPTH1: u32 = 4;

/// Give each instruction its handler, turning `POP_BLOCK` into `NOP` and marking handler blocks.
pub fn label_exception_targets(g: &mut Graph) -> Result<(), AssembleError> {
    const UNBALANCED: AssembleError = AssembleError::Malformed("POP_BLOCK without a block");
    g.clear_visited();
    // A handler stack is a linked list, so that paths share their common part.
    let mut stacks: Vec<(u32, BlockId, u32)> = Vec::new();
    const EMPTY: u32 = u32::MAX;
    let mut todo = vec![(BlockId::ENTRY, EMPTY)];
    g[BlockId::ENTRY].visited = true;
    while let Some((id, mut stack)) = todo.pop() {
        let mut instrs = std::mem::take(&mut g[id].instrs);
        let top = |stacks: &[(u32, BlockId, u32)], stack: u32| {
            stacks.get(stack as usize).map_or((BlockId::NONE, 0), |&(_, handler, depth)| (handler, depth))
        };
        let mut yield_depth = None;
        for instr in &mut instrs {
            instr.except = top(&stacks, stack).0;
            match instr.op {
                op if op.is_block_push() => {
                    let target = instr.target;
                    instr.except = BlockId::NONE;
                    if !g[target].visited {
                        g[target].visited = true;
                        todo.push((target, stack));
                    }
                    g[target].is_handler = true;
                    if op != Op::SETUP_FINALLY {
                        g[target].preserve_lasti = true;
                    }
                    let depth = top(&stacks, stack).1 + 1;
                    stacks.push((stack, target, depth));
                    stack = stacks.len() as u32 - 1;
                }
                Op::POP_BLOCK => {
                    stack = stacks.get(stack as usize).ok_or(UNBALANCED)?.0;
                    instr.except = BlockId::NONE;
                    instr.nop();
                }
                Op::YIELD_VALUE => yield_depth = Some(top(&stacks, stack).1),
                Op::RESUME if instr.oparg != RESUME_AT_FUNC_START && yield_depth.take() == Some(1) => {
                    instr.oparg |= RESUME_DEPTH1;
                }
                op if op.is_jump() => {
                    let target = instr.target;
                    if !g[target].visited {
                        g[target].visited = true;
                        todo.push((target, stack));
                    }
                }
                _ => {}
            }
        }
        g[id].instrs = instrs;
        if g[id].falls_through()
            && let Some(next) = g.next(id)
            && !g[next].visited
        {
            g[next].visited = true;
            todo.push((next, stack));
        }
    }
    Ok(())
}
