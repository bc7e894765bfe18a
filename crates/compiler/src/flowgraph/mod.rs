//! The control-flow graph of one code object and the passes that optimise it.
//!
//! The passes and their order are CPython 3.14's, because the code they make must be CPython's.

mod borrow;
mod constants;
mod fold;
mod fold_complex;
mod fold_number;
mod fold_sequence;
pub mod graph;
pub mod handlers;
mod layout;
mod lines;
mod locals;
mod peephole;
mod reach;
mod swaps;
#[cfg(test)]
mod tests;
pub mod variables;

use graph::{BlockId, Graph};
use minipy_bytecode::Constant;
use variables::LocalsPlus;

use crate::ir::{AssembleError, ConstTable, InstructionSequence, Unit};

/// Build and optimise the graph of a sequence. Returns it with the constants that are left.
pub fn optimize(
    seq: &InstructionSequence,
    mut consts: ConstTable,
    nlocals: usize,
    nparams: usize,
) -> Result<(Graph, Vec<Constant>), AssembleError> {
    let mut g = Graph::from_sequence(seq)?;
    handlers::label_exception_targets(&mut g)?;
    optimize_graph(&mut g, &mut consts);
    let consts = constants::remove_unused_consts(&mut g, consts);
    locals::add_checks_for_uninitialized(&mut g, nlocals, nparams);
    locals::insert_superinstructions(&mut g);
    layout::push_cold_blocks_to_end(&mut g);
    lines::resolve_line_numbers(&mut g);
    Ok((g, consts))
}

/// Optimises a sequence apart from any unit: what [`optimize`] does, not knowing of parameters, and the loads that can borrow.
/// The result's labels are instruction numbers.
pub fn optimize_sequence(
    seq: &InstructionSequence,
    consts: Vec<Constant>,
    nlocals: usize,
) -> Result<(InstructionSequence, Vec<Constant>), AssembleError> {
    let (mut graph, consts) = optimize(seq, consts.into(), nlocals, 0)?;
    borrow::optimize_load_fast(&mut graph);
    Ok((graph.to_sequence(), consts))
}

fn optimize_graph(g: &mut Graph, consts: &mut ConstTable) {
    reach::inline_small_or_no_lineno_blocks(g);
    reach::remove_unreachable(g);
    lines::resolve_line_numbers(g);
    constants::optimize_load_const(g, consts);
    let mut cursor = Some(BlockId::ENTRY);
    while let Some(id) = cursor {
        peephole::optimize_block(g, id, consts);
        cursor = g.next(id);
    }
    reach::remove_redundant_nops_and_pairs(g);
    reach::remove_unreachable(g);
    reach::remove_redundant_nops_and_jumps(g);
}

/// What assembly needs beside the graph's instructions.
pub struct Finished {
    pub stacksize: u32,
    pub locals: LocalsPlus,
}

/// Turn an optimised graph into real instructions only, with their final operands.
pub fn finish(g: &mut Graph, unit: &Unit) -> Result<Finished, AssembleError> {
    layout::convert_pseudo_conditional_jumps(g);
    let stacksize = layout::calculate_stackdepth(g)?;
    let locals = variables::prepare_localsplus(g, unit);
    layout::convert_pseudo_ops(g);
    layout::normalize_jumps(g);
    layout::resolve_unconditional_jumps(g);
    borrow::optimize_load_fast(g);
    Ok(Finished { stacksize, locals })
}
