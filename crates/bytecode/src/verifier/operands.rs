//! Operand ranges.

use super::View;
use crate::code::LocalKind;
use crate::opcode::{Flags, Opcode};

/// Checks what an operand can be checked for without knowing the stack.
pub fn check(code: &View<'_>, opcode: Opcode, oparg: u32) -> Result<(), &'static str> {
    let index = oparg as usize;
    let locals = code.localspluskinds.len();
    let names = code.names;
    let fine = match opcode {
        Opcode::LOAD_CONST => index < code.consts,
        Opcode::LOAD_GLOBAL | Opcode::LOAD_ATTR => index >> 1 < names,
        Opcode::LOAD_SUPER_ATTR => index >> 2 < names,
        Opcode::LOAD_FAST_LOAD_FAST
        | Opcode::LOAD_FAST_BORROW_LOAD_FAST_BORROW
        | Opcode::STORE_FAST_LOAD_FAST
        | Opcode::STORE_FAST_STORE_FAST => index >> 4 < locals && index & 15 < locals,
        // Any slot may hold a cell: inlined comprehensions make plain locals into cells for a while.
        Opcode::LOAD_DEREF
        | Opcode::STORE_DEREF
        | Opcode::DELETE_DEREF
        | Opcode::LOAD_FROM_DICT_OR_DEREF
        | Opcode::MAKE_CELL => index < locals,
        Opcode::COPY_FREE_VARS => {
            let is_free = |kind: &&LocalKind| kind.is_free();
            index == code.localspluskinds.iter().filter(is_free).count()
        }
        Opcode::BINARY_OP => oparg <= 26,
        // Bit 4 asks for a bool; the low bits are the mask of a specialised comparison.
        Opcode::COMPARE_OP => oparg >> 5 <= 5,
        Opcode::CONTAINS_OP | Opcode::IS_OP => oparg <= 1,
        Opcode::CALL_INTRINSIC_1 => (1..=11).contains(&oparg),
        Opcode::CALL_INTRINSIC_2 => (1..=5).contains(&oparg),
        Opcode::LOAD_COMMON_CONSTANT => oparg < 5,
        Opcode::LOAD_SPECIAL => oparg < 4,
        Opcode::CONVERT_VALUE => (1..=3).contains(&oparg),
        Opcode::RAISE_VARARGS => oparg <= 2,
        Opcode::BUILD_SLICE => matches!(oparg, 2 | 3),
        Opcode::BUILD_INTERPOLATION => oparg >> 2 <= 3,
        Opcode::COPY | Opcode::LIST_APPEND | Opcode::SET_ADD | Opcode::MAP_ADD => oparg >= 1,
        Opcode::LIST_EXTEND | Opcode::SET_UPDATE | Opcode::DICT_UPDATE | Opcode::DICT_MERGE => oparg >= 1,
        Opcode::SWAP => oparg >= 2,
        Opcode::SET_FUNCTION_ATTRIBUTE => matches!(oparg, 1 | 2 | 4 | 8 | 16),
        Opcode::GET_AWAITABLE => oparg <= 2,
        Opcode::LOAD_SMALL_INT => oparg <= 255,
        _ if opcode.has(Flags::NAME) => index < names,
        _ if opcode.has(Flags::LOCAL) => index < locals,
        _ => true,
    };
    if fine { Ok(()) } else { Err("operand out of range") }
}
