//! `_collections`: `deque`, `defaultdict`, `OrderedDict` and helpers of `collections`.

mod counting;
mod default_dict;
mod deque;
mod deque_iter;
mod ordered_dict;
mod ordered_views;
mod tuple_getter;

pub use module::MODULE;

/// High performance data structures.
/// - deque:        ordered collection accessible from endpoints only
/// - defaultdict:  dict subclass with a default value factory
///
#[minipy_macros::pymodule(
    name = "_collections",
    classes(Deque, DefaultDict, DequeIterator, DequeReverseIterator, TupleGetter, OrderedDict)
)]
mod module {
    use super::default_dict::DefaultDict;
    use super::deque::Deque;
    use super::deque_iter::{DequeIterator, DequeReverseIterator};
    use super::ordered_dict::OrderedDict;
    use super::tuple_getter::TupleGetter;
    use minipy_vm::{PyResult, Value};

    /// Count elements in the iterable, updating the mapping
    #[pyfunction("($module, mapping, iterable, /)")]
    fn _count_elements(mapping: &Value, iterable: &Value) -> PyResult<()> {
        super::counting::count_elements(mapping, iterable)
    }
}
