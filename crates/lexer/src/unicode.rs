//! The Unicode properties the lexer needs.

use std::borrow::Cow;

use minipy_unicode::{self as data, Form};

/// Whether an identifier may begin with `c`.
pub fn is_xid_start(c: char) -> bool {
    data::is_xid_start(c as u32)
}

/// Whether `c` may stand in an identifier.
pub fn is_xid_continue(c: char) -> bool {
    data::is_xid_continue(c as u32)
}

/// Whether `repr` shows `c` as it is.
pub fn is_printable(c: char) -> bool {
    data::is_printable(c as u32)
}

/// The character of that name, alias names included.
pub fn lookup_name(name: &str) -> Option<u32> {
    data::name::lookup(name)
}

/// The name an identifier stands for: its NFKC form.
pub fn normalize_identifier(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        return Cow::Borrowed(name);
    }
    data::normalize::normalize_str(Form::Nfkc, name)
}
