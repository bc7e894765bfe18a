//! `slice`.

pub mod argument;
pub mod indices;

use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol::CmpOp;
use crate::types::int;
use crate::types::str::StrBuilder;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult, exceptions, protocol};
use dashu_int::IBig;
use minipy_macros::{pyclass, pymethods};
use minipy_text::hash::TupleHasher;

pub use indices::Indices;

/// slice(stop)
/// slice(start, stop[, step])
///
/// Create a slice object.
///
/// This is used for extended slicing (e.g. a[0:10:2]).
#[pyclass(name = "slice", gc)]
pub struct PySlice {
    pub start: Value,
    pub stop: Value,
    pub step: Value,
}

impl Traverse for PySlice {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.start.traverse(visit);
        self.stop.traverse(visit);
        self.step.traverse(visit);
    }
}

pub fn new_slice(start: Value, stop: Value, step: Value) -> Value {
    Ref::new(PySlice { start, stop, step }).into_value()
}

/// A field as a big integer, for `indices`.
fn big_index(value: &Value) -> PyResult<IBig> {
    if !protocol::is_int(value) && value.class().slots().index.is_none() {
        return Err(exceptions::type_error(
            "slice indices must be integers or None or have an __index__ method",
        ));
    }
    Ok(int::to_ibig(&protocol::as_index(value)?).unwrap_or_default())
}

impl PySlice {
    /// `slice.indices` for any length; used by `range` too.
    pub fn big_indices(&self, len: &IBig) -> PyResult<(IBig, IBig, IBig)> {
        let step = if self.step.is_none() { IBig::ONE } else { big_index(&self.step)? };
        if step == IBig::ZERO {
            return Err(exceptions::value_error("slice step cannot be zero"));
        }
        let backwards = step < IBig::ZERO;
        let (low, high) =
            if backwards { (IBig::NEG_ONE, len - IBig::ONE) } else { (IBig::ZERO, len.clone()) };
        let clip = |field: &Value, default: &IBig| -> PyResult<IBig> {
            if field.is_none() {
                return Ok(default.clone());
            }
            let mut n = big_index(field)?;
            if n < IBig::ZERO {
                n += len;
                return Ok(if n < low { low.clone() } else { n });
            }
            Ok(if n > high { high.clone() } else { n })
        };
        let start = clip(&self.start, if backwards { &high } else { &low })?;
        let stop = clip(&self.stop, if backwards { &low } else { &high })?;
        Ok((start, stop, step))
    }

    fn as_tuple(&self) -> Value {
        PyTuple::from_array([self.start.clone(), self.stop.clone(), self.step.clone()]).into_value()
    }
}

#[pymethods]
impl PySlice {
    #[slot]
    fn new(_cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let none = || Value::NONE;
        Ok(match args.unpack("slice", 1, 3)? {
            [stop] => new_slice(none(), stop.clone(), none()),
            [start, stop] => new_slice(start.clone(), stop.clone(), none()),
            [start, stop, step, ..] => new_slice(start.clone(), stop.clone(), step.clone()),
            [] => new_slice(none(), none(), none()),
        })
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

    /// S.indices(len) -> (start, stop, stride)
    ///
    /// Assuming a sequence of length len, calculate the start and stop
    /// indices, and the stride length of the extended slice described by
    /// S. Out of bounds indices are clipped in a manner consistent with the
    /// handling of normal slices.
    #[pymethod("($self, object, /)")]
    fn indices(&self, length: &Value) -> PyResult<Value> {
        let len = int::to_ibig(&protocol::as_index(length)?).unwrap_or_default();
        if len < IBig::ZERO {
            return Err(exceptions::value_error("length should not be negative"));
        }
        let (start, stop, step) = self.big_indices(&len)?;
        Ok(PyTuple::from_array([int::from_ibig(start), int::from_ibig(stop), int::from_ibig(step)])
            .into_value())
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<PySlice>) -> Value {
        PyTuple::from_array([zelf.class().to_value(), zelf.as_tuple()]).into_value()
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let mut out = StrBuilder::new();
        out.push_str("slice(");
        for (i, field) in [&self.start, &self.stop, &self.step].into_iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            let repr = protocol::repr(field)?;
            out.push_pystr(&repr);
        }
        out.push_str(")");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        let mut hasher = TupleHasher::default();
        for field in [&self.start, &self.stop, &self.step] {
            hasher.add(protocol::hash(field)?);
        }
        // A tuple's hash also mixes its length in; a slice's does not.
        Ok(hasher.finish_without_length())
    }

    #[slot]
    fn richcompare(zelf: &Ref<PySlice>, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PySlice>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if zelf.is(other) {
            return Ok(Value::from_bool(matches!(op, CmpOp::Eq | CmpOp::Le | CmpOp::Ge)));
        }
        protocol::rich_compare(&zelf.as_tuple(), &other.as_tuple(), op)
    }
}
