//! Hooks: `displayhook`, `excepthook`, `unraisablehook`, auditing, exit.

use super::report::exception_text;
use crate::startup::complain;
use minipy_macros::pymodule;
use minipy_vm::exceptions::PyBaseException;
use minipy_vm::protocol;
use minipy_vm::types::traceback::PyTraceback;
use minipy_vm::{PyErr, PyResult, PyTuple, Ref, Value, exceptions, name, thread};

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Print an object to sys.stdout and also save it in builtins._
    #[pyfunction("(object, /)")]
    fn displayhook(object: &Value) -> PyResult<()> {
        let builtins = crate::import::modules()?.get_str(name!("builtins"))?;
        let Some(builtins) = builtins else {
            return Err(exceptions::runtime_error("lost builtins module"));
        };
        if object.is_none() {
            return Ok(());
        }
        // Whoever looks at `_` while the object is being shown is not to find the last one.
        protocol::setattr(&builtins, name!("_"), Value::NONE)?;
        let Some(stdout) = super::super::get("stdout")?.filter(|s| !s.is_none()) else {
            return Err(exceptions::runtime_error("lost sys.stdout"));
        };
        super::show(object, &stdout)?;
        protocol::call_method(&stdout, name!("write"), &[name!("\n").to_value()])?;
        protocol::setattr(&builtins, name!("_"), object.clone())
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

    /// This hook function is called by built-in breakpoint().
    #[pyfunction("($module, /, *args, **kwargs)")]
    fn breakpointhook(args: &[Value], kwargs: minipy_vm::macros_support::KwArgs<'_>) -> PyResult<Value> {
        let ignored = crate::config::current().is_some_and(|config| config.ignore_environment);
        let target = if ignored { None } else { std::env::var("PYTHONBREAKPOINT").ok() };
        let target = target.filter(|target| !target.is_empty()).unwrap_or_else(|| "pdb.set_trace".to_owned());
        if target == "0" {
            return Ok(Value::NONE);
        }
        let Some(hook) = super::breakpoint_function(&target)? else {
            let message = format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{target}\"");
            minipy_vm::warnings::warn(exceptions::runtime_warning_class(), &message, 1)?;
            return Ok(Value::NONE);
        };
        let keywords = minipy_vm::PyDict::new_ref();
        for (name, value) in kwargs.iter() {
            keywords.set_str(name, value.clone())?;
        }
        protocol::call_kwargs(&hook, args, Some(&keywords))
    }

    #[init]
    fn init(module: &Ref<minipy_vm::PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        for name in ["displayhook", "excepthook", "breakpointhook"] {
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
        // A tuple is taken for the arguments, None for none.
        let args = match status {
            Some(status) if status.is_none() => &[],
            Some(status) => match status.downcast::<PyTuple>() {
                Some(items) => &**items,
                None => std::slice::from_ref(status),
            },
            None => &[],
        };
        Err(PyErr::new(exceptions::system_exit_class(), args))
    }
}

pub use functions::MODULE;

/// Writes an object's repr to `stdout`, with escapes for what its encoding does not have.
fn show(object: &Value, stdout: &Value) -> PyResult<()> {
    let text = protocol::repr(object)?.into_value();
    let error = match protocol::call_method(stdout, name!("write"), std::slice::from_ref(&text)) {
        Err(error) if error.is_instance(exceptions::unicode_encode_error_class()) => error,
        result => return result.map(drop),
    };
    let encoding = protocol::getattr(stdout, name!("encoding"))?;
    if encoding.is_none() {
        return Err(error);
    }
    let escaped =
        protocol::call_method(&text, name!("encode"), &[encoding.clone(), "backslashreplace".into()])?;
    match protocol::lookup_attr(stdout, name!("buffer"))? {
        Some(buffer) => protocol::call_method(&buffer, name!("write"), &[escaped])?,
        None => {
            let text = protocol::call_method(&escaped, name!("decode"), &[encoding, "strict".into()])?;
            protocol::call_method(stdout, name!("write"), &[text])?
        }
    };
    Ok(())
}

/// The function that `$PYTHONBREAKPOINT` names; `None` if there is none of that name.
fn breakpoint_function(target: &str) -> PyResult<Option<Value>> {
    let (module, attribute) = target.rsplit_once('.').unwrap_or(("builtins", target));
    if module.is_empty() {
        return Ok(None);
    }
    let module = match crate::import::import_module(module) {
        Ok(module) => module,
        Err(error) if error.is_instance(exceptions::import_error_class()) => return Ok(None),
        Err(error) => return Err(error),
    };
    protocol::lookup_attr(&module, &minipy_vm::types::str::intern(attribute))
}

/// PRINT_EXPR: calls `sys.displayhook`.
pub fn display(value: &Value) -> PyResult<Value> {
    match super::get("displayhook")? {
        Some(hook) => protocol::call1(&hook, value.clone()),
        None => Err(exceptions::runtime_error("lost sys.displayhook")),
    }
}

/// Writes a traceback report to `sys.stderr`, through the `traceback` module as CPython does. If nothing can be written there,
/// something is on descriptor 2.
pub fn print_exception(value: &Value, traceback: &Value) -> PyResult<()> {
    let printed = match super::get("stderr")? {
        Some(stderr) if stderr.is_none() => return Ok(()),
        Some(stderr) => print_exception_to(&stderr, value, traceback),
        None => Err(exceptions::runtime_error("lost sys.stderr")),
    };
    if printed.is_err() {
        dump(value);
        complain("lost sys.stderr");
    }
    Ok(())
}

/// Describes an object on descriptor 2.
fn dump(object: &Value) {
    let count = object.header().map_or(0, |header| header.refcount());
    complain(&format!("object address  : {:#x}\nobject refcount : {count}", object.id()));
    let class = object.class().to_value();
    complain(&format!("object type     : {:#x}\nobject type name: {}", class.id(), object.type_name()));
    let shown = protocol::repr(object).map_or_else(|_| String::new(), |text| text.to_string_lossy());
    complain(&format!("object repr     : {shown}"));
}

/// As [`print_exception`], for reports that begin in `file`; where that is not `sys.stderr`, the traceback goes to
/// `sys.__stderr__`, as in CPython.
pub fn print_exception_to(file: &Value, value: &Value, traceback: &Value) -> PyResult<()> {
    let Some(exception) = value.downcast::<PyBaseException>() else {
        let kind = value.type_name();
        let text = if value.is_none() {
            "NoneType: None\n".to_owned()
        } else {
            format!("TypeError: print_exception(): Exception expected for value, {kind} found\n")
        };
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
