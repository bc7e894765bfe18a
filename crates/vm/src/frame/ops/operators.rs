//! Operators, comparisons, subscription.

use super::State;
use crate::frame::quicken::op;
use crate::protocol::{self, BinaryOp, CmpOp, UnaryOp};
use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::slice::argument::{SliceIndex, clip};
use crate::types::slice::{PySlice, new_slice};
use crate::types::str::{PyStr, try_concat_inplace};
use crate::types::tuple::PyTuple;
use crate::types::{float, int};
use crate::value::Value;
use crate::{PyResult, exceptions};

/// The operand of BINARY_OP for subscription.
const SUBSCR: u32 = 26;
/// Operands from here to `SUBSCR` are the in-place forms.
const INPLACE: u32 = 13;

impl State {
    /// Replaces the two operands on top by `result`.
    #[inline(always)]
    fn finish_binary(&mut self, result: Value) {
        drop(self.pop());
        self.set_top(result);
    }

    /// Operators without an instruction of their own.
    pub fn binary_op(&mut self, arg: u32) -> PyResult<()> {
        self.binary_op_slow(arg)
    }

    /// Overwrites the two operands, both immediates, by `result`.
    #[inline(always)]
    fn replace_immediates(&mut self, result: Value) {
        // SAFETY: immediates own nothing, so their slots can be overwritten.
        unsafe {
            self.sp = self.sp.sub(1);
            *self.sp.sub(1) = result.into_bits();
        }
    }

    /// Overwrites the two operands, both unboxed floats, by `result`.
    #[inline(always)]
    fn replace_floats(&mut self, result: f64) -> PyResult<()> {
        self.replace_immediates(float::from_f64(result));
        Ok(())
    }

    #[inline(always)]
    fn int_operands(&self) -> Option<(i64, i64)> {
        Some((self.peek(2).as_small_int()?, self.peek(1).as_small_int()?))
    }

    #[inline(always)]
    fn float_operands(&self) -> Option<(f64, f64)> {
        Some((self.peek(2).as_flonum()?, self.peek(1).as_flonum()?))
    }

    /// A float and an int, as two floats.
    #[inline(always)]
    fn mixed_operands(&self) -> Option<(f64, f64)> {
        let (a, b) = (self.peek(2), self.peek(1));
        match (a.as_flonum(), b.as_flonum()) {
            (Some(x), Some(y)) => Some((x, y)),
            (Some(x), None) => Some((x, b.as_small_int()? as f64)),
            (None, Some(y)) => Some((a.as_small_int()? as f64, y)),
            (None, None) => None,
        }
    }

    #[inline(always)]
    pub fn add(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands() {
            // Two 63-bit numbers do not overflow 64 bits.
            if let Some(sum) = Value::try_small_int(x + y) {
                self.replace_immediates(sum);
                return Ok(());
            }
        } else if let Some((x, y)) = self.float_operands() {
            return self.replace_floats(x + y);
        }
        self.outlined(|s| s.add_slow(arg))
    }

    #[inline(never)]
    fn add_slow(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.mixed_operands() {
            return self.replace_floats(x + y);
        }
        if let (Some(_), Some(_)) =
            (self.peek(2).downcast_exact::<PyStr>(), self.peek(1).downcast_exact::<PyStr>())
        {
            return self.concat();
        }
        self.binary_op_slow(arg)
    }

    /// Joins two strs. If the result goes to the variable that holds the left one, nothing else holding it, its memory grows in
    /// place: so `text += part` in a loop takes linear time.
    fn concat(&mut self) -> PyResult<()> {
        let right = self.pop();
        let left = self.pop();
        // SAFETY: an instruction follows the five cache words, and a STORE_FAST names one of the locals.
        unsafe {
            let next = *self.ip.add(6);
            let local = self.locals.add((next >> 32) as usize);
            if next as u16 == op::STORE_FAST && *local == left.bits() {
                drop(Value::from_bits(std::ptr::replace(local, 0)));
            }
        }
        // SAFETY: the caller has seen two exact strs.
        let sum = unsafe { try_concat_inplace(left, right.downcast_unchecked::<PyStr>()) };
        self.push(sum);
        Ok(())
    }

    #[inline(always)]
    pub fn subtract(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands() {
            if let Some(difference) = Value::try_small_int(x - y) {
                self.replace_immediates(difference);
                return Ok(());
            }
        } else if let Some((x, y)) = self.mixed_operands() {
            return self.replace_floats(x - y);
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    #[inline(always)]
    pub fn multiply(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands() {
            if let Some(product) = x.checked_mul(y).and_then(Value::try_small_int) {
                self.replace_immediates(product);
                return Ok(());
            }
        } else if let Some((x, y)) = self.mixed_operands() {
            return self.replace_floats(x * y);
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    #[inline(always)]
    pub fn remainder(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands()
            && y != 0
        {
            self.replace_immediates(Value::small_int(int::small_divmod(x, y).1));
            return Ok(());
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    #[inline(always)]
    pub fn floor_divide(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands()
            && y != 0
            && let Some(quotient) = Value::try_small_int(int::small_divmod(x, y).0)
        {
            self.replace_immediates(quotient);
            return Ok(());
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    #[inline(always)]
    pub fn true_divide(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.mixed_operands()
            && y != 0.0
        {
            return self.replace_floats(x / y);
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    #[inline(always)]
    pub fn bit_and(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands() {
            self.replace_immediates(Value::small_int(x & y));
            return Ok(());
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    #[inline(always)]
    pub fn bit_or(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands() {
            self.replace_immediates(Value::small_int(x | y));
            return Ok(());
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    #[inline(always)]
    pub fn bit_xor(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands() {
            self.replace_immediates(Value::small_int(x ^ y));
            return Ok(());
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    #[inline(always)]
    pub fn left_shift(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands()
            && (0..62).contains(&y)
            && let shifted = x << y
            && shifted >> y == x
            && let Some(result) = Value::try_small_int(shifted)
        {
            self.replace_immediates(result);
            return Ok(());
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    #[inline(always)]
    pub fn right_shift(&mut self, arg: u32) -> PyResult<()> {
        if let Some((x, y)) = self.int_operands()
            && y >= 0
        {
            self.replace_immediates(Value::small_int(x >> y.min(63)));
            return Ok(());
        }
        self.outlined(|s| s.binary_op_slow(arg))
    }

    /// `container[key]`.
    #[inline(always)]
    pub fn subscript(&mut self, arg: u32) -> PyResult<()> {
        let container = self.peek(2);
        if let Some(index) = self.peek(1).as_small_int() {
            if let Some(list) = container.downcast_exact::<PyList>() {
                let index = if index < 0 { index + list.len() as i64 } else { index };
                if index >= 0
                    && let Some(item) = list.get(index as usize)
                {
                    return self.finish_subscript(item);
                }
            } else if let Some(tuple) = container.downcast_exact::<PyTuple>() {
                let index = if index < 0 { index + tuple.len() as i64 } else { index };
                if index >= 0
                    && let Some(item) = tuple.get(index as usize).cloned()
                {
                    return self.finish_subscript(item);
                }
            }
        }
        self.outlined(|s| s.subscript_slow(arg))
    }

    /// Subscription of dicts and strs before anything else.
    #[inline(never)]
    fn subscript_slow(&mut self, arg: u32) -> PyResult<()> {
        self.sync();
        let (container, key) = (self.peek(2), self.peek(1));
        if let Some(dict) = container.downcast_exact::<PyDict>() {
            let found = match key.downcast_exact::<PyStr>() {
                Some(key) => dict.get_str(key)?,
                None => dict.get(key)?,
            };
            if let Some(value) = found {
                self.finish_binary(value);
                self.safe_point();
                return Ok(());
            }
        } else if let Some(text) = container.downcast_exact::<PyStr>()
            && let Some(index) = key.as_small_int()
        {
            let index = if index < 0 { index + text.len() as i64 } else { index };
            if (0..text.len() as i64).contains(&index) {
                let item = text.item(index as usize).into_value();
                return self.finish_subscript(item);
            }
        } else if let Some(slice) = key.downcast_exact::<PySlice>()
            && slice.step.is_none()
            && let Some(result) = plain_slice(container, &slice.start, &slice.stop)
        {
            self.finish_binary(result);
            self.safe_point();
            return Ok(());
        }
        self.binary_op_slow(arg)
    }

    /// Replaces the container and an int key by the item.
    #[inline(always)]
    fn finish_subscript(&mut self, item: Value) -> PyResult<()> {
        // SAFETY: the key is an immediate and owns nothing.
        unsafe { self.sp = self.sp.sub(1) };
        self.set_top(item);
        self.safe_point();
        Ok(())
    }

    /// A comparison whose result decides the conditional jump behind it.
    #[inline(always)]
    pub fn compare_jump<const OP: u8>(&mut self, arg: u32) -> PyResult<()> {
        let op = const { [CmpOp::Lt, CmpOp::Le, CmpOp::Eq, CmpOp::Ne, CmpOp::Gt, CmpOp::Ge][OP as usize] };
        let result = if let Some((x, y)) = self.int_operands() {
            op.compare(&x, &y)
        } else if let Some((x, y)) = self.float_operands() {
            op.compare(&x, &y)
        } else {
            return self.compare_jump_slow::<OP>(arg);
        };
        // SAFETY: both operands are immediates; the decoder saw the jump two words on.
        let word = unsafe {
            self.sp = self.sp.sub(2);
            *self.ip.add(2)
        };
        let wanted = word as u16 == op::POP_JUMP_IF_TRUE;
        self.skip(4 + if result == wanted { (word >> 32) as usize } else { 0 });
        Ok(())
    }

    /// Equality of strs goes straight on to the jump; other comparisons leave it their result.
    #[inline(always)]
    fn compare_jump_slow<const OP: u8>(&mut self, arg: u32) -> PyResult<()> {
        let equality = OP == CmpOp::Eq as u8 || OP == CmpOp::Ne as u8;
        if equality
            && let Some(a) = self.peek(2).downcast_exact::<PyStr>()
            && let Some(b) = self.peek(1).downcast_exact::<PyStr>()
        {
            let equal = a.is(b) || a.eq(b);
            self.drop_slots(2);
            // SAFETY: the decoder saw the jump two words on.
            let word = unsafe { *self.ip.add(2) };
            let wanted = word as u16 == op::POP_JUMP_IF_TRUE;
            self.skip(
                4 + if (equal == (OP == CmpOp::Eq as u8)) == wanted { (word >> 32) as usize } else { 0 },
            );
            return Ok(());
        }
        self.outlined(|s| s.compare_op(arg))?;
        self.skip(2);
        Ok(())
    }

    #[inline(never)]
    fn binary_slow(a: &Value, b: &Value, arg: u32) -> PyResult<Value> {
        if arg == SUBSCR {
            return protocol::getitem(a, b);
        }
        let (index, inplace) = if arg >= INPLACE { (arg - INPLACE, true) } else { (arg, false) };
        match BinaryOp::from_index(index as usize) {
            Some(op) if inplace => protocol::inplace(op, a, b),
            Some(op) => protocol::binary(op, a, b),
            None => Err(exceptions::system_error("unknown binary operator")),
        }
    }

    #[inline(never)]
    fn binary_op_slow(&mut self, arg: u32) -> PyResult<()> {
        self.sync();
        let result = State::binary_slow(self.peek(2), self.peek(1), arg)?;
        self.finish_binary(result);
        self.safe_point();
        Ok(())
    }

    /// `arg >> 5` is the operator; bit 4 asks for a bool.
    #[inline(always)]
    pub fn compare_op(&mut self, arg: u32) -> PyResult<()> {
        let (a, b) = (self.peek(2), self.peek(1));
        let Some(op) = CmpOp::from_index(arg >> 5) else {
            return Err(exceptions::system_error("unknown comparison"));
        };
        let result = if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
            Value::from_bool(op.compare(&x, &y))
        } else if let (Some(x), Some(y)) = (a.as_flonum(), b.as_flonum()) {
            Value::from_bool(op.compare(&x, &y))
        } else {
            self.sync();
            State::compare_slow(self.peek(2), self.peek(1), op, arg & 16 != 0)?
        };
        self.finish_binary(result);
        self.safe_point();
        Ok(())
    }

    #[inline(never)]
    fn compare_slow(a: &Value, b: &Value, op: CmpOp, to_bool: bool) -> PyResult<Value> {
        let result = protocol::rich_compare(a, b, op)?;
        if to_bool && result.as_bool().is_none() {
            return protocol::truth(&result).map(Value::from_bool);
        }
        Ok(result)
    }

    #[inline(always)]
    pub fn contains_op(&mut self, invert: u32) -> PyResult<()> {
        self.sync();
        let found = protocol::contains(self.peek(1), self.peek(2))?;
        self.finish_binary(Value::from_bool(found != (invert != 0)));
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn is_op(&mut self, invert: u32) {
        let same = self.peek(2).is(self.peek(1));
        self.finish_binary(Value::from_bool(same != (invert != 0)));
        self.safe_point();
    }

    #[inline(always)]
    pub fn to_bool(&mut self) -> PyResult<()> {
        let top = self.peek(1);
        if top.as_bool().is_some() {
            return Ok(());
        }
        let truth = if let Some(n) = top.as_small_int() {
            n != 0
        } else if top.is_none() {
            false
        } else if let Some(list) = top.downcast_exact::<PyList>() {
            !list.is_empty()
        } else if let Some(text) = top.downcast_exact::<PyStr>() {
            !text.is_empty()
        } else {
            self.sync();
            protocol::truth(self.peek(1))?
        };
        self.set_top(Value::from_bool(truth));
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn unary_not(&mut self) {
        let truth = self.peek(1).is_true();
        self.set_top(Value::from_bool(!truth));
    }

    #[inline(always)]
    pub fn unary_negative(&mut self) -> PyResult<()> {
        self.sync();
        let result = protocol::unary(UnaryOp::Negative, self.peek(1))?;
        self.set_top(result);
        self.safe_point();
        Ok(())
    }

    pub fn unary_invert(&mut self) -> PyResult<()> {
        self.sync();
        let result = protocol::unary(UnaryOp::Invert, self.peek(1))?;
        self.set_top(result);
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn binary_slice(&mut self) -> PyResult<()> {
        self.sync();
        let stop = self.pop();
        let start = self.pop();
        let result = match plain_slice(self.peek(1), &start, &stop) {
            Some(result) => result,
            None => protocol::getitem(self.peek(1), &new_slice(start, stop, Value::NONE))?,
        };
        self.set_top(result);
        self.safe_point();
        Ok(())
    }

    pub fn store_slice(&mut self) -> PyResult<()> {
        self.sync();
        let stop = self.pop();
        let start = self.pop();
        let container = self.pop();
        let value = self.pop();
        if !store_plain_slice(&container, &start, &stop, &value) {
            protocol::setitem(&container, &new_slice(start, stop, Value::NONE), value)?;
        }
        drop(container);
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn store_subscr(&mut self) -> PyResult<()> {
        if let Some(list) = self.peek(2).downcast_exact::<PyList>()
            && let Some(index) = self.peek(1).as_small_int()
            && index >= 0
            && (index as usize) < list.len()
        {
            let list = list.clone();
            self.drop_slots(2);
            let value = self.pop();
            drop(list.set(index as usize, value));
            self.safe_point();
            return Ok(());
        }
        self.outlined(State::store_subscr_slow)
    }

    #[inline(never)]
    fn store_subscr_slow(&mut self) -> PyResult<()> {
        self.sync();
        let key = self.pop();
        let container = self.pop();
        let value = self.pop();
        if let Some(dict) = container.downcast_exact::<PyDict>() {
            dict.set(key, value)?;
            drop(container);
            self.safe_point();
            return Ok(());
        }
        protocol::setitem(&container, &key, value)?;
        drop((container, key));
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn delete_subscr(&mut self) -> PyResult<()> {
        self.sync();
        let key = self.pop();
        let container = self.pop();
        protocol::delitem(&container, &key)?;
        drop((container, key));
        self.safe_point();
        Ok(())
    }
}

/// The range of a sequence's positions, by its length, that bounds mean which are plain ints or None.
#[inline(always)]
fn plain_range(start: &Value, stop: &Value) -> Option<impl Fn(usize) -> std::ops::Range<usize> + use<>> {
    let bound = |bound: &Value| match bound.as_small_int() {
        Some(n) => Some(SliceIndex(Some(n as isize))),
        None => bound.is_none().then_some(SliceIndex(None)),
    };
    let (start, stop) = (bound(start)?, bound(stop)?);
    Some(move |len: usize| {
        let (start, stop) = clip(Some(start), Some(stop), len);
        start.min(stop)..stop
    })
}

/// `list[start:stop] = value` for an exact list, plain bounds and an exact list or tuple; false for all else.
fn store_plain_slice(list: &Value, start: &Value, stop: &Value, value: &Value) -> bool {
    let (Some(list), Some(range)) = (list.downcast_exact::<PyList>(), plain_range(start, stop)) else {
        return false;
    };
    let values = if let Some(values) = value.downcast_exact::<PyList>() {
        values.with(|items| items.to_vec())
    } else if let Some(values) = value.downcast_exact::<PyTuple>() {
        values.to_vec()
    } else {
        return false;
    };
    let range = range(list.len());
    // An empty range inserts where it starts, which the clipped stop may lie before.
    if range.is_empty() {
        return false;
    }
    list.replace_range(range.start, range.end, values);
    true
}

/// `sequence[start:stop]` for exact strs, lists and tuples with bounds that are plain ints or None.
fn plain_slice(sequence: &Value, start: &Value, stop: &Value) -> Option<Value> {
    let range = plain_range(start, stop)?;
    if let Some(text) = sequence.downcast_exact::<PyStr>() {
        let range = range(text.len());
        Some(PyStr::slice(text, range.start, range.end).into_value())
    } else if let Some(list) = sequence.downcast_exact::<PyList>() {
        Some(PyList::from_vec(list.with(|items| items[range(items.len())].to_vec())).into_value())
    } else if let Some(tuple) = sequence.downcast_exact::<PyTuple>() {
        let range = range(tuple.len());
        let whole = range.len() == tuple.len();
        Some(if whole { tuple.to_value() } else { PyTuple::from_slice(&tuple[range]).into_value() })
    } else {
        None
    }
}
