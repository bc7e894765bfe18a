//! What a TZif file (RFC 9636) says of a time zone.

use super::rule::{self, After};
use crate::modules::datetime::delta::TimeDelta;
use crate::modules::datetime::span::Span;
use minipy_vm::types::int;
use minipy_vm::{PyBytes, PyResult, PyStr, Ref, StrRef, Value, exceptions, protocol};

/// What holds between two changes.
#[derive(Clone)]
pub struct Info {
    /// Seconds east of UTC.
    pub offset: i64,
    pub utcoff: Ref<TimeDelta>,
    pub dstoff: Ref<TimeDelta>,
    pub name: StrRef,
}

impl Info {
    pub fn new(offset: i64, daylight: i64, name: &str) -> PyResult<Info> {
        Info::named(offset, daylight, PyStr::from_str(name))
    }

    fn named(offset: i64, daylight: i64, name: StrRef) -> PyResult<Info> {
        let delta = |seconds| Ok(TimeDelta::make(Span::new(0, seconds, 0)?));
        Ok(Info { offset, utcoff: delta(offset)?, dstoff: delta(daylight)?, name })
    }

    fn is_same(&self, other: &Info) -> bool {
        self.offset == other.offset && self.dstoff.span == other.dstoff.span && self.name.eq(&other.name)
    }
}

/// A time zone.
pub struct Zone {
    /// The Unix times of the changes.
    changes: Vec<i64>,
    /// What local clocks show at each of them, for fold 0 and 1: the later and the earlier of the times before and after it.
    local: [Vec<i64>; 2],
    /// What holds after each change.
    infos: Vec<Info>,
    before: Option<Info>,
    after: After,
    /// Whether the same holds always.
    is_fixed: bool,
}

/// The ints of a tuple.
fn ints(value: &Value) -> PyResult<Vec<i64>> {
    protocol::collect(value)?
        .iter()
        .map(|item| {
            int::to_i64(item)
                .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))
        })
        .collect()
}

/// The daylight saving of each type of time: by how much its offset differs from that of standard time before or after it.
fn daylight_offsets(types: &[usize], offsets: &[i64], is_daylight: &[bool]) -> Vec<i64> {
    let mut found = vec![0; offsets.len()];
    for (at, &of_change) in types.iter().enumerate().skip(1) {
        if !is_daylight[of_change] || found[of_change] != 0 {
            continue;
        }
        let compared_to = |other: usize| offsets[of_change] - offsets[other];
        let previous = types[at - 1];
        if !is_daylight[previous] {
            found[of_change] = compared_to(previous);
        }
        // The last type is not compared to what follows.
        if found[of_change] == 0
            && of_change + 1 < offsets.len()
            && let Some(&next) = types.get(at + 1)
            && !is_daylight[next]
        {
            found[of_change] = compared_to(next);
        }
    }
    for (found, _) in found.iter_mut().zip(is_daylight).filter(|(found, is)| **is && **found == 0) {
        // An hour is a better guess than none.
        *found = 3_600;
    }
    found
}

impl Zone {
    /// Reads what `zoneinfo._common.load_data(file)` gives.
    pub fn load(file: &Value) -> PyResult<Zone> {
        let common = crate::import::import_module("zoneinfo._common")?;
        let data = protocol::call1(&protocol::getattr_str(&common, "load_data")?, file.clone())?;
        let data = protocol::collect(&data)?;
        let [types, changes, offsets, is_daylight, names, tz_string] = &data[..] else {
            return Err(exceptions::value_error("Invalid data result type"));
        };
        let (changes, offsets) = (ints(changes)?, ints(offsets)?);
        let types: Vec<usize> = ints(types)?.iter().map(|&index| index as usize).collect();
        let is_daylight: Vec<bool> = ints(is_daylight)?.iter().map(|&is| is != 0).collect();
        let names = protocol::collect(names)?;
        let count = offsets.len();
        let fits = types.iter().all(|&index| index < count);
        if changes.len() != types.len() || is_daylight.len() != count || names.len() != count || !fits {
            return Err(exceptions::value_error("Invalid data result type"));
        }
        let daylight = daylight_offsets(&types, &offsets, &is_daylight);
        let all = (0..count)
            .map(|index| {
                let name = match names[index].downcast::<PyStr>() {
                    Some(name) => name.clone(),
                    None => protocol::str(&names[index])?,
                };
                Info::named(offsets[index], daylight[index], name)
            })
            .collect::<PyResult<Vec<_>>>()?;
        let infos: Vec<Info> = types.iter().map(|&index| all[index].clone()).collect();
        let first_standard = is_daylight.iter().position(|is| !is).map(|index| all[index].clone());
        let tz_string = tz_string.downcast::<PyBytes>().map_or(&[][..], |text| text.as_bytes());
        let after = if tz_string.is_empty() {
            match infos.last().or(all.last()) {
                Some(info) => After::Always(info.clone()),
                None => return Err(exceptions::value_error("No time zone information found.")),
            }
        } else {
            rule::parse(tz_string)?
        };
        let is_fixed = match (&after, &all[..]) {
            (After::Always(_), []) => true,
            (After::Always(after), [only]) => only.is_same(after),
            _ => false,
        };
        let offsets_around = |at: usize| {
            let before = if at > 0 { types[at - 1] } else { 0 };
            (offsets[before], offsets[types[at]])
        };
        let local = [i64::max, i64::min].map(|choose: fn(i64, i64) -> i64| {
            let shown = |(at, change): (usize, &i64)| {
                let (before, after) = offsets_around(at);
                change.saturating_add(choose(before, after))
            };
            changes.iter().enumerate().map(shown).collect()
        });
        let before = first_standard.or_else(|| infos.first().cloned());
        Ok(Zone { changes, local, infos, before, after, is_fixed })
    }

    /// What holds whatever the time is.
    pub fn fixed(&self) -> Option<&Info> {
        match &self.after {
            After::Always(info) if self.is_fixed => Some(info),
            _ => None,
        }
    }

    /// What holds when local clocks show this many seconds since 1970.
    pub fn at_local(&self, seconds: i64, year: i64, fold: u8) -> Option<&Info> {
        let shown = &self.local[usize::from(fold != 0)];
        match (shown.first(), shown.last()) {
            (Some(first), _) if seconds < *first => self.before.as_ref(),
            (_, Some(last)) if seconds <= *last => {
                let next = shown.partition_point(|change| *change <= seconds);
                self.infos.get(next.saturating_sub(1))
            }
            _ => Some(match &self.after {
                After::Always(info) => info,
                After::Rule(rule) => rule.at_local(seconds, year, fold),
            }),
        }
    }

    /// What holds at a Unix time of a year, and whether local clocks show that time for the second time.
    pub fn at_utc(&self, seconds: i64, year: i64) -> (Option<&Info>, bool) {
        let (first, last) = (self.changes.first(), self.changes.last());
        if first.is_some_and(|first| seconds < *first) {
            return (self.before.as_ref(), false);
        }
        if last.is_none_or(|last| seconds > *last) {
            match &self.after {
                After::Rule(rule) => {
                    let (info, again) = rule.at_utc(seconds, year);
                    return (Some(info), again);
                }
                After::Always(info) if last.is_none() => return (Some(info), false),
                After::Always(_) => {}
            }
        }
        let next = self.changes.partition_point(|change| *change <= seconds);
        let (previous, info) = if self.changes.get(1).is_some_and(|second| seconds >= *second) {
            (self.infos.get(next - 2), self.infos.get(next - 1))
        } else if last.is_some_and(|last| seconds > *last) {
            let after = match &self.after {
                After::Always(info) => Some(info),
                After::Rule(_) => None,
            };
            (self.infos.last(), after)
        } else {
            (self.before.as_ref(), self.infos.first())
        };
        let again = match (previous, info, self.changes.get(next.wrapping_sub(1))) {
            (Some(previous), Some(info), Some(change)) => previous.offset - info.offset > seconds - change,
            _ => false,
        };
        (info, again)
    }
}
