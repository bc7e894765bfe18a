//! Parser for text signatures such as `($self, iterable, /, *, key=None, **kwargs)`.

/// How a parameter may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    PositionalOnly,
    PositionalOrKeyword,
    VarArgs,
    KeywordOnly,
    VarKw,
}

/// A default as the signature spells it.
#[derive(Clone, Debug, PartialEq)]
pub enum Default {
    None,
    Bool(bool),
    /// An integer, in Rust's spelling.
    Int(String),
    Float(String),
    Str(String),
    /// An expression that is only for the reader.
    Other(String),
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: String,
    pub kind: Kind,
    pub default: Option<Default>,
}

/// A parsed signature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signature {
    /// The name after `$` of the leading parameter.
    pub receiver: Option<String>,
    pub params: Vec<Param>,
}

/// Parses `text`; the error is a message.
pub fn parse(text: &str) -> Result<Signature, String> {
    let inner = text
        .trim()
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .ok_or("a signature is written in parentheses")?;
    let inner = &options_as_defaults(inner);
    let mut signature = Signature::default();
    let mut kind = Kind::PositionalOrKeyword;
    let mut defaulted = false;
    for (index, piece) in split_commas(inner)?.into_iter().enumerate() {
        let piece = piece.trim();
        if let Some(receiver) = piece.strip_prefix('$') {
            if index != 0 {
                return Err(format!("`{piece}` must come first"));
            }
            signature.receiver = Some(receiver.to_owned());
        } else if signature.params.last().is_some_and(|last| last.kind == Kind::VarKw) {
            return Err(format!("`{piece}` comes after `**`"));
        } else if piece == "/" {
            if kind == Kind::KeywordOnly || index == 0 {
                return Err("misplaced `/`".to_owned());
            }
            if signature.params.iter().any(|param| param.kind == Kind::PositionalOnly) {
                return Err("more than one `/`".to_owned());
            }
            for param in &mut signature.params {
                param.kind = Kind::PositionalOnly;
            }
        } else if let Some(name) = piece.strip_prefix("**") {
            signature.params.push(Param { name: identifier(name)?, kind: Kind::VarKw, default: None });
        } else if let Some(name) = piece.strip_prefix('*') {
            if kind == Kind::KeywordOnly {
                return Err("more than one `*`".to_owned());
            }
            kind = Kind::KeywordOnly;
            if !name.is_empty() {
                signature.params.push(Param { name: identifier(name)?, kind: Kind::VarArgs, default: None });
            }
        } else {
            let (name, default) = match piece.split_once('=') {
                Some((name, default)) => (name, Some(parse_default(default.trim()))),
                None => (piece, None),
            };
            if kind == Kind::PositionalOrKeyword {
                if default.is_none() && defaulted {
                    return Err(format!("`{piece}` needs a default, like the parameter before it"));
                }
                defaulted |= default.is_some();
            }
            signature.params.push(Param { name: identifier(name.trim())?, kind, default });
        }
    }
    Ok(signature)
}

/// Rewrites optional parameters in brackets, as in `sub[, start[, end]]`, to parameters with an unspecified default.
fn options_as_defaults(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0usize;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let opens = c == '[' && after.starts_with(',');
        let closes = c == ']' && depth > 0;
        if depth > 0 && (opens || closes) && !out.ends_with(UNSPECIFIED) {
            out.push_str(UNSPECIFIED);
        }
        if opens {
            depth += 1;
        } else if closes {
            depth -= 1;
        } else {
            out.push(c);
        }
        rest = after;
    }
    out
}

const UNSPECIFIED: &str = "=<unrepresentable>";

/// Splits at the commas that are outside of brackets and strings.
fn split_commas(text: &str) -> Result<Vec<&str>, String> {
    let mut pieces = Vec::new();
    let mut depth = 0usize;
    let mut quote = None;
    let mut escaped = false;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) => {
                if c == open {
                    quote = None;
                }
            }
            None => match c {
                '\'' | '"' => quote = Some(c),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.checked_sub(1).ok_or("unbalanced brackets")?,
                ',' if depth == 0 => {
                    pieces.push(&text[start..at]);
                    start = at + 1;
                }
                _ => {}
            },
        }
    }
    if depth != 0 || quote.is_some() {
        return Err("unbalanced brackets or quotes".to_owned());
    }
    if !text[start..].trim().is_empty() {
        pieces.push(&text[start..]);
    }
    if pieces.iter().any(|piece| piece.trim().is_empty()) {
        return Err("empty parameter".to_owned());
    }
    Ok(pieces)
}

fn identifier(name: &str) -> Result<String, String> {
    let mut chars = name.chars();
    let valid = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_');
    if valid { Ok(name.to_owned()) } else { Err(format!("`{name}` is not a parameter name")) }
}

fn parse_default(text: &str) -> Default {
    match text {
        "None" => return Default::None,
        "True" => return Default::Bool(true),
        "False" => return Default::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.starts_with(|c: char| c.is_ascii_digit()) {
        let radix = digits.starts_with("0x") || digits.starts_with("0o") || digits.starts_with("0b");
        if radix || digits.chars().all(|c| c.is_ascii_digit() || c == '_') {
            return Default::Int(text.to_owned());
        }
        if text.parse::<f64>().is_ok() {
            return Default::Float(text.to_owned());
        }
    }
    for quote in ['\'', '"'] {
        let body = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(body) = body
            && !body.contains(quote)
            && let Some(unescaped) = unescape(body)
        {
            return Default::Str(unescaped);
        }
    }
    Default::Other(text.to_owned())
}

/// The value of a string literal's body, if it uses none but the simplest escapes.
fn unescape(body: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '0' => '\0',
                c @ ('\\' | '\'' | '"') => c,
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(String, Kind)> {
        let signature = parse(text).unwrap();
        signature.params.into_iter().map(|param| (param.name, param.kind)).collect()
    }

    fn default_of(text: &str) -> Option<Default> {
        parse(&format!("(x={text})")).unwrap().params.remove(0).default
    }

    #[test]
    fn kinds_of_parameters() {
        use Kind::*;
        let expected = [
            ("a", PositionalOnly),
            ("b", PositionalOrKeyword),
            ("args", VarArgs),
            ("c", KeywordOnly),
            ("kw", VarKw),
        ];
        let expected: Vec<_> = expected.map(|(name, kind)| (name.to_owned(), kind)).into();
        assert_eq!(kinds("($self, a, /, b, *args, c=1, **kw)"), expected);
        assert_eq!(kinds("()"), []);
        assert_eq!(kinds("($self)"), []);
        assert_eq!(kinds("(*, key)"), [("key".to_owned(), KeywordOnly)]);
    }

    #[test]
    fn receiver_is_separate() {
        assert_eq!(parse("($type, x, /)").unwrap().receiver.as_deref(), Some("type"));
        assert_eq!(parse("(x)").unwrap().receiver, None);
    }

    #[test]
    fn defaults() {
        assert_eq!(default_of("-1"), Some(Default::Int("-1".into())));
        assert_eq!(default_of("0x7f"), Some(Default::Int("0x7f".into())));
        assert_eq!(default_of("1e-09"), Some(Default::Float("1e-09".into())));
        assert_eq!(default_of("None"), Some(Default::None));
        assert_eq!(default_of("True"), Some(Default::Bool(true)));
        assert_eq!(default_of("', \\n'"), Some(Default::Str(", \n".into())));
        assert_eq!(default_of("()"), Some(Default::Other("()".into())));
        assert_eq!(default_of("(1, 2)"), Some(Default::Other("(1, 2)".into())));
        assert_eq!(default_of("sys.maxsize"), Some(Default::Other("sys.maxsize".into())));
    }

    #[test]
    fn options_in_brackets() {
        let names: Vec<_> = parse("($self, sub[, start[, end]], /)").unwrap().params;
        let names: Vec<_> = names.into_iter().map(|param| (param.name, param.default.is_some())).collect();
        assert_eq!(names, [("sub".to_owned(), false), ("start".to_owned(), true), ("end".to_owned(), true)]);
    }

    #[test]
    fn slash_after_receiver() {
        assert_eq!(kinds("($self, /, x)"), [("x".to_owned(), Kind::PositionalOrKeyword)]);
    }

    #[test]
    fn errors() {
        for text in [
            "x",
            "(",
            "(a, , b)",
            "(/)",
            "(*, /)",
            "(*, *)",
            "(a=1, b)",
            "(**k, a)",
            "(a, $self)",
            "(1a)",
            "([)",
            "(a, /, /)",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
