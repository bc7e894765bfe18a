//! Statements.

use minipy_bytecode::Constant;
use minipy_parser::ast::{self, Expr, ExprKind, Stmt, StmtKind};
use rustpython_wtf8::Wtf8;

use super::blocks::BlockKind;
use super::emit::{common_constant, intrinsic_1};
use super::unit::UnitKind;
use super::{Codegen, at};
use crate::docstring::{clean_docstring, docstring};
use crate::error::{Result, syntax_error};
use crate::ir::{Location, Op};

/// The length of `pass`.
const PASS_LEN: i32 = 4;

impl<'a> Codegen<'a, '_> {
    /// The body of a module or class.
    pub(super) fn body(&mut self, body: &'a [Stmt<'a>], location: Location, interactive: bool) -> Result {
        let future_annotations = self.input.options.future_annotations();
        if future_annotations && self.scope().annotations_used {
            self.op(Op::SETUP_ANNOTATIONS, location);
        }
        if body.is_empty() {
            return Ok(());
        }
        let mut rest = body;
        if !interactive && let Some((expr, after)) = docstring(body) {
            rest = after;
            if self.input.options.optimize < 2 {
                self.load_docstring(expr);
                self.store_name("__doc__", Location::NONE)?;
            } else {
                rest = self.behind_removed_docstring(expr, after);
            }
        }
        self.stmts(rest)?;
        if !future_annotations {
            self.deferred_annotations(location)?;
        }
        Ok(())
    }

    /// Begins a body whose docstring was optimised away, and answers what is left of it.
    pub(super) fn behind_removed_docstring(
        &mut self,
        removed: &Expr<'a>,
        rest: &'a [Stmt<'a>],
    ) -> &'a [Stmt<'a>] {
        if rest.is_empty() {
            // A `pass` is there instead.
            let start = at(removed.loc);
            let loc = Location::new(start.line, start.line, start.col, start.col + PASS_LEN);
            self.op(Op::NOP, loc);
            return rest;
        }
        let Some((expr, after)) = docstring(rest) else { return rest };
        // The string behind it must not become the docstring, and is evaluated.
        if let ExprKind::Constant { value, .. } = expr.kind {
            self.load_ast_constant(value, at(expr.loc));
            self.op(Op::POP_TOP, Location::NONE);
        }
        after
    }

    fn load_docstring(&mut self, expr: &'a Expr<'a>) {
        if let ExprKind::Constant { value: ast::Constant::Str(text), .. } = expr.kind {
            let cleaned = clean_docstring(text);
            self.load_const(Constant::str(cleaned), at(expr.loc));
        }
    }

    pub(super) fn stmts(&mut self, stmts: &'a [Stmt<'a>]) -> Result {
        stmts.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    /// Statements that may not run.
    pub(super) fn conditional(&mut self, visit: impl FnOnce(&mut Self) -> Result) -> Result {
        let outer = std::mem::replace(&mut self.unit.in_conditional_block, true);
        let result = visit(self);
        self.unit.in_conditional_block = outer;
        result
    }

    fn stmt(&mut self, stmt: &'a Stmt<'a>) -> Result {
        self.descend(|c| c.stmt_kind(stmt))
    }

    fn stmt_kind(&mut self, stmt: &'a Stmt<'a>) -> Result {
        let loc = at(stmt.loc);
        match stmt.kind {
            StmtKind::FunctionDef { .. } | StmtKind::AsyncFunctionDef { .. } => self.function(stmt),
            StmtKind::ClassDef { .. } => self.class(stmt),
            StmtKind::TypeAlias { .. } => self.type_alias(stmt),
            StmtKind::Return { value } => self.return_statement(stmt, value),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.expr(value)?;
                let last = targets.len().saturating_sub(1);
                for (i, target) in targets.iter().enumerate() {
                    if i < last {
                        self.op_arg(Op::COPY, 1, loc);
                    }
                    self.expr(target)?;
                }
                Ok(())
            }
            StmtKind::AugAssign { target, op, value } => self.augmented_assignment(stmt, target, op, value),
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated_assignment(stmt, target, annotation, value, simple != 0)
            }
            StmtKind::For { target, iter, body, orelse, .. } => {
                self.conditional(|c| c.for_loop(stmt, target, iter, body, orelse))
            }
            StmtKind::AsyncFor { target, iter, body, orelse, .. } => {
                self.conditional(|c| c.async_for_loop(stmt, target, iter, body, orelse))
            }
            StmtKind::While { test, body, orelse } => {
                self.conditional(|c| c.while_loop(stmt, test, body, orelse))
            }
            StmtKind::If { test, body, orelse } => self.conditional(|c| c.if_statement(test, body, orelse)),
            StmtKind::With { items, body, .. } => {
                self.conditional(|c| c.with_statement(stmt, items, body, false))
            }
            StmtKind::AsyncWith { items, body, .. } => {
                self.conditional(|c| c.with_statement(stmt, items, body, true))
            }
            StmtKind::Match { subject, cases } => self.conditional(|c| c.match_statement(subject, cases)),
            StmtKind::Raise { exc, cause } => {
                let mut n = 0;
                for expr in [exc, cause].into_iter().flatten() {
                    self.expr(expr)?;
                    n += 1;
                }
                self.op_arg(Op::RAISE_VARARGS, n, loc);
                Ok(())
            }
            StmtKind::Try { body, handlers, orelse, finalbody } => self.conditional(|c| {
                if finalbody.is_empty() {
                    c.try_except(stmt, body, handlers, orelse)
                } else {
                    c.try_finally(stmt, body, handlers, orelse, finalbody, false)
                }
            }),
            StmtKind::TryStar { body, handlers, orelse, finalbody } => self.conditional(|c| {
                if finalbody.is_empty() {
                    c.try_star(stmt, body, handlers, orelse)
                } else {
                    c.try_finally(stmt, body, handlers, orelse, finalbody, true)
                }
            }),
            StmtKind::Assert { test, msg } => self.assert_statement(stmt, test, msg),
            StmtKind::Import { names } => self.import(stmt, names),
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(stmt, module, names, level.unwrap_or(0))
            }
            StmtKind::Global { .. } | StmtKind::Nonlocal { .. } => Ok(()),
            StmtKind::Expr { value } => self.expression_statement(stmt, value),
            StmtKind::Pass {} => {
                self.op(Op::NOP, loc);
                Ok(())
            }
            StmtKind::Break {} => {
                let mut location = loc;
                self.op(Op::NOP, loc);
                let Some(block) = self.unwind(&mut location, false, true, stmt.loc)? else {
                    return syntax_error("'break' outside loop", stmt.loc);
                };
                self.unwind_block(block, &mut location, false)?;
                if let Some(exit) = block.exit {
                    self.jump(Op::JUMP, exit, location);
                }
                Ok(())
            }
            StmtKind::Continue {} => {
                let mut location = loc;
                self.op(Op::NOP, loc);
                let Some(block) = self.unwind(&mut location, false, true, stmt.loc)? else {
                    return syntax_error("'continue' not properly in loop", stmt.loc);
                };
                if let Some(start) = block.start {
                    self.jump(Op::JUMP, start, location);
                }
                Ok(())
            }
        }
    }

    fn expression_statement(&mut self, stmt: &'a Stmt<'a>, value: &'a Expr<'a>) -> Result {
        if self.interactive && self.stack.is_empty() {
            self.expr(value)?;
            self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::PRINT, at(stmt.loc));
            self.op(Op::POP_TOP, Location::NONE);
            return Ok(());
        }
        if self.as_constant(value).is_some() {
            self.op(Op::NOP, at(stmt.loc));
            return Ok(());
        }
        self.expr(value)?;
        self.op(Op::POP_TOP, Location::NONE);
        Ok(())
    }

    fn return_statement(&mut self, stmt: &'a Stmt<'a>, value: Option<&'a Expr<'a>>) -> Result {
        let mut location = at(stmt.loc);
        let scope = self.scope();
        if !scope.is_function_like() {
            return syntax_error("'return' outside function", stmt.loc);
        }
        if value.is_some() && scope.is_coroutine && scope.is_generator {
            return syntax_error("'return' with value in async generator", stmt.loc);
        }
        let constant = value.and_then(|value| self.as_constant(value));
        let preserve_top = value.is_some() && constant.is_none();
        if let Some(value) = value {
            if preserve_top {
                self.expr(value)?;
            } else {
                // The line of the value counts as run.
                location = at(value.loc);
                self.op(Op::NOP, location);
            }
        }
        if value.is_none_or(|value| value.loc.lineno != stmt.loc.lineno) {
            location = at(stmt.loc);
            self.op(Op::NOP, location);
        }
        let place = match value {
            Some(value) if constant.is_some() && value.loc.lineno == stmt.loc.lineno => value.loc,
            _ => stmt.loc,
        };
        self.unwind(&mut location, preserve_top, false, place)?;
        match constant {
            Some(constant) => self.load_ast_constant(constant, location),
            None if value.is_none() => self.load_none(location),
            None => {}
        }
        self.op(Op::RETURN_VALUE, location);
        Ok(())
    }

    fn if_statement(&mut self, test: &'a Expr<'a>, body: &'a [Stmt<'a>], orelse: &'a [Stmt<'a>]) -> Result {
        let end = self.new_label();
        let next = if orelse.is_empty() { end } else { self.new_label() };
        self.jump_if(test, next, false)?;
        self.stmts(body)?;
        if !orelse.is_empty() {
            self.jump(Op::JUMP_NO_INTERRUPT, end, Location::NONE);
            self.use_label(next);
            self.stmts(orelse)?;
        }
        self.use_label(end);
        Ok(())
    }

    fn while_loop(
        &mut self,
        stmt: &'a Stmt<'a>,
        test: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        orelse: &'a [Stmt<'a>],
    ) -> Result {
        let start = self.new_label();
        let end = self.new_label();
        let anchor = self.new_label();
        self.use_label(start);
        self.push_loop(BlockKind::WhileLoop, Some(start), Some(end), stmt.loc)?;
        self.jump_if(test, anchor, false)?;
        self.stmts(body)?;
        self.jump(Op::JUMP, start, Location::NONE);
        self.pop_block();
        self.use_label(anchor);
        self.stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn for_loop(
        &mut self,
        stmt: &'a Stmt<'a>,
        target: &'a Expr<'a>,
        iter: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        orelse: &'a [Stmt<'a>],
    ) -> Result {
        let start = self.new_label();
        let cleanup = self.new_label();
        let end = self.new_label();
        self.push_loop(BlockKind::ForLoop, Some(start), Some(end), stmt.loc)?;
        self.expr(iter)?;
        self.op(Op::GET_ITER, at(iter.loc));
        self.use_label(start);
        self.jump(Op::FOR_ITER, cleanup, at(iter.loc));
        // For the line of a target that is on another line than the iterable.
        self.op(Op::NOP, at(target.loc));
        self.expr(target)?;
        self.stmts(body)?;
        self.jump(Op::JUMP, start, Location::NONE);
        self.use_label(cleanup);
        self.op(Op::END_FOR, Location::NONE);
        self.op(Op::POP_ITER, Location::NONE);
        self.pop_block();
        self.stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn async_for_loop(
        &mut self,
        stmt: &'a Stmt<'a>,
        target: &'a Expr<'a>,
        iter: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        orelse: &'a [Stmt<'a>],
    ) -> Result {
        let loc = at(stmt.loc);
        if self.unit.kind != UnitKind::AsyncFunction && !self.is_top_level_await() {
            return syntax_error("'async for' outside async function", stmt.loc);
        }
        let start = self.new_label();
        let except = self.new_label();
        let end = self.new_label();
        self.expr(iter)?;
        self.op(Op::GET_AITER, at(iter.loc));
        self.use_label(start);
        self.push_loop(BlockKind::ForLoop, Some(start), Some(end), stmt.loc)?;
        self.jump(Op::SETUP_FINALLY, except, loc);
        self.op(Op::GET_ANEXT, loc);
        self.load_none(loc);
        let send = self.yield_from(true, loc);
        self.op(Op::POP_BLOCK, loc);
        self.op(Op::NOT_TAKEN, loc);
        self.expr(target)?;
        self.stmts(body)?;
        self.jump(Op::JUMP, start, Location::NONE);
        self.pop_block();
        self.use_label(except);
        self.jump(Op::END_ASYNC_FOR, send, at(iter.loc));
        self.stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn assert_statement(
        &mut self,
        stmt: &'a Stmt<'a>,
        test: &'a Expr<'a>,
        msg: Option<&'a Expr<'a>>,
    ) -> Result {
        let always_true = match test.kind {
            ExprKind::Tuple { elts, .. } => !elts.is_empty(),
            ExprKind::Constant { value: ast::Constant::Tuple(items), .. } => !items.is_empty(),
            _ => false,
        };
        if always_true {
            self.warn(stmt.loc, "assertion is always true, perhaps remove parentheses?".to_owned());
        }
        if self.input.options.optimize > 0 {
            return Ok(());
        }
        let loc = at(stmt.loc);
        let end = self.new_label();
        self.jump_if(test, end, true)?;
        self.op_arg(Op::LOAD_COMMON_CONSTANT, common_constant::ASSERTION_ERROR, loc);
        if let Some(msg) = msg {
            self.expr(msg)?;
            self.op_arg(Op::CALL, 0, loc);
        }
        self.op_arg(Op::RAISE_VARARGS, 1, at(test.loc));
        self.use_label(end);
        Ok(())
    }

    /// The docstring of a function: its first constant.
    pub(super) fn add_docstring_constant(&mut self, text: &'a Wtf8) {
        let cleaned = clean_docstring(text);
        self.unit.ir.consts.add(Constant::str(cleaned));
    }
}
