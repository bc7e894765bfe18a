//! Expressions.

use minipy_bytecode::Constant;
use minipy_parser::ast::{BoolOp, Expr, ExprContext, ExprKind, UnaryOp};

use super::assign::{SUBSCR, binary_operand, is_constant_slice, two_part_slice};
use super::constant::constant;
use super::emit::intrinsic_1;
use super::unit::UnitKind;
use super::{Codegen, at};
use crate::error::{Result, syntax_error};
use crate::ir::{Location, Op};
use crate::symtable::Comprehension;

impl<'a> Codegen<'a, '_> {
    pub(super) fn exprs(&mut self, exprs: &'a [Expr<'a>]) -> Result {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    #[inline]
    pub(super) fn expr(&mut self, expr: &'a Expr<'a>) -> Result {
        match expr.kind {
            ExprKind::Name { id, ctx } => {
                if id == "__debug__" && ctx == ExprContext::Load {
                    let value = self.debug();
                    self.load_ast_constant(value, at(expr.loc));
                    return Ok(());
                }
                self.name_op(id, ctx, at(expr.loc))
            }
            ExprKind::Constant { value, .. } => {
                self.load_ast_constant(value, at(expr.loc));
                Ok(())
            }
            _ => self.descend(|c| c.expr_kind(expr)),
        }
    }

    fn expr_kind(&mut self, expr: &'a Expr<'a>) -> Result {
        let loc = at(expr.loc);
        match expr.kind {
            ExprKind::Name { .. } | ExprKind::Constant { .. } => self.expr(expr)?,
            ExprKind::NamedExpr { target, value } => {
                self.expr(value)?;
                self.op_arg(Op::COPY, 1, loc);
                self.expr(target)?;
            }
            ExprKind::BoolOp { op, values } => {
                let jump = match op {
                    BoolOp::And => Op::JUMP_IF_FALSE,
                    BoolOp::Or => Op::JUMP_IF_TRUE,
                };
                let end = self.new_label();
                if let Some((last, others)) = values.split_last() {
                    for value in others {
                        self.expr(value)?;
                        self.jump(jump, end, loc);
                        self.op(Op::POP_TOP, loc);
                    }
                    self.expr(last)?;
                }
                self.use_label(end);
            }
            ExprKind::BinOp { left, op, right } => {
                if self.formatted_string(expr, left, op, right)? {
                    return Ok(());
                }
                self.expr(left)?;
                self.expr(right)?;
                self.op_arg(Op::BINARY_OP, binary_operand(op), loc);
            }
            ExprKind::UnaryOp { op, operand } => {
                self.expr(operand)?;
                match op {
                    UnaryOp::Invert => self.op(Op::UNARY_INVERT, loc),
                    UnaryOp::Not => {
                        self.op(Op::TO_BOOL, loc);
                        self.op(Op::UNARY_NOT, loc);
                    }
                    UnaryOp::UAdd => self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::UNARY_POSITIVE, loc),
                    UnaryOp::USub => self.op(Op::UNARY_NEGATIVE, loc),
                }
            }
            ExprKind::Lambda { args, body } => self.lambda(expr, args, body)?,
            ExprKind::IfExp { test, body, orelse } => {
                let end = self.new_label();
                let next = self.new_label();
                self.jump_if(test, next, false)?;
                self.expr(body)?;
                self.jump(Op::JUMP_NO_INTERRUPT, end, Location::NONE);
                self.use_label(next);
                self.expr(orelse)?;
                self.use_label(end);
            }
            ExprKind::Dict { keys, values } => self.dict(keys, values, loc)?,
            ExprKind::Set { elts } => self.set(elts, loc)?,
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(expr, Comprehension::List, generators, elt, None)?;
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension(expr, Comprehension::Set, generators, elt, None)?;
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(expr, Comprehension::Dict, generators, key, Some(value))?;
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(expr, Comprehension::Generator, generators, elt, None)?;
            }
            ExprKind::Await { value } => {
                self.expr(value)?;
                self.await_top(0, loc);
            }
            ExprKind::Yield { value } => {
                if !self.scope().is_function_like() {
                    return syntax_error("'yield' outside function", expr.loc);
                }
                match value {
                    Some(value) => self.expr(value)?,
                    None => self.load_none(loc),
                }
                self.yield_top(loc);
            }
            ExprKind::YieldFrom { value } => {
                if !self.scope().is_function_like() {
                    return syntax_error("'yield from' outside function", expr.loc);
                }
                if self.unit.kind == UnitKind::AsyncFunction {
                    return syntax_error("'yield from' inside async function", expr.loc);
                }
                self.expr(value)?;
                self.op(Op::GET_YIELD_FROM_ITER, loc);
                self.load_none(loc);
                self.yield_from(false, loc);
            }
            ExprKind::Compare { left, ops, comparators } => self.compare(expr, left, ops, comparators)?,
            ExprKind::Call { func, args, keywords } => self.call(expr, func, args, keywords)?,
            ExprKind::JoinedStr { values } => self.joined_str(values, loc)?,
            ExprKind::TemplateStr { values } => self.template_str(values, loc)?,
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value, conversion, format_spec, loc)?;
            }
            ExprKind::Interpolation { value, str, conversion, format_spec } => {
                self.interpolation(value, str, conversion, format_spec, loc)?;
            }
            ExprKind::Attribute { value, attr, ctx } => self.attribute(expr, value, attr, ctx)?,
            ExprKind::Subscript { value, slice, ctx } => self.subscript(expr, value, slice, ctx)?,
            ExprKind::Starred { ctx, .. } => {
                let message = match ctx {
                    ExprContext::Store => "starred assignment target must be in a list or tuple",
                    _ => "can't use starred expression here",
                };
                return syntax_error(message, expr.loc);
            }
            ExprKind::List { elts, ctx } => self.list(elts, ctx, expr.loc)?,
            ExprKind::Tuple { elts, ctx } => self.tuple(elts, ctx, expr.loc)?,
            ExprKind::Slice { lower, upper, step } => {
                if is_constant_slice(expr) {
                    let part = |part: Option<&Expr<'a>>| match part.map(|part| part.kind) {
                        Some(ExprKind::Constant { value, .. }) => constant(value),
                        _ => Constant::None,
                    };
                    let slice = Constant::Slice([part(lower), part(upper), part(step)].into());
                    self.load_const(slice, loc);
                    return Ok(());
                }
                self.slice_part(lower, loc)?;
                self.slice_part(upper, loc)?;
                if let Some(step) = step {
                    self.expr(step)?;
                }
                self.op_arg(Op::BUILD_SLICE, if step.is_some() { 3 } else { 2 }, loc);
            }
        }
        Ok(())
    }

    /// One end of a slice.
    pub(super) fn slice_part(&mut self, part: Option<&'a Expr<'a>>, loc: Location) -> Result {
        match part {
            Some(part) => self.expr(part),
            None => {
                self.load_none(loc);
                Ok(())
            }
        }
    }

    /// Where an attribute's access is: on the line of the attribute's name, if the expression spans several.
    pub(super) fn attribute_location(&self, expr: &Expr<'a>) -> Location {
        let mut loc = at(expr.loc);
        if let ExprKind::Attribute { attr, .. } = expr.kind
            && loc.line != loc.end_line
        {
            loc.line = loc.end_line;
            let len = attr.chars().count() as i32;
            if len <= loc.end_col {
                loc.col = loc.end_col - len;
            } else {
                loc.col = -1;
                loc.end_col = -1;
            }
        }
        loc
    }

    /// As [`attribute_location`](Self::attribute_location) for the call of the method `func`, which ends where `loc` does.
    pub(super) fn method_call_location(&self, loc: Location, func: &Expr<'a>) -> Location {
        let mut loc = loc;
        let end = at(func.loc);
        if let ExprKind::Attribute { attr, .. } = func.kind
            && loc.line != end.end_line
        {
            loc.line = end.end_line;
            let len = attr.chars().count() as i32;
            if len <= end.end_col {
                loc.col = end.end_col - len;
                loc.end_line = loc.end_line.max(loc.line);
            } else {
                loc.col = -1;
                loc.end_col = -1;
            }
        }
        loc
    }

    fn attribute(
        &mut self,
        expr: &'a Expr<'a>,
        value: &'a Expr<'a>,
        attr: &'a str,
        ctx: ExprContext,
    ) -> Result {
        if self.is_super_attribute(expr) {
            self.super_arguments(value)?;
            self.op_super_attr(value, attr, false, at(expr.loc));
            self.op(Op::NOP, self.attribute_location(expr));
            return Ok(());
        }
        if ctx == ExprContext::Store {
            self.note_static_attribute(value, attr);
        }
        self.expr(value)?;
        let loc = self.attribute_location(expr);
        match ctx {
            ExprContext::Load => self.load_attr(attr, false, loc),
            ExprContext::Store => self.op_name(Op::STORE_ATTR, attr, loc),
            ExprContext::Del => self.op_name(Op::DELETE_ATTR, attr, loc),
        }
        Ok(())
    }

    /// Notes `self.attr = …` for the `__static_attributes__` of the class around.
    fn note_static_attribute(&mut self, value: &Expr<'a>, attr: &'a str) {
        if !matches!(value.kind, ExprKind::Name { id: "self", .. }) {
            return;
        }
        if let Some(class) = self.stack.iter_mut().rev().find(|unit| unit.kind == UnitKind::Class) {
            class.static_attributes.insert(attr);
        }
    }

    fn subscript(
        &mut self,
        expr: &'a Expr<'a>,
        value: &'a Expr<'a>,
        slice: &'a Expr<'a>,
        ctx: ExprContext,
    ) -> Result {
        let loc = at(expr.loc);
        if ctx == ExprContext::Load {
            self.check_subscripter(value);
            self.check_index(expr, value, slice);
        }
        self.expr(value)?;
        if ctx != ExprContext::Del
            && let Some((lower, upper)) = two_part_slice(slice)
        {
            self.slice_part(lower, at(slice.loc))?;
            self.slice_part(upper, at(slice.loc))?;
            let op = if ctx == ExprContext::Load { Op::BINARY_SLICE } else { Op::STORE_SLICE };
            self.op(op, loc);
            return Ok(());
        }
        self.expr(slice)?;
        match ctx {
            ExprContext::Load => self.op_arg(Op::BINARY_OP, SUBSCR, loc),
            ExprContext::Store => self.op(Op::STORE_SUBSCR, loc),
            ExprContext::Del => self.op(Op::DELETE_SUBSCR, loc),
        }
        Ok(())
    }
}
