//! Built-in functions on iterables.

use minipy_macros::pymodule;
use minipy_vm::function::args::Args;
use minipy_vm::protocol::{self, BinaryOp, CmpOp};
use minipy_vm::types::{callable_iterator, complex, float, int};
use minipy_vm::{ListRef, PyList, PyResult, PyStr, Value, exceptions, name};

/// `max` and `min`.
fn extreme(name: &str, args: Args<'_>, op: CmpOp) -> PyResult<Value> {
    let mut key = None;
    let mut default = None;
    for (keyword, value) in args.keywords() {
        if keyword.eq_str("key") {
            key = Some(value).filter(|k| !k.is_none());
        } else if keyword.eq_str("default") {
            default = Some(value);
        } else {
            return Err(exceptions::unexpected_keyword(
                &format!("{name}()"),
                &keyword.to_string_lossy(),
                &["key", "default"],
            ));
        }
    }
    let positional = args.positional();
    let mut best: Option<(Value, Value)> = None;
    let mut consider = |item: Value| -> PyResult<()> {
        let rank = match key {
            Some(key) => protocol::call1(key, item.clone())?,
            None => item.clone(),
        };
        let better = match &best {
            None => true,
            Some((_, best_rank)) => protocol::truth(&protocol::rich_compare(&rank, best_rank, op)?)?,
        };
        if better {
            best = Some((item, rank));
        }
        Ok(())
    };
    match positional {
        [] => return Err(exceptions::type_error(format!("{name} expected at least 1 argument, got 0"))),
        [iterable] => protocol::for_each(iterable, consider)?,
        items => {
            if default.is_some() {
                return Err(exceptions::type_error(format!(
                    "Cannot specify a default for {name}() with multiple positional arguments"
                )));
            }
            items.iter().try_for_each(|item| consider(item.clone()))?;
        }
    }
    match (best, default) {
        (Some((item, _)), _) => Ok(item),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(exceptions::value_error(format!("{name}() iterable argument is empty"))),
    }
}

#[pymodule(name = "builtins")]
pub mod functions {
    use super::*;

    /// Return True if bool(x) is True for all values x in the iterable.
    ///
    /// If the iterable is empty, return True.
    #[pyfunction("(iterable, /)")]
    fn all(iterable: &Value) -> PyResult<bool> {
        let iterator = protocol::iter(iterable)?;
        while let Some(item) = protocol::next(&iterator)? {
            if !protocol::truth(&item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Return True if bool(x) is True for any x in the iterable.
    ///
    /// If the iterable is empty, return False.
    #[pyfunction("(iterable, /)")]
    fn any(iterable: &Value) -> PyResult<bool> {
        let iterator = protocol::iter(iterable)?;
        while let Some(item) = protocol::next(&iterator)? {
            if protocol::truth(&item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// iter(iterable) -> iterator
    /// iter(callable, sentinel) -> iterator
    ///
    /// Get an iterator from an object.
    /// In the first form, the argument must supply its own iterator, or be a sequence.
    /// In the second form, the callable is called until it returns the sentinel.
    #[pyfunction]
    fn iter(args: Args<'_>) -> PyResult<Value> {
        super::super::objects::no_keywords("iter", args)?;
        match args.args {
            [iterable] => protocol::iter(iterable),
            [callable, sentinel] => {
                if !protocol::is_callable(callable) {
                    return Err(exceptions::type_error("iter(v, w): v must be callable"));
                }
                Ok(callable_iterator::new_callable_iterator(callable.clone(), sentinel.clone()))
            }
            [] => Err(exceptions::type_error("iter expected at least 1 argument, got 0")),
            more => {
                Err(exceptions::type_error(format!("iter expected at most 2 arguments, got {}", more.len())))
            }
        }
    }

    /// next(iterator[, default])
    ///
    /// Return the next item from the iterator. If default is given and the iterator
    /// is exhausted, it is returned instead of raising StopIteration.
    #[pyfunction]
    fn next(args: Args<'_>) -> PyResult<Value> {
        super::super::objects::no_keywords("next", args)?;
        let (iterator, default) = match args.args {
            [iterator] => (iterator, None),
            [iterator, default] => (iterator, Some(default)),
            [] => return Err(exceptions::type_error("next expected at least 1 argument, got 0")),
            more => {
                let message = format!("next expected at most 2 arguments, got {}", more.len());
                return Err(exceptions::type_error(message));
            }
        };
        let Some(next) = iterator.class().slots().iternext else {
            return Err(exceptions::type_error(format!(
                "'{}' object is not an iterator",
                iterator.type_name()
            )));
        };
        match (next(iterator), default) {
            (Ok(Some(item)), _) => Ok(item),
            (Ok(None), Some(default)) => Ok(default.clone()),
            (Ok(None), None) => Err(exceptions::stop_iteration(Value::NONE)),
            (Err(error), Some(default)) if error.is_instance(exceptions::stop_iteration_class()) => {
                Ok(default.clone())
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Return an AsyncIterator for an AsyncIterable object.
    #[pyfunction("(async_iterable, /)")]
    fn aiter(async_iterable: &Value) -> PyResult<Value> {
        let Some(aiter) = async_iterable.class().slots().aiter else {
            return Err(exceptions::type_error(format!(
                "'{}' object is not an async iterable",
                async_iterable.type_name()
            )));
        };
        let iterator = aiter(async_iterable)?;
        if iterator.class().slots().anext.is_none() {
            return Err(exceptions::type_error(format!(
                "aiter() returned not an async iterator of type '{}'",
                iterator.type_name()
            )));
        }
        Ok(iterator)
    }

    /// Return the next item from the async iterator.
    ///
    /// If default is given and the async iterator is exhausted,
    /// it is returned instead of raising StopAsyncIteration.
    #[pyfunction("(aiterator, default=<unrepresentable>, /)")]
    fn anext(async_iterator: &Value, default: Option<&Value>) -> PyResult<Value> {
        minipy_vm::types::generator::anext(async_iterator, default.cloned())
    }

    /// max(iterable, *[, default=obj, key=func]) -> value
    /// max(arg1, arg2, *args, *[, key=func]) -> value
    ///
    /// With a single iterable argument, return its biggest item. The
    /// default keyword-only argument specifies an object to return if
    /// the provided iterable is empty.
    /// With two or more positional arguments, return the largest argument.
    #[pyfunction]
    fn max(args: Args<'_>) -> PyResult<Value> {
        extreme("max", args, CmpOp::Gt)
    }

    /// min(iterable, *[, default=obj, key=func]) -> value
    /// min(arg1, arg2, *args, *[, key=func]) -> value
    ///
    /// With a single iterable argument, return its smallest item. The
    /// default keyword-only argument specifies an object to return if
    /// the provided iterable is empty.
    /// With two or more positional arguments, return the smallest argument.
    #[pyfunction]
    fn min(args: Args<'_>) -> PyResult<Value> {
        extreme("min", args, CmpOp::Lt)
    }

    /// Return a new list containing all items from the iterable in ascending order.
    ///
    /// A custom key function can be supplied to customize the sort order, and the
    /// reverse flag can be set to request the result in descending order.
    #[pyfunction("(iterable, /, *, key=None, reverse=False)")]
    fn sorted(args: Args<'_>) -> PyResult<ListRef> {
        let iterable = &args.check_count("sorted", 1, 1)?[0];
        let list = PyList::from_vec(protocol::collect(iterable)?);
        let sort = protocol::getattr(list.as_value(), name!("sort"))?;
        protocol::call_args(&sort, Args { args: &args.args[1..], kwnames: args.kwnames })?;
        Ok(list)
    }

    /// Return the sum of a 'start' value (default: 0) plus an iterable of numbers
    ///
    /// When the iterable is empty, return the start value.
    /// This function is intended specifically for use with numeric values and may
    /// reject non-numeric types.
    #[pyfunction("(iterable, /, start=0)")]
    fn sum(iterable: &Value, start: Option<Value>) -> PyResult<Value> {
        let start = start.unwrap_or_else(|| Value::small_int(0));
        if start.downcast::<PyStr>().is_some() {
            return Err(exceptions::type_error("sum() can't sum strings [use ''.join(seq) instead]"));
        }
        if start.downcast::<minipy_vm::PyBytes>().is_some() {
            return Err(exceptions::type_error("sum() can't sum bytes [use b''.join(seq) instead]"));
        }
        if start.type_name() == "bytearray" {
            return Err(exceptions::type_error("sum() can't sum bytearray [use b''.join(seq) instead]"));
        }
        let iterator = protocol::iter(iterable)?;
        Summation::new(start).run(&iterator)
    }
}

pub use functions::MODULE;

/// A running sum: unboxed while the items are numbers, floats and complex numbers compensated as CPython sums them.
struct Summation {
    total: Value,
}

impl Summation {
    fn new(start: Value) -> Summation {
        Summation { total: start }
    }

    fn run(mut self, iterator: &Value) -> PyResult<Value> {
        if let Some(start) = self.total.as_small_int() {
            let mut sum = start;
            loop {
                let Some(item) = protocol::next(iterator)? else { return Ok(int::from_i64(sum)) };
                match item
                    .as_small_int()
                    .or_else(|| item.as_bool().map(i64::from))
                    .and_then(|n| sum.checked_add(n))
                {
                    Some(n) => sum = n,
                    None => {
                        self.total = protocol::binary(BinaryOp::Add, &int::from_i64(sum), &item)?;
                        break;
                    }
                }
            }
        }
        if let Some(start) = exact_float(&self.total) {
            let mut sum = Compensated { high: start, low: 0.0 };
            loop {
                let Some(item) = protocol::next(iterator)? else { return Ok(float::from_f64(sum.value())) };
                if let Some(x) = real_number(&item)? {
                    sum.add(x);
                } else {
                    self.total = protocol::binary(BinaryOp::Add, &float::from_f64(sum.value()), &item)?;
                    break;
                }
            }
        }
        if let Some(start) = exact_complex(&self.total) {
            let mut real = Compensated { high: start.0, low: 0.0 };
            let mut imag = Compensated { high: start.1, low: 0.0 };
            loop {
                let sum =
                    |real: &Compensated, imag: &Compensated| complex::from_parts(real.value(), imag.value());
                let Some(item) = protocol::next(iterator)? else { return Ok(sum(&real, &imag)) };
                if let Some((re, im)) = exact_complex(&item) {
                    real.add(re);
                    imag.add(im);
                } else if let Some(x) = real_number(&item)? {
                    real.add(x);
                } else {
                    self.total = protocol::binary(BinaryOp::Add, &sum(&real, &imag), &item)?;
                    break;
                }
            }
        }
        while let Some(item) = protocol::next(iterator)? {
            self.total = protocol::binary(BinaryOp::Add, &self.total, &item)?;
        }
        Ok(self.total)
    }
}

/// A float or an int as what is added to a sum of floats.
fn real_number(value: &Value) -> PyResult<Option<f64>> {
    match exact_float(value) {
        None if protocol::is_int(value) => int::convert::to_f64(value).map(Some),
        float => Ok(float),
    }
}

fn exact_float(value: &Value) -> Option<f64> {
    value.as_flonum().or_else(|| value.downcast_exact::<float::PyFloat>().map(|x| x.value))
}

fn exact_complex(value: &Value) -> Option<complex::Parts> {
    value.downcast_exact::<complex::PyComplex>().map(|z| (z.real, z.imag))
}

/// Neumaier's compensated summation.
struct Compensated {
    high: f64,
    low: f64,
}

impl Compensated {
    fn add(&mut self, x: f64) {
        let sum = self.high + x;
        self.low += if self.high.abs() >= x.abs() { (self.high - sum) + x } else { (x - sum) + self.high };
        self.high = sum;
    }

    fn value(&self) -> f64 {
        if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high }
    }
}
