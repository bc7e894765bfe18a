//! Functions of ints, and sums and products.

use dashu_int::IBig;
use minipy_macros::pymodule;
use minipy_vm::macros_support::IntArg;
use minipy_vm::protocol::BinaryOp;
use minipy_vm::types::int;
use minipy_vm::{PyResult, Value, exceptions, protocol};

#[pymodule(name = "math")]
pub mod functions {
    use super::*;

    /// Greatest Common Divisor.
    #[pyfunction("(*integers)")]
    fn gcd(integers: &[Value]) -> PyResult<Value> {
        let mut result = IBig::ZERO;
        for value in integers {
            result = super::common_divisor(result, super::big(&protocol::as_index(value)?)?);
        }
        Ok(int::from_ibig(result))
    }

    /// Least Common Multiple.
    #[pyfunction("(*integers)")]
    fn lcm(integers: &[Value]) -> PyResult<Value> {
        let mut result = IBig::ONE;
        for value in integers {
            let number = super::absolute(super::big(&protocol::as_index(value)?)?);
            if number == IBig::ZERO || result == IBig::ZERO {
                result = IBig::ZERO;
                continue;
            }
            let divisor = super::common_divisor(result.clone(), number.clone());
            result = result / divisor * number;
        }
        Ok(int::from_ibig(result))
    }

    /// Return the integer part of the square root of the input.
    #[pyfunction("(n, /)")]
    fn isqrt(n: IntArg) -> PyResult<Value> {
        if int::is_negative(&n.0) {
            return Err(exceptions::value_error("isqrt() argument must be nonnegative"));
        }
        let number = super::big(&n.0)?;
        if number == IBig::ZERO {
            return Ok(Value::small_int(0));
        }
        // Newton's method from above.
        let bits = dashu_int::ops::BitTest::bit_len(&number);
        let mut root = IBig::ONE << bits.div_ceil(2);
        loop {
            let next: IBig = (&root + &number / &root) >> 1;
            if next >= root {
                return Ok(int::from_ibig(root));
            }
            root = next;
        }
    }

    /// Return n factorial.
    #[pyfunction("(n, /)")]
    fn factorial(n: IntArg) -> PyResult<Value> {
        if int::is_negative(&n.0) {
            return Err(exceptions::value_error("factorial() not defined for negative values"));
        }
        let Some(n) = int::to_i64(&n.0) else {
            return Err(exceptions::overflow_error(format!(
                "factorial() argument should not exceed {}",
                i64::MAX
            )));
        };
        Ok(int::from_ibig(super::product(1, n as u64)))
    }

    /// Number of ways to choose k items from n items without repetition and with order.
    #[pyfunction("(n, k=None, /)")]
    fn perm(n: IntArg, k: Option<&Value>) -> PyResult<Value> {
        let Some(k) = k.filter(|k| !k.is_none()) else { return factorial(n) };
        let k = IntArg(protocol::as_index(k)?);
        let (n, k) = (super::counts(&n.0, "n")?, super::counts(&k.0, "k")?);
        if k > n {
            return Ok(Value::small_int(0));
        }
        Ok(int::from_ibig(super::product(n - k + 1, n)))
    }

    /// Number of ways to choose k items from n items without repetition and without order.
    #[pyfunction("(n, k, /)")]
    fn comb(n: IntArg, k: IntArg) -> PyResult<Value> {
        let (n, k) = (super::counts(&n.0, "n")?, super::counts(&k.0, "k")?);
        if k > n {
            return Ok(Value::small_int(0));
        }
        let k = k.min(n - k);
        Ok(int::from_ibig(super::product(n - k + 1, n) / super::product(1, k)))
    }

    /// Calculate the product of all the elements in the input iterable.
    #[pyfunction("(iterable, /, *, start=1)")]
    fn prod(iterable: &Value, start: Option<&Value>) -> PyResult<Value> {
        let mut result = start.cloned().unwrap_or(Value::small_int(1));
        protocol::for_each(iterable, |item| {
            result = protocol::binary(BinaryOp::Multiply, &result, &item)?;
            Ok(())
        })?;
        Ok(result)
    }

    /// Return the sum of products of values from two iterables p and q.
    #[pyfunction("(p, q, /)")]
    fn sumprod(p: &Value, q: &Value) -> PyResult<Value> {
        let (p, q) = (protocol::collect(p)?, protocol::collect(q)?);
        if p.len() != q.len() {
            return Err(exceptions::value_error("Inputs are not the same length"));
        }
        let mut sum = Value::small_int(0);
        for (a, b) in p.iter().zip(&q) {
            let term = protocol::binary(BinaryOp::Multiply, a, b)?;
            sum = protocol::binary(BinaryOp::Add, &sum, &term)?;
        }
        Ok(sum)
    }

    /// Return an accurate floating-point sum of values in the iterable seq.
    #[pyfunction("(seq, /)")]
    fn fsum(seq: &Value) -> PyResult<f64> {
        let mut partials: Vec<f64> = Vec::new();
        let mut special = 0.0f64;
        protocol::for_each(seq, |item| {
            let mut x = protocol::to_f64(&item)?;
            if !x.is_finite() {
                special += x;
                return Ok(());
            }
            let mut kept = Vec::with_capacity(partials.len() + 1);
            for &partial in &partials {
                let (large, small) = if x.abs() < partial.abs() { (partial, x) } else { (x, partial) };
                let high = large + small;
                let low = small - (high - large);
                if low != 0.0 {
                    kept.push(low);
                }
                x = high;
            }
            if !x.is_finite() {
                return Err(exceptions::overflow_error("intermediate overflow in fsum"));
            }
            kept.push(x);
            partials = kept;
            Ok(())
        })?;
        if special != 0.0 || special.is_nan() {
            if special.is_nan() {
                return Ok(special);
            }
            return Ok(special);
        }
        Ok(super::round_partials(&partials))
    }
}

pub use functions::MODULE;

fn big(value: &Value) -> PyResult<IBig> {
    int::to_ibig(value).ok_or_else(|| exceptions::type_error("an integer is required"))
}

fn absolute(number: IBig) -> IBig {
    if number < IBig::ZERO { -number } else { number }
}

fn common_divisor(a: IBig, b: IBig) -> IBig {
    let (mut a, mut b) = (absolute(a), absolute(b));
    while b != IBig::ZERO {
        (a, b) = (b.clone(), a % b);
    }
    a
}

fn counts(value: &Value, what: &str) -> PyResult<u64> {
    if int::is_negative(value) {
        return Err(exceptions::value_error(format!("{what} must be a non-negative integer")));
    }
    match int::to_i64(value) {
        Some(count) => Ok(count as u64),
        None => Err(exceptions::overflow_error(format!("{what} must not exceed {}", i64::MAX))),
    }
}

/// The product of the numbers from `from` to `to`, by halves so that the factors stay of like size.
fn product(from: u64, to: u64) -> IBig {
    if from > to {
        return IBig::ONE;
    }
    if to - from < 8 {
        return (from..=to).fold(IBig::ONE, |a, n| a * IBig::from(n));
    }
    let middle = from + (to - from) / 2;
    product(from, middle) * product(middle + 1, to)
}

/// The sum of partials that do not overlap, smallest first, rounded once.
fn round_partials(partials: &[f64]) -> f64 {
    let mut rest = partials.to_vec();
    let Some(mut high) = rest.pop() else { return 0.0 };
    let mut low = 0.0;
    while let Some(y) = rest.pop() {
        let x = high;
        high = x + y;
        low = y - (high - x);
        if low != 0.0 {
            break;
        }
    }
    if let Some(&next) = rest.last()
        && ((low < 0.0 && next < 0.0) || (low > 0.0 && next > 0.0))
    {
        let y = low * 2.0;
        let x = high + y;
        if y == x - high {
            high = x;
        }
    }
    high
}
