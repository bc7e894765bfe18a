//! Comprehensions, and assignment expressions that reach out of them (PEP 572).

use minipy_parser::ast::{self, Expr, ExprKind};

use super::builder::Builder;
use super::*;
use crate::error::{Result, syntax_error};

impl<'a> Builder<'a, '_> {
    pub(super) fn comprehension(
        &mut self,
        expr: &'a Expr<'a>,
        kind: Comprehension,
        generators: &'a [ast::Comprehension<'a>],
        elt: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
    ) -> Result {
        let Some((outermost, rest)) = generators.split_first() else { return Ok(()) };
        let name = match kind {
            Comprehension::List => "listcomp",
            Comprehension::Set => "setcomp",
            Comprehension::Dict => "dictcomp",
            Comprehension::Generator => "genexpr",
        };
        // The outermost iterable is evaluated in the enclosing scope.
        self.comprehension_iterable(outermost.iter)?;
        self.enter(name, ScopeKind::Function, expr, ScopeRole::Block, expr.loc)?;
        self.scope().comprehension = Some(kind);
        if outermost.is_async != 0 {
            self.scope().is_coroutine = true;
        }
        self.define(".0", DEF_PARAM, outermost.iter.loc)?;
        self.comprehension_target(outermost.target)?;
        self.exprs(outermost.ifs)?;
        for generator in rest {
            self.comprehension_target(generator.target)?;
            self.comprehension_iterable(generator.iter)?;
            self.exprs(generator.ifs)?;
            if generator.is_async != 0 {
                self.scope().is_coroutine = true;
            }
        }
        self.optional(value)?;
        self.expr(elt)?;
        let is_generator = kind == Comprehension::Generator;
        self.scope().is_generator = is_generator;
        let is_async = self.scope().is_coroutine && !is_generator;
        self.leave();
        if is_async {
            let top_level_await = self.options.allow_top_level_await && self.current == SymbolTable::TOP;
            let scope = self.scope();
            let in_async_def = scope.kind == ScopeKind::Function && scope.is_coroutine;
            if !in_async_def && scope.comprehension.is_none() && !top_level_await {
                return syntax_error(
                    "asynchronous comprehension outside of an asynchronous function",
                    expr.loc,
                );
            }
            scope.is_coroutine = true;
        }
        Ok(())
    }

    fn comprehension_target(&mut self, target: &'a Expr<'a>) -> Result {
        self.scope().comp_iter_target = true;
        self.expr(target)?;
        self.scope().comp_iter_target = false;
        Ok(())
    }

    fn comprehension_iterable(&mut self, iterable: &'a Expr<'a>) -> Result {
        self.scope().comp_iter_expr += 1;
        self.expr(iterable)?;
        self.scope().comp_iter_expr -= 1;
        Ok(())
    }

    pub(super) fn named_expr(
        &mut self,
        expr: &'a Expr<'a>,
        target: &'a Expr<'a>,
        value: &'a Expr<'a>,
    ) -> Result {
        self.forbid_in_annotation("named expression", expr.loc)?;
        let scope = self.scope();
        if scope.comp_iter_expr > 0 {
            return syntax_error(
                "assignment expression cannot be used in a comprehension iterable expression",
                expr.loc,
            );
        }
        if scope.comprehension.is_some() {
            self.extend_named_expr_scope(target)?;
        }
        self.expr(value)?;
        self.expr(target)
    }

    /// Binds the target in the block that contains the comprehension.
    fn extend_named_expr_scope(&mut self, target: &'a Expr<'a>) -> Result {
        let ExprKind::Name { id, .. } = target.kind else { return Ok(()) };
        let loc = target.loc;
        let mut next = Some(self.current);
        while let Some(id_of_scope) = next {
            let scope = self.table.scope(id_of_scope);
            let known = scope.symbol(self.mangle(id));
            if scope.comprehension.is_some() {
                if known.has(DEF_COMP_ITER) && known.has(DEF_LOCAL | DEF_GLOBAL) {
                    return syntax_error(
                        format!(
                            "assignment expression cannot rebind comprehension iteration variable '{id}'"
                        ),
                        loc,
                    );
                }
                next = scope.parent;
                continue;
            }
            let place = match scope.kind {
                ScopeKind::Function => {
                    let flag = if known.has(DEF_GLOBAL) { DEF_GLOBAL } else { DEF_NONLOCAL };
                    self.define(id, flag, loc)?;
                    self.record_directive(id, loc);
                    return self.define_in(id_of_scope, id, DEF_LOCAL, loc);
                }
                ScopeKind::Module => {
                    self.define(id, DEF_GLOBAL, loc)?;
                    self.record_directive(id, loc);
                    return self.define_in(id_of_scope, id, DEF_GLOBAL, loc);
                }
                ScopeKind::Class => "in a class body",
                ScopeKind::TypeParameters => "within the definition of a generic",
                ScopeKind::TypeAlias => "in a type alias",
                ScopeKind::TypeVariable => "in a TypeVar bound",
                ScopeKind::Annotation => "in an annotation",
            };
            return syntax_error(
                format!("assignment expression within a comprehension cannot be used {place}"),
                loc,
            );
        }
        Ok(())
    }
}
