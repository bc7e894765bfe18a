//! Complex products, quotients and powers.

/// Real and imaginary part.
pub type Complex = (f64, f64);

/// `a * b`, with infinities recovered as C's Annex G does.
pub fn product(a: Complex, b: Complex) -> Complex {
    let (mut ar, mut ai) = a;
    let (mut br, mut bi) = b;
    let (re, im) = (ar * br - ai * bi, ar * bi + ai * br);
    if !(re.is_nan() && im.is_nan()) {
        return (re, im);
    }
    let boxed = |x: f64| if x.is_infinite() { 1f64 } else { 0.0 }.copysign(x);
    let zeroed = |x: f64| if x.is_nan() { 0f64.copysign(x) } else { x };
    let mut recalculate = false;
    if ar.is_infinite() || ai.is_infinite() {
        (ar, ai) = (boxed(ar), boxed(ai));
        (br, bi) = (zeroed(br), zeroed(bi));
        recalculate = true;
    }
    if br.is_infinite() || bi.is_infinite() {
        (br, bi) = (boxed(br), boxed(bi));
        (ar, ai) = (zeroed(ar), zeroed(ai));
        recalculate = true;
    }
    if !recalculate && [ar * br, ai * bi, ar * bi, ai * br].iter().any(|p| p.is_infinite()) {
        (ar, ai, br, bi) = (zeroed(ar), zeroed(ai), zeroed(br), zeroed(bi));
        recalculate = true;
    }
    if recalculate {
        let inf = f64::INFINITY;
        return (inf * (ar * br - ai * bi), inf * (ar * bi + ai * br));
    }
    (re, im)
}

/// `a / b`, unless `b` is zero. Divides by the larger part first, against overflow.
pub fn quotient(a: Complex, b: Complex) -> Option<Complex> {
    let (size_re, size_im) = (b.0.abs(), b.1.abs());
    let (re, im) = if size_re >= size_im {
        if size_re == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / denominator, (a.1 - a.0 * ratio) / denominator)
    } else if size_im >= size_re {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / denominator, (a.1 * ratio - a.0) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if re.is_nan() && im.is_nan() {
        let boxed = |x: f64| if x.is_infinite() { 1f64 } else { 0.0 }.copysign(x);
        if (a.0.is_infinite() || a.1.is_infinite()) && b.0.is_finite() && b.1.is_finite() {
            let (x, y) = (boxed(a.0), boxed(a.1));
            return Some((f64::INFINITY * (x * b.0 + y * b.1), f64::INFINITY * (y * b.0 - x * b.1)));
        }
        if (size_re.is_infinite() || size_im.is_infinite()) && a.0.is_finite() && a.1.is_finite() {
            let (x, y) = (boxed(b.0), boxed(b.1));
            return Some((0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y)));
        }
    }
    Some((re, im))
}

fn whole_power(base: Complex, exponent: u32) -> Complex {
    let mut result = (1.0, 0.0);
    let mut power = base;
    let mut left = exponent;
    while left > 0 {
        if left & 1 == 1 {
            result = product(result, power);
        }
        power = product(power, power);
        left >>= 1;
    }
    result
}

/// `a ** b`, unless it raises.
pub fn pow(a: Complex, b: Complex) -> Option<Complex> {
    const MAX_WHOLE: f64 = 100.0;
    let result = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= MAX_WHOLE {
        let power = whole_power(a, b.0.abs() as u32);
        if b.0 < 0.0 { quotient((1.0, 0.0), power)? } else { power }
    } else if a == (0.0, 0.0) {
        if b.1 != 0.0 || b.0 < 0.0 {
            return None;
        }
        (0.0, 0.0)
    } else {
        let size = a.0.hypot(a.1);
        let angle = a.1.atan2(a.0);
        let mut length = size.powf(b.0);
        let mut phase = angle * b.0;
        if b.1 != 0.0 {
            length *= (-angle * b.1).exp();
            phase += b.1 * size.ln();
        }
        (length * phase.cos(), length * phase.sin())
    };
    let overflows = (result.0.is_infinite() || result.1.is_infinite())
        && [a.0, a.1, b.0, b.1].iter().all(|part| part.is_finite());
    (!overflows).then_some(result)
}
