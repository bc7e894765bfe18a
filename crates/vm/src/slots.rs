//! The type slots: what the interpreter calls directly instead of looking a special method up.

use crate::PyResult;
use crate::buffer::Buffer;
use crate::function::args::Args;
use crate::protocol::CmpOp;
use crate::types::str::StrRef;
use crate::types::typeobj::TypeRef;
use crate::value::Value;

pub type UnaryFn = fn(&Value) -> PyResult<Value>;
pub type BinaryFn = fn(&Value, &Value) -> PyResult<Value>;
pub type TernaryFn = fn(&Value, &Value, &Value) -> PyResult<Value>;
pub type InquiryFn = fn(&Value) -> PyResult<bool>;
pub type LenFn = fn(&Value) -> PyResult<usize>;
pub type HashFn = fn(&Value) -> PyResult<i64>;
pub type CallFn = fn(&Value, Args<'_>) -> PyResult<Value>;
pub type NewFn = fn(&TypeRef, Args<'_>) -> PyResult<Value>;
pub type InitFn = fn(&Value, Args<'_>) -> PyResult<()>;
pub type RichCompareFn = fn(&Value, &Value, CmpOp) -> PyResult<Value>;
/// `Ok(None)`: no such attribute, and no AttributeError made yet.
pub type GetAttrFn = fn(&Value, &StrRef) -> PyResult<Option<Value>>;
pub type SetAttrFn = fn(&Value, &StrRef, Option<Value>) -> PyResult<()>;
/// `Ok(None)`: exhausted, and no StopIteration made.
pub type IterNextFn = fn(&Value) -> PyResult<Option<Value>>;
pub type DescrGetFn = fn(&Value, Option<&Value>, Option<&Value>) -> PyResult<Value>;
pub type DescrSetFn = fn(&Value, &Value, Option<Value>) -> PyResult<()>;
pub type DelFn = fn(&Value) -> PyResult<()>;
pub type IndexArgFn = fn(&Value, isize) -> PyResult<Value>;
pub type AssItemFn = fn(&Value, isize, Option<Value>) -> PyResult<()>;
pub type ContainsFn = fn(&Value, &Value) -> PyResult<bool>;
pub type AssSubscriptFn = fn(&Value, &Value, Option<Value>) -> PyResult<()>;
pub type BufferFn = fn(&Value, u32) -> PyResult<Buffer>;

/// Expands `$cb! { (field, FnType, "special method names"…) … }` over every slot.
#[macro_export]
macro_rules! for_each_slot {
    ($cb:ident) => {
        $cb! {
            repr: UnaryFn, str: UnaryFn, hash: HashFn, call: CallFn, new: NewFn, init: InitFn,
            richcompare: RichCompareFn, getattro: GetAttrFn, setattro: SetAttrFn, iter: UnaryFn,
            iternext: IterNextFn, descr_get: DescrGetFn, descr_set: DescrSetFn, del: DelFn,
            add: BinaryFn, sub: BinaryFn, mul: BinaryFn, matmul: BinaryFn, truediv: BinaryFn,
            floordiv: BinaryFn, modulo: BinaryFn, divmod: BinaryFn, lshift: BinaryFn, rshift: BinaryFn,
            and: BinaryFn, or: BinaryFn, xor: BinaryFn, pow: TernaryFn,
            iadd: BinaryFn, isub: BinaryFn, imul: BinaryFn, imatmul: BinaryFn, itruediv: BinaryFn,
            ifloordiv: BinaryFn, imodulo: BinaryFn, ilshift: BinaryFn, irshift: BinaryFn,
            iand: BinaryFn, ior: BinaryFn, ixor: BinaryFn, ipow: TernaryFn,
            neg: UnaryFn, pos: UnaryFn, abs: UnaryFn, invert: UnaryFn, bool: InquiryFn,
            int: UnaryFn, float: UnaryFn, index: UnaryFn,
            len: LenFn, sq_concat: BinaryFn, sq_inplace_concat: BinaryFn, sq_repeat: IndexArgFn,
            sq_inplace_repeat: IndexArgFn, sq_item: IndexArgFn, sq_ass_item: AssItemFn,
            contains: ContainsFn, subscript: BinaryFn, ass_subscript: AssSubscriptFn,
            am_await: UnaryFn, aiter: UnaryFn, anext: UnaryFn, buffer: BufferFn
        }
    };
}

macro_rules! define_slots {
    ($($field:ident: $ty:ty),* $(,)?) => {
        /// One function pointer per slot; `None` where the class does not define it.
        #[derive(Default, Clone)]
        pub struct Slots { $(pub $field: Option<$ty>,)* }

        impl Slots {
            /// Takes every slot that is unset here from `base`.
            pub fn inherit(&mut self, base: &Slots) {
                $(if self.$field.is_none() { self.$field = base.$field; })*
            }
        }
    };
}
for_each_slot!(define_slots);
