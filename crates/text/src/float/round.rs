//! `round(x, n)`.

/// `round(x, ndigits)`: the exact value rounded half to even at that place, then to the nearest float; `None` if that is
/// too large (an OverflowError, "rounded value too large to represent").
pub fn round(x: f64, ndigits: i64) -> Option<f64> {
    if !x.is_finite() || x == 0.0 || ndigits > 323 {
        return Some(x);
    }
    if ndigits < -308 {
        return Some(0.0 * x);
    }
    let text = match usize::try_from(ndigits) {
        Ok(places) => format!("{:.places$}", x.abs()),
        Err(_) => round_whole(x.abs(), ndigits.unsigned_abs() as usize),
    };
    let value: f64 = text.parse().unwrap_or(0.0);
    value.is_finite().then(|| value.copysign(x))
}

/// The digits of `x` rounded to a multiple of 10^`zeros`.
fn round_whole(x: f64, zeros: usize) -> String {
    let mut digits = format!("{:.0}", x.trunc()).into_bytes();
    if digits.len() < zeros {
        return "0".into();
    }
    let (head, tail) = digits.split_at(digits.len() - zeros);
    let odd = head.last().is_some_and(|b| b & 1 == 1);
    let half = tail.iter().enumerate().map(|(i, b)| b.cmp(if i == 0 { &b'5' } else { &b'0' }));
    let order = half.fold(std::cmp::Ordering::Equal, |all, next| all.then(next));
    let up = order.is_gt() || order.is_eq() && (x.fract() != 0.0 || odd);
    let keep = head.len();
    digits[keep..].fill(b'0');
    if up {
        let nines = digits[..keep].iter().rev().take_while(|b| **b == b'9').count();
        digits[keep - nines..keep].fill(b'0');
        match (keep - nines).checked_sub(1) {
            Some(at) => digits[at] += 1,
            None => digits.insert(0, b'1'),
        }
    }
    String::from_utf8(digits).unwrap_or_default()
}
