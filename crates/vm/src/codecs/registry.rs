//! Registered codecs and error handlers.

use super::handlers;
use crate::cell::GilCell;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use rustc_hash::FxHashMap;

#[derive(Default)]
struct Registry {
    search_path: Vec<Value>,
    /// Codecs found before, by normalized name.
    cache: FxHashMap<String, Value>,
    errors: FxHashMap<String, Value>,
    /// Whether the standard codecs have been imported, which register their search function.
    imported: bool,
}

static REGISTRY: GilCell<Option<Registry>> = GilCell::new(None);

/// Runs `f` on the registry; `f` must not run Python code.
fn with<R>(f: impl FnOnce(&mut Registry) -> R) -> R {
    REGISTRY.with(|registry| f(registry.get_or_insert_with(Registry::default)))
}

/// `codecs.register(search_function)`.
pub fn register(search: Value) -> PyResult<()> {
    if !protocol::is_callable(&search) {
        return Err(exceptions::type_error("argument must be callable"));
    }
    with(|registry| registry.search_path.push(search));
    Ok(())
}

/// `codecs.unregister(search_function)`.
pub fn unregister(search: &Value) {
    let dropped = with(|registry| {
        let at = registry.search_path.iter().position(|s| s.is(search))?;
        Some((registry.search_path.remove(at), std::mem::take(&mut registry.cache)))
    });
    drop(dropped);
}

/// Lower case, with a single underscore for each run of characters other than letters, digits and dots.
pub fn normalize(encoding: &str) -> String {
    let mut out = String::with_capacity(encoding.len());
    let mut gap = false;
    for c in encoding.chars().filter(char::is_ascii) {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}

/// `codecs.lookup(encoding)`: what a search function gave, a tuple of four functions.
pub fn lookup(encoding: &str) -> PyResult<Value> {
    let normalized = normalize(encoding);
    if let Some(found) = with(|registry| registry.cache.get(&normalized).cloned()) {
        return Ok(found);
    }
    if !with(|registry| std::mem::replace(&mut registry.imported, true)) {
        let none = Value::NONE;
        let imported = crate::function::hooks::import(name!("encodings").as_value(), &none, &none, &none, 0);
        if let Err(error) = imported {
            with(|registry| registry.imported = false);
            return Err(error);
        }
    }
    let argument = PyStr::from_str(&normalized).into_value();
    let mut next = 0;
    while let Some(search) = with(|registry| registry.search_path.get(next).cloned()) {
        next += 1;
        let found = protocol::call1(&search, argument.clone())?;
        if found.is_none() {
            continue;
        }
        if found.downcast::<PyTuple>().is_none_or(|t| t.len() != 4) {
            return Err(exceptions::type_error("codec search functions must return 4-tuples"));
        }
        with(|registry| registry.cache.insert(normalized, found.clone()));
        return Ok(found);
    }
    Err(exceptions::lookup_error(format!("unknown encoding: {encoding}")))
}

/// `codecs.register_error(name, handler)`.
pub fn register_error(name: &str, handler: Value) -> PyResult<()> {
    if !protocol::is_callable(&handler) {
        return Err(exceptions::type_error("handler must be callable"));
    }
    let old = with(|registry| registry.errors.insert(name.to_owned(), handler));
    drop(old);
    Ok(())
}

/// `codecs._unregister_error(name)`: whether there was such a handler.
pub fn unregister_error(name: &str) -> PyResult<bool> {
    if handlers::builtin(name).is_some() {
        return Err(exceptions::value_error(format!("cannot un-register built-in error handler '{name}'")));
    }
    Ok(with(|registry| registry.errors.remove(name)).is_some())
}

/// `codecs.lookup_error(name)`.
pub fn lookup_error(name: &str) -> PyResult<Value> {
    if let Some(found) = with(|registry| registry.errors.get(name).cloned()) {
        return Ok(found);
    }
    match handlers::builtin(name) {
        Some(handler) => {
            with(|registry| registry.errors.insert(name.to_owned(), handler.clone()));
            Ok(handler)
        }
        None => Err(exceptions::lookup_error(format!("unknown error handler name '{name}'"))),
    }
}

/// Whether a built-in name stands for another handler now.
pub fn is_overridden(name: &str) -> bool {
    with(|registry| registry.errors.get(name).is_some_and(|handler| !handlers::is_builtin(handler)))
}
