//! `Generic`.

use super::call_typing;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::KwArgs;
use minipy_vm::{PyDict, PyResult, TypeRef, Value, protocol};

/// Abstract base class for generic types.
///
/// On Python 3.12 and newer, generic classes implicitly inherit from
/// Generic when they declare a parameter list after the class's name::
///
///     class Mapping[KT, VT]:
///         def __getitem__(self, key: KT) -> VT:
///             ...
///         # Etc.
///
/// On older versions of Python, however, generic classes have to
/// explicitly inherit from Generic.
///
/// After a class has been declared to be generic, it can then be used as
/// follows::
///
///     def lookup_name[KT, VT](mapping: Mapping[KT, VT], key: KT, default: VT) -> VT:
///         try:
///             return mapping[key]
///         except KeyError:
///             return default
#[pyclass(name = "Generic", module = "typing", basetype, heap, shared_layout)]
pub struct PyGeneric(());

#[pymethods]
impl PyGeneric {
    #[pyclassmethod("(args, /)", nosig)]
    fn __class_getitem__(class: &TypeRef, args: Value) -> PyResult<Value> {
        call_typing("_generic_class_getitem", &[class.to_value(), args])
    }

    #[pyclassmethod("(*args, **kwargs)", nosig)]
    fn __init_subclass__(class: &TypeRef, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<Value> {
        let typing = crate::import::import_module("typing")?;
        let function = protocol::getattr_str(&typing, "_generic_init_subclass")?;
        let mut all = vec![class.to_value()];
        all.extend(args.iter().cloned());
        let named = PyDict::new_ref();
        for (name, value) in kwargs.iter() {
            named.set_str(name, value.clone())?;
        }
        protocol::call_kwargs(&function, &all, Some(&named))
    }
}
