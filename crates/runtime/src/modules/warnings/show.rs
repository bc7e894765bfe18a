//! Showing a warning that no filter holds back.

use super::{Place, from_module};
use crate::compile::errors::program_line;
use minipy_vm::types::str::StrRef;
use minipy_vm::{DictRef, Payload, PyResult, PyStr, Value, exceptions, name, protocol};

/// The line of the module with these globals, as its loader knows it.
pub(super) fn source_line(globals: &DictRef, lineno: i64) -> PyResult<Option<StrRef>> {
    let loader = crate::import::bless_my_loader(globals.as_value())?;
    // `__main__` is known to its loader by another name.
    let spec = globals.get_str(name!("__spec__"))?.filter(|spec| !spec.is_none());
    let name = match spec {
        Some(spec) => protocol::lookup_attr(&spec, name!("name"))?,
        None => None,
    };
    let Some(name) = name.map_or_else(|| globals.get_str(name!("__name__")), |name| Ok(Some(name)))? else {
        return Ok(None);
    };
    let Some(get_source) = protocol::lookup_attr(&loader, name!("get_source"))? else { return Ok(None) };
    let source = match protocol::call1(&get_source, name) {
        Err(error) if error.is_instance(exceptions::import_error_class()) => return Ok(None),
        source => source?,
    };
    if source.is_none() {
        return Ok(None);
    }
    if source.downcast::<PyStr>().is_none() {
        let kind = source.type_name();
        return Err(exceptions::type_error(format!("must be str, not {kind}")));
    }
    let split = protocol::getattr(PyStr::class().as_value(), name!("splitlines"))?;
    let lines = protocol::collect(&protocol::call1(&split, source)?)?;
    let index = lineno.checked_sub(1).and_then(|index| usize::try_from(index).ok());
    Ok(index.and_then(|index| lines.get(index)).and_then(|line| line.downcast::<PyStr>().cloned()))
}

/// Hands the warning to `warnings._showwarnmsg`, or prints it plainly where there is no such thing. The module is imported for it,
/// unless the interpreter is about to end.
pub(super) fn show(
    message: &Value,
    category: &Value,
    text: &Value,
    place: &Place,
    lineno: &Value,
    source: Option<&Value>,
) -> PyResult<()> {
    if !crate::shutdown::is_finalizing() {
        // What goes wrong with that is no reason not to warn.
        let _ = crate::import::import_module("warnings");
    }
    let Some(show) = from_module("_showwarnmsg")? else {
        print(category, text, place);
        return Ok(());
    };
    if !protocol::is_callable(&show) {
        return Err(exceptions::type_error("warnings._showwarnmsg() must be set to a callable"));
    }
    let Some(class) = from_module("WarningMessage")? else {
        return Err(exceptions::runtime_error("unable to get warnings.WarningMessage"));
    };
    let record = protocol::call(
        &class,
        &[
            message.clone(),
            category.clone(),
            place.filename.to_value(),
            lineno.clone(),
            Value::NONE,
            place.source_line.as_ref().map_or(Value::NONE, |line| line.to_value()),
            source.cloned().unwrap_or(Value::NONE),
        ],
    )?;
    protocol::call1(&show, record).map(drop)
}

/// Prints the warning and the line it is about. Nobody is told of what goes wrong with that.
fn print(category: &Value, text: &Value, place: &Place) {
    let stderr = match crate::sys::get("stderr") {
        Ok(Some(stderr)) => stderr,
        _ => return crate::startup::write_all(2, b"lost sys.stderr\n"),
    };
    if stderr.is_none() {
        return;
    }
    let write = |text: Value| protocol::call_method(&stderr, name!("write"), &[text]);
    let print = || -> PyResult<()> {
        write(place.filename.to_value())?;
        let name = protocol::str(&protocol::getattr(category, name!("__name__"))?)?;
        write(Value::from(format!(":{}: ", place.lineno)))?;
        write(name.into_value())?;
        write(Value::from(": "))?;
        write(protocol::str(text)?.into_value())?;
        write(Value::from("\n"))?;
        if let Some(line) = &place.source_line {
            write(line.to_value())?;
            write(Value::from("\n"))?;
            return Ok(());
        }
        let lineno = u32::try_from(place.lineno).ok();
        let line = lineno.and_then(|lineno| program_line(&place.filename.to_string_lossy(), lineno));
        if let Some(line) = line {
            let line = line.trim_start_matches([' ', '\t', '\x0c']).trim_end_matches(['\r', '\n']);
            for part in ["  ", line, "\n"] {
                write(Value::from(part))?;
            }
        }
        Ok(())
    };
    let _ = print();
}
