//! The private form of code: one 64-bit word per canonical code unit, at the same index.
//!
//! An instruction's word holds the opcode in its low 16 bits, a count of failed specialisations in the next 16 and the
//! whole operand, EXTENDED_ARG prefixes applied, in its high 32 bits. Where the opcode is [`op::INSTRUMENTED`], the plain
//! instruction it stands for is in the bits behind it, so the count has less room. The words of an instruction's inline
//! caches are free for whatever the specialised instruction keeps there. Index times two is the canonical byte offset, so
//! nothing needs translating for `f_lasti`, jumps or tables.

use crate::protocol::BinaryOp;

/// Opcodes of the private code: the canonical ones, and from 256 those that only execution knows.
pub mod op {
    use minipy_bytecode::Opcode;

    macro_rules! canonical {
        (
            base { $($(#[doc = $doc:literal])* $name:ident $handler:ident = $num:literal, caches $caches:literal, |$n:ident| $pop:expr => $push:expr, $($flag:ident)|+;)* }
            $($rest:tt)*
        ) => {
            $(pub const $name: u16 = Opcode::$name as u16;)*
        };
    }
    minipy_bytecode::for_each_opcode!(canonical);

    /// Stands where an instruction reports events; [`super::plain`] says which instruction it is.
    pub const INSTRUMENTED: u16 = Opcode::INSTRUMENTED_LINE as u16;

    macro_rules! private {
        ($($(#[$doc:meta])* $name:ident = $num:literal of $base:ident $(before $next:ident)?;)*) => {
            $($(#[$doc])* pub const $name: u16 = $num;)*

            /// The canonical opcode that a private one stands for.
            pub fn base(opcode: u16) -> u16 {
                match opcode {
                    $($num => $base,)*
                    canonical => canonical,
                }
            }

            /// The opcode of a load that takes the instruction `next` behind it along, if there is one.
            pub fn fused(load: u16, next: u16) -> Option<u16> {
                match (load, next) {
                    $($(($base, $next) => Some($name),)?)*
                    _ => None,
                }
            }
        };
    }
    private! {
        /// `a + b` and `a += b`, chosen when the code is decoded, as the other operators are.
        ADD = 256 of BINARY_OP;
        SUBTRACT = 257 of BINARY_OP;
        MULTIPLY = 258 of BINARY_OP;
        REMAINDER = 259 of BINARY_OP;
        FLOOR_DIVIDE = 260 of BINARY_OP;
        TRUE_DIVIDE = 261 of BINARY_OP;
        BIT_AND = 262 of BINARY_OP;
        BIT_OR = 263 of BINARY_OP;
        SUBSCRIPT = 264 of BINARY_OP;
        /// A comparison and the conditional jump behind it.
        LESS_JUMP = 265 of COMPARE_OP;
        LESS_EQUAL_JUMP = 266 of COMPARE_OP;
        EQUAL_JUMP = 267 of COMPARE_OP;
        NOT_EQUAL_JUMP = 268 of COMPARE_OP;
        GREATER_JUMP = 269 of COMPARE_OP;
        GREATER_EQUAL_JUMP = 270 of COMPARE_OP;
        /// The value's place in the globals, under their `keys_version`.
        LOAD_GLOBAL_MODULE = 271 of LOAD_GLOBAL;
        /// The same for builtins; the globals' version says that they do not have the name.
        LOAD_GLOBAL_BUILTIN = 272 of LOAD_GLOBAL;
        /// An inline instance value, under class version and shape.
        LOAD_ATTR_INSTANCE = 273 of LOAD_ATTR;
        /// A method of the class, under class version and a shape that does not hide it.
        LOAD_ATTR_METHOD = 274 of LOAD_ATTR;
        /// The same for objects without `__dict__`.
        LOAD_ATTR_METHOD_NO_DICT = 275 of LOAD_ATTR;
        /// An attribute of a class object, under that class's version.
        LOAD_ATTR_CLASS_VALUE = 276 of LOAD_ATTR;
        /// An attribute of a module, under its namespace's version.
        LOAD_ATTR_MODULE = 277 of LOAD_ATTR;
        /// A `__slots__` attribute, under the class version.
        LOAD_ATTR_SLOT = 278 of LOAD_ATTR;
        /// Replaces an inline instance value.
        STORE_ATTR_INSTANCE = 279 of STORE_ATTR;
        /// Adds an inline instance value, moving to the next shape.
        STORE_ATTR_NEW = 280 of STORE_ATTR;
        FOR_ITER_RANGE = 281 of FOR_ITER;
        FOR_ITER_LIST = 282 of FOR_ITER;
        FOR_ITER_TUPLE = 283 of FOR_ITER;
        /// An exact generator, whose frame runs in the same loop.
        FOR_ITER_GENERATOR = 284 of FOR_ITER;
        /// An iterator of pairs, and the UNPACK_SEQUENCE behind it: the pair is never made.
        FOR_ITER_PAIR = 285 of FOR_ITER;
        LEFT_SHIFT = 286 of BINARY_OP;
        RIGHT_SHIFT = 287 of BINARY_OP;
        BIT_XOR = 288 of BINARY_OP;
        /// An inline instance value or a method of objects of several classes, each under its version and shape.
        LOAD_ATTR_POLYMORPHIC = 289 of LOAD_ATTR;
        /// Sets a `__slots__` attribute, under the class version.
        STORE_ATTR_SLOT = 290 of STORE_ATTR;
        /// Where it may be part of a loop that does nothing else.
        JUMP_BACKWARD_CHECKED = 291 of JUMP_BACKWARD_NO_INTERRUPT;
        /// A local's attribute that is in the object, and from here on other loads with the instruction behind them (`ops/fused.rs`).
        FAST_ATTR = 292 of LOAD_FAST_BORROW;
        /// A local as right operand.
        FAST_ADD = 293 of LOAD_FAST_BORROW before ADD;
        FAST_SUBTRACT = 294 of LOAD_FAST_BORROW before SUBTRACT;
        FAST_MULTIPLY = 295 of LOAD_FAST_BORROW before MULTIPLY;
        FAST_SUBSCRIPT = 296 of LOAD_FAST_BORROW before SUBSCRIPT;
        /// Two locals as operands.
        FASTS_ADD = 297 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before ADD;
        FASTS_SUBTRACT = 298 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before SUBTRACT;
        FASTS_MULTIPLY = 299 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before MULTIPLY;
        FASTS_SUBSCRIPT = 300 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before SUBSCRIPT;
        FASTS_LESS_JUMP = 301 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before LESS_JUMP;
        FASTS_LESS_EQUAL_JUMP = 302 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before LESS_EQUAL_JUMP;
        FASTS_EQUAL_JUMP = 303 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before EQUAL_JUMP;
        FASTS_NOT_EQUAL_JUMP = 304 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before NOT_EQUAL_JUMP;
        FASTS_GREATER_JUMP = 305 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before GREATER_JUMP;
        FASTS_GREATER_EQUAL_JUMP = 306 of LOAD_FAST_BORROW_LOAD_FAST_BORROW before GREATER_EQUAL_JUMP;
        /// A small int as right operand.
        INT_ADD = 307 of LOAD_SMALL_INT before ADD;
        INT_SUBTRACT = 308 of LOAD_SMALL_INT before SUBTRACT;
        INT_MULTIPLY = 309 of LOAD_SMALL_INT before MULTIPLY;
        INT_REMAINDER = 310 of LOAD_SMALL_INT before REMAINDER;
        INT_FLOOR_DIVIDE = 311 of LOAD_SMALL_INT before FLOOR_DIVIDE;
        INT_BIT_AND = 312 of LOAD_SMALL_INT before BIT_AND;
        INT_LEFT_SHIFT = 313 of LOAD_SMALL_INT before LEFT_SHIFT;
        INT_RIGHT_SHIFT = 314 of LOAD_SMALL_INT before RIGHT_SHIFT;
        INT_SUBSCRIPT = 315 of LOAD_SMALL_INT before SUBSCRIPT;
        INT_LESS_JUMP = 316 of LOAD_SMALL_INT before LESS_JUMP;
        INT_LESS_EQUAL_JUMP = 317 of LOAD_SMALL_INT before LESS_EQUAL_JUMP;
        INT_EQUAL_JUMP = 318 of LOAD_SMALL_INT before EQUAL_JUMP;
        INT_NOT_EQUAL_JUMP = 319 of LOAD_SMALL_INT before NOT_EQUAL_JUMP;
        INT_GREATER_JUMP = 320 of LOAD_SMALL_INT before GREATER_JUMP;
        INT_GREATER_EQUAL_JUMP = 321 of LOAD_SMALL_INT before GREATER_EQUAL_JUMP;
        /// A local and a small int as operands.
        FAST_INT_ADD = 322 of LOAD_FAST_BORROW before INT_ADD;
        FAST_INT_SUBTRACT = 323 of LOAD_FAST_BORROW before INT_SUBTRACT;
        FAST_INT_MULTIPLY = 324 of LOAD_FAST_BORROW before INT_MULTIPLY;
        FAST_INT_REMAINDER = 325 of LOAD_FAST_BORROW before INT_REMAINDER;
        FAST_INT_FLOOR_DIVIDE = 326 of LOAD_FAST_BORROW before INT_FLOOR_DIVIDE;
        FAST_INT_BIT_AND = 327 of LOAD_FAST_BORROW before INT_BIT_AND;
        FAST_INT_RIGHT_SHIFT = 328 of LOAD_FAST_BORROW before INT_RIGHT_SHIFT;
        FAST_INT_SUBSCRIPT = 329 of LOAD_FAST_BORROW before INT_SUBSCRIPT;
        FAST_INT_LESS_JUMP = 330 of LOAD_FAST_BORROW before INT_LESS_JUMP;
        FAST_INT_LESS_EQUAL_JUMP = 331 of LOAD_FAST_BORROW before INT_LESS_EQUAL_JUMP;
        FAST_INT_EQUAL_JUMP = 332 of LOAD_FAST_BORROW before INT_EQUAL_JUMP;
        FAST_INT_NOT_EQUAL_JUMP = 333 of LOAD_FAST_BORROW before INT_NOT_EQUAL_JUMP;
        FAST_INT_GREATER_JUMP = 334 of LOAD_FAST_BORROW before INT_GREATER_JUMP;
        FAST_INT_GREATER_EQUAL_JUMP = 335 of LOAD_FAST_BORROW before INT_GREATER_EQUAL_JUMP;
        /// A constant as right operand.
        CONST_ADD = 336 of LOAD_CONST before ADD;
        CONST_SUBTRACT = 337 of LOAD_CONST before SUBTRACT;
        CONST_MULTIPLY = 338 of LOAD_CONST before MULTIPLY;
        CONST_TRUE_DIVIDE = 339 of LOAD_CONST before TRUE_DIVIDE;
        CONST_REMAINDER = 340 of LOAD_CONST before REMAINDER;
        CONST_BIT_AND = 341 of LOAD_CONST before BIT_AND;
        /// A property whose getter is a Python function, under the class version.
        LOAD_ATTR_PROPERTY = 342 of LOAD_ATTR;
        /// A local's method, to be called.
        FAST_METHOD = 343 of LOAD_FAST_BORROW;
    }
}

/// A site gives up specialising after so many failures.
const MAX_FAILURES: u64 = 40;

/// Where an instrumented word keeps the plain opcode, and where the count of failures begins behind it.
const PLAIN_SHIFT: u32 = 16;
const PLAIN_MASK: u64 = 0x1ff;
const INSTRUMENTED_COUNT_SHIFT: u32 = 25;
const INSTRUMENTED_COUNT_MASK: u64 = 0x7f;
const COUNT_SHIFT: u32 = 16;
const COUNT_MASK: u64 = 0xffff;

/// The instruction that a word of [`op::INSTRUMENTED`] stands for.
#[inline(always)]
pub fn plain(word: u64) -> u16 {
    (word >> PLAIN_SHIFT & PLAIN_MASK) as u16
}

/// Whether an instruction reports events.
pub fn is_instrumented(word: u64) -> bool {
    word as u16 == op::INSTRUMENTED
}

/// A word's instruction and its count of failed specialisations.
#[inline(always)]
fn parts(word: u64) -> (u16, u64) {
    if word as u16 == op::INSTRUMENTED {
        (plain(word), word >> INSTRUMENTED_COUNT_SHIFT & INSTRUMENTED_COUNT_MASK)
    } else {
        (word as u16, word >> COUNT_SHIFT & COUNT_MASK)
    }
}

/// The word with another instruction and count, instrumented if it was.
#[inline(always)]
fn with_parts(word: u64, opcode: u16, failures: u64) -> u64 {
    let operand = word & !0xffff_ffff;
    if word as u16 == op::INSTRUMENTED {
        let count = failures.min(INSTRUMENTED_COUNT_MASK) << INSTRUMENTED_COUNT_SHIFT;
        operand | count | u64::from(opcode) << PLAIN_SHIFT | u64::from(op::INSTRUMENTED)
    } else {
        operand | failures.min(COUNT_MASK) << COUNT_SHIFT | u64::from(opcode)
    }
}

/// Replaces the opcode of an instruction, keeping operand and count. An instrumented one stays so.
///
/// # Safety
/// `ip` must point to an instruction of private code.
#[inline]
pub unsafe fn rewrite(ip: *mut u64, opcode: u16) {
    // SAFETY: the caller's promise.
    unsafe { *ip = with_parts(*ip, opcode, parts(*ip).1) }
}

/// Goes back to the unspecialised instruction after a failed guard.
///
/// # Safety
/// As for [`rewrite`].
#[cold]
pub unsafe fn despecialise(ip: *mut u64, base: u16) {
    // SAFETY: the caller's promise.
    unsafe {
        *ip = with_parts(*ip, base, parts(*ip).1 + 1);
    }
}

/// Whether a site may still try to specialise; counts the attempt.
///
/// # Safety
/// As for [`rewrite`].
#[inline]
pub unsafe fn may_specialise(ip: *mut u64) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let (opcode, failures) = parts(*ip);
        if failures >= MAX_FAILURES {
            return false;
        }
        *ip = with_parts(*ip, opcode, failures + 1);
        true
    }
}

/// Replaces an instruction by [`op::INSTRUMENTED`], which keeps its operand and specialisation but stands for itself alone.
///
/// # Safety
/// As for [`rewrite`].
pub unsafe fn instrument(ip: *mut u64) {
    // SAFETY: the caller's promise.
    unsafe {
        let (opcode, failures) = (alone(*ip), parts(*ip).1);
        *ip = with_parts(*ip & !0xffff | u64::from(op::INSTRUMENTED), opcode, failures);
    }
}

/// Puts the plain instruction of unit `index` back where one is instrumented or fused. `fusible` says whether it may be
/// fused with the next one.
///
/// # Safety
/// As for [`rewrite`]; `ip` is the word of that unit.
pub unsafe fn restore(ip: *mut u64, code: &[u8], index: usize, fusible: bool) {
    // SAFETY: the caller's promise.
    unsafe {
        let (opcode, failures) = parts(*ip);
        let arg = (*ip >> 32) as u32;
        let chosen = match op::base(opcode) {
            op::COMPARE_OP
            | op::LOAD_FAST_BORROW
            | op::LOAD_FAST_BORROW_LOAD_FAST_BORROW
            | op::LOAD_SMALL_INT
            | op::LOAD_CONST => choose(code, index, arg, fusible),
            _ => opcode,
        };
        *ip = with_parts(*ip & !0xffff, chosen, failures);
    }
}

/// The instruction of a word, instrumented or not, without what may be fused with it.
pub fn alone(word: u64) -> u16 {
    let opcode = parts(word).0;
    if takes_next_along(opcode) { op::base(opcode) } else { opcode }
}

/// Whether an instruction of private code does the work of the next one, too.
fn takes_next_along(opcode: u16) -> bool {
    matches!(opcode, op::LESS_JUMP..=op::GREATER_EQUAL_JUMP | op::FOR_ITER_PAIR | op::FAST_ATTR..=op::CONST_BIT_AND | op::FAST_METHOD)
}

/// The opcode that the instruction of unit `index` is decoded to.
pub fn choose(code: &[u8], index: usize, arg: u32, fusible: bool) -> u16 {
    // RESERVED stands for whatever the verifier would have refused.
    let opcode = minipy_bytecode::Opcode::from_u8(code[2 * index])
        .map(|opcode| opcode.base() as u16)
        .filter(|&opcode| opcode <= op::RESUME)
        .unwrap_or(op::RESERVED);
    match opcode {
        op::BINARY_OP => binary(arg),
        op::COMPARE_OP if fusible => comparison(code, index, arg).unwrap_or(opcode),
        op::LOAD_FAST_BORROW
        | op::LOAD_FAST_BORROW_LOAD_FAST_BORROW
        | op::LOAD_SMALL_INT
        | op::LOAD_CONST => fused_load(code, index, opcode).unwrap_or(opcode),
        op::JUMP_BACKWARD_NO_INTERRUPT if !follows_delegation(code, index) => op::JUMP_BACKWARD_CHECKED,
        other => other,
    }
}

/// Decodes canonical code.
pub fn decode(code: &[u8]) -> Box<[u64]> {
    let mut words = vec![0u64; code.len() / 2].into_boxed_slice();
    let mut i = 0;
    let mut extended: u32 = 0;
    while i < words.len() {
        let arg = extended << 8 | u32::from(code[2 * i + 1]);
        let chosen = choose(code, i, arg, true);
        words[i] = u64::from(chosen) | u64::from(arg) << 32;
        let is_prefix = chosen == op::EXTENDED_ARG;
        extended = if is_prefix { arg } else { 0 };
        // Cache words stay zero.
        i += minipy_bytecode::opcode::unit_len(code[2 * i]);
    }
    words
}

/// The private code of what the verifier has refused: whichever instruction comes first raises SystemError.
pub fn refuse(code: &[u8]) -> Box<[u64]> {
    vec![u64::from(op::RESERVED); code.len() / 2].into_boxed_slice()
}

/// The instruction that a comparison becomes with the conditional jump behind it.
fn comparison(code: &[u8], index: usize, arg: u32) -> Option<u16> {
    const COMPARISON_WORDS: usize = 2;
    (arg & 16 != 0 && is_conditional_jump(code, index + COMPARISON_WORDS))
        .then_some(op::LESS_JUMP + (arg >> 5) as u16)
}

fn is_conditional_jump(code: &[u8], unit: usize) -> bool {
    code.get(2 * unit).is_some_and(|&o| matches!(u16::from(o), op::POP_JUMP_IF_FALSE | op::POP_JUMP_IF_TRUE))
}

/// The instruction that a load becomes with what follows it.
fn fused_load(code: &[u8], index: usize, load: u16) -> Option<u16> {
    let next = index + 1;
    let arg = u32::from(*code.get(2 * next + 1)?);
    match u16::from(code[2 * next]) {
        op::LOAD_ATTR if load == op::LOAD_FAST_BORROW => {
            return Some(if arg & 1 != 0 { op::FAST_METHOD } else { op::FAST_ATTR });
        }
        op::BINARY_OP | op::COMPARE_OP => {}
        op::LOAD_SMALL_INT if load == op::LOAD_FAST_BORROW => {}
        _ => return None,
    }
    op::fused(load, choose(code, next, arg, true))
}

/// Whether the instructions before a unit leave the frame or end a delegation, as those do that the compiler has jump back without a
/// check: there is no loop then that runs on and on.
fn follows_delegation(code: &[u8], unit: usize) -> bool {
    let before = |units: usize| unit.checked_sub(units).map(|at| u16::from(code[2 * at]));
    let yields = before(2) == Some(op::YIELD_VALUE) && before(1) == Some(op::RESUME);
    yields || before(1) == Some(op::CLEANUP_THROW)
}

/// The instruction for a binary operator.
fn binary(arg: u32) -> u16 {
    const SUBSCRIPT: u32 = 26;
    const INPLACE: u32 = 13;
    if arg == SUBSCRIPT {
        return op::SUBSCRIPT;
    }
    let index = if arg >= INPLACE { arg - INPLACE } else { arg };
    match BinaryOp::from_index(index as usize) {
        Some(BinaryOp::Add) => op::ADD,
        Some(BinaryOp::Subtract) => op::SUBTRACT,
        Some(BinaryOp::Multiply) => op::MULTIPLY,
        Some(BinaryOp::Remainder) => op::REMAINDER,
        Some(BinaryOp::FloorDivide) => op::FLOOR_DIVIDE,
        Some(BinaryOp::TrueDivide) => op::TRUE_DIVIDE,
        Some(BinaryOp::And) => op::BIT_AND,
        Some(BinaryOp::Or) => op::BIT_OR,
        Some(BinaryOp::Xor) => op::BIT_XOR,
        Some(BinaryOp::Lshift) => op::LEFT_SHIFT,
        Some(BinaryOp::Rshift) => op::RIGHT_SHIFT,
        _ => op::BINARY_OP,
    }
}
