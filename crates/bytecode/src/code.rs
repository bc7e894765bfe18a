//! Code objects and constants as plain data.

use std::sync::Arc;

use crate::constant::Constant;
use crate::pystr::Str;

/// `co_flags` bits (the `inspect.CO_*` constants).
pub mod flags {
    pub const CO_OPTIMIZED: u32 = 0x0001;
    pub const CO_NEWLOCALS: u32 = 0x0002;
    pub const CO_VARARGS: u32 = 0x0004;
    pub const CO_VARKEYWORDS: u32 = 0x0008;
    pub const CO_NESTED: u32 = 0x0010;
    pub const CO_GENERATOR: u32 = 0x0020;
    pub const CO_COROUTINE: u32 = 0x0080;
    pub const CO_ITERABLE_COROUTINE: u32 = 0x0100;
    pub const CO_ASYNC_GENERATOR: u32 = 0x0200;
    pub const CO_FUTURE_DIVISION: u32 = 0x20000;
    pub const CO_FUTURE_ABSOLUTE_IMPORT: u32 = 0x40000;
    pub const CO_FUTURE_WITH_STATEMENT: u32 = 0x80000;
    pub const CO_FUTURE_PRINT_FUNCTION: u32 = 0x100000;
    pub const CO_FUTURE_UNICODE_LITERALS: u32 = 0x200000;
    pub const CO_FUTURE_BARRY_AS_BDFL: u32 = 0x400000;
    pub const CO_FUTURE_GENERATOR_STOP: u32 = 0x800000;
    pub const CO_FUTURE_ANNOTATIONS: u32 = 0x1000000;
    pub const CO_NO_MONITORING_EVENTS: u32 = 0x2000000;
    pub const CO_HAS_DOCSTRING: u32 = 0x4000000;
    pub const CO_METHOD: u32 = 0x8000000;
}

/// What a slot of the fast locals holds (`co_localspluskinds`), as CPython's bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct LocalKind(pub u8);

impl LocalKind {
    pub const ARG_POS: u8 = 0x02;
    pub const ARG_KW: u8 = 0x04;
    pub const ARG_VAR: u8 = 0x08;
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;

    pub fn is_local(self) -> bool {
        self.0 & Self::LOCAL != 0
    }

    pub fn is_cell(self) -> bool {
        self.0 & Self::CELL != 0
    }

    pub fn is_free(self) -> bool {
        self.0 & Self::FREE != 0
    }

    /// A variable of an inlined comprehension at module or class level.
    pub fn is_hidden(self) -> bool {
        self.0 & Self::HIDDEN != 0
    }
}

macro_rules! typed_index {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as `usize`.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

typed_index! {
    /// An index into `co_consts`.
    ConstIdx;
    /// An index into `co_names`.
    NameIdx;
    /// An index into the fast locals (`localsplusnames`).
    LocalIdx;
}

/// A code object: CPython's fields, as data that any VM can load.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CodeObject {
    /// Positional arguments, positional-only ones and those with defaults included.
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    pub flags: u32,
    /// Canonical code: two bytes an instruction, inline caches zero.
    pub code: Arc<[u8]>,
    pub consts: Arc<[Constant]>,
    pub names: Arc<[Str]>,
    /// Names of the fast locals: arguments and locals, then cells, then free variables.
    pub localsplusnames: Arc<[Str]>,
    pub localspluskinds: Arc<[LocalKind]>,
    pub filename: Str,
    pub name: Str,
    pub qualname: Str,
    pub firstlineno: i32,
    /// Location table (PEP 626, PEP 657), decoded by [`crate::location`].
    pub linetable: Arc<[u8]>,
    /// Exception table, decoded by [`crate::exception_table`].
    pub exceptiontable: Arc<[u8]>,
}

impl CodeObject {
    /// `co_nlocals`.
    pub fn nlocals(&self) -> usize {
        self.localspluskinds.iter().filter(|k| k.is_local()).count()
    }

    /// Number of cell variables, arguments that are cells included.
    pub fn ncellvars(&self) -> usize {
        self.localspluskinds.iter().filter(|k| k.is_cell()).count()
    }

    /// Number of free variables.
    pub fn nfreevars(&self) -> usize {
        self.localspluskinds.iter().filter(|k| k.is_free()).count()
    }

    fn names_of(&self, bit: u8) -> impl Iterator<Item = &Str> {
        self.localsplusnames
            .iter()
            .zip(self.localspluskinds.iter())
            .filter(move |(_, kind)| kind.0 & bit != 0)
            .map(|(name, _)| name)
    }

    /// `co_varnames`.
    pub fn varnames(&self) -> impl Iterator<Item = &Str> {
        self.names_of(LocalKind::LOCAL)
    }

    /// `co_cellvars`.
    pub fn cellvars(&self) -> impl Iterator<Item = &Str> {
        self.names_of(LocalKind::CELL)
    }

    /// `co_freevars`.
    pub fn freevars(&self) -> impl Iterator<Item = &Str> {
        self.names_of(LocalKind::FREE)
    }

    /// Arguments of all kinds, `*args` and `**kwargs` included.
    pub fn total_args(&self) -> usize {
        let stars = (self.flags & flags::CO_VARARGS != 0) as usize
            + (self.flags & flags::CO_VARKEYWORDS != 0) as usize;
        self.argcount as usize + self.kwonlyargcount as usize + stars
    }
}
