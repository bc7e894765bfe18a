//! `__new__` of builtin classes: a static method that checks the class it is asked to make an instance of.

use super::table::{NEW_DOC, NEW_SIG};
use super::update::is_trampoline;
use super::{Slot, SlotFn};
use crate::function::args::Args;
use crate::macros_support::{MethodDef, MethodKind};
use crate::types::function::PyNative;
use crate::types::typeobj::{PyType, TypeFlags, TypeRef};
use crate::value::Value;
use crate::{PyResult, exceptions};

static NEW: MethodDef = MethodDef {
    name: "__new__",
    func: call_new,
    text_signature: Some(NEW_SIG),
    doc: Some(NEW_DOC),
    kind: MethodKind::Static,
    defining_class: false,
};

/// The `__new__` to put into the dict of a class that fills the slot itself.
pub(super) fn new_method(class: &TypeRef) -> Value {
    PyNative::bound(&NEW, class.to_value()).into_value()
}

/// Whether `value` is the `__new__` of some builtin class.
pub fn is_builtin_new(value: &Value) -> bool {
    value.downcast_exact::<PyNative>().is_some_and(|f| std::ptr::eq(f.def, &NEW))
}

/// `owner.__new__(class, …)`: `args` holds the owner first.
fn call_new(args: Args<'_>) -> PyResult<Value> {
    let mut positional = args.positional().iter();
    let Some(owner) = positional.next().and_then(|o| o.downcast::<PyType>()) else {
        return Err(exceptions::system_error("__new__() called with non-type 'self'"));
    };
    let Some(class) = positional.next() else {
        return Err(exceptions::type_error(format!("{}.__new__(): not enough arguments", owner.name())));
    };
    let Some(class) = class.downcast::<PyType>() else {
        return Err(exceptions::type_error(format!(
            "{}.__new__(X): X is not a type object ({})",
            owner.name(),
            class.type_name()
        )));
    };
    check_class(owner, class)?;
    match owner.slots().new {
        Some(new) => new(class, args.without_receiver().without_receiver()),
        None => Err(exceptions::type_error(format!("cannot create '{}' instances", owner.name()))),
    }
}

/// Refuses to make an instance of a class that is not derived from `owner`, or whose layout another builtin class decides.
fn check_class(owner: &TypeRef, class: &TypeRef) -> PyResult<()> {
    let (owner_name, name) = (owner.name(), class.name());
    if !class.is_subtype(owner) {
        return Err(exceptions::type_error(format!(
            "{owner_name}.__new__({name}): {name} is not a subtype of {owner_name}"
        )));
    }
    let mut native = class.clone();
    while let Some(new) = native.slots().new
        && is_trampoline(Slot::new, SlotFn::New(new))
        && let Some(base) = native.base.get()
    {
        native = base;
    }
    if class.flags().contains(TypeFlags::DISALLOW_INSTANTIATION) || native.slots().new.is_none() {
        return Err(exceptions::type_error(format!("cannot create '{name}' instances")));
    }
    let same = match (native.slots().new, owner.slots().new) {
        (Some(native), Some(own)) => std::ptr::fn_addr_eq(native, own),
        _ => false,
    };
    if same {
        return Ok(());
    }
    Err(exceptions::type_error(format!(
        "{owner_name}.__new__({name}) is not safe, use {}.__new__()",
        native.name()
    )))
}
