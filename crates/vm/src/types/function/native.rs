//! `builtin_function_or_method`.

use crate::PyResult;
use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::macros_support::MethodDef;
use crate::types::str::StrRef;
use crate::value::Value;
use minipy_macros::{pyclass, pymethods};
use smallvec::SmallVec;

/// A native function, or a native method with its receiver.
#[pyclass(name = "builtin_function_or_method", gc, weakref, no_new)]
pub struct PyNative {
    pub def: &'static MethodDef,
    /// Passed as first argument if there is one.
    pub receiver: Option<Value>,
    /// `__module__`.
    pub module: Option<StrRef>,
}

impl Traverse for PyNative {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.receiver.traverse(visit);
    }
}

impl PyNative {
    pub fn function(def: &'static MethodDef, module: Option<StrRef>) -> Ref<PyNative> {
        Ref::new(PyNative { def, receiver: None, module })
    }

    pub fn bound(def: &'static MethodDef, receiver: Value) -> Ref<PyNative> {
        Ref::new(PyNative { def, receiver: Some(receiver), module: None })
    }
}

#[pymethods]
impl PyNative {
    #[slot]
    fn call(zelf: &Ref<PyNative>, args: Args<'_>) -> PyResult<Value> {
        match &zelf.receiver {
            None => (zelf.def.func)(args),
            Some(receiver) => {
                let mut all: SmallVec<[Value; 6]> = SmallVec::with_capacity(args.args.len() + 1);
                all.push(receiver.clone());
                all.extend(args.args.iter().cloned());
                (zelf.def.func)(Args { args: &all, kwnames: args.kwnames })
            }
        }
    }

    /// The function's name.
    #[pygetset]
    fn __name__(&self) -> &'static str {
        self.def.name
    }
}
