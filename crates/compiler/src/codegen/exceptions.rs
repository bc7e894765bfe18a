//! `try` statements.

use minipy_parser::ast::{ExceptHandler, ExceptHandlerKind, ExprContext, Stmt};

use super::blocks::BlockKind;
use super::emit::intrinsic_2;
use super::{Codegen, at};
use crate::error::{Result, syntax_error};
use crate::ir::{Label, Location, Op};

impl<'a> Codegen<'a, '_> {
    /// The end of a handler's own handler: restores the exception state and goes on raising.
    pub(super) fn pop_except_and_reraise(&mut self, location: Location) {
        self.op_arg(Op::COPY, 3, location);
        self.op(Op::POP_EXCEPT, location);
        self.op_arg(Op::RERAISE, 1, location);
    }

    /// Unbinds the name of an `except` clause, which may be unbound already.
    pub(super) fn unbind_exception(&mut self, name: &'a str, location: Location) -> Result {
        self.load_none(location);
        self.store_name(name, location)?;
        self.name_op(name, ExprContext::Del, location)
    }

    pub(super) fn try_finally(
        &mut self,
        stmt: &'a Stmt<'a>,
        body: &'a [Stmt<'a>],
        handlers: &'a [ExceptHandler<'a>],
        orelse: &'a [Stmt<'a>],
        finalbody: &'a [Stmt<'a>],
        star: bool,
    ) -> Result {
        let none = Location::NONE;
        let start = self.new_label();
        let end = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();

        self.jump(Op::SETUP_FINALLY, end, at(stmt.loc));
        self.use_label(start);
        self.push_block(BlockKind::FinallyTry(finalbody), stmt.loc)?;
        match (handlers.is_empty(), star) {
            (true, _) => self.stmts(body)?,
            (false, false) => self.try_except(stmt, body, handlers, orelse)?,
            (false, true) => self.try_star(stmt, body, handlers, orelse)?,
        }
        self.op(Op::POP_BLOCK, none);
        self.pop_block();
        self.stmts(finalbody)?;
        self.jump(Op::JUMP_NO_INTERRUPT, exit, none);

        self.use_label(end);
        self.push_block(BlockKind::FinallyEnd, stmt.loc)?;
        self.jump(Op::SETUP_CLEANUP, cleanup, none);
        self.op(Op::PUSH_EXC_INFO, none);
        // What there is to warn about was said for the copy above.
        self.muted += 1;
        self.stmts(finalbody)?;
        self.muted -= 1;
        self.pop_block();
        self.op_arg(Op::RERAISE, 0, none);

        self.use_label(cleanup);
        self.pop_except_and_reraise(none);
        self.use_label(exit);
        Ok(())
    }

    pub(super) fn try_except(
        &mut self,
        stmt: &'a Stmt<'a>,
        body: &'a [Stmt<'a>],
        handlers: &'a [ExceptHandler<'a>],
        orelse: &'a [Stmt<'a>],
    ) -> Result {
        let none = Location::NONE;
        let start = self.new_label();
        let except = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();

        self.jump(Op::SETUP_FINALLY, except, at(stmt.loc));
        self.use_label(start);
        self.push_block(BlockKind::TryExcept, stmt.loc)?;
        self.stmts(body)?;
        self.pop_block();
        self.op(Op::POP_BLOCK, none);
        self.stmts(orelse)?;
        self.jump(Op::JUMP_NO_INTERRUPT, end, none);

        self.use_label(except);
        self.jump(Op::SETUP_CLEANUP, cleanup, none);
        self.op(Op::PUSH_EXC_INFO, none);
        self.push_block(BlockKind::ExceptionHandler, stmt.loc)?;
        let last = handlers.len().saturating_sub(1);
        for (i, handler) in handlers.iter().enumerate() {
            self.handler(handler, i == last, end)?;
        }
        self.pop_block();
        self.op_arg(Op::RERAISE, 0, none);

        self.use_label(cleanup);
        self.pop_except_and_reraise(none);
        self.use_label(end);
        Ok(())
    }

    fn handler(&mut self, handler: &'a ExceptHandler<'a>, is_last: bool, end: Label) -> Result {
        let none = Location::NONE;
        let loc = at(handler.loc);
        let ExceptHandlerKind::ExceptHandler { r#type, name, body } = handler.kind;
        if r#type.is_none() && !is_last {
            return syntax_error("default 'except:' must be last", handler.loc);
        }
        let next = self.new_label();
        if let Some(r#type) = r#type {
            self.expr(r#type)?;
            self.op(Op::CHECK_EXC_MATCH, loc);
            self.jump(Op::POP_JUMP_IF_FALSE, next, loc);
        }
        if let Some(name) = name {
            let cleanup_end = self.new_label();
            let cleanup_body = self.new_label();
            self.store_name(name, loc)?;
            // A handler of its own, so that the name is unbound whatever happens.
            self.jump(Op::SETUP_CLEANUP, cleanup_end, loc);
            self.use_label(cleanup_body);
            self.push_block(BlockKind::HandlerCleanup(Some(name)), handler.loc)?;
            self.stmts(body)?;
            self.pop_block();
            self.op(Op::POP_BLOCK, none);
            self.op(Op::POP_BLOCK, none);
            self.op(Op::POP_EXCEPT, none);
            self.unbind_exception(name, none)?;
            self.jump(Op::JUMP_NO_INTERRUPT, end, none);

            self.use_label(cleanup_end);
            self.unbind_exception(name, none)?;
            self.op_arg(Op::RERAISE, 1, none);
        } else {
            self.op(Op::POP_TOP, loc);
            self.push_block(BlockKind::HandlerCleanup(None), handler.loc)?;
            self.stmts(body)?;
            self.pop_block();
            self.op(Op::POP_BLOCK, none);
            self.op(Op::POP_EXCEPT, none);
            self.jump(Op::JUMP_NO_INTERRUPT, end, none);
        }
        self.use_label(next);
        Ok(())
    }

    /// `try`/`except*` (PEP 654). While handlers run, the stack holds the original exception, a list of what they raised, and
    /// what is left of the group.
    pub(super) fn try_star(
        &mut self,
        stmt: &'a Stmt<'a>,
        body: &'a [Stmt<'a>],
        handlers: &'a [ExceptHandler<'a>],
        orelse: &'a [Stmt<'a>],
    ) -> Result {
        let none = Location::NONE;
        let start = self.new_label();
        let except = self.new_label();
        let or_else = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        let reraise_star = self.new_label();

        self.jump(Op::SETUP_FINALLY, except, at(stmt.loc));
        self.use_label(start);
        self.push_block(BlockKind::TryExcept, stmt.loc)?;
        self.stmts(body)?;
        self.pop_block();
        self.op(Op::POP_BLOCK, none);
        self.jump(Op::JUMP_NO_INTERRUPT, or_else, none);

        self.use_label(except);
        self.jump(Op::SETUP_CLEANUP, cleanup, none);
        self.op(Op::PUSH_EXC_INFO, none);
        self.push_block(BlockKind::ExceptionGroupHandler, stmt.loc)?;
        let last = handlers.len().saturating_sub(1);
        for (i, handler) in handlers.iter().enumerate() {
            self.star_handler(handler, i == 0, i == last, reraise_star)?;
        }
        self.pop_block();

        self.use_label(reraise_star);
        self.op_arg(Op::CALL_INTRINSIC_2, intrinsic_2::PREP_RERAISE_STAR, none);
        self.op_arg(Op::COPY, 1, none);
        let reraise = self.new_label();
        self.jump(Op::POP_JUMP_IF_NOT_NONE, reraise, none);
        self.op(Op::POP_TOP, none);
        self.op(Op::POP_BLOCK, none);
        self.op(Op::POP_EXCEPT, none);
        self.jump(Op::JUMP_NO_INTERRUPT, end, none);
        self.use_label(reraise);
        self.op(Op::POP_BLOCK, none);
        self.op_arg(Op::SWAP, 2, none);
        self.op(Op::POP_EXCEPT, none);
        self.op_arg(Op::RERAISE, 0, none);

        self.use_label(cleanup);
        self.pop_except_and_reraise(none);
        self.use_label(or_else);
        self.stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn star_handler(
        &mut self,
        handler: &'a ExceptHandler<'a>,
        is_first: bool,
        is_last: bool,
        reraise_star: Label,
    ) -> Result {
        let none = Location::NONE;
        let loc = at(handler.loc);
        let ExceptHandlerKind::ExceptHandler { r#type, name, body } = handler.kind;
        let next = self.new_label();
        let next_with_error = self.new_label();
        let no_match = self.new_label();
        if is_first {
            self.op_arg(Op::BUILD_LIST, 0, loc);
            self.op_arg(Op::COPY, 2, loc);
        }
        if let Some(r#type) = r#type {
            self.expr(r#type)?;
            self.op(Op::CHECK_EG_MATCH, loc);
            self.op_arg(Op::COPY, 1, loc);
            self.jump(Op::POP_JUMP_IF_NONE, no_match, loc);
        }
        let cleanup_end = self.new_label();
        let cleanup_body = self.new_label();
        match name {
            Some(name) => self.store_name(name, loc)?,
            None => self.op(Op::POP_TOP, loc),
        }
        self.jump(Op::SETUP_CLEANUP, cleanup_end, loc);
        self.use_label(cleanup_body);
        self.push_block(BlockKind::HandlerCleanup(name), handler.loc)?;
        self.stmts(body)?;
        self.pop_block();
        self.op(Op::POP_BLOCK, none);
        if let Some(name) = name {
            self.unbind_exception(name, none)?;
        }
        self.jump(Op::JUMP_NO_INTERRUPT, next, none);

        self.use_label(cleanup_end);
        if let Some(name) = name {
            self.unbind_exception(name, none)?;
        }
        // What the handler raised joins the list.
        self.op_arg(Op::LIST_APPEND, 3, none);
        self.op(Op::POP_TOP, none);
        self.jump(Op::JUMP_NO_INTERRUPT, next_with_error, none);

        self.use_label(next);
        self.op(Op::NOP, none);
        self.jump(Op::JUMP_NO_INTERRUPT, next_with_error, none);
        self.use_label(no_match);
        self.op(Op::POP_TOP, loc);
        self.use_label(next_with_error);
        if is_last {
            self.op_arg(Op::LIST_APPEND, 1, none);
            self.jump(Op::JUMP_NO_INTERRUPT, reraise_star, none);
        }
        Ok(())
    }
}
