//! `xxsubtype`: subclasses of `list` and `dict` made in native code, for the tests of descriptors.

use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::macros_support::KwArgs;
use minipy_vm::{
    Args, Payload, PyDict, PyList, PyResult, PyStr, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, protocol,
};
use std::cell::Cell;
use std::time::Instant;

pub use module::MODULE;

/// xxsubtype is an example module showing how to subtype builtin types from C.
/// test_descr.py in the standard test suite requires it in order to complete.
/// If you don't care about the examples, and don't intend to run the Python
/// test suite, you can recompile Python without Modules/xxsubtype.c.
#[pymodule(name = "xxsubtype", classes(SpamList, SpamDict))]
mod module {
    use super::*;

    /// The seconds that 1000 calls of a method take.
    #[pyfunction("(object, name, /, *args)", nosig)]
    fn bench(object: &Value, name: &Ref<PyStr>, args: &[Value]) -> PyResult<f64> {
        let started = Instant::now();
        for _ in 0..1000 {
            protocol::call(&protocol::getattr(object, name)?, args)?;
        }
        Ok(started.elapsed().as_secs_f64())
    }
}

/// Calls `__init__` of the base class, which knows the arguments.
fn init_base<Base: Payload>(object: &Value, args: Args<'_>) -> PyResult<()> {
    Base::class().slots().init.map_or(Ok(()), |init| init(object, args))
}

/// What a call was made with: a class or None, the arguments, and the keywords or None.
fn arguments(class: Value, args: &[Value], keywords: KwArgs<'_>) -> PyResult<Value> {
    let named = PyDict::new_ref();
    for (name, value) in keywords.iter() {
        named.set_str(name, value.clone())?;
    }
    let named = if named.is_empty() { Value::NONE } else { named.into_value() };
    Ok(PyTuple::from_array([class, PyTuple::from_slice(args).into_value(), named]).into_value())
}

/// Defines a subclass of a builtin class with a number besides. `$new` makes an empty instance of the base class.
macro_rules! subtype {
    ($Class:ident, $name:literal, $Base:ident, $new:expr) => {
        #[pyclass(name = $name, module = "xxsubtype", base = $Base, basetype, gc, parts(common))]
        #[repr(C)]
        pub struct $Class {
            base: $Base,
            state: Cell<i32>,
        }

        impl Traverse for $Class {
            fn traverse(&self, visit: &mut Visitor<'_>) {
                self.base.traverse(visit);
            }

            fn clear_refs(&self) {
                self.base.clear_refs();
            }
        }

        #[pymethods(part = common)]
        impl $Class {
            #[slot]
            fn new(class: &TypeRef, _args: Args<'_>) -> Value {
                Ref::new_in(class, $Class { base: $new, state: Cell::new(0) }).into_value()
            }

            #[slot]
            fn init(zelf: &Value, args: Args<'_>) -> PyResult<()> {
                init_base::<$Base>(zelf, args)
            }

            /// getstate() -> state
            #[pymethod("()", nosig)]
            fn getstate(&self) -> i32 {
                self.state.get()
            }

            /// setstate(state)
            #[pymethod("(state, /)", nosig)]
            fn setstate(&self, state: i32) {
                self.state.set(state);
            }
        }
    };
}

subtype!(SpamList, "spamlist", PyList, PyList::payload(Vec::new()));

#[pymethods]
impl SpamList {
    /// classmeth(*args, **kw)
    #[pyclassmethod("(*args, **kw)", nosig)]
    fn classmeth(class: &TypeRef, args: &[Value], kw: KwArgs<'_>) -> PyResult<Value> {
        arguments(class.to_value(), args, kw)
    }

    /// staticmeth(*args, **kw)
    #[pystaticmethod("(*args, **kw)", nosig)]
    fn staticmeth(args: &[Value], kw: KwArgs<'_>) -> PyResult<Value> {
        arguments(Value::NONE, args, kw)
    }

    /// an int variable for demonstration purposes
    #[pygetset]
    fn state(&self) -> i32 {
        self.state.get()
    }
}

subtype!(SpamDict, "spamdict", PyDict, PyDict::default());

#[pymethods]
impl SpamDict {
    /// an int variable for demonstration purposes
    #[pygetset(member)]
    fn state(&self) -> i32 {
        self.state.get()
    }
}
