//! Type parameters of aliases and unions: finding them and putting arguments in their place (PEP 585, PEP 646).

use super::is_class;
use crate::types::list::PyList;
use crate::types::tuple::{PyTuple, TupleRef};
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};

/// The items of an argument that is itself a list or tuple of types.
fn nested(value: &Value) -> Option<Vec<Value>> {
    match value.downcast::<PyTuple>() {
        Some(tuple) => Some(tuple.to_vec()),
        None => value.downcast::<PyList>().map(|list| list.to_vec()),
    }
}

/// The type parameters in `args`, each once, in order.
pub fn parameters_of(args: &[Value]) -> PyResult<TupleRef> {
    let mut found = Vec::new();
    collect(args, &mut found)?;
    Ok(PyTuple::from_vec(found))
}

fn collect(args: &[Value], found: &mut Vec<Value>) -> PyResult<()> {
    let _guard = crate::stack::enter(" in __parameter__ calculation")?;
    let add = |found: &mut Vec<Value>, parameter: &Value| {
        if !found.iter().any(|f| f.is(parameter)) {
            found.push(parameter.clone());
        }
    };
    for arg in args {
        if is_class(arg) {
            continue;
        }
        if let Some(items) = nested(arg) {
            collect(&items, found)?;
        } else if protocol::lookup_attr(arg, name!("__typing_subst__"))?.is_some() {
            add(found, arg);
        } else if let Some(inner) = own_parameters(arg)? {
            inner.iter().for_each(|parameter| add(found, parameter));
        }
    }
    Ok(())
}

fn own_parameters(arg: &Value) -> PyResult<Option<TupleRef>> {
    let parameters = protocol::lookup_attr(arg, name!("__parameters__"))?;
    Ok(parameters.and_then(|p| p.downcast_into::<PyTuple>().ok()))
}

/// The arguments of `alias` with `key`, one or a tuple of them, in place of its parameters.
pub fn substitute(alias: &Value, args: &[Value], parameters: &[Value], key: &Value) -> PyResult<TupleRef> {
    if parameters.is_empty() {
        return Err(exceptions::type_error(format!("{} is not a generic class", protocol::repr(alias)?)));
    }
    let mut key = as_tuple(unpack(key)?);
    for parameter in parameters {
        if let Some(prepare) = protocol::lookup_attr(parameter, name!("__typing_prepare_subst__"))?
            && !prepare.is_none()
        {
            key = as_tuple(protocol::call2(&prepare, alias.clone(), key.into_value())?);
        }
    }
    if key.len() != parameters.len() {
        let which = if key.len() > parameters.len() { "many" } else { "few" };
        return Err(exceptions::type_error(format!(
            "Too {which} arguments for {}; actual {}, expected {}",
            protocol::repr(alias)?,
            key.len(),
            parameters.len()
        )));
    }
    replace(args, parameters, &key).map(PyTuple::from_vec)
}

fn as_tuple(value: Value) -> TupleRef {
    value.downcast_into::<PyTuple>().unwrap_or_else(|one| PyTuple::from_array([one]))
}

/// The key with `*tuple[...]` of known length spread out.
fn unpack(key: &Value) -> PyResult<Value> {
    let items = match key.downcast::<PyTuple>() {
        Some(tuple) => tuple.to_vec(),
        None => vec![key.clone()],
    };
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        let inner = if is_class(&item) {
            None
        } else {
            protocol::lookup_attr(&item, name!("__typing_unpacked_tuple_args__"))?
        };
        match inner.as_ref().and_then(|i| i.downcast::<PyTuple>()) {
            Some(inner) if !inner.last().is_some_and(Value::is_ellipsis) => out.extend(inner.iter().cloned()),
            _ => out.push(item),
        }
    }
    Ok(PyTuple::from_vec(out).into_value())
}

fn replace(args: &[Value], parameters: &[Value], values: &[Value]) -> PyResult<Vec<Value>> {
    let _guard = crate::stack::enter(" in type parameters")?;
    let mut out = Vec::with_capacity(args.len());
    for arg in args {
        if is_class(arg) {
            out.push(arg.clone());
            continue;
        }
        if let Some(items) = nested(arg) {
            let items = replace(&items, parameters, values)?;
            out.push(match arg.downcast::<PyTuple>() {
                Some(_) => PyTuple::from_vec(items).into_value(),
                None => PyList::from_vec(items).into_value(),
            });
            continue;
        }
        let spreads = match protocol::lookup_attr(arg, name!("__typing_is_unpacked_typevartuple__"))? {
            Some(flag) => protocol::truth(&flag)?,
            None => false,
        };
        let new = match protocol::lookup_attr(arg, name!("__typing_subst__"))? {
            Some(subst) => {
                let value = parameters.iter().position(|p| p.is(arg)).and_then(|at| values.get(at));
                match value {
                    Some(value) => protocol::call1(&subst, value.clone())?,
                    None => {
                        return Err(exceptions::type_error(format!(
                            "argument {} with __typing_subst__ was not found in __parameters__",
                            protocol::repr(arg)?
                        )));
                    }
                }
            }
            None => replace_inner(arg, parameters, values)?,
        };
        if !spreads {
            out.push(new);
            continue;
        }
        let Some(many) = new.downcast::<PyTuple>() else {
            return Err(exceptions::type_error(format!(
                "expected __typing_subst__ of {} objects to return a tuple, not {}",
                arg.type_name(),
                new.type_name()
            )));
        };
        out.extend(many.iter().cloned());
    }
    Ok(out)
}

/// An argument that has parameters itself, such as `list[T]`, with their values in place.
fn replace_inner(arg: &Value, parameters: &[Value], values: &[Value]) -> PyResult<Value> {
    let Some(inner) = own_parameters(arg)?.filter(|p| !p.is_empty()) else { return Ok(arg.clone()) };
    let mut key = Vec::with_capacity(inner.len());
    for parameter in inner.iter() {
        match parameters.iter().position(|p| p.is(parameter)).and_then(|at| values.get(at)) {
            // What stands for a TypeVarTuple is a tuple of types.
            Some(value) if parameter.class().slots().iter.is_some() => match value.downcast::<PyTuple>() {
                Some(many) => key.extend(many.iter().cloned()),
                None => key.push(value.clone()),
            },
            Some(value) => key.push(value.clone()),
            None => key.push(parameter.clone()),
        }
    }
    protocol::getitem(arg, PyTuple::from_vec(key).as_value())
}
