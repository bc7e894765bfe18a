//! `list.sort`: a stable merge sort that finds the runs already in order.
//!
//! Keys of one simple type are compared in Rust. Everything else is compared by `<`, which may run any code: the list is
//! empty meanwhile, and an error leaves its items in some order.

use super::PyList;
use crate::heap::{self, Ref};
use crate::protocol::CmpOp;
use crate::types::float::PyFloat;
use crate::types::str::{Kind, PyStr};
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use std::cmp::Ordering;

/// `list.sort(key=key, reverse=reverse)`.
pub fn sort(list: &Ref<PyList>, key: Option<&Value>, reverse: bool) -> PyResult<()> {
    let mut items = list.with(std::mem::take);
    let result = sort_values(&mut items, key, reverse);
    // The finalisers of keys may change the list, too.
    if heap::has_pending() {
        heap::run_pending();
    }
    let meanwhile = list.with(|now| std::mem::replace(now, items));
    let modified = meanwhile.capacity() != 0;
    drop(meanwhile);
    result?;
    if modified {
        return Err(exceptions::value_error("list modified during sort"));
    }
    Ok(())
}

/// Sorts `items` in place. After an error they are in some order.
pub fn sort_values(items: &mut [Value], key: Option<&Value>, reverse: bool) -> PyResult<()> {
    let keys = match key {
        None => None,
        Some(key) => Some(
            items
                .iter()
                .map(|item| protocol::call(key, std::slice::from_ref(item)))
                .collect::<PyResult<Vec<_>>>()?,
        ),
    };
    if items.len() < 2 {
        return Ok(());
    }
    if u32::try_from(items.len()).is_err() {
        return Err(exceptions::memory_error());
    }
    if keys.is_none() && sort_small_ints(items, reverse) {
        return Ok(());
    }
    let (order, result) = sorted_order(keys.as_deref().unwrap_or(items), reverse);
    apply(items, order);
    result
}

/// Sorts items that are all small ints, which need no stability.
fn sort_small_ints(items: &mut [Value], reverse: bool) -> bool {
    if !items.iter().all(Value::is_small_int) {
        return false;
    }
    let mut ints: Vec<i64> = items.iter().filter_map(Value::as_small_int).collect();
    ints.sort_unstable();
    if reverse {
        ints.reverse();
    }
    for (place, int) in items.iter_mut().zip(ints) {
        *place = Value::small_int(int);
    }
    true
}

/// Puts `items` into the given order of their indices.
fn apply(items: &mut [Value], order: Vec<u32>) {
    let mut old: Vec<Value> = items.iter_mut().map(|place| std::mem::replace(place, Value::NONE)).collect();
    for (place, index) in items.iter_mut().zip(order) {
        *place = std::mem::replace(&mut old[index as usize], Value::NONE);
    }
}

/// The indices of `keys` in sorted order, as far as it came without error.
fn sorted_order(keys: &[Value], reverse: bool) -> (Vec<u32>, PyResult<()>) {
    if let Some(order) = order_simple(keys, reverse) {
        return (order, Ok(()));
    }
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    if reverse {
        // Reversing before and after keeps equal items in their order.
        order.reverse();
    }
    let mut merger =
        Merger { less: |a: u32, b: u32| less(&keys[a as usize], &keys[b as usize]), temp: Vec::new() };
    let result = merger.sort(&mut order);
    if reverse {
        order.reverse();
    }
    (order, result)
}

/// Orders keys of one type whose comparison is known and total; `None` for all others.
fn order_simple(keys: &[Value], reverse: bool) -> Option<Vec<u32>> {
    let first = keys.first()?;
    if first.is_small_int() {
        let mut pairs = Vec::with_capacity(keys.len());
        for (index, key) in keys.iter().enumerate() {
            pairs.push((key.as_small_int()?, index as u32));
        }
        return Some(order_pairs(pairs, reverse, |a, b| a.cmp(b)));
    }
    if let Some(text) = first.downcast_exact::<PyStr>() {
        let narrow = text.kind() <= Kind::Latin1;
        let mut pairs = Vec::with_capacity(keys.len());
        for (index, key) in keys.iter().enumerate() {
            let text = key.downcast_exact::<PyStr>()?;
            if (text.kind() <= Kind::Latin1) != narrow {
                return order_strs(keys, reverse);
            }
            pairs.push((if narrow { prefix(text.bytes()) } else { 0 }, index as u32));
        }
        let text = |index: u32| keys[index as usize].downcast_exact::<PyStr>();
        return Some(order_indexed(pairs, reverse, |a, b| {
            a.0.cmp(&b.0).then_with(|| match (text(a.1), text(b.1)) {
                (Some(a), Some(b)) => a.cmp(b),
                _ => Ordering::Equal,
            })
        }));
    }
    if let Some(x) = float(first)
        && !x.is_nan()
    {
        let mut pairs = Vec::with_capacity(keys.len());
        for (index, key) in keys.iter().enumerate() {
            pairs.push((float(key).filter(|x| !x.is_nan())?, index as u32));
        }
        return Some(order_pairs(pairs, reverse, |a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal)));
    }
    None
}

/// Strings of several kinds.
fn order_strs(keys: &[Value], reverse: bool) -> Option<Vec<u32>> {
    let texts: Option<Vec<_>> = keys.iter().map(|key| key.downcast_exact::<PyStr>()).collect();
    let pairs = texts?.into_iter().zip(0..).collect();
    Some(order_pairs(pairs, reverse, |a, b| a.cmp(b)))
}

fn float(value: &Value) -> Option<f64> {
    value.as_flonum().or_else(|| value.downcast_exact::<PyFloat>().map(|x| x.value))
}

/// The first eight bytes as a number that orders as they do.
fn prefix(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    let len = bytes.len().min(8);
    first[..len].copy_from_slice(&bytes[..len]);
    u64::from_be_bytes(first)
}

fn order_pairs<K>(pairs: Vec<(K, u32)>, reverse: bool, compare: impl Fn(&K, &K) -> Ordering) -> Vec<u32> {
    order_indexed(pairs, reverse, |a, b| compare(&a.0, &b.0))
}

/// Sorts stably, descending if `reverse`.
fn order_indexed<K>(
    mut pairs: Vec<(K, u32)>,
    reverse: bool,
    compare: impl Fn(&(K, u32), &(K, u32)) -> Ordering,
) -> Vec<u32> {
    if reverse {
        pairs.sort_by(|a, b| compare(b, a));
    } else {
        pairs.sort_by(|a, b| compare(a, b));
    }
    pairs.into_iter().map(|(_, index)| index).collect()
}

/// `a < b`, with short cuts for what does not run Python code.
#[inline]
fn less(a: &Value, b: &Value) -> PyResult<bool> {
    if let Some(less) = quick_less(a, b) {
        return Ok(less);
    }
    if let (Some(x), Some(y)) = (a.downcast_exact::<PyTuple>(), b.downcast_exact::<PyTuple>())
        && let ([x, ..], [y, ..]) = (&***x, &***y)
        && let Some(ordering) = quick_cmp(x, y)
        && ordering.is_ne()
    {
        return Ok(ordering.is_lt());
    }
    let result = protocol::rich_compare(a, b, CmpOp::Lt)?;
    protocol::truth(&result)
}

#[inline]
fn quick_less(a: &Value, b: &Value) -> Option<bool> {
    quick_cmp(a, b).map(Ordering::is_lt)
}

#[inline]
fn quick_cmp(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
        return Some(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (a.as_flonum(), b.as_flonum()) {
        return a.partial_cmp(&b);
    }
    Some(a.downcast_exact::<PyStr>()?.cmp(b.downcast_exact::<PyStr>()?))
}

/// The merge sort over indices. Whatever fails, the slice stays a permutation.
struct Merger<F> {
    less: F,
    temp: Vec<u32>,
}

/// Runs shorter than this are extended by binary insertion.
const MIN_RUN: usize = 32;

impl<F: FnMut(u32, u32) -> PyResult<bool>> Merger<F> {
    fn sort(&mut self, items: &mut [u32]) -> PyResult<()> {
        let min_run = min_run(items.len());
        // Ends and merge powers of the runs found so far, as in powersort.
        let mut stack: Vec<(usize, usize, u32)> = Vec::new();
        let mut start = 0;
        while start < items.len() {
            let mut end = start + self.run(&mut items[start..])?;
            let wanted = (start + min_run).min(items.len());
            if end < wanted {
                self.insert(&mut items[start..wanted], end - start)?;
                end = wanted;
            }
            if let Some(&(before, middle, _)) = stack.last() {
                let power = merge_power(before, middle, end, items.len());
                while let [.., (first, _, _), (second, stop, top)] = stack[..]
                    && top > power
                {
                    self.merge(&mut items[first..stop], second - first)?;
                    stack.pop();
                    if let Some(last) = stack.last_mut() {
                        last.1 = stop;
                    }
                }
                stack.push((start, end, power));
            } else {
                stack.push((start, end, 0));
            }
            start = end;
        }
        while let [.., (first, _, _), (second, stop, _)] = stack[..] {
            self.merge(&mut items[first..stop], second - first)?;
            stack.pop();
            if let Some(last) = stack.last_mut() {
                last.1 = stop;
            }
        }
        Ok(())
    }

    /// The length of the run at the start; a descending one is turned round, its equal items keeping their order.
    fn run(&mut self, items: &mut [u32]) -> PyResult<usize> {
        let mut len = 1;
        loop {
            if len >= items.len() {
                return Ok(items.len());
            }
            if (self.less)(items[len], items[len - 1])? {
                break;
            }
            len += 1;
        }
        if len > 1 && (self.less)(items[0], items[len - 1])? {
            return Ok(len);
        }
        // All equal so far, and the next one is less.
        items[..len].reverse();
        let mut equal = len;
        len += 1;
        while len < items.len() {
            if (self.less)(items[len], items[len - 1])? {
                items[equal..len].reverse();
                equal = len;
            } else if (self.less)(items[len - 1], items[len])? {
                break;
            }
            len += 1;
        }
        items[equal..len].reverse();
        items[..len].reverse();
        // What has become the last item may be followed by greater ones.
        while len < items.len() && !(self.less)(items[len], items[len - 1])? {
            len += 1;
        }
        Ok(len)
    }

    /// Binary insertion of `items[sorted..]` into the sorted items before it.
    fn insert(&mut self, items: &mut [u32], sorted: usize) -> PyResult<()> {
        for next in sorted..items.len() {
            let item = items[next];
            let (mut low, mut high) = (0, next);
            while low < high {
                let middle = low + (high - low) / 2;
                if (self.less)(item, items[middle])? {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            items[low..=next].rotate_right(1);
        }
        Ok(())
    }

    /// Merges the runs before and from `middle`.
    fn merge(&mut self, items: &mut [u32], middle: usize) -> PyResult<()> {
        // What is in place already at both ends stays out of the merge.
        let from = self.gallop_right(items[middle], &items[..middle])?;
        if from == middle {
            return Ok(());
        }
        let to = middle + self.gallop_left(items[middle - 1], &items[middle..])?;
        let middle = middle - from;
        let items = &mut items[from..to];
        if middle <= items.len() - middle {
            self.merge_low(items, middle)
        } else {
            self.merge_high(items, middle)
        }
    }

    /// The position after all items not greater than `key`, searched from the left.
    fn gallop_right(&mut self, key: u32, items: &[u32]) -> PyResult<usize> {
        let (mut low, mut step) = (0, 1);
        while low + step <= items.len() && !(self.less)(key, items[low + step - 1])? {
            low += step;
            step *= 2;
        }
        let mut high = (low + step - 1).min(items.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if (self.less)(key, items[middle])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// The position before all items not less than `key`, searched from the right.
    fn gallop_left(&mut self, key: u32, items: &[u32]) -> PyResult<usize> {
        let (mut high, mut step) = (items.len(), 1);
        while step <= high && !(self.less)(items[high - step], key)? {
            high -= step;
            step *= 2;
        }
        let mut low = (high + 1).saturating_sub(step);
        while low < high {
            let middle = low + (high - low) / 2;
            if (self.less)(items[middle], key)? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Merges from the left, with the shorter left run moved aside.
    fn merge_low(&mut self, items: &mut [u32], middle: usize) -> PyResult<()> {
        let mut temp = std::mem::take(&mut self.temp);
        temp.clear();
        temp.extend_from_slice(&items[..middle]);
        let (mut left, mut right, mut out) = (0, middle, 0);
        let mut result = Ok(());
        let mut wins = 0isize;
        while left < temp.len() && right < items.len() {
            match (self.less)(items[right], temp[left]) {
                Ok(true) => {
                    items[out] = items[right];
                    right += 1;
                    wins = wins.min(0) - 1;
                }
                Ok(false) => {
                    items[out] = temp[left];
                    left += 1;
                    wins = wins.max(0) + 1;
                }
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
            out += 1;
            // One side that wins time after time is moved in blocks.
            if wins >= GALLOP && left < temp.len() && right < items.len() {
                match self.gallop_right(items[right], &temp[left..]) {
                    Ok(count) => {
                        items[out..out + count].copy_from_slice(&temp[left..left + count]);
                        left += count;
                        out += count;
                    }
                    Err(error) => {
                        result = Err(error);
                        break;
                    }
                }
                wins = 0;
            }
        }
        // What is left of the left run fills the gap; of the right run, it is in place.
        let rest = temp.len() - left;
        items[out..out + rest].copy_from_slice(&temp[left..]);
        self.temp = temp;
        result
    }

    /// Merges from the right, with the shorter right run moved aside.
    fn merge_high(&mut self, items: &mut [u32], middle: usize) -> PyResult<()> {
        let mut temp = std::mem::take(&mut self.temp);
        temp.clear();
        temp.extend_from_slice(&items[middle..]);
        let (mut left, mut right, mut out) = (middle, temp.len(), items.len());
        let mut result = Ok(());
        let mut wins = 0isize;
        while left > 0 && right > 0 {
            out -= 1;
            match (self.less)(temp[right - 1], items[left - 1]) {
                Ok(true) => {
                    left -= 1;
                    items[out] = items[left];
                    wins = wins.min(0) - 1;
                }
                Ok(false) => {
                    right -= 1;
                    items[out] = temp[right];
                    wins = wins.max(0) + 1;
                }
                Err(error) => {
                    out += 1;
                    result = Err(error);
                    break;
                }
            }
            if wins >= GALLOP && left > 0 && right > 0 {
                match self.gallop_left(items[left - 1], &temp[..right]) {
                    Ok(keep) => {
                        let count = right - keep;
                        items[out - count..out].copy_from_slice(&temp[keep..right]);
                        right = keep;
                        out -= count;
                    }
                    Err(error) => {
                        result = Err(error);
                        break;
                    }
                }
                wins = 0;
            }
        }
        items[out - right..out].copy_from_slice(&temp[..right]);
        self.temp = temp;
        result
    }
}

/// How often in a row one side must win before its items are moved in blocks.
const GALLOP: isize = 7;

/// A run length between `MIN_RUN` and twice that which divides the whole evenly.
fn min_run(mut len: usize) -> usize {
    let mut odd = 0;
    while len >= 2 * MIN_RUN {
        odd |= len & 1;
        len >>= 1;
    }
    len + odd
}

/// How deep in a balanced merge tree over `len` items the runs `a..b` and `b..c` meet.
fn merge_power(a: usize, b: usize, c: usize, len: usize) -> u32 {
    let scale = |sum: usize| ((sum as u128) << 62) / len as u128;
    let (left, right) = (scale(a + b), scale(b + c));
    // Twice the midpoints as fractions of the whole: the first bit in which they differ.
    (left ^ right).leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(len: usize, modulus: u64, seed: u64) {
        let mut state = seed;
        let keys: Vec<u64> = (0..len)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) % modulus
            })
            .collect();
        let mut order: Vec<u32> = (0..len as u32).collect();
        let mut merger =
            Merger { less: |a: u32, b: u32| Ok(keys[a as usize] < keys[b as usize]), temp: Vec::new() };
        assert!(merger.sort(&mut order).is_ok());
        let mut expected: Vec<u32> = (0..len as u32).collect();
        expected.sort_by_key(|&i| keys[i as usize]);
        assert_eq!(order, expected);
    }

    #[test]
    fn sorts_stably() {
        for len in [0, 1, 2, 3, 31, 32, 33, 64, 65, 100, 1000, 5000] {
            for modulus in [1, 2, 10, 1000, u64::MAX] {
                check(len, modulus, (len as u64).wrapping_add(modulus));
            }
        }
    }

    #[test]
    fn merges_long_runs() {
        let keys: Vec<u32> = (0..3000).map(|i| if i % 2 == 0 { i } else { 3000 - i }).collect();
        let mut order: Vec<u32> = (0..3000).collect();
        order.sort_by_key(|&i| i % 7);
        let start = order.clone();
        let mut merger =
            Merger { less: |a: u32, b: u32| Ok(keys[a as usize] < keys[b as usize]), temp: Vec::new() };
        assert!(merger.sort(&mut order).is_ok());
        let mut expected = start;
        expected.sort_by_key(|&i| keys[i as usize]);
        assert_eq!(order, expected);
    }
}
