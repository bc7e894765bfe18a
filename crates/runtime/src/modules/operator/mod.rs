//! `_operator`: the operators as functions.

mod functions;
mod getters;

use minipy_vm::macros_support::ModuleDef;

/// The module: functions of one kind per table.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_operator",
    doc: Some(
        "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\nto the intrinsic operators of Python.  For example, operator.add(x, y)\nis equivalent to the expression x+y.",
    ),
    functions: &[],
    attrs: &[],
    classes: &[],
    parts: &[&functions::MODULE, &getters::MODULE],
    init: None,
};
