//! Compiling the library's modules.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use minipy_bytecode::{CodeObject, image};
use minipy_compiler::{CompileOptions, compile};
use minipy_parser::ast::Arena;
use minipy_parser::{Mode, ParseOptions, parse_bytes};

/// Enough for any nesting that the compiler accepts.
const STACK: usize = 256 << 20;
/// What every start imports. Its code lies together, so that few pages of the program are read for it.
const START: &[&str] = &[
    "encodings/__init__.py",
    "codecs.py",
    "encodings/aliases.py",
    "encodings/utf_8.py",
    "site.py",
    "os.py",
    "stat.py",
    "_collections_abc.py",
    "abc.py",
    "posixpath.py",
    "genericpath.py",
    "io.py",
    "linecache.py",
    "runpy.py",
    "importlib/__init__.py",
    "importlib/_bootstrap.py",
    "importlib/_bootstrap_external.py",
    "importlib/machinery.py",
    "importlib/util.py",
    "importlib/_abc.py",
    "pkgutil.py",
];

/// The modules' code.
#[derive(Default)]
pub struct Code {
    /// The image of each module by its path, in the order in which they are to lie in the program.
    pub images: Vec<(String, Vec<u8>)>,
    /// The strings the images share: where each ends, and all of them.
    pub strings: (Vec<u8>, Vec<u8>),
}

/// The code of each module that can be compiled, at optimisation level 0. Its `co_filename` is the path within the library. The
/// list tells why others cannot.
pub fn compile_all(files: &BTreeMap<String, Vec<u8>>) -> (Code, Vec<String>) {
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
    let (mut codes, mut problems) = (Vec::new(), Vec::new());
    for (name, result) in made {
        match result {
            Ok(code) => codes.push((name, code)),
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    let rank = |name: &str| START.iter().position(|&start| start == name).unwrap_or(START.len());
    codes.sort_by(|(a, _), (b, _)| (rank(a), a).cmp(&(rank(b), b)));
    let mut strings = image::StringTable::default();
    let images = codes.iter().map(|(name, code)| (name.clone(), image::write(code, &mut strings))).collect();
    (Code { images, strings: strings.finish() }, problems)
}

fn compile_one(name: &str, source: &[u8]) -> Result<CodeObject, String> {
    let arena = Arena::new();
    let parsed = parse_bytes(&arena, source, ParseOptions::new(Mode::Exec), None)
        .map_err(|refused| format!("{:?}", refused.error))?;
    compile(&parsed.module, name, CompileOptions::default(), &mut Vec::new())
        .map_err(|error| format!("{error:?}"))
}
