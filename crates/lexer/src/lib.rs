//! Source text to tokens: encodings, indentation, f-string and t-string modes.
#![forbid(unsafe_code)]

pub mod encoding;
mod error;
mod lexer;
mod lines;
pub mod literal;
mod number;
mod soft_keywords;
mod string;
#[cfg(test)]
mod tests;
mod token;
pub mod unicode;

pub use error::{ErrorKind, ErrorRange, SyntaxError, SyntaxWarning};
pub use lexer::{Bracket, Lexed, LexerOptions, Precedence, never_closed, tokenize};
pub use lines::Lines;
pub use soft_keywords::mark_soft_keywords;
pub use token::{Pos, Token, TokenKind};
