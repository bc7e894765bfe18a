//! Tests of the lexer alone; the parser's goldens cover the rest.

use crate::encoding::decode_source;
use crate::literal::{Number, parse_number, unescape_bytes, unescape_str};
use crate::{LexerOptions, Lines, TokenKind as T, mark_soft_keywords, tokenize};

fn kinds(source: &str) -> Vec<T> {
    let lines = Lines::new(source, true);
    let mut lexed = tokenize(source, &lines, LexerOptions::default());
    assert_eq!(lexed.error, None, "{source}");
    mark_soft_keywords(source, &mut lexed.tokens);
    lexed.tokens.iter().map(|token| token.kind).collect()
}

fn error(source: &str) -> String {
    let lines = Lines::new(source, true);
    tokenize(source, &lines, LexerOptions::default()).error.expect("the source is wrong").msg
}

#[test]
fn indentation_makes_blocks() {
    let expected = [
        T::If,
        T::Name,
        T::Colon,
        T::Newline,
        T::Indent,
        T::Name,
        T::Newline,
        T::Dedent,
        T::Name,
        T::Newline,
        T::EndMarker,
    ];
    assert_eq!(kinds("if a:\n    b\n\n  # c\nd"), expected);
    assert_eq!(error("if a:\n  b\n c"), "unindent does not match any outer indentation level");
    assert_eq!(error("if a:\n\tb\n        c"), "inconsistent use of tabs and spaces in indentation");
}

#[test]
fn brackets_join_lines() {
    assert_eq!(kinds("(a\n  ,\n)"), [T::LPar, T::Name, T::Comma, T::RPar, T::Newline, T::EndMarker]);
    assert_eq!(error("(a]"), "closing parenthesis ']' does not match opening parenthesis '('");
    assert_eq!(error(&"(".repeat(201)), "too many nested parentheses");
}

#[test]
fn format_strings_switch_modes() {
    let expected = [
        T::FStringStart,
        T::FStringMiddle,
        T::LBrace,
        T::Name,
        T::Exclamation,
        T::Name,
        T::Colon,
        T::FStringMiddle,
        T::LBrace,
        T::Name,
        T::RBrace,
        T::FStringMiddle,
        T::RBrace,
        T::FStringEnd,
        T::Newline,
        T::EndMarker,
    ];
    assert_eq!(kinds("f'a{b!r:>{c}}'"), expected);
    // A colon of the expression itself is within brackets; the walrus is not one here.
    assert!(!kinds("f'{a[b:c]}'").contains(&T::FStringMiddle));
    assert!(kinds("f'{a:=5}'").contains(&T::Colon));
    assert!(kinds("f'{a != b}'").contains(&T::NotEqual));
    assert_eq!(error("f'}'"), "f-string: single '}' is not allowed");
    assert_eq!(error("t'{a"), "'{' was never closed");
}

#[test]
fn soft_keywords_depend_on_what_follows() {
    assert_eq!(kinds("match x:\n case y: pass")[0], T::SoftMatch);
    assert_eq!(kinds("match x:\n case y: pass")[5], T::SoftCase);
    assert_eq!(kinds("match = x")[0], T::Name);
    assert_eq!(kinds("match[a:b]")[0], T::Name);
    assert_eq!(kinds("case: int")[0], T::Name);
    assert_eq!(kinds("type x = y")[0], T::SoftType);
    assert_eq!(kinds("type(x)")[0], T::Name);
    assert_eq!(kinds("with (a, b): pass")[1], T::WithLPar);
    assert_eq!(kinds("with (a, b).c: pass")[1], T::LPar);
    assert_eq!(kinds("with (a := b): pass")[1], T::LPar);
    assert_eq!(kinds("with (lambda a, *b: c): pass")[1], T::WithLPar);
}

#[test]
fn numbers() {
    assert_eq!(parse_number("0x_ff", 0), Ok(Number::Small(255)));
    assert_eq!(parse_number("1_0", 0), Ok(Number::Small(10)));
    assert_eq!(parse_number("1e3", 0), Ok(Number::Float(1000.0)));
    assert_eq!(parse_number("2.j", 0), Ok(Number::Imaginary(2.0)));
    assert_eq!(parse_number(&"9".repeat(30), 20), Err(30));
    assert_eq!(error("1__0"), "invalid decimal literal");
    assert_eq!(error("0b2"), "invalid digit '2' in binary literal");
    assert_eq!(kinds("1if a else 2").len(), 7);
}

#[test]
fn escapes() {
    let text = |body| unescape_str(body).map(|found| found.value.to_string_lossy().into_owned());
    assert_eq!(
        text(
            r"\x41\u00e9\101\
b"
        )
        .as_deref(),
        Ok("AéAb")
    );
    assert_eq!(text(r"\N{BULLET}").as_deref(), Ok("\u{2022}"));
    assert!(text(r"\x4").is_err());
    assert_eq!(unescape_str(r"a\z").expect("it is let through").invalid.map(|found| found.offset), Some(1));
    assert_eq!(unescape_bytes(br"\xff\0").expect("it is valid").value, [0xFF, 0]);
}

#[test]
fn encodings() {
    let text =
        |bytes: &[u8]| decode_source(bytes, None).map(|text| text.into_owned()).map_err(|error| error.msg);
    assert_eq!(text(b"\xEF\xBB\xBFa\r\nb\rc").as_deref(), Ok("a\nb\nc"));
    assert_eq!(text(b"# coding: latin-1\n\xE9").as_deref(), Ok("# coding: latin-1\né"));
    assert_eq!(text(b"\n# vim: set fileencoding=iso-8859-1 :\n\xE9").as_deref().map(str::len), Ok(40));
    assert!(text(b"x\n# coding: latin-1\n\xE9").is_err());
    assert_eq!(text(b"# coding: nonsense\n"), Err("unknown encoding: nonsense".into()));
    let upper = |name: &str, bytes: &[u8]| Ok(format!("{name} {}", bytes.len()));
    assert_eq!(decode_source(b"# coding: x-y\n", Some(&upper)).as_deref(), Ok("x-y 14"));
}

#[test]
fn extra_tokens() {
    let source = "a # b\n\n# c\n(d,\n e)";
    let lines = Lines::new(source, true);
    let options = LexerOptions { extra_tokens: true, ..LexerOptions::default() };
    let kinds: Vec<T> = tokenize(source, &lines, options).tokens.iter().map(|token| token.kind).collect();
    let expected = [
        T::Name,
        T::Comment,
        T::Newline,
        T::Nl,
        T::Comment,
        T::Nl,
        T::LPar,
        T::Name,
        T::Comma,
        T::Nl,
        T::Name,
        T::RPar,
        T::Newline,
        T::EndMarker,
    ];
    assert_eq!(kinds, expected);
}
