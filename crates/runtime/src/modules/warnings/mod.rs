//! `_warnings`: issuing warnings by the filters, natively.

mod filters;
mod show;

use crate::modules::contextvars::PyContextVar;
use crate::modules::thread::ReentrantLock;
use filters::STATE;
use minipy_macros::pymodule;
use minipy_vm::frame::{self, Frame};
use minipy_vm::types::str::{StrRef, intern};
use minipy_vm::types::typeobj::PyType;
use minipy_vm::warnings::Hooks;
use minipy_vm::{DictRef, PyDict, PyErr, PyResult, PyStr, PyTuple, Ref, TypeRef, Value};
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
        STATE.filters().into_value()
    }

    #[pyattr]
    fn _onceregistry() -> Value {
        STATE.once_registry().into_value()
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
        stacklevel: isize,
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
        let source_line = match module_globals.filter(|globals| !globals.is_none()) {
            None => None,
            Some(globals) => match globals.downcast::<PyDict>() {
                Some(globals) => show::source_line(globals, lineno)?,
                None => {
                    let kind = globals.type_name();
                    let message = format!("module_globals must be a dict, not '{kind}'");
                    return Err(exceptions::type_error(message));
                }
            },
        };
        let place = Place {
            filename: filename.clone(),
            lineno,
            module: module.cloned(),
            registry: registry_of(registry.cloned())?,
            source_line,
        };
        super::issue(message, category, &place, source)
    }

    /// What filters said so far is not valid any more.
    #[pyfunction("()")]
    fn _filters_mutated_lock_held() -> PyResult<()> {
        if !LOCK.is_held() {
            return Err(exceptions::runtime_error("warnings lock is not held"));
        }
        STATE.version.set(STATE.version.get() + 1);
        Ok(())
    }

    #[pyfunction("()")]
    fn _acquire_lock() -> PyResult<()> {
        LOCK.acquire().map(drop)
    }

    #[pyfunction("()")]
    fn _release_lock() -> PyResult<()> {
        LOCK.release()
    }

    #[init]
    fn init(module: &Ref<minipy_vm::PyModule>) -> PyResult<()> {
        let context = PyContextVar::new_ref("warnings_context").into_value();
        STATE.context.set(Some(context.clone()));
        module.namespace().insert("_warnings_context", context);
        minipy_vm::warnings::install(&super::HOOKS);
        Ok(())
    }
}

pub use functions::MODULE;

static HOOKS: Hooks = Hooks {
    warn: |category, message, stacklevel, source| {
        warn_at(&Value::from(message), category, stacklevel as isize, source, &[])
    },
    warn_explicit: |category, message, filename, lineno| {
        let filename = PyStr::from_str(filename);
        let place = Place { filename, lineno, module: None, registry: None, source_line: None };
        issue(&Value::from(message), category.as_value(), &place, None)
    },
    unawaited_coroutine,
};

/// Protects the filters while `warnings` changes them.
static LOCK: ReentrantLock = ReentrantLock::new();

/// Where a warning is reported for.
struct Place {
    filename: StrRef,
    lineno: i64,
    /// The module's name, by default that of the file.
    module: Option<Value>,
    /// What was reported before.
    registry: Option<DictRef>,
    /// The line's text, where the module's loader knows it.
    source_line: Option<StrRef>,
}

/// The registry of a module, if it has one.
fn registry_of(registry: Option<Value>) -> PyResult<Option<DictRef>> {
    match registry.filter(|registry| !registry.is_none()).map(Value::downcast_into::<PyDict>) {
        None => Ok(None),
        Some(Ok(registry)) => Ok(Some(registry)),
        Some(Err(_)) => Err(exceptions::type_error("'registry' must be a dict or None")),
    }
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
        _ => {
            let kind = category.type_name();
            Err(exceptions::type_error(format!("category must be a Warning subclass, not '{kind}'")))
        }
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
    stacklevel: isize,
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
    let (globals, filename, lineno) = match frame {
        // SAFETY: as above.
        Some(frame) => unsafe {
            let index = (*frame).instruction_index();
            ((*frame).globals().clone(), (*frame).code().filename.get(), (*frame).code().line_at(index))
        },
        None => (crate::sys::namespace(), PyStr::from_str("<sys>"), 0),
    };
    let registry =
        globals.get_or_insert(name!("__warningregistry__").as_value(), || PyDict::new_ref().into_value())?;
    let module = globals.get_interned(name!("__name__"));
    let module = module.filter(|name| name.is_none() || name.downcast::<PyStr>().is_some());
    let place = Place {
        filename,
        lineno: i64::from(lineno),
        module: Some(module.unwrap_or_else(|| Value::from("<string>"))),
        registry: registry_of(Some(registry))?,
        source_line: None,
    };
    issue(message, category.as_value(), &place, source)
}

/// What the `warnings` module holds under `name`, if it is imported: users may replace it there.
fn from_module(name: &str) -> PyResult<Option<Value>> {
    let Some(module) = crate::import::modules()?.get_str(name!("warnings"))? else { return Ok(None) };
    protocol::lookup_attr(&module, &intern(name))
}

/// Whether the registry has seen the key since filters were last changed.
fn is_known(registry: &DictRef, key: &Value) -> PyResult<bool> {
    let version = name!("version");
    let current = Value::from(STATE.version.get());
    if registry.get_str(version)?.is_none_or(|v| !v.is(&current)) {
        registry.clear();
        registry.set_str(version, current)?;
        return Ok(false);
    }
    match registry.get(key)? {
        Some(seen) => protocol::truth(&seen),
        None => Ok(false),
    }
}

/// As [`is_known`], and notes the key.
fn was_known(registry: &DictRef, key: Value) -> PyResult<bool> {
    let known = is_known(registry, &key)?;
    if !known {
        registry.set(key, Value::TRUE)?;
    }
    Ok(known)
}

/// Issues a warning: `message` is the warning, or what `category` makes one of.
fn issue(message: &Value, category: &Value, place: &Place, source: Option<&Value>) -> PyResult<()> {
    let module = match &place.module {
        Some(module) if module.is_none() => return Ok(()),
        Some(module) => module.clone(),
        None if place.filename.is_empty() => "<unknown>".into(),
        None => {
            let filename = place.filename.to_string_lossy();
            Value::from(filename.strip_suffix(".py").unwrap_or(&filename))
        }
    };
    let (text, message, category) = if message.is_instance_of(exceptions::warning_class()) {
        (protocol::str(message)?.into_value(), message.clone(), message.class().to_value())
    } else {
        (message.clone(), protocol::call1(category, message.clone())?, category.clone())
    };
    let lineno = Value::from(place.lineno);
    let registry = place.registry.as_ref();
    let key = PyTuple::from_array([text.clone(), category.clone(), lineno.clone()]).into_value();
    if let Some(registry) = registry
        && is_known(registry, &key)?
    {
        return Ok(());
    }
    let (action, filter) = filters::action_for(&category, &text, place.lineno, &module)?;
    let action = action.to_string_lossy();
    match action.as_str() {
        "error" => {
            // What is no exception may become one when the class is called again.
            let exception = match message.downcast_into::<exceptions::PyBaseException>() {
                Ok(exception) => return Err(PyErr::from_exception(exception)),
                Err(other) => protocol::call1(&category, other)?,
            };
            return Err(match exception.downcast_into::<exceptions::PyBaseException>() {
                Ok(exception) => PyErr::from_exception(exception),
                Err(other) => exceptions::type_error(format!(
                    "calling {} should have returned an instance of BaseException, not {}",
                    protocol::repr(&category)?,
                    other.type_name()
                )),
            });
        }
        "ignore" => return Ok(()),
        _ => {}
    }
    if !matches!(action.as_str(), "always" | "all")
        && let Some(registry) = registry
    {
        registry.set(key, Value::TRUE)?;
    }
    let short_key = || PyTuple::from_array([text.clone(), category.clone()]).into_value();
    let known = match action.as_str() {
        "once" => match registry {
            Some(registry) => was_known(registry, short_key())?,
            None => was_known(&STATE.current_once_registry()?, short_key())?,
        },
        "module" => match registry {
            Some(registry) => was_known(registry, short_key())?,
            None => false,
        },
        "default" | "always" | "all" => false,
        _ => {
            return Err(exceptions::runtime_error(format!(
                "Unrecognized action ('{action}') in warnings.filters:\n {}",
                protocol::repr(&filter)?
            )));
        }
    };
    if known { Ok(()) } else { show::show(&message, &category, &text, place, &lineno, source) }
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
