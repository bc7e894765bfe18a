//! Jumps on conditions, and comparisons.

use minipy_parser::ast::{BoolOp, CmpOp, Expr, ExprKind, UnaryOp};

use super::{Codegen, at};
use crate::error::Result;
use crate::ir::{Label, Location, Op};

impl<'a> Codegen<'a, '_> {
    /// Jumps to `target` if the truth of `expr` is `condition`.
    pub(super) fn jump_if(&mut self, expr: &'a Expr<'a>, target: Label, condition: bool) -> Result {
        self.descend(|c| c.jump_if_kind(expr, target, condition))
    }

    fn jump_if_kind(&mut self, expr: &'a Expr<'a>, target: Label, condition: bool) -> Result {
        match expr.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => {
                return self.jump_if(operand, target, !condition);
            }
            ExprKind::BoolOp { op, values } => {
                let Some((last, others)) = values.split_last() else { return Ok(()) };
                let decides = op == BoolOp::Or;
                let early = if decides == condition { target } else { self.new_label() };
                for value in others {
                    self.jump_if(value, early, decides)?;
                }
                self.jump_if(last, target, condition)?;
                if early != target {
                    self.use_label(early);
                }
                return Ok(());
            }
            ExprKind::IfExp { test, body, orelse } => {
                let end = self.new_label();
                let next = self.new_label();
                self.jump_if(test, next, false)?;
                self.jump_if(body, target, condition)?;
                self.jump(Op::JUMP_NO_INTERRUPT, end, Location::NONE);
                self.use_label(next);
                self.jump_if(orelse, target, condition)?;
                self.use_label(end);
                return Ok(());
            }
            ExprKind::Compare { left, ops, comparators } if ops.len() > 1 => {
                self.check_compare(expr, left, ops, comparators);
                let loc = at(expr.loc);
                let cleanup = self.new_label();
                self.compare_chain(left, ops, comparators, cleanup, loc, false)?;
                self.op(Op::TO_BOOL, loc);
                self.jump(pop_jump(condition), target, loc);
                let end = self.new_label();
                self.jump(Op::JUMP_NO_INTERRUPT, end, Location::NONE);
                self.use_label(cleanup);
                self.op(Op::POP_TOP, loc);
                if !condition {
                    self.jump(Op::JUMP_NO_INTERRUPT, target, Location::NONE);
                }
                self.use_label(end);
                return Ok(());
            }
            _ => {}
        }
        self.expr(expr)?;
        self.op(Op::TO_BOOL, at(expr.loc));
        self.jump(pop_jump(condition), target, at(expr.loc));
        Ok(())
    }

    /// `a < b < c`, up to the last comparison's result. `cleanup` is where one that fails goes, with an operand (and, if
    /// `keep`, its result) on the stack.
    fn compare_chain(
        &mut self,
        left: &'a Expr<'a>,
        ops: &'a [CmpOp],
        comparators: &'a [Expr<'a>],
        cleanup: Label,
        loc: Location,
        keep: bool,
    ) -> Result {
        self.expr(left)?;
        let last = comparators.len().saturating_sub(1);
        for (i, (op, comparator)) in ops.iter().zip(comparators).enumerate() {
            self.expr(comparator)?;
            if i == last {
                self.compare_op(*op, loc);
                break;
            }
            self.op_arg(Op::SWAP, 2, loc);
            self.op_arg(Op::COPY, 2, loc);
            self.compare_op(*op, loc);
            if keep {
                self.op_arg(Op::COPY, 1, loc);
            }
            self.op(Op::TO_BOOL, loc);
            self.jump(Op::POP_JUMP_IF_FALSE, cleanup, loc);
            if keep {
                self.op(Op::POP_TOP, loc);
            }
        }
        Ok(())
    }

    pub(super) fn compare(
        &mut self,
        expr: &'a Expr<'a>,
        left: &'a Expr<'a>,
        ops: &'a [CmpOp],
        comparators: &'a [Expr<'a>],
    ) -> Result {
        self.check_compare(expr, left, ops, comparators);
        let loc = at(expr.loc);
        let cleanup = self.new_label();
        self.compare_chain(left, ops, comparators, cleanup, loc, true)?;
        if ops.len() > 1 {
            let end = self.new_label();
            self.jump(Op::JUMP_NO_INTERRUPT, end, Location::NONE);
            self.use_label(cleanup);
            self.op_arg(Op::SWAP, 2, loc);
            self.op(Op::POP_TOP, loc);
            self.use_label(end);
        }
        Ok(())
    }

    pub(super) fn compare_op(&mut self, op: CmpOp, loc: Location) {
        // The low bits say which outcomes count as true: 1 unordered, 2 less, 4 greater, 8 equal.
        let (op, arg) = match op {
            CmpOp::Lt => (Op::COMPARE_OP, 2),
            CmpOp::LtE => (Op::COMPARE_OP, 1 << 5 | 2 | 8),
            CmpOp::Eq => (Op::COMPARE_OP, 2 << 5 | 8),
            CmpOp::NotEq => (Op::COMPARE_OP, 3 << 5 | 1 | 2 | 4),
            CmpOp::Gt => (Op::COMPARE_OP, 4 << 5 | 4),
            CmpOp::GtE => (Op::COMPARE_OP, 5 << 5 | 4 | 8),
            CmpOp::Is => (Op::IS_OP, 0),
            CmpOp::IsNot => (Op::IS_OP, 1),
            CmpOp::In => (Op::CONTAINS_OP, 0),
            CmpOp::NotIn => (Op::CONTAINS_OP, 1),
        };
        self.op_arg(op, arg, loc);
    }
}

fn pop_jump(condition: bool) -> Op {
    if condition { Op::POP_JUMP_IF_TRUE } else { Op::POP_JUMP_IF_FALSE }
}
