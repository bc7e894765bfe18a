//! `itertools`.

mod combinatoric;
mod grouping;
mod infinite;
mod joining;
mod selecting;
mod tee;

pub use module::MODULE;

/// Functional tools for creating and using iterators.
#[minipy_macros::pymodule(
    name = "itertools",
    classes(
        Accumulate,
        Batched,
        Chain,
        Combinations,
        CombinationsWithReplacement,
        Compress,
        Count,
        Cycle,
        DropWhile,
        FilterFalse,
        GroupBy,
        Grouper,
        ISlice,
        Pairwise,
        Permutations,
        Product,
        Repeat,
        StarMap,
        TakeWhile,
        Tee,
        TeeData,
        ZipLongest
    )
)]
mod module {
    use super::combinatoric::{Combinations, CombinationsWithReplacement, Permutations, Product};
    use super::grouping::{Accumulate, Batched, GroupBy, Grouper, Pairwise};
    use super::infinite::{Count, Cycle, Repeat};
    use super::joining::{Chain, StarMap, ZipLongest};
    use super::selecting::{Compress, DropWhile, FilterFalse, ISlice, TakeWhile};
    use super::tee::{Tee, TeeData};
    use minipy_vm::{Args, PyResult, Value};

    /// Returns a tuple of n independent iterators.
    #[pyfunction("(iterable, n=2, /)")]
    fn tee(args: Args<'_>) -> PyResult<Value> {
        super::tee::tee(args)
    }
}
