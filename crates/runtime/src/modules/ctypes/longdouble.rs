//! C's `long double`: extended precision of 80 bits on x86-64, IEEE 754's binary128 elsewhere. Python's floats are doubles.

/// Bits of the significand that are stored, the leading one included if it is.
const SIGNIFICAND: u32 = if cfg!(target_arch = "x86_64") { 64 } else { 112 };
/// Whether the leading bit of a normal number is stored.
const EXPLICIT: bool = cfg!(target_arch = "x86_64");
const BIAS: i32 = 16383;
const MAX_EXPONENT: u128 = 0x7fff;

/// The double nearest to the number in `data`.
pub fn to_f64(data: &[u8]) -> f64 {
    let mut bytes = [0; 16];
    let size = data.len().min(16);
    bytes[..size].copy_from_slice(&data[..size]);
    let bits = u128::from_ne_bytes(bytes);
    let stored = bits & ((1 << SIGNIFICAND) - 1);
    let exponent = bits >> SIGNIFICAND & MAX_EXPONENT;
    let is_negative = bits >> (SIGNIFICAND + 15) & 1 != 0;
    let fraction_bits = if EXPLICIT { SIGNIFICAND - 1 } else { SIGNIFICAND };
    let size = if exponent == MAX_EXPONENT {
        if stored & ((1 << fraction_bits) - 1) == 0 { f64::INFINITY } else { f64::NAN }
    } else {
        let leading = if EXPLICIT || exponent == 0 { 0 } else { 1 << SIGNIFICAND };
        scaled((stored | leading) as f64, exponent.max(1) as i32 - BIAS - fraction_bits as i32)
    };
    if is_negative { -size } else { size }
}

/// Stores a double, which every `long double` can hold.
pub fn from_f64(x: f64, data: &mut [u8]) {
    let fraction_bits = if EXPLICIT { SIGNIFICAND - 1 } else { SIGNIFICAND };
    let bits = x.to_bits();
    let fraction = u128::from(bits & ((1 << 52) - 1));
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let leading = if EXPLICIT { 1u128 << fraction_bits } else { 0 };
    let (exponent, stored) = match exponent {
        0x7ff => (MAX_EXPONENT, leading | fraction << (fraction_bits - 52)),
        0 if fraction == 0 => (0, 0),
        0 => {
            // A subnormal double is a normal number here.
            let shift = fraction.leading_zeros() - (128 - 53);
            let normal = (fraction << shift) & ((1 << 52) - 1);
            ((BIAS - 1022 - shift as i32) as u128, leading | normal << (fraction_bits - 52))
        }
        _ => ((exponent - 1023 + BIAS) as u128, leading | fraction << (fraction_bits - 52)),
    };
    let sign = u128::from(bits >> 63);
    let bytes = (sign << (SIGNIFICAND + 15) | exponent << SIGNIFICAND | stored).to_ne_bytes();
    let size = data.len().min(16);
    data[..size].copy_from_slice(&bytes[..size]);
}

/// `x`, which is 0 or at least 1, times a power of two; rounded once.
fn scaled(x: f64, power: i32) -> f64 {
    // The first factor leaves a normal number.
    let first = power.clamp(-1000, 1000);
    x * power_of_two(first) * power_of_two((power - first).clamp(-1074, 1000))
}

/// A power of two from -1074 to 1023.
fn power_of_two(power: i32) -> f64 {
    f64::from_bits(if power < -1022 { 1 << (power + 1074) } else { ((power + 1023) as u64) << 52 })
}

#[cfg(test)]
mod tests {
    use super::{from_f64, to_f64};

    #[test]
    fn doubles_survive() {
        for x in
            [0.0, -0.0, 1.0, -1.5, 0.1, 1e300, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY, f64::NEG_INFINITY]
        {
            let mut data = [0; 16];
            from_f64(x, &mut data);
            assert_eq!(to_f64(&data).to_bits(), x.to_bits(), "{x}");
        }
        let mut data = [0; 16];
        from_f64(f64::NAN, &mut data);
        assert!(to_f64(&data).is_nan());
    }
}
