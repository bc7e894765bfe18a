//! `_testmultiphase`: a module to import, for the import system's tests.

use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::types::dict::DictRef;
use minipy_vm::{
    Args, PyDict, PyModule, PyResult, PyStr, Ref, Traverse, TypeRef, Value, Visitor, exceptions,
    module_exception, protocol,
};

pub use module::MODULE;

module_exception! {
    /// `_testimportexec.error`.
    error_class = "_testimportexec", "error": exceptions::exception_class, None
}

/// Test module main
#[pymodule(name = "_testmultiphase", classes(Example))]
mod module {
    use super::*;
    use minipy_vm::heap::Payload;

    #[pyattr(name = "int_const")]
    const INT_CONST: i64 = 1969;

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("str_const", "something different");
        namespace.insert("error", error_class());
        let body = PyDict::new_ref();
        body.insert("__module__", "_testimportexec");
        let bases = minipy_vm::PyTuple::from_array([PyStr::class().to_value()]);
        let arguments = [Value::from("Str"), bases.into_value(), body.into_value()];
        let class = protocol::call(minipy_vm::PyType::class().as_value(), &arguments)?;
        namespace.insert("Str", class);
        Ok(())
    }

    /// foo(i,j)
    ///
    /// Return the sum of i and j.
    #[pyfunction("(i, j, /)")]
    fn foo(i: i64, j: i64) -> i64 {
        i.wrapping_add(j)
    }
}

/// The Example type
#[pyclass(name = "Example", module = "_testimportexec", gc, heap)]
pub struct Example {
    attributes: DictRef,
}

impl Traverse for Example {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.attributes.traverse(visit);
    }
}

#[pymethods]
impl Example {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Ref<Example>> {
        if args.has_keywords() || !args.args.is_empty() {
            return Err(exceptions::type_error("_testimportexec.Example() takes no arguments"));
        }
        Ok(Ref::new_in(class, Example { attributes: PyDict::new_ref() }))
    }

    /// The argument if it is a string, else None.
    #[pymethod("($self, o=None, /)")]
    fn demo(&self, o: Option<&Value>) -> Option<Value> {
        o.filter(|o| o.downcast::<PyStr>().is_some()).cloned()
    }

    #[slot]
    fn getattro(zelf: &Ref<Example>, name: &minipy_vm::StrRef) -> PyResult<Option<Value>> {
        match zelf.attributes.get_str(name)? {
            Some(value) => Ok(Some(value)),
            None => protocol::generic_getattr(zelf.as_value(), name),
        }
    }

    #[slot]
    fn setattro(&self, attribute: &minipy_vm::StrRef, value: Option<Value>) -> PyResult<()> {
        if let Some(value) = value {
            return self.attributes.set_str(attribute, value);
        }
        match self.attributes.remove_str(attribute)? {
            Some(_) => Ok(()),
            None => {
                let error = exceptions::attribute_error_class();
                Err(exceptions::simple(error, "delete non-existing Example attribute"))
            }
        }
    }
}
