//! Which parts of code objects are one object.
//!
//! CPython's compiler makes equal constants, tuples of names and tables of a module one object, and marshal marks what has more than
//! one reference. Here many of them are no objects at all, so they are counted by what they are equal to.

use minipy_bytecode::{Constant, Str};
use minipy_vm::types::code::{PyCode, as_constant};
use minipy_vm::{PyTuple, Ref, StrRef, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// How often each constant of a tree of code objects is referred to.
#[derive(Default)]
pub struct Merged {
    uses: FxHashMap<Constant, Uses>,
    /// The code objects, and the tuples with code in them, that were counted.
    seen: FxHashSet<u64>,
}

struct Uses {
    number: usize,
    count: u32,
}

fn table(data: &[u8]) -> Constant {
    Constant::Bytes(data.into())
}

fn names(names: &[StrRef]) -> Constant {
    Constant::tuple(names.iter().map(|name| Constant::Str(Str::from(name.to_wtf8()), true)).collect())
}

fn is_code(value: &Value) -> bool {
    value.downcast::<PyCode>().is_some()
}

/// Whether the tuple of the names of a code object's fast locals is one with those equal to it. CPython renames the parameter of
/// functions that compute annotations after making that sure.
pub fn shares_locals(code: &PyCode) -> bool {
    !(code.name.eq_str("__annotate__") && code.locals.first().is_some_and(|name| name.eq_str("format")))
}

impl Merged {
    /// Counts what a code object and those in it refer to, once for each of them.
    pub fn add(&mut self, code: &Ref<PyCode>) {
        if !self.seen.insert(code.as_value().bits()) {
            return;
        }
        self.count(names(&code.names));
        if shares_locals(code) {
            self.count(names(&code.locals));
        }
        self.count(table(&code.object.linetable));
        self.count(table(&code.object.exceptiontable));
        self.add_value(code.consts.as_value());
    }

    /// Counts a reference to a constant, and at the first one what it refers to itself.
    fn add_value(&mut self, value: &Value) {
        if let Some(code) = value.downcast_exact::<PyCode>() {
            return self.add(code);
        }
        let items = value.downcast_exact::<PyTuple>();
        // A tuple that holds code is like no other.
        if items.is_some_and(|items| items.iter().any(is_code)) {
            if !self.seen.insert(value.bits()) {
                return;
            }
            items.into_iter().flat_map(|items| items.iter()).for_each(|item| self.add_value(item));
            return;
        }
        let Some(constant) = as_constant(value) else { return };
        if let Constant::FrozenSet(items) = &constant {
            let items = items.clone();
            if self.count(constant) {
                for item in items.iter() {
                    self.count(item.clone());
                }
            }
        } else if self.count(constant) {
            items.into_iter().flat_map(|items| items.iter()).for_each(|item| self.add_value(item));
        }
    }

    /// Counts a reference; whether it is the first one.
    fn count(&mut self, constant: Constant) -> bool {
        let number = self.uses.len();
        let uses = self.uses.entry(constant).or_insert(Uses { number, count: 0 });
        uses.count += 1;
        uses.count == 1
    }

    /// The identity of a constant that several places refer to, which is like no address, or whether only one does; `None` if it is
    /// no constant that a compiler makes.
    pub fn identity(&self, value: &Value) -> Option<Option<usize>> {
        if value.downcast_exact::<PyTuple>().is_some_and(|items| items.iter().any(is_code)) {
            return Some(None);
        }
        let uses = self.uses.get(&as_constant(value)?)?;
        Some((uses.count > 1).then_some(uses.number * 8 + 6))
    }
}
