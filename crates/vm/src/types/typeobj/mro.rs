//! The method resolution order: the C3 linearisation, or what a metaclass's own `mro()` says.

use super::bases::solid_base;
use super::{PyType, TypeFlags, TypeRef};
use crate::heap::Payload;
use crate::types::tuple::{PyTuple, TupleRef};
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};

/// The C3 linearisation of `class`, from the orders of its bases.
pub fn c3(class: &TypeRef) -> PyResult<Vec<Value>> {
    let bases = class.bases.get().unwrap_or_else(crate::types::tuple::empty);
    for base in bases.iter().filter_map(|b| b.downcast::<PyType>()) {
        if base.mro.with(|mro| mro.is_none()) {
            return Err(exceptions::type_error(format!(
                "Cannot extend an incomplete type '{}'",
                base.name()
            )));
        }
    }
    if let [base] = &bases[..]
        && let Some(base) = base.downcast::<PyType>()
    {
        let inherited = base.mro();
        let mut order = Vec::with_capacity(inherited.len() + 1);
        order.push(class.to_value());
        order.extend(inherited.iter().cloned());
        return Ok(order);
    }
    for (index, base) in bases.iter().enumerate() {
        if bases.iter().skip(index + 1).any(|other| other.is(base)) {
            return Err(exceptions::type_error(format!("duplicate base class {}", class_name(base))));
        }
    }
    let mut lists: Vec<Vec<Value>> =
        bases.iter().filter_map(|b| b.downcast::<PyType>()).map(|b| b.mro().to_vec()).collect();
    lists.push(bases.to_vec());
    let mut order = vec![class.to_value()];
    merge(&mut lists, &mut order)?;
    Ok(order)
}

fn class_name(class: &Value) -> String {
    class.downcast::<PyType>().map_or_else(|| "?".to_owned(), |c| c.short_name())
}

/// Takes, again and again, the first head that is in no list's tail.
fn merge(lists: &mut Vec<Vec<Value>>, order: &mut Vec<Value>) -> PyResult<()> {
    for list in lists.iter_mut() {
        // Heads are taken from the end.
        list.reverse();
    }
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            return Ok(());
        }
        let in_tail = |candidate: &Value| {
            lists
                .iter()
                .any(|list| list.split_last().is_some_and(|(_, tail)| tail.iter().any(|c| c.is(candidate))))
        };
        let Some(next) = lists.iter().filter_map(|list| list.last()).find(|head| !in_tail(head)).cloned()
        else {
            return Err(inconsistent(lists));
        };
        for list in lists.iter_mut() {
            if list.last().is_some_and(|head| head.is(&next)) {
                list.pop();
            }
        }
        order.push(next);
    }
}

#[cold]
fn inconsistent(lists: &[Vec<Value>]) -> exceptions::PyErr {
    let mut heads: Vec<&Value> = Vec::new();
    for head in lists.iter().filter_map(|list| list.last()) {
        if !heads.iter().any(|h| h.is(head)) {
            heads.push(head);
        }
    }
    let names: Vec<String> = heads.into_iter().map(class_name).collect();
    exceptions::type_error(format!(
        "Cannot create a consistent method resolution order (MRO) for bases {}",
        names.join(", ")
    ))
}

/// The order of `class`, asking its metaclass if that has an `mro()` of its own.
fn compute(class: &TypeRef) -> PyResult<TupleRef> {
    let metaclass = class.class();
    let name = name!("mro");
    let own = metaclass.lookup(name);
    let builtin = PyType::class().lookup(name);
    let custom = match (&own, &builtin) {
        (Some(own), Some(builtin)) => !own.is(builtin),
        (own, _) => own.is_some(),
    };
    if !custom {
        return c3(class).map(PyTuple::from_vec);
    }
    let Some(result) = protocol::call_special(class.as_value(), name, &[])? else {
        return c3(class).map(PyTuple::from_vec);
    };
    let order = PyTuple::from_vec(protocol::collect(&result)?);
    check(class, &order)?;
    let mut ancestors = order.iter().filter_map(|entry| entry.downcast::<PyType>());
    if !ancestors.all(|ancestor| ancestor.is(class) || is_base(class, ancestor)) {
        class.set_flag(TypeFlags::FOREIGN_MRO, true);
    }
    Ok(order)
}

/// Whether following `__bases__` leads from `class` to `ancestor`.
fn is_base(class: &TypeRef, ancestor: &TypeRef) -> bool {
    let mut work = vec![class.clone()];
    while let Some(class) = work.pop() {
        if class.is(ancestor) {
            return true;
        }
        let bases = class.bases.get();
        work.extend(bases.iter().flat_map(|b| b.iter()).filter_map(|b| b.downcast::<PyType>()).cloned());
    }
    false
}

/// What a custom order must satisfy: classes only, none of which expects another layout.
fn check(class: &TypeRef, order: &TupleRef) -> PyResult<()> {
    let solid = solid_base(class);
    for entry in order.iter() {
        let Some(base) = entry.downcast::<PyType>() else {
            return Err(exceptions::type_error(format!(
                "mro() returned a non-class ('{}')",
                entry.type_name()
            )));
        };
        if !solid.is(&solid_base(base)) && !solid.is_subtype(&solid_base(base)) {
            return Err(exceptions::type_error(format!(
                "mro() returned base with unsuitable layout ('{}')",
                base.name()
            )));
        }
    }
    if order.is_empty() {
        return Err(exceptions::type_error("type MRO must not be empty"));
    }
    Ok(())
}

/// Computes the order and stores it. False if `mro()` itself has set another one meanwhile.
pub fn set_mro(class: &TypeRef) -> PyResult<bool> {
    let before = class.mro.get();
    let order = compute(class)?;
    let after = class.mro.get();
    let same = match (&before, &after) {
        (None, None) => true,
        (Some(before), Some(after)) => before.is(after),
        _ => false,
    };
    if !same {
        return Ok(false);
    }
    class.modified();
    class.mro.set(Some(order));
    class.modified();
    Ok(true)
}
