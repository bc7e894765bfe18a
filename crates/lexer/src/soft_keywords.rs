//! What only lookahead can tell: which `match`, `case` and `type` are keywords, and which parentheses behind `with` hold its items.

use crate::token::{Token, TokenKind};

/// Marks the soft keywords among `tokens`, which hold no comments.
///
/// - `match` begins a match statement when its logical line ends with a colon and can be a subject;
/// - `case` begins a case block directly in the block of a match statement;
/// - `type` begins a type alias when a name follows it.
///
/// The parenthesis behind `with` becomes a `WithLPar` when a colon follows its end and items can be all it holds.
pub fn mark_soft_keywords(source: &str, tokens: &mut [Token]) {
    // For each open block, whether it is that of a match statement.
    let mut blocks: Vec<bool> = Vec::new();
    let mut at_line_start = true;
    let mut at_statement_start = true;
    let mut depth = 0usize;
    let mut match_line = false;
    for index in 0..tokens.len() {
        let token = tokens[index];
        let mut starts_line = false;
        let mut starts_statement = false;
        match token.kind {
            TokenKind::Newline => {
                starts_line = true;
            }
            TokenKind::Indent => {
                blocks.push(match_line);
                match_line = false;
                starts_line = true;
            }
            TokenKind::Dedent => {
                blocks.pop();
                starts_line = true;
            }
            TokenKind::LPar | TokenKind::LSqb | TokenKind::LBrace => depth += 1,
            TokenKind::RPar | TokenKind::RSqb | TokenKind::RBrace => depth = depth.saturating_sub(1),
            TokenKind::With
                if tokens.get(index + 1).is_some_and(|next| next.kind == TokenKind::LPar)
                    && holds_with_items(&tokens[index + 2..]) =>
            {
                tokens[index + 1].kind = TokenKind::WithLPar;
            }
            TokenKind::WithLPar => depth += 1,
            TokenKind::Semi => starts_statement = true,
            TokenKind::Colon => starts_statement = depth == 0,
            TokenKind::Name if at_statement_start => {
                let kind = match token.text(source) {
                    "match" if at_line_start && begins_match(&tokens[index + 1..]) => {
                        match_line = true;
                        Some(TokenKind::SoftMatch)
                    }
                    "case" if at_line_start && blocks.last() == Some(&true) => Some(TokenKind::SoftCase),
                    "type" if tokens.get(index + 1).is_some_and(|next| next.kind == TokenKind::Name) => {
                        Some(TokenKind::SoftType)
                    }
                    _ => None,
                };
                if let Some(kind) = kind {
                    tokens[index].kind = kind;
                }
            }
            _ => {}
        }
        if starts_line && !matches!(tokens.get(index + 1), Some(next) if next.kind == TokenKind::Indent) {
            match_line = false;
        }
        at_line_start = starts_line;
        at_statement_start = starts_line || starts_statement;
    }
}

/// Whether the rest of a line that begins with `match` makes it a match statement.
fn begins_match(rest: &[Token]) -> bool {
    let Some(first) = rest.first() else { return false };
    let can_begin_subject = matches!(
        first.kind,
        TokenKind::Name
            | TokenKind::Number
            | TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::TStringStart
            | TokenKind::LPar
            | TokenKind::LSqb
            | TokenKind::LBrace
            | TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Tilde
            | TokenKind::Star
            | TokenKind::Ellipsis
            | TokenKind::None
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Not
            | TokenKind::Lambda
            | TokenKind::Await
    );
    if !can_begin_subject {
        return false;
    }
    let end = rest.iter().position(|token| token.kind == TokenKind::Newline);
    end.is_some_and(|end| end > 0 && rest[end - 1].kind == TokenKind::Colon)
}

/// Whether what follows a parenthesis up to its end is a list of with-items, and the end of the statement's header comes next. If
/// the end is not there, an `as` tells.
fn holds_with_items(rest: &[Token]) -> bool {
    let mut depth = 0usize;
    let mut lambdas = 0usize;
    let mut item_start = true;
    let mut has_as = false;
    for (index, token) in rest.iter().enumerate() {
        let kind = token.kind;
        match kind {
            TokenKind::LPar | TokenKind::LSqb | TokenKind::LBrace => depth += 1,
            TokenKind::RPar | TokenKind::RSqb | TokenKind::RBrace if depth > 0 => depth -= 1,
            TokenKind::RPar => {
                return index > 0 && rest.get(index + 1).is_some_and(|next| next.kind == TokenKind::Colon);
            }
            _ if depth > 0 => {}
            TokenKind::As => has_as = true,
            TokenKind::Lambda => lambdas += 1,
            TokenKind::Colon if lambdas > 0 => lambdas -= 1,
            TokenKind::ColonEqual | TokenKind::Yield | TokenKind::For => return false,
            TokenKind::Star if item_start && lambdas == 0 => return false,
            TokenKind::Newline | TokenKind::EndMarker => return false,
            _ => {}
        }
        item_start = depth == 0 && kind == TokenKind::Comma;
    }
    has_as
}
