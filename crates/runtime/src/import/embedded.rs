//! The finder and loader of the embedded standard library.
//!
//! The library appears as a folder that `sys.path` names, `prefix/lib/python3.14`. Its files are not on disk: a path hook
//! answers for the folder, and the loader's `get_source` and `get_data` give their text to `linecache` and `inspect`.

use super::loaders::run_audited;
use super::spec;
use crate::compile::{self, Mode, Request, Source};
use crate::modules::marshal;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::code::image::Library;
use minipy_vm::types::str::{StrRef, intern};
use minipy_vm::{PyList, PyModule, PyResult, PyStr, Ref, Value, exceptions, frame, name, protocol};
use std::sync::OnceLock;

/// Finds and loads the modules of one folder of the embedded standard library.
#[pyclass(name = "EmbeddedImporter", module = "_frozen_importlib_external")]
pub struct PyEmbeddedImporter {
    /// The library's folder as `sys.path` names it.
    root: String,
    /// The folder within the library, without slashes at its ends.
    folder: String,
}

/// The code object of a library file at an optimisation level.
pub fn code(path: &str, filename: &str, optimize: i32) -> PyResult<Ref<PyCode>> {
    let Some(file) = minipy_stdlib::file(path) else {
        return Err(exceptions::runtime_error(format!("the embedded library has no {path}")));
    };
    if let Some(data) = file.code().filter(|_| optimize == 0) {
        marshal::audit_loads(data)?;
        static LIBRARY: OnceLock<Library> = OnceLock::new();
        let library = LIBRARY.get_or_init(|| {
            let (ends, text) = minipy_stdlib::code_strings();
            Library::new(ends, text)
        });
        let code = library.load(data, intern(filename));
        return code
            .ok_or_else(|| exceptions::runtime_error(format!("the embedded code of {path} is damaged")));
    }
    let request = Request { filename, mode: Mode::Exec, flags: 0, optimize, feature_version: None };
    compile::compile(&Source::Bytes(file.source().to_vec()), &request)
}

/// The path hook for `root` and the folders below it.
pub fn path_hook(root: &str) -> Value {
    Ref::new(PyEmbeddedHook { root: root.to_owned() }).into_value()
}

/// A path hook: called with a path entry, it gives the finder or raises ImportError.
#[pyclass(name = "embedded_path_hook", module = "_frozen_importlib_external", no_new)]
pub struct PyEmbeddedHook {
    root: String,
}

#[pymethods]
impl PyEmbeddedHook {
    #[slot(call, sig = "(path, /)")]
    fn call(&self, path: &Ref<PyStr>) -> PyResult<Value> {
        let path = path.to_string_lossy();
        let inner = path.strip_prefix(&self.root).map(|p| p.trim_matches('/'));
        match inner {
            Some(folder) if minipy_stdlib::is_dir(folder) => {
                let importer = PyEmbeddedImporter { root: self.root.clone(), folder: folder.to_owned() };
                Ok(Ref::new(importer).into_value())
            }
            _ => Err(minipy_vm::PyErr::new(
                exceptions::import_error_class(),
                &[Value::from("not a folder of the embedded library")],
            )),
        }
    }
}

impl PyEmbeddedImporter {
    /// The library path of module `fullname` and whether it is a package.
    fn locate(&self, fullname: &str) -> Option<(String, bool)> {
        let tail = fullname.rsplit('.').next().unwrap_or(fullname);
        let base = if self.folder.is_empty() { tail.to_owned() } else { format!("{}/{tail}", self.folder) };
        if minipy_stdlib::is_package(&base) {
            return Some((format!("{base}/__init__.py"), true));
        }
        let file = format!("{base}.py");
        minipy_stdlib::source(&file).is_some().then_some((file, false))
    }

    fn filename(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }

    fn located(&self, fullname: &str) -> PyResult<(String, bool)> {
        self.locate(fullname).ok_or_else(|| {
            minipy_vm::PyErr::new(
                exceptions::import_error_class(),
                &[Value::from(format!("no embedded module named '{fullname}'"))],
            )
        })
    }

    fn load_code(&self, fullname: &str) -> PyResult<Ref<PyCode>> {
        let (path, _) = self.located(fullname)?;
        code(&path, &self.filename(&path), crate::config::optimize().into())
    }
}

#[pymethods]
impl PyEmbeddedImporter {
    /// Find the spec of a module in this folder.
    #[pymethod("($self, fullname, target=None)")]
    fn find_spec(
        zelf: &Ref<PyEmbeddedImporter>,
        fullname: &Ref<PyStr>,
        target: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = target;
        let Some((path, is_package)) = zelf.locate(&fullname.to_string_lossy()) else {
            return Ok(Value::NONE);
        };
        let origin = zelf.filename(&path);
        let spec =
            spec::spec_with_origin(fullname.to_value(), zelf.to_value(), Value::from(origin.as_str()), true)?;
        if is_package {
            let folder = origin.strip_suffix("/__init__.py").unwrap_or(&origin);
            spec::set_locations(&spec, vec![Value::from(folder)])?;
        }
        Ok(spec)
    }

    /// Use the default semantics for module creation.
    #[pymethod("($self, spec)")]
    fn create_module(&self, spec: &Value) -> Value {
        let _ = spec;
        Value::NONE
    }

    /// Execute the module.
    #[pymethod("($self, module)")]
    fn exec_module(&self, module: &Ref<PyModule>) -> PyResult<()> {
        let name = protocol::getattr(module.as_value(), name!("__name__"))?;
        let code = self.load_code(&protocol::str(&name)?.to_string_lossy())?;
        let namespace = module.namespace();
        namespace.insert_interned(name!("__builtins__"), frame::default_builtins().into_value());
        run_audited(&code, namespace)
    }

    /// The code object of a module.
    #[pymethod("($self, fullname)")]
    fn get_code(&self, fullname: &Ref<PyStr>) -> PyResult<Ref<PyCode>> {
        self.load_code(&fullname.to_string_lossy())
    }

    /// The source text of a module.
    #[pymethod("($self, fullname)")]
    fn get_source(&self, fullname: &Ref<PyStr>) -> PyResult<StrRef> {
        let (path, _) = self.located(&fullname.to_string_lossy())?;
        let source = minipy_stdlib::source(&path).unwrap_or_default();
        Ok(PyStr::from_str(&String::from_utf8_lossy(source)))
    }

    /// Whether a module is a package.
    #[pymethod("($self, fullname)")]
    fn is_package(&self, fullname: &Ref<PyStr>) -> PyResult<bool> {
        Ok(self.located(&fullname.to_string_lossy())?.1)
    }

    /// The file name of a module.
    #[pymethod("($self, fullname)")]
    fn get_filename(&self, fullname: &Ref<PyStr>) -> PyResult<String> {
        let (path, _) = self.located(&fullname.to_string_lossy())?;
        Ok(self.filename(&path))
    }

    /// The contents of a file of the library.
    #[pymethod("($self, path)")]
    fn get_data(&self, path: &Ref<PyStr>) -> PyResult<Value> {
        let path = path.to_string_lossy();
        let inner = path.strip_prefix(&self.root).map_or(path.as_str(), |p| p.trim_matches('/'));
        match minipy_stdlib::source(inner) {
            Some(data) => Ok(minipy_vm::types::bytes::from_slice(data).into_value()),
            None => Err(minipy_vm::PyErr::new(
                exceptions::os_error_class(),
                &[Value::from(2), Value::from("No such file or directory"), Value::from(path)],
            )),
        }
    }

    /// The modules of the folder, for `pkgutil`.
    #[pymethod("($self, prefix='')")]
    fn iter_modules(&self, prefix: Option<&Ref<PyStr>>) -> PyResult<Value> {
        let prefix = prefix.map_or_else(String::new, |p| p.to_string_lossy());
        let mut found = Vec::new();
        for entry in minipy_stdlib::list_dir(&self.folder).unwrap_or_default() {
            let path =
                if self.folder.is_empty() { entry.to_owned() } else { format!("{}/{entry}", self.folder) };
            let (name, package) = match entry.strip_suffix(".py") {
                Some("__init__") => continue,
                Some(name) => (name, false),
                None if minipy_stdlib::is_package(&path) => (entry, true),
                None => continue,
            };
            let pair = [Value::from(format!("{prefix}{name}")), Value::from_bool(package)];
            found.push(minipy_vm::PyTuple::from_array(pair).into_value());
        }
        protocol::iter(PyList::from_vec(found).as_value())
    }

    #[slot]
    fn repr(zelf: &Ref<PyEmbeddedImporter>) -> PyResult<Value> {
        Ok(Value::from(format!("EmbeddedImporter('{}')", zelf.filename(&zelf.folder))))
    }

    #[pygetset]
    fn path(&self) -> StrRef {
        intern(self.filename(&self.folder).trim_end_matches('/'))
    }
}
