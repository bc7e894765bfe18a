//! `tee`: several iterators over one, sharing the items that not all have seen.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::{
    Args, GilCell, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions, name, protocol,
};
use std::cell::Cell;

/// Items per link of the chain that the iterators walk along.
const LINK_ITEMS: usize = 57;

/// teedataobject(iterable, values, next, /)
/// --
///
/// Data container common to multiple tee objects.
#[pyclass(name = "_tee_dataobject", module = "itertools", gc)]
pub struct TeeData {
    iterator: Value,
    values: GilCell<Vec<Value>>,
    next: GilCell<Option<Ref<TeeData>>>,
    running: Cell<bool>,
}

impl Traverse for TeeData {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterator.traverse(visit);
        self.values.traverse(visit);
        self.next.traverse(visit);
    }

    fn clear_refs(&self) {
        drop(self.values.take());
        self.next.set(None);
    }
}

impl TeeData {
    fn new_link(iterator: Value) -> Ref<TeeData> {
        Ref::new(TeeData {
            iterator,
            values: GilCell::new(Vec::new()),
            next: GilCell::new(None),
            running: Cell::new(false),
        })
    }

    fn item(&self, index: usize) -> PyResult<Option<Value>> {
        if let Some(value) = self.values.with(|values| values.get(index).cloned()) {
            return Ok(Some(value));
        }
        if self.running.replace(true) {
            return Err(exceptions::runtime_error("cannot re-enter the tee iterator"));
        }
        let next = protocol::next(&self.iterator);
        self.running.set(false);
        let next = next?;
        if let Some(value) = &next {
            self.values.with(|values| values.push(value.clone()));
        }
        Ok(next)
    }

    fn next_link(&self) -> Ref<TeeData> {
        self.next.with(|next| next.get_or_insert_with(|| TeeData::new_link(self.iterator.clone())).clone())
    }
}

#[pymethods]
impl TeeData {
    #[slot]
    fn new(_cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let given = args.unpack("_tee_dataobject", 3, 3)?;
        let data = TeeData::new_link(given[0].clone());
        let values = protocol::collect(&given[1])?;
        if values.len() > LINK_ITEMS {
            return Err(exceptions::value_error(format!(
                "_tee_dataobject should not have more than {LINK_ITEMS} links"
            )));
        }
        data.values.set(values);
        data.next.set(given[2].downcast::<TeeData>().cloned());
        Ok(data.into_value())
    }
}

/// Iterator wrapped to make it copyable.
#[pyclass(name = "_tee", module = "itertools", sig = "(iterable, /)", gc, weakref)]
pub struct Tee {
    data: GilCell<Ref<TeeData>>,
    index: Cell<usize>,
}

impl Traverse for Tee {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.data.traverse(visit);
    }
}

impl Tee {
    /// An independent iterator over what is left of `iterable`.
    fn over(iterable: &Value) -> PyResult<Ref<Tee>> {
        let iterator = protocol::iter(iterable)?;
        if let Some(tee) = iterator.downcast_exact::<Tee>() {
            return Ok(tee.duplicate());
        }
        let data = GilCell::new(TeeData::new_link(iterator));
        Ok(Ref::new(Tee { data, index: Cell::new(0) }))
    }

    fn duplicate(&self) -> Ref<Tee> {
        Ref::new(Tee { data: GilCell::new(self.data.get()), index: self.index.clone() })
    }
}

#[pymethods]
impl Tee {
    #[slot(new, sig = "(iterable, /)")]
    fn new(_cls: &TypeRef, iterable: &Value) -> PyResult<Value> {
        Ok(Tee::over(iterable)?.into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<Tee>) -> PyResult<Option<Value>> {
        if zelf.index.get() >= LINK_ITEMS {
            let next = zelf.data.get().next_link();
            zelf.data.set(next);
            zelf.index.set(0);
        }
        let data = zelf.data.get();
        let item = data.item(zelf.index.get())?;
        if item.is_some() {
            zelf.index.set(zelf.index.get() + 1);
        }
        Ok(item)
    }

    /// Returns an independent iterator.
    #[pymethod("($self, /)")]
    fn __copy__(&self) -> Value {
        self.duplicate().into_value()
    }
}

/// `tee(iterable, n=2)`.
pub fn tee(args: Args<'_>) -> PyResult<Value> {
    let given = args.unpack("tee", 1, 2)?;
    let count = match given.get(1) {
        None => 2,
        Some(n) => match protocol::index_to_i64(n)? {
            Some(n) => n,
            None => return Err(exceptions::overflow_error("Python int too large to convert to C ssize_t")),
        },
    };
    if count < 0 {
        return Err(exceptions::value_error("n must be >= 0"));
    }
    let mut copies: Vec<Value> = Vec::new();
    if copies.try_reserve_exact(count as usize).is_err() {
        return Err(exceptions::memory_error());
    }
    if count > 0 {
        let iterator = protocol::iter(&given[0])?;
        let copy = protocol::lookup_attr(&iterator, name!("__copy__"))?;
        let first = match copy {
            Some(_) => iterator,
            None => Tee::over(&iterator)?.into_value(),
        };
        copies.push(match first.downcast_exact::<Tee>() {
            Some(tee) => tee.duplicate().into_value(),
            None => first.clone(),
        });
        for _ in 1..count {
            copies.push(protocol::call_method(&first, name!("__copy__"), &[])?);
        }
    }
    Ok(PyTuple::from_vec(copies).into_value())
}
