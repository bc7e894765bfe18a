//! `count`, `cycle` and `repeat`.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::protocol::{self, BinaryOp};
use minipy_vm::{Args, GilCell, PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions};
use std::cell::Cell;

/// Return a count object whose .__next__() method returns consecutive values.
///
/// Equivalent to:
///     def count(firstval=0, step=1):
///         x = firstval
///         while 1:
///             yield x
///             x += step
#[pyclass(name = "count", module = "itertools", sig = "(start=0, step=1)", basetype, gc)]
pub struct Count {
    next: GilCell<Value>,
    step: Value,
}

impl Traverse for Count {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.next.traverse(visit);
        self.step.traverse(visit);
    }
}

fn is_number(value: &Value) -> bool {
    let slots = value.class().slots();
    protocol::is_int(value)
        || slots.index.is_some()
        || slots.int.is_some()
        || slots.float.is_some()
        || value.class().short_name() == "complex"
}

#[pymethods]
impl Count {
    #[slot(new, sig = "(start=0, step=1)")]
    fn new(cls: &TypeRef, start: Option<Value>, step: Option<Value>) -> PyResult<Value> {
        let start = start.unwrap_or_else(|| Value::small_int(0));
        let step = step.unwrap_or_else(|| Value::small_int(1));
        if !is_number(&start) || !is_number(&step) {
            return Err(exceptions::type_error("a number is required"));
        }
        Ok(Ref::new_in(cls, Count { next: GilCell::new(start), step }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<Count>) -> PyResult<Option<Value>> {
        let current = zelf.next.get();
        let next = match (current.as_small_int(), zelf.step.as_small_int()) {
            (Some(n), Some(step)) => Value::from(n + step),
            _ => protocol::binary(BinaryOp::Add, &current, &zelf.step)?,
        };
        zelf.next.set(next);
        Ok(Some(current))
    }

    #[slot]
    fn repr(zelf: &Ref<Count>) -> PyResult<Value> {
        let name = zelf.class().short_name();
        let next = protocol::repr(&zelf.next.get())?;
        if zelf.step.as_small_int() == Some(1) {
            return Ok(format!("{name}({next})").into());
        }
        let step = protocol::repr(&zelf.step)?;
        Ok(format!("{name}({next}, {step})").into())
    }
}

/// Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.
#[pyclass(name = "cycle", module = "itertools", sig = "(iterable, /)", basetype, gc)]
pub struct Cycle {
    /// `None` once every item has been seen.
    iterator: GilCell<Option<Value>>,
    saved: GilCell<Vec<Value>>,
    index: Cell<usize>,
}

impl Traverse for Cycle {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterator.traverse(visit);
        self.saved.traverse(visit);
    }
}

#[pymethods]
impl Cycle {
    #[slot(new, sig = "(iterable, /)")]
    fn new(cls: &TypeRef, iterable: &Value) -> PyResult<Value> {
        let iterator = GilCell::new(Some(protocol::iter(iterable)?));
        let cycle = Cycle { iterator, saved: GilCell::new(Vec::new()), index: Cell::new(0) };
        Ok(Ref::new_in(cls, cycle).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<Cycle>) -> PyResult<Option<Value>> {
        if let Some(iterator) = zelf.iterator.get() {
            if let Some(item) = protocol::next(&iterator)? {
                zelf.saved.with(|saved| saved.push(item.clone()));
                return Ok(Some(item));
            }
            zelf.iterator.set(None);
        }
        Ok(zelf.saved.with(|saved| {
            let index = zelf.index.get();
            let item = saved.get(index).cloned();
            zelf.index.set(if index + 1 >= saved.len() { 0 } else { index + 1 });
            item
        }))
    }
}

/// repeat(object [,times]) -> create an iterator which returns the object
/// for the specified number of times.  If not specified, returns the object
/// endlessly.
#[pyclass(name = "repeat", module = "itertools", basetype, gc)]
pub struct Repeat {
    object: Value,
    /// How often still; -1 for ever.
    left: Cell<isize>,
}

impl Traverse for Repeat {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.object.traverse(visit);
    }
}

#[pymethods]
impl Repeat {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        repeat_new(cls, args)
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let left = self.left.get();
        if left == 0 {
            return Ok(None);
        }
        if left > 0 {
            self.left.set(left - 1);
        }
        Ok(Some(self.object.clone()))
    }

    #[slot]
    fn repr(zelf: &Ref<Repeat>) -> PyResult<Value> {
        let name = zelf.class().short_name();
        let object = protocol::repr(&zelf.object)?;
        Ok(match zelf.left.get() {
            -1 => format!("{name}({object})"),
            left => format!("{name}({object}, {left})"),
        }
        .into())
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod("($self, /)")]
    fn __length_hint__(&self) -> PyResult<i64> {
        match self.left.get() {
            -1 => Err(exceptions::type_error("len() of unsized object")),
            left => Ok(left as i64),
        }
    }
}

fn repeat_new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
    let total = args.args.len();
    if total > 2 {
        return Err(exceptions::type_error(format!("repeat() takes at most 2 arguments ({total} given)")));
    }
    let mut given = [args.positional().first(), args.positional().get(1)];
    let mut unknown = None;
    for (name, value) in args.keywords() {
        match name {
            _ if name.eq_str("object") && given[0].is_none() => given[0] = Some(value),
            _ if name.eq_str("times") && given[1].is_none() => given[1] = Some(value),
            _ => unknown = Some(name),
        }
    }
    let [Some(object), times] = given else {
        return Err(exceptions::type_error("repeat() missing required argument 'object' (pos 1)"));
    };
    if let Some(name) = unknown {
        return Err(exceptions::unexpected_keyword(
            "repeat()",
            &name.to_string_lossy(),
            &["object", "times"],
        ));
    }
    let left = match times {
        None => -1,
        Some(times) => match protocol::index_to_i64(times)? {
            Some(times) => times.max(0) as isize,
            None => return Err(exceptions::overflow_error("Python int too large to convert to C ssize_t")),
        },
    };
    Ok(Ref::new_in(cls, Repeat { object: object.clone(), left: Cell::new(left) }).into_value())
}
