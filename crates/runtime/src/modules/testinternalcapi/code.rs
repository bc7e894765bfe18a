//! What a code object's variables are.

use minipy_bytecode::{LocalKind, Opcode, opcode};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::function::PyFunction;
use minipy_vm::types::set::PySet;
use minipy_vm::{DictRef, PyDict, PyResult, Ref, StrRef, Value, exceptions};
use std::collections::BTreeSet;

fn code_argument(value: &Value) -> PyResult<&Ref<PyCode>> {
    value.downcast().ok_or_else(|| exceptions::type_error("argument must be a code object"))
}

/// The kind of each fast local, by name.
pub fn localskinds(code: &Value) -> PyResult<DictRef> {
    let code = code_argument(code)?;
    let kinds = PyDict::new_ref();
    for (name, kind) in code.locals.iter().zip(code.object.localspluskinds.iter()) {
        kinds.set_str(name, Value::from(i64::from(kind.0)))?;
    }
    Ok(kinds)
}

/// The instructions with their operands, prefixes applied.
fn instructions(code: &PyCode) -> impl Iterator<Item = (Opcode, usize)> + '_ {
    let bytes = &code.object.code;
    let (mut unit, mut extended) = (0, 0);
    std::iter::from_fn(move || {
        loop {
            let &[number, arg] = bytes.get(unit * 2..unit * 2 + 2)? else { return None };
            let oparg = extended << 8 | usize::from(arg);
            unit += opcode::unit_len(number);
            let opcode = Opcode::from_u8(number).map_or(Opcode::NOP, Opcode::base);
            extended = if opcode == Opcode::EXTENDED_ARG { oparg } else { 0 };
            if opcode != Opcode::EXTENDED_ARG {
                return Some((opcode, oparg));
            }
        }
    })
}

/// Whether each return is right behind a load of None.
pub fn returns_only_none(code: &Value) -> PyResult<bool> {
    let code = code_argument(code)?;
    let mut loaded_none = false;
    for (opcode, oparg) in instructions(code) {
        if opcode == Opcode::RETURN_VALUE && !loaded_none {
            return Ok(false);
        }
        loaded_none = opcode == Opcode::LOAD_CONST && code.consts.get(oparg).is_some_and(Value::is_none);
    }
    Ok(true)
}

/// A code object, and the namespaces its globals are looked for in, if they are known.
pub struct Subject {
    pub code: Ref<PyCode>,
    has_closure: bool,
    globals: Option<DictRef>,
    builtins: Option<DictRef>,
}

/// How many names there are of each kind, beside the local ones.
#[derive(Default)]
pub struct Unbound {
    globals: i64,
    builtins: i64,
    unknown_globals: i64,
    attributes: i64,
    /// Names that are used otherwise.
    unknown: i64,
}

impl Subject {
    /// A function or code object; the namespaces given take the place of the function's.
    pub fn of(
        value: &Value,
        globals: Option<&Ref<PyDict>>,
        builtins: Option<&Ref<PyDict>>,
    ) -> PyResult<Subject> {
        let function = value.downcast::<PyFunction>();
        let code = match function {
            Some(function) => function.code.get(),
            None => value
                .downcast::<PyCode>()
                .cloned()
                .ok_or_else(|| exceptions::type_error("argument must be a code object or a function"))?,
        };
        Ok(Subject {
            has_closure: code.nfree > 0,
            code,
            globals: globals.cloned().or_else(|| function.map(|function| function.globals.clone())),
            builtins: builtins.cloned().or_else(|| function.map(|function| function.builtins.clone())),
        })
    }

    /// Counts the names, which are added to the sets; those that are there already are not counted.
    pub fn count(
        &self,
        globalnames: Option<&Ref<PySet>>,
        attrnames: Option<&Ref<PySet>>,
    ) -> PyResult<Unbound> {
        let mut counts = Unbound::default();
        let mut counted = BTreeSet::new();
        let mut globals_seen = BTreeSet::new();
        let mut attributes_seen = BTreeSet::new();
        for (opcode, oparg) in instructions(&self.code) {
            let (set, seen) = match opcode {
                Opcode::LOAD_GLOBAL => (globalnames, &mut globals_seen),
                Opcode::LOAD_ATTR => (attrnames, &mut attributes_seen),
                _ => continue,
            };
            let index = oparg >> 1;
            let Some(name) = self.code.names.get(index) else { continue };
            if !seen.insert(index) || !add(set, name)? {
                continue;
            }
            counted.insert(index);
            let counter = match opcode {
                Opcode::LOAD_ATTR => &mut counts.attributes,
                _ if has(&self.globals, name)? => &mut counts.globals,
                _ if has(&self.builtins, name)? => &mut counts.builtins,
                _ => &mut counts.unknown_globals,
            };
            *counter += 1;
        }
        counts.unknown = (self.code.names.len() - counted.len()) as i64;
        Ok(counts)
    }

    pub fn verify_stateless(&self, globalnames: Option<&Ref<PySet>>) -> PyResult<()> {
        if self.has_closure {
            return Err(exceptions::value_error("closures not supported"));
        }
        if self.count(globalnames, None)?.globals > 0 {
            return Err(exceptions::value_error("globals not supported"));
        }
        Ok(())
    }
}

/// Adds a name; false if it was there. No set has none.
fn add(set: Option<&Ref<PySet>>, name: &StrRef) -> PyResult<bool> {
    match set {
        Some(set) => {
            let hash = minipy_vm::types::dict::hash_key(name.as_value())?;
            set.data.add_hashed(name.to_value(), hash)
        }
        None => Ok(true),
    }
}

fn has(namespace: &Option<DictRef>, name: &StrRef) -> PyResult<bool> {
    match namespace {
        Some(namespace) => Ok(namespace.get_str(name)?.is_some()),
        None => Ok(false),
    }
}

/// Nested dicts of counts, as CPython lays them out.
pub fn counts_as_dict(code: &PyCode, unbound: &Unbound) -> PyResult<DictRef> {
    let count = |matches: &dyn Fn(LocalKind) -> bool| {
        code.object.localspluskinds.iter().filter(|kind| matches(**kind)).count() as i64
    };
    let flags = |kind: LocalKind, all: u8| kind.0 & all == all;
    const ANY_ARGUMENT: u8 = LocalKind::ARG_POS | LocalKind::ARG_KW | LocalKind::ARG_VAR;
    let is_argument = |kind: LocalKind| kind.0 & ANY_ARGUMENT != 0;
    let of_kind = |wanted: u8| count(&|kind| kind.0 & ANY_ARGUMENT == wanted);
    let is_pure = |kind: LocalKind| kind.is_local() && !kind.is_cell() && !is_argument(kind);

    let arguments = count(&is_argument);
    let args = dict(&[
        ("total", arguments),
        ("numposonly", of_kind(LocalKind::ARG_POS)),
        ("numposorkw", of_kind(LocalKind::ARG_POS | LocalKind::ARG_KW)),
        ("numkwonly", of_kind(LocalKind::ARG_KW)),
        ("varargs", of_kind(LocalKind::ARG_VAR | LocalKind::ARG_POS)),
        ("varkwargs", of_kind(LocalKind::ARG_VAR | LocalKind::ARG_KW)),
    ]);
    let cell_arguments = count(&|kind| kind.is_cell() && is_argument(kind));
    let other_cells = count(&|kind| kind.is_cell() && !is_argument(kind));
    let cells = dict(&[
        ("total", cell_arguments + other_cells),
        ("numargs", cell_arguments),
        ("numothers", other_cells),
    ]);
    let hidden_pure = count(&|kind| flags(kind, LocalKind::HIDDEN) && is_pure(kind));
    let hidden_cells = count(&|kind| flags(kind, LocalKind::HIDDEN) && kind.is_cell());
    let hidden =
        dict(&[("total", hidden_pure + hidden_cells), ("numpure", hidden_pure), ("numcells", hidden_cells)]);
    let pure = count(&is_pure);
    let total_locals = arguments + pure + other_cells;
    let locals = dict(&[("total", total_locals)]);
    locals.insert("args", args.into_value());
    locals.insert("numpure", pure);
    locals.insert("cells", cells.into_value());
    locals.insert("hidden", hidden.into_value());

    let total_globals = unbound.globals + unbound.builtins + unbound.unknown_globals;
    let globals = dict(&[
        ("total", total_globals),
        ("numglobal", unbound.globals),
        ("numbuiltin", unbound.builtins),
        ("numunknown", unbound.unknown_globals),
    ]);
    let total_unbound = total_globals + unbound.attributes + unbound.unknown;
    let names =
        dict(&[("total", total_unbound), ("numattrs", unbound.attributes), ("numunknown", unbound.unknown)]);
    names.insert("globals", globals.into_value());

    let free = i64::from(code.nfree);
    let counts = dict(&[("total", total_locals + free + total_unbound)]);
    counts.insert("locals", locals.into_value());
    counts.insert("numfree", free);
    counts.insert("unbound", names.into_value());
    Ok(counts)
}

fn dict(items: &[(&str, i64)]) -> DictRef {
    let dict = PyDict::new_ref();
    for (name, value) in items {
        dict.insert(name, *value);
    }
    dict
}
