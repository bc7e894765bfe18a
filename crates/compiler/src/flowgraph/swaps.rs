//! `SWAP`s: shorter sequences of them, and none where the stores after them can change places instead.

use super::graph::CfgInstr;
use crate::ir::Op;

/// Replace the run of `SWAP`s and `NOP`s that starts at `start` by the shortest one with the same
/// effect, padded in front with `NOP`s. Returns the index of the run's last instruction.
pub fn shorten_run(instrs: &mut [CfgInstr], start: usize) -> usize {
    let run = instrs[start..].iter().take_while(|i| matches!(i.op, Op::SWAP | Op::NOP)).count();
    let run = &mut instrs[start..start + run];
    let swaps = run.iter().filter(|i| i.op == Op::SWAP);
    let depth = swaps.clone().map(|i| i.oparg as usize).max().unwrap_or(0);
    // A lone SWAP is as short as it gets.
    if swaps.count() < 2 {
        return start;
    }
    // Where each stack position's value comes from; position 0 is the top.
    let mut from: Vec<usize> = (0..depth).collect();
    for instr in run.iter().filter(|i| i.op == Op::SWAP && i.oparg > 0) {
        from.swap(0, instr.oparg as usize - 1);
    }
    // A permutation is the product of its cycles, and a cycle is a walk of swaps with the top.
    let mut needed = Vec::new();
    let mut done = vec![false; depth];
    for first in 0..depth {
        if done[first] || from[first] == first {
            continue;
        }
        let mut position = first;
        loop {
            if position != 0 {
                needed.push(position as u32 + 1);
            }
            if done[position] {
                break;
            }
            done[position] = true;
            position = from[position];
        }
    }
    // The walk gives the swaps last one first.
    let mut needed = needed.into_iter();
    for instr in run.iter_mut().rev() {
        match needed.next() {
            Some(oparg) => instr.set(Op::SWAP, oparg),
            None => instr.nop(),
        }
    }
    start + run.len() - 1
}

/// The local an instruction stores to.
fn stored_local(instr: &CfgInstr) -> Option<u32> {
    matches!(instr.op, Op::STORE_FAST | Op::STORE_FAST_MAYBE_NULL).then_some(instr.oparg)
}

/// Whether an instruction consumes the top of the stack and does nothing another of its kind could see.
fn is_swappable(instr: &CfgInstr) -> bool {
    matches!(instr.op, Op::STORE_FAST | Op::STORE_FAST_MAYBE_NULL | Op::POP_TOP)
}

/// The next swappable instruction after `index`, on `line` if that is a line.
fn next_swappable(instrs: &[CfgInstr], index: usize, line: i32) -> Option<usize> {
    for (index, instr) in instrs.iter().enumerate().skip(index + 1) {
        if line >= 0 && instr.loc.line != line {
            return None;
        }
        if instr.op == Op::NOP {
            continue;
        }
        return is_swappable(instr).then_some(index);
    }
    None
}

/// Remove the `SWAP`s at and before `last` whose effect can be had by reordering what follows them.
pub fn apply_static_swaps(instrs: &mut [CfgInstr], last: usize) {
    for index in (0..=last).rev() {
        let swap = instrs[index];
        if swap.op != Op::SWAP {
            if swap.op == Op::NOP || is_swappable(&swap) {
                continue;
            }
            return;
        }
        let Some(near) = next_swappable(instrs, index, -1) else { return };
        let line = instrs[near].loc.line;
        let mut far = near;
        for _ in 1..swap.oparg {
            match next_swappable(instrs, far, line) {
                Some(next) => far = next,
                None => return,
            }
        }
        // Stores to one place must stay in order.
        let (a, b) = (stored_local(&instrs[near]), stored_local(&instrs[far]));
        if a.is_some() || b.is_some() {
            if a == b {
                return;
            }
            let between = &instrs[(near + 1).min(far)..far];
            if between.iter().filter_map(stored_local).any(|local| Some(local) == a || Some(local) == b) {
                return;
            }
        }
        instrs[index].nop();
        instrs.swap(near, far);
    }
}
