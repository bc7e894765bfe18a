//! Docstrings.

use minipy_parser::ast::{Constant, Expr, ExprKind, Stmt, StmtKind};

/// The docstring's expression and the statements behind it, if `body` starts with one.
pub(crate) fn docstring<'a>(body: &'a [Stmt<'a>]) -> Option<(&'a Expr<'a>, &'a [Stmt<'a>])> {
    let (first, rest) = body.split_first()?;
    match first.kind {
        StmtKind::Expr { value }
            if matches!(value.kind, ExprKind::Constant { value: Constant::Str(_), .. }) =>
        {
            Some((value, rest))
        }
        _ => None,
    }
}
