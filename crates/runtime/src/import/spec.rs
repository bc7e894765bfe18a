//! `ModuleSpec`, and making modules from specs.

use super::messages::repr;
use super::{external, namespace, paths};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::str::{PyStr, empty};
use minipy_vm::{
    CmpOp, Payload, PyList, PyModule, PyResult, StrRef, Traverse, Value, Visitor, exceptions, name, protocol,
};

/// The specification for a module, used for loading.
///
/// A module's spec is the source for information about the module.  For
/// data associated with the module, including source, use the spec's
/// loader.
///
/// `name` is the absolute name of the module.  `loader` is the loader
/// to use when loading the module.  `parent` is the name of the
/// package the module is in.  The parent is derived from the name.
///
/// `is_package` determines if the module is considered a package or
/// not.  On modules this is reflected by the `__path__` attribute.
///
/// `origin` is the specific location used by the loader from which to
/// load the module, if that information is available.  When filename is
/// set, origin will match.
///
/// `has_location` indicates that a spec's "origin" reflects a location.
/// When this is True, `__file__` attribute of the module is set.
///
/// `cached` is the location of the cached bytecode file, if any.  It
/// corresponds to the `__cached__` attribute.
///
/// `submodule_search_locations` is the sequence of path entries to
/// search when importing submodules.  If set, is_package should be
/// True--and False otherwise.
///
/// Packages are simply modules that (may) have submodules.  If a spec
/// has a non-None value in `submodule_search_locations`, the import
/// system will consider modules loaded from the spec as packages.
///
/// Only finders (see importlib.abc.MetaPathFinder and
/// importlib.abc.PathEntryFinder) should modify ModuleSpec instances.
///
#[pyclass(
    name = "ModuleSpec",
    module = "_frozen_importlib",
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PyModuleSpec(());

impl Traverse for PyModuleSpec {
    fn traverse(&self, _: &mut Visitor<'_>) {}
}

/// What stands before the last dot; empty if there is none.
pub fn parent_name(name: &PyStr) -> StrRef {
    match paths::last_index(name, b'.') {
        Some(dot) => name.substring(0, dot),
        None => empty(),
    }
}

/// What stands behind the last dot.
pub fn last_part(name: &PyStr) -> StrRef {
    let start = paths::last_index(name, b'.').map_or(0, |dot| dot + 1);
    name.substring(start, name.len())
}

/// The attribute of a spec as a str.
fn text_attribute(spec: &Value, name: &'static StrRef) -> PyResult<StrRef> {
    let value = protocol::getattr(spec, name)?;
    value.downcast_into::<PyStr>().map_err(|other| {
        exceptions::type_error(format!("spec.{name} must be a str, not {}", other.type_name()))
    })
}

/// `spec.name`.
pub fn name_of(spec: &Value) -> PyResult<StrRef> {
    text_attribute(spec, name!("name"))
}

#[pymethods]
impl PyModuleSpec {
    #[slot(init, sig = "(name, loader, *, origin=None, loader_state=None, is_package=None)")]
    fn init(
        zelf: &Value,
        name: Value,
        loader: Value,
        origin: Option<Value>,
        loader_state: Option<Value>,
        is_package: Option<bool>,
    ) -> PyResult<()> {
        let locations = match is_package {
            Some(true) => PyList::from_vec(Vec::new()).into_value(),
            _ => Value::NONE,
        };
        let fields = [
            (name!("name"), name),
            (name!("loader"), loader),
            (name!("origin"), origin.unwrap_or(Value::NONE)),
            (name!("loader_state"), loader_state.unwrap_or(Value::NONE)),
            (name!("submodule_search_locations"), locations),
            (name!("_uninitialized_submodules"), PyList::from_vec(Vec::new()).into_value()),
            (name!("_set_fileattr"), Value::FALSE),
            (name!("_cached"), Value::NONE),
        ];
        for (field, value) in fields {
            protocol::setattr(zelf, field, value)?;
        }
        Ok(())
    }

    #[slot]
    fn repr(zelf: &Value) -> PyResult<String> {
        let field = |name| protocol::getattr(zelf, name);
        let mut parts = vec![
            format!("name={}", repr(&field(name!("name"))?)?),
            format!("loader={}", repr(&field(name!("loader"))?)?),
        ];
        let origin = field(name!("origin"))?;
        if !origin.is_none() {
            parts.push(format!("origin={}", repr(&origin)?));
        }
        let locations = field(name!("submodule_search_locations"))?;
        if !locations.is_none() {
            parts.push(format!("submodule_search_locations={}", repr(&locations)?));
        }
        Ok(format!("{}({})", zelf.class().short_name(), parts.join(", ")))
    }

    #[slot]
    fn richcompare(zelf: &Value, other: &Value, op: CmpOp) -> PyResult<Value> {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let fields = [
            name!("name"),
            name!("loader"),
            name!("origin"),
            name!("submodule_search_locations"),
            name!("cached"),
            name!("has_location"),
        ];
        let mut equal = true;
        for field in fields {
            let (Some(a), Some(b)) =
                (protocol::lookup_attr(zelf, field)?, protocol::lookup_attr(other, field)?)
            else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if !protocol::eq(&a, &b)? {
                equal = false;
                break;
            }
        }
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[pygetset]
    fn cached(zelf: &Value) -> PyResult<Value> {
        let known = protocol::getattr(zelf, name!("_cached"))?;
        if !known.is_none() {
            return Ok(known);
        }
        let origin = protocol::getattr(zelf, name!("origin"))?;
        if origin.is_none() || !protocol::truth(&protocol::getattr(zelf, name!("_set_fileattr"))?)? {
            return Ok(known);
        }
        let cached = external::get_cached(&origin)?;
        protocol::setattr(zelf, name!("_cached"), cached.clone())?;
        Ok(cached)
    }

    #[pygetset(setter, name = "cached")]
    fn set_cached(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(exceptions::attribute_error(
                "property 'cached' of 'ModuleSpec' object has no deleter",
                zelf,
                name!("cached"),
            ));
        };
        protocol::setattr(zelf, name!("_cached"), value)
    }

    /// The name of the module's parent.
    #[pygetset]
    fn parent(zelf: &Value) -> PyResult<StrRef> {
        let name = name_of(zelf)?;
        let locations = protocol::getattr(zelf, name!("submodule_search_locations"))?;
        Ok(if locations.is_none() { parent_name(&name) } else { name })
    }

    #[pygetset]
    fn has_location(zelf: &Value) -> PyResult<Value> {
        protocol::getattr(zelf, name!("_set_fileattr"))
    }

    #[pygetset(setter, name = "has_location")]
    fn set_has_location(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(exceptions::attribute_error(
                "property 'has_location' of 'ModuleSpec' object has no deleter",
                zelf,
                name!("has_location"),
            ));
        };
        let flag = protocol::truth(&value)?;
        protocol::setattr(zelf, name!("_set_fileattr"), Value::from_bool(flag))
    }
}

/// `ModuleSpec(name, loader)`.
pub fn new_spec(name: Value, loader: Value) -> PyResult<Value> {
    protocol::call2(PyModuleSpec::class().as_value(), name, loader)
}

/// `ModuleSpec(name, loader, origin=origin)`, marked as having a location if `located`.
pub fn spec_with_origin(name: Value, loader: Value, origin: Value, located: bool) -> PyResult<Value> {
    let spec = new_spec(name, loader)?;
    protocol::setattr(&spec, name!("origin"), origin)?;
    if located {
        protocol::setattr(&spec, name!("_set_fileattr"), Value::TRUE)?;
    }
    Ok(spec)
}

/// Makes the spec that of a package whose submodules are looked for in `locations`.
pub fn set_locations(spec: &Value, locations: Vec<Value>) -> PyResult<()> {
    let locations = PyList::from_vec(locations).into_value();
    protocol::setattr(spec, name!("submodule_search_locations"), locations)
}

/// `getattr(loader, name, None)` that tells a missing attribute from None.
fn has(loader: &Value, name: &'static StrRef) -> PyResult<bool> {
    protocol::lookup_attr(loader, name).map(|found| found.is_some())
}

/// The answer of a loader's `is_package`; `None` if it cannot tell or has no such method.
pub fn loader_says_package(loader: &Value, name: &Value) -> PyResult<Option<bool>> {
    let Some(method) = protocol::lookup_attr(loader, name!("is_package"))? else { return Ok(None) };
    match protocol::call1(&method, name.clone()) {
        Ok(answer) => protocol::truth(&answer).map(Some),
        Err(error) if error.is_instance(exceptions::import_error_class()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `spec_from_loader(name, loader, origin=None, is_package=None)`.
pub fn spec_from_loader(
    name: &Value,
    loader: &Value,
    origin: Option<Value>,
    is_package: Option<bool>,
) -> PyResult<Value> {
    let origin = match origin {
        Some(origin) => origin,
        None => protocol::lookup_attr(loader, name!("_ORIGIN"))?.unwrap_or(Value::NONE),
    };
    if !protocol::truth(&origin)? && has(loader, name!("get_filename"))? {
        let locations = match is_package {
            None => external::Locations::AskLoader,
            Some(true) => external::Locations::Given(PyList::from_vec(Vec::new()).into_value()),
            Some(false) => external::Locations::Given(Value::NONE),
        };
        return external::spec_from_file_location(name, None, Some(loader), locations);
    }
    let is_package = match is_package {
        Some(known) => known,
        None => loader_says_package(loader, name)?.unwrap_or(false),
    };
    let spec = new_spec(name.clone(), loader.clone())?;
    protocol::setattr(&spec, name!("origin"), origin)?;
    if is_package {
        set_locations(&spec, Vec::new())?;
    }
    Ok(spec)
}

/// Sets an attribute of a module, which may be of any type and refuse it.
fn set_if_possible(module: &Value, name: &'static StrRef, value: Value) -> PyResult<()> {
    match protocol::setattr(module, name, value) {
        Err(error) if !error.is_instance(exceptions::attribute_error_class()) => Err(error),
        _ => Ok(()),
    }
}

/// Gives a module the attributes that its spec says. Without `replace`, those that it has already stay.
pub fn init_module_attrs(spec: &Value, module: &Value, replace: bool) -> PyResult<()> {
    let wanted = |name| -> PyResult<bool> {
        Ok(replace || protocol::lookup_attr(module, name)?.is_none_or(|value| value.is_none()))
    };
    if wanted(name!("__name__"))? {
        set_if_possible(module, name!("__name__"), protocol::getattr(spec, name!("name"))?)?;
    }
    let locations = protocol::getattr(spec, name!("submodule_search_locations"))?;
    if wanted(name!("__loader__"))? {
        let mut loader = protocol::getattr(spec, name!("loader"))?;
        if loader.is_none() && !locations.is_none() {
            loader = namespace::loader_for(locations.clone())?;
            protocol::setattr(spec, name!("loader"), loader.clone())?;
            // A namespace package has no file, and says so.
            protocol::setattr(module, name!("__file__"), Value::NONE)?;
        }
        set_if_possible(module, name!("__loader__"), loader)?;
    }
    if wanted(name!("__package__"))? {
        set_if_possible(module, name!("__package__"), protocol::getattr(spec, name!("parent"))?)?;
    }
    set_if_possible(module, name!("__spec__"), spec.clone())?;
    if !locations.is_none() && wanted(name!("__path__"))? {
        set_if_possible(module, name!("__path__"), locations)?;
    }
    if protocol::truth(&protocol::getattr(spec, name!("has_location"))?)? {
        if wanted(name!("__file__"))? {
            set_if_possible(module, name!("__file__"), protocol::getattr(spec, name!("origin"))?)?;
        }
        if wanted(name!("__cached__"))? {
            let cached = protocol::getattr(spec, name!("cached"))?;
            if !cached.is_none() {
                set_if_possible(module, name!("__cached__"), cached)?;
            }
        }
    }
    Ok(())
}

/// `module_from_spec(spec)`.
pub fn module_from_spec(spec: &Value) -> PyResult<Value> {
    let loader = protocol::getattr(spec, name!("loader"))?;
    let mut module = Value::NONE;
    if let Some(create) = protocol::lookup_attr(&loader, name!("create_module"))? {
        module = protocol::call1(&create, spec.clone())?;
    } else if has(&loader, name!("exec_module"))? {
        return Err(exceptions::import_error(
            exceptions::import_error_class(),
            "loaders that define exec_module() must also define create_module()",
            None,
            None,
            None,
        ));
    }
    if module.is_none() {
        module = PyModule::new_ref(&name_of(spec)?, Value::NONE).into_value();
    }
    init_module_attrs(spec, &module, false)?;
    Ok(module)
}

/// Whether a module's spec says that its code is still running.
pub fn is_initializing(module: &Value) -> PyResult<bool> {
    let Some(spec) = protocol::lookup_attr(module, name!("__spec__"))? else { return Ok(false) };
    if spec.is_none() {
        return Ok(false);
    }
    match protocol::lookup_attr(&spec, name!("_initializing"))? {
        Some(initializing) => protocol::truth(&initializing),
        None => Ok(false),
    }
}
