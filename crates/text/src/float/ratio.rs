//! Between floats and ints, exactly.

use dashu_int::{IBig, UBig};

/// `mantissa * 2**exponent`, the mantissa odd unless it is 0.
fn parts(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let (biased, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    match mantissa.trailing_zeros() {
        64 => (0, 0),
        zeros => (mantissa >> zeros, exponent + zeros as i32),
    }
}

fn signed(x: f64, magnitude: UBig) -> IBig {
    if x < 0.0 { -IBig::from(magnitude) } else { IBig::from(magnitude) }
}

/// `x.as_integer_ratio()` of a finite float.
pub fn as_integer_ratio(x: f64) -> Option<(IBig, UBig)> {
    if !x.is_finite() {
        return None;
    }
    let (mantissa, exponent) = parts(x);
    let shift = exponent.unsigned_abs() as usize;
    Some(if exponent >= 0 {
        (signed(x, UBig::from(mantissa) << shift), UBig::ONE)
    } else {
        (signed(x, UBig::from(mantissa)), UBig::ONE << shift)
    })
}

/// `int(x)` of a finite float: truncated.
pub fn to_int(x: f64) -> Option<IBig> {
    if !x.is_finite() {
        return None;
    }
    let (mantissa, exponent) = parts(x.trunc());
    Some(signed(x, UBig::from(mantissa) << exponent.max(0) as usize))
}

/// `float(n)`, rounded half to even; `None` if it is too large (an OverflowError, "int too large to convert to float").
pub fn from_int(n: &IBig) -> Option<f64> {
    Some(n.to_f64().value()).filter(|x| x.is_finite())
}
