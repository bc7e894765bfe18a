//! `Placeholder`: stands in the arguments of `partial` for one that a call gives.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::{Args, GilCell, PyResult, Ref, TypeRef, Value, exceptions};

/// The type of the Placeholder singleton.
///
/// Used as a placeholder for partial arguments.
#[pyclass(name = "_PlaceholderType", module = "functools")]
pub struct PlaceholderType(());

static PLACEHOLDER: GilCell<Option<Value>> = GilCell::new(None);

/// The one placeholder.
pub fn placeholder() -> Value {
    if let Some(value) = PLACEHOLDER.get() {
        return value;
    }
    let value = Ref::new(PlaceholderType(())).into_value();
    PLACEHOLDER.set(Some(value.clone()));
    value
}

/// Whether `value` is the placeholder.
pub fn is_placeholder(value: &Value) -> bool {
    PLACEHOLDER.with(|placeholder| placeholder.as_ref().is_some_and(|p| p.is(value)))
}

#[pymethods]
impl PlaceholderType {
    #[slot]
    fn new(_cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if !args.args.is_empty() {
            return Err(exceptions::type_error("PlaceholderType takes no arguments"));
        }
        Ok(placeholder())
    }

    #[slot]
    fn repr(_zelf: &Value) -> PyResult<Value> {
        Ok("Placeholder".into())
    }

    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> &'static str {
        "Placeholder"
    }
}
