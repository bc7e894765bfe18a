//! The iterators over deques.

use super::deque::{Deque, mutated};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{Args, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions, protocol};
use std::cell::Cell;

macro_rules! iterator {
    ($class:ident, $name:literal, $reverse:literal) => {
        #[doc = concat!("`", $name, "`.")]
        #[pyclass(name = $name, module = "collections", gc)]
        pub struct $class {
            deque: Ref<Deque>,
            state: u64,
            left: Cell<usize>,
            /// Items given already.
            given: Cell<usize>,
        }

        impl Traverse for $class {
            fn traverse(&self, visit: &mut Visitor<'_>) {
                self.deque.traverse(visit);
            }
        }

        impl $class {
            pub fn over(deque: Ref<Deque>) -> Value {
                let (state, left) = (deque.state(), Cell::new(deque.size()));
                Ref::new($class { deque, state, left, given: Cell::new(0) }).into_value()
            }
        }

        #[pymethods]
        impl $class {
            #[pyattr(name = "__doc__")]
            const DOC: Value = Value::NONE;

            #[slot]
            fn new(_cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
                let given = args.check_count($name, 1, 2)?;
                let Some(deque) = given[0].downcast::<Deque>() else {
                    return Err(exceptions::type_error(format!(
                        "argument 1 must be collections.deque, not {}",
                        given[0].type_name()
                    )));
                };
                let iterator = $class::over(deque.clone());
                let skip = given.get(1).map_or(Ok(0), protocol::index_to_isize)?;
                for _ in 0..skip {
                    if protocol::next(&iterator)?.is_none() {
                        break;
                    }
                }
                Ok(iterator)
            }

            #[slot]
            fn iter(zelf: &Value) -> PyResult<Value> {
                Ok(zelf.clone())
            }

            #[slot]
            fn iternext(&self) -> PyResult<Option<Value>> {
                if self.deque.state() != self.state {
                    self.left.set(0);
                    return Err(mutated());
                }
                if self.left.get() == 0 {
                    return Ok(None);
                }
                let left = self.left.get() - 1;
                let at = if $reverse { left } else { self.given.get() };
                self.left.set(left);
                self.given.set(self.given.get() + 1);
                Ok(self.deque.at(at))
            }

            /// Private method returning an estimate of len(list(it)).
            #[pymethod("($self, /)")]
            fn __length_hint__(&self) -> usize {
                self.left.get()
            }

            /// Return state information for pickling.
            #[pymethod("($self, /)")]
            fn __reduce__(zelf: &Ref<$class>) -> Value {
                let args = [
                    zelf.deque.to_value(),
                    Value::from(zelf.deque.size() - zelf.left.get().min(zelf.deque.size())),
                ];
                PyTuple::from_array([zelf.class().to_value(), PyTuple::from_array(args).into_value()])
                    .into_value()
            }
        }
    };
}

iterator!(DequeIterator, "_deque_iterator", false);
iterator!(DequeReverseIterator, "_deque_reverse_iterator", true);
