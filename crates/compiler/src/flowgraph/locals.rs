//! Local variables: loads that must be checked, pairs that fit one instruction.

use super::graph::{BlockId, Graph};
use super::reach::remove_redundant_nops;
use crate::ir::Op;

/// Locals tracked through the whole graph; those above are tracked within their block only.
const TRACKED: usize = 64;

/// Use `LOAD_FAST_CHECK` where the local may be unbound.
pub fn add_checks_for_uninitialized(g: &mut Graph, nlocals: usize, nparams: usize) {
    if nlocals == 0 {
        return;
    }
    if nlocals > TRACKED {
        check_many_locals(g, nlocals);
    }
    let bits = |count: usize| if count >= TRACKED { u64::MAX } else { (1 << count) - 1 };
    g.clear_visited();
    let mut todo = Vec::new();
    widen(g, BlockId::ENTRY, bits(nlocals) & !bits(nparams), &mut todo);
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        scan(g, id, &mut todo);
        cursor = g.next(id);
    }
    while let Some(id) = todo.pop() {
        g[id].visited = false;
        scan(g, id, &mut todo);
    }
}

/// Note that the locals of `unbound` may be unbound where block `id` starts. `visited` means that the
/// block waits in `todo`.
fn widen(g: &mut Graph, id: BlockId, unbound: u64, todo: &mut Vec<BlockId>) {
    if id.is_none() {
        return;
    }
    let block = &mut g[id];
    let both = block.unsafe_locals | unbound;
    if both != block.unsafe_locals {
        block.unsafe_locals = both;
        if !block.visited {
            block.visited = true;
            todo.push(id);
        }
    }
}

fn scan(g: &mut Graph, id: BlockId, todo: &mut Vec<BlockId>) {
    let mut unbound = g[id].unsafe_locals;
    let mut instrs = std::mem::take(&mut g[id].instrs);
    for instr in &mut instrs {
        // An exception leaves before the instruction takes effect.
        widen(g, instr.except, unbound, todo);
        if instr.oparg as usize >= TRACKED {
            continue;
        }
        let bit = 1u64 << instr.oparg;
        match instr.op {
            Op::DELETE_FAST | Op::LOAD_FAST_AND_CLEAR | Op::STORE_FAST_MAYBE_NULL => unbound |= bit,
            Op::STORE_FAST | Op::LOAD_FAST_CHECK => unbound &= !bit,
            Op::LOAD_FAST => {
                if unbound & bit != 0 {
                    instr.op = Op::LOAD_FAST_CHECK;
                }
                // Past a load that did not raise, the local is bound.
                unbound &= !bit;
            }
            _ => {}
        }
    }
    g[id].instrs = instrs;
    if g[id].falls_through() {
        let next = g[id].next;
        widen(g, next, unbound, todo);
    }
    let target = g[id].jump_target();
    widen(g, target, unbound, todo);
}

/// Locals beyond the tracked ones count as bound only after a load or store in the same block.
fn check_many_locals(g: &mut Graph, nlocals: usize) {
    let mut bound_in = vec![BlockId::NONE; nlocals - TRACKED];
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        for instr in &mut g[id].instrs {
            let Some(slot) = (instr.oparg as usize).checked_sub(TRACKED).and_then(|i| bound_in.get_mut(i))
            else {
                continue;
            };
            match instr.op {
                Op::DELETE_FAST | Op::LOAD_FAST_AND_CLEAR | Op::STORE_FAST_MAYBE_NULL => {
                    *slot = BlockId::NONE
                }
                Op::STORE_FAST => *slot = id,
                Op::LOAD_FAST => {
                    if *slot != id {
                        instr.op = Op::LOAD_FAST_CHECK;
                    }
                    *slot = id;
                }
                _ => {}
            }
        }
        cursor = g.next(id);
    }
}

/// Fuse pairs of loads and stores of low-numbered locals on one line.
pub fn insert_superinstructions(g: &mut Graph) {
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        let instrs = &mut g[id].instrs;
        for index in 1..instrs.len() {
            let (first, second) = (instrs[index - 1], instrs[index]);
            let fused = match (first.op, second.op) {
                (Op::LOAD_FAST, Op::LOAD_FAST) => Op::LOAD_FAST_LOAD_FAST,
                (Op::STORE_FAST, Op::LOAD_FAST) => Op::STORE_FAST_LOAD_FAST,
                (Op::STORE_FAST, Op::STORE_FAST) => Op::STORE_FAST_STORE_FAST,
                _ => continue,
            };
            let (line1, line2) = (first.loc.line, second.loc.line);
            if (line1 >= 0 && line2 >= 0 && line1 != line2) || first.oparg >= 16 || second.oparg >= 16 {
                continue;
            }
            instrs[index - 1].set(fused, first.oparg << 4 | second.oparg);
            instrs[index].nop();
        }
        cursor = g.next(id);
    }
    remove_redundant_nops(g);
}
