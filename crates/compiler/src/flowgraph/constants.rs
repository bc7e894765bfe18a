//! Constant folding in the flow graph.

use minipy_bytecode::Constant;

use super::fold;
use super::graph::{BlockId, CfgInstr, Graph};
use crate::ir::{ConstTable, Location, Op};

/// Sequences longer than this are built piece by piece rather than on the stack.
const STACK_USE_GUIDELINE: u32 = 30;
/// Shorter lists and sets of constants are not worth an `EXTEND`.
const MIN_CONST_SEQUENCE_SIZE: u32 = 3;

fn loads_const(op: Op) -> bool {
    op.has_const() || op == Op::LOAD_SMALL_INT
}

/// The value that a const-loading instruction pushes.
fn const_value(instr: &CfgInstr, consts: &ConstTable) -> Option<Constant> {
    match instr.op {
        Op::LOAD_SMALL_INT => Some(Constant::Int(instr.oparg.into())),
        op if op.has_const() => consts.items().get(instr.oparg as usize).cloned(),
        _ => None,
    }
}

fn holds_nan(value: &Constant) -> bool {
    match value {
        Constant::Float(value) => value.is_nan(),
        Constant::Complex(re, im) => re.is_nan() || im.is_nan(),
        _ => false,
    }
}

/// Make an instruction push `value`, without a constant if it is a small int.
fn load(instr: &mut CfgInstr, value: Constant, consts: &mut ConstTable) {
    match value {
        Constant::Int(small @ 0..=255) => instr.set(Op::LOAD_SMALL_INT, small as u32),
        // A NaN equals nothing, not even another NaN.
        value if holds_nan(&value) => instr.set(Op::LOAD_CONST, consts.push(value)),
        value => instr.set(Op::LOAD_CONST, consts.add(value)),
    }
}

/// The `count` const-loading instructions right before `end`, `NOP`s apart, in order.
fn loads_before(instrs: &[CfgInstr], end: usize, count: usize) -> Option<Vec<usize>> {
    let mut found = Vec::with_capacity(count);
    let mut before = instrs[..end].iter().enumerate().rev().filter(|(_, i)| i.op != Op::NOP);
    while found.len() < count {
        let (index, instr) = before.next()?;
        if !loads_const(instr.op) {
            return None;
        }
        found.push(index);
    }
    found.reverse();
    Some(found)
}

fn values(instrs: &[CfgInstr], at: &[usize], consts: &ConstTable) -> Option<Vec<Constant>> {
    at.iter().map(|&index| const_value(&instrs[index], consts)).collect()
}

/// Turn folded instructions into `NOP`s that no line keeps alive.
fn nop_out(instrs: &mut [CfgInstr], at: &[usize]) {
    for &index in at {
        instrs[index].nop();
        instrs[index].loc = Location::NONE;
    }
}

/// A tuple of constants is a constant.
pub fn fold_tuple(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstTable) {
    let size = instrs[index].oparg;
    if size > STACK_USE_GUIDELINE {
        return;
    }
    let Some(at) = loads_before(instrs, index, size as usize) else { return };
    let Some(items) = values(instrs, &at, consts) else { return };
    nop_out(instrs, &at);
    load(&mut instrs[index], Constant::tuple(items), consts);
}

/// A long tuple is built as a list, constant by constant, before it is known to be constant. Returns
/// whether it was.
pub fn fold_list_to_tuple(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstTable) -> bool {
    let Some((start, items)) = appended_consts(instrs, index, Op::BUILD_LIST, Op::LIST_APPEND, consts) else {
        return false;
    };
    replace_appended(instrs, start, index, Constant::tuple(items), consts);
    true
}

/// A long list or set of constants that is only iterated or searched; `index` is the last append.
pub fn fold_appended(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstTable) {
    let append = instrs[index].op;
    let build = if append == Op::LIST_APPEND { Op::BUILD_LIST } else { Op::BUILD_SET };
    if let Some((start, items)) = appended_consts(instrs, index + 1, build, append, consts) {
        let value = if append == Op::LIST_APPEND { Constant::tuple(items) } else { fold::frozenset(items) };
        replace_appended(instrs, start, index, value, consts);
        instrs[index].loc = Location::NONE;
    }
}

/// Finds what builds a collection of constants right before `end`: its first instruction and the
/// constants.
fn appended_consts(
    instrs: &[CfgInstr],
    end: usize,
    build: Op,
    append: Op,
    consts: &ConstTable,
) -> Option<(usize, Vec<Constant>)> {
    let mut items = Vec::new();
    let mut expect_append = true;
    for start in (0..end).rev() {
        let instr = &instrs[start];
        if instr.op == Op::NOP {
            continue;
        }
        if instr.op == build && instr.oparg == 0 {
            items.reverse();
            return expect_append.then_some((start, items));
        }
        if expect_append {
            if instr.op != append || instr.oparg != 1 {
                return None;
            }
        } else {
            items.push(const_value(instr, consts)?);
        }
        expect_append = !expect_append;
    }
    None
}

fn replace_appended(
    instrs: &mut [CfgInstr],
    start: usize,
    index: usize,
    value: Constant,
    consts: &mut ConstTable,
) {
    for instr in instrs[start..index].iter_mut().filter(|i| i.op != Op::NOP) {
        instr.nop();
        instr.loc = Location::NONE;
    }
    load(&mut instrs[index], value, consts);
}

/// A list or set display of constants only: built of one constant, or, where it is only iterated or
/// searched, replaced by a tuple or frozenset.
pub fn optimize_list_or_set(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstTable) {
    let CfgInstr { op, oparg: size, loc, .. } = instrs[index];
    let only_read = instrs.get(index + 1).is_some_and(|i| matches!(i.op, Op::GET_ITER | Op::CONTAINS_OP));
    if size > STACK_USE_GUIDELINE || (size < MIN_CONST_SEQUENCE_SIZE && !only_read) {
        return;
    }
    let at = loads_before(instrs, index, size as usize);
    let Some((at, items)) = at.and_then(|at| values(instrs, &at, consts).map(|items| (at, items))) else {
        if only_read && op == Op::BUILD_LIST {
            instrs[index].set(Op::BUILD_TUPLE, size);
        }
        return;
    };
    let value = if op == Op::BUILD_SET { fold::frozenset(items) } else { Constant::tuple(items) };
    let value = consts.add(value);
    nop_out(instrs, &at);
    if only_read {
        instrs[index].set(Op::LOAD_CONST, value);
    } else if let Some(before) = index.checked_sub(2) {
        instrs[before].set(op, 0);
        instrs[before].loc = loc;
        instrs[before + 1].set(Op::LOAD_CONST, value);
        instrs[index].set(if op == Op::BUILD_LIST { Op::LIST_EXTEND } else { Op::SET_UPDATE }, 1);
    }
}

/// `-1`, `~1`, `not True`, `+1`.
pub fn fold_unary_op(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstTable) {
    let Some(at) = loads_before(instrs, index, 1) else { return };
    let Some(operand) = const_value(&instrs[at[0]], consts) else { return };
    if let Some(value) = fold::unary(instrs[index].op, &operand) {
        nop_out(instrs, &at);
        load(&mut instrs[index], value, consts);
    }
}

/// Arithmetic and subscripts of constants.
pub fn fold_binary_op(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstTable) {
    let Some(at) = loads_before(instrs, index, 2) else { return };
    let Some(operands) = values(instrs, &at, consts) else { return };
    if let [left, right] = &operands[..]
        && let Some(value) = fold::binary(instrs[index].oparg, left, right)
    {
        nop_out(instrs, &at);
        load(&mut instrs[index], value, consts);
    }
}

/// Small ints, and constants whose truth or identity decides the next instruction.
pub fn optimize_load_const(g: &mut Graph, consts: &mut ConstTable) {
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        optimize_load_const_in(&mut g[id].instrs, consts);
        cursor = g.next(id);
    }
}

fn optimize_load_const_in(instrs: &mut [CfgInstr], consts: &mut ConstTable) {
    // What the last instruction pushed; a COPY 1 of a constant pushes it again.
    let mut pushed: Option<CfgInstr> = None;
    for index in 0..instrs.len() {
        if instrs[index].op == Op::LOAD_CONST
            && let Some(Constant::Int(small @ 0..=255)) = const_value(&instrs[index], consts)
        {
            instrs[index].set(Op::LOAD_SMALL_INT, small as u32);
        }
        let copies = pushed.is_some_and(|p| p.op == Op::LOAD_CONST)
            && instrs[index].op == Op::COPY
            && instrs[index].oparg == 1;
        if !copies {
            pushed = Some(instrs[index]);
        }
        let Some(value) = pushed.filter(|p| loads_const(p.op)).and_then(|p| const_value(&p, consts)) else {
            continue;
        };
        let Some(next) = instrs.get(index + 1).map(|i| i.op) else { return };
        match next {
            Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE | Op::JUMP_IF_FALSE | Op::JUMP_IF_TRUE => {
                let if_true = matches!(next, Op::POP_JUMP_IF_TRUE | Op::JUMP_IF_TRUE);
                if matches!(next, Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE) {
                    instrs[index].nop();
                }
                if fold::is_true(&value) == if_true {
                    instrs[index + 1].op = Op::JUMP;
                } else {
                    instrs[index + 1].nop();
                }
            }
            Op::IS_OP if value == Constant::None => fold_is_none(instrs, index),
            Op::TO_BOOL => {
                let truth = consts.add(Constant::bool(fold::is_true(&value)));
                instrs[index].nop();
                instrs[index + 1].set(Op::LOAD_CONST, truth);
            }
            _ => {}
        }
    }
}

/// `x is None` and `x is not None` as a condition: `POP_JUMP_IF_NONE` and its opposite.
fn fold_is_none(instrs: &mut [CfgInstr], index: usize) {
    let mut jump = index + 2;
    if instrs.get(jump).is_some_and(|i| i.op == Op::TO_BOOL) {
        instrs[jump].nop();
        jump += 1;
    }
    let negated = instrs[index + 1].oparg != 0;
    let when_none = match instrs.get(jump).map(|i| i.op) {
        Some(Op::POP_JUMP_IF_TRUE) => !negated,
        Some(Op::POP_JUMP_IF_FALSE) => negated,
        _ => return,
    };
    instrs[index].nop();
    instrs[index + 1].nop();
    instrs[jump].op = if when_none { Op::POP_JUMP_IF_NONE } else { Op::POP_JUMP_IF_NOT_NONE };
}

/// Drop constants that nothing loads any more; the first stays, as it may be the docstring.
pub fn remove_unused_consts(g: &mut Graph, consts: ConstTable) -> Vec<Constant> {
    let mut items = consts.into_items();
    if items.is_empty() {
        return items;
    }
    let mut used = vec![false; items.len()];
    used[0] = true;
    let is_load = |i: &&mut CfgInstr| i.op.has_const();
    for block in g.blocks_mut() {
        for instr in block.instrs.iter_mut().filter(is_load) {
            if let Some(slot) = used.get_mut(instr.oparg as usize) {
                *slot = true;
            }
        }
    }
    if used.iter().all(|&u| u) {
        return items;
    }
    let mut renumbered = Vec::with_capacity(used.len());
    let mut count = 0;
    for &is_used in &used {
        renumbered.push(count);
        count += u32::from(is_used);
    }
    for block in g.blocks_mut() {
        for instr in block.instrs.iter_mut().filter(is_load) {
            if let Some(&index) = renumbered.get(instr.oparg as usize) {
                instr.oparg = index;
            }
        }
    }
    let mut keep = used.iter();
    items.retain(|_| keep.next().copied().unwrap_or(false));
    items
}
