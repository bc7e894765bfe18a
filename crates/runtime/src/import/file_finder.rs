//! The finder of the modules in a folder.

use super::external::{self, Locations};
use super::messages::{repr, verbose};
use super::paths::{self, on_path};
use super::spec::{self, last_part};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::set::set_of;
use minipy_vm::types::str::empty;
use minipy_vm::{
    Args, PyList, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TupleRef, TypeRef, Value, Visitor,
    exceptions, name, protocol,
};
use rustc_hash::FxHashSet;
use std::os::unix::ffi::OsStrExt;

/// File-based finder.
///
/// Interactions with the file system are cached for performance, being
/// refreshed when the directory the finder is handling has been modified.
///
#[pyclass(name = "FileFinder", module = "_frozen_importlib_external", heap, basetype, gc, dict, weakref)]
pub struct PyFileFinder {
    path: GilCell<Value>,
    /// Suffixes and the loaders for them, in the order in which they are tried.
    loaders: GilCell<Vec<(StrRef, Value)>>,
    /// The folder's modification time when it was last listed; -1 for never.
    mtime: GilCell<Value>,
    /// The names in the folder.
    names: GilCell<FxHashSet<Box<[u8]>>>,
}

impl Traverse for PyFileFinder {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.path.traverse(visit);
        self.loaders.with(|loaders| loaders.iter().for_each(|(_, loader)| loader.traverse(visit)));
    }
}

impl PyFileFinder {
    fn path_text(&self) -> PyResult<StrRef> {
        paths::text(&self.path.get())
    }

    /// Lists the folder if it has changed since it was last listed.
    fn refresh(zelf: &Ref<PyFileFinder>) -> PyResult<()> {
        let path = zelf.path_text()?;
        let folder = if path.is_empty() { paths::current_folder()? } else { path };
        let mtime = match paths::stat(&folder) {
            Ok(stat) => Value::from(stat.mtime),
            Err(error) if paths::is_os_error(&error) => Value::small_int(-1),
            Err(error) => return Err(error),
        };
        if !protocol::eq(&mtime, &zelf.mtime.get())? {
            protocol::call_method(zelf.as_value(), name!("_fill_cache"), &[])?;
            zelf.mtime.set(mtime);
        }
        Ok(())
    }

    fn has(&self, name: &PyStr) -> bool {
        crate::path::encode(name).is_some_and(|name| self.names.with(|names| names.contains(&name[..])))
    }

    fn spec(
        zelf: &Ref<PyFileFinder>,
        loader: Value,
        fullname: &Value,
        path: StrRef,
        locations: Value,
    ) -> PyResult<Value> {
        let args = [loader, fullname.clone(), path.into_value(), locations, Value::NONE];
        protocol::call_method(zelf.as_value(), name!("_get_spec"), &args)
    }
}

/// The path hook that makes finders of `class` with these loaders.
pub fn path_hook(class: Value, details: TupleRef) -> Value {
    Ref::new(PyFileFinderHook { class, details }).into_value()
}

#[pymethods]
impl PyFileFinder {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> Value {
        let finder = PyFileFinder {
            path: GilCell::new(empty().into_value()),
            loaders: GilCell::new(Vec::new()),
            mtime: GilCell::new(Value::small_int(-1)),
            names: GilCell::new(FxHashSet::default()),
        };
        Ref::new_in(class, finder).into_value()
    }

    /// Initialize with the path to search on and a variable number of
    /// 2-tuples containing the loader and the file suffixes the loader
    /// recognizes.
    #[slot(init, sig = "(path, *loader_details)")]
    fn init(&self, path: &Value, loader_details: &[Value]) -> PyResult<()> {
        let mut loaders = Vec::new();
        for detail in loader_details {
            let pair = protocol::collect(detail)?;
            let [loader, suffixes] = &pair[..] else {
                return Err(exceptions::value_error("loader details are pairs of a loader and its suffixes"));
            };
            for suffix in protocol::collect(suffixes)? {
                loaders.push((paths::text(&suffix)?, loader.clone()));
            }
        }
        self.loaders.set(loaders);
        let is_here =
            !protocol::truth(path)? || path.downcast::<PyStr>().is_some_and(|path| path.eq_str("."));
        let path = if is_here { paths::current_folder()? } else { paths::absolute(&paths::text(path)?)? };
        self.path.set(path.into_value());
        self.mtime.set(Value::small_int(-1));
        Ok(())
    }

    #[pygetset]
    fn path(&self) -> Value {
        self.path.get()
    }

    #[pygetset(setter)]
    fn set_path(&self, path: Option<Value>) {
        self.path.set(path.unwrap_or_else(|| empty().into_value()));
    }

    #[pygetset]
    fn _path_mtime(&self) -> Value {
        self.mtime.get()
    }

    #[pygetset(setter, name = "_path_mtime")]
    fn set_path_mtime(&self, mtime: Option<Value>) {
        self.mtime.set(mtime.unwrap_or(Value::small_int(-1)));
    }

    #[pygetset]
    fn _path_cache(&self) -> PyResult<Value> {
        let names = self.names.get();
        set_of(names.iter().map(|name| crate::path::decode(name).into_value()).collect())
    }

    #[pygetset]
    fn _relaxed_path_cache(&self) -> PyResult<Value> {
        set_of(Vec::new())
    }

    #[pygetset]
    fn _loaders(&self) -> Value {
        let pair = |(suffix, loader): (StrRef, Value)| {
            PyTuple::from_array([suffix.into_value(), loader]).into_value()
        };
        PyList::from_vec(self.loaders.get().into_iter().map(pair).collect()).into_value()
    }

    /// Invalidate the directory mtime.
    #[pymethod("($self)")]
    fn invalidate_caches(&self) {
        self.mtime.set(Value::small_int(-1));
    }

    #[pymethod("($self, loader_class, fullname, path, smsl, target)")]
    fn _get_spec(
        &self,
        loader_class: &Value,
        fullname: &Value,
        path: &Value,
        smsl: &Value,
        target: &Value,
    ) -> PyResult<Value> {
        let _ = target;
        let loader = protocol::call2(loader_class, fullname.clone(), path.clone())?;
        let locations = Locations::Given(smsl.clone());
        external::spec_from_file_location(fullname, Some(path), Some(&loader), locations)
    }

    /// Try to find a spec for the specified module.
    ///
    /// Returns the matching spec, or None if not found.
    ///
    #[pymethod("($self, fullname, target=None)")]
    fn find_spec(zelf: &Ref<PyFileFinder>, fullname: &Ref<PyStr>, target: Option<&Value>) -> PyResult<Value> {
        let _ = target;
        let tail = last_part(fullname);
        PyFileFinder::refresh(zelf)?;
        let folder = zelf.path_text()?;
        let loaders = zelf.loaders.get();
        let mut is_namespace = false;
        let base = paths::join(&[&folder, &tail]);
        if zelf.has(&tail) {
            let init = PyStr::from_str("__init__");
            for (suffix, loader) in &loaders {
                let full = paths::join(&[&base, &init.concat(suffix)]);
                if paths::is_file(&full)? {
                    let locations = PyList::from_vec(vec![base.to_value()]).into_value();
                    return PyFileFinder::spec(zelf, loader.clone(), fullname.as_value(), full, locations);
                }
            }
            is_namespace = paths::is_folder(&base)?;
        }
        for (suffix, loader) in &loaders {
            let name = tail.concat(suffix);
            let full = paths::join(&[&folder, &name]);
            verbose(2, || Ok(format!("trying {full}")))?;
            if zelf.has(&name) && paths::is_file(&full)? {
                return PyFileFinder::spec(zelf, loader.clone(), fullname.as_value(), full, Value::NONE);
            }
        }
        if !is_namespace {
            return Ok(Value::NONE);
        }
        verbose(1, || Ok(format!("possible namespace for {base}")))?;
        let spec = spec::new_spec(fullname.to_value(), Value::NONE)?;
        spec::set_locations(&spec, vec![base.into_value()])?;
        Ok(spec)
    }

    /// Fill the cache of potential modules and packages for this directory.
    #[pymethod("($self)")]
    fn _fill_cache(&self) -> PyResult<()> {
        let path = self.path_text()?;
        let folder = if path.is_empty() { paths::current_folder()? } else { path };
        crate::sys::audit("os.listdir", &[folder.to_value()])?;
        let listed = on_path(folder.as_value(), |folder| {
            let mut names = FxHashSet::default();
            for entry in std::fs::read_dir(folder)? {
                names.insert(Box::<[u8]>::from(entry?.file_name().as_bytes()));
            }
            Ok(names)
        });
        // A folder that is not there, or cannot be listed, has no modules.
        let ignored = [
            exceptions::file_not_found_error_class(),
            exceptions::permission_error_class(),
            exceptions::not_a_directory_error_class(),
        ];
        match listed {
            Ok(names) => self.names.set(names),
            Err(error) if ignored.iter().any(|class| error.is_instance(class)) => {
                self.names.set(FxHashSet::default());
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A class method which returns a closure to use on sys.path_hook
    /// which will return an instance using the specified loaders and the path
    /// called on the closure.
    ///
    /// If the path called on the closure is not a directory, ImportError is
    /// raised.
    ///
    #[pyclassmethod("(*loader_details)")]
    fn path_hook(class: &TypeRef, loader_details: &[Value]) -> Value {
        path_hook(class.to_value(), PyTuple::from_slice(loader_details))
    }

    #[slot]
    fn repr(&self) -> PyResult<String> {
        Ok(format!("FileFinder({})", repr(&self.path.get())?))
    }
}

/// Path hook for importlib.machinery.FileFinder.
#[pyclass(name = "path_hook_for_FileFinder", module = "_frozen_importlib_external", gc, no_new)]
pub struct PyFileFinderHook {
    class: Value,
    details: TupleRef,
}

impl Traverse for PyFileFinderHook {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.class.traverse(visit);
        self.details.traverse(visit);
    }
}

#[pymethods]
impl PyFileFinderHook {
    #[slot(call, sig = "(path)")]
    fn call(&self, path: &Value) -> PyResult<Value> {
        let is_folder = match path.downcast::<PyStr>() {
            Some(path) => paths::is_folder(path)?,
            None => paths::is_folder(&paths::text(path)?)?,
        };
        if !is_folder {
            let class = exceptions::import_error_class();
            let message = "only directories are supported";
            return Err(exceptions::import_error(class, message, None, Some(path.clone()), None));
        }
        let mut args = vec![path.clone()];
        args.extend(self.details.iter().cloned());
        protocol::call(&self.class, &args)
    }

    #[slot]
    fn repr(zelf: &Value) -> String {
        format!("<function FileFinder.path_hook.<locals>.path_hook_for_FileFinder at {:#x}>", zelf.id())
    }
}
