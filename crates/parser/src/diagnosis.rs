//! Finds the words for what the grammar refuses.

use minipy_lexer::{Lexed, Lines, Pos, SyntaxError, Token};

use crate::ParseOptions;
use crate::position::error_between;

/// How the parser failed.
#[derive(Debug)]
pub enum Failure {
    /// The token here, or something that ends here, is wrong.
    At(Pos),
    /// An action has worded the error.
    Error(Box<SyntaxError>),
    /// An action has worded the error, to be reported at the token behind this place.
    Behind(Pos, String),
    /// The lexer's error was reached.
    Lexer,
}

/// The error to raise.
pub fn explain(
    source: &str,
    lines: &Lines,
    lexed: &Lexed,
    failure: Failure,
    _options: ParseOptions,
) -> SyntaxError {
    let token_at = |pos: Pos| -> Option<&Token> {
        let index = lexed.tokens.partition_point(|token| token.start < pos);
        lexed.tokens.get(index).or(lexed.tokens.last())
    };
    match failure {
        Failure::Error(error) => *error,
        Failure::Behind(pos, msg) => {
            let (start, end) = token_at(pos).map_or((pos, pos), |token| (token.start, token.end));
            error_between(source, lines, start, end, msg)
        }
        Failure::Lexer if lexed.error.is_some() => lexed.error.clone().unwrap_or_else(|| unreachable!()),
        Failure::Lexer => error_between(source, lines, Pos::default(), Pos::default(), "invalid syntax"),
        Failure::At(pos) => {
            if let Some(error) = &lexed.error {
                return error.clone();
            }
            let (start, end) = token_at(pos).map_or((pos, pos), |token| (token.start, token.end));
            error_between(source, lines, start, end, "invalid syntax")
        }
    }
}
