//! `_functools`.

mod cmp_key;
mod lru_cache;
mod partial;
mod placeholder;

pub use module::MODULE;

/// Tools that operate on functions.
#[minipy_macros::pymodule(name = "_functools", classes(PlaceholderType, Partial, LruCacheWrapper))]
mod module {
    use super::cmp_key::KeyWrapper;
    use super::lru_cache::LruCacheWrapper;
    use super::partial::Partial;
    use super::placeholder::{PlaceholderType, placeholder};
    use minipy_vm::{PyResult, Value, exceptions, protocol};

    #[pyattr(name = "Placeholder")]
    fn the_placeholder() -> Value {
        placeholder()
    }

    /// Convert a cmp= function into a key= function.
    ///
    ///   mycmp
    ///     Function that compares two objects.
    #[pyfunction("($module, /, mycmp)")]
    fn cmp_to_key(mycmp: Value) -> Value {
        KeyWrapper::over(mycmp)
    }

    /// Apply a function of two arguments cumulatively to the items of an iterable, from left to right.
    ///
    /// This effectively reduces the iterable to a single value.  If initial is
    /// present, it is placed before the items of the iterable in the
    /// calculation, and serves as a default when the iterable is empty.
    ///
    /// For example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])
    /// calculates ((((1 + 2) + 3) + 4) + 5).
    #[pyfunction("($module, function, iterable, /, initial=<unrepresentable>)")]
    fn reduce(function: &Value, iterable: &Value, initial: Option<Value>) -> PyResult<Value> {
        let iterator = protocol::iter(iterable).map_err(|error| {
            if error.is_instance(exceptions::type_error_class()) {
                exceptions::type_error("reduce() arg 2 must support iteration")
            } else {
                error
            }
        })?;
        let mut result = match initial {
            Some(initial) => initial,
            None => protocol::next(&iterator)?
                .ok_or_else(|| exceptions::type_error("reduce() of empty iterable with no initial value"))?,
        };
        while let Some(item) = protocol::next(&iterator)? {
            result = protocol::call(function, &[result, item])?;
        }
        Ok(result)
    }
}
