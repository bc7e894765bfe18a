//! `__build_class__`: the `class` statement.

use minipy_macros::pymodule;
use minipy_vm::protocol;
use minipy_vm::types::cell::PyCell;
use minipy_vm::types::function::PyFunction;
use minipy_vm::types::typeobj::{self, PyType};
use minipy_vm::{Args, Payload, PyDict, PyResult, PyTuple, StrRef, Value, exceptions, name};

#[pymodule(name = "builtins")]
pub mod functions {
    use super::*;

    /// __build_class__(func, name, /, *bases, [metaclass], **kwds) -> class
    ///
    /// Internal helper function used by the class statement.
    #[pyfunction]
    fn __build_class__(args: Args<'_>) -> PyResult<Value> {
        build_class(args)
    }
}

pub use functions::MODULE;

fn build_class(args: Args<'_>) -> PyResult<Value> {
    let [function, name, original_bases @ ..] = args.positional() else {
        return Err(exceptions::type_error("__build_class__: not enough arguments"));
    };
    let Some(function) = function.downcast::<PyFunction>() else {
        return Err(exceptions::type_error("__build_class__: func must be a function"));
    };
    let Some(class_name) = name.downcast::<minipy_vm::PyStr>() else {
        return Err(exceptions::type_error("__build_class__: name is not a string"));
    };
    let bases = resolve_bases(original_bases)?;
    let keywords = PyDict::new_ref();
    let mut metaclass = None;
    for (keyword, value) in args.keywords() {
        if keyword.eq_str("metaclass") {
            metaclass = Some(value.clone());
        } else {
            keywords.set_str(keyword, value.clone())?;
        }
    }
    let metaclass = match metaclass {
        // A metaclass that is no class is called as it is.
        Some(given) => match given.downcast::<PyType>() {
            Some(class) => typeobj::best_metaclass(class, &bases)?.into_value(),
            None => given,
        },
        None => {
            let first = bases.first().map_or_else(|| PyType::class().clone(), |b| b.class().clone());
            typeobj::best_metaclass(&first, &bases)?.into_value()
        }
    };
    let bases_tuple = PyTuple::from_slice(&bases).into_value();
    let namespace = prepare(&metaclass, class_name, &bases_tuple, &keywords)?;
    let cell = minipy_vm::frame::run_function_in(function, namespace.clone())?;
    if bases.len() != original_bases.len() || !bases.iter().zip(original_bases).all(|(a, b)| a.is(b)) {
        let original = PyTuple::from_slice(original_bases).into_value();
        protocol::setitem(&namespace, name!("__orig_bases__").as_value(), original)?;
    }
    let class = protocol::call_kwargs(&metaclass, &[name.clone(), bases_tuple, namespace], Some(&keywords))?;
    if class.downcast::<PyType>().is_some()
        && let Some(cell) = cell.downcast::<PyCell>()
    {
        check_class_cell(cell, class_name, &class)?;
    }
    Ok(class)
}

fn check_class_cell(cell: &PyCell, name: &StrRef, class: &Value) -> PyResult<()> {
    match cell.contents.get() {
        Some(contents) if contents.is(class) => Ok(()),
        Some(contents) => Err(exceptions::type_error(format!(
            "__class__ set to {} defining '{name}' as {}",
            protocol::repr(&contents)?,
            protocol::repr(class)?
        ))),
        None => Err(exceptions::runtime_error(format!(
            "__class__ not set defining '{name}' as {}. Was __classcell__ propagated to type.__new__?",
            protocol::repr(class)?
        ))),
    }
}

/// Replaces bases that are no classes by what their `__mro_entries__` says (PEP 560).
fn resolve_bases(bases: &[Value]) -> PyResult<Vec<Value>> {
    let mut resolved = Vec::with_capacity(bases.len());
    for base in bases {
        if base.downcast::<PyType>().is_some() {
            resolved.push(base.clone());
            continue;
        }
        let Some(entries) = protocol::lookup_attr(base, name!("__mro_entries__"))? else {
            resolved.push(base.clone());
            continue;
        };
        let entries = protocol::call1(&entries, PyTuple::from_slice(bases).into_value())?;
        match entries.downcast::<PyTuple>() {
            Some(tuple) => resolved.extend(tuple.iter().cloned()),
            None => return Err(exceptions::type_error("__mro_entries__ must return a tuple")),
        }
    }
    Ok(resolved)
}

fn prepare(metaclass: &Value, name: &StrRef, bases: &Value, keywords: &PyDict) -> PyResult<Value> {
    let Some(prepare) = protocol::lookup_attr(metaclass, name!("__prepare__"))? else {
        return Ok(PyDict::new_ref().into_value());
    };
    let namespace = protocol::call_kwargs(&prepare, &[name.to_value(), bases.clone()], Some(keywords))?;
    if namespace.class().slots().subscript.is_none() {
        let meta = metaclass.downcast::<PyType>().map_or_else(|| "<metaclass>".to_owned(), |m| m.name());
        return Err(exceptions::type_error(format!(
            "{meta}.__prepare__() must return a mapping, not {}",
            namespace.type_name()
        )));
    }
    Ok(namespace)
}
