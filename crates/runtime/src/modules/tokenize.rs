//! `_tokenize`: the lexer's tokens as the `tokenize` module wants them.

use crate::compile::errors::syntax_error;
use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_parser::lexer::{
    self, ErrorKind, ErrorRange, LexerOptions, Lines, Pos, Precedence, SyntaxError, Token, TokenKind,
};
use minipy_vm::cell::GilCell;
use minipy_vm::heap::{Traverse, Visitor};
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::{PyErr, PyResult, PyStr, PyTuple, Ref, StrRef, TypeRef, Value, exceptions, protocol};

#[pymodule(name = "_tokenize", classes(TokenizerIter))]
mod module {
    use super::TokenizerIter;
}

pub use module::MODULE;

/// The names of token types, each at the place of its number.
#[rustfmt::skip]
const TYPES: [&str; 69] = [
    "ENDMARKER", "NAME", "NUMBER", "STRING", "NEWLINE", "INDENT", "DEDENT", "LPAR", "RPAR", "LSQB", "RSQB",
    "COLON", "COMMA", "SEMI", "PLUS", "MINUS", "STAR", "SLASH", "VBAR", "AMPER", "LESS", "GREATER", "EQUAL",
    "DOT", "PERCENT", "LBRACE", "RBRACE", "EQEQUAL", "NOTEQUAL", "LESSEQUAL", "GREATEREQUAL", "TILDE",
    "CIRCUMFLEX", "LEFTSHIFT", "RIGHTSHIFT", "DOUBLESTAR", "PLUSEQUAL", "MINEQUAL", "STAREQUAL", "SLASHEQUAL",
    "PERCENTEQUAL", "AMPEREQUAL", "VBAREQUAL", "CIRCUMFLEXEQUAL", "LEFTSHIFTEQUAL", "RIGHTSHIFTEQUAL",
    "DOUBLESTAREQUAL", "DOUBLESLASH", "DOUBLESLASHEQUAL", "AT", "ATEQUAL", "RARROW", "ELLIPSIS", "COLONEQUAL",
    "EXCLAMATION", "OP", "TYPE_IGNORE", "TYPE_COMMENT", "SOFT_KEYWORD", "FSTRING_START", "FSTRING_MIDDLE",
    "FSTRING_END", "TSTRING_START", "TSTRING_MIDDLE", "TSTRING_END", "COMMENT", "NL", "ERRORTOKEN",
    "ENCODING",
];

#[pyclass(name = "TokenizerIter", module = "_tokenize", gc)]
pub struct TokenizerIter {
    readline: Value,
    encoding: Option<StrRef>,
    extra_tokens: bool,
    tokens: GilCell<Option<Tokens>>,
}

impl Traverse for TokenizerIter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.readline.traverse(visit);
    }
}

#[pymethods]
impl TokenizerIter {
    #[slot(new, sig = "(readline, /, *, encoding=None, extra_tokens)")]
    fn new(
        class: &TypeRef,
        readline: Value,
        encoding: Option<StrRef>,
        extra_tokens: bool,
    ) -> PyResult<Ref<TokenizerIter>> {
        let tokens = GilCell::new(None);
        Ok(Ref::new_in(class, TokenizerIter { readline, encoding, extra_tokens, tokens }))
    }

    #[slot]
    fn iter(zelf: &Value) -> Value {
        zelf.clone()
    }

    /// The next token: its type, text, start, end and line.
    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        if self.tokens.with(|tokens| tokens.is_none()) {
            let lines = self.read_lines()?;
            let tokens = Tokens::new(lines, self.extra_tokens);
            self.tokens.set(Some(tokens));
        }
        match self.tokens.with(|tokens| tokens.as_mut().map(Tokens::next)) {
            Some(Next::Token(token)) => Ok(Some(token.into_tuple())),
            Some(Next::Error(error)) => Err(error.raise()),
            // It is raised, as trace functions can see.
            Some(Next::End) | None => Err(exceptions::stop_iteration(Value::NONE)),
        }
    }
}

impl TokenizerIter {
    /// All lines that `readline` gives.
    fn read_lines(&self) -> PyResult<Vec<String>> {
        let mut lines = Vec::new();
        loop {
            let line = match protocol::call0(&self.readline) {
                Ok(line) => line,
                Err(error) if error.is_instance(exceptions::stop_iteration_class()) => break,
                Err(error) => return Err(error),
            };
            let text = match &self.encoding {
                None => line
                    .downcast::<PyStr>()
                    .cloned()
                    .ok_or_else(|| exceptions::type_error("readline() returned a non-string object"))?,
                Some(encoding) => {
                    let Ok(bytes) = BytesLike::of(&line) else {
                        return Err(exceptions::type_error("readline() returned a non-bytes object"));
                    };
                    let replace = PyStr::from_str("replace");
                    minipy_vm::codecs::decode_text(&line, &bytes, Some(encoding), Some(&replace))?
                }
            };
            let Some(text) = text.to_utf8() else { return Err(crate::compile::surrogates(&text)) };
            if text.is_empty() {
                break;
            }
            lines.push(text.into_owned());
        }
        Ok(lines)
    }
}

/// A token as Python sees it.
struct Found {
    number: u8,
    text: String,
    start: (u32, i32),
    end: (u32, i32),
    line: String,
}

impl Found {
    fn into_tuple(self) -> Value {
        let pair = |(line, column): (u32, i32)| {
            PyTuple::from_array([Value::from(line), Value::from(column)]).into_value()
        };
        let fields = [
            Value::from(u32::from(self.number)),
            Value::from(self.text),
            pair(self.start),
            pair(self.end),
            Value::from(self.line),
        ];
        PyTuple::from_array(fields).into_value()
    }
}

enum Next {
    Token(Found),
    Error(Mistake),
    End,
}

/// Why there are no more tokens.
enum Mistake {
    /// As the parser would say it.
    Plain(SyntaxError),
    /// What CPython's tokenizer leaves to the parser to word: it has no position but the line's end.
    AtLine(SyntaxError),
    /// The source ends in a bracket or behind a backslash.
    End,
}

impl Mistake {
    fn of(error: SyntaxError, ended: bool, precedence: Precedence) -> Mistake {
        match precedence {
            _ if ended => Mistake::End,
            Precedence::Deferred => Mistake::AtLine(error),
            _ => Mistake::Plain(error),
        }
    }

    fn raise(self) -> PyErr {
        match self {
            Mistake::Plain(error) => syntax_error(&error, "<string>".into()),
            Mistake::AtLine(mut error) => {
                let text = error.text.take().unwrap_or_default();
                let line = text.trim_end_matches('\n');
                let lineno = error.range.map_or(0, |range| range.lineno);
                let offset = line.chars().count() + 1;
                let place: [Value; 6] = [
                    "<string>".into(),
                    lineno.into(),
                    Value::from(offset),
                    line.into(),
                    Value::NONE,
                    Value::NONE,
                ];
                let class = match error.kind {
                    ErrorKind::IndentationError => exceptions::indentation_error_class(),
                    ErrorKind::TabError => exceptions::tab_error_class(),
                    _ => exceptions::syntax_error_class(),
                };
                PyErr::new(class, &[error.msg.as_str().into(), PyTuple::from_array(place).into_value()])
            }
            Mistake::End => {
                let class = exceptions::syntax_error_class();
                PyErr::new(class, &["unexpected EOF in multi-line statement".into()])
            }
        }
    }
}

/// The tokens of a whole source, handed out one by one.
struct Tokens {
    /// The lines as they came, without what ends them.
    lines: Vec<String>,
    /// What ends each of them; empty where the source ends without a newline.
    ends: Vec<&'static str>,
    /// The source that the tokens' offsets are about: every line ends in `\n`.
    source: String,
    tokens: std::vec::IntoIter<Token>,
    error: Option<Mistake>,
    extra_tokens: bool,
    /// What is left of literal text with doubled braces, of which each ends a token.
    pending: Option<Token>,
}

/// The error for a line with a null character, which is the line behind `source`.
fn null_error(source: &str, lines: &[String]) -> SyntaxError {
    let index = source.matches('\n').count();
    let lineno = index as u32 + 1;
    let text = lines.get(index).and_then(|line| line.split('\0').next()).map(str::to_owned);
    let range = ErrorRange { lineno, offset: 0, end_lineno: lineno, end_offset: 0 };
    let msg = "source code cannot contain null bytes".to_owned();
    SyntaxError { kind: ErrorKind::SyntaxError, msg, range: Some(range), text }
}

fn is_string_part(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::FStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringStart
            | TokenKind::TStringMiddle
            | TokenKind::TStringEnd
    )
}

impl Tokens {
    fn new(read: Vec<String>, extra_tokens: bool) -> Tokens {
        let mut lines = Vec::with_capacity(read.len());
        let mut ends = Vec::with_capacity(read.len());
        let mut source = String::new();
        for mut line in read {
            let end = if line.ends_with("\r\n") {
                "\r\n"
            } else if line.ends_with('\r') {
                "\r"
            } else if line.ends_with('\n') {
                "\n"
            } else {
                ""
            };
            line.truncate(line.len() - end.len());
            source.push_str(&line);
            source.push('\n');
            lines.push(line);
            ends.push(end);
        }
        let null = source.find('\0');
        if let Some(at) = null {
            // Nothing of the line is read.
            source.truncate(source[..at].rfind('\n').map_or(0, |newline| newline + 1));
        }
        let options = LexerOptions { extra_tokens, ..LexerOptions::default() };
        let mut lexed = lexer::tokenize(&source, &Lines::new(&source, true), options);
        if null.is_some() {
            lexed.tokens.retain(|token| token.kind != TokenKind::EndMarker);
            lexed.error = Some(null_error(&source, &lines));
            (lexed.ended, lexed.precedence) = (false, Precedence::Raised);
        }
        Tokens {
            lines,
            ends,
            source,
            tokens: lexed.tokens.into_iter(),
            error: lexed.error.map(|error| Mistake::of(error, lexed.ended, lexed.precedence)),
            extra_tokens,
            pending: None,
        }
    }

    fn next(&mut self) -> Next {
        let Some(token) = self.pending.take().or_else(|| self.tokens.next()) else {
            return self.error.take().map_or(Next::End, Next::Error);
        };
        let token = self.split_at_brace(token);
        let token = self.split_inequality(token);
        let mut found = Found {
            number: self.number(token.kind),
            text: self.text(&token),
            start: self.position(token.start),
            end: self.position(token.end),
            line: self.line(&token),
        };
        self.adapt(token.kind, &mut found);
        Next::Token(found)
    }

    /// Changes what is peculiar to tokens that mark rather than hold text.
    fn adapt(&self, kind: TokenKind, found: &mut Found) {
        let length = found.text.len() as i32;
        match kind {
            TokenKind::Newline | TokenKind::Nl => {
                let length = if self.extra_tokens { length.max(1) } else { (length - 1).max(0) };
                found.end = (found.start.0, found.start.1 + length);
                if !self.extra_tokens {
                    found.text = String::new();
                }
            }
            TokenKind::Indent | TokenKind::Dedent | TokenKind::EndMarker if !self.extra_tokens => {
                let last = self.lines.len() as u32;
                if kind == TokenKind::EndMarker || found.start.0 > last {
                    found.start.0 = last.max(1);
                    found.line = self.lines_between(last, last);
                }
                found.start.1 = -1;
                found.end = found.start;
                found.text = String::new();
            }
            _ => {}
        }
    }

    /// The part of literal text that CPython's tokenizer gives at once: up to the first of two equal braces. The second
    /// is dropped, the rest stays for the next time.
    fn split_at_brace(&mut self, token: Token) -> Token {
        if !matches!(token.kind, TokenKind::FStringMiddle | TokenKind::TStringMiddle) {
            return token;
        }
        let text = token.text(&self.source);
        let doubled = text.as_bytes().windows(2).position(|pair| matches!(pair, b"{{" | b"}}"));
        let Some(at) = doubled else { return token };
        let place = |length: usize| {
            let before = &text[..length];
            let lines = before.matches('\n').count() as u32;
            let col = match before.rfind('\n') {
                Some(newline) => (length - newline - 1) as u32,
                None => token.start.col + length as u32,
            };
            (Pos { lineno: token.start.lineno + lines, col }, token.offset + length as u32)
        };
        let (end, end_offset) = place(at + 1);
        let (start, offset) = place(at + 2);
        if offset < token.end_offset {
            self.pending = Some(Token { start, offset, ..token });
        }
        Token { end, end_offset, ..token }
    }

    /// `<>`, which is a token only for the parser, as two.
    fn split_inequality(&mut self, token: Token) -> Token {
        if token.kind != TokenKind::LessGreater {
            return token;
        }
        let middle = Pos { col: token.start.col + 1, ..token.start };
        let offset = token.offset + 1;
        self.pending = Some(Token { kind: TokenKind::Greater, start: middle, offset, ..token });
        Token { kind: TokenKind::Less, end: middle, end_offset: offset, ..token }
    }

    fn number(&self, kind: TokenKind) -> u8 {
        let operator = kind.fixed_text().is_some() && !kind.is_keyword() || kind == TokenKind::Unknown;
        let name = if self.extra_tokens && operator { "OP" } else { kind.python_name() };
        TYPES.iter().position(|&n| n == name).unwrap_or(0) as u8
    }

    /// Line and column, counted in characters.
    fn position(&self, pos: Pos) -> (u32, i32) {
        let column = self.lines.get((pos.lineno as usize).wrapping_sub(1)).map_or(pos.col, |line| {
            let bytes = pos.col as usize;
            let within = bytes.min(line.len());
            let characters = line.get(..within).map_or(within, |before| before.chars().count());
            // A newline lies behind the line.
            (characters + (bytes - within)) as u32
        });
        (pos.lineno, column as i32)
    }

    /// The lines from `first` to `last`, as they came.
    fn lines_between(&self, first: u32, last: u32) -> String {
        let range = (first.max(1) as usize - 1)..(last as usize).min(self.lines.len());
        range.map(|index| format!("{}{}", self.lines[index], self.ends[index])).collect()
    }

    /// What is shown as the token's line: for strings all lines they are on.
    fn line(&self, token: &Token) -> String {
        let last = match token.kind {
            TokenKind::Newline | TokenKind::Nl => token.start.lineno,
            _ => token.end.lineno,
        };
        self.lines_between(if is_string_part(token.kind) { token.start.lineno } else { last }, last)
    }

    fn text(&self, token: &Token) -> String {
        if matches!(token.kind, TokenKind::Newline | TokenKind::Nl) {
            return self
                .ends
                .get((token.start.lineno as usize).wrapping_sub(1))
                .copied()
                .unwrap_or("")
                .to_owned();
        }
        let text = token.text(&self.source);
        if !text.contains('\n') {
            return text.to_owned();
        }
        // Back to the line ends of the source.
        let mut index = (token.start.lineno as usize).wrapping_sub(1);
        let mut out = String::with_capacity(text.len());
        for piece in text.split_inclusive('\n') {
            match piece.strip_suffix('\n') {
                Some(piece) => {
                    out.push_str(piece);
                    out.push_str(self.ends.get(index).copied().unwrap_or("\n"));
                    index += 1;
                }
                None => out.push_str(piece),
            }
        }
        out
    }
}
