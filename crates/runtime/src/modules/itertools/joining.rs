//! `chain`, `starmap` and `zip_longest`.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::generic_alias;
use minipy_vm::{
    Args, GilCell, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions, protocol,
};

/// Return a chain object whose .__next__() method returns elements from the
/// first iterable until it is exhausted, then elements from the next
/// iterable, until all of the iterables are exhausted.
#[pyclass(name = "chain", module = "itertools", sig = "(*iterables)", basetype, gc)]
pub struct Chain {
    /// The iterator over the iterables; `None` once it is exhausted.
    source: GilCell<Option<Value>>,
    active: GilCell<Option<Value>>,
}

impl Traverse for Chain {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.source.traverse(visit);
        self.active.traverse(visit);
    }
}

impl Chain {
    fn over(cls: &TypeRef, iterables: &Value) -> PyResult<Value> {
        let source = GilCell::new(Some(protocol::iter(iterables)?));
        Ok(Ref::new_in(cls, Chain { source, active: GilCell::new(None) }).into_value())
    }
}

#[pymethods]
impl Chain {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let iterables = args.for_new(cls).unpack("chain", 0, usize::MAX)?;
        Chain::over(cls, PyTuple::from_slice(iterables).as_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<Chain>) -> PyResult<Option<Value>> {
        loop {
            if let Some(active) = zelf.active.get() {
                if let Some(item) = protocol::next(&active)? {
                    return Ok(Some(item));
                }
                zelf.active.set(None);
            }
            let Some(source) = zelf.source.get() else { return Ok(None) };
            let next = match protocol::next(&source) {
                Ok(Some(iterable)) => protocol::iter(&iterable),
                Ok(None) => {
                    zelf.source.set(None);
                    return Ok(None);
                }
                Err(error) => Err(error),
            };
            match next {
                Ok(iterator) => zelf.active.set(Some(iterator)),
                Err(error) => {
                    zelf.source.set(None);
                    return Err(error);
                }
            }
        }
    }

    /// Alternative chain() constructor taking a single iterable argument that evaluates lazily.
    #[pyclassmethod("($type, iterable, /)")]
    fn from_iterable(cls: &TypeRef, iterable: &Value) -> PyResult<Value> {
        Chain::over(cls, iterable)
    }

    /// chain is generic over the type of its contents.
    /// This is the union of the types of the input iterable contents.
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        generic_alias::new(cls.to_value(), object)
    }
}

/// Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.
#[pyclass(name = "starmap", module = "itertools", sig = "(function, iterable, /)", basetype, gc)]
pub struct StarMap {
    function: Value,
    iterator: Value,
}

impl Traverse for StarMap {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.function.traverse(visit);
        self.iterator.traverse(visit);
    }
}

#[pymethods]
impl StarMap {
    #[slot(new, sig = "(function, iterable, /)")]
    fn new(cls: &TypeRef, function: Value, iterable: &Value) -> PyResult<Value> {
        let iterator = protocol::iter(iterable)?;
        Ok(Ref::new_in(cls, StarMap { function, iterator }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<StarMap>) -> PyResult<Option<Value>> {
        let Some(args) = protocol::next(&zelf.iterator)? else { return Ok(None) };
        let args = protocol::to_tuple(&args)?;
        protocol::call(&zelf.function, &args).map(Some)
    }
}

/// Return a zip_longest object whose .__next__() method returns a tuple where
/// the i-th element comes from the i-th iterable argument.  The .__next__()
/// method continues until the longest iterable in the argument sequence
/// is exhausted and then it raises StopIteration.  When the shorter iterables
/// are exhausted, the fillvalue is substituted in their place.  The fillvalue
/// defaults to None or can be specified by a keyword argument.
///
#[pyclass(name = "zip_longest", module = "itertools", sig = "(*iterables, fillvalue=None)", basetype, gc)]
pub struct ZipLongest {
    /// `None` in place of those that are exhausted.
    iterators: GilCell<Vec<Option<Value>>>,
    fill: Value,
}

impl Traverse for ZipLongest {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterators.traverse(visit);
        self.fill.traverse(visit);
    }
}

#[pymethods]
impl ZipLongest {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let mut fill = Value::NONE;
        for (name, value) in args.keywords() {
            if !name.eq_str("fillvalue") {
                return Err(exceptions::type_error("zip_longest() got an unexpected keyword argument"));
            }
            fill = value.clone();
        }
        let iterators =
            args.positional().iter().map(|i| protocol::iter(i).map(Some)).collect::<PyResult<_>>()?;
        Ok(Ref::new_in(cls, ZipLongest { iterators: GilCell::new(iterators), fill }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<ZipLongest>) -> PyResult<Option<Value>> {
        let count = zelf.iterators.with(|iterators| iterators.len());
        let mut items = Vec::with_capacity(count);
        let at = |index: usize| zelf.iterators.with(|i| i.get(index).cloned().flatten());
        for index in 0..count {
            let item = match at(index) {
                None => None,
                Some(iterator) => protocol::next(&iterator).inspect_err(|_| {
                    // After an error nothing more comes.
                    zelf.iterators.with(|i| i.fill(None));
                })?,
            };
            if item.is_none() {
                let ended = zelf.iterators.with(|iterators| {
                    if let Some(place) = iterators.get_mut(index) {
                        *place = None;
                    }
                    iterators.iter().all(Option::is_none)
                });
                if ended {
                    return Ok(None);
                }
            }
            items.push(item.unwrap_or_else(|| zelf.fill.clone()));
        }
        if items.is_empty() { Ok(None) } else { Ok(Some(PyTuple::from_vec(items).into_value())) }
    }
}
