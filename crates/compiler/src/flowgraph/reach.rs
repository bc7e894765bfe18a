//! Unreachable code, redundant `NOP`s and jumps, and small blocks that are better copied than jumped to.

use super::graph::{BlockId, CfgInstr, Graph};
use crate::ir::{Location, Op};

/// The largest exit block that is copied to where it is jumped to.
const MAX_COPY_SIZE: usize = 4;

/// Empty the blocks that nothing leads to, and count predecessors of the others.
pub fn remove_unreachable(g: &mut Graph) {
    for block in g.blocks_mut() {
        block.visited = false;
        block.predecessors = 0;
    }
    let mut todo = vec![BlockId::ENTRY];
    g[BlockId::ENTRY].visited = true;
    g[BlockId::ENTRY].predecessors = 1;
    while let Some(id) = todo.pop() {
        if g[id].falls_through()
            && let Some(next) = g.next(id)
        {
            g[next].predecessors += 1;
            if !g[next].visited {
                g[next].visited = true;
                todo.push(next);
            }
        }
        for index in 0..g[id].instrs.len() {
            let target = g[id].instrs[index].target;
            if target.is_some() {
                g[target].predecessors += 1;
                if !g[target].visited {
                    g[target].visited = true;
                    todo.push(target);
                }
            }
        }
    }
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        if g[id].predecessors == 0 {
            g[id].instrs.clear();
            g[id].is_handler = false;
        }
        cursor = g.next(id);
    }
}

/// The first location after `NOP`s without one in the first non-empty block from `id` on.
fn first_location(g: &Graph, id: BlockId) -> Option<Location> {
    let id = g.nonempty_from(id);
    if id.is_none() {
        return None;
    }
    let real = |i: &&CfgInstr| !(i.op == Op::NOP && i.lacks_line());
    Some(g[id].instrs.iter().find(real).map_or(Location::NONE, |i| i.loc))
}

/// Drop the `NOP`s of a block that no line event needs. Returns whether any went.
fn remove_block_nops(g: &mut Graph, id: BlockId) -> bool {
    if !g[id].instrs.iter().any(|i| i.op == Op::NOP) {
        return false;
    }
    let mut instrs = std::mem::take(&mut g[id].instrs);
    let count = instrs.len();
    let mut kept = 0;
    let mut previous_line = -1;
    for index in 0..count {
        let instr = instrs[index];
        let line = instr.loc.line;
        if instr.op == Op::NOP {
            if line < 0 || previous_line == line {
                continue;
            }
            if let Some(next) = instrs.get_mut(index + 1) {
                if next.loc.line == line {
                    continue;
                }
                if next.loc.line < 0 {
                    next.loc = instr.loc;
                    continue;
                }
            } else if first_location(g, g[id].next).is_some_and(|loc| loc.line == line) {
                continue;
            }
        }
        instrs[kept] = instr;
        kept += 1;
        previous_line = line;
    }
    g[id].instrs = instrs;
    g[id].truncate(kept);
    kept != count
}

/// Drop redundant `NOP`s everywhere.
pub fn remove_redundant_nops(g: &mut Graph) {
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        remove_block_nops(g, id);
        cursor = g.next(id);
    }
}

/// Turn jumps to the next instruction into `NOP`s. Returns whether there were any.
fn remove_redundant_jumps(g: &mut Graph) -> bool {
    let mut changed = false;
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        if g[id].last().is_some_and(CfgInstr::is_unconditional_jump) {
            let target = g.nonempty_from(g[id].jump_target());
            let next = g.nonempty_from(g[id].next);
            if target == next
                && target.is_some()
                && let Some(last) = g[id].instrs.last_mut()
            {
                last.nop();
                changed = true;
            }
        }
        cursor = g.next(id);
    }
    changed
}

/// Drop redundant `NOP`s and jumps until none is left.
pub fn remove_redundant_nops_and_jumps(g: &mut Graph) {
    loop {
        remove_redundant_nops(g);
        if !remove_redundant_jumps(g) {
            return;
        }
    }
}

/// Drop redundant `NOP`s and pairs that push a value only to pop it.
pub fn remove_redundant_nops_and_pairs(g: &mut Graph) {
    loop {
        let mut done = true;
        let mut previous: Option<(BlockId, usize)> = None;
        let mut cursor = Some(BlockId::ENTRY);
        while let Some(id) = cursor {
            remove_block_nops(g, id);
            if g[id].labelled {
                previous = None;
            }
            for index in 0..g[id].instrs.len() {
                if g[id].instrs[index].op == Op::POP_TOP
                    && let Some((block, at)) = previous
                {
                    let push = &mut g[block].instrs[at];
                    if push.op.has_const()
                        || push.op == Op::LOAD_SMALL_INT
                        || (push.op == Op::COPY && push.oparg == 1)
                    {
                        push.nop();
                        g[id].instrs[index].nop();
                        done = false;
                    }
                }
                previous = Some((id, index));
            }
            if !g[id].falls_through() || g[id].jump_target().is_some() {
                previous = None;
            }
            cursor = g.next(id);
        }
        if done {
            return;
        }
    }
}

/// Replace a block's final jump by a copy of a small exit block, or of a block without lines that
/// does not run on into the next.
fn inline_target(g: &mut Graph, id: BlockId) -> bool {
    let Some(&jump) = g[id].last().filter(|last| last.is_unconditional_jump()) else {
        return false;
    };
    let target = jump.target;
    let block = &g[target];
    let small_exit = block.exits_scope() && block.instrs.len() <= MAX_COPY_SIZE;
    let lineless = block.has_no_line() && !block.falls_through();
    // A loop of its own could be copied for ever.
    if !(small_exit || lineless) || target == id || block.jump_target() == target {
        return false;
    }
    let copy = block.instrs.clone();
    if let Some(last) = g[id].instrs.last_mut() {
        last.nop();
    }
    g[id].append_all(&copy);
    if lineless
        && jump.op == Op::JUMP
        && let Some(last) = g[id].instrs.last_mut()
        && last.is_unconditional_jump()
    {
        last.op = Op::JUMP;
    }
    g[target].predecessors = g[target].predecessors.saturating_sub(1);
    true
}

/// Inline small or lineless blocks at the jumps that lead there.
pub fn inline_small_or_no_lineno_blocks(g: &mut Graph) {
    loop {
        let mut changed = false;
        let mut cursor = Some(BlockId::ENTRY);
        while let Some(id) = cursor {
            changed |= inline_target(g, id);
            cursor = g.next(id);
        }
        if !changed {
            return;
        }
    }
}
