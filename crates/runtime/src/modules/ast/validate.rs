//! What a tree must fulfil beyond its shape before the compiler may see it. The parser's own trees do.

use minipy_parser::ast::{
    Arg, Arguments, Comprehension, Constant, ExceptHandlerKind, Expr, ExprContext, ExprKind, Keyword, Mod,
    Operator, Pattern, PatternKind, Stmt, StmtKind, TypeParam, TypeParamKind, UnaryOp, WithItem,
};
use minipy_vm::{PyResult, exceptions, stack};

use ExprContext::{Del, Load, Store};

/// Checks the tree of a module. Errors: ValueError or TypeError as CPython's validator raises them.
pub fn validate(module: &Mod<'_>) -> PyResult<()> {
    match *module {
        Mod::Module { body, .. } | Mod::Interactive { body } => stmts(body),
        Mod::Expression { body } => expr(body, Load),
        Mod::FunctionType { argtypes, returns } => {
            exprs(argtypes, Load)?;
            expr(returns, Load)
        }
    }
}

#[cold]
fn invalid(message: impl AsRef<str>) -> PyResult<()> {
    Err(exceptions::value_error(message))
}

fn check(holds: bool, message: &str) -> PyResult<()> {
    if holds { Ok(()) } else { invalid(message) }
}

fn nonempty<T>(list: &[T], what: &str, node: &str) -> PyResult<()> {
    if list.is_empty() { invalid(format!("empty {what} on {node}")) } else { Ok(()) }
}

fn body(list: &[Stmt<'_>], node: &str) -> PyResult<()> {
    nonempty(list, "body", node)?;
    stmts(list)
}

fn targets(list: &[Expr<'_>], context: ExprContext, node: &str) -> PyResult<()> {
    nonempty(list, "targets", node)?;
    exprs(list, context)
}

fn name(name: &str) -> PyResult<()> {
    match name {
        "None" | "True" | "False" => invalid(format!("identifier field can't represent '{name}' constant")),
        _ => Ok(()),
    }
}

fn optional_name(given: Option<&str>) -> PyResult<()> {
    given.map_or(Ok(()), name)
}

fn stmts(list: &[Stmt<'_>]) -> PyResult<()> {
    list.iter().try_for_each(stmt)
}

fn exprs(list: &[Expr<'_>], context: ExprContext) -> PyResult<()> {
    list.iter().try_for_each(|e| expr(e, context))
}

fn optional(given: Option<&Expr<'_>>, context: ExprContext) -> PyResult<()> {
    given.map_or(Ok(()), |e| expr(e, context))
}

fn stmt(node: &Stmt<'_>) -> PyResult<()> {
    let _guard = stack::enter(" during compilation")?;
    match node.kind {
        StmtKind::FunctionDef {
            name: id, args, body: suite, decorator_list, returns, type_params, ..
        } => {
            name(id)?;
            body(suite, "FunctionDef")?;
            function(args, decorator_list, returns, type_params)
        }
        StmtKind::AsyncFunctionDef {
            name: id,
            args,
            body: suite,
            decorator_list,
            returns,
            type_params,
            ..
        } => {
            name(id)?;
            body(suite, "AsyncFunctionDef")?;
            function(args, decorator_list, returns, type_params)
        }
        StmtKind::ClassDef { name: id, bases, keywords, body: suite, decorator_list, type_params } => {
            name(id)?;
            body(suite, "ClassDef")?;
            type_params.iter().try_for_each(type_param)?;
            exprs(bases, Load)?;
            keywords.iter().try_for_each(keyword)?;
            exprs(decorator_list, Load)
        }
        StmtKind::Return { value } => optional(value, Load),
        StmtKind::Delete { targets: list } => targets(list, Del, "Delete"),
        StmtKind::Assign { targets: list, value, .. } => {
            targets(list, Store, "Assign")?;
            expr(value, Load)
        }
        StmtKind::TypeAlias { name: id, type_params, value } => {
            if !matches!(id.kind, ExprKind::Name { .. }) {
                return Err(exceptions::type_error("TypeAlias with non-Name name"));
            }
            expr(id, Store)?;
            type_params.iter().try_for_each(type_param)?;
            expr(value, Load)
        }
        StmtKind::AugAssign { target, value, .. } => {
            expr(target, Store)?;
            expr(value, Load)
        }
        StmtKind::AnnAssign { target, annotation, value, simple } => {
            if !matches!(target.kind, ExprKind::Name { .. }) && simple != 0 {
                return Err(exceptions::type_error("AnnAssign with simple non-Name target"));
            }
            expr(target, Store)?;
            optional(value, Load)?;
            expr(annotation, Load)
        }
        StmtKind::For { target, iter, body: suite, orelse, .. } => {
            for_loop(target, iter, suite, orelse, "For")
        }
        StmtKind::AsyncFor { target, iter, body: suite, orelse, .. } => {
            for_loop(target, iter, suite, orelse, "AsyncFor")
        }
        StmtKind::While { test, body: suite, orelse } => {
            expr(test, Load)?;
            body(suite, "While")?;
            stmts(orelse)
        }
        StmtKind::If { test, body: suite, orelse } => {
            expr(test, Load)?;
            body(suite, "If")?;
            stmts(orelse)
        }
        StmtKind::With { items, body: suite, .. } => with(items, suite, "With"),
        StmtKind::AsyncWith { items, body: suite, .. } => with(items, suite, "AsyncWith"),
        StmtKind::Match { subject, cases } => {
            expr(subject, Load)?;
            nonempty(cases, "cases", "Match")?;
            cases.iter().try_for_each(|case| {
                pattern(case.pattern, false)?;
                optional(case.guard, Load)?;
                body(case.body, "match_case")
            })
        }
        StmtKind::Raise { exc: Some(exc), cause } => {
            expr(exc, Load)?;
            optional(cause, Load)
        }
        StmtKind::Raise { exc: None, cause } => check(cause.is_none(), "Raise with cause but no exception"),
        StmtKind::Try { body: suite, handlers, orelse, finalbody } => {
            let handlers = handlers.iter().map(|handler| handler.kind).collect::<Vec<_>>();
            try_statement(suite, &handlers, orelse, finalbody, "Try")
        }
        StmtKind::TryStar { body: suite, handlers, orelse, finalbody } => {
            let handlers = handlers.iter().map(|handler| handler.kind).collect::<Vec<_>>();
            try_statement(suite, &handlers, orelse, finalbody, "TryStar")
        }
        StmtKind::Assert { test, msg } => {
            expr(test, Load)?;
            optional(msg, Load)
        }
        StmtKind::Import { names } => {
            nonempty(names, "names", "Import")?;
            names.iter().try_for_each(alias)
        }
        StmtKind::ImportFrom { names, level, .. } => {
            check(level.is_none_or(|level| level >= 0), "Negative ImportFrom level")?;
            nonempty(names, "names", "ImportFrom")?;
            names.iter().try_for_each(alias)
        }
        StmtKind::Global { names } => nonempty(names, "names", "Global"),
        StmtKind::Nonlocal { names } => nonempty(names, "names", "Nonlocal"),
        StmtKind::Expr { value } => expr(value, Load),
        StmtKind::Pass {} | StmtKind::Break {} | StmtKind::Continue {} => Ok(()),
    }
}

fn alias(alias: &minipy_parser::ast::Alias<'_>) -> PyResult<()> {
    name(alias.name)?;
    optional_name(alias.asname)
}

fn function(
    args: &Arguments<'_>,
    decorators: &[Expr<'_>],
    returns: Option<&Expr<'_>>,
    type_params: &[TypeParam<'_>],
) -> PyResult<()> {
    type_params.iter().try_for_each(type_param)?;
    arguments(args)?;
    exprs(decorators, Load)?;
    optional(returns, Load)
}

fn arguments(args: &Arguments<'_>) -> PyResult<()> {
    let parameters = args.posonlyargs.iter().chain(args.args).chain(args.vararg).chain(args.kwonlyargs);
    parameters.chain(args.kwarg).try_for_each(|arg: &Arg<'_>| optional(arg.annotation, Load))?;
    check(
        args.defaults.len() <= args.posonlyargs.len() + args.args.len(),
        "more positional defaults than args on arguments",
    )?;
    check(
        args.kw_defaults.len() == args.kwonlyargs.len(),
        "length of kwonlyargs is not the same as kw_defaults on arguments",
    )?;
    exprs(args.defaults, Load)?;
    args.kw_defaults.iter().flatten().try_for_each(|default| expr(default, Load))
}

fn type_param(param: &TypeParam<'_>) -> PyResult<()> {
    let (id, bound, default) = match param.kind {
        TypeParamKind::TypeVar { name, bound, default_value } => (name, bound, default_value),
        TypeParamKind::ParamSpec { name, default_value }
        | TypeParamKind::TypeVarTuple { name, default_value } => (name, None, default_value),
    };
    name(id)?;
    optional(bound, Load)?;
    optional(default, Load)
}

fn keyword(keyword: &Keyword<'_>) -> PyResult<()> {
    expr(keyword.value, Load)
}

fn for_loop(
    target: &Expr<'_>,
    iter: &Expr<'_>,
    suite: &[Stmt<'_>],
    orelse: &[Stmt<'_>],
    node: &str,
) -> PyResult<()> {
    expr(target, Store)?;
    expr(iter, Load)?;
    body(suite, node)?;
    stmts(orelse)
}

fn with(items: &[WithItem<'_>], suite: &[Stmt<'_>], node: &str) -> PyResult<()> {
    nonempty(items, "items", node)?;
    for item in items {
        expr(item.context_expr, Load)?;
        optional(item.optional_vars, Store)?;
    }
    body(suite, node)
}

fn try_statement(
    suite: &[Stmt<'_>],
    handlers: &[ExceptHandlerKind<'_>],
    orelse: &[Stmt<'_>],
    finalbody: &[Stmt<'_>],
    node: &str,
) -> PyResult<()> {
    body(suite, node)?;
    if handlers.is_empty() {
        if finalbody.is_empty() {
            return invalid(format!("{node} has neither except handlers nor finalbody"));
        }
        if !orelse.is_empty() {
            return invalid(format!("{node} has orelse but no except handlers"));
        }
    }
    for handler in handlers {
        let ExceptHandlerKind::ExceptHandler { r#type, name: id, body: suite } = *handler;
        optional(r#type, Load)?;
        if node == "Try" {
            optional_name(id)?;
        }
        body(suite, "ExceptHandler")?;
    }
    stmts(finalbody)?;
    stmts(orelse)?;
    let catches_all = |handler: &ExceptHandlerKind<'_>| {
        matches!(handler, ExceptHandlerKind::ExceptHandler { r#type: None, .. })
    };
    if node == "TryStar" && handlers.iter().any(catches_all) {
        // CPython notices in its flow graph what the parser refuses.
        return invalid("Invalid CFG, stack underflow");
    }
    Ok(())
}

/// The context of an expression that can be a target.
fn context_of(node: &Expr<'_>) -> Option<ExprContext> {
    match node.kind {
        ExprKind::Attribute { ctx, .. }
        | ExprKind::Subscript { ctx, .. }
        | ExprKind::Starred { ctx, .. }
        | ExprKind::Name { ctx, .. }
        | ExprKind::List { ctx, .. }
        | ExprKind::Tuple { ctx, .. } => Some(ctx),
        _ => None,
    }
}

fn expr(node: &Expr<'_>, context: ExprContext) -> PyResult<()> {
    let _guard = stack::enter(" during compilation")?;
    if let ExprKind::Name { id, .. } = node.kind {
        name(id)?;
    }
    match context_of(node) {
        Some(actual) if actual != context => {
            return invalid(format!(
                "expression must have {} context but has {} instead",
                context.name(),
                actual.name()
            ));
        }
        None if context != Load => {
            return invalid(format!("expression which can't be assigned to in {} context", context.name()));
        }
        _ => {}
    }
    match node.kind {
        ExprKind::BoolOp { values, .. } => {
            check(values.len() >= 2, "BoolOp with less than 2 values")?;
            exprs(values, Load)
        }
        ExprKind::NamedExpr { target, value } => {
            if !matches!(target.kind, ExprKind::Name { .. }) {
                return Err(exceptions::type_error("NamedExpr target must be a Name"));
            }
            expr(value, Load)
        }
        ExprKind::BinOp { left, right, .. } => {
            expr(left, Load)?;
            expr(right, Load)
        }
        ExprKind::UnaryOp { operand, .. } => expr(operand, Load),
        ExprKind::Lambda { args, body } => {
            arguments(args)?;
            expr(body, Load)
        }
        ExprKind::IfExp { test, body, orelse } => {
            expr(test, Load)?;
            expr(body, Load)?;
            expr(orelse, Load)
        }
        ExprKind::Dict { keys, values } => {
            check(keys.len() == values.len(), "Dict doesn't have the same number of keys as values")?;
            keys.iter().flatten().try_for_each(|key| expr(key, Load))?;
            exprs(values, Load)
        }
        ExprKind::Set { elts } => exprs(elts, Load),
        ExprKind::ListComp { elt, generators }
        | ExprKind::SetComp { elt, generators }
        | ExprKind::GeneratorExp { elt, generators } => {
            comprehensions(generators)?;
            expr(elt, Load)
        }
        ExprKind::DictComp { key, value, generators } => {
            comprehensions(generators)?;
            expr(key, Load)?;
            expr(value, Load)
        }
        ExprKind::Yield { value } => optional(value, Load),
        ExprKind::YieldFrom { value } | ExprKind::Await { value } => expr(value, Load),
        ExprKind::Compare { left, ops, comparators } => {
            check(!comparators.is_empty(), "Compare with no comparators")?;
            check(
                comparators.len() == ops.len(),
                "Compare has a different number of comparators and operands",
            )?;
            exprs(comparators, Load)?;
            expr(left, Load)
        }
        ExprKind::Call { func, args, keywords } => {
            expr(func, Load)?;
            exprs(args, Load)?;
            keywords.iter().try_for_each(keyword)
        }
        ExprKind::FormattedValue { value, format_spec, .. }
        | ExprKind::Interpolation { value, format_spec, .. } => {
            expr(value, Load)?;
            optional(format_spec, Load)
        }
        ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => exprs(values, Load),
        ExprKind::Constant { .. } | ExprKind::Name { .. } => Ok(()),
        ExprKind::Attribute { value, .. } => expr(value, Load),
        ExprKind::Subscript { value, slice, .. } => {
            expr(slice, Load)?;
            expr(value, Load)
        }
        ExprKind::Starred { value, ctx } => expr(value, ctx),
        ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => exprs(elts, ctx),
        ExprKind::Slice { lower, upper, step } => {
            optional(lower, Load)?;
            optional(upper, Load)?;
            optional(step, Load)
        }
    }
}

fn comprehensions(generators: &[Comprehension<'_>]) -> PyResult<()> {
    check(!generators.is_empty(), "comprehension with no generators")?;
    generators.iter().try_for_each(|generator| {
        expr(generator.target, Store)?;
        expr(generator.iter, Load)?;
        exprs(generator.ifs, Load)
    })
}

fn capture(id: &str) -> PyResult<()> {
    check(id != "_", "can't capture name '_' in patterns")?;
    name(id)
}

fn optional_capture(id: Option<&str>) -> PyResult<()> {
    id.map_or(Ok(()), capture)
}

fn patterns(list: &[Pattern<'_>], star_allowed: bool) -> PyResult<()> {
    list.iter().try_for_each(|p| pattern(p, star_allowed))
}

fn pattern(node: &Pattern<'_>, star_allowed: bool) -> PyResult<()> {
    let _guard = stack::enter(" during compilation")?;
    match node.kind {
        PatternKind::MatchValue { value } => literal(value),
        PatternKind::MatchSingleton { value } => check(
            matches!(value, Constant::None | Constant::True | Constant::False),
            "MatchSingleton can only contain True, False and None",
        ),
        PatternKind::MatchSequence { patterns: list } => patterns(list, true),
        PatternKind::MatchMapping { keys, patterns: list, rest } => {
            check(keys.len() == list.len(), "MatchMapping doesn't have the same number of keys as patterns")?;
            optional_capture(rest)?;
            for key in keys {
                let singleton = matches!(
                    key.kind,
                    ExprKind::Constant { value: Constant::None | Constant::True | Constant::False, .. }
                );
                if !singleton {
                    literal(key)?;
                }
            }
            patterns(list, false)
        }
        PatternKind::MatchClass { cls, patterns: list, kwd_attrs, kwd_patterns } => {
            check(
                kwd_attrs.len() == kwd_patterns.len(),
                "MatchClass doesn't have the same number of keyword attributes as patterns",
            )?;
            expr(cls, Load)?;
            let mut base = cls;
            while let ExprKind::Attribute { value, .. } = base.kind {
                base = value;
            }
            check(
                matches!(base.kind, ExprKind::Name { .. }),
                "MatchClass cls field can only contain Name or Attribute nodes.",
            )?;
            kwd_attrs.iter().try_for_each(|attr| name(attr))?;
            patterns(list, false)?;
            patterns(kwd_patterns, false)
        }
        PatternKind::MatchStar { name } => {
            check(star_allowed, "can't use MatchStar here")?;
            optional_capture(name)
        }
        PatternKind::MatchAs { pattern: inner, name } => {
            optional_capture(name)?;
            match (inner, name) {
                (None, _) => Ok(()),
                (Some(_), None) => invalid("MatchAs must specify a target name if a pattern is given"),
                (Some(inner), Some(_)) => pattern(inner, false),
            }
        }
        PatternKind::MatchOr { patterns: list } => {
            check(list.len() >= 2, "MatchOr requires at least 2 patterns")?;
            patterns(list, false)
        }
    }
}

/// The value of a pattern that compares: a number, a string, or an attribute.
fn literal(node: &Expr<'_>) -> PyResult<()> {
    expr(node, Load)?;
    let fine = match node.kind {
        ExprKind::Constant { value, .. } => {
            return check(
                matches!(
                    value,
                    Constant::Int(_)
                        | Constant::Float(_)
                        | Constant::Complex { .. }
                        | Constant::Str(_)
                        | Constant::Bytes(_)
                ),
                "unexpected constant inside of a literal pattern",
            );
        }
        // The compiler has its own word on strings that are not constant.
        ExprKind::Attribute { .. } | ExprKind::JoinedStr { .. } | ExprKind::TemplateStr { .. } => true,
        ExprKind::UnaryOp { .. } => is_negative(node, |value| is_real(value) || is_imaginary(value)),
        ExprKind::BinOp { left, op: Operator::Add | Operator::Sub, right } => {
            (is_negative(left, is_real) || constant_is(left, is_real)) && constant_is(right, is_imaginary)
        }
        _ => false,
    };
    check(fine, "patterns may only match literals and attribute lookups")
}

fn is_real(value: Constant<'_>) -> bool {
    matches!(value, Constant::Int(_) | Constant::Float(_))
}

fn is_imaginary(value: Constant<'_>) -> bool {
    matches!(value, Constant::Complex { .. })
}

fn constant_is(node: &Expr<'_>, holds: impl Fn(Constant<'_>) -> bool) -> bool {
    matches!(node.kind, ExprKind::Constant { value, .. } if holds(value))
}

fn is_negative(node: &Expr<'_>, holds: impl Fn(Constant<'_>) -> bool) -> bool {
    matches!(node.kind, ExprKind::UnaryOp { op: UnaryOp::USub, operand } if constant_is(operand, holds))
}
