//! `timedelta`.

use super::clock::{MICROS_PER_DAY, MICROS_PER_SECOND};
use super::span::Span;
use dashu_int::IBig;
use minipy_macros::{pyclass, pymethods};
use minipy_text::hash;
use minipy_vm::macros_support::{FnSpec, parse_args};
use minipy_vm::types::{float, int};
use minipy_vm::{
    Args, CmpOp, GilCell, Payload, PyResult, PyTuple, Ref, TypeRef, Value, exceptions, name, protocol,
};
use std::cell::Cell;
use std::fmt::Write;

/// Difference between two datetime values.
///
/// timedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)
///
/// All arguments are optional and default to 0.
/// Arguments may be integers or floats, and may be positive or negative.
#[pyclass(name = "timedelta", module = "datetime", basetype, parts(arithmetic))]
pub struct TimeDelta {
    pub span: Span,
    /// -1 until it is computed.
    hash: Cell<i64>,
}

impl TimeDelta {
    /// The one `timedelta(0)`, or a new instance.
    pub fn new_in(class: &TypeRef, span: Span) -> Ref<TimeDelta> {
        if span == Span::ZERO && class.is(TimeDelta::class()) {
            return zero();
        }
        Ref::new_in(class, TimeDelta { span, hash: Cell::new(-1) })
    }

    pub fn make(span: Span) -> Ref<TimeDelta> {
        TimeDelta::new_in(TimeDelta::class(), span)
    }

    /// The duration that an object is; None for one that is none.
    pub fn span_of(value: &Value) -> Option<Span> {
        value.downcast::<TimeDelta>().map(|delta| delta.span)
    }
}

static ZERO: GilCell<Option<Ref<TimeDelta>>> = GilCell::new(None);

fn zero() -> Ref<TimeDelta> {
    ZERO.get().unwrap_or_else(|| {
        let zero = Ref::new_in(TimeDelta::class(), TimeDelta { span: Span::ZERO, hash: Cell::new(-1) });
        ZERO.set(Some(zero.clone()));
        zero
    })
}

/// The hash of a duration: that of the tuple of its fields.
pub fn hash_of(span: Span) -> i64 {
    hash::tuple([span.days, span.seconds, span.microseconds].map(|field| hash::int(i64::from(field))))
}

/// Microseconds in seconds, rounded once.
pub fn seconds_of(micros: i128) -> PyResult<f64> {
    if micros.unsigned_abs() < 1 << f64::MANTISSA_DIGITS {
        return Ok(micros as f64 / MICROS_PER_SECOND as f64);
    }
    let quotient = int::arith::truediv(&int::from_ibig(micros.into()), &Value::from(MICROS_PER_SECOND))?;
    protocol::to_f64(&quotient)
}

/// Sums arguments of the constructor in microseconds: whole ones exactly, fractions as a float.
#[derive(Default)]
struct Total {
    exact: i128,
    /// What comes from ints beyond 64 bits.
    huge: IBig,
    fraction: f64,
}

impl Total {
    /// Adds `value` units of `unit` microseconds.
    fn add(&mut self, name: &str, value: &Value, unit: i64) -> PyResult<()> {
        if let Some(n) = int::to_i64(value) {
            self.exact += i128::from(n) * i128::from(unit);
        } else if let Some(n) = int::to_ibig(value) {
            self.huge += n * unit;
        } else if let Some(n) = float::as_f64(value) {
            self.add_whole(n.trunc(), unit)?;
            // The fraction of a unit is whole microseconds and the fraction of one.
            let micros = unit as f64 * n.fract();
            self.exact += micros.trunc() as i128;
            self.fraction += micros.fract();
        } else {
            return Err(exceptions::type_error(format!(
                "unsupported type for timedelta {name} component: {}",
                value.type_name()
            )));
        }
        Ok(())
    }

    fn add_whole(&mut self, n: f64, unit: i64) -> PyResult<()> {
        if n.is_nan() {
            return Err(exceptions::value_error("cannot convert float NaN to integer"));
        }
        if n.abs() < 9e15 {
            self.exact += i128::from(n as i64) * i128::from(unit);
            return Ok(());
        }
        match IBig::try_from(n) {
            Ok(n) => self.huge += n * unit,
            Err(_) => return Err(exceptions::overflow_error("cannot convert float infinity to integer")),
        }
        Ok(())
    }

    /// The sum, rounded to the nearest microsecond, a tie to the even one.
    fn rounded(self) -> Option<i128> {
        let exact = match self.huge.is_zero() {
            true => self.exact,
            false => i128::try_from(self.huge + self.exact).ok()?,
        };
        // Halves are rounded away from zero.
        let sum = exact.checked_add(self.fraction.round() as i128)?;
        let is_tie = self.fraction.fract().abs() == 0.5;
        Some(if is_tie && sum % 2 != 0 { sum - self.fraction.signum() as i128 } else { sum })
    }
}

/// The parameters of the constructor, with their microseconds.
const UNITS: [(&str, i64); 7] = [
    ("days", MICROS_PER_DAY),
    ("seconds", MICROS_PER_SECOND),
    ("microseconds", 1),
    ("milliseconds", 1_000),
    ("minutes", 60 * MICROS_PER_SECOND),
    ("hours", 3_600 * MICROS_PER_SECOND),
    ("weeks", 7 * MICROS_PER_DAY),
];

static NEW: FnSpec = FnSpec {
    name: "__new__",
    owner: "",
    params: &["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"],
    posonly: 0,
    positional: 7,
    required: 0,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

#[pymethods]
impl TimeDelta {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Ref<TimeDelta>> {
        let mut given = [None; 7];
        parse_args(&NEW, args, &mut given)?;
        let mut total = Total::default();
        // Fractions are summed from the smallest unit to the largest.
        for index in [2, 3, 1, 4, 5, 0, 6] {
            if let Some(value) = given[index] {
                let (name, unit) = UNITS[index];
                total.add(name, value, unit)?;
            }
        }
        Ok(TimeDelta::new_in(class, Span::from_micros(total.rounded())?))
    }

    #[slot]
    fn repr(zelf: &Ref<TimeDelta>) -> String {
        let Span { days, seconds, microseconds } = zelf.span;
        let fields = [("days", days), ("seconds", seconds), ("microseconds", microseconds)];
        let shown: Vec<_> =
            fields.iter().filter(|(_, n)| *n != 0).map(|(name, n)| format!("{name}={n}")).collect();
        let shown = if shown.is_empty() { "0".to_owned() } else { shown.join(", ") };
        format!("{}({shown})", zelf.class().name())
    }

    #[slot]
    fn str(&self) -> String {
        let Span { days, seconds, microseconds } = self.span;
        let mut text = String::new();
        if days != 0 {
            let s = if days.abs() == 1 { "" } else { "s" };
            let _ = write!(text, "{days} day{s}, ");
        }
        let _ = write!(text, "{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
        if microseconds != 0 {
            let _ = write!(text, ".{microseconds:06}");
        }
        text
    }

    #[slot]
    fn hash(&self) -> i64 {
        if self.hash.get() == -1 {
            self.hash.set(hash_of(self.span));
        }
        self.hash.get()
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> Value {
        match TimeDelta::span_of(other) {
            Some(other) => Value::from_bool(op.compare(&self.span, &other)),
            None => Value::NOT_IMPLEMENTED,
        }
    }

    /// Total seconds in the duration.
    #[pymethod("($self, /)")]
    fn total_seconds(&self) -> PyResult<f64> {
        seconds_of(self.span.micros())
    }

    /// __reduce__() -> (cls, state)
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<TimeDelta>) -> Value {
        let Span { days, seconds, microseconds } = zelf.span;
        let state = PyTuple::from_array([days, seconds, microseconds].map(Value::from)).into_value();
        PyTuple::from_array([zelf.class().to_value(), state]).into_value()
    }

    /// Number of days.
    #[pygetset(member)]
    fn days(&self) -> i32 {
        self.span.days
    }

    /// Number of seconds (>= 0 and less than 1 day).
    #[pygetset(member)]
    fn seconds(&self) -> i32 {
        self.span.seconds
    }

    /// Number of microseconds (>= 0 and less than 1 second).
    #[pygetset(member)]
    fn microseconds(&self) -> i32 {
        self.span.microseconds
    }
}

/// The quotient, rounded to the nearest int, a tie to the even one.
fn divide_nearest(dividend: &IBig, divisor: &IBig) -> PyResult<IBig> {
    if divisor.is_zero() {
        return Err(division_by_zero());
    }
    let (quotient, rest) = int::arith::big_divmod(dividend, divisor);
    // The rest has the divisor's sign, and so lies above the quotient.
    let double = rest * 2u8;
    let nearer = match divisor < &IBig::ZERO {
        true => divisor.cmp(&double),
        false => double.cmp(divisor),
    };
    let is_odd = &quotient % 2 != 0;
    Ok(if nearer.is_gt() || nearer.is_eq() && is_odd { quotient + 1u8 } else { quotient })
}

fn from_ibig(micros: IBig) -> PyResult<Value> {
    Ok(TimeDelta::make(Span::from_micros(i128::try_from(micros).ok())?).into_value())
}

/// What `as_integer_ratio` gives for a float, or for an instance of a subclass, which may have another one; None for other
/// objects.
fn ratio_of(value: &Value) -> PyResult<Option<(IBig, IBig)>> {
    let Some(x) = float::as_f64(value) else { return Ok(None) };
    if value.class().is(float::PyFloat::class()) {
        return ratio(x).map(Some);
    }
    let pair = protocol::call_method(value, name!("as_integer_ratio"), &[])?;
    let Some(pair) = pair.downcast::<PyTuple>() else {
        return Err(exceptions::type_error(format!(
            "unexpected return type from as_integer_ratio(): expected tuple, not '{}'",
            pair.type_name()
        )));
    };
    let [numerator, denominator] = &pair[..] else {
        return Err(exceptions::value_error("as_integer_ratio() must return a 2-tuple"));
    };
    match (int::to_ibig(numerator), int::to_ibig(denominator)) {
        (Some(numerator), Some(denominator)) => Ok(Some((numerator, denominator))),
        _ => Err(exceptions::type_error("non-integer arguments in division")),
    }
}

/// The numerator and denominator of a float.
fn ratio(x: f64) -> PyResult<(IBig, IBig)> {
    if x.is_nan() {
        return Err(exceptions::value_error("cannot convert NaN to integer ratio"));
    }
    if x.is_infinite() {
        return Err(exceptions::overflow_error("cannot convert Infinity to integer ratio"));
    }
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) =
        if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    let numerator = IBig::from(mantissa) * IBig::from(if x < 0.0 { -1 } else { 1 });
    Ok(match exponent {
        0.. => (numerator << exponent as usize, IBig::ONE),
        _ => (numerator, IBig::ONE << exponent.unsigned_abs() as usize),
    })
}

#[cold]
fn division_by_zero() -> minipy_vm::PyErr {
    exceptions::zero_division_error("division by zero")
}

/// Quotient and remainder of two durations; the quotient is rounded down.
fn div_rem(a: Span, b: Span) -> PyResult<(i128, Span)> {
    let (a, b) = (a.micros(), b.micros());
    if b == 0 {
        return Err(division_by_zero());
    }
    let rest = a.rem_euclid(b.abs());
    let rest = if b < 0 && rest != 0 { rest + b } else { rest };
    Ok(((a - rest) / b, Span::from_micros(Some(rest))?))
}

fn pair(a: &Value, b: &Value) -> Option<(Span, Span)> {
    Some((TimeDelta::span_of(a)?, TimeDelta::span_of(b)?))
}

fn delta(span: PyResult<Span>) -> PyResult<Value> {
    span.map(|span| TimeDelta::make(span).into_value())
}

#[pymethods(part = arithmetic)]
impl TimeDelta {
    #[slot]
    fn add(a: &Value, b: &Value) -> PyResult<Value> {
        match pair(a, b) {
            Some((a, b)) => delta(a.plus(b)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn sub(a: &Value, b: &Value) -> PyResult<Value> {
        match pair(a, b) {
            Some((a, b)) => delta(a.minus(b)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn mul(a: &Value, b: &Value) -> PyResult<Value> {
        let (span, factor) = match (TimeDelta::span_of(a), TimeDelta::span_of(b)) {
            (Some(span), None) => (span, b),
            (None, Some(span)) => (span, a),
            _ => return Ok(Value::NOT_IMPLEMENTED),
        };
        if let Some(n) = int::to_i64(factor)
            && let Some(product) = span.micros().checked_mul(i128::from(n))
        {
            return delta(Span::from_micros(Some(product)));
        }
        if let Some(n) = int::to_ibig(factor) {
            return from_ibig(n * span.micros());
        }
        match ratio_of(factor)? {
            Some((numerator, denominator)) => {
                from_ibig(divide_nearest(&(numerator * span.micros()), &denominator)?)
            }
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn truediv(a: &Value, b: &Value) -> PyResult<Value> {
        let Some(span) = TimeDelta::span_of(a) else { return Ok(Value::NOT_IMPLEMENTED) };
        let micros = IBig::from(span.micros());
        if let Some(other) = TimeDelta::span_of(b) {
            return int::arith::truediv(&int::from_ibig(micros), &int::from_ibig(other.micros().into()));
        }
        let (numerator, denominator) = match int::to_ibig(b) {
            Some(n) => (n, IBig::ONE),
            None => match ratio_of(b)? {
                Some(ratio) => ratio,
                None => return Ok(Value::NOT_IMPLEMENTED),
            },
        };
        from_ibig(divide_nearest(&(micros * denominator), &numerator)?)
    }

    #[slot]
    fn floordiv(a: &Value, b: &Value) -> PyResult<Value> {
        let Some(span) = TimeDelta::span_of(a) else { return Ok(Value::NOT_IMPLEMENTED) };
        if let Some(other) = TimeDelta::span_of(b) {
            return Ok(int::from_ibig(div_rem(span, other)?.0.into()));
        }
        match int::to_ibig(b) {
            Some(n) if n.is_zero() => Err(division_by_zero()),
            Some(n) => from_ibig(int::arith::big_divmod(&span.micros().into(), &n).0),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
        match pair(a, b) {
            Some((a, b)) => delta(div_rem(a, b).map(|(_, rest)| rest)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn divmod(a: &Value, b: &Value) -> PyResult<Value> {
        let Some((a, b)) = pair(a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
        let (quotient, rest) = div_rem(a, b)?;
        let rest = TimeDelta::make(rest).into_value();
        Ok(PyTuple::from_array([int::from_ibig(quotient.into()), rest]).into_value())
    }

    #[slot]
    fn neg(&self) -> PyResult<Value> {
        delta(self.span.negated())
    }

    #[slot]
    fn pos(&self) -> PyResult<Value> {
        delta(Ok(self.span))
    }

    #[slot]
    fn abs(&self) -> PyResult<Value> {
        delta(if self.span.days < 0 { self.span.negated() } else { Ok(self.span) })
    }

    #[slot]
    fn bool(&self) -> bool {
        self.span != Span::ZERO
    }
}
