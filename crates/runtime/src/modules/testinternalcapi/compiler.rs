//! The compiler's halves apart: code generation, optimisation, assembly.

use super::instructions::InstructionSequence;
use super::list;
use crate::compile::{self, Mode, Request};
use crate::modules::ast;
use minipy_bytecode::{Constant, Str};
use minipy_compiler::ir::{AssembleError, NameTable, Unit};
use minipy_compiler::{Generated, assemble};
use minipy_vm::types::code::{PyCode, as_constant, constant_value};
use minipy_vm::{PyDict, PyErr, PyList, PyResult, PyStr, PyTuple, Ref, Value, exceptions, protocol};

/// The code generator's output for an AST: a sequence, and a dict of argument counts and constants.
pub fn compiler_codegen(source: &Value, filename: &Value, optimize: i32, mode: i32) -> PyResult<Value> {
    if !ast::is_node(source) {
        return Err(exceptions::type_error("expected an AST"));
    }
    let mode = match mode {
        0 => Mode::Exec,
        1 => Mode::Eval,
        2 => Mode::Single,
        _ => return Err(exceptions::value_error("compile_mode must be 0, 1 or 2")),
    };
    let filename = protocol::str(filename)?.to_string_lossy();
    let request = Request { filename: &filename, mode, flags: 0, optimize, feature_version: None };
    let (unit, nested) = compile::generate(source, &request)?;
    let metadata = PyDict::new_ref();
    metadata.insert("argcount", unit.argcount);
    metadata.insert("posonlyargcount", unit.posonlyargcount);
    metadata.insert("kwonlyargcount", unit.kwonlyargcount);
    let consts = unit.consts.items().iter().map(constant_value).collect();
    metadata.insert("consts", PyList::from_vec(consts).into_value());
    let nested = nested.iter().map(sequence).collect();
    let instructions = InstructionSequence::from_compiler(&unit.instrs, nested);
    Ok(PyTuple::from_array([instructions.into_value(), metadata.into_value()]).into_value())
}

fn sequence(generated: &Generated) -> Ref<InstructionSequence> {
    InstructionSequence::from_compiler(&generated.instrs, generated.nested.iter().map(sequence).collect())
}

/// The optimiser's output for a sequence; `consts` becomes the list of constants that are left.
pub fn optimize_cfg(
    instructions: &Value,
    consts: &Value,
    nlocals: i32,
) -> PyResult<Ref<InstructionSequence>> {
    let instructions = InstructionSequence::argument(instructions)?;
    let list = list("consts", consts)?;
    let nlocals =
        usize::try_from(nlocals).map_err(|_| exceptions::value_error("nlocals must not be negative"))?;
    let values = list.to_vec();
    let sequence = instructions.to_compiler()?;
    for instr in sequence.instrs.iter().filter(|instr| instr.op.has_const()) {
        if instr.oparg as usize >= values.len() {
            return Err(exceptions::value_error(format!(
                "{} index {} is out of range for consts (len={})",
                instr.op.name(),
                instr.oparg,
                values.len()
            )));
        }
    }
    let plain: Vec<Constant> = values.iter().map(plain_constant).collect::<PyResult<_>>()?;
    let (optimized, left) =
        minipy_compiler::optimize_sequence(&sequence, plain.clone(), nlocals).map_err(malformed)?;
    let left = left.iter().map(|constant| match plain.iter().position(|known| known == constant) {
        Some(known) => values[known].clone(),
        None => constant_value(constant),
    });
    let left = left.collect();
    drop(list.with(|items| std::mem::replace(items, left)));
    Ok(InstructionSequence::from_compiler(&optimized, Vec::new()))
}

fn plain_constant(value: &Value) -> PyResult<Constant> {
    as_constant(value)
        .ok_or_else(|| exceptions::type_error(format!("'{}' object is no constant", value.type_name())))
}

fn malformed(error: AssembleError) -> PyErr {
    exceptions::value_error(error.to_string())
}

/// The assembler's output for optimised instructions.
pub fn assemble_code_object(
    filename: &Value,
    instructions: &Value,
    metadata: &Ref<PyDict>,
) -> PyResult<Ref<PyCode>> {
    let filename = text(filename)?;
    let instructions = InstructionSequence::argument(instructions)
        .map_err(|_| exceptions::type_error("expected an instruction sequence"))?
        .to_compiler()?;
    let metadata = Metadata(metadata);
    // Positional-only arguments are counted apart.
    let posonlyargcount = metadata.count("posonlyargcount")?;
    let argcount = metadata.count("argcount")? + posonlyargcount;
    let kwonlyargcount = metadata.count("kwonlyargcount")?;
    let varnames = metadata.names("varnames")?;
    let firstlineno = metadata.count("firstlineno")?.cast_signed();
    let consts = metadata.consts()?;
    let unit = Unit {
        name: metadata.text("name")?,
        qualname: metadata.text("qualname")?,
        filename,
        instrs: instructions,
        names: metadata.names("names")?,
        cellvars: metadata.names("cellvars")?,
        freevars: metadata.names("freevars")?,
        fast_hidden: metadata.names("fasthidden")?.into_items(),
        nparams: argcount + kwonlyargcount,
        varnames,
        argcount,
        posonlyargcount,
        kwonlyargcount,
        firstlineno,
        ..Unit::default()
    };
    let object = assemble::assemble_optimized(unit).map_err(malformed)?;
    PyCode::checked(&object, PyTuple::from_vec(consts)).map_err(|error| exceptions::value_error(error.what))
}

fn text(value: &Value) -> PyResult<Str> {
    match value.downcast::<PyStr>() {
        Some(text) => Ok(Str::from(text.to_wtf8())),
        None => Err(exceptions::type_error(format!("expected str, not '{}'", value.type_name()))),
    }
}

/// The metadata of a code object.
struct Metadata<'a>(&'a Ref<PyDict>);

impl Metadata<'_> {
    fn get(&self, name: &str) -> PyResult<Value> {
        let key = Value::from(name);
        self.0.get(&key)?.ok_or_else(|| exceptions::key_error(&key))
    }

    fn text(&self, name: &str) -> PyResult<Str> {
        text(&self.get(name)?)
    }

    fn count(&self, name: &str) -> PyResult<u32> {
        let value = protocol::index_to_i64(&self.get(name)?)?;
        value
            .and_then(|value| u32::try_from(value).ok())
            .filter(|value| *value <= 1 << 24)
            .ok_or_else(|| exceptions::value_error(format!("{name} out of range")))
    }

    /// The keys of a dict from names to numbers, which count them in order.
    fn names(&self, name: &str) -> PyResult<NameTable> {
        let value = self.get(name)?;
        let Some(dict) = value.downcast::<PyDict>() else {
            return Err(exceptions::type_error(format!("{name} must be a dict")));
        };
        dict.keys().iter().map(text).collect()
    }

    /// The constants: a list of them, or a dict whose keys they are.
    fn consts(&self) -> PyResult<Vec<Value>> {
        let value = self.get("consts")?;
        match value.downcast::<PyDict>() {
            Some(dict) => Ok(dict.keys()),
            None => Ok(list("consts", &value)?.to_vec()),
        }
    }
}
