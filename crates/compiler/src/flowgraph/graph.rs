//! Basic blocks and how they are made of an instruction sequence.

use crate::ir::{AssembleError, InstructionSequence, Location, Op};

/// A block of a [`Graph`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BlockId(u32);

impl BlockId {
    /// No block at all.
    pub const NONE: BlockId = BlockId(u32::MAX);
    /// The block where execution starts.
    pub const ENTRY: BlockId = BlockId(0);

    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub fn is_none(self) -> bool {
        self == BlockId::NONE
    }

    pub fn is_some(self) -> bool {
        self != BlockId::NONE
    }
}

/// An instruction inside a block.
#[derive(Clone, Copy, Debug)]
pub struct CfgInstr {
    pub op: Op,
    pub oparg: u32,
    /// Where a jump or block push leads.
    pub target: BlockId,
    /// The handler of exceptions raised here.
    pub except: BlockId,
    pub loc: Location,
}

impl CfgInstr {
    pub fn new(op: Op, oparg: u32, loc: Location) -> CfgInstr {
        CfgInstr { op, oparg, target: BlockId::NONE, except: BlockId::NONE, loc }
    }

    /// Turn into an instruction without a target.
    pub fn set(&mut self, op: Op, oparg: u32) {
        self.op = op;
        self.oparg = oparg;
        self.target = BlockId::NONE;
    }

    /// Turn into a `NOP` that keeps its line.
    pub fn nop(&mut self) {
        self.set(Op::NOP, 0);
    }

    /// Whether control never passes to the next instruction, by leaving the frame's code.
    pub fn exits_scope(&self) -> bool {
        matches!(self.op, Op::RETURN_VALUE | Op::RAISE_VARARGS | Op::RERAISE)
    }

    pub fn is_unconditional_jump(&self) -> bool {
        matches!(
            self.op,
            Op::JUMP
                | Op::JUMP_NO_INTERRUPT
                | Op::JUMP_FORWARD
                | Op::JUMP_BACKWARD
                | Op::JUMP_BACKWARD_NO_INTERRUPT
        )
    }

    /// Whether the instruction has no line, not even one to be taken from its successor.
    pub fn lacks_line(&self) -> bool {
        self.loc.line == Location::NONE.line
    }
}

/// A stretch of code that is entered at the top only.
#[derive(Clone, Debug)]
pub struct Block {
    pub instrs: Vec<CfgInstr>,
    /// Handlers of the instructions that were dropped from the end, the last one first. CPython reuses
    /// their slots without clearing the handler, and which code a handler covers can be observed.
    slots: Vec<BlockId>,
    /// The next block in code order.
    pub next: BlockId,
    /// A jump or handler target.
    pub labelled: bool,
    pub is_handler: bool,
    /// The handler wants the offset of the failing instruction under the exception.
    pub preserve_lasti: bool,
    /// Reached by exceptions only.
    pub cold: bool,
    /// Reached without an exception.
    pub warm: bool,
    pub visited: bool,
    pub predecessors: u32,
    /// Stack depth on entry, negative while unknown.
    pub start_depth: i64,
    /// Which of the first 64 locals may be unbound on entry.
    pub unsafe_locals: u64,
}

impl Block {
    fn new() -> Block {
        Block {
            instrs: Vec::new(),
            slots: Vec::new(),
            next: BlockId::NONE,
            labelled: false,
            is_handler: false,
            preserve_lasti: false,
            cold: false,
            warm: false,
            visited: false,
            predecessors: 0,
            start_depth: -1,
            unsafe_locals: 0,
        }
    }

    pub fn last(&self) -> Option<&CfgInstr> {
        self.instrs.last()
    }

    /// Drop the instructions from `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.slots.extend(self.instrs.drain(len..).rev().map(|i| i.except));
    }

    /// Append an instruction that no pass gave a handler yet.
    pub fn append(&mut self, instr: CfgInstr) {
        let except = self.slots.pop().unwrap_or(BlockId::NONE);
        self.instrs.push(CfgInstr { except, ..instr });
    }

    /// Append instructions with their handlers.
    pub fn append_all(&mut self, instrs: &[CfgInstr]) {
        self.slots.truncate(self.slots.len().saturating_sub(instrs.len()));
        self.instrs.extend_from_slice(instrs);
    }

    /// Insert instructions with their handlers.
    pub fn insert_all(&mut self, at: usize, instrs: &[CfgInstr]) {
        self.slots.truncate(self.slots.len().saturating_sub(instrs.len()));
        self.instrs.splice(at..at, instrs.iter().copied());
    }

    /// Whether control can pass from the end of this block to the next one.
    pub fn falls_through(&self) -> bool {
        !self.last().is_some_and(|i| i.exits_scope() || i.is_unconditional_jump())
    }

    pub fn exits_scope(&self) -> bool {
        self.last().is_some_and(CfgInstr::exits_scope)
    }

    /// Whether no instruction has a line.
    pub fn has_no_line(&self) -> bool {
        self.instrs.iter().all(|i| i.loc.line < 0)
    }

    /// Where the jump at the end leads, if there is one.
    pub fn jump_target(&self) -> BlockId {
        self.last().filter(|i| i.op.is_jump()).map_or(BlockId::NONE, |i| i.target)
    }
}

/// The blocks of one code object, linked in code order from [`BlockId::ENTRY`].
#[derive(Clone, Debug)]
pub struct Graph {
    blocks: Vec<Block>,
}

impl std::ops::Index<BlockId> for Graph {
    type Output = Block;
    fn index(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }
}

impl std::ops::IndexMut<BlockId> for Graph {
    fn index_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }
}

/// A terminator ends its block: a jump of any kind, or an exit.
fn is_terminator(op: Op) -> bool {
    op.is_jump() || matches!(op, Op::RETURN_VALUE | Op::RAISE_VARARGS | Op::RERAISE)
}

impl Graph {
    /// Cut a sequence into blocks at its labels and after its jumps.
    pub fn from_sequence(seq: &InstructionSequence) -> Result<Graph, AssembleError> {
        const BAD_LABEL: AssembleError = AssembleError::Malformed("jump to a label that is not placed");
        // Labels that nothing jumps to must not cut a block in two.
        let mut block_at = vec![BlockId::NONE; seq.instrs.len()];
        let place = |label: u32| -> Result<usize, AssembleError> {
            let place = *seq.labels.get(label as usize).ok_or(BAD_LABEL)? as usize;
            if place < seq.instrs.len() { Ok(place) } else { Err(BAD_LABEL) }
        };
        const TARGET: BlockId = BlockId(u32::MAX - 1);
        for instr in &seq.instrs {
            if instr.op.has_target() {
                block_at[place(instr.oparg)?] = TARGET;
            }
        }
        let mut graph = Graph { blocks: vec![Block::new()] };
        let mut current = BlockId::ENTRY;
        for (index, instr) in seq.instrs.iter().enumerate() {
            let is_target = block_at[index] == TARGET;
            if is_target {
                if graph[current].labelled || !graph[current].instrs.is_empty() {
                    current = graph.append_block(current);
                }
                graph[current].labelled = true;
                block_at[index] = current;
            }
            if instr.op == Op::ANNOTATIONS_PLACEHOLDER {
                for instr in seq.annotations.iter().flat_map(|a| &a.instrs) {
                    if instr.op.has_target() {
                        return Err(AssembleError::Malformed("jump in annotation code"));
                    }
                    current = graph.open(current);
                    graph[current].instrs.push(CfgInstr::new(instr.op, instr.oparg, instr.loc));
                }
                continue;
            }
            current = graph.open(current);
            let instrs = &mut graph[current].instrs;
            if instrs.is_empty() {
                let after = seq.instrs[index..].iter().zip(&block_at[index..]).skip(1);
                let rest = after.take_while(|(_, block)| **block != TARGET);
                let length = 1 + rest.take_while(|(instr, _)| !is_terminator(instr.op)).count();
                // Most passes replace instructions; the terminator, and one that a pass adds, fit too.
                instrs.reserve_exact(length + 2);
            }
            instrs.push(CfgInstr::new(instr.op, instr.oparg, instr.loc));
        }
        for block in &mut graph.blocks {
            for instr in &mut block.instrs {
                if instr.op.has_target() {
                    instr.target = block_at[place(instr.oparg)?];
                    instr.oparg = 0;
                }
            }
        }
        Ok(graph)
    }

    /// The instructions of all blocks in a row, with a label for each.
    pub fn to_sequence(&self) -> InstructionSequence {
        let mut starts = vec![0; self.len()];
        let mut count = 0;
        for id in self.order() {
            starts[id.index()] = count;
            count += self[id].instrs.len() as u32;
        }
        let mut seq = InstructionSequence::new();
        for instr in self.order().into_iter().flat_map(|id| &self[id].instrs) {
            let oparg = if instr.target.is_some() { starts[instr.target.index()] } else { instr.oparg };
            seq.add(instr.op, oparg, instr.loc);
        }
        seq.labels = (0..count).collect();
        seq
    }

    /// `current`, or a new block after it if it has ended.
    fn open(&mut self, current: BlockId) -> BlockId {
        let ended = self[current].last().is_some_and(|i| is_terminator(i.op));
        if ended { self.append_block(current) } else { current }
    }

    fn append_block(&mut self, after: BlockId) -> BlockId {
        let new = self.new_block();
        self.link_after(after, new);
        new
    }

    /// A block that is not linked yet.
    pub fn new_block(&mut self) -> BlockId {
        self.blocks.push(Block::new());
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// Link `new` behind `after` in code order.
    pub fn link_after(&mut self, after: BlockId, new: BlockId) {
        let next = self[after].next;
        self[new].next = next;
        self[after].next = new;
    }

    /// Number of blocks ever made.
    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    /// The block after `id`, or `None` at the end.
    pub fn next(&self, id: BlockId) -> Option<BlockId> {
        let next = self[id].next;
        next.is_some().then_some(next)
    }

    /// All blocks in code order, as they are linked now.
    pub fn order(&self) -> Vec<BlockId> {
        let mut order = Vec::with_capacity(self.blocks.len());
        let mut cursor = Some(BlockId::ENTRY);
        while let Some(id) = cursor {
            order.push(id);
            cursor = self.next(id);
        }
        order
    }

    /// `id`, or the first block after it that has instructions.
    pub fn nonempty_from(&self, mut id: BlockId) -> BlockId {
        while id.is_some() && self[id].instrs.is_empty() {
            id = self[id].next;
        }
        id
    }

    /// Forget which blocks were visited.
    pub fn clear_visited(&mut self) {
        for block in &mut self.blocks {
            block.visited = false;
        }
    }

    /// All blocks in order of creation, linked or not.
    pub fn blocks_mut(&mut self) -> &mut [Block] {
        &mut self.blocks
    }
}
