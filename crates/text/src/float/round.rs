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
    let scaled = usize::try_from(ndigits).ok().and_then(|places| scaled(x, places));
    if let Some((whole, factor)) = scaled {
        // Both are exact, so that the quotient is the nearest float.
        return Some((whole as f64 / factor).copysign(x));
    }
    let text = match usize::try_from(ndigits) {
        Ok(places) => format!("{:.places$}", x.abs()),
        Err(_) => round_whole(x.abs(), ndigits.unsigned_abs() as usize),
    };
    let value: f64 = text.parse().unwrap_or(0.0);
    value.is_finite().then(|| value.copysign(x))
}

/// What is exact of the powers of ten, as far as [`scaled`] goes.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// `x` without its sign, times 10^`places`, rounded half to even, with that power; `None` where this would not be exact.
pub(super) fn scaled(x: f64, places: usize) -> Option<(u64, f64)> {
    /// From here on numbers have no halves.
    const LIMIT: f64 = (1u64 << 52) as f64;
    let (x, factor) = (x.abs(), *POWERS.get(places)?);
    let product = x * factor;
    if product.is_nan() || product >= LIMIT {
        return None;
    }
    // What the product lacks decides only where that is just between two whole numbers.
    let lacking = x.mul_add(factor, -product);
    let whole = product.round_ties_even();
    let beyond = product - whole;
    let whole = if beyond == 0.5 && lacking > 0.0 {
        whole + 1.0
    } else if beyond == -0.5 && lacking < 0.0 {
        whole - 1.0
    } else {
        whole
    };
    Some((whole as u64, factor))
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

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn scaling_rounds_as_exact_digits_do() {
        let mut seed = 1u64;
        let mut numbers =
            vec![0.0, 0.5, 1.5, 2.5, 0.125, 0.375, 2.675, 1.005, 0.045, 1e-320, 1e15, 4503599627370495.5];
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            numbers.push(f64::from_bits(seed >> 12 | 0x3ff0 << 48) * 10f64.powi((seed % 14) as i32 - 4));
            // Halves of the last place asked for.
            numbers.push(((seed >> 40) as f64 + 0.5) / [1.0, 2.0, 4.0, 8.0, 16.0][(seed % 5) as usize]);
        }
        for x in numbers {
            for places in 0..9 {
                let Some((whole, _)) = scaled(x, places) else { continue };
                let digits: String = format!("{x:.places$}").chars().filter(char::is_ascii_digit).collect();
                assert_eq!(digits.parse(), Ok(whole), "{x:?} to {places} places");
            }
        }
    }
}
