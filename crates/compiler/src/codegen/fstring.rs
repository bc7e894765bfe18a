//! f-strings, t-strings, and `%` formatting that is as good as an f-string.

use minipy_bytecode::{Constant, Str};
use minipy_parser::ast::{self, Expr, ExprKind, Operator};
use rustpython_wtf8::Wtf8;

use super::constant::constant;
use super::emit::STACK_USE_GUIDELINE;
use super::{Codegen, at};
use crate::error::{ErrorKind, Result, error};
use crate::ir::{Location, Op};

/// A piece of a `%` format.
pub(crate) enum Piece {
    Text(Str),
    /// An argument, its conversion, and its format specification.
    Argument {
        conversion: u8,
        spec: String,
    },
}

/// `CONVERT_VALUE`'s operand for `!s`, `!r`, `!a`.
fn conversion_operand(conversion: i32) -> Option<u32> {
    match u8::try_from(conversion).ok()? {
        b's' => Some(1),
        b'r' => Some(2),
        b'a' => Some(3),
        _ => None,
    }
}

/// Refuses what a tree made by hand may have for a conversion.
fn check_conversion(conversion: i32) -> Result {
    if conversion == -1 || conversion_operand(conversion).is_some() {
        return Ok(());
    }
    error(ErrorKind::System, format!("Unrecognized conversion character {conversion}"))
}

impl<'a> Codegen<'a, '_> {
    pub(super) fn joined_str(&mut self, values: &'a [Expr<'a>], loc: Location) -> Result {
        self.join(values.len(), loc, |c, i| match values.get(i) {
            Some(value) => c.expr(value),
            None => Ok(()),
        })
    }

    /// Joins `count` strings, each put on the stack by `piece`.
    fn join(
        &mut self,
        count: usize,
        loc: Location,
        mut piece: impl FnMut(&mut Self, usize) -> Result,
    ) -> Result {
        if count > STACK_USE_GUIDELINE {
            self.load_str("", loc);
            self.load_attr("join", true, loc);
            self.op_arg(Op::BUILD_LIST, 0, loc);
            for i in 0..count {
                piece(self, i)?;
                self.op_arg(Op::LIST_APPEND, 1, loc);
            }
            self.op_arg(Op::CALL, 1, loc);
            return Ok(());
        }
        for i in 0..count {
            piece(self, i)?;
        }
        match count {
            0 => self.load_str("", loc),
            1 => {}
            _ => self.op_arg(Op::BUILD_STRING, count as u32, loc),
        }
        Ok(())
    }

    pub(super) fn formatted_value(
        &mut self,
        value: &'a Expr<'a>,
        conversion: i32,
        format_spec: Option<&'a Expr<'a>>,
        loc: Location,
    ) -> Result {
        self.expr(value)?;
        check_conversion(conversion)?;
        if let Some(operand) = conversion_operand(conversion) {
            self.op_arg(Op::CONVERT_VALUE, operand, loc);
        }
        match format_spec {
            Some(spec) => {
                self.expr(spec)?;
                self.op(Op::FORMAT_WITH_SPEC, loc);
            }
            None => self.op(Op::FORMAT_SIMPLE, loc),
        }
        Ok(())
    }

    pub(super) fn template_str(&mut self, values: &'a [Expr<'a>], loc: Location) -> Result {
        let mut strings = 0;
        let mut after_interpolation = true;
        for value in values {
            if matches!(value.kind, ExprKind::Interpolation { .. }) {
                if after_interpolation {
                    self.load_str("", loc);
                    strings += 1;
                }
                after_interpolation = true;
            } else {
                self.expr(value)?;
                strings += 1;
                after_interpolation = false;
            }
        }
        if after_interpolation {
            self.load_str("", loc);
            strings += 1;
        }
        self.op_arg(Op::BUILD_TUPLE, strings, loc);
        let mut interpolations = 0;
        for value in values {
            if matches!(value.kind, ExprKind::Interpolation { .. }) {
                self.expr(value)?;
                interpolations += 1;
            }
        }
        self.op_arg(Op::BUILD_TUPLE, interpolations, loc);
        self.op(Op::BUILD_TEMPLATE, loc);
        Ok(())
    }

    pub(super) fn interpolation(
        &mut self,
        value: &'a Expr<'a>,
        text: ast::Constant<'a>,
        conversion: i32,
        format_spec: Option<&'a Expr<'a>>,
        loc: Location,
    ) -> Result {
        self.expr(value)?;
        self.load_const(constant(text), loc);
        check_conversion(conversion)?;
        let mut operand = 2 | conversion_operand(conversion).unwrap_or(0) << 2;
        if let Some(spec) = format_spec {
            operand |= 1;
            self.expr(spec)?;
        }
        self.op_arg(Op::BUILD_INTERPOLATION, operand, loc);
        Ok(())
    }

    /// Compiles `'…' % (…)` like an f-string, where that means the same. False: nothing was done.
    pub(super) fn formatted_string(
        &mut self,
        expr: &'a Expr<'a>,
        left: &'a Expr<'a>,
        op: Operator,
        right: &'a Expr<'a>,
    ) -> Result<bool> {
        let (
            Operator::Mod,
            ExprKind::Constant { value: ast::Constant::Str(format), .. },
            ExprKind::Tuple { elts, .. },
        ) = (op, left.kind, right.kind)
        else {
            return Ok(false);
        };
        if elts.iter().any(|elt| matches!(elt.kind, ExprKind::Starred { .. })) {
            return Ok(false);
        }
        let Some(pieces) = parse_format(format, elts.len()) else { return Ok(false) };
        let loc = at(expr.loc);
        let mut arguments = elts.iter();
        self.join(pieces.len(), loc, |c, i| match pieces.get(i) {
            Some(Piece::Text(text)) => {
                c.load_const(Constant::str(text.clone()), Location::NONE);
                Ok(())
            }
            Some(Piece::Argument { conversion, spec }) => {
                let Some(argument) = arguments.next() else { return Ok(()) };
                let loc = at(argument.loc);
                c.expr(argument)?;
                if let Some(operand) = conversion_operand(i32::from(*conversion)) {
                    c.op_arg(Op::CONVERT_VALUE, operand, loc);
                }
                if spec.is_empty() {
                    c.op(Op::FORMAT_SIMPLE, loc);
                } else {
                    c.load_const(Constant::str(Str::from(spec.as_str())), Location::NONE);
                    c.op(Op::FORMAT_WITH_SPEC, loc);
                }
                Ok(())
            }
            None => Ok(()),
        })?;
        Ok(true)
    }
}

/// Splits a `%` format that takes `count` arguments, if it has nothing but `%s`, `%r`, `%a` (with widths) and `%%`.
pub(crate) fn parse_format(format: &Wtf8, count: usize) -> Option<Vec<Piece>> {
    let bytes = format.as_bytes();
    let mut pieces = Vec::new();
    let mut arguments = 0;
    let mut i = 0;
    loop {
        let mut text = Vec::new();
        while let Some(&byte) = bytes.get(i) {
            if byte == b'%' {
                if bytes.get(i + 1) != Some(&b'%') {
                    break;
                }
                i += 1;
            }
            text.push(byte);
            i += 1;
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(Str::from(Wtf8::from_bytes(&text)?)));
        }
        if i >= bytes.len() {
            break;
        }
        if arguments >= count {
            return None;
        }
        i += 1;
        let (piece, next) = parse_specifier(bytes, i)?;
        pieces.push(piece);
        arguments += 1;
        i = next;
    }
    (arguments == count).then_some(pieces)
}

/// Widths and precisions of more digits are left to `%` itself.
const MAX_DIGITS: usize = 2;

fn parse_specifier(bytes: &[u8], start: usize) -> Option<(Piece, usize)> {
    let mut i = start;
    let mut left_aligned = false;
    while let Some(&flag) = bytes.get(i) {
        match flag {
            b'-' => left_aligned = true,
            b'+' | b' ' | b'#' | b'0' => {}
            _ => break,
        }
        i += 1;
    }
    let digits = |i: usize| bytes[i.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let width_len = digits(i);
    let width = &bytes[i..i + width_len];
    if width_len > MAX_DIGITS {
        return None;
    }
    i += width_len;
    let mut spec = String::new();
    if width_len > 0 && !left_aligned {
        spec.push('>');
    }
    spec.extend(width.iter().map(|b| *b as char));
    if bytes.get(i) == Some(&b'.') {
        i += 1;
        let precision_len = digits(i);
        if precision_len > MAX_DIGITS {
            return None;
        }
        spec.push('.');
        let precision = &bytes[i..i + precision_len];
        if precision.is_empty() {
            spec.push('0');
        }
        spec.extend(precision.iter().map(|b| *b as char));
        i += precision_len;
    }
    let conversion = *bytes.get(i)?;
    matches!(conversion, b's' | b'r' | b'a').then_some((Piece::Argument { conversion, spec }, i + 1))
}
