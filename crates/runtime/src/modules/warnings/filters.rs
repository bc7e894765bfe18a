//! The filters: which action a warning gets.

use super::from_module;
use minipy_vm::cell::GilCell;
use minipy_vm::types::str::StrRef;
use minipy_vm::{DictRef, ListRef, PyDict, PyList, PyResult, PyStr, PyTuple, TypeRef, Value};
use minipy_vm::{exceptions, name, protocol};

/// What the module and native warnings share. What users put into `warnings` in its place is remembered.
pub(super) struct State {
    filters: GilCell<Option<ListRef>>,
    once: GilCell<Option<DictRef>>,
    default_action: GilCell<Option<StrRef>>,
    /// Counts the changes of filters.
    pub version: GilCell<i64>,
    /// The context variable of `catch_warnings`.
    pub context: GilCell<Option<Value>>,
}

pub(super) static STATE: State = State {
    filters: GilCell::new(None),
    once: GilCell::new(None),
    default_action: GilCell::new(None),
    version: GilCell::new(0),
    context: GilCell::new(None),
};

impl State {
    pub fn filters(&self) -> ListRef {
        if let Some(filters) = self.filters.get() {
            return filters;
        }
        let filter = |action: &str, category: &TypeRef, module: Value| {
            let fields = [action.into(), Value::NONE, category.to_value(), module, Value::small_int(0)];
            PyTuple::from_array(fields).into_value()
        };
        let list = PyList::from_vec(vec![
            filter("default", exceptions::deprecation_warning_class(), "__main__".into()),
            filter("ignore", exceptions::deprecation_warning_class(), Value::NONE),
            filter("ignore", exceptions::pending_deprecation_warning_class(), Value::NONE),
            filter("ignore", exceptions::import_warning_class(), Value::NONE),
            filter("ignore", exceptions::resource_warning_class(), Value::NONE),
        ]);
        self.filters.set(Some(list.clone()));
        list
    }

    pub fn once_registry(&self) -> DictRef {
        let registry = self.once.get().unwrap_or_default();
        self.once.set(Some(registry.clone()));
        registry
    }

    /// The registry for the action `once` where there is none for the module.
    pub fn current_once_registry(&self) -> PyResult<DictRef> {
        let Some(found) = from_module("onceregistry")? else { return Ok(self.once_registry()) };
        match found.downcast::<PyDict>() {
            Some(registry) => {
                self.once.set(Some(registry.clone()));
                Ok(registry.clone())
            }
            None => Err(must_be("onceregistry", "dict", &found)),
        }
    }

    fn current_filters(&self) -> PyResult<ListRef> {
        let Some(found) = from_module("filters")? else { return Ok(self.filters()) };
        match found.downcast::<PyList>() {
            Some(filters) => {
                self.filters.set(Some(filters.clone()));
                Ok(filters.clone())
            }
            None => Err(exceptions::value_error("_warnings.filters must be a list")),
        }
    }

    fn current_default_action(&self) -> PyResult<StrRef> {
        let Some(found) = from_module("defaultaction")? else {
            return Ok(self.default_action.get().unwrap_or_else(|| PyStr::from_str("default")));
        };
        match found.downcast::<PyStr>() {
            Some(action) => {
                self.default_action.set(Some(action.clone()));
                Ok(action.clone())
            }
            None => Err(must_be("defaultaction", "string", &found)),
        }
    }

    /// The filters of the running context, which `catch_warnings` sets with `-X context_aware_warnings`.
    fn context_filters(&self) -> PyResult<Option<ListRef>> {
        let Some(variable) = self.context.get() else { return Ok(None) };
        let context = protocol::call_method(&variable, name!("get"), &[Value::NONE])?;
        if context.is_none() {
            return Ok(None);
        }
        let filters = protocol::getattr(&context, name!("_filters"))?;
        match filters.downcast_into::<PyList>() {
            Ok(filters) => Ok(Some(filters)),
            Err(_) => Err(exceptions::value_error("_filters of warnings._warnings_context must be a list")),
        }
    }
}

fn must_be(name: &str, kind: &str, found: &Value) -> minipy_vm::PyErr {
    exceptions::type_error(format!("_warnings.{name} must be a {kind}, not '{}'", found.type_name()))
}

fn matches(pattern: &Value, text: &Value) -> PyResult<bool> {
    if pattern.is_none() {
        return Ok(true);
    }
    if pattern.downcast_exact::<PyStr>().is_some() {
        return protocol::eq(pattern, text);
    }
    protocol::truth(&protocol::call_method(pattern, name!("match"), std::slice::from_ref(text))?)
}

/// The action for a warning, and the filter that asks for it; None for the default action.
pub(super) fn action_for(
    category: &Value,
    text: &Value,
    lineno: i64,
    module: &Value,
) -> PyResult<(StrRef, Value)> {
    if let Some(filters) = STATE.context_filters()?
        && let Some(found) =
            search(&filters, "warnings._warnings_context _filters", category, text, lineno, module)?
    {
        return Ok(found);
    }
    let filters = STATE.current_filters()?;
    match search(&filters, "warnings.filters", category, text, lineno, module)? {
        Some(found) => Ok(found),
        None => Ok((STATE.current_default_action()?, Value::NONE)),
    }
}

/// The first of the filters that matches. Looking may run code that changes them.
fn search(
    filters: &ListRef,
    name: &str,
    category: &Value,
    text: &Value,
    lineno: i64,
    module: &Value,
) -> PyResult<Option<(StrRef, Value)>> {
    let mut index = 0;
    while let Some(filter) = filters.get(index) {
        let Some([action, message, class, pattern, line]) = filter.downcast::<PyTuple>().map(|t| &t[..])
        else {
            return Err(exceptions::value_error(format!("{name} item {index} isn't a 5-tuple")));
        };
        let Some(action) = action.downcast::<PyStr>() else {
            let kind = action.type_name();
            return Err(exceptions::type_error(format!("action must be a string, not '{kind}'")));
        };
        let is_message = matches(message, text)?;
        let is_category = protocol::issubclass(category, class)?;
        let is_module = matches(pattern, module)?;
        if !protocol::is_int(line) {
            return Err(exceptions::type_error("an integer is required"));
        }
        let line = protocol::index_to_isize(line)?;
        if is_message && is_category && is_module && (line == 0 || line as i64 == lineno) {
            return Ok(Some((action.clone(), filter.clone())));
        }
        index += 1;
    }
    Ok(None)
}
