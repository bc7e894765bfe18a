//! Loads of locals that can borrow: the local keeps the value alive for as long as the stack holds it.

use super::graph::{BlockId, Graph};
use crate::ir::Op;

/// What is known about a value on the stack.
#[derive(Clone, Copy)]
struct Entry {
    /// The instruction of this block that pushed it.
    by: Option<u32>,
    /// The local it was loaded from.
    local: Option<u32>,
}

/// A value from outside the block.
const UNKNOWN: Entry = Entry { by: None, local: None };

/// The simulated stack of one block, and which of its instructions pushed something that may not be
/// borrowed.
#[derive(Default)]
struct Simulation {
    stack: Vec<Entry>,
    owned: Vec<bool>,
    /// Blocks to look at, with the stack depth on entry.
    todo: Vec<(BlockId, usize)>,
}

impl Simulation {
    fn push(&mut self, by: usize, local: Option<u32>) {
        self.stack.push(Entry { by: Some(by as u32), local });
    }

    fn pop(&mut self) -> Entry {
        self.stack.pop().unwrap_or(UNKNOWN)
    }

    fn own(&mut self, entry: Entry) {
        if let Some(owned) = entry.by.and_then(|by| self.owned.get_mut(by as usize)) {
            *owned = true;
        }
    }

    /// `local` changes: it no longer keeps alive what was loaded from it.
    fn kill(&mut self, local: u32) {
        for index in 0..self.stack.len() {
            if self.stack[index].local == Some(local) {
                self.own(self.stack[index]);
            }
        }
    }

    /// The top moves into `local`, which needs a reference of its own.
    fn store(&mut self, local: u32) {
        let value = self.pop();
        self.kill(local);
        self.own(value);
    }

    /// Look at a block later, whose entry depth differs from the present one by `effect`.
    fn visit(&mut self, g: &mut Graph, id: BlockId, effect: i64) {
        if id.is_some() && !g[id].visited {
            g[id].visited = true;
            let depth = (self.stack.len() as i64).saturating_add(effect);
            self.todo.push((id, usize::try_from(depth).unwrap_or(0)));
        }
    }
}

/// Use `LOAD_FAST_BORROW` and its pair where that is safe.
pub fn optimize_load_fast(g: &mut Graph) {
    g.clear_visited();
    let mut sim = Simulation::default();
    sim.visit(g, BlockId::ENTRY, 0);
    while let Some((id, depth)) = sim.todo.pop() {
        sim.stack.clear();
        sim.stack.resize(depth, UNKNOWN);
        let count = g[id].instrs.len();
        sim.owned.clear();
        sim.owned.resize(count, false);
        for index in 0..count {
            simulate(g, id, index, &mut sim);
        }
        // CPython does not look past an empty block, so that code behind one keeps its plain loads.
        if count > 0 && g[id].falls_through() {
            let next = g[id].next;
            sim.visit(g, next, 0);
        }
        // What stays on the stack is out of sight.
        for index in 0..sim.stack.len() {
            sim.own(sim.stack[index]);
        }
        for (instr, owned) in g[id].instrs.iter_mut().zip(&sim.owned) {
            if *owned {
                continue;
            }
            match instr.op {
                Op::LOAD_FAST => instr.op = Op::LOAD_FAST_BORROW,
                Op::LOAD_FAST_LOAD_FAST => instr.op = Op::LOAD_FAST_BORROW_LOAD_FAST_BORROW,
                _ => {}
            }
        }
    }
}

fn simulate(g: &mut Graph, id: BlockId, index: usize, sim: &mut Simulation) {
    let instr = g[id].instrs[index];
    let oparg = instr.oparg;
    let (high, low) = (oparg >> 4, oparg & 15);
    if instr.target.is_some() && instr.op != Op::END_ASYNC_FOR {
        sim.visit(g, instr.target, instr.op.effect(oparg, true));
    }
    match instr.op {
        Op::DELETE_FAST => sim.kill(oparg),
        Op::LOAD_FAST => sim.push(index, Some(oparg)),
        Op::LOAD_FAST_AND_CLEAR => {
            sim.kill(oparg);
            sim.push(index, Some(oparg));
        }
        Op::LOAD_FAST_LOAD_FAST => {
            sim.push(index, Some(high));
            sim.push(index, Some(low));
        }
        Op::STORE_FAST => sim.store(oparg),
        Op::STORE_FAST_LOAD_FAST => {
            sim.store(high);
            sim.push(index, Some(low));
        }
        Op::STORE_FAST_STORE_FAST => {
            sim.store(high);
            sim.store(low);
        }
        Op::COPY => {
            let at = sim.stack.len().checked_sub(oparg as usize);
            let copied = at.and_then(|at| sim.stack.get(at)).copied().unwrap_or(UNKNOWN);
            sim.stack.push(copied);
        }
        Op::SWAP => {
            let len = sim.stack.len();
            if let Some(at) = len.checked_sub(oparg as usize).filter(|&at| at < len) {
                sim.stack.swap(at, len - 1);
            }
        }
        // These leave their operands where they are and push one value beside them. CPython takes that
        // for pushed by the block's first instruction, which costs a load there its chance to borrow.
        Op::GET_ANEXT
        | Op::GET_LEN
        | Op::IMPORT_FROM
        | Op::MATCH_KEYS
        | Op::MATCH_MAPPING
        | Op::MATCH_SEQUENCE
        | Op::WITH_EXCEPT_START => sim.push(0, None),
        Op::FORMAT_SIMPLE | Op::GET_YIELD_FROM_ITER => {}
        Op::FOR_ITER => sim.push(index, None),
        // These pop some and leave the others.
        Op::DICT_MERGE
        | Op::DICT_UPDATE
        | Op::LIST_APPEND
        | Op::LIST_EXTEND
        | Op::MAP_ADD
        | Op::RERAISE
        | Op::SET_ADD
        | Op::SET_UPDATE
        | Op::END_ASYNC_FOR => {
            for _ in 0..-instr.op.effect(oparg, false) {
                sim.pop();
            }
        }
        Op::END_SEND | Op::SET_FUNCTION_ATTRIBUTE => {
            let top = sim.pop();
            sim.pop();
            sim.stack.push(top);
        }
        Op::CHECK_EXC_MATCH => {
            sim.pop();
            sim.push(index, None);
        }
        Op::LOAD_ATTR | Op::LOAD_SUPER_ATTR => {
            let receiver = sim.pop();
            if instr.op == Op::LOAD_SUPER_ATTR {
                sim.pop();
                sim.pop();
            }
            sim.push(index, None);
            // A method call pushes the receiver again.
            if oparg & 1 != 0 {
                sim.stack.push(receiver);
            }
        }
        Op::LOAD_SPECIAL | Op::PUSH_EXC_INFO => {
            let top = sim.pop();
            sim.push(index, None);
            sim.stack.push(top);
        }
        Op::SEND => {
            sim.pop();
            sim.push(index, None);
        }
        // A block push matters to the handler only.
        op if op.is_block_push() => {}
        op => {
            let (pops, pushes) = op.stack(oparg);
            for _ in 0..pops {
                sim.pop();
            }
            for _ in 0..pushes {
                sim.push(index, None);
            }
        }
    }
}
