//! Compiling the library's modules.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use minipy_bytecode::marshal;
use minipy_compiler::{CompileOptions, compile};
use minipy_parser::ast::Arena;
use minipy_parser::{Mode, ParseOptions, parse_bytes};

/// Enough for any nesting that the compiler accepts.
const STACK: usize = 256 << 20;
/// The version of the marshal format.
const VERSION: i32 = 5;

/// The marshalled code object of each module that can be compiled, at optimisation level 0. Its `co_filename` is the path
/// within the library. `problems` tells why others cannot.
pub fn compile_all(files: &BTreeMap<String, Vec<u8>>) -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    let modules: Vec<(&String, &Vec<u8>)> = files.iter().filter(|(name, _)| name.ends_with(".py")).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        while let Some((name, source)) = modules.get(next.fetch_add(1, Ordering::Relaxed)) {
            made.push(((*name).clone(), compile_one(name, source)));
        }
        made
    };
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let made: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs)
            .map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread"))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("the compiler does not panic")).collect()
    });
    let (mut codes, mut problems) = (BTreeMap::new(), Vec::new());
    for (name, result) in made {
        match result {
            Ok(code) => drop(codes.insert(name, code)),
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    (codes, problems)
}

fn compile_one(name: &str, source: &[u8]) -> Result<Vec<u8>, String> {
    let arena = Arena::new();
    let parsed = parse_bytes(&arena, source, ParseOptions::new(Mode::Exec), None)
        .map_err(|refused| format!("{:?}", refused.error))?;
    let code = compile(&parsed.module, name, CompileOptions::default(), &mut Vec::new())
        .map_err(|error| format!("{error:?}"))?;
    marshal::dumps_code(&code, VERSION).map_err(|error| format!("{error:?}"))
}
