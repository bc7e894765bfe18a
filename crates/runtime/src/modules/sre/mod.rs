//! `_sre`: compiled regular expressions, on the engine of `minipy-sre`.

mod matching;
mod pattern;
mod scanner;
mod subject;
mod template;

use minipy_macros::pymodule;
use minipy_sre::{Program, Refused};
use minipy_vm::types::int;
use minipy_vm::types::str::PyStr;
use minipy_vm::{DictRef, ListRef, PyResult, Ref, TupleRef, Value, exceptions, protocol, stack};
use pattern::PyPattern;
use template::PyTemplate;

#[pymodule(name = "_sre")]
pub mod module {
    use super::*;

    #[pyattr]
    const MAGIC: i64 = minipy_sre::MAGIC as i64;
    #[pyattr]
    const CODESIZE: i64 = 4;
    #[pyattr]
    const MAXREPEAT: i64 = minipy_sre::MAXREPEAT as i64;
    #[pyattr]
    const MAXGROUPS: i64 = minipy_sre::MAXGROUPS as i64;
    #[pyattr]
    const copyright: &str = " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ";

    #[pyfunction("()")]
    fn getcodesize() -> i64 {
        CODESIZE
    }

    #[pyfunction("(character, /)")]
    fn ascii_iscased(character: i32) -> bool {
        u8::try_from(character).is_ok_and(|c| c.is_ascii_alphabetic())
    }

    #[pyfunction("(character, /)")]
    fn unicode_iscased(character: u32) -> bool {
        // Characters whose case mapping is longer than one character are cased too.
        let changes = |mapped: minipy_unicode::Mapped| mapped.as_slice() != [character];
        changes(minipy_unicode::to_lower(character)) || changes(minipy_unicode::to_upper(character))
    }

    #[pyfunction("(character, /)")]
    fn ascii_tolower(character: i32) -> i64 {
        u8::try_from(character).map_or(i64::from(character), |c| i64::from(c.to_ascii_lowercase()))
    }

    #[pyfunction("(character, /)")]
    fn unicode_tolower(character: u32) -> u64 {
        u64::from(minipy_unicode::to_lower_simple(character))
    }

    #[pyfunction("(pattern, flags, code, groups, groupindex, indexgroup)")]
    fn compile(
        pattern: &Value,
        flags: i64,
        code: ListRef,
        groups: usize,
        groupindex: DictRef,
        indexgroup: TupleRef,
    ) -> PyResult<Value> {
        let mut words = Vec::with_capacity(code.len());
        for word in code.to_vec() {
            let word = protocol::as_index(&word)?;
            let word = int::to_i64(&word).and_then(|n| u32::try_from(n).ok());
            words.push(
                word.ok_or_else(|| {
                    exceptions::overflow_error("regular expression code size limit exceeded")
                })?,
            );
        }
        // No level of nesting takes more than this much of the native stack.
        let depth = stack::remaining() / 4096;
        let groups_fit = u32::try_from(groups).map_err(|_| Refused::Invalid);
        let program = match groups_fit.and_then(|groups| Program::new(&words, groups, depth)) {
            Ok(program) => program,
            Err(Refused::Invalid) => return Err(exceptions::runtime_error("invalid SRE code")),
            Err(Refused::TooDeep) => {
                return Err(exceptions::recursion_error(
                    "maximum recursion depth exceeded while compiling a regular expression",
                ));
            }
        };
        let is_bytes = if pattern.is_none() {
            None
        } else if pattern.downcast::<PyStr>().is_some() {
            Some(false)
        } else if pattern.class().slots().buffer.is_some() {
            Some(true)
        } else {
            return Err(exceptions::type_error(format!(
                "expected string or bytes-like object, got '{}'",
                pattern.type_name()
            )));
        };
        let pattern = pattern.clone();
        let code = words.into();
        let pattern = PyPattern { pattern, flags, code, program, groups, groupindex, indexgroup, is_bytes };
        Ok(Ref::new(pattern).into_value())
    }

    ///
    ///
    ///   template
    ///     A list containing interleaved literal strings (str or bytes) and group
    ///     indices (int), as returned by re._parser.parse_template():
    ///         [literal1, group1, ..., literalN, groupN]
    #[pyfunction("(pattern, template, /)")]
    fn template(pattern: &Value, template: &ListRef) -> PyResult<Value> {
        PyTemplate::create(pattern, &template.to_vec()).map(Ref::into_value)
    }
}

pub use module::MODULE;
