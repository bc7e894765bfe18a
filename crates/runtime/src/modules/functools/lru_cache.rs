//! The wrapper that `lru_cache` puts around a function.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::int::PyInt;
use minipy_vm::types::typeobj::getset;
use minipy_vm::types::{function, object};
use minipy_vm::{
    Args, DictRef, GilCell, PyDict, PyResult, PyStr, PyTuple, Ref, Traverse, TypeRef, Value, Visitor,
    exceptions, name, protocol,
};
use std::cell::Cell;

/// Create a cached callable that wraps another function.
///
/// user_function:      the function being cached
///
/// maxsize:  0         for no caching
///           None      for unlimited cache size
///           n         for a bounded cache
///
/// typed:    False     cache f(3) and f(3.0) as identical calls
///           True      cache f(3) and f(3.0) as distinct calls
///
/// cache_info_type:    namedtuple class with the fields:
///                         hits misses currsize maxsize
///
#[pyclass(
    name = "_lru_cache_wrapper",
    module = "functools",
    dict,
    weakref,
    gc,
    dict,
    weakref,
    method_descriptor
)]
pub struct LruCacheWrapper {
    function: Value,
    /// `None`: without bound.
    maxsize: Option<usize>,
    typed: bool,
    cache_info: Value,
    /// Results by key, the one used longest ago first.
    cache: DictRef,
    hits: Cell<i64>,
    misses: Cell<i64>,
}

impl Traverse for LruCacheWrapper {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.function.traverse(visit);
        self.cache_info.traverse(visit);
        self.cache.traverse(visit);
    }

    fn clear_refs(&self) {
        self.cache.clear();
    }
}

/// Separates positional from keyword arguments in keys.
static KEYWORD_MARK: GilCell<Option<Value>> = GilCell::new(None);

fn keyword_mark() -> Value {
    KEYWORD_MARK
        .with(|mark| mark.get_or_insert_with(|| Ref::new(object::PyObject::sentinel()).into_value()).clone())
}

/// The key of a call: the argument itself if it is a lone int or str.
fn make_key(args: Args<'_>, typed: bool) -> Value {
    if let ([arg], [], false) = (args.args, args.kwnames, typed)
        && (arg.is_small_int()
            || arg.downcast_exact::<PyStr>().is_some()
            || arg.downcast_exact::<PyInt>().is_some())
    {
        return arg.clone();
    }
    let mut parts = args.positional().to_vec();
    if args.has_keywords() {
        parts.push(keyword_mark());
        for (name, value) in args.keywords() {
            parts.extend([name.to_value(), value.clone()]);
        }
    }
    if typed {
        parts.extend(args.positional().iter().map(|arg| arg.class().to_value()));
        parts.extend(args.keywords().map(|(_, value)| value.class().to_value()));
    }
    PyTuple::from_vec(parts).into_value()
}

impl LruCacheWrapper {
    fn count(cell: &Cell<i64>) {
        cell.set(cell.get().wrapping_add(1));
    }

    fn bounded(&self, args: Args<'_>, maxsize: usize) -> PyResult<Value> {
        let key = make_key(args, self.typed);
        let hash = protocol::hash(&key)?;
        if let Some(found) = self.cache.get_hashed(&key, hash)? {
            self.cache.move_to_end_hashed(&key, hash, true)?;
            Self::count(&self.hits);
            return Ok(found);
        }
        Self::count(&self.misses);
        let result = protocol::call_args(&self.function, args)?;
        // The call may have filled the cache itself, this key included.
        if self.cache.get_hashed(&key, hash)?.is_some() {
            return Ok(result);
        }
        if self.cache.len() >= maxsize
            && let Some((next, oldest, _)) = self.cache.next_entry(0)
        {
            let hash = self.cache.hash_at(next - 1).unwrap_or_default();
            drop(self.cache.remove_hashed(&oldest, hash)?);
        }
        self.cache.set_hashed(key, hash, result.clone())?;
        Ok(result)
    }

    fn unbounded(&self, args: Args<'_>) -> PyResult<Value> {
        let key = make_key(args, self.typed);
        let hash = protocol::hash(&key)?;
        if let Some(found) = self.cache.get_hashed(&key, hash)? {
            Self::count(&self.hits);
            return Ok(found);
        }
        Self::count(&self.misses);
        let result = protocol::call_args(&self.function, args)?;
        self.cache.set_hashed(key, hash, result.clone())?;
        Ok(result)
    }
}

#[pymethods]
impl LruCacheWrapper {
    #[pygetset]
    fn __dict__(zelf: &Value) -> PyResult<Value> {
        getset::get_instance_dict(zelf)
    }

    #[pygetset(setter, name = "__dict__")]
    fn set_dict(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        getset::set_instance_dict(zelf, value)
    }

    #[slot(new, sig = "(user_function, maxsize, typed, cache_info_type)")]
    fn new(
        cls: &TypeRef,
        user_function: Value,
        maxsize: &Value,
        typed: bool,
        cache_info_type: Value,
    ) -> PyResult<Value> {
        if !protocol::is_callable(&user_function) {
            return Err(exceptions::type_error("the first argument must be callable"));
        }
        let maxsize = if maxsize.is_none() {
            None
        } else if protocol::is_int(maxsize) || maxsize.class().slots().index.is_some() {
            match protocol::index_to_i64(maxsize)? {
                Some(n) => Some(n.max(0) as usize),
                None => {
                    return Err(exceptions::overflow_error("Python int too large to convert to C ssize_t"));
                }
            }
        } else {
            return Err(exceptions::type_error("maxsize should be integer or None"));
        };
        let wrapper = LruCacheWrapper {
            function: user_function,
            maxsize,
            typed,
            cache_info: cache_info_type,
            cache: PyDict::new_ref(),
            hits: Cell::new(0),
            misses: Cell::new(0),
        };
        Ok(Ref::new_in(cls, wrapper).into_value())
    }

    #[slot]
    fn call(zelf: &Ref<LruCacheWrapper>, args: Args<'_>) -> PyResult<Value> {
        match zelf.maxsize {
            None => zelf.unbounded(args),
            Some(0) => {
                Self::count(&zelf.misses);
                protocol::call_args(&zelf.function, args)
            }
            Some(maxsize) => zelf.bounded(args, maxsize),
        }
    }

    #[slot]
    fn descr_get(zelf: &Value, object: Option<&Value>, _class: Option<&Value>) -> PyResult<Value> {
        match object.filter(|o| !o.is_none()) {
            None => Ok(zelf.clone()),
            Some(object) => Ok(function::PyBoundMethod::new_value(zelf.clone(), object.clone())),
        }
    }

    /// Report cache statistics
    #[pymethod("($self, /)")]
    fn cache_info(&self) -> PyResult<Value> {
        let maxsize = self.maxsize.map_or(Value::NONE, Value::from);
        let args = [self.hits.get().into(), self.misses.get().into(), maxsize, Value::from(self.cache.len())];
        protocol::call(&self.cache_info, &args)
    }

    /// Clear the cache and cache statistics
    #[pymethod("($self, /)")]
    fn cache_clear(&self) {
        self.hits.set(0);
        self.misses.set(0);
        self.cache.clear();
    }

    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Value) -> PyResult<Value> {
        protocol::getattr(zelf, name!("__qualname__"))
    }

    #[pymethod(nosig)]
    fn __copy__(zelf: &Value) -> Value {
        zelf.clone()
    }

    #[pymethod(nosig)]
    fn __deepcopy__(zelf: &Value, _memo: &Value) -> Value {
        zelf.clone()
    }
}
