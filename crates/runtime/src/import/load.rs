//! Finding and loading modules: importlib's side of an import.

use super::locks::{self, ImportLock, ModuleLock};
use super::messages::{repr, verbose};
use super::spec::{self, is_initializing, last_part, parent_name};
use super::{registry, statement};
use minipy_vm::types::str::{StrBuilder, intern_ref};
use minipy_vm::{PyErr, PyList, PyResult, PyStr, StrRef, Value, exceptions, name, protocol, warnings};

/// How parent packages and submodules are imported on the way.
#[derive(Clone, Copy)]
pub enum Importer<'a> {
    /// As the statement does.
    Statement,
    /// As `importlib.import_module` does.
    Absolute,
    /// By a function that the caller has passed.
    Function(&'a Value),
}

impl Importer<'_> {
    fn import(self, name: &StrRef) -> PyResult<Value> {
        match self {
            Importer::Statement => statement::import_absolute(name),
            Importer::Absolute => gcd_import(name),
            Importer::Function(function) => protocol::call1(function, name.to_value()),
        }
    }
}

/// An ImportError about the module called `name`.
#[cold]
pub fn import_error(message: &str, name: &Value) -> PyErr {
    exceptions::import_error(exceptions::import_error_class(), message, Some(name.clone()), None, None)
}

#[cold]
pub fn module_not_found(message: &str, name: &Value) -> PyErr {
    exceptions::import_error(
        exceptions::module_not_found_error_class(),
        message,
        Some(name.clone()),
        None,
        None,
    )
}

/// The absolute name of what `name` means relative to `package`, `level` packages up.
pub fn resolve_name(name: &PyStr, package: &PyStr, level: usize) -> PyResult<StrRef> {
    let mut end = package.len();
    for _ in 1..level {
        let dot = package.chars().take(end).collect::<Vec<_>>().iter().rposition(|&c| c == u32::from(b'.'));
        end = dot.ok_or_else(|| exceptions::simple(exceptions::import_error_class(), BEYOND_TOP))?;
    }
    let base = package.substring(0, end);
    if name.is_empty() {
        return Ok(base);
    }
    let mut out = StrBuilder::new();
    out.push_pystr(&base);
    out.push(u32::from(b'.'));
    out.push_pystr(name);
    Ok(out.finish())
}

pub const BEYOND_TOP: &str = "attempted relative import beyond top-level package";
pub const NO_PARENT: &str = "attempted relative import with no known parent package";

/// Checks the arguments of an import as importlib's functions do; gives the name.
pub fn sanity_check<'a>(name: &'a Value, package: &Value, level: i64) -> PyResult<&'a StrRef> {
    let Some(text) = name.downcast::<PyStr>() else {
        let class = repr(name.class().as_value())?;
        return Err(exceptions::type_error(format!("module name must be str, not {class}")));
    };
    if level < 0 {
        return Err(exceptions::value_error("level must be >= 0"));
    }
    if level > 0 {
        match package.downcast::<PyStr>() {
            None => return Err(exceptions::type_error("__package__ not set to a string")),
            Some(package) if package.is_empty() => {
                return Err(exceptions::simple(exceptions::import_error_class(), NO_PARENT));
            }
            Some(_) => {}
        }
    }
    if text.is_empty() && level == 0 {
        return Err(exceptions::value_error("Empty module name"));
    }
    Ok(text)
}

/// `_gcd_import(name)`: what `importlib.import_module` and `__import__` have in common.
pub fn gcd_import(name: &StrRef) -> PyResult<Value> {
    find_and_load(name, Importer::Absolute)
}

/// The module called `name`, loaded if need be.
pub fn find_and_load(name: &StrRef, importer: Importer<'_>) -> PyResult<Value> {
    let mut module = registry::get(name)?;
    loop {
        let busy = match &module {
            Some(module) => is_initializing(module)?,
            None => true,
        };
        if !busy {
            break;
        }
        {
            let _lock = ModuleLock::acquire(name)?;
            module = registry::get(name)?;
            if module.is_none() {
                return find_and_load_unlocked(name, importer);
            }
        }
        locks::wait_for_module(name)?;
        // If the thread that was importing it has failed, there is no module any more.
        let now = registry::get(name)?;
        let is_same = now.as_ref().zip(module.as_ref()).is_some_and(|(now, module)| now.is(module));
        module = now;
        if is_same {
            break;
        }
    }
    match module {
        Some(module) if !module.is_none() => Ok(module),
        _ => Err(module_not_found(&format!("import of {name} halted; None in sys.modules"), name.as_value())),
    }
}

/// Finds and loads a module whose lock is held.
pub fn find_and_load_unlocked(name: &StrRef, importer: Importer<'_>) -> PyResult<Value> {
    let parent = parent_name(name);
    let child = last_part(name);
    let mut path = Value::NONE;
    let mut parent_spec = None;
    if !parent.is_empty() {
        if !registry::contains(&parent)? {
            importer.import(&parent)?;
        }
        // The parent may have imported it.
        if let Some(module) = registry::get(name)? {
            return Ok(module);
        }
        let package = registry::require(&parent)?;
        path = match protocol::lookup_attr(&package, name!("__path__"))? {
            Some(path) => path,
            None => {
                let message = format!(
                    "No module named {}; {} is not a package",
                    repr(name.as_value())?,
                    repr(parent.as_value())?
                );
                return Err(module_not_found(&message, name.as_value()));
            }
        };
        parent_spec = Some(protocol::getattr(&package, name!("__spec__"))?);
    }
    let Some(spec) = find_spec(name, &path, &Value::NONE)? else {
        let message = format!("No module named {}", repr(name.as_value())?);
        return Err(module_not_found(&message, name.as_value()));
    };
    let parent_spec = match parent_spec {
        Some(spec) if protocol::truth(&spec)? => Some(spec),
        _ => None,
    };
    let loading = |method, args: &[Value]| -> PyResult<()> {
        let Some(parent_spec) = &parent_spec else { return Ok(()) };
        let submodules = protocol::getattr(parent_spec, name!("_uninitialized_submodules"))?;
        protocol::call_method(&submodules, method, args).map(drop)
    };
    loading(name!("append"), &[child.to_value()])?;
    let loaded = load_unlocked(&spec);
    loading(name!("pop"), &[])?;
    let module = loaded?;
    if !parent.is_empty() {
        let package = registry::require(&parent)?;
        match protocol::setattr(&package, &intern_ref(&child), module.clone()) {
            Err(error) if error.is_instance(exceptions::attribute_error_class()) => {
                let message = format!(
                    "Cannot set an attribute on {} for child module {}",
                    repr(parent.as_value())?,
                    repr(child.as_value())?
                );
                warnings::warn(exceptions::import_warning_class(), &message, 1)?;
            }
            result => result?,
        }
    }
    Ok(module)
}

/// Asks the finders of `sys.meta_path` for a module's spec.
pub fn find_spec(name: &StrRef, path: &Value, target: &Value) -> PyResult<Option<Value>> {
    let meta_path = crate::sys::require("meta_path")?;
    if meta_path.is_none() {
        return Err(exceptions::simple(
            exceptions::import_error_class(),
            "sys.meta_path is None, Python is likely shutting down",
        ));
    }
    // A copy: finders may change the list.
    let finders = protocol::collect(&meta_path)?;
    if finders.is_empty() {
        warnings::warn(exceptions::import_warning_class(), "sys.meta_path is empty", 1)?;
    }
    let is_reload = registry::contains(name)?;
    for finder in finders {
        let spec = {
            let _lock = ImportLock::acquire()?;
            let Some(find) = protocol::lookup_attr(&finder, name!("find_spec"))? else { continue };
            protocol::call(&find, &[name.to_value(), path.clone(), target.clone()])?
        };
        if spec.is_none() {
            continue;
        }
        // The finder may have imported the module itself: then what that has left counts.
        if !is_reload
            && let Some(module) = registry::get(name)?
            && let Some(left) = protocol::lookup_attr(&module, name!("__spec__"))?
            && !left.is_none()
        {
            return Ok(Some(left));
        }
        return Ok(Some(spec));
    }
    Ok(None)
}

/// Warns that a loader is of the kind that came before PEP 451.
fn warn_load_module(loader: &Value) -> PyResult<()> {
    let message = format!("{}.exec_module() not found; falling back to load_module()", object_name(loader)?);
    warnings::warn(exceptions::import_warning_class(), &message, 1)
}

/// The qualified name of a class, or of an object's class.
pub fn object_name(object: &Value) -> PyResult<String> {
    let name = match protocol::lookup_attr(object, name!("__qualname__"))? {
        Some(name) => name,
        None => protocol::getattr(object.class().as_value(), name!("__qualname__"))?,
    };
    Ok(protocol::str(&name)?.to_string_lossy())
}

fn missing_loader(spec: &Value) -> PyResult<PyErr> {
    Ok(import_error("missing loader", &protocol::getattr(spec, name!("name"))?))
}

/// Makes and runs the module of a spec. Its lock is held, or nobody else can know of it.
pub fn load_unlocked(spec: &Value) -> PyResult<Value> {
    let loader = protocol::getattr(spec, name!("loader"))?;
    if !loader.is_none() && protocol::lookup_attr(&loader, name!("exec_module"))?.is_none() {
        warn_load_module(&loader)?;
        return load_backward_compatible(spec);
    }
    let module = spec::module_from_spec(spec)?;
    // Before the module can be found: whoever finds it must see that it is not complete.
    protocol::setattr(spec, name!("_initializing"), Value::TRUE)?;
    let result = run_in_modules(spec, module);
    protocol::setattr(spec, name!("_initializing"), Value::FALSE)?;
    result
}

/// Runs a fresh module while it stands in `sys.modules`, and takes it out again if that fails.
fn run_in_modules(spec: &Value, module: Value) -> PyResult<Value> {
    registry::set(&spec::name_of(spec)?, module.clone())?;
    let loader = protocol::getattr(spec, name!("loader"))?;
    let ran = if !loader.is_none() {
        protocol::call_method(&loader, name!("exec_module"), &[module]).map(drop)
    } else if protocol::getattr(spec, name!("submodule_search_locations"))?.is_none() {
        Err(missing_loader(spec)?)
    } else {
        // A namespace package has no code.
        Ok(())
    };
    if let Err(error) = ran {
        registry::remove(&spec::name_of(spec)?)?;
        return Err(error);
    }
    // The module may have put something else in its place.
    let module = registry::move_to_end(&spec::name_of(spec)?)?;
    verbose(1, || {
        let loader = protocol::getattr(spec, name!("loader"))?;
        Ok(format!("import {} # {}", repr(&protocol::getattr(spec, name!("name"))?)?, repr(&loader)?))
    })?;
    Ok(module)
}

/// Loads by a loader's `load_module`, and completes what such loaders leave out.
pub fn load_backward_compatible(spec: &Value) -> PyResult<Value> {
    let loader = protocol::getattr(spec, name!("loader"))?;
    let name = spec::name_of(spec)?;
    if let Err(error) = protocol::call_method(&loader, name!("load_module"), &[name.to_value()]) {
        if registry::contains(&name)? {
            registry::move_to_end(&name)?;
        }
        return Err(error);
    }
    let module = registry::move_to_end(&name)?;
    let missing = |attribute| -> PyResult<bool> {
        Ok(protocol::lookup_attr(&module, attribute)?.is_none_or(|value| value.is_none()))
    };
    let set = |attribute, value| match protocol::setattr(&module, attribute, value) {
        Err(error) if !error.is_instance(exceptions::attribute_error_class()) => Err(error),
        _ => Ok(()),
    };
    if missing(name!("__loader__"))? {
        set(name!("__loader__"), loader)?;
    }
    if missing(name!("__package__"))? {
        let is_package = protocol::lookup_attr(&module, name!("__path__"))?.is_some();
        let package = match protocol::lookup_attr(&module, name!("__name__"))? {
            Some(own) if is_package => own,
            _ => parent_name(&name).into_value(),
        };
        set(name!("__package__"), package)?;
    }
    if missing(name!("__spec__"))? {
        set(name!("__spec__"), spec.clone())?;
    }
    Ok(module)
}

/// `_load(spec)`: a new module, loaded; it is not added to its parent.
pub fn load(spec: &Value) -> PyResult<Value> {
    let _lock = ModuleLock::acquire(&spec::name_of(spec)?)?;
    load_unlocked(spec)
}

/// `_exec(spec, module)`: runs a spec's module again in its namespace.
pub fn exec(spec: &Value, module: &Value) -> PyResult<Value> {
    let name = spec::name_of(spec)?;
    let _lock = ModuleLock::acquire(&name)?;
    if !registry::get(&name)?.is_some_and(|found| found.is(module)) {
        let message = format!("module {} not in sys.modules", repr(name.as_value())?);
        return Err(import_error(&message, name.as_value()));
    }
    let result = exec_registered(spec, module, &name);
    let module = registry::move_to_end(&spec::name_of(spec)?)?;
    result.map(|()| module)
}

fn exec_registered(spec: &Value, module: &Value, name: &StrRef) -> PyResult<()> {
    let loader = protocol::getattr(spec, name!("loader"))?;
    if loader.is_none() && protocol::getattr(spec, name!("submodule_search_locations"))?.is_none() {
        return Err(missing_loader(spec)?);
    }
    spec::init_module_attrs(spec, module, true)?;
    if loader.is_none() {
        return Ok(());
    }
    if protocol::lookup_attr(&loader, name!("exec_module"))?.is_none() {
        warn_load_module(&loader)?;
        return protocol::call_method(&loader, name!("load_module"), &[name.to_value()]).map(drop);
    }
    protocol::call_method(&loader, name!("exec_module"), std::slice::from_ref(module)).map(drop)
}

/// `_load_module_shim(loader, fullname)`: `load_module` by way of `exec_module`.
pub fn load_module_shim(loader: &Value, fullname: &Value) -> PyResult<Value> {
    warnings::warn(
        exceptions::deprecation_warning_class(),
        "the load_module() method is deprecated and slated for removal in Python 3.15; use exec_module() instead",
        1,
    )?;
    let spec = spec::spec_from_loader(fullname, loader, None, None)?;
    let Some(name) = fullname.downcast::<PyStr>() else { return load(&spec) };
    match registry::get(name)? {
        Some(module) => {
            exec(&spec, &module)?;
            registry::require(name)
        }
        None => load(&spec),
    }
}

/// Imports the submodules that a `from` list names, unless the module has such attributes.
pub fn handle_fromlist(
    module: &Value,
    fromlist: &Value,
    importer: Importer<'_>,
    recursive: bool,
) -> PyResult<Value> {
    for item in protocol::collect(fromlist)? {
        let Some(wanted) = item.downcast::<PyStr>() else {
            let place = if recursive {
                let name = protocol::getattr(module, name!("__name__"))?;
                format!("{}.__all__", protocol::str(&name)?)
            } else {
                "``from list''".to_owned()
            };
            let message = format!("Item in {place} must be str, not {}", item.class().short_name());
            return Err(exceptions::type_error(message));
        };
        if wanted.eq_str("*") {
            if !recursive && let Some(all) = protocol::lookup_attr(module, name!("__all__"))? {
                handle_fromlist(module, &all, importer, true)?;
            }
        } else if protocol::lookup_attr(module, &intern_ref(wanted))?.is_none() {
            import_submodule(module, wanted, importer)?;
        }
    }
    Ok(module.clone())
}

/// Imports one name of a `from` list; that there is no such submodule shows later, when the name is fetched.
fn import_submodule(module: &Value, wanted: &PyStr, importer: Importer<'_>) -> PyResult<()> {
    let package = protocol::str(&protocol::getattr(module, name!("__name__"))?)?;
    let mut full = StrBuilder::new();
    full.push_pystr(&package);
    full.push(u32::from(b'.'));
    full.push_pystr(wanted);
    let full = full.finish();
    let Err(error) = importer.import(&full) else { return Ok(()) };
    if error.is_instance(exceptions::module_not_found_error_class()) {
        let about = protocol::getattr(error.as_value(), name!("name"))?;
        let is_blocked = registry::get(&full)?.is_some_and(|module| module.is_none());
        if protocol::eq(&about, full.as_value())? && !is_blocked {
            return Ok(());
        }
    }
    Err(error)
}

/// A list of strings as a Python list.
pub fn string_list(items: &[&str]) -> Value {
    PyList::from_vec(items.iter().map(|&item| Value::from(item)).collect()).into_value()
}
