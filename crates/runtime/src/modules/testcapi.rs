//! `_testcapi`: what CPython's own tests do through its C API and what minipy's native side can do as well.

mod docstrings;
mod objects;

use crate::compile;
use minipy_bytecode::{CodeObject, Opcode, Str, location};
use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::exceptions::PyBaseException;
use minipy_vm::types::code::{PyCode, keeps_columns};
use minipy_vm::types::traceback::PyTraceback;
use minipy_vm::types::typeobj::PyType;
use minipy_vm::{
    GilCell, Payload, PyDict, PyErr, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TypeRef, Value,
    Visitor, exceptions, name, protocol,
};

pub use module::MODULE;

#[pymodule(name = "_testcapi", classes(AwaitType), parts(docstrings::MODULE, objects::MODULE))]
mod module {
    use super::*;

    #[pyattr]
    const CHAR_MAX: i64 = i8::MAX as i64;
    #[pyattr]
    const CHAR_MIN: i64 = i8::MIN as i64;
    #[pyattr]
    const UCHAR_MAX: i64 = u8::MAX as i64;
    #[pyattr]
    const SHRT_MAX: i64 = i16::MAX as i64;
    #[pyattr]
    const SHRT_MIN: i64 = i16::MIN as i64;
    #[pyattr]
    const USHRT_MAX: i64 = u16::MAX as i64;
    #[pyattr]
    const INT_MAX: i64 = i32::MAX as i64;
    #[pyattr]
    const INT_MIN: i64 = i32::MIN as i64;
    #[pyattr]
    const UINT_MAX: i64 = u32::MAX as i64;
    #[pyattr]
    const LONG_MAX: i64 = i64::MAX;
    #[pyattr]
    const LONG_MIN: i64 = i64::MIN;
    #[pyattr]
    const LLONG_MAX: i64 = i64::MAX;
    #[pyattr]
    const LLONG_MIN: i64 = i64::MIN;
    #[pyattr]
    const PY_SSIZE_T_MAX: i64 = isize::MAX as i64;
    #[pyattr]
    const PY_SSIZE_T_MIN: i64 = isize::MIN as i64;
    #[pyattr]
    const INT32_MAX: i64 = i32::MAX as i64;
    #[pyattr]
    const INT32_MIN: i64 = i32::MIN as i64;
    #[pyattr]
    const INT64_MAX: i64 = i64::MAX;
    #[pyattr]
    const INT64_MIN: i64 = i64::MIN;
    #[pyattr]
    const UINT32_MAX: i64 = u32::MAX as i64;
    #[pyattr]
    const FLT_MAX: f64 = f32::MAX as f64;
    #[pyattr]
    const FLT_MIN: f64 = f32::MIN_POSITIVE as f64;
    #[pyattr]
    const DBL_MAX: f64 = f64::MAX;
    #[pyattr]
    const DBL_MIN: f64 = f64::MIN_POSITIVE;
    #[pyattr]
    const PyCF_ONLY_AST: i64 = compile::PYCF_ONLY_AST as i64;
    #[pyattr]
    const PyCF_IGNORE_COOKIE: i64 = compile::PYCF_IGNORE_COOKIE as i64;

    #[init]
    fn init(module: &Ref<minipy_vm::PyModule>) {
        let namespace = module.namespace();
        for name in ["ULONG_MAX", "ULLONG_MAX", "UINT64_MAX", "SIZE_MAX"] {
            namespace.insert(name, u64::MAX);
        }
        namespace.insert("WITH_PYMALLOC", Value::FALSE);
        namespace.insert("WITH_MIMALLOC", Value::FALSE);
        namespace.insert("nan_msb_is_signaling", Value::FALSE);
    }

    /// The value of a configuration option.
    #[pyfunction("(name, /)")]
    fn config_get(name: &Ref<PyStr>) -> PyResult<Value> {
        super::config_get(&name.to_string_lossy())
    }

    /// To test the format of exceptions as printed out.
    #[pyfunction("(exception, legacy=False, /)")]
    fn exception_print(exception: &Value, legacy: bool) -> PyResult<()> {
        let _ = legacy;
        let traceback = exception.downcast::<PyBaseException>().and_then(|e| e.traceback.get());
        crate::sys::print_exception(exception, &traceback.map_or(Value::NONE, Ref::into_value))
    }

    /// To test the format of tracebacks as printed out.
    #[pyfunction("(traceback, file, /)")]
    fn traceback_print(traceback: &Ref<PyTraceback>, file: &Value) -> PyResult<()> {
        let text = crate::sys::traceback_text(traceback);
        protocol::call_method(file, name!("write"), &[Value::from(text)]).map(drop)
    }

    /// Raises an exception of a class with so many arguments: 0, 1, 2, …
    #[pyfunction("(exception, num_args, /)")]
    fn raise_exception(exception: &Value, num_args: i32) -> PyResult<()> {
        let class = exception.downcast::<PyType>();
        let Some(class) = class.filter(|class| class.is_subtype(exceptions::base_exception_class())) else {
            return Err(exceptions::system_error(format!(
                "_PyErr_SetObject: exception {} is not a BaseException subclass",
                protocol::repr(exception)?
            )));
        };
        let args: Vec<Value> = (0..num_args.max(0)).map(Value::from).collect();
        Err(PyErr::new(class, &args))
    }

    /// This is a pretty normal docstring.
    #[pyfunction("()")]
    fn test_with_docstring() {}

    /// Raises MemoryError.
    #[pyfunction("()")]
    fn raise_memoryerror() -> PyResult<()> {
        Err(exceptions::memory_error())
    }

    /// A new exception class `module.name`, with the docstring if there is one.
    #[pyfunction("(name, doc=<unrepresentable>, base=<unrepresentable>, dict=<unrepresentable>)")]
    fn make_exception_with_doc(
        name: &Ref<PyStr>,
        doc: Option<&Ref<PyStr>>,
        base: Option<&Value>,
        dict: Option<&Ref<PyDict>>,
    ) -> PyResult<Value> {
        let name = name.to_string_lossy();
        let Some((module, name)) = name.rsplit_once('.') else {
            return Err(exceptions::system_error("PyErr_NewException: name must be module.class"));
        };
        let namespace = dict.map_or_else(PyDict::new_ref, |dict| dict.copy());
        namespace.insert("__module__", module);
        if let Some(doc) = doc {
            namespace.insert("__doc__", doc.to_value());
        }
        let bases = match base {
            None => PyTuple::from_array([exceptions::exception_class().to_value()]).into_value(),
            Some(bases) if bases.downcast::<PyTuple>().is_some() => bases.clone(),
            Some(base) => PyTuple::from_array([base.clone()]).into_value(),
        };
        protocol::call(PyType::class().as_value(), &[Value::from(name), bases, namespace.into_value()])
    }

    /// A code object without anything but a name and a line, which raises AssertionError.
    #[pyfunction("(filename, funcname, firstlineno, /)")]
    fn code_newempty(filename: &StrRef, funcname: &StrRef, firstlineno: i32) -> Ref<PyCode> {
        let name = Str::from(funcname.to_wtf8());
        let mut lines = location::Writer::new(firstlineno);
        lines.add(3, firstlineno, firstlineno, -1, -1);
        const ASSERTION_ERROR: u8 = 0;
        PyCode::new_ref(&CodeObject {
            filename: Str::from(filename.to_wtf8()),
            qualname: name.clone(),
            name,
            firstlineno,
            stacksize: 1,
            code: [
                [Opcode::RESUME as u8, 0],
                [Opcode::LOAD_COMMON_CONSTANT as u8, ASSERTION_ERROR],
                [Opcode::RAISE_VARARGS as u8, 1],
            ]
            .concat()
            .into(),
            linetable: lines.finish().into(),
            ..CodeObject::default()
        })
    }

    /// The line of the instruction at a byte offset, -1 if it has none.
    #[pyfunction("(code, offset, /)")]
    fn code_offset_to_line(code: &Ref<PyCode>, offset: i32) -> i32 {
        match usize::try_from(offset) {
            Ok(offset) => code.line_of(offset / 2).unwrap_or(-1),
            Err(_) => code.object.firstlineno,
        }
    }

    /// As if SIGINT arrived right before `None` is sent to the generator.
    #[pyfunction(name = "raise_SIGINT_then_send_None", sig = "(gen, /)")]
    fn raise_sigint_then_send_none(generator: &Value) -> PyResult<Value> {
        crate::signals::simulate(libc::SIGINT)?;
        protocol::call_method(generator, name!("send"), &[Value::NONE])
    }

    /// Reports an exception that cannot propagate.
    #[pyfunction("(exception, object, /)")]
    fn err_writeunraisable(exception: &Ref<PyBaseException>, object: &Value) {
        let object = Some(object).filter(|object| !object.is_none());
        crate::sys::unraisable(PyErr::from_exception(exception.clone()), None, object);
    }

    /// Reports an exception that cannot propagate with a message: a format with `%R` for each object.
    #[pyfunction("(exception, format, /, *objects)")]
    fn err_formatunraisable(
        exception: &Ref<PyBaseException>,
        format: &Value,
        objects: &[Value],
    ) -> PyResult<()> {
        let mut message = None;
        if !format.is_none() {
            let mut text = protocol::str(format)?.to_string_lossy();
            for object in objects {
                text = text.replacen("%R", &protocol::repr(object)?.to_string_lossy(), 1);
            }
            message = Some(text);
        }
        crate::sys::unraisable(PyErr::from_exception(exception.clone()), message.as_deref(), None);
        Ok(())
    }

    /// Calls a function with the positional arguments of a tuple; None for none.
    #[pyfunction("(function, args, kwnames, /)")]
    fn pyobject_vectorcall(function: &Value, args: &Value, kwnames: &Value) -> PyResult<Value> {
        let args = if args.is_none() { Vec::new() } else { protocol::collect(args)? };
        if kwnames.is_none() {
            return protocol::call(function, &args);
        }
        let names = protocol::collect(kwnames)?;
        let Some(positional) = args.len().checked_sub(names.len()) else {
            return Err(exceptions::value_error("len(kwnames) > len(args)"));
        };
        let keywords = PyDict::new_ref();
        for (name, value) in names.into_iter().zip(&args[positional..]) {
            keywords.set(name, value.clone())?;
        }
        protocol::call_kwargs(function, &args[..positional], Some(&keywords))
    }

    /// Asks for a buffer without a place to put it, which exporters refuse.
    #[pyfunction("(object, /)")]
    fn getbuffer_with_null_view(object: &Value) -> PyResult<()> {
        if object.class().slots().buffer.is_none() {
            let kind = object.type_name();
            return Err(exceptions::type_error(format!("a bytes-like object is required, not '{kind}'")));
        }
        Err(exceptions::buffer_error(format!("{}: view==NULL argument is obsolete", object.type_name())))
    }
}

/// Options that `sys` shows under other names: in `sys.flags`, or as attributes of its own.
const OPTIONS: &[(&str, &[&str])] = &[
    ("argv", &["argv"]),
    ("base_exec_prefix", &["base_exec_prefix"]),
    ("base_prefix", &["base_prefix"]),
    ("bytes_warning", &["flags", "bytes_warning"]),
    ("dev_mode", &["flags", "dev_mode"]),
    ("exec_prefix", &["exec_prefix"]),
    ("executable", &["executable"]),
    ("inspect", &["flags", "inspect"]),
    ("interactive", &["flags", "interactive"]),
    ("isolated", &["flags", "isolated"]),
    ("module_search_paths", &["path"]),
    ("optimization_level", &["flags", "optimize"]),
    ("orig_argv", &["orig_argv"]),
    ("platlibdir", &["platlibdir"]),
    ("prefix", &["prefix"]),
    ("pycache_prefix", &["pycache_prefix"]),
    ("quiet", &["flags", "quiet"]),
    ("safe_path", &["flags", "safe_path"]),
    ("stdlib_dir", &["_stdlib_dir"]),
    ("utf8_mode", &["flags", "utf8_mode"]),
    ("verbose", &["flags", "verbose"]),
    ("warnoptions", &["warnoptions"]),
    ("xoptions", &["_xoptions"]),
];

fn config_get(name: &str) -> PyResult<Value> {
    if name == "code_debug_ranges" {
        return Ok(Value::from_bool(keeps_columns()));
    }
    let Some((_, path)) = OPTIONS.iter().find(|(option, _)| *option == name) else {
        return Err(exceptions::value_error(format!("unknown config option name: {name}")));
    };
    let mut value = crate::import::import_module("sys")?;
    for attribute in *path {
        value = protocol::getattr_str(&value, attribute)?;
    }
    Ok(value)
}

/// C level type with tp_as_async
#[pyclass(name = "awaitType", gc)]
pub struct AwaitType {
    iterator: GilCell<Value>,
}

impl Traverse for AwaitType {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterator.with(|iterator| iterator.traverse(visit));
    }
}

#[pymethods]
impl AwaitType {
    #[slot(new, sig = "(iterator, /)")]
    fn new(class: &TypeRef, iterator: Value) -> Ref<AwaitType> {
        Ref::new_in(class, AwaitType { iterator: GilCell::new(iterator) })
    }

    #[slot]
    fn am_await(&self) -> Value {
        self.iterator.get()
    }
}
