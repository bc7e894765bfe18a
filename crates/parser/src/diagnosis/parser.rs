//! The core of the diagnosing parser: tokens, backtracking, memory of what was tried, and raising.
//!
//! It reads the wrong statement once more, as an ordered choice with backtracking, and looks for mistakes it has words for on the
//! way. A method answers `Ok(None)` when its construct is not here, and `Err` as soon as a mistake is recognised: that ends all.

use std::rc::Rc;

use minipy_lexer::{ErrorKind, ErrorRange, Lexed, Lines, Pos, SyntaxError, Token, TokenKind};
use rustc_hash::FxHashMap;

use super::node::{Kind, N, Node};
use crate::position;

/// Something that may not be there, or end the diagnosis.
pub type Try<T> = Result<Option<T>, Box<SyntaxError>>;

/// The deepest recursion of the diagnosis.
const MAX_DEPTH: u32 = 20_000;

/// The rules whose results are remembered.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    Expression,
    StarExpression,
    NamedExpression,
    Disjunction,
    Conjunction,
    Inversion,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Term,
    Factor,
    Primary,
    AwaitPrimary,
    Strings,
    LambdaParams,
    Arguments,
}

/// The state of the diagnosis.
pub struct Diagnosis<'s> {
    pub source: &'s str,
    pub lines: &'s Lines,
    pub tokens: &'s [Token],
    pub lexed: &'s Lexed,
    pub mark: usize,
    /// How many tokens were looked at, here and by the parser before.
    pub fill: usize,
    /// Whether mistakes are looked for.
    pub hunting: bool,
    memo: FxHashMap<(Rule, usize), (Option<N>, usize)>,
    pub blocks: FxHashMap<usize, Option<usize>>,
    depth: u32,
    start: usize,
    /// How many brackets are open behind each token from `start` on.
    levels: Vec<u16>,
}

/// Answers "not here" unless the construct is.
macro_rules! want {
    ($attempt:expr) => {
        match $attempt? {
            Some(found) => found,
            None => return Ok(None),
        }
    };
}
pub(crate) use want;

impl<'s> Diagnosis<'s> {
    pub fn new(source: &'s str, lines: &'s Lines, lexed: &'s Lexed, start: usize, fill: usize) -> Self {
        let mut level = 0u16;
        let levels = lexed.tokens.iter().skip(start).map(|token| {
            match token.kind {
                TokenKind::LPar | TokenKind::LSqb | TokenKind::LBrace | TokenKind::WithLPar => level += 1,
                TokenKind::RPar | TokenKind::RSqb | TokenKind::RBrace => level = level.saturating_sub(1),
                _ => {}
            }
            level
        });
        Diagnosis {
            levels: levels.collect(),
            start,
            source,
            lines,
            tokens: &lexed.tokens,
            lexed,
            mark: start,
            fill: fill.max(start + 1),
            hunting: true,
            memo: FxHashMap::default(),
            blocks: FxHashMap::default(),
            depth: 0,
        }
    }

    // Tokens

    /// The next token. Beyond the last one lies the lexer's error.
    pub fn peek(&mut self) -> Result<Token, Box<SyntaxError>> {
        match self.tokens.get(self.mark) {
            Some(token) => {
                self.fill = self.fill.max(self.mark + 1);
                Ok(*token)
            }
            None => match (&self.lexed.error, self.tokens.last()) {
                (Some(error), _) => Err(Box::new(error.clone())),
                (None, Some(last)) => Ok(*last),
                (None, None) => {
                    Err(Box::new(SyntaxError::without_position(ErrorKind::SyntaxError, "invalid syntax")))
                }
            },
        }
    }

    /// How many brackets are open behind a token.
    pub fn level(&self, token: usize) -> u16 {
        self.levels.get(token.saturating_sub(self.start)).copied().unwrap_or(0)
    }

    pub fn is(&mut self, kind: TokenKind) -> Result<bool, Box<SyntaxError>> {
        Ok(same(self.peek()?.kind, kind))
    }

    pub fn tok(&mut self, kind: TokenKind) -> Try<Token> {
        let token = self.peek()?;
        if !same(token.kind, kind) {
            return Ok(None);
        }
        self.mark += 1;
        Ok(Some(token))
    }

    pub fn one_of(&mut self, kinds: &[TokenKind]) -> Try<Token> {
        let token = self.peek()?;
        if !kinds.iter().any(|&kind| same(token.kind, kind)) {
            return Ok(None);
        }
        self.mark += 1;
        Ok(Some(token))
    }

    /// An optional token.
    pub fn skip(&mut self, kind: TokenKind) -> Result<bool, Box<SyntaxError>> {
        Ok(self.tok(kind)?.is_some())
    }

    pub fn name(&mut self) -> Try<N> {
        let token = want!(self.tok(TokenKind::Name));
        let text = token.text(self.source);
        Ok(Some(self.node(Kind::Name(text.into()), token.start)))
    }

    /// A name that is this soft keyword.
    pub fn soft(&mut self, word: &str) -> Try<Token> {
        let token = self.peek()?;
        if !same(token.kind, TokenKind::Name) || token.text(self.source) != word {
            return Ok(None);
        }
        self.mark += 1;
        Ok(Some(token))
    }

    /// The token that must come: its lack is a mistake with words of its own.
    pub fn expect(&mut self, kind: TokenKind) -> Try<Token> {
        let token = self.peek()?;
        if same(token.kind, kind) {
            self.mark += 1;
            return Ok(Some(token));
        }
        if !self.hunting {
            return Ok(None);
        }
        let msg = format!("expected '{}'", kind.fixed_text().unwrap_or(""));
        self.raise(token.start, reported_end(token), msg)
    }

    /// A node from `start` to the last token read.
    pub fn node(&self, kind: Kind, start: Pos) -> N {
        let end = self.tokens.get(self.mark.saturating_sub(1)).map_or(start, |token| token.end);
        Rc::new(Node { kind, start, end })
    }

    /// The place of the next token.
    pub fn here(&mut self) -> Result<Pos, Box<SyntaxError>> {
        Ok(self.peek()?.start)
    }

    // Backtracking

    /// Tries `f`, and stays here if it finds nothing.
    pub fn attempt<T>(&mut self, f: impl FnOnce(&mut Self) -> Try<T>) -> Try<T> {
        let mark = self.mark;
        let found = f(self)?;
        if found.is_none() {
            self.mark = mark;
        }
        Ok(found)
    }

    /// Whether `f` finds something here; stays here in any case.
    pub fn ahead<T>(&mut self, f: impl FnOnce(&mut Self) -> Try<T>) -> Result<bool, Box<SyntaxError>> {
        let mark = self.mark;
        let found = f(self)?.is_some();
        self.mark = mark;
        Ok(found)
    }

    /// Zero or more.
    pub fn many<T>(&mut self, f: impl Fn(&mut Self) -> Try<T>) -> Result<Vec<T>, Box<SyntaxError>> {
        let mut found = Vec::new();
        loop {
            let before = self.mark;
            match self.attempt(&f)? {
                Some(one) if self.mark > before => found.push(one),
                _ => return Ok(found),
            }
        }
    }

    /// One or more with commas between.
    pub fn list<T>(&mut self, f: impl Fn(&mut Self) -> Try<T>) -> Try<Vec<T>> {
        let mut found = vec![want!(self.attempt(&f))];
        while let Some(one) = self.attempt(|p| {
            want!(p.tok(TokenKind::Comma));
            f(p)
        })? {
            found.push(one);
        }
        Ok(Some(found))
    }

    /// Looks up or remembers what `rule` finds here.
    pub fn memo(&mut self, rule: Rule, f: impl FnOnce(&mut Self) -> Try<N>) -> Try<N> {
        let key = (rule, self.mark);
        if let Some((found, end)) = self.memo.get(&key) {
            self.mark = *end;
            return Ok(found.clone());
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Box::new(too_complex()));
        }
        let found = self.attempt(f)?;
        self.depth -= 1;
        self.memo.insert(key, (found.clone(), self.mark));
        Ok(found)
    }

    /// Runs `f` without looking for mistakes.
    pub fn quietly<T>(&mut self, f: impl FnOnce(&mut Self) -> Try<T>) -> Try<T> {
        let hunting = std::mem::replace(&mut self.hunting, false);
        let found = f(self);
        self.hunting = hunting;
        found
    }

    // Raising

    pub fn raise<T>(&self, start: Pos, end: Pos, msg: impl Into<String>) -> Try<T> {
        let mut error = position::error_between(self.source, self.lines, start, end, msg);
        // The newline belongs to the line that was read last.
        if self.last_token().is_some_and(|last| last.end.lineno > start.lineno) {
            position::trim_newline(&mut error);
        }
        Err(Box::new(error))
    }

    pub fn raise_at<T>(&self, node: &N, msg: impl Into<String>) -> Try<T> {
        self.raise(node.start, node.end, msg)
    }

    pub fn raise_token<T>(&self, token: Token, msg: impl Into<String>) -> Try<T> {
        self.raise(token.start, token.end, msg)
    }

    /// At the last token looked at.
    pub fn raise_last<T>(&self, msg: impl Into<String>) -> Try<T> {
        Err(Box::new(self.error_at_last(ErrorKind::SyntaxError, msg)))
    }

    /// At the next token.
    pub fn raise_next<T>(&mut self, msg: impl Into<String>) -> Try<T> {
        let token = self.peek()?;
        self.raise_token(token, msg)
    }

    /// From `start` on, with no end.
    pub fn raise_open<T>(&self, start: Pos, msg: impl Into<String>) -> Try<T> {
        self.raise(start, start, msg).map_err(|mut error| {
            if let Some(range) = &mut error.range {
                range.end_offset = 0;
            }
            error
        })
    }

    /// From `start` to the last token looked at.
    pub fn raise_from<T>(&self, start: Pos, msg: impl Into<String>) -> Try<T> {
        let end = self.last_token().map_or(start, |token| token.end);
        self.raise(start, end, msg).map_err(|mut error| {
            if let Some(range) = &mut error.range {
                range.end_offset -= 1;
            }
            error
        })
    }

    pub fn raise_indentation<T>(&self, msg: impl Into<String>) -> Try<T> {
        Err(Box::new(self.error_at_last(ErrorKind::IndentationError, msg)))
    }

    /// The line of the last token looked at.
    pub fn last_line(&self) -> u32 {
        self.last_token().map_or(0, |token| token.start.lineno)
    }

    /// All statements up to the mistake.
    pub fn statements(&mut self) -> Try<()> {
        while self.statement()?.is_some() {}
        Ok(None)
    }

    /// An interactive statement up to the mistake.
    pub fn one_statement(&mut self) -> Try<()> {
        want!(self.statement());
        self.tok(TokenKind::Newline)?;
        Ok(None)
    }

    /// An expression and nothing else, up to the mistake.
    pub fn one_expression(&mut self) -> Try<()> {
        want!(self.expressions());
        self.many(|p| p.tok(TokenKind::Newline))?;
        self.tok(TokenKind::EndMarker)?;
        Ok(None)
    }

    fn last_token(&self) -> Option<Token> {
        self.tokens.get(self.fill.min(self.tokens.len()).saturating_sub(1)).copied()
    }

    /// An error at the last token looked at; those that stand for indentation have no columns of their own.
    pub fn error_at_last(&self, kind: ErrorKind, msg: impl Into<String>) -> SyntaxError {
        let Some(token) = self.last_token() else { return SyntaxError::without_position(kind, msg) };
        error_at_token(self.source, self.lines, token, kind, msg)
    }
}

/// An error at a token.
pub fn error_at_token(
    source: &str,
    lines: &Lines,
    token: Token,
    kind: ErrorKind,
    msg: impl Into<String>,
) -> SyntaxError {
    let mut error = position::error_between(source, lines, token.start, token.end, msg);
    error.kind = kind;
    let at_end = is_at_end(source, token);
    if at_end || matches!(token.kind, TokenKind::Indent | TokenKind::Dedent) {
        let (lineno, offset) = if at_end {
            // What comes at the end of the source comes behind its last line.
            let lineno = token.start.lineno.saturating_sub(1);
            let line = position::line_text(source, lines, lineno);
            (lineno, line.chars().count() as i32)
        } else {
            (token.end.lineno, position::char_offset(source, lines, token.end) - 1)
        };
        error.range = Some(ErrorRange { lineno, offset, end_lineno: lineno, end_offset: -1 });
        error.text = Some(position::line_text(source, lines, lineno));
    }
    error
}

/// Whether a token is not in the source, but stands for its end.
pub fn is_at_end(source: &str, token: Token) -> bool {
    token.offset as usize == source.len()
        && token.start.col == 0
        && matches!(token.kind, TokenKind::Dedent | TokenKind::EndMarker | TokenKind::Newline)
}

/// Where an unexpected token ends in an error. `<>` is two tokens to CPython there.
pub fn reported_end(token: Token) -> Pos {
    let less_greater = token.kind == TokenKind::LessGreater;
    Pos { col: token.end.col - u32::from(less_greater), ..token.end }
}

/// What deep nesting ends with.
pub fn too_complex() -> SyntaxError {
    let msg = "Parser stack overflowed - Python source too complex to parse";
    SyntaxError::without_position(ErrorKind::MemoryError, msg)
}

/// Whether a token is of a kind, marks of the lookahead aside: soft keywords are names, and a parenthesis is one.
fn same(found: TokenKind, wanted: TokenKind) -> bool {
    found == wanted
        || match found {
            TokenKind::SoftMatch | TokenKind::SoftCase | TokenKind::SoftType => wanted == TokenKind::Name,
            TokenKind::WithLPar => wanted == TokenKind::LPar,
            _ => false,
        }
}
