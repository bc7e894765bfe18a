//! Methods and slots of `object`.

use super::{PyObject, reduce};
use crate::function::args::Args;
use crate::heap::{Payload, Ref};
use crate::protocol::CmpOp;
use crate::types::bytes::PyBytes;
use crate::types::dict::PyDict;
use crate::types::instance;
use crate::types::list::{ListRef, PyList};
use crate::types::str::StrRef;
use crate::types::typeobj::{TypeFlags, TypeRef, bases, merge_class_names};
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, name, protocol};
use minipy_macros::pymethods;

/// A new instance of a class without a payload of its own.
pub fn new_instance(class: &TypeRef) -> PyResult<Value> {
    if class.flags().contains(TypeFlags::IS_ABSTRACT) {
        return Err(abstract_class(class)?);
    }
    Ok(Ref::new_in(class, PyObject(())).into_value())
}

#[cold]
fn abstract_class(class: &TypeRef) -> PyResult<PyErr> {
    let names = protocol::getattr(class.as_value(), name!("__abstractmethods__"))?;
    let list = PyList::from_vec(protocol::collect(&names)?);
    protocol::call_method(list.as_value(), name!("sort"), &[])?;
    let mut quoted = Vec::new();
    for name in list.to_vec() {
        quoted.push(format!("'{}'", protocol::str(&name)?));
    }
    let plural = if quoted.len() > 1 { "s" } else { "" };
    Ok(exceptions::type_error(format!(
        "Can't instantiate abstract class {} without an implementation for abstract method{plural} {}",
        class.name(),
        quoted.join(", ")
    )))
}

/// Whether the class constructs as `object` does.
fn has_object_new(class: &TypeRef) -> bool {
    match (class.slots().new, PyObject::class().slots().new) {
        (Some(own), Some(plain)) => std::ptr::fn_addr_eq(own, plain),
        _ => false,
    }
}

#[cold]
fn excess_for_new(class: &TypeRef) -> PyResult<()> {
    if !has_object_new(class) {
        return Err(exceptions::type_error(
            "object.__new__() takes exactly one argument (the type to instantiate)",
        ));
    }
    if !class.has_own_init() {
        return Err(exceptions::type_error(format!("{}() takes no arguments", class.name())));
    }
    Ok(())
}

#[cold]
fn excess_for_init(class: &TypeRef) -> PyResult<()> {
    if class.has_own_init() {
        return Err(exceptions::type_error(
            "object.__init__() takes exactly one argument (the instance to initialize)",
        ));
    }
    if has_object_new(class) {
        return Err(exceptions::type_error(format!(
            "{}.__init__() takes exactly one argument (the instance to initialize)",
            class.name()
        )));
    }
    Ok(())
}

#[pymethods(part = methods)]
impl PyObject {
    #[slot(new)]
    fn construct(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if !args.args.is_empty() {
            excess_for_new(class)?;
        }
        new_instance(class)
    }

    #[slot]
    fn init(object: &Value, args: Args<'_>) -> PyResult<()> {
        if args.args.is_empty() { Ok(()) } else { excess_for_init(object.class()) }
    }

    #[slot]
    fn getattro(object: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        protocol::generic_getattr(object, name)
    }

    #[slot]
    fn setattro(object: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
        protocol::generic_setattr(object, name, value)
    }

    #[slot]
    fn repr(object: &Value) -> PyResult<Value> {
        Ok(protocol::default_repr(object).into_value())
    }

    #[slot]
    fn str(object: &Value) -> PyResult<Value> {
        protocol::repr(object).map(StrRef::into_value)
    }

    #[slot]
    fn hash(object: &Value) -> PyResult<i64> {
        Ok(crate::hash::hash_pointer(object.id()))
    }

    #[slot]
    fn richcompare(object: &Value, other: &Value, op: CmpOp) -> PyResult<Value> {
        match op {
            CmpOp::Eq if object.is(other) => Ok(Value::TRUE),
            CmpOp::Ne => {
                // `!=` is the opposite of what `__eq__` says, unless that does not know.
                let equal = match object.class().slots().richcompare {
                    Some(compare) => compare(object, other, CmpOp::Eq)?,
                    None => PyObject::richcompare(object, other, CmpOp::Eq)?,
                };
                if equal.is_not_implemented() {
                    return Ok(equal);
                }
                Ok(Value::from_bool(!protocol::truth(&equal)?))
            }
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Helper for pickle.
    #[pymethod("($self, protocol, /)")]
    fn __reduce_ex__(object: &Value, protocol: i32) -> PyResult<Value> {
        reduce::reduce_ex(object, protocol)
    }

    /// Helper for pickle.
    #[pymethod("($self, /)")]
    fn __reduce__(object: &Value) -> PyResult<Value> {
        reduce::common_reduce(object, 0)
    }

    /// Helper for pickle.
    #[pymethod("($self, /)")]
    fn __getstate__(object: &Value) -> PyResult<Value> {
        reduce::default_getstate(object, false)
    }

    /// Abstract classes can override this to customize issubclass().
    ///
    /// This is invoked early on by abc.ABCMeta.__subclasscheck__().
    /// It should return True, False or NotImplemented.  If it returns
    /// NotImplemented, the normal algorithm is used.  Otherwise, it
    /// overrides the normal algorithm (and the outcome is cached).
    #[pyclassmethod("($type, object, /)")]
    fn __subclasshook__(_cls: &TypeRef, _object: &Value) -> Value {
        Value::NOT_IMPLEMENTED
    }

    /// This method is called when a class is subclassed.
    ///
    /// The default implementation does nothing. It may be
    /// overridden to extend subclasses.
    #[pyclassmethod("($type, /)")]
    fn __init_subclass__(cls: &TypeRef, args: Args<'_>) -> PyResult<()> {
        let given = args.without_receiver();
        let name = cls.qualname.get().unwrap_or_else(|| cls.name_ref());
        if given.has_keywords() {
            return Err(exceptions::type_error(format!(
                "{name}.__init_subclass__() takes no keyword arguments"
            )));
        }
        match given.args.len() {
            0 => Ok(()),
            n => Err(exceptions::type_error(format!(
                "{name}.__init_subclass__() takes no arguments ({n} given)"
            ))),
        }
    }

    /// Default object formatter.
    ///
    /// Return str(self) if format_spec is empty. Raise TypeError otherwise.
    #[pymethod("($self, format_spec, /)")]
    fn __format__(object: &Value, format_spec: &StrRef) -> PyResult<StrRef> {
        if !format_spec.is_empty() {
            return Err(exceptions::type_error(format!(
                "unsupported format string passed to {}.__format__",
                object.type_name()
            )));
        }
        protocol::str(object)
    }

    /// Size of object in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(object: &Value) -> usize {
        let class = object.class();
        if let Some(bytes) = object.downcast_exact::<PyBytes>() {
            return bytes.size_of();
        }
        let payload = match (object.header(), class.info.var_size) {
            // SAFETY: the function belongs to the object's own layout.
            (Some(header), Some(var_size)) => unsafe { var_size(header) },
            // An unboxed value takes no memory of its own; say what a boxed one would.
            _ => class.info.size,
        };
        payload + instance::attribute_room(object)
    }

    /// Default dir() implementation.
    #[pymethod("($self, /)")]
    fn __dir__(object: &Value) -> PyResult<ListRef> {
        let names = PyDict::new_ref();
        if let Some(namespace) = protocol::lookup_attr(object, name!("__dict__"))?
            && namespace.downcast::<PyDict>().is_some()
        {
            protocol::for_each(&namespace, |key| names.set(key, Value::NONE))?;
        }
        if let Some(class) = protocol::lookup_attr(object, name!("__class__"))? {
            merge_class_names(&names, &class)?;
        }
        Ok(PyList::from_vec(names.keys()))
    }

    /// the object's class
    #[pygetset]
    fn __class__(object: &Value) -> TypeRef {
        object.class().clone()
    }

    #[pygetset(setter, name = "__class__")]
    fn set_class(object: &Value, class: Option<Value>) -> PyResult<()> {
        bases::set_class(object, class)
    }
}
