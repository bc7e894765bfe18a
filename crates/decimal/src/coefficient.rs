//! Coefficients: non-negative integers seen as strings of decimal digits.

use dashu_int::UBig;
use dashu_int::ops::{BitTest, DivRem};
use std::cell::RefCell;
use std::cmp::Ordering;

/// Numbers of more digits are out of memory.
pub const MAX_DIGITS: i64 = 400_000_000;

const SMALL_POWERS: [u128; 39] = {
    let mut powers = [1; 39];
    let mut index = 1;
    while index < 39 {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

thread_local! {
    /// The powers of ten that were needed last.
    static RECENT: RefCell<Vec<(u64, UBig)>> = const { RefCell::new(Vec::new()) };
}

/// 10^exponent.
pub fn pow10(exponent: u64) -> UBig {
    if let Some(&power) = usize::try_from(exponent).ok().and_then(|index| SMALL_POWERS.get(index)) {
        return UBig::from(power);
    }
    const KEPT: usize = 8;
    const LONGEST: u64 = 100_000;
    RECENT.with_borrow_mut(|recent| {
        if let Some((_, power)) = recent.iter().find(|(known, _)| *known == exponent) {
            return power.clone();
        }
        let power = UBig::from(10u8).pow(exponent as usize);
        if exponent <= LONGEST {
            if recent.len() == KEPT {
                recent.remove(0);
            }
            recent.push((exponent, power.clone()));
        }
        power
    })
}

/// 10^exponent, if it fits.
#[inline]
pub fn small_pow10(exponent: i64) -> Option<u128> {
    usize::try_from(exponent).ok().and_then(|index| SMALL_POWERS.get(index)).copied()
}

/// The value of a coefficient that takes no memory of its own.
#[inline]
pub fn small(n: &UBig) -> Option<u128> {
    match n.as_words() {
        [] => Some(0),
        [low] => Some(u128::from(*low)),
        [low, high] => Some(u128::from(*low) | u128::from(*high) << 64),
        _ => None,
    }
}

#[inline]
pub fn small_digit_count(n: u128) -> i64 {
    match u64::try_from(n) {
        Ok(0) => 1,
        Ok(n) => i64::from(n.ilog10()) + 1,
        Err(_) => {
            // 1233 / 4096 is a little more than log10(2): the estimate is right or one too low.
            let bits = 128 - n.leading_zeros();
            let estimate = (bits as usize * 1233) >> 12;
            estimate as i64 + i64::from(estimate < 39 && n >= SMALL_POWERS[estimate])
        }
    }
}

/// How many digits `n` has; zero has one.
pub fn digit_count(n: &UBig) -> i64 {
    if let Some(n) = small(n) {
        return small_digit_count(n);
    }
    // The number of bits leaves two candidates at most.
    const LOG10_2: f64 = std::f64::consts::LOG10_2;
    let bits = n.bit_len();
    let low = ((bits - 1) as f64 * LOG10_2 * (1.0 - 1e-14)).floor() as i64;
    let high = (bits as f64 * LOG10_2 * (1.0 + 1e-14)).floor() as i64;
    let mut digits = low + 1;
    while digits <= high && *n >= pow10(digits as u64) {
        digits += 1;
    }
    digits
}

/// `n * 10^exponent`.
pub fn scaled_up(n: &UBig, exponent: i64) -> UBig {
    if exponent == 0 || n.is_zero() {
        return n.clone();
    }
    if let (Some(n), Some(power)) = (small(n), small_pow10(exponent))
        && let Some(product) = n.checked_mul(power)
    {
        return UBig::from(product);
    }
    n * pow10(exponent as u64)
}

/// Quotient and remainder of `n` by `10^exponent`.
pub fn divided(n: &UBig, exponent: i64) -> (UBig, UBig) {
    if let (Some(n), Some(power)) = (small(n), small_pow10(exponent)) {
        return match (u64::try_from(n), u64::try_from(power)) {
            (Ok(n), Ok(power)) => (UBig::from(n / power), UBig::from(n % power)),
            _ => (UBig::from(n / power), UBig::from(n % power)),
        };
    }
    n.div_rem(pow10(exponent as u64))
}

/// The last decimal digit.
pub fn last_digit(n: &UBig) -> u8 {
    match small(n) {
        Some(n) => (n % 10) as u8,
        None => (n % 10u64) as u8,
    }
}

/// How many zeros `n` ends with, at most `limit`.
pub fn trailing_zeros(n: &UBig, limit: i64) -> i64 {
    if let Some(mut n) = small(n) {
        let mut zeros = 0;
        while zeros < limit && n != 0 && n.is_multiple_of(10) {
            n /= 10;
            zeros += 1;
        }
        return zeros;
    }
    // As many factors of two bound the count; halving the step finds it.
    let limit = limit.min(n.trailing_zeros().map_or(0, |zeros| zeros as i64));
    let mut rest = n.clone();
    let mut zeros = 0;
    let mut step = 1;
    while step <= limit - zeros {
        let (quotient, remainder) = divided(&rest, step);
        if !remainder.is_zero() {
            break;
        }
        (rest, zeros, step) = (quotient, zeros + step, step * 2);
    }
    while step > 0 {
        if step <= limit - zeros {
            let (quotient, remainder) = divided(&rest, step);
            if remainder.is_zero() {
                (rest, zeros) = (quotient, zeros + step);
            }
        }
        step /= 2;
    }
    zeros
}

/// Compares `remainder` with half of `10^exponent`.
pub fn compare_with_half(remainder: &UBig, exponent: i64) -> Ordering {
    if let (Some(remainder), Some(power)) = (small(remainder), small_pow10(exponent)) {
        return remainder.cmp(&(power / 2));
    }
    (remainder << 1).cmp(&pow10(exponent as u64))
}

/// The decimal digits, as numbers.
pub fn digits(n: &UBig) -> Vec<u8> {
    n.to_string().bytes().map(|digit| digit - b'0').collect()
}

/// The reverse of [`digits`].
pub fn from_digits(digits: &[u8]) -> UBig {
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    text.parse().unwrap_or(UBig::ZERO)
}
