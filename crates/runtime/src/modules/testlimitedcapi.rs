//! `_testlimitedcapi`: the object protocol as C extensions call it, for CPython's own tests.

use minipy_macros::pymodule;
use minipy_vm::types::str::intern;
use minipy_vm::{PyBytes, PyResult, Ref, Value, exceptions, protocol};

pub use module::MODULE;

#[pymodule(name = "_testlimitedcapi")]
mod module {
    use super::*;

    /// Whether the object has the attribute; errors are none.
    #[pyfunction("(object, name, /)")]
    fn object_hasattrstring(object: &Value, name: &Ref<PyBytes>) -> i64 {
        let name = intern(&String::from_utf8_lossy(name.as_bytes()));
        i64::from(matches!(protocol::lookup_attr(object, &name), Ok(Some(_))))
    }

    /// The item at an index of a sequence.
    #[pyfunction("(object, index, /)")]
    fn sequence_getitem(object: &Value, index: isize) -> PyResult<Value> {
        is_sequence(object)?;
        protocol::getitem(object, &Value::from(index as i64))
    }

    /// Replaces the item at an index of a sequence.
    #[pyfunction("(object, index, value, /)")]
    fn sequence_setitem(object: &Value, index: isize, value: Value) -> PyResult<i64> {
        is_sequence(object)?;
        protocol::setitem(object, &Value::from(index as i64), value)?;
        Ok(0)
    }

    /// Deletes the item at an index of a sequence.
    #[pyfunction("(object, index, /)")]
    fn sequence_delitem(object: &Value, index: isize) -> PyResult<i64> {
        is_sequence(object)?;
        protocol::delitem(object, &Value::from(index as i64))?;
        Ok(0)
    }
}

fn is_sequence(object: &Value) -> PyResult<()> {
    if object.downcast::<minipy_vm::PyDict>().is_some() {
        let kind = object.type_name();
        return Err(exceptions::type_error(format!("{kind} is not a sequence")));
    }
    Ok(())
}
