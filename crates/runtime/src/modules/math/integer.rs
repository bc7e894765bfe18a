//! Functions of ints.

use dashu_int::IBig;
use dashu_int::ops::{Gcd, SquareRoot};
use minipy_macros::pymodule;
use minipy_vm::macros_support::IntArg;
use minipy_vm::types::int;
use minipy_vm::{PyResult, Value, exceptions, protocol};

#[pymodule(name = "math")]
pub mod functions {
    use super::*;

    /// Greatest Common Divisor.
    #[pyfunction("($module, /, *integers)")]
    fn gcd(integers: &[Value]) -> PyResult<Value> {
        let mut result = IBig::ZERO;
        for value in integers {
            result = super::common_divisor(result, super::big(&protocol::as_index(value)?)?);
        }
        Ok(int::from_ibig(result))
    }

    /// Least Common Multiple.
    #[pyfunction("($module, /, *integers)")]
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
    #[pyfunction("($module, n, /)")]
    fn isqrt(n: IntArg) -> PyResult<Value> {
        if int::is_negative(&n.0) {
            return Err(exceptions::value_error("isqrt() argument must be nonnegative"));
        }
        let number = super::big(&n.0)?;
        let (_, magnitude) = number.into_parts();
        Ok(int::from_ibig(magnitude.sqrt().into()))
    }

    /// Find n!.
    #[pyfunction("($module, n, /)")]
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
        Ok(int::from_ibig(super::falling(&IBig::from(n), n as u64)))
    }

    /// Number of ways to choose k items from n items without repetition and with order.
    ///
    /// Evaluates to n! / (n - k)! when k <= n and evaluates
    /// to zero when k > n.
    ///
    /// If k is not specified or is None, then k defaults to n
    /// and the function returns n!.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[pyfunction("($module, n, k=None, /)")]
    fn perm(n: IntArg, k: Option<&Value>) -> PyResult<Value> {
        let Some(k) = k.filter(|k| !k.is_none()) else { return factorial(n) };
        let k = IntArg(protocol::as_index(k)?);
        let (n, k) = super::counts(&n.0, &k.0)?;
        if k > n {
            return Ok(Value::small_int(0));
        }
        let k = super::count(&k, "k")?;
        Ok(int::from_ibig(super::falling(&n, k)))
    }

    /// Number of ways to choose k items from n items without repetition and without order.
    ///
    /// Evaluates to n! / (k! * (n - k)!) when k <= n and evaluates
    /// to zero when k > n.
    ///
    /// Also called the binomial coefficient because it is equivalent
    /// to the coefficient of k-th term in polynomial expansion of the
    /// expression (1 + x)**n.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[pyfunction("($module, n, k, /)")]
    fn comb(n: IntArg, k: IntArg) -> PyResult<Value> {
        let (n, k) = super::counts(&n.0, &k.0)?;
        if k > n {
            return Ok(Value::small_int(0));
        }
        let k = super::count(&(&n - &k).min(k), "min(n - k, k)")?;
        Ok(int::from_ibig(super::falling(&n, k) / super::falling(&IBig::from(k), k)))
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
    let (a, b) = (absolute(a), absolute(b));
    if a == IBig::ZERO || b == IBig::ZERO { a + b } else { a.gcd(b).into() }
}

/// `n` and `k` of `perm` and `comb`, neither negative.
fn counts(n: &Value, k: &Value) -> PyResult<(IBig, IBig)> {
    for (value, what) in [(n, "n"), (k, "k")] {
        if int::is_negative(value) {
            return Err(exceptions::value_error(format!("{what} must be a non-negative integer")));
        }
    }
    Ok((big(n)?, big(k)?))
}

fn count(number: &IBig, what: &str) -> PyResult<u64> {
    match i64::try_from(number) {
        Ok(count) => Ok(count as u64),
        Err(_) => Err(exceptions::overflow_error(format!("{what} must not exceed {}", i64::MAX))),
    }
}

/// The product of `count` numbers that end with `last`, by halves so that the factors stay of like size.
fn falling(last: &IBig, count: u64) -> IBig {
    if count < 8 {
        return (0..count).fold(IBig::ONE, |product, n| product * (last - IBig::from(n)));
    }
    let half = count / 2;
    falling(last, half) * falling(&(last - IBig::from(half)), count - half)
}
