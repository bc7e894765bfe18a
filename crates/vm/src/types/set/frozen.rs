//! What `frozenset` does differently from `set`.

use super::{PyFrozenSet, ops};
use crate::heap::Ref;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, Payload, PyResult};
use minipy_macros::pymethods;

#[pymethods(part = methods)]
impl PyFrozenSet {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let exact = cls.is(PyFrozenSet::class());
        let given = args.for_new(cls).unpack("frozenset", 0, 1)?;
        let data = match given.first() {
            Some(same) if exact && same.downcast_exact::<PyFrozenSet>().is_some() => return Ok(same.clone()),
            Some(iterable) => ops::from_iterable(iterable)?,
            None => super::SetData::default(),
        };
        Ok(Ref::new_in(cls, PyFrozenSet::with(data)).into_value())
    }

    #[slot(hash)]
    fn slot_hash(&self) -> PyResult<i64> {
        let mut hash = self.hash.get();
        if hash == -1 {
            hash = minipy_text::hash::frozenset(self.data.hashes());
            self.hash.set(hash);
        }
        Ok(hash)
    }
}
