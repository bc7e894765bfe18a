//! Opcodes: numbers, names, inline-cache sizes, operand kinds and stack effects.

use crate::for_each_opcode;

/// What an instruction's operand refers to, as bits (the `has*` lists of the `opcode` module).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flags(u8);

impl Flags {
    pub const NONE: Flags = Flags(0);
    /// Has an operand.
    pub const ARG: Flags = Flags(1);
    /// The operand indexes `co_consts`.
    pub const CONST: Flags = Flags(2);
    /// The operand indexes `co_names`.
    pub const NAME: Flags = Flags(4);
    /// The operand is a jump distance.
    pub const JUMP: Flags = Flags(8);
    /// The operand is a cell or free variable.
    pub const FREE: Flags = Flags(16);
    /// The operand indexes the fast locals.
    pub const LOCAL: Flags = Flags(32);
    /// The operand is the handler of a block (pseudo instructions).
    pub const EXC: Flags = Flags(64);

    /// The bits of both.
    pub const fn union(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether all of `other`'s bits are set.
    pub const fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Everything the table says about one opcode, stack effect excepted.
#[derive(Clone, Copy, Debug)]
pub struct OpcodeInfo {
    pub name: &'static str,
    /// The opcode's number; 256 and above for the compiler's pseudo instructions.
    pub number: u16,
    /// Code units of inline cache that follow the instruction.
    pub caches: u8,
    pub flags: Flags,
    /// The number of the instruction this one specialises or instruments, or its own.
    pub base: u16,
    pub doc: &'static str,
}

macro_rules! define_opcodes {
    (
        base { $($(#[doc = $doc:literal])* $name:ident $handler:ident = $num:literal, caches $caches:literal,
                 |$n:ident| $pops:expr => $pushes:expr, $($flag:ident)|+;)* }
        specialized { $($sname:ident $shandler:ident = $snum:literal, of $sbase:ident, $($sflag:ident)|+;)* }
        instrumented { $($iname:ident $ihandler:ident = $inum:literal, of $ibase:ident, $($iflag:ident)|+;)* }
        pseudo { $($(#[doc = $pdoc:literal])* $pname:ident $phandler:ident = $pnum:literal, caches $pcaches:literal,
                 |$pn:ident| $ppops:expr => $ppushes:expr, $($pflag:ident)|+;)* }
    ) => {
        /// An instruction that can appear in code: base, specialised or instrumented.
        #[expect(non_camel_case_types, reason = "opcodes keep the names the dis module prints")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum Opcode {
            $($(#[doc = $doc])* $name = $num,)*
            $($sname = $snum,)*
            $($iname = $inum,)*
        }

        const INFO: &[OpcodeInfo] = &[
            $(OpcodeInfo {
                name: stringify!($name), number: $num, caches: $caches,
                flags: Flags::NONE$(.union(Flags::$flag))+, base: $num, doc: concat!($($doc),*),
            },)*
            $(OpcodeInfo {
                name: stringify!($sname), number: $snum, caches: caches_of(Opcode::$sbase),
                flags: Flags::NONE$(.union(Flags::$sflag))+, base: Opcode::$sbase as u16, doc: "",
            },)*
            $(OpcodeInfo {
                name: stringify!($iname), number: $inum, caches: caches_of(Opcode::$ibase),
                flags: Flags::NONE$(.union(Flags::$iflag))+, base: Opcode::$ibase as u16, doc: "",
            },)*
            $(OpcodeInfo {
                name: stringify!($pname), number: $pnum, caches: $pcaches,
                flags: Flags::NONE$(.union(Flags::$pflag))+, base: $pnum, doc: concat!($($pdoc),*),
            },)*
        ];

        /// Inline-cache code units of a base instruction.
        const fn caches_of(op: Opcode) -> u8 {
            match op {
                $(Opcode::$name => $caches,)*
                _ => 0,
            }
        }

        impl Opcode {
            /// The opcode with this number, if there is one.
            pub const fn from_u8(number: u8) -> Option<Opcode> {
                Some(match number {
                    $($num => Opcode::$name,)*
                    $($snum => Opcode::$sname,)*
                    $($inum => Opcode::$iname,)*
                    _ => return None,
                })
            }

            /// The instruction this one specialises or instruments, or itself.
            pub const fn base(self) -> Opcode {
                match self {
                    $(Opcode::$name => Opcode::$name,)*
                    $(Opcode::$sname => Opcode::$sbase,)*
                    $(Opcode::$iname => Opcode::$ibase,)*
                }
            }

            /// How many values the instruction needs on the stack and how many it leaves in their place.
            pub const fn stack(self, oparg: u32) -> (i64, i64) {
                match self.base() {
                    $(Opcode::$name => { let $n = oparg as i64; ($pops, $pushes) })*
                    _ => (0, 0),
                }
            }
        }

        /// Stack use of a pseudo instruction when control falls through.
        const fn pseudo_stack(number: u16, oparg: u32) -> Option<(i64, i64)> {
            match number {
                $($pnum => { let $pn = oparg as i64; let _ = $pn; Some(($ppops, $ppushes)) })*
                _ => None,
            }
        }
    };
}
for_each_opcode!(define_opcodes);

/// Table rows by opcode number; unassigned numbers are `None`.
static BY_NUMBER: [Option<OpcodeInfo>; 512] = {
    let mut table = [None; 512];
    let mut i = 0;
    while i < INFO.len() {
        table[INFO[i].number as usize] = Some(INFO[i]);
        i += 1;
    }
    table
};

/// Inline-cache code units by opcode number, for decoding loops.
pub static CACHES: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < INFO.len() {
        if INFO[i].number < 256 {
            table[INFO[i].number as usize] = INFO[i].caches;
        }
        i += 1;
    }
    table
};

impl OpcodeInfo {
    /// The row of opcode `number`, pseudo instructions included.
    pub fn get(number: u16) -> Option<&'static OpcodeInfo> {
        BY_NUMBER.get(number as usize)?.as_ref()
    }

    /// The row of the opcode called `name`.
    pub fn by_name(name: &str) -> Option<&'static OpcodeInfo> {
        INFO.iter().find(|info| info.name == name)
    }

    /// All rows.
    pub fn all() -> &'static [OpcodeInfo] {
        INFO
    }
}

impl Opcode {
    /// This opcode's table row.
    pub const fn info(self) -> &'static OpcodeInfo {
        match &BY_NUMBER[self as usize] {
            Some(info) => info,
            None => &INFO[0],
        }
    }

    /// CPython's name of the instruction.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// Code units of inline cache after the instruction.
    pub fn caches(self) -> usize {
        CACHES[self as usize] as usize
    }

    /// Whether the instruction has all of `flags`.
    pub const fn has(self, flags: Flags) -> bool {
        self.info().flags.contains(flags)
    }

    /// Whether execution can continue at the next instruction.
    pub const fn falls_through(self) -> bool {
        !matches!(
            self.base(),
            Opcode::RETURN_VALUE
                | Opcode::RAISE_VARARGS
                | Opcode::RERAISE
                | Opcode::JUMP_FORWARD
                | Opcode::JUMP_BACKWARD
                | Opcode::JUMP_BACKWARD_NO_INTERRUPT
                | Opcode::INTERPRETER_EXIT
        )
    }
}

/// The number of code units that `code[unit]`'s instruction takes with its caches.
pub fn unit_len(opcode: u8) -> usize {
    1 + CACHES[opcode as usize] as usize
}

/// `dis.stack_effect`: the net effect of an instruction, with `jump` `None` for the larger of the
/// two ways. `None` for numbers that are not opcodes and for specialised ones.
pub fn stack_effect(number: u16, oparg: u32, jump: Option<bool>) -> Option<i64> {
    if number >= 256 {
        let (pops, pushes) = pseudo_stack(number, oparg)?;
        let target = match OpcodeInfo::get(number)?.name {
            "SETUP_FINALLY" => 1,
            "SETUP_WITH" => 1,
            "SETUP_CLEANUP" => 2,
            _ => 0,
        };
        return Some(pushes - pops + if jump == Some(false) { 0 } else { target });
    }
    let opcode = Opcode::from_u8(number as u8)?;
    let info = opcode.info();
    if info.base != number && !info.name.starts_with("INSTRUMENTED_") {
        return None;
    }
    let (pops, pushes) = opcode.stack(oparg);
    Some(pushes - pops)
}
