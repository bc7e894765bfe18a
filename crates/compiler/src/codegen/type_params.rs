//! Type parameters and type aliases (PEP 695, PEP 696).

use minipy_parser::ast::{Expr, ExprKind, Stmt, StmtKind, TypeParam, TypeParamKind};

use super::emit::{intrinsic_1, intrinsic_2};
use super::unit::{UnitKind, function_attribute};
use super::{Codegen, at};
use crate::error::{ErrorKind, Result, error, syntax_error};
use crate::ir::Op;
use crate::symtable::ScopeRole;

impl<'a> Codegen<'a, '_> {
    /// Makes the type parameters, binds them, and leaves a tuple of them on the stack.
    pub(super) fn type_params(&mut self, params: &'a [TypeParam<'a>]) -> Result {
        let mut seen_default = false;
        for param in params {
            let loc = at(param.loc);
            let (name, bound, default) = match param.kind {
                TypeParamKind::TypeVar { name, bound, default_value } => (name, bound, default_value),
                TypeParamKind::ParamSpec { name, default_value }
                | TypeParamKind::TypeVarTuple { name, default_value } => (name, None, default_value),
            };
            self.load_str(name, loc);
            match (param.kind, bound) {
                (TypeParamKind::TypeVar { .. }, Some(bound)) => {
                    self.type_param_expr(bound, name, param, ScopeRole::Bound)?;
                    let intrinsic = match bound.kind {
                        ExprKind::Tuple { .. } => intrinsic_2::TYPEVAR_WITH_CONSTRAINTS,
                        _ => intrinsic_2::TYPEVAR_WITH_BOUND,
                    };
                    self.op_arg(Op::CALL_INTRINSIC_2, intrinsic, loc);
                }
                (TypeParamKind::TypeVar { .. }, None) => {
                    self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::TYPEVAR, loc);
                }
                (TypeParamKind::ParamSpec { .. }, _) => {
                    self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::PARAMSPEC, loc);
                }
                (TypeParamKind::TypeVarTuple { .. }, _) => {
                    self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::TYPEVARTUPLE, loc);
                }
            }
            if let Some(default) = default {
                seen_default = true;
                self.type_param_expr(default, name, param, ScopeRole::Default)?;
                self.op_arg(Op::CALL_INTRINSIC_2, intrinsic_2::SET_TYPEPARAM_DEFAULT, loc);
            } else if seen_default {
                return syntax_error(
                    format!("non-default type parameter '{name}' follows default type parameter"),
                    param.loc,
                );
            }
            self.op_arg(Op::COPY, 1, loc);
            self.store_name(name, loc)?;
        }
        if let Some(first) = params.first() {
            self.op_arg(Op::BUILD_TUPLE, params.len() as u32, at(first.loc));
        }
        Ok(())
    }

    /// A function that evaluates a bound or default when asked to.
    fn type_param_expr(
        &mut self,
        expr: &'a Expr<'a>,
        name: &'a str,
        param: &'a TypeParam<'a>,
        role: ScopeRole,
    ) -> Result {
        let loc = at(expr.loc);
        self.load_format_default(loc);
        let Some(scope) = self.input.table.lookup(param, role) else {
            return error(ErrorKind::System, "a type parameter without a scope");
        };
        self.enter_annotation_unit(name, scope, loc)?;
        match (param.kind, expr.kind) {
            (TypeParamKind::TypeVarTuple { .. }, ExprKind::Starred { value, .. }) => {
                self.expr(value)?;
                self.op_arg(Op::UNPACK_SEQUENCE, 1, loc);
            }
            _ => self.expr(expr)?,
        }
        self.op(Op::RETURN_VALUE, loc);
        let code = self.leave_unit(true)?;
        self.make_closure(code, function_attribute::DEFAULTS, loc)
    }

    pub(super) fn type_alias(&mut self, stmt: &'a Stmt<'a>) -> Result {
        let StmtKind::TypeAlias { name: target, type_params, value } = stmt.kind else { return Ok(()) };
        let ExprKind::Name { id: name, .. } = target.kind else {
            return error(ErrorKind::Value, "TypeAlias with non-Name name");
        };
        let loc = at(stmt.loc);
        let is_generic = !type_params.is_empty();
        if is_generic {
            let Some(scope) = self.input.table.lookup(stmt, ScopeRole::TypeParameters) else {
                return error(ErrorKind::System, "type parameters without a scope");
            };
            let type_params_name = self.type_parameters_name(name);
            self.enter_unit(type_params_name, UnitKind::TypeParameters, scope, loc.line)?;
            self.load_str(name, loc);
            self.type_params(type_params)?;
        } else {
            self.load_str(name, loc);
            self.load_none(loc);
        }
        self.load_format_default(loc);
        let Some(scope) = self.input.table.lookup(stmt, ScopeRole::AliasValue) else {
            return error(ErrorKind::System, "a type alias without a scope");
        };
        self.enter_annotation_unit(name, scope, loc)?;
        self.expr(value)?;
        self.op(Op::RETURN_VALUE, loc);
        let code = self.leave_unit(false)?;
        self.make_closure(code, function_attribute::DEFAULTS, loc)?;
        self.op_arg(Op::BUILD_TUPLE, 3, loc);
        self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::TYPEALIAS, loc);
        if is_generic {
            let code = self.leave_unit(false)?;
            self.call_closure(code, loc)?;
        }
        self.store_name(name, loc)
    }
}
