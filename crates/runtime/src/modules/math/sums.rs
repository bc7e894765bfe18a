//! Sums, products and norms of several numbers.

use minipy_macros::pymodule;
use minipy_vm::protocol::BinaryOp;
use minipy_vm::types::float::{self, PyFloat};
use minipy_vm::types::int::{self, PyInt};
use minipy_vm::{PyResult, Value, exceptions, protocol};
use pymath::math;

#[pymodule(name = "math")]
pub mod functions {
    use super::*;

    /// Return an accurate floating-point sum of values in the iterable seq.
    ///
    /// Assumes IEEE-754 floating-point arithmetic.
    #[pyfunction("($module, seq, /)")]
    fn fsum(seq: &Value) -> PyResult<f64> {
        let mut numbers = Vec::new();
        protocol::for_each(seq, |item| {
            numbers.push(protocol::to_f64(&item)?);
            Ok(())
        })?;
        math::fsum(numbers).map_err(|error| match error {
            pymath::Error::EDOM => exceptions::value_error("-inf + inf in fsum"),
            pymath::Error::ERANGE => exceptions::overflow_error("intermediate overflow in fsum"),
        })
    }

    /// Calculate the product of all the elements in the input iterable.
    ///
    /// The default start value for the product is 1.
    ///
    /// When the iterable is empty, return the start value.  This function is
    /// intended specifically for use with numeric values and may reject
    /// non-numeric types.
    #[pyfunction("($module, iterable, /, *, start=1)")]
    fn prod(iterable: &Value, start: Option<&Value>) -> PyResult<Value> {
        let mut result = start.cloned().unwrap_or(Value::small_int(1));
        protocol::for_each(iterable, |item| {
            result = protocol::binary(BinaryOp::Multiply, &result, &item)?;
            Ok(())
        })?;
        Ok(result)
    }

    /// Return the sum of products of values from two iterables p and q.
    ///
    /// Roughly equivalent to:
    ///
    ///     sum(map(operator.mul, p, q, strict=True))
    ///
    /// For float and mixed int/float inputs, the intermediate products
    /// and sums are computed with extended precision.
    #[pyfunction("($module, p, q, /)")]
    fn sumprod(p: &Value, q: &Value) -> PyResult<Value> {
        let (p, q) = (protocol::iter(p)?, protocol::iter(q)?);
        let mut sum = super::SumOfProducts::default();
        loop {
            match (protocol::next(&p)?, protocol::next(&q)?) {
                (Some(a), Some(b)) => sum.add(&a, &b)?,
                (None, None) => return sum.finish(),
                _ => return Err(exceptions::value_error("Inputs are not the same length")),
            }
        }
    }

    /// Multidimensional Euclidean distance from the origin to a point.
    ///
    /// Roughly equivalent to:
    ///     sqrt(sum(x**2 for x in coordinates))
    ///
    /// For a two dimensional point (x, y), gives the hypotenuse
    /// using the Pythagorean theorem:  sqrt(x*x + y*y).
    ///
    /// For example, the hypotenuse of a 3/4/5 right triangle is:
    ///
    ///     >>> hypot(3.0, 4.0)
    ///     5.0
    #[pyfunction("($module, /, *coordinates)")]
    fn hypot(coordinates: &[Value]) -> PyResult<f64> {
        let numbers = coordinates.iter().map(protocol::to_f64).collect::<PyResult<Vec<_>>>()?;
        Ok(math::hypot(&numbers))
    }

    /// Return the Euclidean distance between two points p and q.
    ///
    /// The points should be specified as sequences (or iterables) of
    /// coordinates.  Both inputs must have the same dimension.
    ///
    /// Roughly equivalent to:
    ///     sqrt(sum((px - qx) ** 2.0 for px, qx in zip(p, q)))
    #[pyfunction("($module, p, q, /)")]
    fn dist(p: &Value, q: &Value) -> PyResult<f64> {
        let (p, q) = (protocol::collect(p)?, protocol::collect(q)?);
        if p.len() != q.len() {
            return Err(exceptions::value_error("both points must have the same number of dimensions"));
        }
        let numbers = |items: &[Value]| items.iter().map(protocol::to_f64).collect::<PyResult<Vec<_>>>();
        Ok(math::dist(&numbers(&p)?, &numbers(&q)?))
    }
}

pub use functions::MODULE;

/// The sum of products so far: first of small ints, then of floats, which are summed with extended precision, and from the
/// first product on that is of neither sort one by one.
struct SumOfProducts {
    total: Value,
    ints: Option<i64>,
    floats: Option<(Vec<f64>, Vec<f64>)>,
}

impl Default for SumOfProducts {
    fn default() -> Self {
        SumOfProducts { total: Value::small_int(0), ints: Some(0), floats: Some(Default::default()) }
    }
}

fn is_exact_int(value: &Value) -> bool {
    value.is_small_int() || value.downcast_exact::<PyInt>().is_some()
}

/// The factors as floats if one is a float and the other a float or an int.
fn float_factors(a: &Value, b: &Value) -> Option<(f64, f64)> {
    let as_float = |value: &Value| match value.as_flonum() {
        Some(x) => Some(x),
        None => value.downcast_exact::<PyFloat>().map(|x| x.value),
    };
    let as_real = |value: &Value| match value.as_bool() {
        Some(truth) => Some(f64::from(u8::from(truth))),
        None if is_exact_int(value) => protocol::to_f64(value).ok(),
        None => None,
    };
    match (as_float(a), as_float(b)) {
        (Some(a), Some(b)) => Some((a, b)),
        (Some(a), None) => Some((a, as_real(b)?)),
        (None, Some(b)) => Some((as_real(a)?, b)),
        (None, None) => None,
    }
}

impl SumOfProducts {
    fn add(&mut self, a: &Value, b: &Value) -> PyResult<()> {
        if let Some(sum) = self.ints {
            let small = |value: &Value| if is_exact_int(value) { int::to_i64(value) } else { None };
            let product = small(a).zip(small(b)).and_then(|(a, b)| a.checked_mul(b));
            if let Some(sum) = product.and_then(|product| sum.checked_add(product)) {
                self.ints = Some(sum);
                return Ok(());
            }
            self.flush_ints()?;
        }
        if let Some((left, right)) = &mut self.floats {
            if let Some((a, b)) = float_factors(a, b) {
                left.push(a);
                right.push(b);
                return Ok(());
            }
            self.flush_floats()?;
        }
        let term = protocol::binary(BinaryOp::Multiply, a, b)?;
        self.total = protocol::binary(BinaryOp::Add, &self.total, &term)?;
        Ok(())
    }

    fn flush_ints(&mut self) -> PyResult<()> {
        if let Some(sum) = self.ints.take() {
            self.total = protocol::binary(BinaryOp::Add, &self.total, &int::from_i64(sum))?;
        }
        Ok(())
    }

    fn flush_floats(&mut self) -> PyResult<()> {
        if let Some((left, right)) = self.floats.take()
            && !left.is_empty()
        {
            let sum = super::checked(math::sumprod(&left, &right))?;
            self.total = protocol::binary(BinaryOp::Add, &self.total, &float::from_f64(sum))?;
        }
        Ok(())
    }

    fn finish(mut self) -> PyResult<Value> {
        self.flush_ints()?;
        self.flush_floats()?;
        Ok(self.total)
    }
}
