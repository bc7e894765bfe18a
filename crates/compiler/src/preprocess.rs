//! What `compile(…, PyCF_OPTIMIZED_AST)` does to a tree. Code generation does the same as it goes along.

use minipy_bytecode::Constant as Value;
use minipy_parser::ast::{
    Arena, Constant, Expr, ExprContext, ExprKind, Int, Location, Operator, Stmt, StmtKind,
};

use crate::codegen::{Piece, parse_format, pattern_constant};
use crate::docstring::docstring;

/// What takes the place of an expression, if anything does: `__debug__` is a constant, `'…' % (…)` an f-string.
pub fn expression<'a>(arena: &'a Arena, expr: &Expr<'a>, optimize: u8) -> Option<Expr<'a>> {
    let kind = match expr.kind {
        ExprKind::Name { id: "__debug__", ctx: ExprContext::Load } => {
            let value = if optimize == 0 { Constant::True } else { Constant::False };
            ExprKind::Constant { value, kind: None }
        }
        ExprKind::BinOp { left, op: Operator::Mod, right } => joined_str(arena, left, right)?,
        _ => return None,
    };
    Some(Expr::new(kind, expr.loc))
}

/// `left % right` as an f-string, where that means the same.
fn joined_str<'a>(arena: &'a Arena, left: &Expr<'a>, right: &Expr<'a>) -> Option<ExprKind<'a>> {
    let ExprKind::Constant { value: Constant::Str(format), .. } = left.kind else { return None };
    let ExprKind::Tuple { elts, .. } = right.kind else { return None };
    if elts.iter().any(|elt| matches!(elt.kind, ExprKind::Starred { .. })) {
        return None;
    }
    let pieces = parse_format(format, elts.len())?;
    let text = |text| {
        let value = Constant::Str(arena.alloc_wtf8(text));
        Expr::new(ExprKind::Constant { value, kind: None }, Location::ABSENT)
    };
    let mut arguments = elts.iter();
    let mut values = Vec::with_capacity(pieces.len());
    for piece in &pieces {
        values.push(match piece {
            Piece::Text(piece) => text(piece.as_wtf8()),
            Piece::Argument { conversion, spec } => {
                let value = arguments.next()?;
                let format_spec = (!spec.is_empty()).then(|| arena.alloc(text(spec.as_str().into())));
                let kind =
                    ExprKind::FormattedValue { value, conversion: i32::from(*conversion), format_spec };
                Expr::new(kind, value.loc)
            }
        });
    }
    Some(ExprKind::JoinedStr { values: arena.alloc_slice(&values) })
}

/// The constant that takes the place of a pattern's `-1` or `1+2j`.
pub fn pattern_literal<'a>(arena: &'a Arena, expr: &Expr<'a>) -> Option<Expr<'a>> {
    if !matches!(expr.kind, ExprKind::UnaryOp { .. } | ExprKind::BinOp { .. }) {
        return None;
    }
    let value = match pattern_constant(expr)? {
        Value::Int(value) => Constant::Int(Int::Small(value)),
        Value::BigInt(value) => Constant::Int(Int::new(arena, &value)),
        Value::Float(value) => Constant::Float(value),
        Value::Complex(real, imag) => Constant::Complex { real, imag },
        _ => return None,
    };
    Some(Expr::new(ExprKind::Constant { value, kind: None }, expr.loc))
}

/// The body of a module, function or class without its docstring, and with `pass` in its place if nothing else is there.
pub fn without_docstring<'a>(arena: &'a Arena, body: &'a [Stmt<'a>]) -> &'a [Stmt<'a>] {
    match docstring(body) {
        None => body,
        Some((text, [])) => {
            // As long as the word `pass`, whatever the docstring's length.
            let Location { lineno, col_offset, .. } = text.loc;
            let loc = Location { end_lineno: lineno, end_col_offset: col_offset + 4, ..text.loc };
            arena.alloc_slice(&[Stmt::new(StmtKind::Pass {}, loc)])
        }
        Some((_, rest)) => rest,
    }
}
