//! `_testinternalcapi`: what CPython's own tests look at inside the compiler, code objects, instances and the configuration.

mod code;
mod compiler;
mod instructions;

use minipy_macros::pymodule;
use minipy_vm::types::code::PyCode;
use minipy_vm::types::instance;
use minipy_vm::types::set::PySet;
use minipy_vm::{DictRef, ListRef, PyDict, PyResult, PyStr, Ref, Value, exceptions, stack, thread};

use instructions::InstructionSequence;

pub use module::MODULE;

#[pymodule(name = "_testinternalcapi")]
mod module {
    use super::*;

    /// How often an instruction runs before a test may expect it to be specialized.
    #[pyattr]
    const SPECIALIZATION_THRESHOLD: i64 = 2;
    /// How many misses a specialized instruction survives at most.
    #[pyattr]
    const SPECIALIZATION_COOLDOWN: i64 = 53;

    /// How many rounds a loop takes before a test may expect machine code: there is none.
    #[pyattr]
    const TIER2_THRESHOLD: i64 = 2;
    /// What `sys.getsizeof` adds for an object that the collector tracks.
    #[pyattr]
    const SIZEOF_PYGC_HEAD: i64 = crate::sys::TRACKING as i64;
    /// What it adds for an object with a `__dict__`.
    #[pyattr]
    const SIZEOF_MANAGED_PRE_HEADER: i64 = instance::DICT_WORD as i64;

    /// The name of the memory allocator that was asked for. There is one, which checks itself whatever it is called.
    #[pyfunction("()")]
    fn pymem_getallocatorsname() -> &'static str {
        crate::config::current().map_or("malloc", |config| config.settings.allocator)
    }

    /// Adds a line to perf's map file.
    #[pyfunction("(code_addr, code_size, entry_name, /)")]
    fn write_perf_map_entry(code_addr: u64, code_size: u64, entry_name: &Ref<PyStr>) -> PyResult<i64> {
        let line = format!("{code_addr:x} {code_size:x} {entry_name}\n");
        let mut map = crate::sys::perf::open_map()?;
        let written = std::io::Write::write_all(&mut map, line.as_bytes());
        Ok(if written.is_ok() { 0 } else { -1 })
    }

    /// Closes perf's map file, which stays open for no longer than a line takes.
    #[pyfunction("()")]
    fn perf_map_state_teardown() {}

    /// C implementation of inspect.cleandoc().
    #[pyfunction("(doc)")]
    fn compiler_cleandoc(doc: &Ref<PyStr>) -> Ref<PyStr> {
        PyStr::from_wtf8(&minipy_compiler::clean_docstring(&doc.to_wtf8()))
    }

    /// Return a new, empty InstructionSequence.
    #[pyfunction("()")]
    fn new_instruction_sequence() -> Ref<InstructionSequence> {
        InstructionSequence::new_ref()
    }

    /// Apply compiler code generation to an AST.
    ///
    /// Return (instruction_sequence, metadata).  metadata maps "argcount",
    /// "posonlyargcount", "kwonlyargcount" to ints and "consts" to the list of
    /// constants in LOAD_CONST index order (for use with optimize_cfg).
    #[pyfunction("(ast, filename, optimize, compile_mode=0)")]
    fn compiler_codegen(ast: &Value, filename: &Value, optimize: i32, compile_mode: i32) -> PyResult<Value> {
        compiler::compiler_codegen(ast, filename, optimize, compile_mode)
    }

    /// Apply compiler optimizations to an instruction list.
    ///
    /// consts must be a list aligned with LOAD_CONST opargs (the "consts" entry
    /// from the metadata dict returned by compiler_codegen for the same unit).
    #[pyfunction("(instructions, consts, nlocals)")]
    fn optimize_cfg(
        instructions: &Value,
        consts: &Value,
        nlocals: i32,
    ) -> PyResult<Ref<InstructionSequence>> {
        compiler::optimize_cfg(instructions, consts, nlocals)
    }

    /// Create a code object for the given instructions.
    #[pyfunction("(filename, instructions, metadata)")]
    fn assemble_code_object(
        filename: &Value,
        instructions: &Value,
        metadata: &Ref<PyDict>,
    ) -> PyResult<Ref<PyCode>> {
        compiler::assemble_code_object(filename, instructions, metadata)
    }

    /// The kind of each fast local, cell and free variable, by name.
    #[pyfunction("(code, /)")]
    fn get_co_localskinds(code: &Value) -> PyResult<DictRef> {
        code::localskinds(code)
    }

    /// Whether all that a code object returns is None.
    #[pyfunction("(code, /)")]
    fn code_returns_only_none(code: &Value) -> PyResult<bool> {
        code::returns_only_none(code)
    }

    /// How many variables of which kinds a code object or function has. The sets receive the names of globals and attributes;
    /// what they hold already is not counted.
    #[pyfunction("(code, globalnames=None, attrnames=None, globalsns=None, builtinsns=None)")]
    fn get_code_var_counts(
        code: &Value,
        globalnames: Option<&Value>,
        attrnames: Option<&Value>,
        globalsns: Option<&Ref<PyDict>>,
        builtinsns: Option<&Ref<PyDict>>,
    ) -> PyResult<DictRef> {
        let subject = code::Subject::of(code, globalsns, builtinsns)?;
        let counts =
            subject.count(name_set("globalnames", globalnames)?, name_set("attrnames", attrnames)?)?;
        code::counts_as_dict(&subject.code, &counts)
    }

    /// Raise ValueError if a code object or function depends on globals or a closure.
    #[pyfunction("(code, globalnames=None, globalsns=None, builtinsns=None)")]
    fn verify_stateless_code(
        code: &Value,
        globalnames: Option<&Value>,
        globalsns: Option<&Ref<PyDict>>,
        builtinsns: Option<&Ref<PyDict>>,
    ) -> PyResult<()> {
        let subject = code::Subject::of(code, globalsns, builtinsns)?;
        subject.verify_stateless(name_set("globalnames", globalnames)?)
    }

    /// Whether an instance holds its attributes without a dict of their own.
    #[pyfunction("(object, /)")]
    fn has_inline_values(object: &Value) -> bool {
        object.header().is_some_and(instance::is_inline)
    }

    /// How many native calls of a usual size the stack has room for.
    #[pyfunction("()")]
    fn get_c_recursion_remaining() -> usize {
        const USUAL_FRAME: usize = 320;
        stack::remaining() / USUAL_FRAME
    }

    /// How many objects the collector has in its lists.
    #[pyfunction("()", nosig)]
    fn get_tracked_heap_size() -> usize {
        minipy_vm::heap::gc::tracked_count()
    }

    /// The value of a key in a dict, without asking the key for its hash.
    #[pyfunction("(dict, key, hash, /)", nosig)]
    fn dict_getitem_knownhash(dict: &Value, key: &Value, hash: i64) -> PyResult<Value> {
        let Some(dict) = dict.downcast::<PyDict>() else {
            return Err(exceptions::system_error("bad argument to internal function"));
        };
        dict.get_hashed(key, hash)?.ok_or_else(|| exceptions::key_error(key))
    }

    /// How many frames are on the stack of the current thread.
    #[pyfunction("()")]
    fn get_recursion_depth() -> i64 {
        thread::depth()
    }
}

/// A set argument that may be absent.
fn name_set<'a>(name: &str, value: Option<&'a Value>) -> PyResult<Option<&'a Ref<PySet>>> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(None) };
    let refuse = || {
        let shown =
            minipy_vm::protocol::repr(value).map_or_else(|_| String::new(), |text| text.to_string_lossy());
        exceptions::type_error(format!("expected a set for \"{name}\", got {shown}"))
    };
    value.downcast::<PySet>().map(Some).ok_or_else(refuse)
}

/// A list argument.
fn list<'a>(name: &str, value: &'a Value) -> PyResult<&'a ListRef> {
    value.downcast().ok_or_else(|| exceptions::type_error(format!("{name} must be a list")))
}
