//! `paramflags`: functions that are called with names, default values and arguments that the function fills.

use super::function::argtypes_of;
use super::info::{self, Kind};
use minipy_vm::types::int;
use minipy_vm::{
    Args, PyErr, PyResult, PyStr, PyTuple, PyType, StrRef, TupleRef, TypeRef, Value, exceptions, name,
    protocol,
};

const IN: i64 = 1;
const OUT: i64 = 2;
const LCID: i64 = 4;

#[cold]
fn malformed() -> PyErr {
    exceptions::type_error("paramflags must be a sequence of (int [,string [,value]]) tuples")
}

/// Flag, name and default of one parameter.
fn parts(item: &Value) -> PyResult<(i64, Option<&StrRef>, Option<&Value>)> {
    let tuple = item.downcast::<PyTuple>().ok_or_else(malformed)?;
    let (flag, name, default) = match &tuple[..] {
        [flag] => (flag, None, None),
        [flag, name] => (flag, Some(name), None),
        [flag, name, default] => (flag, Some(name), Some(default)),
        _ => return Err(malformed()),
    };
    let flag = int::to_i64(flag).ok_or_else(malformed)?;
    let name = match name {
        Some(name) if !name.is_none() => Some(name.downcast::<PyStr>().ok_or_else(malformed)?),
        _ => None,
    };
    Ok((flag, name, default))
}

/// Whether a function can fill what an argument of the type points to.
fn is_pointer(class: &Value) -> bool {
    info::of_type(class).is_some_and(|info| match info.kind {
        Kind::Pointer(_) | Kind::Array { .. } => true,
        Kind::Simple { code, .. } => matches!(code.code, b'P' | b'z' | b'Z'),
        _ => false,
    })
}

/// The flags for a function of a class, checked. `None` if there are none.
pub fn checked_flags(class: &TypeRef, flags: Option<&Value>) -> PyResult<Option<TupleRef>> {
    let argtypes = argtypes_of(class)?;
    let Some(flags) = flags.filter(|flags| !flags.is_none()) else { return Ok(None) };
    let Some(argtypes) = argtypes else { return Ok(None) };
    let Some(flags) = flags.downcast::<PyTuple>() else {
        return Err(exceptions::type_error("paramflags must be a tuple or None"));
    };
    check(&argtypes, Some(flags))?;
    Ok(Some(flags.clone()))
}

/// Fails if flags do not go with the types of the arguments.
pub fn check(argtypes: &[Value], flags: Option<&PyTuple>) -> PyResult<()> {
    let Some(flags) = flags else { return Ok(()) };
    if flags.len() != argtypes.len() {
        return Err(exceptions::value_error("paramflags must have the same length as argtypes"));
    }
    for (at, (item, class)) in flags.iter().zip(argtypes).enumerate() {
        let (flag, _, _) = parts(item)?;
        match flag & (IN | OUT | LCID) {
            0 | IN => {}
            value if value == IN | OUT || value == IN | LCID => {}
            OUT if is_pointer(class) => {}
            OUT => {
                let name = class.downcast::<PyType>().map_or_else(|| class.type_name(), |class| class.name());
                return Err(exceptions::type_error(format!(
                    "'out' parameter {} must be a pointer type, not {name}",
                    at + 1
                )));
            }
            _ => return Err(exceptions::type_error(format!("paramflag value {flag} not supported"))),
        }
    }
    Ok(())
}

/// The arguments of a call, and which of them are its results.
pub struct Plan {
    pub args: TupleRef,
    /// Positions, and whether the caller has passed the argument.
    results: Vec<(usize, bool)>,
}

/// A new object that an argument of a pointer or array type can point to.
fn fresh_target(class: &Value) -> PyResult<Value> {
    let info = info::of_type(class).ok_or_else(|| exceptions::runtime_error("NULL stginfo unexpected"))?;
    let target = match &info.kind {
        Kind::Array { .. } => class.clone(),
        Kind::Pointer(_) => match info.item() {
            Some(target) => target.into_value(),
            None => return Err(exceptions::type_error("Cannot create instance: has no _type_")),
        },
        _ => {
            let name = class.downcast::<PyType>().map_or_else(String::new, |class| class.name());
            return Err(exceptions::type_error(format!(
                "{name} 'out' parameter must be passed as default value"
            )));
        }
    };
    protocol::call0(&target)
}

/// Puts the arguments of a call in their places.
pub fn plan(flags: Option<&[Value]>, argtypes: Option<&Value>, args: Args<'_>) -> PyResult<Plan> {
    let given = args.positional();
    let argtypes = argtypes.map(protocol::collect).transpose()?.unwrap_or_default();
    let Some(flags) = flags.filter(|_| !argtypes.is_empty()) else {
        return Ok(Plan { args: PyTuple::from_slice(given), results: Vec::new() });
    };
    let mut used = 0;
    let mut next = |name: Option<&StrRef>, default: Option<&Value>| {
        if let Some(value) = given.get(used) {
            used += 1;
            return Ok(value.clone());
        }
        if let Some(name) = name
            && let Some((_, value)) = args.keywords().find(|(keyword, _)| keyword.eq(name))
        {
            used += 1;
            return Ok(value.clone());
        }
        match (default, name) {
            (Some(default), _) => Ok(default.clone()),
            (None, Some(name)) => Err(exceptions::type_error(format!("required argument '{name}' missing"))),
            (None, None) => Err(exceptions::type_error("not enough arguments")),
        }
    };
    let (mut values, mut results) = (Vec::with_capacity(argtypes.len()), Vec::new());
    for (at, class) in argtypes.iter().enumerate() {
        let (flag, name, default) = flags.get(at).map_or(Ok((IN, None, None)), parts)?;
        values.push(match flag & (IN | OUT | LCID) {
            value if value == IN | LCID => default.cloned().unwrap_or(Value::small_int(0)),
            value if value == IN | OUT => {
                results.push((at, true));
                next(name, default)?
            }
            OUT => {
                results.push((at, false));
                match default {
                    Some(default) => default.clone(),
                    None => fresh_target(class)?,
                }
            }
            0 | IN => next(name, default)?,
            _ => return Err(exceptions::value_error(format!("paramflag {flag} not yet implemented"))),
        });
    }
    let actual = given.len() + args.kwnames.len();
    if actual != used {
        return Err(exceptions::type_error(format!("call takes exactly {used} arguments ({actual} given)")));
    }
    Ok(Plan { args: PyTuple::from_vec(values), results })
}

impl Plan {
    /// The result of the call: what the function has filled, if there is something, else what it has returned.
    pub fn result(&self, returned: Value) -> PyResult<Value> {
        let mut values = Vec::with_capacity(self.results.len());
        for (at, is_passed) in &self.results {
            let Some(value) = self.args.get(*at) else { continue };
            values.push(match is_passed {
                true => value.clone(),
                false => protocol::call_method(value, name!("__ctypes_from_outparam__"), &[])?,
            });
        }
        match values.len() {
            0 => Ok(returned),
            1 => Ok(values.remove(0)),
            _ => Ok(PyTuple::from_vec(values).into_value()),
        }
    }
}
