//! `method`: a function bound to its receiver.

use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, protocol};
use minipy_macros::{pyclass, pymethods};
use smallvec::SmallVec;

/// Create a bound instance method object.
#[pyclass(name = "method", sig = "(function, instance, /)", gc, weakref)]
pub struct PyBoundMethod {
    pub function: Value,
    pub receiver: Value,
}

impl Traverse for PyBoundMethod {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.function.traverse(visit);
        self.receiver.traverse(visit);
    }
}

impl PyBoundMethod {
    pub fn new_value(function: Value, receiver: Value) -> Value {
        Ref::new(PyBoundMethod { function, receiver }).into_value()
    }
}

#[pymethods]
impl PyBoundMethod {
    #[slot]
    fn call(zelf: &Ref<PyBoundMethod>, args: Args<'_>) -> PyResult<Value> {
        let mut all: SmallVec<[Value; 6]> = SmallVec::with_capacity(args.args.len() + 1);
        all.push(zelf.receiver.clone());
        all.extend(args.args.iter().cloned());
        protocol::call_args(&zelf.function, Args { args: &all, kwnames: args.kwnames })
    }

    #[slot]
    fn getattro(zelf: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        let class = zelf.class();
        if let Some(descriptor) = class.lookup(name) {
            return match descriptor.class().slots().descr_get {
                Some(get) => get(&descriptor, Some(zelf), Some(class.as_value())).map(Some),
                None => Ok(Some(descriptor)),
            };
        }
        match zelf.downcast::<PyBoundMethod>() {
            Some(this) => protocol::getattr(&this.function, name).map(Some),
            None => Ok(None),
        }
    }
}
