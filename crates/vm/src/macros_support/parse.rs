//! Binding arguments to the parameters of a native function, and the TypeErrors for calls that do
//! not fit.

use super::FnSpec;
use crate::exceptions::{type_error, unexpected_keyword};
use crate::{Args, PyErr, PyResult, PyStr, Value};

/// Binds `args` to `out`, one entry per parameter. Arguments for `*args` and `**kwargs` are left
/// where they are.
#[inline(never)]
pub fn parse_args<'a>(spec: &FnSpec, args: Args<'a>, out: &mut [Option<&'a Value>]) -> PyResult<()> {
    let (positional, keywords) = split(spec, args);
    if !spec.takes_keywords() {
        if keywords.is_empty() && fits(spec, positional.len()) {
            for (slot, value) in out.iter_mut().zip(positional) {
                *slot = Some(value);
            }
            return Ok(());
        }
        return Err(bad_positional(spec, args));
    }
    check_counts(spec, positional.len(), keywords.len())?;
    let by_position = usize::from(spec.positional);
    for (slot, value) in out.iter_mut().take(by_position).zip(positional) {
        *slot = Some(value);
    }
    let mut used = 0;
    for (index, param) in spec.params.iter().enumerate() {
        if index < by_position && index < positional.len() {
            continue;
        }
        let given = if index < usize::from(spec.posonly) || used == keywords.len() {
            None
        } else {
            args.kwnames.iter().position(|name| is_named(name, param))
        };
        if let Some(value) = given.and_then(|at| keywords.get(at)) {
            used += 1;
            if let Some(slot) = out.get_mut(index) {
                *slot = Some(value);
            }
        } else if spec.is_required(index) {
            return Err(missing(spec, index));
        }
    }
    if used < keywords.len() {
        check_left_over(spec, positional.len(), args.kwnames)?;
    }
    Ok(())
}

/// The value of a parameter without default. [`parse_args`] has made sure that there is one.
#[inline(always)]
pub fn required<'a>(value: Option<&'a Value>, spec: &FnSpec, index: usize) -> PyResult<&'a Value> {
    match value {
        Some(value) => Ok(value),
        None => Err(missing(spec, index)),
    }
}

/// The values of `args` given by position, without the receiver, and by keyword.
fn split<'a>(spec: &FnSpec, args: Args<'a>) -> (&'a [Value], &'a [Value]) {
    let given = args.args.get(usize::from(spec.skip)..).unwrap_or(&[]);
    given.split_at(given.len().saturating_sub(args.kwnames.len()))
}

/// The values that `*args` takes, where `skip` counts the receiver and the named parameters.
#[inline]
pub fn rest(args: Args<'_>, skip: usize) -> &[Value] {
    let end = args.args.len().saturating_sub(args.kwnames.len());
    args.args.get(skip.min(end)..end).unwrap_or(&[])
}

fn fits(spec: &FnSpec, given: usize) -> bool {
    given >= spec.required_in(spec.positional) && (spec.varargs || given <= usize::from(spec.positional))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// How messages about the arguments name the function.
fn called(spec: &FnSpec) -> String {
    if spec.name.is_empty() { "function".to_owned() } else { format!("{}()", spec.name) }
}

fn qualified(spec: &FnSpec) -> String {
    if spec.owner.is_empty() { spec.name.to_owned() } else { format!("{}.{}", spec.owner, spec.name) }
}

/// The error for a call of a function without keyword parameters whose arguments do not fit.
#[cold]
#[inline(never)]
pub fn bad_positional(spec: &FnSpec, args: Args<'_>) -> PyErr {
    let (positional, keywords) = split(spec, args);
    let given = positional.len();
    let name = spec.name;
    if !keywords.is_empty() {
        return type_error(format!("{}() takes no keyword arguments", qualified(spec)));
    }
    let max = usize::from(spec.positional);
    let min = spec.required_in(spec.positional);
    if !spec.varargs && !spec.constructor && min == max && max <= 1 {
        let many = if max == 0 { "no arguments" } else { "exactly one argument" };
        return type_error(format!("{}() takes {many} ({given} given)", qualified(spec)));
    }
    let (bound, count) = if min == max && !spec.varargs {
        ("", max)
    } else if given < min {
        ("at least ", min)
    } else {
        ("at most ", max)
    };
    type_error(format!("{name} expected {bound}{count} argument{}, got {given}", plural(count)))
}

/// Checks the numbers of arguments given to a function with keyword parameters.
fn check_counts(spec: &FnSpec, positional: usize, keywords: usize) -> PyResult<()> {
    let name = called(spec);
    let total = positional + keywords;
    let params = spec.params.len();
    if !spec.varargs && !spec.varkw && total > params {
        let sort = if positional == 0 { "keyword " } else { "" };
        return Err(type_error(format!(
            "{name} takes at most {params} {sort}argument{} ({total} given)",
            plural(params)
        )));
    }
    let max = usize::from(spec.positional);
    if !spec.varargs && positional > max {
        if max == 0 {
            return Err(type_error(format!("{name} takes no positional arguments")));
        }
        let exact = spec.required_in(spec.positional) == max;
        return Err(wrong_positional(&name, if exact { "exactly" } else { "at most" }, max, positional));
    }
    let min = spec.required_in(spec.posonly);
    if positional < min {
        let exact = min >= max && !spec.varargs;
        return Err(wrong_positional(&name, if exact { "exactly" } else { "at least" }, min, positional));
    }
    Ok(())
}

#[cold]
fn wrong_positional(name: &str, bound: &str, count: usize, given: usize) -> PyErr {
    type_error(format!("{name} takes {bound} {count} positional argument{} ({given} given)", plural(count)))
}

#[cold]
fn missing(spec: &FnSpec, index: usize) -> PyErr {
    let param = spec.params.get(index).copied().unwrap_or("");
    type_error(format!("{} missing required argument '{param}' (pos {})", called(spec), index + 1))
}

/// Some keyword names no parameter that is still free: an error unless `**kwargs` takes it.
#[cold]
fn check_left_over(spec: &FnSpec, positional: usize, names: &[Value]) -> PyResult<()> {
    let given = positional.min(usize::from(spec.positional));
    let by_position = spec.params.iter().enumerate().take(given).skip(usize::from(spec.posonly));
    for (index, param) in by_position {
        if names.iter().any(|keyword| is_named(keyword, param)) {
            return Err(type_error(format!(
                "argument for {} given by name ('{param}') and position ({})",
                called(spec),
                index + 1
            )));
        }
    }
    if spec.varkw {
        return Ok(());
    }
    match names.iter().find(|keyword| !binds(spec, keyword)) {
        Some(keyword) => {
            let function = if spec.name.is_empty() { "this function".to_owned() } else { called(spec) };
            Err(unexpected_keyword(&function, &text(keyword), named(spec)))
        }
        None => Ok(()),
    }
}

/// The parameters that can be given by keyword.
fn named(spec: &FnSpec) -> &[&str] {
    spec.params.get(usize::from(spec.posonly)..).unwrap_or(&[])
}

/// Whether a keyword is the name of a parameter, rather than one for `**kwargs`.
pub(super) fn binds(spec: &FnSpec, keyword: &Value) -> bool {
    named(spec).iter().any(|param| is_named(keyword, param))
}

fn is_named(keyword: &Value, name: &str) -> bool {
    keyword.downcast::<PyStr>().is_some_and(|text| text.eq_str(name))
}

fn text(keyword: &Value) -> String {
    keyword.downcast::<PyStr>().map_or_else(String::new, |text| text.to_string_lossy())
}
