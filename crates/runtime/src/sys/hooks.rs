//! Hooks: `displayhook`, `excepthook`, `unraisablehook`, auditing, exit.

use super::report::exception_text;
use minipy_macros::pymodule;
use minipy_vm::exceptions::PyBaseException;
use minipy_vm::protocol;
use minipy_vm::types::structseq::{self, StructSeqDef};
use minipy_vm::types::traceback::PyTraceback;
use minipy_vm::{PyErr, PyResult, PyStr, PyTuple, Ref, StrRef, Value, exceptions, name, thread};

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Print an object to sys.stdout and also save it in builtins._
    #[pyfunction("(object, /)")]
    fn displayhook(object: &Value) -> PyResult<()> {
        let builtins = minipy_vm::frame::default_builtins();
        if object.is_none() {
            return Ok(());
        }
        builtins.set_str(name!("_"), Value::NONE)?;
        let Some(stdout) = super::super::get("stdout")?.filter(|s| !s.is_none()) else {
            return Err(exceptions::runtime_error("lost sys.stdout"));
        };
        super::write_shown(&stdout, protocol::repr(object)?)?;
        protocol::call_method(&stdout, name!("write"), &[name!("\n").to_value()])?;
        builtins.set_str(name!("_"), object.clone())
    }

    /// Private function for getting the base REPL
    #[pyfunction("()")]
    fn _baserepl() -> PyResult<()> {
        crate::interactive::run_base()
    }

    /// Handle an exception by displaying it with a traceback on sys.stderr.
    #[pyfunction("(exctype, value, traceback, /)")]
    fn excepthook(_exctype: &Value, value: &Value, traceback: &Value) -> PyResult<()> {
        super::print_exception(value, traceback)
    }

    /// Handle an unraisable exception.
    ///
    /// The unraisable argument has the following attributes:
    ///
    /// * exc_type: Exception type.
    /// * exc_value: Exception value, can be None.
    /// * exc_traceback: Exception traceback, can be None.
    /// * err_msg: Error message, can be None.
    /// * object: Object causing the exception, can be None.
    #[pyfunction("(unraisable, /)")]
    fn unraisablehook(unraisable: &Value) -> PyResult<()> {
        super::print_unraisable(unraisable)
    }

    /// This hook function is called by built-in breakpoint().
    #[pyfunction("(*args, **kws)")]
    fn breakpointhook(args: &[Value], kws: minipy_vm::macros_support::KwArgs<'_>) -> PyResult<Value> {
        let target = std::env::var("PYTHONBREAKPOINT").unwrap_or_default();
        let target = if target.is_empty() { "pdb.set_trace" } else { target.as_str() };
        if target == "0" {
            return Ok(Value::NONE);
        }
        let (module, attribute) = target.rsplit_once('.').unwrap_or(("builtins", target));
        let hook = crate::import::import_module(module)
            .and_then(|m| protocol::getattr(&m, &minipy_vm::types::str::intern(attribute)));
        let Ok(hook) = hook else {
            let message = format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{target}\"");
            minipy_vm::warnings::warn(exceptions::runtime_warning_class(), &message, 1)?;
            return Ok(Value::NONE);
        };
        let keywords = minipy_vm::PyDict::new_ref();
        for (name, value) in kws.iter() {
            keywords.set_str(name, value.clone())?;
        }
        protocol::call_kwargs(&hook, args, Some(&keywords))
    }

    #[init]
    fn init(module: &Ref<minipy_vm::PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        for name in ["displayhook", "excepthook", "unraisablehook", "breakpointhook"] {
            if let Some(hook) = namespace.get_interned(&minipy_vm::types::str::intern(name)) {
                namespace.insert(&format!("__{name}__"), hook);
            }
        }
        Ok(())
    }

    /// Return current exception information: (type, value, traceback).
    ///
    /// Return information about the most recent exception caught by an except
    /// clause in the current stack frame or in an older stack frame.
    #[pyfunction("()")]
    fn exc_info() -> Value {
        match thread::current().handled_exception() {
            Some(exception) => {
                let traceback = exception.downcast::<PyBaseException>().and_then(|e| e.traceback.get());
                let class = exception.class().to_value();
                let traceback = traceback.map_or(Value::NONE, Ref::<PyTraceback>::into_value);
                PyTuple::from_array([class, exception, traceback]).into_value()
            }
            None => PyTuple::from_array([Value::NONE, Value::NONE, Value::NONE]).into_value(),
        }
    }

    /// Return the current exception.
    ///
    /// Return the most recent exception caught by an except clause
    /// in the current stack frame or in an older stack frame, or None
    /// if no such clause exists.
    #[pyfunction("()")]
    fn exception() -> Option<Value> {
        thread::current().handled_exception()
    }

    /// Exit the interpreter by raising SystemExit(status).
    ///
    /// If the status is omitted or None, it defaults to zero (i.e., success).
    /// If the status is an integer, it will be used as the system exit status.
    /// If it is another kind of object, it will be printed and the system
    /// exit status will be one (i.e., failure).
    #[pyfunction("(status=None, /)")]
    fn exit(status: Option<&Value>) -> PyResult<()> {
        Err(PyErr::new(exceptions::system_exit_class(), status.map_or(&[], std::slice::from_ref)))
    }

    /// Passes the event to any hooks that are attached.
    #[pyfunction("(event, /, *args)")]
    fn audit(event: &Ref<PyStr>, args: &[Value]) -> PyResult<()> {
        super::audit(&event.to_string_lossy(), args)
    }

    /// Adds a new audit hook callback.
    #[pyfunction("(hook)")]
    fn addaudithook(hook: &Value) -> PyResult<()> {
        HOOKS.with(|hooks| hooks.push(hook.clone()));
        Ok(())
    }
}

pub use functions::MODULE;

static HOOKS: minipy_vm::cell::GilCell<Vec<Value>> = minipy_vm::cell::GilCell::new(Vec::new());

/// Writes a representation, with escapes for what the stream's encoding lacks.
fn write_shown(stream: &Value, text: StrRef) -> PyResult<()> {
    let text = text.into_value();
    let error = match protocol::call_method(stream, name!("write"), std::slice::from_ref(&text)) {
        Err(error) if error.is_instance(exceptions::unicode_encode_error_class()) => error,
        other => return other.map(drop),
    };
    let Some(encoding) = protocol::lookup_attr(stream, name!("encoding"))? else { return Err(error) };
    let escaped =
        protocol::call_method(&text, name!("encode"), &[encoding.clone(), "backslashreplace".into()])?;
    match protocol::lookup_attr(stream, name!("buffer"))? {
        Some(buffer) => protocol::call_method(&buffer, name!("write"), &[escaped])?,
        None => {
            let text = protocol::call_method(&escaped, name!("decode"), &[encoding, "strict".into()])?;
            protocol::call_method(stream, name!("write"), &[text])?
        }
    };
    Ok(())
}

/// PRINT_EXPR: calls `sys.displayhook`.
pub fn display(value: &Value) -> PyResult<Value> {
    match super::get("displayhook")? {
        Some(hook) => protocol::call1(&hook, value.clone()),
        None => Err(exceptions::runtime_error("lost sys.displayhook")),
    }
}

/// Whether anybody listens to audit events: only then their arguments are worth collecting.
pub fn is_audited() -> bool {
    HOOKS.with(|hooks| !hooks.is_empty())
}

/// Raises an audit event (PEP 578).
pub fn audit(event: &str, args: &[Value]) -> PyResult<()> {
    if HOOKS.with(|hooks| hooks.is_empty()) {
        return Ok(());
    }
    let arguments = PyTuple::from_slice(args).into_value();
    for hook in HOOKS.get() {
        protocol::call(&hook, &[Value::from(event), arguments.clone()])?;
    }
    Ok(())
}

/// Writes a traceback report to `sys.stderr`, through the `traceback` module as CPython does.
pub fn print_exception(value: &Value, traceback: &Value) -> PyResult<()> {
    match super::get("stderr")?.filter(|s| !s.is_none()) {
        Some(stderr) => print_exception_to(&stderr, value, traceback),
        None => Ok(()),
    }
}

/// As [`print_exception`], for reports that begin in `file`; where that is not `sys.stderr`, the traceback goes to
/// `sys.__stderr__`, as in CPython.
pub fn print_exception_to(file: &Value, value: &Value, traceback: &Value) -> PyResult<()> {
    let Some(exception) = value.downcast::<PyBaseException>() else {
        let kind = value.type_name();
        let text = format!("TypeError: print_exception(): Exception expected for value, {kind} found\n");
        return protocol::call_method(file, name!("write"), &[Value::from(text)]).map(drop);
    };
    if exception.traceback.with(|t| t.is_none())
        && let Some(traceback) = traceback.downcast::<PyTraceback>()
    {
        exception.traceback.set(Some(traceback.clone()));
    }
    let printed = crate::import::import_module("traceback")
        .and_then(|module| protocol::getattr(&module, name!("_print_exception_bltin")))
        .and_then(|print| protocol::call1(&print, value.clone()));
    if printed.is_err() {
        let text = Value::from(exception_text(exception));
        protocol::call_method(file, name!("write"), &[text])?;
    }
    Ok(())
}

static UNRAISABLE: StructSeqDef = StructSeqDef {
    module: "sys",
    name: "UnraisableHookArgs",
    doc: "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.",
    fields: &[
        ("exc_type", "Exception type"),
        ("exc_value", "Exception value"),
        ("exc_traceback", "Exception traceback"),
        ("err_msg", "Error message"),
        ("object", "Object causing the exception"),
    ],
    visible: 5,
    instantiable: true,
};

/// Reports an error that cannot propagate, through `sys.unraisablehook`.
pub fn unraisable(error: PyErr, message: Option<&str>, object: Option<&Value>) {
    static CLASS: minipy_vm::cell::GilCell<Option<minipy_vm::TypeRef>> = minipy_vm::cell::GilCell::new(None);
    let class = CLASS.get().unwrap_or_else(|| structseq::new_class(&UNRAISABLE));
    CLASS.set(Some(class.clone()));
    let exception = error.exception();
    if exception.traceback.with(|traceback| traceback.is_none()) {
        exception.traceback.set(PyTraceback::here(thread::current().frame.get()));
    }
    let args = structseq::new_instance(
        &class,
        5,
        vec![
            exception.class().to_value(),
            exception.to_value(),
            exception.traceback.get().map_or(Value::NONE, Ref::<PyTraceback>::into_value),
            message.map_or(Value::NONE, Value::from),
            object.cloned().unwrap_or(Value::NONE),
        ],
    );
    let result = match super::get("unraisablehook") {
        Ok(Some(hook)) if !hook.is_none() => protocol::call1(&hook, args.clone()).map(|_| ()),
        _ => print_unraisable(&args),
    };
    if let Err(error) = result {
        let hook = super::get("unraisablehook").ok().flatten().unwrap_or(Value::NONE);
        let text = format!("Exception ignored in sys.unraisablehook: {}\n", shown(&hook));
        let _ = write_stderr(&format!("{text}{}", exception_text(error.exception())));
    }
}

fn shown(object: &Value) -> String {
    protocol::repr(object).map_or_else(|_| "<object repr() failed>".to_owned(), |r| r.to_string_lossy())
}

/// Writes to `sys.stderr`, if there is one.
pub fn write_stderr(text: &str) -> PyResult<()> {
    if let Some(stderr) = super::get("stderr")?.filter(|s| !s.is_none()) {
        protocol::call_method(&stderr, name!("write"), &[Value::from(text)])?;
        protocol::call_method(&stderr, name!("flush"), &[])?;
    }
    Ok(())
}

/// What `sys.__unraisablehook__` prints.
fn print_unraisable(args: &Value) -> PyResult<()> {
    let field = |name: &str| protocol::getattr(args, &minipy_vm::types::str::intern(name));
    let (message, object) = (field("err_msg")?, field("object")?);
    let heading = match (message.is_none(), object.is_none()) {
        (true, true) => String::new(),
        (true, false) => format!("Exception ignored in: {}\n", shown(&object)),
        (false, true) => format!("{}:\n", protocol::str(&message)?),
        (false, false) => format!("{}: {}\n", protocol::str(&message)?, shown(&object)),
    };
    write_stderr(&heading)?;
    let value = field("exc_value")?;
    if value.is_none() {
        return write_stderr(&format!("{}\n", protocol::str(&field("exc_type")?)?));
    }
    print_exception(&value, &field("exc_traceback")?)
}
