//! `types.UnionType`.

use crate::heap::{Traverse, Visitor};
use crate::types::tuple::TupleRef;
use crate::value::Value;
use minipy_macros::pyclass;

/// Represent a union type
///
/// E.g. for int | str
#[pyclass(name = "Union", module = "typing", gc)]
pub struct PyUnion {
    pub args: TupleRef,
}

impl Traverse for PyUnion {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.args.traverse(visit);
    }
}

/// The members of a union; `None` for other objects.
pub fn union_args(value: &Value) -> Option<TupleRef> {
    value.downcast_exact::<PyUnion>().map(|u| u.args.clone())
}
