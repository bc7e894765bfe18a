//! What code generation hands to the flow graph: a sequence of instructions with labels and
//! locations, and what else assembly needs to know about the code object.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use minipy_bytecode::for_each_opcode;
use minipy_bytecode::opcode::Flags;
use minipy_bytecode::{Constant, Opcode, Str};
use rustc_hash::FxBuildHasher;

macro_rules! define_ops {
    (
        base { $($(#[$doc:meta])* $name:ident $handler:ident = $num:literal, caches $caches:literal,
                 |$n:ident| $pops:expr => $pushes:expr, $($flag:ident)|+;)* }
        specialized { $($specialized:tt)* }
        instrumented { $($instrumented:tt)* }
        pseudo { $($(#[$pdoc:meta])* $pname:ident $phandler:ident = $pnum:literal, caches $pcaches:literal,
                 |$pn:ident| $ppops:expr => $ppushes:expr, $($pflag:ident)|+;)* }
    ) => {
        /// An instruction of the compiler's intermediate code: the base instructions of the
        /// opcode table and its pseudo instructions.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u16)]
        pub enum Op {
            $($(#[$doc])* $name = $num,)*
            $($(#[$pdoc])* $pname = $pnum,)*
        }

        impl Op {
            /// The real instruction, or `None` for a pseudo instruction.
            pub const fn real(self) -> Option<Opcode> {
                match self {
                    $(Op::$name => Some(Opcode::$name),)*
                    _ => None,
                }
            }

            /// The instruction with this number.
            pub const fn from_number(number: u16) -> Option<Op> {
                match number {
                    $($num => Some(Op::$name),)*
                    $($pnum => Some(Op::$pname),)*
                    _ => None,
                }
            }

            /// Values needed on the stack and values left in their place when control falls through.
            pub const fn stack(self, oparg: u32) -> (i64, i64) {
                match self {
                    $(Op::$name => { let $n = oparg as i64; ($pops, $pushes) })*
                    $(Op::$pname => { let $pn = oparg as i64; let _ = $pn; ($ppops, $ppushes) })*
                }
            }

            /// What the operand refers to.
            #[inline]
            pub const fn flags(self) -> Flags {
                Self::FLAGS[self as usize % Self::FLAGS.len()]
            }

            /// The flags by number: the passes ask for them all the time.
            const FLAGS: [Flags; 512] = {
                let mut flags = [Flags::NONE; 512];
                $(flags[Op::$name as usize] = Flags::NONE$(.union(Flags::$flag))+;)*
                $(flags[Op::$pname as usize] = Flags::NONE$(.union(Flags::$pflag))+;)*
                flags
            };

            /// CPython's name of the instruction.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Op::$name => stringify!($name),)*
                    $(Op::$pname => stringify!($pname),)*
                }
            }
        }
    };
}
for_each_opcode!(define_ops);

impl Op {
    /// Net stack effect at the next instruction, or at the handler or target if `jump`.
    pub fn effect(self, oparg: u32, jump: bool) -> i64 {
        let (pops, pushes) = self.stack(oparg);
        let extra = match self {
            Op::SETUP_FINALLY | Op::SETUP_WITH if jump => 1,
            Op::SETUP_CLEANUP if jump => 2,
            _ => 0,
        };
        pushes - pops + extra
    }

    /// Whether the operand of the IR instruction is a jump target.
    pub const fn is_jump(self) -> bool {
        self.flags().contains(Flags::JUMP)
    }

    /// Whether this instruction starts an exception handler's range.
    pub const fn is_block_push(self) -> bool {
        matches!(self, Op::SETUP_FINALLY | Op::SETUP_CLEANUP | Op::SETUP_WITH)
    }

    /// Whether the operand is a label: a jump or the start of a handler's range.
    pub const fn has_target(self) -> bool {
        self.is_jump() || self.is_block_push()
    }

    pub const fn has_const(self) -> bool {
        self.flags().contains(Flags::CONST)
    }
}

/// Where an instruction comes from. Lines count from 1, columns are UTF-8 byte offsets from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Location {
    pub line: i32,
    pub end_line: i32,
    pub col: i32,
    pub end_col: i32,
}

impl Location {
    /// An artificial instruction, without a place in the source.
    pub const NONE: Location = Location { line: -1, end_line: -1, col: -1, end_col: -1 };
    /// Takes the location of the instruction that follows.
    pub const NEXT: Location = Location { line: -2, end_line: -2, col: -2, end_col: -2 };

    pub const fn new(line: i32, end_line: i32, col: i32, end_col: i32) -> Location {
        Location { line, end_line, col, end_col }
    }
}

/// A place in an [`InstructionSequence`] to jump to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Label(pub u32);

/// One instruction. For a jump or block push, `oparg` is a [`Label`]'s number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instr {
    pub op: Op,
    pub oparg: u32,
    pub loc: Location,
}

/// Instructions in order of emission, and the labels between them.
#[derive(Clone, Debug, Default)]
pub struct InstructionSequence {
    pub instrs: Vec<Instr>,
    /// For each label the index of the instruction it stands before; `u32::MAX` until it is placed.
    pub labels: Vec<u32>,
    /// Module- and class-level annotation code (PEP 649), spliced in at `ANNOTATIONS_PLACEHOLDER`.
    pub annotations: Option<Box<InstructionSequence>>,
}

impl InstructionSequence {
    pub fn new() -> InstructionSequence {
        InstructionSequence::default()
    }

    /// A label that is not placed yet.
    pub fn new_label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }

    /// Place `label` before the next instruction to be added.
    pub fn use_label(&mut self, label: Label) {
        let here = self.instrs.len() as u32;
        if let Some(slot) = self.labels.get_mut(label.0 as usize) {
            *slot = here;
        }
    }

    /// Append an instruction; `oparg` is 0 where there is none.
    pub fn add(&mut self, op: Op, oparg: u32, loc: Location) {
        self.instrs.push(Instr { op, oparg, loc });
    }

    /// Append a jump or block push.
    pub fn add_jump(&mut self, op: Op, target: Label, loc: Location) {
        self.instrs.push(Instr { op, oparg: target.0, loc });
    }

    /// Insert an instruction at `index`; labels at or after that place move on with the code.
    pub fn insert(&mut self, index: usize, op: Op, oparg: u32, loc: Location) {
        self.instrs.insert(index, Instr { op, oparg, loc });
        for place in &mut self.labels {
            if *place != u32::MAX && *place as usize >= index {
                *place += 1;
            }
        }
    }

    pub fn len(&self) -> usize {
        self.instrs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.instrs.is_empty()
    }
}

/// Distinct values numbered in order of arrival.
#[derive(Clone, Debug)]
pub struct IndexTable<T> {
    items: Vec<T>,
    /// The numbers by the hashes of their items; none while there are so few that looking at each is quicker.
    index: Option<HashTable<u32>>,
}

/// From how many items on a table is indexed.
const INDEXED_FROM: usize = 9;

fn hash_of<Q: Hash + ?Sized>(value: &Q) -> u64 {
    FxBuildHasher.hash_one(value)
}

impl<T> Default for IndexTable<T> {
    fn default() -> Self {
        IndexTable { items: Vec::new(), index: None }
    }
}

impl<T: Eq + Hash> IndexTable<T> {
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of `value`, which is appended if it is new.
    pub fn add(&mut self, value: T) -> u32 {
        self.get(&value).unwrap_or_else(|| self.append(value))
    }

    /// Append `value`, which is not there yet.
    pub fn append(&mut self, value: T) -> u32 {
        let number = self.items.len() as u32;
        self.items.push(value);
        if self.index.is_some() {
            self.index_item(number);
        } else if self.items.len() >= INDEXED_FROM {
            self.index_items();
        }
        number
    }

    /// Append `value`, which no later [`IndexTable::add`] finds.
    pub fn push(&mut self, value: T) -> u32 {
        self.index_items();
        self.items.push(value);
        self.items.len() as u32 - 1
    }

    /// Index the items there are, unless they are.
    fn index_items(&mut self) {
        if self.index.is_none() {
            self.index = Some(HashTable::with_capacity(2 * self.items.len()));
            for number in 0..self.items.len() as u32 {
                self.index_item(number);
            }
        }
    }

    /// Of equal items the first is indexed.
    fn index_item(&mut self, number: u32) {
        let (Some(index), items) = (&mut self.index, &self.items) else { return };
        let item = &items[number as usize];
        index
            .entry(
                hash_of(item),
                |&known| items[known as usize] == *item,
                |&known| hash_of(&items[known as usize]),
            )
            .or_insert(number);
    }

    /// The number of `value`, if it is there.
    pub fn get<Q>(&self, value: &Q) -> Option<u32>
    where
        T: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        match &self.index {
            None => self.items.iter().position(|item| item.borrow() == value).map(|number| number as u32),
            Some(index) => {
                index.find(hash_of(value), |&known| self.items[known as usize].borrow() == value).copied()
            }
        }
    }

    pub fn items(&self) -> &[T] {
        &self.items
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn into_items(self) -> Vec<T> {
        self.items
    }
}

impl<T: Eq + Hash> From<Vec<T>> for IndexTable<T> {
    /// Keeps every item's number; of equal items the first is found.
    fn from(items: Vec<T>) -> Self {
        let mut table = IndexTable { items, index: None };
        if table.items.len() >= INDEXED_FROM {
            table.index_items();
        }
        table
    }
}

impl<T: Eq + Hash> FromIterator<T> for IndexTable<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut table = Self::default();
        for item in items {
            table.add(item);
        }
        table
    }
}

/// Names numbered in order of first use.
pub type NameTable = IndexTable<Str>;
/// Constants numbered in order of first use.
pub type ConstTable = IndexTable<Constant>;

/// One code object before flow-graph optimisation and assembly.
///
/// Operands are as code generation knows them: `LOAD_DEREF` and its like count cells and then free
/// variables, `LOAD_FAST` counts `varnames`, `LOAD_ATTR`/`LOAD_GLOBAL`/`LOAD_SUPER_ATTR` carry
/// their flag bits already.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    pub name: Str,
    pub qualname: Str,
    pub filename: Str,
    pub instrs: InstructionSequence,
    pub consts: ConstTable,
    pub names: NameTable,
    pub varnames: NameTable,
    pub cellvars: NameTable,
    pub freevars: NameTable,
    /// Locals that exist only inside inlined comprehensions of a module or class (PEP 709).
    pub fast_hidden: Vec<Str>,
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    /// All parameters, `*args` and `**kwargs` included (`len(ste_varnames)`).
    pub nparams: u32,
    pub firstlineno: i32,
    /// `co_flags`; assembly leaves them as they are.
    pub flags: u32,
    /// How many units enclose it.
    pub depth: usize,
}

/// Why a unit could not be assembled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssembleError {
    /// An instruction sequence no code generator should emit.
    Malformed(&'static str),
    /// A count or operand beyond 32 bits.
    TooLarge,
}

impl std::fmt::Display for AssembleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AssembleError::Malformed(what) => write!(f, "malformed code: {what}"),
            AssembleError::TooLarge => f.write_str("code object too large"),
        }
    }
}

impl std::error::Error for AssembleError {}
