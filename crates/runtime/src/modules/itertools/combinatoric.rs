//! `product`, `permutations`, `combinations` and `combinations_with_replacement`.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::{
    Args, GilCell, PyResult, PyTuple, Ref, Traverse, TupleRef, TypeRef, Value, Visitor, exceptions, protocol,
};

/// Where an enumeration stands.
enum State {
    /// Nothing given yet.
    Fresh,
    Running,
    Over,
}

fn non_negative(r: isize) -> PyResult<usize> {
    usize::try_from(r).map_err(|_| exceptions::value_error("r must be non-negative"))
}

/// A vector of `len` copies, or MemoryError.
fn filled<T: Clone>(len: usize, value: T) -> PyResult<Vec<T>> {
    let mut vec = Vec::new();
    if vec.try_reserve_exact(len).is_err() {
        return Err(exceptions::memory_error());
    }
    vec.resize(len, value);
    Ok(vec)
}

fn pick(pool: &[Value], indices: &[usize]) -> Value {
    PyTuple::from_exact(indices.iter().map(|&i| pool[i].clone())).into_value()
}

/// Cartesian product of input iterables.  Equivalent to nested for-loops.
///
/// For example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).
/// The leftmost iterators are in the outermost for-loop, so the output tuples
/// cycle in a manner similar to an odometer (with the rightmost element changing
/// on every iteration).
///
/// To compute the product of an iterable with itself, specify the number
/// of repetitions with the optional repeat keyword argument. For example,
/// product(A, repeat=4) means the same as product(A, A, A, A).
///
/// product('ab', range(3)) --> ('a',0) ('a',1) ('a',2) ('b',0) ('b',1) ('b',2)
/// product((0,1), (0,1), (0,1)) --> (0,0,0) (0,0,1) (0,1,0) (0,1,1) (1,0,0) ...
#[pyclass(name = "product", module = "itertools", sig = "(*iterables, repeat=1)", basetype, gc)]
pub struct Product {
    pools: Vec<Vec<Value>>,
    repeat: usize,
    state: GilCell<(State, Vec<usize>)>,
}

impl Traverse for Product {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.pools.traverse(visit);
    }
}

impl Product {
    fn advance(pools: &[Vec<Value>], count: usize, indices: &mut [usize]) -> bool {
        for at in (0..count).rev() {
            indices[at] += 1;
            if indices[at] < pools[at % pools.len()].len() {
                return true;
            }
            indices[at] = 0;
        }
        false
    }
}

#[pymethods]
impl Product {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let mut repeat = 1;
        for (name, value) in args.keywords() {
            if !name.eq_str("repeat") {
                return Err(exceptions::unexpected_keyword(
                    "product()",
                    &name.to_string_lossy(),
                    &["repeat"],
                ));
            }
            repeat = match protocol::index_to_i64(value)? {
                Some(n) => n,
                None => {
                    return Err(exceptions::overflow_error("Python int too large to convert to C ssize_t"));
                }
            };
            if repeat < 0 {
                return Err(exceptions::value_error("repeat argument cannot be negative"));
            }
        }
        let repeat = repeat as usize;
        let count = args.positional().len().checked_mul(repeat).ok_or_else(exceptions::memory_error)?;
        let indices = filled(count, 0)?;
        let pools = match repeat {
            0 => Vec::new(),
            _ => args.positional().iter().map(protocol::collect).collect::<PyResult<_>>()?,
        };
        let state = GilCell::new((State::Fresh, indices));
        Ok(Ref::new_in(cls, Product { pools, repeat, state }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let count = self.pools.len() * self.repeat;
        Ok(self.state.with(|(state, indices)| {
            let more = match state {
                State::Fresh => !self.pools.iter().any(Vec::is_empty),
                State::Running => Product::advance(&self.pools, count, indices),
                State::Over => false,
            };
            *state = if more { State::Running } else { State::Over };
            more.then(|| {
                let items =
                    indices.iter().enumerate().map(|(at, &i)| self.pools[at % self.pools.len()][i].clone());
                PyTuple::from_exact(items).into_value()
            })
        }))
    }

    /// Returns size in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(&self) -> usize {
        48 + 8 * self.pools.len() * self.repeat
    }
}

/// Return successive r-length permutations of elements in the iterable.
///
/// permutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)
#[pyclass(name = "permutations", module = "itertools", basetype, gc)]
pub struct Permutations {
    pool: Vec<Value>,
    length: usize,
    state: GilCell<(State, Vec<usize>, Vec<usize>)>,
    /// What was given last, which is given again with other items if nobody has kept it.
    last: GilCell<Option<TupleRef>>,
}

impl Traverse for Permutations {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.pool.traverse(visit);
        self.last.traverse(visit);
    }
}

#[pymethods]
impl Permutations {
    #[slot(new, sig = "(iterable, r=None)")]
    fn new(cls: &TypeRef, iterable: &Value, r: Option<&Value>) -> PyResult<Value> {
        let pool = protocol::collect(iterable)?;
        let n = pool.len();
        let length = match r {
            None => n,
            Some(r) => {
                if !protocol::is_int(r) {
                    return Err(exceptions::type_error("Expected int as r"));
                }
                match protocol::index_to_i64(r)? {
                    Some(r) => non_negative(r as isize)?,
                    None => {
                        return Err(exceptions::overflow_error(
                            "Python int too large to convert to C ssize_t",
                        ));
                    }
                }
            }
        };
        let (state, cycles) = if length > n {
            (State::Over, Vec::new())
        } else {
            (State::Fresh, (0..length).map(|i| n - i).collect())
        };
        let state = GilCell::new((state, (0..n).collect(), cycles));
        Ok(Ref::new_in(cls, Permutations { pool, length, state, last: GilCell::new(None) }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let n = self.pool.len();
        Ok(self.state.with(|(state, indices, cycles)| {
            // Where the items are others than those given last.
            let changed = match state {
                State::Fresh => Some(0),
                State::Over => None,
                State::Running => (0..self.length).rev().find(|&i| {
                    cycles[i] -= 1;
                    if cycles[i] == 0 {
                        // Every item has stood here: put this part back in order.
                        indices[i..].rotate_left(1);
                        cycles[i] = n - i;
                        return false;
                    }
                    indices.swap(i, n - cycles[i]);
                    true
                }),
            };
            let last = self.last.take();
            let Some(changed) = changed else {
                *state = State::Over;
                return None;
            };
            *state = State::Running;
            let items = |from: usize| indices[from..self.length].iter().map(|&i| self.pool[i].clone());
            let tuple = match last.filter(|tuple| tuple.header().refcount() == 1) {
                Some(tuple) => {
                    PyTuple::refill(&tuple, changed, items(changed));
                    tuple
                }
                None => PyTuple::from_exact(items(0)),
            };
            self.last.set(Some(tuple.clone()));
            Some(tuple.into_value())
        }))
    }

    /// Returns size in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(&self) -> usize {
        64 + 8 * (self.pool.len() + self.length)
    }
}

/// Return successive r-length combinations of elements in the iterable.
///
/// combinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)
#[pyclass(name = "combinations", module = "itertools", basetype, gc)]
pub struct Combinations {
    pool: Vec<Value>,
    state: GilCell<(State, Vec<usize>)>,
}

impl Traverse for Combinations {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.pool.traverse(visit);
    }
}

#[pymethods]
impl Combinations {
    #[slot(new, sig = "(iterable, r)")]
    fn new(cls: &TypeRef, iterable: &Value, r: isize) -> PyResult<Value> {
        let pool = protocol::collect(iterable)?;
        let r = non_negative(r)?;
        let state = if r > pool.len() { (State::Over, Vec::new()) } else { (State::Fresh, (0..r).collect()) };
        Ok(Ref::new_in(cls, Combinations { pool, state: GilCell::new(state) }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let n = self.pool.len();
        Ok(self.state.with(|(state, indices)| {
            let r = indices.len();
            let more = match state {
                State::Fresh => true,
                State::Over => false,
                State::Running => match (0..r).rev().find(|&i| indices[i] != i + n - r) {
                    None => false,
                    Some(i) => {
                        let first = indices[i] + 1;
                        for (offset, index) in indices[i..].iter_mut().enumerate() {
                            *index = first + offset;
                        }
                        true
                    }
                },
            };
            *state = if more { State::Running } else { State::Over };
            more.then(|| pick(&self.pool, indices))
        }))
    }

    /// Returns size in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(&self) -> usize {
        56 + 8 * self.state.with(|(_, indices)| indices.len())
    }
}

/// Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.
///
/// combinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')
#[pyclass(name = "combinations_with_replacement", module = "itertools", basetype, gc)]
pub struct CombinationsWithReplacement {
    pool: Vec<Value>,
    state: GilCell<(State, Vec<usize>)>,
}

impl Traverse for CombinationsWithReplacement {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.pool.traverse(visit);
    }
}

#[pymethods]
impl CombinationsWithReplacement {
    #[slot(new, sig = "(iterable, r)")]
    fn new(cls: &TypeRef, iterable: &Value, r: isize) -> PyResult<Value> {
        let pool = protocol::collect(iterable)?;
        let r = non_negative(r)?;
        let over = pool.is_empty() && r > 0;
        let state = (if over { State::Over } else { State::Fresh }, filled(r, 0)?);
        Ok(Ref::new_in(cls, CombinationsWithReplacement { pool, state: GilCell::new(state) }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let n = self.pool.len();
        Ok(self.state.with(|(state, indices)| {
            let more = match state {
                State::Fresh => true,
                State::Over => false,
                State::Running => match indices.iter().rposition(|&index| index + 1 != n) {
                    None => false,
                    Some(i) => {
                        let next = indices[i] + 1;
                        indices[i..].fill(next);
                        true
                    }
                },
            };
            *state = if more { State::Running } else { State::Over };
            more.then(|| pick(&self.pool, indices))
        }))
    }

    /// Returns size in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(&self) -> usize {
        56 + 8 * self.state.with(|(_, indices)| indices.len())
    }
}
