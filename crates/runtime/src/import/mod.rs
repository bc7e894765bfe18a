//! Imports: `importlib`'s bootstrap modules over native finders.

mod embedded;
mod imp;

use minipy_vm::cell::GilCell;
use minipy_vm::types::str::intern;
use minipy_vm::types::traceback::PyTraceback;
use minipy_vm::{
    DictRef, PyDict, PyErr, PyModule, PyResult, PyStr, Ref, Value, exceptions, frame, name, protocol,
};

pub use embedded::PyEmbeddedImporter;
pub use imp::MODULE as IMP;

/// `sys.modules`.
pub fn modules() -> PyResult<DictRef> {
    frame::sys_modules().ok_or_else(|| exceptions::runtime_error("unable to get sys.modules"))
}

/// Puts a native module into `sys.modules`.
pub fn add_module(name: &str, module: &Ref<PyModule>) -> PyResult<()> {
    modules()?.set_str(&intern(name), module.to_value())
}

/// A native module, made from its definition on first use.
pub fn native_module(name: &str) -> PyResult<Value> {
    if let Some(module) = modules()?.get_str(&intern(name))? {
        return Ok(module);
    }
    let Some(def) = crate::modules::find(name) else {
        return Err(exceptions::runtime_error(format!("no native module {name}")));
    };
    let module = PyModule::from_def(def)?;
    add_module(name, &module)?;
    Ok(module.into_value())
}

/// `importlib.import_module(name)` for native code.
pub fn import_module(name: &str) -> PyResult<Value> {
    let none = Value::NONE;
    let fromlist = minipy_vm::PyTuple::from_array([Value::from("*")]).into_value();
    import(&Value::from(name), &none, &none, &fromlist, 0)
}

/// `__import__`: modules that are loaded already are found here, the rest is `importlib`'s.
pub fn import(
    name: &Value,
    globals: &Value,
    locals: &Value,
    fromlist: &Value,
    level: i64,
) -> PyResult<Value> {
    let Some(text) = name.downcast::<PyStr>() else {
        return Err(exceptions::type_error("module name must be a string"));
    };
    if level < 0 {
        return Err(exceptions::value_error("level must be >= 0"));
    }
    if level == 0 && text.is_empty() {
        return Err(exceptions::value_error("Empty module name"));
    }
    if level == 0
        && let Some(module) = modules()?.get_str(text)?
        && !module.is_none()
        && !is_initializing(&module)?
    {
        let has_fromlist = !fromlist.is_none() && protocol::truth(fromlist)?;
        if !has_fromlist {
            let dot = text.chars().position(|c| c == u32::from(b'.'));
            match dot {
                None => return Ok(module),
                Some(dot) => {
                    if let Some(top) = modules()?.get_str(&text.substring(0, dot))? {
                        return Ok(top);
                    }
                }
            }
        } else if protocol::lookup_attr(&module, name!("__path__"))?.is_none() {
            return Ok(module);
        }
    }
    let bootstrap = bootstrap()?;
    let function = protocol::getattr(&bootstrap, name!("__import__"))?;
    let globals = if globals.is_none() { PyDict::new_ref().into_value() } else { globals.clone() };
    protocol::call(
        &function,
        &[name.clone(), globals, locals.clone(), fromlist.clone(), minipy_vm::types::int::from_i64(level)],
    )
    .inspect_err(trim_traceback)
}

/// Takes the import system's own frames out of a traceback: all of them for ImportError, otherwise those that led to the
/// execution of a module.
fn trim_traceback(error: &PyErr) {
    let always = error.is_instance(exceptions::import_error_class());
    let head = &error.exception().traceback;
    let mut kept: Vec<Ref<PyTraceback>> = Vec::new();
    let mut run = 0;
    let mut next = head.get();
    while let Some(entry) = next {
        next = entry.next.get();
        let code = entry.frame.code();
        let is_ours = matches!(
            &*code.filename.get().to_string_lossy(),
            "<frozen importlib._bootstrap>" | "<frozen importlib._bootstrap_external>"
        );
        let leads_on = code.name.eq_str("_call_with_frames_removed");
        kept.push(entry);
        if !is_ours {
            run = kept.len();
        } else if always || leads_on {
            kept.truncate(run);
        }
    }
    let mut rest = None;
    for entry in kept.into_iter().rev() {
        entry.next.set(rest);
        rest = Some(entry);
    }
    head.set(rest);
}

fn is_initializing(module: &Value) -> PyResult<bool> {
    let Some(spec) = protocol::lookup_attr(module, name!("__spec__"))? else { return Ok(false) };
    if spec.is_none() {
        return Ok(false);
    }
    match protocol::lookup_attr(&spec, name!("_initializing"))? {
        Some(initializing) => protocol::truth(&initializing),
        None => Ok(false),
    }
}

/// The module `_frozen_importlib`, which outlives its entry in `sys.modules`.
static BOOTSTRAP: GilCell<Option<Value>> = GilCell::new(None);

fn bootstrap() -> PyResult<Value> {
    BOOTSTRAP.get().ok_or_else(|| exceptions::runtime_error("the import system is not initialised"))
}

/// Loads `importlib`'s bootstrap modules and installs the finders.
pub fn initialise(stdlib_dir: &str, on_disk: bool) -> PyResult<()> {
    let bootstrap =
        load_bootstrap("_frozen_importlib", "importlib/_bootstrap.py", "<frozen importlib._bootstrap>")?;
    BOOTSTRAP.set(Some(bootstrap.to_value()));
    let imp = native_module("_imp")?;
    let sys = modules()?.get_str(name!("sys"))?.unwrap_or(Value::NONE);
    for name in ["_thread", "_warnings", "_weakref"] {
        native_module(name)?;
    }
    protocol::call_method(bootstrap.as_value(), name!("_install"), &[sys, imp])?;
    for name in ["_io", "marshal", "posix"] {
        native_module(name)?;
    }
    protocol::call_method(bootstrap.as_value(), name!("_install_external_importers"), &[])?;
    if !on_disk {
        let hooks = crate::sys::get("path_hooks")?.unwrap_or(Value::NONE);
        let hook = embedded::path_hook(stdlib_dir);
        protocol::call_method(&hooks, name!("insert"), &[Value::small_int(0), hook])?;
    }
    Ok(())
}

fn load_bootstrap(name: &str, path: &str, filename: &str) -> PyResult<Ref<PyModule>> {
    let code = embedded::code(path, filename)?;
    let module = PyModule::new_ref(&intern(name), Value::NONE);
    add_module(name, &module)?;
    let namespace = module.namespace();
    namespace.insert_interned(name!("__builtins__"), frame::default_builtins().into_value());
    // `_setup` checks it when it gives the module its spec.
    namespace.insert("__origname__", path.trim_end_matches(".py").replace('/', "."));
    frame::exec_code(&code, namespace, None, None)?;
    Ok(module)
}

/// The ImportError for a name that a module does not have.
pub fn import_from_error(module: &Value, name: &minipy_vm::StrRef) -> minipy_vm::PyErr {
    let text = |attribute: &str| {
        let value = protocol::lookup_attr(module, &intern(attribute)).ok().flatten();
        value.filter(|v| v.downcast::<PyStr>().is_some())
    };
    let package = text("__name__");
    let origin = text("__file__");
    let shown = package.as_ref().and_then(|p| p.downcast::<PyStr>()).map(|p| p.to_string_lossy());
    let shown = shown.unwrap_or_else(|| "<unknown module name>".to_owned());
    let location = origin.as_ref().and_then(|p| p.downcast::<PyStr>()).map(|p| p.to_string_lossy());
    let initializing = is_initializing(module).unwrap_or(false);
    let message = match (&location, initializing) {
        (Some(file), true) => format!(
            "cannot import name '{name}' from partially initialized module '{shown}' (most likely due to a circular import) ({file})"
        ),
        (Some(file), false) => format!("cannot import name '{name}' from '{shown}' ({file})"),
        (None, _) => format!("cannot import name '{name}' from '{shown}' (unknown location)"),
    };
    let error = minipy_vm::PyErr::new(exceptions::import_error_class(), &[Value::from(message)]);
    let fields = [
        (name!("name"), package.unwrap_or(Value::NONE)),
        (name!("path"), origin.unwrap_or(Value::NONE)),
        (name!("name_from"), name.to_value()),
    ];
    for (field, value) in fields {
        // An ImportError takes any value for these.
        let _ = protocol::setattr(error.as_value(), field, value);
    }
    error
}
