//! `_warnings`: issuing warnings by the filters, natively.

use minipy_macros::pymodule;
use minipy_vm::cell::GilCell;
use minipy_vm::frame::{self, Frame};
use minipy_vm::types::str::intern;
use minipy_vm::types::typeobj::PyType;
use minipy_vm::warnings::Hooks;
use minipy_vm::{DictRef, ListRef, PyDict, PyList, PyResult, PyStr, PyTuple, Ref, TypeRef, Value};
use minipy_vm::{exceptions, name, protocol};

/// _warnings provides basic warning filtering support.
/// It is a helper module to speed up interpreter start-up.
#[pymodule(name = "_warnings")]
pub mod functions {
    use super::*;

    #[pyattr]
    const _defaultaction: &str = "default";

    #[pyattr]
    fn filters() -> Value {
        super::STATE.filters().into_value()
    }

    #[pyattr]
    fn _onceregistry() -> Value {
        super::STATE.once_registry().into_value()
    }

    /// Issue a warning, or maybe ignore it or raise an exception.
    ///
    ///   message
    ///     Text of the warning message.
    ///   category
    ///     The Warning category subclass. Defaults to UserWarning.
    ///   stacklevel
    ///     How far up the call stack to make this warning appear. A value of 2 for
    ///     example attributes the warning to the caller of the code calling warn().
    ///   source
    ///     If supplied, the destroyed object which emitted a ResourceWarning
    ///   skip_file_prefixes
    ///     An optional tuple of module filename prefixes indicating frames to skip
    ///     during stacklevel computations for stack frame attribution.
    #[pyfunction("(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())")]
    fn warn(
        message: &Value,
        category: Option<&Value>,
        stacklevel: i64,
        source: Option<&Value>,
        skip_file_prefixes: Option<&Ref<PyTuple>>,
    ) -> PyResult<()> {
        let category = super::category_of(message, category)?;
        let prefixes: Vec<String> = match skip_file_prefixes {
            Some(tuple) => tuple
                .iter()
                .map(|p| match p.downcast::<PyStr>() {
                    Some(p) => Ok(p.to_string_lossy()),
                    None => Err(exceptions::type_error(format!(
                        "Found non-str '{}' in skip_file_prefixes.",
                        p.type_name()
                    ))),
                })
                .collect::<PyResult<_>>()?,
            None => Vec::new(),
        };
        let stacklevel = if prefixes.is_empty() { stacklevel } else { stacklevel.max(2) };
        super::warn_at(message, &category, stacklevel, source, &prefixes)
    }

    /// Issue a warning, or maybe ignore it or raise an exception.
    #[pyfunction(
        "(message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)"
    )]
    fn warn_explicit(
        message: &Value,
        category: &Value,
        filename: &Ref<PyStr>,
        lineno: i64,
        module: Option<&Value>,
        registry: Option<&Value>,
        module_globals: Option<&Value>,
        source: Option<&Value>,
    ) -> PyResult<()> {
        let _ = module_globals;
        let category = super::category_of(message, Some(category))?;
        let place = Place {
            filename: filename.to_string_lossy(),
            lineno,
            module: module.cloned(),
            registry: registry.cloned().unwrap_or(Value::NONE),
        };
        super::issue(message, &category, &place, source)
    }

    #[pyfunction("()")]
    fn _filters_mutated_lock_held() {
        super::STATE.version.set(super::STATE.version.get() + 1);
    }

    #[pyfunction("()")]
    fn _acquire_lock() {}

    #[pyfunction("()")]
    fn _release_lock() {}

    #[init]
    fn init(module: &Ref<minipy_vm::PyModule>) -> PyResult<()> {
        let class = crate::import::native_module("_contextvars");
        if let Ok(contextvars) = class {
            let variable = protocol::getattr(&contextvars, name!("ContextVar"))?;
            let context = protocol::call1(&variable, Value::from("warnings_context"))?;
            module.namespace().insert("_warnings_context", context);
        }
        minipy_vm::warnings::install(&super::HOOKS);
        Ok(())
    }
}

pub use functions::MODULE;

static HOOKS: Hooks = Hooks {
    warn: |category, message, stacklevel| warn_at(&Value::from(message), category, stacklevel, None, &[]),
    warn_explicit: |category, message, filename, lineno| {
        let place = Place { filename: filename.to_owned(), lineno, module: None, registry: Value::NONE };
        issue(&Value::from(message), category, &place, None)
    },
    unawaited_coroutine,
};

/// The state that the module and native warnings share.
struct State {
    filters: GilCell<Option<ListRef>>,
    once: GilCell<Option<DictRef>>,
    version: GilCell<i64>,
}

static STATE: State =
    State { filters: GilCell::new(None), once: GilCell::new(None), version: GilCell::new(0) };

impl State {
    fn filters(&self) -> ListRef {
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

    fn once_registry(&self) -> DictRef {
        let registry = self.once.get().unwrap_or_default();
        self.once.set(Some(registry.clone()));
        registry
    }
}

/// Where a warning is reported for.
struct Place {
    filename: String,
    lineno: i64,
    module: Option<Value>,
    registry: Value,
}

fn category_of(message: &Value, category: Option<&Value>) -> PyResult<TypeRef> {
    if message.is_instance_of(exceptions::warning_class()) {
        return Ok(message.class().clone());
    }
    let Some(category) = category.filter(|c| !c.is_none()) else {
        return Ok(exceptions::user_warning_class().clone());
    };
    match category.downcast::<PyType>() {
        Some(class) if class.is_subtype(exceptions::warning_class()) => Ok(class.clone()),
        Some(class) => Err(exceptions::type_error(format!(
            "category must be a Warning subclass, not class '{}'",
            class.name()
        ))),
        None => Err(exceptions::type_error(format!(
            "category must be a Warning subclass, not '{}'",
            category.type_name()
        ))),
    }
}

fn is_internal(frame: *mut Frame) -> bool {
    // SAFETY: frames of the current chain are live.
    let filename = unsafe { (*frame).code().filename.get().to_string_lossy() };
    filename.contains("importlib") && filename.contains("_bootstrap")
}

/// Issues a warning about the frame `stacklevel` levels up.
fn warn_at(
    message: &Value,
    category: &TypeRef,
    stacklevel: i64,
    source: Option<&Value>,
    prefixes: &[String],
) -> PyResult<()> {
    let mut frame = frame::current_frame();
    let skip = |frame: *mut Frame| {
        // SAFETY: as above.
        let filename = unsafe { (*frame).code().filename.get().to_string_lossy() };
        is_internal(frame) || prefixes.iter().any(|p| filename.starts_with(p.as_str()))
    };
    // SAFETY: as above.
    let previous = |frame: *mut Frame| unsafe { Some((*frame).previous).filter(|p| !p.is_null()) };
    let plain = stacklevel <= 0 || frame.is_some_and(is_internal);
    let mut left = stacklevel;
    while left > 1 {
        frame = frame.and_then(previous);
        while !plain && frame.is_some_and(skip) {
            frame = frame.and_then(previous);
        }
        left -= 1;
        if frame.is_none() {
            break;
        }
    }
    let place = match frame {
        Some(frame) => {
            // SAFETY: as above.
            let (globals, filename, lineno) = unsafe {
                let index = (*frame).instruction_index();
                ((*frame).globals().clone(), (*frame).code().filename.get(), (*frame).code().line_at(index))
            };
            let registry = globals
                .get_or_insert(name!("__warningregistry__").as_value(), || PyDict::new_ref().into_value())?;
            let module = globals.get_interned(name!("__name__")).filter(|m| m.downcast::<PyStr>().is_some());
            let module = module.unwrap_or_else(|| Value::from("<string>"));
            Place {
                filename: filename.to_string_lossy(),
                lineno: i64::from(lineno),
                module: Some(module),
                registry,
            }
        }
        None => Place {
            filename: "<sys>".to_owned(),
            lineno: 0,
            module: Some("sys".into()),
            registry: Value::NONE,
        },
    };
    issue(message, category, &place, source)
}

/// What the `warnings` module holds under `name`, if it is imported: users may replace it there.
fn from_module(name: &str) -> PyResult<Option<Value>> {
    let Some(module) = crate::import::modules()?.get_str(name!("warnings"))? else { return Ok(None) };
    protocol::lookup_attr(&module, &intern(name))
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

/// The action of the first filter that matches, and that filter.
fn action_for(category: &TypeRef, text: &Value, lineno: i64, module: &Value) -> PyResult<String> {
    let filters = match from_module("filters")? {
        Some(filters) => filters,
        None => STATE.filters().into_value(),
    };
    for filter in protocol::collect(&filters)? {
        let Some(fields) = filter.downcast::<PyTuple>().filter(|t| t.len() == 5) else {
            return Err(exceptions::value_error("warnings.filters item isn't a 5-tuple"));
        };
        let line = protocol::index_to_i64(&fields[4])?.unwrap_or(0);
        if matches(&fields[1], text)?
            && protocol::issubclass(category.as_value(), &fields[2])?
            && matches(&fields[3], module)?
            && (line == 0 || line == lineno)
        {
            return Ok(protocol::str(&fields[0])?.to_string_lossy());
        }
    }
    let default = from_module("defaultaction")?.unwrap_or_else(|| "default".into());
    Ok(protocol::str(&default)?.to_string_lossy())
}

/// Whether the registry has seen the key; notes it if not.
fn already_warned(registry: &Value, key: Value) -> PyResult<bool> {
    let Some(registry) = registry.downcast::<PyDict>() else { return Ok(false) };
    let version = name!("version");
    let current = Value::from(STATE.version.get());
    let known = registry.get_str(version)?;
    if known.is_none_or(|v| !v.is(&current)) {
        registry.clear();
        registry.set_str(version, current)?;
    } else if let Some(seen) = registry.get(&key)?
        && protocol::truth(&seen)?
    {
        return Ok(true);
    }
    registry.set(key, Value::TRUE)?;
    Ok(false)
}

fn issue(message: &Value, category: &TypeRef, place: &Place, source: Option<&Value>) -> PyResult<()> {
    let module = match &place.module {
        Some(module) if module.is_none() => return Ok(()),
        Some(module) => module.clone(),
        None if place.filename.is_empty() => "<unknown>".into(),
        None => Value::from(place.filename.strip_suffix(".py").unwrap_or(&place.filename)),
    };
    let (text, message) = if message.is_instance_of(exceptions::warning_class()) {
        (protocol::str(message)?.into_value(), message.clone())
    } else {
        (message.clone(), protocol::call1(category.as_value(), message.clone())?)
    };
    let lineno = Value::from(place.lineno);
    let key = PyTuple::from_array([text.clone(), category.to_value(), lineno.clone()]).into_value();
    if let Some(registry) = place.registry.downcast::<PyDict>()
        && registry.get_str(name!("version"))?.is_some_and(|v| v.as_small_int() == Some(STATE.version.get()))
        && registry.get(&key)?.is_some()
    {
        return Ok(());
    }
    let short_key = || PyTuple::from_array([text.clone(), category.to_value()]).into_value();
    match action_for(category, &text, place.lineno, &module)?.as_str() {
        "error" => {
            return Err(match message.downcast_into::<exceptions::PyBaseException>() {
                Ok(exception) => minipy_vm::PyErr::from_exception(exception),
                Err(_) => exceptions::type_error("warning is no exception"),
            });
        }
        "ignore" => return Ok(()),
        "once" => {
            let registry = match from_module("onceregistry")? {
                Some(registry) => registry,
                None => STATE.once_registry().into_value(),
            };
            if already_warned(&registry, short_key())? {
                return Ok(());
            }
        }
        "module" => {
            let key =
                PyTuple::from_array([text.clone(), category.to_value(), Value::small_int(0)]).into_value();
            if already_warned(&place.registry, key)? {
                return Ok(());
            }
        }
        "default" => {
            if already_warned(&place.registry, key)? {
                return Ok(());
            }
        }
        "always" | "all" => {}
        other => {
            return Err(exceptions::runtime_error(format!(
                "Unrecognized action ('{other}') in warnings.filters:\n {other}"
            )));
        }
    }
    show(&message, category, place, &lineno, source)
}

/// Hands the warning to `warnings._showwarnmsg`, or prints it plainly while that module cannot be imported.
fn show(
    message: &Value,
    category: &TypeRef,
    place: &Place,
    lineno: &Value,
    source: Option<&Value>,
) -> PyResult<()> {
    let warnings = match crate::import::import_module("warnings") {
        Ok(warnings) => warnings,
        Err(_) => {
            let text = protocol::str(message)?;
            let line = format!("{}:{}: {}: {text}\n", place.filename, place.lineno, category.name());
            if let Some(stderr) = crate::sys::get("stderr")?.filter(|s| !s.is_none()) {
                protocol::call_method(&stderr, name!("write"), &[Value::from(line)])?;
            }
            return Ok(());
        }
    };
    let show = protocol::getattr(&warnings, name!("_showwarnmsg"))?;
    if !protocol::is_callable(&show) {
        return Err(exceptions::type_error("warnings._showwarnmsg() must be set to a callable"));
    }
    let class = protocol::getattr(&warnings, name!("WarningMessage"))?;
    let source = source.cloned().unwrap_or(Value::NONE);
    let record = protocol::call(
        &class,
        &[
            message.clone(),
            category.to_value(),
            Value::from(place.filename.as_str()),
            lineno.clone(),
            Value::NONE,
            Value::NONE,
            source,
        ],
    )?;
    protocol::call1(&show, record)?;
    Ok(())
}

/// "coroutine 'x' was never awaited", through `warnings._warn_unawaited_coroutine` as long as there is such a thing.
fn unawaited_coroutine(coroutine: &Value) {
    let report = |error| {
        let shown = protocol::repr(coroutine).map_or_else(|_| String::new(), |r| r.to_string_lossy());
        let message = format!("Exception ignored while finalizing coroutine {shown}");
        minipy_vm::finalize::report_unraisable(error, Some(&message), None);
    };
    let function = crate::import::import_module("warnings")
        .and_then(|module| protocol::lookup_attr(&module, name!("_warn_unawaited_coroutine")));
    if let Ok(Some(function)) = function {
        match protocol::call1(&function, coroutine.clone()) {
            Ok(_) => return,
            Err(error) => {
                let is_warning = error.is_instance(exceptions::runtime_warning_class());
                report(error);
                if is_warning {
                    return;
                }
            }
        }
    }
    let warn = || {
        let name = protocol::str(&protocol::getattr(coroutine, name!("__qualname__"))?)?;
        let message = format!("coroutine '{name}' was never awaited");
        minipy_vm::warnings::warn(exceptions::runtime_warning_class(), &message, 1)
    };
    if let Err(error) = warn() {
        report(error);
    }
}
