//! `_frozen_importlib_external`: path-based imports, as programs see them.

use super::cache::{self, Details, Validation};
use super::extension::{PyAppleFrameworkLoader, PyExtensionFileLoader};
use super::file_finder::PyFileFinder;
use super::load::string_list;
use super::loaders::{
    PyFileLoader, PyLoaderBasics, PySourceFileLoader, PySourceLoader, PySourcelessFileLoader,
};
use super::namespace::{PyNamespaceLoader, PyNamespacePath};
use super::path_finder::{PyPathFinder, PyWindowsRegistryFinder};
use super::{paths, registry, spec};
use minipy_macros::pymodule;
use minipy_vm::cell::GilCell;
use minipy_vm::types::bytes::{self, BytesLike};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::function::PyNative;
use minipy_vm::types::set;
use minipy_vm::{
    DictRef, Payload, PyBytes, PyDict, PyList, PyModule, PyResult, PyStr, PyTuple, Ref, StrRef, TypeRef,
    Value, exceptions, name, protocol, warnings,
};

/// The module's namespace.
static NAMESPACE: GilCell<Option<DictRef>> = GilCell::new(None);

/// What a program has put in place of one of the module's functions: its callers go through the namespace, as the calls
/// of a Python module do.
pub fn replacement(name: &'static StrRef) -> PyResult<Option<Value>> {
    let Some(namespace) = NAMESPACE.get() else { return Ok(None) };
    let Some(value) = namespace.get_str(name)? else {
        return Err(exceptions::name_error(name));
    };
    let is_own = value
        .downcast_exact::<PyNative>()
        .is_some_and(|function| function.receiver.is_none() && name.eq_str(function.def.name));
    Ok((!is_own).then_some(value))
}

/// `_io` as the module names it, if that is not the native module.
pub fn replaced_io() -> PyResult<Option<Value>> {
    let Some(namespace) = NAMESPACE.get() else { return Ok(None) };
    let native = super::native_module("_io")?;
    Ok(namespace.get_str(name!("_io"))?.filter(|io| !io.is(&native)))
}

/// `_get_cached(filename)`: where the pyc of a module's file is, or None.
pub fn get_cached(filename: &Value) -> PyResult<Value> {
    if let Some(replacement) = replacement(name!("_get_cached"))? {
        return protocol::call1(&replacement, filename.clone());
    }
    let Some(path) = filename.downcast::<PyStr>() else {
        let message = format!("'{}' object has no attribute 'endswith'", filename.type_name());
        return Err(exceptions::attribute_error(message, filename, name!("endswith")));
    };
    if ends_with(path, ".py") {
        match cached_path(path) {
            Ok(cached) => return Ok(cached.into_value()),
            Err(error) if error.is_instance(exceptions::not_implemented_error_class()) => {}
            Err(error) => return Err(error),
        }
    } else if ends_with(path, ".pyc") {
        return Ok(filename.clone());
    }
    Ok(Value::NONE)
}

fn ends_with(text: &PyStr, suffix: &str) -> bool {
    text.ends_with(&PyStr::from_str(suffix), 0, text.len())
}

/// `cache_from_source(path)`.
pub fn cached_path(path: &StrRef) -> PyResult<StrRef> {
    match replacement(name!("cache_from_source"))? {
        Some(replacement) => paths::text(&protocol::call1(&replacement, path.to_value())?),
        None => cache::cache_from_source(path.as_value(), None, None),
    }
}

/// `decode_source(source)`: universal newlines, in the encoding that the source declares.
pub fn decode_source(source: &Value) -> PyResult<Value> {
    if let Some(replacement) = replacement(name!("decode_source"))? {
        return protocol::call1(&replacement, source.clone());
    }
    let Some(source) = source.downcast::<PyBytes>() else {
        // What else has `decode` is for the general way, as are the errors for what has not.
        return decode_by_tokenize(source);
    };
    match plain_text(source.as_bytes()) {
        Some(text) => Ok(Value::from(universal_newlines(text))),
        None => decode_by_tokenize(source.as_value()),
    }
}

/// The text of a source in UTF-8 that does not declare its encoding.
fn plain_text(source: &[u8]) -> Option<&str> {
    let source = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source);
    let mut head = source.split(|&b| b == b'\n').take(2);
    if head.any(|line| line.windows(6).any(|w| w == b"coding")) {
        return None;
    }
    std::str::from_utf8(source).ok()
}

fn universal_newlines(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

/// [`decode_source`] with the library's own detection of encodings, which words the errors.
fn decode_by_tokenize(source: &Value) -> PyResult<Value> {
    let tokenize = super::import_module("tokenize")?;
    let io = super::native_module("_io")?;
    let stream = protocol::call_method(&io, name!("BytesIO"), std::slice::from_ref(source))?;
    let readline = protocol::getattr(&stream, name!("readline"))?;
    let detected = protocol::call_method(&tokenize, name!("detect_encoding"), &[readline])?;
    let encoding = protocol::getitem(&detected, &Value::small_int(0))?;
    let text = protocol::call_method(source, name!("decode"), &[encoding])?;
    let decoder =
        protocol::call_method(&io, name!("IncrementalNewlineDecoder"), &[Value::NONE, Value::TRUE])?;
    protocol::call_method(&decoder, name!("decode"), &[text])
}

/// Where the submodules of a module with a file are.
pub enum Locations {
    /// Beside the file, if the loader says that it is a package.
    AskLoader,
    /// In these folders; None for a plain module. An empty list stands for the file's folder.
    Given(Value),
}

/// The kinds of files that are modules, and who loads them: `_get_supported_file_loaders()`.
fn supported_loaders() -> PyResult<Vec<(Value, Vec<StrRef>)>> {
    let suffixes = |name| -> PyResult<Vec<StrRef>> {
        let list = NAMESPACE.get().and_then(|namespace| namespace.get_interned(name)).unwrap_or(Value::NONE);
        let suffixes = protocol::collect(&list)?;
        Ok(suffixes.into_iter().filter_map(|suffix| suffix.downcast_into::<PyStr>().ok()).collect())
    };
    Ok(vec![
        (PySourceFileLoader::class().to_value(), suffixes(name!("SOURCE_SUFFIXES"))?),
        (PySourcelessFileLoader::class().to_value(), suffixes(name!("BYTECODE_SUFFIXES"))?),
    ])
}

/// `spec_from_file_location(name, location, loader=…, submodule_search_locations=…)`; `None` if no loader is for such files.
pub fn spec_from_file_location(
    name: &Value,
    location: Option<&Value>,
    loader: Option<&Value>,
    locations: Locations,
) -> PyResult<Value> {
    let location = match location {
        Some(location) => {
            let location = paths::text(location)?;
            match paths::absolute(&location) {
                Ok(location) => location,
                Err(error) if paths::is_os_error(&error) => location,
                Err(error) => return Err(error),
            }
            .into_value()
        }
        None => location_of(name, loader)?,
    };
    let mut loader = loader.cloned();
    if loader.is_none() {
        let path = paths::text(&location)?;
        for (class, suffixes) in supported_loaders()? {
            if suffixes.iter().any(|suffix| path.ends_with(suffix, 0, path.len())) {
                loader = Some(protocol::call2(&class, name.clone(), location.clone())?);
                break;
            }
        }
    }
    let Some(loader) = loader else { return Ok(Value::NONE) };
    let spec = spec::spec_with_origin(name.clone(), loader.clone(), location.clone(), true)?;
    let given = match locations {
        Locations::AskLoader if spec::loader_says_package(&loader, name)? == Some(true) => {
            PyList::from_vec(Vec::new()).into_value()
        }
        Locations::AskLoader => Value::NONE,
        Locations::Given(locations) => locations,
    };
    if !given.is_none() {
        protocol::setattr(&spec, name!("submodule_search_locations"), given.clone())?;
        if let Some(list) = given.downcast::<PyList>()
            && list.is_empty()
            && protocol::truth(&location)?
        {
            list.push(paths::split(&*paths::text(&location)?).0.into_value());
        }
    }
    Ok(spec)
}

/// Where a loader says that its module is.
fn location_of(name: &Value, loader: Option<&Value>) -> PyResult<Value> {
    let unknown = Value::from("<unknown>");
    let Some(loader) = loader else { return Ok(unknown) };
    let Some(method) = protocol::lookup_attr(loader, name!("get_filename"))? else { return Ok(unknown) };
    match protocol::call1(&method, name.clone()) {
        Err(error) if error.is_instance(exceptions::import_error_class()) => Ok(unknown),
        result => result,
    }
}

/// The keyword arguments for errors that a caller from Python has passed as a dict.
fn details(exc_details: &Value) -> PyResult<Details> {
    let mut details = Details { name: Value::NONE, path: Value::NONE };
    if let Some(dict) = exc_details.downcast::<PyDict>() {
        details.name = dict.get_str(name!("name"))?.unwrap_or(Value::NONE);
        details.path = dict.get_str(name!("path"))?.unwrap_or(Value::NONE);
    }
    Ok(details)
}

/// A loader's methods on a namespace that has no loader yet: `_fix_up_module`.
fn fix_up_module(ns: &DictRef, name: &Value, pathname: &Value, cpathname: &Value) -> PyResult<()> {
    let get = |key| -> PyResult<Option<Value>> {
        match ns.get_str(key)? {
            Some(value) if protocol::truth(&value)? => Ok(Some(value)),
            _ => Ok(None),
        }
    };
    let spec = get(name!("__spec__"))?;
    let loader = match (get(name!("__loader__"))?, &spec) {
        (Some(loader), _) => loader,
        (None, Some(spec)) => protocol::getattr(spec, name!("loader"))?,
        (None, None) => {
            let class = if protocol::eq(pathname, cpathname)? {
                PySourcelessFileLoader::class()
            } else {
                PySourceFileLoader::class()
            };
            protocol::call2(class.as_value(), name.clone(), pathname.clone())?
        }
    };
    let spec = match spec {
        Some(spec) => spec,
        None => {
            let spec = spec_from_file_location(name, Some(pathname), Some(&loader), Locations::AskLoader)?;
            if !cpathname.is_none() {
                let cached = paths::absolute(&paths::text(cpathname)?)?.into_value();
                protocol::setattr(&spec, name!("cached"), cached)?;
            }
            spec
        }
    };
    ns.set_str(name!("__spec__"), spec)?;
    ns.set_str(name!("__loader__"), loader)?;
    ns.set_str(name!("__file__"), pathname.clone())?;
    ns.set_str(name!("__cached__"), cpathname.clone())
}

/// The loader of code that runs with these globals, with warnings where `__loader__` and `__spec__` disagree.
pub fn bless_my_loader(globals: &Value) -> PyResult<Value> {
    let Some(globals) = globals.downcast::<PyDict>() else { return Ok(Value::NONE) };
    let given = globals.get_str(name!("__loader__"))?.unwrap_or(Value::NONE);
    let spec = globals.get_str(name!("__spec__"))?;
    let is_main = match globals.get_str(name!("__name__"))? {
        Some(name) => name.downcast::<PyStr>().is_some_and(|name| name.eq_str("__main__")),
        None => false,
    };
    if is_main && spec.as_ref().is_none_or(|spec| spec.is_none()) {
        return Ok(given);
    }
    const MISSING: &str = "Module globals is missing a __spec__.loader";
    match &spec {
        // As it was before specs: nobody is told.
        None if given.is_none() => return Ok(given),
        Some(spec) if given.is_none() && spec.is_none() => return Err(exceptions::value_error(MISSING)),
        _ => {}
    }
    let from_spec = match &spec {
        Some(spec) => protocol::lookup_attr(spec, name!("loader"))?,
        None => None,
    };
    let warn = |message: &str| warnings::warn(exceptions::deprecation_warning_class(), message, 1);
    match from_spec {
        None if given.is_none() => Err(exceptions::simple(exceptions::attribute_error_class(), MISSING)),
        Some(loader) if loader.is_none() && given.is_none() => Err(exceptions::value_error(MISSING)),
        Some(loader) if !loader.is_none() => {
            if given.is_none() || protocol::eq(&given, &loader)? {
                return Ok(loader);
            }
            warn("Module globals; __loader__ != __spec__.loader")?;
            Ok(given)
        }
        _ => {
            warn(MISSING)?;
            Ok(given)
        }
    }
}

/// Core implementation of path-based import.
///
/// This module is NOT meant to be directly imported! It has been designed such
/// that it can be bootstrapped into Python as the implementation of import. As
/// such it requires the injection of specific modules and attributes in order to
/// work. One should use importlib as the public-facing version of this module.
///
#[pymodule(
    name = "_frozen_importlib_external",
    classes(
        PyWindowsRegistryFinder,
        PyLoaderBasics,
        PySourceLoader,
        PyFileLoader,
        PySourceFileLoader,
        PySourcelessFileLoader,
        PyExtensionFileLoader,
        PyNamespacePath,
        PyNamespaceLoader,
        PyPathFinder,
        PyFileFinder,
        PyAppleFrameworkLoader
    )
)]
pub mod functions {
    use super::*;
    use minipy_vm::macros_support::Nullable;

    #[pyattr]
    const _CASE_INSENSITIVE_PLATFORMS_STR_KEY: Tuple = Tuple(&["win"]);

    #[pyattr]
    const _CASE_INSENSITIVE_PLATFORMS_BYTES_KEY: Tuple =
        Tuple(&["cygwin", "darwin", "ios", "tvos", "watchos"]);

    #[pyattr]
    const _CASE_INSENSITIVE_PLATFORMS: Tuple = Tuple(&["cygwin", "darwin", "ios", "tvos", "watchos", "win"]);

    #[pyattr]
    const _MS_WINDOWS: bool = false;

    #[pyattr]
    const path_sep: &str = "/";

    #[pyattr]
    const path_separators: &str = "/";

    #[pyattr]
    const path_sep_tuple: Tuple = Tuple(&["/"]);

    #[pyattr]
    fn _pathseps_with_colon() -> PyResult<Value> {
        set::set_of(vec![Value::from(":/")])
    }

    #[pyattr(name = "MAGIC_NUMBER")]
    fn magic_number() -> Value {
        bytes::from_slice(&minipy_bytecode::pyc::MAGIC).into_value()
    }

    #[pyattr]
    const _PYCACHE: &str = "__pycache__";

    #[pyattr]
    const _OPT: &str = "opt-";

    #[pyattr]
    fn _code_type() -> Value {
        PyCode::class().to_value()
    }

    #[pyattr(name = "SOURCE_SUFFIXES")]
    fn source_suffixes() -> Value {
        string_list(&[".py"])
    }

    #[pyattr(name = "EXTENSION_SUFFIXES")]
    fn extension_suffixes() -> Value {
        string_list(&[])
    }

    /// Adds what stands for something else in the module.
    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        let bytecode = string_list(&[".pyc"]);
        for name in ["BYTECODE_SUFFIXES", "DEBUG_BYTECODE_SUFFIXES", "OPTIMIZED_BYTECODE_SUFFIXES"] {
            namespace.insert(name, bytecode.clone());
        }
        namespace.insert("_NamespaceLoader", PyNamespaceLoader::class());
        namespace.insert("_POPULATE", minipy_vm::types::object::new_instance(object_class())?);
        NAMESPACE.set(Some(namespace));
        super::super::loaders::finish_classes()
    }

    /// Helper for checking paths without case: no file system that is expected here needs it.
    #[pyfunction("()")]
    fn _relax_case() -> bool {
        false
    }

    /// Convert a 32-bit integer to little-endian.
    #[pyfunction("(x)")]
    fn _pack_uint32(x: &Value) -> PyResult<Value> {
        // Only the low bits count.
        let x = protocol::to_int(x)?;
        let x = protocol::binary(protocol::BinaryOp::And, &x, &Value::from(0xffff_ffff_i64))?;
        let x = protocol::index_to_i64(&x)?.unwrap_or(0) as u32;
        Ok(bytes::from_slice(&x.to_le_bytes()).into_value())
    }

    /// Convert 8 bytes in little-endian to an integer.
    #[pyfunction("(data)")]
    fn _unpack_uint64(data: BytesLike<'_>) -> PyResult<u64> {
        let word: [u8; 8] = data[..].try_into().map_err(|_| super::assertion())?;
        Ok(u64::from_le_bytes(word))
    }

    /// Convert 4 bytes in little-endian to an integer.
    #[pyfunction("(data)")]
    fn _unpack_uint32(data: BytesLike<'_>) -> PyResult<i64> {
        let word: [u8; 4] = data[..].try_into().map_err(|_| super::assertion())?;
        Ok(i64::from(u32::from_le_bytes(word)))
    }

    /// Convert 2 bytes in little-endian to an integer.
    #[pyfunction("(data)")]
    fn _unpack_uint16(data: BytesLike<'_>) -> PyResult<i64> {
        let word: [u8; 2] = data[..].try_into().map_err(|_| super::assertion())?;
        Ok(i64::from(u16::from_le_bytes(word)))
    }

    /// Replacement for os.path.join().
    #[pyfunction("(*path_parts)")]
    fn _path_join(path_parts: &[Value]) -> PyResult<StrRef> {
        let parts = path_parts.iter().map(paths::text).collect::<PyResult<Vec<_>>>()?;
        let parts: Vec<&PyStr> = parts.iter().map(|part| &**part).collect();
        Ok(paths::join(&parts))
    }

    /// Replacement for os.path.split().
    #[pyfunction("(path)")]
    fn _path_split(path: &Ref<PyStr>) -> Value {
        let (head, tail) = paths::split(path);
        PyTuple::from_array([head.into_value(), tail.into_value()]).into_value()
    }

    /// Stat the path.
    ///
    /// Made a separate function to make it easier to override in experiments
    /// (e.g. cache stat results).
    ///
    #[pyfunction("(path)")]
    fn _path_stat(path: &Value) -> PyResult<Value> {
        protocol::call_method(
            &super::super::native_module("posix")?,
            name!("stat"),
            std::slice::from_ref(path),
        )
    }

    /// Test whether the path is the specified mode type.
    #[pyfunction("(path, mode)")]
    fn _path_is_mode_type(path: &Value, mode: u32) -> PyResult<bool> {
        paths::is_kind(&paths::text(path)?, mode)
    }

    /// Replacement for os.path.isfile.
    #[pyfunction("(path)")]
    fn _path_isfile(path: &Value) -> PyResult<bool> {
        paths::is_kind(&paths::text(path)?, paths::FILE)
    }

    /// Replacement for os.path.isdir.
    #[pyfunction("(path)")]
    fn _path_isdir(path: &Value) -> PyResult<bool> {
        let path = if protocol::truth(path)? { paths::text(path)? } else { paths::current_folder()? };
        paths::is_kind(&path, paths::FOLDER)
    }

    /// Replacement for os.path.isabs.
    #[pyfunction("(path)")]
    fn _path_isabs(path: &Ref<PyStr>) -> bool {
        paths::is_absolute(path)
    }

    /// Replacement for os.path.abspath.
    #[pyfunction("(path)")]
    fn _path_abspath(path: &Ref<PyStr>) -> PyResult<StrRef> {
        paths::absolute(path)
    }

    /// Best-effort function to write data to a path atomically.
    /// Be prepared to handle a FileExistsError if concurrent writing of the
    /// temporary file is attempted.
    #[pyfunction("(path, data, mode=0o666)")]
    fn _write_atomic(path: &Value, data: BytesLike<'_>, mode: u32) -> PyResult<()> {
        cache::write_atomic(&paths::text(path)?, &data, mode)
    }

    /// Given the path to a .py file, return the path to its .pyc file.
    ///
    /// The .py file does not need to exist; this simply returns the path to the
    /// .pyc file calculated as if the .py file were imported.
    ///
    /// The 'optimization' parameter controls the presumed optimization level of
    /// the bytecode file. If 'optimization' is not None, the string representation
    /// of the argument is taken and verified to be alphanumeric (else ValueError
    /// is raised).
    ///
    /// The debug_override parameter is deprecated. If debug_override is not None,
    /// a True value is the same as setting 'optimization' to the empty string
    /// while a False value is equivalent to setting 'optimization' to '1'.
    ///
    /// If sys.implementation.cache_tag is None then NotImplementedError is raised.
    ///
    #[pyfunction("(path, debug_override=None, *, optimization=None)")]
    fn cache_from_source(
        path: &Value,
        debug_override: Option<&Value>,
        optimization: Option<&Value>,
    ) -> PyResult<StrRef> {
        cache::cache_from_source(path, debug_override, optimization)
    }

    /// Given the path to a .pyc. file, return the path to its .py file.
    ///
    /// The .pyc file does not need to exist; this simply returns the path to
    /// the .py file calculated to correspond to the .pyc file.  If path does
    /// not conform to PEP 3147/488 format, ValueError will be raised. If
    /// sys.implementation.cache_tag is None then NotImplementedError is raised.
    ///
    #[pyfunction("(path)")]
    fn source_from_cache(path: &Value) -> PyResult<StrRef> {
        cache::source_from_cache(path)
    }

    /// Convert a bytecode file path to a source path (if possible).
    ///
    /// This function exists purely for backwards-compatibility for
    /// PyImport_ExecCodeModuleWithFilenames() in the C API.
    ///
    #[pyfunction("(bytecode_path)")]
    fn _get_sourcefile(bytecode_path: &Value) -> PyResult<Value> {
        cache::source_file(bytecode_path)
    }

    #[pyfunction("(filename)")]
    fn _get_cached(filename: &Value) -> PyResult<Value> {
        super::get_cached(filename)
    }

    /// Calculate the mode permissions for a bytecode file.
    #[pyfunction("(path)")]
    fn _calc_mode(path: &Value) -> PyResult<i64> {
        Ok(i64::from(cache::permissions(&paths::text(path)?)?))
    }

    /// Perform basic validity checking of a pyc header and return the flags field,
    /// which determines how the pyc should be further validated against the source.
    ///
    /// *data* is the contents of the pyc file. (Only the first 16 bytes are
    /// required, though.)
    ///
    /// *name* is the name of the module being imported. It is used for logging.
    ///
    /// *exc_details* is a dictionary passed to ImportError if it raised for
    /// improved debugging.
    ///
    /// ImportError is raised when the magic number is incorrect or when the flags
    /// field is invalid. EOFError is raised when the data is found to be truncated.
    ///
    #[pyfunction("(data, name, exc_details)")]
    fn _classify_pyc(data: BytesLike<'_>, name: &Value, exc_details: &Value) -> PyResult<i64> {
        cache::classify(&data, name, &details(exc_details)?).map(i64::from)
    }

    /// Validate a pyc against the source last-modified time.
    #[pyfunction("(data, source_mtime, source_size, name, exc_details)")]
    fn _validate_timestamp_pyc(
        data: BytesLike<'_>,
        source_mtime: i64,
        source_size: Nullable<i64>,
        name: &Value,
        exc_details: &Value,
    ) -> PyResult<()> {
        cache::validate_timestamp(&data, source_mtime, source_size.0, name, &details(exc_details)?)
    }

    /// Validate a hash-based pyc by checking the real source hash against the one in
    /// the pyc header.
    #[pyfunction("(data, source_hash, name, exc_details)")]
    fn _validate_hash_pyc(
        data: BytesLike<'_>,
        source_hash: BytesLike<'_>,
        name: &Value,
        exc_details: &Value,
    ) -> PyResult<()> {
        cache::validate_hash(&data, &source_hash, name, &details(exc_details)?)
    }

    /// Compile bytecode as found in a pyc.
    #[pyfunction("(data, name=None, bytecode_path=None, source_path=None)")]
    fn _compile_bytecode(
        data: BytesLike<'_>,
        name: Option<Value>,
        bytecode_path: Option<Value>,
        source_path: Option<&Ref<PyStr>>,
    ) -> PyResult<Ref<PyCode>> {
        let details =
            Details { name: name.unwrap_or(Value::NONE), path: bytecode_path.unwrap_or(Value::NONE) };
        cache::load_code(&data, &details, source_path)
    }

    /// Produce the data for a timestamp-based pyc.
    #[pyfunction("(code, mtime=0, source_size=0)")]
    fn _code_to_timestamp_pyc(
        code: &Value,
        mtime: Option<&Value>,
        source_size: Option<&Value>,
    ) -> PyResult<Value> {
        let int = |value: Option<&Value>| -> PyResult<i64> {
            let Some(value) = value else { return Ok(0) };
            Ok(protocol::index_to_i64(&protocol::to_int(value)?)?.unwrap_or(0))
        };
        let (mtime, size) = (int(mtime)?, int(source_size)? as u64);
        let data = cache::pyc_bytes(code, Validation::Timestamp { mtime, size })?;
        Ok(bytes::from_slice(&data).into_value())
    }

    /// Produce the data for a hash-based pyc.
    #[pyfunction("(code, source_hash, checked=True)")]
    fn _code_to_hash_pyc(code: &Value, source_hash: BytesLike<'_>, checked: bool) -> PyResult<Value> {
        let hash: [u8; 8] = source_hash[..].try_into().map_err(|_| super::assertion())?;
        let data = cache::pyc_bytes(code, Validation::Hash { hash, check: checked })?;
        Ok(bytes::from_slice(&data).into_value())
    }

    /// Decode bytes representing source code and return the string.
    ///
    /// Universal newline support is used in the decoding.
    ///
    #[pyfunction("(source_bytes)")]
    fn decode_source(source_bytes: &Value) -> PyResult<Value> {
        super::decode_source(source_bytes)
    }

    /// Return a module spec based on a file location.
    ///
    /// To indicate that the module is a package, set
    /// submodule_search_locations to a list of directory paths.  An
    /// empty list is sufficient, though its not otherwise useful to the
    /// import system.
    ///
    /// The loader must take a spec as its only __init__() arg.
    ///
    #[pyfunction("(name, location=None, *, loader=None, submodule_search_locations=<unrepresentable>)")]
    fn spec_from_file_location(
        name: &Value,
        location: Option<&Value>,
        loader: Option<&Value>,
        submodule_search_locations: Option<Value>,
    ) -> PyResult<Value> {
        let locations = submodule_search_locations.map_or(Locations::AskLoader, Locations::Given);
        super::spec_from_file_location(name, location, loader, locations)
    }

    /// Helper function for _warnings.c
    ///
    /// See GH#97850 for details.
    ///
    #[pyfunction("(module_globals)")]
    fn _bless_my_loader(module_globals: &Value) -> PyResult<Value> {
        super::bless_my_loader(module_globals)
    }

    /// Returns a list of file-based module loaders.
    ///
    /// Each item is a tuple (loader, suffixes).
    ///
    #[pyfunction("()")]
    fn _get_supported_file_loaders() -> PyResult<Value> {
        let pair = |(class, suffixes): (Value, Vec<StrRef>)| {
            let suffixes = suffixes.into_iter().map(Ref::into_value).collect();
            PyTuple::from_array([class, PyList::from_vec(suffixes).into_value()]).into_value()
        };
        Ok(PyList::from_vec(super::supported_loaders()?.into_iter().map(pair).collect()).into_value())
    }

    #[pyfunction("(ns, name, pathname, cpathname=None)")]
    fn _fix_up_module(ns: &Ref<PyDict>, name: &Value, pathname: &Value, cpathname: Option<&Value>) {
        // The module runs anyway; it only lacks the attributes.
        drop(super::fix_up_module(ns, name, pathname, cpathname.unwrap_or(&Value::NONE)));
    }

    #[pyfunction("(_bootstrap_module)")]
    fn _set_bootstrap_module(_bootstrap_module: &Value) {
        // The native import system has only one.
        let _ = _bootstrap_module;
    }

    /// Install the path-based import components.
    #[pyfunction("(_bootstrap_module)")]
    fn _install(_bootstrap_module: &Value) -> PyResult<()> {
        let _ = _bootstrap_module;
        super::install()
    }
}

/// What a Python module gets by `assert`.
#[cold]
fn assertion() -> minipy_vm::PyErr {
    exceptions::simple(exceptions::assertion_error_class(), "")
}

fn object_class() -> &'static TypeRef {
    minipy_vm::types::object::PyObject::class()
}

/// A constant tuple of strings.
struct Tuple(&'static [&'static str]);

impl minipy_vm::macros_support::IntoPy for Tuple {
    fn into_py(self) -> PyResult<Value> {
        Ok(PyTuple::from_vec(self.0.iter().map(|&item| Value::from(item)).collect()).into_value())
    }
}

/// Adds the path-based finder and the hook for folders.
pub fn install() -> PyResult<()> {
    let append = |list: &str, item: Value| -> PyResult<()> {
        protocol::call_method(&crate::sys::require(list)?, name!("append"), &[item]).map(drop)
    };
    let details = supported_loaders()?.into_iter().map(|(class, suffixes)| {
        let suffixes = suffixes.into_iter().map(Ref::into_value).collect();
        PyTuple::from_array([class, PyList::from_vec(suffixes).into_value()]).into_value()
    });
    let details = PyTuple::from_vec(details.collect());
    append("path_hooks", super::file_finder::path_hook(PyFileFinder::class().to_value(), details))?;
    append("meta_path", PyPathFinder::class().to_value())
}

/// Names the modules that the module works with, as its Python counterpart does.
pub fn name_modules(namespace: &DictRef) -> PyResult<()> {
    for (name, module) in [
        ("_imp", "_imp"),
        ("_io", "_io"),
        ("_os", "posix"),
        ("_warnings", "_warnings"),
        ("marshal", "marshal"),
    ] {
        namespace.insert(name, super::native_module(module)?);
    }
    for (name, module) in [("sys", name!("sys")), ("_bootstrap", name!("_frozen_importlib"))] {
        namespace.insert(name, registry::require(module)?);
    }
    Ok(())
}
