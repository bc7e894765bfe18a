//! The finder and loader of frozen modules: modules of the embedded library whose code is used wherever the library itself
//! comes from.

use super::load::{import_error, load_module_shim};
use super::loaders::run_audited;
use super::messages::repr;
use super::{embedded, spec};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::namespace::new_namespace;
use minipy_vm::types::str::{StrRef, intern};
use minipy_vm::{
    Payload, PyDict, PyErr, PyModule, PyResult, PyStr, PyTuple, Ref, TypeRef, Value, exceptions, frame, name,
    protocol,
};
use std::sync::atomic::{AtomicI64, Ordering};

/// A frozen module.
pub struct Frozen {
    pub name: &'static str,
    /// Its source in the embedded library; `None` if it is native.
    path: Option<&'static str>,
    pub is_package: bool,
    /// The module's name in the library, where it is not the same; `<` marks the `__init__` of a package.
    pub original: Option<&'static str>,
}

const fn module(name: &'static str, path: &'static str) -> Frozen {
    Frozen { name, path: Some(path), is_package: false, original: Some(name) }
}

const fn package(name: &'static str, path: &'static str, original: Option<&'static str>) -> Frozen {
    Frozen { name, path: Some(path), is_package: true, original }
}

static FROZEN: &[Frozen] = &[
    Frozen {
        name: "_frozen_importlib",
        path: None,
        is_package: false,
        original: Some("importlib._bootstrap"),
    },
    Frozen {
        name: "_frozen_importlib_external",
        path: None,
        is_package: false,
        original: Some("importlib._bootstrap_external"),
    },
    module("zipimport", "zipimport.py"),
    module("abc", "abc.py"),
    module("codecs", "codecs.py"),
    module("io", "io.py"),
    module("_collections_abc", "_collections_abc.py"),
    module("_sitebuiltins", "_sitebuiltins.py"),
    module("genericpath", "genericpath.py"),
    module("ntpath", "ntpath.py"),
    module("posixpath", "posixpath.py"),
    module("os", "os.py"),
    module("site", "site.py"),
    module("stat", "stat.py"),
    module("importlib.util", "importlib/util.py"),
    module("importlib.machinery", "importlib/machinery.py"),
    module("runpy", "runpy.py"),
    module("__hello__", "__hello__.py"),
    Frozen { original: Some("__hello__"), ..module("__hello_alias__", "__hello__.py") },
    package("__phello_alias__", "__hello__.py", Some("__hello__")),
    Frozen { original: Some("__hello__"), ..module("__phello_alias__.spam", "__hello__.py") },
    package("__phello__", "__phello__/__init__.py", Some("__phello__")),
    Frozen { original: Some("<__phello__"), ..module("__phello__.__init__", "__phello__/__init__.py") },
    package("__phello__.ham", "__phello__/ham/__init__.py", Some("__phello__.ham")),
    Frozen {
        original: Some("<__phello__.ham"),
        ..module("__phello__.ham.__init__", "__phello__/ham/__init__.py")
    },
    module("__phello__.ham.eggs", "__phello__/ham/eggs.py"),
    module("__phello__.spam", "__phello__/spam.py"),
    Frozen { original: None, ..module("__hello_only__", "__hello__.py") },
];

/// The frozen modules that are not hidden.
pub fn all() -> impl Iterator<Item = &'static Frozen> {
    FROZEN.iter().filter(|frozen| frozen.is_visible())
}

/// Set by tests: negative to hide all frozen modules that the import system itself can do without.
static OVERRIDE: AtomicI64 = AtomicI64::new(0);

pub fn set_override(value: i64) {
    OVERRIDE.store(value, Ordering::Relaxed);
}

/// The frozen module called `name`.
pub fn find(name: &Value) -> Option<&'static Frozen> {
    let name = name.downcast::<PyStr>()?.as_ascii()?;
    FROZEN.iter().find(|frozen| frozen.name == name).filter(|frozen| frozen.is_visible())
}

/// Whether only those are to be found that the import system cannot do without: `-X frozen_modules=off`, or a test.
fn hides_others() -> bool {
    match OVERRIDE.load(Ordering::Relaxed) {
        0 => crate::config::current().is_some_and(|config| config.settings.frozen_modules == Some(false)),
        value => value < 0,
    }
}

/// The frozen module called `name`, or the ImportError that there is none.
pub fn require(name: &Value) -> PyResult<&'static Frozen> {
    match find(name) {
        Some(frozen) => Ok(frozen),
        None => Err(import_error(&format!("No such frozen object named {}", repr(name)?), name)),
    }
}

fn plain(name: &Value) -> String {
    name.downcast::<PyStr>().map_or_else(String::new, |name| name.to_string_lossy())
}

impl Frozen {
    /// Whether the module can be found: the embedded library has it, and it is not hidden.
    fn is_visible(&self) -> bool {
        match self.path {
            None => true,
            Some(path) => {
                (self.name == "zipimport" || !hides_others()) && minipy_stdlib::file(path).is_some()
            }
        }
    }

    /// The code object of the module.
    pub fn code(&self) -> PyResult<Ref<PyCode>> {
        let Some(path) = self.path else {
            let message = format!("the frozen module {} is native and has no code", self.name);
            return Err(import_error(&message, &Value::from(self.name)));
        };
        // Frozen when CPython was built: `-O` does not change it.
        embedded::code(path, &format!("<frozen {}>", self.original_name()), 0)
    }

    fn original_name(&self) -> &'static str {
        self.original.unwrap_or(self.name).trim_start_matches('<')
    }
}

/// Meta path import for frozen modules.
///
/// All methods are either class or static methods to avoid the need to
/// instantiate the class.
///
#[pyclass(name = "FrozenImporter", module = "_frozen_importlib", heap, basetype, weakref, shared_layout)]
pub struct PyFrozenImporter(());

/// The source file that a frozen module was made from, and the folder of its submodules if it is a package; both only if the
/// library's folder is known.
fn resolve_filename(original: Option<&str>, alias: &str, is_package: bool) -> PyResult<(Value, Value)> {
    let folder = crate::sys::get("_stdlib_dir")?.filter(|folder| !folder.is_none());
    let (Some(original), Some(folder)) = (original, folder) else { return Ok((Value::NONE, Value::NONE)) };
    let folder = plain(&folder);
    if folder.is_empty() {
        return Ok((Value::NONE, Value::NONE));
    }
    let mut is_package = is_package;
    let mut name = original.to_owned();
    if original != alias {
        match original.strip_prefix('<') {
            Some(package) => name = format!("{package}.__init__"),
            None => is_package = false,
        }
    }
    let relative = name.replace('.', "/");
    if is_package {
        let folder = format!("{folder}/{relative}");
        return Ok((Value::from(format!("{folder}/__init__.py")), Value::from(folder)));
    }
    Ok((Value::from(format!("{folder}/{relative}.py")), Value::NONE))
}

/// The spec of a frozen module.
pub fn frozen_spec(class: &TypeRef, frozen: &Frozen) -> PyResult<Value> {
    let name = intern(frozen.name).into_value();
    let origin = protocol::getattr(class.as_value(), name!("_ORIGIN"))?;
    let spec = spec::spec_with_origin(name, class.to_value(), origin, false)?;
    let (filename, folder) = resolve_filename(frozen.original, frozen.name, frozen.is_package)?;
    let state = PyDict::new_ref();
    state.insert("filename", filename);
    state.insert("origname", frozen.original.map_or(Value::NONE, Value::from));
    protocol::setattr(&spec, name!("loader_state"), new_namespace(state))?;
    if frozen.is_package {
        spec::set_locations(&spec, Some(folder).filter(|f| !f.is_none()).into_iter().collect())?;
    }
    Ok(spec)
}

#[cold]
fn not_frozen(name: &Value) -> PyResult<PyErr> {
    Ok(import_error(&format!("{} is not a frozen module", repr(name)?), name))
}

fn check(name: &Value) -> PyResult<&'static Frozen> {
    match find(name) {
        Some(frozen) => Ok(frozen),
        None => Err(not_frozen(name)?),
    }
}

#[pymethods]
impl PyFrozenImporter {
    #[pyattr]
    const _ORIGIN: &str = "frozen";

    #[pyattr]
    const _SEP: &str = "/";

    #[pyclassmethod("(fullname, path=None, target=None)")]
    fn find_spec(
        class: &TypeRef,
        fullname: &Value,
        path: Option<&Value>,
        target: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = (path, target);
        match find(fullname) {
            Some(frozen) => frozen_spec(class, frozen),
            None => Ok(Value::NONE),
        }
    }

    #[pyclassmethod("(fullname, alias=None, ispkg=False)")]
    fn _resolve_filename(
        _class: &TypeRef,
        fullname: &Value,
        alias: Option<&Value>,
        ispkg: bool,
    ) -> PyResult<Value> {
        let original = fullname.downcast::<PyStr>().map(|name| name.to_string_lossy());
        let (filename, folder) =
            resolve_filename(original.as_deref(), &alias.map_or_else(String::new, plain), ispkg)?;
        Ok(PyTuple::from_array([filename, folder]).into_value())
    }

    /// Set __file__, if able.
    #[pystaticmethod("(spec)")]
    fn create_module(spec: &Value) -> PyResult<Value> {
        let module = PyModule::new_ref(&spec::name_of(spec)?, Value::NONE);
        let state = protocol::getattr(spec, name!("loader_state"))?;
        if let Some(filename) = protocol::lookup_attr(&state, name!("filename"))?
            && protocol::truth(&filename)?
        {
            module.namespace().insert("__file__", filename);
        }
        Ok(module.into_value())
    }

    #[pystaticmethod("(module)")]
    fn exec_module(module: &Value) -> PyResult<()> {
        let spec = protocol::getattr(module, name!("__spec__"))?;
        let name = protocol::getattr(&spec, name!("name"))?;
        let code = require(&name)?.code()?;
        let namespace = protocol::getattr(module, name!("__dict__"))?;
        let Some(namespace) = namespace.downcast::<PyDict>() else {
            return Err(exceptions::type_error("a module's __dict__ must be a dict"));
        };
        if namespace.get_interned(name!("__builtins__")).is_none() {
            namespace.insert_interned(name!("__builtins__"), frame::default_builtins().into_value());
        }
        run_audited(&code, namespace.clone())
    }

    /// Return the code object for the frozen module.
    #[pyclassmethod("(fullname)")]
    fn get_code(_class: &TypeRef, fullname: &Value) -> PyResult<Ref<PyCode>> {
        check(fullname)?.code()
    }

    /// Return None as frozen modules do not have source code.
    #[pyclassmethod("(fullname)")]
    fn get_source(_class: &TypeRef, fullname: &Value) -> PyResult<()> {
        check(fullname).map(drop)
    }

    /// Return True if the frozen module is a package.
    #[pyclassmethod("(fullname)")]
    fn is_package(_class: &TypeRef, fullname: &Value) -> PyResult<bool> {
        Ok(check(fullname)?.is_package)
    }

    /// Load a frozen module.
    ///
    /// This method is deprecated.  Use exec_module() instead.
    ///
    #[pyclassmethod("(fullname)")]
    fn load_module(class: &TypeRef, fullname: &Value) -> PyResult<Value> {
        load_module_shim(class.as_value(), fullname)
    }
}

/// Gives one of the import system's own modules its spec.
pub fn complete(name: &StrRef, module: &Ref<PyModule>) -> PyResult<()> {
    let class = PyFrozenImporter::class();
    let origin = Value::from("frozen");
    let spec = spec::spec_with_origin(name.to_value(), class.to_value(), origin, false)?;
    spec::init_module_attrs(&spec, module.as_value(), false)
}
