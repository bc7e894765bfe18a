//! Who awaits a future: nobody, a single task, as nearly always, or a set of them.

use minipy_vm::types::set::{any_set, frozenset_of, set_of};
use minipy_vm::{GilCell, PyResult, Traverse, Value, Visitor, protocol};

#[derive(Clone, Default)]
enum Waiters {
    #[default]
    Nobody,
    One(Value),
    /// A `set`. It stays one when it shrinks.
    Many(Value),
}

#[derive(Default)]
pub struct AwaitedBy(GilCell<Waiters>);

impl Traverse for AwaitedBy {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.0.with(|waiters| match waiters {
            Waiters::Nobody => {}
            Waiters::One(waiter) => waiter.traverse(visit),
            Waiters::Many(set) => set.traverse(visit),
        });
    }
}

impl AwaitedBy {
    pub fn clear(&self) {
        drop(self.0.take());
    }

    pub fn add(&self, waiter: &Value) -> PyResult<()> {
        match self.0.get() {
            Waiters::Nobody => self.0.set(Waiters::One(waiter.clone())),
            Waiters::One(only) if only.is(waiter) => {}
            Waiters::One(only) => self.0.set(Waiters::Many(set_of(vec![only, waiter.clone()])?)),
            Waiters::Many(set) => {
                if let Some(set) = any_set(&set) {
                    set.add(waiter.clone())?;
                }
            }
        }
        Ok(())
    }

    pub fn discard(&self, waiter: &Value) -> PyResult<()> {
        let set = self.0.with(|waiters| match waiters {
            Waiters::Nobody => None,
            Waiters::One(only) => only.is(waiter).then(|| (std::mem::take(waiters), None)),
            Waiters::Many(set) => Some((Waiters::Nobody, Some(set.clone()))),
        });
        if let Some((_, Some(set))) = set
            && let Some(set) = any_set(&set)
        {
            set.discard_hashed(waiter, protocol::hash(waiter)?)?;
        }
        Ok(())
    }

    /// `_asyncio_awaited_by`: None or a frozenset.
    pub fn as_frozenset(&self) -> Option<Value> {
        match self.0.get() {
            Waiters::Nobody => None,
            Waiters::One(only) => Some(frozenset_of(vec![only])),
            Waiters::Many(set) => {
                Some(frozenset_of(any_set(&set).map(|set| set.to_vec()).unwrap_or_default()))
            }
        }
    }
}
