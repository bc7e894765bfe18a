//! Functions and what binds them: Python functions, native functions and their descriptors, bound methods.

mod attributes;
mod bound;
mod descr;
mod native;
mod pyfunction;

pub use attributes::call_annotate;
pub use bound::PyBoundMethod;
pub use descr::{PyClassMethodDescr, PyGetSetDescr, PyMethodDescr};
pub use native::PyNative;
pub use pyfunction::{FunctionRef, PyFunction};

use crate::value::Value;

/// `staticmethod(function)` for a builtin class's dict.
pub fn new_staticmethod(function: Value) -> Value {
    crate::heap::Ref::new(super::staticmethod::PyStaticMethod::wrapping(function)).into_value()
}

/// How error messages name something called: `module.qualname()`, or its repr where it has no qualified name.
pub fn describe_callable(callable: &Value) -> String {
    use crate::protocol;
    let get = |name: &str| {
        let name = super::str::intern(name);
        let found = protocol::lookup_attr(callable, &name).ok().flatten()?;
        found.downcast::<super::str::PyStr>().map(|s| s.to_string_lossy())
    };
    match (get("__qualname__"), get("__module__")) {
        (Some(qualname), Some(module)) if module != "builtins" => format!("{module}.{qualname}()"),
        (Some(qualname), _) => format!("{qualname}()"),
        (None, _) => protocol::str(callable).map_or_else(|_| "function".to_owned(), |s| s.to_string_lossy()),
    }
}
