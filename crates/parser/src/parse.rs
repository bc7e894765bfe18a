//! From source to AST.

use std::borrow::Cow;

use lalrpop_util::ParseError;
use minipy_lexer::encoding::{DecodeHook, decode_source, universal_newlines};
use minipy_lexer::{
    ErrorKind, LexerOptions, Lines, Pos, SyntaxError, SyntaxWarning, Token, TokenKind, mark_soft_keywords,
    tokenize,
};

use crate::ast::{AnyNode, Arena, FieldValue, Mod, TypeIgnore};
use crate::build::{Builder, Reject};
use crate::diagnosis;
use crate::grammar::TopParser;
use crate::{features, interactive, nesting};

/// Which start rule a source is parsed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A module: `exec`.
    Exec,
    /// An expression: `eval`.
    Eval,
    /// One interactive statement: `single`.
    Single,
    /// A signature in a type comment: `func_type`.
    FuncType,
}

/// The bits of `compile`'s `flags` that concern the parser.
pub mod flags {
    /// `PyCF_DONT_IMPLY_DEDENT`
    pub const DONT_IMPLY_DEDENT: u32 = 0x200;
    /// `PyCF_TYPE_COMMENTS`
    pub const TYPE_COMMENTS: u32 = 0x1000;
    /// `PyCF_ALLOW_INCOMPLETE_INPUT`
    pub const ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
    /// `CO_FUTURE_BARRY_AS_BDFL`
    pub const BARRY_AS_BDFL: u32 = 0x400000;
}

/// How a source is parsed.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions {
    /// The start rule.
    pub mode: Mode,
    /// The bits of [`flags`].
    pub flags: u32,
    /// The limit of digits of a decimal int (`sys.set_int_max_str_digits`); 0 for none.
    pub max_int_digits: usize,
    /// The minor version whose syntax is allowed; None for all there is.
    pub feature_version: Option<u32>,
    /// Whether the source is an interactive statement as typed so far, in whole lines, and more lines may follow. Where they
    /// are needed, the error is an `IncompleteInputError`.
    pub more_may_follow: bool,
}

impl ParseOptions {
    /// Plain parsing in `mode`.
    pub fn new(mode: Mode) -> Self {
        ParseOptions { mode, flags: 0, max_int_digits: 4300, feature_version: None, more_may_follow: false }
    }
}

/// A source that was parsed.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The tree.
    pub module: Mod<'a>,
    /// The warnings, in the order they are issued.
    pub warnings: Vec<SyntaxWarning>,
    /// The decoded source, its line ends all `\n`.
    pub source: &'a str,
}

/// A source that was refused.
#[derive(Debug)]
pub struct Refused<'a> {
    /// Why.
    pub error: Box<SyntaxError>,
    /// The warnings issued before.
    pub warnings: Vec<SyntaxWarning>,
    /// The decoded source that the warnings are about.
    pub source: &'a str,
}

impl From<SyntaxError> for Refused<'_> {
    fn from(error: SyntaxError) -> Self {
        Refused { error: Box::new(error), warnings: Vec::new(), source: "" }
    }
}

/// Parses the bytes of a source file: decodes them as PEP 263 says, with `hook` for the codecs that are not built in.
pub fn parse_bytes<'a>(
    arena: &'a Arena,
    source: &[u8],
    options: ParseOptions,
    hook: Option<DecodeHook<'_>>,
) -> Result<Parsed<'a>, Refused<'a>> {
    if memchr::memchr(0, source).is_some() {
        return Err(null_bytes().into());
    }
    let text = decode_source(source, hook)?;
    parse_text(arena, arena.alloc_str(&text), options)
}

/// Parses a source that is text already; an encoding declaration in it means nothing.
pub fn parse_str<'a>(
    arena: &'a Arena,
    source: &str,
    options: ParseOptions,
) -> Result<Parsed<'a>, Refused<'a>> {
    if memchr::memchr(0, source.as_bytes()).is_some() {
        return Err(null_bytes().into());
    }
    let text = universal_newlines(Cow::Borrowed(source));
    parse_text(arena, arena.alloc_str(&text), options)
}

fn null_bytes() -> SyntaxError {
    SyntaxError::without_position(ErrorKind::SyntaxError, "source code string cannot contain null bytes")
}

fn parse_text<'a>(
    arena: &'a Arena,
    source: &'a str,
    options: ParseOptions,
) -> Result<Parsed<'a>, Refused<'a>> {
    if source.len() >= u32::MAX as usize {
        return Err(SyntaxError::without_position(ErrorKind::MemoryError, "source is too long").into());
    }
    let lines = Lines::new(source, options.mode == Mode::Exec);
    let type_comments = options.flags & flags::TYPE_COMMENTS != 0;
    let lexer_options = LexerOptions { type_comments, ..LexerOptions::default() };
    let mut lexed = tokenize(source, &lines, lexer_options);
    let mut type_ignores = Vec::new();
    if type_comments {
        lexed.tokens.retain(|token| {
            let ignore = token.kind == TokenKind::TypeIgnore;
            if ignore {
                let tag = arena.alloc_str(token.text(source));
                type_ignores.push(TypeIgnore::TypeIgnore { lineno: token.start.lineno as i32, tag });
            }
            !ignore
        });
    }
    mark_soft_keywords(source, &mut lexed.tokens);
    swap_inequality(source, &mut lexed.tokens, options);
    let mut behind = None;
    if options.more_may_follow {
        interactive::leave_open(source, &mut lexed);
    } else if options.mode == Mode::Single && lexed.error.is_none() {
        let imply_dedents = options.flags & flags::DONT_IMPLY_DEDENT == 0;
        behind = interactive::cut_to_one_statement(source, &lines, &mut lexed.tokens, imply_dedents);
    }
    if options.mode == Mode::Eval && lexed.error.is_none() {
        interactive::end_without_newline(source, &lines, &mut lexed.tokens);
    }
    let depth = nesting::depth(&lexed.tokens);
    if depth > nesting::LIMIT {
        return Err(diagnosis::too_complex().into());
    }
    let builder = Builder::new(arena, source, &lines, options.max_int_digits);
    builder.type_ignores.replace(type_ignores);
    let start = match options.mode {
        Mode::Exec => TokenKind::StartExec,
        Mode::Eval => TokenKind::StartEval,
        Mode::Single => TokenKind::StartSingle,
        Mode::FuncType => TokenKind::StartFuncType,
    };
    let origin = Pos { lineno: 1, col: 0 };
    let failed = lexed.error.is_some();
    let stream = std::iter::once(Ok((origin, start, origin)))
        .chain(lexed.tokens.iter().map(|token| Ok((token.start, token.kind, token.end))))
        .chain(failed.then_some(Err(Reject::Lexer)));
    let result = TopParser::new().parse(&builder, stream);
    if let Err(error) = &result {
        let stopped = match error {
            ParseError::UnrecognizedToken { token, .. } | ParseError::ExtraToken { token } => Some(token.0),
            _ => None,
        };
        if stopped.is_some() || matches!(error, ParseError::User { error: Reject::Lexer }) {
            builder.warn_about_strings_before(&lexed.tokens, stopped);
        }
    }
    let mut warnings = std::mem::take(&mut lexed.warnings);
    warnings.append(&mut builder.warnings.borrow_mut());
    warnings.sort_by_key(|warning| warning.source_offset);
    let error = match result {
        Ok(module) => {
            if let Some(error) =
                behind.and_then(|newline| interactive::more_than_one(source, &lines, newline))
            {
                return Err(Refused { error: Box::new(error), warnings, source });
            }
            if builder.constant_name.get() {
                let error = constant_name(&module);
                return Err(Refused { error: Box::new(error), warnings, source });
            }
            if let Some(minor) = options.feature_version
                && let Err(error) = features::check(&module, source, &lines, minor)
            {
                return Err(Refused { error: Box::new(error), warnings, source });
            }
            return Ok(Parsed { module, warnings, source });
        }
        Err(error) => error,
    };
    let failure = match error {
        ParseError::InvalidToken { location } => diagnosis::Failure::At(location),
        ParseError::UnrecognizedEof { location, .. } => diagnosis::Failure::At(location),
        ParseError::UnrecognizedToken { token, .. } | ParseError::ExtraToken { token } => {
            diagnosis::Failure::At(token.0)
        }
        ParseError::User { error: Reject::At(pos) } => diagnosis::Failure::At(pos),
        ParseError::User { error: Reject::Error(error) } => diagnosis::Failure::Error(error),
        ParseError::User { error: Reject::Behind(pos, msg) } => diagnosis::Failure::Behind(pos, msg),
        ParseError::User { error: Reject::Lexer } => diagnosis::Failure::Lexer,
    };
    if options.more_may_follow && !matches!(failure, diagnosis::Failure::Lexer) {
        interactive::end_at_mistake(source, &mut lexed);
    }
    let explain = || diagnosis::explain(source, &lines, &lexed, failure, options);
    let error = if depth > nesting::SHALLOW { on_deep_stack(explain) } else { explain() };
    Err(Refused { error: Box::new(error), warnings, source })
}

/// The error for an identifier that only looks different from `None`, `True` or `False`.
fn constant_name(module: &Mod<'_>) -> SyntaxError {
    let name = find_constant_name(AnyNode::from(module)).unwrap_or("None");
    let msg = format!("identifier field can't represent '{name}' constant");
    SyntaxError::without_position(ErrorKind::ValueError, msg)
}

fn find_constant_name<'a>(node: AnyNode<'a>) -> Option<&'a str> {
    let mut found = None;
    node.for_each_field(&mut |_, value| {
        found = found.or_else(|| match value {
            FieldValue::Identifier(name @ ("None" | "True" | "False")) => Some(name),
            FieldValue::Node(node) => find_constant_name(node),
            FieldValue::Nodes(list) => (0..list.len()).find_map(|i| find_constant_name(list.get(i)?)),
            _ => None,
        });
    });
    found
}

/// Runs the diagnosis of deeply nested code, which recurses with the nesting, on a stack that is deep enough.
fn on_deep_stack(explain: impl FnOnce() -> SyntaxError + Send) -> SyntaxError {
    const STACK_SIZE: usize = 512 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, explain);
        thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(diagnosis::too_complex)
    })
}

/// Under `from __future__ import barry_as_FLUFL`, `<>` takes the place of `!=`. A `LessGreater` is what no rule takes.
fn swap_inequality(source: &str, tokens: &mut [Token], options: ParseOptions) {
    const NAME: &str = "barry_as_FLUFL";
    let mut swapped = options.flags & flags::BARRY_AS_BDFL != 0;
    if !swapped && !source.contains(NAME) {
        return;
    }
    let mut future = false;
    for index in 0..tokens.len() {
        match tokens[index].kind {
            TokenKind::Newline | TokenKind::Semi => future = false,
            TokenKind::Name => match tokens[index].text(source) {
                "__future__" => future = index > 0 && tokens[index - 1].kind == TokenKind::From,
                NAME => swapped |= future,
                _ => {}
            },
            TokenKind::NotEqual if swapped => tokens[index].kind = TokenKind::LessGreater,
            TokenKind::LessGreater if swapped => tokens[index].kind = TokenKind::NotEqual,
            _ => {}
        }
    }
}
