//! Reading JSON strings.

use super::decode_error;
use minipy_vm::types::str::unit::Unit;
use minipy_vm::types::str::{StrBuilder, StrRef};
use minipy_vm::{Args, PyResult, Value, by_width, exceptions};

/// The arguments of `scanstring`, which has no keywords.
pub fn arguments<'a>(args: Args<'a>) -> PyResult<(&'a Value, &'a Value, Option<&'a Value>)> {
    if args.has_keywords() {
        return Err(exceptions::type_error("scanstring() takes no keyword arguments"));
    }
    match args.positional() {
        [string, end] => Ok((string, end, None)),
        [string, end, strict] => Ok((string, end, Some(strict))),
        given => {
            let bound = if given.len() < 2 { "least 2" } else { "most 3" };
            let given = given.len();
            Err(exceptions::type_error(format!("scanstring() takes at {bound} arguments ({given} given)")))
        }
    }
}

/// The string whose opening quote stands before `begin`, and the index behind its closing quote.
pub fn scan(document: &StrRef, begin: isize, strict: bool) -> PyResult<(StrRef, usize)> {
    match usize::try_from(begin) {
        Ok(begin) if begin <= document.len() => {
            by_width!(document.data(), units => scan_units(document, units, begin, strict))
        }
        _ => Err(exceptions::value_error("end is out of bounds")),
    }
}

/// As [`scan`], in the characters of `document`.
pub fn scan_units<U: Unit>(
    document: &StrRef,
    units: &[U],
    begin: usize,
    strict: bool,
) -> PyResult<(StrRef, usize)> {
    let unterminated = || decode_error("Unterminated string starting at", document, begin as isize - 1);
    let mut at = begin;
    // In use once there was an escape.
    let mut out: Option<StrBuilder> = None;
    loop {
        let start = at;
        let mut stop = None;
        for &unit in &units[at..] {
            let c: u32 = unit.into();
            if c == 0x22 || c == 0x5c {
                stop = Some(c);
                break;
            }
            if c < 0x20 && strict {
                return Err(decode_error("Invalid control character at", document, at as isize));
            }
            at += 1;
        }
        let run = &units[start..at];
        at += 1;
        match (stop, &mut out) {
            (None, _) => return Err(unterminated()),
            (Some(0x22), None) => return Ok((U::to_str(run), at)),
            (Some(_), out) => {
                let out = out.get_or_insert_default();
                run.iter().for_each(|&c| out.push(c.into()));
            }
        }
        let Some(out) = &mut out else { continue };
        if stop == Some(0x22) {
            return Ok((std::mem::take(out).finish(), at));
        }
        let Some(&letter) = units.get(at) else { return Err(unterminated()) };
        let letter: u32 = letter.into();
        at += 1;
        let c = match char::from_u32(letter) {
            Some(c @ ('"' | '\\' | '/')) => u32::from(c),
            Some('b') => 0x08,
            Some('f') => 0x0c,
            Some('n') => 0x0a,
            Some('r') => 0x0d,
            Some('t') => 0x09,
            Some('u') => {
                let Some(high) = hex4(units, at) else {
                    return Err(decode_error("Invalid \\uXXXX escape", document, at as isize - 1));
                };
                at += 4;
                match low_surrogate(units, at) {
                    Some(low) if (0xd800..0xdc00).contains(&high) => {
                        at += 6;
                        0x10000 + ((high & 0x3ff) << 10 | low & 0x3ff)
                    }
                    _ => high,
                }
            }
            _ => return Err(decode_error("Invalid \\escape", document, at as isize - 2)),
        };
        out.push(c);
    }
}

/// The four hexadecimal digits at `at`.
fn hex4<U: Unit>(units: &[U], at: usize) -> Option<u32> {
    units.get(at..at + 4)?.iter().try_fold(0, |value, &digit| {
        let digit = char::from_u32(digit.into())?.to_digit(16)?;
        Some(value << 4 | digit)
    })
}

/// The low surrogate written as an escape at `at`.
fn low_surrogate<U: Unit>(units: &[U], at: usize) -> Option<u32> {
    let [backslash, letter] = units.get(at..at + 2)? else { return None };
    if ((*backslash).into(), (*letter).into()) != (0x5c, 0x75) {
        return None;
    }
    hex4(units, at + 2).filter(|low| (0xdc00..0xe000).contains(low))
}
