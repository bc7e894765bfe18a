//! Hashing, comparing, adding and subtracting datetimes.

use super::calendar::Ymd;
use super::clock::Clock;
use super::date::ymd_to_bytes;
use super::date_time::DateTime;
use super::delta::{self, TimeDelta};
use super::span::Span;
use minipy_macros::pymethods;
use minipy_vm::hash::hash_bytes;
use minipy_vm::{CmpOp, PyErr, PyResult, Ref, Value, exceptions};

#[cold]
pub fn mixed_subtraction() -> PyErr {
    exceptions::type_error("can't subtract offset-naive and offset-aware datetimes")
}

/// What datetimes with the same offset are ordered by.
fn key(datetime: &DateTime) -> (Ymd, u64) {
    (datetime.date.ymd, datetime.clock.key())
}

/// How much later `a` is than `b`.
fn difference(a: &Ref<DateTime>, b: &Ref<DateTime>) -> PyResult<Span> {
    let days = a.date.ymd.ordinal() - b.date.ymd.ordinal();
    let micros = a.clock.micros() - b.clock.micros();
    let shown = Span::new(days, 0, micros)?;
    if a.same_zone(b) {
        return Ok(shown);
    }
    match (DateTime::offset(a)?, DateTime::offset(b)?) {
        (Some(a), Some(b)) if a != b => shown.minus(a.minus(b)?),
        (Some(_), Some(_)) | (None, None) => Ok(shown),
        _ => Err(mixed_subtraction()),
    }
}

/// Whether the offset depends on fold, so that the datetime equals none of another zone (PEP 495).
fn is_problematic(datetime: &Ref<DateTime>, offset: Option<Span>) -> PyResult<bool> {
    let flipped = datetime.with_fold(1 - datetime.clock.fold.min(1));
    Ok(DateTime::offset(&flipped)? != offset)
}

#[pymethods(part = operators)]
impl DateTime {
    #[slot]
    fn hash(zelf: &Ref<DateTime>) -> PyResult<i64> {
        if zelf.date.hash.get() == -1 {
            let offset = match zelf.clock.fold {
                0 => DateTime::offset(zelf)?,
                _ => DateTime::offset(&zelf.with_fold(0))?,
            };
            let (ymd, clock): (Ymd, Clock) = (zelf.date.ymd, zelf.clock);
            zelf.date.hash.set(match offset {
                None => hash_bytes(&[&ymd_to_bytes(ymd)[..], &clock.to_bytes()].concat()),
                Some(offset) => {
                    let local = Span::new(ymd.ordinal(), 0, clock.micros())?;
                    delta::hash_of(local.minus(offset)?)
                }
            });
        }
        Ok(zelf.date.hash.get())
    }

    #[slot]
    fn richcompare(zelf: &Ref<DateTime>, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<DateTime>() else { return Ok(Value::NOT_IMPLEMENTED) };
        let by_fields = || op.compare(&key(zelf), &key(other));
        if zelf.same_zone(other) {
            return Ok(Value::from_bool(by_fields()));
        }
        let is_equality = matches!(op, CmpOp::Eq | CmpOp::Ne);
        let (own_offset, other_offset) = (DateTime::offset(zelf)?, DateTime::offset(other)?);
        let ordering = if own_offset == other_offset {
            key(zelf).cmp(&key(other))
        } else if own_offset.is_some() && other_offset.is_some() {
            difference(zelf, other)?.cmp(&Span::ZERO)
        } else if is_equality {
            return Ok(Value::from_bool(op == CmpOp::Ne));
        } else {
            return Err(exceptions::type_error("can't compare offset-naive and offset-aware datetimes"));
        };
        if is_equality
            && ordering.is_eq()
            && (is_problematic(zelf, own_offset)? || is_problematic(other, other_offset)?)
        {
            return Ok(Value::from_bool(op == CmpOp::Ne));
        }
        Ok(Value::from_bool(op.matches(ordering)))
    }

    #[slot]
    fn add(a: &Value, b: &Value) -> PyResult<Value> {
        let (datetime, delta) = match a.downcast::<DateTime>() {
            Some(datetime) => (datetime, b),
            None => match b.downcast::<DateTime>() {
                Some(datetime) => (datetime, a),
                None => return Ok(Value::NOT_IMPLEMENTED),
            },
        };
        match TimeDelta::span_of(delta) {
            Some(span) => DateTime::shifted(datetime, span),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn sub(a: &Value, b: &Value) -> PyResult<Value> {
        let Some(datetime) = a.downcast::<DateTime>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if let Some(other) = b.downcast::<DateTime>() {
            return Ok(TimeDelta::make(difference(datetime, other)?).into_value());
        }
        match TimeDelta::span_of(b) {
            Some(span) => DateTime::shifted(datetime, span.opposite()),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
}
