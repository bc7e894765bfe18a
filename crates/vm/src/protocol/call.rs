//! Calling objects.

use crate::function::args::Args;
use crate::types::dict::PyDict;
use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, exceptions};
use smallvec::SmallVec;

/// A method found for a call: with or without a receiver to pass first.
pub enum Callee {
    /// Pass the receiver as first argument.
    Unbound(Value),
    /// Complete in itself.
    Bound(Value),
}

/// `callable(*args)` with borrowed arguments, keywords included.
#[inline]
pub fn call_args(callable: &Value, args: Args<'_>) -> PyResult<Value> {
    match callable.class().slots().call {
        Some(call) => {
            let _guard = crate::stack::enter(" while calling a Python object")?;
            call(callable, args)
        }
        None => Err(exceptions::type_error(format!("'{}' object is not callable", callable.type_name()))),
    }
}

/// `callable(*args)`.
#[inline]
pub fn call(callable: &Value, args: &[Value]) -> PyResult<Value> {
    call_args(callable, Args::positional_only(args))
}

pub fn call0(callable: &Value) -> PyResult<Value> {
    call(callable, &[])
}

pub fn call1(callable: &Value, arg: Value) -> PyResult<Value> {
    call(callable, &[arg])
}

pub fn call2(callable: &Value, a: Value, b: Value) -> PyResult<Value> {
    call(callable, &[a, b])
}

/// `callable(*args, **kwargs)`.
pub fn call_kwargs(callable: &Value, args: &[Value], kwargs: Option<&PyDict>) -> PyResult<Value> {
    let Some(kwargs) = kwargs.filter(|k| !k.is_empty()) else { return call(callable, args) };
    let mut all: SmallVec<[Value; 8]> = args.iter().cloned().collect();
    let mut names: SmallVec<[Value; 8]> = SmallVec::new();
    for (name, value) in kwargs.entries() {
        if name.downcast::<crate::types::str::PyStr>().is_none() {
            return Err(exceptions::type_error("keywords must be strings"));
        }
        names.push(name);
        all.push(value);
    }
    call_args(callable, Args { args: &all, kwnames: &names })
}

/// `receiver.name(*args)`, without making a bound method where none is needed.
pub fn call_method(receiver: &Value, name: &StrRef, args: &[Value]) -> PyResult<Value> {
    match super::lookup_method(receiver, name)? {
        Callee::Bound(method) => call(&method, args),
        Callee::Unbound(function) => call_with_receiver(&function, receiver, args),
    }
}

fn call_with_receiver(function: &Value, receiver: &Value, args: &[Value]) -> PyResult<Value> {
    Args::positional_only(args).preceded_by(receiver, |args| call_args(function, args))
}

/// Calls a special method looked up on the class, as operators do; `None` if the class has none.
pub fn call_special(receiver: &Value, name: &StrRef, args: &[Value]) -> PyResult<Option<Value>> {
    match super::lookup_special(receiver, name)? {
        None => Ok(None),
        Some(Callee::Bound(method)) => call(&method, args).map(Some),
        Some(Callee::Unbound(function)) => call_with_receiver(&function, receiver, args).map(Some),
    }
}
