//! SyntaxWarnings: code that is valid and hardly meant.

use minipy_parser::ast::{self, CmpOp, Constant, Expr, ExprKind};

use super::Codegen;
use crate::error::SyntaxWarning;

impl<'a> Codegen<'a, '_> {
    pub(super) fn warn(&mut self, location: ast::Location, message: String) {
        if self.muted == 0 {
            self.input.warnings.push(SyntaxWarning { message, location });
        }
    }

    /// `is` with a literal.
    pub(super) fn check_compare(
        &mut self,
        expr: &'a Expr<'a>,
        left: &'a Expr<'a>,
        ops: &'a [CmpOp],
        comparators: &'a [Expr<'a>],
    ) {
        if !ops.iter().any(|op| matches!(op, CmpOp::Is | CmpOp::IsNot)) {
            return;
        }
        let mut left = left;
        for (op, right) in ops.iter().zip(comparators) {
            if matches!(op, CmpOp::Is | CmpOp::IsNot) {
                let culprit = [left, right].into_iter().find(|side| self.has_no_identity(side));
                if let Some(name) = culprit.and_then(|side| self.type_name(side)) {
                    let message = match op {
                        CmpOp::Is => format!("\"is\" with '{name}' literal. Did you mean \"==\"?"),
                        _ => format!("\"is not\" with '{name}' literal. Did you mean \"!=\"?"),
                    };
                    // One warning is enough for a chain.
                    return self.warn(expr.loc, message);
                }
            }
            left = right;
        }
    }

    fn has_no_identity(&self, expr: &Expr<'a>) -> bool {
        match self.as_constant(expr) {
            None => self.is_constant_tuple(expr),
            Some(Constant::None | Constant::True | Constant::False | Constant::Ellipsis) => false,
            Some(_) => true,
        }
    }

    fn is_constant_tuple(&self, expr: &Expr<'a>) -> bool {
        match expr.kind {
            ExprKind::Tuple { elts, .. } => {
                elts.iter().all(|elt| self.as_constant(elt).is_some() || self.is_constant_tuple(elt))
            }
            _ => false,
        }
    }

    /// Calling what cannot be called.
    pub(super) fn check_caller(&mut self, func: &'a Expr<'a>) {
        let is_display = matches!(
            func.kind,
            ExprKind::Tuple { .. }
                | ExprKind::List { .. }
                | ExprKind::ListComp { .. }
                | ExprKind::Dict { .. }
                | ExprKind::DictComp { .. }
                | ExprKind::Set { .. }
                | ExprKind::SetComp { .. }
                | ExprKind::GeneratorExp { .. }
                | ExprKind::JoinedStr { .. }
                | ExprKind::TemplateStr { .. }
                | ExprKind::FormattedValue { .. }
                | ExprKind::Interpolation { .. }
        );
        if (is_display || self.as_constant(func).is_some())
            && let Some(name) = self.type_name(func)
        {
            self.warn(func.loc, format!("'{name}' object is not callable; perhaps you missed a comma?"));
        }
    }

    /// Subscripting what has no items.
    pub(super) fn check_subscripter(&mut self, value: &'a Expr<'a>) {
        let has_no_items = match self.as_constant(value) {
            Some(constant) => !matches!(constant, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_)),
            None => matches!(
                value.kind,
                ExprKind::Set { .. }
                    | ExprKind::SetComp { .. }
                    | ExprKind::GeneratorExp { .. }
                    | ExprKind::TemplateStr { .. }
                    | ExprKind::Interpolation { .. }
                    | ExprKind::Lambda { .. }
            ),
        };
        if has_no_items && let Some(name) = self.type_name(value) {
            self.warn(
                value.loc,
                format!("'{name}' object is not subscriptable; perhaps you missed a comma?"),
            );
        }
    }

    /// Sequences subscripted with what is no index.
    pub(super) fn check_index(&mut self, expr: &'a Expr<'a>, value: &'a Expr<'a>, index: &'a Expr<'a>) {
        let Some(index_type) = self.type_name(index) else { return };
        if matches!(index_type, "int" | "bool" | "slice") {
            return;
        }
        let is_sequence = match self.as_constant(value) {
            Some(constant) => matches!(constant, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_)),
            None => matches!(
                value.kind,
                ExprKind::Tuple { .. }
                    | ExprKind::List { .. }
                    | ExprKind::ListComp { .. }
                    | ExprKind::JoinedStr { .. }
                    | ExprKind::FormattedValue { .. }
            ),
        };
        if is_sequence && let Some(name) = self.type_name(value) {
            self.warn(
                expr.loc,
                format!(
                    "{name} indices must be integers or slices, not {index_type}; perhaps you missed a comma?"
                ),
            );
        }
    }

    /// The type of what an expression makes, where that is plain to see.
    fn type_name(&self, expr: &Expr<'a>) -> Option<&'static str> {
        if let Some(constant) = self.as_constant(expr) {
            return Some(match constant {
                Constant::None => "NoneType",
                Constant::True | Constant::False => "bool",
                Constant::Ellipsis => "ellipsis",
                Constant::Int(_) => "int",
                Constant::Float(_) => "float",
                Constant::Complex { .. } => "complex",
                Constant::Str(_) => "str",
                Constant::Bytes(_) => "bytes",
                Constant::Tuple(_) => "tuple",
                Constant::Frozenset(_) => "frozenset",
            });
        }
        Some(match expr.kind {
            ExprKind::Tuple { .. } => "tuple",
            ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
            ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
            ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
            ExprKind::GeneratorExp { .. } => "generator",
            ExprKind::Lambda { .. } => "function",
            ExprKind::TemplateStr { .. } => "string.templatelib.Template",
            ExprKind::Interpolation { .. } => "string.templatelib.Interpolation",
            ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
            _ => return None,
        })
    }
}
