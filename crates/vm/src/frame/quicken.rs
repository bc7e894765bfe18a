//! The private form of code: one 64-bit word per canonical code unit, at the same index.
//!
//! An instruction's word holds the opcode in its low 16 bits and the whole operand, EXTENDED_ARG prefixes applied, in its
//! high 32 bits. The words of its inline caches are free for whatever the specialised instruction keeps there. Index
//! times two is the canonical byte offset, so nothing needs translating for `f_lasti`, jumps or tables.

use minipy_bytecode::Opcode;

const EXTENDED_ARG: u8 = Opcode::EXTENDED_ARG as u8;

/// Decodes canonical code.
pub fn decode(code: &[u8]) -> Box<[u64]> {
    let mut words = vec![0u64; code.len() / 2].into_boxed_slice();
    let mut i = 0;
    let mut extended: u32 = 0;
    while i < words.len() {
        let (opcode, arg) = (code[2 * i], code[2 * i + 1]);
        let arg = extended << 8 | u32::from(arg);
        words[i] = u64::from(opcode) | u64::from(arg) << 32;
        if opcode == EXTENDED_ARG {
            extended = arg;
            i += 1;
            continue;
        }
        extended = 0;
        // Cache words stay zero.
        i += minipy_bytecode::opcode::unit_len(opcode);
    }
    words
}
