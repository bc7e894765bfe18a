//! Operators, comparisons, subscription.

use super::State;
use super::call::python_method;
use super::fused::{COMPARISON_WORDS, OPERATOR_WORDS};
use super::immediates::{compare, operate};
use crate::frame::quicken::op;
use crate::protocol::{self, BinaryOp, CmpOp, UnaryOp};
use crate::types::dict::PyDict;
use crate::types::list::{PyList, select};
use crate::types::slice::argument::{SliceIndex, clip};
use crate::types::slice::{PySlice, new_slice};
use crate::types::str::{PyStr, try_concat_inplace};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeFlags;
use crate::value::Value;
use crate::{PyResult, exceptions, name};

/// Words of the instructions with their caches.
const CONTAINS_OP_WORDS: usize = 2;
const TO_BOOL_WORDS: usize = 4;

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

    /// A binary operator with an instruction `OP` of its own.
    #[inline(always)]
    pub fn operator<const OP: u16>(&mut self, arg: u32) -> PyResult<()> {
        let Some(result) = operate::<OP>(self.peek(2), self.peek(1)) else {
            self.outlined(|s| if OP == op::ADD { s.add_slow(arg) } else { s.binary_op_slow(arg) })?;
            self.skip(OPERATOR_WORDS);
            return Ok(());
        };
        // SAFETY: the operands are immediates and own nothing.
        self.sp = unsafe { self.sp.sub(2) };
        self.produce(result, OPERATOR_WORDS);
        Ok(())
    }

    #[inline(never)]
    fn add_slow(&mut self, arg: u32) -> PyResult<()> {
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

    /// `container[key]`.
    #[inline(always)]
    pub fn subscript(&mut self, arg: u32) -> PyResult<()> {
        let Some(value) = item(self.peek(2), self.peek(1)) else {
            return self.outlined(|s| s.subscript_slow(arg));
        };
        // SAFETY: the key is an int and owns nothing.
        self.sp = unsafe { self.sp.sub(1) };
        drop(self.pop());
        self.safe_point();
        self.produce(value, OPERATOR_WORDS);
        Ok(())
    }

    /// Subscription of dicts and strs before anything else; a `__getitem__` in Python is called by pushing its frame.
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
                self.skip(OPERATOR_WORDS);
                return Ok(());
            }
        } else if let Some(text) = container.downcast_exact::<PyStr>()
            && let Some(index) = key.as_small_int()
        {
            let index = if index < 0 { index + text.len() as i64 } else { index };
            if (0..text.len() as i64).contains(&index) {
                let item = text.item(index as usize).into_value();
                self.finish_binary(item);
                self.skip(OPERATOR_WORDS);
                return Ok(());
            }
        } else if let Some(slice) = key.downcast_exact::<PySlice>()
            && let Some(result) = if slice.step.is_none() {
                plain_slice(container, &slice.start, &slice.stop)
            } else {
                plain_steps(container, slice)
            }
        {
            self.finish_binary(result);
            self.safe_point();
            self.skip(OPERATOR_WORDS);
            return Ok(());
        } else if !container.class().flags().contains(TypeFlags::IMMORTAL)
            && let Some(getter) = python_method(container, name!("__getitem__"))
            && getter.code().takes_exactly(2)
        {
            return self.push_special(getter, 2, OPERATOR_WORDS);
        }
        self.binary_op_slow(arg)?;
        self.skip(OPERATOR_WORDS);
        Ok(())
    }

    /// A comparison whose result decides the conditional jump behind it, which the decoder has seen.
    #[inline(always)]
    pub fn compare_jump<const OP: u16>(&mut self, arg: u32) -> PyResult<()> {
        let truth = match compare::<OP>(self.peek(2), self.peek(1)) {
            Some(truth) => {
                // SAFETY: the operands are immediates and own nothing.
                self.sp = unsafe { self.sp.sub(2) };
                truth
            }
            None => match self.equal_strs().filter(|_| matches!(OP, op::EQUAL_JUMP | op::NOT_EQUAL_JUMP)) {
                Some(equal) => {
                    self.drop_slots(2);
                    equal == (OP == op::EQUAL_JUMP)
                }
                None => {
                    self.outlined(|s| s.compare_op(arg))?;
                    self.skip(COMPARISON_WORDS);
                    return Ok(());
                }
            },
        };
        self.decide(truth, COMPARISON_WORDS);
        Ok(())
    }

    /// Whether the operands are equal, of two exact strs.
    #[inline(always)]
    fn equal_strs(&self) -> Option<bool> {
        let (a, b) = (self.peek(2).downcast_exact::<PyStr>()?, self.peek(1).downcast_exact::<PyStr>()?);
        Some(a.is(b) || a.eq(b))
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
        let found = self.outlined(State::contains)?;
        self.decide(found != (invert != 0), CONTAINS_OP_WORDS);
        Ok(())
    }

    #[inline(never)]
    fn contains(&mut self) -> PyResult<bool> {
        self.sync();
        let found = protocol::contains(self.peek(1), self.peek(2))?;
        self.drop_slots(2);
        self.safe_point();
        Ok(found)
    }

    #[inline(always)]
    pub fn is_op(&mut self, invert: u32) {
        let same = self.peek(2).is(self.peek(1));
        self.drop_slots(2);
        self.safe_point();
        self.decide(same != (invert != 0), 1);
    }

    #[inline(always)]
    pub fn to_bool(&mut self) -> PyResult<()> {
        let top = self.peek(1);
        let truth = if let Some(truth) = top.as_bool() {
            truth
        } else if let Some(n) = top.as_small_int() {
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
        drop(self.pop());
        self.safe_point();
        self.decide(truth, TO_BOOL_WORDS);
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
            // SAFETY: the value moves from the stack into the list; the key is an int and owns nothing.
            let old = unsafe {
                let old = list.set(index as usize, Value::from_bits(*self.slot(3)));
                self.sp = self.sp.sub(1);
                drop(self.pop());
                self.sp = self.sp.sub(1);
                old
            };
            drop(old);
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

/// `container[key]` for exact lists and tuples and a plain int that is in range.
#[inline(always)]
pub(super) fn item(container: &Value, key: &Value) -> Option<Value> {
    let index = key.as_small_int()?;
    let position = |len: usize| (if index < 0 { index + len as i64 } else { index }) as usize;
    if let Some(list) = container.downcast_exact::<PyList>() {
        return list.get(position(list.len()));
    }
    let tuple = container.downcast_exact::<PyTuple>()?;
    tuple.get(position(tuple.len())).cloned()
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
    let range = range(list.len());
    // An empty range inserts where it starts, which the clipped stop may lie before.
    if range.is_empty() {
        return false;
    }
    let values = if let Some(values) = value.downcast_exact::<PyList>() {
        // Nobody else sees a list that was made for this.
        if values.header().refcount() == 1 { values.with(std::mem::take) } else { values.to_vec() }
    } else if let Some(values) = value.downcast_exact::<PyTuple>() {
        values.to_vec()
    } else {
        return false;
    };
    list.replace_range(range.start, range.end, values);
    true
}

/// `list[start:stop:step]` for an exact list and bounds that are plain ints or None.
fn plain_steps(list: &Value, slice: &PySlice) -> Option<Value> {
    let list = list.downcast_exact::<PyList>()?;
    let is_plain = |bound: &Value| bound.is_small_int() || bound.is_none();
    if ![&slice.start, &slice.stop, &slice.step].into_iter().all(is_plain) {
        return None;
    }
    let range = slice.resolve(|| list.len()).ok()?;
    Some(PyList::from_vec(list.with(|items| select(items, range))).into_value())
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
