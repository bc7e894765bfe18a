//! Cells and free variables find their place behind the locals, and the code that sets them up goes
//! in front.

use minipy_bytecode::LocalKind;
use minipy_bytecode::Str;
use minipy_bytecode::code::flags;

use super::graph::{BlockId, CfgInstr, Graph};
use crate::ir::{Location, Op, Unit};

/// Names and kinds of the fast locals.
pub struct LocalsPlus {
    pub names: Vec<Str>,
    pub kinds: Vec<LocalKind>,
}

/// For each cell and free variable its index among the fast locals. A cell that is also an argument or
/// local shares its place.
fn fast_indices(unit: &Unit) -> Vec<u32> {
    let mut next = unit.varnames.len() as u32;
    let mut fresh = || {
        next += 1;
        next - 1
    };
    let cells = unit.cellvars.items().iter();
    let mut indices: Vec<u32> =
        cells.map(|name| unit.varnames.get(name).unwrap_or_else(&mut fresh)).collect();
    indices.extend(unit.freevars.items().iter().map(|_| fresh()));
    indices
}

/// Instructions that run before everything else: cells, the closure, and making a generator.
fn insert_prefix(g: &mut Graph, unit: &Unit, indices: &[u32]) {
    let mut prefix = Vec::new();
    if !unit.freevars.is_empty() {
        prefix.push(CfgInstr::new(Op::COPY_FREE_VARS, unit.freevars.len() as u32, Location::NONE));
    }
    let mut cells: Vec<(u32, u32)> = indices[..unit.cellvars.len()].iter().copied().zip(0..).collect();
    cells.sort_unstable();
    prefix.extend(cells.iter().map(|&(_, cell)| CfgInstr::new(Op::MAKE_CELL, cell, Location::NONE)));
    if unit.flags & (flags::CO_GENERATOR | flags::CO_COROUTINE | flags::CO_ASYNC_GENERATOR) != 0 {
        let loc = Location::new(unit.firstlineno, unit.firstlineno, -1, -1);
        prefix.push(CfgInstr::new(Op::RETURN_GENERATOR, 0, loc));
        prefix.push(CfgInstr::new(Op::POP_TOP, 0, loc));
    }
    g[BlockId::ENTRY].insert_all(0, &prefix);
}

/// Lay out the fast locals, and make operands count them.
pub fn prepare_localsplus(g: &mut Graph, unit: &Unit) -> LocalsPlus {
    let indices = fast_indices(unit);
    insert_prefix(g, unit, &indices);
    for block in g.blocks_mut() {
        for instr in &mut block.instrs {
            if matches!(
                instr.op,
                Op::MAKE_CELL
                    | Op::LOAD_CLOSURE
                    | Op::LOAD_DEREF
                    | Op::STORE_DEREF
                    | Op::DELETE_DEREF
                    | Op::LOAD_FROM_DICT_OR_DEREF
            ) && let Some(&index) = indices.get(instr.oparg as usize)
            {
                instr.oparg = index;
            }
        }
    }
    localsplus(unit)
}

fn localsplus(unit: &Unit) -> LocalsPlus {
    let mut names = Vec::with_capacity(unit.varnames.len() + unit.cellvars.len() + unit.freevars.len());
    let mut kinds = Vec::with_capacity(names.capacity());
    let positional_only = unit.posonlyargcount as usize;
    let positional = unit.argcount as usize;
    let keyword_only = positional + unit.kwonlyargcount as usize;
    let star = keyword_only + usize::from(unit.flags & flags::CO_VARARGS != 0);
    let double_star = star + usize::from(unit.flags & flags::CO_VARKEYWORDS != 0);
    for (index, name) in unit.varnames.items().iter().enumerate() {
        let argument = if index < positional_only {
            LocalKind::ARG_POS
        } else if index < positional {
            LocalKind::ARG_POS | LocalKind::ARG_KW
        } else if index < keyword_only {
            LocalKind::ARG_KW
        } else if index < star {
            LocalKind::ARG_VAR | LocalKind::ARG_POS
        } else if index < double_star {
            LocalKind::ARG_VAR | LocalKind::ARG_KW
        } else {
            0
        };
        let hidden = if unit.fast_hidden.contains(name) { LocalKind::HIDDEN } else { 0 };
        let cell = if unit.cellvars.get(name).is_some() { LocalKind::CELL } else { 0 };
        names.push(name.clone());
        kinds.push(LocalKind(LocalKind::LOCAL | argument | hidden | cell));
    }
    for name in unit.cellvars.items().iter().filter(|&name| unit.varnames.get(name).is_none()) {
        let hidden = if unit.fast_hidden.contains(name) { LocalKind::HIDDEN } else { 0 };
        names.push(name.clone());
        kinds.push(LocalKind(LocalKind::CELL | hidden));
    }
    for name in unit.freevars.items() {
        names.push(name.clone());
        kinds.push(LocalKind(LocalKind::FREE));
    }
    LocalsPlus { names, kinds }
}
