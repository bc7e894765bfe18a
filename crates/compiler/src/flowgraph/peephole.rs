//! Optimisations within a block, and of jumps to jumps.

use super::constants::{
    fold_appended, fold_binary_op, fold_list_to_tuple, fold_tuple, fold_unary_op, optimize_list_or_set,
};
use super::graph::{BlockId, CfgInstr, Graph};
use super::swaps;
use crate::ir::{ConstTable, Op};

/// `CALL_INTRINSIC_1` operands that matter here.
const INTRINSIC_UNARY_POSITIVE: u32 = 5;
const INTRINSIC_LIST_TO_TUPLE: u32 = 6;

/// `COMPARE_OP`'s request for a bool.
const COMPARE_TO_BOOL: u32 = 16;

/// Let a jump to an unconditional jump lead to where that one leads. The jump moves to the end of the
/// block so that its old place keeps its line. Returns whether there is something new to look at.
fn thread_jump(g: &mut Graph, id: BlockId, index: usize, target: CfgInstr, op: Op) -> bool {
    let block = &mut g[id];
    if block.instrs[index].target == target.target {
        return false;
    }
    block.instrs[index].nop();
    let mut jump = CfgInstr::new(op, 0, target.loc);
    jump.target = target.target;
    block.append(jump);
    true
}

/// Optimise one block.
pub fn optimize_block(g: &mut Graph, id: BlockId, consts: &mut ConstTable) {
    let mut index = 0;
    while index < g[id].instrs.len() {
        let instr = g[id].instrs[index];
        if instr.op.has_target() {
            let first = g[instr.target].instrs.first().copied();
            let Some(target) = first else {
                index += 1;
                continue;
            };
            let again = match (instr.op, target.op) {
                (Op::POP_JUMP_IF_NONE | Op::POP_JUMP_IF_NOT_NONE, Op::JUMP)
                | (Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE, Op::JUMP)
                | (Op::JUMP_IF_FALSE, Op::JUMP | Op::JUMP_IF_FALSE)
                | (Op::JUMP_IF_TRUE, Op::JUMP | Op::JUMP_IF_TRUE)
                | (Op::JUMP | Op::JUMP_NO_INTERRUPT, Op::JUMP_NO_INTERRUPT) => {
                    thread_jump(g, id, index, target, instr.op)
                }
                (Op::JUMP | Op::JUMP_NO_INTERRUPT, Op::JUMP) => thread_jump(g, id, index, target, Op::JUMP),
                // The other condition cannot hold there, so that jump is never taken.
                (Op::JUMP_IF_FALSE, Op::JUMP_IF_TRUE) | (Op::JUMP_IF_TRUE, Op::JUMP_IF_FALSE) => {
                    let past = g[instr.target].next;
                    if past.is_some() {
                        g[id].instrs[index].target = past;
                    }
                    past.is_some()
                }
                _ => false,
            };
            if !again {
                index += 1;
            }
            continue;
        }
        optimize_instr(&mut g[id].instrs, index, consts);
        index += 1;
    }
    let instrs = &mut g[id].instrs;
    let mut index = 0;
    while index < instrs.len() {
        if instrs[index].op == Op::SWAP {
            index = swaps::shorten_run(instrs, index);
            swaps::apply_static_swaps(instrs, index);
        }
        index += 1;
    }
}

fn optimize_instr(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstTable) {
    let CfgInstr { op, oparg, .. } = instrs[index];
    let next = instrs.get(index + 1).map(|i| i.op);
    match op {
        Op::BUILD_TUPLE => {
            if next == Some(Op::UNPACK_SEQUENCE) && instrs[index + 1].oparg == oparg {
                match oparg {
                    1 => {
                        instrs[index].nop();
                        instrs[index + 1].nop();
                        return;
                    }
                    2 | 3 => {
                        instrs[index].nop();
                        instrs[index + 1].set(Op::SWAP, oparg);
                        return;
                    }
                    _ => {}
                }
            }
            fold_tuple(instrs, index, consts);
        }
        Op::BUILD_LIST | Op::BUILD_SET => optimize_list_or_set(instrs, index, consts),
        Op::LIST_APPEND | Op::SET_ADD
            if oparg == 1 && matches!(next, Some(Op::GET_ITER | Op::CONTAINS_OP)) =>
        {
            fold_appended(instrs, index, consts);
        }
        Op::COMPARE_OP if next == Some(Op::TO_BOOL) => {
            instrs[index].nop();
            instrs[index + 1].set(Op::COMPARE_OP, oparg | COMPARE_TO_BOOL);
        }
        Op::CONTAINS_OP | Op::IS_OP if next == Some(Op::TO_BOOL) => {
            instrs[index].nop();
            instrs[index + 1].set(op, oparg);
        }
        Op::CONTAINS_OP | Op::IS_OP if next == Some(Op::UNARY_NOT) => {
            instrs[index].nop();
            instrs[index + 1].set(op, oparg ^ 1);
        }
        Op::TO_BOOL if next == Some(Op::TO_BOOL) => instrs[index].nop(),
        Op::UNARY_NOT if next == Some(Op::TO_BOOL) => {
            instrs[index].nop();
            instrs[index + 1].set(Op::UNARY_NOT, 0);
        }
        Op::UNARY_NOT if next == Some(Op::UNARY_NOT) => {
            instrs[index].nop();
            instrs[index + 1].nop();
        }
        Op::UNARY_NOT | Op::UNARY_INVERT | Op::UNARY_NEGATIVE => fold_unary_op(instrs, index, consts),
        Op::CALL_INTRINSIC_1 if oparg == INTRINSIC_LIST_TO_TUPLE => {
            let folded = fold_list_to_tuple(instrs, index, consts);
            if !folded && next == Some(Op::GET_ITER) {
                instrs[index].nop();
            }
        }
        Op::CALL_INTRINSIC_1 if oparg == INTRINSIC_UNARY_POSITIVE => fold_unary_op(instrs, index, consts),
        Op::BINARY_OP => fold_binary_op(instrs, index, consts),
        Op::STORE_FAST
            if next == Some(Op::STORE_FAST)
                && instrs[index + 1].oparg == oparg
                && instrs[index + 1].loc.line == instrs[index].loc.line =>
        {
            instrs[index].set(Op::POP_TOP, 0);
        }
        Op::SWAP if oparg == 1 => instrs[index].nop(),
        Op::LOAD_GLOBAL if next == Some(Op::PUSH_NULL) && oparg & 1 == 0 => {
            instrs[index].set(Op::LOAD_GLOBAL, oparg | 1);
            instrs[index + 1].nop();
        }
        _ => {}
    }
}
