//! The table of special methods: which slot each one fills and how its wrapper calls that slot.

use super::slotfn::{Slot, SlotFn};
use super::trampoline as t;
use crate::protocol::CmpOp;
use crate::types::memoryview::buffer_of_python;

/// How a wrapper turns its arguments into a call of the slot, and the slot's result into an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrap {
    Unary,
    Binary,
    /// A binary slot with self as left operand.
    BinaryLeft,
    /// A binary slot with self as right operand.
    BinaryRight,
    Ternary,
    TernaryRight,
    Inquiry,
    Len,
    Hash,
    Call,
    New,
    Init,
    Compare(CmpOp),
    GetAttr,
    SetAttr,
    DelAttr,
    Next,
    DescrGet,
    DescrSet,
    DescrDelete,
    Del,
    /// A sequence slot with an index that counts from the end if negative.
    Item,
    SetItem,
    DelItem,
    /// A sequence slot with a plain number.
    Repeat,
    SetSubscript,
    DelSubscript,
    Contains,
    Buffer,
    /// Ends a view that the buffer slot has made.
    ReleaseBuffer,
    /// `__getattr__`: takes part in the slot, but a builtin class has no wrapper for it.
    Hook,
}

/// One special method's part in one slot.
pub struct SlotDef {
    pub name: &'static str,
    pub slot: Slot,
    pub wrap: Wrap,
    /// What fills the slot when a class defines the method in Python; `None` if that leaves the slot empty.
    pub trampoline: Option<SlotFn>,
    pub text_signature: &'static str,
    pub doc: &'static str,
}

const SELF: &str = "($self, /)";
const VALUE: &str = "($self, value, /)";
const KEY: &str = "($self, key, /)";
const KEY_VALUE: &str = "($self, key, value, /)";
const NAME: &str = "($self, name, /)";
const MOD: &str = "($self, value, mod=None, /)";
const ANY: &str = "($self, /, *args, **kwargs)";

macro_rules! def {
    ($name:literal, $slot:ident, $wrap:expr, $sig:expr, $doc:expr) => {
        SlotDef {
            name: $name,
            slot: Slot::$slot,
            wrap: $wrap,
            trampoline: None,
            text_signature: $sig,
            doc: $doc,
        }
    };
    ($name:literal, $slot:ident, $wrap:expr, $kind:ident($f:path), $sig:expr, $doc:expr) => {
        SlotDef {
            name: $name,
            slot: Slot::$slot,
            wrap: $wrap,
            trampoline: Some(SlotFn::$kind($f)),
            text_signature: $sig,
            doc: $doc,
        }
    };
}

macro_rules! binary {
    ($name:literal, $slot:ident, $wrap:ident, $doc:literal) => {
        def!($name, $slot, Wrap::$wrap, Binary(t::$slot), VALUE, $doc)
    };
}

macro_rules! unary {
    ($name:literal, $slot:ident, $doc:expr) => {
        def!($name, $slot, Wrap::Unary, Unary(t::$slot), SELF, $doc)
    };
}

macro_rules! compare {
    ($name:literal, $op:ident, $doc:literal) => {
        def!($name, richcompare, Wrap::Compare(CmpOp::$op), RichCompare(t::richcompare), VALUE, $doc)
    };
}

const ITER_DOC: &str = "Implement iter(self).";
const INDEX_DOC: &str =
    "Return self converted to an integer, if self is suitable for use as an index into a list.";
const AITER_DOC: &str = "Return an awaitable, that resolves in asynchronous iterator.";
const INIT_DOC: &str = "Initialize self.  See help(type(self)) for accurate signature.";
const GET_SIG: &str = "($self, instance, owner=None, /)";
const GET_DOC: &str = "Return an attribute of instance, which is of type owner.";
const SET_SIG: &str = "($self, instance, value, /)";
const DELETE_SIG: &str = "($self, instance, /)";
/// `__new__` of a builtin class, which is no wrapper but a static method.
pub const NEW_DOC: &str = "Create and return a new object.  See help(type) for accurate signature.";
pub const NEW_SIG: &str = "($type, *args, **kwargs)";

/// Every special method that a slot stands for, in the order in which class dicts list them. Of two entries with the same
/// name the first whose slot is filled makes the wrapper.
pub static SLOT_DEFS: &[SlotDef] = &[
    def!("__new__", new, Wrap::New, New(t::new), NEW_SIG, NEW_DOC),
    unary!("__repr__", repr, "Return repr(self)."),
    def!("__hash__", hash, Wrap::Hash, Hash(t::hash), SELF, "Return hash(self)."),
    def!("__call__", call, Wrap::Call, Call(t::call), ANY, "Call self as a function."),
    unary!("__str__", str, "Return str(self)."),
    def!(
        "__getattribute__",
        getattro,
        Wrap::GetAttr,
        GetAttr(t::getattribute),
        NAME,
        "Return getattr(self, name)."
    ),
    def!("__getattr__", getattro, Wrap::Hook, GetAttr(t::getattr_hook), "", ""),
    def!(
        "__setattr__",
        setattro,
        Wrap::SetAttr,
        SetAttr(t::setattro),
        "($self, name, value, /)",
        "Implement setattr(self, name, value)."
    ),
    def!(
        "__delattr__",
        setattro,
        Wrap::DelAttr,
        SetAttr(t::setattro),
        NAME,
        "Implement delattr(self, name)."
    ),
    compare!("__lt__", Lt, "Return self<value."),
    compare!("__le__", Le, "Return self<=value."),
    compare!("__eq__", Eq, "Return self==value."),
    compare!("__ne__", Ne, "Return self!=value."),
    compare!("__gt__", Gt, "Return self>value."),
    compare!("__ge__", Ge, "Return self>=value."),
    unary!("__iter__", iter, ITER_DOC),
    def!("__next__", iternext, Wrap::Next, IterNext(t::iternext), SELF, "Implement next(self)."),
    def!("__get__", descr_get, Wrap::DescrGet, DescrGet(t::descr_get), GET_SIG, GET_DOC),
    def!(
        "__set__",
        descr_set,
        Wrap::DescrSet,
        DescrSet(t::descr_set),
        SET_SIG,
        "Set an attribute of instance to value."
    ),
    def!(
        "__delete__",
        descr_set,
        Wrap::DescrDelete,
        DescrSet(t::descr_set),
        DELETE_SIG,
        "Delete an attribute of instance."
    ),
    def!("__init__", init, Wrap::Init, Init(t::init), ANY, INIT_DOC),
    def!("__del__", del, Wrap::Del, Del(t::del), SELF, "Called when the instance is about to be destroyed."),
    def!(
        "__buffer__",
        buffer,
        Wrap::Buffer,
        Buffer(buffer_of_python),
        "($self, flags, /)",
        "Return a buffer object that exposes the underlying memory of the object."
    ),
    def!(
        "__release_buffer__",
        buffer,
        Wrap::ReleaseBuffer,
        Buffer(buffer_of_python),
        "($self, buffer, /)",
        "Release the buffer object that exposes the underlying memory of the object."
    ),
    unary!("__await__", am_await, "Return an iterator to be used in await expression."),
    unary!("__aiter__", aiter, AITER_DOC),
    unary!("__anext__", anext, "Return a value or raise StopAsyncIteration."),
    binary!("__add__", add, BinaryLeft, "Return self+value."),
    binary!("__radd__", add, BinaryRight, "Return value+self."),
    binary!("__sub__", sub, BinaryLeft, "Return self-value."),
    binary!("__rsub__", sub, BinaryRight, "Return value-self."),
    binary!("__mul__", mul, BinaryLeft, "Return self*value."),
    binary!("__rmul__", mul, BinaryRight, "Return value*self."),
    binary!("__mod__", modulo, BinaryLeft, "Return self%value."),
    binary!("__rmod__", modulo, BinaryRight, "Return value%self."),
    binary!("__divmod__", divmod, BinaryLeft, "Return divmod(self, value)."),
    binary!("__rdivmod__", divmod, BinaryRight, "Return divmod(value, self)."),
    def!("__pow__", pow, Wrap::Ternary, Ternary(t::pow), MOD, "Return pow(self, value, mod)."),
    def!("__rpow__", pow, Wrap::TernaryRight, Ternary(t::pow), MOD, "Return pow(value, self, mod)."),
    unary!("__neg__", neg, "-self"),
    unary!("__pos__", pos, "+self"),
    unary!("__abs__", abs, "abs(self)"),
    def!("__bool__", bool, Wrap::Inquiry, Inquiry(t::bool), SELF, "True if self else False"),
    unary!("__invert__", invert, "~self"),
    binary!("__lshift__", lshift, BinaryLeft, "Return self<<value."),
    binary!("__rlshift__", lshift, BinaryRight, "Return value<<self."),
    binary!("__rshift__", rshift, BinaryLeft, "Return self>>value."),
    binary!("__rrshift__", rshift, BinaryRight, "Return value>>self."),
    binary!("__and__", and, BinaryLeft, "Return self&value."),
    binary!("__rand__", and, BinaryRight, "Return value&self."),
    binary!("__xor__", xor, BinaryLeft, "Return self^value."),
    binary!("__rxor__", xor, BinaryRight, "Return value^self."),
    binary!("__or__", or, BinaryLeft, "Return self|value."),
    binary!("__ror__", or, BinaryRight, "Return value|self."),
    unary!("__int__", int, "int(self)"),
    unary!("__float__", float, "float(self)"),
    binary!("__iadd__", iadd, Binary, "Return self+=value."),
    binary!("__isub__", isub, Binary, "Return self-=value."),
    binary!("__imul__", imul, Binary, "Return self*=value."),
    binary!("__imod__", imodulo, Binary, "Return self%=value."),
    def!("__ipow__", ipow, Wrap::Ternary, Ternary(t::ipow), VALUE, "Return self**=value."),
    binary!("__ilshift__", ilshift, Binary, "Return self<<=value."),
    binary!("__irshift__", irshift, Binary, "Return self>>=value."),
    binary!("__iand__", iand, Binary, "Return self&=value."),
    binary!("__ixor__", ixor, Binary, "Return self^=value."),
    binary!("__ior__", ior, Binary, "Return self|=value."),
    binary!("__floordiv__", floordiv, BinaryLeft, "Return self//value."),
    binary!("__rfloordiv__", floordiv, BinaryRight, "Return value//self."),
    binary!("__truediv__", truediv, BinaryLeft, "Return self/value."),
    binary!("__rtruediv__", truediv, BinaryRight, "Return value/self."),
    binary!("__ifloordiv__", ifloordiv, Binary, "Return self//=value."),
    binary!("__itruediv__", itruediv, Binary, "Return self/=value."),
    unary!("__index__", index, INDEX_DOC),
    binary!("__matmul__", matmul, BinaryLeft, "Return self@value."),
    binary!("__rmatmul__", matmul, BinaryRight, "Return value@self."),
    binary!("__imatmul__", imatmul, Binary, "Return self@=value."),
    def!("__len__", len, Wrap::Len, Len(t::len), SELF, "Return len(self)."),
    def!("__getitem__", subscript, Wrap::Binary, Binary(t::subscript), KEY, "Return self[key]."),
    def!(
        "__setitem__",
        ass_subscript,
        Wrap::SetSubscript,
        DescrSet(t::ass_subscript),
        KEY_VALUE,
        "Set self[key] to value."
    ),
    def!(
        "__delitem__",
        ass_subscript,
        Wrap::DelSubscript,
        DescrSet(t::ass_subscript),
        KEY,
        "Delete self[key]."
    ),
    def!("__add__", sq_concat, Wrap::Binary, VALUE, "Return self+value."),
    def!("__mul__", sq_repeat, Wrap::Repeat, VALUE, "Return self*value."),
    def!("__rmul__", sq_repeat, Wrap::Repeat, VALUE, "Return value*self."),
    def!("__getitem__", sq_item, Wrap::Item, IndexArg(t::sq_item), KEY, "Return self[key]."),
    def!(
        "__setitem__",
        sq_ass_item,
        Wrap::SetItem,
        AssItem(t::sq_ass_item),
        KEY_VALUE,
        "Set self[key] to value."
    ),
    def!("__delitem__", sq_ass_item, Wrap::DelItem, AssItem(t::sq_ass_item), KEY, "Delete self[key]."),
    def!("__contains__", contains, Wrap::Contains, Contains(t::contains), KEY, "Return bool(key in self)."),
    def!("__iadd__", sq_inplace_concat, Wrap::Binary, VALUE, "Implement self+=value."),
    def!("__imul__", sq_inplace_repeat, Wrap::Repeat, VALUE, "Implement self*=value."),
];
