//! Expressions.

use minipy_parser::ast::{Expr, ExprContext, ExprKind, Keyword, Location};

use super::builder::Builder;
use super::definitions::check_name;
use super::*;
use crate::error::{Result, syntax_error};

impl<'a> Builder<'a, '_> {
    pub(super) fn exprs(&mut self, exprs: &'a [Expr<'a>]) -> Result {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn optionals(&mut self, exprs: &'a [Option<Expr<'a>>]) -> Result {
        exprs.iter().flatten().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn optional(&mut self, expr: Option<&'a Expr<'a>>) -> Result {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    pub(super) fn keywords(&mut self, keywords: &'a [Keyword<'a>]) -> Result {
        for keyword in keywords {
            if let Some(arg) = keyword.arg {
                check_name(arg, keyword.loc, ExprContext::Store)?;
            }
            self.expr(keyword.value)?;
        }
        Ok(())
    }

    pub(super) fn expr(&mut self, expr: &'a Expr<'a>) -> Result {
        match expr.kind {
            ExprKind::Name { id, ctx } => self.name(id, ctx, expr.loc),
            ExprKind::Constant { .. } => Ok(()),
            _ => self.descend(|b| b.expr_kind(expr)),
        }
    }

    fn expr_kind(&mut self, expr: &'a Expr<'a>) -> Result {
        match expr.kind {
            ExprKind::BoolOp { values: exprs, .. }
            | ExprKind::JoinedStr { values: exprs }
            | ExprKind::TemplateStr { values: exprs }
            | ExprKind::Set { elts: exprs }
            | ExprKind::List { elts: exprs, .. }
            | ExprKind::Tuple { elts: exprs, .. } => self.exprs(exprs),
            ExprKind::NamedExpr { target, value } => self.named_expr(expr, target, value),
            ExprKind::BinOp { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)
            }
            ExprKind::UnaryOp { operand, .. } => self.expr(operand),
            ExprKind::Lambda { args, body } => {
                self.exprs(args.defaults)?;
                self.optionals(args.kw_defaults)?;
                self.enter("lambda", ScopeKind::Function, expr, ScopeRole::Block, expr.loc)?;
                self.arguments(args)?;
                self.expr(body)?;
                self.leave();
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)
            }
            ExprKind::Dict { keys, values } => {
                self.optionals(keys)?;
                self.exprs(values)
            }
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(expr, Comprehension::List, generators, elt, None)
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension(expr, Comprehension::Set, generators, elt, None)
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(expr, Comprehension::Dict, generators, key, Some(value))
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(expr, Comprehension::Generator, generators, elt, None)
            }
            ExprKind::Await { value } => {
                self.forbid_in_annotation("await expression", expr.loc)?;
                self.check_await(expr.loc)?;
                self.expr(value)?;
                self.scope().is_coroutine = true;
                Ok(())
            }
            ExprKind::Yield { value } => {
                self.forbid_in_annotation("yield expression", expr.loc)?;
                self.optional(value)?;
                self.mark_generator(expr.loc)
            }
            ExprKind::YieldFrom { value } => {
                self.forbid_in_annotation("yield expression", expr.loc)?;
                self.expr(value)?;
                self.mark_generator(expr.loc)
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.keywords(keywords)
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                self.expr(value)?;
                self.optional(format_spec)
            }
            ExprKind::Constant { .. } => Ok(()),
            ExprKind::Attribute { value, attr, ctx } => {
                check_name(attr, expr.loc, ctx)?;
                self.expr(value)
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.expr(slice)
            }
            ExprKind::Starred { value, .. } => self.expr(value),
            ExprKind::Name { id, ctx } => self.name(id, ctx, expr.loc),
            ExprKind::Slice { lower, upper, step } => {
                self.optional(lower)?;
                self.optional(upper)?;
                self.optional(step)
            }
        }
    }

    fn name(&mut self, id: &'a str, ctx: ExprContext, location: Location) -> Result {
        if self.scope().in_unevaluated_annotation {
            return Ok(());
        }
        if ctx != ExprContext::Load {
            return self.define_in_context(id, DEF_LOCAL, location, ctx);
        }
        if id == "__debug__" {
            return Ok(());
        }
        self.define_in_context(id, USE, location, ctx)?;
        // `super` without arguments needs the class.
        if id == "super" && self.scope().is_function_like() {
            self.define("__class__", USE, location)?;
        }
        Ok(())
    }

    fn check_await(&mut self, location: Location) -> Result {
        if self.options.allow_top_level_await && self.current == SymbolTable::TOP {
            return Ok(());
        }
        let scope = self.scope();
        if !scope.is_function_like() {
            return syntax_error("'await' outside function", location);
        }
        let is_async = scope.kind == ScopeKind::Function && scope.is_coroutine;
        if !is_async && scope.comprehension.is_none() {
            return syntax_error("'await' outside async function", location);
        }
        Ok(())
    }

    fn mark_generator(&mut self, location: Location) -> Result {
        let scope = self.scope();
        scope.is_generator = true;
        let what = match scope.comprehension {
            None => return Ok(()),
            Some(Comprehension::List) => "'yield' inside list comprehension",
            Some(Comprehension::Set) => "'yield' inside set comprehension",
            Some(Comprehension::Dict) => "'yield' inside dict comprehension",
            Some(Comprehension::Generator) => "'yield' inside generator expression",
        };
        syntax_error(what, location)
    }

    /// Code that is evaluated lazily must not suspend or bind.
    pub(super) fn forbid_in_annotation(&mut self, what: &str, location: Location) -> Result {
        let place = match self.scope().kind {
            ScopeKind::Annotation => "an annotation",
            ScopeKind::TypeVariable => self.scope().scope_info,
            ScopeKind::TypeAlias => "a type alias",
            ScopeKind::TypeParameters => "the definition of a generic",
            ScopeKind::Function | ScopeKind::Class | ScopeKind::Module => return Ok(()),
        };
        syntax_error(format!("{what} cannot be used within {place}"), location)
    }
}
