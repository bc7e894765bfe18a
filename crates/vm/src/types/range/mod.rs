//! `range`: an arithmetic progression of ints of any size.

mod iter;

use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol::{self, CmpOp};
use crate::types::int;
use crate::types::slice::PySlice;
use crate::types::str::StrBuilder;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult, exceptions};
use dashu_int::IBig;
use minipy_macros::{pyclass, pymethods};

pub use iter::{PyLongRangeIterator, PyRangeIterator};

/// range(stop) -> range object
/// range(start, stop[, step]) -> range object
///
/// Return an object that produces a sequence of integers from start (inclusive)
/// to stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.
/// start defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.
/// These are exactly the valid indices for a list of 4 elements.
/// When step is given, it specifies the increment (or decrement).
#[pyclass(name = "range", gc, sequence)]
pub struct PyRange {
    pub start: Value,
    pub stop: Value,
    pub step: Value,
    pub length: Value,
}

impl Traverse for PyRange {
    fn traverse(&self, _: &mut Visitor<'_>) {}
}

fn big(value: &Value) -> IBig {
    int::to_ibig(value).unwrap_or_default()
}

/// How many ints there are from `start` to `stop` in steps of `step`, which is not zero.
fn length(start: &Value, stop: &Value, step: &Value) -> Value {
    if let (Some(start), Some(stop), Some(step)) =
        (start.as_small_int(), stop.as_small_int(), step.as_small_int())
    {
        let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
        let count = if step > 0 && start < stop {
            (stop - 1 - start) / step + 1
        } else if step < 0 && stop < start {
            (start - 1 - stop) / -step + 1
        } else {
            0
        };
        return int::from_ibig(IBig::from(count));
    }
    let (start, stop, step) = (big(start), big(stop), big(step));
    let count = if step > IBig::ZERO && start < stop {
        (stop - IBig::ONE - start) / step + IBig::ONE
    } else if step < IBig::ZERO && stop < start {
        (start - IBig::ONE - stop) / -step + IBig::ONE
    } else {
        IBig::ZERO
    };
    int::from_ibig(count)
}

impl PyRange {
    /// A range of ints; `step` is not zero.
    pub fn make(start: Value, stop: Value, step: Value) -> Ref<PyRange> {
        let length = length(&start, &stop, &step);
        Ref::new(PyRange { start, stop, step, length })
    }

    /// `range(n)`.
    pub fn up_to(n: i64) -> Ref<PyRange> {
        PyRange::make(Value::small_int(0), Value::from(n), Value::small_int(1))
    }

    /// Start, step and length if all are small.
    #[inline]
    pub fn small(&self) -> Option<(i64, i64, i64)> {
        Some((self.start.as_small_int()?, self.step.as_small_int()?, self.length.as_small_int()?))
    }

    /// The int at a position that is in range.
    fn item(&self, index: &Value) -> Value {
        if let (Some((start, step, _)), Some(index)) = (self.small(), index.as_small_int())
            && let Some(item) = step.checked_mul(index).and_then(|n| n.checked_add(start))
        {
            return Value::from(item);
        }
        int::from_ibig(big(&self.start) + big(&self.step) * big(index))
    }

    fn index_item(&self, index: &Value) -> PyResult<Value> {
        let index = protocol::as_index(index)?;
        let out_of_range = || exceptions::index_error("range object index out of range");
        if let (Some(len), Some(at)) = (self.length.as_small_int(), index.as_small_int()) {
            let at = if at < 0 { at + len } else { at };
            if !(0..len).contains(&at) {
                return Err(out_of_range());
            }
            return Ok(self.item(&Value::small_int(at)));
        }
        let len = big(&self.length);
        let mut at = big(&index);
        if at < IBig::ZERO {
            at += &len;
        }
        if at < IBig::ZERO || at >= len {
            return Err(out_of_range());
        }
        Ok(self.item(&int::from_ibig(at)))
    }

    fn slice(&self, slice: &PySlice) -> PyResult<Value> {
        let (start, stop, step) = slice.big_indices(&big(&self.length))?;
        let new_start = big(&self.start) + big(&self.step) * start;
        let new_stop = big(&self.start) + big(&self.step) * stop;
        let new_step = big(&self.step) * step;
        Ok(PyRange::make(int::from_ibig(new_start), int::from_ibig(new_stop), int::from_ibig(new_step))
            .into_value())
    }

    /// The position of an exact int or bool; `None` if it is not in the range.
    fn position(&self, value: &Value) -> Option<Value> {
        if let (Some((start, step, len)), Some(value)) = (self.small(), int::to_i64(value)) {
            let offset = i128::from(value) - i128::from(start);
            let (at, step) = (offset / i128::from(step), i128::from(step));
            let inside = offset % step == 0 && (0..i128::from(len)).contains(&at);
            return if inside { i64::try_from(at).ok().map(Value::from) } else { None };
        }
        let (offset, step) = (big(value) - big(&self.start), big(&self.step));
        if &offset % &step != IBig::ZERO {
            return None;
        }
        let at = offset / step;
        if at < IBig::ZERO || at >= big(&self.length) {
            return None;
        }
        Some(int::from_ibig(at))
    }

    fn is_plain_int(value: &Value) -> bool {
        value.is_small_int() || value.as_bool().is_some() || value.downcast_exact::<int::PyInt>().is_some()
    }

    /// What decides whether two ranges are equal: length, start if not empty, step if longer than one.
    fn identity(&self) -> [Value; 3] {
        let none = || Value::NONE;
        match self.length.as_small_int() {
            Some(0) => [self.length.clone(), none(), none()],
            Some(1) => [self.length.clone(), self.start.clone(), none()],
            _ => [self.length.clone(), self.start.clone(), self.step.clone()],
        }
    }
}

#[pymethods]
impl PyRange {
    #[slot]
    fn new(_cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let (start, stop, step) = match args.unpack("range", 1, 3)? {
            [stop] => (Value::small_int(0), protocol::as_index(stop)?, Value::small_int(1)),
            [start, stop] => (protocol::as_index(start)?, protocol::as_index(stop)?, Value::small_int(1)),
            [start, stop, step, ..] => {
                (protocol::as_index(start)?, protocol::as_index(stop)?, protocol::as_index(step)?)
            }
            [] => (Value::small_int(0), Value::small_int(0), Value::small_int(1)),
        };
        // Bools and instances of subclasses become plain ints.
        let plain = |value: Value| if value.is_small_int() { value } else { int::from_ibig(big(&value)) };
        let step = plain(step);
        if step.as_small_int() == Some(0) {
            return Err(exceptions::value_error("range() arg 3 must not be zero"));
        }
        Ok(PyRange::make(plain(start), plain(stop), step).into_value())
    }

    #[pygetset(member)]
    fn start(&self) -> Value {
        self.start.clone()
    }

    #[pygetset(member)]
    fn stop(&self) -> Value {
        self.stop.clone()
    }

    #[pygetset(member)]
    fn step(&self) -> Value {
        self.step.clone()
    }

    /// Return a reverse iterator.
    #[pymethod("($self, /)")]
    fn __reversed__(&self) -> Value {
        if let Some((start, step, len)) = self.small()
            && let Some(last) =
                len.checked_sub(1).and_then(|n| n.checked_mul(step)).and_then(|n| n.checked_add(start))
            && let Some(step) = step.checked_neg()
        {
            return PyRangeIterator::over(last, step, len);
        }
        let (start, step, len) = (big(&self.start), big(&self.step), big(&self.length));
        let last = start + (&len - IBig::ONE) * &step;
        PyLongRangeIterator::over(int::from_ibig(last), int::from_ibig(-step), self.length.clone())
    }

    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<PyRange>) -> Value {
        let fields = [zelf.start.clone(), zelf.stop.clone(), zelf.step.clone()];
        PyTuple::from_array([zelf.class().to_value(), PyTuple::from_array(fields).into_value()]).into_value()
    }

    /// rangeobject.count(value) -> integer -- return number of occurrences of value
    #[pymethod("($self, object, /)")]
    fn count(zelf: &Ref<PyRange>, value: &Value) -> PyResult<usize> {
        if PyRange::is_plain_int(value) {
            return Ok(usize::from(zelf.position(value).is_some()));
        }
        let mut count = 0;
        protocol::for_each(zelf.as_value(), |item| {
            count += usize::from(protocol::eq(&item, value)?);
            Ok(())
        })?;
        Ok(count)
    }

    /// rangeobject.index(value) -> integer -- return index of value.
    /// Raise ValueError if the value is not present.
    #[pymethod("($self, object, /)")]
    fn index(zelf: &Ref<PyRange>, value: &Value) -> PyResult<Value> {
        if PyRange::is_plain_int(value) {
            return zelf
                .position(value)
                .ok_or_else(|| exceptions::value_error("range.index(x): x not in range"));
        }
        let iterator = protocol::iter(zelf.as_value())?;
        let mut at = 0i64;
        while let Some(item) = protocol::next(&iterator)? {
            if protocol::eq(&item, value)? {
                return Ok(Value::from(at));
            }
            at += 1;
        }
        Err(exceptions::value_error("sequence.index(x): x not in sequence"))
    }

    #[slot(len)]
    fn slot_len(&self) -> PyResult<usize> {
        int::to_i64(&self.length)
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C ssize_t"))
    }

    #[slot]
    fn bool(&self) -> PyResult<bool> {
        Ok(self.length.as_small_int() != Some(0))
    }

    #[slot]
    fn iter(&self) -> PyResult<Value> {
        match self.small() {
            Some((start, step, len)) => Ok(PyRangeIterator::over(start, step, len)),
            None => Ok(PyLongRangeIterator::over(self.start.clone(), self.step.clone(), self.length.clone())),
        }
    }

    #[slot]
    fn contains(zelf: &Ref<PyRange>, value: &Value) -> PyResult<bool> {
        if PyRange::is_plain_int(value) {
            return Ok(zelf.position(value).is_some());
        }
        let iterator = protocol::iter(zelf.as_value())?;
        while let Some(item) = protocol::next(&iterator)? {
            if protocol::eq(&item, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        self.index_item(&Value::from(index as i64))
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        if let Some(slice) = key.downcast_exact::<PySlice>() {
            return self.slice(slice);
        }
        if !protocol::is_int(key) && key.class().slots().index.is_none() {
            return Err(exceptions::type_error(format!(
                "range indices must be integers or slices, not {}",
                key.type_name()
            )));
        }
        self.index_item(key)
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        let mut hashes = [0; 3];
        for (hash, value) in hashes.iter_mut().zip(self.identity()) {
            *hash = protocol::hash(&value)?;
        }
        Ok(minipy_text::hash::tuple(hashes))
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let (Some(other), true) = (other.downcast::<PyRange>(), matches!(op, CmpOp::Eq | CmpOp::Ne)) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let mut equal = true;
        for (a, b) in self.identity().iter().zip(other.identity().iter()) {
            equal &= protocol::eq(a, b)?;
        }
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let mut out = StrBuilder::new();
        let mut fields = vec![&self.start, &self.stop];
        if self.step.as_small_int() != Some(1) {
            fields.push(&self.step);
        }
        out.push_str("range(");
        for (i, field) in fields.into_iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            let field = protocol::repr(field)?;
            out.push_pystr(&field);
        }
        out.push_str(")");
        Ok(out.finish().into_value())
    }
}
