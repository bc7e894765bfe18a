//! Syntax that is younger than a given version of Python: `ast.parse(…, feature_version=…)`.

use crate::ast::{
    AnyNode, Arguments, Constant, ExceptHandlerKind, Expr, ExprKind, FieldValue, Location, Mod, Operator,
    Stmt, StmtKind, TypeParamKind,
};
use minipy_lexer::{ErrorKind, ErrorRange, Lines, SyntaxError};

/// Refuses the first construct of `module` that Python 3.`minor` does not have.
pub(crate) fn check(module: &Mod<'_>, source: &str, lines: &Lines, minor: u32) -> Result<(), SyntaxError> {
    Checker { source, lines, minor }.node(AnyNode::from(module))
}

/// A construct: what messages call it, the version that has it, and where the lack of it shows.
struct Feature {
    what: &'static str,
    since: u32,
    location: Location,
}

struct Checker<'s> {
    source: &'s str,
    lines: &'s Lines,
    minor: u32,
}

impl Checker<'_> {
    /// Checks the children first, as the parser completes them first.
    fn node(&self, node: AnyNode<'_>) -> Result<(), SyntaxError> {
        let mut result = Ok(());
        node.for_each_field(&mut |_, value| {
            if result.is_ok() {
                result = self.field(value);
            }
        });
        result?;
        let feature = match node {
            AnyNode::Stmt(stmt) => self.stmt(stmt),
            AnyNode::Expr(expr) => self.expr(expr),
            AnyNode::ExceptHandler(handler) => {
                let ExceptHandlerKind::ExceptHandler { r#type, .. } = handler.kind;
                r#type
                    .filter(|list| {
                        matches!(list.kind, ExprKind::Tuple { .. }) && !self.text(list.loc).starts_with('(')
                    })
                    .map(|_| feature("except expressions without parentheses are", 14, handler.loc))
            }
            AnyNode::TypeParam(param) => {
                let (TypeParamKind::TypeVar { default_value, .. }
                | TypeParamKind::ParamSpec { default_value, .. }
                | TypeParamKind::TypeVarTuple { default_value, .. }) = param.kind;
                default_value.map(|_| feature("Type parameter defaults are", 13, param.loc))
            }
            AnyNode::Comprehension(comprehension) if comprehension.is_async != 0 => {
                Some(feature("Async comprehensions are", 6, comprehension.iter.loc))
            }
            AnyNode::Arguments(arguments) => positional_only(arguments),
            _ => None,
        };
        match feature {
            Some(feature) if feature.since > self.minor => Err(self.error(&feature)),
            _ => Ok(()),
        }
    }

    fn field(&self, value: FieldValue<'_>) -> Result<(), SyntaxError> {
        match value {
            FieldValue::Node(node) => self.node(node),
            FieldValue::Nodes(list) => {
                (0..list.len()).filter_map(|i| list.get(i)).try_for_each(|node| self.node(node))
            }
            _ => Ok(()),
        }
    }

    fn stmt(&self, stmt: &Stmt<'_>) -> Option<Feature> {
        let (what, since) = match stmt.kind {
            StmtKind::FunctionDef { type_params, .. } | StmtKind::ClassDef { type_params, .. }
                if !type_params.is_empty() =>
            {
                let location = type_params.last().map_or(stmt.loc, |param| param.loc);
                return Some(feature("Type parameter lists are", 12, location));
            }
            StmtKind::AnnAssign { .. } => ("Variable annotation syntax is", 6),
            StmtKind::AsyncFunctionDef { .. } => ("Async functions are", 5),
            StmtKind::AsyncFor { .. } => ("Async for loops are", 5),
            StmtKind::AsyncWith { .. } => ("Async with statements are", 5),
            StmtKind::Match { .. } => ("Pattern matching is", 10),
            StmtKind::TryStar { .. } => ("Exception groups are", 11),
            StmtKind::TypeAlias { .. } => ("Type statement is", 12),
            _ => return None,
        };
        Some(feature(what, since, stmt.loc))
    }

    fn expr(&self, expr: &Expr<'_>) -> Option<Feature> {
        let (what, since) = match expr.kind {
            ExprKind::NamedExpr { .. } => ("Assignment expressions are", 8),
            ExprKind::BinOp { op: Operator::MatMult, .. } => ("The '@' operator is", 5),
            ExprKind::Await { .. } => ("Await expressions are", 5),
            ExprKind::TemplateStr { .. } => ("t-strings are", 14),
            ExprKind::Constant {
                value: Constant::Int(_) | Constant::Float(_) | Constant::Complex { .. },
                ..
            } if self.text(expr.loc).contains('_') => ("Underscores in numeric literals are", 6),
            _ => return None,
        };
        Some(feature(what, since, expr.loc))
    }

    fn text(&self, location: Location) -> &str {
        let at =
            |line: u32, column: u32| self.lines.start_of((line as usize).saturating_sub(1)) + column as usize;
        let range =
            at(location.lineno, location.col_offset)..at(location.end_lineno, location.end_col_offset);
        self.source.get(range).unwrap_or("")
    }

    /// CPython's error is at the token behind the construct.
    fn error(&self, feature: &Feature) -> SyntaxError {
        let Location { end_lineno, end_col_offset, .. } = feature.location;
        let line = self.lines.text_of(self.source, (end_lineno as usize).saturating_sub(1));
        let before = line.get(..end_col_offset as usize).unwrap_or(line);
        let offset = before.chars().count() as i32 + 1;
        SyntaxError {
            kind: ErrorKind::SyntaxError,
            msg: format!("{} only supported in Python 3.{} and greater", feature.what, feature.since),
            range: Some(ErrorRange { lineno: end_lineno, offset, end_lineno, end_offset: offset + 1 }),
            text: Some(format!("{line}\n")),
        }
    }
}

fn feature(what: &'static str, since: u32, location: Location) -> Feature {
    Feature { what, since, location }
}

fn positional_only(arguments: &Arguments<'_>) -> Option<Feature> {
    let last = arguments.posonlyargs.last()?;
    Some(feature("Positional-only parameters are", 8, last.loc))
}
