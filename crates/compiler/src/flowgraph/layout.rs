//! The final order of blocks, stack depth, and what needs the order: jump directions.

use super::graph::{BlockId, CfgInstr, Graph};
use super::reach::remove_redundant_nops_and_jumps;
use crate::ir::{AssembleError, Location, Op};

/// Mark what is reached without an exception as warm, and what only handlers reach as cold.
fn mark_cold(g: &mut Graph) {
    for block in g.blocks_mut() {
        block.visited = false;
        block.warm = false;
        block.cold = false;
    }
    let mut todo = vec![BlockId::ENTRY];
    g[BlockId::ENTRY].visited = true;
    while let Some(id) = todo.pop() {
        g[id].warm = true;
        let after = if g[id].falls_through() { g[id].next } else { BlockId::NONE };
        for successor in [after, g[id].jump_target()] {
            if successor.is_some() && !g[successor].visited {
                g[successor].visited = true;
                todo.push(successor);
            }
        }
    }
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        if g[id].is_handler && !g[id].warm {
            g[id].visited = true;
            todo.push(id);
        }
        cursor = g.next(id);
    }
    while let Some(id) = todo.pop() {
        g[id].cold = true;
        let after = if g[id].falls_through() { g[id].next } else { BlockId::NONE };
        for successor in [after, g[id].jump_target()] {
            if successor.is_some() && !g[successor].warm && !g[successor].visited {
                g[successor].visited = true;
                todo.push(successor);
            }
        }
    }
}

/// Move cold blocks behind the warm ones, so that the common path runs straight through.
pub fn push_cold_blocks_to_end(g: &mut Graph) {
    if g.next(BlockId::ENTRY).is_none() {
        return;
    }
    mark_cold(g);
    // A cold block that fell into a warm one must jump there now.
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        cursor = g.next(id);
        if let Some(next) = cursor
            && g[id].cold
            && g[id].falls_through()
            && g[next].warm
        {
            let jump = g.new_block();
            let mut instr = CfgInstr::new(Op::JUMP_NO_INTERRUPT, 0, Location::NONE);
            instr.target = next;
            g[next].labelled = true;
            g[jump].instrs.push(instr);
            g[jump].cold = true;
            g[jump].predecessors = 1;
            g.link_after(id, jump);
        }
    }
    let order = g.order();
    let (cold, warm): (Vec<BlockId>, Vec<BlockId>) = order.into_iter().partition(|&id| g[id].cold);
    if cold.is_empty() {
        return;
    }
    let mut previous = BlockId::NONE;
    for id in warm.into_iter().chain(cold) {
        if previous.is_some() {
            g[previous].next = id;
        }
        g[id].next = BlockId::NONE;
        previous = id;
    }
    remove_redundant_nops_and_jumps(g);
}

/// `JUMP_IF_FALSE` and `JUMP_IF_TRUE` test a copy of the top of the stack.
pub fn convert_pseudo_conditional_jumps(g: &mut Graph) {
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        if let Some(last) = g[id].instrs.last_mut()
            && matches!(last.op, Op::JUMP_IF_FALSE | Op::JUMP_IF_TRUE)
        {
            last.op = if last.op == Op::JUMP_IF_FALSE { Op::POP_JUMP_IF_FALSE } else { Op::POP_JUMP_IF_TRUE };
            let jump = *last;
            let plain = |op, oparg| CfgInstr { op, oparg, target: BlockId::NONE, ..jump };
            let at = g[id].instrs.len() - 1;
            g[id].insert_all(at, &[plain(Op::COPY, 1), plain(Op::TO_BOOL, 0)]);
        }
        cursor = g.next(id);
    }
}

/// The pseudo instructions that are only about blocks become `NOP`s, the others their real counterparts.
pub fn convert_pseudo_ops(g: &mut Graph) {
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        for instr in &mut g[id].instrs {
            match instr.op {
                op if op.is_block_push() => instr.nop(),
                Op::LOAD_CLOSURE => instr.op = Op::LOAD_FAST,
                Op::STORE_FAST_MAYBE_NULL => instr.op = Op::STORE_FAST,
                _ => {}
            }
        }
        cursor = g.next(id);
    }
    remove_redundant_nops_and_jumps(g);
}

/// The deepest the stack can get, and each block's depth on entry.
pub fn calculate_stackdepth(g: &mut Graph) -> Result<u32, AssembleError> {
    for block in g.blocks_mut() {
        block.start_depth = -1;
    }
    let mut todo = Vec::new();
    let enter = |g: &mut Graph, id: BlockId, depth: i64, todo: &mut Vec<BlockId>| {
        if g[id].start_depth < 0 {
            g[id].start_depth = depth;
            todo.push(id);
        } else if g[id].start_depth != depth {
            return Err(AssembleError::Malformed("inconsistent stack depth"));
        }
        Ok(())
    };
    enter(g, BlockId::ENTRY, 0, &mut todo)?;
    let mut deepest = 0;
    while let Some(id) = todo.pop() {
        let mut depth = g[id].start_depth;
        for index in 0..g[id].instrs.len() {
            let instr = g[id].instrs[index];
            let after = depth + instr.op.effect(instr.oparg, false);
            if after < 0 {
                return Err(AssembleError::Malformed("stack underflow"));
            }
            // The operand of END_ASYNC_FOR is for monitoring; control never goes there.
            if instr.target.is_some() && instr.op != Op::END_ASYNC_FOR {
                let at_target = depth + instr.op.effect(instr.oparg, true);
                deepest = deepest.max(at_target);
                enter(g, instr.target, at_target, &mut todo)?;
            }
            depth = after;
            deepest = deepest.max(depth);
        }
        if g[id].falls_through()
            && let Some(next) = g.next(id)
        {
            enter(g, next, depth, &mut todo)?;
        }
    }
    u32::try_from(deepest).map_err(|_| AssembleError::TooLarge)
}

/// Conditional jumps go forwards only: one that goes back is turned round and followed by a jump.
/// The fall-through side gets its `NOT_TAKEN`.
pub fn normalize_jumps(g: &mut Graph) {
    g.clear_visited();
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        g[id].visited = true;
        normalize_jump(g, id);
        cursor = g.next(id);
    }
}

fn normalize_jump(g: &mut Graph, id: BlockId) {
    let Some(&last) = g[id].last() else { return };
    let reversed = match last.op {
        Op::POP_JUMP_IF_FALSE => Op::POP_JUMP_IF_TRUE,
        Op::POP_JUMP_IF_TRUE => Op::POP_JUMP_IF_FALSE,
        Op::POP_JUMP_IF_NONE => Op::POP_JUMP_IF_NOT_NONE,
        Op::POP_JUMP_IF_NOT_NONE => Op::POP_JUMP_IF_NONE,
        _ => return,
    };
    let not_taken = CfgInstr::new(Op::NOT_TAKEN, 0, last.loc);
    if !g[last.target].visited {
        g[id].append(not_taken);
        return;
    }
    let mut jump = CfgInstr::new(Op::JUMP, 0, last.loc);
    jump.target = last.target;
    let back = g.new_block();
    g[back].instrs = vec![not_taken, jump];
    g[back].cold = g[id].cold;
    g[back].start_depth = g[last.target].start_depth;
    let next = g[id].next;
    if let Some(last) = g[id].instrs.last_mut() {
        last.op = reversed;
        last.target = next;
    }
    g.link_after(id, back);
}

/// Give unconditional jumps their direction.
pub fn resolve_unconditional_jumps(g: &mut Graph) {
    g.clear_visited();
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        g[id].visited = true;
        if let Some(&last) = g[id].last()
            && matches!(last.op, Op::JUMP | Op::JUMP_NO_INTERRUPT)
        {
            let op = match (last.op, g[last.target].visited) {
                (_, false) => Op::JUMP_FORWARD,
                (Op::JUMP, true) => Op::JUMP_BACKWARD,
                _ => Op::JUMP_BACKWARD_NO_INTERRUPT,
            };
            if let Some(last) = g[id].instrs.last_mut() {
                last.op = op;
            }
        }
        cursor = g.next(id);
    }
}
