//! Expressions back to source text, as annotations are kept under `from __future__ import annotations` (PEP 563).

use std::fmt::Write;

use minipy_bytecode::Constant as CodeConstant;
use minipy_parser::ast::{
    Arg, Arguments, BoolOp, CmpOp, Comprehension, Constant, Expr, ExprKind, Keyword, Operator, UnaryOp,
};
use rustpython_wtf8::Wtf8;

use crate::error::{ErrorKind, Result, error};
use crate::{MAX_DEPTH, TOO_DEEP};

/// How tightly the context of an expression binds. An expression that binds less tightly is put in parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    NamedExpr,
    Tuple,
    Test,
    Or,
    And,
    Not,
    Cmp,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    /// The next tighter level.
    fn next(self) -> Level {
        use Level::*;
        match self {
            NamedExpr => Tuple,
            Tuple => Test,
            Test => Or,
            Or => And,
            And => Not,
            Not => Cmp,
            Cmp => BitOr,
            BitOr => BitXor,
            BitXor => BitAnd,
            BitAnd => Shift,
            Shift => Arith,
            Arith => Term,
            Term => Factor,
            Factor => Power,
            Power => Await,
            Await | Atom => Atom,
        }
    }
}

/// What an infinite float is written as.
const INFINITY: &str = "1e309";

/// The text of `expr`.
pub(crate) fn unparse(expr: &Expr<'_>) -> Result<String> {
    let mut writer = Writer { out: String::new(), depth: 0 };
    writer.expr(expr, Level::Test)?;
    Ok(writer.out)
}

/// `repr()` of a str.
pub(crate) fn repr_str(text: impl AsRef<Wtf8>) -> String {
    minipy_text::repr::str(text.as_ref().code_points().map(|c| c.to_u32()))
}

/// `repr()` of a constant.
pub(crate) fn repr_constant(value: &CodeConstant) -> String {
    match value {
        CodeConstant::Float(value) => minipy_text::float::repr(*value),
        CodeConstant::Complex(real, imag) => minipy_text::complex::repr(*real, *imag),
        CodeConstant::Str(text, _) => repr_str(text),
        CodeConstant::Bytes(bytes) => minipy_text::repr::bytes(bytes),
        _ => value.to_string(),
    }
}

struct Writer {
    out: String,
    depth: u32,
}

impl Writer {
    fn str(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Writes between parentheses if `condition`.
    fn parenthesized(&mut self, condition: bool, write: impl FnOnce(&mut Self) -> Result) -> Result {
        if condition {
            self.str("(");
        }
        write(self)?;
        if condition {
            self.str(")");
        }
        Ok(())
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T) -> Result) -> Result {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.str(", ");
            }
            write(self, item)?;
        }
        Ok(())
    }

    fn expr(&mut self, expr: &Expr<'_>, level: Level) -> Result {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return error(ErrorKind::Recursion, TOO_DEEP);
        }
        let result = self.expr_kind(expr, level);
        self.depth -= 1;
        result
    }

    fn expr_kind(&mut self, expr: &Expr<'_>, level: Level) -> Result {
        match expr.kind {
            ExprKind::BoolOp { op, values } => {
                let (own, text) = match op {
                    BoolOp::And => (Level::And, " and "),
                    BoolOp::Or => (Level::Or, " or "),
                };
                self.parenthesized(level > own, |w| {
                    for (i, value) in values.iter().enumerate() {
                        if i > 0 {
                            w.str(text);
                        }
                        w.expr(value, own.next())?;
                    }
                    Ok(())
                })
            }
            ExprKind::NamedExpr { target, value } => self.parenthesized(level > Level::NamedExpr, |w| {
                w.expr(target, Level::Atom)?;
                w.str(" := ");
                w.expr(value, Level::Atom)
            }),
            ExprKind::BinOp { left, op, right } => {
                let (own, text) = operator(op);
                let right_associative = op == Operator::Pow;
                let (left_level, right_level) =
                    if right_associative { (own.next(), own) } else { (own, own.next()) };
                self.parenthesized(level > own, |w| {
                    w.expr(left, left_level)?;
                    w.str(text);
                    w.expr(right, right_level)
                })
            }
            ExprKind::UnaryOp { op, operand } => {
                let (own, text) = match op {
                    UnaryOp::Invert => (Level::Factor, "~"),
                    UnaryOp::Not => (Level::Not, "not "),
                    UnaryOp::UAdd => (Level::Factor, "+"),
                    UnaryOp::USub => (Level::Factor, "-"),
                };
                self.parenthesized(level > own, |w| {
                    w.str(text);
                    w.expr(operand, own)
                })
            }
            ExprKind::Lambda { args, body } => self.parenthesized(level > Level::Test, |w| {
                w.str("lambda");
                if !args.posonlyargs.is_empty() || !args.args.is_empty() {
                    w.str(" ");
                }
                w.arguments(args)?;
                w.str(": ");
                w.expr(body, Level::Test)
            }),
            ExprKind::IfExp { test, body, orelse } => self.parenthesized(level > Level::Test, |w| {
                w.expr(body, Level::Test.next())?;
                w.str(" if ");
                w.expr(test, Level::Test.next())?;
                w.str(" else ");
                w.expr(orelse, Level::Test)
            }),
            ExprKind::Dict { keys, values } => self.dict(keys, values),
            ExprKind::Set { elts } => {
                self.str("{");
                self.list(elts, |w, elt| w.expr(elt, Level::Test))?;
                self.str("}");
                Ok(())
            }
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("(", elt, None, generators, ")"),
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, None, generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, None, generators, "}"),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("{", key, Some(value), generators, "}")
            }
            ExprKind::Await { value } => self.parenthesized(level > Level::Await, |w| {
                w.str("await ");
                w.expr(value, Level::Atom)
            }),
            ExprKind::Yield { value: None } => {
                self.str("(yield)");
                Ok(())
            }
            ExprKind::Yield { value: Some(value) } => {
                self.str("(yield ");
                self.expr(value, Level::Test)?;
                self.str(")");
                Ok(())
            }
            ExprKind::YieldFrom { value } => {
                self.str("(yield from ");
                self.expr(value, Level::Test)?;
                self.str(")");
                Ok(())
            }
            ExprKind::Compare { left, ops, comparators } => self.parenthesized(level > Level::Cmp, |w| {
                w.expr(left, Level::Cmp.next())?;
                for (op, comparator) in ops.iter().zip(comparators) {
                    w.str(comparison(*op));
                    w.expr(comparator, Level::Cmp.next())?;
                }
                Ok(())
            }),
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::JoinedStr { values } => self.interpolated('f', values),
            ExprKind::TemplateStr { values } => self.interpolated('t', values),
            ExprKind::FormattedValue { .. } | ExprKind::Interpolation { .. } => {
                let prefix = if matches!(expr.kind, ExprKind::FormattedValue { .. }) { 'f' } else { 't' };
                self.interpolated(prefix, std::slice::from_ref(expr))
            }
            ExprKind::Constant { value, kind } => {
                if kind.is_some() {
                    self.str("u");
                }
                self.constant(value);
                Ok(())
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, Level::Atom)?;
                // `1.real` would be a float.
                let is_int = matches!(value.kind, ExprKind::Constant { value: Constant::Int(_), .. });
                self.str(if is_int { " ." } else { "." });
                self.str(attr);
                Ok(())
            }
            ExprKind::Starred { value, .. } => {
                self.str("*");
                self.expr(value, Level::BitOr)
            }
            ExprKind::Name { id, .. } => {
                self.str(id);
                Ok(())
            }
            ExprKind::List { elts, .. } => {
                self.str("[");
                self.list(elts, |w, elt| w.expr(elt, Level::Test))?;
                self.str("]");
                Ok(())
            }
            ExprKind::Tuple { elts: [], .. } => {
                self.str("()");
                Ok(())
            }
            ExprKind::Tuple { elts, .. } => self.parenthesized(level > Level::Tuple, |w| {
                w.list(elts, |w, elt| w.expr(elt, Level::Test))?;
                if elts.len() == 1 {
                    w.str(",");
                }
                Ok(())
            }),
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Level::Atom)?;
                self.str("[");
                self.expr(slice, Level::Tuple)?;
                self.str("]");
                Ok(())
            }
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, Level::Test)?;
                }
                self.str(":");
                if let Some(upper) = upper {
                    self.expr(upper, Level::Test)?;
                }
                if let Some(step) = step {
                    self.str(":");
                    self.expr(step, Level::Test)?;
                }
                Ok(())
            }
        }
    }

    fn dict(&mut self, keys: &[Option<Expr<'_>>], values: &[Expr<'_>]) -> Result {
        self.str("{");
        for (i, (key, value)) in keys.iter().zip(values).enumerate() {
            if i > 0 {
                self.str(", ");
            }
            match key {
                Some(key) => {
                    self.expr(key, Level::Test)?;
                    self.str(": ");
                    self.expr(value, Level::Test)?;
                }
                None => {
                    self.str("**");
                    self.expr(value, Level::BitOr)?;
                }
            }
        }
        self.str("}");
        Ok(())
    }

    fn comprehension(
        &mut self,
        open: &str,
        elt: &Expr<'_>,
        value: Option<&Expr<'_>>,
        generators: &[Comprehension<'_>],
        close: &str,
    ) -> Result {
        self.str(open);
        self.expr(elt, Level::Test)?;
        if let Some(value) = value {
            self.str(": ");
            self.expr(value, Level::Test)?;
        }
        for generator in generators {
            self.str(if generator.is_async != 0 { " async for " } else { " for " });
            self.expr(generator.target, Level::Tuple)?;
            self.str(" in ");
            self.expr(generator.iter, Level::Test.next())?;
            for test in generator.ifs {
                self.str(" if ");
                self.expr(test, Level::Test.next())?;
            }
        }
        self.str(close);
        Ok(())
    }

    fn call(&mut self, func: &Expr<'_>, args: &[Expr<'_>], keywords: &[Keyword<'_>]) -> Result {
        self.expr(func, Level::Atom)?;
        if let ([only], []) = (args, keywords)
            && matches!(only.kind, ExprKind::GeneratorExp { .. })
        {
            return self.expr(only, Level::Atom);
        }
        self.str("(");
        self.list(args, |w, arg| w.expr(arg, Level::Test))?;
        if !args.is_empty() && !keywords.is_empty() {
            self.str(", ");
        }
        self.list(keywords, |w, keyword| {
            match keyword.arg {
                Some(name) => {
                    w.str(name);
                    w.str("=");
                }
                None => w.str("**"),
            }
            w.expr(keyword.value, Level::Test)
        })?;
        self.str(")");
        Ok(())
    }

    fn arguments(&mut self, args: &Arguments<'_>) -> Result {
        let mut first = true;
        let mut separate = |w: &mut Self| {
            if !std::mem::take(&mut first) {
                w.str(", ");
            }
        };
        let positional = args.posonlyargs.len() + args.args.len();
        let without_default = positional.saturating_sub(args.defaults.len());
        for (i, arg) in args.posonlyargs.iter().chain(args.args).enumerate() {
            separate(self);
            self.arg(arg)?;
            if let Some(default) = i.checked_sub(without_default).and_then(|i| args.defaults.get(i)) {
                self.str("=");
                self.expr(default, Level::Test)?;
            }
            if i + 1 == args.posonlyargs.len() {
                self.str(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            separate(self);
            self.str("*");
            if let Some(vararg) = args.vararg {
                self.arg(vararg)?;
            }
        }
        for (arg, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            separate(self);
            self.arg(arg)?;
            if let Some(default) = default {
                self.str("=");
                self.expr(default, Level::Test)?;
            }
        }
        if let Some(kwarg) = args.kwarg {
            separate(self);
            self.str("**");
            self.arg(kwarg)?;
        }
        Ok(())
    }

    fn arg(&mut self, arg: &Arg<'_>) -> Result {
        self.str(arg.arg);
        if let Some(annotation) = arg.annotation {
            self.str(": ");
            self.expr(annotation, Level::Test)?;
        }
        Ok(())
    }

    /// An f-string or t-string: its prefix, and the `repr` of what is between its quotes.
    fn interpolated(&mut self, prefix: char, values: &[Expr<'_>]) -> Result {
        let outer = std::mem::take(&mut self.out);
        let result = self.interpolated_body(values);
        let body = std::mem::replace(&mut self.out, outer);
        result?;
        self.out.push(prefix);
        self.out.push_str(&repr_str(body.as_str()));
        Ok(())
    }

    fn interpolated_body(&mut self, values: &[Expr<'_>]) -> Result {
        for value in values {
            match value.kind {
                ExprKind::Constant { value: Constant::Str(text), .. } => {
                    let text = text.to_string_lossy();
                    self.str(&text.replace('{', "{{").replace('}', "}}"));
                }
                ExprKind::JoinedStr { values } => self.interpolated_body(values)?,
                ExprKind::FormattedValue { value, conversion, format_spec } => {
                    let outer = std::mem::take(&mut self.out);
                    let result = self.expr(value, Level::Test.next());
                    let text = std::mem::replace(&mut self.out, outer);
                    result?;
                    self.replacement_field(&text, conversion, format_spec)?;
                }
                ExprKind::Interpolation { str: Constant::Str(text), conversion, format_spec, .. } => {
                    self.replacement_field(&text.to_string_lossy(), conversion, format_spec)?;
                }
                _ => {
                    return error(
                        ErrorKind::System,
                        "unexpected expression kind inside f-string or t-string",
                    );
                }
            }
        }
        Ok(())
    }

    fn replacement_field(&mut self, text: &str, conversion: i32, format_spec: Option<&Expr<'_>>) -> Result {
        // `{{` would be a literal brace.
        self.str(if text.starts_with('{') { "{ " } else { "{" });
        self.str(text);
        if let Ok(conversion) = u8::try_from(conversion)
            && matches!(conversion, b's' | b'r' | b'a')
        {
            self.str("!");
            self.out.push(char::from(conversion));
        }
        if let Some(spec) = format_spec {
            self.str(":");
            match spec.kind {
                ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => {
                    self.interpolated_body(values)?;
                }
                _ => self.interpolated_body(std::slice::from_ref(spec))?,
            }
        }
        self.str("}");
        Ok(())
    }

    fn constant(&mut self, value: Constant<'_>) {
        match value {
            Constant::Ellipsis => self.str("..."),
            Constant::Float(_) | Constant::Complex { .. } => {
                let text = repr_constant(&crate::codegen::constant(value));
                self.str(&text.replace("inf", INFINITY));
            }
            Constant::Int(int) => {
                let _ = write!(self.out, "{}", int.to_ibig());
            }
            Constant::Tuple(items) => {
                self.str("(");
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.str(", ");
                    }
                    self.constant(*item);
                }
                self.str(if items.len() == 1 { ",)" } else { ")" });
            }
            _ => {
                let text = repr_constant(&crate::codegen::constant(value));
                self.str(&text);
            }
        }
    }
}

fn operator(op: Operator) -> (Level, &'static str) {
    match op {
        Operator::Add => (Level::Arith, " + "),
        Operator::Sub => (Level::Arith, " - "),
        Operator::Mult => (Level::Term, " * "),
        Operator::MatMult => (Level::Term, " @ "),
        Operator::Div => (Level::Term, " / "),
        Operator::Mod => (Level::Term, " % "),
        Operator::LShift => (Level::Shift, " << "),
        Operator::RShift => (Level::Shift, " >> "),
        Operator::BitOr => (Level::BitOr, " | "),
        Operator::BitXor => (Level::BitXor, " ^ "),
        Operator::BitAnd => (Level::BitAnd, " & "),
        Operator::FloorDiv => (Level::Term, " // "),
        Operator::Pow => (Level::Power, " ** "),
    }
}

fn comparison(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => " == ",
        CmpOp::NotEq => " != ",
        CmpOp::Lt => " < ",
        CmpOp::LtE => " <= ",
        CmpOp::Gt => " > ",
        CmpOp::GtE => " >= ",
        CmpOp::Is => " is ",
        CmpOp::IsNot => " is not ",
        CmpOp::In => " in ",
        CmpOp::NotIn => " not in ",
    }
}
