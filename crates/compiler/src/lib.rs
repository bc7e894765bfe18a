//! AST to code objects: symbol table, code generation, flow graph, assembly.
#![forbid(unsafe_code)]

pub mod assemble;
mod codegen;
mod docstring;
mod error;
mod finally;
mod flowgraph;
mod future;
pub mod ir;
mod mangle;
mod options;
pub mod preprocess;
pub mod symtable;
mod unparse;

use bumpalo::Bump;
use minipy_bytecode::{CodeObject, Str};
use minipy_parser::ast::Mod;

pub use error::{CompileError, ErrorKind, Phase, SyntaxWarning};
pub use options::{CompileOptions, PYCF_ALLOW_TOP_LEVEL_AWAIT, PYCF_MASK};

pub use docstring::clean_docstring;
pub use flowgraph::optimize_sequence;

use ir::{AssembleError, InstructionSequence, Unit};
use options::Options;

/// How deeply statements and expressions may nest before they are compiled on a stack of their own.
const MAX_DEPTH: u32 = 3000;
/// How deeply they may nest there.
const MAX_DEPTH_ON_DEEP_STACK: u32 = 20_000;
/// The size of that stack; only what is used of it costs memory.
const DEEP_STACK_SIZE: usize = 1 << 30;
/// What is said beyond that.
const TOO_DEEP: &str = "maximum recursion depth exceeded during compilation";

/// Compiles `module`, whose kind says whether it is a file, an interactive statement or an expression.
///
/// `warnings` receives the SyntaxWarnings in the order in which they are to be issued, also if compilation fails.
pub fn compile(
    module: &Mod<'_>,
    filename: &str,
    options: CompileOptions,
    warnings: &mut Vec<SyntaxWarning>,
) -> Result<CodeObject, CompileError> {
    let known_warnings = warnings.len();
    let mut assemble = |unit| assemble::assemble(unit);
    let result = compile_to_depth(module, filename, options, warnings, &mut assemble, MAX_DEPTH);
    if !matches!(&result, Err(error) if error.kind == ErrorKind::Recursion) {
        return result;
    }
    warnings.truncate(known_warnings);
    std::thread::scope(|scope| {
        let compile = || {
            let mut assemble = |unit| assemble::assemble(unit);
            compile_to_depth(module, filename, options, warnings, &mut assemble, MAX_DEPTH_ON_DEEP_STACK)
        };
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK_SIZE).spawn_scoped(scope, compile);
        thread.ok().and_then(|thread| thread.join().ok()).unwrap_or(result)
    })
}

/// The `CO_FUTURE_*` flags that a module's future statements ask for, or what is wrong with them.
pub fn future_flags(module: &Mod<'_>) -> Result<u32, CompileError> {
    future::future_statements(module).map(|future| future.flags).map_err(|error| *in_symbols(error))
}

fn in_symbols(mut error: Box<CompileError>) -> Box<CompileError> {
    error.phase = Phase::Symbols;
    error
}

/// Calls `f` with the analysed symbol table of `module`.
pub fn with_symbol_table<R>(
    module: &Mod<'_>,
    options: CompileOptions,
    f: impl FnOnce(&symtable::SymbolTable<'_>) -> R,
) -> Result<R, CompileError> {
    let bump = Bump::new();
    let future = future::future_statements(module).map_err(|error| *in_symbols(error))?;
    let options = Options::new(options, future.flags);
    let table = symtable::build(&bump, module, &options).map_err(|error| *in_symbols(error))?;
    Ok(f(&table))
}

/// As [`compile`], with another assembler than the own one.
pub fn compile_with(
    module: &Mod<'_>,
    filename: &str,
    options: CompileOptions,
    warnings: &mut Vec<SyntaxWarning>,
    assemble: &mut dyn FnMut(Unit) -> Result<CodeObject, AssembleError>,
) -> Result<CodeObject, CompileError> {
    compile_to_depth(module, filename, options, warnings, assemble, MAX_DEPTH)
}

/// What code generation makes of one block of code, and of the blocks inside it.
pub struct Generated {
    pub instrs: InstructionSequence,
    pub nested: Vec<Generated>,
}

/// Generates code for `module` without optimising or assembling it: the module's own unit, and what is nested in it.
pub fn generate(
    module: &Mod<'_>,
    filename: &str,
    options: CompileOptions,
    warnings: &mut Vec<SyntaxWarning>,
) -> Result<(Unit, Vec<Generated>), CompileError> {
    let mut whole = None;
    // Units that wait for the one around them, which ends after them.
    let mut waiting: Vec<(usize, Generated)> = Vec::new();
    let mut collect = |unit: Unit| {
        let first = waiting.iter().rposition(|(depth, _)| *depth <= unit.depth).map_or(0, |index| index + 1);
        let nested = waiting.drain(first..).map(|(_, inner)| inner).collect();
        match unit.depth {
            0 => whole = Some((unit.clone(), nested)),
            depth => waiting.push((depth, Generated { instrs: unit.instrs.clone(), nested })),
        }
        assemble::assemble(unit)
    };
    compile_with(module, filename, options, warnings, &mut collect)?;
    Ok(whole.unwrap_or_default())
}

fn compile_to_depth(
    module: &Mod<'_>,
    filename: &str,
    options: CompileOptions,
    warnings: &mut Vec<SyntaxWarning>,
    assemble: &mut dyn FnMut(Unit) -> Result<CodeObject, AssembleError>,
    max_depth: u32,
) -> Result<CodeObject, CompileError> {
    let bump = Bump::new();
    compile_in(&bump, module, filename, options, warnings, assemble, max_depth).map_err(|error| *error)
}

fn compile_in<'a>(
    bump: &'a Bump,
    module: &'a Mod<'a>,
    filename: &str,
    options: CompileOptions,
    warnings: &mut Vec<SyntaxWarning>,
    assemble: &mut dyn FnMut(Unit) -> Result<CodeObject, AssembleError>,
    max_depth: u32,
) -> error::Result<CodeObject> {
    let future = future::future_statements(module).map_err(in_symbols)?;
    let options = Options { max_depth, ..Options::new(options, future.flags) };
    finally::check_finally(module, warnings, max_depth)?;
    let table = symtable::build(bump, module, &options).map_err(in_symbols)?;
    codegen::generate(
        module,
        codegen::Input {
            bump,
            table: &table,
            options,
            filename: Str::from(filename),
            last_future: future.last,
            assemble: &mut |unit| assemble(unit),
            warnings,
        },
    )
}
