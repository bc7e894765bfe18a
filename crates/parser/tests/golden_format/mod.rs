//! Errors as the goldens have them: a JSON list, as the oracle's script writes it.

use minipy_parser::{SyntaxError, SyntaxWarning};

/// The error as the oracle's script writes it.
pub fn error_line(error: &SyntaxError) -> String {
    let range = match error.range {
        None => "null, null, null, null".to_owned(),
        Some(range) if range.offset == -1 => format!("{}, {}, null, null", range.lineno, range.offset),
        Some(range) => {
            format!("{}, {}, {}, {}", range.lineno, range.offset, range.end_lineno, range.end_offset)
        }
    };
    let text = error.text.as_deref().map_or("null".to_owned(), json);
    format!("[\"error\", \"{}\", {}, {range}, {text}]", error.kind.name(), json(&error.msg))
}

/// Warnings as the goldens have them, and the error the first of them becomes when warnings are errors.
pub fn warning_line(warnings: &[SyntaxWarning]) -> String {
    let mut items: Vec<String> =
        warnings.iter().map(|warning| format!("[{}, {}]", warning.lineno, json(&warning.msg))).collect();
    if let Some(first) = warnings.first() {
        let range = first.range;
        items.push(format!(
            "[{}, {}, {}, {}, {}]",
            json(&first.error_msg),
            range.lineno,
            range.offset,
            range.end_lineno,
            range.end_offset
        ));
    }
    format!("[{}]", items.join(", "))
}

/// A string as JSON writes it.
pub fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
    out
}
