//! What the grammar's actions call: makes nodes, and checks what the grammar accepts as a superset.

mod calls;
mod operators;
mod patterns;
mod statements;
mod strings;
mod targets;

use std::cell::{Cell, RefCell};

use minipy_lexer::literal::{self, Number};
use minipy_lexer::unicode::normalize_identifier;
use minipy_lexer::{Lines as SourceLines, Pos, SyntaxError, SyntaxWarning, Token, TokenKind};

use crate::ast::*;
use crate::position;

pub use calls::{Argument, Arguments_, Param};
pub use operators::{Condition, Conditions, OpenConditions, Operand, Operations};
pub use statements::{Block, Lines};
pub use strings::{FieldTail, FormatPart, StringPart};

/// An item of a dict display: a key with its value, or the mapping behind `**`.
pub type DictItem<'a> = (Option<&'a Expr<'a>>, &'a Expr<'a>);

/// A list that grows while its elements are read. It lies in the arena: the parser's stack has nothing to drop then.
pub type Seq<'a, T> = &'a mut bumpalo::collections::Vec<'a, T>;

/// Why an action refuses what the grammar accepts.
#[derive(Debug)]
pub enum Reject {
    /// The source is wrong at this place; the diagnosis has to say why.
    At(Pos),
    /// This is wrong.
    Error(Box<SyntaxError>),
    /// This is wrong, reported at the token behind the place.
    Behind(Pos, String),
    /// The lexer found an error where the next token should have been.
    Lexer,
}

/// The result of an action that may refuse.
pub type Checked<T> = Result<T, Reject>;

/// The location from `start` to `end`.
pub fn loc(start: Pos, end: Pos) -> Location {
    Location { lineno: start.lineno, col_offset: start.col, end_lineno: end.lineno, end_col_offset: end.col }
}

/// Where a location begins.
pub fn start_pos(loc: Location) -> Pos {
    Pos { lineno: loc.lineno, col: loc.col_offset }
}

/// Where a location ends.
pub fn end_pos(loc: Location) -> Pos {
    Pos { lineno: loc.end_lineno, col: loc.end_col_offset }
}

/// Makes the nodes of one source.
pub struct Builder<'a, 'l> {
    arena: &'a Arena,
    source: &'a str,
    lines: &'l SourceLines,
    max_int_digits: usize,
    /// Warnings found so far.
    pub warnings: RefCell<Vec<SyntaxWarning>>,
    /// The `# type: ignore` comments, for the module.
    pub type_ignores: RefCell<Vec<TypeIgnore<'a>>>,
    no_parameters: &'a Arguments<'a>,
    /// Whether an identifier is, once normalized, the name of a constant.
    pub constant_name: Cell<bool>,
}

impl<'a, 'l> Builder<'a, 'l> {
    /// A builder for `source`. A decimal int of more than `max_int_digits` digits is an error; 0 means no limit.
    pub fn new(arena: &'a Arena, source: &'a str, lines: &'l SourceLines, max_int_digits: usize) -> Self {
        let no_parameters = arena.alloc(Arguments {
            posonlyargs: &[],
            args: &[],
            vararg: None,
            kwonlyargs: &[],
            kw_defaults: &[],
            kwarg: None,
            defaults: &[],
        });
        Builder {
            arena,
            source,
            lines,
            max_int_digits,
            warnings: RefCell::default(),
            type_ignores: RefCell::default(),
            no_parameters,
            constant_name: Cell::default(),
        }
    }

    fn offset(&self, pos: Pos) -> usize {
        self.lines.start_of((pos.lineno as usize).saturating_sub(1)) + pos.col as usize
    }

    /// The source between two places.
    pub fn text(&self, start: Pos, end: Pos) -> &'a str {
        self.source.get(self.offset(start)..self.offset(end)).unwrap_or("")
    }

    /// The identifier between two places, normalised.
    pub fn name(&self, start: Pos, end: Pos) -> &'a str {
        let text = self.text(start, end);
        match normalize_identifier(text) {
            std::borrow::Cow::Borrowed(name) if name.len() == text.len() => text,
            name => {
                if let "None" | "True" | "False" = &*name {
                    self.constant_name.set(true);
                }
                self.arena.alloc_str(&name)
            }
        }
    }

    /// A dotted name of these parts.
    pub fn dotted(&self, parts: &[&'a str]) -> &'a str {
        match parts {
            [name] => name,
            parts => self.arena.alloc_str(&parts.join(".")),
        }
    }

    /// Issues the warnings about the string literals right before `stopped`, where the parser gave up before it made a
    /// node of them.
    pub fn warn_about_strings_before(&self, tokens: &[Token], stopped: Option<Pos>) {
        let end = stopped.map_or(tokens.len(), |pos| tokens.partition_point(|token| token.start < pos));
        let before = tokens.get(..end).unwrap_or(tokens);
        let strings = before.iter().rev().take_while(|token| token.kind == TokenKind::String).count();
        for token in &before[before.len() - strings..] {
            // An error in the literal comes after the one at hand.
            let _ = self.plain_string(token.start, token.end);
        }
    }

    /// The beginning of a list.
    pub fn seq<T, const N: usize>(&self, first: [T; N]) -> Seq<'a, T> {
        let list = self.arena.alloc_list(N);
        list.extend(first);
        list
    }

    /// A list that is complete.
    pub fn freeze<T: Copy>(&self, list: Seq<'a, T>) -> &'a [T] {
        self.arena.freeze_list(list)
    }

    /// Each element of a list made into another.
    fn map<T: Copy, U: Copy>(&self, list: &[T], make: impl Fn(T) -> U) -> &'a [U] {
        self.arena.alloc_slice_from(list.iter().map(|element| make(*element)))
    }

    /// A list in the arena.
    pub fn list<T: Copy>(&self, values: &[T]) -> &'a [T] {
        self.arena.alloc_slice(values)
    }

    /// An expression.
    pub fn expr(&self, kind: ExprKind<'a>, start: Pos, end: Pos) -> &'a Expr<'a> {
        self.arena.alloc(Expr { kind, loc: loc(start, end) })
    }

    /// A statement.
    pub fn stmt(&self, kind: StmtKind<'a>, start: Pos, end: Pos) -> &'a Stmt<'a> {
        self.arena.alloc(Stmt { kind, loc: loc(start, end) })
    }

    /// A constant without a prefix.
    pub fn constant(&self, value: Constant<'a>, start: Pos, end: Pos) -> &'a Expr<'a> {
        self.expr(ExprKind::Constant { value, kind: None }, start, end)
    }

    /// A tuple to load.
    pub fn tuple(&self, start: Pos, elts: Seq<'a, Expr<'a>>, end: Pos) -> &'a Expr<'a> {
        self.expr(ExprKind::Tuple { elts: self.freeze(elts), ctx: ExprContext::Load }, start, end)
    }

    /// A dict display.
    pub fn dict(&self, start: Pos, items: Seq<'a, DictItem<'a>>, end: Pos) -> &'a Expr<'a> {
        let keys = self.map(items, |item| item.0.copied());
        let values = self.map(items, |item| *item.1);
        self.expr(ExprKind::Dict { keys, values }, start, end)
    }

    /// One `for` of a comprehension.
    pub fn comprehension(
        &self,
        is_async: bool,
        target: &'a Expr<'a>,
        iter: &'a Expr<'a>,
        ifs: Seq<'a, &'a Expr<'a>>,
    ) -> Comprehension<'a> {
        Comprehension { target, iter, ifs: self.map(ifs, |e| *e), is_async: is_async.into() }
    }

    /// A numeric literal.
    pub fn number(&self, start: Pos, end: Pos) -> Checked<&'a Expr<'a>> {
        let value = match literal::parse_number(self.text(start, end), self.max_int_digits) {
            Ok(Number::Small(value)) => Constant::Int(Int::Small(value)),
            Ok(Number::Big(value)) => Constant::Int(Int::new(self.arena, &value.into())),
            Ok(Number::Float(value)) => Constant::Float(value),
            Ok(Number::Imaginary(imag)) => Constant::Complex { real: 0.0, imag },
            Err(digits) => {
                let msg = format!(
                    "Exceeds the limit ({} digits) for integer string conversion: value has {digits} digits; \
                     use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge \
                     integer literals to avoid decimal conversion limits.",
                    self.max_int_digits
                );
                let mut error = position::error_between(self.source, self.lines, start, end, msg);
                if let Some(range) = &mut error.range {
                    (range.offset, range.end_offset) = (0, 0);
                }
                return Err(Reject::Error(Box::new(error)));
            }
        };
        Ok(self.constant(value, start, end))
    }

    /// A refusal that is worded already.
    fn error(&self, start: Pos, end: Pos, msg: impl Into<String>) -> Reject {
        Reject::Error(Box::new(position::error_between(self.source, self.lines, start, end, msg)))
    }
}
