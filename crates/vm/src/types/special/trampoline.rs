//! What fills the slots of classes that define special methods in Python: each function looks its method up on the
//! receiver's class and calls it.

use crate::function::args::Args;
use crate::heap::Payload;
use crate::protocol::{self, CmpOp};
use crate::slots::GetAttrFn;
use crate::types::int::PyInt;
use crate::types::str::StrRef;
use crate::types::typeobj::{TypeFlags, TypeRef};
use crate::value::Value;
use crate::{PyResult, exceptions, name};
use smallvec::SmallVec;

/// A special method as found on the class, and whether the receiver goes first when it is called.
struct Method {
    function: Value,
    unbound: bool,
}

impl Method {
    #[inline]
    fn find(receiver: &Value, name: &StrRef) -> PyResult<Option<Method>> {
        let class = receiver.class();
        let Some(found) = class.lookup(name) else { return Ok(None) };
        let descriptor = found.class();
        if descriptor.flags().contains(TypeFlags::METHOD_DESCRIPTOR) {
            return Ok(Some(Method { function: found, unbound: true }));
        }
        match descriptor.slots().descr_get {
            Some(get) => {
                let class = class.to_value();
                let bound = get(&found, Some(receiver), Some(&class))?;
                Ok(Some(Method { function: bound, unbound: false }))
            }
            None => Ok(Some(Method { function: found, unbound: false })),
        }
    }

    /// As [`Method::find`]; AttributeError if the method was deleted or is the other half of a slot.
    #[inline]
    fn require(receiver: &Value, name: &StrRef) -> PyResult<Method> {
        match Method::find(receiver, name)? {
            Some(method) => Ok(method),
            None => Err(exceptions::attribute_error(name.to_string_lossy(), receiver, name)),
        }
    }

    #[inline]
    fn call0(&self, receiver: &Value) -> PyResult<Value> {
        if self.unbound {
            protocol::call(&self.function, std::slice::from_ref(receiver))
        } else {
            protocol::call(&self.function, &[])
        }
    }

    #[inline]
    fn call1(&self, receiver: &Value, argument: &Value) -> PyResult<Value> {
        let all = [receiver.clone(), argument.clone()];
        protocol::call(&self.function, &all[usize::from(!self.unbound)..])
    }

    #[inline]
    fn call2(&self, receiver: &Value, a: &Value, b: &Value) -> PyResult<Value> {
        let all = [receiver.clone(), a.clone(), b.clone()];
        protocol::call(&self.function, &all[usize::from(!self.unbound)..])
    }

    fn call_args(&self, receiver: &Value, args: Args<'_>) -> PyResult<Value> {
        if !self.unbound {
            return protocol::call_args(&self.function, args);
        }
        let mut all: SmallVec<[Value; 8]> = SmallVec::with_capacity(args.args.len() + 1);
        all.push(receiver.clone());
        all.extend(args.args.iter().cloned());
        protocol::call_args(&self.function, Args { args: &all, kwnames: args.kwnames })
    }
}

macro_rules! unary_slots {
    ($($slot:ident $name:literal),* $(,)?) => {
        $(pub fn $slot(object: &Value) -> PyResult<Value> {
            Method::require(object, name!($name))?.call0(object)
        })*
    };
}

unary_slots! {
    neg "__neg__", pos "__pos__", abs "__abs__", invert "__invert__", int "__int__", float "__float__",
    index "__index__", am_await "__await__", aiter "__aiter__", anext "__anext__",
}

pub fn repr(object: &Value) -> PyResult<Value> {
    match Method::find(object, name!("__repr__"))? {
        Some(method) => method.call0(object),
        None => Ok(protocol::default_repr(object).into_value()),
    }
}

pub fn str(object: &Value) -> PyResult<Value> {
    Method::require(object, name!("__str__"))?.call0(object)
}

pub fn hash(object: &Value) -> PyResult<i64> {
    let method = match Method::find(object, name!("__hash__"))? {
        Some(method) if !method.function.is_none() => method,
        _ => return protocol::hash_not_implemented(object),
    };
    let result = method.call0(object)?;
    if let Some(n) = result.as_small_int() {
        return Ok(if n == -1 { -2 } else { n });
    }
    if !protocol::is_int(&result) {
        return Err(exceptions::type_error("__hash__ method should return an integer"));
    }
    match crate::types::int::to_i64(&result) {
        Some(-1) => Ok(-2),
        Some(n) => Ok(n),
        None => match PyInt::class().slots().hash {
            Some(hash) => hash(&result),
            None => protocol::hash_not_implemented(&result),
        },
    }
}

pub fn call(object: &Value, args: Args<'_>) -> PyResult<Value> {
    Method::require(object, name!("__call__"))?.call_args(object, args)
}

pub fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
    let function = protocol::getattr(class.as_value(), name!("__new__"))?;
    let mut all: SmallVec<[Value; 8]> = SmallVec::with_capacity(args.args.len() + 1);
    all.push(class.to_value());
    all.extend(args.args.iter().cloned());
    protocol::call_args(&function, Args { args: &all, kwnames: args.kwnames })
}

pub fn init(object: &Value, args: Args<'_>) -> PyResult<()> {
    let result = Method::require(object, name!("__init__"))?.call_args(object, args)?;
    if result.is_none() {
        return Ok(());
    }
    Err(exceptions::type_error(format!("__init__() should return None, not '{}'", result.type_name())))
}

pub fn richcompare(object: &Value, other: &Value, op: CmpOp) -> PyResult<Value> {
    let name = match op {
        CmpOp::Lt => name!("__lt__"),
        CmpOp::Le => name!("__le__"),
        CmpOp::Eq => name!("__eq__"),
        CmpOp::Ne => name!("__ne__"),
        CmpOp::Gt => name!("__gt__"),
        CmpOp::Ge => name!("__ge__"),
    };
    // A method that cannot be got is none.
    match Method::find(object, name) {
        Ok(Some(method)) => method.call1(object, other),
        Ok(None) | Err(_) => Ok(Value::NOT_IMPLEMENTED),
    }
}

pub fn getattribute(object: &Value, name: &StrRef) -> PyResult<Option<Value>> {
    Method::require(object, name!("__getattribute__"))?.call1(object, name.as_value()).map(Some)
}

/// Attribute access of a class that defines `__getattr__`, with or without `__getattribute__`.
pub fn getattr_hook(object: &Value, name: &StrRef) -> PyResult<Option<Value>> {
    let found = match builtin_getattro(object) {
        Some(getattro) => getattro(object, name),
        None => getattribute(object, name),
    };
    match found {
        Ok(Some(value)) => return Ok(Some(value)),
        Ok(None) => {}
        Err(error) if error.is_instance(exceptions::attribute_error_class()) => {
            if object.class().lookup(name!("__getattr__")).is_none() {
                return Err(error);
            }
        }
        Err(error) => return Err(error),
    }
    match Method::find(object, name!("__getattr__"))? {
        Some(method) => method.call1(object, name.as_value()).map(Some),
        None => Ok(None),
    }
}

/// The function behind the class's `__getattribute__` if that is a builtin class's own.
fn builtin_getattro(object: &Value) -> Option<GetAttrFn> {
    let found = object.class().lookup(name!("__getattribute__"))?;
    let wrapper = found.downcast_exact::<super::PyWrapperDescriptor>()?;
    match wrapper.function {
        super::SlotFn::GetAttr(getattro) if object.is_instance_of(&wrapper.objclass) => Some(getattro),
        _ => None,
    }
}

pub fn setattro(object: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
    match value {
        Some(value) => {
            Method::require(object, name!("__setattr__"))?.call2(object, name.as_value(), &value)?
        }
        None => Method::require(object, name!("__delattr__"))?.call1(object, name.as_value())?,
    };
    Ok(())
}

pub fn iter(object: &Value) -> PyResult<Value> {
    match Method::find(object, name!("__iter__"))? {
        Some(method) if !method.function.is_none() => method.call0(object),
        _ => Err(exceptions::type_error(format!("'{}' object is not iterable", object.type_name()))),
    }
}

pub fn iternext(object: &Value) -> PyResult<Option<Value>> {
    Method::require(object, name!("__next__"))?.call0(object).map(Some)
}

pub fn descr_get(descriptor: &Value, object: Option<&Value>, owner: Option<&Value>) -> PyResult<Value> {
    let Some(found) = descriptor.class().lookup(name!("__get__")) else { return Ok(descriptor.clone()) };
    let none = Value::NONE;
    let method = Method { function: found, unbound: true };
    method.call2(descriptor, object.unwrap_or(&none), owner.unwrap_or(&none))
}

pub fn descr_set(descriptor: &Value, object: &Value, value: Option<Value>) -> PyResult<()> {
    match value {
        Some(value) => Method::require(descriptor, name!("__set__"))?.call2(descriptor, object, &value)?,
        None => Method::require(descriptor, name!("__delete__"))?.call1(descriptor, object)?,
    };
    Ok(())
}

pub fn del(object: &Value) -> PyResult<()> {
    match Method::find(object, name!("__del__"))? {
        Some(method) => method.call0(object).map(drop),
        None => Ok(()),
    }
}

pub fn bool(object: &Value) -> PyResult<bool> {
    let method = match Method::find(object, name!("__bool__"))? {
        Some(method) if method.function.is_none() => {
            let message = format!("'{}' cannot be interpreted as a boolean", object.type_name());
            return Err(exceptions::type_error(message));
        }
        Some(method) => method,
        None => return Ok(true),
    };
    let result = method.call0(object)?;
    result.as_bool().ok_or_else(|| {
        exceptions::type_error(format!("__bool__ should return bool, returned {}", result.type_name()))
    })
}

pub fn len(object: &Value) -> PyResult<usize> {
    let result = Method::require(object, name!("__len__"))?.call0(object)?;
    if let Some(n) = result.as_small_int()
        && let Ok(n) = usize::try_from(n)
    {
        return Ok(n);
    }
    let index = protocol::as_index(&result)?;
    if crate::types::int::is_negative(&index) {
        return Err(exceptions::value_error("__len__() should return >= 0"));
    }
    match crate::types::int::to_i64(&index) {
        Some(n) => Ok(n as usize),
        None => Err(exceptions::overflow_error(format!(
            "cannot fit '{}' into an index-sized integer",
            index.type_name()
        ))),
    }
}

pub fn subscript(object: &Value, key: &Value) -> PyResult<Value> {
    Method::require(object, name!("__getitem__"))?.call1(object, key)
}

pub fn ass_subscript(object: &Value, key: &Value, value: Option<Value>) -> PyResult<()> {
    match value {
        Some(value) => Method::require(object, name!("__setitem__"))?.call2(object, key, &value)?,
        None => Method::require(object, name!("__delitem__"))?.call1(object, key)?,
    };
    Ok(())
}

pub fn sq_item(object: &Value, index: isize) -> PyResult<Value> {
    subscript(object, &Value::from(index as i64))
}

pub fn sq_ass_item(object: &Value, index: isize, value: Option<Value>) -> PyResult<()> {
    ass_subscript(object, &Value::from(index as i64), value)
}

pub fn contains(object: &Value, item: &Value) -> PyResult<bool> {
    match Method::find(object, name!("__contains__"))? {
        Some(method) if method.function.is_none() => {
            Err(exceptions::type_error(format!("'{}' object is not a container", object.type_name())))
        }
        Some(method) => protocol::truth(&method.call1(object, item)?),
        None => protocol::contains_by_iteration(object, item),
    }
}

fn call_or_not_implemented(receiver: &Value, name: &StrRef, argument: &Value) -> PyResult<Value> {
    match Method::find(receiver, name)? {
        Some(method) => method.call1(receiver, argument),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Whether the right operand's class has its own version of a reflected method.
fn overrides(left: &Value, right: &Value, reflected: &StrRef) -> bool {
    match (right.class().lookup(reflected), left.class().lookup(reflected)) {
        (Some(own), Some(inherited)) => !own.is(&inherited),
        (own, _) => own.is_some(),
    }
}

/// The order in which the operands' methods are asked: the left one first, unless the right one's class is derived from
/// the left one's and overrides the reflected method. Whichever operand's class has the trampoline in its slot is asked.
#[inline]
fn binary(
    left: &Value,
    right: &Value,
    left_here: bool,
    right_here: bool,
    names: (&StrRef, &StrRef),
) -> PyResult<Value> {
    let (class_left, class_right) = (left.class(), right.class());
    let same_class = class_left.is(class_right);
    let mut ask_right = right_here && !same_class;
    if left_here {
        if ask_right && class_right.is_subtype(class_left) && overrides(left, right, names.1) {
            let result = call_or_not_implemented(right, names.1, left)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
            ask_right = false;
        }
        let result = call_or_not_implemented(left, names.0, right)?;
        if !result.is_not_implemented() || same_class {
            return Ok(result);
        }
    }
    if ask_right { call_or_not_implemented(right, names.1, left) } else { Ok(Value::NOT_IMPLEMENTED) }
}

macro_rules! binary_slots {
    ($($slot:ident $name:literal $reflected:literal),* $(,)?) => {
        $(pub fn $slot(left: &Value, right: &Value) -> PyResult<Value> {
            let here = |v: &Value| {
                v.class().slots().$slot.is_some_and(|f| std::ptr::fn_addr_eq(f, $slot as crate::slots::BinaryFn))
            };
            binary(left, right, here(left), here(right), (name!($name), name!($reflected)))
        })*
    };
}

binary_slots! {
    add "__add__" "__radd__", sub "__sub__" "__rsub__", mul "__mul__" "__rmul__", matmul "__matmul__" "__rmatmul__",
    truediv "__truediv__" "__rtruediv__", floordiv "__floordiv__" "__rfloordiv__", modulo "__mod__" "__rmod__",
    divmod "__divmod__" "__rdivmod__", lshift "__lshift__" "__rlshift__", rshift "__rshift__" "__rrshift__",
    and "__and__" "__rand__", or "__or__" "__ror__", xor "__xor__" "__rxor__",
}

macro_rules! inplace_slots {
    ($($slot:ident $name:literal),* $(,)?) => {
        $(pub fn $slot(left: &Value, right: &Value) -> PyResult<Value> {
            call_or_not_implemented(left, name!($name), right)
        })*
    };
}

inplace_slots! {
    iadd "__iadd__", isub "__isub__", imul "__imul__", imatmul "__imatmul__", itruediv "__itruediv__",
    ifloordiv "__ifloordiv__", imodulo "__imod__", ilshift "__ilshift__", irshift "__irshift__", iand "__iand__",
    ior "__ior__", ixor "__ixor__",
}

/// `pow` with two or three arguments: with three, the methods get the modulus too.
pub fn pow(left: &Value, right: &Value, modulus: &Value) -> PyResult<Value> {
    let here = |v: &Value| {
        v.class().slots().pow.is_some_and(|f| std::ptr::fn_addr_eq(f, pow as crate::slots::TernaryFn))
    };
    let names = (name!("__pow__"), name!("__rpow__"));
    if modulus.is_none() {
        return binary(left, right, here(left), here(right), names);
    }
    let ask = |receiver: &Value, name: &StrRef, other: &Value| match Method::find(receiver, name)? {
        Some(method) => method.call2(receiver, other, modulus),
        None => Ok(Value::NOT_IMPLEMENTED),
    };
    let same_class = left.class().is(right.class());
    let mut ask_right = here(right) && !same_class;
    if here(left) {
        if ask_right && right.class().is_subtype(left.class()) && overrides(left, right, names.1) {
            let result = ask(right, names.1, left)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
            ask_right = false;
        }
        let result = ask(left, names.0, right)?;
        if !result.is_not_implemented() || same_class {
            return Ok(result);
        }
    }
    if ask_right { ask(right, names.1, left) } else { Ok(Value::NOT_IMPLEMENTED) }
}

pub fn ipow(left: &Value, right: &Value, _modulus: &Value) -> PyResult<Value> {
    call_or_not_implemented(left, name!("__ipow__"), right)
}
