//! `__new__` of builtin classes: a static method that checks the class it is asked to make an instance of.

use super::table::{NEW_DOC, NEW_SIG};
use super::update::is_trampoline;
use super::{Slot, SlotFn};
use crate::function::args::Args;
use crate::macros_support::{ClassFlags, MethodDef, MethodKind};
use crate::slots::NewFn;
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
    checked_new(owner, class)?(class, args.without_receiver().without_receiver())
}

/// The function that makes an instance of `class` for `owner.__new__`. TypeError if the class is not derived from `owner`, or
/// if another builtin class with a `__new__` of its own decides its layout.
fn checked_new(owner: &TypeRef, class: &TypeRef) -> PyResult<NewFn> {
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
    let cannot = || exceptions::type_error(format!("cannot create '{name}' instances"));
    if class.flags().contains(TypeFlags::DISALLOW_INSTANTIATION) {
        return Err(cannot());
    }
    let new = native.slots().new.ok_or_else(cannot)?;
    let plain = native.builtin.is_some_and(|def| def.flags.has(ClassFlags::PLAIN_NEW));
    let same = owner.slots().new.is_some_and(|own| std::ptr::fn_addr_eq(new, own));
    if same || plain && native.is_subtype(owner) {
        return Ok(new);
    }
    Err(exceptions::type_error(format!(
        "{owner_name}.__new__({name}) is not safe, use {}.__new__()",
        native.name()
    )))
}
