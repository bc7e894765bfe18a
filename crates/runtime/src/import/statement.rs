//! The `import` statement and `builtins.__import__`.

use super::load::{self, BEYOND_TOP, Importer, NO_PARENT};
use super::locks;
use super::messages;
use super::spec::{is_initializing, parent_name};
use minipy_vm::types::str::intern;
use minipy_vm::{
    DictRef, PyDict, PyErr, PyResult, PyStr, Ref, StrRef, Value, exceptions, frame, name, protocol, warnings,
};

/// `sys.modules`, as the interpreter itself keeps it.
pub fn modules() -> PyResult<DictRef> {
    frame::sys_modules().ok_or_else(|| exceptions::runtime_error("unable to get sys.modules"))
}

/// `__import__(name, globals, locals, fromlist, level)`.
pub fn import(
    name: &Value,
    globals: &Value,
    _locals: &Value,
    fromlist: &Value,
    level: i64,
) -> PyResult<Value> {
    let Some(text) = name.downcast::<PyStr>() else {
        return Err(exceptions::type_error("module name must be a string"));
    };
    if level < 0 {
        return Err(exceptions::value_error("level must be >= 0"));
    }
    let absolute = if level > 0 {
        resolve_relative(text, globals, level as usize)?
    } else if text.is_empty() {
        return Err(exceptions::value_error("Empty module name"));
    } else {
        text.clone()
    };
    let module = loaded_module(&absolute)?;
    if !fromlist.is_none() && protocol::truth(fromlist)? {
        return match protocol::lookup_attr(&module, name!("__path__"))? {
            Some(_) => load::handle_fromlist(&module, fromlist, Importer::Statement, false),
            None => Ok(module),
        };
    }
    // Without a `from` list the statement binds the first of the names.
    let Some(dot) = text.chars().position(|c| c == u32::from(b'.')) else { return Ok(module) };
    if level == 0 {
        return import_absolute(&text.substring(0, dot));
    }
    let top = absolute.substring(0, absolute.len() - (text.len() - dot));
    match modules()?.get_str(&top)? {
        Some(module) => Ok(module),
        None => {
            let message = format!("{} not in sys.modules as expected", messages::repr(top.as_value())?);
            Err(exceptions::key_error(&Value::from(message)))
        }
    }
}

/// `__import__(name)` without a `from` list, for a name whose module itself is wanted.
pub fn import_absolute(name: &StrRef) -> PyResult<Value> {
    let module = loaded_module(name)?;
    match name.chars().position(|c| c == u32::from(b'.')) {
        Some(dot) => loaded_module(&name.substring(0, dot)),
        None => Ok(module),
    }
}

/// The complete module of an absolute name, loaded if it is not there.
fn loaded_module(name: &StrRef) -> PyResult<Value> {
    let found = modules()?.get_str(name)?.filter(|module| !module.is_none());
    if let Some(module) = found {
        let mut is_valid = true;
        if is_initializing(&module)? {
            locks::wait_for_module(name)?;
            // The thread that was importing it may have failed, and taken it out again.
            is_valid = modules()?.get_str(name)?.is_some_and(|now| now.is(&module));
        }
        if is_valid {
            messages::cached(name);
            return Ok(module);
        }
    }
    if crate::sys::is_audited() {
        let entry = |name| -> PyResult<Value> { Ok(crate::sys::get(name)?.unwrap_or(Value::NONE)) };
        let args = [name.to_value(), Value::NONE, entry("path")?, entry("meta_path")?, entry("path_hooks")?];
        crate::sys::audit("import", &args)?;
    }
    messages::timed(name, || load::find_and_load(name, Importer::Statement))
}

fn import_error(message: &str) -> PyErr {
    exceptions::simple(exceptions::import_error_class(), message)
}

/// The error of a relative import where nothing tells the package.
fn no_name() -> PyErr {
    exceptions::key_error(&Value::from("'__name__' not in globals"))
}

/// The absolute name that a relative import in code with these globals means.
fn resolve_relative(name: &StrRef, globals: &Value, level: usize) -> PyResult<StrRef> {
    let Some(globals) = globals.downcast::<PyDict>() else {
        return Err(if globals.is_none() {
            no_name()
        } else {
            exceptions::type_error("globals must be a dict")
        });
    };
    let package = package_of(globals)?;
    if package.is_empty() {
        return Err(import_error(NO_PARENT));
    }
    load::resolve_name(name, &package, level).map_err(|error| {
        // Built anew: this is the statement's own error, not importlib's.
        if error.is_instance(exceptions::import_error_class()) { import_error(BEYOND_TOP) } else { error }
    })
}

/// The package that code with these globals belongs to.
fn package_of(globals: &DictRef) -> PyResult<StrRef> {
    let get = |name: &StrRef| -> PyResult<Option<Value>> {
        Ok(globals.get_str(name)?.filter(|value| !value.is_none()))
    };
    let spec = get(name!("__spec__"))?;
    if let Some(package) = get(name!("__package__"))? {
        let package = package
            .downcast_into::<PyStr>()
            .map_err(|_| exceptions::type_error("package must be a string"))?;
        if let Some(spec) = &spec {
            let parent = protocol::getattr(spec, name!("parent"))?;
            if !protocol::eq(package.as_value(), &parent)? {
                warnings::warn(exceptions::deprecation_warning_class(), "__package__ != __spec__.parent", 1)?;
            }
        }
        return Ok(package);
    }
    if let Some(spec) = &spec {
        let parent = protocol::getattr(spec, name!("parent"))?;
        return parent
            .downcast_into::<PyStr>()
            .map_err(|_| exceptions::type_error("__spec__.parent must be a string"));
    }
    warnings::warn(
        exceptions::import_warning_class(),
        "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__",
        1,
    )?;
    let Some(module) = globals.get_str(name!("__name__"))? else {
        return Err(no_name());
    };
    let module =
        module.downcast_into::<PyStr>().map_err(|_| exceptions::type_error("__name__ must be a string"))?;
    Ok(if globals.get_str(name!("__path__"))?.is_some() { module } else { parent_name(&module) })
}

/// `importlib.import_module(name)` for native code.
pub fn import_module(name: &str) -> PyResult<Value> {
    loaded_module(&intern(name))
}

/// The ImportError for a name that a module does not have.
pub fn import_from_error(module: &Value, name: &StrRef) -> PyErr {
    import_from_failure(module, name).unwrap_or_else(|error| error)
}

fn import_from_failure(module: &Value, name: &StrRef) -> PyResult<PyErr> {
    let text = |attribute| -> PyResult<Option<StrRef>> {
        Ok(protocol::lookup_attr(module, attribute)?.and_then(|value| value.downcast_into::<PyStr>().ok()))
    };
    let package = text(name!("__name__"))?;
    let spec = protocol::lookup_attr(module, name!("__spec__"))?.filter(|spec| !spec.is_none());
    let mut origin = None;
    let mut shadowing = None;
    let mut initializing = false;
    if let Some(spec) = &spec {
        let package = package.as_ref().map_or(Value::NONE, |package| package.to_value());
        shadowing = minipy_vm::types::module::shadowing(spec, &package)?;
        initializing = is_initializing(module)?;
        if let Some(located) = protocol::lookup_attr(spec, name!("has_location"))?
            && protocol::truth(&located)?
        {
            origin =
                protocol::lookup_attr(spec, name!("origin"))?.and_then(|o| o.downcast_into::<PyStr>().ok());
        }
    }
    let origin = match origin {
        Some(origin) => Some(origin),
        None => text(name!("__file__"))?,
    };
    let repr = |text: &StrRef| messages::repr(text.as_value());
    let shown = match &package {
        Some(package) => repr(package)?,
        None => "'<unknown module name>'".to_owned(),
    };
    let wanted = repr(name)?;
    let place =
        origin.as_ref().map_or_else(|| "unknown location".to_owned(), |origin| origin.to_string_lossy());
    let message = match (shadowing, initializing) {
        (Some((file, true)), _) => {
            let file = messages::repr(&Value::from(file))?;
            format!(
                "cannot import name {wanted} from {shown} (consider renaming {file} since it has the same name as the \
                 standard library module named {shown} and prevents importing that standard library module)"
            )
        }
        (Some((file, false)), true) => {
            let file = messages::repr(&Value::from(file))?;
            format!(
                "cannot import name {wanted} from {shown} (consider renaming {file} if it has the same name as a \
                 library you intended to import)"
            )
        }
        (None, true) => format!(
            "cannot import name {wanted} from partially initialized module {shown} (most likely due to a circular \
             import) ({place})"
        ),
        (_, false) => format!("cannot import name {wanted} from {shown} ({place})"),
    };
    let or_none = |text: Option<StrRef>| Some(text.map_or(Value::NONE, Ref::into_value));
    let class = exceptions::import_error_class();
    Ok(exceptions::import_error(class, &message, or_none(package), or_none(origin), Some(name.to_value())))
}
