//! Errors that cannot propagate: `sys.unraisablehook`.

use crate::modules::record::Record;
use minipy_macros::pymodule;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::types::traceback::PyTraceback;
use minipy_vm::{PyErr, PyResult, PyType, Ref, TypeRef, Value, exceptions, name, protocol, thread};

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

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
        if !unraisable.class().is(&super::UNRAISABLE.class()) {
            return Err(exceptions::type_error(
                "sys.unraisablehook argument type must be UnraisableHookArgs",
            ));
        }
        super::print_unraisable(unraisable)
    }

    #[init]
    fn init(module: &Ref<minipy_vm::PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        if let Some(hook) = namespace.get_interned(name!("unraisablehook")) {
            namespace.insert("__unraisablehook__", hook);
        }
        Ok(())
    }
}

pub use functions::MODULE;

static UNRAISABLE: Record = Record::new(StructSeqDef {
    module: "builtins",
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
});

/// Reports an error that cannot propagate, through `sys.unraisablehook`.
pub fn unraisable(error: PyErr, message: Option<&str>, object: Option<&Value>) {
    let exception = error.exception();
    if exception.traceback.with(|traceback| traceback.is_none()) {
        exception.traceback.set(PyTraceback::here(thread::current().frame.get()));
    }
    let args = UNRAISABLE.make(vec![
        exception.class().to_value(),
        exception.to_value(),
        exception.traceback_value(),
        message.map_or(Value::NONE, Value::from),
        object.cloned().unwrap_or(Value::NONE),
    ]);
    let hook = match super::get("unraisablehook") {
        Ok(Some(hook)) if !hook.is_none() => hook,
        _ => {
            drop(print_unraisable(&args));
            return;
        }
    };
    let failed = match super::audit("sys.unraisablehook", &[hook.clone(), args.clone()]) {
        Err(error) => Some((error, "Exception ignored in audit hook:\n".to_owned())),
        Ok(()) => protocol::call1(&hook, args)
            .err()
            .map(|error| (error, format!("Exception ignored in sys.unraisablehook: {}\n", shown(&hook)))),
    };
    if let Some((error, heading)) = failed {
        let exception = error.exception();
        let line = exception_line(exception.class(), exception.as_value());
        write_stderr(&format!("{heading}{}{line}\n", traceback_of(&exception.traceback_value())));
    }
}

fn shown(object: &Value) -> String {
    protocol::repr(object).map_or_else(|_| "<object repr() failed>".to_owned(), |r| r.to_string_lossy())
}

/// Writes a text to `sys.stderr`; that nobody can read it is no reason to fail.
pub fn write_stderr(text: &str) {
    if let Ok(Some(stderr)) = super::get("stderr")
        && !stderr.is_none()
    {
        let _ = protocol::call_method(&stderr, name!("write"), &[Value::from(text)]);
        let _ = protocol::call_method(&stderr, name!("flush"), &[]);
    }
}

/// What `sys.__unraisablehook__` prints. It runs no Python code but that of reprs and of the stream.
fn print_unraisable(args: &Value) -> PyResult<()> {
    let field = |name: &str| protocol::getattr(args, &minipy_vm::types::str::intern(name));
    let (message, object) = (field("err_msg")?, field("object")?);
    let mut text = match (message.is_none(), object.is_none()) {
        (true, true) => String::new(),
        (true, false) => format!("Exception ignored in: {}\n", shown(&object)),
        (false, true) => format!("{}:\n", protocol::str(&message)?),
        (false, false) => format!("{}: {}\n", protocol::str(&message)?, shown(&object)),
    };
    text.push_str(&traceback_of(&field("exc_traceback")?));
    let (class, value) = (field("exc_type")?, field("exc_value")?);
    match class.downcast::<PyType>() {
        Some(class) if value.is_none() => text.push_str(&class.short_name()),
        Some(class) => text.push_str(&exception_line(class, &value)),
        None => text.push_str("<unknown>"),
    }
    text.push('\n');
    write_stderr(&text);
    Ok(())
}

/// The text of a traceback; empty if there is none.
fn traceback_of(traceback: &Value) -> String {
    traceback.downcast::<PyTraceback>().map_or_else(String::new, super::traceback_text)
}

/// `module.Class: message`; the module is left out where everybody knows it.
fn exception_line(class: &TypeRef, value: &Value) -> String {
    let name = class.full_name();
    match protocol::str(value) {
        Ok(message) => format!("{name}: {}", message.to_string_lossy()),
        Err(_) => format!("{name}: <exception str() failed>"),
    }
}
