//! Making the exceptions that native code raises.

use super::*;
use crate::cell::GilCell;
use crate::heap::Ref;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;

/// An exception with a message; the constructor of a class with the common layout is not run.
pub fn simple(class: &TypeRef, message: &str) -> PyErr {
    PyErr::new(class, &[PyStr::from_str(message).into_value()])
}

macro_rules! raisers {
    ($($name:ident: $class:ident;)*) => {$(
        #[doc = concat!("A new exception of `", stringify!($class), "()` with a message.")]
        #[cold]
        pub fn $name(message: impl AsRef<str>) -> PyErr {
            simple($class(), message.as_ref())
        }
    )*};
}

raisers! {
    type_error: type_error_class;
    value_error: value_error_class;
    index_error: index_error_class;
    overflow_error: overflow_error_class;
    zero_division_error: zero_division_error_class;
    runtime_error: runtime_error_class;
    recursion_error: recursion_error_class;
    memory_error_message: memory_error_class;
    system_error: system_error_class;
    not_implemented_error: not_implemented_error_class;
    assertion_error: assertion_error_class;
    buffer_error: buffer_error_class;
    eof_error: eof_error_class;
    reference_error: reference_error_class;
    lookup_error: lookup_error_class;
    unicode_error: unicode_error_class;
}

/// MemoryError without a message.
#[cold]
pub fn memory_error() -> PyErr {
    PyErr::from_exception(Ref::new_in(
        memory_error_class(),
        PyBaseException::with_args(crate::types::tuple::empty()),
    ))
}

/// KeyError with the key as its argument.
#[cold]
pub fn key_error(key: &Value) -> PyErr {
    let args = PyTuple::from_array([key.clone()]);
    PyErr::from_exception(Ref::new_in(key_error_class(), PyBaseException::with_args(args)))
}

fn with_message(message: &str) -> PyBaseException {
    PyBaseException::with_args(PyTuple::from_array([PyStr::from_str(message).into_value()]))
}

/// AttributeError that knows the object and the name, for suggestions.
#[cold]
pub fn attribute_error(message: impl AsRef<str>, object: &Value, name: &StrRef) -> PyErr {
    let payload = PyAttributeError {
        base: with_message(message.as_ref()),
        obj: GilCell::new(Some(object.clone())),
        name: GilCell::new(Some(name.to_value())),
    };
    PyErr::from_payload(attribute_error_class(), payload)
}

/// NameError that knows the name, for suggestions.
#[cold]
pub fn name_error(name: &StrRef) -> PyErr {
    named_name_error(name_error_class(), format!("name '{name}' is not defined"), name)
}

/// UnboundLocalError for a local variable without a value.
#[cold]
pub fn unbound_local_error(name: &StrRef) -> PyErr {
    let message = format!("cannot access local variable '{name}' where it is not associated with a value");
    // It does not know the name: suggestions would be about other variables.
    let payload = PyNameError { base: with_message(&message), name: GilCell::new(None) };
    PyErr::from_payload(unbound_local_error_class(), payload)
}

/// Tells an AttributeError that knows neither object nor name what was looked up.
#[cold]
pub fn with_attribute(error: PyErr, object: &Value, name: &StrRef) -> PyErr {
    if let Some(exception) = error.as_value().downcast::<PyAttributeError>()
        && exception.obj.with(|obj| obj.is_none())
        && exception.name.with(|name| name.is_none())
    {
        exception.obj.set(Some(object.clone()));
        exception.name.set(Some(name.to_value()));
    }
    error
}

/// NameError for an empty free variable.
#[cold]
pub fn unbound_free_error(name: &StrRef) -> PyErr {
    let message = format!(
        "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
    );
    named_name_error(name_error_class(), message, name)
}

/// NameError about `name` in other words.
#[cold]
pub fn name_error_with(message: &str, name: &StrRef) -> PyErr {
    named_name_error(name_error_class(), message.to_owned(), name)
}

fn named_name_error(class: &TypeRef, message: String, name: &StrRef) -> PyErr {
    let payload = PyNameError { base: with_message(&message), name: GilCell::new(Some(name.to_value())) };
    PyErr::from_payload(class, payload)
}

/// StopIteration carrying a generator's return value.
#[cold]
pub fn stop_iteration(value: Value) -> PyErr {
    let args =
        if value.is_none() { crate::types::tuple::empty() } else { PyTuple::from_array([value.clone()]) };
    let payload =
        PyStopIteration { base: PyBaseException::with_args(args), value: GilCell::new(Some(value)) };
    PyErr::from_payload(stop_iteration_class(), payload)
}

/// StopAsyncIteration without arguments.
#[cold]
pub fn stop_async_iteration() -> PyErr {
    PyErr::new(stop_async_iteration_class(), &[])
}

/// TypeError for a keyword that is none of the parameters, with the one it may be meant to be. `function` is what the message starts
/// with: `name()`, `this function`.
#[cold]
pub fn unexpected_keyword(function: &str, keyword: &str, parameters: &[&str]) -> PyErr {
    let suggestion = suggest(parameters.iter().map(|&name| name.to_owned()), keyword);
    let hint = suggestion.map_or_else(String::new, |name| format!(". Did you mean '{name}'?"));
    type_error(format!("{function} got an unexpected keyword argument '{keyword}'{hint}"))
}

/// The candidate most like `wrong`, as error messages suggest it, if one is close enough.
pub fn suggest(candidates: impl Iterator<Item = String>, wrong: &str) -> Option<String> {
    suggestions::closest(candidates, wrong)
}

/// The `value` of a StopIteration.
pub fn stop_iteration_value(error: &PyErr) -> Value {
    error.as_value().downcast::<PyStopIteration>().and_then(|e| e.value.get()).unwrap_or(Value::NONE)
}
