//! Augmented and annotated assignments.

use minipy_bytecode::Constant;
use minipy_parser::ast::{Expr, ExprContext, ExprKind, Operator, Stmt};

use super::unit::{DeferredAnnotation, UnitKind};
use super::{Codegen, at};
use crate::error::{ErrorKind, Result, error};
use crate::ir::{Location, Op};
use crate::symtable::Resolution;

/// `BINARY_OP`'s operand for `a[b]`.
pub(super) const SUBSCR: u32 = 26;
/// What makes `BINARY_OP`'s operand that of the in-place form.
const INPLACE: u32 = 13;

/// `BINARY_OP`'s operand.
pub(super) fn binary_operand(op: Operator) -> u32 {
    match op {
        Operator::Add => 0,
        Operator::BitAnd => 1,
        Operator::FloorDiv => 2,
        Operator::LShift => 3,
        Operator::MatMult => 4,
        Operator::Mult => 5,
        Operator::Mod => 6,
        Operator::BitOr => 7,
        Operator::Pow => 8,
        Operator::RShift => 9,
        Operator::Sub => 10,
        Operator::Div => 11,
        Operator::BitXor => 12,
    }
}

impl<'a> Codegen<'a, '_> {
    pub(super) fn augmented_assignment(
        &mut self,
        stmt: &'a Stmt<'a>,
        target: &'a Expr<'a>,
        op: Operator,
        value: &'a Expr<'a>,
    ) -> Result {
        let loc = at(target.loc);
        let operand = binary_operand(op) + INPLACE;
        match target.kind {
            ExprKind::Attribute { value: object, attr, .. } => {
                self.expr(object)?;
                self.op_arg(Op::COPY, 1, loc);
                let loc = self.attribute_location(target);
                self.load_attr(attr, false, loc);
                self.expr(value)?;
                self.op_arg(Op::BINARY_OP, operand, at(stmt.loc));
                self.op_arg(Op::SWAP, 2, loc);
                self.op_name(Op::STORE_ATTR, attr, loc);
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                self.expr(object)?;
                if let Some((lower, upper)) = two_part_slice(slice) {
                    self.slice_part(lower, at(slice.loc))?;
                    self.slice_part(upper, at(slice.loc))?;
                    for _ in 0..3 {
                        self.op_arg(Op::COPY, 3, loc);
                    }
                    self.op(Op::BINARY_SLICE, loc);
                    self.expr(value)?;
                    self.op_arg(Op::BINARY_OP, operand, at(stmt.loc));
                    for n in [4, 3, 2] {
                        self.op_arg(Op::SWAP, n, loc);
                    }
                    self.op(Op::STORE_SLICE, loc);
                } else {
                    self.expr(slice)?;
                    self.op_arg(Op::COPY, 2, loc);
                    self.op_arg(Op::COPY, 2, loc);
                    self.op_arg(Op::BINARY_OP, SUBSCR, loc);
                    self.expr(value)?;
                    self.op_arg(Op::BINARY_OP, operand, at(stmt.loc));
                    self.op_arg(Op::SWAP, 3, loc);
                    self.op_arg(Op::SWAP, 2, loc);
                    self.op(Op::STORE_SUBSCR, loc);
                }
            }
            ExprKind::Name { id, .. } => {
                self.name_op(id, ExprContext::Load, loc)?;
                self.expr(value)?;
                self.op_arg(Op::BINARY_OP, operand, at(stmt.loc));
                self.name_op(id, ExprContext::Store, loc)?;
            }
            kind => return no_target(kind, "augmented"),
        }
        Ok(())
    }

    pub(super) fn annotated_assignment(
        &mut self,
        stmt: &'a Stmt<'a>,
        target: &'a Expr<'a>,
        annotation: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
        simple: bool,
    ) -> Result {
        if let Some(value) = value {
            self.expr(value)?;
            self.expr(target)?;
        }
        let loc = at(stmt.loc);
        match target.kind {
            ExprKind::Name { id, .. } => {
                if simple && matches!(self.unit.kind, UnitKind::Module | UnitKind::Class) {
                    if self.input.options.future_annotations() {
                        self.load_annotation_text(annotation)?;
                        self.load_name("__annotations__", loc)?;
                        let name = self.mangle(id);
                        self.load_str(name, loc);
                        self.op(Op::STORE_SUBSCR, loc);
                    } else {
                        self.defer_annotation(stmt, id, annotation, loc)?;
                    }
                }
            }
            ExprKind::Attribute { value: object, .. } => {
                if value.is_none() {
                    self.evaluate(object)?;
                }
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                if value.is_none() {
                    self.evaluate(object)?;
                    self.evaluate_subscript(slice)?;
                }
            }
            kind => return no_target(kind, "annotated"),
        }
        Ok(())
    }

    fn defer_annotation(
        &mut self,
        stmt: &'a Stmt<'a>,
        name: &'a str,
        annotation: &'a Expr<'a>,
        loc: Location,
    ) -> Result {
        let is_class = self.unit.kind == UnitKind::Class;
        let condition = if !is_class || self.unit.in_conditional_block {
            let condition = self.unit.next_condition;
            self.unit.next_condition += 1;
            Some(condition)
        } else {
            None
        };
        self.unit.deferred_annotations.push(DeferredAnnotation { stmt, name, annotation, condition });
        if let Some(condition) = condition {
            if is_class {
                let number = self.deref_number("__conditional_annotations__", Resolution::Cell)?;
                self.op_arg(Op::LOAD_DEREF, number, loc);
            } else {
                self.load_name("__conditional_annotations__", loc)?;
            }
            self.load_const(Constant::Int(condition), loc);
            self.op_arg(Op::SET_ADD, 1, loc);
            self.op(Op::POP_TOP, loc);
        }
        Ok(())
    }

    /// Evaluates an expression for its effects.
    fn evaluate(&mut self, expr: &'a Expr<'a>) -> Result {
        self.expr(expr)?;
        self.op(Op::POP_TOP, at(expr.loc));
        Ok(())
    }

    fn evaluate_subscript(&mut self, slice: &'a Expr<'a>) -> Result {
        match slice.kind {
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().try_for_each(|part| self.evaluate(part))
            }
            ExprKind::Tuple { elts, .. } => elts.iter().try_for_each(|elt| self.evaluate_subscript(elt)),
            _ => self.evaluate(slice),
        }
    }
}

/// The parts of a slice without a step, unless they are all constants.
pub(super) fn two_part_slice<'a>(slice: &Expr<'a>) -> Option<(Option<&'a Expr<'a>>, Option<&'a Expr<'a>>)> {
    match slice.kind {
        ExprKind::Slice { lower, upper, step: None } if !is_constant_slice(slice) => Some((lower, upper)),
        _ => None,
    }
}

/// Whether all the parts that a slice has are constants.
pub(super) fn is_constant_slice(slice: &Expr<'_>) -> bool {
    let is_constant =
        |part: Option<&Expr<'_>>| part.is_none_or(|part| matches!(part.kind, ExprKind::Constant { .. }));
    match slice.kind {
        ExprKind::Slice { lower, upper, step } => {
            is_constant(lower) && is_constant(upper) && is_constant(step)
        }
        _ => false,
    }
}

/// The error for a target that only a tree made by hand can have, with CPython's number of its kind.
fn no_target(kind: ExprKind<'_>, what: &str) -> Result {
    let number = match kind {
        ExprKind::Starred { .. } => 25,
        ExprKind::List { .. } => 27,
        _ => 28,
    };
    error(ErrorKind::System, format!("invalid node type ({number}) for {what} assignment"))
}
