//! `types.SimpleNamespace`.

use super::dict::DictRef;
use super::instance;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{Args, CmpOp, PyDict, PyResult, TypeRef, exceptions, protocol};
use minipy_macros::{pyclass, pymethods};

/// A simple attribute-based namespace.
#[pyclass(
    name = "SimpleNamespace",
    module = "types",
    sig = "(mapping_or_iterable=(), /, **kwargs)",
    basetype,
    gc,
    dict
)]
pub struct PyNamespace(());

impl Traverse for PyNamespace {
    fn traverse(&self, _: &mut Visitor<'_>) {}
}

/// A namespace with these attributes.
pub fn new_namespace(attributes: DictRef) -> Value {
    let object = Ref::new(PyNamespace(()));
    instance::set_dict(object.header(), Some(attributes));
    object.into_value()
}

fn attributes(object: &Value) -> DictRef {
    object.header().map(instance::dict).unwrap_or_default()
}

#[pymethods]
impl PyNamespace {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PyNamespace(())).into_value())
    }

    #[slot]
    fn init(zelf: &Value, args: Args<'_>) -> PyResult<()> {
        let attributes = attributes(zelf);
        match args.positional() {
            [] => {}
            [mapping] => {
                let given = match mapping.downcast::<PyDict>() {
                    Some(dict) => dict.clone(),
                    None => {
                        let class = <PyDict as crate::heap::Payload>::class();
                        protocol::call1(class.as_value(), mapping.clone())?
                            .downcast_into::<PyDict>()
                            .unwrap_or_default()
                    }
                };
                if given.keys().iter().any(|k| k.downcast::<PyStr>().is_none()) {
                    return Err(exceptions::type_error("keywords must be strings"));
                }
                attributes.merge(&given)?;
            }
            more => {
                return Err(exceptions::type_error(format!(
                    "{} expected at most 1 positional argument, got {}",
                    zelf.type_name(),
                    more.len()
                )));
            }
        }
        for (name, value) in args.keywords() {
            attributes.set_str(name, value.clone())?;
        }
        Ok(())
    }

    #[slot]
    fn repr(zelf: &Value) -> PyResult<Value> {
        let class = zelf.class();
        let name = if class.is(<PyNamespace as crate::heap::Payload>::class()) {
            "namespace".to_owned()
        } else {
            class.name()
        };
        let Some(_guard) = protocol::enter_repr(zelf) else {
            return Ok(Value::from(format!("{name}(...)")));
        };
        let mut parts = Vec::new();
        for (key, value) in attributes(zelf).entries() {
            if let Some(key) = key.downcast::<PyStr>().filter(|k| !k.is_empty()) {
                parts.push(format!("{key}={}", protocol::repr(&value)?));
            }
        }
        Ok(Value::from(format!("{name}({})", parts.join(", "))))
    }

    #[slot]
    fn richcompare(zelf: &Value, other: &Value, op: CmpOp) -> PyResult<Value> {
        if zelf.downcast::<PyNamespace>().is_none() || other.downcast::<PyNamespace>().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        protocol::rich_compare(attributes(zelf).as_value(), attributes(other).as_value(), op)
    }

    /// Return state information for pickling
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Value) -> Value {
        let class = zelf.class().to_value();
        let arguments = crate::types::tuple::empty().into_value();
        PyTuple::from_array([class, arguments, attributes(zelf).into_value()]).into_value()
    }

    /// Return a copy of the namespace object with new values for the specified attributes.
    #[pymethod("($self, /, **changes)")]
    fn __replace__(zelf: &Value, args: Args<'_>) -> PyResult<Value> {
        let copy = protocol::call0(zelf.class().as_value())?;
        let target = attributes(&copy);
        target.merge(&attributes(zelf))?;
        for (name, value) in args.keywords() {
            target.set_str(name, value.clone())?;
        }
        Ok(copy)
    }
}
