//! The methods of `tuple`.

use super::PyTuple;
use crate::heap::Ref;
use crate::protocol::CmpOp;
use crate::types::list::{repeat, select, write_items};
use crate::types::slice::indices::{self, Subscript};
use crate::types::str::StrBuilder;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, Payload, PyResult, exceptions, protocol};
use minipy_macros::pymethods;
use minipy_text::hash::TupleHasher;

#[pymethods(part = methods)]
impl PyTuple {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let exact = cls.is(PyTuple::class());
        let given = args.for_new(cls).unpack("tuple", 0, 1)?;
        let Some(iterable) = given.first() else {
            return Ok(PyTuple::from_vec_in(cls, Vec::new()).into_value());
        };
        if exact {
            return protocol::to_tuple(iterable).map(Ref::into_value);
        }
        Ok(PyTuple::from_vec_in(cls, protocol::collect(iterable)?).into_value())
    }

    #[pymethod("($self, /)")]
    fn __getnewargs__(zelf: &Ref<PyTuple>) -> Value {
        PyTuple::from_array([PyTuple::from_slice(zelf).into_value()]).into_value()
    }

    /// Tuples are generic over the types of their contents.
    ///
    /// For example, use ``tuple[int, str]`` for a pair whose first element
    /// is an int and second element is a string.
    ///
    /// Tuples also support the form ``tuple[T, ...]`` to indicate
    /// an arbitrary length tuple of elements of type T.
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        crate::types::generic_alias::new(cls.to_value(), object)
    }

    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod("($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(&self, value: &Value, start: Option<&Value>, stop: Option<&Value>) -> PyResult<usize> {
        let start = start.map_or(Ok(0), indices::bound)?;
        let stop = stop.map_or(Ok(isize::MAX), indices::bound)?;
        let stop = indices::clip_bound(stop, self.len()).min(self.len());
        for at in indices::clip_bound(start, self.len())..stop {
            if protocol::eq(&self[at], value)? {
                return Ok(at);
            }
        }
        Err(exceptions::value_error("tuple.index(x): x not in tuple"))
    }

    /// Return number of occurrences of value.
    #[pymethod("($self, value, /)")]
    fn count(&self, value: &Value) -> PyResult<usize> {
        let mut count = 0;
        for item in self.iter() {
            count += usize::from(protocol::eq(item, value)?);
        }
        Ok(count)
    }

    #[slot(len)]
    fn slot_len(&self) -> PyResult<usize> {
        Ok(<[Value]>::len(self))
    }

    #[slot]
    fn repr(zelf: &Ref<PyTuple>) -> PyResult<Value> {
        if zelf.is_empty() {
            return Ok("()".into());
        }
        let Some(_guard) = protocol::enter_repr(zelf.as_value()) else { return Ok("(...)".into()) };
        let mut out = StrBuilder::new();
        out.push_str("(");
        write_items(&mut out, |index| <[Value]>::get(zelf, index).cloned())?;
        out.push_str(if zelf.len() == 1 { ",)" } else { ")" });
        Ok(out.finish().into_value())
    }

    #[slot(hash)]
    fn slot_hash(&self) -> PyResult<i64> {
        let known = self.hash.get();
        if known != -1 {
            return Ok(known);
        }
        let mut hasher = TupleHasher::default();
        for item in self.iter() {
            hasher.add(protocol::hash(item)?);
        }
        let hash = hasher.finish();
        self.hash.set(hash);
        Ok(hash)
    }

    #[slot(iter)]
    fn slot_iter(zelf: &Ref<PyTuple>) -> PyResult<Value> {
        Ok(super::PyTupleIterator::over(zelf.clone()))
    }

    #[slot]
    fn contains(&self, value: &Value) -> PyResult<bool> {
        for item in self.iter() {
            if protocol::eq(item, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[slot]
    fn richcompare(zelf: &Ref<PyTuple>, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyTuple>() else { return Ok(Value::NOT_IMPLEMENTED) };
        for (x, y) in zelf.iter().zip(other.iter()) {
            if !x.is(y) && !protocol::eq(x, y)? {
                return match op {
                    CmpOp::Eq => Ok(Value::FALSE),
                    CmpOp::Ne => Ok(Value::TRUE),
                    _ => protocol::rich_compare(x, y, op),
                };
            }
        }
        Ok(Value::from_bool(op.compare(&zelf.len(), &other.len())))
    }

    #[slot]
    fn sq_concat(zelf: &Ref<PyTuple>, other: &Value) -> PyResult<Value> {
        if zelf.is_empty() && other.downcast_exact::<PyTuple>().is_some() {
            return Ok(other.clone());
        }
        let Some(tail) = other.downcast::<PyTuple>() else {
            return Err(exceptions::type_error(format!(
                "can only concatenate tuple (not \"{}\") to tuple",
                other.type_name()
            )));
        };
        if tail.is_empty() && zelf.class().is(PyTuple::class()) {
            return Ok(zelf.to_value());
        }
        Ok(PyTuple::concat(zelf, tail).into_value())
    }

    #[slot]
    fn sq_repeat(zelf: &Ref<PyTuple>, count: isize) -> PyResult<Value> {
        if zelf.class().is(PyTuple::class()) && (zelf.is_empty() || count == 1) {
            return Ok(zelf.to_value());
        }
        Ok(PyTuple::from_vec(repeat(zelf, count)?).into_value())
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        usize::try_from(index)
            .ok()
            .and_then(|at| <[Value]>::get(self, at).cloned())
            .ok_or_else(|| exceptions::index_error("tuple index out of range"))
    }

    #[slot]
    fn subscript(zelf: &Ref<PyTuple>, key: &Value) -> PyResult<Value> {
        match indices::subscript(key, "tuple")? {
            Subscript::Index(index) => indices::position(index, zelf.len())
                .map(|at| zelf[at].clone())
                .ok_or_else(|| exceptions::index_error("tuple index out of range")),
            Subscript::Slice(slice) => {
                let range = slice.resolve(|| zelf.len())?;
                if range.count == zelf.len() && range.step == 1 && zelf.class().is(PyTuple::class()) {
                    return Ok(zelf.to_value());
                }
                Ok(PyTuple::from_vec(select(zelf, range)).into_value())
            }
        }
    }
}
