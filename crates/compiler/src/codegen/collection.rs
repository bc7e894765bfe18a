//! Displays of lists, tuples, sets and dicts, and unpacking into targets.

use minipy_parser::ast::{self, Expr, ExprContext, ExprKind};

use super::emit::{STACK_USE_GUIDELINE, intrinsic_1};
use super::{Codegen, at};
use crate::error::{Result, syntax_error};
use crate::ir::{Location, Op};

/// The instructions that build a kind of collection.
#[derive(Clone, Copy)]
pub(super) struct Builder {
    build: Op,
    add: Op,
    extend: Op,
    is_tuple: bool,
}

pub(super) const TUPLE: Builder =
    Builder { build: Op::BUILD_LIST, add: Op::LIST_APPEND, extend: Op::LIST_EXTEND, is_tuple: true };
const LIST: Builder =
    Builder { build: Op::BUILD_LIST, add: Op::LIST_APPEND, extend: Op::LIST_EXTEND, is_tuple: false };
const SET: Builder =
    Builder { build: Op::BUILD_SET, add: Op::SET_ADD, extend: Op::SET_UPDATE, is_tuple: false };

impl<'a> Codegen<'a, '_> {
    /// Builds a collection of `elts`, of `pushed` values that are on the stack already and come first, and of the variable
    /// `injected`, which comes last.
    pub(super) fn build_collection(
        &mut self,
        builder: Builder,
        elts: &'a [Expr<'a>],
        pushed: u32,
        injected: Option<&'a str>,
        loc: Location,
    ) -> Result {
        let n = elts.len() as u32 + u32::from(injected.is_some());
        let big = (n + pushed) as usize > STACK_USE_GUIDELINE;
        let has_star = elts.iter().any(|elt| matches!(elt.kind, ExprKind::Starred { .. }));
        if !has_star && !big {
            self.exprs(elts)?;
            if let Some(name) = injected {
                self.load_name(name, loc)?;
            }
            let build = if builder.is_tuple { Op::BUILD_TUPLE } else { builder.build };
            self.op_arg(build, n + pushed, loc);
            return Ok(());
        }
        let mut built = false;
        if big {
            self.op_arg(builder.build, pushed, loc);
            built = true;
        }
        for (i, elt) in elts.iter().enumerate() {
            if let ExprKind::Starred { value, .. } = elt.kind {
                if !built {
                    self.op_arg(builder.build, i as u32 + pushed, loc);
                    built = true;
                }
                self.expr(value)?;
                self.op_arg(builder.extend, 1, loc);
            } else {
                self.expr(elt)?;
                if built {
                    self.op_arg(builder.add, 1, loc);
                }
            }
        }
        if let Some(name) = injected {
            self.load_name(name, loc)?;
            self.op_arg(builder.add, 1, loc);
        }
        if builder.is_tuple {
            self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::LIST_TO_TUPLE, loc);
        }
        Ok(())
    }

    pub(super) fn list(&mut self, elts: &'a [Expr<'a>], ctx: ExprContext, location: ast::Location) -> Result {
        match ctx {
            ExprContext::Load => self.build_collection(LIST, elts, 0, None, at(location)),
            ExprContext::Store => self.unpack_targets(elts, location),
            ExprContext::Del => self.exprs(elts),
        }
    }

    pub(super) fn tuple(
        &mut self,
        elts: &'a [Expr<'a>],
        ctx: ExprContext,
        location: ast::Location,
    ) -> Result {
        match ctx {
            ExprContext::Load => self.build_collection(TUPLE, elts, 0, None, at(location)),
            ExprContext::Store => self.unpack_targets(elts, location),
            ExprContext::Del => self.exprs(elts),
        }
    }

    pub(super) fn set(&mut self, elts: &'a [Expr<'a>], loc: Location) -> Result {
        self.build_collection(SET, elts, 0, None, loc)
    }

    fn unpack_targets(&mut self, elts: &'a [Expr<'a>], location: ast::Location) -> Result {
        let mut starred =
            elts.iter().enumerate().filter(|(_, elt)| matches!(elt.kind, ExprKind::Starred { .. }));
        match starred.next() {
            None => self.op_arg(Op::UNPACK_SEQUENCE, elts.len() as u32, at(location)),
            Some((before, _)) => {
                let after = elts.len() - before - 1;
                let Some(operand) = unpack_operand(before, after) else {
                    return syntax_error("too many expressions in star-unpacking assignment", location);
                };
                self.op_arg(Op::UNPACK_EX, operand, at(location));
                if starred.next().is_some() {
                    return syntax_error("multiple starred expressions in assignment", location);
                }
            }
        }
        for elt in elts {
            match elt.kind {
                ExprKind::Starred { value, .. } => self.expr(value)?,
                _ => self.expr(elt)?,
            }
        }
        Ok(())
    }

    pub(super) fn dict(
        &mut self,
        keys: &'a [Option<Expr<'a>>],
        values: &'a [Expr<'a>],
        loc: Location,
    ) -> Result {
        let mut have_dict = false;
        let mut start = 0;
        for (i, (key, value)) in keys.iter().zip(values).enumerate() {
            if key.is_none() {
                if start < i {
                    self.dict_part(&keys[start..i], &values[start..i], &mut have_dict, loc)?;
                }
                if !have_dict {
                    self.op_arg(Op::BUILD_MAP, 0, loc);
                    have_dict = true;
                }
                self.expr(value)?;
                self.op_arg(Op::DICT_UPDATE, 1, loc);
                start = i + 1;
            } else if (i - start) * 2 > STACK_USE_GUIDELINE {
                self.dict_part(&keys[start..=i], &values[start..=i], &mut have_dict, loc)?;
                start = i + 1;
            }
        }
        let end = keys.len().min(values.len());
        if start < end {
            self.dict_part(&keys[start..end], &values[start..end], &mut have_dict, loc)?;
        }
        if !have_dict {
            self.op_arg(Op::BUILD_MAP, 0, loc);
        }
        Ok(())
    }

    /// A run of plain items, merged with what is there already.
    fn dict_part(
        &mut self,
        keys: &'a [Option<Expr<'a>>],
        values: &'a [Expr<'a>],
        have_dict: &mut bool,
        loc: Location,
    ) -> Result {
        let big = keys.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.op_arg(Op::BUILD_MAP, 0, loc);
        }
        for (key, value) in keys.iter().zip(values) {
            if let Some(key) = key {
                self.expr(key)?;
            }
            self.expr(value)?;
            if big {
                self.op_arg(Op::MAP_ADD, 1, loc);
            }
        }
        if !big {
            self.op_arg(Op::BUILD_MAP, keys.len() as u32, loc);
        }
        if *have_dict {
            self.op_arg(Op::DICT_UPDATE, 1, loc);
        }
        *have_dict = true;
        Ok(())
    }
}

/// The operand of `UNPACK_EX`, if its parts fit.
pub(super) fn unpack_operand(before: usize, after: usize) -> Option<u32> {
    if before >= 1 << 8 || after >= (i32::MAX as usize) >> 8 {
        return None;
    }
    Some(before as u32 | (after as u32) << 8)
}
