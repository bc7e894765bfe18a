//! How deep a source nests: what CPython's parser would recurse on.
//!
//! The generated parser does not recurse, and brackets and indentation have limits of their own in the lexer. What is left are
//! operators that nest to the right. CPython refuses them beyond a depth, and so do we: whatever walks the tree relies on it.

use minipy_lexer::{Token, TokenKind as T};

/// The depth CPython's parser refuses to exceed.
pub const LIMIT: u32 = 5968;
/// A depth that recursion can take anywhere.
pub const SHALLOW: u32 = 200;
/// How much deeper a chain of `elif` is than its length.
const ELIF_BASE: u32 = 3;

/// The depth within one pair of brackets.
#[derive(Clone, Copy, Default)]
struct Depth {
    /// Of unary operators before the next operand.
    unary: u32,
    /// Of `**`.
    power: u32,
    /// Of conditional expressions and lambdas.
    conditional: u32,
}

impl Depth {
    fn total(self) -> u32 {
        self.unary + self.power + self.conditional
    }
}

/// The depth of the deepest place.
pub fn depth(tokens: &[Token]) -> u32 {
    let mut deepest = 0;
    let mut outer: Vec<(Depth, u32)> = Vec::new();
    let mut here = Depth::default();
    let mut around = 0;
    let mut elifs: Vec<u32> = vec![0];
    let mut before = T::Newline;
    for token in tokens {
        let line_start = matches!(before, T::Newline | T::Indent | T::Dedent);
        match token.kind {
            T::Name | T::Number | T::Dot => {}
            T::LPar | T::LSqb | T::LBrace | T::WithLPar => {
                outer.push((here, around));
                around += here.total() + 1;
                here = Depth::default();
            }
            T::RPar | T::RSqb | T::RBrace => (here, around) = outer.pop().unwrap_or_default(),
            T::Newline | T::Semi | T::Comma | T::Equal => here = Depth::default(),
            T::Not if before != T::Is => here.unary += 1,
            T::Tilde => here.unary += 1,
            T::Plus | T::Minus if !ends_operand(before) => here.unary += 1,
            T::DoubleStar => here.power += 2,
            T::Lambda => here.conditional += 2,
            T::Else if !line_start => here.conditional += 1,
            T::If if line_start => set_last(&mut elifs, |_| 0),
            T::Elif => {
                set_last(&mut elifs, |count| count + 1);
                deepest = deepest.max(elifs.last().map_or(0, |count| count + ELIF_BASE));
            }
            T::Indent => elifs.push(0),
            T::Dedent => {
                elifs.pop();
            }
            kind if ends_operand(before) && !ends_operand(kind) => (here.unary, here.power) = (0, 0),
            _ => {}
        }
        deepest = deepest.max(around + here.total());
        before = token.kind;
    }
    deepest
}

fn set_last(counts: &mut [u32], next: impl Fn(u32) -> u32) {
    if let Some(last) = counts.last_mut() {
        *last = next(*last);
    }
}

fn ends_operand(kind: T) -> bool {
    matches!(
        kind,
        T::Name
            | T::Number
            | T::String
            | T::FStringEnd
            | T::TStringEnd
            | T::RPar
            | T::RSqb
            | T::RBrace
            | T::True
            | T::False
            | T::None
            | T::Ellipsis
    )
}
