//! `enumerate`.

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol::{self, BinaryOp};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult, exceptions};
use minipy_macros::{pyclass, pymethods};

/// Return an enumerate object.
///
///   iterable
///     an object supporting iteration
///
/// The enumerate object yields pairs containing a count (from start, which
/// defaults to zero) and a value yielded by the iterable argument.
///
/// enumerate is useful for obtaining an indexed list:
///     (0, seq[0]), (1, seq[1]), (2, seq[2]), ...
#[pyclass(name = "enumerate", sig = "(iterable, start=0)", basetype, gc)]
pub struct PyEnumerate {
    iterator: Value,
    /// The next number, an int.
    count: GilCell<Value>,
}

impl Traverse for PyEnumerate {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterator.traverse(visit);
        self.count.traverse(visit);
    }
}

impl PyEnumerate {
    /// The next number and item.
    pub fn next_pair(&self) -> PyResult<Option<(Value, Value)>> {
        let Some(item) = protocol::next(&self.iterator)? else { return Ok(None) };
        let count = self.count.get();
        let next = match count.as_small_int() {
            Some(n) => Value::from(n + 1),
            None => protocol::binary(BinaryOp::Add, &count, &Value::small_int(1))?,
        };
        self.count.set(next);
        Ok(Some((count, item)))
    }
}

#[pymethods]
impl PyEnumerate {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let total = args.args.len();
        if total > 2 {
            return Err(exceptions::type_error(format!(
                "enumerate() takes at most 2 arguments ({total} given)"
            )));
        }
        let mut given = [args.positional().first(), args.positional().get(1)];
        for (name, value) in args.keywords() {
            let index = match name {
                _ if name.eq_str("iterable") && given[0].is_none() => 0,
                _ if name.eq_str("start") && given[1].is_none() => 1,
                _ => {
                    return Err(exceptions::type_error(format!(
                        "'{name}' is an invalid keyword argument for enumerate()"
                    )));
                }
            };
            given[index] = Some(value);
        }
        let [Some(iterable), start] = given else {
            return Err(exceptions::type_error("enumerate() missing required argument 'iterable'"));
        };
        let count = match start {
            Some(start) => protocol::as_index(start)?,
            None => Value::small_int(0),
        };
        let iterator = protocol::iter(iterable)?;
        Ok(Ref::new_in(cls, PyEnumerate { iterator, count: GilCell::new(count) }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyEnumerate>) -> PyResult<Option<Value>> {
        Ok(zelf.next_pair()?.map(|(count, item)| PyTuple::from_array([count, item]).into_value()))
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<PyEnumerate>) -> Value {
        let args = PyTuple::from_array([zelf.iterator.clone(), zelf.count.get()]).into_value();
        PyTuple::from_array([zelf.class().to_value(), args]).into_value()
    }

    /// 'enumerate' objects are generic over the type of their values
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        crate::types::generic_alias::new(cls.to_value(), object)
    }
}
