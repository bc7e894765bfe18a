//! Source bytes to text: byte order mark, encoding declaration (PEP 263), line ends.

use std::borrow::Cow;

use crate::error::{ErrorKind, ErrorRange, SyntaxError};

/// Decodes the encodings that are not built in. `decode(name, bytes)` answers the text, or the message of the error.
pub type DecodeHook<'h> = &'h dyn Fn(&str, &[u8]) -> Result<String, String>;

/// Decodes a source file as its byte order mark or its declaration says, UTF-8 without either, and makes every line end `\n`.
pub fn decode_source<'s>(bytes: &'s [u8], hook: Option<DecodeHook<'_>>) -> Result<Cow<'s, str>, SyntaxError> {
    let (bom, rest) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (true, rest),
        None => (false, bytes),
    };
    let text = match declared_encoding(rest) {
        None => utf8(rest)?,
        Some((line, name)) => {
            let normal = normal_name(&name);
            if bom && normal != "utf-8" {
                return Err(bom_error(rest, line, &normal));
            }
            match normal.as_str() {
                "utf-8" => utf8(rest)?,
                "utf8" => declared_utf8(rest)?,
                "iso-8859-1" => Cow::Owned(rest.iter().map(|&byte| byte as char).collect()),
                "ascii" | "us-ascii" => ascii(rest)?,
                _ => match hook {
                    Some(hook) => Cow::Owned(hook(&name, rest).map_err(whole_source)?),
                    None => return Err(whole_source(format!("unknown encoding: {name}"))),
                },
            }
        }
    };
    Ok(universal_newlines(text))
}

/// Makes every line end `\n`, and drops a byte order mark.
pub fn universal_newlines(text: Cow<'_, str>) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn whole_source(msg: impl Into<String>) -> SyntaxError {
    let range = ErrorRange { lineno: 0, offset: -1, end_lineno: 0, end_offset: 0 };
    SyntaxError { kind: ErrorKind::SyntaxError, msg: msg.into(), range: Some(range), text: None }
}

/// The declaration in one of the first two lines: the line's index and the name. The second line counts only behind a
/// blank line or a comment.
pub fn declared_encoding(bytes: &[u8]) -> Option<(usize, String)> {
    let mut rest = bytes;
    for index in 0..2 {
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        let code = line.iter().position(|&byte| !matches!(byte, b' ' | b'\t' | 0x0C));
        match code {
            Some(at) if line[at] == b'#' => {
                if let Some(name) = declaration(&line[at..]) {
                    return Some((index, name));
                }
            }
            Some(_) => return None,
            None => {}
        }
        let next = if rest.get(end..end + 2) == Some(b"\r\n") { end + 2 } else { end + 1 };
        rest = rest.get(next..)?;
    }
    None
}

fn declaration(comment: &[u8]) -> Option<String> {
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&comment[from..], b"coding") {
        let after = from + at + b"coding".len();
        from = after;
        if !matches!(comment.get(after), Some(b':' | b'=')) {
            continue;
        }
        let rest = &comment[after + 1..];
        let start = rest.iter().position(|&byte| !matches!(byte, b' ' | b'\t')).unwrap_or(rest.len());
        let name: String = rest[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .map(|&byte| byte as char)
            .collect();
        if !name.is_empty() {
            return Some(name);
        }
    }
    None
}

/// The names of UTF-8 and Latin-1 that need no codec, made uniform; any other name unchanged but for its case.
fn normal_name(name: &str) -> String {
    let lower: String =
        name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    let is = |base: &str| lower == base || lower.strip_prefix(base).is_some_and(|rest| rest.starts_with('-'));
    if is("utf-8") {
        "utf-8".into()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".into()
    } else {
        name.to_ascii_lowercase()
    }
}

fn bom_error(rest: &[u8], line: usize, name: &str) -> SyntaxError {
    let text = rest.split(|&byte| byte == b'\n').nth(line).unwrap_or(&[]);
    let text = String::from_utf8_lossy(text).into_owned();
    let lineno = line as u32 + 1;
    let range = ErrorRange { lineno, offset: 0, end_lineno: lineno, end_offset: text.chars().count() as i32 };
    SyntaxError {
        kind: ErrorKind::SyntaxError,
        msg: format!("encoding problem: {name} with BOM"),
        range: Some(range),
        text: Some(text),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let line_start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    let line_end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |newline| at + newline);
    let lineno = memchr::memchr_iter(b'\n', &bytes[..at]).count() as u32 + 1;
    let before = String::from_utf8_lossy(&bytes[line_start..at]);
    let offset = before.chars().count() as i32 + 1;
    Err(SyntaxError {
        kind: ErrorKind::SyntaxError,
        msg: format!(
            "Non-UTF-8 code starting with '\\x{:02x}' on line {lineno}, but no encoding declared; \
             see https://peps.python.org/pep-0263/ for details",
            bytes.get(at).copied().unwrap_or(0)
        ),
        range: Some(ErrorRange { lineno, offset, end_lineno: lineno, end_offset: offset }),
        text: Some(String::from_utf8_lossy(&bytes[line_start..line_end]).into_owned()),
    })
}

fn declared_utf8(bytes: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let byte = bytes.get(at).copied().unwrap_or(0);
    let msg = match error.error_len() {
        _ if matches!(byte, 0x80..=0xC1 | 0xF5..) => {
            format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: invalid start byte")
        }
        Some(1) => format!(
            "'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: invalid continuation byte"
        ),
        Some(len) => format!(
            "'utf-8' codec can't decode bytes in position {at}-{}: invalid continuation byte",
            at + len - 1
        ),
        None if at + 1 == bytes.len() => {
            format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: unexpected end of data")
        }
        None => format!(
            "'utf-8' codec can't decode bytes in position {at}-{}: unexpected end of data",
            bytes.len() - 1
        ),
    };
    Err(whole_source(msg))
}

fn ascii(bytes: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    match bytes.iter().position(|byte| !byte.is_ascii()) {
        None => Ok(String::from_utf8_lossy(bytes)),
        Some(at) => Err(whole_source(format!(
            "'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
            bytes[at]
        ))),
    }
}
