//! Slots by name: reading and writing a field of [`Slots`] that is known at run time only.

use crate::for_each_slot;
use crate::slots::*;

macro_rules! slot_functions {
    ($($variant:ident: $ty:ty),* $(,)?) => {
        /// A slot's function, whatever its type.
        #[derive(Clone, Copy)]
        pub enum SlotFn { $($variant($ty),)* }

        impl SlotFn {
            fn address(self) -> usize {
                match self { $(SlotFn::$variant(f) => f as usize,)* }
            }
        }

        $(impl Erase for $ty {
            fn erase(self) -> SlotFn {
                SlotFn::$variant(self)
            }

            fn restore(function: SlotFn) -> Option<Self> {
                match function {
                    SlotFn::$variant(f) => Some(f),
                    _ => None,
                }
            }
        })*
    };
}

/// A function type of some slot.
trait Erase: Sized {
    fn erase(self) -> SlotFn;
    fn restore(function: SlotFn) -> Option<Self>;
}

// `AssSubscriptFn` is the same type as `DescrSetFn`, and `ContainsFn` differs from `BinaryFn` in its result.
slot_functions! {
    Unary: UnaryFn, Binary: BinaryFn, Ternary: TernaryFn, Inquiry: InquiryFn, Len: LenFn, Hash: HashFn,
    Call: CallFn, New: NewFn, Init: InitFn, RichCompare: RichCompareFn, GetAttr: GetAttrFn, SetAttr: SetAttrFn,
    IterNext: IterNextFn, DescrGet: DescrGetFn, DescrSet: DescrSetFn, Del: DelFn, IndexArg: IndexArgFn,
    AssItem: AssItemFn, Contains: ContainsFn, Buffer: BufferFn,
}

impl PartialEq for SlotFn {
    /// Whether both are the same function.
    fn eq(&self, other: &SlotFn) -> bool {
        self.address() == other.address()
    }
}

macro_rules! define_slot_ids {
    ($($field:ident: $ty:ty),* $(,)?) => {
        /// A field of [`Slots`].
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(non_camel_case_types, reason = "named after the fields")]
        pub enum Slot { $($field,)* }

        impl Slot {
            /// Every slot.
            pub const ALL: &'static [Slot] = &[$(Slot::$field),*];

            /// The function in the field.
            pub fn get(self, slots: &Slots) -> Option<SlotFn> {
                match self { $(Slot::$field => slots.$field.map(Erase::erase),)* }
            }

            /// Fills the field; a function of another slot's type empties it.
            pub fn set(self, slots: &mut Slots, function: Option<SlotFn>) {
                match self { $(Slot::$field => slots.$field = function.and_then(Erase::restore),)* }
            }
        }
    };
}
for_each_slot!(define_slot_ids);
