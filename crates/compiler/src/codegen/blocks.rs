//! The blocks that a `return`, `break` or `continue` has to leave on its way.

use minipy_parser::ast::Stmt;

use super::Codegen;
use crate::error::{Result, syntax_error};
use crate::ir::{Label, Location, Op};
use minipy_parser::ast;

/// What surrounds the current code at run time.
#[derive(Clone, Copy)]
pub(super) enum BlockKind<'a> {
    WhileLoop,
    ForLoop,
    TryExcept,
    /// The body of a `try` with this `finally` suite.
    FinallyTry(&'a [Stmt<'a>]),
    FinallyEnd,
    With {
        location: Location,
        is_async: bool,
    },
    /// The body of an `except` clause, and the name it deletes in the end.
    HandlerCleanup(Option<&'a str>),
    /// A value on the stack.
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehension,
    InlinedComprehension,
    StopIteration,
}

/// A block, and for a loop where it starts and ends.
#[derive(Clone, Copy)]
pub(super) struct FrameBlock<'a> {
    pub(super) kind: BlockKind<'a>,
    pub(super) start: Option<Label>,
    pub(super) exit: Option<Label>,
}

impl FrameBlock<'_> {
    fn is_loop(&self) -> bool {
        matches!(self.kind, BlockKind::WhileLoop | BlockKind::ForLoop)
    }
}

/// How many blocks may be nested.
const MAX_BLOCKS: usize = 21;

impl<'a> Codegen<'a, '_> {
    pub(super) fn push_block(&mut self, kind: BlockKind<'a>, location: ast::Location) -> Result {
        self.push_loop(kind, None, None, location)
    }

    pub(super) fn push_loop(
        &mut self,
        kind: BlockKind<'a>,
        start: Option<Label>,
        exit: Option<Label>,
        location: ast::Location,
    ) -> Result {
        if self.unit.blocks.len() >= MAX_BLOCKS {
            return syntax_error("too many statically nested blocks", location);
        }
        self.unit.blocks.push(FrameBlock { kind, start, exit });
        Ok(())
    }

    pub(super) fn pop_block(&mut self) {
        self.unit.blocks.pop();
    }

    /// Leaves blocks up to the innermost loop, which is returned, or all of them if not `to_loop`.
    ///
    /// `location` becomes that of the code to follow.
    pub(super) fn unwind(
        &mut self,
        location: &mut Location,
        preserve_top: bool,
        to_loop: bool,
        stmt: ast::Location,
    ) -> Result<Option<FrameBlock<'a>>> {
        let mut left = Vec::new();
        let mut found = None;
        let mut result = Ok(());
        while let Some(block) = self.unit.blocks.last().copied() {
            if matches!(block.kind, BlockKind::ExceptionGroupHandler) {
                result =
                    syntax_error("'break', 'continue' and 'return' cannot appear in an except* block", stmt);
                break;
            }
            if to_loop && block.is_loop() {
                found = Some(block);
                break;
            }
            self.unit.blocks.pop();
            left.push(block);
            result = self.unwind_block(block, location, preserve_top);
            if result.is_err() {
                break;
            }
        }
        self.unit.blocks.extend(left.into_iter().rev());
        result.map(|()| found)
    }

    /// The code that leaves `block`.
    pub(super) fn unwind_block(
        &mut self,
        block: FrameBlock<'a>,
        location: &mut Location,
        preserve_top: bool,
    ) -> Result {
        match block.kind {
            BlockKind::WhileLoop
            | BlockKind::ExceptionHandler
            | BlockKind::ExceptionGroupHandler
            | BlockKind::AsyncComprehension
            | BlockKind::InlinedComprehension
            | BlockKind::StopIteration => {}
            BlockKind::ForLoop | BlockKind::PopValue => {
                if preserve_top {
                    self.op_arg(Op::SWAP, 2, *location);
                }
                self.op(Op::POP_TOP, *location);
            }
            BlockKind::TryExcept => self.op(Op::POP_BLOCK, *location),
            BlockKind::FinallyTry(finalbody) => {
                self.op(Op::POP_BLOCK, *location);
                if preserve_top {
                    self.unit.blocks.push(FrameBlock { kind: BlockKind::PopValue, start: None, exit: None });
                }
                let result = self.stmts(finalbody);
                if preserve_top {
                    self.pop_block();
                }
                result?;
                // The suite appears to run after the statement that left the block.
                *location = Location::NONE;
            }
            BlockKind::FinallyEnd => {
                if preserve_top {
                    self.op_arg(Op::SWAP, 2, *location);
                }
                self.op(Op::POP_TOP, *location);
                if preserve_top {
                    self.op_arg(Op::SWAP, 2, *location);
                }
                self.op(Op::POP_BLOCK, *location);
                self.op(Op::POP_EXCEPT, *location);
            }
            BlockKind::With { location: with, is_async } => {
                *location = with;
                self.op(Op::POP_BLOCK, *location);
                if preserve_top {
                    self.op_arg(Op::SWAP, 3, *location);
                    self.op_arg(Op::SWAP, 2, *location);
                }
                self.call_exit_with_nones(*location);
                if is_async {
                    self.await_top(2, *location);
                }
                self.op(Op::POP_TOP, *location);
                *location = Location::NONE;
            }
            BlockKind::HandlerCleanup(name) => {
                if name.is_some() {
                    self.op(Op::POP_BLOCK, *location);
                }
                if preserve_top {
                    self.op_arg(Op::SWAP, 2, *location);
                }
                self.op(Op::POP_BLOCK, *location);
                self.op(Op::POP_EXCEPT, *location);
                if let Some(name) = name {
                    self.unbind_exception(name, *location)?;
                }
            }
        }
        Ok(())
    }
}
