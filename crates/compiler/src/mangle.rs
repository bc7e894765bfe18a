//! Private name mangling: `__spam` in `class Ham` is `_Ham__spam`.

use bumpalo::Bump;

/// The mangled form of `name` inside a class named `class`, or None if the name is left alone.
fn mangled_parts<'n>(class: &'n str, name: &str) -> Option<&'n str> {
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return None;
    }
    let class = class.trim_start_matches('_');
    (!class.is_empty()).then_some(class)
}

/// `name` as code in `class` means it.
#[inline]
pub(crate) fn mangle<'a>(bump: &'a Bump, class: Option<&str>, name: &'a str) -> &'a str {
    match class.and_then(|class| mangled_parts(class, name)) {
        Some(class) => bumpalo::format!(in bump, "_{}{}", class, name).into_bump_str(),
        None => name,
    }
}
