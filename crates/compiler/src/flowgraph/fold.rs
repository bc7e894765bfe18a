//! Arithmetic on constants, within the limits that keep folded constants small.

use minipy_bytecode::Constant;
use rustc_hash::FxHashSet;

use super::fold_number::{self, Number};
use super::fold_sequence;
use crate::ir::Op;

/// `BINARY_OP` operands.
pub mod nb {
    pub const ADD: u32 = 0;
    pub const AND: u32 = 1;
    pub const FLOOR_DIVIDE: u32 = 2;
    pub const LSHIFT: u32 = 3;
    pub const MULTIPLY: u32 = 5;
    pub const REMAINDER: u32 = 6;
    pub const OR: u32 = 7;
    pub const POWER: u32 = 8;
    pub const RSHIFT: u32 = 9;
    pub const SUBTRACT: u32 = 10;
    pub const TRUE_DIVIDE: u32 = 11;
    pub const XOR: u32 = 12;
    pub const SUBSCR: u32 = 26;
}

/// `bool(value)`.
pub fn is_true(value: &Constant) -> bool {
    match value {
        Constant::None | Constant::False => false,
        Constant::Int(value) => *value != 0,
        Constant::Float(value) => *value != 0.0,
        Constant::Complex(re, im) => *re != 0.0 || *im != 0.0,
        Constant::Str(text, _) => !text.is_empty(),
        Constant::Bytes(bytes) => !bytes.is_empty(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
        _ => true,
    }
}

/// A frozenset of constants; of equal ones the first stays.
pub fn frozenset(items: Vec<Constant>) -> Constant {
    let mut seen = FxHashSet::default();
    Constant::FrozenSet(items.into_iter().filter(|item| seen.insert(python_key(item))).collect())
}

/// A constant that equals another if the Python values do, as `1`, `1.0` and `True` do.
fn python_key(value: &Constant) -> Constant {
    match value {
        Constant::True => Constant::Int(1),
        Constant::False => Constant::Int(0),
        Constant::Float(float) if float.fract() == 0.0 && float.abs() < 9e18 => Constant::Int(*float as i64),
        Constant::Complex(re, im) if *im == 0.0 => python_key(&Constant::Float(*re)),
        Constant::Tuple(items) => Constant::Tuple(items.iter().map(python_key).collect()),
        other => other.clone(),
    }
}

/// The value of a unary instruction on a constant, unless it raises or warns.
pub fn unary(op: Op, operand: &Constant) -> Option<Constant> {
    if op == Op::UNARY_NOT {
        return Some(Constant::bool(!is_true(operand)));
    }
    // `~True` warns when it runs, and must go on doing so.
    if op == Op::UNARY_INVERT && matches!(operand, Constant::True | Constant::False) {
        return None;
    }
    let number = Number::of(operand)?;
    match op {
        Op::UNARY_NEGATIVE => Some(fold_number::negative(number)),
        Op::UNARY_INVERT => fold_number::invert(number),
        _ => Some(number.into()),
    }
}

/// The value of `BINARY_OP op` on constants, unless it raises or would be too large.
pub fn binary(op: u32, left: &Constant, right: &Constant) -> Option<Constant> {
    if op == nb::SUBSCR {
        return fold_sequence::subscript(left, right);
    }
    match (left, right) {
        (Constant::True | Constant::False, Constant::True | Constant::False)
            if matches!(op, nb::AND | nb::OR | nb::XOR) =>
        {
            let (a, b) = (is_true(left), is_true(right));
            return Some(Constant::bool(match op {
                nb::AND => a && b,
                nb::OR => a || b,
                _ => a != b,
            }));
        }
        _ => {}
    }
    match (Number::of(left), Number::of(right)) {
        (Some(a), Some(b)) => fold_number::binary(op, a, b),
        (None, Some(Number::Int(count))) if op == nb::MULTIPLY => fold_sequence::repeat(left, &count),
        (Some(Number::Int(count)), None) if op == nb::MULTIPLY => fold_sequence::repeat(right, &count),
        (None, None) if op == nb::ADD => fold_sequence::concat(left, right),
        _ => None,
    }
}
