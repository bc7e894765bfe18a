//! `from __future__ import …`

use minipy_bytecode::code::flags::{CO_FUTURE_ANNOTATIONS, CO_FUTURE_BARRY_AS_BDFL};
use minipy_parser::ast::{Mod, StmtKind};

use crate::docstring::docstring;
use crate::error::{Result, syntax_error};

/// What a module's future statements ask for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Future {
    /// `CO_FUTURE_*`
    pub(crate) flags: u32,
    /// The line and offset of the last one.
    pub(crate) last: (u32, u32),
}

/// Reads the future statements, which only a docstring may precede.
pub(crate) fn future_statements(module: &Mod<'_>) -> Result<Future> {
    let mut future = Future::default();
    let (Mod::Module { body, .. } | Mod::Interactive { body }) = *module else { return Ok(future) };
    let rest = docstring(body).map_or(body, |(_, rest)| rest);
    for stmt in rest {
        let StmtKind::ImportFrom { module: Some("__future__"), names, level: None | Some(0) } = stmt.kind
        else {
            break;
        };
        for alias in names {
            match alias.name {
                "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
                | "print_function" | "unicode_literals" | "generator_stop" => {}
                "barry_as_FLUFL" => future.flags |= CO_FUTURE_BARRY_AS_BDFL,
                "annotations" => future.flags |= CO_FUTURE_ANNOTATIONS,
                "braces" => return syntax_error("not a chance", alias.loc),
                name => return syntax_error(format!("future feature {name} is not defined"), alias.loc),
            }
        }
        future.last = (stmt.loc.lineno, stmt.loc.col_offset);
    }
    Ok(future)
}
