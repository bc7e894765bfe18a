//! `cmp_to_key`.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::{CmpOp, GilCell, PyResult, Ref, Traverse, Value, Visitor, exceptions, protocol};

/// A value ordered by a comparison function, and what makes such values.
#[pyclass(name = "KeyWrapper", module = "functools", gc, no_new)]
pub struct KeyWrapper {
    compare: Value,
    object: GilCell<Option<Value>>,
}

impl Traverse for KeyWrapper {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.compare.traverse(visit);
        self.object.traverse(visit);
    }
}

impl KeyWrapper {
    /// What `cmp_to_key(compare)` gives.
    pub fn over(compare: Value) -> Value {
        Ref::new(KeyWrapper { compare, object: GilCell::new(None) }).into_value()
    }
}

#[pymethods]
impl KeyWrapper {
    #[pyattr(name = "__doc__")]
    const DOC: Value = Value::NONE;

    #[slot(call, sig = "(obj)")]
    fn call(zelf: &Ref<KeyWrapper>, obj: Value) -> Value {
        let compare = zelf.compare.clone();
        Ref::new(KeyWrapper { compare, object: GilCell::new(Some(obj)) }).into_value()
    }

    /// The signature of calls.
    #[pygetset]
    fn __text_signature__(&self) -> &'static str {
        "(obj)"
    }

    /// Value wrapped by a key function.
    #[pygetset(member)]
    fn obj(&self) -> Value {
        self.object.get().unwrap_or(Value::NONE)
    }

    #[pygetset(setter)]
    fn set_obj(&self, value: Option<Value>) {
        self.object.set(value);
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast_exact::<KeyWrapper>() else {
            return Err(exceptions::type_error("other argument must be K instance"));
        };
        let (Some(x), Some(y)) = (self.object.get(), other.object.get()) else {
            return Err(minipy_vm::PyErr::new(exceptions::attribute_error_class(), &["object".into()]));
        };
        let order = protocol::call(&self.compare, &[x, y])?;
        protocol::rich_compare(&order, &Value::small_int(0), op)
    }
}
