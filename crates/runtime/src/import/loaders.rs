//! The loaders of source files and of pycs without sources, and the base classes that other loaders build on.

use super::cache::{self, Details, Validation};
use super::load::{import_error, load_module_shim};
use super::messages::{repr, verbose};
use super::spec::last_part;
use super::{external, paths};
use crate::compile::{self, Mode, Request, Source};
use minipy_bytecode::pyc::HEADER_LEN;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::buffer;
use minipy_vm::types::bytes::{self, BytesLike};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::function::PyMethodDescr;
use minipy_vm::types::instance;
use minipy_vm::types::typeobj::bases::set_bases;
use minipy_vm::{
    CmpOp, DictRef, Payload, PyBytes, PyDict, PyErr, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse,
    TypeRef, Value, Visitor, exceptions, frame, name, protocol,
};

/// Classes whose instances have attributes only.
macro_rules! no_fields {
    ($($class:ident),*) => {$(
        impl Traverse for $class {
            fn traverse(&self, _: &mut Visitor<'_>) {}
        }
    )*};
}
pub(super) use no_fields;

/// Base class of common code needed by both SourceLoader and
/// SourcelessFileLoader.
#[pyclass(
    name = "_LoaderBasics",
    module = "_frozen_importlib_external",
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PyLoaderBasics(());

#[pyclass(
    name = "SourceLoader",
    module = "_frozen_importlib_external",
    base_class = PyLoaderBasics::class,
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PySourceLoader(());

/// Base file loader class which implements the loader protocol methods that
/// require file system usage.
#[pyclass(
    name = "FileLoader",
    module = "_frozen_importlib_external",
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PyFileLoader(());

/// Concrete implementation of SourceLoader using the file system.
#[pyclass(
    name = "SourceFileLoader",
    module = "_frozen_importlib_external",
    base_class = PyFileLoader::class,
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PySourceFileLoader(());

/// Loader which handles sourceless file imports.
#[pyclass(
    name = "SourcelessFileLoader",
    module = "_frozen_importlib_external",
    base_class = PyFileLoader::class,
    heap,
    basetype,
    gc,
    dict,
    weakref,
    shared_layout,
    any_receiver
)]
pub struct PySourcelessFileLoader(());

no_fields!(PyLoaderBasics, PySourceLoader, PyFileLoader, PySourceFileLoader, PySourcelessFileLoader);

/// Gives the classes with two bases the second one.
pub fn finish_classes() -> PyResult<()> {
    let with_bases = |class: &TypeRef, second: &TypeRef| {
        let bases = PyTuple::from_array([PyFileLoader::class().to_value(), second.to_value()]);
        set_bases(class, Some(bases.into_value()))
    };
    with_bases(PySourceFileLoader::class(), PySourceLoader::class())?;
    with_bases(PySourcelessFileLoader::class(), PyLoaderBasics::class())?;
    with_bases(super::extension::PyExtensionFileLoader::class(), PyLoaderBasics::class())
}

/// Whether calling the method `name` of `object` would run the native method of `class`: nobody has overridden or replaced it.
fn is_native(object: &Value, name: &StrRef, class: &TypeRef) -> PyResult<bool> {
    if let Some(header) = object.header()
        && instance::get(header, name)?.is_some()
    {
        return Ok(false);
    }
    let found = object.class().lookup(name);
    let method = found.as_ref().and_then(|found| found.downcast_exact::<PyMethodDescr>());
    Ok(object.class().has_generic_getattr() && method.is_some_and(|method| method.class.is(class)))
}

/// The contents of a file that a loader has read.
enum Data {
    Native(Vec<u8>),
    Object(Value),
}

impl Data {
    fn with<R>(&self, f: impl FnOnce(&[u8]) -> PyResult<R>) -> PyResult<R> {
        match self {
            Data::Native(data) => f(data),
            Data::Object(object) => f(&BytesLike::of(object)?),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Data::Native(data) => bytes::from_slice(&data).into_value(),
            Data::Object(object) => object,
        }
    }
}

/// `loader.get_data(path)`.
fn get_data(loader: &Value, path: &Value) -> PyResult<Data> {
    let name = name!("get_data");
    if is_native(loader, name, PyFileLoader::class())? {
        return paths::read_file(path).map(Data::Native);
    }
    protocol::call_method(loader, name, std::slice::from_ref(path)).map(Data::Object)
}

/// `loader.get_filename(fullname)`.
fn get_filename(loader: &Value, fullname: &Value) -> PyResult<Value> {
    protocol::call_method(loader, name!("get_filename"), std::slice::from_ref(fullname))
}

/// The modification time of a source and its size, if `loader.path_stats(path)` tells it.
fn path_stats(loader: &Value, path: &Value) -> PyResult<(i64, Option<Value>)> {
    let name = name!("path_stats");
    if is_native(loader, name, PySourceFileLoader::class())? {
        let stat = paths::stat(&paths::text(path)?)?;
        return Ok((stat.mtime as i64, Some(Value::from(stat.size))));
    }
    let stats = protocol::call_method(loader, name, std::slice::from_ref(path))?;
    let mtime = protocol::getitem(&stats, name!("mtime").as_value())?;
    let mtime = protocol::index_to_i64(&protocol::to_int(&mtime)?)?.unwrap_or(0);
    match protocol::getitem(&stats, name!("size").as_value()) {
        Ok(size) => Ok((mtime, Some(size))),
        Err(error) if error.is_instance(exceptions::key_error_class()) => Ok((mtime, None)),
        Err(error) => Err(error),
    }
}

/// What is known of a source and its pyc after the attempt to use the pyc.
struct Attempt {
    code: Option<Ref<PyCode>>,
    /// The time of the source, if it could be told: without it nothing is cached.
    mtime: Option<i64>,
    source: Option<Data>,
    /// That the pyc, and so its successor, goes by hash, and whether it is to be checked.
    hash: Option<([u8; 8], bool)>,
}

/// Reads the cached code of a source, if there is any and it is current.
fn read_cached(
    loader: &Value,
    fullname: &Value,
    source_path: &Value,
    bytecode_path: &Value,
) -> PyResult<Attempt> {
    let mut attempt = Attempt { code: None, mtime: None, source: None, hash: None };
    let (mtime, size) = match path_stats(loader, source_path) {
        Ok(stats) => stats,
        Err(error) if paths::is_os_error(&error) => return Ok(attempt),
        Err(error) => return Err(error),
    };
    attempt.mtime = Some(mtime);
    let data = match get_data(loader, bytecode_path) {
        Ok(data) => data,
        Err(error) if paths::is_os_error(&error) => return Ok(attempt),
        Err(error) => return Err(error),
    };
    let details = Details { name: fullname.clone(), path: bytecode_path.clone() };
    let is_current = data.with(|data| {
        let flags = cache::classify(data, fullname, &details)?;
        if flags & 1 == 0 {
            let size = match &size {
                Some(size) if !size.is_none() => Some(protocol::index_to_i64(size)?.unwrap_or(0)),
                _ => None,
            };
            return cache::validate_timestamp(data, mtime, size, fullname, &details);
        }
        let check = flags & 2 != 0;
        attempt.hash = Some(([0; 8], check));
        let mode = cache::hash_check_mode()?;
        if mode != "never" && (check || mode == "always") {
            let source = get_data(loader, source_path)?;
            let hash = source.with(|source| Ok(cache::source_hash(source)))?;
            attempt.hash = Some((hash, check));
            attempt.source = Some(source);
            cache::validate_hash(data, &hash, fullname, &details)?;
        }
        Ok(())
    });
    match is_current {
        Ok(()) => {}
        Err(error)
            if error.is_instance(exceptions::import_error_class())
                || error.is_instance(exceptions::eof_error_class()) =>
        {
            return Ok(attempt);
        }
        Err(error) => return Err(error),
    }
    verbose(1, || Ok(format!("{} matches {}", protocol::str(bytecode_path)?, protocol::str(source_path)?)))?;
    let code = data.with(|data| compile_bytecode(data, &details, source_path))?;
    attempt.code = Some(code);
    Ok(attempt)
}

/// The code object behind a pyc's header.
fn compile_bytecode(data: &[u8], details: &Details, source_path: &Value) -> PyResult<Ref<PyCode>> {
    let body = data.get(HEADER_LEN..).unwrap_or(&[]);
    cache::load_code(body, details, source_path.downcast::<PyStr>())
}

/// `SourceLoader.get_code(fullname)`.
fn source_code(loader: &Value, fullname: &Value) -> PyResult<Value> {
    let source_path = get_filename(loader, fullname)?;
    let bytecode_path = match external::cached_path(&paths::text(&source_path)?) {
        Ok(path) => Some(path.into_value()),
        Err(error) if error.is_instance(exceptions::not_implemented_error_class()) => None,
        Err(error) => return Err(error),
    };
    let mut attempt = Attempt { code: None, mtime: None, source: None, hash: None };
    if let Some(bytecode_path) = &bytecode_path {
        attempt = read_cached(loader, fullname, &source_path, bytecode_path)?;
        if let Some(code) = attempt.code {
            return Ok(code.into_value());
        }
    }
    let source = match attempt.source {
        Some(source) => source,
        None => get_data(loader, &source_path)?,
    };
    let (size, hash) = match (&source, attempt.mtime) {
        (_, None) => (0, [0; 8]),
        (Data::Object(object), _) if !buffer::is_bytes_like(object) => {
            (protocol::len(object)? as u64, [0; 8])
        }
        _ => source.with(|source| {
            Ok((
                source.len() as u64,
                if attempt.hash.is_some() { cache::source_hash(source) } else { [0; 8] },
            ))
        })?,
    };
    let code = compile_source(loader, source, &source_path)?;
    verbose(1, || Ok(format!("code object from {}", protocol::str(&source_path)?)))?;
    if let (Some(bytecode_path), Some(mtime)) = (bytecode_path, attempt.mtime)
        && !dont_write_bytecode()?
    {
        let validation = match attempt.hash {
            Some((_, check)) => Validation::Hash { hash, check },
            None => Validation::Timestamp { mtime, size },
        };
        let data = cache::pyc_bytes(&code, validation)?;
        store(loader, &source_path, bytecode_path, &data)?;
    }
    Ok(code)
}

fn dont_write_bytecode() -> PyResult<bool> {
    protocol::truth(&crate::sys::require("dont_write_bytecode")?)
}

/// `loader._cache_bytecode(source_path, bytecode_path, data)`.
fn store(loader: &Value, source_path: &Value, bytecode_path: Value, data: &[u8]) -> PyResult<()> {
    let class = PySourceFileLoader::class();
    let (name, set_data) = (name!("_cache_bytecode"), name!("set_data"));
    if is_native(loader, name, class)? && is_native(loader, set_data, class)? {
        let mode = cache::permissions(&paths::text(source_path)?)?;
        return cache::write_file(&paths::text(&bytecode_path)?, data, mode);
    }
    let args = [source_path.clone(), bytecode_path, bytes::from_slice(data).into_value()];
    match protocol::call_method(loader, name, &args) {
        Err(error) if !error.is_instance(exceptions::not_implemented_error_class()) => Err(error),
        _ => Ok(()),
    }
}

/// `loader.source_to_code(data, path)`.
fn compile_source(loader: &Value, source: Data, path: &Value) -> PyResult<Value> {
    let name = name!("source_to_code");
    match source {
        Data::Native(source) if is_native(loader, name, PySourceLoader::class())? => {
            compile_bytes(source, path).map(Ref::into_value)
        }
        source => protocol::call_method(loader, name, &[source.into_value(), path.clone()]),
    }
}

/// Compiles a source file.
fn compile_bytes(source: Vec<u8>, path: &Value) -> PyResult<Ref<PyCode>> {
    let filename = compile::filename(path)?;
    let request =
        Request { filename: &filename, mode: Mode::Exec, flags: 0, optimize: -1, feature_version: None };
    let code = compile::compile(&Source::Bytes(source), &request)?;
    if let Some(path) = path.downcast::<PyStr>()
        && path.to_utf8().is_none()
    {
        // The compiler's file names are text; this one is not.
        code.set_filename(path);
    }
    Ok(code)
}

/// Runs a module's code in its namespace, as `exec(code, module.__dict__)`.
pub fn run_code(code: &Value, module: &Value) -> PyResult<()> {
    let namespace = protocol::getattr(module, name!("__dict__"))?;
    if let (Some(code), Some(namespace)) = (code.downcast::<PyCode>(), namespace.downcast::<PyDict>()) {
        if namespace.get_interned(name!("__builtins__")).is_none() {
            namespace.insert_interned(name!("__builtins__"), frame::default_builtins().into_value());
        }
        return run_audited(code, namespace.clone());
    }
    let Some(exec) = frame::default_builtins().get_interned(name!("exec")) else { return Ok(()) };
    protocol::call2(&exec, code.clone(), namespace).map(drop)
}

/// Runs a module's code object in its namespace. The audit event is that of `exec`, by which CPython does it.
pub fn run_audited(code: &Ref<PyCode>, namespace: DictRef) -> PyResult<()> {
    crate::sys::audit("exec", &[code.to_value()])?;
    frame::exec_code(code, namespace, None, None).map(drop)
}

#[pymethods]
impl PyLoaderBasics {
    /// Concrete implementation of InspectLoader.is_package by checking if
    /// the path returned by get_filename has a filename of '__init__.py'.
    #[pymethod("($self, fullname)")]
    fn is_package(zelf: &Value, fullname: &Ref<PyStr>) -> PyResult<bool> {
        let filename = paths::text(&get_filename(zelf, fullname.as_value())?)?;
        let (_, filename) = paths::split(&filename);
        let end = filename.chars().rposition(|c| c == u32::from(b'.')).unwrap_or(filename.len());
        Ok(filename.substring(0, end).eq_str("__init__") && !last_part(fullname).eq_str("__init__"))
    }

    /// Use default semantics for module creation.
    #[pymethod("($self, spec)")]
    fn create_module(_zelf: &Value, spec: &Value) {
        let _ = spec;
    }

    /// Execute the module.
    #[pymethod("($self, module)")]
    fn exec_module(zelf: &Value, module: &Value) -> PyResult<()> {
        let name = protocol::getattr(module, name!("__name__"))?;
        let code = protocol::call_method(zelf, name!("get_code"), std::slice::from_ref(&name))?;
        if code.is_none() {
            let name = repr(&name)?;
            let message = format!("cannot load module {name} when get_code() returns None");
            return Err(exceptions::simple(exceptions::import_error_class(), &message));
        }
        run_code(&code, module)
    }

    /// This method is deprecated.
    #[pymethod("($self, fullname)")]
    fn load_module(zelf: &Value, fullname: &Value) -> PyResult<Value> {
        load_module_shim(zelf, fullname)
    }
}

#[pymethods]
impl PySourceLoader {
    /// Optional method that returns the modification time (an int) for the
    /// specified path (a str).
    ///
    /// Raises OSError when the path cannot be handled.
    ///
    #[pymethod("($self, path)")]
    fn path_mtime(_zelf: &Value, path: &Value) -> PyResult<()> {
        let _ = path;
        Err(PyErr::new(exceptions::os_error_class(), &[]))
    }

    /// Optional method returning a metadata dict for the specified
    /// path (a str).
    ///
    /// Possible keys:
    /// - 'mtime' (mandatory) is the numeric timestamp of last source
    ///   code modification;
    /// - 'size' (optional) is the size in bytes of the source code.
    ///
    /// Implementing this method allows the loader to read bytecode files.
    /// Raises OSError when the path cannot be handled.
    ///
    #[pymethod("($self, path)")]
    fn path_stats(zelf: &Value, path: &Value) -> PyResult<Value> {
        let stats = PyDict::new_ref();
        stats.insert("mtime", protocol::call_method(zelf, name!("path_mtime"), std::slice::from_ref(path))?);
        Ok(stats.into_value())
    }

    /// Optional method which writes data (bytes) to a file path (a str).
    ///
    /// Implementing this method allows for the writing of bytecode files.
    ///
    /// The source path is needed in order to correctly transfer permissions
    #[pymethod("($self, source_path, cache_path, data)")]
    fn _cache_bytecode(
        zelf: &Value,
        source_path: &Value,
        cache_path: &Value,
        data: &Value,
    ) -> PyResult<Value> {
        let _ = source_path;
        protocol::call_method(zelf, name!("set_data"), &[cache_path.clone(), data.clone()])
    }

    /// Optional method which writes data (bytes) to a file path (a str).
    ///
    /// Implementing this method allows for the writing of bytecode files.
    ///
    #[pymethod("($self, path, data)")]
    fn set_data(_zelf: &Value, path: &Value, data: &Value) {
        let _ = (path, data);
    }

    /// Concrete implementation of InspectLoader.get_source.
    #[pymethod("($self, fullname)")]
    fn get_source(zelf: &Value, fullname: &Value) -> PyResult<Value> {
        let path = get_filename(zelf, fullname)?;
        match get_data(zelf, &path) {
            Ok(source) => external::decode_source(&source.into_value()),
            Err(error) if paths::is_os_error(&error) => {
                Err(import_error("source not available through get_data()", fullname).caused_by(error))
            }
            Err(error) => Err(error),
        }
    }

    /// Return the code object compiled from source.
    ///
    /// The 'data' argument can be any object type that compile() supports.
    ///
    #[pymethod("($self, data, path, *, _optimize=-1)")]
    fn source_to_code(_zelf: &Value, data: &Value, path: &Value, _optimize: i64) -> PyResult<Value> {
        if let Some(source) = data.downcast::<PyBytes>()
            && _optimize == -1
        {
            return compile_bytes(source.as_bytes().to_vec(), path).map(Ref::into_value);
        }
        let compile = protocol::builtin("compile")?;
        let keywords = PyDict::new_ref();
        keywords.insert("dont_inherit", Value::TRUE);
        keywords.insert("optimize", _optimize);
        protocol::call_kwargs(&compile, &[data.clone(), path.clone(), "exec".into()], Some(&keywords))
    }

    /// Concrete implementation of InspectLoader.get_code.
    ///
    /// Reading of bytecode requires path_stats to be implemented. To write
    /// bytecode, set_data must also be implemented.
    ///
    #[pymethod("($self, fullname)")]
    fn get_code(zelf: &Value, fullname: &Value) -> PyResult<Value> {
        source_code(zelf, fullname)
    }
}

/// The ImportError for asking a loader of one module for another one, unless it is asked for its own or for none.
fn check_name(loader: &Value, name: Option<&Value>) -> PyResult<Value> {
    let own = protocol::getattr(loader, name!("name"))?;
    match name {
        Some(name) if !protocol::eq(&own, name)? => {
            let message =
                format!("loader for {} cannot handle {}", protocol::str(&own)?, protocol::str(name)?);
            Err(import_error(&message, name))
        }
        _ => Ok(own),
    }
}

/// The state that two loaders are compared by.
fn state(loader: &Value) -> PyResult<Value> {
    protocol::getattr(loader, name!("__dict__"))
}

/// Sets `name` and `path`.
pub fn init_file_loader(loader: &Value, name: Value, path: Value) -> PyResult<()> {
    protocol::setattr(loader, name!("name"), name)?;
    protocol::setattr(loader, name!("path"), path)
}

pub fn compare_file_loaders(a: &Value, b: &Value, op: CmpOp) -> PyResult<Value> {
    if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let equal = a.class().is(b.class()) && protocol::eq(&state(a)?, &state(b)?)?;
    Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
}

pub fn hash_file_loader(loader: &Value) -> PyResult<i64> {
    let name = protocol::hash(&protocol::getattr(loader, name!("name"))?)?;
    let path = protocol::hash(&protocol::getattr(loader, name!("path"))?)?;
    Ok(match name ^ path {
        -1 => -2,
        hash => hash,
    })
}

#[pymethods]
impl PyFileLoader {
    #[slot(init, sig = "(fullname, path)")]
    fn init(zelf: &Value, fullname: Value, path: Value) -> PyResult<()> {
        init_file_loader(zelf, fullname, path)
    }

    #[slot]
    fn richcompare(zelf: &Value, other: &Value, op: CmpOp) -> PyResult<Value> {
        compare_file_loaders(zelf, other, op)
    }

    #[slot]
    fn hash(zelf: &Value) -> PyResult<i64> {
        hash_file_loader(zelf)
    }

    /// Load a module from a file.
    ///
    /// This method is deprecated.  Use exec_module() instead.
    ///
    #[pymethod("($self, name=None)")]
    fn load_module(zelf: &Value, name: Option<&Value>) -> PyResult<Value> {
        let own = check_name(zelf, name)?;
        load_module_shim(zelf, &own)
    }

    /// Return the path to the source file as found by the finder.
    #[pymethod("($self, name=None)")]
    fn get_filename(zelf: &Value, name: Option<&Value>) -> PyResult<Value> {
        check_name(zelf, name)?;
        protocol::getattr(zelf, name!("path"))
    }

    /// Return the data from path as raw bytes.
    #[pymethod("($self, path)")]
    fn get_data(_zelf: &Value, path: &Value) -> PyResult<Value> {
        let path = match path.downcast::<PyBytes>() {
            Some(_) => path.clone(),
            None => protocol::str(path)?.into_value(),
        };
        Ok(bytes::from_slice(&paths::read_file(&path)?).into_value())
    }

    #[pymethod("($self, name=None)")]
    fn get_resource_reader(zelf: &Value, name: Option<&Value>) -> PyResult<Value> {
        check_name(zelf, name)?;
        let readers = super::import_module("importlib.readers")?;
        protocol::call_method(&readers, name!("FileReader"), std::slice::from_ref(zelf))
    }
}

#[pymethods]
impl PySourceFileLoader {
    /// Return the metadata for the path.
    #[pymethod("($self, path)")]
    fn path_stats(_zelf: &Value, path: &Value) -> PyResult<Value> {
        let stat = paths::stat(&paths::text(path)?)?;
        let stats = PyDict::new_ref();
        stats.insert("mtime", stat.mtime);
        stats.insert("size", stat.size);
        Ok(stats.into_value())
    }

    #[pymethod("($self, source_path, bytecode_path, data)")]
    fn _cache_bytecode(
        zelf: &Value,
        source_path: &Value,
        bytecode_path: &Value,
        data: &Value,
    ) -> PyResult<Value> {
        let mode = cache::permissions(&paths::text(source_path)?)?;
        let keywords = PyDict::new_ref();
        keywords.insert("_mode", i64::from(mode));
        let method = protocol::getattr(zelf, name!("set_data"))?;
        protocol::call_kwargs(&method, &[bytecode_path.clone(), data.clone()], Some(&keywords))
    }

    /// Write bytes data to a file.
    #[pymethod("($self, path, data, *, _mode=0o666)")]
    fn set_data(_zelf: &Value, path: &Value, data: BytesLike<'_>, _mode: u32) -> PyResult<()> {
        cache::write_file(&paths::text(path)?, &data, _mode)
    }
}

#[pymethods]
impl PySourcelessFileLoader {
    #[pymethod("($self, fullname)")]
    fn get_code(zelf: &Value, fullname: &Value) -> PyResult<Ref<PyCode>> {
        let path = get_filename(zelf, fullname)?;
        let data = get_data(zelf, &path)?;
        let details = Details { name: fullname.clone(), path };
        data.with(|data| {
            cache::classify(data, fullname, &details)?;
            compile_bytecode(data, &details, &Value::NONE)
        })
    }

    /// Return None as there is no source code.
    #[pymethod("($self, fullname)")]
    fn get_source(_zelf: &Value, fullname: &Value) {
        let _ = fullname;
    }
}
