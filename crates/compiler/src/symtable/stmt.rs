//! Statements.

use minipy_parser::ast::{
    Alias, Arg, Arguments, ExceptHandler, ExceptHandlerKind, Expr, ExprKind, Location, Stmt, StmtKind,
    TypeParam, TypeParamKind,
};

use super::builder::Builder;
use super::*;
use crate::error::{Result, syntax_error};

impl<'a> Builder<'a, '_> {
    pub(super) fn stmts(&mut self, stmts: &'a [Stmt<'a>]) -> Result {
        stmts.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: &'a Stmt<'a>) -> Result {
        self.descend(|b| b.stmt_kind(stmt))
    }

    fn stmt_kind(&mut self, stmt: &'a Stmt<'a>) -> Result {
        if matches!(stmt.kind, StmtKind::AsyncFor { .. } | StmtKind::AsyncWith { .. })
            && self.options.allow_top_level_await
            && self.current == SymbolTable::TOP
        {
            self.scope().is_coroutine = true;
        }
        match stmt.kind {
            StmtKind::FunctionDef { .. } | StmtKind::AsyncFunctionDef { .. } => self.function(stmt),
            StmtKind::ClassDef { .. } => self.class(stmt),
            StmtKind::TypeAlias { .. } => self.type_alias(stmt),
            StmtKind::Return { value } => self.optional(value),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.exprs(targets)?;
                self.expr(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated_assignment(stmt, target, simple != 0)?;
                if value.is_some() && simple == 0 && matches!(target.kind, ExprKind::Name { .. }) {
                    self.annotated_target(target)?;
                }
                self.annotation(annotation)?;
                self.optional(value)
            }
            StmtKind::For { target, iter, body, orelse, .. }
            | StmtKind::AsyncFor { target, iter, body, orelse, .. } => {
                self.expr(target)?;
                self.expr(iter)?;
                self.conditional(|b| {
                    b.stmts(body)?;
                    b.stmts(orelse)
                })
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.conditional(|b| {
                    b.stmts(body)?;
                    b.stmts(orelse)
                })
            }
            StmtKind::With { items, body, .. } | StmtKind::AsyncWith { items, body, .. } => {
                self.conditional(|b| {
                    for item in items {
                        b.expr(item.context_expr)?;
                        b.optional(item.optional_vars)?;
                    }
                    b.stmts(body)
                })
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                self.conditional(|b| {
                    for case in cases {
                        b.pattern(case.pattern)?;
                        b.optional(case.guard)?;
                        b.stmts(case.body)?;
                    }
                    Ok(())
                })
            }
            StmtKind::Raise { exc, cause } => {
                self.optional(exc)?;
                self.optional(cause)
            }
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => self.conditional(|b| {
                b.stmts(body)?;
                handlers.iter().try_for_each(|handler| b.except_handler(handler))?;
                b.stmts(orelse)?;
                b.stmts(finalbody)
            }),
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.optional(msg)
            }
            StmtKind::Import { names } | StmtKind::ImportFrom { names, .. } => {
                names.iter().try_for_each(|alias| self.alias(alias))
            }
            StmtKind::Global { names } => {
                names.iter().try_for_each(|name| self.declare(name, DEF_GLOBAL, "global", stmt.loc))
            }
            StmtKind::Nonlocal { names } => {
                names.iter().try_for_each(|name| self.declare(name, DEF_NONLOCAL, "nonlocal", stmt.loc))
            }
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Pass {} | StmtKind::Break {} | StmtKind::Continue {} => Ok(()),
        }
    }

    /// Statements that may not run.
    fn conditional(&mut self, visit: impl FnOnce(&mut Self) -> Result) -> Result {
        let outer = std::mem::replace(&mut self.scope().in_conditional_block, true);
        let result = visit(self);
        self.scope().in_conditional_block = outer;
        result
    }

    fn function(&mut self, stmt: &'a Stmt<'a>) -> Result {
        let (StmtKind::FunctionDef { name, args, body, decorator_list, returns, type_params, .. }
        | StmtKind::AsyncFunctionDef { name, args, body, decorator_list, returns, type_params, .. }) =
            stmt.kind
        else {
            return Ok(());
        };
        self.define(name, DEF_LOCAL, stmt.loc)?;
        self.exprs(args.defaults)?;
        self.optionals(args.kw_defaults)?;
        self.exprs(decorator_list)?;
        if !type_params.is_empty() {
            self.enter_type_parameters(name, stmt, stmt.loc)?;
            // Whether or not there are any.
            self.define(".defaults", DEF_PARAM, stmt.loc)?;
            if args.kw_defaults.iter().any(Option::is_some) {
                self.define(".kwdefaults", DEF_PARAM, stmt.loc)?;
            }
            self.type_params(type_params)?;
        }
        let function = self.new_scope(name, ScopeKind::Function, stmt.loc);
        self.table.insert(stmt, ScopeRole::Block, function);
        self.function_annotations(stmt, args, returns)?;
        self.enter_existing(function);
        self.scope().is_coroutine = matches!(stmt.kind, StmtKind::AsyncFunctionDef { .. });
        self.arguments(args)?;
        self.body(body)?;
        self.leave();
        if !type_params.is_empty() {
            self.leave();
        }
        Ok(())
    }

    pub(super) fn arguments(&mut self, args: &'a Arguments<'a>) -> Result {
        let single = |arg: Option<&'a Arg<'a>>| arg.map(std::slice::from_ref).unwrap_or_default();
        for arg in args.posonlyargs.iter().chain(args.args).chain(args.kwonlyargs) {
            self.define(arg.arg, DEF_PARAM, arg.loc)?;
        }
        for arg in single(args.vararg).iter().chain(single(args.kwarg)) {
            self.define(arg.arg, DEF_PARAM, arg.loc)?;
        }
        let scope = self.scope();
        scope.has_varargs = args.vararg.is_some();
        scope.has_varkeywords = args.kwarg.is_some();
        Ok(())
    }

    fn class(&mut self, stmt: &'a Stmt<'a>) -> Result {
        let StmtKind::ClassDef { name, bases, keywords, body, decorator_list, type_params } = stmt.kind
        else {
            return Ok(());
        };
        self.define(name, DEF_LOCAL, stmt.loc)?;
        self.exprs(decorator_list)?;
        let outer_class = self.class;
        if !type_params.is_empty() {
            self.enter_type_parameters(name, stmt, stmt.loc)?;
            for implicit in [".type_params", ".generic_base"] {
                self.define(implicit, DEF_LOCAL, stmt.loc)?;
                self.define(implicit, USE, stmt.loc)?;
            }
            self.class = Some(name);
            self.scope().mangled_names = Some(Vec::new());
            self.type_params(type_params)?;
        }
        self.exprs(bases)?;
        self.keywords(keywords)?;
        self.enter(name, ScopeKind::Class, stmt, ScopeRole::Block, stmt.loc)?;
        self.class = Some(name);
        if !type_params.is_empty() {
            self.define("__type_params__", DEF_LOCAL, stmt.loc)?;
            self.define(".type_params", USE, stmt.loc)?;
        }
        self.body(body)?;
        self.leave();
        if !type_params.is_empty() {
            self.leave();
        }
        self.class = outer_class;
        Ok(())
    }

    fn type_alias(&mut self, stmt: &'a Stmt<'a>) -> Result {
        let StmtKind::TypeAlias { name: target, type_params, value } = stmt.kind else { return Ok(()) };
        self.expr(target)?;
        let ExprKind::Name { id: name, .. } = target.kind else { return Ok(()) };
        let in_class = self.scope().kind == ScopeKind::Class;
        if !type_params.is_empty() {
            self.enter_type_parameters(name, stmt, stmt.loc)?;
            self.type_params(type_params)?;
        }
        self.enter(name, ScopeKind::TypeAlias, stmt, ScopeRole::AliasValue, stmt.loc)?;
        if in_class {
            self.see_class_scope(value.loc)?;
        }
        self.expr(value)?;
        self.leave();
        if !type_params.is_empty() {
            self.leave();
        }
        Ok(())
    }

    /// Lets the current scope look up names in the class it is in.
    fn see_class_scope(&mut self, location: Location) -> Result {
        self.scope().can_see_class_scope = true;
        self.define("__classdict__", USE, location)
    }

    fn enter_type_parameters(&mut self, name: &'a str, stmt: &'a Stmt<'a>, location: Location) -> Result {
        let in_class = self.scope().kind == ScopeKind::Class;
        self.enter(name, ScopeKind::TypeParameters, stmt, ScopeRole::TypeParameters, location)?;
        if in_class {
            self.see_class_scope(location)?;
        }
        Ok(())
    }

    fn type_params(&mut self, params: &'a [TypeParam<'a>]) -> Result {
        for param in params {
            let (name, bound, default, default_info) = match param.kind {
                TypeParamKind::TypeVar { name, bound, default_value } => {
                    (name, bound, default_value, "a TypeVar default")
                }
                TypeParamKind::ParamSpec { name, default_value } => {
                    (name, None, default_value, "a ParamSpec default")
                }
                TypeParamKind::TypeVarTuple { name, default_value } => {
                    (name, None, default_value, "a TypeVarTuple default")
                }
            };
            self.define(name, DEF_TYPE_PARAM | DEF_LOCAL, param.loc)?;
            if name == "__classdict__" {
                return syntax_error(
                    format!("reserved name '{name}' cannot be used for type parameter"),
                    param.loc,
                );
            }
            if let Some(bound) = bound {
                let info = match bound.kind {
                    ExprKind::Tuple { .. } => "a TypeVar constraint",
                    _ => "a TypeVar bound",
                };
                self.type_param_expr(name, bound, param, ScopeRole::Bound, info)?;
            }
            if let Some(default) = default {
                self.type_param_expr(name, default, param, ScopeRole::Default, default_info)?;
            }
        }
        Ok(())
    }

    fn type_param_expr(
        &mut self,
        name: &'a str,
        expr: &'a Expr<'a>,
        param: &'a TypeParam<'a>,
        role: ScopeRole,
        info: &'static str,
    ) -> Result {
        let in_class = self.scope().can_see_class_scope;
        self.enter(name, ScopeKind::TypeVariable, param, role, expr.loc)?;
        if in_class {
            self.see_class_scope(expr.loc)?;
        }
        self.scope().scope_info = info;
        self.expr(expr)?;
        self.leave();
        Ok(())
    }

    fn function_annotations(
        &mut self,
        stmt: &'a Stmt<'a>,
        args: &'a Arguments<'a>,
        returns: Option<&'a Expr<'a>>,
    ) -> Result {
        let in_class = self.scope().can_see_class_scope || self.scope().kind == ScopeKind::Class;
        self.enter("__annotate__", ScopeKind::Annotation, stmt, ScopeRole::Annotations, stmt.loc)?;
        if in_class {
            self.see_class_scope(stmt.loc)?;
        }
        for arg in args.posonlyargs.iter().chain(args.args).chain(args.vararg).chain(args.kwarg) {
            self.used_annotation(arg.annotation)?;
        }
        for arg in args.kwonlyargs {
            self.used_annotation(arg.annotation)?;
        }
        self.used_annotation(returns)?;
        self.leave();
        Ok(())
    }

    fn used_annotation(&mut self, annotation: Option<&'a Expr<'a>>) -> Result {
        if let Some(annotation) = annotation {
            self.scope().annotations_used = true;
            self.expr(annotation)?;
        }
        Ok(())
    }

    fn annotated_assignment(&mut self, stmt: &'a Stmt<'a>, target: &'a Expr<'a>, simple: bool) -> Result {
        self.scope().annotations_used = true;
        let ExprKind::Name { id, .. } = target.kind else { return self.expr(target) };
        if !simple {
            return Ok(());
        }
        let known = self.known(id);
        if known.has(DEF_GLOBAL | DEF_NONLOCAL) && self.current != SymbolTable::TOP {
            let what = if known.has(DEF_GLOBAL) { "global" } else { "nonlocal" };
            return syntax_error(format!("annotated name '{id}' can't be {what}"), stmt.loc);
        }
        self.define(id, DEF_ANNOT | DEF_LOCAL, target.loc)
    }

    /// `(x): int = 1` binds `x` without annotating it.
    fn annotated_target(&mut self, target: &'a Expr<'a>) -> Result {
        match target.kind {
            ExprKind::Name { id, .. } => self.define(id, DEF_LOCAL, target.loc),
            _ => Ok(()),
        }
    }

    /// The annotation of a variable, which belongs to the annotation scope of its block.
    fn annotation(&mut self, annotation: &'a Expr<'a>) -> Result {
        let block = self.current;
        let (kind, in_conditional_block, already_conditional, annotation_block) = {
            let scope = self.table.scope(block);
            let conditional = scope.in_conditional_block;
            (scope.kind, conditional, scope.has_conditional_annotations, scope.annotation_block)
        };
        // A module may be executed only in part, so that all its annotations are conditional.
        let conditional = kind == ScopeKind::Module || kind == ScopeKind::Class && in_conditional_block;
        if conditional && !already_conditional {
            self.scope().has_conditional_annotations = true;
            self.define("__conditional_annotations__", USE, annotation.loc)?;
        }
        match annotation_block {
            Some(id) => self.enter_existing(id),
            None => {
                let id = self.new_scope("__annotate__", ScopeKind::Annotation, annotation.loc);
                self.table.scope_mut(block).annotation_block = Some(id);
                self.enter_existing(id);
                self.add_format_parameter(annotation.loc)?;
                if kind == ScopeKind::Class {
                    self.see_class_scope(annotation.loc)?;
                }
            }
        }
        // Annotations of local variables are never evaluated.
        self.scope().in_unevaluated_annotation = kind == ScopeKind::Function;
        let result = self.expr(annotation);
        self.scope().in_unevaluated_annotation = false;
        self.leave();
        result
    }

    fn except_handler(&mut self, handler: &'a ExceptHandler<'a>) -> Result {
        let ExceptHandlerKind::ExceptHandler { r#type, name, body } = handler.kind;
        self.optional(r#type)?;
        if let Some(name) = name {
            self.define(name, DEF_LOCAL, handler.loc)?;
        }
        self.stmts(body)
    }

    fn alias(&mut self, alias: &'a Alias<'a>) -> Result {
        let name = alias.asname.unwrap_or(alias.name);
        if name == "*" {
            if self.scope().kind != ScopeKind::Module {
                return syntax_error("import * only allowed at module level", alias.loc);
            }
            return Ok(());
        }
        let bound = name.split('.').next().unwrap_or(name);
        self.define(bound, DEF_IMPORT, alias.loc)
    }

    fn declare(&mut self, name: &'a str, flag: u32, what: &str, location: Location) -> Result {
        let known = self.known(name);
        if known.has(DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT) {
            let message = if known.has(DEF_PARAM) {
                format!("name '{name}' is parameter and {what}")
            } else if known.has(USE) {
                format!("name '{name}' is used prior to {what} declaration")
            } else if known.has(DEF_ANNOT) {
                format!("annotated name '{name}' can't be {what}")
            } else {
                format!("name '{name}' is assigned to before {what} declaration")
            };
            return syntax_error(message, location);
        }
        self.define(name, flag, location)?;
        self.record_directive(name, location);
        Ok(())
    }
}
