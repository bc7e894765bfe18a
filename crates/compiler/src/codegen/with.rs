//! `with` and `async with` statements.

use minipy_parser::ast::{Stmt, WithItem};

use super::blocks::BlockKind;
use super::unit::UnitKind;
use super::{Codegen, at};
use crate::error::{Result, syntax_error};
use crate::ir::{Label, Location, Op};

/// Operands of `LOAD_SPECIAL`.
mod special {
    pub(super) const ENTER: u32 = 0;
    pub(super) const EXIT: u32 = 1;
    pub(super) const AENTER: u32 = 2;
    pub(super) const AEXIT: u32 = 3;
}

impl<'a> Codegen<'a, '_> {
    /// Calls the `__exit__` on top of the stack as at a regular end of the block.
    pub(super) fn call_exit_with_nones(&mut self, location: Location) {
        for _ in 0..3 {
            self.load_none(location);
        }
        self.op_arg(Op::CALL, 3, location);
    }

    pub(super) fn with_statement(
        &mut self,
        stmt: &'a Stmt<'a>,
        items: &'a [WithItem<'a>],
        body: &'a [Stmt<'a>],
        is_async: bool,
    ) -> Result {
        if is_async && self.unit.kind != UnitKind::AsyncFunction && !self.is_top_level_await() {
            return syntax_error("'async with' outside async function", stmt.loc);
        }
        self.with_items(items, body, is_async)
    }

    fn with_items(&mut self, items: &'a [WithItem<'a>], body: &'a [Stmt<'a>], is_async: bool) -> Result {
        let Some((item, rest)) = items.split_first() else { return self.stmts(body) };
        let none = Location::NONE;
        let block = self.new_label();
        let handler = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();

        self.expr(item.context_expr)?;
        let loc = at(item.context_expr.loc);
        let (enter_method, exit_method) =
            if is_async { (special::AENTER, special::AEXIT) } else { (special::ENTER, special::EXIT) };
        self.op_arg(Op::COPY, 1, loc);
        self.op_arg(Op::LOAD_SPECIAL, exit_method, loc);
        self.op_arg(Op::SWAP, 2, loc);
        self.op_arg(Op::SWAP, 3, loc);
        self.op_arg(Op::LOAD_SPECIAL, enter_method, loc);
        self.op_arg(Op::CALL, 0, loc);
        if is_async {
            self.await_top(1, loc);
        }
        self.jump(Op::SETUP_WITH, handler, loc);

        self.use_label(block);
        self.push_block(BlockKind::With { location: loc, is_async }, item.context_expr.loc)?;
        match item.optional_vars {
            Some(target) => self.expr(target)?,
            None => self.op(Op::POP_TOP, loc),
        }
        self.descend(|c| c.with_items(rest, body, is_async))?;
        self.pop_block();
        self.op(Op::POP_BLOCK, if is_async { loc } else { none });
        self.call_exit_with_nones(loc);
        if is_async {
            self.await_top(2, loc);
        }
        self.op(Op::POP_TOP, loc);
        self.jump(Op::JUMP, exit, loc);

        self.use_label(handler);
        self.jump(Op::SETUP_CLEANUP, cleanup, loc);
        self.op(Op::PUSH_EXC_INFO, loc);
        self.op(Op::WITH_EXCEPT_START, loc);
        if is_async {
            self.await_top(2, loc);
        }
        self.finish_with_handler(cleanup, exit);
        self.use_label(exit);
        Ok(())
    }

    /// Swallows the exception if `__exit__`, whose result is on the stack, says so.
    fn finish_with_handler(&mut self, cleanup: Label, exit: Label) {
        let none = Location::NONE;
        let suppress = self.new_label();
        self.op(Op::TO_BOOL, none);
        self.jump(Op::POP_JUMP_IF_TRUE, suppress, none);
        self.op_arg(Op::RERAISE, 2, none);
        self.use_label(suppress);
        self.op(Op::POP_TOP, none);
        self.op(Op::POP_BLOCK, none);
        self.op(Op::POP_EXCEPT, none);
        for _ in 0..3 {
            self.op(Op::POP_TOP, none);
        }
        self.jump(Op::JUMP_NO_INTERRUPT, exit, none);
        self.use_label(cleanup);
        self.pop_except_and_reraise(none);
    }
}
