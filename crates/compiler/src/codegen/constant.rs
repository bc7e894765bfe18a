//! Constants of the AST as constants of code objects.

use minipy_bytecode::{Constant, Str};
use minipy_parser::ast::Operator;
use minipy_parser::ast::{self, Expr, ExprKind, Int, UnaryOp};

use super::Codegen;
use crate::ir::Location;

/// The value of a constant node.
pub(crate) fn constant(value: ast::Constant<'_>) -> Constant {
    match value {
        ast::Constant::None => Constant::None,
        ast::Constant::True => Constant::True,
        ast::Constant::False => Constant::False,
        ast::Constant::Ellipsis => Constant::Ellipsis,
        ast::Constant::Int(Int::Small(value)) => Constant::Int(value),
        ast::Constant::Int(big) => Constant::int(big.to_ibig()),
        ast::Constant::Float(value) => Constant::Float(value),
        ast::Constant::Complex { real, imag } => Constant::Complex(real, imag),
        ast::Constant::Str(text) => Constant::str(Str::from(text)),
        ast::Constant::Bytes(bytes) => Constant::Bytes(bytes.into()),
        ast::Constant::Tuple(items) => Constant::tuple(items.iter().map(|item| constant(*item)).collect()),
        ast::Constant::Frozenset(items) => {
            Constant::FrozenSet(items.iter().map(|item| constant(*item)).collect())
        }
    }
}

impl<'a> Codegen<'a, '_> {
    /// The constant that an expression is, if it is a literal or `__debug__`.
    pub(super) fn as_constant(&self, expr: &Expr<'a>) -> Option<ast::Constant<'a>> {
        match expr.kind {
            ExprKind::Constant { value, .. } => Some(value),
            ExprKind::Name { id: "__debug__", ctx: ast::ExprContext::Load } => Some(self.debug()),
            _ => None,
        }
    }

    /// The value of `__debug__`.
    pub(super) fn debug(&self) -> ast::Constant<'a> {
        if self.input.options.optimize == 0 { ast::Constant::True } else { ast::Constant::False }
    }

    pub(super) fn load_ast_constant(&mut self, value: ast::Constant<'a>, location: Location) {
        match value {
            ast::Constant::Str(text) => match text.as_str() {
                Ok(text) if text.len() <= 64 => self.load_str(text, location),
                _ => self.load_const(Constant::str(Str::from(text)), location),
            },
            _ => self.load_const(constant(value), location),
        }
    }
}

/// The number that a literal pattern such as `-1` or `1+2j` stands for.
pub(crate) fn pattern_constant(expr: &Expr<'_>) -> Option<Constant> {
    match expr.kind {
        ExprKind::Constant { value, .. } => Some(constant(value)),
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => match operand.kind {
            ExprKind::Constant { value, .. } => negated(constant(value)),
            _ => None,
        },
        ExprKind::BinOp { left, op: op @ (Operator::Add | Operator::Sub), right } => {
            let left = pattern_constant(left)?;
            let ExprKind::Constant { value: ast::Constant::Complex { real, imag }, .. } = right.kind else {
                return None;
            };
            // Real and complex mix as complex arithmetic does since 3.14.
            let a = match left {
                Constant::Int(value) => value as f64,
                Constant::BigInt(value) => value.to_f64().value(),
                Constant::Float(value) => value,
                Constant::Complex(re, im) => {
                    return Some(match op {
                        Operator::Add => Constant::Complex(re + real, im + imag),
                        _ => Constant::Complex(re - real, im - imag),
                    });
                }
                _ => return None,
            };
            Some(match op {
                Operator::Add => Constant::Complex(a + real, imag),
                _ => Constant::Complex(a - real, -imag),
            })
        }
        _ => None,
    }
}

fn negated(value: Constant) -> Option<Constant> {
    Some(match value {
        Constant::Int(value) => match value.checked_neg() {
            Some(value) => Constant::Int(value),
            None => Constant::int(-dashu_int::IBig::from(value)),
        },
        Constant::BigInt(value) => Constant::int(-(*value).clone()),
        Constant::Float(value) => Constant::Float(-value),
        Constant::Complex(real, imag) => Constant::Complex(-real, -imag),
        _ => return None,
    })
}
