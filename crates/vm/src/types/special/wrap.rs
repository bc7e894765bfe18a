//! Calling a slot through its wrapper: the arguments of the special method become those of the slot.

use super::slotfn::SlotFn;
use super::table::{SlotDef, Wrap};
use crate::function::args::Args;
use crate::slots::SetAttrFn;
use crate::types::memoryview::PyMemoryView;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, protocol};

#[cold]
fn wrong_count(expected: usize, given: usize) -> PyErr {
    let plural = if expected == 1 { "" } else { "s" };
    exceptions::type_error(format!("expected {expected} argument{plural}, got {given}"))
}

fn none(args: &[Value]) -> PyResult<()> {
    if args.is_empty() { Ok(()) } else { Err(wrong_count(0, args.len())) }
}

fn one(args: &[Value]) -> PyResult<&Value> {
    match args {
        [a] => Ok(a),
        _ => Err(wrong_count(1, args.len())),
    }
}

fn two<'a>(name: &str, args: &'a [Value]) -> PyResult<(&'a Value, &'a Value)> {
    match args {
        [a, b] => Ok((a, b)),
        _ => Err(exceptions::type_error(format!("{name} expected 2 arguments, got {}", args.len()))),
    }
}

fn one_or_two(args: &[Value]) -> PyResult<(&Value, Option<&Value>)> {
    match args {
        [a] => Ok((a, None)),
        [a, b] => Ok((a, Some(b))),
        _ => Err(exceptions::type_error(format!("expected 1 or 2 arguments, got {}", args.len()))),
    }
}

/// A count: ints that are too large raise OverflowError.
fn count(value: &Value) -> PyResult<isize> {
    let index = protocol::as_index(value)?;
    crate::types::int::to_i64(&index).map(|n| n as isize).ok_or_else(|| {
        exceptions::overflow_error(format!("cannot fit '{}' into an index-sized integer", value.type_name()))
    })
}

/// An index, counted from the end if negative.
fn index(receiver: &Value, value: &Value) -> PyResult<isize> {
    let index = count(value)?;
    if index < 0 && receiver.class().slots().len.is_some() {
        return Ok(index.saturating_add_unsigned(protocol::len(receiver)?));
    }
    Ok(index)
}

/// Refuses to get past the attribute setting of a builtin class with that of one of its bases.
fn check_setattr(receiver: &Value, function: SetAttrFn, name: &str) -> PyResult<()> {
    let native = |f: &SetAttrFn| !std::ptr::fn_addr_eq(*f, super::trampoline::setattro as SetAttrFn);
    let mut class = Some(receiver.class().clone());
    let mut first = None;
    while let Some(next) = class {
        first = next.slots().setattro.filter(native);
        class = if first.is_some() { None } else { next.base.get() };
    }
    match first {
        Some(first) if !std::ptr::fn_addr_eq(first, function) => {
            Err(exceptions::type_error(format!("can't apply this {name} to {} object", receiver.type_name())))
        }
        _ => Ok(()),
    }
}

fn done(result: PyResult<()>) -> PyResult<Value> {
    result.map(|()| Value::NONE)
}

/// Calls `function`, the slot of `def`, with the arguments after the receiver.
pub(super) fn call(def: &SlotDef, function: SlotFn, receiver: &Value, args: Args<'_>) -> PyResult<Value> {
    match function {
        SlotFn::Call(f) => return f(receiver, args),
        SlotFn::Init(f) => return done(f(receiver, args)),
        _ if args.has_keywords() => {
            return Err(exceptions::type_error(format!("wrapper {}() takes no keyword arguments", def.name)));
        }
        _ => {}
    }
    let args = args.args;
    match (function, def.wrap) {
        (SlotFn::Unary(f), _) => {
            none(args)?;
            f(receiver)
        }
        (SlotFn::Binary(f), Wrap::BinaryRight) => f(one(args)?, receiver),
        (SlotFn::Binary(f), _) => f(receiver, one(args)?),
        (SlotFn::Ternary(f), wrap) => {
            let (other, modulus) = one_or_two(args)?;
            let none = Value::NONE;
            let modulus = modulus.unwrap_or(&none);
            if wrap == Wrap::TernaryRight { f(other, receiver, modulus) } else { f(receiver, other, modulus) }
        }
        (SlotFn::Inquiry(f), _) => {
            none(args)?;
            f(receiver).map(Value::from_bool)
        }
        (SlotFn::Len(f), _) => {
            none(args)?;
            f(receiver).map(Value::from)
        }
        (SlotFn::Hash(f), _) => {
            none(args)?;
            f(receiver).map(Value::from)
        }
        (SlotFn::RichCompare(f), Wrap::Compare(op)) => f(receiver, one(args)?, op),
        (SlotFn::GetAttr(f), _) => {
            let name = protocol::attribute_name(one(args)?)?;
            f(receiver, name)?.ok_or_else(|| protocol::missing_attribute(receiver, name))
        }
        (SlotFn::SetAttr(f), Wrap::DelAttr) => {
            let name = protocol::attribute_name(one(args)?)?;
            check_setattr(receiver, f, def.name)?;
            done(f(receiver, name, None))
        }
        (SlotFn::SetAttr(f), _) => {
            let (name, value) = two(def.name, args)?;
            check_setattr(receiver, f, def.name)?;
            done(f(receiver, protocol::attribute_name(name)?, Some(value.clone())))
        }
        (SlotFn::IterNext(f), _) => {
            none(args)?;
            f(receiver)?.ok_or_else(|| exceptions::stop_iteration(Value::NONE))
        }
        (SlotFn::DescrGet(f), _) => descr_get(f, def.name, receiver, args),
        (SlotFn::DescrSet(f), Wrap::DescrDelete | Wrap::DelSubscript) => done(f(receiver, one(args)?, None)),
        (SlotFn::DescrSet(f), _) => {
            let (a, b) = two(def.name, args)?;
            done(f(receiver, a, Some(b.clone())))
        }
        (SlotFn::Del(f), _) => {
            none(args)?;
            done(f(receiver))
        }
        (SlotFn::IndexArg(f), Wrap::Item) => f(receiver, index(receiver, one(args)?)?),
        (SlotFn::IndexArg(f), _) => f(receiver, count(one(args)?)?),
        (SlotFn::AssItem(f), Wrap::DelItem) => done(f(receiver, index(receiver, one(args)?)?, None)),
        (SlotFn::AssItem(f), _) => {
            let (at, value) = two(def.name, args)?;
            done(f(receiver, index(receiver, at)?, Some(value.clone())))
        }
        (SlotFn::Contains(f), _) => f(receiver, one(args)?).map(Value::from_bool),
        (SlotFn::Buffer(_), Wrap::ReleaseBuffer) => done(release_buffer(receiver, one(args)?)),
        (SlotFn::Buffer(f), _) => {
            let flags = u32::try_from(count(one(args)?)?).unwrap_or(u32::MAX);
            Ok(PyMemoryView::from_buffer(f(receiver, flags)?).into_value())
        }
        _ => Err(exceptions::system_error(format!("the slot of {} has no wrapper", def.name))),
    }
}

/// Releases a memoryview of `owner`'s memory.
fn release_buffer(owner: &Value, view: &Value) -> PyResult<()> {
    let Some(view) = view.downcast::<PyMemoryView>() else {
        return Err(exceptions::type_error("expected a memoryview object"));
    };
    if view.is_released() {
        return Err(exceptions::value_error("memoryview's buffer has already been released"));
    }
    if !view.layout()?.owner().is(owner) {
        return Err(exceptions::value_error("memoryview's buffer is not this object"));
    }
    view.release_view()
}

fn descr_get(f: crate::slots::DescrGetFn, name: &str, receiver: &Value, args: &[Value]) -> PyResult<Value> {
    let (object, owner) = match args {
        [object] => (object, None),
        [object, owner] => (object, Some(owner)),
        _ => {
            let (bound, count, plural) =
                if args.is_empty() { ("at least", 1, "") } else { ("at most", 2, "s") };
            let given = args.len();
            return Err(exceptions::type_error(format!(
                "{name} expected {bound} {count} argument{plural}, got {given}"
            )));
        }
    };
    let object = Some(object).filter(|o| !o.is_none());
    let owner = owner.filter(|o| !o.is_none());
    if object.is_none() && owner.is_none() {
        return Err(exceptions::type_error("__get__(None, None) is invalid"));
    }
    f(receiver, object, owner)
}
