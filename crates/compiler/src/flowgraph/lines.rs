//! Lines for instructions that code generation left without one.

use super::graph::{Block, BlockId, Graph};
use crate::ir::{Location, Op};

/// Whether a block without lines needs one of each jump that leads there: it leaves the scope, or
/// checks for interrupts.
fn wants_own_copy(block: &Block) -> bool {
    let checks_eval_breaker = |op| {
        matches!(
            op,
            Op::RESUME | Op::JUMP | Op::JUMP_BACKWARD | Op::CALL | Op::CALL_KW | Op::CALL_FUNCTION_EX
        )
    };
    (block.exits_scope() || block.instrs.iter().any(|i| checks_eval_breaker(i.op))) && block.has_no_line()
}

/// Give each jump to an exit without a line its own copy, with the line of the jump.
fn duplicate_exits_without_lineno(g: &mut Graph) {
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        let target = g.nonempty_from(g[id].jump_target());
        if target.is_some()
            && g[target].predecessors > 1
            && !g[target].falls_through()
            && wants_own_copy(&g[target])
        {
            let copy = g.new_block();
            g[copy].instrs = g[target].instrs.clone();
            g[copy].predecessors = 1;
            g[copy].labelled = true;
            g[target].predecessors -= 1;
            g.link_after(target, copy);
            if let Some(last) = g[id].instrs.last_mut() {
                last.target = copy;
                let loc = last.loc;
                if let Some(first) = g[copy].instrs.first_mut() {
                    first.loc = loc;
                }
            }
        }
        cursor = g.next(id);
    }
    // The exits without a line that remain are reached by falling through, from one place.
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        let next = g.next(id);
        if let (Some(next), Some(last)) = (next, g[id].last())
            && g[id].falls_through()
            && wants_own_copy(&g[next])
        {
            let loc = last.loc;
            if let Some(first) = g[next].instrs.first_mut() {
                first.loc = loc;
            }
        }
        cursor = next;
    }
}

/// Instructions without a line take that of the one before them, also across blocks with a single
/// predecessor.
fn propagate_line_numbers(g: &mut Graph) {
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        let next = g.next(id);
        cursor = next;
        let mut previous = Location::NONE;
        for instr in &mut g[id].instrs {
            if instr.lacks_line() {
                instr.loc = previous;
            } else {
                previous = instr.loc;
            }
        }
        if g[id].instrs.is_empty() {
            continue;
        }
        let after = if g[id].falls_through() { next } else { None };
        let target = g[id].jump_target();
        for successor in after.into_iter().chain(target.is_some().then_some(target)) {
            if g[successor].predecessors == 1
                && let Some(first) = g[successor].instrs.first_mut()
                && first.lacks_line()
            {
                first.loc = previous;
            }
        }
    }
}

/// Give every reachable instruction the line its events should report.
pub fn resolve_line_numbers(g: &mut Graph) {
    duplicate_exits_without_lineno(g);
    propagate_line_numbers(g);
}
