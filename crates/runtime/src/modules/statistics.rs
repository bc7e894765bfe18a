//! `_statistics`.

use minipy_vm::{PyResult, exceptions};

pub use module::MODULE;

/// The polynomial with these coefficients, highest power first, at `x`.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

/// Numerator and denominator of a rational approximation.
struct Rational([f64; 8], [f64; 8]);

/// Near the middle, in 0.180625 - (p - 0.5)². This and the others are of algorithm AS 241 (Wichura 1988).
#[expect(clippy::excessive_precision, reason = "as published")]
const CENTRAL: Rational = Rational(
    [
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ],
    [
        5226.495278852854561,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ],
);

/// Further out, in sqrt(-ln p) - 1.6.
#[expect(clippy::excessive_precision, reason = "as published")]
const OUTER: Rational = Rational(
    [
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ],
    [
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ],
);

/// In the tails, in sqrt(-ln p) - 5.
#[expect(clippy::excessive_precision, reason = "as published")]
const TAIL: Rational = Rational(
    [
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ],
    [
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ],
);

/// The value below which a normal distribution has the share `p` of its values.
fn inverse_normal(p: f64, mu: f64, sigma: f64) -> PyResult<f64> {
    if p <= 0.0 || p >= 1.0 {
        return Err(exceptions::value_error("inv_cdf undefined for these parameters"));
    }
    let q = p - 0.5;
    let x = if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        polynomial(&CENTRAL.0, r) * q / polynomial(&CENTRAL.1, r)
    } else {
        let r = (-(if q <= 0.0 { p } else { 1.0 - p }).ln()).sqrt();
        let (Rational(above, below), r) = if r <= 5.0 { (&OUTER, r - 1.6) } else { (&TAIL, r - 5.0) };
        let x = polynomial(above, r) / polynomial(below, r);
        if q < 0.0 { -x } else { x }
    };
    Ok(mu + x * sigma)
}

/// Accelerators for the statistics module.
///
#[minipy_macros::pymodule(name = "_statistics")]
mod module {
    use minipy_vm::PyResult;

    #[pyfunction("($module, p, mu, sigma, /)")]
    fn _normal_dist_inv_cdf(p: f64, mu: f64, sigma: f64) -> PyResult<f64> {
        super::inverse_normal(p, mu, sigma)
    }
}
